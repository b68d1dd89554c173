"""The month's table, as the public and the CAF may see it: frozen, small counts hidden."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.freezing import TOTAL
from ribambelle_creche.pages.statistics_tables import month_words
from ribambelle_creche.queries.areas import NOWHERE
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import FrozenCount


@dataclass(frozen=True)
class FrozenPage:
    """One month as published, and the months there are."""

    month: str
    months: list[str]
    columns: list[str]
    rows: list[tuple[str, list[int | None]]]
    threshold: int
    area: str = "quartier"

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


@get(
    "/creche/statistiques",
    name="creche.statistics.public",
    guards=[guards.public],
    indexed=True,
    figures=True,
)
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
        rows=[
            (name, line)
            for name, line in lines.items()
            if name not in NOWHERE.values() or any(cell != 0 for cell in line)
        ],
        threshold=settings.public_threshold,
        area="IRIS" if any(cell["cut"] == "iris" for cell in cells) else "quartier",
    )


@get(
    "/creche/statistiques/export/{kind:str}",
    name="creche.statistics.public_export",
    guards=[guards.public],
    figures=True,
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
    headings = (page.area[:1].upper() + page.area[1:], *page.columns, TOTAL.capitalize())
    return spreadsheets.answer(kind, f"demandes-{page.month}", headings, rows)


ROUTES = [published, published_export]
