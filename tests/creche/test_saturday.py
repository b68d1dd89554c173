"""A crèche that opens on Saturday: who says so, who may ask for it, and who has its places."""

import asyncio
import contextvars
import re
from contextlib import suppress
from datetime import date, timedelta
from html import unescape

import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.decided import Asks, a_decided_commission
from tests.creche.sabotage import without_the_lock_of_places
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_offer_pages import read
from tests.creche.test_places_at_once import URGENCES
from tests.creche.test_proposing import BORN, GRID
from tests.creche.test_supply import a_creche, directing

from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import examining, filing, proposing
from ribambelle_creche.domain import authorisation
from ribambelle_creche.domain.authorisation import Band
from ribambelle_creche.domain.capacity import Cell, field, places
from ribambelle_creche.domain.dossier import Child, Entry, Week, Wishes, decode
from ribambelle_creche.domain.facility import NBSP
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.domain.week import FULL, bits
from ribambelle_creche.queries import commissions, facilities, grids, saturdays, supplies
from ribambelle_creche.tables import (
    Application,
    Commission,
    Contract,
    Facility,
    Need,
    Offer,
    Wish,
)

SATURDAY = bits(["sat-am"])
ONE_DAY = timedelta(days=1)
OPENS = {"opens_saturday": "oui"}


async def opening(town: Town, name: str = "Les Lilas") -> int:
    """Write a crèche that opens on Saturday."""
    number = await a_facility(name, places=10)
    await saturdays.change(number, 1, town.tenant.now().date(), opens=True)
    return number


async def test_the_town_hall_opens_a_creche_on_saturday_and_nobody_else(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town)
    here = f"/creche/direction/{lilas}"
    agent, manager = await town.staff(), await directing(town, lilas)
    foreign = await communes.beta.staff(email="b@example.test")

    assert "samedi" not in unescape((await agent.get(f"{here}/places")).text).lower()
    assert "Cette crèche ouvre le samedi" in unescape((await agent.get(f"{here}/fiche")).text)
    assert (await manager.post(f"{here}/samedi", data=OPENS)).status_code == 403
    assert (await foreign.post(f"{here}/samedi", data=OPENS)).status_code == 404
    for _ in range(2):
        assert (await agent.post(f"{here}/samedi", data=OPENS)).status_code == 303
    assert unescape((await manager.get(f"{here}/places")).text).count('-sat-am-places"') >= 3
    with town.here():
        acts = await JournalLine.count().where(JournalLine.act == "creche.saturday_changed")
    assert acts == 1  # the second press changed nothing


async def test_a_creche_with_saturday_places_stays_open_then(communes: Communes) -> None:
    """A place that no page shows any more would go on counting: the closing waits for it."""
    town = communes.alpha
    with town.here():
        lilas = await opening(town)
    here, agent = f"/creche/direction/{lilas}", await town.staff()
    grid = {field(one, what): "" for one in places(saturday=True) for what in ("places", "free")}

    async def is_open() -> bool:
        with town.here():
            return bool((await facilities.one(lilas)).opens_saturday)

    one_place = grid | {"babies-sat-am-places": "4"}
    assert (await agent.post(f"{here}/places", data=one_place)).status_code == 303
    assert (await agent.post(f"{here}/samedi")).status_code == 303
    refused = unescape((await agent.get(f"{here}/fiche")).text)
    kept = await is_open()
    assert (await agent.post(f"{here}/places", data=grid)).status_code == 303
    assert (await agent.post(f"{here}/samedi")).status_code == 303

    assert "Des places du samedi sont dans la grille : mettez-les à 0" in refused
    assert (kept, await is_open()) == (True, False)


async def test_a_grid_opened_before_the_saturday_changed_is_saved_as_far_as_it_can_be(
    communes: Communes,
) -> None:
    """Closed since: nothing is written, what was typed stays. Opened since: Saturday is not touched."""
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town)
    here, agent = f"/creche/direction/{lilas}/places", await town.staff()
    five = {field(one, what): "" for one in places(saturday=False) for what in ("places", "free")}
    six = {field(one, what): "" for one in places(saturday=True) for what in ("places", "free")}

    async def saved(typed: dict[str, str]) -> tuple[int, str, dict[str, int]]:
        answer = await agent.post(here, data=five | {"babies-mon-am-places": "7"} | typed)
        with town.here():
            grid = await facilities.grid(lilas)
        found = {"mon": grid["babies", 0, "am"].places, "sat": grid["babies", 5, "am"].places}
        return answer.status_code, unescape(answer.text), found

    status, told, written = await saved(
        six | {"babies-mon-am-places": "9", "babies-sat-am-places": "4"}
    )
    with town.here():
        await saturdays.change(lilas, 1, town.tenant.now().date(), opens=True)
        await facilities.set_grid(lilas, {("babies", 5, "am"): Cell(3)}, 1, town.tenant.now())
    after = await saved({})

    assert (status, written["sat"]) == (422, 0)
    assert written["mon"] == 8
    assert "La crèche n’ouvre plus le samedi : rien n’est enregistré." in told
    assert re.search(r'name="babies-mon-am-places"[^>]*value="9"', told)
    assert "-sat-am-places" not in told
    assert (after[0], after[2]) == (303, {"mon": 7, "sat": 3})


