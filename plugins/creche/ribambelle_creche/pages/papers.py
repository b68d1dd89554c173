"""The proofs of a file as papers: what is asked, what was sent, what may serve again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.documents import receiving, uses
from ribambelle.documents.tables import Document
from ribambelle.documents.uses import Actor, Owner
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, quartiers
from ribambelle.web import formats, uploads
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY, Given
from ribambelle.web.visit import Visit
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.domain.evidence import KINDS, PROVES
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pages.recap import Rows, told
from ribambelle_creche.queries import applications, files
from ribambelle_creche.queries.applications import Mine


@dataclass(frozen=True, slots=True)
class Wanted:
    """A proof nobody has seen yet, and the paper that was sent for it, if any."""

    kind: str
    paper: Document | None
    again_by: date | None = None
    """The last day the one that was seen counts, when it is asked for again."""

    @property
    def label(self) -> str:
        """What the proof is called."""
        return KINDS.get(self.kind, self.kind)

    @property
    def waits(self) -> bool:
        """Tell whether the next step is the town hall's."""
        return self.paper is not None and self.paper.state == "to_check"

    @property
    def reason(self) -> str:
        """Why what was sent will not do."""
        if self.paper is not None and self.paper.reason:
            return self.paper.reason
        if self.again_by is None:
            return ""
        day = formats.jour_du_mois(self.again_by, True)
        return f"Celui que la mairie a vu ne vaut plus. Il compte encore jusqu’au {day}."


async def wanted(file: Mine) -> list[Wanted]:
    """Return the proofs a living file still needs, with what was sent for each."""
    if not file.lives:
        return []
    sent = await uses.given_for(file.application.demande.id)
    latest = {paper.kind: paper for paper in reversed(sent)}
    again = await applications.proofs_again(file.id)
    return [
        Wanted(kind, latest.get(kind), again.get(kind))
        for kind in await applications.unseen_proofs(file.id)
    ]


async def beside(demande: int, kind: str) -> Rows:
    """Return what the family declared that this paper should prove."""
    if kind not in PROVES:
        return []
    answers = await files.answers_of(demande)
    return told(decode(answers), {}, dict(await quartiers.choices())).beside(kind)


@dataclass(frozen=True)
class ProofPage:
    """One proof to send: a paper given before, or a new one."""

    file: Mine
    wanted: Wanted
    known: list[Document]
    largest: int
    form: Bound[Given] | None = None


async def asked(person: Person, number: int, kind: str) -> tuple[Mine, Wanted]:
    """Return a proof that a living file of this person needs, or behave as if it did not exist."""
    file = await applications.mine(person, number)
    for one in await wanted(file):
        if one.kind == kind:
            return file, one
    raise NotYours


def owner(file: Mine) -> Owner:
    """Return whose the papers of a file are."""
    row = file.application
    return Owner(row.account, row.household, row.child)


async def proof_page(file: Mine, one: Wanted, form: Bound[Given] | None = None) -> Page:
    """Return the page where one proof is sent."""
    already = {paper.id for paper in await uses.given_for(file.application.demande.id)}
    known = [p for p in await uses.of_family(owner(file), [one.kind]) if p.id not in already]
    page = ProofPage(file, one, known, receiving.largest() // receiving.MEGA, form)
    return Page("creche/family/proof.html", page, status=422 if form else 200)


@get(
    "/creche/demandes/{number:int}/justificatifs/{kind:str}",
    name="creche.proof",
    reads="creche.application:{number}",
    told="Voir une pièce demandée",
    guards=[filer],
)
async def proof(
    number: FromPath[int], kind: FromPath[str], person: NamedDependency[Person]
) -> Page:
    """Ask for one proof."""
    return await proof_page(*await asked(person, number, kind))


@post(
    "/creche/demandes/{number:int}/justificatifs/{kind:str}",
    name="creche.proof_give",
    told="Donner une pièce du dossier",
    guards=[filer],
    request_max_body_size=LONGEST_BODY,
)
async def give(
    number: FromPath[int],
    kind: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Receive one proof: it joins the family's papers and this file."""
    file, one = await asked(person, number, kind)
    actor = Actor(person.account, file.side)
    try:
        async with uploads.upload(request, person) as form:
            kept = await receiving.receive(form.require_file(), kind, owner(file), actor)
    except Refused as refusal:
        return await proof_page(file, one, uploads.refused(refusal))
    await attach(kept, file, actor)
    seen.tell("ok", f"{one.label} : bien reçu. Un agent va le vérifier.")
    return Redirect(f"/creche/demandes/{number}", status_code=303)


@post(
    "/creche/demandes/{number:int}/justificatifs/{kind:str}/reprendre/{paper:int}",
    name="creche.proof_reuse",
    told="Reprendre une pièce déjà donnée",
    guards=[filer],
)
async def reuse(
    number: FromPath[int],
    kind: FromPath[str],
    paper: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Use a paper the family gave before."""
    file, one = await asked(person, number, kind)
    for known in await uses.of_family(owner(file), [kind]):
        if known.id == paper:
            await attach(known, file, Actor(person.account, file.side))
            seen.tell("ok", f"{one.label} : ce document sert aussi à cette demande.")
            return Redirect(f"/creche/demandes/{number}", status_code=303)
    raise NotYours


async def attach(paper: Document, file: Mine, actor: Actor) -> None:
    """Give a paper as a proof of a file."""
    href = f"/creche/demandes/{file.id}"
    await uses.attach(paper, file.application.demande.id, file.application.number, href, actor)


ROUTES = [proof, give, reuse]
