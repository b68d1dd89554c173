"""The week page: what it shows, what it saves, and what it never takes from a browser."""

import gzip
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest
from tests.periscolaire.builders import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    settle,
)

from ribambelle.identity.tables import Child
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import tables

WEEK = f"/periscolaire/semaine/{MONDAY}"


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


async def a_booking_family(
    town: Town, *names: str, room: int | None = None
) -> tuple[httpx.AsyncClient, Canteen, list[int]]:
    with town.here():
        canteen = await a_canteen(room=room)
        anne = await a_family()
        children = [await a_child(anne, canteen.activity, name=name) for name in names]
    return await town.family("anne@example.test"), canteen, children


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found
    return found[1]


def token(child: int, canteen: Canteen, day: date = THURSDAY) -> str:
    return f"{child}.{canteen.unit}.{day}"


async def test_a_week_is_saved_for_two_children_and_told(town: Town) -> None:
    browser, canteen, (lea, noe) = await a_booking_family(town, "Léa", "Noé")
    page = await browser.get(WEEK)

    saved = await browser.post(
        WEEK,
        data={
            "cle": hidden(page, "cle"),
            "avant": hidden(page, "avant"),
            "jour": [token(lea, canteen), token(noe, canteen)],
        },
    )
    shown = await browser.get(saved.headers["location"])

    assert saved.status_code == 303
    assert "2\u00a0réservations ajoutées" in shown.text
    assert "6,20" in shown.text
    assert hidden(shown, "avant").split() == [token(lea, canteen), token(noe, canteen)]


async def test_a_child_who_is_not_born_yet_books_nothing(town: Town) -> None:
    browser, _, children = await a_booking_family(town, "Léa", "Noé")
    with town.here():
        expected = {Child.born_on: None, Child.due_on: date(2027, 3, 1), Child.given_name: ""}
        await Child.update(expected).where(Child.id == children[1])

    week = (await browser.get(WEEK)).text
    enrolments = (await browser.get("/periscolaire/inscription")).text

    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", week)[:1] == ["Léa"]
    assert f'id="e-{children[0]}"' in week and f'id="e-{children[1]}"' not in week
    assert f"enfant={children[1]}" not in enrolments


async def test_a_price_a_child_or_a_day_from_the_browser_counts_for_nothing(town: Town) -> None:
    """The three faults of the best open peer: oversold, 0,01 €, another family's child."""
    browser, canteen, (lea,) = await a_booking_family(town, "Léa", room=1)
    with town.here():
        paul = await a_family("paul@example.test", "Paul Grondin")
        tom = await a_child(paul, canteen.activity, name="Tom")
    other = await town.family("paul@example.test")
    await other.post(WEEK, data={"cle": "t", "jour": token(tom, canteen)})
    forged = {"cle": "k", "prix": "1", "montant": "0.01", "jour": [token(lea, canteen)]}

    await browser.post(WEEK, data=forged)
    saved = await browser.post(WEEK, data={"cle": "k2", "jour": token(tom, canteen, TUESDAY)})
    shown = await browser.get(saved.headers["location"])

    with town.here():
        rows = await tables.Booking.select(
            tables.Booking.child, tables.Booking.state, tables.Booking.price.cents
        ).order_by(tables.Booking.id)
    assert [(r["child"], r["state"], r["price.cents"]) for r in rows] == [
        (tom, "booked", 310),
        (lea, "waiting", 310),
    ]
    assert "cette réservation n’existe pas pour vous" in shown.text


async def test_what_the_other_parent_books_meanwhile_is_not_taken_back(town: Town) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    page = await browser.get(WEEK)
    await browser.post(WEEK, data={"cle": "other tab", "jour": token(lea, canteen, TUESDAY)})

    await browser.post(
        WEEK, data={"cle": "k", "avant": hidden(page, "avant"), "jour": token(lea, canteen)}
    )

    shown = await browser.get(WEEK)
    assert len(hidden(shown, "avant").split()) == 2


async def test_a_copy_is_shown_and_saved_only_by_its_own_button(town: Town) -> None:
    browser, canteen, (lea, noe) = await a_booking_family(town, "Léa", "Noé")
    form = {"cle": "k", "jour": token(lea, canteen), "copier": f"{lea}.{noe}"}

    copied = await browser.post(WEEK, data=form)

    assert f'value="{token(noe, canteen)}"' in copied.text
    assert copied.text.count(" checked") == 2
    with town.here():
        assert not await tables.Booking.exists()


async def test_a_week_says_why_a_day_is_shut_and_until_when(town: Town, clock: FrozenClock) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    await browser.post(WEEK, data={"cle": "k", "jour": token(lea, canteen, MONDAY)})
    clock.set(datetime(2026, 11, 29, 12, tzinfo=UTC))

    page = await browser.get(WEEK)

    assert "Lundi 30 novembre n’est plus modifiable depuis vendredi 27 novembre" in page.text
    assert f"/periscolaire/absence?enfant={lea}" in page.text


async def test_a_month_a_year_and_a_usual_week_follow_the_same_rules(town: Town) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    said = {
        **{"enfant": str(lea), "jour": [f"{canteen.unit}-0", f"{canteen.unit}-3"]},
        **{"premier_day": "30", "premier_month": "11", "premier_year": "2026"},
        **{"dernier_day": "18", "dernier_month": "12", "dernier_year": "2026"},
    }

    preview = await browser.post("/periscolaire/semaine-type", data=said)
    done = await browser.post("/periscolaire/semaine-type", data=said | {"confirme": "oui"})
    month = await browser.get("/periscolaire/mois/2026-12")
    year = await browser.get("/periscolaire/annee/2026")

    assert "<b>6\u00a0réservations</b> de plus" in preview.text
    assert done.status_code == 303
    assert len(hidden(month, "avant").split()) == 5
    assert "<td>5</td>" in year.text
    moved = {"cle": "m", "avant": hidden(month, "avant"), "jour": token(lea, canteen)}
    answer = await browser.post("/periscolaire/mois/2026-12", data=moved)
    shown = await browser.get(answer.headers["location"])
    assert "4\u00a0retirées" in shown.text


