"""What would have changed the answer? One change at a time, tried by running the engine again.

Everybody else stays as they were. Nothing is guessed: what is told to a family is what the engine
answers once that one thing is changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ribambelle_creche.domain.admission.engine import place
from ribambelle_creche.domain.admission.foresight import Seated
from ribambelle_creche.domain.admission.outcome import Refusal
from ribambelle_creche.domain.admission.snapshot import Application, Option, Snapshot
from ribambelle_creche.domain.resources import WEIGHTS
from ribambelle_creche.domain.week import SLOTS

MOST = 4
"""Changes told, at most: a short list is read."""
FEWER, NEARBY, LATER = "fewer", "nearby", "later"
KINDS = (FEWER, NEARBY, LATER)


@dataclass(frozen=True, slots=True)
class Variant:
    """One change to one file: half-days dropped, a crèche added, a later start."""

    kind: str
    codes: tuple[str, ...]
    """Half-days, a crèche, or a day, as the kind says."""
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that would have given a place, or a preferred one: this option."""

    kind: str
    codes: tuple[str, ...]
    option: str
    rank: int
    """Place of that option in the list of the changed file, the preferred first."""


def changes(
    given: Snapshot, application: str, held: Mapping[str, str | None], variants: Iterable[Variant]
) -> tuple[Change, ...]:
    """Return the changes that would have given better than what is held, the best first.

    Monday morning is full, Tuesday is not: without Monday there was a place.

    >>> def asks(name, points, *slots):
    ...     asked = {f"12/babies/{slot}": 1 for slot in slots}
    ...     return Application(name, points, "2026-03-01", 0, (Option("12/babies/0", "12", asked),))
    >>> files = (asks("A", 60, "mon-am"), asks("B", 40, "mon-am", "tue-am"))
    >>> town = Snapshot({"12/babies/mon-am": 1, "12/babies/tue-am": 1}, files)
    >>> changes(town, "B", place(town).assignments, fewer_days(files[1], ()))
    (Change(kind='fewer', codes=('mon-am',), option='12/babies/0', rank=0),)

    Only what those ranked ahead seem to leave room for is run, the best first, until enough is
    found. A later start is always run: a family is told when none of them would have helped.
    """
    before = next(one for one in given.applications if one.id == application)
    worst, seated = _rank(before.options, held[application]), Seated(given, held)
    tried: list[tuple[int, Variant]] = []
    for variant in variants:
        seems = seated.first(before, variant.options)
        rank = _rank(variant.options, seems.id) if seems else len(variant.options)
        if variant.kind == LATER or (seems is not None and rank < worst):
            tried.append((rank, variant))
    tried.sort(key=lambda one: (one[1].kind != LATER, one[0], *_order(one[1])))
    found: list[Change] = []
    for _, variant in tried:
        enough = [set(one.codes) for one in found if one.kind == variant.kind == FEWER]
        if len(found) >= MOST or any(slots <= set(variant.codes) for slots in enough):
            continue
        option = answer(given, application, variant.options)
        rank = _rank(variant.options, option)
        if option is not None and rank < worst:
            found.append(Change(variant.kind, variant.codes, option, rank))
    return tuple(sorted(found, key=lambda one: (one.rank, *_order(one))))


def _order(one: "Variant | Change") -> tuple[int, int]:
    return len(one.codes), KINDS.index(one.kind)


def answer(given: Snapshot, application: str, options: tuple[Option, ...]) -> str | None:
    """Return what the engine gives a file that asks for these options, everybody else unchanged.

    Children of one birth have one file: what changes in it changes for all of them.
    """
    group = next(one.group for one in given.applications if one.id == application)
    changed = msgspec.structs.replace(
        given,
        applications=tuple(
            msgspec.structs.replace(one, options=options)
            if one.id == application or (group and one.group == group)
            else one
            for one in given.applications
        ),
    )
    return place(changed).assignments[application]


def fewer_days(one: Application, refusals: Sequence[Refusal]) -> Iterator[Variant]:
    """Yield the file without each of its half-days, then without all those that were full at a wish."""
    asked = [slot for slot in SLOTS if any(slot in _slots(option) for option in one.options)]
    single = [(slot,) for slot in asked]
    full = [
        tuple(
            slot
            for slot in SLOTS
            if any(slot_of(blocked.resource) == slot for blocked in refusal.blocking)
        )
        for refusal in refusals
    ]
    for slots in dict.fromkeys([*single, *(slots for slots in full if len(slots) > 1)]):
        options = tuple(without(option, slots) for option in one.options)
        if all(_slots(option) for option in options):
            yield Variant(FEWER, slots, options)


