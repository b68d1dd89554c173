"""Enrolments at the town hall: the list, its spreadsheet, many accepted at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person, schools
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import enrolling
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.enrolments import KINDS, year_words
from ribambelle_periscolaire.pages.enrolment import MOVED
from ribambelle_periscolaire.queries import enrolments, examined
from ribambelle_periscolaire.queries.examined import PAGE, VIEWS, Filters, Row
from ribambelle_periscolaire.workflow import WORKFLOW

DESK = "/bureau/periscolaire/inscriptions"
MOST = 500
"""Enrolments accepted in one go: each is a transaction of its own."""
HEADINGS = (
    *("Numéro", "Enfant", "Né le", "École", "Classe", "Année", "État", "Envoyée le"),
    *("Activités", "Pièces manquantes"),
)


@dataclass(frozen=True)
class ListPage:
    """One view of the enrolments, and its filters."""

    filters: Filters
    counts: dict[str, int]
    rows: list[Row]
    schools: list[tuple[int, str]]
    years: list[tuple[int, str]]

    @property
    def total(self) -> int:
        """How many enrolments the view holds."""
        return self.counts[self.filters.view]

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The views, with how many enrolments each holds."""
        return [
            (label, self.address(vue=view), self.counts[view], view == self.filters.view)
            for view, (label, _) in VIEWS.items()
        ]

    def address(self, **changed: Any) -> str:
        """Return the address of the list with some filters changed."""
        return f"{DESK}?" + query_of(self.filters, **changed)

    @property
    def exported(self) -> str:
        """The address of this view as a spreadsheet."""
        return f"{DESK}/export?" + query_of(self.filters)

    @property
    def accepting(self) -> str:
        """The address where those of this view that are complete are accepted together."""
        return f"{DESK}/accepter?" + query_of(self.filters, vue="a-examiner")

    @property
    def first(self) -> int:
        """The rank of the first row shown."""
        return (self.filters.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The rank of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def before(self) -> str | None:
        """The address of the previous page, if there is one."""
        page = self.filters.page
        return self.address(page=page - 1) if page > 1 else None

    @property
    def after(self) -> str | None:
        """The address of the next page, if there is one."""
        page = self.filters.page
        return self.address(page=page + 1) if page * PAGE < self.total else None

    @staticmethod
    def state(code: str) -> str:
        """Return what a state is called."""
        return WORKFLOW.state(code).label

    @staticmethod
    def missing(kinds: tuple[str, ...]) -> str:
        """Return the papers that are missing, in words."""
        return ", ".join(KINDS.get(kind, kind) for kind in kinds) or "Rien"


def query_of(filters: Filters, **changed: Any) -> str:
    """Return filters as the query of an address; what says nothing is left out.

    >>> query_of(Filters("acceptees", school=3), page=2)
    'vue=acceptees&ecole=3&page=2'
    """
    said = {
        "vue": filters.view,
        "ecole": filters.school,
        "annee": filters.year,
        "q": filters.words,
    } | changed
    return urlencode({name: value for name, value in said.items() if value})


def filters_of(request: Request[Any, Any, Any]) -> Filters:
    """Read the filters of an address; what makes no sense is as if it were not said."""
    given = request.query_params

    def number(name: str) -> int:
        text = str(given.get(name, ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0

    view = str(given.get("vue", ""))
    return Filters(
        view if view in VIEWS else "a-examiner",
        number("ecole"),
        number("annee"),
        str(given.get("q", "")).replace("\0", "").strip()[:100],
        max(1, number("page")),
    )


@get(
    DESK,
    name="periscolaire.office.enrolments",
    told="Voir les inscriptions périscolaires",
    guards=[guards.agent],
)
async def every(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show one view of the enrolments."""
    filters = filters_of(request)
    years = {*await examined.years(), school_year(now.date())}
    page = ListPage(
        filters,
        await examined.counts(filters),
        await examined.rows(tenant, filters),
        list((await schools.names()).items()),
        [(year, year_words(year)) for year in sorted(years, reverse=True)],
    )
    return Page("periscolaire/office/enrolments.html", page)


@get(
    f"{DESK}/export",
    name="periscolaire.office.enrolments_export",
    told="Télécharger la liste des inscriptions périscolaires",
    guards=[guards.agent],
)
async def export(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send what is on the screen, all its pages, as a spreadsheet; nothing of health is in it."""
    found = await examined.rows(tenant, filters_of(request), size=None)
    lines = [
        (
            f"P-{row.id}",
            row.name,
            row.born_on,
            row.school,
            row.class_name,
            year_words(row.year),
            WORKFLOW.state(row.state).label,
            row.sent_at.astimezone(tenant.zone).date() if row.sent_at else None,
            ", ".join(row.activities),
            ", ".join(KINDS.get(kind, kind) for kind in row.missing),
        )
        for row in found
    ]
    return spreadsheets.answer("xlsx", "inscriptions", HEADINGS, lines)


@dataclass(frozen=True)
class AcceptPage:
    """What would be accepted together, and what would not."""

    complete: list[Row]
    others: list[Row]
    back: str
    query: str
    error: str = ""

    missing = staticmethod(ListPage.missing)


async def accept_page(
    request: Request[Any, Any, Any], tenant: Tenant, error: str = ""
) -> AcceptPage:
    """Return the enrolments of the view that are complete, and the others."""
    given = filters_of(request)
    filters = Filters("a-examiner", given.school, given.year, given.words)
    found = (await examined.rows(tenant, filters, size=None))[:MOST]
    query = query_of(filters)
    return AcceptPage(
        [row for row in found if not row.missing],
        [row for row in found if row.missing],
        f"{DESK}?{query}",
        query,
        error,
    )


@get(
    f"{DESK}/accepter",
    name="periscolaire.office.accept_many_page",
    told="Voir quelles inscriptions complètes seraient acceptées ensemble",
    guards=[guards.agent],
)
async def accept_many_page(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Page:
    """Show what would be accepted; nothing is."""
    return Page("periscolaire/office/accept.html", await accept_page(request, tenant))


class Chosen(msgspec.Struct, frozen=True):
    """The enrolments ticked."""

    enrolments: tuple[int, ...] = ()


@post(
    f"{DESK}/accepter",
    name="periscolaire.office.accept_many",
    told="Accepter ensemble des inscriptions complètes",
    guards=[guards.agent],
)
async def accept_many(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Accept those ticked that are still complete, each on its own; the others stay as they were."""
    form = await forms.read(request, Chosen)
    page = await accept_page(request, tenant, "Cochez au moins une inscription.")
    wanted = set(form.struct.enrolments if form.struct else ())
    if not wanted:
        return Page("periscolaire/office/accept.html", page, status=422)
    done = 0
    for row in page.complete:
        if row.id not in wanted:
            continue
        try:
            await enrolling.accept(await enrolments.one(row.id), person.account, "office", now)
        except Refused as refusal:
            if refusal.reason not in MOVED:
                raise
            continue
        done += 1
    left = len(wanted) - done
    told = f"{done} inscription{'s' if done > 1 else ''} acceptée{'s' if done > 1 else ''}."
    if left:
        told += (
            f" {left} a changé entre-temps : regardez-la."
            if left == 1
            else (f" {left} ont changé entre-temps : regardez-les.")
        )
    seen.tell("ok" if done else "info", told)
    return Redirect(page.back, status_code=303)


ROUTES = [every, export, accept_many_page, accept_many]