async def test_a_usual_week_tells_what_it_leaves_out(town: Town) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    said = {
        **{"enfant": str(lea), "jour": f"{canteen.unit}-1"},
        **{"premier_day": "24", "premier_month": "11", "premier_year": "2026"},
        **{"dernier_day": "30", "dernier_month": "11", "dernier_year": "2026"},
    }

    page = await browser.post("/periscolaire/semaine-type", data=said)
    wrong = await browser.post("/periscolaire/semaine-type", data=said | {"dernier_year": "2025"})
    odd = await browser.post("/periscolaire/semaine-type", data=said | {"jour": ["²-1", "1-²"]})

    assert (odd.status_code, "Cochez au moins un jour" in odd.text) == (422, True)
    assert "le délai est passé depuis" in page.text
    assert (wrong.status_code, "vient avant le premier" in wrong.text) == (422, True)


async def test_an_absence_cancels_what_can_be_and_tells_the_rest(
    town: Town, clock: FrozenClock
) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    days = [token(lea, canteen, day) for day in (MONDAY, THURSDAY)]
    await browser.post(WEEK, data={"cle": "k", "jour": days})
    clock.set(datetime(2026, 11, 30, 6, tzinfo=UTC))
    said = {
        **{"enfant": str(lea), "raison": "sick"},
        **{"premier_day": "30", "premier_month": "11", "premier_year": "2026"},
        **{"dernier_day": "4", "dernier_month": "12", "dernier_year": "2026"},
    }

    saved = await browser.post("/periscolaire/absence", data=said)
    shown = await browser.get(saved.headers["location"])
    again = await browser.post("/periscolaire/absence", data=said)

    with town.here():
        rows = await tables.Booking.select().order_by(tables.Booking.day)
    assert [row["state"] for row in rows] == ["absent", "cancelled"]
    assert "1\u00a0réservation annulée" in shown.text
    assert (again.status_code, "Rien n’est réservé" in again.text) == (422, True)


async def test_an_offer_is_answered_by_its_family_alone(town: Town) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa", room=1)
    with town.here():
        paul = await a_family("paul@example.test", "Paul Grondin")
        tom = await a_child(paul, canteen.activity, name="Tom")
    other = await town.family("paul@example.test")
    await browser.post(WEEK, data={"cle": "a", "jour": token(lea, canteen)})
    await other.post(WEEK, data={"cle": "b", "jour": token(tom, canteen)})
    await browser.post(WEEK, data={"cle": "c", "avant": token(lea, canteen)})
    page = await other.get("/periscolaire/offres")
    there = re.search(r"/periscolaire/offres/\d+", page.text)
    assert there

    assert (await browser.post(f"{there[0]}/accepter")).status_code == 404
    assert (await other.post(f"{there[0]}/accepter")).status_code == 303
    twice = await other.post(f"{there[0]}/refuser")

    assert twice.status_code == 303
    with town.here():
        row = await tables.Booking.objects().get(tables.Booking.child == tom)
    assert row and row.state == "booked"
    assert (await town.visitor().get("/periscolaire")).status_code == 200


async def test_what_is_booked_is_in_the_familys_calendar_and_nobody_elses(town: Town) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    await browser.post(WEEK, data={"cle": "k", "jour": token(lea, canteen)})
    stranger = await town.family("paul@example.test")

    pages = [(await one.get("/agenda")).text for one in (browser, stranger)]

    assert ["Léa : cantine" in page for page in pages] == [True, False]


async def test_days_nobody_lives_to_see_are_no_error(town: Town) -> None:
    browser, canteen, (lea,) = await a_booking_family(town, "Léa")
    far = date(9999, 12, 31)

    pages = [f"semaine/{far}", "mois/9999-12", "annee/9999", "mois/hier"]
    answers = [(await browser.get(f"/periscolaire/{page}")).status_code for page in pages]
    saved = await browser.post(WEEK, data={"cle": "k", "jour": token(lea, canteen, far)})
    said = {
        **{"enfant": str(lea), "raison": "sick"},
        **{"premier_day": "31", "premier_month": "12", "premier_year": "9999"},
    }
    told = await browser.post("/periscolaire/absence", data=said)

    assert answers == [404] * 4
    assert (saved.status_code, told.status_code) == (303, 422)
    with town.here():
        assert not await tables.Booking.exists()


async def test_a_first_week_page_costs_ten_requests_and_30_kb_in_a_demonstration_too(
    town: Town,
) -> None:
    browser, _, _ = await a_booking_family(town, "Léa", "Noé")

    page = await browser.get(WEEK)
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
    files = {one: await browser.get(one) for one in named}
    for one, file in list(files.items()):
        if one.endswith(".css"):
            inside = re.findall(r'url\("?([^)"]+)', file.text)
            files |= {name: await browser.get(f"/static/{name}") for name in inside}

    assert "Démonstration" in page.text
    assert {file.status_code for file in files.values()} == {200}
    assert 1 + len(files) <= 10
    weight = sum(len(gzip.compress(file.content)) for file in [page, *files.values()])
    assert weight <= 30_000
