"""The papers of an enrolment, then all of it read once more and sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.documents import receiving, uses
from ribambelle.documents.queries import actor
from ribambelle.documents.tables import Document
from ribambelle.documents.uses import Owner
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards, uploads
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY, Given
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import enrolling
from ribambelle_periscolaire.domain.enrolments import KINDS, STEPS, year_words
from ribambelle_periscolaire.enrolling import Dossier, dossier_of
from ribambelle_periscolaire.pages.enrolment import HERE, MOVED
from ribambelle_periscolaire.pages.enrolment_told import Rows, told_of
from ribambelle_periscolaire.queries import enrolments
from ribambelle_periscolaire.queries.enrolments import One


@dataclass(frozen=True)
class PaperPage:
    """One paper to give: one given before, or a new one."""

    dossier: Dossier
    kind: str
    known: list[Document]
    largest: int
    form: Bound[Given] | None = None

    @property
    def label(self) -> str:
        """What the paper is called."""
        return KINDS.get(self.kind, self.kind)

    @property
    def base(self) -> str:
        """The address of the enrolment."""
        return f"{HERE}/{self.dossier.one.id}"

    @property
    def address(self) -> str:
        """The address of this paper."""
        return f"{self.base}/pieces/{self.kind}"

    @property
    def given(self) -> Document | None:
        """What was given for it, if anything."""
        return self.dossier.papers.get(self.kind)


def owner(one: One, person: Person) -> Owner:
    """Return whose the papers of an enrolment are: two parents do not see each other's."""
    return Owner(person.account, person.household or None, int(one.child.id))


async def asked(
    enrolment: int, kind: str, person: Person, tenant: Tenant, now: datetime
) -> Dossier:
    """Return an enrolment that needs a paper, or behave as if it did not exist."""
    one = await enrolments.mine(person, enrolment, now.date())
    dossier = await dossier_of(tenant, one, now.date())
    if kind not in dossier.asked or one.state not in (
        "draft",
        "submitted",
        "incomplete",
        "accepted",
    ):
        raise NotYours
    return dossier


