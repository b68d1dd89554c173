"""What may be taken over: a matter says its fields, and how its lines are brought in."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from piccolo.table import Table

from ribambelle.families.columns import Field
from ribambelle.families.planning import Done, Outcome
from ribambelle.takeover.lines import Line, Unread
from ribambelle.takeover.traces import Trace
from ribambelle.tenants import Tenant


@dataclass(slots=True)
class Taking:
    """One takeover under way: who, when, and what it left behind."""

    tenant: Tenant
    now: datetime
    number: int
    """Of the takeover."""
    name: str
    """Of the program that is left, as its mapping file says it."""
    traces: list[Trace] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Sentences for the report: totals, what is to do next."""
    at_the_end: list[Callable[[], None]] = field(default_factory=list)
    """What is written outside the database, once everything else holds; never when only shown."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of lines that may be taken over."""

    code: str
    label: str
    order: int
    """Those that others need come first: families 10, activities 30, balances 70."""
    fields: tuple[Field, ...]
    bring: Callable[[Sequence[Line], Taking], Awaitable[list[Outcome]]]
    """Write the lines that can be kept, in the open transaction; say what becomes of each."""
    used: Callable[[Sequence[int], Taking], Awaitable[Mapping[int, str]]] | None = None
    """Which households have used since what was brought, and how: they keep it."""
    taken_back: Callable[[Sequence[Trace], Taking], Awaitable[None]] | None = None
    """Told what goes of this matter, before its rows do: what is no row is taken back here."""
    frees: tuple[type[Table], ...] = ()
    """Tables whose rows may point at what goes: they stay, and point at nothing."""
    is_whole: bool = False
    """Its files are brought in as one: what one family owes may be told in two of them."""


async def one_by_one(
    lines: Iterable[Line], bring: Callable[[Line], Awaitable[tuple[Done, str]]]
) -> list[Outcome]:
    """Bring lines in one after the other; one that cannot be read is refused with its reason."""
    found = []
    for line in lines:
        try:
            done, told = await bring(line)
        except Unread as unread:
            done, told = "refused", str(unread)
        found.append(Outcome(line.rank, done, told))
    return found
