"""One file as the town hall sees it, and what it does to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, workflow
from ribambelle.database import transaction
from ribambelle.documents import uses
from ribambelle.identity import Person, quartiers
from ribambelle.particulier.asking import Seen
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.families.around import Around, around
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import Step, Transition, journal
from ribambelle_creche import state_resources, withdrawing
from ribambelle_creche.domain import appeals as contesting
from ribambelle_creche.domain.dossier import alternates, decode
from ribambelle_creche.domain.leaving import FOR
from ribambelle_creche.pages.recap import Told, told
from ribambelle_creche.queries import (
    appeals,
    applications,
    desks,
    duplicates,
    facilities,
    files,
    offers,
    queue,
)
from ribambelle_creche.queries.duplicates import Twin
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Appeal, AppealAnswer
from ribambelle_creche.workflow import CHANGEABLE, COMPLETED, FREE, LIVING, WORKFLOW, completing

office = Holding("agent", "admin", "creche_desk")


class ActForm(msgspec.Struct, frozen=True):
    """What the town hall does to a file, and why when the family will read it."""

    act: str
    reason: str = ""
    left_for: str = ""


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
    twins: list[Twin]
    elsewhere: list[str]
    told: Told
    is_changed: bool
    papers: dict[str, int]
    offer: int = 0
    placed: offers.Standing | None = None
    """The offer it may answer."""
    contested: list[tuple[Appeal, AppealAnswer | None]] = field(default_factory=list)
    """What the family contests, and what it was answered."""
    state_told: list[Seen] = field(default_factory=list)
    """What the State told of the family's resources, while she agrees."""
    around: Around | None = None
    """Who answers for the child, and whose weeks are whose."""
    alternates: bool = False
    """The file asks for one week with each parent."""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def lives(self) -> bool:
        """Tell whether the file still counts."""
        return self.file.state in LIVING

    @property
    def may_change(self) -> bool:
        """Tell whether what it asks may be corrected for the family."""
        return self.file.state in CHANGEABLE

    @property
    def goes(self) -> list[tuple[str, str]]:
        """Where a family that withdraws may say that it goes."""
        return list(FOR.items())

    @property
    def may_merge(self) -> bool:
        """Tell whether it may be joined to another: no commission holds it."""
        return self.file.state in FREE

    @property
    def is_owing(self) -> bool:
        """Tell whether a proof is still to be seen."""
        return self.file.is_owing

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be done in this state."""
        return [(one.code, ACTS[one.code]) for one in self.open_to if one.code in ACTS]

    @property
    def appeals(self) -> list[tuple[str, str, str]]:
        """What the family contests, as links: icon, where it stands, address."""
        return [
            (
                "bulle",
                f"Recours du {formats.jour_court(row.at.astimezone(self.zone))} : "
                f"{self._stands(row, answer)}",
                f"/bureau/creche/recours/{row.id}",
            )
            for row, answer in self.contested
        ]

    @staticmethod
    def _stands(row: Appeal, answer: AppealAnswer | None) -> str:
        told = contesting.OUTCOMES.get(row.outcome, "à répondre").lower()
        why = contesting.REASONS.get(answer.reason, "") if answer else ""
        return f"{told} ({why[:1].lower()}{why[1:]})" if why else told

    @property
    def past(self) -> list[tuple[str, str, str, bool]]:
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
    theirs = queue.desks_of(person)
    file = await files.one(number, theirs)
    limits, application = tenant.of(Settings).ages, file.application
    dossier = decode(application.answers)
    names = await facilities.names_of_wishes()
    twins = await duplicates.of(number, dossier)
    live = await offers.live_of(number)
    placed = await offers.with_another([number], tenant.now().date())
    page = FilePage(
        file=file,
        state=WORKFLOW.state(file.state),
        group=limits.label(application.age_group) if application.age_group else "Non précisé",
        open_to=WORKFLOW.open_to(file.state, "office"),
        steps=await workflow.history(file.demande),
        desks=[(one.id, one.name) for one in await desks.every()],
        zone=tenant.zone,
        twins=[twin for twin in twins if twin.is_open_to(theirs)],
        elsewhere=[twin.number for twin in twins if not twin.is_open_to(theirs)],
        told=told(dossier, names, dict(await quartiers.choices())),
        is_changed=await applications.is_changed(number, dossier),
        papers={one.kind: one.id for one in reversed(await uses.given_for(file.demande))},
        offer=live.id if live else 0,
        placed=placed.get(number) if file.state in LIVING else None,
        contested=await appeals.of_file(number),
        state_told=await state_resources.usable(application.household),
        around=await around(application.child, tenant.now()),
        alternates=alternates(dossier),
        errors=errors or {},
    )
    return Page("creche/office/file.html", page, status=422 if errors else 200)


@get(
    "/bureau/creche/demandes/{number:int}",
    name="creche.office.file",
    told="Lire une demande",
    guards=[office],
)
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


@post(
    "/bureau/creche/demandes/{number:int}/etat",
    name="creche.office.act",
    told="Faire avancer une demande : complète, pièce demandée, retirée",
    guards=[office],
)
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
    if WORKFLOW.transition(form.struct.act).needs_reason and not form.struct.reason:
        wrong = {"reason": REASONS[form.struct.act]}
        return await file_page(number, person, tenant, wrong)
    if form.struct.act == "complete" and file.is_owing:
        wrong = {"act": "Cochez d’abord chaque pièce vue : il en reste à voir."}
        return await file_page(number, person, tenant, wrong)
    async with transaction():
        code = form.struct.act
        if code == "complete":
            past = await workflow.history(file.demande)
            code = completing([step.target for step in past])
        who: dict[str, Any] = {"side": "office", "account": person.account}
        who["reason"] = form.struct.reason
        if code == "withdraw":
            step = await withdrawing.withdraw(file.application, form.struct.left_for, **who)
        else:
            step = await workflow.fire(file.demande, code, **who)
        if code in COMPLETED:
            await files.completed(number, step.at)
    seen.tell("ok", f"{file.application.number} : {step.label.lower()}.")
    return Redirect(f"/bureau/creche/demandes/{number}", status_code=303)


ACTS = {
    "complete": "Le dossier est complet",
    "ask_more": "Demander ce qui manque",
    "withdraw": "Retirer la demande, à la demande de la famille",
    "postpone": "Ne pas l’examiner à cette commission",
    "enroll": "L’enfant est accueilli à la crèche",
    "leave": "L’enfant a quitté la crèche",
    "rule_out": "La demande ne remplit pas les conditions",
}
REASONS = {
    "ask_more": "Écrivez ce qui manque : la famille lira cette phrase.",
    **dict.fromkeys(("postpone", "rule_out"), "Écrivez pourquoi : la famille lira cette phrase."),
}


@post(
    "/bureau/creche/demandes/{number:int}/pieces/{kind:str}",
    name="creche.office.proof",
    told="Noter qu’une pièce a été vue",
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


@post(
    "/bureau/creche/demandes/{number:int}/guichet",
    name="creche.office.assign",
    told="Confier une demande à un guichet",
    guards=[office],
)
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
    theirs = queue.desks_of(person)
    follows = theirs is None or not text.isdecimal() or int(text) in theirs
    # handed to another desk, the file is no longer there for this person
    target = f"/bureau/creche/demandes/{number}" if follows else "/bureau/creche/demandes"
    return Redirect(target, status_code=303)


ROUTES = [demande, act, proof_seen, assign]
