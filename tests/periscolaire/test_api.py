"""The API of the périscolaire: the checks of the pages, each write once, told to the family."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.periscolaire.builders import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    enrol,
    insert,
    settle,
)

from ribambelle.api import writing
from ribambelle.identity.tables import School
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.tokens import a_program
from ribambelle.workflow.tables import Demande, JournalLine
from ribambelle_periscolaire import tables

API = "/api/v1/periscolaire"
DOC = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


async def a_town_that_books(town: Town, room: int | None = None) -> tuple[Canteen, int]:
    with town.here():
        canteen = await a_canteen(room=room)
        anne = await a_family()
        return canteen, await a_child(anne, canteen.activity)


async def programs(town: Town) -> httpx.AsyncClient:
    return await a_program(town, "periscolaire:read", "periscolaire:book")


def week(child: int) -> str:
    return f"{API}/children/{child}/weeks/{MONDAY}"


def asked(canteen: Canteen, *days: date) -> dict[str, Any]:
    return {"bookings": [{"unit": canteen.unit, "day": day.isoformat()} for day in days]}


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def standing(town: Town) -> list[tuple[date, str]]:
    with town.here():
        rows = await tables.Booking.select(tables.Booking.day, tables.Booking.state).order_by(
            tables.Booking.day
        )
    return [(row["day"], row["state"]) for row in rows]


async def test_a_week_is_put_line_by_line_and_the_family_is_told_by_whom(
    town: Town, clock: FrozenClock
) -> None:
    canteen, child = await a_town_that_books(town)
    program, anne = await programs(town), await town.family("anne@example.test")

    first = await program.put(
        week(child), json=asked(canteen, TUESDAY, THURSDAY), headers=keyed("a")
    )
    sunday = date(2026, 12, 6)
    second = await program.put(
        week(child), json=asked(canteen, THURSDAY, FRIDAY, sunday), headers=keyed("b")
    )
    seen = (await program.get(week(child))).json()["doors"]
    clock.move(hours=1)
    await town.work()
    told = (await town.mail("anne@example.test"))[-1].text
    acts = (await anne.get("/famille/actes")).text

    lines = first.json()["lines"]
    assert [(one["outcome"], one["state"], one["price_cents"]) for one in lines] == [
        *(("booked", "booked", 310), ("booked", "booked", 310))
    ]
    lines = {one["day"]: one for one in second.json()["lines"]}
    assert {day: one["outcome"] for day, one in lines.items()} == {
        **{str(TUESDAY): "cancelled", str(THURSDAY): "unchanged"},
        **{str(FRIDAY): "booked", str(sunday): "refused"},
    }
    assert lines[str(sunday)]["reason"] == {
        **{"code": "no_service", "at": None},
        "detail": "Il n’y a pas de service ce jour-là.",
    }
    assert {one["day"]: one["state"] for one in seen if one["state"]} == {
        str(THURSDAY): "booked",
        str(FRIDAY): "booked",
    }
    assert await standing(town) == [
        *((TUESDAY, "cancelled"), (THURSDAY, "booked"), (FRIDAY, "booked"))
    ]
    assert "Logiciel de cantine" in told and "Réservations changées" in told
    assert "Logiciel de cantine" in acts
    with town.here():
        journal = await JournalLine.select().where(JournalLine.act == "booking.changed")
        events = await tables.BookingEvent.select()
    assert [(one["side"], one["account"]) for one in journal] == [("api", None)] * 2
    assert all(json.loads(one["facts"])["token"] == 1 for one in journal)
    assert {(one["side"], one["account"]) for one in events} == {("api", None)}


async def test_a_request_sent_twice_is_done_once_and_its_answer_given_again(
    town: Town, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    canteen, child = await a_town_that_books(town)
    program, family = await programs(town), await town.family("anne@example.test")
    path, body = week(child), asked(canteen, THURSDAY)
    token = f"{child}.{canteen.unit}.{THURSDAY}"

    async def sent_around_a_cancellation(key: str) -> tuple[httpx.Response, httpx.Response]:
        first = await program.put(path, json=body, headers=keyed(key))
        page = f"/periscolaire/semaine/{MONDAY}"
        await family.post(page, data={"cle": key, "avant": token})
        return first, await program.put(path, json=body, headers=keyed(key))

    first, again = await sent_around_a_cancellation("k")
    other = await program.put(path, json=asked(canteen, FRIDAY), headers=keyed("k"))

    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await standing(town) == [(THURSDAY, "cancelled")]
    clock.move(hours=24)
    late = await program.put(path, json=body, headers=keyed("k"))
    assert "idempotency-replayed" not in late.headers
    assert await standing(town) == [(THURSDAY, "booked")]

    # the twin: without the key, what the family cancelled meanwhile is booked again
    async def never(*_: Any) -> None:
        return None

    monkeypatch.setattr(writing, "_kept", never)
    monkeypatch.setattr(writing, "_write", never)
    await sent_around_a_cancellation("twin")
    assert await standing(town) == [(THURSDAY, "booked")]


async def test_a_change_whose_answer_cannot_be_kept_is_not_made(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    canteen, child = await a_town_that_books(town)
    transport = httpx.ASGITransport(app=town.app, raise_app_exceptions=False)
    program = await programs(town)
    quiet = httpx.AsyncClient(
        transport=transport, base_url=program.base_url, headers=program.headers
    )

    async def lost(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(writing, "_write", lost)
    answer = await quiet.put(week(child), json=asked(canteen, THURSDAY), headers=keyed("k"))

    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert await standing(town) == []


@pytest.mark.asvs("2.2.2")
async def test_the_last_place_the_cut_off_and_what_is_elsewhere_are_refused_as_on_the_page(
    town: Town, communes: Communes, clock: FrozenClock
) -> None:
    canteen, child = await a_town_that_books(town, room=1)
    with town.here():
        tom = await a_child(await a_family("paul@example.test", "Paul G"), canteen.activity)
    settle(communes.beta)
    with communes.beta.here():
        for _ in range(4):
            far = await a_child(await a_family(), name="Zoé")
    program = await programs(town)
    body = asked(canteen, THURSDAY)
    slots = f"{API}/slots?activity={canteen.activity}&from={MONDAY}&to={FRIDAY}"

    await program.put(week(child), json=body, headers=keyed("a"))
    waits = (await program.put(week(tom), json=body, headers=keyed("b"))).json()["lines"][0]
    full = {one["day"]: one for one in (await program.get(slots)).json()["data"]}
    listed = (await program.get(f"{API}/bookings?child={child}")).json()["data"]
    clock.move(days=7, hours=3)
    number = listed[0]["id"]
    refused = await program.delete(f"{API}/bookings/{number}", headers=keyed("c"))
    left = await program.delete(f"{API}/bookings/{number + 1}", headers=keyed("d"))
    late = (await program.get(slots)).json()["data"][-2]
    foreign = [
        await program.put(week(far), json=body, headers=keyed("e")),
        await program.get(f"{API}/bookings?child={far}"),
        await program.get(f"{API}/bookings?family=999"),
        await program.get(week(2**40)),
        await program.delete(f"{API}/bookings/999", headers=keyed("f")),
    ]

    assert (waits["outcome"], waits["rank"]) == ("waiting", 1)
    assert [full[str(THURSDAY)][name] for name in ("state", "remaining", "waiting")] == [
        *("full", 0, 1)
    ]
    assert full[str(FRIDAY)]["state"] == "open"
    assert full[str(FRIDAY)]["until"].endswith("+01:00")
    assert (listed[0]["state"], listed[0]["price_cents"]) == ("booked", 310)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking_refused")
    assert "le délai est passé" in refused.json()["detail"].lower()
    assert left.json()["lines"][0]["outcome"] == "cancelled"
    assert (late["state"], late["reason"]["code"]) == ("shut", "too_late")
    assert [one.status_code for one in foreign] == [404] * 5


async def test_lists_go_on_from_their_own_links(town: Town) -> None:
    canteen, child = await a_town_that_books(town)
    program = await programs(town)
    days = (MONDAY, TUESDAY, THURSDAY, FRIDAY)
    await program.put(week(child), json=asked(canteen, *days), headers=keyed("a"))

    found: list[str] = []
    link: str | None = f"{API}/bookings?child={child}&limit=3"
    pages = 0
    while link:
        page = (await program.get(link)).json()
        found += [one["day"] for one in page["data"]]
        link, pages = page["next"], pages + 1
        assert link is None or link.startswith(town.tenant.url(f"{API}/bookings?"))
    wrong = await program.get(f"{API}/bookings?child={child}&after=demain&limt=3")

    assert (found, pages) == ([str(day) for day in days], 2)
    assert {one["parameter"] for one in wrong.json()["errors"]} == {"limt"}
    activities = (await program.get(f"{API}/activities")).json()["data"]
    assert [one["code"] for one in activities] == ["cantine"]


@pytest.mark.asvs("15.3.1")
async def test_children_are_listed_with_the_school_of_the_year_and_nothing_more(
    town: Town,
) -> None:
    canteen, lea = await a_town_that_books(town)
    with town.here():
        anne = await a_family()
        tom = await a_child(anne, canteen.activity, name="Tom", school="Lilas", class_name="GS")
        await a_child(anne, name="Zoé")
        tilleuls = await insert(School(name="Tilleuls", folded="tilleuls"))
        place = {tables.Enrolment.school: tilleuls, tables.Enrolment.class_name: "CP"}
        number = await enrol(tom, canteen.activity, year=2027)
        await tables.Enrolment.update(place).where(tables.Enrolment.id == number)
        waiting = await a_child(anne, canteen.activity, name="Noé", year=2027)
        mine = tables.Enrolment.child == waiting
        demande = (await tables.Enrolment.objects().get(mine)).demande  # type: ignore[union-attr]
        await Demande.update({Demande.state: "submitted"}).where(Demande.id == demande)
    program = await programs(town)

    first = (await program.get(f"{API}/children?limit=1")).json()
    rest = (await program.get(first["next"])).json()["data"]
    to_come = (await program.get(f"{API}/children?year=2027")).json()["data"]
    other = await a_program(town, "periscolaire:book")

    told = {"id": tom, "given_name": "Tom", "activities": [canteen.activity]}
    assert [one["id"] for one in first["data"]] == [lea]
    assert rest == [told | {"school": 1, "school_name": "Lilas", "class_name": "GS"}]
    assert to_come == [told | {"school": tilleuls, "school_name": "Tilleuls", "class_name": "CP"}]
    assert (await other.get(f"{API}/children")).status_code == 403


@pytest.mark.parametrize("database_server", [""])
async def test_the_example_of_the_documentation_runs_as_it_is_written(town: Town) -> None:
    canteen, child = await a_town_that_books(town)
    program = await programs(town)
    numbers = {"8": str(child), "3": str(canteen.unit), "2": str(canteen.activity)}
    blocks = re.findall(r"```http\n(.*?)\n```\n\n```json\n(.*?)\n```", DOC.read_text(), re.DOTALL)

    assert len(blocks) >= 3
    for sent, expected in blocks:
        head, _, body = sent.partition("\n\n")
        (method, path), *lines = (line.split(" ", 1) for line in head.split("\n"))
        headers = {name.rstrip(":").lower(): value for name, value in lines}
        headers.pop("authorization")
        assert headers.pop("host")
        answer = await program.request(method, path, content=body, headers=headers)
        assert answer.json() == json.loads(expected), numbers


@pytest.mark.slow
async def test_a_write_sent_ten_times_at_once_has_one_effect_and_one_answer(
    town: Town, clock: FrozenClock
) -> None:
    """A hundred writes, each booking then cancelling by turns, each sent ten times together."""
    canteen, child = await a_town_that_books(town)
    program = await programs(town)

    for number in range(100):
        days = (TUESDAY, THURSDAY) if number % 2 == 0 else ()
        if number % 40 == 39:
            clock.move(minutes=2)  # a program has six hundred requests a minute
        answers = await asyncio.gather(
            *(
                program.put(week(child), json=asked(canteen, *days), headers=keyed(str(number)))
                for _ in range(10)
            )
        )
        done = [one for one in answers if one.status_code == 200]
        assert {one.status_code for one in answers} <= {200, 409}, [one.text for one in answers]
        assert len({one.text for one in done}) == 1
        assert sum("idempotency-replayed" not in one.headers for one in done) == 1

    with town.here():
        events = await tables.BookingEvent.count()
    assert events == 200
