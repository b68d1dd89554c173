"""Whose offer rests on whose: what is laid out, what falls, and what never does."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.creche.changing import JANUARY, MARCH, lot_of, real

from ribambelle.testing import Communes, Town
from ribambelle_creche import offering
from ribambelle_creche.domain import chains, transfers
from ribambelle_creche.domain.admission import Pin, Snapshot, propose
from ribambelle_creche.domain.chains import Held, Waiting, fallen, firm, laid_out, rests
from ribambelle_creche.domain.preparation import Lot, Seen, snapshot
from ribambelle_creche.domain.resources import Asking, House
from ribambelle_creche.domain.transfers import with_rights
from ribambelle_creche.tables import Offer


def followed(town: Town, given: Snapshot, held: dict[str, Held]) -> list[date]:
    """Return the day each file enters: the first wished March, the second January."""
    with town.here():
        made = {
            1: [Offer(_ignore_missing=True, start_on=MARCH)],
            2: [Offer(_ignore_missing=True, start_on=JANUARY)],
        }
        offering.follow(*laid_out(given, held, {}), made)
    return [made[file][0].start_on for file in (1, 2)]


@pytest.mark.parametrize(("free", "enters"), [(1, JANUARY), (0, MARCH)])
async def test_a_free_place_keeps_its_day_and_one_to_be_left_waits_for_who_leaves_it(
    communes: Communes, free: int, enters: date
) -> None:
    """Zoé leaves Les Lilas in March; Léo takes the place that is free there, or hers."""
    given, held = real(free, (1, 12, 15), (1, 0, 12))

    assert followed(communes.alpha, given, held) == [MARCH, enters]


async def test_other_days_at_the_same_creche_wait_for_nobody(communes: Communes) -> None:
    """Zoé leaves her Monday morning; Léo comes on Tuesday: they share the week's half-days alone."""
    given, held = real(1, (0b1, 12, 15), (0b100, 0, 12))
    _, waiting = laid_out(given, held, {})

    assert waiting[0].leaves.keys() & waiting[1].takes.keys() == {"12/all/week"}
    assert followed(communes.alpha, given, held) == [MARCH, JANUARY]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_an_offer_that_rested_on_nobody_never_falls_because_of_a_later_call(seed: int) -> None:
    """Whoever is called afterwards, and whatever its points, comes behind what was offered."""
    random = Random(seed)
    weeks = [(1, random.choice((0, 0, 12)), 0) for _ in range(6)]
    whole = [(week, lives, 15 if lives else 12) for week, lives, _ in weeks]
    given, held = real(random.randint(0, 3), *whole)
    first = random.randint(1, 5)
    late = random.sample(sorted(held), 6 - first)
    sent = datetime(2026, 12, 10, tzinfo=UTC)
    before = {name: replace(one, sent_at=sent) for name, one in held.items() if name not in late}
    later = {name: replace(held[name], sent_at=sent + timedelta(days=1)) for name in late}

    free, waiting = laid_out(given, before, {})
    alone = {one.file for one in waiting if not rests(free, waiting, one.file)}
    after = laid_out(given, before | later, {})

    assert not fallen(*after) & (alone - fallen(free, waiting))
    assert [one.file for one in after[1]][: len(waiting)] == [one.file for one in waiting]


def test_by_points_alone_a_later_call_would_take_the_place_of_who_was_offered_it() -> None:
    """The twin: C-1 ranks ahead of C-2, and was called after it for the one place."""
    given, held = real(1, (1, 0, 12), (1, 0, 12), (1, 12, 15))
    sent = datetime(2026, 12, 10, tzinfo=UTC)
    dated = {
        "C-1": replace(held["C-1"], sent_at=sent + timedelta(days=1)),
        "C-2": replace(held["C-2"], sent_at=sent),
    }
    by_points = {name: replace(one, sent_at=None) for name, one in dated.items()}

    assert fallen(*laid_out(given, dated, {})) == {1}
    assert fallen(*laid_out(given, by_points, {})) == {2}


def test_what_was_pinned_then_the_reserves_pass_before_the_points() -> None:
    given, held = real(1, (1, 0, 12), (1, 0, 12), (1, 0, 12), (1, 12, 15))
    pinned = msgspec.structs.replace(given, pins=(Pin("C-3", "S2", "12/babies/0"),))

    _, waiting = laid_out(pinned, held, {}, first={"C-2": frozenset({"12"})})

    assert [one.file for one in waiting] == [3, 2, 1, 4]


