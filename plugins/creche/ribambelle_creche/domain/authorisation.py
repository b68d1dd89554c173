"""How many children may a crèche have at each half-day, when its authorisation changes by the hour?

The département may authorise other numbers at other hours (CSP, art. R. 2324-17): ten children from
7 h 30 to 8 h 30, forty until 17 h. A child of the morning may be there all morning, so a half-day
counts the smallest number of its hours. What is outside the hours of a half-day, as the commune
tells them to families, does not count: the crèche settles it with each family.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ribambelle_creche.domain.facility import NBSP
from ribambelle_creche.domain.week import DAYS, HALVES, SATURDAY, SLOTS, days, is_saturday

Span = tuple[int, int]
"""Minutes of a day, the second one excluded."""
MIDDAY = 13 * 60
WHOLE: Mapping[str, Span] = {"am": (0, MIDDAY), "pm": (MIDDAY, 24 * 60)}
"""The hours of half-days that a commune does not tell in hours."""
EVERY_DAY = -1
MOST_BANDS = 20
_HOUR = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?", re.IGNORECASE)


class Band(msgspec.Struct, frozen=True):
    """One stretch of hours, and the children authorised in it."""

    weekday: int
    """0 for Monday, or EVERY_DAY."""
    begins: int
    ends: int
    places: int

    @property
    def words(self) -> str:
        """The stretch in words, as an agent reads it.

        >>> bands = (Band(EVERY_DAY, 450, 510, 10), Band(2, 480, 1080, 1))
        >>> [one.words.replace(NBSP, " ") for one in bands]
        ['tous les jours, de 7 h 30 à 8 h 30', 'mercredi, de 8 h à 18 h']
        """
        day = "tous les jours" if self.weekday == EVERY_DAY else DAYS[self.weekday][2]
        return f"{day}, de {clock(self.begins)} à {clock(self.ends)}"


@dataclass(frozen=True, slots=True)
class Authorised:
    """The children a crèche may have: one number, and another at some half-days."""

    places: int
    by_slot: Mapping[str, int]

    def at(self, slot: str) -> int:
        """Return the children of one half-day.

        >>> Authorised(40, {"mon-am": 10}).at("mon-am"), Authorised(40, {}).at("mon-am")
        (10, 40)

        On Saturday a crèche is closed, unless it says how many it may have then.

        >>> Authorised(40, {}).at("sat-am"), Authorised(40, {"sat-am": 12}).at("sat-am")
        (0, 12)
        """
        return self.by_slot.get(slot, 0 if is_saturday(slot) else self.places)

    @property
    def varies(self) -> bool:
        """Tell whether another number is authorised at some half-days.

        >>> Authorised(40, {"sat-am": 40}).varies, Authorised(40, {"mon-am": 10}).varies
        (False, True)
        """
        return any(many != self.places for many in self.by_slot.values())

    @property
    def week(self) -> int:
        """The half-days of a week, which may never be passed.

        >>> Authorised(40, {"wed-am": 20, "wed-pm": 20}).week
        360
        """
        return sum(self.at(slot) for slot in SLOTS)


def clock(minutes: int) -> str:
    """Return an hour of the day in words, which no end of line parts.

    >>> clock(450).replace(NBSP, "_"), clock(780).replace(NBSP, "_")
    ('7_h_30', '13_h')
    """
    hour, rest = divmod(minutes, 60)
    return NBSP.join([str(hour), "h", *([f"{rest:02}"] if rest else [])])


def minutes_of(typed: str) -> int | None:
    """Return an hour as somebody typed it; None when it is none.

    >>> minutes_of("7h30"), minutes_of(" 8:15 "), minutes_of("17 h"), minutes_of("25 h"), minutes_of("8")
    (450, 495, 1020, None, None)
    """
    found = _HOUR.fullmatch(typed.strip())
    if found is None:
        return None
    hour, rest = int(found[1]), int(found[2] or 0)
    minutes = hour * 60 + rest
    return minutes if rest < 60 and minutes <= 24 * 60 else None


def hours_of(told: Mapping[str, str]) -> Mapping[str, Span]:
    """Return the hours of the half-days as a commune tells them to families.

    What is no hour, or is out of order, counts from midnight to 13 h, and from 13 h on.

    >>> hours_of({"am": "7 h 30 – 13 h", "pm": "l’après-midi"})
    {'am': (450, 780), 'pm': (780, 1440)}
    >>> hours_of({"am": "0 h – 12 h", "pm": "18 h – 13 h"})
    {'am': (0, 720), 'pm': (780, 1440)}
    """
    found: dict[str, Span] = {}
    for half in HALVES:
        typed = [minutes_of(one[0]) for one in _HOUR.finditer(told.get(half, ""))]
        hours = [one for one in typed if one is not None]
        is_told = len(typed) == len(hours) == 2 and hours[0] < hours[1]
        found[half] = (hours[0], hours[1]) if is_told else WHOLE[half]
    return found


def by_slot(
    places: int, bands: Sequence[Band], hours: Mapping[str, Span], *, saturday: bool = False
) -> dict[str, int]:
    """Return the children authorised at the half-days where a band changes their number.

    Ten from 7 h 30 to 8 h 30, forty until 17 h: ten in the morning, which begins at 7 h 30, and
    forty in the afternoon. Where families are told that the morning begins at 8 h 30, forty.

    >>> bands = [Band(EVERY_DAY, 450, 510, 10), Band(EVERY_DAY, 510, 1020, 40)]
    >>> found = by_slot(40, bands, {"am": (450, 780), "pm": (780, 1020)})
    >>> found["mon-am"], found["mon-pm"]
    (10, 40)
    >>> by_slot(40, bands, {"am": (510, 780), "pm": (780, 1020)})["mon-am"]
    40

    Hours that no band covers keep the number of the crèche, and a day with bands of its own has
    only those.

    >>> by_slot(40, [Band(2, 480, 720, 20)], {"am": (450, 780), "pm": (780, 1020)})
    {'wed-am': 20}
    >>> by_slot(40, [*bands, Band(2, 0, 1440, 15)], WHOLE)["wed-am"]
    15

    A crèche that opens on Saturday says its number then too: the absence of one means closed.

    >>> by_slot(40, [], WHOLE, saturday=True)
    {'sat-am': 40, 'sat-pm': 40}
    >>> by_slot(40, [Band(5, 0, 1440, 12)], WHOLE, saturday=True)["sat-am"]
    12
    """
    found: dict[str, int] = (
        {slot: places for slot in SLOTS if is_saturday(slot)} if saturday else {}
    )
    for weekday, (day, _, _) in enumerate(days(saturday=saturday)):
        of_day = [one for one in bands if one.weekday == weekday] or [
            one for one in bands if one.weekday == EVERY_DAY
        ]
        for half in HALVES:
            begins, ends = hours[half]
            inside = [one for one in of_day if one.begins < ends and one.ends > begins]
            covered = sum(min(one.ends, ends) - max(one.begins, begins) for one in inside)
            rest = [places] if covered < ends - begins else []
            if inside:
                found[f"{day}-{half}"] = min([*(one.places for one in inside), *rest])
    return found


def wrong(
    band: Band, others: Iterable[Band], places: int, *, saturday: bool = False
) -> dict[str, str]:
    """Return what keeps a band from being added, field by field.

    :param saturday: the crèche opens on Saturday.

    >>> early = Band(EVERY_DAY, 450, 510, 10)
    >>> wrong(Band(EVERY_DAY, 500, 600, 20), [early], 40)["begins"].replace(NBSP, " ")
    'Ces heures touchent une tranche déjà écrite : tous les jours, de 7 h 30 à 8 h 30.'
    >>> wrong(Band(2, 450, 510, 50), [early], 40)["places"]
    'Écrivez 40 au plus : c’est le nombre de places autorisées de la crèche.'
    >>> wrong(Band(2, 510, 510, 5), [], 40)["ends"]
    'La tranche finit après son début. Écrivez une heure plus tardive.'
    >>> wrong(Band(2, 450, 510, 5), [early], 40), wrong(Band(5, 450, 510, 5), [], 40, saturday=True)
    ({}, {})
    >>> print(wrong(Band(5, 450, 510, 5), [], 40)["weekday"])
    Cette crèche n’ouvre pas le samedi. Choisissez un autre jour, ou ouvrez-la d’abord ce jour-là \
