"""The town hall's pages: what is open, days closed, a day counted, and who may see how much of it."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from tests.periscolaire.builders import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    settle,
)

from ribambelle.identity import Grant, Person
from ribambelle.identity.tables import Account, Child
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.domain.sheet import Health
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue, sheets

DESK = "/bureau/periscolaire"
DAY = f"{DESK}/jour/{THURSDAY}"
ACTIVITY = {"name": "Goûter", "code": "gouter", "kind": "evening", "cut_off": "veille"}
UNIT = {"name": "Goûter", "code": "gouter", "begins": "16:30", "ends": "17:00"}
GROUP = {"name": "Petits", "from_age": "3", "to_age": "5", "room": "12"}


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


async def a_school_day(town: Town, room: int | None = None) -> tuple[Canteen, list[int], Person]:
    """Two children of two schools eat on Thursday."""
    with town.here() as tenant:
        canteen = await a_canteen(room=room)
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
        lea = await a_child(anne, canteen.activity, school="Jean-Jaurès")
        tom = await a_child(paul, canteen.activity, name="Tom", school="Les Tilleuls")
        for person, child in ((anne, lea), (paul, tom)):
            wanted = [Wanted(child, canteen.unit, THURSDAY, "book")]
            await booking.save(tenant, person, wanted, "k", tenant.now())
    return canteen, [lea, tom], anne


def fields(page: httpx.Response) -> dict[str, str]:
    """Return what a form would send as it is shown."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page.text):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in told and (told.get("type") not in {"checkbox", "radio"} or " checked" in tag):
            found[told["name"]] = told.get("value", "")
    for name, body in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def three(name: str, day: date) -> dict[str, str]:
    return {
        f"{name}_day": str(day.day),
        f"{name}_month": str(day.month),
        f"{name}_year": str(day.year),
    }


async def test_an_activity_is_opened_from_the_office_and_booked_by_families(town: Town) -> None:
    agent = await town.staff()

    wrong = await agent.post(
        f"{DESK}/activites", data={**ACTIVITY, "code": "Goûter !", "cut_off": "x"}
    )
    made = await agent.post(f"{DESK}/activites", data=ACTIVITY)
    again = await agent.post(f"{DESK}/activites", data=ACTIVITY)
    there = made.headers["location"]
    no_day = await agent.post(f"{there}/unites", data={**UNIT, "ends": "16:00"})
    unit = await agent.post(f"{there}/unites", data={**UNIT, "weekdays": ["0", "3"], "parts": "8"})
    group = await agent.post(f"{there}/groupes", data=GROUP)
    twice = await agent.post(f"{there}/groupes", data={**GROUP, "name": "Moyens", "to_age": "8"})
    shown = await agent.get(DESK)

    assert (wrong.status_code, again.status_code, no_day.status_code) == (422, 422, 422)
    assert "Ce délai n’est pas dans le fichier" in wrong.text
    assert "Goûter !" in wrong.text
    assert "Ce code est déjà pris" in again.text
    assert "La fin vient après le début" in no_day.text
    assert (unit.status_code, group.status_code) == (303, 303)
    assert "reçoit déjà une partie de ces âges" in twice.text
    assert "12\u00a0enfants : la salle n’en tient pas plus" in shown.text
    assert "activity = [&#34;gouter&#34;], unit = [&#34;gouter&#34;]" in shown.text
    with town.here():
        (row,) = await tables.Unit.select()
        acts = await JournalLine.select(JournalLine.act).where(
            JournalLine.act.like("periscolaire.%")
        )
    assert (row["begins"], row["weekdays"], row["parts"]) == (990, 0b1001, 8)
    assert [one["act"].partition("_")[2] for one in acts] == ["opened"] * 3


async def test_somebody_quicker_is_not_written_over_and_nothing_typed_is_lost(town: Town) -> None:
    await a_school_day(town)
    agent, other = await town.staff(), await town.staff(email="other@example.test")
    page = await agent.get(f"{DESK}/activites/1")
    typed = fields(page)
    await other.post(f"{DESK}/activites/1", data={**typed, "name": "Restaurant"})

    late = await agent.post(f"{DESK}/activites/1", data={**typed, "name": "La cantine"})
    anew = await agent.post(
        f"{DESK}/activites/1",
        data={**typed, "name": "La cantine", "version": fields(late)["version"]},
    )

    assert late.status_code == 409
    assert "Quelqu’un a été plus rapide" in late.text
    assert 'value="La cantine"' in late.text
    assert anew.status_code == 303


