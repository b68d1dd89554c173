"""The places a crèche gives to a commission: counted, corrected, declared, checked; by whom."""

import re
from datetime import date
from typing import Any

from tests.creche.builders import a_facility
from tests.creche.test_commissions import COMMISSIONS, WINTER, a_commission
from tests.creche.test_proposing import prepared

from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import examining
from ribambelle_creche.domain.capacity import PLACES, Cell, field, places
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.present_children import Line
from ribambelle_creche.domain.resources import of_all
from ribambelle_creche.domain.week import SLOTS
from ribambelle_creche.queries import commissions, contracts, facilities, supplies
from ribambelle_creche.tables import Commission, Contract, Facility, Supply, SupplyMove

MONDAY = ("babies", 0, "am")
MOVE = {
    **{"move": "departure", "age_group": "babies", "on": "2026-12-31", "children": "2"},
    "days": "mon-am",
}
LIST = (
    "Enfant;Né le;Demi-journées;Premier jour;Dernier jour\n"
    "Zoé Martin;14/03/2026;lundi matin;01/09/2026;31/12/2026\n"
    "Tom Vasseur;20/09/2025;lundi matin;05/01/2026;\n"
    "Inès Faure;hier;lundi;01/09/2026;\n"
)


async def a_creche(town: Town, name: str = "Les Lilas", places: int = 10, free: int = 3) -> int:
    """Write a crèche with babies on Monday morning, so many places and so many free."""
    number = await a_facility(name, places=places)
    cells = {place: Cell() for place in PLACES} | {MONDAY: Cell(8, free)}
    await facilities.set_grid(number, cells, 1, town.tenant.now())
    return number


async def directing(town: Town, facility: int, email: str = "nadia@example.test") -> Any:
    grant = Grant("creche_manager", f"creche.facility:{facility}")
    return await town.staff(grant, email=email, name="Nadia Perrin")


def given(**typed: str) -> dict[str, str]:
    """Return the grid as the page sends it, with some numbers typed."""
    blank = {field(place, "given"): "0" for place in PLACES}
    return {**blank, **{name.replace("__", "-"): value for name, value in typed.items()}}


async def standing(town: Town, commission: int, facility: int) -> supplies.Given:
    with town.here() as tenant:
        return await supplies.given(await commissions.one(commission), facility, tenant)


