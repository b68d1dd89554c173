"""The national scale of crèche prices, to the cent: creche.md, A23."""

import re
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from ribambelle.errors import Refused
from ribambelle_creche.domain.tariff import COLLECTIVE, FAMILY, Asked, Bound, price, scale

SHIPPED = scale(resources.files("ribambelle_creche").joinpath("data/psu.toml").read_text("utf-8"))
IN_2024 = date(2024, 3, 1)
YEAR = 36_000_00


def hourly(children: int, year: int | None = YEAR, day: date = IN_2024, **more: object) -> int:
    """Return the price of an hour, in cents."""
    return price(SHIPPED, Asked(day, children, year, **more)).hourly_cents  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("children", "cents"),
    [(1, 186), (2, 155), (3, 124), (4, 93), (5, 93), (7, 93), (8, 62), (11, 62)],
)
def test_an_hour_costs_less_with_each_child(children: int, cents: int):
    """3 000 € a month: 0.0619 %, 0.0516 %, 0.0413 %, 0.0310 % for 4 to 7, 0.0206 % from 8."""
    assert hourly(children) == cents


def test_a_family_creche_has_its_own_rates():
    assert [hourly(n, kind=FAMILY) for n in (1, 2, 3, 5, 6, 8)] == [155, 124, 93, 93, 62, 62]


def test_each_child_with_the_aeeh_brings_the_rate_below():
    assert hourly(1, aeeh=1) == hourly(2)
    assert hourly(1, aeeh=2) == hourly(3)
    assert hourly(5, aeeh=1) == hourly(8)
    assert hourly(8, aeeh=1) == hourly(8)


@pytest.mark.parametrize(
    ("day", "ceiling"),
    [
        (date(2024, 8, 31), 6_000_00),
        (date(2024, 9, 1), 7_000_00),
        (date(2025, 8, 31), 7_000_00),
        (date(2025, 9, 1), 8_500_00),
    ],
)
def test_the_ceiling_changes_on_the_first_of_september(day: date, ceiling: int):
    found = price(SHIPPED, Asked(day, 1, 200_000_00))
    assert (found.counted, found.is_capped) == (ceiling, True)
    assert found.hourly_cents == {600000: 371, 700000: 433, 850000: 526}[ceiling]


@pytest.mark.parametrize(("year", "floor"), [(2023, 705_27), (2024, 765_77), (2025, 801_00)])
def test_no_resources_means_the_floor_of_the_day(year: int, floor: int):
    found = price(SHIPPED, Asked(date(year, 6, 1), 1, None))
    assert (found.counted, found.is_floored) == (floor, True)
    assert found.hourly_cents == {70527: 44, 76577: 47, 80100: 50}[floor]


def test_what_nobody_checked_is_said():
    known = price(SHIPPED, Asked(IN_2024, 1, YEAR))
    assert known.to_verify == []
    assert price(SHIPPED, Asked(IN_2024, 1, 0)).to_verify == ["Plancher de 2024"]
    assert price(SHIPPED, Asked(IN_2024, 1, YEAR, kind=FAMILY)).to_verify != []


def test_a_floor_of_an_earlier_year_is_said_and_no_other_figure_is():
    """It goes up every January; who earns more than the floor does not depend on it."""
    in_2027 = date(2027, 3, 1)
    assert price(SHIPPED, Asked(date(2023, 3, 1), 1, None)).to_verify == ["Plancher de 2019"]
    assert price(SHIPPED, Asked(in_2027, 1, None)).to_verify == ["Plancher de 2025"]
    assert price(SHIPPED, Asked(in_2027, 1, YEAR)).to_verify == []
    checked = Bound(date(2027, 1, 1), 810_00, "Plancher de 2027")
    known = replace(SHIPPED, floors=(*SHIPPED.floors, checked))
    assert price(known, Asked(in_2027, 1, None)).to_verify == []


@pytest.mark.parametrize("name", ["rates", "floor", "ceiling"])
def test_a_table_out_of_order_is_refused_and_not_read_by_its_last_line(name: str):
    rates = '\nkind = "collective"\nlabel = "C"\nmillionths = [619]\nsource = "s"\n'
    rest = rates if name == "rates" else '\ncents = 1\nsource = "s"\n'
    lines = [f"[[{name}]]\nvalid_from = {year}-01-01{rest}" for year in (2027, 2026)]

    assert scale("".join(reversed(lines)))
    with pytest.raises(ValueError, match="oldest first"):
        scale("".join(lines))


def test_a_month_is_the_hours_of_the_year_in_twelve_parts():
    """35 h a week, 46 weeks: 1 610 h a year, 134,17 h a month, at 1,86 € : 249,55 €."""
    found = price(SHIPPED, Asked(IN_2024, 1, YEAR, 35 * 60, 46))
    assert (found.hourly_cents, found.monthly_cents) == (186, 249_55)


def test_a_cent_is_rounded_once_half_up():
    """2 500 € exactly at 0.0310 % is 0.775 €: 0.78, and not 0.77."""
    assert hourly(4, 30_000_00) == 78
    assert hourly(4, 29_999_99) == 77


def test_a_day_before_the_tables_is_refused_not_guessed():
    assert SHIPPED.first_day == date(2022, 1, 1)
    with pytest.raises(Refused, match="tariff_unknown"):
        price(SHIPPED, Asked(date(2021, 12, 31), 1, YEAR, kind=COLLECTIVE))


PAGE = (Path(__file__).parents[2] / "docs/rules/tarif.md").read_text("utf-8")


def in_hundredths(told: str) -> int:
    return int(told.replace(",", ""))


def test_the_page_of_the_rule_gives_the_prices_it_says():
    rows = re.findall(
        r"^\| (\d\d)/(\d\d)/(\d{4}) \| (\d+) \| (\d) \| (\d+) \| (\d+) × (\d+) \| (.+?) \| (.+?) \|$",
        PAGE,
        re.MULTILINE,
    )
    assert len(rows) == 10
    for day, month, year, children, aeeh, annual, hours, weeks, by_hour, by_month in rows:
        asked = Asked(
            date(int(year), int(month), int(day)),
            int(children),
            int(annual) * 100,
            int(hours) * 60,
            int(weeks),
            int(aeeh),
        )
        found = price(SHIPPED, asked)
        told = (in_hundredths(by_hour), in_hundredths(by_month))
        assert (found.hourly_cents, found.monthly_cents) == told, asked


def test_the_page_of_the_rule_has_the_rates_of_the_file():
    told = re.findall(r"^\| (\d) \| 0,(\d{4}) % \| 0,(\d{4}) % \|$", PAGE, re.MULTILINE)
    by_kind = {one.kind: one.millionths for one in SHIPPED.rates}
    assert tuple(int(one) for _, one, _ in told) == by_kind[COLLECTIVE]
    assert tuple(int(one) for _, _, one in told) == by_kind[FAMILY]
