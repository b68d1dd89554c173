"""A family takes its data with it, and what no law keeps is forgotten."""

from datetime import date
from pathlib import Path

from ribambelle.privacy import PersonalData, exporting
from ribambelle.testing import Communes
from ribambelle_bibliotheque.personal_data import HELD
from ribambelle_bibliotheque.tables import TABLES, Card

TODAY = date(2026, 9, 7)


def test_each_table_has_its_rule() -> None:
    assert {one.table for one in HELD} == set(TABLES)
    assert all(isinstance(one, PersonalData) and one.purpose for one in HELD)


async def test_only_what_is_due_is_kept_for_the_accounts(communes: Communes) -> None:
    town = communes.alpha
    parent, numbers = await town.parent("camille@example.test", "Camille H", Léa=date(2021, 5, 3))
    await parent.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    (rule,) = (one for one in HELD if one.table is Card)
    assert rule.proves is not None
    found = []

    with town.here():
        for cents, given in ((0, None), (0, TODAY), (500, None), (500, TODAY)):
            await Card.update({Card.cents: cents, Card.given_on: given}, force=True)
            found.append(await Card.exists().where(rule.proves))

    assert found == [False, False, False, True]


async def test_a_family_s_export_holds_its_cards_and_no_other_s(
    communes: Communes, tmp_path: Path
) -> None:
    town = communes.alpha
    first, numbers = await town.parent("camille@example.test", "Camille H", Léa=date(2021, 5, 3))
    other, beside = await town.parent("alex@example.test", "Alex P", Zoé=date(2021, 5, 3))
    await first.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    await other.post("/bibliotheque/cartes", data={"child": beside["Zoé"]})

    with town.here():
        held = await exporting.household(1, tmp_path / "copie.zip")

    assert held["bibliotheque_card"] == 1
