"""A crèche closes for nobody who is there, keeps what it was, and opens again as it stood."""

import asyncio
import contextvars
from contextlib import suppress
from datetime import date, timedelta
from html import unescape

import pytest
from tests.creche.builders import an_application
from tests.creche.sabotage import without_the_lock_of_places
from tests.creche.test_commissions import COMMISSIONS, a_commission
from tests.creche.test_supply import a_creche, directing

from ribambelle.errors import NotYours, Refused
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.domain.dossier import Week
from ribambelle_creche.domain.facility import NBSP
from ribambelle_creche.domain.present_children import Line
from ribambelle_creche.queries import closings, commissions, contracts, facilities
from ribambelle_creche.tables import Commission, Contract, Facility, Offer, Wish

ONE_DAY = timedelta(days=1)
TOM = Line(1, "Tom", date(2025, 9, 20), 1023, date(2026, 1, 5))


async def is_open(town: Town, facility: int) -> bool:
    with town.here():
        return bool((await closings.either(facility)).is_open)


async def test_the_town_hall_closes_a_creche_and_opens_it_again_as_it_was(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town)
    here = f"/creche/direction/{lilas}"
    agent, manager = await town.staff(), await directing(town, lilas)
    foreign, visitor = await communes.beta.staff(email="b@example.test"), town.visitor()

    asked = unescape((await agent.get(f"{here}/fiche")).text)
    told = unescape((await agent.get(f"{here}/fermer")).text)
    refused = [
        (await manager.get(f"{here}/fermer")).status_code,
        (await manager.post(f"{here}/fermer")).status_code,
        (await foreign.get(f"{here}/fermer")).status_code,
        (await foreign.post(f"{here}/fermer")).status_code,
        (await foreign.post(f"{here}/rouvrir")).status_code,
    ]
    before = await is_open(town, lilas)
    closed = [(await agent.post(f"{here}/fermer")).status_code for _ in range(2)]
    list_ = unescape((await agent.get("/creche/direction")).text)
    away = [
        (await visitor.get(f"/creche/etablissements/{lilas}")).status_code,
        (await manager.get(here)).status_code,
        (await agent.get(f"{here}/enfants")).status_code,
    ]
    public = (await visitor.get("/creche")).text
    opened = [(await agent.post(f"{here}/rouvrir")).status_code for _ in range(2)]

    assert "Fermer cette crèche…" in asked
    assert "Ce qui s’arrête" in told and "Fermer Les Lilas" in told
    assert (refused, before) == ([403, 403, 404, 404, 404], True)
    assert (closed, away, opened) == ([303, 303], [404, 404, 404], [303, 303])
    assert "Les Lilas est fermée. Aucune demande ne la souhaitait." in list_
    assert "Rouvrir" in list_
    assert "Les Lilas" not in public
    assert "Les Lilas" in (await visitor.get("/creche")).text
    assert (await manager.get(here)).status_code == 200
    with town.here():
        acts = await JournalLine.select(JournalLine.act).order_by(JournalLine.number)
        grid = await facilities.grid(lilas)
    mine = [one["act"] for one in acts if one["act"].startswith("creche.facility_")]
    assert mine == ["creche.facility_closed", "creche.facility_reopened"]
    assert grid["babies", 0, "am"].places == 8


