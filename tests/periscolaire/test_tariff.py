"""Prices: every way a council counts, against a hand calculation, then properties."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ribambelle.errors import Misconfigured, Refused
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.tenants.settings import convert
from ribambelle_periscolaire.domain.tariff import (
    Missed,
    Situation,
    Tariffs,
    absence,
    fee,
    indexed,
    late,
    price,
)
from ribambelle_periscolaire.settings import Settings

DAY = date(2026, 10, 1)
PAGE = (Path(__file__).parents[2] / "docs/rules/tarifs-periscolaires.md").read_text("utf-8")
BANDS = [
    {"first": 0, "last": 400, "cents": 120},
    {"first": 401, "last": 800, "cents": 320},
    {"first": 801, "cents": 480},
]
BY_NUMBER = [
    {"first": 0, "last": 800, "cents": [320, 280, 240]},
    {"first": 801, "cents": [480, 450, 400]},
]
EFFORT = {"percent": "0,55", "floor_cents": 100, "ceiling_cents": 500}
HOUR = {"step_minutes": 15, "rounding": "up"}


def tariffs(**told: Any) -> Tariffs:
    """One tariff, read as a commune's file is."""
    one = {"name": "T", "activity": ["a"], "unit": ["u"], "first": "2026-09-01", **told}
    return indexed(convert({"tariffs": [one]}, Settings, "ville.toml", "periscolaire").tariffs)


def cents(told: dict[str, Any], **situation: Any) -> int:
    return price(tariffs(**told), "a", "u", DAY, Situation(**situation)).cents


