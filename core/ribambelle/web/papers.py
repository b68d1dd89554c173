"""My papers: what a family gave, where each stands and serves, who opened it."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.calendar.events import Event
from ribambelle.documents import apart, queries, receiving, shelf, uses, vault
from ribambelle.documents.catalogue import type_of, types
from ribambelle.documents.queries import Opening
from ribambelle.documents.tables import Document
from ribambelle.documents.types import STATES, is_free
from ribambelle.documents.uses import Owner, Use
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, households
from ribambelle.web import guards, uploads
from ribambelle.web.home import ToDo
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY, Given
from ribambelle.web.visit import Visit

# Nothing of what a stranger sent may act, whatever a browser makes of it.
SEALED_OFF = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'"
LOOKS = {"to_check": "info", "accepted": "ok", "refused": "alerte", "expired": "alerte"}
HELD = "En cours de vérification"
reader = guards.Holding(*queries.OFFICE, families=True)


@dataclass(frozen=True)
class Shown:
    """A paper in words."""

    paper: Document
    label: str
    used: list[Use]

    @property
    def state(self) -> str:
        """Where the paper stands."""
        return HELD if self.paper.is_held else STATES[self.paper.state]

    @property
    def look(self) -> str:
        """The colour of its state; the word is always beside it."""
        return LOOKS[self.paper.state]

    @property
    def is_free(self) -> bool:
        """Tell whether it may still be removed."""
        return is_free(self.paper.state, is_used=any(use.is_alive for use in self.used))

    @property
    def sheets(self) -> range:
        """The numbers of its pages."""
        return range(1, self.paper.pages + 1)


async def shown(papers: list[Document]) -> list[Shown]:
    """Return papers in words, with the demandes they serve."""
    used = await uses.uses_of([one.id for one in papers])
    return [
        Shown(one, type_of(one.kind).label, [use for use in used if use.document == one.id])
        for one in papers
    ]


@dataclass(frozen=True)
class MinePage:
    """The papers of a family."""

    papers: list[Shown]


@get("/documents", name="documents", told="Voir ses justificatifs", guards=[guards.family])
async def mine(person: NamedDependency[Person]) -> Page:
    """Show the papers of a family."""
    return Page("documents/mine.html", MinePage(await shown(await queries.mine(person.account))))


@dataclass(frozen=True)
class AddPage:
    """A paper to give."""

    kinds: list[tuple[str, str]]
    kind: str
    largest: int
    form: Bound[Given] | None = None


def add_page(kind: str, form: Bound[Given] | None = None) -> Page:
    """Return the page where a paper is given, as it was filled."""
    kinds = [(one.code, one.label) for one in types().values()]
    page = AddPage(kinds, kind, receiving.largest() // receiving.MEGA, form)
    return Page("documents/add.html", page, status=422 if form else 200)


@get(
    "/documents/ajouter",
    name="documents.add",
    told="Ajouter un justificatif",
    guards=[guards.family],
)
async def add(request: Request[Any, Any, Any]) -> Page:
    """Ask for a paper."""
    return add_page(str(request.query_params.get("type", "")))


@post(
    "/documents",
    name="documents.give",
    told="Donner un justificatif",
    guards=[guards.family],
    request_max_body_size=LONGEST_BODY,
)
async def give(
    request: Request[Any, Any, Any], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Response[Any]:
    """Receive a paper."""
    kind = ""
    try:
        async with uploads.upload(request, person) as form:
            kind = form.fields.get("kind", "")
            if kind not in types():
                raise Refused("kind_missing")
            owner = Owner(person.account, await households.of_account(person.account))
            kept = await receiving.receive(form.require_file(), kind, owner, queries.actor(person))
    except Refused as refusal:
        return add_page(kind, uploads.refused(refusal, kind))
    seen.tell("ok", received(kept))
    return Redirect("/documents", status_code=303)


def received(kept: Document) -> str:
    """Tell a family that its paper is here, and what happens next."""
    return f"{type_of(kept.kind).label} : bien reçu. Un agent va le vérifier, vous n’avez rien à faire."


@dataclass(frozen=True)
class PaperPage:
    """One paper as its family sees it."""

    shown: Shown
    openings: list[Opening]
    largest: int
    form: Bound[Given] | None = None


async def paper_page(paper: Document, form: Bound[Given] | None = None) -> Page:
    """Return the page of one paper."""
    (told,) = await shown([paper])
    largest = receiving.largest() // receiving.MEGA
    page = PaperPage(told, await queries.openings(paper.id), largest, form)
    return Page("documents/one.html", page, status=422 if form else 200)


@get(
    "/documents/{number:int}", name="documents.one", told="Ouvrir un justificatif", guards=[reader]
)
async def one(number: FromPath[int], person: NamedDependency[Person]) -> Response[Any]:
    """Show a paper to its family; an agent is led to the desk."""
    paper = await queries.of_person(person, number)
    if person.is_staff:
        return Redirect(f"/bureau/documents/{number}", status_code=303)
    return await paper_page(paper)


@post(
    "/documents/{number:int}/remplacer",
    name="documents.replace",
    told="Remplacer un justificatif",
    guards=[guards.family],
    request_max_body_size=LONGEST_BODY,
)
async def replace(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Receive a better or a more recent paper."""
    paper = await queries.of_person(person, number)
    try:
        async with uploads.upload(request, person) as form:
            kept = await receiving.renew(form.require_file(), paper, queries.actor(person))
    except Refused as refusal:
        return await paper_page(paper, uploads.refused(refusal))
    seen.tell("ok", received(kept))
    return Redirect(f"/documents/{kept.id}", status_code=303)


