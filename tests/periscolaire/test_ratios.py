"""How many children may come: the table of the law, then no place without its adult."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ribambelle.errors import Refused
from ribambelle_periscolaire.domain.ratios import (
    REGIMES,
    WITHOUT_RATIO,
    Children,
    Ratio,
    Staff,
    capacity,
    is_enough,
    needed,
    ratio,
)

COUNTED = [regime for regime in REGIMES if regime != "none"]
STAFF = st.builds(
    Staff, st.integers(0, 8), st.integers(0, 8), st.booleans()
)  # under six, six and over, director


@pytest.mark.parametrize(
    ("regime", "is_long", "is_outing", "expected"),
    [
        ("periscolaire", False, False, Ratio(10, 14)),
        ("periscolaire", True, False, Ratio(8, 12)),
        ("periscolaire_pedt", False, False, Ratio(14, 18)),
        ("periscolaire_pedt", True, False, Ratio(10, 14)),
        ("periscolaire_pedt", False, True, Ratio(10, 14)),
        ("extrascolaire", True, False, Ratio(8, 12)),
    ],
)
def test_the_ratios_are_those_of_the_law(
    regime: str, is_long: bool, is_outing: bool, expected: Ratio
) -> None:
    """CASF R227-16, I and II (2018); R227-15 for holidays."""
    assert ratio(regime, is_long=is_long, is_outing=is_outing) == expected


def test_an_unknown_regime_is_refused_rather_than_left_without_ratio() -> None:
    with pytest.raises(Refused, match="unknown_regime"):
        ratio("garderie")


@given(STAFF, st.sampled_from(COUNTED), st.integers(0, 400), st.integers(0, 400), st.data())
def test_whoever_fits_the_places_has_enough_adults(
    staff: Staff, regime: str, licence: int, room: int, data: st.DataObject
) -> None:
    rule = ratio(regime)
    places = capacity(licence, room, staff, rule)
    under_six = data.draw(st.integers(0, places.under_six))
    six_and_over = data.draw(st.integers(0, min(places.six_and_over, places.total - under_six)))

    assert places.total <= min(licence, room, 300)
    assert is_enough(Children(under_six, six_and_over), staff, rule)


@given(STAFF, st.sampled_from(COUNTED))
def test_an_adult_who_is_absent_never_opens_a_place(staff: Staff, regime: str) -> None:
    rule = ratio(regime)
    fewer = Staff(max(staff.under_six - 1, 0), staff.six_and_over, staff.director)

    assert capacity(None, None, fewer, rule).total <= capacity(None, None, staff, rule).total


def test_the_director_stops_counting_at_the_fifty_first_child() -> None:
    """CASF R227-17: counted among the adults up to fifty children."""
    staff, rule = Staff(0, 3, director=True), ratio("periscolaire")

    assert is_enough(Children(0, 50), staff, rule)
    assert not is_enough(Children(0, 51), staff, rule)
    assert capacity(None, None, staff, rule, director_with="six_and_over").total == 50


def test_a_mixed_group_never_needs_more_adults_than_two_groups() -> None:
    rule = ratio("extrascolaire")
    groups = [Children(young, old) for young in range(30) for old in range(30)]

    assert all(needed(one, rule, mixed=True) <= needed(one, rule) for one in groups)
    assert needed(Children(4, 6), rule, mixed=True) == 1


def test_a_canteen_has_no_ratio_but_its_room() -> None:
    places = capacity(None, 180, Staff(1, 1), WITHOUT_RATIO)

    assert (places.total, places.limited_by) == (180, "room")
    assert capacity(None, 180, Staff(), WITHOUT_RATIO).total == 0, "nobody is left alone"
