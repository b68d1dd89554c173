"""The town hall examines enrolments, ends them, publishes the règlement; families are told."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from tests.paiement_tresor.test_families import said
from tests.periscolaire.builders import (
    FRIDAY,
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    a_person,
    enrol,
    insert,
    settle,
)
from tests.periscolaire.test_enrolment import HERE, begun, filled, published

from ribambelle.errors import Refused
from ribambelle.identity import Grant, Person
from ribambelle.identity.tables import Account, Child
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.workflow.tables import Demande, HistoryStep, JournalLine
from ribambelle_periscolaire import tables, turning
from ribambelle_periscolaire.booking import save
from ribambelle_periscolaire.domain.bookings import Happened, replayed
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.pages.enrolment_told import beside, followed
from ribambelle_periscolaire.queries import attendance, catalogue, enrolments, rules

DESK = "/bureau/periscolaire/inscriptions"
RULES = "/bureau/periscolaire/reglement"


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


async def an_enrolment(town: Town, name: str = "Léa", email: str = "anne@example.test") -> int:
    """Send an enrolment, and return its number."""
    with town.here():
        found = await tables.Activity.select(tables.Activity.id).first()
        activity = found["id"] if found else (await a_canteen()).activity
        child = await a_child(await a_family(email), name=name)
    browser = await town.family(email)
    base = await begun(browser, child)
    await filled(browser, base, activity)
    return int(base.rsplit("/", 1)[1])


async def states(town: Town) -> list[str]:
    with town.here():
        return [row["state"] for row in await Demande.select(Demande.state).order_by(Demande.id)]


async def test_an_agent_finds_reads_and_decides_and_the_family_is_told(town: Town) -> None:
    number = await an_enrolment(town)
    agent = await town.staff()

    listed = await agent.get(DESK, params={"q": "léa", "annee": "2026"})
    elsewhere = await agent.get(DESK, params={"q": "zoé"})
    shown = await agent.get(f"{DESK}/{number}")
    empty = await agent.post(f"{DESK}/{number}/etat", data={"act": "refuse", "reason": ""})
    asked = await agent.post(
        f"{DESK}/{number}/etat", data={"act": "ask_more", "reason": "Il manque l’assurance."}
    )
    family = await town.family("anne@example.test")
    told = await family.get(f"{HERE}/{number}")
    again = await family.post(f"{HERE}/{number}/verification", data={"exact": "oui"})
    accepted = await agent.post(f"{DESK}/{number}/etat", data={"act": "accept"})
    late = await agent.post(f"{DESK}/{number}/etat", data={"act": "refuse", "reason": "Non."})
    await town.work()

    assert f"{DESK}/{number}" in listed.text
    assert f"{DESK}/{number}" not in elsewhere.text
    assert "arachide" in shown.text
    assert "Rose Payet" in shown.text
    assert empty.status_code == 422
    assert "la famille lira cette phrase" in empty.text.lower()
    assert "Il manque l’assurance." in told.text
    assert [one.status_code for one in (asked, again, accepted, late)] == [303] * 4
    assert await states(town) == ["accepted"]
    mail = [one.text for one in await town.mail("anne@example.test")]
    assert any("Il manque l’assurance." in text for text in mail)
    assert any("est acceptée" in text for text in mail)
    with town.here():
        reads = await JournalLine.count().where(JournalLine.act == "periscolaire.enrolment_read")
    assert reads == 1


async def test_a_draft_is_the_family_s_own_and_only_agents_read_the_sent_ones(town: Town) -> None:
    with town.here():
        await a_canteen()
        lea = await a_child(await a_family(), name="Léa")
    browser = await town.family("anne@example.test")
    base = await begun(browser, lea)
    number = base.rsplit("/", 1)[1]
    agent, manager = (
        await town.staff(),
        await town.staff(Grant("creche_manager", "creche.facility:1"), email="m@example.test"),
    )

    assert (await agent.get(f"{DESK}/{number}")).status_code == 404
    assert (await agent.post(f"{DESK}/{number}/fin", data={})).status_code == 404
    assert (await agent.post(f"{DESK}/{number}/activites", data={})).status_code == 404
    assert (await manager.get(DESK)).status_code == 403
    assert (await browser.get(DESK)).status_code == 403


async def test_what_is_on_screen_is_accepted_together_and_saved_as_a_spreadsheet(
    town: Town,
) -> None:
    settle(town, "[periscolaire]\nproofs = []\n")
    one = await an_enrolment(town)
    two = await an_enrolment(town, "Tom", "paul@example.test")
    agent = await town.staff()

    book = await agent.get(f"{DESK}/export", params={"q": "tom"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    preview = await agent.get(f"{DESK}/accepter")
    before = await states(town)
    nothing = await agent.post(f"{DESK}/accepter", data={})
    done = await agent.post(f"{DESK}/accepter", data={"enrolments": [str(one), "999"]})
    shown = await agent.get(done.headers["location"])

    assert [row[1] for row in rows.to_python()] == ["Enfant", "Tom Hoarau"]
    assert "arachide" not in str(rows.to_python())
    assert f'value="{one}"' in preview.text
    assert f'value="{two}"' in preview.text
    assert before == ["submitted", "submitted"]
    assert nothing.status_code == 422
    assert await states(town) == ["accepted", "submitted"]
    assert "1 inscription acceptée. 1 a changé entre-temps" in shown.text


async def a_booked_child(town: Town, days: list[date]) -> tuple[Canteen, Person, int, int]:
    """Book a canteen for an enrolled child; one place, so that others wait."""
    with town.here() as tenant:
        canteen = await a_canteen(room=1)
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
        lea, tom = (
            await a_child(anne, name="Léa"),
            await a_child(paul, canteen.activity, name="Tom"),
        )
        enrolment = await enrol(lea, canteen.activity)
        wanted = [Wanted(lea, canteen.unit, day, "book") for day in days]
        await save(tenant, anne, wanted, "k", tenant.now())
        await save(tenant, paul, [Wanted(tom, canteen.unit, days[-1], "book")], "k", tenant.now())
    return canteen, anne, enrolment, lea


async def held(child: int) -> dict[date, str]:
    rows = await tables.Booking.select(tables.Booking.day, tables.Booking.state).where(
        tables.Booking.child == child
    )
    return {row["day"]: row["state"] for row in rows}


async def test_a_child_who_leaves_gives_back_its_days_to_who_waits_and_pays_none(
    town: Town, clock: FrozenClock
) -> None:
    _, _, enrolment, lea = await a_booked_child(town, [THURSDAY, FRIDAY])
    agent = await town.staff()
    last = {"last_day": "3", "last_month": "12", "last_year": "2026"}

    wrong = await agent.post(f"{DESK}/{enrolment}/fin", data=last | {"last_year": "2028"})
    none = await agent.post(f"{DESK}/{enrolment}/fin", data={})
    done = await agent.post(f"{DESK}/{enrolment}/fin", data=last)
    shown = await agent.get(done.headers["location"])

    assert (wrong.status_code, none.status_code) == (422, 422)
    assert "1\u00a0réservation annulée" in shown.text
    with town.here():
        assert await held(lea) == {THURSDAY: "booked", FRIDAY: "cancelled"}
        waiting = await tables.Booking.select(tables.Booking.state).where(
            (tables.Booking.day == FRIDAY) & (tables.Booking.child != lea)
        )
        assert [row["state"] for row in waiting] == ["offered"]
        events = await tables.BookingEvent.select().order_by(tables.BookingEvent.id)
        told = [
            Happened(
                row["id"],
                (row["child"], row["day"], row["unit"]),
                row["act"],
                row["state"],
                row["group"],
                row["price"],
            )
            for row in events
        ]
        assert {key[1]: one.state for key, one in replayed(told).items() if key[0] == lea} == (
            await held(lea)
        )
    assert await states(town) == ["accepted", "accepted"]

    clock.move(days=9)
    for _ in range(2):
        with town.here():
            await turning.turn()

    assert sorted(await states(town)) == ["accepted", "ended"]


async def test_an_activity_taken_off_cancels_what_was_booked_in_it(town: Town) -> None:
    canteen, _, enrolment, lea = await a_booked_child(town, [THURSDAY, FRIDAY])
    with town.here():
        other = await a_canteen(code="soir", kind="evening")
    agent = await town.staff()

    none = await agent.post(f"{DESK}/{enrolment}/activites", data={})
    strange = await agent.post(f"{DESK}/{enrolment}/activites", data={"activities": "999"})
    done = await agent.post(
        f"{DESK}/{enrolment}/activites", data={"activities": str(other.activity)}
    )

    assert (none.status_code, strange.status_code, done.status_code) == (422, 422, 303)
    with town.here():
        assert set((await held(lea)).values()) == {"cancelled"}
        rows = await tables.Enrolled.select(tables.Enrolled.activity).where(
            tables.Enrolled.enrolment == enrolment
        )
    assert [row["activity"] for row in rows] == [other.activity]
    assert canteen.activity != other.activity


async def test_next_year_s_school_is_written_the_day_the_year_begins(
    town: Town, clock: FrozenClock
) -> None:
    with town.here():
        lea = await a_child(await a_family(), name="Léa", class_name="CP")
        enrolment = await enrol(lea, year=2027)
        await tables.Enrolment.update({tables.Enrolment.class_name: "CE1"}).where(
            tables.Enrolment.id == enrolment
        )
        await turning.turn()
        before = (await Child.objects().get(Child.id == lea)).class_name
    clock.move(days=280)
    with town.here():
        await turning.turn()
        after = (await Child.objects().get(Child.id == lea)).class_name

    assert (before, after) == ("CP", "CE1")


async def test_a_published_reglement_never_changes_and_tells_who_accepted_it(town: Town) -> None:
    agent = await town.staff()
    told = {"version": "2026", "text": "Soyez à l’heure.", "first": "2026-11-25"}

    wrong = await agent.post(RULES, data=told | {"text": "[x](javascript:y)", "act": "publish"})
    draft = await agent.post(RULES, data=told | {"act": "save"})
    address = draft.headers["location"]
    hidden = await town.visitor().get("/periscolaire/reglement")
    twin = await agent.post(RULES, data=told | {"act": "save"})
    late = await agent.post(address, data=told | {"first": "2026-11-01", "act": "publish"})
    preview = await agent.post(address, data=told | {"text": "Autre.", "act": "preview"})
    done = await agent.post(address, data=told | {"act": "publish"})
    await agent.post(address, data=told | {"text": "Changé !", "act": "save"})
    read = await town.visitor().get("/periscolaire/reglement")
    with town.here():
        number = (await tables.Rules.select(tables.Rules.id).first())["id"]
        canteen = await a_canteen()
        lea = await a_child(await a_family(), name="Léa")
    browser = await town.family("anne@example.test")
    await filled(browser, await begun(browser, lea), canteen.activity, rules=number)
    version = await agent.get(address)
    listed = await agent.get(RULES)
    fresh = await agent.get(f"{RULES}/nouvelle")

    assert (wrong.status_code, twin.status_code, late.status_code) == (422, 422, 422)
    assert "javascript:y" in wrong.text
    assert "Soyez à l’heure." not in hidden.text
    assert "Autre." in preview.text
    assert done.status_code == 303
    assert "Soyez à l’heure." in read.text
    assert "Léa Hoarau" in version.text
    assert "En vigueur" in listed.text
    assert "Soyez à l’heure." in fresh.text


async def test_a_certificate_is_printed_for_an_accepted_enrolment_only(town: Town) -> None:
    number = await an_enrolment(town)
    agent = await town.staff()
    early = await agent.post(f"{DESK}/{number}/attestation")
    await agent.post(f"{DESK}/{number}/etat", data={"act": "accept"})
    printed = await agent.post(f"{DESK}/{number}/attestation")

    assert early.status_code == 404
    assert printed.content.startswith(b"%PDF")


async def test_the_days_a_child_came_are_certified_once_closed(town: Town) -> None:
    """Open days are not told; nor is a day another household booked and pays for."""
    number = await an_enrolment(town)
    agent = await town.staff()
    await agent.post(f"{DESK}/{number}/etat", data={"act": "accept"})
    with town.here() as tenant:
        now, known = tenant.now(), await catalogue.current()
        child = (await enrolments.one(number)).child
        (activity,) = known.activities
        unit, group = activity.units[0].id, activity.groups[0].id
        paul = await a_family("paul@example.test", "Paul Grondin")
        for offset, payer in enumerate((None, None, paul.adult)):
            day = THURSDAY + timedelta(days=offset)
            about = {"child": child.id, "day": day, "unit": unit, "group": group}
            await insert(tables.Attendance(**about, state="present", changed_at=now))
            if payer:
                await insert(tables.Booking(**about, state="booked", payer=payer, changed_at=now))
    here = f"{DESK}/{number}/presence"

    before = await agent.post(here)
    with town.here():
        for day in (THURSDAY, THURSDAY + timedelta(days=2)):
            await attendance.lock(activity.id, day, 1, now)
    printed = await agent.post(here)
    family = await town.family("anne@example.test")
    own = await family.post(f"/periscolaire/inscription/{number}/presence")
    other = await town.family("paul@example.test")

    assert before.status_code == 303
    assert [said(paper).count("1 jour (") for paper in (printed, own)] == [1, 1]
    assert (await other.post(f"/periscolaire/inscription/{number}/presence")).status_code == 404


async def test_at_the_counter_an_agent_fills_the_family_s_own_pages(town: Town) -> None:
    """The errand is the core's: the journal and the history name the agent."""
    with town.here():
        canteen = await a_canteen()
        anne = await a_family()
        lea = await a_child(anne, name="Léa")
    agent = await town.staff()
    started = await agent.post(
        f"/bureau/familles/adultes/{anne.adult}/agir", data={"reason": "counter"}
    )
    assert started.status_code == 303
    base = await begun(agent, lea)
    sent = await filled(agent, base, canteen.activity)

    assert sent.status_code == 303
    with town.here():
        line = await JournalLine.objects().get(JournalLine.act == "periscolaire.enrolment.submit")
    assert line.side == "office"


