"""Taking files over: everything in one transaction, or nothing; only shown, it is undone at the end."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from ribambelle.database import locks, transaction
from ribambelle.families.planning import DONE, Done, Outcome
from ribambelle.takeover import keeping
from ribambelle.takeover.lines import Line
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

    def line(self, one: Outcome) -> int:
        """Return where a line stands in its file, as a person finds it."""
        return self.file.table.line(one.rank - 2)

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


def _together(files: Sequence[TakenFile]) -> list[list[TakenFile]]:
    """Return the files that are brought in as one, in their order."""
    found: list[list[TakenFile]] = []
    for file in files:
        if found and file.matter.is_whole and found[-1][0].matter is file.matter:
            found[-1].append(file)
        else:
            found.append([file])
    return found


def _as_one(files: Sequence[TakenFile]) -> list[Line]:
    """Return the lines of some files, each under a rank no other line has."""
    starts = _starts(files)
    return [
        replace(line, rank=start + line.rank)
        for start, file in zip(starts, files, strict=True)
        for line in file.lines
    ]


def _starts(files: Sequence[TakenFile]) -> list[int]:
    return list(accumulate((len(file.table.rows) for file in files[:-1]), initial=0))


def _by_file(
    files: Sequence[TakenFile], outcomes: Sequence[Outcome], told: list[str]
) -> list[Brought]:
    """Return what became of each file's lines, by their own ranks; sentences go with the first."""
    found = [Brought(file, [], told if place == 0 else []) for place, file in enumerate(files)]
    starts = _starts(files)
    for one in outcomes:
        # ranks of a file begin at 2, under its headings
        place = bisect_right(starts, one.rank - 2) - 1
        found[place].outcomes.append(replace(one, rank=one.rank - starts[place]))
    return found


async def _take(tenant: Tenant, name: str, files: Sequence[TakenFile], by: int | None) -> Report:
    now = tenant.now()
    number = await keeping.begin(name, {one.name: one.digest for one in files}, now, by)
    brought: list[Brought] = []
    last, left = [], list[keeping.Left]()
    for some in _together(files):
        taking, matter = Taking(tenant, now, number, name), some[0].matter
        outcomes = await matter.bring(_as_one(some), taking)
        left += [(matter.code, one) for one in taking.traces]
        brought += _by_file(some, outcomes, taking.told)
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