async def test_a_group_that_moves_children_asks_first(town: Town) -> None:
    _, (lea, _), _ = await a_school_day(town)
    agent = await town.staff()
    with town.here():
        school = (await Child.select(Child.school).where(Child.id == lea).first() or {})["school"]
    small = {"name": "Jaurès", "school": str(school), "from_age": "3", "to_age": "11"}

    asked = await agent.post(f"{DESK}/activites/1/groupes", data=small)
    done = await agent.post(f"{DESK}/activites/1/groupes", data={**small, "confirme": "oui"})
    page = await agent.get(f"{DESK}/groupes/1")
    kept = fields(page)
    refused = await agent.post(f"{DESK}/groupes/1", data={**kept, "room": "0"})

    assert asked.status_code == 422
    assert "Des enfants changent de groupe" in asked.text
    assert "Léa Hoarau" in asked.text and "Tom Hoarau" not in asked.text
    assert done.status_code == 303
    assert (refused.status_code, "Tom Hoarau" in refused.text) == (422, True)
    assert "dépasserait" in refused.text


async def test_days_are_closed_after_a_look_and_opened_again(town: Town) -> None:
    await a_school_day(town)
    agent = await town.staff()
    form = {**three("premier", THURSDAY), "raison": "strike", "note": "Grève", "ecole": ""}

    past = await agent.post(f"{DESK}/fermetures", data=form | three("premier", date(2026, 11, 20)))
    looked = await agent.post(f"{DESK}/fermetures", data=form)
    with town.here():
        untouched = await tables.Closure.count()
    done = await agent.post(f"{DESK}/fermetures", data={**form, "act": "close"})
    there = done.headers["location"]
    file = await agent.get(f"{DESK}/fermetures/export/csv")
    shown, family = await agent.get(there), await town.family("anne@example.test")
    week = await family.get(f"/periscolaire/semaine/{MONDAY}")
    lifted = await agent.post(f"{there}/lever")
    after = await agent.get(there)

    assert "Ce jour est passé" in past.text
    assert "2\u00a0réservations seront fermées" in looked.text
    assert untouched == 0
    assert "03/12/2026;03/12/2026;Toutes;Toutes;Toutes;Grève;Grève;Fermé" in file.text
    assert "2\u00a0réservations, 2\u00a0enfants" in shown.text
    assert "Grève. Rien n’est facturé" in week.text
    assert lifted.headers["location"] == there
    assert "Rouvert le" in after.text and "Sans place" not in after.text


async def test_a_day_is_counted_printed_and_taken_away(town: Town) -> None:
    canteen, (lea, _), _ = await a_school_day(town)
    agent = await town.staff()
    with town.here() as tenant:
        await tables.Activity.update({tables.Activity.regime: "periscolaire"}, force=True)
        await tables.Group.update({tables.Group.staff: 1}, force=True)
        await catalogue.touch()

        health = Health("Sans porc", has_allergy=True, allergies="Arachide", has_pai=True)
        await sheets.write(lea, tenant.now(), health=health)

    written = await agent.post(f"{DAY}/adultes", data={"group": str(canteen.group), "staff": "0"})
    shown = await agent.get(DAY)
    today = await agent.get(f"{DESK}/jour")
    listed = await agent.get(f"{DAY}/enfants?q=lea")
    book = await agent.get(f"{DAY}/enfants/export/xlsx?q=lea")
    counts = await agent.get(f"{DAY}/export/csv")
    gone = await agent.get(f"{DAY}/enfants/export/exe")
    found = await agent.get("/bureau/recherche?q=tom")
    child = await agent.get(f"{DESK}/enfants/2")

    assert written.headers["location"] == DAY
    assert "2\u00a0réservations dépassent la capacité du jour" in shown.text
    assert "1 à prévoir" in shown.text
    assert today.headers["location"] == f"{DESK}/jour/2026-11-25"
    assert "Léa Hoarau" in listed.text and "Tom" not in listed.text
    assert "Sans porc, allergie, PAI" in listed.text and "Arachide" not in listed.text
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        cells = archive.read("xl/sharedStrings.xml").decode()
    assert "Jean-Jaurès" in cells and "Tom" not in cells
    assert "Cantine;Tous;2;0;0;0;0;1;0" in counts.text
    assert gone.status_code == 404
    assert f"{DESK}/enfants/2" in found.text
    assert "Paul Grondin" in child.text


