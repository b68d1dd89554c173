"""An activity is announced, families register, the list is followed, and what is due is billed."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from ribambelle.billing import Period, items
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_bibliotheque.queries import activities

LEA, TOM = date(2021, 5, 3), date(2014, 5, 3)
TOLD = {
    "title": "Heure du conte",
    "day": "2026-12-02",
    "begins": "10:30",
    "lasts": "45",
    "place": "Médiathèque",
    "places": "2",
    "from_age": "3",
    "to_age": "6",
}
DESK = "/bureau/bibliotheque"
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31))


async def announced(town: Town, **changed: str) -> httpx.AsyncClient:
    agent = await town.staff()
    done = await agent.post(f"{DESK}/activites/nouvelle", data={**TOLD, **changed})
    assert done.status_code == 303, done.text
    return agent


async def families(town: Town, many: int) -> list[tuple[httpx.AsyncClient, int]]:
    found = []
    for rank in range(many):
        browser, numbers = await town.parent(f"p{rank}@example.test", f"P{rank} Hoarau", Léa=LEA)
        found.append((browser, numbers["Léa"]))
    return found


async def register(browser: httpx.AsyncClient, child: int, activity: int = 1) -> httpx.Response:
    return await browser.post(f"/bibliotheque/activites/{activity}/inscrire", data={"child": child})


async def states(town: Town) -> list[str]:
    with town.here():
        return [one.state for one in await activities.coming_to(1)]


async def test_the_place_that_is_left_goes_to_the_first_of_the_list(communes: Communes) -> None:
    town = communes.alpha
    await announced(town, places="1")
    first, second, third = await families(town, 3)

    for browser, child in (first, second, third):
        await register(browser, child)
    before = await states(town)
    left = await first[0].post("/bibliotheque/inscriptions/1/annuler")
    await town.work()

    assert before == ["taken", "waiting", "waiting"] and left.status_code == 303
    assert "Léa a une place" in (await town.mail("p1@example.test"))[-1].subject
    assert "a sa place" in (await second[0].get("/bibliotheque")).text
    assert "est sur la liste d’attente" in (await third[0].get("/bibliotheque")).text
    assert await states(town) == ["taken", "waiting"]


async def last_place(town: Town) -> list[str]:
    """Have six families ask for the one place at the same moment, each in a request of its own."""
    await announced(town, places="1")
    asking = [register(browser, child) for browser, child in await families(town, 6)]
    await asyncio.gather(*asking)
    return sorted(await states(town))


async def test_one_place_is_never_given_twice(communes: Communes) -> None:
    assert await last_place(communes.alpha) == ["taken", *["waiting"] * 5]


async def test_without_its_lock_the_place_would_be_given_twice(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, database_server: str
) -> None:
    """SQLite lets one transaction write at a time: the lock is what keeps PostgreSQL from it."""
    if not database_server:
        pytest.skip("SQLite has one writer")

    arrived: list[str] = []
    together = asyncio.Event()

    async def let_all_in(name: str) -> None:
        arrived.append(name)
        if len(arrived) > 1:
            together.set()
        await asyncio.wait_for(together.wait(), timeout=30)

    monkeypatch.setattr(activities, "advisory", let_all_in)

    assert (await last_place(communes.alpha)).count("taken") > 1


async def test_an_age_a_moment_and_a_card_are_asked(
    communes: Communes, clock: FrozenClock, settle: Callable[..., None]
) -> None:
    town = communes.alpha
    settle(town, "needs_card = true")
    await announced(town)
    parent, numbers = await town.parent("camille@example.test", "Camille H", Léa=LEA, Tom=TOM)

    async def told(child: int) -> str:
        await register(parent, child)
        return (await parent.get("/bibliotheque")).text

    too_old, no_card = await told(numbers["Tom"]), await told(numbers["Léa"])
    clock.move(days=7, hours=2)
    too_late = await told(numbers["Léa"])

    assert "reçoit les enfants de 3 à 6 ans" in too_old
    assert "Il faut d’abord une carte" in no_card
    assert "L’activité a commencé" in too_late
    assert await states(town) == []


async def test_a_wrong_form_is_said_field_by_field_and_loses_nothing(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    wrong = {"day": "2026-11-01", "begins": "tôt", "price": "deux", "from_age": "9"}

    refused = await agent.post(f"{DESK}/activites/nouvelle", data={**TOLD, **wrong})
    empty = await agent.post(f"{DESK}/activites/nouvelle", data={})

    assert (refused.status_code, empty.status_code) == (422, 422)
    for words in ("Ce jour est passé", "par exemple 10:30", "par exemple 2,50", "plus petit"):
        assert words in refused.text.replace("\u00a0", " "), words
    assert 'value="Heure du conte"' in refused.text


async def test_families_are_reminded_the_day_before_once(
    communes: Communes, clock: FrozenClock
) -> None:
    from ribambelle_bibliotheque.telling import remind

    town = communes.alpha
    await announced(town)
    ((browser, child),) = await families(town, 1)
    await register(browser, child)
    told = []

    for days in (5, 1, 0):
        clock.move(days=days)
        with town.here():
            await remind()
        told.append(len(await town.mail("p0@example.test")))

    assert told == [0, 1, 1]
    assert "mercredi 2 décembre" in (await town.mail("p0@example.test"))[0].text


async def test_a_place_is_billed_once_it_is_past_and_never_when_it_is_cancelled(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    agent = await announced(town, price="3")
    await agent.post(f"{DESK}/activites/nouvelle", data={**TOLD, "price": "4", "title": "Club"})
    ((browser, child),) = await families(town, 1)
    for activity in (1, 2):
        await register(browser, child, activity)

    await agent.post(f"{DESK}/activites/2/annuler")
    await town.work()
    with town.here():
        too_soon = await items(DECEMBER)
    clock.move(days=8)
    late = await agent.post(f"{DESK}/activites/1/annuler")
    with town.here():
        due = await items(DECEMBER)

    assert too_soon == [] and late.status_code == 303
    assert [(one.key, one.label, one.amount_cents) for one in due] == [
        ("bibliotheque.place:1", "Heure du conte", 300)
    ]
    assert "Annulé : Club" in [one.subject for one in await town.mail("p0@example.test")]


async def test_the_calendar_and_the_home_page_follow(communes: Communes) -> None:
    town = communes.alpha
    await announced(town)
    ((browser, child),) = await families(town, 1)
    await register(browser, child)

    home, calendar = await browser.get("/"), await browser.get("/agenda")
    told = home.text.replace("\u00a0", " ")

    assert "Léa : Heure du conte" in told and "À la bibliothèque" in told
    assert "Heure du conte" in calendar.text


async def test_the_place_of_another_family_does_not_exist(communes: Communes) -> None:
    town = communes.alpha
    await announced(town)
    first, other = await families(town, 2)
    await register(*first)

    stolen = await other[0].post("/bibliotheque/inscriptions/1/annuler")
    lent = await register(other[0], first[1])
    elsewhere = await (await communes.beta.staff()).get(f"{DESK}/activites/1")

    assert [one.status_code for one in (stolen, lent, elsewhere)] == [404, 404, 404]
    assert await states(town) == ["taken"]


async def test_a_month_is_published_once_and_small_counts_are_hidden(
    communes: Communes, clock: FrozenClock
) -> None:
    from ribambelle_bibliotheque.publishing import of_month, publish_month

    town = communes.alpha
    await announced(town, places="9")
    for browser, child in await families(town, 6):
        await register(browser, child)
    clock.move(days=40)
    shown: list[Any] = []

    with town.here():
        shown.append(await of_month("2026-12"))
        for _ in range(2):
            await publish_month()
            shown.append(await of_month("2026-12"))
    page = (await (await town.staff(email="b@example.test")).get(DESK)).text

    assert shown == [None, (0, 6), (0, 6)]
    assert "2026-12" in page
