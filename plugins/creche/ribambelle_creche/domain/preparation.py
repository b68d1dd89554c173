"""From what a commission saw to what the engine decides on: the files, the places, the reserves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from ribambelle_creche.domain import anywhere, resources
from ribambelle_creche.domain.admission import Application, Option, Pin, Reserve, Snapshot
from ribambelle_creche.domain.grid import Reserve as Promise
from ribambelle_creche.domain.insertion import Agreed, Duty, Present, manager_of
from ribambelle_creche.domain.resources import Asking, House
from ribambelle_creche.domain.week import SLOTS, WHOLE_PLACE

APART = {"together_preferred": "preferred", "one_is_fine": "one"}
"""What twins accept, when each may be placed for itself, in the engine's words."""
SCOPES = ("town", "manager", "facility")


@dataclass(frozen=True, slots=True)
class Seen:
    """One file as a commission saw it."""

    number: str
    points: int
    complete_at: datetime
    draw: int
    asked: Asking


class Extra(msgspec.Struct, frozen=True):
    """Places added to, or taken from, every half-day of one age group of one crèche."""

    facility: int
    group: str
    places: int


class Size(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reserve as a variant has it: one place in so many, or so many in all."""

    code: str
    per_places: int = 0
    quota: int = 0


class Changes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a variant changes; nothing changed is the proposal itself."""

    extra: tuple[Extra, ...] = ()
    grid: int | None = None
    """Another version of the points."""
    without_reserves: bool = False
    sizes: tuple[Size, ...] = ()
    """Reserves of another size, by their code."""
    pins: tuple[tuple[str, str | None, str], ...] = ()
    """File, option or nothing, reason: added to those of the commission."""

    @property
    def is_trial(self) -> bool:
        """Tell whether it counts by another rule than the one announced: it decides nothing.

        >>> Changes(grid=2).is_trial, Changes(sizes=(Size("insertion", quota=4),)).is_trial
        (True, True)
        >>> Changes(extra=(Extra(12, "babies", 1),)).is_trial
        False
        """
        return bool(self.grid or self.sizes or self.without_reserves)


@dataclass(frozen=True, slots=True)
class Lot:
    """Everything one commission is prepared from."""

    files: Sequence[Seen]
    houses: Sequence[House]
    managers: Mapping[int, str]
    """Who runs each crèche."""
    promises: Sequence[Promise] = ()
    exempt: Collection[int] = ()
    """Crèches that owe no place for insertion."""
    present: Sequence[Present] = ()
    """Children who hold a place for insertion already."""
    agreed: Sequence[Agreed] = ()
    """Places for insertion held by agreement all through the entries."""
    pins: Sequence[tuple[str, str | None, str]] = ()
    by_date: bool = True
    """Among equals, the earlier complete file passes; otherwise the draw alone."""
    held: Sequence[Extra] = ()
    """Places the commission keeps out of what it proposes."""
    changes: Changes = field(default_factory=Changes)
    further: Mapping[str, Collection[int]] = field(default_factory=dict)
    """Crèches beyond the nearest ones where a file that accepts any would have a place."""

    @property
    def places(self) -> dict[str, int]:
        """What may run out, once a variant opened or closed places and those held are kept out.

        >>> monday = {("babies", 0, "am"): 3}
        >>> lot = Lot((), [House(12, (monday,), ({},), 10)], {}, held=[Extra(12, "babies", 2)])
        >>> lot.places["12/babies/mon-am"], lot.places["12/all/mon-am"]
        (1, 8)
        """
        kept_out = [Extra(one.facility, one.group, -one.places) for one in self.held]
        return with_extra(resources.of_all(self.houses), [*self.changes.extra, *kept_out])


def snapshot(lot: Lot) -> Snapshot:
    """Return what the engine decides on.

    >>> from datetime import UTC
    >>> monday = {("babies", 0, "am"): 1}
    >>> asked = Asking(("babies",), (1,), (12,), {12: 20})
    >>> zoe = Seen("C-1", 40, datetime(2026, 3, 1, tzinfo=UTC), 7, asked)
    >>> found = snapshot(Lot([zoe], [House(12, (monday,), ({},), 10)], {12: "Ville"}))
    >>> found.applications[0].options[0].id, found.applications[0].options[0].bonus
    ('12/babies/0', 20)
    >>> found.resources["12/babies/mon-am"], "12/babies/tue-am" in found.resources
    (1, False)

    A Saturday asked of a crèche that is closed then is refused on that half-day.

    >>> zoe = Seen("C-1", 40, zoe.complete_at, 7, Asking(("babies",), (1 << 10,), (12,)))
    >>> snapshot(Lot([zoe], [House(12, (monday,), ({},), 10)], {})).resources["12/babies/sat-am"]
    0
    """
    houses = {house.facility: house for house in lot.houses}
    places = lot.places
    files = [
        one
        for seen in lot.files
        for one in applications(
            seen, houses, places, lot.further.get(seen.number, ()), by_date=lot.by_date
        )
    ]
    asked = {name for one in files for option in one.options for name in option.demand}
    promises = () if lot.changes.without_reserves else resized(lot.promises, lot.changes.sizes)
    return Snapshot(
        # a Saturday asked of a crèche that is closed then has no place at all, and says so
        {name: places.get(name, 0) for name in sorted(asked)},
        tuple(files),
        tuple(pins(files, [*lot.pins, *lot.changes.pins])),
        tuple(reserve for one in promises for reserve in reserves(one, lot)),
    )


def applications(
    seen: Seen,
    houses: Mapping[int, House],
    places: Mapping[str, int] | None = None,
    further: Collection[int] = (),
    *,
    by_date: bool = True,
) -> list[Application]:
    """Return a file as the engine reads it: one a child, when twins may be placed apart.

    :param places: what the crèches give; without it, crèches the family did not name are left out.

    >>> from datetime import UTC
    >>> at, house = datetime(2026, 3, 1, tzinfo=UTC), {12: House(12, ({},), ({},), 10)}
    >>> twins = Asking(("babies",), (1,), (12,), count=2, together="one_is_fine")
    >>> [one.id for one in applications(Seen("C-1", 0, at, 0, twins), house)]
    ['C-1.1', 'C-1.2']
    >>> both = Asking(("babies",), (1,), (12,), count=2, together="together_only")
    >>> [(one.id, one.count) for one in applications(Seen("C-1", 0, at, 0, both), house)]
    [('C-1', 2)]
    """
    asked = seen.asked
    mode: Any = APART.get(asked.together) if asked.count > 1 else None
    children = asked.count if mode else 1
    told = resources.options(asked, houses)
    told += anywhere.added(asked, houses, places or {}, 1 if mode else asked.count, further)
    options = tuple(msgspec.convert(option, Option) for option in told)
    return [
        Application(
            id=f"{seen.number}.{child + 1}" if mode else seen.number,
            points=seen.points,
            complete_at=seen.complete_at.isoformat() if by_date else "1970-01-01",
            draw=seen.draw,
            options=options,
            count=1 if mode else asked.count,
            flags=asked.flags,
            group=seen.number if mode else None,
            group_mode=mode,
        )
        for child in range(children)
    ]


def file_of(application: str) -> str:
    """Return the number of the file of one application.

    >>> file_of("C-2041.2"), file_of("C-2041")
    ('C-2041', 'C-2041')
    """
    return application.partition(".")[0]


def pins(files: Iterable[Application], decided: Iterable[tuple[str, str | None, str]]) -> list[Pin]:
    """Return the pins of a commission, one for each child of a pinned file."""
    by_file: dict[str, list[str]] = {}
    for one in files:
        by_file.setdefault(file_of(one.id), []).append(one.id)
    last = {number: (option, reason) for number, option, reason in decided}
    return [
        Pin(name, reason, option)
        for number, (option, reason) in last.items()
        for name in by_file.get(number, ())
    ]


def with_extra(places: Mapping[str, int], extra: Iterable[Extra]) -> dict[str, int]:
    """Return the places once a variant opened or closed some, the whole crèche's with them.

    >>> with_extra({"12/babies/mon-am": 1, "12/all/mon-am": 1, "12/all/week": 9},
    ...            [Extra(12, "babies", 1)])
    {'12/babies/mon-am': 2, '12/all/mon-am': 2, '12/all/week': 10}
    """
    found = dict(places)
    for one in extra:
        added = 0
        for slot in SLOTS:
            for end in ("", "@2"):
                for group in (one.group, "all"):
                    name = f"{one.facility}/{group}/{slot}{end}"
                    if name in found:
                        found[name] = max(0, found[name] + one.places)
                        added += one.places * (group == one.group and not end)
        for name in (f"{one.facility}/all/week", f"{one.facility}/all/week@2"):
            if name in found:
                found[name] = max(0, found[name] + added)
    return found


def resized(promises: Iterable[Promise], sizes: Iterable[Size]) -> list[Promise]:
    """Return the reserves of the points, those a variant changes with its size.

    >>> from ribambelle_creche.domain.grid.conditions import condition
    >>> one = Promise("insertion", "Insertion", "manager", condition("insertion"), per_places=20)
    >>> (found,) = resized([one], [Size("insertion", per_places=10)])
    >>> found.per_places, found.quota
    (10, 0)
    """
    asked = {one.code: one for one in sizes}
    return [
        msgspec.structs.replace(
            one, per_places=asked[one.code].per_places, quota=asked[one.code].quota
        )
        if one.code in asked
        else one
        for one in promises
    ]


def reserves(promise: Promise, lot: Lot) -> list[Reserve]:
    """Return what a promise of the grid keeps: for the town, each manager or each crèche.

    One place in so many is counted on the whole weeks that are given, ten half-days each. For
    insertion the law counts the authorised places, whether they are given or held, and takes off
    the children who hold one already: domain.insertion.

    >>> from ribambelle_creche.domain.grid.conditions import condition
    >>> law = Promise("insertion", "", "manager", condition("insertion"), per_places=20)
    >>> houses = [House(12, ({("babies", 0, "am"): 3},), ({},), 45), House(15, ({},), ({},), 15)]
    >>> ville = Lot([], houses, {12: "Ville", 15: "Ville"}, present=[Present(15, "Zoé")])
    >>> [(one.code, one.facilities, one.quota) for one in reserves(law, ville)]
    [('insertion:Ville', ('12', '15'), 2)]
    >>> from dataclasses import replace
    >>> from datetime import date
    >>> from dataclasses import replace
    >>> signed = Agreed(15, 1, date(2027, 1, 1))
    >>> [one.quota for one in reserves(law, replace(ville, agreed=[signed]))]
    [1]
    """
    found = []
    for key, inside in _scoped(promise.scope, lot):
        quota = _quota(promise, inside, lot)
        if quota:
            code = f"{promise.code}:{key}" if key else promise.code
            facilities = tuple(str(house.facility) for house in inside)
            found.append(Reserve(code, facilities, quota, promise.code))
    return found


def _scoped(scope: str, lot: Lot) -> list[tuple[str, list[House]]]:
    """Return the crèches a promise is counted over together; who names no manager is alone."""
    found: dict[tuple[str, int], list[House]] = {}
    for house in lot.houses:
        number = house.facility
        key = {"town": ("", 0), "manager": manager_of(lot.managers.get(number, ""), number)}.get(
            scope, ("", number)
        )
        found.setdefault(key, []).append(house)
    names = {
        key: lot.managers[inside[0].facility] if key[0] else str(key[1] or "")
        for key, inside in found.items()
    }
    return [(names[key], inside) for key, inside in sorted(found.items())]


def _quota(promise: Promise, inside: Sequence[House], lot: Lot) -> int:
    if not promise.is_for_insertion:
        return promise.places(sum(given(house) for house in inside) // WHOLE_PLACE)
    numbers = {house.facility for house in inside}
    authorised = sum(house.authorised for house in inside if house.facility not in lot.exempt)
    children = {one.child for one in lot.present if one.facility in numbers}
    agreed = sum(one.places for one in lot.agreed if one.facility in numbers)
    return Duty("", (), authorised, len(children), agreed).left(promise.per_places)


def given(house: House) -> int:
    """Return the half-days a crèche gives in the first period."""
    return sum(house.given[0].values())
