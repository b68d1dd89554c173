"""The desk where agents check papers: the oldest first, beside what the family declared."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.documents import checking, queries
from ribambelle.documents.catalogue import type_of
from ribambelle.documents.queries import Opening
from ribambelle.documents.tables import Document
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.papers import Shown, shown
from ribambelle.web.visit import Visit

VIEWS = {
    "a-verifier": ("À vérifier", "to_check", False),
    "en-attente": ("Antivirus en attente", "to_check", True),
    "refuses": ("Refusés", "refused", False),
    "acceptes": ("Acceptés", "accepted", False),
    "perimes": ("Périmés", "expired", False),
}
REASONS = {
    "blurred": "La photo ne se lit pas : reprenez-la à plat et en pleine lumière.",
    "partial": "Il manque une page ou un bord : envoyez le document entier.",
    "old": "Ce document est trop ancien : envoyez le plus récent.",
    "name": "Le nom ou l’adresse n’est pas celui de la demande.",
    "other": "Ce n’est pas le document demandé.",
}


class Acceptance(msgspec.Struct, frozen=True):
    """A paper as it was seen, and its last day when it has one."""

    version: int
    valid_until: date | None = None


class Refusal(msgspec.Struct, frozen=True):
    """A paper as it was seen, and why it will not do, as the family will read it."""

    version: int
    why: str = ""
    more: str = ""

    @property
    def reason(self) -> str:
        """The whole reason, in sentences."""
        return " ".join(filter(None, (REASONS.get(self.why, ""), self.more.strip())))


@dataclass(frozen=True)
class QueuePage:
    """The papers in one state."""

    view: str
    papers: list[tuple[Shown, str]]

    @property
    def views(self) -> list[tuple[str, str, None, bool]]:
        """The views of the queue, as tabs."""
        return [
            (label, f"/bureau/documents?vue={code}", None, code == self.view)
            for code, (label, _, _) in VIEWS.items()
        ]


@get(
    "/bureau/documents",
    name="papers.queue",
    told="Voir les justificatifs reçus",
    guards=[guards.agent],
)
async def queue(vue: FromQuery[str] = "a-verifier") -> Page:
    """Show the papers that wait, the oldest first."""
    view = vue if vue in VIEWS else "a-verifier"
    _, state, held = VIEWS[view]
    papers = await queries.in_state(state, held=held)
    names = await queries.whose(papers)
    rows = [(one, names[one.paper.id]) for one in await shown(papers)]
    return Page("office/documents.html", QueuePage(view, rows))


@get(
    "/bureau/documents/suivant",
    name="papers.next",
    told="Ouvrir le justificatif suivant",
    guards=[guards.agent],
)
async def following(apres: FromQuery[int] = 0) -> Redirect:
    """Lead to the paper that has waited for longest, or to the one that follows another."""
    return await _next(apres)


async def _next(after: int = 0) -> Redirect:
    found = await queries.next_to_check(after)
    where = f"/bureau/documents/{found.id}" if found else "/bureau/documents"
    return Redirect(where, status_code=303)


@dataclass(frozen=True)
class CheckPage:
    """One paper on one side, what the family declared on the other."""

    shown: Shown
    family: str
    declared: list[tuple[str, list[tuple[str, str]]]]
    valid_until: date | None
    openings: list[Opening]
    waiting: int
    reasons: list[tuple[str, str]]
    form: Bound[Any] | None = None


async def check_page(paper: Document, tenant: Tenant, form: Bound[Any] | None = None) -> Page:
    """Return the page where one paper is checked."""
    (told,) = await shown([paper])
    given_on = paper.given_at.astimezone(tenant.zone).date()
    page = CheckPage(
        shown=told,
        family=(await queries.whose([paper]))[paper.id],
        declared=await declared(told, tenant),
        valid_until=paper.valid_until or type_of(paper.kind).valid_until(given_on),
        openings=await queries.openings(paper.id),
        waiting=await queries.to_check(),
        reasons=list(REASONS.items()),
        form=form,
    )
    return Page("office/document.html", page, status=422 if form else 200)


async def declared(told: Shown, tenant: Tenant) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return, for each demande a paper serves, what the family declared that it should prove."""
    found = []
    for use in told.used:
        rows: list[tuple[str, str]] = []
        for _, answers in tenant.hooks.each("declared_beside"):
            if tell := answers.get(use.workflow):
                rows += await tell(use.demande, told.paper.kind)
        found.append((use.label, rows))
    return found


@get(
    "/bureau/documents/{number:int}",
    name="papers.check",
    told="Lire un justificatif reçu",
    guards=[guards.agent],
)
async def check(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show a paper beside what it should prove."""
    return await check_page(await queries.of_person(person, number), tenant)


@post(
    "/bureau/documents/{number:int}/accepter",
    name="papers.accept",
    told="Accepter un justificatif",
    guards=[guards.agent],
)
async def accept(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Accept a paper, and show the next."""
    paper, form = await queries.of_person(person, number), await forms.read(request, Acceptance)
    if form.struct is None:
        return await check_page(paper, tenant, form)
    require_seen(paper, form.struct.version)
    await checking.accept(paper, form.struct.valid_until, queries.actor(person))
    seen.tell("ok", f"Accepté : {type_of(paper.kind).label}.")
    return await _next()


@post(
    "/bureau/documents/{number:int}/refuser",
    name="papers.refuse",
    told="Refuser un justificatif",
    guards=[guards.agent],
)
async def refuse(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Refuse a paper with its reason, and show the next."""
    paper, form = await queries.of_person(person, number), await forms.read(request, Refusal)
    if form.struct is None or not form.struct.reason:
        wrong = form.wrong(why="Dites pourquoi : la famille le lira.")
        return await check_page(paper, tenant, wrong)
    require_seen(paper, form.struct.version)
    is_told = await checking.refuse(paper, form.struct.reason, queries.actor(person))
    now = "La famille est prévenue." if is_told else "Sans adresse e-mail : appelez la famille."
    seen.tell("ok" if is_told else "alerte", f"Refusé : {type_of(paper.kind).label}. {now}")
    return await _next()


def require_seen(paper: Document, version: int) -> None:
    """Refuse to decide about another content than the one that was looked at."""
    if paper.version != version or paper.is_held:
        raise Refused("document_moved")


ROUTES = [queue, following, check, accept, refuse]
