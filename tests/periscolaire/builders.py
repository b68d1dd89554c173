"""What tests of the périscolaire start from; each sets only what its test does not care about."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from ribambelle import tenants
from ribambelle.identity import Person, responsibilities, sessions
from ribambelle.identity.rights import Rights
from ribambelle.identity.tables import Account, Adult, Child, Household, School
from ribambelle.search import fold
from ribambelle.testing.communes import Town
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.testing import town

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)
THURSDAY, FRIDAY = date(2026, 12, 3), date(2026, 12, 4)
SETTINGS = """
[periscolaire]
[[periscolaire.cut_offs]]
name = "veille"
[periscolaire.cut_offs.add]
days = 1
at = "10:00"
excluded = ["wed", "sat", "sun", "public_holidays", "school_holidays"]
[[periscolaire.tariffs]]
name = "Tarif"
activity = ["cantine", "mercredi", "soir", "matin"]
unit = ["repas", "matin", "soir", "am", "pm", "day", "meal"]
first = 2026-09-01
flat = 310
"""
"""Until the eve of school, ten o'clock; the tests' clock says Wednesday 25 November, nine o'clock."""


def settle(place: Town, text: str = SETTINGS) -> None:
    """Give a commune its rules."""
    file = place.app.platform.folder / f"{place.slug}.toml"
    written = file.read_text().split("[periscolaire]")[0]
    if "school_zone" not in written:
        written = 'school_zone = "B"\ndepartement = "44"\n' + written
    head, database, url = written.partition("[database]")
    file.write_text(f"{head}{database}{url}{text}")


async def insert(row: Any) -> int:
    """Write a row, and return its number."""
    kind = type(row)
    return int((await kind.insert(row).returning(kind.id))[0]["id"])


async def an_activity(
    code: str = "cantine", name: str = "", kind: str = "canteen", **changed: Any
) -> int:
    """Open an activity; « veille » is its cut-off."""
    row = tables.Activity(
        code=code, name=name or code.capitalize(), kind=kind, cut_off="veille", **changed
    )
    number = await insert(row)
    await catalogue.touch()
    return number


async def a_unit(activity: int, code: str = "repas", name: str = "Repas", **changed: Any) -> int:
    """Give an activity something to book."""
    said = {"begins": 11 * 60 + 45, "ends": 13 * 60 + 30} | changed
    number = await insert(tables.Unit(activity=activity, code=code, name=name, **said))
    await catalogue.touch()
    return number


async def a_group(activity: int, room: int | None = None, **changed: Any) -> int:
    """Give an activity children to receive, as many as the room holds."""
    number = await insert(tables.Group(activity=activity, name="Tous", room=room, **changed))
    await catalogue.touch()
    return number


@dataclass(frozen=True)
class Canteen:
    """A canteen of one unit and one group."""

    activity: int
    unit: int
    group: int


async def a_canteen(room: int | None = None, **changed: Any) -> Canteen:
    """Open a canteen."""
    activity = await an_activity(**changed)
    return Canteen(activity, await a_unit(activity), await a_group(activity, room))


async def a_family(email: str = "anne@example.test", name: str = "Anne Hoarau") -> Person:
    """Write an adult with an account, alone in a home."""
    tenant = tenants.current()
    now = tenant.now()
    account = await Account.objects().get(Account.email == email)
    if account is None:
        account = Account(email=email, name=name, kind="family", created_at=now, proved_at=now)
        account.id = await insert(account)
    household = await insert(Household(created_at=now))
    given, _, family = name.partition(" ")
    adult = await insert(
        Adult(
            household=household,
            account=account.id,
            given_name=given,
            family_name=family,
            email=email,
            folded=fold(name),
        )
    )
    return Person(account.id, 0, email, name, "family", adult=adult, household=household)


async def a_person(account: Account) -> Person:
    """Return whoever signs in with an account, as the register knows them."""
    return await sessions.person(account, 0, strong=False)


async def a_child(
    person: Person,
    *activities: int,
    name: str = "Léa",
    born_on: date = date(2018, 5, 3),
    year: int = 2026,
    school: str = "",
    class_name: str = "CE1",
) -> int:
    """Give a family a child enrolled in some activities for a school year."""
    now = tenants.current().now()
    place = None
    if school:
        row = School(name=school, folded=fold(school))
        await School.insert(row).on_conflict(target=School.folded, action="DO NOTHING")
        found = await School.select(School.id).where(School.folded == fold(school)).first()
        place = found["id"] if found else None
    child = await insert(
        Child(
            household=person.household,
            given_name=name,
            family_name="Hoarau",
            born_on=born_on,
            folded=fold(name),
            school=place,
            class_name=class_name,
        )
    )
    rights = Rights("parent", has_authority=True, may_book=True, may_pay=True, may_collect=True)
    await responsibilities.write(child, person.adult, rights, now)
    if activities:
        await enrol(child, *activities, year=year)
    return child


async def enrol(child: int, *activities: int, year: int = 2026) -> int:
    """Enrol a child, as the town hall accepted it."""
    now = tenants.current().now()
    demande = await insert(
        Demande(workflow="periscolaire.enrolment", state="accepted", created_at=now, changed_at=now)
    )
    enrolment = await insert(tables.Enrolment(demande=demande, child=child, year=year))
    for activity in activities:
        await insert(tables.Enrolled(enrolment=enrolment, activity=activity))
    return enrolment


async def many_families(count: int, activity: int, year: int = 2026) -> list[tuple[Person, int]]:
    """Write so many families of one enrolled child at once."""
    draw = Random(count)
    homes = await town.families(count, year=year, activities=[activity], draw=draw, children=[1])
    return [(home.person, home.children[0].id) for home in homes]
