"""The crèches of a commune."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ribambelle.childcare import Childcare
from ribambelle.database import Prepared, locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_creche.domain import authorisation
from ribambelle_creche.domain.authorisation import Authorised, Band
from ribambelle_creche.domain.capacity import PLACES, Cell, Place, differing, on_saturday
from ribambelle_creche.domain.facility import standing
from ribambelle_creche.domain.taking import Taking
from ribambelle_creche.queries import offers
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Capacity, Facility

OPEN = Facility.is_open.eq(True)


EVERY = Prepared(
    lambda _: Facility.objects(Facility.quartier).where(OPEN).order_by(Facility.folded, Facility.id)
)
ONE = Prepared(
    lambda given: Facility.objects(Facility.quartier).where((Facility.id == given.facility) & OPEN)
)
FREE_GROUPS = Prepared(
    lambda _: (
        Capacity.select(Capacity.facility, Capacity.age_group).distinct().where(Capacity.free > 0)
    )
)
CAPACITIES = Prepared(
    lambda given: (
        Capacity.objects()
        .where(Capacity.facility == given.facility)
        .order_by(Capacity.age_group, Capacity.weekday, Capacity.half)
    )
)


async def every() -> list[Facility]:
    """Return the open crèches by name, with their quartier."""
    return await EVERY.ask()


async def ever() -> dict[int, Facility]:
    """Return every crèche by number, those that closed since included: old lists are theirs."""
    return {one.id: one for one in await Facility.objects()}


async def takings() -> dict[int, Taking]:
    """Return the ages that each open crèche receives."""
    rows = await Facility.select(
        *(Facility.id, Facility.name, Facility.from_weeks, Facility.to_months),
        Facility.opens_saturday,
    ).where(OPEN)
    return {
        row["id"]: Taking(row["name"], row["from_weeks"], row["to_months"], row["opens_saturday"])
        for row in rows
    }


async def any_saturday(among: Sequence[int] = ()) -> bool:
    """Tell whether a crèche of the commune opens on Saturday: pages show that day only then.

    :param among: only these crèches; all of them when none is said.
    """
    opens = OPEN & Facility.opens_saturday.eq(True)
    return await Facility.exists().where(opens & Facility.id.is_in(list(among)) if among else opens)


async def childcare(day: date) -> list[Childcare]:
    """Return the authorised places, crèche by crèche; those open today, whatever the day."""
    rows = await Facility.select(Facility.quartier, Facility.places, Facility.address).where(OPEN)
    return [Childcare("creche", row["quartier"], row["places"], row["address"]) for row in rows]


async def sheets(number: int, limit: int, day: date) -> list[tuple[int, str]]:
    """Return the addresses of the open crèches' pages, by number, from this one on."""
    found = sorted((one.id, f"/creche/etablissements/{one.id}") for one in await every())
    return [one for one in found if one[0] >= number][:limit]


async def names() -> dict[int, str]:
    """Return the open crèches, by number."""
    return {facility.id: facility.name for facility in await every()}


async def all_names() -> dict[int, str]:
    """Return every crèche by number, those that closed since included: old answers name them."""
    rows = await Facility.select(Facility.id, Facility.name)
    return {row["id"]: row["name"] for row in rows}


