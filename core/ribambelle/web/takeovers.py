"""What was taken over from other programs, and the way back for a month."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.families.planning import ROWS_DONE
from ribambelle.identity import Person
from ribambelle.takeover import undoing
from ribambelle.takeover.tables import Takeover
from ribambelle.takeover.traces import DAYS
from ribambelle.takeover.undoing import Undone
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

PAGE = "/bureau/reprises"
SHOWN = 100
MOST_ROWS = 5_000
"""Rows taken back from a page: more take a while in which no family could write."""


@dataclass(frozen=True)
class Taken:
    """One takeover, as an agent reads it."""

    row: Takeover
    now: datetime

    @property
    def told(self) -> str:
        """How many lines ended each way, or that it was taken back."""
        if self.row.undone_at is not None:
            return f"défaite le {formats.jour(self.row.undone_at.astimezone(self.now.tzinfo))}"
        found = msgspec.json.decode(self.row.outcome, type=dict[str, dict[str, int]])
        sums = {
            word.lower(): sum(one.get(done, 0) for one in found.values())
            for done, word in ROWS_DONE.items()
        }
        return ", ".join(f"{word} : {formats.nombre(count)}" for word, count in sums.items())

    @property
    def may_go_back(self) -> bool:
        """Tell whether what it changed is still kept."""
        return self.row.undone_at is None and self.now - self.row.created_at < timedelta(days=DAYS)


@dataclass(frozen=True)
class TakeoversPage:
    """The last takeovers."""

    taken: list[Taken]


@dataclass(frozen=True)
class BackPage:
    """One takeover, and what would go and stay."""

    taken: Taken
    undone: Undone | None
    """None when it is too big to be tried while somebody waits."""
    slug: str

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The first of what stays, with why."""
        return self.undone.kept[:SHOWN] if self.undone else []


@get(PAGE, name="takeovers.list", told="Voir les données reprises", guards=[guards.admin])
async def takeovers(now: NamedDependency[datetime]) -> Page:
    """Show the last takeovers, and which may be taken back."""
    rows = await undoing.last()
    return Page("office/takeovers.html", TakeoversPage([Taken(one, now) for one in rows]))


@get(
    f"{PAGE}/{{number:int}}",
    name="takeovers.back",
    told="Voir ce qui partirait en revenant sur une reprise",
    guards=[guards.admin],
)
async def look(
    number: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Page:
    """Show what would go and what would stay: all is tried, then undone."""
    row = await undoing.one(number)
    is_big = await undoing.rows(number) > MOST_ROWS
    undone = None if is_big else await undoing.take_back(tenant, number, dry=True)
    page = BackPage(Taken(row, now), undone, tenant.slug)
    return Page("office/takeover_back.html", page)


@post(
    f"{PAGE}/{{number:int}}",
    name="takeovers.undo",
    told="Revenir sur une reprise de données",
    guards=[guards.admin],
)
async def undo(
    number: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Take a takeover back: what was used since stays."""
    if await undoing.rows(number) > MOST_ROWS:
        return Redirect(f"{PAGE}/{number}", status_code=303)
    undone = await undoing.take_back(tenant, number, by=person.account)
    kept = len(undone.kept)
    told = f" {formats.nombre(kept)} servent déjà : ils restent." if kept else ""
    seen.tell("ok", f"La reprise est défaite.{told}")
    return Redirect(PAGE, status_code=303)


ROUTES = [takeovers, look, undo]
