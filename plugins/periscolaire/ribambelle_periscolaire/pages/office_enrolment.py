"""One enrolment as the town hall sees it: papers beside the answers, and what it decides."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, workflow
from ribambelle.documents.types import STATES
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, responsibilities
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.tables import Adult
from ribambelle.particulier import asking
from ribambelle.particulier.asking import Seen
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import State, journal
from ribambelle_periscolaire import enrolling, leaving
from ribambelle_periscolaire.domain.calendar import year_bounds
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.enrolments import KINDS, STEPS, year_words
from ribambelle_periscolaire.enrolling import Dossier, dossier_of
from ribambelle_periscolaire.pages.enrolment import MOVED
from ribambelle_periscolaire.pages.enrolment_printed import certificate_of, nothing_yet, presence_of
from ribambelle_periscolaire.pages.enrolment_told import Rows, told_of
from ribambelle_periscolaire.pages.office_enrolments import DESK
from ribambelle_periscolaire.queries import catalogue, enrolments
from ribambelle_periscolaire.queries.enrolments import One
from ribambelle_periscolaire.workflow import CODE, EXAMINED, WORKFLOW

ACTS = {
    "accept": "Accepter l’inscription",
    "ask_more": "Demander ce qui manque",
    "refuse": "Refuser l’inscription",
    "withdraw": "La retirer, à la demande de la famille",
}
LOOKS = {"to_check": "info", "accepted": "ok", "refused": "alerte", "expired": "alerte"}


class ActForm(msgspec.Struct, frozen=True):
    """What the town hall decides, and why when the family reads it."""

    act: str = ""
    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class ActivitiesForm(msgspec.Struct, frozen=True):
    """What the child is enrolled in from now on."""

    activities: tuple[int, ...] = ()


class EndForm(msgspec.Struct, frozen=True):
    """The last day of a child who leaves."""

    last: date | None = None


@dataclass(frozen=True)
class FilePage:
    """One enrolment at the town hall."""

    dossier: Dossier
    blocks: list[tuple[str, Rows]]
    past: list[tuple[str, str, str, bool]]
    parents: list[Held]
    form: Bound[ActForm] | None = None
    ending: Bound[EndForm] | None = None
    changing: Bound[ActivitiesForm] | None = None
    acts: list[tuple[str, str]] = field(default_factory=list)
    held: list[Activity] = field(default_factory=list)
    """What the child is enrolled in, were it closed to others since."""
    state_told: list[Seen] = field(default_factory=list)

    @property
    def one(self) -> One:
        """The enrolment."""
        return self.dossier.one

    @property
    def state(self) -> State:
        """Where it stands."""
        return WORKFLOW.state(self.one.state)

    @property
    def year(self) -> str:
        """The school year, as people say it."""
        return year_words(int(self.one.row.year))

    @property
    def base(self) -> str:
        """The address of its pages."""
        return f"{DESK}/{self.one.id}"

    @property
    def papers(self) -> list[tuple[str, str, str, int]]:
        """Each paper asked: its name, where it stands, its colour, its number."""
        found = []
        for kind in self.dossier.asked:
            paper = self.dossier.papers.get(kind)
            state = STATES[paper.state] if paper else "Pas encore donné"
            look = LOOKS[paper.state] if paper else "alerte"
            found.append((KINDS.get(kind, kind), state, look, int(paper.id) if paper else 0))
        return found

    @property
    def open_to(self) -> list[Activity]:
        """The activities booked on the portal that would receive the child, and its own."""
        online = [one for one in self.dossier.open_to if one.booked == "online"]
        return online + [one for one in self.held if one not in online]

    @property
    def last_day(self) -> date:
        """The last day of the school year."""
        return year_bounds(int(self.one.row.year))[1]


async def file_page(number: int, tenant: Tenant, now: datetime, **wrong: Any) -> Page:
    """Show one enrolment, after a decision or before one."""
    one = await enrolments.one(number)
    if one.state == "draft":
        raise NotYours  # a draft is the family's own until it is sent
    dossier = await dossier_of(tenant, one, now.date())
    told = await told_of(dossier)
    open_to = {each.code for each in WORKFLOW.open_to(one.state, "office")}
    page = FilePage(
        dossier=dossier,
        blocks=[(STEPS[code], told[code]) for code in dossier.steps],
        past=[
            (
                formats.moment_court(step.at.astimezone(tenant.zone)),
                f"{step.label}. {step.reason}".strip(),
                f"Par {step.whose}",
                step.side == "family",
            )
            for step in await workflow.history(int(one.demande.id))
        ],
        parents=await responsibilities.of_children([int(one.child.id)], now.date()),
        acts=[
            (code, label)
            for code, label in ACTS.items()
            if code in open_to and one.state in EXAMINED
        ],
        held=[each for each in (await catalogue.current()).activities if each.id in one.activities],
        state_told=await asking.of_child(int(one.child.id)),
        **wrong,
    )
    return Page("periscolaire/office/enrolment.html", page, status=422 if wrong else 200)


@get(
    f"{DESK}/{{enrolment:int}}",
    name="periscolaire.office.enrolment",
    told="Lire une inscription périscolaire, avec la fiche de l’enfant",
    guards=[guards.agent],
)
async def one_file(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show one enrolment; the look itself is written in the journal, for it tells of health."""
    page = await file_page(enrolment, tenant, now)
    await journal.record(
        "periscolaire.enrolment_read",
        f"{CODE}:{enrolment}",
        account=person.account,
        side="office",
        read_only=True,
    )
    return page


