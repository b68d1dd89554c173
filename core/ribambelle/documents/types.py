"""Which papers may a family give, and until when is each worth something?"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ribambelle.calendar.months import later

ATTACHED = "message"
"""Kind of a file sent in a conversation: kept as a paper is, and proves nothing."""
STATES = {
    "to_check": "À vérifier",
    "accepted": "Accepté",
    "refused": "Refusé",
    "expired": "Périmé",
}


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One kind of paper: worth something for some months, until a day of the year, or always.

    `of_child` says that the paper speaks of one child: it never proves anything of another.
    """

    code: str
    label: str
    months: int = 0
    until: str = ""
    """Month and day, such as ``08-31``: the next one after the paper was given."""
    of_child: bool = False
    help: str = ""

    def valid_until(self, given_on: date) -> date | None:
        """Return the last day a paper given this day is worth something; None for always.

        >>> DocumentType("address", "Domicile", months=3).valid_until(date(2026, 11, 30))
        datetime.date(2027, 2, 28)
        >>> DocumentType("caf", "CAF", until="08-31").valid_until(date(2026, 11, 25))
        datetime.date(2027, 8, 31)
        >>> DocumentType("birth", "Acte de naissance").valid_until(date(2026, 11, 25)) is None
        True
        """
        if self.until:
            return _next(self.until, given_on)
        return later(given_on, self.months) if self.months else None


def _next(month_day: str, after: date) -> date:
    """Return the next such day, this day included; 29 February is the last day of the month.

    >>> _next("02-29", date(2026, 11, 25))
    datetime.date(2027, 2, 28)
    """
    month, day = (int(part) for part in month_day.split("-"))
    for year in (after.year, after.year + 1):
        found = date(year, month, min(day, monthrange(year, month)[1]))
        if found >= after:
            return found
    raise ValueError(month_day)


def adjusted(
    declared: Iterable[DocumentType], months: Mapping[str, int], until: Mapping[str, str]
) -> dict[str, DocumentType]:
    """Return the kinds by code, worth what the commune says; the first declaration of a code counts.

    >>> declared = [DocumentType("address", "Domicile", months=3), DocumentType("address", "Autre")]
    >>> adjusted(declared, {"address": 6}, {})["address"]
    DocumentType(code='address', label='Domicile', months=6, until='', of_child=False, help='')
    >>> adjusted(declared, {}, {"address": "08-31"})["address"].valid_until(date(2026, 9, 1))
    datetime.date(2027, 8, 31)
    """
    found: dict[str, DocumentType] = {}
    for one in declared:
        if one.code in until:
            found.setdefault(one.code, replace(one, months=0, until=until[one.code]))
        elif one.code in months:
            found.setdefault(one.code, replace(one, months=months[one.code], until=""))
        else:
            found.setdefault(one.code, one)
    return found


def is_free(state: str, *, is_used: bool) -> bool:
    """Tell whether a family may still remove or replace a paper: no decision rests on it.

    >>> is_free("accepted", is_used=True), is_free("accepted", is_used=False)
    (False, True)
    >>> is_free("refused", is_used=True)
    True
    """
    return state != "accepted" or not is_used
