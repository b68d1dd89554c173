"""A week of half-days, as families tick it and as the database keeps it.

Ten half-days from Monday to Friday, then two of a Saturday: most crèches close then. They come last,
so that a week written when there were ten keeps its number.
"""

from collections.abc import Iterable

DAYS = (
    ("mon", "lun", "lundi"),
    ("tue", "mar", "mardi"),
    ("wed", "mer", "mercredi"),
    ("thu", "jeu", "jeudi"),
    ("fri", "ven", "vendredi"),
    ("sat", "sam", "samedi"),
)
SATURDAY = 5
"""Its place among the days, as the number of a weekday."""
HALVES = ("am", "pm")
NAMES = {
    "mon-am": "lundi matin",
    "mon-pm": "lundi après-midi",
    "tue-am": "mardi matin",
    "tue-pm": "mardi après-midi",
    "wed-am": "mercredi matin",
    "wed-pm": "mercredi après-midi",
    "thu-am": "jeudi matin",
    "thu-pm": "jeudi après-midi",
    "fri-am": "vendredi matin",
    "fri-pm": "vendredi après-midi",
    "sat-am": "samedi matin",
    "sat-pm": "samedi après-midi",
}
"""Each half-day written whole: other languages say it as one."""
SLOTS = tuple(f"{day}-{half}" for day, _, _ in DAYS for half in HALVES)
WHOLE_PLACE = 10
"""Half-days of one whole place, as the State counts them: Saturday or not, a child has five days."""
FULL = (1 << WHOLE_PLACE) - 1
"""From Monday to Friday, all day."""


def days(*, saturday: bool) -> tuple[tuple[str, str, str], ...]:
    """Return the days to show, with Saturday when somebody opens then.

    >>> [short for _, short, _ in days(saturday=True)][-2:], len(days(saturday=False))
    (['ven', 'sam'], 5)
    """
    return DAYS if saturday else DAYS[:-1]


def shown(*, saturday: bool) -> tuple[str, ...]:
    """Return the half-days to show, with those of Saturday when somebody opens then.

    >>> shown(saturday=True)[-3:], shown(saturday=False)[-1]
    (('fri-pm', 'sat-am', 'sat-pm'), 'fri-pm')
    """
    return SLOTS if saturday else SLOTS[:WHOLE_PLACE]


def has_saturday(number: int) -> bool:
    """Tell whether a week has a half-day of Saturday.

    >>> has_saturday(FULL), has_saturday(bits(["mon-am", "sat-pm"]))
    (False, True)
    """
    return number > FULL


def is_saturday(slot: str) -> bool:
    """Tell whether a half-day is one of Saturday.

    >>> is_saturday("sat-am"), is_saturday("fri-pm")
    (True, False)
    """
    return slot.startswith(DAYS[SATURDAY][0])


def wrong_saturday(slots: Iterable[str], creche: str) -> dict[str, str]:
    """Return what is wrong with half-days of a crèche that is closed on Saturday.

    >>> wrong_saturday(["fri-am", "sat-am"], "Les Lilas")
    {'days': 'Les Lilas n’ouvre pas le samedi : décochez-le.'}
    >>> wrong_saturday(["fri-am"], "Les Lilas")
    {}
    """
    asked = any(map(is_saturday, slots))
    return {"days": f"{creche} n’ouvre pas le samedi : décochez-le."} if asked else {}


def bits(slots: Iterable[str]) -> int:
    """Return a week as a number; half-days that do not exist are refused by ValueError.

    >>> bits(["mon-am", "mon-pm", "fri-pm"])
    515
    """
    found = 0
    for slot in slots:
        found |= 1 << SLOTS.index(slot)
    return found


def slots(number: int) -> tuple[str, ...]:
    """Return the half-days of a number, in order.

    >>> slots(515)
    ('mon-am', 'mon-pm', 'fri-pm')
    """
    return tuple(slot for place, slot in enumerate(SLOTS) if number >> place & 1)


def count(number: int) -> int:
    """Return how many half-days a week holds.

    >>> count(515)
    3
    """
    return number.bit_count()


def words(number: int) -> str:
    """Return a week in French words.

    >>> words(bits(["mon-am", "mon-pm", "tue-am", "fri-pm"]))
    'lundi, mardi matin, vendredi après-midi'
    >>> words(1023)
    'du lundi au vendredi, toute la journée'
    >>> words(4095), words(bits(["fri-am", "sat-am", "sat-pm"]))
    ('du lundi au samedi, toute la journée', 'vendredi matin, samedi')
    """
    if number == FULL:
        return "du lundi au vendredi, toute la journée"
    if number == (1 << len(SLOTS)) - 1:
        return "du lundi au samedi, toute la journée"
    told = []
    for place, (code, _, day) in enumerate(DAYS):
        half = number >> 2 * place & 3
        if half:
            told.append(day if half == 3 else NAMES[f"{code}-{HALVES[half - 1]}"])
    return ", ".join(told)
