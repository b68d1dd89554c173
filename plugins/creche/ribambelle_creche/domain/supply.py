"""Which places does a crèche give to a commission, half-day by half-day?

What is free on the day of the first entries: places less the children still there, then what the
crèche says will move before that day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ribambelle_creche.domain.age import GROUPS, AgeLimits, school_entry
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.capacity import PLACES, Place
from ribambelle_creche.domain.week import DAYS, HALVES

STATES = {"expected": "Attendues", "declared": "Déclarées", "validated": "Validées"}
MOVES = {
    "departure": "Départ",
    "section": "Changement de section",
    "entry": "Entrée déjà prévue",
}
LEGAL_SHARE = 115
"""Children at one instant, for a hundred authorised places (CSP, art. R. 2324-27)."""
Cells = dict[Place, int]


@dataclass(frozen=True, slots=True)
class Presence:
    """A child with a contract: its half-days, from when, until when."""

    born_on: date | None
    slots: int
    first: date
    last: date | None = None

    @property
    def leaves_on(self) -> date | None:
        """The last day in the crèche: as written, or the eve of school.

        >>> Presence(date(2024, 6, 1), 1023, date(2025, 1, 6)).leaves_on
        datetime.date(2027, 8, 31)
        """
        if self.last is not None or self.born_on is None:
            return self.last
        return school_entry(self.born_on) - timedelta(days=1)

    def is_here(self, day: date) -> bool:
        """Tell whether the child is still, or already, there on a day.

        >>> zoe = Presence(date(2026, 3, 14), 1023, date(2026, 9, 1), date(2027, 1, 29))
        >>> zoe.is_here(date(2027, 1, 29)), zoe.is_here(date(2027, 1, 30))
        (True, False)
        """
        return self.first <= day and (self.leaves_on is None or day <= self.leaves_on)


@dataclass(frozen=True, slots=True)
class Move:
    """What frees or takes places by a day: a departure, a change of section, an entry."""

    kind: str
    group: str
    slots: int
    on: date
    children: int = 1
    into: str = ""


def half_days(slots: int) -> list[tuple[int, str]]:
    """Return the half-days of a week kept as a number.

    >>> half_days(3), half_days(1 << 9)
    ([(0, 'am'), (0, 'pm')], [(4, 'pm')])
    """
    return [
        (weekday, half)
        for weekday in range(len(DAYS))
        for rank, half in enumerate(HALVES)
        if slots >> 2 * weekday + rank & 1
    ]


def present(children: Iterable[Presence], day: date, ages: AgeLimits) -> Cells:
    """Return how many children are there on a day, each in the group of its age that day.

    >>> tom = Presence(date(2025, 9, 20), 0b11, date(2026, 1, 5))
    >>> found = present([tom], date(2026, 11, 2), AgeLimits())
    >>> found["babies", 0, "am"], found["middle", 0, "am"]
    (1, 0)
    >>> present([tom], date(2027, 1, 4), AgeLimits())["middle", 0, "am"]
    1
    """
    cells = dict.fromkeys(PLACES, 0)
    for child in children:
        if not child.is_here(day):
            continue
        group = ages.group(child.born_on, day) if child.born_on else GROUPS[-1]
        for when in half_days(child.slots):
            cells[group, *when] += 1
    return cells


def less(places: Mapping[Place, int], taken: Mapping[Place, int]) -> Cells:
    """Return the places left, never under zero.

    >>> place = ("babies", 0, "am")
    >>> less({place: 8}, {place: 6})[place], less({place: 8}, {place: 9})[place]
    (2, 0)
    """
    return {place: max(0, places.get(place, 0) - taken.get(place, 0)) for place in PLACES}


def by_then(
    free: Mapping[Place, int],
    places: Mapping[Place, int],
    here: Mapping[Place, int],
    there: Mapping[Place, int],
) -> Cells:
    """Return what is free on a later day: what is today, and who leaves, enters or grows by then.

    A crèche that keeps no list of its children says nothing of them: its free places of today stand.

    >>> monday = ("babies", 0, "am")
    >>> by_then({monday: 2}, {monday: 8}, {monday: 6}, {monday: 1})[monday]
    7
    >>> by_then({monday: 2}, {monday: 8}, {}, {monday: 3})[monday]
    0
    """
    return {
        place: min(
            places.get(place, 0),
            max(0, free.get(place, 0) + here.get(place, 0) - there.get(place, 0)),
        )
        for place in PLACES
    }


def moved(cells: Mapping[Place, int], moves: Iterable[Move], day: date, sign: int = 1) -> Cells:
    """Return the free places once what happens by a day has happened, never under zero.

    A departure frees, an entry takes; a change of section frees in the group left and takes in the
    group joined. What comes after the day does not count: the place would not be free in time.

    >>> monday = ("babies", 0, "am")
    >>> start, before = date(2027, 9, 1), date(2027, 8, 31)
    >>> moved({monday: 1}, [Move("departure", "babies", 1, before, children=2)], start)[monday]
    3
    >>> after = moved({monday: 1}, [Move("section", "babies", 1, before, 1, "middle")], start)
    >>> after[monday], after["middle", 0, "am"]
    (2, 0)
    >>> moved({monday: 1}, [Move("departure", "babies", 1, date(2027, 9, 2))], start)[monday]
    1
    """
    found = {place: cells.get(place, 0) for place in PLACES}
    for move in moves:
        if move.on > day:
            continue
        for when in half_days(move.slots):
            freed = -move.children if move.kind == "entry" else move.children
            found[move.group, *when] += sign * freed
            if move.kind == "section":
                found[move.into, *when] -= sign * move.children
    return {place: max(0, number) for place, number in found.items()}


def carried(
    declared: Mapping[Place, int], known: Mapping[Place, int], later: Mapping[Place, int]
) -> Cells:
    """Return the places of a later period: what is known by then, corrected as the first one was.

    >>> monday = ("babies", 0, "am")
    >>> carried({monday: 3}, {monday: 2}, {monday: 5})[monday]
    6
    """
    return {
        place: max(0, later.get(place, 0) + declared.get(place, 0) - known.get(place, 0))
        for place in PLACES
    }


def departures(children: Iterable[Presence], after: date, by: date) -> list[Presence]:
    """Return the children who leave between two days, the first to leave first.

    >>> zoe = Presence(date(2026, 3, 14), 1023, date(2026, 9, 1), date(2027, 1, 29))
    >>> departures([zoe], date(2026, 11, 25), date(2027, 2, 1)) == [zoe]
    True
    """
    gone = [one for one in children if one.leaves_on and after <= one.leaves_on < by]
    return sorted(gone, key=lambda one: one.leaves_on or by)


def most_overflow(authorised: int) -> int:
    """Return how many children above its authorisation a crèche may ever agree to: whole ones.

    CSP, art. R. 2324-27: 115 % at one instant, if the week stays under 100 % and the règlement
    says so.

    >>> most_overflow(30), most_overflow(12), most_overflow(6)
    (4, 1, 0)
    """
    return authorised * LEGAL_SHARE // 100 - authorised


def above(
    given: Mapping[Place, int], there: Mapping[Place, int], authorised: Authorised, overflow: int
) -> list[tuple[int, str, int]]:
    """Return the half-days where children and places given are more than may be there.

    >>> monday = ("babies", 0, "am")
    >>> above({monday: 5}, {monday: 28}, Authorised(30, {}), overflow=2)
    [(0, 'am', 33)]
    >>> above({monday: 4}, {monday: 28}, Authorised(30, {}), overflow=2)
    []
    >>> above({monday: 4}, {monday: 8}, Authorised(30, {"mon-am": 10}), overflow=2)
    [(0, 'am', 12)]
    """
    found = []
    for weekday in range(len(DAYS)):
        for half in HALVES:
            total = sum(
                cells.get((group, weekday, half), 0) for group in GROUPS for cells in (given, there)
            )
            allowed = authorised.at(f"{DAYS[weekday][0]}-{half}")
            if total > allowed + min(overflow, most_overflow(allowed)):
                found.append((weekday, half, total))
    return found


def is_late(state: str, closes_on: date, today: date) -> bool:
    """Tell whether a crèche is late: its places are expected for the day files are closed.

    >>> is_late("expected", date(2026, 12, 4), date(2026, 12, 5))
    True
    >>> is_late("declared", date(2026, 12, 4), date(2026, 12, 5))
    False
    """
    return state == "expected" and today > closes_on


def may_declare(supply: str, commission: str, *, is_office: bool) -> bool:
    """Tell whether places may still be changed: by the crèche until they are validated, by the
    town hall until the commission decides.

    >>> may_declare("declared", "open", is_office=False)
    True
    >>> may_declare("validated", "closed", is_office=False)
    False
    >>> may_declare("validated", "closed", is_office=True)
    True
    >>> may_declare("expected", "decided", is_office=True)
    False
    """
    return commission in ("open", "closed") and (is_office or supply != "validated")