async def test_nobody_who_is_there_loses_the_creche(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    now = town.tenant.now()
    with town.here():
        lilas = await a_creche(town)
        offered = await an_application(lilas, state="complete", week=Week(0b11))
        commission = await a_commission(town)
        await Commission.update({Commission.state: "closed"}).where(Commission.id == commission)
        await Contract.insert(
            Contract(facility=lilas, child_name="Zoé Payet", slots=3, first=date(2026, 1, 5)),
            Contract(
                facility=lilas,
                child_name="Léa Partie",
                slots=3,
                first=date(2026, 1, 5),
                last=now.date() - ONE_DAY,
            ),
        )
        await Offer.insert(
            Offer(
                application=offered,
                live_for=offered,
                facility=lilas,
                age_group="babies",
                slots=3,
                start_on=now.date(),
                origin="session",
                sent_at=now,
                answer_by=now.date(),
            )
        )
    here, agent = f"/creche/direction/{lilas}", await town.staff()

    page = unescape((await agent.get(f"{here}/fermer")).text).replace(NBSP, " ")
    with town.here():
        another = await a_commission(town)
        await Commission.update({Commission.state: "closed"}).where(Commission.id == another)
    both = unescape((await agent.get(f"{here}/fermer")).text).replace(NBSP, " ")
    with town.here():
        await Commission.update({Commission.state: "decided"}).where(Commission.id == another)
    assert (await agent.post(f"{here}/fermer")).headers["location"] == f"{here}/fermer"
    again = unescape((await agent.get(f"{here}/fermer")).text)
    held = await is_open(town, lilas)
    with town.here():
        await Contract.update({Contract.last: now.date()}).where(Contract.last.is_null())
        await Offer.update({Offer.state: "declined", Offer.live_for: None}).where(Offer.id > 0)
        await Commission.update({Commission.state: "decided"}).where(Commission.id == commission)
        with pytest.raises(Refused):
            await closings.close(lilas, 1, now.date())
    clock.move(days=1)
    tomorrow = await town.staff(email="demain@example.test")
    closed = await tomorrow.post(f"{here}/fermer")

    assert "1 enfant y est, ou y entrera (Zoé Payet)" in page
    assert "Léa" not in page
    assert "1 place proposée attend une réponse" in page
    assert "1 commission se prépare avec ses places" in page
    assert "attendez qu’elle soit décidée" in page
    assert "2 commissions se préparent" in both and "attendez qu’elles soient décidées" in both
    assert "Fermer Les Lilas" not in page
    assert "Rien n’est changé : cette crèche reste ouverte." in again
    assert held
    assert closed.headers["location"] == "/creche/direction"
    assert not await is_open(town, lilas)


async def test_a_wish_is_kept_and_counts_no_longer(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas, roses = await a_creche(town), await a_creche(town, "Les Roses")
        number = await an_application(lilas, roses, state="complete", week=Week(0b11))
        commission = await a_commission(town)
    agent = await town.staff()
    here = f"/creche/direction/{lilas}"

    page = unescape((await agent.get(f"{here}/fermer")).text).replace(NBSP, " ")
    await agent.post(f"{here}/fermer")
    said = unescape((await agent.get("/creche/direction")).text).replace(NBSP, " ")
    board = (await agent.get(f"{COMMISSIONS}/{commission}")).text
    with town.here() as tenant:
        wishes = await Wish.count().where(Wish.facility == lilas)
        (file,) = await commissions.in_window(
            await commissions.one(commission), tenant, set(await facilities.names())
        )
        told = await closings.of_facility(lilas, tenant.now().date())
        assert lilas not in await facilities.takings()

    assert "1 demande garde ce vœu, qui ne compte plus" in page
    assert "1 demande garde ce vœu" in said
    assert wishes == 1
    assert file.id == number
    assert lilas not in file.wishes
    assert len(told.wishes) == 1
    assert "Les Lilas" not in board and "Les Roses" in board
    for seen in (f"/bureau/creche/demandes/{number}", f"/creche/demandes/{number}"):
        shown = await agent.get(seen)
        assert shown.status_code == 200, seen
        assert "Les Roses" in shown.text
        assert "Les Lilas (fermée)" in unescape(shown.text), seen


async def meanwhile(town: Town) -> tuple[bool, int]:
    """Write a child into a crèche while it closes; return whether it is open, and how many are in."""
    with town.here() as tenant:
        lilas, today = await a_creche(town), tenant.now().date()
        looked, go_on = asyncio.Event(), asyncio.Event()
        real = closings.of_facility

        async def slow(facility: int, day: date) -> closings.Concerned:
            found = await real(facility, day)
            looked.set()
            await go_on.wait()
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(closings, "of_facility", slow)
            closing = asyncio.create_task(
                closings.close(lilas, 1, today), context=contextvars.copy_context()
            )
            await looked.wait()
            adding = asyncio.create_task(
                contracts.add(lilas, [TOM], "declared", 1, "office"),
                context=contextvars.copy_context(),
            )
            await asyncio.wait([adding], timeout=0.5)
            go_on.set()
            await closing
            with suppress(NotYours):
                await adding
        found = await Contract.count().where(Contract.facility == lilas)
        return bool((await closings.either(lilas)).is_open), int(found)


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_no_child_is_written_in_while_it_closes(communes: Communes) -> None:
    assert await meanwhile(communes.alpha) == (False, 0)


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_the_lock_one_would_be(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    without_the_lock_of_places(monkeypatch)

    assert await meanwhile(communes.alpha) == (False, 1)


async def test_a_closed_creche_takes_no_child(communes: Communes) -> None:
    with communes.alpha.here() as tenant:
        lilas = await a_creche(communes.alpha)
        await closings.close(lilas, 1, tenant.now().date())

        with pytest.raises(NotYours):
            await contracts.add(lilas, [TOM], "declared", 1, "office")

        assert await Contract.count() == 0
        assert await Facility.exists().where(Facility.id == lilas)
