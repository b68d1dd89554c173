"""Until when may something be kept?

The sources of each term are the commune's to give: its archives service decides, with the
département's. What is here are the usual ones, which its file changes (``[privacy]``).
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from piccolo.table import Table

SEPTEMBER = 9


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is kept after the day it counts from, or after that day's year."""

    years: int = 0
    months: int = 0
    days: int = 0
    after: Literal["", "exercise", "school_year"] = ""
    code: str = ""
    """The setting of ``[privacy]`` by which a commune changes it, as ``family``; none: never."""

    def cutoff(self, now: datetime) -> datetime:
        """Return the moment before which what happened is past its term.

        Accounts are kept ten years after the exercise: all of 2026 goes on 1 January 2037.

        >>> accounts = Term(years=10, after="exercise")
        >>> accounts.cutoff(datetime(2036, 12, 31)), accounts.cutoff(datetime(2037, 1, 1))
        (datetime.datetime(2026, 1, 1, 0, 0), datetime.datetime(2027, 1, 1, 0, 0))

        What belongs to a school year counts from its 31 August.

        >>> Term(years=2, after="school_year").cutoff(datetime(2029, 9, 1))
        datetime.datetime(2027, 9, 1, 0, 0)

        >>> Term(years=3).cutoff(datetime(2028, 2, 29, 10))
        datetime.datetime(2025, 2, 28, 10, 0)
        >>> Term(months=13).cutoff(datetime(2026, 11, 26)), Term(days=7).cutoff(datetime(2026, 3, 3))
        (datetime.datetime(2025, 10, 26, 0, 0), datetime.datetime(2026, 2, 24, 0, 0))
        """
        if self.after == "exercise":
            return _midnight(now, date(now.year - self.years, 1, 1))
        if self.after == "school_year":
            year = now.year if now.month >= SEPTEMBER else now.year - 1
            return _midnight(now, date(year - self.years, SEPTEMBER, 1))
        months = now.year * 12 + now.month - 1 - self.years * 12 - self.months
        year, month = divmod(months, 12)
        day = min(now.day, calendar.monthrange(year, month + 1)[1])
        return now.replace(year=year, month=month + 1, day=day) - timedelta(days=self.days)

    @property
    def told(self) -> str:
        """Say how long.

        >>> [Term(years=3).told, Term(months=13).told, Term(days=1).told, Term(days=30).told]
        ['Trois ans', 'Treize mois', 'Un jour', 'Trente jours']
        """
        for many, one, several in (
            (self.years, "an", "ans"),
            (self.months, "mois", "mois"),
            (self.days, "jour", "jours"),
        ):
            if many:
                return f"{WORDS.get(many, str(many))} {one if many == 1 else several}"
        return "Aucune durée"

    def changed(self, number: int | None) -> "Term":
        """Return this term with the number a commune's file gives, in the same unit."""
        if number is None:
            return self
        if self.years:
            return replace(self, years=number)
        return replace(self, months=number) if self.months else replace(self, days=number)


WORDS = {
    **{1: "Un", 2: "Deux", 3: "Trois", 4: "Quatre", 5: "Cinq", 6: "Six", 7: "Sept", 10: "Dix"},
    **{12: "Douze", 13: "Treize", 14: "Quatorze", 30: "Trente"},
}


def _midnight(now: datetime, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


FAMILY = Term(years=3, code="family")
"""After the last thing a family did (yardstick: CNIL, former rule NS-058)."""
FILES = Term(years=3, code="files")
"""After the last step of a request."""
SCHOOL = Term(years=2, after="school_year", code="school")
ACCOUNTS = Term(years=10, after="exercise", code="accounts")
"""Proofs of what was billed and paid."""
JOURNAL = Term(months=12, code="journal")
"""CNIL, deliberation 2021-122: six months to a year, up to three where a risk asks for it."""
AGREED = Term(years=1, code="agreed")
"""After an accreditation or a care ended."""


@dataclass(frozen=True, slots=True)
class Since:
    """A row is past when this column, or a column of the row it names, is older than the term."""

    column: str
    term: Term
    alone: str = ""
    """Only rows where this column is null: the others go with what it names."""
    unproven: bool = False
    """Only rows that the accounts do not need, by the rule's `proves`."""


@dataclass(frozen=True, slots=True)
class With:
    """A row goes with the one that this column names."""

    column: str


@dataclass(frozen=True, slots=True)
class Unless:
    """A row is past when nothing about the same person is later than the term in another table.

    `by` is the column that both name the person with (here `mine`, if it is called otherwise),
    `column` the date there; `own` are the row's own dates, which must be past as well.
    """

    table: type[Table]
    by: str
    column: str
    term: Term
    own: tuple[str, ...] = ()
    mine: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """A row that goes by another way, said in words: with its family, with whatever names it…"""

    told: str
    term: Term = FAMILY


WITH_FAMILY = Ending("with the family, when all its members have been silent for a term")
UNNAMED = Ending("once no row names it any more", ACCOUNTS)
LASTING = Ending("a number of account, which says nothing once the account is gone")
ONCE_DONE = Ending("as soon as the job is done")
AMOUNTS = Ending("amounts under the number of a payer, which names nobody once forgotten", ACCOUNTS)
Ends = Since | With | Unless | Ending
