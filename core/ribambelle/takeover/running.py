"""Taking files over: everything in one transaction, or nothing; only shown, it is undone at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ribambelle.database import locks, transaction
from ribambelle.families.planning import DONE, Done, Outcome
from ribambelle.takeover import keeping
from ribambelle.takeover.mapping import TakenFile
from ribambelle.takeover.matters import Matter, Taking
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal

LOCK = "takeover"


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the lines of one file."""

    file: TakenFile
    outcomes: list[Outcome]
    told: list[str] = field(default_factory=list)

    def count(self, done: Done) -> int:
        """Return how many lines end so."""
        return sum(one.done == done for one in self.outcomes)

    @property
    def refused(self) -> list[tuple[list[str], str]]:
        """The lines to correct, as they came, with why."""
        return [
            (list(self.file.table.rows[one.rank - 2]), one.told)
            for one in self.outcomes
            if one.done == "refused"
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """What a takeover did, or would do."""

    number: int
    """Of the takeover: the way back asks for it."""
    brought: list[Brought]
    at_the_end: list[Callable[[], None]] = field(default_factory=list)


class Shown(Exception):
    """Nothing is to be kept: it was only looked at."""


def matters(tenant: Tenant) -> list[Matter]:
    """Return what a commune may take over, in the order it is done."""
    found = [one for _, some in tenant.hooks.each("takeover_matters") for one in some]
    return sorted(found, key=lambda one: (one.order, one.code))


async def take(
    tenant: Tenant,
    name: str,
    files: Sequence[TakenFile],
    *,
    by: int | None = None,
    dry: bool = False,
) -> Report:
    """Bring files in, the families first; return what became of each line.

    :param dry: show what it would do: all is done, then undone, so that what is shown is true.
    """
    report = Report(0, [])
    try:
        async with transaction():
            await locks.advisory(LOCK, "family_import")
            report = await _take(tenant, name, files, by)
            if dry:
                raise Shown
            for act in report.at_the_end:
                act()
    except Shown:
        return Report(0, report.brought)
    return report


async def _take(tenant: Tenant, name: str, files: Sequence[TakenFile], by: int | None) -> Report:
    now = tenant.now()
    number = await keeping.begin(name, {one.name: one.digest for one in files}, now, by)
    brought: list[Brought] = []
    last, left = [], list[keeping.Left]()
    for file in files:
        taking = Taking(tenant, now, number, name)
        outcomes = await file.matter.bring(file.lines, taking)
        left += [(file.matter.code, one) for one in taking.traces]
        brought.append(Brought(file, outcomes, taking.told))
        last += taking.at_the_end
    await keeping.keep(number, left, now)
    await keeping.end(
        number,
        {
            f"{one.file.matter.code}:{one.file.name}": {done: one.count(done) for done in DONE}
            for one in brought
        },
    )
    await journal.record(
        "takeover.brought_in",
        f"takeover:{number}",
        account=by,
        side="office",
        created=sum(one.count("created") for one in brought),
        updated=sum(one.count("updated") for one in brought),
        refused=sum(one.count("refused") for one in brought),
    )
    return Report(number, brought, last)
