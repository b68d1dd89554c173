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
from ribambelle.statistics import protected
from ribambelle.statistics.small_cells import Table, with_totals
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle_creche import spreadsheets
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.statistics import Count, FacilityDemand, Supply
from ribambelle_creche.freezing import ELSEWHERE, TOTAL, TOWN
from ribambelle_creche.queries import statistics
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import FrozenCount

readers = Holding("agent", "admin", "creche_desk", "creche_manager")
MEASURES = {
    "children": ("Enfants", "enfants"),
    "half_days": ("Temps pleins", "temps pleins"),
    "wishes": ("Vœux", "vœux"),
}
QUARTER = timedelta(days=91)
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)


@dataclass(frozen=True)
class Asked:
    """What the address of the page asks: months, and how to count."""

    first: str = ""
    last: str = ""
    measure: str = "children"

    @property
    def query(self) -> str:
        """The same, for a link."""
        return f"de={self.first}&a={self.last}&compter={self.measure}"


def asked_of(request: Request[Any, Any, Any]) -> Asked:
    """Read the address; what makes no sense is as if it were not said."""
    given = request.query_params
    first, last, measure = (str(given.get(name, "")) for name in ("de", "a", "compter"))
    return Asked(
        first if _is_month(first) else "",
        last if _is_month(last) else "",
        measure if measure in MEASURES else "children",
    )


def _is_month(text: str) -> bool:
    return MONTH.fullmatch(text) is not None


