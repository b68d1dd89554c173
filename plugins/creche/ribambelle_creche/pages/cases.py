"""Situations: a file shown to named people, their opinions, and who is late."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person, quartiers
from ribambelle.messages import post as write
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche.domain.cases import MEMBERS, OPINIONS, REASONS, SPEAKERS, is_late
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.pages.recap import Told, told
from ribambelle_creche.queries import cases, facilities, files
from ribambelle_creche.queries.cases import OFFICE, Member
from ribambelle_creche.tables import Case, CaseNote

SITUATIONS = "/creche/situations"
CLOSED = "Cette situation est close : partagez-la de nouveau pour recueillir un avis."
member = Holding(*OFFICE, *MEMBERS)
SAYING = *OFFICE, *SPEAKERS
saying = Holding(*SAYING)


class ShareForm(msgspec.Struct, frozen=True):
    """With whom a file is shared, why, until when."""

    reason: str
    answer_by: date
    members: list[str] = []


class OpinionForm(msgspec.Struct, frozen=True):
    """One opinion."""

    opinion: str
    text: Annotated[str, Meta(max_length=300)] = ""


@dataclass(frozen=True)
class SharePage:
    """A file to share."""

    file: files.File
    people: list[tuple[str, str]]
    case: Case | None
    form: forms.Bound[ShareForm] | None = None

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Why a file is shared."""
        return list(REASONS.items())


@dataclass(frozen=True)
class Row:
    """One situation of the list, with who has not answered."""

    case: Case
    waiting: list[str]
    late: bool
    given: int
    """How many opinions were given."""

    @property
    def done(self) -> str:
        """What is said when nobody's opinion is expected any more."""
        return "Tous donnés" if self.given else "Pour lecture"

    @property
    def reason(self) -> str:
        """Why it is shared, in words."""
        return REASONS.get(self.case.reason, self.case.reason)


@dataclass(frozen=True)
class CasesPage:
    """The situations somebody may read."""

    rows: list[Row]
    is_office: bool


@dataclass(frozen=True)
class CasePage:
    """One situation: the sheet of its file, and what was said."""

    case: Case
    told: Told
    members: list[Member]
    notes: list[CaseNote]
    names: dict[int, str]
    may_say: bool
    is_office: bool
    form: forms.Bound[OpinionForm] | None = None

    @property
    def reason(self) -> str:
        """Why it is shared, in words."""
        return REASONS.get(self.case.reason, self.case.reason)

    @property
    def is_expected(self) -> bool:
        """Tell whether this page asks its reader, or those it was shared with, for an opinion."""
        return self.is_office or self.may_say

    @property
    def opinions(self) -> list[tuple[str, str]]:
        """What may be answered."""
        return list(OPINIONS.items())

    @staticmethod
    def opinion(note: CaseNote) -> str:
        """Return an opinion in words."""
        return OPINIONS.get(note.opinion, "")


def may_say(person: Person) -> bool:
    """Tell whether somebody may give an opinion: a role that only reads never writes."""
    return person.holds(*SAYING)


@get(
    "/bureau/creche/demandes/{number:int}/situation",
    name="creche.case.share_page",
    reads="creche.application:{number}",
    told="Préparer le partage d’une situation",
    guards=[guards.agent],
)
async def share_page(number: FromPath[int]) -> Page:
    """Show the form that shares a file."""
    return await shown(number)


async def shown(number: int, form: forms.Bound[ShareForm] | None = None) -> Page:
    """Show the form that shares a file, again with what is wrong in it."""
    people = [(str(one.account), one.name) for one in await cases.possible()]
    file = await files.one(number, None)
    page = SharePage(file, people, await cases.open_of(number), form)
    return Page("creche/office/case_share.html", page, status=422 if form else 200)


