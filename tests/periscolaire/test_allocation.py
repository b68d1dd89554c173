"""Nobody races, and whoever is refused can check why."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ribambelle.errors import Refused
from ribambelle_periscolaire.domain.allocation import (
    Allocation,
    Criterion,
    Request,
    Wish,
    allocate,
)
from ribambelle_periscolaire.domain.waiting_room import Arrival, ranks

GROUPS = ("lilas/s28", "lilas/s29", "roses/s28")
CRITERIA = (Criterion("resident", 10), Criterion("both_work", 5), Criterion("refused_before", 5))
TAKES = st.dictionaries(st.sampled_from(GROUPS), st.integers(1, 3), min_size=1)
WISHES = st.lists(TAKES, max_size=3).map(
    lambda told: tuple(
        Wish(str(rank), tuple(sorted(takes.items()))) for rank, takes in enumerate(told)
    )
)
MET = st.frozensets(st.sampled_from([one.code for one in CRITERIA]))


@st.composite
def windows(draw: st.DrawFn) -> tuple[list[Request], dict[str, int], bytes]:
    told = draw(st.lists(st.tuples(WISHES, MET), max_size=12))
    requests = [Request(f"F-{rank}", *one) for rank, one in enumerate(told)]
    capacities = {group: draw(st.integers(0, 8)) for group in GROUPS}
    return requests, capacities, draw(st.binary(min_size=32, max_size=32))


def taken(requests: list[Request], found: Allocation, before: int | None = None) -> Counter[str]:
    """Count places by group from the wishes given, never from what the allocation says."""
    wishes = {one.ticket: {wish.code: wish for wish in one.wishes} for one in requests}
    places: Counter[str] = Counter()
    for one in found.outcomes:
        if one.wish is not None and (before is None or one.rank < before):
            places.update(dict(wishes[one.ticket][one.wish].takes))
    return places


@given(windows())
def test_no_place_is_given_twice(window: tuple[list[Request], dict[str, int], bytes]) -> None:
    requests, capacities, seed = window

    found = allocate(requests, capacities, CRITERIA, seed)

    places = taken(requests, found)
    assert all(places[group] <= capacities[group] for group in GROUPS)
    assert dict(found.left) == {group: capacities[group] - places[group] for group in GROUPS}


@given(windows())
def test_nobody_is_refused_a_wish_for_which_there_was_room(
    window: tuple[list[Request], dict[str, int], bytes],
) -> None:
    """Every wish before the one given lacks a place once those who go first are seated.

    So brothers and sisters are never split to fit, and nobody served later took their place.
    """
    requests, capacities, seed = window
    asked = {one.ticket: one for one in requests}

    found = allocate(requests, capacities, CRITERIA, seed)

    for one in found.outcomes:
        before = taken(requests, found, one.rank)
        wishes = asked[one.ticket].wishes
        codes = [wish.code for wish in wishes]
        refused = wishes[: codes.index(one.wish)] if one.wish is not None else wishes
        assert [refusal.wish for refusal in one.refusals] == [wish.code for wish in refused]
        for wish, refusal in zip(refused, one.refusals, strict=True):
            full = {
                group for group, count in wish.takes if before[group] + count > capacities[group]
            }
            assert full == {blocked.group for blocked in refusal.blocked}
            assert full


@given(windows())
def test_more_points_go_first_and_the_last_rank_served_is_true(
    window: tuple[list[Request], dict[str, int], bytes],
) -> None:
    requests, capacities, seed = window
    wishes = {one.ticket: {wish.code: wish for wish in one.wishes} for one in requests}

    found = allocate(requests, capacities, CRITERIA, seed)

    points = [one.points for one in found.outcomes]
    assert points == sorted(points, reverse=True)
    for one in found.outcomes:
        for blocked in (group for refusal in one.refusals for group in refusal.blocked):
            served = [
                other.rank
                for other in found.outcomes[: one.rank - 1]
                if other.wish is not None
                and blocked.group in dict(wishes[other.ticket][other.wish].takes)
            ]
            assert blocked.last_rank_served == (max(served) if served else None)


@given(windows(), st.randoms())
def test_the_order_in_which_requests_came_changes_nothing(
    window: tuple[list[Request], dict[str, int], bytes], shuffle: Random
) -> None:
    requests, capacities, seed = window
    mixed = list(requests)
    shuffle.shuffle(mixed)

    assert allocate(mixed, capacities, CRITERIA, seed) == allocate(
        requests, capacities, CRITERIA, seed
    )


@given(windows())
def test_a_request_with_fewer_points_takes_nothing_from_the_others(
    window: tuple[list[Request], dict[str, int], bytes],
) -> None:
    requests, capacities, seed = window
    found = allocate(requests, capacities, CRITERIA, seed)
    last = found.outcomes[-1].ticket if found.outcomes else ""

    without = allocate([one for one in requests if one.ticket != last], capacities, CRITERIA, seed)

    assert without.outcomes == found.outcomes[:-1]


def test_equal_points_are_drawn_by_the_seed_not_by_the_name() -> None:
    """400 seeds between two: 200 each; 150 to 250 is five standard deviations around it."""
    requests = [Request("A", ()), Request("B", ())]

    firsts = Counter(
        allocate(requests, {}, CRITERIA, number.to_bytes(32, "big")).outcomes[0].ticket
        for number in range(400)
    )

    assert 150 <= firsts["A"] <= 250


def test_a_window_that_cannot_be_read_is_refused() -> None:
    twice = [Request("F-1", ()), Request("F-1", ())]
    unknown = [Request("F-1", (Wish("a", (("ailleurs", 1),)),))]

    with pytest.raises(Refused, match="ticket_twice"):
        allocate(twice, {}, [], b"")
    with pytest.raises(Refused, match="unknown_group"):
        allocate(unknown, {}, [], b"")


OPENS = datetime(2027, 6, 2, 6, 30, tzinfo=UTC)


def at_the_door(seconds: dict[str, int]) -> list[Arrival]:
    return [Arrival(who, OPENS + timedelta(seconds=late)) for who, late in seconds.items()]


def test_coming_at_six_or_a_second_before_the_hour_gives_the_same_rank() -> None:
    early = {f"F-{number}": -number * 60 - 1 for number in range(50)}
    last_second = dict.fromkeys(early, -1)

    assert ranks(b"seed", OPENS, at_the_door(early)) == ranks(
        b"seed", OPENS, at_the_door(last_second)
    )


def test_who_comes_at_the_hour_or_later_goes_after_in_order() -> None:
    found = ranks(b"seed", OPENS, at_the_door({"late": 5, "early": -1, "sharp": 0, "later": 9}))

    assert found == {"early": 1, "sharp": 2, "late": 3, "later": 4}


def test_coming_back_later_keeps_the_rank() -> None:
    """The telephone slept, the page was loaded again: the first arrival counts."""
    again = [*at_the_door({"A": -5, "B": 3}), *at_the_door({"A": 60, "B": 1})]

    assert ranks(b"seed", OPENS, again) == {"A": 1, "B": 2}


def test_over_many_seeds_everybody_is_first_about_as_often() -> None:
    """600 draws among 6: 100 each; 60 to 140 is over four standard deviations around it."""
    door = at_the_door({who: -60 - rank for rank, who in enumerate("ABCDEF")})
    firsts = Counter(
        min(found, key=lambda ticket: found[ticket])
        for number in range(600)
        if (found := ranks(number.to_bytes(32, "big"), OPENS, door))
    )

    assert set(firsts) == set("ABCDEF")
    assert all(60 <= count <= 140 for count in firsts.values())
