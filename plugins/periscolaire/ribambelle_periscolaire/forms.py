"""What a booking page sends: which boxes were ticked when it was drawn, and which are now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar.datastructures import FormMultiDict

from ribambelle_periscolaire.domain.taking import Wanted

MOST = 4_000
"""Boxes a page may send: more is no page of ours."""


@dataclass(frozen=True, slots=True)
class Token:
    """The name of a box: a child, a unit, a day."""

    child: int
    unit: int
    day: date

    def __str__(self) -> str:
        return f"{self.child}.{self.unit}.{self.day}"


def read_token(text: str) -> Token | None:
    """Return what a box is about; None when nothing of ours is written so.

    >>> read_token("8.3.2026-11-30")
    Token(child=8, unit=3, day=datetime.date(2026, 11, 30))
    >>> read_token("8.3.demain") is None
    True
    """
    parts = text.split(".")
    if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdigit() and parts[1].isdigit()):
        return None
    try:
        child, unit = int(parts[0]), int(parts[1])
        return Token(child, unit, date.fromisoformat(parts[2])) if child < 2**31 > unit else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back of a booking page."""

    key: str
    was: frozenset[Token]
    now: frozenset[Token]
    copied: tuple[int, int] | None = None
    """Copy the days of the first child to the second, without saving."""

    @property
    def wanted(self) -> list[Wanted]:
        """Return what changed between the page as it was drawn and as it came back.

        What another tab or parent booked meanwhile was not ticked on this page: it stays.
        """
        left = sorted(self.was - self.now, key=str)
        taken = sorted(self.now - self.was, key=str)
        return [Wanted(one.child, one.unit, one.day, "cancel") for one in left] + [
            Wanted(one.child, one.unit, one.day, "book") for one in taken
        ]


def sent(form: FormMultiDict) -> Sent:
    """Read a booking page; boxes are `jour`, choices `choix.…`, and `avant` is what was ticked."""
    ticked = [str(value) for value in form.getall("jour", [])]
    ticked += [
        str(value) for name in form if name.startswith("choix.") for value in _all(form, name)
    ]
    before = " ".join(str(value) for value in form.getall("avant", [])).split()
    return Sent(
        str(form.get("cle") or "")[:200],
        _tokens(before),
        _tokens(ticked),
        _copied(str(form.get("copier") or "")),
    )


def _all(form: FormMultiDict, name: str) -> list[Any]:
    return list(form.getall(name, []))


def _tokens(texts: Iterable[str]) -> frozenset[Token]:
    found = (read_token(text) for text in list(texts)[:MOST])
    return frozenset(one for one in found if one is not None)


def _copied(text: str) -> tuple[int, int] | None:
    """Return which child's week is copied to which; None when nothing of ours is written so.

    >>> _copied("8.9"), _copied("8.²"), _copied("8." + "9" * 5000)
    ((8, 9), None, None)
    """
    source, _, target = text.partition(".")
    if all(one.isascii() and one.isdecimal() and len(one) < 11 for one in (source, target)):
        return int(source), int(target)
    return None


class UsualWeek(msgspec.Struct, frozen=True):
    """What a family says of its usual week, its days apart."""

    enfant: int
    premier: date
    dernier: date
    semaines: str = "all"
    retirer: bool = False
    confirme: bool = False
    cle: Annotated[str, msgspec.Meta(max_length=200)] = ""
