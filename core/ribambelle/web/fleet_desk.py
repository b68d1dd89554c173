"""What the CAF's correspondent reads of every commune: their published figures, side by side.

The page reads a file that the machine's administrator makes; it never opens another commune's base.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.statistics import fleet
from ribambelle.statistics.fleet import Gathered, Report
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards, spreadsheets
from ribambelle.web.page import Page

DESK = "/bureau/communes"
reading = guards.Holding("caf_operator")


@dataclass(frozen=True)
class TableShown:
    """One count of the communes, as rows."""

    label: str
    columns: list[tuple[str, str]]
    rows: fleet.Rows
    silent: list[str]


@dataclass(frozen=True)
class FleetPage:
    """One month of every commune; nothing when none was gathered yet."""

    code: str
    """The month, as an address writes it."""
    month: str
    at: datetime | None
    tables: list[TableShown]
    unread: list[str]
    others: list[tuple[str, str]]


def _shown(table: Gathered) -> TableShown:
    columns = [("Commune", ""), *((one, "n") for one in table.columns)]
    return TableShown(table.label, columns, fleet.rows_of(table), table.silent)


def _report(request: Request[Any, Any, Any], tenant: Tenant) -> Report | None:
    """Return the month asked for, or the last one; a portal not told to read them has none."""
    if not tenant.settings.fleet_figures:
        raise NotYours
    data = tenant.platform.data
    known = fleet.months(data)
    asked = str(request.query_params.get("mois", ""))
    return fleet.read(data, asked if asked in known else next(iter(known), ""))


@get(
    DESK,
    name="fleet.figures",
    told="Lire les chiffres publiés par toutes les communes",
    guards=[reading],
)
async def look(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Show one month, each commune on its line."""
    report = _report(request, tenant)
    known = [one for one in fleet.months(tenant.platform.data) if report and one != report.month]
    page = FleetPage(
        code=report.month if report else "",
        month=_words(report.month) if report else "",
        at=report.at.astimezone(tenant.zone) if report else None,
        tables=[_shown(one) for one in report.tables] if report else [],
        unread=report.unread if report else [],
        others=[(one, _words(one)) for one in known],
    )
    return Page("office_fleet.html", page)


@get(
    f"{DESK}/export/{{kind:str}}",
    name="fleet.figures_file",
    told="Prendre les chiffres publiés par toutes les communes",
    guards=[reading],
)
async def take(
    request: Request[Any, Any, Any], kind: FromPath[str], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send the month as a file."""
    report = _report(request, tenant)
    if kind not in spreadsheets.KINDS or report is None or not report.tables:
        raise NotYours
    headings, rows = as_list(report)
    return spreadsheets.answer(kind, f"communes-{report.month}", headings, rows)


def as_list(report: Report) -> tuple[list[str], fleet.Rows]:
    """Return every table as one list, a line for each commune and column."""
    rows: fleet.Rows = []
    for table in report.tables:
        for commune, *cells in fleet.rows_of(table):
            for column, cell in zip(table.columns, cells, strict=True):
                rows.append([report.month, table.label, commune, column, cell])
    return ["Mois", "Chiffre", "Commune", "Colonne", "Nombre"], rows


def _words(month: str) -> str:
    year, number = month.split("-")
    return f"{formats.MONTHS[int(number) - 1]} {year}"


ROUTES = [look, take]
