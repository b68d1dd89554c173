"""The town hall's pages: the queue, one file, the desks."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, workflow
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.guards import Holding, admin
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import Step, Transition, journal
from ribambelle_creche import spreadsheets
from ribambelle_creche.domain import week as half_days
from ribambelle_creche.domain.age import GROUPS, AgeLimits
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.week import DAYS
from ribambelle_creche.queries import desks, facilities, files, queue
from ribambelle_creche.queries.queue import PAGE, VIEWS, Filters, QueueRow
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Desk
from ribambelle_creche.workflow import WORKFLOW

office = Holding("agent", "admin", "creche_desk")


# -- the queue -------------------------------------------------------------------------------


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

    days = DAYS
    halves = (("am", "matin"), ("pm", "après-midi"))

    @property
    def total(self) -> int:
        """How many files the view holds."""
        return self.counts[self.filters.view]

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The views, with how many files each holds."""
        return [
            (label, self.address(view=view), self.counts[view], view == self.filters.view)
            for view, (label, _) in VIEWS.items()
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


NAMES = {
    "view": "vue",
    "facility": "creche",
    "age_group": "age",
    "quartier": "quartier",
    "desk": "guichet",
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

    view, group, order = (str(given.get(name, "")) for name in ("vue", "age", "tri"))
    return Filters(
        view=view if view in VIEWS else "nouvelles",
        facility=number("creche"),
        age_group=group if group in GROUPS else "",
        quartier=number("quartier"),
        desk=number("guichet"),
        words=str(given.get("q", "")).strip()[:100],
        order=order if order in queue.ORDERS else "recues",
        page=number("page", 1),
    )


def limits_of(tenant: Tenant) -> AgeLimits:
    """Return the ages at which groups change in this commune."""
    settings = tenant.of(Settings)
    return AgeLimits(
        settings.baby_until_months, settings.middle_until_months, settings.youngest_weeks
    )


@get("/bureau/creche/demandes", name="creche.office.queue", guards=[office])
async def demandes(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
) -> Page:
    """Show one view of the queue."""
    filters, limits = filters_of(request), limits_of(tenant)
    page = QueuePage(
        filters=filters,
        counts=await queue.counts(person, filters),
        rows=await queue.rows(person, filters),
        facilities=[(one.id, one.name) for one in await facilities.every()],
        quartiers=await facilities.quartiers(),
        desks=[(one.id, one.name) for one in await desks.every()],
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
    tokens = [
        (dict(options).get(value, "?"), page.address(**{name: type(value)()}))
        for name, value, options in known
        if value
    ]
    if page.filters.words:
        tokens.append((f"« {page.filters.words} »", page.address(words="")))
    return replace(page, tokens=tokens)


@get("/bureau/creche/demandes/export/{kind:str}", name="creche.office.export", guards=[office])
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
        limits_of(tenant).label(row.age_group) if row.age_group else "",
        row.start_on,
        received,
        row.first_wish,
        row.slots.bit_count(),
        row.desk,
    )


# -- one file --------------------------------------------------------------------------------


class ActForm(msgspec.Struct, frozen=True):
    """What the town hall does to a file, and why when the family will read it."""

    act: str
    reason: str = ""


class DeskForm(msgspec.Struct, frozen=True):
    """A counter to open."""

    name: str
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class FilePage:
    """One file as the town hall sees it."""

    file: files.File
    state: workflow.State
    group: str
    open_to: list[Transition]
    steps: list[Step]
    desks: list[tuple[int, str]]
    zone: ZoneInfo
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be done in this state."""
        return [(one.code, ACTS[one.code]) for one in self.open_to if one.code in ACTS]

    @property
    def told(self) -> list[tuple[str, str, str, bool]]:
        """The history, for the page."""
        return [
            (
                formats.moment_court(step.at.astimezone(self.zone)),
                f"{step.label}. {step.reason}".strip(),
                f"Par {step.whose}",
                step.side == "family",
            )
            for step in self.steps
        ]


async def file_page(
    number: int, person: Person, tenant: Tenant, errors: dict[str, str] | None = None
) -> Page:
    """Show one file, after an act or before one."""
    file = await files.one(number, queue.desks_of(person))
    limits, application = limits_of(tenant), file.application
    page = FilePage(
        file=file,
        state=WORKFLOW.state(file.state),
        group=limits.label(application.age_group) if application.age_group else "Non précisé",
        open_to=WORKFLOW.open_to(file.state, "office"),
        steps=await workflow.history(file.demande),
        desks=[(one.id, one.name) for one in await desks.every()],
        zone=tenant.zone,
        errors=errors or {},
    )
    return Page("creche/office/file.html", page, status=422 if errors else 200)


@get("/bureau/creche/demandes/{number:int}", name="creche.office.file", guards=[office])
async def demande(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show one file; the look itself is written in the journal."""
    page = await file_page(number, person, tenant)
    await journal.record(
        "creche.file_read",
        f"creche.application:{number}",
        account=person.account,
        side="office",
        read_only=True,
    )
    return page


@post("/bureau/creche/demandes/{number:int}/etat", name="creche.office.act", guards=[office])
async def act(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Move a file: complete, a proof asked for, withdrawn."""
    file = await files.one(number, queue.desks_of(person))
    form = await forms.read(request, ActForm)
    if form.struct is None or form.struct.act not in ACTS:
        return await file_page(number, person, tenant, {"act": "Choisissez une action."})
    if form.struct.act == "ask_more" and not form.struct.reason:
        wrong = {"reason": "Écrivez ce qui manque : la famille lira cette phrase."}
        return await file_page(number, person, tenant, wrong)
    if form.struct.act == "complete" and any(proof.seen_at is None for proof in file.proofs):
        wrong = {"act": "Cochez d’abord chaque pièce vue : il en reste à voir."}
        return await file_page(number, person, tenant, wrong)
    async with transaction():
        step = await workflow.fire(
            file.demande,
            form.struct.act,
            side="office",
            account=person.account,
            reason=form.struct.reason,
        )
        if step.target == "complete":
            await files.completed(number, step.at)
    seen.tell("ok", f"{file.application.number} : {step.label.lower()}.")
    return Redirect(f"/bureau/creche/demandes/{number}", status_code=303)


ACTS = {
    "complete": "Le dossier est complet",
    "ask_more": "Demander ce qui manque",
    "withdraw": "Retirer la demande, à la demande de la famille",
}


@post(
    "/bureau/creche/demandes/{number:int}/pieces/{kind:str}",
    name="creche.office.proof",
    guards=[office],
)
async def proof_seen(
    number: FromPath[int],
    kind: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Redirect:
    """Note that an agent saw a proof, or take it back."""
    await files.one(number, queue.desks_of(person))
    async with transaction():
        was_seen = await files.turn_proof(number, kind, person.account, now)
        await journal.record(
            "creche.proof_seen" if was_seen else "creche.proof_unseen",
            f"creche.application:{number}",
            account=person.account,
            side="office",
            kind=kind,
        )
    return Redirect(f"/bureau/creche/demandes/{number}#pieces", status_code=303)


@post("/bureau/creche/demandes/{number:int}/guichet", name="creche.office.assign", guards=[office])
async def assign(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Say which desk follows a file."""
    await files.one(number, queue.desks_of(person))
    text = str((await request.form()).get("desk", ""))
    async with transaction():
        await desks.assign(number, int(text) if text.isdecimal() else None)
        await journal.record(
            "creche.desk_assigned",
            f"creche.application:{number}",
            account=person.account,
            side="office",
            desk=text,
        )
    seen.tell("ok", "Le guichet est noté.")
    return Redirect(f"/bureau/creche/demandes/{number}", status_code=303)


# -- desks -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class DesksPage:
    """The counters of the commune, and one to open."""

    desks: list[Desk]
    form: forms.Bound[DeskForm] | None = None


@get("/bureau/creche/guichets", name="creche.office.desks", guards=[admin])
async def list_desks() -> Page:
    """Show the counters where files are received."""
    return Page("creche/office/desks.html", DesksPage(await desks.every()))


@post("/bureau/creche/guichets", name="creche.office.open_desk", guards=[admin])
async def open_desk(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Open a counter."""
    form = await forms.read(request, DeskForm)
    if form.struct is None:
        page = DesksPage(await desks.every(), form)
        return Page("creche/office/desks.html", page, status=422)
    async with transaction():
        await desks.add(form.struct.name[:120], form.struct.address[:200], form.struct.phone[:40])
        await journal.record(
            "creche.desk_opened", "creche.desk", account=person.account, side="office"
        )
    seen.tell("ok", f"{form.struct.name} : guichet enregistré.")
    return Redirect("/bureau/creche/guichets", status_code=303)


ROUTES = [
    demandes,
    export,
    demande,
    act,
    proof_seen,
    assign,
    list_desks,
    open_desk,
]
