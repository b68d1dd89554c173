"""A family enrols, books the week of two children, copies, tells an absence, takes a freed place.

On a phone, at a desk, and without script.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from tests.core.documents.papers import a_pdf
from tests.periscolaire.builders import (
    Canteen,
    a_canteen,
    a_child,
    a_family,
    enrol,
    insert,
    settle,
)

from ribambelle.identity import Person
from ribambelle.testing.browser import Stage, scrolls_sideways
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue, rules
from ribambelle_periscolaire.queries.rules import Written

pytestmark = pytest.mark.browser
SCREENS = [
    pytest.param(390, True, id="phone"),
    pytest.param(1280, True, id="desk", marks=pytest.mark.slow),
    pytest.param(390, False, id="no-script"),
]
RULES = """
[periscolaire]
accept_at_once = true
consents = {}
proofs = ["insurance"]
[[periscolaire.cut_offs]]
name = "veille"
add = { days = 1, at = "10:00" }
[[periscolaire.tariffs]]
name = "Repas"
activity = ["cantine"]
unit = ["repas"]
first = 2020-09-01
flat = 310
"""

PAPER = {"name": "assurance.pdf", "mimeType": "application/pdf", "buffer": a_pdf()}


@dataclass
class Home:
    """A family of two children, another that came first, and the week they all want."""

    email: str
    children: list[int]
    other: Person
    theirs: int
    canteen: Canteen
    monday: date
    full: date


@pytest.fixture(scope="module")
def canteen(stage: Stage) -> Canteen:
    """A canteen of every working day, whatever the day the test runs."""
    settle(stage.communes.alpha, RULES)

    async def fill() -> Canteen:
        with stage.communes.alpha.here() as tenant:
            now = tenant.now()
            told = Written("2020", "Prévenez avant 10 h.", date(2020, 9, 1))
            await rules.publish(await rules.write(None, told, 1, now), 1, now)
            return await a_canteen(runs="always")

    found: Canteen = stage.served.run(fill())
    return found


def home(stage: Stage, canteen: Canteen, name: str) -> Home:
    """Write the two families; the other has the last place of the first Friday."""
    town = stage.communes.alpha

    async def written() -> Home:
        with town.here() as tenant:
            today = tenant.now().date()
            monday = _working_week(today)
            me = await a_family(f"{name}@example.test", "Anne Hoarau")
            other = await a_family(f"other.{name}@example.test", "Paul Grondin")
            years = {school_year(monday), school_year(monday + timedelta(days=4))}
            numbers = [await a_child(me, name=one) for one in ("Léa", "Noé")]
            theirs = await a_child(other, name="Tom")
            for child in (*numbers, theirs):
                for year in years:
                    await enrol(child, canteen.activity, year=year)
            full = monday + timedelta(days=4)
            places = {"group": canteen.group, "day": full, "part": 1}
            taken = await tables.Load.count().where(
                (tables.Load.group == canteen.group) & (tables.Load.day == full)
            )
            if not taken:
                await insert(tables.Load(**places, taken=0))
            await tables.Group.update({tables.Group.room: None}, force=True)
            await catalogue.touch()
            await booking.save(
                tenant, other, [Wanted(theirs, canteen.unit, full, "book")], name, tenant.now()
            )
            return Home(me.email, numbers, other, theirs, canteen, monday, full)

    found: Home = stage.served.run(written())
    return found


def _working_week(today: date) -> date:
    """Return the Monday of the next week without a public holiday of France."""
    holidays = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    monday = today + timedelta(days=14 - today.weekday())
    while any(
        ((day := monday + timedelta(days=n)).month, day.day) in holidays or day.month == 5
        for n in range(5)
    ):
        monday += timedelta(days=7)
    return monday


@pytest.mark.parametrize(("width", "javascript"), SCREENS)
def test_a_child_is_enrolled_with_its_papers_then_books(
    stage: Stage, canteen: Canteen, width: int, javascript: bool
) -> None:
    email = f"e{width}{javascript}@example.test".lower()
    page = stage.visitor(width=width, javascript=javascript)
    monday = stage.served.run(newcomer(stage, email))
    stage.sign_in(page, "alpha", stage.served.run(stage.communes.alpha.family(email)))

    page.goto(stage.served.url("alpha", "/periscolaire/inscription"))
    page.click(f"form:has(input[name=annee][value='{school_year(monday)}']) button")
    page.click("main >> text=Continuer")
    go_on(page)  # the school and the class are those of the register
    page.check("input[name=activities]")
    go_on(page)
    page.check("input[name=has_allergy][value=non]")
    page.check("input[name=has_pai][value=non]")
    go_on(page)
    page.fill("#f-name-1", "Rose Payet")
    page.fill("#f-phone-1", "06 99 00 00 01")
    go_on(page)
    assert "Prévenez avant 10 h" in said(page)
    go_on(page)
    assert "Cochez" in said(page)  # nobody is enrolled without the règlement
    page.check("input[name=accepted]")
    go_on(page)
    page.click("main li >> text=Assurance")
    page.set_input_files("#f-file", PAPER)  # type: ignore[arg-type]
    page.click("text=Envoyer ce document")
    assert "bien reçu" in said(page)
    page.click("main >> text=Continuer")
    page.check("input[name=exact]")
    page.click("text=Envoyer >> nth=-1")
    assert "est inscrit" in said(page)
    assert not scrolls_sideways(page)

    page.goto(stage.served.url("alpha", f"/periscolaire/semaine/{monday}"))
    toggle(page, f'input[value$=".{canteen.unit}.{monday}"]')
    page.click(".barre-bas >> text=Enregistrer")
    assert "1 réservation ajoutée" in said(page)
    assert stage.problems == []


def go_on(page: Any) -> None:
    """Go to the next question from the keyboard, as whoever uses no mouse."""
    page.press(".barre-bas button", "Enter")


async def newcomer(stage: Stage, email: str) -> date:
    """Write a family whose child is enrolled in nothing; return the Monday it wants."""
    with stage.communes.alpha.here() as tenant:
        today = tenant.now().date()
        born_on = today.replace(year=today.year - 8, day=1)
        me = await a_family(email, "Anne Hoarau")
        await a_child(me, name="Zoé", school="Jean-Jaurès", born_on=born_on)
        return _working_week(today)


@pytest.mark.parametrize(("width", "javascript"), SCREENS)
def test_a_week_for_two_children(
    stage: Stage, canteen: Canteen, width: int, javascript: bool
) -> None:
    house = home(stage, canteen, f"w{width}{javascript}".lower())
    page = stage.visitor(width=width, javascript=javascript)
    stage.sign_in(page, "alpha", stage.served.run(stage.communes.alpha.family(house.email)))
    page.goto(stage.served.url("alpha", f"/periscolaire/semaine/{house.monday}"))
    boxes = {
        (child, day): f'input[value="{child}.{canteen.unit}.{house.monday + timedelta(days=day)}"]'
        for child in house.children
        for day in range(5)
    }
    lea, noe = house.children

    toggle(page, boxes[lea, 0])
    toggle(page, boxes[lea, 1])
    if javascript:
        assert "2 changements" in page.inner_text(".bilan")
    page.click("text=Copier Léa")
    assert page.is_checked(boxes[noe, 0]) and page.is_checked(boxes[noe, 1])
    page.click(".barre-bas >> text=Enregistrer")
    assert "4 réservations ajoutées" in said(page)
    assert not scrolls_sideways(page)

    toggle(page, boxes[noe, 1])
    page.click(".barre-bas >> text=Enregistrer")
    assert "1 retirée" in said(page)

    page.goto(stage.served.url("alpha", f"/periscolaire/absence?enfant={noe}"))
    for part, value in (("day", house.monday.day), ("month", house.monday.month)):
        page.fill(f"input[name=premier_{part}]", str(value))
    page.fill("input[name=premier_year]", str(house.monday.year))
    page.click("main form button")
    assert "1 réservation annulée" in said(page)
    assert stage.problems == []


@pytest.mark.parametrize(("width", "javascript"), SCREENS)
def test_a_place_that_came_free_is_taken(
    stage: Stage, canteen: Canteen, width: int, javascript: bool
) -> None:
    house = home(stage, canteen, f"o{width}{javascript}".lower())
    lea = house.children[0]
    page = stage.visitor(width=width, javascript=javascript)
    stage.sign_in(page, "alpha", stage.served.run(stage.communes.alpha.family(house.email)))
    stage.served.run(shrink(stage, house))

    page.goto(stage.served.url("alpha", f"/periscolaire/semaine/{house.monday}"))
    toggle(page, f'input[value="{lea}.{canteen.unit}.{house.full}"]')
    page.click(".barre-bas >> text=Enregistrer")
    assert "sur liste d’attente, rang 1" in said(page)
    stage.served.run(leave(stage, house))
    page.goto(stage.served.url("alpha", "/"))
    page.click("text=Répondre")
    page.click("main >> text=Accepter")

    assert "c’est réservé" in said(page)
    assert stage.problems == []


def toggle(page: Any, box: str) -> None:
    """Tick or untick a box from the keyboard, as whoever uses no mouse."""
    page.focus(box)
    page.keyboard.press("Space")


def said(page: Any) -> str:
    """Return what the page tells, its no-break spaces as plain ones."""
    text: str = page.inner_text("main")
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def shrink(stage: Stage, house: Home) -> None:
    """Leave no place that day but those taken."""
    with stage.communes.alpha.here():
        (row,) = await tables.Load.select().where(
            (tables.Load.group == house.canteen.group) & (tables.Load.day == house.full)
        )
        await tables.Group.update({tables.Group.room: row["taken"]}, force=True)
        await catalogue.touch()


async def leave(stage: Stage, house: Home) -> None:
    """Let the family that came first give its place back."""
    with stage.communes.alpha.here() as tenant:
        gone = Wanted(house.theirs, house.canteen.unit, house.full, "cancel")
        await booking.save(tenant, house.other, [gone], f"gone {house.email}", tenant.now())
