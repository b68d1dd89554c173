"""What the commune offers before and after school: for anybody, with the way in for families."""

from dataclasses import dataclass
from datetime import datetime

from litestar import get
from litestar.di import NamedDependency

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_periscolaire.domain.activities import RUNS
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.cut_off_words import told
from ribambelle_periscolaire.queries import catalogue, waiting_lists
from ribambelle_periscolaire.settings import Settings


@dataclass(frozen=True, slots=True)
class Offered:
    """One activity, with its delays in words."""

    activity: Activity
    runs: str
    add: str = ""
    cancel: str = ""

    @property
    def is_on_site(self) -> bool:
        """Tell whether it is never booked here."""
        return self.activity.booked == "on_site"


@dataclass(frozen=True)
class PublicPage:
    """The activities of a commune."""

    activities: list[Offered]
    offers: int = 0


@get(
    "/periscolaire",
    name="periscolaire",
    told="Lire ce que la commune propose autour de l’école",
    guards=[guards.public],
    indexed=True,
)
async def activities(
    tenant: NamedDependency[Tenant],
    visitor: NamedDependency[Person | None],
    now: NamedDependency[datetime],
) -> Page:
    """Show the activities, their hours and delays; for a family, the ways to book."""
    known = await catalogue.current()
    rules = {rule.name: rule for rule in tenant.of(Settings).cut_offs}
    shown = []
    for one in known.activities:
        rule = rules.get(one.cut_off)
        words = (told(rule, "add"), told(rule, "cancel")) if rule else ("", "")
        shown.append(Offered(one, RUNS[one.runs], *words))
    offers = 0
    if visitor and visitor.is_family:
        rows = await waiting_lists.own(visitor, now.date())
        offers = sum(row["offered_until"] is not None for row in rows)
    return Page("periscolaire/public.html", PublicPage(shown, offers))


ROUTES = [activities]
