"""How far is a family on its way to the portal?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Stage = Literal["to_write", "written", "opened", "active"]
STAGES: dict[Stage, str] = {
    "to_write": "À écrire",
    "written": "Courrier envoyé",
    "opened": "Code tapé",
    "active": "Compte ouvert",
}


def stage(*, has_account: bool, is_written: bool, is_opened: bool) -> Stage:
    """Return how far an adult is; a letter whose code is dead is to be written again.

    >>> stage(has_account=False, is_written=True, is_opened=False)
    'written'
    >>> stage(has_account=True, is_written=False, is_opened=False)
    'active'
    """
    if has_account:
        return "active"
    if not is_written:
        return "to_write"
    return "opened" if is_opened else "written"


def is_complete(phone: str, line: str, born: Iterable[date | None]) -> bool:
    """Tell whether a family can be called, written to, and its children are known by their birth.

    >>> is_complete("0692 00 00 01", "2 rue des Lilas", [date(2024, 3, 14)])
    True
    >>> is_complete("0692 00 00 01", "2 rue des Lilas", [None])
    False
    >>> is_complete("", "2 rue des Lilas", [])
    False
    """
    return bool(phone.strip() and line.strip()) and all(day is not None for day in born)


@dataclass(frozen=True, slots=True)
class Standing:
    """One adult, and how far they are."""

    adult: int
    household: int
    name: str
    stage: Stage
    is_complete: bool
    written_on: date | None = None

    @property
    def told(self) -> str:
        """How far they are, in words."""
        return STAGES[self.stage]


@dataclass(frozen=True, slots=True)
class Count:
    """A group, and how many adults of it are how far; who is further also passed before."""

    key: str
    label: str
    adults: int
    written: int
    opened: int
    active: int
    complete: int
    files: tuple[int, ...] = ()
    """Of how many the file with each service is complete, in the order of the services."""


def count(
    key: str,
    label: str,
    members: Iterable[Standing],
    services: Iterable[frozenset[int]] = (),
) -> Count:
    """Count a group.

    Who opened an account counts as written to and as having typed a code, however they came: what
    is left to do is the difference between two columns.

    :param services: for each service, the households whose file with it is complete.

    >>> home = Standing(1, 1, "Camille Martin", "active", True)
    >>> count("tous", "Toutes", [home, Standing(2, 1, "Luc Martin", "written", False)])
    Count(key='tous', label='Toutes', adults=2, written=2, opened=1, active=1, complete=1, files=())
    >>> count("tous", "Toutes", [home], [frozenset({1}), frozenset({9})]).files
    (1, 0)
    """
    found = list(members)
    order = list(STAGES)
    reached = [order.index(one.stage) for one in found]
    return Count(
        key,
        label,
        len(found),
        sum(rank >= 1 for rank in reached),
        sum(rank >= 2 for rank in reached),
        sum(rank >= 3 for rank in reached),
        sum(one.is_complete for one in found),
        tuple(sum(one.household in homes for one in found) for homes in services),
    )