@post(
    f"{DESK}/{{enrolment:int}}/etat",
    name="periscolaire.office.decide",
    told="Accepter, compléter ou refuser une inscription périscolaire",
    guards=[guards.agent],
)
async def decide(
    enrolment: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Decide of an enrolment; a decision somebody took first stays."""
    one, form = await enrolments.one(enrolment), await forms.read(request, ActForm)
    if form.struct is None or form.struct.act not in ACTS:
        wrong = form.errors or {"act": "Choisissez ce que vous décidez."}
        return await file_page(enrolment, tenant, now, form=Bound(None, wrong, form.raw))
    act, reason = form.struct.act, form.struct.reason
    if WORKFLOW.transition(act).needs_reason and not reason:
        told = "Écrivez pourquoi : la famille lira cette phrase."
        return await file_page(enrolment, tenant, now, form=form.wrong(reason=told))
    try:
        if act == "accept":
            await enrolling.accept(one, person.account, "office", now)
        else:
            await workflow.fire(
                int(one.demande.id), act, side="office", account=person.account, reason=reason
            )
    except Refused as refusal:
        if refusal.reason not in MOVED:
            raise
        seen.tell("info", "Un collègue ou la famille a été plus rapide. Voici où elle en est.")
    else:
        seen.tell("ok", f"{one.whole_name} : {WORKFLOW.transition(act).label.lower()}.")
    return Redirect(f"{DESK}/{enrolment}", status_code=303)


def accepted(one: One) -> One:
    """Return an accepted enrolment; another has nothing to change or to end."""
    if one.state != "accepted":
        raise NotYours
    return one


@post(
    f"{DESK}/{{enrolment:int}}/activites",
    name="periscolaire.office.change_activities",
    told="Changer les activités d’une inscription périscolaire acceptée",
    guards=[guards.agent],
)
async def change_activities(
    enrolment: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open or close activities to a child; what it booked in those that close is cancelled."""
    one = accepted(await enrolments.one(enrolment))
    form = await forms.read(request, ActivitiesForm)
    dossier = await dossier_of(tenant, one, now.date())
    known = {each.id for each in dossier.open_to if each.booked == "online"} | one.activities
    wanted = frozenset(form.struct.activities if form.struct else ())
    if not wanted or not wanted <= known:
        told = "Cochez au moins une activité, ou terminez l’inscription plus bas."
        return await file_page(enrolment, tenant, now, changing=form.wrong(activities=told))
    cancelled = await leaving.change_activities(tenant, one, wanted, person.account, now)
    seen.tell("ok", "Activités enregistrées." + _cancelled(cancelled))
    return Redirect(f"{DESK}/{enrolment}", status_code=303)


def _cancelled(count: int) -> str:
    return (
        f" {formats.pluriel(count, 'réservation annulée', 'réservations annulées')}."
        if count
        else ""
    )


@post(
    f"{DESK}/{{enrolment:int}}/fin",
    name="periscolaire.office.end_enrolment",
    told="Terminer une inscription périscolaire, quand un enfant part",
    guards=[guards.agent],
)
async def end(
    enrolment: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """End an enrolment after a last day; what was booked after it is cancelled, unbilled."""
    one = accepted(await enrolments.one(enrolment))
    form = await forms.read(request, EndForm)
    first, latest = year_bounds(int(one.row.year))
    last = form.struct.last if form.struct else None
    if last is None:
        told = form.errors.get("last", "Écrivez le dernier jour de présence.")
        return await file_page(enrolment, tenant, now, ending=Bound(None, {"last": told}, form.raw))
    if not first - timedelta(days=1) <= last <= latest:
        told = (
            f"Écrivez un jour de l’année scolaire, le {formats.jour_du_mois(latest, True)} au plus."
        )
        return await file_page(enrolment, tenant, now, ending=form.wrong(last=told))
    cancelled = await leaving.end(tenant, one, last, person.account, "office", now)
    seen.tell(
        "ok", f"{one.name} : dernier jour le {formats.jour(last, True)}." + _cancelled(cancelled)
    )
    return Redirect(f"{DESK}/{enrolment}", status_code=303)


@post(
    f"{DESK}/{{enrolment:int}}/attestation",
    name="periscolaire.office.certificate",
    told="Imprimer l’attestation d’inscription périscolaire d’une famille",
    guards=[guards.agent],
)
async def certificate(
    enrolment: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Print that a child is enrolled, for the first of its parents."""
    one = await enrolments.one(enrolment)
    return await certificate_of(one, person, await _first_parent(one, now))


@post(
    f"{DESK}/{{enrolment:int}}/presence",
    name="periscolaire.office.presence",
    told="Imprimer l’attestation de présence périscolaire d’une famille",
    guards=[guards.agent],
)
async def presence(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Print which days a child came, for the first of its parents."""
    one = await enrolments.one(enrolment)
    paper = await presence_of(one, person, await _first_parent(one, now))
    return paper or nothing_yet(seen, f"{DESK}/{enrolment}")


async def _first_parent(one: One, now: datetime) -> Adult | None:
    held = await responsibilities.of_children([int(one.child.id)], now.date())
    return await Adult.objects().get(Adult.id == held[0].adult) if held else None


ROUTES = [one_file, decide, change_activities, end, certificate, presence]
