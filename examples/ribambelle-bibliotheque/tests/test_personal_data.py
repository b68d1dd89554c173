"""A family takes its data with it, and what no law keeps is forgotten."""

from datetime import date
from pathlib import Path

from ribambelle.privacy import PersonalData, exporting
from ribambelle.testing import Communes
from ribambelle_bibliotheque.personal_data import HELD
from ribambelle_bibliotheque.tables import TABLES


def test_each_table_has_its_rule() -> None:
    assert {one.table for one in HELD} == set(TABLES)
    assert all(isinstance(one, PersonalData) and one.purpose for one in HELD)


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
