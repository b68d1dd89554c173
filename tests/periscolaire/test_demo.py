"""The demonstration of Châtenoy-le-Royal: its own file, invented families, the town's own volumes."""

from collections import Counter, defaultdict
from math import sqrt
from pathlib import Path

from tests.periscolaire import replaying
from tests.periscolaire.builders import MONDAY, settle

from ribambelle import demonstration
from ribambelle.testing.communes import Communes
from ribambelle_periscolaire import demo, tables
from ribambelle_periscolaire.queries import catalogue

FILE = Path(__file__).parents[2] / "tenants" / "chatenoy-le-royal.toml"
WEDNESDAY = ("journee", "matin-repas", "apres-midi")


async def test_the_demonstration_has_the_volumes_it_says_and_opens_on_a_week(
    communes: Communes,
) -> None:
    """As many children of a hundred take each unit as its settings say, within the luck of a draw."""
    town, text = communes.alpha, FILE.read_text("utf-8")
    rules = text[text.index("[[periscolaire.cut_offs]]") : text.index("[paiement]")]
    settle(town, f"[periscolaire]\n{rules}")

    with town.here():
        await demonstration.fill(1)
        await demo.fill(1)
        known = await catalogue.current()
        children = await tables.Enrolment.count()
        rows = await tables.Booking.select(
            tables.Booking.unit, tables.Booking.child, tables.Booking.day
        )
        differ = await replaying.differences()

    takers: defaultdict[str, set[int]] = defaultdict(set)
    by_day: defaultdict[str, Counter[object]] = defaultdict(Counter)
    for row in rows:
        takers[known.units[row["unit"]].code].add(row["child"])
        by_day[known.activity_of(row["unit"]).code][row["day"]] += 1
    assert differ == []
    assert takers.keys() == demo.SHARES.keys()
    for code, percent in demo.SHARES.items():
        luck = 3 * sqrt(percent * (100 - percent) / children)
        assert abs(100 * len(takers[code]) / children - percent) < luck + 1, code
    for code, volume in demo.VOLUMES.items():
        days = by_day[code]
        assert abs(sum(days.values()) / len(days) - volume) < 0.3 * volume, code
    assert len(by_day["cantine"]) > 3.5 * len(by_day["mercredi"])

    week = await (await town.family(demonstration.CAMILLE)).get(f"/periscolaire/semaine/{MONDAY}")
    assert week.status_code == 200
    assert "Léa" in week.text and "Noé" in week.text
    assert week.text.count(" checked") >= 7


def test_the_shares_of_the_demonstration_are_those_of_the_towns_volumes() -> None:
    """Three school days in four, every Wednesday; eight children for five families."""
    children = demo.FAMILIES * 8 / 5
    of = {"cantine": ("repas",), "matin": ("matin",), "soir": ("soir",)}
    expected = {code: children * demo.SHARES[unit] / 100 * 0.75 for code, (unit,) in of.items()} | {
        "mercredi": children * sum(demo.SHARES[unit] for unit in WEDNESDAY) / 100
    }

    for code, volume in demo.VOLUMES.items():
        assert abs(expected[code] - volume) < 0.1 * volume, code
