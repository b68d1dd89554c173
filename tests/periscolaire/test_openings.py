"""Opening day is no race: wishes are given by the council's criteria, a room lets in turn by turn."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import date, timedelta
from secrets import token_hex
from typing import Any

import pytest
from tests.periscolaire import replaying
from tests.periscolaire.builders import (
    FRIDAY,
    MONDAY,
    SETTINGS,
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    many_families,
    settle,
)

from ribambelle.database import REFUSED
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_periscolaire import allocating, booking, opening_days, rooming, tables, wishing
from ribambelle_periscolaire.domain.doors import Doors
from ribambelle_periscolaire.domain.taking import Line, Wanted
from ribambelle_periscolaire.domain.waiting_room import Arrival, keeps_promise, ranks
from ribambelle_periscolaire.queries import openings, rooms
from ribambelle_periscolaire.queries.wishes import Wished

AGENT = 99
HERE, OFFICE = "/periscolaire/ouvertures", "/bureau/periscolaire/ouvertures"
CRITERIA = """
[[periscolaire.criteria]]
code = "work"
label = "Les parents travaillent"
points = 10
"""
HOUR = timedelta(hours=1)


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha, SETTINGS + CRITERIA)
    yield communes.alpha


@pytest.fixture
async def tenant(town: Town) -> AsyncIterator[Tenant]:
    with town.here() as here:
        yield here


async def announced(tenant: Tenant, activity: int, **changed: Any) -> int:
    """Announce the days from Monday to Friday, for in an hour."""
    now = tenant.now()
    told = {
        **{"activity": activity, "mode": "wishes", "name": "Semaine de fête", "span": "day"},
        **{"first": MONDAY, "last": FRIDAY},
        **{"begins_at": now + HOUR, "ends_at": now + 24 * HOUR},
    }
    return await opening_days.announce(told | changed, AGENT, now)


async def book(tenant: Tenant, person: Person, child: int, canteen: Canteen) -> Line:
    wanted = [Wanted(child, canteen.unit, THURSDAY, "book")]
    return (await booking.save(tenant, person, wanted, token_hex(8), tenant.now()))[0]


def wishes(canteen: Canteen, children: list[int], *days: date, **more: str) -> dict[str, Any]:
    """Return what a family sends: one wish a day, the dearest first."""
    asked: dict[str, Any] = {"enfants": [str(child) for child in children]}
    for rank, day in enumerate(days, 1):
        asked |= {f"unite_{rank}": str(canteen.unit), f"jours_{rank}": day.isoformat()}
    return asked | more


async def states(*days: date) -> dict[tuple[int, date], str]:
    rows = await tables.Booking.select().order_by(tables.Booking.line)
    return {(row["child"], row["day"]): row["state"] for row in rows if row["day"] in days}


async def test_wishes_are_given_by_criteria_with_siblings_together_and_each_refusal_explained(
    town: Town, clock: FrozenClock
) -> None:
    agent = await town.staff()
    browsers = [await town.family(f"{name}@example.test") for name in ("anne", "paul", "zoe")]
    with town.here() as tenant:
        canteen = await a_canteen(room=2)
        people = [
            await a_family(f"{name}@example.test", f"{name.title()} Hoarau")
            for name in ("anne", "paul", "zoe")
        ]
        pair = [await a_child(people[0], canteen.activity, name=name) for name in ("Léa", "Tom")]
        one, alone = [await a_child(who, canteen.activity, name="Noé") for who in people[1:]]
        number = await announced(tenant, canteen.activity)
        refused = await book(tenant, people[0], pair[0], canteen)
    clock.move(hours=2)
    soon = await browsers[0].get("/periscolaire/semaine/2026-11-30")
    empty = await browsers[0].post(f"{HERE}/{number}/voeux", data={"enfants": "999"})
    there = f"{HERE}/{number}/voeux"
    await browsers[0].post(there, data=wishes(canteen, pair, THURSDAY, FRIDAY))
    await browsers[1].post(there, data=wishes(canteen, [one], THURSDAY, criteres="work"))
    await browsers[2].post(there, data=wishes(canteen, [alone], FRIDAY))
    early = await agent.post(f"{OFFICE}/{number}/attribuer", data={"digest": "x"})
    clock.move(hours=24)
    agent = await town.staff(email="other@example.test")
    late = await browsers[2].post(there, data=wishes(canteen, [alone], THURSDAY))
    todo = await agent.get("/bureau")
    preview = await agent.get(f"{OFFICE}/{number}")
    stale = await agent.post(f"{OFFICE}/{number}/attribuer", data={"digest": "x"})
    with town.here():
        before = await tables.Booking.count()
    digest = re.search(r'name="digest" value="(\w+)"', preview.text)
    assert digest
    for _ in range(2):
        done = await agent.post(f"{OFFICE}/{number}/attribuer", data={"digest": digest[1]})
    hidden = await browsers[0].get(f"{HERE}/{number}/tirage")
    await town.work()
    await town.work()

    assert refused.reason and refused.reason.code == "wishes_soon"
    assert f'href="{HERE}/{number}">Donner mes vœux' in soon.text
    assert (empty.status_code, early.status_code, late.status_code) == (422, 303, 422)
    assert "Semaine de fête : vœux à attribuer" in todo.text
    assert "Hoarau" in preview.text
    assert (stale.status_code, before, done.status_code) == (409, 0, 303)
    assert hidden.status_code == 404
    with town.here():
        held = await states(THURSDAY, FRIDAY)
        requests = await tables.WishRequest.select().order_by(tables.WishRequest.rank)
        row = await openings.one(number)
        prices = await tables.Booking.count().where(
            (tables.Booking.state == "booked") & tables.Booking.price.is_not_null()
        )
        assert await replaying.differences() == []
    by_home = {one_["household"]: one_ for one_ in requests}
    couple, worker, lone = (by_home[person.household] for person in people)
    # the points of work first; the draw says who of the two others comes next
    assert (worker["rank"], worker["points"], worker["given"]) == (1, 10, 1)
    assert held[one, THURSDAY] == "booked"
    pair_first = couple["rank"] < lone["rank"]
    assert couple["given"] == (2 if pair_first else 0)
    assert lone["given"] == (0 if pair_first else 1)
    together = {held.get((child, FRIDAY)) for child in pair}
    assert together == ({"booked"} if pair_first else {None})
    assert prices == (3 if pair_first else 2)
    shown = await browsers[0].get(f"{HERE}/{number}")
    drawn = await browsers[0].get(f"{HERE}/{number}/tirage")
    home = await browsers[0].get("/")
    assert "il restait 1\u00a0place pour 2\u00a0enfants, sur 2 à donner" in shown.text
    assert "La dernière est allée au rang 1" in shown.text
    assert row.seed in drawn.text
    told = [one_ for one_ in await town.mail("anne@example.test") if "vœu" in one_.subject]
    assert len(told) == 1
    assert "il restait 1 place pour 2 enfants" in told[0].text.replace("\u00a0", " ")
    assert "la réponse à vos vœux" in home.text


async def test_refused_wishes_wait_in_the_order_of_the_ranks(
    town: Town, tenant: Tenant, clock: FrozenClock
) -> None:
    canteen = await a_canteen(room=1)
    families = await many_families(5, canteen.activity)
    number = await announced(tenant, canteen.activity)
    clock.move(hours=2)
    for person, child in families:
        browser = await town.family(person.email)
        await browser.post(f"{HERE}/{number}/voeux", data=wishes(canteen, [child], THURSDAY))
    clock.move(hours=24)
    found = await allocating.result(tenant, await openings.one(number), tenant.now())
    await allocating.confirm(tenant, number, found.digest, AGENT, tenant.now())
    await allocating.place_wishes(number)
    await allocating.place_wishes(number)  # a job may run twice

    ranked = [asked.children[0] for _, asked in found.rows()]
    held = await states(THURSDAY)
    assert [held[child, THURSDAY] for child in ranked] == ["booked"] + ["waiting"] * 4
    waiting = [child for (child, _), state in held.items() if state == "waiting"]
    assert waiting == ranked[1:]
    assert await replaying.differences() == []


async def test_without_its_mark_a_family_is_answered_as_often_as_the_job_runs(
    town: Town, tenant: Tenant, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin of « one answer to each home »: the request no longer says it was placed."""

    async def always(*_: Any) -> bool:
        return True

    canteen, anne = await a_canteen(), await a_family()
    lea = await a_child(anne, canteen.activity)
    number = await announced(tenant, canteen.activity)
    clock.move(hours=2)
    told = openings.told(await openings.one(number))
    wished = [Wished(1, canteen.unit, (THURSDAY.isoformat(),))]
    await wishing.save(told, anne, [lea], [], wished, tenant.now())
    clock.move(hours=24)
    found = await allocating.result(tenant, await openings.one(number), tenant.now())
    await allocating.confirm(tenant, number, found.digest, AGENT, tenant.now())
    monkeypatch.setattr(allocating.wishes, "place", always)
    await allocating.place_wishes(number)
    await allocating.place_wishes(number)
    await town.work()

    assert len(await town.mail("anne@example.test")) > 1