METHODS: list[tuple[str, dict[str, Any], dict[str, Any], int]] = [
    ("one amount", {"flat": 320}, {}, 320),
    ("by quotient", {"bands": BANDS}, {"quotient_familial": 400}, 120),
    ("by quotient, the next euro", {"bands": BANDS}, {"quotient_familial": 401}, 320),
    ("by quotient, the last band", {"bands": BANDS}, {"quotient_familial": 9999}, 480),
    ("quotient missing, the dearest", {"bands": BANDS}, {}, 480),
    ("quotient missing, as voted", {"bands": BANDS, "missing_quotient_cents": 400}, {}, 400),
    ("effort", {"effort": EFFORT}, {"quotient_familial": 640}, 352),
    ("effort, floor", {"effort": EFFORT}, {"quotient_familial": 100}, 100),
    ("effort, ceiling", {"effort": EFFORT}, {"quotient_familial": 2000}, 500),
    ("effort, quotient missing", {"effort": EFFORT}, {}, 500),
    (
        "effort by children enrolled",
        {"effort": {**EFFORT, "percent": ["0,55", "0,50"]}, "count": "enrolled"},
        {"quotient_familial": 640, "enrolled_siblings": 3},
        320,
    ),
    ("amount by children present", {"flat": [320, 280]}, {"present_siblings": 1}, 280),
    (
        "quotient and children present",
        {"bands": BY_NUMBER},
        {"quotient_familial": 900, "present_siblings": 4},
        400,
    ),
    (
        "decreasing, child by child",
        {"flat": [320, 280, 0], "count": "rank"},
        {"rank": 3, "present_siblings": 2},
        0,
    ),
    (
        "share by children enrolled",
        {"bands": BANDS, "siblings": {"percents": [100, 90, 75]}, "count": "enrolled"},
        {"quotient_familial": 500, "enrolled_siblings": 1},
        288,
    ),
    ("duration, steps begun", {"flat": 200, "duration": HOUR}, {"minutes": 31}, 150),
    (
        "duration, steps finished",
        {"flat": 200, "duration": {**HOUR, "rounding": "down"}},
        {"minutes": 44},
        100,
    ),
    (
        "duration, nearest step",
        {"flat": 200, "duration": {**HOUR, "rounding": "half_up"}},
        {"minutes": 38},
        150,
    ),
    (
        "duration, free under a threshold",
        {"flat": 200, "duration": {**HOUR, "free_minutes": 10}},
        {"minutes": 10},
        0,
    ),
    (
        "duration, over the threshold all counts",
        {"flat": 200, "duration": {**HOUR, "free_minutes": 10}},
        {"minutes": 11},
        50,
    ),
    (
        "duration, never more than two hours",
        {"flat": 200, "duration": {**HOUR, "most_minutes": 120}},
        {"minutes": 300},
        400,
    ),
    (
        "duration and quotient",
        {"bands": BANDS, "duration": HOUR},
        {"quotient_familial": 500, "minutes": 90},
        480,
    ),
    (
        "duration and effort",
        {"effort": EFFORT, "duration": HOUR},
        {"quotient_familial": 640, "minutes": 20},
        176,
    ),
    (
        "by slot",
        {"flat": 300, "slots": [{"last_minutes": 60, "percent": 50}, {"percent": 100}]},
        {"minutes": 60},
        150,
    ),
    (
        "by slot, longer",
        {"flat": 300, "slots": [{"last_minutes": 60, "percent": 50}, {"percent": 100}]},
        {"minutes": 61},
        300,
    ),
    (
        "out of town, half more",
        {"bands": BANDS, "out_of_town": {"percent": 150}},
        {"quotient_familial": 500, "is_resident": False},
        480,
    ),
    (
        "out of town, one amount",
        {"bands": BANDS, "out_of_town": {"cents": 700}},
        {"quotient_familial": 100, "is_resident": False},
        700,
    ),
    (
        "out of town, their own bands",
        {"bands": BANDS, "out_of_town": {"bands": [{"first": 0, "cents": 650}]}},
        {"quotient_familial": 100, "is_resident": False},
        650,
    ),
    (
        "a resident never pays it",
        {"bands": BANDS, "out_of_town": {"cents": 700}},
        {"quotient_familial": 100},
        120,
    ),
    (
        "unbooked meal at 13 €, Nogent-sur-Oise",
        {"bands": BANDS, "unbooked": {"instead_cents": 1300}},
        {"quotient_familial": 100, "booked": False},
        1300,
    ),
    (
        "unbooked, 2 € more",
        {"bands": BANDS, "unbooked": {"add_cents": 200}},
        {"quotient_familial": 100, "booked": False},
        320,
    ),
    (
        "unbooked, half more",
        {"bands": BANDS, "unbooked": {"add_percent": 50}},
        {"quotient_familial": 100, "booked": False},
        180,
    ),
    ("rounded to 5 cents, nearest", {"flat": 323, "round_to": 5}, {}, 325),
    ("rounded to 10 cents, down", {"flat": 329, "round_to": 10, "rounding": "down"}, {}, 320),
    ("rounded to 10 cents, up", {"flat": 321, "round_to": 10, "rounding": "up"}, {}, 330),
    (
        "half a cent goes up, once, at the end",
        {"flat": 333, "siblings": {"percents": [50]}, "duration": {"per_minutes": 60}},
        {"minutes": 30},
        83,
    ),
]


@pytest.mark.parametrize(
    ("told", "situation", "expected"),
    [method[1:] for method in METHODS],
    ids=[method[0] for method in METHODS],
)
def test_each_way_of_counting_gives_the_cents_of_a_hand_calculation(
    told: dict[str, Any], situation: dict[str, Any], expected: int
) -> None:
    assert cents(told, **situation) == expected


def test_a_fee_is_paid_once_and_its_units_cost_nothing() -> None:
    care = tariffs(bands=BANDS, every="month")
    family = Situation(500, present_siblings=1)

    assert price(care, "a", "u", DAY, family).cents == 0
    assert fee(care, "a", "u", DAY, family).cents == 320
    with pytest.raises(Refused, match="no_fee"):
        fee(tariffs(flat=320), "a", "u", DAY, family)