def one_more(
    given: Snapshot, one: Application, facilities: Iterable[str], bonuses: Mapping[str, int]
) -> Iterator[Variant]:
    """Yield the file with one more crèche, after those it asked for."""
    first = one.options[0].facility if one.options else ""
    asked = {option.facility for option in one.options}
    for facility in facilities:
        added = [
            elsewhere(given, option, facility, bonuses.get(facility, 0))
            for option in one.options
            if option.facility == first
        ]
        there = [option for option in added if option is not None]
        if facility not in asked and there:
            yield Variant(NEARBY, (facility,), (*one.options, *there))


def later(
    given: Snapshot, one: Application, day: str, groups: Sequence[str | None]
) -> Iterator[Variant]:
    """Yield the file as it would be, were the child older when it starts.

    :param groups: its age group in each period; None in a period that ends before it enters.
    """
    options = tuple(in_groups(option, groups) for option in one.options)
    known = all(option.demand.keys() <= given.resources.keys() for option in options)
    if known and all(option.demand for option in options):
        yield Variant(LATER, (day,), options)


def without(option: Option, slots: Sequence[str]) -> Option:
    """Return an option without some half-days.

    >>> week = {"12/babies/mon-am": 1, "12/babies/tue-am": 1, "12/all/mon-am": 1, "12/all/week": 2}
    >>> without(Option("12/babies/0", "12", week), ["mon-am"]).demand
    {'12/babies/tue-am': 1, '12/all/week': 1}
    """
    dropped = len(_slots(option) & set(slots))
    demand = {
        name: taken - dropped if slot_of(name) == "week" else taken
        for name, taken in option.demand.items()
        if slot_of(name) not in slots
    }
    return msgspec.structs.replace(option, demand=demand)


def elsewhere(given: Snapshot, option: Option, facility: str, bonus: int) -> Option | None:
    """Return the same week in another crèche; None when that crèche gives no such place."""
    demand: dict[str, int] = {}
    for name, taken in option.demand.items():
        _, group, slot = name.split("/")
        if group == "staff":
            continue
        moved = f"{facility}/{group}/{slot}"
        if moved not in given.resources:
            return None
        demand[moved] = taken
        # nobody says here which ratio that crèche chose: the heavier weight promises nothing
        staff = f"{facility}/staff/{slot}"
        if group != "all" and staff in given.resources:
            demand[staff] = max(weights[group] for weights in WEIGHTS.values())
    _, group, rank = option.id.split("/")
    return Option(f"{facility}/{group}/{rank}", facility, demand, bonus)


def in_groups(option: Option, groups: Sequence[str | None]) -> Option:
    """Return an option for a child of other age groups, period by period.

    >>> asked = Option("12/babies/0", "12", {"12/babies/mon-am": 1, "12/all/mon-am": 1})
    >>> in_groups(asked, ["middle"])
    ... # doctest: +NORMALIZE_WHITESPACE
    Option(id='12/middle/0', facility='12', demand={'12/middle/mon-am': 1, '12/all/mon-am': 1},
           bonus=0)
    """
    demand: dict[str, int] = {}
    for name, taken in option.demand.items():
        facility, group, slot = name.split("/")
        becomes = groups[_period(slot) - 1] if _period(slot) <= len(groups) else None
        if becomes is None:
            continue
        if group == "staff":
            ratio = "6" if taken == WEIGHTS["6"]["babies"] else "5-8"
            demand[name] = WEIGHTS[ratio][becomes]
        elif group == "all":
            demand[name] = taken
        else:
            demand[f"{facility}/{becomes}/{slot}"] = taken
    facility, group, rank = option.id.split("/")
    first = next((one for one in groups if one), group)
    return msgspec.structs.replace(option, id=f"{facility}/{first}/{rank}", demand=demand)


def slot_of(resource: str) -> str:
    """Return the half-day of a resource, or `week`.

    >>> slot_of("12/babies/mon-am@2"), slot_of("12/all/week")
    ('mon-am', 'week')
    """
    return resource.rpartition("/")[2].partition("@")[0]


def _period(slot: str) -> int:
    return int(slot.partition("@")[2] or 1)


def _slots(option: Option) -> set[str]:
    return {slot_of(name) for name in option.demand} & set(SLOTS)


def _rank(options: Sequence[Option], held: str | None) -> int:
    return next((rank for rank, one in enumerate(options) if one.id == held), len(options) + 99)