async def test_the_home_of_an_agent_says_what_waits(town: Town) -> None:
    await an_enrolment(town)
    agent = await town.staff()

    office = await agent.get("/bureau")

    assert "1\u00a0inscription à examiner" in office.text


async def test_sent_or_decided_at_the_same_time_is_done_once(town: Town) -> None:
    with town.here():
        canteen = await a_canteen()
        lea = await a_child(await a_family(), name="Léa")
    browser, agent = await town.family("anne@example.test"), await town.staff()
    told = {"enfant": str(lea), "annee": "2026"}
    begun_ = await asyncio.gather(*(browser.post(HERE, data=told) for _ in range(4)))
    base = begun_[0].headers["location"]
    await filled(browser, base, canteen.activity)
    number = base.rsplit("/", 1)[1]
    acts = ({"act": "accept"}, {"act": "refuse", "reason": "Non."}) * 2
    decided = await asyncio.gather(*(agent.post(f"{DESK}/{number}/etat", data=act) for act in acts))

    assert {one.headers["location"] for one in begun_} == {base}
    assert {one.status_code for one in decided} == {303}
    with town.here():
        assert await tables.Enrolment.count() == 1
        moves = await HistoryStep.select(HistoryStep.transition).order_by(HistoryStep.id)
    assert [row["transition"] for row in moves][:1] == ["submit"]
    assert len(moves) == 2


