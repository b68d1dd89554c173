"""Another grid tried on days really booked: who would pay less, who more, nothing written."""

import pytest
from tests.periscolaire.builders import (
    MONDAY,
    THURSDAY,
    a_canteen,
    a_child,
    a_family,
    insert,
    settle,
)

from ribambelle.identity.tables import Address
from ribambelle.testing import Communes
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue, uses

HERE = "/bureau/periscolaire/laboratoire"
RULES = """
[periscolaire]
[[periscolaire.cut_offs]]
name = "veille"
add = { days = 1, at = "10:00" }
[[periscolaire.tariffs]]
name = "Repas"
activity = ["cantine"]
unit = ["repas"]
first = 2026-09-01
flat = 310
"""
GRID = """
[[tariffs]]
name = "Essai"
activity = ["cantine"]
unit = ["repas"]
bands = [{ first = 0, last = 600, cents = 100 }, { first = 601, cents = 400 }]
"""
PERIOD = {
    **{"premier_day": "1", "premier_month": "11", "premier_year": "2026"},
    **{"dernier_day": "31", "dernier_month": "12", "dernier_year": "2026"},
}


async def test_a_grid_is_tried_on_what_was_booked(communes: Communes) -> None:
    settle(communes.alpha, RULES)
    with communes.alpha.here() as tenant:
        canteen, now = await a_canteen(), tenant.now()
        for email, quotient in (("a@example.test", 320), ("b@example.test", 900)):
            person = await a_family(email)
            child = await a_child(person, canteen.activity)
            await insert(
                tables.Situation(
                    household=person.household,
                    first=now.date().replace(month=9, day=1),
                    quotient_familial=quotient,
                    source="caf",
                    written_at=now,
                )
            )
            wanted = [Wanted(child, canteen.unit, day, "book") for day in (MONDAY, THURSDAY)]
            await booking.save(tenant, person, wanted, "k", now)
        before = await tables.Booking.select()
    agent = await communes.alpha.staff()

    page = await agent.post(HERE, data=PERIOD | {"grille": GRID})
    file = await agent.post(HERE, data=PERIOD | {"grille": GRID, "fichier": "oui"})

    lines = file.content.decode("utf-8-sig").splitlines()
    assert (
        lines[1:]
        == [
            "De 0 à 300\u00a0€;0;0;0;0,0;0,0;0,0",
            "De 301 à 600\u00a0€;1;1;0;6,2;2,0;-4,2",
            "De 601 à 900\u00a0€;1;0;1;6,2;8,0;1,8",
            "Toutes les familles;2;1;1;12,4;10,0;-2,4",
        ][1:]
    )
    assert "1\u00a0famille paierait moins" in page.text
    with communes.alpha.here():
        assert await tables.Booking.select() == before


async def test_a_monthly_fee_is_counted_once_a_child_and_a_family_once_in_all(
    communes: Communes,
) -> None:
    """Two days at 3,10 € against 40 € a month; the quotient changed between the two."""
    settle(communes.alpha, RULES)
    with communes.alpha.here() as tenant:
        canteen, now = await a_canteen(), tenant.now()
        person = await a_family("a@example.test")
        child = await a_child(person, canteen.activity)
        for first, quotient in ((now.date().replace(month=9, day=1), 250), (THURSDAY, 900)):
            await insert(
                tables.Situation(
                    household=person.household,
                    first=first,
                    quotient_familial=quotient,
                    source="caf",
                    written_at=now,
                )
            )
        wanted = [Wanted(child, canteen.unit, day, "book") for day in (MONDAY, THURSDAY)]
        await booking.save(tenant, person, wanted, "k", now)
    agent = await communes.alpha.staff()
    monthly = GRID.partition("bands")[0] + 'every = "month"\nflat = 4000\n'

    file = await agent.post(HERE, data=PERIOD | {"grille": monthly, "fichier": "oui"})

    months = len({day.month for day in (MONDAY, THURSDAY)})
    told = file.content.decode("utf-8-sig").splitlines()[-1]
    more = {1: "33,8", 2: "73,8"}[months]
    assert told == f"Toutes les familles;1;0;1;6,2;{40 * months},0;{more}"


async def test_who_lives_elsewhere_is_tried_as_they_pay(communes: Communes) -> None:
    settle(communes.alpha, RULES)
    file = communes.alpha.app.platform.folder / "alpha.toml"
    file.write_text(f'postcodes = ["97400"]\n{file.read_text()}')
    with communes.alpha.here() as tenant:
        canteen, now = await a_canteen(), tenant.now()
        for email, postcode in (("a@example.test", "97400"), ("b@example.test", "44119")):
            person = await a_family(email)
            home = Address(household=person.household, line="1 rue", postcode=postcode, city="X")
            await insert(home)
            child = await a_child(person, canteen.activity)
            wanted = [Wanted(child, canteen.unit, MONDAY, "book")]
            await booking.save(tenant, person, wanted, "k", now)
        postcodes = tenant.settings.postcodes
        found = await uses.between(MONDAY, MONDAY, await catalogue.current(), postcodes)

    assert [one.situation.is_resident for one in found] == [True, False]


@pytest.mark.parametrize(
    "grid",
    ["tariffs = 5", "a = " + "[" * 3000, "a = " + "9" * 5000],
    ids=["no list", "no end", "too long a number"],
)
async def test_what_is_no_grid_is_told_so(communes: Communes, grid: str) -> None:
    settle(communes.alpha, RULES)
    agent = await communes.alpha.staff()

    page = await agent.post(HERE, data=PERIOD | {"grille": grid})

    assert page.status_code == 422
    assert 'id="f-grille-faute"' in page.text
    assert grid in page.text


async def test_a_grid_with_a_hole_says_where_and_keeps_what_was_typed(communes: Communes) -> None:
    settle(communes.alpha, RULES)
    agent = await communes.alpha.staff()
    hole = GRID.replace("first = 601", "first = 701")

    page = await agent.post(HERE, data=PERIOD | {"grille": hole})

    assert page.status_code == 422
    assert "bands" in page.text and "first = 701" in page.text
    family = await communes.alpha.family()
    assert (await family.get(HERE)).status_code == 403
