"""How many children may be there at once, with this licence, this room and these adults?

The law counts children per adult by age, time and project (CASF R227-16), for declared centres only:
a canteen, a simple garderie and the minimum service of a strike have no ratio. What counts is the
fullest moment of the day, never the average.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Literal

from ribambelle.errors import Refused

Band = Literal["under_six", "six_and_over"]
BANDS: tuple[Band, ...] = ("under_six", "six_and_over")
SIX = 6
LONG_HOURS = 5
"""Over five hours in a row, or on an outing, an adult looks after fewer children."""
DIRECTOR_COUNTS_UP_TO = 50
MOST = 300
"""A declared centre takes 300 children at most (CASF R227-1)."""
UNLIMITED = 10_000
"""Children an adult may look after where the law sets no ratio."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Children one adult may look after, under six and from six on."""

    under_six: int
    six_and_over: int


WITHOUT_RATIO = Ratio(UNLIMITED, UNLIMITED)
RATIOS: dict[tuple[str, bool], Ratio] = {
    ("periscolaire", False): Ratio(10, 14),
    ("periscolaire", True): Ratio(8, 12),
    ("periscolaire_pedt", False): Ratio(14, 18),
    ("periscolaire_pedt", True): Ratio(10, 14),
    ("extrascolaire", False): Ratio(8, 12),
    ("extrascolaire", True): Ratio(8, 12),
    ("none", False): WITHOUT_RATIO,
    ("none", True): WITHOUT_RATIO,
}
"""By regime, and whether the stay is long or outside (CASF R227-15 and R227-16, decree 2018-647)."""
REGIMES = tuple(dict.fromkeys(regime for regime, _ in RATIOS))


@dataclass(frozen=True, slots=True)
class Children:
    """Children by age band."""

    under_six: int = 0
    six_and_over: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.under_six + self.six_and_over


@dataclass(frozen=True, slots=True)
class Staff:
    """Adults present, by the age band they look after; the director apart."""

    under_six: int = 0
    six_and_over: int = 0
    director: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """How many children of each band may come, how many in all, and what sets the limit."""

    under_six: int
    six_and_over: int
    total: int
    limited_by: str
    """licence, room, staff, or law (300 children)."""


def ratio(regime: str, *, is_long: bool = False, is_outing: bool = False) -> Ratio:
    """Return how many children one adult may look after.

    With an educational project (PEDT) and five hours at most, one adult for 14 or 18; on an outing
    as over five hours, one for 10 or 14.

    >>> ratio("periscolaire"), ratio("periscolaire_pedt", is_outing=True)
    (Ratio(under_six=10, six_and_over=14), Ratio(under_six=10, six_and_over=14))
    >>> ratio("extrascolaire")
    Ratio(under_six=8, six_and_over=12)
    """
    is_long = is_long or (is_outing and regime == "periscolaire_pedt")
    try:
        return RATIOS[regime, is_long]
    except KeyError:
        raise Refused("unknown_regime", regime=regime) from None


def needed(children: Children, rule: Ratio, *, mixed: bool = False) -> int:
    """Return how many adults these children need, director not counted.

    Each band has its own adults; in a mixed group an adult's attention is shared, and the parts add
    up before rounding.

    >>> needed(Children(12, 15), ratio("periscolaire"))
    4
    >>> needed(Children(12, 15), ratio("periscolaire"), mixed=True)
    3
    """
    if rule is WITHOUT_RATIO:
        return min(children.total, 1)
    if not mixed:
        return _up(children.under_six, rule.under_six) + _up(
            children.six_and_over, rule.six_and_over
        )
    parts = children.under_six * rule.six_and_over + children.six_and_over * rule.under_six
    return _up(parts, rule.under_six * rule.six_and_over)


