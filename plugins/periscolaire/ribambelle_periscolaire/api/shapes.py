"""What travels between the périscolaire and programs."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from ribambelle.api.paging import Number, Paged


class Unit(msgspec.Struct, frozen=True):
    """What one booking takes on one day; `weekdays` count from 1, Monday."""

    id: int
    code: str
    name: str
    begins: str
    ends: str
    weekdays: list[int]
    is_meal: bool
    needs: int | None
    choice: str


class Group(msgspec.Struct, frozen=True):
    """Children received together, of one school or of all."""

    id: int
    name: str
    school: int | None
    from_age: int
    to_age: int


class Activity(msgspec.Struct, frozen=True):
    """What the commune opens to families."""

    id: int
    code: str
    name: str
    kind: str
    runs: str
    booked: str
    place: str
    units: list[Unit]
    groups: list[Group]


class Why(msgspec.Struct, frozen=True):
    """Why something cannot be: a code that stays, and a sentence for a person."""

    code: str
    detail: str
    at: datetime | None = None


class Slot(msgspec.Struct, frozen=True):
    """How many places one group has left for one unit on one day.

    `state` is ``open``, ``full`` (who books now waits) or ``shut``; no `remaining` is no limit.
    """

    day: date
    activity: int
    unit: int
    group: int
    state: str
    remaining: int | None
    waiting: int
    until: datetime | None
    reason: Why | None


class Booking(msgspec.Struct, frozen=True):
    """One unit booked for one child on one day, as it stands."""

    id: int
    child: int
    activity: int
    unit: int
    group: int
    day: date
    state: str
    price_cents: int | None
    absence: str
    changed_at: datetime


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One unit on one day."""

    unit: Number
    day: date


class Week(msgspec.Struct, frozen=True):
    """All that a child shall have booked in a week.

    What stands and is not in it is cancelled; `activities` keeps that to some of them.
    """

    bookings: Annotated[list[Box], msgspec.Meta(max_length=300)]
    activities: Annotated[list[Number], msgspec.Meta(max_length=100)] | None = None


class Line(msgspec.Struct, frozen=True):
    """What became of one unit on one day.

    `outcome` is ``booked``, ``waiting``, ``cancelled``, ``unchanged`` or ``refused``; `state` and
    `price_cents` are what stands after it.
    """

    unit: int
    day: date
    wish: str
    outcome: str
    state: str
    price_cents: int | None
    rank: int | None
    reason: Why | None


class Answer(msgspec.Struct, frozen=True):
    """What became of each line that was asked, and of each that had to go."""

    child: int
    lines: list[Line]


class Door(msgspec.Struct, frozen=True):
    """One unit on one day as the child's family sees it.

    `look` is ``free``, ``on`` (may be cancelled), ``fixed`` (may not change) or ``offered``.
    """

    unit: int
    day: date
    look: str
    state: str
    remaining: int | None
    price_cents: int | None
    reason: Why | None


class WeekSeen(msgspec.Struct, frozen=True):
    """A child's week: what stands, and what may change."""

    child: int
    monday: date
    doors: list[Door]


class Child(msgspec.Struct, frozen=True):
    """One child one may book for, as a school year has it."""

    id: int
    given_name: str
    school: int | None
    school_name: str
    class_name: str
    activities: list[int]


class Children(Paged, frozen=True, kw_only=True):
    """Which school year is asked about, by the year it begins in."""

    year: Annotated[int, msgspec.Meta(ge=2020, le=2099)] | None = None


class Slots(Paged, frozen=True, kw_only=True):
    """Which places are asked about."""

    activity: Number
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


class Bookings(Paged, frozen=True, kw_only=True):
    """Whose bookings are asked for: those of a child, or of the children of a household."""

    child: Number | None = None
    family: Number | None = None
    first: date = msgspec.field(name="from", default=date(2000, 1, 1))
    last: date = msgspec.field(name="to", default=date(2099, 12, 31))
