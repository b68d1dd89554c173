"""The points of the commune's files, by the version in force: what the rules need, handed to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ribambelle.database import transaction
from ribambelle.jobs import later
from ribambelle.tenants import Tenant, current
from ribambelle.workflow import journal
from ribambelle_creche.domain.dossier import Dossier, decode
from ribambelle_creche.domain.geography import Point, centre
from ribambelle_creche.domain.grid import Context, Facts, Grid, Score, facts_of, score
from ribambelle_creche.domain.grid.effect import Effect, effect
from ribambelle_creche.domain.grid.facts import TOWN_HALL
from ribambelle_creche.queries import facilities, grids, points
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import LIVING


@dataclass(frozen=True)
class Town:
    """What points depend on and no family says: the commune, its crèches, the day."""

    today: date
    name: str
    postcodes: tuple[str, ...]
    quartiers: Mapping[int, int | None]
    places: Mapping[int, Point | None]

    def context(self, dossier: Dossier) -> Context:
        """Return the context of one file, before what the town hall knows of it."""
        quartier = dossier.address.quartier if dossier.address else None
        near = [
            place
            for facility, place in self.places.items()
            if place and quartier and self.quartiers[facility] == quartier
        ]
        return Context(
            today=self.today,
            town=self.name,
            postcodes=self.postcodes,
            quartiers=self.quartiers,
            places=self.places,
            home=centre(near),
        )


async def town_of(tenant: Tenant, day: date | None = None) -> Town:
    """Return the commune as points see it on a day; today when none is said."""
    every = await facilities.every()
    return Town(
        today=day or tenant.now().date(),
        name=tenant.settings.name,
        postcodes=tuple(tenant.settings.postcodes),
        quartiers={one.id: one.quartier.id for one in every},
        places={
            one.id: (one.latitude, one.longitude)
            if one.latitude is not None and one.longitude is not None
            else None
            for one in every
        },
    )


async def facts_for(
    tenant: Tenant, files: Sequence[Application], day: date | None = None
) -> dict[int, Facts]:
    """Return what the points of many files are counted on: what each last sent, and was proved."""
    town, numbers = await town_of(tenant, day), [file.id for file in files]
    seen, noted = await points.seen_proofs(numbers, town.today), await points.noted(numbers)
    waited, refused = await points.waited(numbers), await points.refused(numbers)
    households = {file.household for file in files if file.household}
    siblings = await points.siblings_at(households, town.today)
    return {
        file.id: facts_of(
            told,
            replace(
                town.context(told),
                proofs=frozenset(seen.get(file.id, ())) | proved_by(noted.get(file.id, {})),
                commissions_waited=waited.get(file.id, 0),
                offers_refused=refused.get(file.id, 0),
                siblings_at=frozenset(
                    facility
                    for facility, other in siblings.get(file.household, ())
                    if other != file.id
                )
                | creches_of(noted.get(file.id, {}), "sibling_here"),
                employers=creches_of(noted.get(file.id, {}), "employer_here"),
                noted=frozenset(code for code in noted.get(file.id, {})),
                granted={
                    code: given
                    for code, given in noted.get(file.id, {}).items()
                    if given is not None
                },
            ),
        )
        for file, told in ((file, decode(file.sent or file.answers)) for file in files)
    }


def creches_of(noted: Iterable[str], fact: str) -> frozenset[int]:
    """Return the crèches of which an agent noted a fact: it is kept as « fact:number ».

    >>> sorted(creches_of(["sibling_here:12", "employer_here:15", "former_member"], "sibling_here"))
    [12]
    """
    return frozenset(
        int(number) for name, _, number in (code.partition(":") for code in noted) if name == fact
    )


def proved_by(noted: Iterable[str]) -> frozenset[str]:
    """Return the proofs an agent saw to note what it noted: a certificate names the crèche."""
    return frozenset({"sibling"}) if creches_of(noted, "sibling_here") else frozenset()


async def scores_of(
    tenant: Tenant, files: Sequence[Application], grid: Grid, day: date | None = None
) -> dict[int, Score]:
    """Return the points of many files by one grid."""
    told = await facts_for(tenant, files, day)
    return {number: score(grid, facts) for number, facts in told.items()}


async def own_score(tenant: Tenant, file: Application) -> Score | None:
    """Return the points of one file by the grid in force today; None while there is no grid."""
    kept = await grids.in_force(tenant.now().date())
    if kept is None:
        return None
    return (await scores_of(tenant, [file], kept.grid))[file.id]


async def asked_proofs(tenant: Tenant, dossier: Dossier) -> list[str]:
    """Return the proofs that would give this file points, by the grid in force or to come."""
    asking = await grids.asking(tenant.now().date())
    if not asking:
        return []
    town = await town_of(tenant)
    return [kind for kept in asking for kind in proofs_of(kept.grid, town, dossier)]


def proofs_of(grid: Grid, town: Town, dossier: Dossier) -> list[str]:
    """Return the proofs a grid asks of one file, each once."""
    known, home = town.context(dossier), dossier.home
    if home is not None and home.has_sibling_in_creche:
        # which crèche, the certificate says: it is asked for whichever gives points
        known = replace(known, siblings_at=frozenset(town.quartiers))
    trace = score(grid, facts_of(dossier, known)).trace
    is_expected = dossier.child is not None and dossier.child.is_expected
    found = [
        "pregnancy" if line.proof == "birth" and is_expected else line.proof
        for line in trace
        if line.reason == "unproved" and line.proof != TOWN_HALL
    ]
    return list(dict.fromkeys(found))


async def effect_of(tenant: Tenant, after: Grid) -> Effect:
    """Return who gains and who loses among the living complete files, were this grid in force."""
    kept = await grids.in_force(tenant.now().date())
    files = await points.examinable()
    return effect(kept.grid if kept else None, after, (await facts_for(tenant, files)).values())


async def adopt(text: str, deliberation: str, account: int | None) -> tuple[int, str]:
    """Keep a version, note who did, and ask families for the proofs it brings."""
    now = current().now()
    async with transaction():
        number, done = await grids.keep(text, deliberation, account, now)
        if done != grids.SAME:
            await journal.record(
                f"creche.grid_{done}", f"creche.grid:{number}", account=account, side="office"
            )
            moment = f"{now:%Y%m%d%H%M%S%f}"
            await later("creche", "ask_proofs", once=f"creche.grid:{number}:{moment}", grid=number)
        return number, done


async def ask_proofs(grid: int) -> None:
    """Ask every living file for the proofs that a version gives points for."""
    tenant = current()
    kept, town = await grids.one(grid), await town_of(tenant)
    for file in await points.living(LIVING):
        told = decode(file.sent or file.answers)
        await points.ask(file.id, proofs_of(kept.grid, town, told))