def is_enough(children: Children, staff: Staff, rule: Ratio, *, mixed: bool = False) -> bool:
    """Tell whether the adults present are enough for these children.

    Up to fifty children the director is one of them (CASF R227-17).

    >>> staff = Staff(under_six=1, six_and_over=1, director=True)
    >>> is_enough(Children(12, 14), staff, ratio("periscolaire"))
    True
    >>> is_enough(Children(12, 15), staff, ratio("periscolaire"))
    False
    """
    spare = staff.director and children.total <= DIRECTOR_COUNTS_UP_TO
    if mixed or rule is WITHOUT_RATIO:
        return needed(children, rule, mixed=mixed) <= staff.under_six + staff.six_and_over + spare
    missing = max(_up(children.under_six, rule.under_six) - staff.under_six, 0)
    missing += max(_up(children.six_and_over, rule.six_and_over) - staff.six_and_over, 0)
    return missing <= spare


def capacity(
    licence: int | None,
    room: int | None,
    staff: Staff,
    rule: Ratio,
    *,
    director_with: Band = "under_six",
) -> Places:
    """Return how many children may come: the least of licence, room and staff.

    The director, up to fifty children, looks after one band, said by `director_with`.
    Nothing known of the licence or the room sets no limit; the law's 300 always does.

    >>> capacity(60, 45, Staff(1, 2), ratio("periscolaire"))
    Places(under_six=10, six_and_over=28, total=38, limited_by='staff')
    >>> capacity(60, 30, Staff(1, 2), ratio("periscolaire"))
    Places(under_six=10, six_and_over=28, total=30, limited_by='room')
    >>> capacity(80, None, Staff(2, 2, director=True), ratio("periscolaire")).total
    50
    """
    bands = [staff.under_six * rule.under_six, staff.six_and_over * rule.six_and_over]
    by_staff = sum(bands)
    if staff.director and by_staff < DIRECTOR_COUNTS_UP_TO:
        # The director stops counting at the 51st child: one more adult never opens a 51st place.
        own = BANDS.index(director_with)
        bands[own] += (rule.under_six, rule.six_and_over)[own]
        by_staff = min(sum(bands), DIRECTOR_COUNTS_UP_TO)
    if rule is WITHOUT_RATIO:
        bands, by_staff = [UNLIMITED, UNLIMITED], UNLIMITED if any(_adults(staff)) else 0
    limits = {"staff": by_staff, "room": room, "licence": licence, "law": MOST}
    known = {name: count for name, count in limits.items() if count is not None}
    limited_by = min(known, key=lambda name: known[name])
    total = known[limited_by]
    return Places(min(bands[0], total), min(bands[1], total), total, limited_by)


def peak(stays: Iterable[tuple[time, time]]) -> int:
    """Return how many are there at the fullest moment; who leaves at an hour frees the place.

    >>> evening = [(time(16, 30), time(17, 30)), (time(16, 30), time(18)), (time(17, 30), time(18))]
    >>> peak(evening)
    2
    """
    moves = sorted(move for come, go in stays if come < go for move in ((come, 1), (go, -1)))
    there = most = 0
    for _, step in moves:
        there += step
        most = max(most, there)
    return most


def peak_by_age(stays: Iterable[tuple[time, time, int]], rule: Ratio) -> Children:
    """Return the children of the moment that needs the most adults; each stay ends with an age.

    >>> stays = [(time(16), time(18), 4), (time(16), time(17), 9), (time(17), time(18), 9)]
    >>> peak_by_age(stays, ratio("periscolaire"))
    Children(under_six=1, six_and_over=1)
    """
    known = list(stays)
    moments = sorted({come for come, go, _ in known if come < go})
    found = [
        Children(
            sum(come <= at < go and age < SIX for come, go, age in known),
            sum(come <= at < go and age >= SIX for come, go, age in known),
        )
        for at in moments
    ]
    return max(found, key=lambda one: (needed(one, rule), one.total), default=Children())


def _adults(staff: Staff) -> tuple[int, int, int]:
    return staff.under_six, staff.six_and_over, int(staff.director)


def _up(count: int, by: int) -> int:
    return -(-count // by)
