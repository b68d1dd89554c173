"""The background of a map: true to the points on it, and asked of nobody before it is wanted."""

from math import atan, degrees, pi, sinh
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assmat.builders import CLAIRE, NADIA, offers, registered, says

from ribambelle.errors import Misconfigured
from ribambelle.testing import Communes
from ribambelle_assmat.domain.cells import Point
from ribambelle_assmat.picturing import TALL, WIDE, drawn
from ribambelle_assmat.queries import directory
from ribambelle_assmat.settings import Tiles

TILES = Tiles("https://carte.test/{z}/{x}/{y}.png", "© La carte")
TABLE = '[assmat.tiles]\nurl = "https://carte.test/{z}/{x}/{y}.png"\ncredit = "© La carte"\n'
FRANCE = st.builds(Point, st.floats(-21.4, 51.0), st.floats(-61.8, 55.8))
STEP = st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))


def shown_at(x: float, y: float, address: str, left: float, top: float, side: float) -> Point:
    """Return the place of the world that an image shows at a point of the sheet."""
    zoom, column, row = (int(part.removesuffix(".png")) for part in address.split("/")[-3:])
    east = (column + (x - left) / side) / 2**zoom
    south = (row + (y - top) / side) / 2**zoom
    return Point(degrees(atan(sinh(pi * (1 - 2 * south)))), east * 360 - 180)


@given(FRANCE, st.lists(STEP, max_size=6))
def test_each_point_lies_on_what_the_background_shows_there(
    first: Point, steps: list[tuple[float, float]]
) -> None:
    points = [
        first,
        *(Point(first.latitude + north, first.longitude + east) for north, east in steps),
    ]
    picture = drawn([(point, "whole") for point in points])
    assert picture is not None
    tiles = picture.tiles(TILES)
    across = 360 / picture.unit  # degrees of one unit

    for mark, point in zip(picture.marks, dict.fromkeys(points), strict=True):
        under = [
            one
            for one in tiles
            if one.x <= mark.x <= one.x + one.side and one.y <= mark.y <= one.y + one.side
        ]
        there = shown_at(mark.x, mark.y, under[0].address, under[0].x, under[0].y, under[0].side)
        assert there.longitude == pytest.approx(point.longitude, abs=across)
        assert there.latitude == pytest.approx(point.latitude, abs=across)


@given(FRANCE, st.lists(STEP, max_size=6))
def test_a_sheet_is_covered_by_a_few_images(first: Point, steps: list[tuple[float, float]]) -> None:
    points = [
        first,
        *(Point(first.latitude + north, first.longitude + east) for north, east in steps),
    ]
    picture = drawn([(point, "whole") for point in points])
    assert picture is not None
    tiles = picture.tiles(TILES)

    assert 4 <= len(tiles) <= 20
    assert min(one.x for one in tiles) <= 0 and min(one.y for one in tiles) <= 0
    assert max(one.x + one.side for one in tiles) >= WIDE - 0.1
    assert max(one.y + one.side for one in tiles) >= TALL - 0.1


@pytest.mark.parametrize(
    ("url", "credit", "key"),
    [
        ("https://carte.test/{z}/{x}.png", "© La carte", "tiles.url"),
        ("https://{z}.carte.test/{x}/{y}.png", "© La carte", "tiles.url"),
        ("http://carte.test/{z}/{x}/{y}.png", "© La carte", "tiles.url"),
        ("https://carte.test; script-src */{z}/{x}/{y}.png", "© La carte", "tiles.url"),
        ("https://carte.test/{z}/{x}/{y}.png", " ", "tiles.credit"),
    ],
)
def test_a_background_nobody_could_trust_is_refused(url: str, credit: str, key: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        Tiles(url, credit)

    assert refused.value.key == key and refused.value.cure


async def found(communes: Communes) -> str:
    """Fill the directory of alpha; return the address of a search."""
    with communes.alpha.here():
        for number in (await registered(NADIA, CLAIRE)).values():
            await says(number, "form")
            await offers(number, (await directory.one(number)).places[0].id, "mon")
    return "/assmat?age=18"


async def test_without_a_background_a_page_knows_no_other_site(communes: Communes) -> None:
    answer = await communes.alpha.visitor().get(await found(communes))

    assert 'class="plan"' in answer.text
    assert "<template>" not in answer.text and "map.js" not in answer.text
    assert "img-src 'self' data:;" in answer.headers["content-security-policy"]


async def test_a_background_is_named_waits_and_is_allowed_on_its_pages_alone(
    communes: Communes, tmp_path: Path
) -> None:
    search = await found(communes)
    file = tmp_path / "alpha.toml"
    file.write_text(file.read_text("utf-8") + TABLE, "utf-8")
    visitor = communes.alpha.visitor()

    answer, other = await visitor.get(search), await visitor.get("/")
    beside = await communes.beta.visitor().get("/assmat")
    before, _, inert = answer.text.partition("<template>")

    assert "img-src 'self' data: https://carte.test;" in answer.headers["content-security-policy"]
    assert "carte.test" not in other.headers["content-security-policy"]
    assert "carte.test" not in beside.headers["content-security-policy"] + beside.text
    assert "https://carte.test/" not in before
    assert "https://carte.test/" not in inert.partition("</template>")[2]
    assert (
        "ce site verra l’adresse de votre appareil" in answer.text and "© La carte" in answer.text
    )
