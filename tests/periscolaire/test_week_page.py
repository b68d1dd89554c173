"""The week page: what it shows, what it saves, and what it never takes from a browser."""

import re
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from tests.periscolaire.builders import (
    MONDAY,
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    settle,
)

from ribambelle.testing.communes import Communes, Town

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
