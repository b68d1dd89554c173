"""An invented town, written in bulk: families, enrolled children, and what they booked.

What is written is what the portal would have written: bookings, their prices, the events that tell
them, and how full each spot is. A test compares them with the ledger told again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from piccolo.table import Table

from ribambelle import tenants
from ribambelle.database import many, transaction
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Address, Adult, Child, Household, Responsibility
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.calendars import calendar_of
from ribambelle_periscolaire.domain.activities import each
from ribambelle_periscolaire.domain.calendar import days
from ribambelle_periscolaire.domain.catalogue import Catalogue, Unit, age_on
from ribambelle_periscolaire.domain.cut_off import Verdict
from ribambelle_periscolaire.domain.doors import Doors, Pupil
from ribambelle_periscolaire.domain.sheet import ChildSheet, Health
from ribambelle_periscolaire.domain.tariff import Price, Situation
from ribambelle_periscolaire.gathering import doors_of, places
from ribambelle_periscolaire.pricing import price_of
from ribambelle_periscolaire.queries import bookings
from ribambelle_periscolaire.sealing import sealed

FIRST_NAMES = (
    *("Adam", "Alice", "Ambre", "Arthur", "Chloé", "Emma", "Ethan", "Gabriel", "Inès", "Jade"),
    *("Jules", "Léo", "Lina", "Louis", "Louise", "Lucas", "Maël", "Manon", "Mila", "Nathan"),
    *("Noé", "Nour", "Raphaël", "Rose", "Sacha", "Sofia", "Théo", "Tom", "Yanis", "Zoé"),
)
LAST_NAMES = (
    *("Bernard", "Blanc", "Bonnet", "Chevalier", "Colin", "David", "Dupuis", "Faure", "Fournier"),
    *("Garnier", "Girard", "Henry", "Lambert", "Lefèvre", "Martin", "Masson", "Mercier", "Morel"),
    *("Moreau", "Perrin", "Petit", "Renaud", "Robin", "Rousseau", "Roux", "Simon", "Vidal"),
)
PARENTS = ("Anne", "Paul", "Sami", "Élise")
CLASSES = ("PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2")
YOUNGEST = 3
QUOTIENTS = (180, 320, 450, 560, 640, 720, 830, 960, 1150, 1400, 1900, None)


Fullness = Counter[tuple[int, date, int]]


@dataclass(frozen=True, slots=True)
class Home:
    """One family: whoever signs in for it, and its children."""

    person: Person
    children: tuple[Pupil, ...]
    quotient_familial: int | None


@dataclass(frozen=True, slots=True)
class Habit:
    """How many children of a hundred take a unit on a day it runs, and how often in the week."""

    unit: int
    percent: int


async def write(table: type[Table], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write many rows with the same columns; return their numbers, in order."""
    if not rows:
        return []
    columns = list(rows[0])
    values = [list(row.values()) for row in rows]
    written = await many.write(table._meta.tablename, columns, values, returning=["id"])
    return sorted(row["id"] for row in written)


async def families(
    count: int,
    *,
    year: int,
    activities: Sequence[int],
    schools: Sequence[int] = (),
    draw: Random,
    email: str = "famille{}@example.test",
    children: Sequence[int] = (1, 2, 2, 1, 2),
) -> list[Home]:
    """Write so many families: an account, a home, a parent, children enrolled for a school year."""
    tenant = tenants.current()
    now = tenant.now()
    names = [
        (draw.choice(("Anne", "Paul", "Sami", "Élise")), draw.choice(LAST_NAMES))
        for _ in range(count)
    ]
    accounts = await write(
        Account,
        [
            {"email": email.format(n), "name": f"{given} {name}", "kind": "family"}
            | {"created_at": now, "proved_at": now}
            for n, (given, name) in enumerate(names)
        ],
    )
    homes = await write(Household, [{"created_at": now, "confirmed_at": now} for _ in names])
    adults = await write(
        Adult,
        [
            {"household": home, "account": account, "given_name": given, "family_name": name}
            | {"email": email.format(n), "folded": fold(f"{given} {name}")}
            for n, ((given, name), home, account) in enumerate(
                zip(names, homes, accounts, strict=True)
            )
        ],
    )
    postcode = next(iter(tenant.settings.postcodes), "")
    await write(
        Address,
        [
            {"household": home, "line": f"{n % 90 + 1} rue des Tilleuls", "postcode": postcode}
            | {"city": tenant.settings.name}
            for n, home in enumerate(homes)
        ],
    )
    quotients = [draw.choice(QUOTIENTS) for _ in names]
    await write(
        tables.Situation,
        [
            {"household": home, "first": date(year, 9, 1), "quotient_familial": quotient}
            | {"is_resident": True, "source": "caf", "written_at": now}
            for home, quotient in zip(homes, quotients, strict=True)
            if quotient is not None
        ],
    )
    pupils = await _children(names, homes, adults, year, activities, schools, draw, children)
    return [
        Home(
            Person(
                account, 0, email.format(n), " ".join(name), "family", adult=adult, household=home
            ),
            tuple(pupils[home]),
            quotients[n],
        )
        for n, (name, account, adult, home) in enumerate(
            zip(names, accounts, adults, homes, strict=True)
        )
    ]


