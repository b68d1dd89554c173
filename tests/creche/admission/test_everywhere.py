"""A few crèches are written for who accepts any; all of them are looked at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from ribambelle_creche.domain.admission import Snapshot, faults, propose
from ribambelle_creche.domain.everywhere import Search, whole
from ribambelle_creche.domain.preparation import Lot, Seen, snapshot
from ribambelle_creche.domain.resources import Asking, House

HALVES = tuple(("babies", day, "am") for day in range(3))


def a_lot(random: Random, most: int) -> Lot:
    creches = range(1, 8)
    houses = [
        House(one, ({half: random.randint(0, 2) for half in HALVES},), ({},), 10) for one in creches
    ]
    files = []
    for number in range(12):
        order = random.sample(list(creches), len(creches))
        needs = tuple(random.choice((1, 4, 16, 5, 21)) for _ in range(random.randint(1, 2)))
        others = tuple(order[1:]) if random.random() < 0.6 else ()
        asked = Asking(("babies",), needs, tuple(order[:1]), elsewhere=others, most_elsewhere=most)
        at = datetime(2026, 3, 1, tzinfo=UTC)
        files.append(Seen(f"C-{number}", random.randint(0, 9) * 10, at, number, asked))
    return Lot(files, houses, {})


def waiting_beside_a_place(laid_out: Callable[[Lot], Snapshot]) -> int:
    """Count the files, of sixty towns, that wait while a crèche they accept would take them."""
    found = 0
    for seed in range(60):
        lot = a_lot(Random(seed), 1)
        given = laid_out(lot)
        found += len(Search(lot, {}).farther(given))
        assert faults(given, propose(given)) == []
    return found


def test_nobody_who_accepts_any_creche_waits_beside_a_place() -> None:
    assert waiting_beside_a_place(lambda lot: whole(lot, {})) == 0


def test_the_nearest_creche_alone_would_leave_some_waiting() -> None:
    """The twin: without the search."""
    assert waiting_beside_a_place(snapshot) > 20


def test_the_order_of_files_changes_nothing() -> None:
    few = a_lot(Random(3), 1)
    again = whole(replace(few, files=list(reversed(few.files))), {})
    assert {one.id: one.options for one in again.applications} == {
        one.id: one.options for one in whole(few, {}).applications
    }