async def test_a_wish_an_agent_did_not_find_proved_gives_no_points(
    town: Town, clock: FrozenClock
) -> None:
    browser = await town.family("anne@example.test")
    with town.here() as tenant:
        canteen = await a_canteen(room=1)
        anne = await a_family()
        lea = await a_child(anne, canteen.activity)
        number = await announced(tenant, canteen.activity)
    clock.move(hours=2)
    agent = await town.staff()
    await browser.post(
        f"{HERE}/{number}/voeux", data=wishes(canteen, [lea], THURSDAY, criteres="work")
    )
    with town.here():
        asked = (await tables.WishRequest.select())[0]["id"]
    await agent.post(f"{OFFICE}/demandes/{asked}", data={})
    clock.move(hours=24)
    with town.here() as tenant:
        found = await allocating.result(tenant, await openings.one(number), tenant.now())
    assert [one.points for one in found.allocation.outcomes] == [0]


async def a_room(tenant: Tenant, canteen: Canteen, **changed: int) -> int:
    pace = {"rate": 2, "every": 5, "stay": 15} | changed
    return await announced(tenant, canteen.activity, mode="room", **pace)


async def come(tenant: Tenant, number: int, *people: Person) -> None:
    told = openings.told(await openings.one(number))
    await asyncio.gather(*(rooming.come_in(tenant, told, person) for person in people))


