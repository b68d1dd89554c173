"""A commune of demonstration: what Châtenoy-le-Royal opens, and a school year of invented families."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.demonstration import CAMILLE
from ribambelle.identity import accounts, households, schools, sessions
from ribambelle.identity.tables import Child, School
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle_periscolaire import attending, booking, tables
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.testing import town
from ribambelle_periscolaire.testing.town import Habit, Home

FAMILIES = 310
SCHOOLS = ("École Rosa-Parks", "École des Alouettes")
PEDT = "periscolaire_pedt"
BOOKED_WEEKS = 6
"""Weeks ahead that families have already booked."""
SHARES = {
    "repas": 54,
    "matin": 13,
    "soir": 19,
    "journee": 8,
    "matin-repas": 4,
    "apres-midi": 3,
}
"""Children of a hundred who take each unit, three school days in four."""
VOLUMES = {"cantine": 200, "matin": 50, "soir": 70, "mercredi": 70}
"""What this makes of each activity on a day it runs, nearly: the town's own volumes."""


async def fill(seed: int) -> None:
    """Fill the current commune, if its file says what things cost."""
    tenant = tenants.current()
    draw = Random(f"{seed}:{tenant.slug}")  # noqa: S311 - invented families, not secrets
    now = tenant.now()
    year = school_year(now.date())
    async with transaction():
        places = [await school(name) for name in SCHOOLS]
        await open_activities(places)
        await tables.Rules.insert(
            tables.Rules(version="2026", text=RULES, first=date(year, 9, 1), written_at=now)
        )
    known = await catalogue.current()
    opened = [one.id for one in known.activities if one.booked == "online"]
    homes = await town.families(
        FAMILIES,
        year=year,
        activities=opened,
        schools=places,
        draw=draw,
        email="famille{}@demo.example",
    )
    last = now.date() + timedelta(weeks=BOOKED_WEEKS)
    camille = await _camille(tenant, places, opened, year)
    taken: town.Fullness = Counter()
    first, month = date(year, 9, 1), _last_month(now.date())
    await town.book(tenant, known, homes, habits(known), first, last, draw, taken)
    # hers stop there: the weeks to come are for whoever signs in as her
    await town.book(tenant, known, camille, often(known), *month, draw, taken)
    await town.write_loads(taken)
    for home in camille:
        await _a_week(tenant, known, home)
    await _close(tenant, known, *month)


def _last_month(today: date) -> tuple[date, date]:
    """Return the first and last day of the month before.

    >>> _last_month(date(2026, 1, 15))
    (datetime.date(2025, 12, 1), datetime.date(2025, 12, 31))
    """
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


async def _close(tenant: Tenant, known: Catalogue, first: date, last: date) -> None:
    """Close the attendance of some days that were booked: they may be billed."""
    rows = await tables.Booking.select(tables.Booking.day, tables.Booking.unit).where(
        (tables.Booking.day >= first) & (tables.Booking.day <= last)
    )
    booked = {(row["day"], known.activity_of(row["unit"]).id) for row in rows}
    activities = {one.id: one for one in known.activities}
    for day, activity in sorted(booked):
        await attending.close(tenant, activities[activity], day, 1, tenant.now())


async def school(name: str) -> int:
    """Return a school of this name, opened when there is none."""
    known = await School.select(School.id).where(School.name == name).first()
    if known is not None:
        return int(known["id"])
    row = School(name=name, folded=fold(name), is_open=True)
    return int((await School.insert(row).returning(School.id))[0]["id"])


async def open_activities(places: list[int]) -> None:
    """Write what the commune opens."""
    morning = await _activity(
        "matin", "Accueil du matin", "morning", cut_off="veille", tax_care=True
    )
    canteen = await _activity("cantine", "Cantine", "canteen", cut_off="veille")
    evening = await _activity("soir", "Accueil du soir", "evening", cut_off="veille", tax_care=True)
    wednesday = await _activity(
        "mercredi",
        "Centre de loisirs du mercredi",
        "wednesday",
        runs="wednesday",
        cut_off="mercredi",
        regime=PEDT,
        tax_care=True,
    )
    holidays = await _activity(
        "vacances",
        "Centre de loisirs des vacances",
        "holidays",
        runs="holidays",
        cut_off="vacances",
        regime="extrascolaire",
        tax_care=True,
    )
    await _activity(
        "jeunes",
        "Accueil jeunes, 11-17 ans",
        "workshop",
        runs="always",
        booked="on_site",
        place="Espace jeunesse, rue du Bourg, mercredi et samedi de 14 h à 18 h. "
        "Téléphone : 03 99 00 12 40.",
    )
    await _unit(morning, "matin", "Matin", 7 * 60 + 30, 8 * 60 + 30)
    await _unit(canteen, "repas", "Repas", 11 * 60 + 45, 13 * 60 + 30, is_meal=True)
    await _unit(evening, "soir", "Soir", 16 * 60 + 30, 18 * 60 + 30)
    for activity in (wednesday, holidays):
        await _unit(activity, "journee", "Journée", 8 * 60, 18 * 60, parts=7, choice="jour")
    await _unit(
        wednesday, "matin-repas", "Matin et repas", 8 * 60, 13 * 60 + 30, parts=3, choice="jour"
    )
    await _unit(
        wednesday, "apres-midi", "Après-midi", 13 * 60 + 30, 18 * 60, parts=4, choice="jour"
    )
    for activity, room in ((morning, 60), (canteen, 130), (evening, 60)):
        for place, name in zip(places, SCHOOLS, strict=True):
            await _group(activity, name, school=place, room=room)
    for activity in (wednesday, holidays):
        await _group(activity, "Moins de 6 ans", to_age=5, licence=32, staff=3)
        await _group(activity, "6 ans et plus", from_age=6, licence=48, staff=4)
    await catalogue.touch()