async def test_an_enrolment_of_another_commune_does_not_exist(communes: Communes) -> None:
    for town in communes.both:
        settle(town)
    number = await an_enrolment(communes.alpha)
    agent = await communes.beta.staff()

    asked = [
        await agent.get(f"{DESK}/{number}"),
        await agent.post(f"{DESK}/{number}/etat", data={"act": "accept"}),
        await agent.post(f"{DESK}/{number}/attestation"),
    ]
    listed = await agent.get(DESK, params={"vue": "toutes"})

    assert {one.status_code for one in asked} == {404}
    assert "Léa" not in listed.text
    assert await states(communes.alpha) == ["submitted"]


async def test_without_the_guard_of_published_versions_the_text_would_change(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a published version is left as it is by the write itself."""
    with town.here() as tenant:
        number = await published()
        told = rules.Written("2026", "Changé.", date(2026, 11, 25))
        with pytest.raises(Refused):
            await rules.write(number, told, 1, tenant.now())
        assert (await rules.one(number)).text == "Soyez à l’heure."
        monkeypatch.setattr(rules, "_unread", lambda number: tables.Rules.id == number)
        await rules.write(number, told, 1, tenant.now())
        assert (await rules.one(number)).text == "Changé."


async def test_a_paper_is_read_beside_whose_it_is(town: Town) -> None:
    await an_enrolment(town)
    with town.here():
        demande = (await Demande.select(Demande.id).first())["id"]
        rows = await beside(demande, "pai")
        person = await a_person(await Account.objects().get(Account.email == "anne@example.test"))
        followed_ = await followed(person)

    assert ("Enfant", "Léa Hoarau") in rows
    assert ("Allergies", "arachide") in rows
    assert [one.label for one in followed_] == ["Inscription de Léa, 2026-2027"]
