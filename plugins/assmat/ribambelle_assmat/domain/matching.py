"""Which childminders suit a family best, and what is missing from each, in words?"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ribambelle_assmat.domain.availability import Standing
from ribambelle_assmat.domain.slots import told

GROUPS = {
    "whole": "Tout ce que vous cherchez",
    "part": "Une partie de ce que vous cherchez",
    "ask": "À vérifier avec elle",
    "full": "Pas de place aujourd’hui",
}
"""In the order a family reads them."""
RANKS = {group: rank for rank, group in enumerate(GROUPS)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a family looks for."""

    moments: int = 0
    """As `slots` counts them; 0: it did not say."""
    start: date | None = None
    months: int | None = None
    """Age of the child at the start."""
    is_urgent: bool = False
    """A short replacement will do: whoever takes one is free for it."""


class Offered(NamedTuple):
    """One accredited place: where it stands, and when she takes a child."""

    standing: Standing
    moments: int = 0
    """0: she did not say."""
    takes_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """How well a place suits."""

    group: str
    missing: int = 0
    """Moments asked and not free."""
    late: date | None = None
    """When it opens, if that is after the day wished."""
    opens: date | None = None
    """When it opens, if it is not free yet."""
    is_silent: bool = False
    """A place is free, and she never said when."""
    is_short: bool = False
    """Not a lasting place: a short replacement."""

    @property
    def sentence(self) -> str:
        """What is missing, or that nothing is."""
        if self.is_silent:
            return "Elle n’a pas dit ses moments libres : à lui demander."
        if self.group == "ask":
            return "Ses places libres ne sont plus à jour : à lui demander."
        if self.group == "full":
            return "Elle n’a pas de place aujourd’hui."
        found = []
        if self.missing:
            found.append(f"il manque {told(self.missing)}")
        if self.late:
            found.append(f"sa place ouvre le {_day(self.late)}")
        words = ", et ".join(found)
        if self.is_short:
            short = "Disponible pour un remplacement court"
            return f"{short}, mais {words}." if words else f"{short}."
        return f"{words[:1].upper()}{words[1:]}." if words else "Tous vos moments sont libres."


def match(place: Offered, wish: Wish) -> Match:
    """Return how well a place suits.

    >>> from ribambelle_assmat.domain.slots import days_mask
    >>> asked = Wish(days_mask(["mon", "tue"]), date(2027, 3, 1))
    >>> match(Offered(Standing("now"), days_mask(["mon", "tue", "wed"])), asked).sentence
    'Tous vos moments sont libres.'
    >>> match(Offered(Standing("now"), days_mask(["mon"])), asked).sentence
    'Il manque le mardi.'
    >>> late = match(Offered(Standing("later", date(2027, 5, 3)), days_mask(["mon", "tue"])), asked)
    >>> late.group, late.sentence
    ('part', 'Sa place ouvre le 3 mai 2027.')
    >>> match(Offered(Standing("now")), asked).sentence
    'Elle n’a pas dit ses moments libres : à lui demander.'
    >>> match(Offered(Standing("unknown")), asked).group, match(Offered(Standing("none")), asked).group
    ('ask', 'full')
    >>> short = Offered(Standing("none"), days_mask(["mon"]), takes_urgent=True)
    >>> urgent = Wish(days_mask(["mon", "tue"]), is_urgent=True)
    >>> match(short, asked).group, match(short, urgent).sentence
    ('full', 'Disponible pour un remplacement court, mais il manque le mardi.')
    """
    state = place.standing.state
    is_short = wish.is_urgent and place.takes_urgent and state in ("later", "none")
    if is_short:
        return _short(place, wish)
    if state in ("unknown", "none"):
        return Match("ask" if state == "unknown" else "full")
    opens = place.standing.opens
    late = opens if opens and wish.start and opens > wish.start else None
    if wish.moments and not place.moments:
        return Match("ask", late=late, opens=opens, is_silent=True)
    missing = wish.moments & ~place.moments
    return Match("part" if missing or late else "whole", missing, late, opens)


def _short(place: Offered, wish: Wish) -> Match:
    """Return how well a place suits that no child keeps, and where one may come for a few days."""
    if wish.moments and not place.moments:
        return Match("ask", is_silent=True)
    missing = wish.moments & ~place.moments
    return Match("part" if missing else "whole", missing, is_short=True)


Key = tuple[int, int, int, int, int, str]
"""What sorts results."""


def order(one: Match, distance: int | None, name: str) -> Key:
    """Return the key that sorts results: what suits, what misses least, what is free in time.

    Then the nearest; where nobody says how far, the soonest.

    >>> now, later = Match("whole"), Match("whole", opens=date(2027, 3, 1))
    >>> order(now, 900, "Robin") < order(later, 100, "Benali")
    True
    >>> sooner = Match("whole", opens=date(2027, 2, 1))
    >>> order(later, 100, "Robin") < order(sooner, 900, "Benali")
    True
    >>> order(sooner, None, "Robin") < order(later, None, "Benali")
    True
    """
    far = distance if distance is not None else 0
    opens = one.opens.toordinal() if one.opens else 0
    missing = one.missing.bit_count() if one.group == "part" else 0
    # free now, free by the day wished, free after it
    in_time = 2 if one.late else int(one.opens is not None)
    return RANKS[one.group], missing, in_time, far, opens, name


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)


def _day(one: date) -> str:
    return f"{'1er' if one.day == 1 else one.day} {MONTHS[one.month - 1]} {one.year}"
