"""Small commissions drawn at random, and the ways tests change them."""

from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from ribambelle_creche.domain.admission import Application, Option, Pin, Reserve, Snapshot

SLOTS = tuple(f"s{number}" for number in range(6))


def an_option(facility: str, *slots: str, bonus: int = 0, name: str = "0") -> Option:
    demand = {f"{facility}/{slot}": 1 for slot in slots or ("s0",)}
    return Option(f"{facility}/{name}", facility, demand, bonus)


def a_file(name: str, points: int, *options: Option, **changes: Any) -> Application:
    told = {"complete_at": "2026-03-01", "draw": 0, **changes}
    return Application(id=name, points=points, options=options, **told)


def a_commission(places: dict[str, int], *files: Application, **changes: Any) -> Snapshot:
    return Snapshot(places, files, **changes)


def with_file(given: Snapshot, name: str, **changes: Any) -> Snapshot:
    return msgspec.structs.replace(
        given,
        applications=tuple(
            msgspec.structs.replace(one, **changes) if one.id == name else one
            for one in given.applications
        ),
    )


def without(given: Snapshot, name: str) -> Snapshot:
    kept = tuple(one for one in given.applications if one.id != name)
    return msgspec.structs.replace(given, applications=kept)


def shuffled(given: Snapshot, seed: int) -> Snapshot:
    random = Random(seed)
    files, names = list(given.applications), list(given.resources)
    random.shuffle(files)
    random.shuffle(names)
    return Snapshot(
        {name: given.resources[name] for name in names},
        tuple(files),
        tuple(random.sample(given.pins, len(given.pins))),
        tuple(random.sample(given.reserves, len(given.reserves))),
    )


@dataclass(frozen=True)
class Kind:
    """What a random commission may hold; everything else is absent."""

    bonuses: bool = False
    weights: bool = False
    counts: bool = False
    rights: bool = False
    pins: bool = False
    reserves: bool = False
    groups: bool = False
    distinct: bool = False
    """No two files with the same points: the published table then needs no tie-break."""


COMMON = Kind(weights=True, counts=True)
"""One grid for all crèches: the case in which fairness is a theorem."""
EVERYTHING = Kind(True, True, True, True, True, True, True)


def drawn(seed: int, kind: Kind) -> Snapshot:
    """Return a commission of at most 12 files, 4 crèches and 6 half-days."""
    random = Random(seed)
    facilities = [f"f{number}" for number in range(random.randint(1, 4))]
    slots = SLOTS[: random.randint(1, 6)]
    places = {f"{f}/{slot}": random.randint(0, 3) for f in facilities for slot in slots}
    count = random.randint(2, 12)
    points = random.sample(range(0, 200), count) if kind.distinct else None
    files = [
        _file(random, kind, number, facilities, slots, points[number] if points else None)
        for number in range(count)
    ]
    if kind.groups:
        _join(random, files)
    pins = [
        Pin(one.id, "S2", random.choice([None, *(option.id for option in one.options)]))
        for one in files
        if kind.pins and random.random() < 0.15
    ]
    reserves = [
        Reserve("insertion", tuple(random.sample(facilities, random.randint(1, len(facilities)))),
                random.randint(1, 3), "insertion")
    ] if kind.reserves else []  # fmt: skip
    given = Snapshot(places, tuple(files), tuple(pins), tuple(reserves))
    return _with_room_for_rights(given)


def _file(
    random: Random, kind: Kind, number: int, facilities: list[str], slots: tuple[str, ...],
    points: int | None,
) -> Application:  # fmt: skip
    options = []
    for facility in random.sample(facilities, random.randint(1, len(facilities))):
        bonus = random.choice((0, 0, 20, 40)) if kind.bonuses else 0
        for rank in range(random.randint(1, 2)):
            demand = {
                f"{facility}/{slot}": random.choice((1, 1, 1, 2)) if kind.weights else 1
                for slot in random.sample(slots, random.randint(1, len(slots)))
            }
            options.append(Option(f"{facility}/{rank}", facility, demand, bonus))
    return Application(
        f"A{number}",
        random.randint(0, 5) * 10 if points is None else points,
        f"2026-03-0{random.randint(1, 3)}",
        random.randint(0, 3),
        tuple(options),
        count=2 if kind.counts and random.random() < 0.1 else 1,
        current=random.choice(options).id if kind.rights and random.random() < 0.3 else None,
        flags=("insertion",) if random.random() < 0.3 else (),
    )


def _join(random: Random, files: list[Application]) -> None:
    first, second = random.sample(range(len(files)), 2)
    mode = random.choice(("preferred", "one"))
    for number in (first, second):
        files[number] = msgspec.structs.replace(files[number], group="twins", group_mode=mode)


def _with_room_for_rights(given: Snapshot) -> Snapshot:
    """Add the places that pins and rights need: without them there is nothing to decide."""
    pinned = {pin.application: pin.option for pin in given.pins}
    taken = dict.fromkeys(given.resources, 0)
    for one in given.applications:
        option = one.option(pinned.get(one.id, one.current))
        for name, places in option.demand.items() if option else ():
            taken[name] += places * one.count
    places = {name: max(free, taken[name]) for name, free in given.resources.items()}
    return msgspec.structs.replace(given, resources=places)