async def turn(tenant: Tenant, number: int, person: Person) -> Any:
    told = openings.told(await openings.one(number))
    stands = await rooms.place(told, person.household, tenant.now())
    return stands and stands.turn


async def test_ranks_are_those_the_seed_draws_then_those_of_arrival_and_so_many_come_in(
    tenant: Tenant, clock: FrozenClock
) -> None:
    canteen = await a_canteen()
    people = [person for person, _ in await many_families(9, canteen.activity)]
    number = await a_room(tenant, canteen)
    row = await openings.one(number)
    await come(tenant, number, *people[:5])
    await come(tenant, number, people[0])
    clock.move(hours=1)
    await come(tenant, number, *people[5:])
    arrivals = [
        Arrival(f"F-{one['household']}", one["at"], one["id"])
        for one in await tables.Arrival.select()
    ]
    drawn = ranks(bytes.fromhex(row.seed), row.begins_at, arrivals)
    turns = [await turn(tenant, number, person) for person in people]

    assert [one.rank for one in turns] == [drawn[f"F-{one.household}"] for one in people]
    assert len(arrivals) == 9
    by_step = [one.step for one in sorted(turns, key=lambda each: each.rank)]
    assert by_step == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    journaled = await JournalLine.select(JournalLine.facts).where(
        JournalLine.act == "periscolaire.opening_announced"
    )
    promised = json.loads(journaled[0]["facts"])["promise"]
    assert keeps_promise(bytes.fromhex(row.seed), promised)


