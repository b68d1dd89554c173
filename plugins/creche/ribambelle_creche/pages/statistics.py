"""Statistics: live and exact for the town hall, protected for crèches, frozen for the public."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import spreadsheets
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle_creche.domain.statistics import FACILITY_ORDERS
from ribambelle_creche.pages import statistics_admissions, statistics_needs, statistics_public
from ribambelle_creche.pages.statistics_page import MEASURES, Asked, page_of
from ribambelle_creche.pages.statistics_sheets import sheets_of
from ribambelle_creche.pages.statistics_tables import month_of

readers = Holding("agent", "admin", "creche_desk", "creche_manager")


def asked_of(request: Request[Any, Any, Any]) -> Asked:
    """Read the address; what makes no sense is as if it were not said, and months go in order."""
    given = request.query_params
    first, last, measure, desk, order = (
        str(given.get(name, "")) for name in ("de", "a", "compter", "guichet", "tri")
    )
    first, last = month_of(first), month_of(last)
    if first and last:
        first, last = sorted((first, last))
    return Asked(
        first,
        last,
        measure if measure in MEASURES else "children",
        int(desk) if desk.isdecimal() and len(desk) < 9 else 0,
        order if order in FACILITY_ORDERS else "nom",
        "iris" if given.get("decoupage") == "iris" else "",
    )


@get(
    "/bureau/creche/statistiques",
    name="creche.statistics",
    told="Lire les statistiques",
    guards=[readers],
    figures=True,
)
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


@get(
    "/bureau/creche/statistiques/export/{kind:str}",
    name="creche.statistics.export",
    told="Télécharger les statistiques",
    guards=[readers],
    figures=True,
)
async def export(
    request: Request[Any, Any, Any],
    kind: FromPath[str],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the tables of the page, all in one spreadsheet or one as CSV, under the same rules."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    sheets = sheets_of(await page_of(asked_of(request), tenant, person, now), tenant)
    if kind == "xlsx":
        return spreadsheets.book("statistiques", list(sheets.values()))
    wanted = str(request.query_params.get("table", "quartiers"))
    if wanted not in sheets:
        raise NotYours
    sheet = sheets[wanted]
    return spreadsheets.answer(kind, f"statistiques-{wanted}", sheet.headings, sheet.rows)


ROUTES = [
    live,
    export,
    *statistics_admissions.ROUTES,
    *statistics_needs.ROUTES,
    *statistics_public.ROUTES,
]