async def _children(
    names: Sequence[tuple[str, str]],
    homes: Sequence[int],
    adults: Sequence[int],
    year: int,
    activities: Sequence[int],
    schools: Sequence[int],
    draw: Random,
    counts: Sequence[int],
) -> dict[int, list[Pupil]]:
    now = tenants.current().now()
    rows: list[dict[str, Any]] = []
    owners: list[int] = []
    for number, ((_, name), home, adult) in enumerate(zip(names, homes, adults, strict=True)):
        school = schools[number % len(schools)] if schools else None
        for _ in range(counts[number % len(counts)]):
            age = draw.randrange(len(CLASSES))
            born = date(year - YOUNGEST - age, draw.randint(1, 12), draw.randint(1, 28))
            given = draw.choice(FIRST_NAMES)
            rows.append(
                {"household": home, "given_name": given, "family_name": name, "born_on": born}
                | {"folded": fold(f"{given} {name}"), "school": school, "class_name": CLASSES[age]}
            )
            owners.append(adult)
    numbers = await write(Child, rows)
    rights = {"kind": "parent"} | dict.fromkeys(
        ("has_authority", "may_book", "may_pay", "may_collect"), True
    )
    await write(
        Responsibility,
        [
            {"child": child, "adult": adult, "given_at": now} | rights
            for child, adult in zip(numbers, owners, strict=True)
        ],
    )
    await enrol(numbers, activities, year)
    opened = {year: frozenset(activities)}
    found: dict[int, list[Pupil]] = {}
    for child, row in zip(numbers, rows, strict=True):
        told = Pupil(
            child,
            row["given_name"],
            row["household"],
            row["born_on"],
            row["school"],
            "",
            row["class_name"],
            opened,
        )
        found.setdefault(row["household"], []).append(told)
    return found


async def enrol(children: Sequence[int], activities: Sequence[int], year: int) -> None:
    """Enrol children in some activities for a school year, as the town hall accepted it."""
    now = tenants.current().now()
    told = {"workflow": "periscolaire.enrolment", "state": "accepted", "created_at": now}
    demandes = await write(Demande, [told | {"changed_at": now} for _ in children])
    enrolments = await write(
        tables.Enrolment,
        [
            {"demande": demande, "child": child, "year": year}
            for demande, child in zip(demandes, children, strict=True)
        ],
    )
    await write(
        tables.Enrolled,
        [
            {"enrolment": enrolment, "activity": activity}
            for enrolment in enrolments
            for activity in activities
        ],
    )


def always(*_: object) -> Verdict:
    """No delay: the invented year was booked in time."""
    return Verdict(True)