async def paper_page(
    dossier: Dossier, kind: str, person: Person, form: Bound[Given] | None = None
) -> Page:
    """Return the page where one paper is given."""
    already = {paper.id for paper in await uses.given_for(int(dossier.one.demande.id))}
    known = [
        paper
        for paper in await uses.of_family(owner(dossier.one, person), [kind])
        if paper.id not in already
    ]
    page = PaperPage(dossier, kind, known, receiving.largest() // receiving.MEGA, form)
    return Page("periscolaire/paper.html", page, status=422 if form else 200)


@get(
    f"{HERE}/{{enrolment:int}}/pieces/{{kind:str}}",
    name="periscolaire.paper",
    told="Voir une pièce demandée pour l’inscription périscolaire",
    guards=[guards.family],
)
async def paper(
    enrolment: FromPath[int],
    kind: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Ask for one paper."""
    return await paper_page(await asked(enrolment, kind, person, tenant, now), kind, person)


@post(
    f"{HERE}/{{enrolment:int}}/pieces/{{kind:str}}",
    name="periscolaire.paper_give",
    told="Donner une pièce pour l’inscription périscolaire",
    guards=[guards.family],
    request_max_body_size=LONGEST_BODY,
)
async def give(
    enrolment: FromPath[int],
    kind: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Receive one paper: it joins the family's own and this enrolment."""
    dossier = await asked(enrolment, kind, person, tenant, now)
    try:
        async with uploads.upload(request, person) as form:
            kept = await receiving.receive(
                form.require_file(), kind, owner(dossier.one, person), actor(person)
            )
    except Refused as refusal:
        return await paper_page(dossier, kind, person, uploads.refused(refusal))
    await attach(kept, dossier.one, person)
    seen.tell("ok", f"{KINDS.get(kind, kind)} : bien reçu. Un agent va le vérifier.")
    return Redirect(f"{HERE}/{enrolment}", status_code=303)


@post(
    f"{HERE}/{{enrolment:int}}/pieces/{{kind:str}}/reprendre/{{paper:int}}",
    name="periscolaire.paper_reuse",
    told="Reprendre une pièce déjà donnée pour l’inscription périscolaire",
    guards=[guards.family],
)
async def reuse(
    enrolment: FromPath[int],
    kind: FromPath[str],
    paper: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Use a paper the family gave before."""
    dossier = await asked(enrolment, kind, person, tenant, now)
    for known in await uses.of_family(owner(dossier.one, person), [kind]):
        if known.id == paper:
            await attach(known, dossier.one, person)
            seen.tell(
                "ok", f"{KINDS.get(kind, kind)} : ce document sert aussi à cette inscription."
            )
            return Redirect(f"{HERE}/{enrolment}", status_code=303)
    raise NotYours


async def attach(paper: Document, one: One, person: Person) -> None:
    """Give a paper as a proof of an enrolment."""
    await uses.attach(paper, int(one.demande.id), one.number, f"{HERE}/{one.id}", actor(person))


# -- read once more, then sent ------------------------------------------------------------------


class Declaration(msgspec.Struct, frozen=True):
    """The box a family ticks before sending."""

    exact: bool = False


@dataclass(frozen=True)
class CheckPage:
    """Everything that was answered, before it is sent."""

    dossier: Dossier
    blocks: list[tuple[str, str, Rows]]
    form: Bound[Declaration] | None = None

    @property
    def base(self) -> str:
        """The address of the enrolment."""
        return f"{HERE}/{self.dossier.one.id}"

    @property
    def year(self) -> str:
        """The school year, as people say it."""
        return year_words(int(self.dossier.one.row.year))

    @property
    def missing(self) -> list[tuple[str, str]]:
        """The papers nobody gave yet, with where to give each."""
        return [
            (KINDS.get(kind, kind), f"{self.base}/pieces/{kind}") for kind in self.dossier.missing
        ]


async def check_page(dossier: Dossier, form: Bound[Declaration] | None = None) -> Page:
    """Show the answers, block by block, each with its way back."""
    told = await told_of(dossier)
    blocks = [(code, STEPS[code], told[code]) for code in dossier.steps]
    page = CheckPage(dossier, blocks, form)
    return Page("periscolaire/check.html", page, status=422 if form else 200)


@get(
    f"{HERE}/{{enrolment:int}}/verification",
    name="periscolaire.check_enrolment",
    told="Relire l’inscription périscolaire avant de l’envoyer",
    guards=[guards.family],
)
async def check(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Show everything once more; what is not finished goes back to its steps."""
    one = await enrolments.mine(person, enrolment, now.date())
    dossier = await dossier_of(tenant, one, now.date())
    if not one.may_change or dossier.left:
        return Redirect(f"{HERE}/{enrolment}", status_code=303)
    return await check_page(dossier)


@post(
    f"{HERE}/{{enrolment:int}}/verification",
    name="periscolaire.send_enrolment",
    told="Envoyer l’inscription périscolaire",
    guards=[guards.family],
)
async def send(
    enrolment: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send the enrolment; sending it twice is once."""
    form = await forms.read(request, Declaration)
    one = await enrolments.mine(person, enrolment, now.date())
    dossier = await dossier_of(tenant, one, now.date())
    if not one.may_change or dossier.left:
        return Redirect(f"{HERE}/{enrolment}", status_code=303)
    if form.struct is None or not form.struct.exact:
        return await check_page(dossier, form.wrong(exact="Cochez cette case pour continuer."))
    try:
        state = await enrolling.send(tenant, person, dossier, now)
    except Refused as refusal:
        if refusal.reason not in MOVED:
            raise
        return Redirect(f"{HERE}/{enrolment}", status_code=303)
    if state == "accepted":
        seen.tell("ok", f"{one.name} est inscrit. Vous pouvez réserver.")
    else:
        seen.tell("ok", "Inscription envoyée. La mairie vous écrit dès qu’elle a décidé.")
    return Redirect(f"{HERE}/{enrolment}", status_code=303)


ROUTES = [paper, give, reuse, check, send]