@post(
    "/bureau/creche/demandes/{number:int}/situation",
    name="creche.case.share",
    told="Partager une situation avec des personnes nommées",
    guards=[guards.agent],
)
async def share(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Share a file with the people chosen, and write to each."""
    await files.one(number, None)
    form = await forms.read(request, ShareForm)
    known = {str(one.account): one for one in await cases.possible()}
    if form.struct is not None:
        form = form.wrong(**wrong_in(form.struct, set(known), now.date()))
    if form.struct is None:
        return await shown(number, form)
    chosen, last = [known[one] for one in form.struct.members], form.struct.answer_by
    async with transaction():
        accounts = [one.account for one in chosen]
        case = await cases.share(number, form.struct.reason, last, accounts, person.account, now)
        for one in chosen:
            await write(
                "creche/messages/case_shared" if one.may_say else "creche/messages/case_shown",
                one.email,
                account=one.account,
                name="",
                answer_by=last,
                link=tenant.url(f"{SITUATIONS}/{case}"),
            )
    seen.tell("ok", "Situation partagée. Chaque personne est prévenue par e-mail.")
    return Redirect(f"{SITUATIONS}/{case}", status_code=303)


def wrong_in(form: ShareForm, known: set[str], today: date) -> dict[str, str]:
    """Return one sentence per part of a share that cannot be."""
    errors = {}
    if form.reason not in REASONS:
        errors["reason"] = "Choisissez un motif."
    if form.answer_by < today:
        errors["answer_by"] = "Le dernier jour est aujourd’hui ou plus tard."
    if not form.members or set(form.members) - known:
        errors["members"] = "Choisissez au moins une personne de la liste."
    return errors


@get(SITUATIONS, name="creche.cases", told="Voir les situations partagées", guards=[member])
async def listing(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show the situations somebody may read; to the town hall, all of them with who is late."""
    rows = []
    for case in await cases.seen_by(person):
        silent = await cases.silent(case.id)
        late = is_late(case.answer_by, now.date(), has_answered=not silent)
        rows.append(Row(case, [one.name for one in silent], late, len(await cases.notes(case.id))))
    return Page("creche/cases.html", CasesPage(rows, person.holds(*OFFICE)))


@get(
    f"{SITUATIONS}/{{case:int}}",
    name="creche.case",
    told="Lire une situation partagée",
    guards=[member],
)
async def look(case: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show the sheet of one file to its members; the look itself is written in the journal."""
    row = await cases.one_for(person, case)
    await journal.record(
        "creche.case_read",
        f"creche.application:{row.application.id}",
        account=person.account,
        side="office",
        read_only=True,
        case=case,
    )
    return await case_page(row, person)


async def case_page(
    row: Case, person: Person, form: forms.Bound[OpinionForm] | None = None
) -> Page:
    """Lay out one situation."""
    dossier = decode(row.application.sent or row.application.answers)
    names = await facilities.names_of_wishes()
    people, notes = await cases.members(row.id), await cases.notes(row.id)
    named = [*people, *await cases.authors(row.id)]
    page = CasePage(
        case=row,
        told=told(dossier, names, dict(await quartiers.choices())),
        members=people,
        notes=notes,
        names={one.account: one.name for one in named},
        may_say=may_say(person) and row.closed_at is None,
        is_office=person.holds(*OFFICE),
        form=form,
    )
    return Page("creche/case.html", page, status=422 if form else 200)


@post(
    f"{SITUATIONS}/{{case:int}}/avis",
    name="creche.case.say",
    told="Donner son avis sur une situation partagée",
    guards=[saying],
)
async def say(
    request: Request[Any, Any, Any],
    case: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep an opinion of a member, and write to the agent who asked for it."""
    row = await cases.one_for(person, case)
    form = await forms.read(request, OpinionForm)
    if form.struct is not None and form.struct.opinion not in OPINIONS:
        form = form.wrong(opinion="Choisissez un avis.")
    if form.struct is None:
        return await case_page(row, person, form)
    side = "office" if person.holds(*OFFICE) else "facility"
    try:
        async with transaction():
            await cases.say(row, person.account, form.struct.opinion, form.struct.text, side, now)
            await tell_opener(row, person, OPINIONS[form.struct.opinion], tenant)
    except Refused as refusal:
        if refusal.reason != "case_closed":
            raise
        return await case_page(row, person, form.wrong(opinion=CLOSED))
    seen.tell("ok", "Votre avis est enregistré.")
    return Redirect(f"{SITUATIONS}/{case}", status_code=303)


async def tell_opener(row: Case, person: Person, opinion: str, tenant: Tenant) -> None:
    """Write to whoever shared a situation what was answered, and how many are still expected."""
    agent = await cases.opener(row)
    if agent is None or agent.id == person.account:
        return
    await write(
        "creche/messages/case_said",
        agent.email,
        account=agent.id,
        name="",
        number=row.application.number,
        opinion=opinion.lower(),
        left=len(await cases.silent(row.id)),
        link=tenant.url(f"{SITUATIONS}/{row.id}"),
    )


class TakeBackForm(msgspec.Struct, frozen=True):
    """Whom a situation is shared with no more."""

    personne: int


@post(
    f"{SITUATIONS}/{{case:int}}/retirer",
    name="creche.case.take_back",
    told="Ne plus partager une situation avec une personne",
    guards=[guards.agent],
)
async def take_back(
    request: Request[Any, Any, Any],
    case: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Close a situation to one person, who reads it no more from now on."""
    row, form = await cases.one_for(person, case), await forms.read(request, TakeBackForm)
    if form.struct is None:
        raise NotYours
    await cases.take_back(row, form.struct.personne, person.account)
    seen.tell("ok", "Cette personne ne lit plus la situation. Ce qu’elle a dit reste.")
    return Redirect(f"{SITUATIONS}/{case}", status_code=303)


@post(
    f"{SITUATIONS}/{{case:int}}/clore",
    name="creche.case.close",
    told="Clore une situation partagée",
    guards=[guards.agent],
)
async def close(
    case: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Close a situation: its members read it no more."""
    await cases.close(await cases.one_for(person, case), person.account, now)
    seen.tell("ok", "Situation close : les personnes invitées ne la lisent plus.")
    return Redirect(SITUATIONS, status_code=303)


ROUTES = [share_page, share, listing, look, say, take_back, close]