def test_each_line_can_be_worked_out_again_by_the_family() -> None:
    told: dict[str, Any] = {
        "effort": EFFORT,
        "siblings": {"percents": [100, 90]},
        "out_of_town": {"percent": 150},
        "duration": HOUR,
        "unbooked": {"add_cents": 50},
        "round_to": 5,
    }
    family = Situation(640, False, present_siblings=1, minutes=95, booked=False)

    found = price(tariffs(**told), "a", "u", DAY, family)

    assert [re.sub("[\u00a0\u202f]", " ", step) for step in found.steps] == [
        "Quotient familial 640 € × 0,55 % = 3,52 €",
        "2 enfants présents, 90 % du prix : 3,168 €",
        "Hors commune, 150 % du prix : 4,752 €",
        "95 minutes de présence, comptées 105 : 4,752 € × 105 ÷ 60 = 8,316 €",
        "Sans réservation, 0,50 € de plus : 8,816 €",
        "Arrondi aux 5 centimes, au plus proche : 8,80 €",
    ]
    assert found.cents == 880
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+ €) \|$", PAGE, re.MULTILINE)
    spoken = [re.sub("[\u00a0\u202f]", " ", step) for step in found.steps]
    assert [re.sub(" [:=] (?=[0-9,]+ €$)", "|", step) for step in spoken] == [
        f"{line}|{amount}" for line, amount in rows
    ], "docs/rules/tarifs-periscolaires.md says this very calculation"
    assert dict(found.inputs)["Habite la commune"] == "non"


def test_a_unit_without_a_price_on_a_day_is_refused_never_free() -> None:
    """The day before the first, an unknown unit, a presence nobody timed."""
    known = tariffs(flat=320, last="2027-07-31")

    for unit, day in (("u", date(2026, 8, 31)), ("u", date(2027, 8, 1)), ("other", DAY)):
        with pytest.raises(Refused, match="no_tariff"):
            price(known, "a", unit, day, Situation())
    with pytest.raises(Refused, match="minutes_missing"):
        cents({"flat": 200, "duration": HOUR})


def test_the_price_is_that_of_the_day_not_of_today() -> None:
    years = [
        {"name": "2026", "first": "2026-09-01", "last": "2027-08-31", "flat": 320},
        {"name": "2027", "first": "2027-09-01", "flat": 330},
    ]
    told = [{"activity": ["a", "b"], "unit": ["u"], **year} for year in years]
    known = indexed(convert({"tariffs": told}, Settings, "").tariffs)

    found = [
        price(known, activity, "u", day, Situation())
        for activity, day in (("b", date(2027, 8, 31)), ("a", date(2027, 9, 1)))
    ]

    assert [(one.cents, one.tariff) for one in found] == [(320, "2026"), (330, "2027")]


SAINT_EXUPERY = {"certificate_hours": 72, "charged_days": 2, "no_certificate_after_days": 10}
MISSED: list[tuple[dict[str, Any] | None, Missed, int]] = [
    (None, Missed(), 320),
    (None, Missed(justified=True), 0),
    (SAINT_EXUPERY, Missed(1, certificate_after_hours=72), 0),
    (SAINT_EXUPERY, Missed(2, certificate_after_hours=73), 320),
    (SAINT_EXUPERY, Missed(3, certificate_after_hours=73), 0),
    (SAINT_EXUPERY, Missed(3, certificate_after_hours=241), 320),
    (SAINT_EXUPERY, Missed(3), 320),
    ({"charged_days": 1}, Missed(1, justified=True), 320),
    ({"justified_percent": 50}, Missed(1, justified=True), 160),
    ({"unjustified_percent": 33}, Missed(), 106),
    ({"free_after_days": 5}, Missed(6), 0),
]


@pytest.mark.parametrize(("rule", "missed", "expected"), MISSED)
def test_an_absence_is_due_as_the_regulation_says(
    rule: dict[str, Any] | None, missed: Missed, expected: int
) -> None:
    known = tariffs(flat=320, **({"absence": rule} if rule else {}))

    found = absence(known, "a", "u", DAY, Situation(), missed)

    assert found.cents == expected
    assert len(found.steps) >= 2