dans sa fiche.
    """
    errors: dict[str, str] = {}
    if band.weekday == SATURDAY and not saturday:
        errors["weekday"] = (
            "Cette crèche n’ouvre pas le samedi. Choisissez un autre jour, "
            "ou ouvrez-la d’abord ce jour-là dans sa fiche."
        )
    if band.ends <= band.begins:
        errors["ends"] = "La tranche finit après son début. Écrivez une heure plus tardive."
    if band.places > places:
        errors["places"] = (
            f"Écrivez {places} au plus : c’est le nombre de places autorisées de la crèche."
        )
    same = [one for one in others if one.weekday == band.weekday]
    touched = [one for one in same if one.begins < band.ends and one.ends > band.begins]
    if touched and not errors:
        errors["begins"] = f"Ces heures touchent une tranche déjà écrite : {touched[0].words}."
    if len(list(others)) >= MOST_BANDS and not errors:
        errors["begins"] = f"Il y a déjà {MOST_BANDS} tranches : retirez-en une d’abord."
    return errors


def decode(kept: str) -> list[Band]:
    """Return the bands as a crèche keeps them, by day then hour."""
    found = msgspec.json.decode(kept or "[]", type=list[Band])
    return sorted(found, key=lambda one: (one.weekday, one.begins))


def encode(bands: Iterable[Band]) -> str:
    """Return bands as a crèche keeps them.

    >>> decode(encode([Band(2, 480, 720, 20)]))
    [Band(weekday=2, begins=480, ends=720, places=20)]
    """
    return msgspec.json.encode(list(bands)).decode()
