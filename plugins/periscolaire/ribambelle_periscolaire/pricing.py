"""What a booking costs this family on this day: found again at each change, never taken from a page."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.bookings import HOLDING
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.catalogue import Activity, Unit
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.domain.residency import is_resident
from ribambelle_periscolaire.domain.taking import Change, Held, Key, Taking
from ribambelle_periscolaire.domain.tariff import Missed, Price, Situation, absence, fee, price
from ribambelle_periscolaire.domain.words import euros
from ribambelle_periscolaire.gathering import Gathered
from ribambelle_periscolaire.queries import bookings
from ribambelle_periscolaire.queries.pupils import Family
from ribambelle_periscolaire.settings import Settings

STANDING = frozenset({"booked", "waiting", "offered"})


JUSTIFIED = frozenset({"certificate", "justified"})
"""Codes of absences the town hall takes as good."""


def situation_of(
    tenant: Tenant, family: Family, child: int, day: date, rank: int, present: int
) -> Situation:
    """Return what a family is priced by on a day.

    :param rank: the child's place, by age, among those of the family present that day.
    :param present: how many they are, this child counted.
    """
    means = family.means_on(child, day)
    postcode = family.postcodes.get(family.home_on(child, day) or 0, "")
    resident = is_resident(means.is_resident, postcode, tenant.settings.postcodes)
    return Situation(
        quotient_familial=means.quotient_familial,
        is_resident=resident,
        present_siblings=present - 1,
        enrolled_siblings=max(0, family.enrolled.get(school_year(day), 1) - 1),
        rank=rank,
    )


def price_of(
    tenant: Tenant,
    activity: Activity,
    unit: Unit,
    day: date,
    situation: Situation,
    missed: Missed | None = None,
) -> Price | None:
    """Return what one unit costs, or what is due when the child missed it; None: no tariff says it."""
    tariffs = tenant.of(Settings).prices
    try:
        if missed is not None:
            return absence(tariffs, activity.code, unit.code, day, situation, missed)
        return price(tariffs, activity.code, unit.code, day, situation)
    except Refused:
        return None


async def priced(tenant: Tenant, gathered: Gathered, taking: Taking) -> list[Change]:
    """Return the changes with their prices, and those of brothers and sisters that they move."""
    wanted = {
        key: found
        for key in _concerned(gathered, taking)
        if (found := _price(tenant, gathered, taking, key)) is not None
    }
    taking.prices = numbers = await bookings.keep_prices(wanted.values())
    changes = [_with_price(change, wanted, numbers) for change in taking.changes]
    written = {change.key: change.held for change in changes}
    for key, found in wanted.items():
        held = written.get(key, taking.held[key])
        number = numbers[bookings.name_of(found)]
        if held.price != number and held.state in STANDING and key not in written:
            after = replace(held, price=number, cents=found.cents)
            changes.append(Change(key, "price", after))
    return changes


async def repriced(
    tenant: Tenant, gathered: Gathered, taking: Taking, keys: Iterable[Key]
) -> list[Change]:
    """Return the bookings that no longer cost what was written of them, with their new price."""
    wanted = {
        key: found for key in keys if (found := _price(tenant, gathered, taking, key)) is not None
    }
    numbers = await bookings.keep_prices(wanted.values())
    changes = []
    for key, found in wanted.items():
        held, number = taking.held[key], numbers[bookings.name_of(found)]
        if held.price != number:
            changes.append(Change(key, "price", replace(held, price=number, cents=found.cents)))
    return changes


def _concerned(gathered: Gathered, taking: Taking) -> list[Key]:
    """Return the bookings whose price may move: those changed, and the family's of the same day."""
    mine = gathered.family.pupils
    moved = {change.key for change in taking.changes}
    days = {
        (taking.catalogue.units[unit].activity, day)
        for child, day, unit in (change.key for change in taking.changes)
        if child in mine
    }
    return [
        key
        for key, held in taking.held.items()
        if key[0] in mine
        and held.state in STANDING | {"absent"}
        and (key in moved or _is_paid_alike(gathered, key, held))
        and not taking.doors.with_other(key[0], key[1])
        and key[2] in taking.catalogue.units
        and (taking.catalogue.units[key[2]].activity, key[1]) in days
    ]


def _is_paid_alike(gathered: Gathered, key: Key, held: Held) -> bool:
    """Tell whether what is held is paid by the home that would pay for the child now."""
    return held.home is None or held.home == gathered.family.home_on(key[0], key[1])


