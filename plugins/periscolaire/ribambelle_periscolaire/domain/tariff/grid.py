"""What a council voted: prices with their dates, their way of rounding and their exceptions.

Amounts are whole cents, shares whole percents, rates are written as a percentage in a text
("0,55"), so that nothing is ever a floating number. In French: docs/rules/tarifs-periscolaires.md.
"""

import datetime
from typing import Annotated

import msgspec

Cents = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=1440)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Amount = Cents | tuple[Cents, ...]
"""One amount; or one by number of children: for one, for two…, the last for all the following."""


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Quotients from one to another, both included, in whole euros; no end for the last."""

    first: Annotated[int, msgspec.Meta(ge=0)]
    cents: Amount
    last: int | None = None


class Effort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A share of the quotient, between a floor and a ceiling."""

    percent: str | tuple[str, ...]
    """For example "0,55"; or one by number of children."""
    floor_cents: Cents
    ceiling_cents: Cents


class Siblings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What share of the price is due, by number of children: [100, 90, 80]."""

    percents: tuple[Percent, ...]


class Duration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price is that of so many minutes; the minutes of presence are counted by steps."""

    per_minutes: AtLeastOne = 60
    step_minutes: AtLeastOne = 1
    rounding: str = "up"
    """Steps begun (up), finished (down), or the nearest (half_up)."""
    free_minutes: Minutes = 0
    """Under or at this many minutes nothing is due; over, all of them are."""
    most_minutes: Minutes = 0
    """Minutes over this are not charged; 0 for no limit."""


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A share of the price for a stay of at most so many minutes; no end for the last."""

    percent: Percent
    last_minutes: Minutes | None = None


class OutOfTown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What those who live elsewhere pay: their own bands, one amount, or a share of the price."""

    bands: tuple[Band, ...] = ()
    cents: Amount | None = None
    percent: Percent | None = None


class Unbooked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What coming without a booking costs: cents or percents more, or another price."""

    add_cents: Cents = 0
    add_percent: Percent = 0
    instead_cents: Cents | None = None


class Absence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is due for a booked day when the child did not come."""

    justified_percent: Percent = 0
    unjustified_percent: Percent = 100
    certificate_hours: AtLeastOne | None = None
    """A certificate given within these hours excuses every day; later, `charged_days` are due."""
    charged_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The first days of an absence, due even when it is justified (carence)."""
    no_certificate_after_days: AtLeastOne | None = None
    """Past these days a certificate excuses nothing."""
    free_after_days: AtLeastOne | None = None
    """Past these days in a row nothing is due, justified or not."""


class Late(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a late pick-up costs, by step begun."""

    cents: Cents
    per_minutes: AtLeastOne = 15
    grace_minutes: Minutes = 0
    """Late by this much or less, nothing is due; later, every minute counts."""
    most_cents: Cents = 0
    """Never more than this for one evening; 0 for no limit."""


class Tariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price of some units of some activities, between two days, both included."""

    name: str
    activity: tuple[str, ...]
    unit: tuple[str, ...]
    first: datetime.date
    last: datetime.date | None = None
    round_to: int = 1
    rounding: str = "half_up"
    every: str = "unit"
    """What the price pays: each unit, or all those of a month, or of a school year."""
    flat: Amount | None = None
    bands: tuple[Band, ...] = ()
    effort: Effort | None = None
    count: str = "present"
    """Which children of the family make the number: present, enrolled, or the child's rank."""
    siblings: Siblings | None = None
    duration: Duration | None = None
    slots: tuple[Slot, ...] = ()
    out_of_town: OutOfTown | None = None
    unbooked: Unbooked | None = None
    absence: Absence | None = None
    late: Late | None = None
    missing_quotient_cents: Cents | None = None
    """Due while the quotient is not known; silent, the dearest amount."""
