"""Anybody may do the calculation again: the price, its steps, and the grid it comes from."""

from tests.periscolaire.builders import a_canteen, settle

from ribambelle.testing import Communes

RULES = """
[periscolaire]
[[periscolaire.tariffs]]
name = "Repas"
activity = ["cantine"]
unit = ["repas"]
first = 2026-09-01
bands = [{ first = 0, last = 400, cents = 120 }, { first = 401, cents = 320 }]
out_of_town = { percent = 150 }
"""


async def test_the_page_gives_the_price_its_steps_and_the_grid(communes: Communes) -> None:
    settle(communes.alpha, RULES)
    with communes.alpha.here():
        await a_canteen()
    visitor = communes.alpha.visitor()

    here = (await visitor.get("/periscolaire/tarifs?quotient=640&enfants=1")).text
    away = (await visitor.get("/periscolaire/tarifs?quotient=640&enfants=1&habite=non")).text
    unknown = (await visitor.get("/periscolaire/tarifs?enfants=1")).text
    wrong = await visitor.get("/periscolaire/tarifs?quotient=beaucoup")

    assert "3,20\u202f€" in here and "tranche" in here
    assert "4,80\u202f€" in away
    assert "Quotient familial de 0 à 400" in unknown
    assert (wrong.status_code, "nombre entier" in wrong.text) == (422, True)
