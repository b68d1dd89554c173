"""A family takes an hour at a desk; the last seat of an hour is never taken twice."""

import asyncio
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from tests.core.test_errands import acting
from tests.core.test_families import a_family

from ribambelle.appointments import booking
from ribambelle.appointments.tables import Appointment, HelpSession
from ribambelle.identity import accounts
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

PAGE, DESK = "/permanences", "/bureau/permanences"
TOLD = {
    **{"day_day": "27", "day_month": "11", "day_year": "2026"},
    **{"begins": "9:00", "ends": "9:40", "slot": "20", "seats": "1"},
    **{"place": "Mairie, 2e étage", "about": "Aide pour votre compte"},
}
FULL = "Une autre famille vient de prendre cette heure"


async def opened(town: Town, **changed: str) -> int:
    agent = await town.staff()
    answer = await agent.post(DESK, data={**TOLD, **changed})
    assert answer.status_code == 303, answer.text
    with town.here():
        return int((await HelpSession.select(HelpSession.id).order_by(HelpSession.id))[-1]["id"])


async def book(browser: httpx.AsyncClient, number: int, begins: int = 540) -> httpx.Response:
    return await browser.post(f"{PAGE}/{number}", data={"begins": str(begins)})


async def test_a_family_takes_an_hour_that_others_no_longer_see(communes: Communes) -> None:
    town = communes.alpha
    number = await opened(town)
    anne, luc = await town.family("anne@a.test", "Anne Payet"), await town.family("luc@a.test")
    before = (await town.visitor().get(PAGE)).text

    taken = await book(anne, number)
    again = await book(anne, number)
    late = await book(luc, number)
    other = await book(anne, number, 560)

    assert "9 h, 9 h 20" in before.replace("\u00a0", " ")
    assert [one.status_code for one in (taken, again, late, other)] == [303, 303, 409, 409]
    assert FULL in late.text
    assert "déjà un rendez-vous" in other.text
    assert "rendez-vous à 9 h." in (await anne.get(PAGE)).text.replace("\u00a0", " ")
    assert 'value="540"' not in (await luc.get(PAGE)).text
    assert "Aide pour votre compte" in (await anne.get("/agenda")).text
    assert "Prendre rendez-vous" in (await town.visitor().get("/")).text
    assert "Anne Payet" in (await (await town.staff()).get(f"{DESK}/{number}")).text
    assert "Anne" not in (await luc.get(PAGE)).text
    assert (await book(await communes.beta.family(), number)).status_code == 404


async def twenty_at_once(town: Town, number: int) -> list[int]:
    """Have twenty families take the last seat together; return how each was answered."""
    browsers = [await town.family(f"f{n}@a.test") for n in range(20)]
    answers = await asyncio.gather(*(book(one, number) for one in browsers))
    return sorted(answer.status_code for answer in answers)


def slow_down(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Leave time to the others between what is read and what is written."""
    quick = booking.held

    async def slow(session: int) -> list[dict[str, Any]]:
        found = await quick(session)
        await asyncio.sleep(seconds)
        return found

    monkeypatch.setattr(booking, "held", slow)


@pytest.mark.asvs("2.3.4")
async def test_the_last_seat_is_taken_once_by_twenty_at_once(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await opened(communes.alpha)
    slow_down(monkeypatch, 0.02)

    answers = await twenty_at_once(communes.alpha, number)

    assert answers == [303] + [409] * 19
    with communes.alpha.here():
        assert await Appointment.count() == 1


async def test_without_the_transaction_and_its_lock_the_check_turns_red(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await opened(communes.alpha)
    slow_down(monkeypatch, 0.2)
    monkeypatch.setattr(booking, "transaction", nullcontext)
    monkeypatch.setattr(booking, "alone", booking.one)

    answers = await twenty_at_once(communes.alpha, number)

    assert answers != [303] + [409] * 19


async def test_an_hour_given_back_is_free_again(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    number = await opened(town)
    anne, luc = await town.family("anne@a.test"), await town.family("luc@a.test")
    await book(anne, number)
    with town.here():
        held = (await Appointment.select(Appointment.id).order_by(Appointment.id))[0]["id"]

    stolen = await luc.post(f"{PAGE}/rendez-vous/{held}/annuler")
    await anne.post(f"{PAGE}/rendez-vous/{held}/annuler")
    taken = await book(luc, number)
    clock.move(days=3)
    too_late = await book(anne, number, 560)

    assert (stolen.status_code, taken.status_code, too_late.status_code) == (404, 303, 409)
    with town.here():
        lines = (
            await JournalLine.select(JournalLine.act)
            .where(JournalLine.act.like("appointment.%"))
            .order_by(JournalLine.number)
        )
    assert [line["act"].split(".")[1] for line in lines] == ["booked", "cancelled", "booked"]


async def test_a_family_is_reminded_once_the_day_before(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await opened(town)
    await book(await town.family("anne@a.test", "Anne Payet"), number)

    await town.work()
    early = await town.mail()
    clock.move(days=1)
    await town.work()
    with town.here():
        await booking.remind()
    await town.work()

    assert early == []
    (mail,) = await town.mail()
    assert "vendredi 27 novembre à 9 h" in mail.text.replace("\u00a0", " ")
    assert "Mairie, 2e étage" in mail.text


async def test_a_session_called_off_is_told_to_who_was_coming(communes: Communes) -> None:
    town = communes.alpha
    number = await opened(town)
    await book(await town.family("anne@a.test"), number)
    agent = await town.staff()

    await agent.post(f"{DESK}/{number}/annuler")
    twice = await agent.post(f"{DESK}/{number}/annuler")

    (mail,) = await town.mail()
    assert (mail.recipient, twice.status_code) == ("anne@a.test", 404)
    assert "annulé" in mail.subject
    assert "Aucune permanence" in (await town.visitor().get(PAGE)).text
    assert "annulée" in (await agent.get(f"{DESK}/{number}")).text


async def test_an_agent_books_for_a_family_in_an_errand(communes: Communes) -> None:
    town = communes.alpha
    await a_family(town)
    number = await opened(town)
    agent = await acting(town)

    answer = await book(agent, number)

    assert answer.status_code == 303
    with town.here():
        account = await accounts.by_email("anne@example.test")
        row = (await Appointment.objects())[0]
        line = await JournalLine.objects().get(JournalLine.act == "appointment.booked")
    assert account
    assert row.account == account.id
    assert line
    assert line.side == "office"


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"begins": "tôt"}, "Écrivez une heure"),
        ({"ends": "9:10"}, "Aucun rendez-vous ne tient"),
        ({"day_year": "2025"}, "Choisissez un jour à venir"),
        ({"slot": "0"}, "entre 5 et 240"),
        ({"seats": "99"}, "Entre 1 et 20"),
    ],
)
async def test_a_session_nobody_could_come_to_is_refused(
    communes: Communes, changed: dict[str, str], told: str
) -> None:
    agent = await communes.alpha.staff()

    answer = await agent.post(DESK, data={**TOLD, **changed})

    assert answer.status_code == 422
    assert told in answer.text
    assert "Mairie, 2e étage" in answer.text
    with communes.alpha.here():
        assert await HelpSession.count() == 0


async def test_only_agents_open_sessions(communes: Communes) -> None:
    family = await communes.alpha.family()

    assert (await family.get(DESK)).status_code == 403
    assert (await family.post(DESK, data=TOLD)).status_code == 403