async def book(
    tenant: Tenant,
    known: Catalogue,
    homes: Iterable[Home],
    habits: Sequence[Habit],
    first: date,
    last: date,
    draw: Random,
    taken: Fullness | None = None,
) -> int:
    """Write what families booked between two days, each child by its own habits; return how much.

    :param taken: how full each spot is already, counted on; `write_loads` writes it at the end.
    """
    doors = replace(doors_of(tenant, known, tenant.now()), allows=always)
    calendar = calendar_of(tenant)
    open_days = [day for day in days(first, last) if calendar.is_working(day)]
    counted: Fullness = Counter() if taken is None else taken
    rows: list[tuple[Any, ...]] = []
    prices: dict[tuple[int, int | None, date], Price | None] = {}
    for home in homes:
        for pupil in home.children:
            units = [known.units[one.unit] for one in habits if draw.randrange(100) < one.percent]
            weekdays = {unit.id: _some(draw) for unit in units}
            for day in open_days:
                rows += _of_day(
                    *(tenant, doors, home, pupil, units, weekdays, day, counted, prices)
                )
    count = await _write(tenant, rows)
    if taken is None:
        await write_loads(counted)
    return count


async def tell_diets(homes: Iterable[Home], diets: Sequence[str], draw: Random) -> None:
    """Write the sheet of one child in eight, with what the kitchen must mind."""
    now = tenants.current().now()
    rows = []
    for child in (child for home in homes for child in home.children):
        if draw.randrange(8) == 0:
            name = f"{draw.getrandbits(128):032x}"
            health = Health(draw.choice(diets), has_allergy=draw.randrange(4) == 0)
            told = sealed(ChildSheet(health), name)
            rows.append({"child": child.id, "name": name, "sealed": told, "health_at": now})
    await write(tables.Sheet, rows)


async def write_loads(taken: Fullness) -> None:
    """Write how full each spot is."""
    loads = [(*spot, count, 0, None) for spot, count in sorted(taken.items())]
    async with transaction():
        await many.write("periscolaire_load", bookings.LOAD, loads)


async def again(homes: Sequence[Home], activities: Sequence[int], year: int) -> list[Home]:
    """Enrol the same children for another school year; return them as they were then."""
    await enrol([child.id for home in homes for child in home.children], activities, year)
    opened = {year: frozenset(activities)}
    return [
        replace(home, children=tuple(replace(child, activities=opened) for child in home.children))
        for home in homes
    ]


def _some(draw: Random) -> frozenset[int]:
    return frozenset(draw.sample(range(5), draw.choice((2, 4, 4, 5)))) | {2}


def _of_day(
    tenant: Tenant,
    doors: Doors,
    home: Home,
    pupil: Pupil,
    units: Sequence[Unit],
    weekdays: dict[int, frozenset[int]],
    day: date,
    taken: Fullness,
    prices: dict[tuple[int, int | None, date], Price | None],
) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    chosen: set[str] = set()
    for unit in units:
        activity = doors.catalogue.by_id[unit.activity]
        if day.weekday() not in weekdays[unit.id] or (unit.choice and unit.choice in chosen):
            continue
        if doors.shut(pupil, unit, day, "add"):
            continue
        group = activity.group_of(pupil.school, age_on(pupil.born_on, day))
        assert group is not None
        capacity = places(doors.catalogue, group.id, None)
        spots = [(group.id, day, part) for part in each(unit.parts)]
        if capacity is not None and any(taken[spot] >= capacity for spot in spots):
            continue
        asked = unit.id, home.quotient_familial, day.replace(day=1)
        if asked not in prices:
            situation = Situation(home.quotient_familial)
            prices[asked] = price_of(tenant, activity, unit, day, situation)
        taken.update(spots)
        chosen |= {unit.choice} if unit.choice else set()
        found.append((pupil.id, day, unit.id, group.id, home.person, prices[asked]))
    return found


async def _write(tenant: Tenant, rows: list[tuple[Any, ...]]) -> int:
    now = tenant.now()
    numbers = await bookings.keep_prices({row[5] for row in rows if row[5] is not None})
    told = [
        (*row[:4], row[4].adult, numbers[bookings.name_of(row[5])], row[4].account)
        for row in rows
        if row[5] is not None
    ]
    events = [
        (child, day, unit, group, "book", "booked", price, payer, account, "family", now)
        for child, day, unit, group, payer, price, account in told
    ]
    kept = [
        (child, day, unit, group, "booked", payer, price, "", None, 0, now)
        for child, day, unit, group, payer, price, _ in told
    ]
    async with transaction():
        await many.write("periscolaire_event", bookings.EVENT, events)
        await many.write("periscolaire_booking", bookings.BOOKING, kept)
    return len(told)