def _price(tenant: Tenant, gathered: Gathered, taking: Taking, key: Key) -> Price | None:
    child, day, number = key
    unit = taking.catalogue.units[number]
    activity = taking.catalogue.by_id[unit.activity]
    held = taking.held[key]
    rank, present = _siblings(gathered, taking, child, day, activity)
    situation = situation_of(tenant, gathered.family, child, day, rank, present)
    missed = None
    if held.state == "absent":
        missed = Missed(justified=held.absence in JUSTIFIED)
    return price_of(tenant, activity, unit, day, situation, missed)


def day_price(
    tenant: Tenant,
    gathered: Gathered | None,
    key: Key,
    activity: Activity,
    unit: Unit,
    *,
    missed: Missed | None,
    is_booked: bool,
    minutes: int | None,
) -> Price | None:
    """Return what a day costs as it was lived; a child nobody may pay for costs the dearest."""
    child, day, _ = key
    situation = Situation()
    if gathered and child in gathered.family.pupils:
        rank, present = _siblings(gathered, gathered.taking(), child, day, activity)
        situation = situation_of(tenant, gathered.family, child, day, rank, present)
    situation = replace(situation, booked=is_booked, minutes=minutes)
    return price_of(tenant, activity, unit, day, situation, missed)


def fee_price(
    tenant: Tenant, gathered: Gathered | None, key: Key, activity: Activity, unit: Unit
) -> Price | None:
    """Return the fee a unit belongs to on a day; for a child nobody may pay for, the dearest."""
    child, day, _ = key
    situation = Situation()
    if gathered and child in gathered.family.pupils:
        rank, present = _siblings(gathered, gathered.taking(), child, day, activity)
        situation = situation_of(tenant, gathered.family, child, day, rank, present)
    try:
        return fee(tenant.of(Settings).prices, activity.code, unit.code, day, situation)
    except Refused:
        return None


def _siblings(
    gathered: Gathered, taking: Taking, child: int, day: date, activity: Activity
) -> tuple[int, int]:
    """Return a child's place, by age, among those of the family present that day, and their number."""
    present = {child}
    for other in gathered.family.pupils:
        for unit in activity.units:
            key = other, day, unit.id
            held = taking.held.get(key)
            if held and held.state in HOLDING and _is_paid_alike(gathered, key, held):
                present.add(other)
    ordered = [other for other in gathered.family.pupils if other in present]  # read by birthday
    return ordered.index(child) + 1, len(ordered)


def _with_price(change: Change, wanted: dict[Key, Price], numbers: dict[str, int]) -> Change:
    found = wanted.get(change.key)
    if found is None or change.held.state not in STANDING | {"absent"}:
        return change
    number = numbers[bookings.name_of(found)]
    return Change(change.key, change.act, replace(change.held, price=number, cents=found.cents))


class PriceBook:
    """Prices for a page, each computed once: a month shows the same one twenty times."""

    def __init__(self, tenant: Tenant, gathered: Gathered) -> None:
        self.tenant, self.gathered = tenant, gathered
        self.tariffs = tenant.of(Settings).prices
        self.found: dict[tuple[int, int, int, int, int], int | None] = {}
        self.told: dict[int, str] = {}
        self.present = _present(gathered)

    def words(self, cents: int) -> str:
        """Return a price in plain text, for where no tag may stand: the options of a list."""
        if cents not in self.told:
            self.told[cents] = euros(cents)
        return self.told[cents]

    def cents(self, pupil: Pupil, activity: Activity, unit: Unit, day: date) -> int | None:
        """Return what one box costs, or None when no tariff says it."""
        try:
            tariff = self.tariffs.on(activity.code, unit.code, day)
        except Refused:
            return None
        rank, present = 1, 1
        there = self.present.get((activity.id, day))
        if there and there != {pupil.id}:
            ordered = [one for one in self.gathered.family.pupils if one in there | {pupil.id}]
            rank, present = ordered.index(pupil.id) + 1, len(ordered)
        if not self.gathered.family.pays(pupil.id):
            return 0  # a relative books: what it costs is for whoever pays to know
        means = self.gathered.family.means_on(pupil.id, day)
        asked = (unit.id, id(tariff), id(means), rank, present)  # both outlive this book
        if asked not in self.found:
            family = self.gathered.family
            situation = situation_of(self.tenant, family, pupil.id, day, rank, present)
            found = price_of(self.tenant, activity, unit, day, situation)
            self.found[asked] = found.cents if found else None
        return self.found[asked]


def _present(gathered: Gathered) -> dict[tuple[int, date], frozenset[int]]:
    """Return which children of the family are present, by activity and day."""
    found: dict[tuple[int, date], frozenset[int]] = {}
    units = gathered.catalogue.units
    for (child, day, unit), held in gathered.held.items():
        alike = _is_paid_alike(gathered, (child, day, unit), held)
        if held.state in HOLDING and unit in units and alike:
            key = units[unit].activity, day
            found[key] = found.get(key, frozenset()) | {child}
    return found