async def test_places_are_declared_by_the_creche_then_checked_by_the_town_hall(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        lilas, number = await a_creche(town), await a_commission(town)
    manager, agent = await directing(town, lilas), await town.staff()
    where = f"/creche/direction/{lilas}/commissions/{number}"

    proposed = (await manager.get(where)).text
    declared = await manager.post(where, data=given(**{"babies__mon__am__given": "2"}))
    board = (await agent.get(f"{COMMISSIONS}/{number}")).text
    checked = await agent.post(f"{where}/valider")
    late = await manager.post(where, data=given(**{"babies__mon__am__given": "8"}))
    corrected = await agent.post(where, data=given(**{"babies__mon__am__given": "1"}))

    assert re.search('name="babies-mon-am-given"[^>]* value="3"', proposed)
    assert declared.status_code == checked.status_code == corrected.status_code == 303
    assert "Déclarées" in board
    assert late.status_code == 303  # told on the page that shows what stands
    now = await standing(town, number, lilas)
    assert (now.cells[MONDAY], now.state) == (1, "declared")
    assert "1 donnée<" in (await manager.get(where)).text.replace("\u00a0", " ")


async def test_a_creche_cannot_check_its_own_places(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas, number = await a_creche(town), await a_commission(town)
    manager, where = await directing(town, lilas), f"/creche/direction/{lilas}/commissions/{number}"
    await manager.post(where, data=given())

    assert (await manager.post(f"{where}/valider")).status_code == 403
    assert (await standing(town, number, lilas)).state == "declared"


async def test_another_creche_reads_and_changes_nothing(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas, roses = await a_creche(town), await a_creche(town, "Les Roses")
        number = await a_commission(town)
        line = Line(2, "Zoé Martin", date(2026, 3, 14), 1, date(2026, 9, 1))
        await contracts.add(roses, [line], "declared", 1, "office")
        (child,) = await contracts.of_facility(roses)
    browser, owner = await directing(town, lilas), await directing(town, roses, "o@example.test")
    theirs = f"/creche/direction/{roses}/commissions/{number}"
    await owner.post(f"{theirs}/mouvements", data=MOVE)
    with town.here():
        (move,) = await SupplyMove.objects()
    mine = f"/creche/direction/{lilas}"

    for path in (theirs, f"/creche/direction/{roses}/enfants", f"{mine}/enfants/{child.id}"):
        assert (await browser.get(path)).status_code == 404
    tried: tuple[tuple[str, dict[str, str]], ...] = (
        (theirs, given()),
        (f"{theirs}/mouvements", MOVE),
        (f"{theirs}/mouvements/{move.id}/retirer", {}),
        (f"{mine}/commissions/{number}/mouvements/{move.id}/retirer", {}),
        (f"{mine}/enfants/{child.id}", {"last": "2026-12-31"}),
        (f"/creche/direction/{roses}/enfants/{child.id}", {"last": "2026-12-31"}),
    )
    for path, form in tried:
        assert (await browser.post(path, data=form)).status_code == 404, path
    with town.here():
        assert (await contracts.one(roses, child.id)).last is None
        assert await SupplyMove.count() == 1
        assert {row["state"] for row in await Supply.select(Supply.state)} == {"expected"}


async def test_a_departure_frees_places_before_and_after_they_are_declared(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        lilas, number = await a_creche(town), await a_commission(town)
    manager, where = await directing(town, lilas), f"/creche/direction/{lilas}/commissions/{number}"
    counts = []

    await manager.post(f"{where}/mouvements", data=MOVE)
    counts.append((await standing(town, number, lilas)).cells[MONDAY])
    await manager.post(where, data=given(**{"babies__mon__am__given": "4"}))
    await manager.post(f"{where}/mouvements", data={**MOVE, "children": "1"})
    counts.append((await standing(town, number, lilas)).cells[MONDAY])
    with town.here():
        last = (await SupplyMove.objects().order_by(SupplyMove.id))[-1]
    await manager.post(f"{where}/mouvements/{last.id}/retirer")
    counts.append((await standing(town, number, lilas)).cells[MONDAY])
    late = await manager.post(f"{where}/mouvements", data={**MOVE, "on": "2027-02-01"})

    assert counts == [5, 5, 4]
    assert late.status_code == 422
    assert "doit être libre le 4 janvier 2027" in late.text


async def test_children_are_counted_in_the_section_of_their_age_that_day(
    communes: Communes,
) -> None:
    """Zoé leaves on 31 December; Tom, 15 months on 20 December, is no longer a baby in January."""
    town = communes.alpha
    with town.here():
        lilas, number = await a_creche(town, free=0), await a_commission(town)
    manager, where = await directing(town, lilas), f"/creche/direction/{lilas}/enfants"
    file = {"file": ("liste.csv", LIST.encode(), "text/csv")}

    sent = await manager.post(f"{where}/import", files=file)
    again = await manager.post(f"{where}/import", files=file)
    now = await standing(town, number, lilas)

    assert sent.status_code == again.status_code == 422
    assert "naissance illisible « hier »" in sent.text
    with town.here():
        assert await Contract.count() == 2
    assert now.known.by_contracts
    assert now.cells[MONDAY] == 8
    assert now.known.present[0]["middle", 0, "am"] == 1
    assert [one.child_name for one in now.known.leaving] == ["Zoé Martin"]


async def test_a_child_is_added_then_its_last_day_written(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town)
    manager, where = await directing(town, lilas), f"/creche/direction/{lilas}/enfants"
    child = {"name": "Zoé Martin", "born_on": "2026-03-14", "first": "2026-09-01", "days": "mon-am"}

    added = await manager.post(where, data=child)
    with town.here():
        (held,) = await contracts.of_facility(lilas)
    wrong = await manager.post(f"{where}/{held.id}", data={"last": "2026-08-01"})
    right = await manager.post(f"{where}/{held.id}", data={"last": "2027-01-29"})

    assert (added.status_code, wrong.status_code, right.status_code) == (303, 422, 303)
    with town.here():
        assert (await contracts.one(lilas, held.id)).last == date(2027, 1, 29)


async def test_no_more_than_the_law_allows_above_the_authorisation(communes: Communes) -> None:
    """CSP, art. R. 2324-27: 115 % of ten places is eleven children, if the règlement says so."""
    town = communes.alpha
    with town.here():
        lilas, number = await a_creche(town), await a_commission(town)
    manager, where = await directing(town, lilas), f"/creche/direction/{lilas}/commissions/{number}"
    typed = given(**{"babies__mon__am__given": "6"})

    unwritten = await manager.post(where, data={**typed, "overflow": "1"})
    too_many = await manager.post(where, data={**typed, "overflow": "2", "in_rules": "oui"})
    agreed = await manager.post(where, data={**typed, "overflow": "1", "in_rules": "oui"})

    assert [one.status_code for one in (unwritten, too_many, agreed)] == [422, 422, 303]
    assert 'value="6"' in too_many.text
    with town.here() as tenant:
        found = of_all(await supplies.houses(await commissions.one(number), tenant))
    assert found[f"{lilas}/babies/mon-am"] == 6
    assert found[f"{lilas}/all/mon-am"] == 6  # five are there: eleven in all, and no more


async def test_too_few_adults_keep_a_child_out_and_the_desk_says_so(
    communes: Communes, clock: FrozenClock
) -> None:
    """CSP, art. R. 2324-46-4: two adults hold ten babies; the eleventh has a place and no adult."""
    town = communes.alpha
    number = await prepared(town, clock, children=3, places=3)
    with town.here():
        (lilas,) = [one.id for one in await facilities.every()]
        await Commission.update({Commission.state: "open"}, force=True)
        for name in range(9):
            row = Contract(facility=lilas, child_name=f"Bébé {name}", born_on=date(2026, 5, 1))
            row.slots, row.first, row.source = 1, date(2026, 9, 1), "import"
            await Contract.insert(row)
    manager, agent = await directing(town, lilas), await town.staff()
    where = f"/creche/direction/{lilas}/commissions/{number}"
    cells = given(**{f"babies__{slot.replace('-', '__')}__given": "3" for slot in SLOTS})
    adults = {f"adults-{slot}": "2" for slot in SLOTS}
    with town.here():
        await Facility.update({Facility.places: 30}, force=True)

    alone = await manager.post(where, data={**cells, **adults, "adults-tue-am": "1"})
    half = await manager.post(where, data={**cells, "adults-mon-am": "2"})
    told = await manager.post(where, data={**cells, **adults, "ratio": "5-8"})
    shown = (await manager.get(where)).text

    assert [one.status_code for one in (alone, half, told)] == [422, 422, 303]
    assert "deux adultes au moins" in alone.text
    assert re.search('name="adults-mon-am"[^>]* value="2"', shown)
    with town.here() as tenant:
        await Commission.update({Commission.state: "closed"}, force=True)
        found = of_all(await supplies.houses(await commissions.one(number), tenant))
    assert found[f"{lilas}/staff/mon-am"] == 240 - 9 * 24  # one more baby
    assert found[f"{lilas}/babies/mon-am"] == 3
    desk = f"{COMMISSIONS}/{number}"
    await agent.post(f"{desk}/proposition")
    listed = (await agent.get(f"{desk}/listes/{lilas}/babies")).text
    assert listed.count("pas assez d’adultes lundi matin") == 2


async def test_a_creche_that_declared_nothing_gives_nothing(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas, number = await a_creche(town), await a_commission(town)
        row = await commissions.one(number)
        silent = of_all(await supplies.houses(row, tenant))
        cells = dict.fromkeys(PLACES, 0) | {MONDAY: 2}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        told = of_all(await supplies.houses(row, tenant))

    assert silent[f"{lilas}/babies/mon-am"] == 0
    assert told[f"{lilas}/babies/mon-am"] == 2


async def test_places_are_counted_twice_when_entries_go_past_september(
    communes: Communes,
) -> None:
    """Tom is in the middle group in May, and among the older ones in September."""
    across = Calendar(date(2027, 5, 3), date(2027, 10, 29), date(2027, 4, 2), date(2027, 4, 20))
    town = communes.alpha
    with town.here() as tenant:
        lilas, number = await a_facility(places=10), await a_commission(town, across)
        cells = {place: Cell(3, 3) for place in places(saturday=False)}
        await facilities.set_grid(lilas, cells, 1, tenant.now())
        tom = Line(2, "Tom", date(2025, 9, 1), 1, date(2026, 1, 5))
        await contracts.add(lilas, [tom], "declared", 1, "office")
        row = await commissions.one(number)
        known = (await supplies.given(row, lilas, tenant)).cells
        await supplies.declare(row, lilas, known, 0, 1, "facility", tenant.now())

        found = of_all(await supplies.houses(row, tenant))

    assert [found[f"{lilas}/{one}/mon-am"] for one in ("middle", "older")] == [2, 3]
    assert [found[f"{lilas}/{one}/mon-am@2"] for one in ("middle", "older")] == [3, 2]


async def test_a_child_who_enters_within_the_window_has_its_place(
    communes: Communes, clock: FrozenClock
) -> None:
    """Counted in January: Tom comes in February, Una in March once Tom left, Zoé is written late."""
    town = communes.alpha
    with town.here() as tenant:
        lilas, number = await a_facility(places=10), await a_commission(town, WINTER)
        cells = {place: Cell(3, 3) for place in places(saturday=False)}
        await facilities.set_grid(lilas, cells, 1, tenant.now())
        born, left = date(2026, 9, 1), date(2027, 2, 26)
        tom = Line(2, "Tom", born, 1, date(2027, 2, 1), left)
        una = Line(3, "Una", born, 1, date(2027, 3, 1))
        await contracts.add(lilas, [tom, una], "declared", 1, "facility")
        row = await commissions.one(number)
        known = await supplies.given(row, lilas, tenant)
        await supplies.declare(row, lilas, known.cells, 0, 1, "facility", tenant.now())
        before = of_all(await supplies.houses(row, tenant))
        clock.move(minutes=1)
        zoe = Line(4, "Zoé", born, 1, date(2027, 2, 8))
        await contracts.add(lilas, [zoe], "declared", 1, "facility")

        after = of_all(await supplies.houses(row, tenant))

    assert [found[f"{lilas}/babies/mon-am"] for found in (before, after)] == [2, 1]
    assert [found[f"{lilas}/all/mon-am"] for found in (before, after)] == [9, 8]
    assert after[f"{lilas}/babies/mon-pm"] == 3


async def test_the_board_says_which_creches_are_late(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas, _ = await a_creche(town), await a_creche(town, "Les Roses")
        number = await a_commission(town, WINTER)
        row = await commissions.one(number)
        await supplies.declare(row, lilas, {MONDAY: 1}, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    agent = await town.staff()

    text = (await agent.get(f"{COMMISSIONS}/{number}")).text

    assert text.index("Les Roses") < text.index("Les Lilas")
    assert text.count("Attendues, en retard") == 1


async def test_what_waits_is_on_the_home_of_whoever_must_do_it(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas, roses = await a_creche(town), await a_creche(town, "Les Roses")
        row = await commissions.one(await a_commission(town))
        await supplies.declare(row, lilas, {MONDAY: 1}, 0, 1, "facility", tenant.now())
    manager, agent = await directing(town, roses), await town.staff()

    theirs, ours = (await manager.get("/bureau")).text, (await agent.get("/bureau")).text
    clock.move(days=10)
    late = (await (await town.staff(email="late@example.test")).get("/bureau")).text

    assert "Places à déclarer : Les Roses" in theirs
    assert "Les Lilas" not in theirs
    assert "Places à vérifier" in ours
    assert "Dossiers à clore" not in ours
    assert "Dossiers à clore : Entrées d’hiver" in late
