"""What a state identity tells of somebody: names, a date of birth that may be partial, a mandate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ribambelle.web.formats import MONTHS

BORN = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Born:
    """A date of birth as the State knows it: month and day may be unknown, and are then 0."""

    year: int
    month: int = 0
    day: int = 0

    def __str__(self) -> str:
        """Say it as far as it is known.

        >>> str(Born(1962, 8, 24)), str(Born(1962, 8)), str(Born(1962)), str(Born(1990, 5, 1))
        ('le 24 août 1962', 'en août 1962', 'en 1962', 'le 1er mai 1990')
        """
        if not self.month:
            return f"en {self.year}"
        month = MONTHS[self.month - 1]
        day = "1er" if self.day == 1 else str(self.day)
        return f"le {day} {month} {self.year}" if self.day else f"en {month} {self.year}"


def born(text: str) -> Born | None:
    """Return a date of birth; the first day of a month or of a year may mean that nobody knows.

    People born abroad without a record get ``YYYY-01-01`` or ``YYYY-MM-01``: such a date is shown
    and compared no further than what it surely says.

    >>> born("1962-08-24"), born("1962-08-01"), born("1962-01-01"), born("1962-00-00")
    (Born(year=1962, month=8, day=24), Born(year=1962, month=8, day=0), \
Born(year=1962, month=0, day=0), Born(year=1962, month=0, day=0))
    >>> born("hier"), born("1962-13-02")
    (None, None)
    """
    found = BORN.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    if month > 12 or day > 31:
        return None
    if day > 1:
        return Born(year, month, day) if month else Born(year)
    return Born(year, month) if month > 1 else Born(year)


@dataclass(frozen=True, slots=True)
class Pivot:
    """Who signed in, as the State says; nothing of it opens an account that exists."""

    given_names: str = ""
    family_name: str = ""
    usual_name: str = ""
    born: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """What to call them: the first given name, the name they use.

        >>> Pivot("Angela Claire Louise", "DUBOIS").name, Pivot("Ange", "DUBOIS", "Le Goff").name
        ('Angela Dubois', 'Ange Le Goff')
        """
        family = self.usual_name or self.family_name
        family = family.title() if family.isupper() else family
        return f"{self.given_names.partition(' ')[0]} {family}".strip()


def pivot(told: Mapping[str, Any]) -> Pivot:
    """Return what is told of somebody, each thing a short text or nothing.

    >>> pivot({"given_name": "Ange", "family_name": "DUBOIS", "birthdate": 7, "x": "y"})
    Pivot(given_names='Ange', family_name='DUBOIS', usual_name='', born='', email='')
    """

    def text(*names: str) -> str:
        said = next((told[name] for name in names if isinstance(told.get(name), str)), "")
        return " ".join(said.split())[:LONGEST]

    return Pivot(
        text("given_name"),
        text("family_name"),
        text("preferred_username", "usual_name"),
        text("birthdate"),
        text("email"),
    )


def mandated(told: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what an aidant was given a mandate for; None when it is the person who signed in.

    >>> mandated({"sub": "a"}) is None
    True
    >>> sorted(mandated({"rep_scope": "famille argent"})), sorted(mandated({"rep_scope": ["x"]}))
    (['argent', 'famille'], ['x'])
    >>> mandated({"rep_scope": None})
    frozenset()
    """
    if "rep_scope" not in told:
        return None
    said = told["rep_scope"]
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    return frozenset(str(word) for word in words)