def test_a_late_pick_up_without_a_penalty_costs_nothing() -> None:
    assert late(tariffs(flat=320), "a", "u", DAY, 90).cents == 0


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "tariffs[0]", "aucun prix"),
    ({"flat": 320, "bands": BANDS}, "tariffs[0].bands", "deux prix"),
    ({"bands": BANDS[1:]}, "tariffs[0].bands[0].first", "de 0 à 400"),
    ({"bands": BANDS[::2]}, "tariffs[0].bands[1].first", "de 401 à 800"),
    (
        {"bands": [BANDS[0], {**BANDS[1], "first": 400}, BANDS[2]]},
        "tariffs[0].bands[0].last",
        "deux prix pour 400",
    ),
    (
        {"bands": [{**BANDS[0], "last": 399}, *BANDS[1:]]},
        "tariffs[0].bands[1].first",
        "de 400 à 400",
    ),
    ({"bands": BANDS[:2]}, "tariffs[0].bands[1].last", "au-dessus de 800"),
    ({"flat": 320, "round_to": 2}, "tariffs[0].round_to", "valeur inconnue"),
    ({"flat": 320, "rounding": "haut"}, "tariffs[0].rounding", "valeur inconnue"),
    ({"effort": {**EFFORT, "percent": "un peu"}}, "tariffs[0].effort.percent", "taux illisible"),
    (
        {"effort": {**EFFORT, "ceiling_cents": 50}},
        "tariffs[0].effort.ceiling_cents",
        "sous le plancher",
    ),
    (
        {"flat": 320, "siblings": {"percents": [90, 100]}},
        "tariffs[0].siblings.percents",
        "monte",
    ),
    (
        {"flat": 320, "out_of_town": {"percent": 150, "cents": 400}},
        "tariffs[0].out_of_town.percent",
        "deux prix",
    ),
    (
        {"flat": 320, "unbooked": {"instead_cents": 1300, "add_cents": 200}},
        "tariffs[0].unbooked.instead_cents",
        "remplace",
    ),
    ({"flat": 320, "last": "2026-08-01"}, "tariffs[0].last", "finit avant"),
    ({"flat": -1}, "tariffs[0].flat", "nombre"),
    (
        {"flat": 320, "every": "month", "duration": HOUR},
        "tariffs[0].duration",
        "forfait",
    ),
    (
        {"flat": 320, "slots": [{"last_minutes": 60, "percent": 50}]},
        "tariffs[0].slots[0].last_minutes",
        "au-delà de 60",
    ),
]


