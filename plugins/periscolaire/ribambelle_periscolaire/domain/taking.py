"""Who gets the place? What a family asks, decided line by line against what is already held.

Nothing here waits or reads: the caller holds the lock, hands in what stands, and writes what
changes. Places are never given twice because every part of a unit is counted before it is taken.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from ribambelle_periscolaire.domain.activities import each
from ribambelle_periscolaire.domain.bookings import HOLDING
from ribambelle_periscolaire.domain.catalogue import Catalogue, Unit, in_order
from ribambelle_periscolaire.domain.doors import Doors, Pupil, Reason

Wish = Literal["book", "cancel", "absent"]
Outcome = Literal["booked", "waiting", "cancelled", "absent", "unchanged", "refused"]
Spot = tuple[int, date, int]
"""A group, a day and a part of it: what is counted."""
Key = tuple[int, date, int]
"""A child, a day and a unit: what is booked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One box a family wants changed."""

    child: int
    unit: int
    day: date
    wish: Wish
    absence: str = ""

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.child, self.day, self.unit


@dataclass(frozen=True, slots=True)
class Held:
    """One booking as it stands."""

    state: str
    group: int
    price: int | None = None
    cents: int = 0
    payer: int | None = None
    line: int = 0
    absence: str = ""
    offered_until: datetime | None = None
    home: int | None = None
    """Where whoever pays lives; None when it was not read."""


@dataclass(slots=True)
class Fill:
    """How full a spot is."""

    capacity: int | None
    taken: int = 0
    waiting: int = 0
    staff: int | None = None

    @property
    def has_room(self) -> bool:
        """Tell whether one more child fits; no capacity is no limit."""
        return self.capacity is None or self.taken < self.capacity


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one box: done, waiting with a rank, or refused with a reason."""

    wanted: Wanted
    outcome: Outcome
    reason: Reason | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One booking to write, and the event that tells it."""

    key: Key
    act: str
    held: Held


@dataclass
class Taking:
    """What stands, changed line by line as lines are decided; `changes` is what to write.

    :param fills: by spot; one that nobody booked yet is there all the same.
    """

    doors: Doors
    pupils: Mapping[int, Pupil]
    held: dict[Key, Held]
    fills: dict[Spot, Fill]
    payer_on: Callable[[int, date], int | None] = lambda child, day: None
    """Who pays for a child on a day: an adult of the register."""
    waiting_allowed: bool = True
    home: int | None = None
    """Where whoever asks lives; None for the town hall, which is told every price."""
    home_on: Callable[[int, date], int | None] = lambda child, day: None
    """Where whoever pays for a child on a day lives."""
    changes: list[Change] = field(default_factory=list)
    touched: set[Spot] = field(default_factory=set)
    freed: set[tuple[int, date]] = field(default_factory=set)
    prices: dict[str, int] = field(default_factory=dict)
    """Numbers of the prices given, by name."""

    @property
    def catalogue(self) -> Catalogue:
        """What the commune opens."""
        return self.doors.catalogue

    def pays(self, child: int, day: date, held: Held | None = None) -> bool:
        """Tell whether the home that asks pays for a child on a day, or paid for what is held."""
        if self.home is None:
            return True
        home = held.home if held and held.home is not None else self.home_on(child, day)
        return home == self.home

    def decide(self, wanted: Sequence[Wanted]) -> list[Line]:
        """Decide every line: what is given back first, then what is asked, needed units before."""
        units = self.catalogue.units
        ranks = {unit.id: rank for rank, unit in enumerate(in_order(list(units.values())), 1)}

        def turn(place: int) -> tuple[int, int]:
            rank = ranks.get(wanted[place].unit, 0)
            # a needed unit is taken before what needs it, and given back after
            return (rank if wanted[place].wish == "book" else -rank), place

        decided = {
            place: self._one(wanted[place]) for place in sorted(range(len(wanted)), key=turn)
        }
        return [decided[place] for place in range(len(wanted))]

    def _one(self, wanted: Wanted) -> Line:
        pupil, unit = self.pupils.get(wanted.child), self.catalogue.units.get(wanted.unit)
        if pupil is None or unit is None:
            return Line(wanted, "refused", Reason("unknown"))
        match wanted.wish:
            case "book":
                return self._book(wanted, pupil, unit)
            case "cancel":
                return self._cancel(wanted, pupil, unit)
            case _:
                return self._be_absent(wanted, pupil, unit)

    def _book(self, wanted: Wanted, pupil: Pupil, unit: Unit) -> Line:
        now = self.held.get(wanted.key)
        if now and now.state in {"booked", "waiting", "offered"}:
            return Line(wanted, "unchanged", rank=self._rank(wanted.key, unit))
        if reason := self.doors.shut(pupil, unit, wanted.day, "add"):
            return Line(wanted, "refused", reason)
        if reason := self._conflict(wanted, unit):
            return Line(wanted, "refused", reason)
        group = self.doors.group(pupil, self.catalogue.by_id[unit.activity], wanted.day)
        assert group is not None  # the doors refuse a child no group receives
        spots = self.spots(group.id, unit, wanted.day)
        payer = self.payer_on(pupil.id, wanted.day)
        if all(self.fills[spot].has_room for spot in spots):
            self.put(wanted.key, unit, "book", Held("booked", group.id, payer=payer))
            return Line(wanted, "booked")
        if not self.waiting_allowed or (now and now.state == "absent"):
            return Line(wanted, "refused", Reason("full"))
        self.put(wanted.key, unit, "wait", Held("waiting", group.id, payer=payer))
        return Line(wanted, "waiting", rank=max(self.fills[spot].waiting for spot in spots))

    def _conflict(self, wanted: Wanted, unit: Unit) -> Reason | None:
        for rival in self.catalogue.rivals(unit):
            if self._stands(wanted.child, wanted.day, rival.id):
                return Reason("choice_taken", about=rival.name)
        if unit.needs and not self._stands(wanted.child, wanted.day, unit.needs, {"booked"}):
            needed = self.catalogue.units.get(unit.needs)
            return Reason("needs", about=needed.name if needed else "")
        return None

    def _cancel(self, wanted: Wanted, pupil: Pupil, unit: Unit) -> Line:
        now = self.held.get(wanted.key)
        if now is None or now.state in {"cancelled", "closed"}:
            return Line(wanted, "unchanged")
        if self.doors.with_other(pupil.id, wanted.day):
            return Line(wanted, "refused", Reason("elsewhere"))
        if now.state == "booked":  # one may leave a waiting line at any time
            waited = self._waited(now.group, unit, wanted.day)
            if reason := self.doors.shut(pupil, unit, wanted.day, "cancel", waited=waited):
                return Line(wanted, "refused", reason)
        elif now.state == "absent":
            return Line(wanted, "unchanged")
        for other in self.catalogue.units.values():
            if other.needs == unit.id and self._stands(wanted.child, wanted.day, other.id):
                return Line(wanted, "refused", Reason("needed", about=other.name))
        act = "decline" if now.state == "offered" else "cancel"
        self.put(wanted.key, unit, act, Held("cancelled", now.group, payer=now.payer))
        return Line(wanted, "cancelled")

    def _be_absent(self, wanted: Wanted, pupil: Pupil, unit: Unit) -> Line:
        now = self.held.get(wanted.key)
        if now is None or now.state != "booked":
            return Line(wanted, "unchanged")
        waited = self._waited(now.group, unit, wanted.day)
        reason = self.doors.shut(pupil, unit, wanted.day, "cancel", waited=waited)
        if reason is None:  # still time: nothing will be due
            return self._cancel(wanted, pupil, unit)
        # whoever may not book that day may not say the child absent either; a cut-off never stops it
        if reason.code not in {"too_late", "not_yet", "not_enrolled"}:
            return Line(wanted, "refused", reason)
        self.put(
            wanted.key,
            unit,
            "absent",
            Held("absent", now.group, now.price, now.cents, now.payer, absence=wanted.absence),
        )
        return Line(wanted, "absent")

    def put(self, key: Key, unit: Unit, act: str, after: Held) -> None:
        """Change one booking, and count the places it takes or gives back."""
        before = self.held.get(key)
        _, day, _ = key
        if before:
            self._count(before, unit, day, -1)
            if before.state in HOLDING and after.state not in HOLDING:
                self.freed.add((before.group, day))
        self._count(after, unit, day, 1)
        self.held[key] = after
        self.changes.append(Change(key, act, after))

    def _count(self, held: Held, unit: Unit, day: date, by: int) -> None:
        if held.state not in HOLDING and held.state != "waiting":
            return
        for spot in self.spots(held.group, unit, day):
            fill = self.fills[spot]
            if held.state == "waiting":
                fill.waiting += by
            else:
                fill.taken += by
            self.touched.add(spot)

    def _stands(
        self,
        child: int,
        day: date,
        unit: int,
        states: Iterable[str] = ("booked", "offered", "waiting"),
    ) -> bool:
        found = self.held.get((child, day, unit))
        return found is not None and found.state in states

    def _waited(self, group: int, unit: Unit, day: date) -> bool:
        return any(self.fills[spot].waiting for spot in self.spots(group, unit, day))

    def _rank(self, key: Key, unit: Unit) -> int:
        now = self.held[key]
        if now.state != "waiting":
            return 0
        return max(self.fills[spot].waiting for spot in self.spots(now.group, unit, key[1]))

    @staticmethod
    def spots(group: int, unit: Unit, day: date) -> list[Spot]:
        """Return what a unit takes of a group on a day."""
        return [(group, day, part) for part in each(unit.parts)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One booking that waits, and its place in the line."""

    key: Key
    held: Held


def offer(
    taking: Taking, waiting: Iterable[Waiting], until: Mapping[Key, datetime]
) -> list[Change]:
    """Offer what is free to those who wait, first in line first; who does not fit is passed over.

    :param until: until when each may answer; one that is absent can no longer be served in time.
    """
    made: list[Change] = []
    for one in sorted(waiting, key=lambda queued: queued.held.line):
        _, day, number = one.key
        unit = taking.catalogue.units[number]
        spots = taking.spots(one.held.group, unit, day)
        if one.key not in until or not all(taking.fills[spot].has_room for spot in spots):
            continue
        after = Held(
            "offered",
            one.held.group,
            one.held.price,
            one.held.cents,
            one.held.payer,
            line=one.held.line,
            offered_until=until[one.key],
        )
        taking.held[one.key] = one.held
        taking.put(one.key, unit, "offer", after)
        made.append(taking.changes[-1])
    return made
