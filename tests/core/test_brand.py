"""Whatever its colour, a commune's portal can be read, by day and by night."""

import random

import pytest

from ribambelle.errors import Misconfigured
from ribambelle.tenants import brand

HARD = ["#000000", "#ffffff", "#808080", "#ffd500", "#c8102e", "#101820", "#00ff00", "#0000ff"]


def any_colours(count: int) -> list[str]:
    chance = random.Random(23)
    return [f"#{chance.randrange(1 << 24):06x}" for _ in range(count)]


def test_every_pair_of_any_brand_reaches_its_minimum_in_light_and_dark():
    failures = [
        (colour, pair)
        for colour in [*HARD, *any_colours(500)]
        for pair in brand.check(colour)
        if not pair.passes
    ]

    assert failures == []


def test_the_band_keeps_the_pure_brand():
    assert brand.roles("#FFD500")["marque"] == ("#ffd500", "#ffd500")


def test_a_repaired_colour_needs_no_repair():
    for colour in any_colours(60):
        repaired = brand.repair(colour)

        assert brand.repair(repaired) == repaired


@pytest.mark.parametrize("colour", ["#C8102E", "#A74541"])
def test_a_red_brand_is_said_to_look_like_the_errors(colour):
    assert any("rouge des erreurs" in told for told in brand.warnings(colour))


def test_an_orange_brand_is_said_to_look_like_the_alerts():
    assert any("orange des alertes" in told for told in brand.warnings("#F39200"))


def test_a_grey_brand_looks_like_no_alert():
    assert not any("proche" in told for told in brand.warnings("#8a7d7d"))


def test_a_pale_brand_says_which_colour_buttons_will_have():
    assert any("#7c6705" in told for told in brand.warnings("#FFD500"))


def test_the_style_sheet_declares_each_role_for_old_and_new_browsers():
    sheet = brand.stylesheet("#0B5FA5")

    for role, (light, dark) in brand.roles("#0B5FA5").items():
        assert f"--{role}:{light};" in sheet
        assert f"--{role}:light-dark({light},{dark});" in sheet


def test_a_colour_that_is_not_one_is_refused_with_its_key_and_a_cure():
    with pytest.raises(Misconfigured) as refused:
        brand.parse_colour("rgb(1,2,3)", "nantes.toml")

    assert refused.value.file == "nantes.toml"
    assert refused.value.key == "brand.colour"
    assert "#0B5FA5" in refused.value.message
