"""What a page writes is what a French reader expects, and never breaks where it must not."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from jinja2 import Environment

from ribambelle.web import formats
from ribambelle.web.formats import NBSP, THIN


@pytest.mark.parametrize(
    ("cents", "told"),
    [
        (0, f"0,00{THIN}€"),
        (5, f"0,05{THIN}€"),
        (6840, f"68,40{THIN}€"),
        (-150, f"−1,50{THIN}€"),
        (123456789, f"1{THIN}234{THIN}567,89{THIN}€"),
    ],
)
def test_amounts_come_from_cents_without_rounding(cents, told):
    assert formats.euros(cents) == f"<bdi>{told}</bdi>"


def test_an_amount_is_isolated_from_the_text_around_it_and_not_escaped():
    page = Environment(autoescape=True)
    page.filters.update(formats.FILTERS)

    assert page.from_string("{{ 100 | euros }}").render() == f"<bdi>1,00{THIN}€</bdi>"


@pytest.mark.parametrize(
    ("value", "decimals", "told"),
    [
        (0, None, "0"),
        (1208, None, f"1{THIN}208"),
        (0.5, None, "0,5"),
        (2.345, None, "2,35"),
        (Decimal("13"), 1, "13,0"),
        (-0.4, 0, "0"),
    ],
)
def test_numbers_have_a_decimal_comma(value, decimals, told):
    assert formats.nombre(value, decimals) == told


def test_the_first_of_a_month_is_written_as_it_is_said():
    assert formats.jour(date(2027, 9, 1)) == "mercredi 1er septembre"
    assert formats.jour_court(date(2027, 9, 1)) == "1er sept."


def test_midnight_and_minutes():
    assert formats.heure(time(0)) == f"0{NBSP}h"
    assert formats.heure(datetime(2026, 1, 1, 10, 5, tzinfo=UTC)) == f"10{NBSP}h{NBSP}05"


def test_a_moment_names_its_day_and_year_when_asked():
    at = datetime(2026, 12, 3, 9, tzinfo=UTC)

    assert formats.moment(at, year=True) == f"jeudi 3 décembre 2026 à 9{NBSP}h"


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 2, 27), "à naître"),
        (date(2026, 2, 28), f"0{NBSP}semaine"),
        (date(2026, 5, 27), f"12{NBSP}semaines"),
        (date(2026, 5, 28), f"3{NBSP}mois"),
        (date(2029, 2, 27), f"35{NBSP}mois"),
        (date(2029, 2, 28), f"3{NBSP}ans"),
    ],
)
def test_ages_go_from_weeks_to_months_to_years(on, told):
    assert formats.age(date(2026, 2, 28), on) == told


def test_a_distance_is_never_more_precise_than_an_address_allows():
    assert formats.distance(0) == f"moins de 50{NBSP}m"
    assert formats.distance(974) == f"environ 950{NBSP}m"
    assert formats.distance(975) == f"1{NBSP}km"


def test_the_long_plural_of_a_noun():
    assert formats.pluriel(2, "vœu", "vœux") == f"2{NBSP}vœux"


@pytest.mark.parametrize(
    "given", ["+33240416000", "0033240416000", "02 40 41 60 00", "02.40.41.60.00"]
)
def test_a_telephone_is_read_by_pairs_and_dialled_from_anywhere(given):
    assert formats.telephone(given).replace(NBSP, " ") == "02 40 41 60 00"
    assert formats.tel(given.replace("0033", "+33")) == "tel:+33240416000"


def test_nobody_has_no_initials():
    assert formats.initiales("") == ""