async def test_without_the_lock_two_families_ask_for_one_rank(
    tenant: Tenant, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: neither lock nor transaction; only the table is left to refuse."""

    async def no_lock(*_: str) -> None:
        await asyncio.sleep(0)

    canteen = await a_canteen()
    people = [person for person, _ in await many_families(9, canteen.activity)]
    number = await a_room(tenant, canteen)
    clock.move(hours=1)
    monkeypatch.setattr(rooming, "advisory", no_lock)
    monkeypatch.setattr(rooming, "transaction", nullcontext)

    with pytest.raises(REFUSED):
        await come(tenant, number, *people)


async def test_a_family_books_at_its_turn_only_whatever_the_page_sends(
    town: Town, clock: FrozenClock
) -> None:
    browser = await town.family("anne@example.test")
    with town.here() as tenant:
        canteen = await a_canteen()
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
        lea, tom = await a_child(anne, canteen.activity), await a_child(paul, canteen.activity)
        number = await a_room(tenant, canteen, rate=1)
        codes = [(await book(tenant, anne, lea, canteen)).reason]
        closed = await book(tenant, anne, lea, canteen)
        clock.move(hours=1)
        codes.append((await book(tenant, anne, lea, canteen)).reason)
        await come(tenant, number, paul)
    await browser.post(f"{HERE}/{number}/file")
    page = await browser.get(f"{HERE}/{number}")
    with town.here() as tenant:
        codes.append((await book(tenant, anne, lea, canteen)).reason)
        first = await book(tenant, paul, tom, canteen)
        clock.move(minutes=6)
        mine = await book(tenant, anne, lea, canteen)
        clock.move(minutes=10)
        late = await a_child(paul, canteen.activity, name="Ida")
        over = await book(tenant, paul, late, canteen)
        codes.append(over.reason)
        await come(tenant, number, paul)
        anew = await turn(tenant, number, paul)
    again = await town.family("anne@example.test")  # another phone
    inside = await again.get(f"{HERE}/{number}")

    assert [code.code for code in codes if code] == ["room_soon", "room", "turn", "turn_over"]
    assert closed.outcome == "refused"
    assert (first.outcome, mine.outcome) == ("booked", "booked")
    assert (anew.rank, anew.until) == (3, tenant.now() + timedelta(minutes=15))
    assert ("Votre rang\u00a0: 2" in page.text, page.headers["refresh"]) == (True, "60")
    assert "1\u00a0famille" in page.text
    assert "C’est à vous" in inside.text


async def test_without_its_door_a_room_lets_everybody_book(
    tenant: Tenant, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin of « at its turn only »."""
    canteen = await a_canteen()
    anne = await a_family()
    lea = await a_child(anne, canteen.activity)
    await a_room(tenant, canteen)
    clock.move(hours=1)
    monkeypatch.setattr(Doors, "held_back", lambda *_: None)

    assert (await book(tenant, anne, lea, canteen)).outcome == "booked"


async def test_an_opening_is_announced_and_cancelled_from_the_office(town: Town) -> None:
    agent = await town.staff()
    with town.here() as tenant:
        canteen = await a_canteen()
        anne = await a_family()
        lea = await a_child(anne, canteen.activity)
        begins = tenant.now() + HOUR
    days = {
        **three("premier", MONDAY),
        **three("dernier", FRIDAY),
        **three("debut", begins.date()),
        **three("fin", begins.date()),
    }
    typed = {"name": "Fête", "activite": str(canteen.activity), "mode": "room", **days}
    wrong = await agent.post(OFFICE, data={**typed, "debut_heure": "8 heures", "fin_heure": "7:00"})
    hours = {"debut_heure": "11:00", "fin_heure": "18:00"}
    made = await agent.post(OFFICE, data={**typed, **hours})
    twice = await agent.post(OFFICE, data={**typed, **hours})
    await agent.post(f"{made.headers['location']}/annuler")

    assert (wrong.status_code, made.status_code, twice.status_code) == (422, 303, 422)
    assert "8 heures" in wrong.text
    with town.here() as tenant:
        assert (await book(tenant, anne, lea, canteen)).outcome == "booked"


def three(name: str, day: date) -> dict[str, str]:
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{name}_{part}": str(value) for part, value in parts.items()}
