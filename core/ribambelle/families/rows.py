"""What does a row of a list say of a family, and why can it not be kept?"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ribambelle.errors import Refused
from ribambelle.families.columns import DAY_LIKE, day_of
from ribambelle.identity.accounts import email_of
from ribambelle.search import fold, phone_of

OLDEST = 26
"""Years: an older child is a mistake in the list, a parent's birth for instance."""


@dataclass(frozen=True, slots=True)
class AdultSaid:
    """An adult as a list says."""

    given_name: str
    family_name: str
    email: str = ""
    phone: str = ""

    @property
    def folded(self) -> str:
        """The name as it is compared."""
        return fold(f"{self.given_name} {self.family_name}")


@dataclass(frozen=True, slots=True)
class ChildSaid:
    """A child as a list says."""

    given_name: str
    family_name: str
    born_on: date | None = None
    school: str = ""
    class_name: str = ""

    @property
    def folded(self) -> str:
        """The given name as it is compared: a family name may change."""
        return fold(self.given_name)


@dataclass(frozen=True, slots=True)
class HomeSaid:
    """An address as a list says; the quartier by its name."""

    line: str = ""
    postcode: str = ""
    city: str = ""
    quartier: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, read; `refusals` says in words why it cannot be kept."""

    rank: int
    number: str
    adult: AdultSaid
    other: AdultSaid | None
    child: ChildSaid | None
    home: HomeSaid
    refusals: tuple[str, ...] = ()
    line: int = 0
    """Where it stands in its file, as a person finds it."""

    @property
    def family_key(self) -> tuple[str, str]:
        """What the rows of one family of the list have in common."""
        if self.number:
            return "number", self.number
        near = self.adult.email or phone_of(self.adult.phone) or fold(self.home.line)
        return self.adult.folded, near or f"row {self.rank}"


@dataclass(slots=True)
class FamilySaid:
    """The rows of one family of the list."""

    rows: list[Row] = field(default_factory=list)

    @property
    def first(self) -> Row:
        """The row that speaks for the family."""
        return self.rows[0]


def read(
    cells: Sequence[str], mapping: Mapping[str, int], rank: int, today: date, line: int = 0
) -> Row:
    """Read one row; all that is wrong with it is said at once.

    >>> columns = {"family_name": 0, "given_name": 1, "child_born_on": 2}
    >>> read(["Payet", "", "31/02/2024"], columns, 2, date(2026, 11, 25)).refusals
    ('il manque le prénom de l’adulte', 'la date « 31/02/2024 » ne se lit pas : \
écrivez une date qui existe, comme 03/09/2026')
    """
    told = {code: cells[column].strip() for code, column in mapping.items()}
    refusals: list[str] = []
    for code, what in NEEDED.items():
        if not told.get(code):
            refusals.append(f"il manque {what}")
    adult = _adult(told, "", refusals)
    other = _adult(told, "other_", refusals)
    child = _child(told, today, refusals)
    home = HomeSaid(*(told.get(code, "") for code in ("line", "postcode", "city", "quartier")))
    if home.postcode and not re.fullmatch(r"\d[\dAB]\d{3}", home.postcode):
        refusals.append(
            f"le code postal « {home.postcode} » ne se lit pas : cinq chiffres, comme 71880"
        )
    if long := [code for code, text in told.items() if len(text) > LONGEST.get(code, 100)]:
        refusals.append(f"c’est trop long ({', '.join(long)})")
    return Row(
        rank,
        told.get("number", ""),
        adult,
        other if other.folded else None,
        child,
        home,
        tuple(refusals),
        line or rank,
    )


NEEDED = {"given_name": "le prénom de l’adulte", "family_name": "le nom de l’adulte"}
LONGEST = {
    **{"number": 80, "line": 200, "email": 254, "other_email": 254},
    **{"phone": 40, "other_phone": 40, "postcode": 10, "school": 120, "class_name": 40},
}


def _adult(told: Mapping[str, str], prefix: str, refusals: list[str]) -> AdultSaid:
    email = told.get(f"{prefix}email", "")
    if email:
        try:
            email = email_of(email)
        except Refused:
            refusals.append(f"l’e-mail « {email} » ne se lit pas : écrivez-le comme nom@exemple.fr")
    return AdultSaid(
        told.get(f"{prefix}given_name", ""),
        told.get(f"{prefix}family_name", ""),
        email,
        told.get(f"{prefix}phone", ""),
    )


def _child(told: Mapping[str, str], today: date, refusals: list[str]) -> ChildSaid | None:
    given_name, written = told.get("child_given_name", ""), told.get("child_born_on", "")
    family_name = told.get("child_family_name", "")
    try:
        born_on = day_of(written)
    except ValueError:
        born_on = None
        refusals.append(f"la date « {written} » ne se lit pas : {DAY_LIKE}")
    if born_on and not _is_possible(born_on, today):
        refusals.append(f"la naissance du {born_on:%d/%m/%Y} n’est pas possible pour un enfant")
    if written and not given_name and "child_given_name" in told:
        refusals.append("il manque le prénom de l’enfant")
    if not given_name and born_on is None:
        return None
    return ChildSaid(
        given_name,
        family_name or told.get("family_name", ""),
        born_on,
        told.get("school", ""),
        told.get("class_name", ""),
    )


def _is_possible(born_on: date, today: date) -> bool:
    return born_on <= today and today.year - born_on.year <= OLDEST


def families(rows: Iterable[Row]) -> list[FamilySaid]:
    """Group the rows that can be kept into families: by their number, or by name and contact.

    >>> zoe, leo = ChildSaid("Zoé", "Payet"), ChildSaid("Léo", "Payet")
    >>> anne = AdultSaid("Anne", "Payet", "a@b.fr")
    >>> found = families(Row(n, "", anne, None, c, HomeSaid()) for n, c in ((2, zoe), (3, leo)))
    >>> [[row.rank for row in family.rows] for family in found]
    [[2, 3]]
    """
    found: dict[tuple[str, str], FamilySaid] = {}
    for row in rows:
        if not row.refusals:
            found.setdefault(row.family_key, FamilySaid()).rows.append(row)
    return list(found.values())
