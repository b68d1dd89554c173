"""Places a commission keeps out of its proposal: with a reason, told, and given to nobody."""

import io
from datetime import date
from html import unescape

import pypdf
from tests.creche.builders import a_facility
from tests.creche.test_commissions import COMMISSIONS
from tests.creche.test_deciding import states
from tests.creche.test_proposing import prepared

from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import offering
from ribambelle_creche.domain.facility import NBSP
from ribambelle_creche.domain.register import register
from ribambelle_creche.proposing import replayed
from ribambelle_creche.queries import cut_offs, facilities, proposals
from ribambelle_creche.tables import Commission, HeldPlaces, Offer, Proposal


async def creche_of(town: Town) -> int:
    with town.here():
        (lilas,) = [one.id for one in await facilities.every()]
    return lilas


async def served(town: Town, number: int) -> int:
    """Return how many files the last proposal gives a place."""
    with town.here():
        *_, last = await proposals.every(number)
        _, found = proposals.opened(last)
    return sum(option is not None for option in found.assignments.values())


async def test_held_places_are_told_before_they_are_kept_and_given_to_nobody(
    communes: Communes, clock: FrozenClock
) -> None:
    """A17 for places: no reason, no hold; the impact lists exactly who would have had one."""
    town = communes.alpha
    number = await prepared(town, clock, children=3, places=3)
    lilas, agent = await creche_of(town), await town.staff()
    where = f"{COMMISSIONS}/{number}/places-gardees"
    told = {"facility": str(lilas), "group": "babies", "places": "2"}
    assert (await agent.post(f"{COMMISSIONS}/{number}/proposition")).status_code == 303
    assert await served(town, number) == 3
    assert where in (await agent.get(f"{COMMISSIONS}/{number}/proposition")).text

    effect = unescape((await agent.get(where, params=told)).text).replace(NBSP, " ")
    assert "Effet : 2 places, Les Lilas, bébés" in effect
    assert "une place préférée : C-1002, C-1003." in effect
    for bad in ({"reason": ""}, {"reason": "X9"}, {"places": "4", "reason": "S1"}, {"group": "?"}):
        assert (await agent.post(where, data=told | {"reason": "S1"} | bad)).status_code == 422, bad
    with town.here():
        assert await HeldPlaces.count() == 0

    clock.move(minutes=1)
    kept = await agent.post(where, data=told | {"reason": "S1", "note": "Deux bébés placés."})

    assert kept.status_code == 303
    assert await served(town, number) == 1
    desk = unescape((await agent.get(f"{COMMISSIONS}/{number}/proposition")).text)
    assert "Protection de l’enfance" in desk
    assert "Deux bébés placés" not in desk
    with town.here():
        (held,) = await HeldPlaces.objects()
        assert held.impact == '["C-1002", "C-1003"]'
        assert not await Proposal.exists().where(Proposal.is_kept.eq(True))
        acts = await JournalLine.count().where(JournalLine.act == "creche.places_held")
    assert acts == 1

    clock.move(minutes=1)
    back = {"facility": str(lilas), "group": "babies"}
    assert (await agent.post(f"{where}/rendre", data=back)).status_code == 303
    assert (await agent.post(f"{where}/rendre", data=back)).status_code == 404
    assert await served(town, number) == 3  # the twin: nothing held, everybody enters
    with town.here():
        assert await HeldPlaces.count() == 1  # what was held stays in the minutes


async def test_the_minutes_and_the_register_say_them_and_nobody_is_called_for_them(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock, children=3, places=2)
    lilas, agent = await creche_of(town), await town.staff()
    desk = f"{COMMISSIONS}/{number}"
    told = {"facility": str(lilas), "group": "babies", "places": "1", "reason": "G1"}
    assert (await agent.post(f"{desk}/places-gardees", data=told)).status_code == 303
    assert (await agent.post(f"{desk}/variantes/1/retenir")).status_code == 303

    paper = await agent.get(f"{desk}/proces-verbal.pdf")
    pages = pypdf.PdfReader(io.BytesIO(paper.content)).pages
    read = " ".join("".join(page.extract_text() for page in pages).split())
    clock.move(minutes=1)
    assert (await agent.post(f"{desk}/decider")).status_code == 303
    await town.work()

    assert "Places gardées hors de la proposition" in read
    assert "G1 : Composition du groupe d’enfants" in read
    assert "sans cela : C-1002" in read
    assert await states(town) == ["offered", "waiting", "waiting"]
    with town.here() as tenant:
        (offer,) = await Offer.objects()
        await offering.decline(tenant, offer, 1, "office", clock())
        await Commission.update({Commission.held_on: date(2026, 11, 30)}, force=True)
        (line,) = register(await cut_offs.motivated(), 2027)[2026]
        assert all(told["same"] for told in await replayed(number))
    await town.work()
    assert await states(town) == ["waiting", "offered", "waiting"]  # one place, the one not held
    assert (line.reason, line.decisions) == ("G1", None)
    late = await agent.post(f"{desk}/places-gardees", data=told)
    assert late.status_code == 422
    assert "entre la clôture des dossiers et la décision" in unescape(late.text)


async def test_only_the_town_hall_holds_places(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    lilas = await creche_of(town)
    where = f"{COMMISSIONS}/{number}/places-gardees"
    told = {"facility": str(lilas), "group": "babies", "places": "1", "reason": "S1"}
    manager = await town.staff(
        Grant("creche_manager", f"creche.facility:{lilas}"), email="m@example.test"
    )
    member = await town.staff(Grant("commission_member"), email="e@example.test")
    foreign = await communes.beta.staff(email="b@example.test")
    with communes.beta.here():
        await a_facility("Les Roses")

    for browser, code in ((manager, 403), (member, 403), (foreign, 404)):
        assert (await browser.get(where)).status_code == code
        assert (await browser.post(where, data=told)).status_code == code
    with town.here():
        assert await HeldPlaces.count() == 0