async def names_of_wishes() -> dict[int, str]:
    """Return every crèche by number, as wishes are read: those that closed since say so."""
    rows = await Facility.select(Facility.id, Facility.name, Facility.is_open)
    return {row["id"]: standing(row["name"], is_open=row["is_open"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A crèche as lists name it: its name, and the quartier it is in."""

    name: str
    quartier: int
    """0 when nobody said."""
    area: str


async def whereabouts() -> dict[int, Whereabouts]:
    """Return every crèche by number with its quartier, those that closed since included."""
    rows = await Facility.select(
        *(Facility.id, Facility.name, Facility.quartier),
        Facility.quartier.name.as_alias("area"),
    )
    return {
        row["id"]: Whereabouts(row["name"], row["quartier"] or 0, row["area"] or "") for row in rows
    }


async def one(facility: int) -> Facility:
    """Return an open crèche with its quartier, or behave as if it did not exist."""
    found = await ONE.ask(facility=facility)
    if not found:
        raise NotYours
    return found[0]


async def managed_by(person: Person) -> list[Facility]:
    """Return the crèches this person directs."""
    numbers = person.numbers("creche_manager", "creche.facility")
    return [facility for facility in await every() if facility.id in numbers]


async def free_groups() -> dict[int, list[str]]:
    """Return, for each crèche, the age groups in which a half-day is free now."""
    found: dict[int, list[str]] = {}
    for row in await FREE_GROUPS.ask():
        found.setdefault(row["facility"], []).append(row["age_group"])
    return found


async def capacities(facility: int) -> list[Capacity]:
    """Return the places of a crèche by group and half-day."""
    return await CAPACITIES.ask(facility=facility)


async def open_to(person: Person) -> list[Facility]:
    """Return the crèches whose pages this person may open: theirs, or all for the town hall."""
    return await every() if person.holds("agent", "admin") else await managed_by(person)


async def managed(person: Person, facility: int) -> Facility:
    """Return a crèche this person may act for, or behave as if it did not exist."""
    theirs = person.numbers("creche_manager", "creche.facility")
    if not person.holds("agent", "admin") and facility not in theirs:
        raise NotYours
    return await one(facility)


def authorised(facility: Facility, tenant: Tenant) -> Authorised:
    """Return the children a crèche is authorised for, half-day by half-day."""
    bands, hours = authorisation.decode(facility.bands), tenant.of(Settings).hours
    told = authorisation.by_slot(
        facility.places, bands, hours, saturday=bool(facility.opens_saturday)
    )
    return Authorised(facility.places, told)


async def set_bands(
    facility: Facility, change: Callable[[list[Band]], list[Band]], account: int
) -> list[Band]:
    """Write the hours at which a crèche is authorised for other numbers; return those kept.

    :param change: says the bands from those there are, read under a lock: none is lost.
    """
    async with transaction():
        await locks.advisory(f"creche.bands:{facility.id}")
        rows = await Facility.select(Facility.bands).where(Facility.id == facility.id)
        before = authorisation.decode(rows[0]["bands"])
        after = change(before)
        if after == before:
            return before
        await Facility.update({Facility.bands: authorisation.encode(after)}).where(
            Facility.id == facility.id
        )
        await journal.record(
            "creche.authorisation_changed",
            f"creche.facility:{facility.id}",
            account=account,
            side="office",
            bands=len(after),
        )
    return after


async def grid(facility: int) -> dict[Place, Cell]:
    """Return the places of a crèche, half-day by half-day; what was never said is zero."""
    known = {
        (one.age_group, one.weekday, one.half): Cell(one.places, one.free)
        for one in await capacities(facility)
    }
    return {place: known.get(place, Cell()) for place in PLACES}


async def changed_at(facility: int) -> datetime | None:
    """Return when the places of a crèche last changed."""
    found = await Capacity.select(Capacity.changed_at).where(Capacity.facility == facility)
    return max((row["changed_at"] for row in found), default=None)


async def set_grid(
    facility: int, cells: Mapping[Place, Cell], account: int, now: datetime, side: str = "facility"
) -> int:
    """Write the places of a crèche whole; return how many half-days changed.

    Raises Refused("saturday_closed") for places of a Saturday on which it does not open: no page
    would show them, and they would go on counting.
    """
    async with transaction():
        # whoever closes the Saturday looks at the grid under the same lock
        await locks.advisory(offers.PLACES)
        if on_saturday(cells) and not await Facility.exists().where(
            (Facility.id == facility) & Facility.opens_saturday.eq(True)
        ):
            raise Refused("saturday_closed")
        before = await grid(facility)
        changed = list(differing(before, cells))
        for place in changed:
            await _set(facility, place, cells[place], now)
        if changed:
            await journal.record(
                "creche.places_changed",
                f"creche.facility:{facility}",
                account=account,
                side=side,
                half_days=len(changed),
            )
    return len(changed)


async def _set(facility: int, place: Place, cell: Cell, now: datetime) -> None:
    age_group, weekday, half = place
    row = Capacity(
        facility=facility,
        age_group=age_group,
        weekday=weekday,
        half=half,
        places=cell.places,
        free=cell.free,
        changed_at=now,
    )
    await Capacity.insert(row).on_conflict(
        target=(Capacity.facility, Capacity.age_group, Capacity.weekday, Capacity.half),
        action="DO UPDATE",
        values=[Capacity.places, Capacity.free, Capacity.changed_at],
    )


async def edit_sheet(
    facility: int, sheet: Mapping[str, str], account: int, side: str = "facility"
) -> None:
    """Write what a crèche says of itself to families."""
    async with transaction():
        await Facility.update(
            {
                Facility.project: sheet["project"],
                Facility.languages: sheet["languages"],
                Facility.parent_support: sheet["parent_support"],
                Facility.phone: sheet["phone"],
                Facility.hours: sheet["hours"],
            }
        ).where(Facility.id == facility)
        await journal.record(
            "creche.sheet_changed",
            f"creche.facility:{facility}",
            account=account,
            side=side,
        )