async def saved_meanwhile(town: Town) -> tuple[bool, int]:
    """Save places of a Saturday while it closes; tell whether it opens, and the places it counts."""
    with town.here() as tenant:
        lilas = await opening(town)
        outside = contextvars.copy_context()
        async with transaction():
            await saturdays.change(lilas, 1, tenant.now().date(), opens=False)
            saving = facilities.set_grid(lilas, {("babies", 5, "am"): Cell(4)}, 1, tenant.now())
            task = asyncio.create_task(saving, context=outside)
            await asyncio.wait({task}, timeout=0.5)
        with suppress(Refused):
            await task
        opens = bool((await facilities.one(lilas)).opens_saturday)
        return opens, (await facilities.grid(lilas))["babies", 5, "am"].places


async def test_places_of_a_saturday_are_not_saved_while_it_closes(communes: Communes) -> None:
    assert await saved_meanwhile(communes.alpha) == (False, 0)


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_the_lock_they_would_be(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    without_the_lock_of_places(monkeypatch)

    assert await saved_meanwhile(communes.alpha) == (False, 4)


async def held_saturday(town: Town, lilas: int) -> None:
    """Write who has a Saturday of a crèche, or asks for it: a child, an offer, a wish, hours."""
    await facilities.set_bands(
        await facilities.one(lilas), lambda bands: [*bands, Band(5, 0, 1440, 4)], 1
    )
    await an_application(lilas, state="complete", week=Week(0b11, (SATURDAY,)))
    offered = await an_application(lilas, state="complete", week=Week(0b11))
    now = town.tenant.now()
    first, today = date(2026, 1, 5), now.date()
    await Contract.insert(
        Contract(facility=lilas, child_name="Zoé Payet", slots=SATURDAY, first=first),
        Contract(facility=lilas, child_name="Noé Grondin", slots=0b11, first=first),
        Contract(
            facility=lilas, child_name="Léa", slots=SATURDAY, first=first, last=today - ONE_DAY
        ),
    )
    await Offer.insert(
        Offer(
            application=offered,
            live_for=offered,
            facility=lilas,
            age_group="babies",
            slots=SATURDAY,
            start_on=today,
            origin="session",
            sent_at=now,
            answer_by=today,
        )
    )


async def test_a_saturday_closes_for_nobody_who_has_it_and_tells_of_who_asks_for_it(
    communes: Communes, clock: FrozenClock
) -> None:
    """A child who comes then, or a place offered with it, keeps the day open; a wish stays as it is."""
    town = communes.alpha
    with town.here():
        lilas = await opening(town)
        await held_saturday(town, lilas)
        rows = await Application.select(Application.number).order_by(Application.id)
    asking, offered = (row["number"] for row in rows)
    here, agent = f"/creche/direction/{lilas}", await town.staff()

    async def close() -> tuple[str, bool]:
        assert (await agent.post(f"{here}/samedi")).status_code == 303
        page = (await agent.get(f"{here}/fiche")).text
        told = unescape(re.sub(r"</?span[^>]*>", "", page))
        told = told.replace(NBSP, " ")
        with town.here():
            return told, bool((await facilities.one(lilas)).opens_saturday)

    first, *_ = before = await close()
    await agent.post(f"{here}/samedi")
    refused = unescape((await agent.get(f"{here}/fiche")).text)
    with town.here():
        await Contract.update({Contract.last: clock().date() - ONE_DAY}, force=True)
    second, *_ = between = await close()
    with town.here():
        await Offer.update({Offer.state: "declined", Offer.live_for: None}, force=True)
    third, *_ = after = await close()
    with town.here():
        needs = await Need.count().where(Need.slots > FULL)
        kept = (await Wish.count(), needs, await bands_of(lilas))

    whole = rf'attend une réponse \(<span class="insecable">{offered}</span>\)'
    assert re.search(whole, refused)
    assert "1 enfant y est ce jour-là (Zoé Payet) : écrivez son dernier jour" in first
    assert f"1 place avec un samedi attend une réponse ({offered})" in first
    assert "Le samedi concerne 1 enfant présent, 1 place proposée et 1 demande en cours." in first
    assert ("enfant y est" in second, "1 place avec un samedi" in second) == (False, True)
    assert f"1 demande y demande le samedi ({asking}) : elle est gardée" in third
    assert [is_open for _, is_open in (before, between, after)] == [True, True, False]
    assert kept == (2, 1, authorisation.encode([Band(5, 0, 1440, 4)]))


async def bands_of(facility: int) -> str:
    return str((await facilities.one(facility)).bands)


async def test_a_saturday_nobody_is_shown_is_refused_in_words_and_writes_nothing(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        roses = await a_facility("Les Roses", places=10)
        await an_application(roses, state="complete")
        number = (await Application.select(Application.number))[0]["number"]
        today = tenant.now().date()
    here, agent = f"/creche/direction/{roses}", await town.staff()
    days = {"days": ["mon-am", "sat-am"]}
    until = (today + timedelta(days=30)).isoformat()
    band = {"weekday": "5", "begins": "8 h", "ends": "12 h", "places": "4"}
    urgent = {"number": number, "facility": str(roses), "reason": "U2", **days}
    child = {"name": "Zoé Payet", "born_on": "2026-03-14", "first": "2027-01-04", **days}

    answers = [
        await agent.post(URGENCES, data=urgent | {"start_on": today.isoformat(), "until": until}),
        await agent.post(f"{here}/enfants", data=child),
        await agent.post(f"{here}/autorisation", data=band),
    ]
    with town.here():
        written = (await Offer.count(), await Contract.count(), await bands_of(roses))

    assert [one.status_code for one in answers] == [422] * 3
    assert ["n’ouvre pas le samedi" in unescape(one.text) for one in answers] == [True] * 3
    assert "Les Roses n’ouvre pas le samedi : décochez-le." in unescape(answers[0].text)
    assert written == (0, 0, "[]")


async def test_everything_is_ticked_with_saturday_only_where_a_creche_opens_then(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        roses = await a_facility("Les Roses")
        lilas = await a_facility("Les Lilas")
        drafts = [
            await an_application(one, state="draft", wishes=Wishes(wishes), week=Week(0b11))
            for one, wishes in ((roses, ()), (roses, (roses,)), (roses, (roses, lilas)))
        ]
    agent = await town.staff()

    async def ticked() -> list[int]:
        for one in drafts:
            step = f"/creche/demandes/{one}/etape/semaine"
            assert (await agent.post(step, data={"remplir": "tout"})).status_code == 303
        with town.here():
            rows = await Application.select(Application.answers).order_by(Application.id)
        return [week.wished for row in rows if (week := decode(row["answers"]).week)]

    closed = await ticked()
    with town.here():
        await saturdays.change(lilas, 1, town.tenant.now().date(), opens=True)
    opened = await ticked()

    assert closed == [FULL] * 3
    assert opened == [4095, FULL, 4095]


async def test_the_paper_of_a_family_says_the_saturday_that_was_full(communes: Communes) -> None:
    town = communes.alpha
    week = bits(["mon-am"]) | SATURDAY
    with town.here():
        lilas = await opening(town)
        files = [
            await an_application(lilas, state="complete", week=Week(wished=week)) for _ in range(2)
        ]
        await a_decided_commission(
            town,
            {lilas: {"mon-am": 2, "sat-am": 1}},
            [Asks(one, 80 - rank, (lilas,), (week,)) for rank, one in enumerate(files)],
        )
    agent = await town.staff()

    admitted, waiting = [read(await agent.get(f"/creche/demandes/{one}/decision")) for one in files]
    why = unescape((await agent.get(f"/creche/demandes/{files[1]}/pourquoi")).text)

    assert "lundi matin, samedi matin" in admitted
    assert "samedi matin (bébés) : 1 place" in waiting
    assert re.search(r"samedi\s*:\s*</span>Plein", why)
    assert re.search(r"lundi\s*:\s*</span>Place", why)


async def test_a_family_asks_for_saturday_where_a_creche_opens_then(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        roses = await a_facility("Les Roses")
        number = await an_application(roses, state="draft")
    agent, step = await town.staff(), f"/creche/demandes/{number}/etape/semaine"
    asked = {"souhait": ["mon-am", "sat-am"]}

    assert "sat-am" not in (await agent.get(step)).text
    closed = await agent.post(step, data=asked)
    refused = unescape((await agent.get(step)).text)
    with town.here():
        await opening(town)
    assert "sat-am" in (await agent.get(step)).text
    kept = await agent.post(step, data=asked)
    with town.here() as tenant:
        row = await Application.objects().get(Application.id == number)
        assert row is not None
        wrong = await filing.left_to_do(tenant, decode(row.answers))

    assert (closed.headers["location"], kept.headers["location"] == step) == (step, False)
    assert "Aucune crèche de la commune n’ouvre le samedi" in refused
    assert "sat-am" in refused  # what was ticked is there, to untick
    assert [told for one in wrong.values() for told in one.values()] == [
        "Vous demandez le samedi, et aucune crèche choisie n’ouvre ce jour-là. Ajoutez une crèche "
        "qui ouvre, par exemple Les Lilas, ou décochez le samedi à l’étape "
        "« La semaine d’accueil »."
    ]


async def test_a_proposal_gives_a_saturday_and_refuses_on_it(
    communes: Communes, clock: FrozenClock
) -> None:
    """Two files ask for Monday and Saturday mornings; Monday has room for both, Saturday for one."""
    town = communes.alpha
    with town.here() as tenant:
        lilas = await opening(town)
        for rank in range(2):
            await an_application(
                lilas,
                state="complete",
                child=Child(given_name=f"Enfant{rank}", family_name="Payet", born_on=BORN),
                entry=Entry(start_on=WINTER.first_start),
                week=Week(wished=bits(["mon-am"]) | SATURDAY),
            )
            clock.move(minutes=1)
        number = await a_commission(town)
        version, _ = await grids.keep(GRID, "2026-12", 1, tenant.now())
        await Commission.update({Commission.grid: version}, force=True)
    manager = await directing(town, lilas)
    supply = f"/creche/direction/{lilas}/commissions/{number}"
    cells = {field(one, "given"): "0" for one in places(saturday=True)}
    told = {**cells, "ratio": "5-8", "babies-mon-am-given": "2", "babies-sat-am-given": "1"}
    assert "sat-am-given" in (await manager.get(supply)).text
    assert (await manager.post(supply, data=told)).status_code == 303
    with town.here() as tenant:
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
        row = await commissions.one(number)
        _, found = await proposing.tried(tenant, row, Changes())
        houses = await supplies.houses(row, tenant)

    assert [house.allowed.week for house in houses] == [120]
    assert sorted(bool(option) for option in found.assignments.values()) == [False, True]
    blocking = {
        one.resource
        for refusals in found.refusals.values()
        for refusal in refusals
        for one in refusal.blocking
    }
    assert blocking == {f"{lilas}/babies/sat-am"}
    agent = await town.staff()
    assert (await agent.post(f"/bureau/creche/commissions/{number}/proposition")).status_code == 303
    listed = await agent.get(f"/bureau/creche/commissions/{number}/listes/{lilas}/babies")
    assert "samedi matin" in unescape(listed.text)


async def test_a_creche_closed_on_saturday_has_no_room_then(communes: Communes) -> None:
    """The switch is what opens the day: the same crèche without it counts ten half-days."""
    town = communes.alpha
    with town.here() as tenant:
        lilas = await opening(town)
        opened = facilities.authorised(await facilities.one(lilas), tenant)
        await Facility.update({Facility.opens_saturday: False}).where(Facility.id == lilas)
        closed = facilities.authorised(await facilities.one(lilas), tenant)

    assert (opened.at("sat-am"), opened.week) == (10, 120)
    assert (closed.at("sat-am"), closed.week) == (0, 100)
    assert FULL == 1023  # weeks written when there were ten half-days keep their number


async def test_families_read_which_creche_opens_on_saturday(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas, roses = await opening(town), await a_facility("Les Roses")
        number = await an_application(lilas, roses, state="draft")
    agent = await town.staff()

    sheets = [
        unescape((await town.visitor().get(f"/creche/etablissements/{one}")).text)
        for one in (lilas, roses)
    ]
    wishes = unescape((await agent.get(f"/creche/demandes/{number}/etape/voeux")).text)

    assert ["Ouverte le samedi" in one for one in sheets] == [True, False]
    assert wishes.count("ouverte le samedi") == 1