def test_looking_at_every_offer_of_a_large_commission_grows_with_its_offers_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three children move; the others are offered a place each, where nobody moves or where they do."""
    looked, fitting = [0], chains._fitting

    def counted(*told: Any) -> set[int]:
        looked[0] += 1
        return fitting(*told)

    monkeypatch.setattr(chains, "_fitting", counted)

    def looks(many: int) -> tuple[int, int]:
        movers, others = (
            [(1, 12, 15)] * 3,
            [(1, 0, 12 if one % 10 == 0 else 15) for one in range(many)],
        )
        given, held = real(many, *movers, *others)
        looked[0] = 0
        free, waiting = laid_out(given, held, {})
        for file in range(1, len(held) + 1):
            rests(free, waiting, file)
        return looked[0], len(waiting)

    small, large = looks(20), looks(200)

    assert small == (5, 5)
    assert large == (23, 23)  # of 203 offers, those where nobody moves are no part of it


@given(seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_a_yes_that_holds_never_takes_more_than_what_was_left(seed: int) -> None:
    """Whatever the order of the answers: no resource is ever above its places."""
    random, names = Random(seed), "abc"
    places = {name: random.randint(0, 1) for name in names}
    waiting = []
    for file in range(6):
        lives, wants = random.choice(["", *names]), random.choice(names)
        leaves = {lives: 1} if lives and lives != wants else {}
        waiting.append(Waiting(file, {wants: 1}, leaves))
    there = Counter(places)
    for one in waiting:
        there.update(one.leaves)
    taken: Counter[str] = Counter()
    for one in waiting:
        taken.update(one.leaves)  # who is in place sits there
    free = dict(places)
    gone = fallen(free, waiting)
    waiting = [one for one in waiting if one.file not in gone]
    while waiting:
        one = random.choice(waiting)
        if random.random() < 0.3:  # it says no, and stays where it is
            waiting = [other for other in waiting if other.file != one.file]
        else:
            waiting = [
                replace(other, agreed=True) if other.file == one.file else other
                for other in waiting
            ]
        entering = firm(free, waiting)
        for other in waiting:
            if other.file in entering:
                taken.subtract(other.leaves)
                taken.update(other.takes)
                free = dict(Counter(free) + Counter(other.leaves))
                for name, need in other.takes.items():
                    free[name] = free.get(name, 0) - need
        waiting = [other for other in waiting if other.file not in entering]
        assert all(taken[name] <= there[name] for name in names)
        gone = fallen(free, waiting)
        waiting = [other for other in waiting if other.file not in gone]
        if all(other.agreed for other in waiting):
            assert not waiting, "everybody said yes, and somebody waits still"


@pytest.mark.parametrize("counts", [True, False])
def test_a_creche_with_too_many_children_is_not_filled_again_when_one_of_two_goes(
    monkeypatch: pytest.MonkeyPatch, counts: bool
) -> None:
    """Ten places, eleven children. Ana stays and Bob goes: ten again, and nobody for his place.

    The twin does not look at how many there are too many.
    """
    if not counts:
        monkeypatch.setattr(transfers, "deficit", lambda _: {})
    monday = ("babies", 0, "am")
    houses = [House(12, ({monday: 0},), ({monday: 11},), 10), House(15, ({monday: 1},), ({},), 10)]
    asking = {"C-1": (15, 12), "C-2": (15, 12), "C-3": (12,)}
    files = [
        Seen(
            *(number, points, datetime(2026, 3, 1, tzinfo=UTC), 0),
            Asking(("babies",), (1,), asking[number]),
        )
        for number, points in (("C-1", 10), ("C-2", 90), ("C-3", 50))
    ]
    lot = Lot(files, houses, {})

    found = propose(with_rights(snapshot(lot), lot, {"C-1": (12, 1), "C-2": (12, 1)}))

    assert found.assignments == {
        "C-1": "12/babies/0",
        "C-2": "15/babies/0",
        "C-3": None if counts else "12/babies/0",
    }


def test_a_pin_that_gives_nothing_leaves_a_child_where_it_is() -> None:
    lot = lot_of(1)
    pinned = msgspec.structs.replace(snapshot(lot), pins=(Pin("C-1", "G1", None),))

    found = with_rights(pinned, lot, {"C-1": (12, 1)})

    assert propose(found).assignments == {"C-1": "12/babies/0"}


def test_twins_who_are_already_somewhere_do_not_stop_a_commission() -> None:
    lot = lot_of(2)

    assert propose(with_rights(snapshot(lot), lot, {"C-1": (12, 1)})).assignments == {"C-1": None}
