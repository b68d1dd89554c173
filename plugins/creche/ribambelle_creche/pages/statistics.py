"""Statistics: live and exact for the town hall, protected for crèches, frozen for the public."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.identity.tables import Quartier
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle_creche import spreadsheets
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.statistics import Count, FacilityDemand, Supply
from ribambelle_creche.freezing import ELSEWHERE, TOWN
from ribambelle_creche.pages import statistics_public
from ribambelle_creche.pages.statistics_tables import (
    bars_of,
    heat_of,
    laid_out,
    month_words,
    months_of,
    shown,
)
from ribambelle_creche.queries import desks, statistics
from ribambelle_creche.settings import Settings

readers = Holding("agent", "admin", "creche_desk", "creche_manager")
MEASURES = {
    "children": ("Enfants", "enfants"),
    "half_days": ("Temps pleins", "temps pleins"),
    "wishes": ("Vœux", "vœux"),
}
QUARTER = timedelta(days=91)
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Asked:
    """What the address of the page asks: months, and how to count."""

    first: str = ""
    last: str = ""
    measure: str = "children"
    desk: int = 0

    @property
    def query(self) -> str:
        """The same, for a link."""
        return f"de={self.first}&a={self.last}&compter={self.measure}&guichet={self.desk}"


def asked_of(request: Request[Any, Any, Any]) -> Asked:
    """Read the address; what makes no sense is as if it were not said."""
    given = request.query_params
    first, last, measure, desk = (
        str(given.get(name, "")) for name in ("de", "a", "compter", "guichet")
    )
    return Asked(
        first if _is_month(first) else "",
        last if _is_month(last) else "",
        measure if measure in MEASURES else "children",
        int(desk) if desk.isdecimal() and len(desk) < 9 else 0,
    )


def _is_month(text: str) -> bool:
    return MONTH.fullmatch(text) is not None


@dataclass(frozen=True)
class StatisticsPage:
    """Everything the page shows, computed at one moment."""

    asked: Asked
    exact: bool
    at: datetime
    figures: list[tuple[str, float | int | None, str]]
    bars: list[tuple[str, float, float]]
    most: tuple[str, float] | None
    columns: list[str]
    heat: list[tuple[str, list[Any], Any]]
    town: list[Any]
    months: list[tuple[str, list[Any], Any]]
    facilities: list[FacilityDemand]
    own: list[int]
    choices: list[str]
    desks: list[tuple[int, str]]
    threshold: int

    @property
    def months_offered(self) -> list[tuple[str, str]]:
        """The months of start there are, to choose from."""
        return [(month, month_words(month)) for month in self.choices]

    @property
    def measures(self) -> list[tuple[str, str]]:
        """The ways to count, to choose from."""
        return [(code, label) for code, (label, _) in MEASURES.items()]

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """The key figures in French."""
        return [
            (
                label,
                "—"
                if value is None
                else formats.nombre(value, 1 if isinstance(value, float) else 0),
                unit,
            )
            for label, value, unit in self.figures
        ]


@get("/bureau/creche/statistiques", name="creche.statistics", guards=[readers])
async def live(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show demand as it stands now; crèches see other small counts hidden."""
    return Page(
        "creche/office/statistics.html", await page_of(asked_of(request), tenant, person, now)
    )


async def page_of(asked: Asked, tenant: Tenant, person: Person, now: datetime) -> StatisticsPage:
    """Count once, and lay out every part of the page from the same counts."""
    settings = tenant.of(Settings)
    exact = person.holds("agent", "admin", "creche_desk")
    threshold = None if exact else settings.partner_threshold
    # Two tables that differ by a filter give away what each hides: a crèche sees one table only.
    asked = asked if exact else Asked()
    children = await statistics.demand(asked.desk)
    everything = await statistics.wishes(asked.desk) if asked.measure == "wishes" else children
    counts = rules.within(everything, asked.first, asked.last)
    supply, names = await statistics.supply(), await quartier_names()
    table = laid_out(rules.grid(counts, list(names), asked.measure), threshold)
    own = person.numbers("creche_manager", "creche.facility")
    bars = bars_of(counts, supply, names)
    pressures = [(name, need / free) for name, need, free in bars if free]
    return StatisticsPage(
        asked=asked,
        exact=exact,
        at=now,
        figures=await figures_of(
            rules.within(children, asked.first, asked.last), supply, now, threshold
        ),
        bars=bars if exact else [],
        most=max(pressures, key=lambda one: one[1], default=None) if exact else None,
        columns=["À naître", *(settings.ages.label(group) for group in GROUPS)],
        heat=heat_of(table, names, asked.measure, exact),
        town=[shown(cell, asked.measure) for cell in table.cells[-1]],
        months=months_of(counts, asked.measure, threshold),
        facilities=[one for one in await statistics.by_facility() if exact or one.id in own],
        own=own,
        choices=sorted({count.month for count in everything if count.month}),
        desks=[(one.id, one.name) for one in await desks.every()] if exact else [],
        threshold=settings.partner_threshold,
    )


async def quartier_names() -> dict[int, str]:
    """Return the quartiers by id, in order of name, and the place of those in none."""
    rows = (
        await Quartier.select(Quartier.id, Quartier.name)
        .where(Quartier.parent.is_null())
        .order_by(Quartier.name)
    )
    return {**{row["id"]: row["name"] for row in rows}, rules.NOWHERE: ELSEWHERE}


async def figures_of(
    counts: list[Count], supply: list[Supply], now: datetime, threshold: int | None
) -> list[tuple[str, float | int | None, str]]:
    """Return the key figures; whoever sees small counts hidden sees no small total either."""
    children = sum(count.children for count in counts)
    need, free = sum(count.half_days for count in counts), sum(one.free for one in supply)
    told = threshold is None or children >= threshold
    figures: list[tuple[str, float | int | None, str]] = [
        ("Demandes en cours", children if told else None, ""),
        ("Besoin", rules.full_places(need) if told else None, "temps pleins"),
        ("Places libres", rules.full_places(free), "temps pleins"),
        ("Pression", rules.pressure(need, free) if told else None, "demandes par place"),
    ]
    if threshold is not None:
        return figures
    total = sum(count.children for count in await statistics.demand())
    fresh, complete = await statistics.fresh(now - QUARTER), await statistics.complete()
    return [
        *figures,
        ("Dossiers complets", _share(complete, total), "%"),
        ("Confirmées ces 3 mois", _share(fresh, total), "%"),
    ]


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


@get(
    "/bureau/creche/statistiques/export/{kind:str}",
    name="creche.statistics.export",
    guards=[readers],
)
async def export(
    request: Request[Any, Any, Any],
    kind: FromPath[str],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the table of the page as a file, under the same rule."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    page = await page_of(asked_of(request), tenant, person, now)
    rows = [
        (name, *(cell[0] if isinstance(cell, tuple) else cell for cell in cells), total)
        for name, cells, total in page.heat
    ]
    headings = ("Quartier", *page.columns, "Total")
    return spreadsheets.answer(kind, "statistiques", headings, [*rows, (TOWN, *page.town)])


ROUTES = [live, export, *statistics_public.ROUTES]
