"""The town hall's queue: every file that was sent, by views and filters."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person, quartiers
from ribambelle.tenants import Tenant
from ribambelle.web import spreadsheets
from ribambelle.web.page import Page
from ribambelle_creche.domain import week as half_days
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.pages import office_desks, office_file, office_merge
from ribambelle_creche.pages.office_file import office
from ribambelle_creche.pages.statistics_tables import month_of, month_words
from ribambelle_creche.queries import desks, facilities, queue
from ribambelle_creche.queries.queue import PAGE, VIEWS, Filters, QueueRow
from ribambelle_creche.settings import Settings
from ribambelle_creche.workflow import WORKFLOW


@dataclass(frozen=True)
class QueuePage:
    """One view of the queue, its filters, and what they could be."""

    filters: Filters
    counts: dict[str, int]
    rows: list[QueueRow]
    facilities: list[tuple[int, str]]
    quartiers: list[tuple[int, str]]
    desks: list[tuple[int, str]]
    groups: list[tuple[str, str]]
    tokens: list[tuple[str, str]]

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days of a week, with Saturday when a file of this page asks for it."""
        return half_days.days(saturday=any(half_days.has_saturday(one.slots) for one in self.rows))

    halves = (("am", "matin"), ("pm", "après-midi"))

    @property
    def total(self) -> int:
        """How many files the view holds."""
        return self.counts[self.filters.view]

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The views, with how many files each holds; what the figures count, only from a figure."""
        return [
            (label, self.address(view=view), self.counts[view], view == self.filters.view)
            for view, (label, _) in VIEWS.items()
            if view != "actives" or self.filters.view == "actives"
        ]

    @property
    def columns(self) -> list[tuple[str, str, str, bool]]:
        """The heads of the table: words, kind, address that sorts by it, whether it sorts now."""
        return [
            (words, kind, self.address(order=order) if order else "", order == self.filters.order)
            for words, kind, order in COLUMNS
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of filters does not show, and must not lose."""
        return [
            (NAMES[name], getattr(self.filters, name))
            for name in ("iris", "birth", "first", "last", "order")
            if getattr(self.filters, name) != getattr(Filters(), name)
        ]

    @property
    def first(self) -> int:
        """The rank of the first row shown."""
        return (self.filters.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The rank of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @staticmethod
    def state(code: str) -> str:
        """Return what a state is called."""
        return WORKFLOW.state(code).label

    @staticmethod
    def missing(kinds: tuple[str, ...]) -> str:
        """Return what nobody has seen yet, in words."""
        return ", ".join(KINDS.get(kind, kind) for kind in kinds) or "Rien"

    @staticmethod
    def slots(number: int) -> tuple[str, ...]:
        """Return the half-days of a week."""
        return half_days.slots(number)

    @staticmethod
    def week(number: int) -> str:
        """Return a week in words."""
        return half_days.words(number) or "semaine non précisée"

    def address(self, **changed: Any) -> str:
        """Return the address of this view with some filters changed."""
        return "/bureau/creche/demandes?" + query_of(self.filters.without(**changed))

    def exported(self, kind: str) -> str:
        """Return the address of this view as a file."""
        return f"/bureau/creche/demandes/export/{kind}?" + query_of(self.filters)

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


COLUMNS = (
    ("Demande", "", "numero"),
    ("État", "", ""),
    ("Ce qui manque", "", ""),
    ("Premier vœu", "", ""),
    ("Semaine", "", ""),
    ("Entrée", "n", "entree"),
    ("Reçue", "n", "recues"),
    ("Guichet", "", ""),
)
NAMES = {
    "view": "vue",
    "facility": "creche",
    "age_group": "age",
    "quartier": "quartier",
    "iris": "iris",
    "desk": "guichet",
    "birth": "naissance",
    "first": "de",
    "last": "a",
    "words": "q",
    "order": "tri",
    "page": "page",
}


def query_of(filters: Filters) -> str:
    """Return the filters as the query of an address; what says nothing is left out."""
    default = Filters()
    said = {
        name: getattr(filters, key)
        for key, name in NAMES.items()
        if key == "view" or getattr(filters, key) != getattr(default, key)
    }
    return urlencode(said)


def filters_of(request: Request[Any, Any, Any]) -> Filters:
    """Read the filters of an address; what makes no sense is as if it were not said."""
    given = request.query_params

    def number(name: str, least: int = 0) -> int:
        text = str(given.get(name, ""))
        return max(least, int(text)) if text.isdecimal() and len(text) < 10 else least

    view, group, order, birth, first, last = (
        str(given.get(name, "")) for name in ("vue", "age", "tri", "naissance", "de", "a")
    )
    return Filters(
        view=view if view in VIEWS else "nouvelles",
        facility=number("creche"),
        age_group=group if group in GROUPS else "",
        quartier=number("quartier"),
        iris=str(given.get("iris", "")).strip()[:60],
        desk=queue.NO_DESK if given.get("guichet") == str(queue.NO_DESK) else number("guichet"),
        birth=birth if birth in queue.BIRTHS else "",
        first=month_of(first),
        last=month_of(last),
        words=str(given.get("q", "")).strip()[:100],
        order=order if order in queue.ORDERS else "recues",
        page=number("page", 1),
    )


@get(
    "/bureau/creche/demandes",
    name="creche.office.queue",
    told="Voir les demandes de place",
    guards=[office],
)
async def demandes(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
) -> Page:
    """Show one view of the queue."""
    filters, limits = filters_of(request), tenant.of(Settings).ages
    page = QueuePage(
        filters=filters,
        counts=await queue.counts(person, filters),
        rows=await queue.rows(person, filters),
        facilities=[(one.id, one.name) for one in await facilities.every()],
        quartiers=await quartiers.choices(),
        desks=[*(await desks.names()).items(), (queue.NO_DESK, "Sans guichet")],
        groups=[(group, limits.label(group)) for group in GROUPS],
        tokens=[],
    )
    return Page("creche/office/queue.html", with_tokens(page))


def with_tokens(page: QueuePage) -> QueuePage:
    """Add one token per active filter: what it says, and the address without it."""
    known: list[tuple[str, Any, list[tuple[Any, str]]]] = [
        ("facility", page.filters.facility, list(page.facilities)),
        ("age_group", page.filters.age_group, list(page.groups)),
        ("quartier", page.filters.quartier, list(page.quartiers)),
        ("desk", page.filters.desk, list(page.desks)),
    ]
    filters = page.filters
    tokens = [
        (dict(options).get(value, "?"), page.address(**{name: type(value)()}))
        for name, value, options in known
        if value
    ]
    if filters.iris:
        tokens.append((f"IRIS {filters.iris}", page.address(iris="")))
    if filters.birth:
        tokens.append((queue.BIRTHS[filters.birth], page.address(birth="")))
    if filters.first:
        tokens.append((f"Entrée dès {month_words(filters.first)}", page.address(first="")))
    if filters.last:
        tokens.append((f"Entrée jusqu’à {month_words(filters.last)}", page.address(last="")))
    if filters.words:
        tokens.append((f"« {filters.words} »", page.address(words="")))
    return replace(page, tokens=tokens)


@get(
    "/bureau/creche/demandes/export/{kind:str}",
    name="creche.office.export",
    told="Télécharger la liste des demandes",
    guards=[office],
)
async def export(
    request: Request[Any, Any, Any],
    kind: FromPath[str],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
) -> Response[bytes]:
    """Send the files of a view, all its pages, as the spreadsheet asked for."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    rows = await queue.rows(person, filters_of(request), size=None)
    return spreadsheets.answer(kind, "demandes", HEADINGS, [_line(row, tenant) for row in rows])


HEADINGS = (
    "Numéro",
    "Enfant",
    "État",
    "Quartier",
    "Âge à l’entrée",
    "Entrée souhaitée",
    "Reçue le",
    "Premier vœu",
    "Demi-journées",
    "Guichet",
)


def _line(row: QueueRow, tenant: Tenant) -> tuple[Any, ...]:
    received = row.submitted_at.astimezone(tenant.zone).date() if row.submitted_at else None
    return (
        row.number,
        row.child_name,
        WORKFLOW.state(row.state).label,
        row.quartier,
        tenant.of(Settings).ages.label(row.age_group) if row.age_group else "",
        row.start_on,
        received,
        row.first_wish,
        row.slots.bit_count(),
        row.desk,
    )


ROUTES = [demandes, export, *office_file.ROUTES, *office_merge.ROUTES, *office_desks.ROUTES]