async def _activity(code: str, name: str, kind: str, **said: Any) -> int:
    position = await tables.Activity.count()
    row = tables.Activity(code=code, name=name, kind=kind, position=position, **said)
    return int((await tables.Activity.insert(row).returning(tables.Activity.id))[0]["id"])


async def _unit(activity: int, code: str, name: str, begins: int, ends: int, **said: Any) -> None:
    position = await tables.Unit.count()
    await tables.Unit.insert(
        tables.Unit(
            activity=activity,
            code=code,
            name=name,
            begins=begins,
            ends=ends,
            position=position,
            **said,
        )
    )


async def _group(activity: int, name: str, **said: Any) -> None:
    await tables.Group.insert(tables.Group(activity=activity, name=name, **said))


def habits(known: Catalogue) -> list[Habit]:
    """Return how many children of a hundred take each unit of the school year."""
    return [
        Habit(unit.id, SHARES[unit.code])
        for one in known.activities
        if one.code != "vacances"
        for unit in one.units
        if unit.code in SHARES
    ]


def often(known: Catalogue) -> list[Habit]:
    """Return the habits of a family that eats at the canteen and stays in the evening."""
    return [
        Habit(unit.id, 100)
        for activity in known.activities
        for unit in activity.units
        if unit.code in ("repas", "soir")
    ]


async def _camille(tenant: Tenant, places: list[int], opened: list[int], year: int) -> list[Home]:
    """Give the family one signs in as a second child and their enrolments."""
    account = await accounts.by_email(CAMILLE)
    if account is None:
        return []
    me = await sessions.person(account, 0, strong=False)
    await households.add_child(me.household, "Noé", "Hoarau", born_on=date(year - 4, 4, 2))
    mine = await _children(me.household)
    for child, place, class_name in zip(mine, places, ("CP", "Moyenne section"), strict=False):
        await schools.send(child["id"], place, class_name, by=account.id)
    await town.enrol([child["id"] for child in mine], opened, year)
    await tables.Situation.insert(
        tables.Situation(
            household=me.household,
            first=date(year, 9, 1),
            quotient_familial=640,
            is_resident=True,
            source="proof",
            written_at=tenant.now(),
        )
    )
    mine = await _children(me.household)
    known = {year: frozenset(opened)}
    pupils = [
        Pupil(
            child["id"],
            child["given_name"],
            me.household,
            child["born_on"],
            child["school"],
            activities=known,
        )
        for child in mine
    ]
    return [Home(me, tuple(pupils), 640)]


async def _a_week(tenant: Tenant, known: Catalogue, home: Home) -> None:
    """Book some days of next week for the family one signs in as."""
    now = tenant.now()
    monday = now.date() + timedelta(days=7 - now.date().weekday())
    units = {unit.code: unit.id for one in known.activities[:4] for unit in one.units}
    first, last = home.children[0].id, home.children[-1].id
    wanted = [
        Wanted(child, units[code], monday + timedelta(days=day), "book")
        for child, code, day in (
            (first, "repas", 1),
            (first, "repas", 3),
            (first, "soir", 1),
            (first, "journee", 2),
            (last, "repas", 1),
            (last, "repas", 3),
            (last, "matin", 3),
        )
    ]
    await booking.save(tenant, home.person, wanted, "demo", now)


async def _children(household: int) -> list[dict[str, Any]]:
    columns = (Child.id, Child.given_name, Child.born_on, Child.school)
    found: list[dict[str, Any]] = (
        await Child.select(*columns).where(Child.household == household).order_by(Child.id)
    )
    return found


RULES = """\
## Réserver et annuler
Chaque jour se réserve et s’annule jusqu’à la veille d’école, 10 heures.

## Absences
Une absence signalée après ce délai reste due, sauf certificat médical donné sous 72 heures.

## Retards
Au-delà de cinq minutes de retard le soir, chaque quart d’heure commencé est facturé.
"""
