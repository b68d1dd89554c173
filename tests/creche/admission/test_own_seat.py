"""Nobody is told its own points as those of the last admitted: a refusal counts other families."""

from collections.abc import Iterator, Sequence
from random import Random

from msgspec.structs import replace
from tests.creche.admission.commissions import Kind, a_commission, a_file, drawn

from ribambelle_creche.domain.admission import (
    Application,
    Option,
    Proposal,
    Snapshot,
    faults,
    propose,
    seal,
)
from ribambelle_creche.domain.admission.outcome import Blocking, Refusal

WHOLE = Option("lilas/0", "lilas", {"lilas/s0": 2})
HALF = Option("lilas/1", "lilas", {"lilas/s0": 1}, bonus=20)
"""Worth more than the whole week: who holds it sits ahead of its own better wish."""
Asked = Sequence[tuple[Application, Option]]


def only_refusal(given: Snapshot, name: str) -> Blocking:
    found = propose(given)
    assert faults(given, found) == []
    (refusal,) = found.refusals[name]
    (blocking,) = refusal.blocking
    return blocking


def test_twins_of_one_file_are_not_told_their_own_points() -> None:
    twins = a_file("T", 50, WHOLE, HALF, count=2)

    found = only_refusal(a_commission({"lilas/s0": 2}, twins), "T")

    assert (found.capacity, found.taken_ahead, found.last_points) == (2, 0, None)


def test_a_result_that_tells_them_their_own_points_shows() -> None:
    given = a_commission({"lilas/s0": 2}, a_file("T", 50, WHOLE, HALF, count=2))
    own = (Refusal(WHOLE.id, (Blocking("lilas/s0", 2, 0, 70),)),)

    told = seal.sealed(given, replace(propose(given), refusals={"T": own}))

    assert [(one.code, one.about) for one in faults(given, told)] == [("refusal", "T")]


def test_twins_of_two_files_are_told_the_points_of_the_family_before_them() -> None:
    first, second = (
        a_file(name, 50, WHOLE, HALF, group="t", group_mode="preferred") for name in ("T1", "T2")
    )
    given = a_commission({"lilas/s0": 3}, first, second, a_file("A", 60, HALF))

    for name in ("T1", "T2"):
        found = only_refusal(given, name)
        assert (found.capacity, found.taken_ahead, found.last_points) == (3, 1, 80)


def a_strange_commission(seed: int) -> Snapshot:
    """Files of one birth, several children in a file, and points that differ from week to week."""
    random = Random(seed)
    every = Kind(True, True, True, seed % 3 == 0, seed % 5 == 0, seed % 4 == 0, True)
    given = drawn(seed, every)
    still = {pin.application for pin in given.pins}

    def strange(one: Application) -> Application:
        apart = random.random() < 0.4
        options = tuple(
            replace(option, bonus=random.choice((0, 0, 5, 10))) if apart else option
            for option in one.options
        )
        alone = one.current is not None or one.id in still
        return replace(one, options=options, count=one.count if alone else random.choice((1, 1, 2)))

    return replace(given, applications=tuple(map(strange, given.applications)))


class Plain:
    """The numbers of a refusal, counted again family by family."""

    def __init__(self, given: Snapshot, proposal: Proposal) -> None:
        self.given = given
        self.held = {one.id: one.option(proposal.assignments[one.id]) for one in given.applications}
        self.pinned = {pin.application for pin in given.pins}
        homes = {one.code: one.facilities for one in given.reserves}
        self.first = {
            (name, facility)
            for kept in proposal.certificate.reserves
            for name in kept.promoted
            for facility in homes[kept.code]
        }

    def rank(self, one: Application, option: Option) -> tuple[object, ...]:
        by_reserve = (one.id, option.facility) in self.first
        right = 0 if one.id in self.pinned else 1 if one.current == option.id else 3 - by_reserve
        return right, -(one.points + option.bonus), one.completed, -one.draw, one.id

    def told(self, asked: Asked, resource: str) -> tuple[int, int | None]:
        rank, own = max(self.rank(*each) for each in asked), {one.id for one, _ in asked}
        ahead = [
            (one, held)
            for one in self.given.applications
            if (held := self.held[one.id]) and held.demand.get(resource)
            if one.id not in own and self.rank(one, held) < rank
        ]
        by_points = [one.points + held.bonus for one, held in ahead if self.rank(one, held)[0] == 3]
        taken = sum(held.demand[resource] * one.count for one, held in ahead)
        return taken, min(by_points, default=None)

    def ways(self, one: Application, option: Option) -> Iterator[Asked]:
        """Yield the file alone, then what it may have asked for with its twins."""
        yield ((one, option),)
        birth = [
            other for other in self.given.applications if one.group and other.group == one.group
        ]
        if one.group_mode == "preferred" and len(birth) > 1:
            birth.sort(key=lambda other: other.id)
            for wanted in birth[0].options:
                there = [[o for o in b.options if o.facility == wanted.facility] for b in birth[1:]]
                same = [next((o for o in of if o.id == wanted.id), of[0]) for of in there if of]
                asked = list(zip(birth, [wanted, *same], strict=False))
                if all(there) and (one, option) in asked:
                    yield asked


def wrong_numbers(seed: int) -> int:
    """Count the refusals of a commission whose numbers are not found again plainly."""
    given = a_strange_commission(seed)
    found = propose(given)
    plain, files = Plain(given, found), {one.id: one for one in given.applications}
    wrong = 0
    for name, refusals in found.refusals.items():
        for refusal in refusals:
            option = files[name].option(refusal.option)
            assert option is not None
            assert refusal.blocking
            wrong += not any(
                all(plain.told(asked, b.resource) == (b.taken_ahead, b.last_points)
                    for b in refusal.blocking)
                for asked in plain.ways(files[name], option)
            )  # fmt: skip
    assert [one for one in faults(given, found) if one.code != "claim"] == []
    return wrong


def test_every_number_of_a_refusal_is_found_again_family_by_family() -> None:
    assert sum(map(wrong_numbers, range(300))) == 0