async def test_a_school_sees_its_children_and_the_kitchen_no_name(town: Town) -> None:
    await a_school_day(town)
    with town.here():
        school = (await Child.select(Child.school).where(Child.id == 1).first() or {})["school"]
    teacher = await town.staff(
        Grant("school_staff", f"core.school:{school}"), email="ecole@example.test"
    )
    cook = await town.staff(Grant("kitchen"), email="cuisine@example.test")

    listed, counted = await teacher.get(f"{DAY}/enfants"), await teacher.get(DAY)
    meals, names = await cook.get(DAY), await cook.get(f"{DAY}/enfants")
    far = await teacher.get(f"{DESK}/jour/2027-03-04")
    writes = await teacher.post(f"{DAY}/adultes", data={"group": "1", "staff": "0"})

    assert "Léa Hoarau" in listed.text and "Tom" not in listed.text
    assert "1\u00a0enfant attendu" in counted.text
    assert (meals.status_code, names.status_code, far.status_code) == (200, 403, 404)
    assert writes.status_code == 403
    assert "Hoarau" not in meals.text


async def test_how_full_activities_are_is_on_a_page_and_in_a_file(town: Town) -> None:
    await a_school_day(town, room=4)
    agent = await town.staff()

    page = await agent.get(f"{DESK}/remplissage?de=2026-12&a=2026-12")
    file = await agent.get(f"{DESK}/remplissage/export/csv?de=2026-12")

    # December of zone B: eleven school days before the holidays of the 19th, four places each
    assert "Cantine;11;2;44;4,5;0;03/12/2026;2" in file.content.decode("utf-8-sig")
    assert "Jour le plus plein" in page.text


async def test_a_class_is_booked_as_each_family_would(town: Town, clock: FrozenClock) -> None:
    canteen, (lea, tom), anne = await a_school_day(town)
    with town.here():
        zoe = await a_child(anne, name="Zoé", school="Jean-Jaurès")
        school = (await Child.select(Child.school).where(Child.id == lea).first() or {})["school"]
    agent = await town.staff()
    form = {"classe": f"{school}:CE1", "unite": str(canteen.unit), "cle": "k"}
    form |= three("jour", FRIDAY)

    looked = await agent.post(f"{DESK}/classes", data=form)
    with town.here():
        untouched = await tables.Booking.count()
    done = await agent.post(f"{DESK}/classes", data={**form, "act": "do"})
    await agent.post(f"{DESK}/classes", data={**form, "act": "do"})
    told = await agent.get(done.headers["location"])
    clock.set(clock().replace(month=12, day=4, hour=6))
    agent = await town.staff()
    late = {**form, "faire": "cancel", "cle": "k2", "act": "do"}
    await agent.post(f"{DESK}/classes", data=late)
    with town.here():
        kept = await tables.Booking.select().where(tables.Booking.day == FRIDAY)
    await agent.post(f"{DESK}/classes", data={**late, "cle": "k3", "tard": "oui"})

    assert "1\u00a0enfant concerné sur 2" in looked.text
    assert "Zoé" in looked.text and untouched == 2
    assert "réservé : 1, impossible : 1" in told.text
    assert [(row["child"], row["state"]) for row in kept] == [(lea, "booked")]
    with town.here():
        staff = await Account.objects().get(Account.email == "agent@example.test")
        events = await tables.BookingEvent.select().where(tables.BookingEvent.day == FRIDAY)
        (row,) = await tables.Booking.select().where(tables.Booking.day == FRIDAY)
    assert staff and [(one["act"], one["account"], one["side"]) for one in events] == [
        ("book", staff.id, "office"),
        ("cancel", staff.id, "office"),
    ]
    assert row["payer"] == anne.adult and tom and zoe


async def test_booking_at_the_counter_names_the_agent_and_is_told(
    town: Town, clock: FrozenClock
) -> None:
    canteen, (lea, _), anne = await a_school_day(town)
    agent = await town.staff()
    await agent.post(f"/bureau/familles/adultes/{anne.adult}/agir", data={"reason": "counter"})
    box = f"{lea}.{canteen.unit}."

    week = await agent.get(f"/periscolaire/semaine/{MONDAY}")
    await agent.post(f"/periscolaire/semaine/{MONDAY}", data={"cle": "a", "jour": f"{box}{FRIDAY}"})
    await agent.post("/periscolaire/mois/2026-12", data={"cle": "b", "jour": f"{box}2026-12-08"})
    await agent.post("/bureau/agir/terminer")
    await town.work()

    assert "Vous agissez pour Anne Hoarau" in week.text
    with town.here():
        staff = await Account.objects().get(Account.email == "agent@example.test")
        events = await tables.BookingEvent.select().where(tables.BookingEvent.day >= FRIDAY)
    assert staff and {(one["account"], one["side"]) for one in events} == {(staff.id, "office")}
    assert len(events) == 2
    told = [
        one.text for one in await town.mail("anne@example.test") if "en votre nom" in one.subject
    ]
    assert "Réservations changées" in told[0]