@pytest.mark.parametrize(("told", "key", "what"), FAULTS)
def test_a_tariff_with_a_mistake_is_refused_with_its_key_and_its_cure(
    told: dict[str, Any], key: str, what: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        tariffs(**told)

    error = refused.value
    assert (error.file, error.key) == ("ville.toml", f"periscolaire.{key}")
    assert what in error.what
    assert error.cure


@pytest.mark.parametrize(
    ("last", "first", "key", "what"),
    [
        ("2027-09-01", "2027-09-01", "tariffs[0].last", "deux tarifs pour a/u"),
        (None, "2027-09-01", "tariffs[0].last", "deux tarifs pour a/u"),
        ("2027-07-31", "2027-09-01", "tariffs[1].first", "du 1er août 2027 au 31 août 2027"),
    ],
)
def test_two_prices_or_none_on_a_day_are_refused_when_the_file_is_read(
    last: str | None, first: str, key: str, what: str
) -> None:
    common = {"activity": ["a"], "unit": ["u"], "flat": 320}
    told = [
        {"name": "1", "first": "2026-09-01", **({"last": last} if last else {}), **common},
        {"name": "2", "first": first, **common},
    ]

    with pytest.raises(Misconfigured) as refused:
        convert({"tariffs": told}, Settings, "ville.toml", "periscolaire")

    assert refused.value.key == f"periscolaire.{key}"
    assert what in refused.value.what


SITUATIONS = st.builds(
    Situation,
    quotient_familial=st.none() | st.integers(0, 5000),
    is_resident=st.booleans(),
    present_siblings=st.integers(0, 6),
    enrolled_siblings=st.integers(0, 6),
    rank=st.integers(1, 7),
    minutes=st.integers(0, 600),
    booked=st.booleans(),
)


@st.composite
def grids(draw: st.DrawFn) -> dict[str, Any]:
    """Grids a council could vote: prices that never fall when the quotient rises."""
    ends = sorted(draw(st.sets(st.integers(0, 3000), min_size=1, max_size=6)))
    prices = sorted(draw(st.lists(st.integers(0, 2000), min_size=7, max_size=7)))
    firsts = [0, *[end + 1 for end in ends]]
    told: dict[str, Any] = {
        "bands": [
            {"first": first, "cents": amount, **({"last": end} if end is not None else {})}
            for first, end, amount in zip(firsts, [*ends, None], prices, strict=False)
        ],
        "round_to": draw(st.sampled_from([1, 5, 10])),
        "rounding": draw(st.sampled_from(["half_up", "down", "up"])),
    }
    extras = {
        "siblings": {"percents": [100, 85, 70]},
        "out_of_town": {"percent": 133},
        "unbooked": {"add_percent": 17, "add_cents": 30},
        "duration": {"per_minutes": 60, "step_minutes": 7, "free_minutes": 5},
    }
    return told | {key: extras[key] for key in draw(st.sets(st.sampled_from(sorted(extras))))}


@given(grids(), SITUATIONS)
def test_whatever_the_grid_a_price_is_never_negative_nor_moody(
    told: dict[str, Any], family: Situation
) -> None:
    known = tariffs(**told)

    found = price(known, "a", "u", DAY, family)

    assert found.cents >= 0
    assert found.cents % told["round_to"] == 0
    assert found == price(tariffs(**told), "a", "u", DAY, family)


@given(grids(), SITUATIONS)
def test_who_has_a_higher_quotient_never_pays_less(told: dict[str, Any], family: Situation) -> None:
    known = tariffs(**told)
    asked = [
        Situation(quotient, family.is_resident, minutes=family.minutes, booked=family.booked)
        for quotient in (*range(0, 3200, 100), None)
    ]

    found = [price(known, "a", "u", DAY, one).cents for one in asked]

    assert all(before <= then for before, then in pairwise(found)), "the unknown is the dearest"


@given(st.integers(0, 20_000), st.integers(0, 500), st.integers(500, 2000))
def test_an_effort_stays_between_its_floor_and_its_ceiling(
    quotient: int, floor: int, ceiling: int
) -> None:
    effort = {"percent": "0,377", "floor_cents": floor, "ceiling_cents": ceiling}

    found = cents({"effort": effort}, quotient_familial=quotient)

    assert floor <= found <= ceiling
    assert found == min(max((quotient * 377 * 2 + 1000) // 2000, floor), ceiling)


def test_the_file_on_the_page_is_the_one_of_the_example() -> None:
    found = re.search(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    assert found
    example = (Path(__file__).parent / "communes/nogent-sur-oise.toml").read_text("utf-8")

    assert found[1].strip() in example


def test_a_file_of_a_commune_prices_its_year(installed: Plugins, tmp_path: Path) -> None:
    commune = Platform(Path(__file__).parent / "communes", tmp_path, plugins=installed)
    known = indexed(commune.tenant("nogent-sur-oise").of(Settings).tariffs)

    meal = price(known, "cantine", "repas", DAY, Situation(640, booked=False))
    evening = late(known, "accueil", "soir", DAY, 20)

    assert (meal.cents, meal.tariff) == (1300, "Repas 2026-2027")
    assert evening.cents == 1000
