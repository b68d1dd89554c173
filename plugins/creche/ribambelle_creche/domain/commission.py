"""Which files does a commission look at, until when are they taken, and what may be done when?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Any

from ribambelle_creche.domain.age import AgeLimits, school_entry

STATES = {
    "open": "Ouverte",
    "closed": "Close",
    "decided": "Décidée",
    "ended": "Terminée",
}
NOTICE = timedelta(days=15)
"""How long before the end a family is told that its file is not complete."""
LONGEST_WINDOW = 12
"""Months of entries one commission decides, at most: never two Septembers."""
EXAMINABLE = ("complete", "waiting", "not_examined")
"""States in which a file may be looked at: found complete, whether a commission saw it or not."""
REFUSALS = {
    "incomplete": "Dossier incomplet",
    "unchecked": "Envoyée, pas encore vérifiée par la mairie",
    "dormant": "En sommeil : naissance à dire",
    "late": "Complet après la clôture",
    "to_confirm": "À confirmer par la famille",
    "not_of_age": "Pas l’âge d’entrer à la date souhaitée",
    "no_wish": "Aucune crèche demandée n’est ouverte",
    "no_week": "Aucune demi-journée demandée",
    "duplicate": "Même enfant qu’une demande complète plus tôt",
}
"""Why a file of the window is not looked at, in the words of the town hall."""
TO_THE_FAMILY = {
    "incomplete": "votre dossier n’est pas complet",
    "unchecked": "la mairie n’a pas encore vérifié votre demande",
    "dormant": "la naissance de votre enfant n’a pas été dite",
    "late": "votre dossier a été complet après la clôture",
    "to_confirm": "vous n’avez pas confirmé que vous cherchez toujours une place",
    "not_of_age": "votre enfant n’a pas l’âge d’entrer à la date souhaitée",
    "no_wish": "aucune des crèches demandées n’est ouverte",
    "no_week": "aucune demi-journée n’est demandée",
    "duplicate": "une autre demande pour le même enfant, complète plus tôt, est examinée ; "
    "si vous préférez celle-ci, appelez-nous pour n’en garder qu’une",
}
"""The same, in the words of a letter."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one commission; every day named is included."""

    first_start: date
    last_start: date
    closes_on: date
    held_on: date

    def wrong(self) -> dict[str, str]:
        """Return one sentence per day that cannot be.

        >>> spring = Calendar(date(2027, 9, 1), date(2027, 12, 31), date(2027, 4, 2), date(2027, 4, 20))
        >>> spring.wrong()
        {}
        >>> Calendar(date(2027, 9, 1), date(2027, 8, 1), date(2027, 4, 2), date(2027, 3, 1)).wrong()
        ... # doctest: +NORMALIZE_WHITESPACE
        {'last_start': 'La dernière entrée vient après la première.',
         'held_on': 'La commission se tient après la clôture des dossiers.'}
        >>> far = date(9999, 9, 1)
        >>> list(Calendar(far, far, date(2027, 4, 2), date(2027, 4, 20)).wrong())
        ['first_start']
        """
        errors = {}
        if self.first_start.year - self.closes_on.year > 3 or self.first_start.year == MAXYEAR:
            errors["first_start"] = "La première entrée vient des années après : vérifiez l’année."
        elif self.last_start < self.first_start:
            errors["last_start"] = "La dernière entrée vient après la première."
        elif self.last_start >= _a_year_after(self.first_start):
            errors["last_start"] = "Une commission décide les entrées de douze mois au plus."
        if self.closes_on >= self.first_start:
            errors["closes_on"] = "Les dossiers sont clos avant la première entrée."
        if self.held_on <= self.closes_on:
            errors["held_on"] = "La commission se tient après la clôture des dossiers."
        return errors

    def takes(self, start: date | None) -> bool:
        """Tell whether an entry is in the window.

        >>> window = Calendar(date(2027, 1, 4), date(2027, 3, 31), date(2026, 12, 4), date(2026, 12, 10))
        >>> window.takes(date(2027, 3, 31)), window.takes(date(2027, 4, 1)), window.takes(None)
        (True, False, False)
        """
        return start is not None and self.first_start <= start <= self.last_start

    def nearest(self, start: date, earliest: date | None, latest: date | None) -> date | None:
        """Return the entry of the window nearest to the one wished, if the family said it would do.

        >>> window = Calendar(date(2027, 1, 4), date(2027, 3, 31), date(2026, 12, 4), date(2026, 12, 10))
        >>> window.nearest(date(2027, 4, 12), date(2027, 3, 29), None)
        datetime.date(2027, 3, 31)
        >>> window.nearest(date(2027, 4, 12), date(2027, 4, 5), None)
        >>> window.nearest(date(2026, 12, 28), None, date(2027, 1, 11))
        datetime.date(2027, 1, 4)
        """
        if self.takes(start):
            return start
        if start > self.last_start:
            return self.last_start if earliest and earliest <= self.last_start else None
        return self.first_start if latest and latest >= self.first_start else None

    @property
    def warns_on(self) -> date:
        """The day from which the families of incomplete files are told.

        >>> Calendar(date(2027, 1, 4), date(2027, 3, 31), date(2026, 12, 4), date(2026, 12, 10)).warns_on
        datetime.date(2026, 11, 19)
        """
        return self.closes_on - NOTICE

    def may_close(self, today: date) -> bool:
        """Tell whether files may be closed: their last day is over.

        >>> window = Calendar(date(2027, 1, 4), date(2027, 3, 31), date(2026, 12, 4), date(2026, 12, 10))
        >>> window.may_close(date(2026, 12, 4)), window.may_close(date(2026, 12, 5))
        (False, True)
        """
        return today > self.closes_on

    @property
    def periods(self) -> tuple[date, ...]:
        """The days on which places are counted: the first entry, then 1 September if it comes after.

        Children change groups in September, so a window that goes past it counts twice.

        >>> Calendar(date(2027, 5, 3), date(2027, 10, 29), date(2027, 4, 2), date(2027, 4, 20)).periods
        (datetime.date(2027, 5, 3), datetime.date(2027, 9, 1))
        >>> Calendar(date(2027, 9, 1), date(2027, 12, 31), date(2027, 4, 2), date(2027, 4, 20)).periods
        (datetime.date(2027, 9, 1),)
        """
        year = self.first_start.year + (self.first_start >= date(self.first_start.year, 9, 1))
        september = date(year, 9, 1)
        return (self.first_start, *([september] if september <= self.last_start else []))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A living file as a commission finds it on the day it closes."""

    state: str
    complete_on: date | None
    born_on: date | None
    """Birth, or the birth expected."""
    start_on: date
    open_wishes: int
    half_days: int


def refusal(file: Candidate, closes_on: date, ages: AgeLimits) -> str:
    """Return why a file is not looked at, as a code of REFUSALS; empty when it is.

    >>> day = date(2026, 12, 4)
    >>> whole = Candidate("complete", date(2026, 11, 2), date(2026, 3, 14), date(2027, 1, 4), 2, 8)
    >>> refusal(whole, day, AgeLimits())
    ''
    >>> from dataclasses import replace
    >>> refusal(replace(whole, state="incomplete"), day, AgeLimits())
    'incomplete'
    >>> refusal(replace(whole, complete_on=date(2026, 12, 5)), day, AgeLimits())
    'late'

    Sent and not read yet, it is nobody's fault but the town hall's, and is said so.

    >>> refusal(replace(whole, state="submitted"), day, AgeLimits())
    'unchecked'

    One that sleeps until a birth is said is not either.

    >>> refusal(replace(whole, state="dormant"), day, AgeLimits())
    'dormant'

    A file that a commission left waiting is looked at again by the next one.

    >>> refusal(replace(whole, state="waiting"), day, AgeLimits())
    ''

    A child still to be born is planned on the day it is expected: ten weeks at least when it
    enters.

    >>> refusal(replace(whole, born_on=date(2026, 11, 20)), day, AgeLimits())
    'not_of_age'
    >>> refusal(replace(whole, born_on=date(2024, 1, 9), start_on=date(2027, 9, 1)), day, AgeLimits())
    'not_of_age'
    """
    if file.state in ("to_confirm", "dormant"):
        return file.state
    if file.state == "submitted":
        return "unchecked"
    if file.state not in EXAMINABLE or file.complete_on is None:
        return "incomplete"
    if file.complete_on > closes_on:
        return "late"
    if file.born_on is None or not (
        ages.earliest_start(file.born_on) <= file.start_on < school_entry(file.born_on)
    ):
        return "not_of_age"
    if not file.open_wishes:
        return "no_wish"
    return "" if file.half_days else "no_week"


def seconds(files: Iterable[tuple[int, int | None, tuple[Any, ...]]]) -> set[int]:
    """Return the files that come second for their child: each is a file, its child, its order.

    A file whose child is not in the register yet is alone.

    >>> seconds([(1, 7, (20,)), (2, 7, (10,)), (3, 8, (30,)), (4, None, (5,)), (5, None, (5,))])
    {1}
    """
    firsts: dict[int, int] = {}
    found = set()
    for file, child, _ in sorted(files, key=lambda one: (one[2], one[0])):
        if child is not None and firsts.setdefault(child, file) != file:
            found.add(file)
    return found


def may_warn(reason: str) -> bool:
    """Tell whether a family can still do something about it before the files are closed.

    >>> may_warn("incomplete"), may_warn("to_confirm"), may_warn("not_of_age"), may_warn("")
    (True, True, False, False)
    """
    return reason in ("incomplete", "unchecked", "to_confirm", "dormant")


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)
