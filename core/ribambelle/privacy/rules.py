"""What is held of people, said once for each table: why, whose it is, until when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from piccolo.custom_types import Combinable
from piccolo.table import Table

from ribambelle.privacy.terms import WITH_FAMILY, Ends

NAMERS = "<"
"""In ``whose``: the row belongs to whoever holds a row that names it."""
ACCOUNTING = "Pièces comptables, dix ans après l’exercice"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """The personal columns of one table, for the register of processing (GDPR art. 30).

    `whose` are the columns that lead to people: a foreign key, or ``account``, ``child``, ``adult``,
    ``payer``, ``author`` (numbers), ``email``, ``recipient`` (addresses); a row is of a family when
    one of them is, and none leads to an adult of another. `ends` is when a row is past, `kept` how
    the families read it, with ``{term}`` for the length a commune may change. When a family asks to
    be forgotten its rows are removed, unless `forgotten` says ``kept``, and `because` which law
    asks: all of them, or those only that `proves` finds; rows past their term are removed, or
    ``blanked`` where their numbers must still add up.
    `secret` columns are given to nobody; `opened` reads those that lie sealed.
    """

    table: type[Table]
    columns: tuple[str, ...]
    purpose: str
    basis: str
    kept: str
    recipients: str = "Service petite enfance de la commune"
    whose: tuple[str, ...] = ()
    ends: Ends | tuple[Ends, ...] = WITH_FAMILY
    forgotten: Literal["removed", "kept"] = "removed"
    because: str = ""
    proves: Combinable | None = None
    """Of a kept table, the rows the accounts need: ``Card.cents > 0``. The others go."""
    past: Literal["removed", "blanked"] = "removed"
    secret: tuple[str, ...] = ()
    opened: Mapping[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    active: str = ""
    """The column that says when the family last did something, if this table tells."""

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return str(self.table._meta.tablename)


@dataclass(frozen=True, slots=True)
class Home:
    """Who would be forgotten together: numbers of the household, its adults, their children."""

    household: int
    adults: tuple[int, ...]
    children: tuple[int, ...]