@post(
    "/documents/{number:int}/supprimer",
    name="documents.remove",
    told="Supprimer un justificatif",
    guards=[guards.family],
)
async def remove(
    number: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Forget a paper no decision rests on."""
    paper = await queries.of_person(person, number)
    await vault.remove(paper, queries.actor(person))
    seen.tell("ok", f"{type_of(paper.kind).label} : supprimé.")
    return Redirect("/documents", status_code=303)


@get(
    "/documents/{number:int}/fichier",
    name="documents.file",
    told="Télécharger un justificatif",
    guards=[reader],
)
async def file(
    number: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Send a paper to be kept, never to be opened by the browser."""
    paper = await readable(person, number)
    content = await vault.content(paper)
    await queries.open_by(paper, person, now)
    suffix = "pdf" if paper.media_type == "application/pdf" else "jpg"
    return sealed_off(
        content, paper.media_type, f"attachment; filename=justificatif-{number}.{suffix}"
    )


@get(
    "/documents/{number:int}/pages/{sheet:int}",
    name="documents.page",
    told="Voir une page d’un justificatif",
    guards=[reader],
)
async def sheet_of(
    number: FromPath[int],
    sheet: FromPath[int],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send one page of a paper as a picture."""
    paper = await readable(person, number)
    if not 1 <= sheet <= paper.pages:
        raise NotYours
    picture = await pictured(paper, sheet)
    await queries.open_by(paper, person, now)
    return sealed_off(picture, "image/jpeg", f"inline; filename=justificatif-{number}-{sheet}.jpg")


async def readable(person: Person, number: int) -> Document:
    """Return a paper this person may open; one that waits for the antivirus opens to nobody."""
    paper = await queries.of_person(person, number)
    if paper.is_held:
        raise NotYours
    return paper


async def pictured(paper: Document, sheet: int) -> bytes:
    """Return one page as a JPEG: an agent's browser never opens a stranger's PDF."""
    content = await vault.content(paper)
    if paper.media_type == "image/jpeg":
        return content
    shelf.reception().mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shelf.reception()) as folder:
        source, target = Path(folder) / "paper", Path(folder) / "picture"
        source.write_bytes(content)
        await apart.draw(source, target, sheet)
        return target.read_bytes()


def sealed_off(content: bytes, media_type: str, disposition: str) -> Response[bytes]:
    """Return a file that nothing in a browser may bring to life."""
    headers = {"content-disposition": disposition, "content-security-policy": SEALED_OFF}
    return Response(content, media_type=media_type, headers=headers)


async def waiting(person: Person) -> list[ToDo]:
    """Return the papers that wait for somebody: to check, or to send again."""
    if person.is_family:
        return [_to_send_again(one) for one in await queries.refused(person.account)]
    if not person.holds(*queries.OFFICE) or not (count := await queries.to_check()):
        return []
    oldest = await queries.next_to_check()
    return [
        ToDo(
            title="Un justificatif à vérifier"
            if count == 1
            else f"{count} justificatifs à vérifier",
            detail="Le plus ancien d’abord, à côté de ce que la famille a déclaré.",
            action="Vérifier",
            href="/bureau/documents/suivant",
            icon="trombone",
            count=count,
            since=oldest.given_at if oldest else None,
        )
    ]


def _to_send_again(paper: Document) -> ToDo:
    return ToDo(
        title=f"À renvoyer : {type_of(paper.kind).label}",
        detail=paper.reason,
        action="Renvoyer",
        href=f"/documents/{paper.id}",
        icon="trombone",
        count=1,
        since=paper.checked_at,
    )


async def ending(person: Person, first: date, last: date) -> list[Event]:
    """Return the days from which a paper of this family is worth nothing any more."""
    return [
        Event(
            uid=f"core.document:{one.id}",
            title=f"Dernier jour de validité : {type_of(one.kind).label}",
            first=one.valid_until,
            href=f"/documents/{one.id}",
            icon="trombone",
        )
        for one in await queries.mine(person.account)
        if one.state == "accepted" and one.valid_until and first <= one.valid_until <= last
    ]


ROUTES = [mine, add, give, one, replace, remove, file, sheet_of]