def month_words(month: str) -> str:
    """Return a month in words.

    >>> month_words("2027-01")
    'janvier 2027'
    """
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


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
    everything = await (statistics.wishes() if asked.measure == "wishes" else statistics.demand())
    counts = rules.within(everything, asked.first, asked.last)
    supply, names = await statistics.supply(), await quartier_names()
    table = table_of(counts, names, asked.measure, None if exact else settings.partner_threshold)
    own = person.numbers("creche_manager", "creche.facility")
    bars = bars_of(counts, supply, names)
    pressures = [(name, need / free) for name, need, free in bars if free]
    return StatisticsPage(
        asked=asked,
        exact=exact,
        at=now,
        figures=await figures_of(counts, supply, now),
        bars=bars if exact else [],
        most=max(pressures, key=lambda one: one[1], default=None) if exact else None,
        columns=["À naître", *(settings.ages.label(group) for group in GROUPS)],
        heat=heat_of(table, names, asked.measure, exact),
        town=[_shown(cell, asked.measure) for cell in table.cells[-1]],
        months=months_of(counts, asked.measure, None if exact else settings.partner_threshold),
        facilities=[one for one in await statistics.by_facility() if exact or one.id in own],
        own=own,
        choices=sorted({count.month for count in everything if count.month}),
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


def table_of(
    counts: list[Count], names: dict[int, str], measure: str, threshold: int | None
) -> Table:
    """Return quartier × age group with totals, protected under a threshold when there is one."""
    grid = rules.grid(counts, list(names), measure)
    if threshold is None:
        return Table(tuple(tuple(row) for row in with_totals(grid)))
    children = protected(rules.grid(counts, list(names)), threshold)
    told = with_totals(grid)
    # What is hidden is decided on children, so that another measure never uncovers them.
    return Table(
        tuple(
            tuple(
                value if isinstance(cell, int) else cell
                for cell, value in zip(line, told[number], strict=True)
            )
            for number, line in enumerate(children.cells)
        )
    )


def _shown(cell: Any, measure: str) -> Any:
    """Return a cell as the page shows it: a number, or the word for a hidden one."""
    if not isinstance(cell, int):
        return "masqué"
    return rules.full_places(cell) if measure == "half_days" else cell


def heat_of(
    table: Table, names: dict[int, str], measure: str, exact: bool
) -> list[tuple[str, list[Any], Any]]:
    """Return the rows of the table; for the town hall a number opens the files it counts."""
    rows: list[tuple[str, list[Any], Any]] = []
    for (quartier, name), line in zip(names.items(), table.cells, strict=False):
        if quartier == rules.NOWHERE and not any(line):
            continue
        # no view of the queue holds expected children alone, so that count leads nowhere
        expected, *born = [_shown(cell, measure) for cell in line[:-1]]
        linked = exact and quartier != rules.NOWHERE
        cells = [
            expected,
            *(
                _linked(value, quartier, group) if linked else value
                for group, value in zip(GROUPS, born, strict=True)
            ),
        ]
        rows.append((name, cells, _shown(line[-1], measure)))
    return rows


def _linked(value: Any, quartier: int, group: str) -> tuple[Any, str]:
    return value, f"/bureau/creche/demandes?vue=toutes&quartier={quartier}&age={group}"


def bars_of(
    counts: list[Count], supply: list[Supply], names: dict[int, str]
) -> list[tuple[str, float, float]]:
    """Return need and free places by quartier, in full places, the greatest need first."""
    need = dict.fromkeys(names, 0)
    free = dict(need)
    for count in counts:
        need[count.quartier] = need.get(count.quartier, 0) + count.half_days
    for one in supply:
        free[one.quartier] = free.get(one.quartier, 0) + one.free
    rows = [
        (name, rules.full_places(need[quartier]), rules.full_places(free[quartier]))
        for quartier, name in names.items()
        if need[quartier] or free[quartier]
    ]
    return sorted(rows, key=lambda row: -row[1])


def months_of(
    counts: list[Count], measure: str, threshold: int | None
) -> list[tuple[str, list[Any], Any]]:
    """Return month of start × age group, protected in the same way."""
    lines = rules.by_month(counts, measure)
    if not lines:
        return []
    full = with_totals([line for _, line in lines])
    cells: Any = full
    if threshold is not None:
        cells = protected([line for _, line in rules.by_month(counts)], threshold).cells
    return [
        (
            month_words(month),
            [
                _shown(value if isinstance(cell, int) else cell, measure)
                for cell, value in zip(cells[number][:-1], full[number][:-1], strict=True)
            ],
            _shown(full[number][-1] if isinstance(cells[number][-1], int) else None, measure),
        )
        for number, (month, _) in enumerate(lines)
    ]


async def figures_of(
    counts: list[Count], supply: list[Supply], now: datetime
) -> list[tuple[str, float | int | None, str]]:
    """Return the key figures: demand, need, supply, pressure, freshness."""
    children = sum(count.children for count in counts)
    need, free = sum(count.half_days for count in counts), sum(one.free for one in supply)
    total = sum(count.children for count in await statistics.demand())
    fresh, complete = await statistics.fresh(now - QUARTER), await statistics.complete()
    return [
        ("Demandes en cours", children, ""),
        ("Besoin", rules.full_places(need), "temps pleins"),
        ("Places libres", rules.full_places(free), "temps pleins"),
        ("Pression", rules.pressure(need, free), "demandes par place"),
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


# -- the public ------------------------------------------------------------------------------


@dataclass(frozen=True)
class FrozenPage:
    """One month as published, and the months there are."""

    month: str
    months: list[str]
    columns: list[str]
    rows: list[tuple[str, list[int | None]]]
    threshold: int

    @property
    def month_label(self) -> str:
        """The month in words."""
        return month_words(self.month)

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns of the table, totals last."""
        return [(label, "n") for label in (*self.columns, TOTAL.capitalize())]

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other months published."""
        return [(month, month_words(month)) for month in self.months if month != self.month]


@get("/creche/statistiques", name="creche.statistics.public", guards=[guards.public])
async def published(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Show a month's frozen table to anybody."""
    return Page("creche/public/statistics.html", await frozen_page(request, tenant))


async def frozen_page(request: Request[Any, Any, Any], tenant: Tenant) -> FrozenPage:
    """Read the month asked for, or the last one."""
    found = await FrozenCount.select(FrozenCount.month).group_by(FrozenCount.month)
    months = sorted((row["month"] for row in found), reverse=True)
    wanted = str(request.query_params.get("mois", ""))
    month = wanted if wanted in months else months[0] if months else ""
    cells = await FrozenCount.select().where(FrozenCount.month == month).order_by(FrozenCount.id)
    lines: dict[str, list[int | None]] = {}
    for cell in cells:
        lines.setdefault(cell["quartier"], []).append(cell["children"])
    settings = tenant.of(Settings)
    return FrozenPage(
        month=month,
        months=months,
        columns=[LABELS[group] for group in GROUPS],
        rows=list(lines.items()),
        threshold=settings.public_threshold,
    )


@get(
    "/creche/statistiques/export/{kind:str}",
    name="creche.statistics.public_export",
    guards=[guards.public],
)
async def published_export(
    request: Request[Any, Any, Any], kind: FromPath[str], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send a month's frozen table as a file."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    page = await frozen_page(request, tenant)
    rows = [
        (name, *("masqué" if cell is None else cell for cell in cells)) for name, cells in page.rows
    ]
    headings = ("Quartier", *page.columns, TOTAL.capitalize())
    return spreadsheets.answer(kind, f"demandes-{page.month}", headings, rows)


ROUTES = [live, export, published, published_export]
