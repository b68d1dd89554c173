"""Contesting an answer: the family writes, the town hall answers before the legal day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.messages import post as write
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain.appeals import OUTCOMES, REASONS, is_maybe_late, until
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.queries import appeals, applications, decisions, renewals
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.tables import Appeal, AppealAnswer, Decision

RECOURS = "/bureau/creche/recours"
KNOWN = (
    "Un recours contre cette réponse est déjà reçu : celui-ci n’a pas été ajouté. "
    "Copiez vos phrases, et envoyez-les à la mairie."
)


class ContestForm(msgspec.Struct, frozen=True):
    """What a family says against an answer."""

    text: Annotated[str, Meta(max_length=4000)]


class AnswerForm(msgspec.Struct, frozen=True):
    """What the town hall answers."""

    outcome: str
    reason: str
    text: Annotated[str, Meta(max_length=4000)]


@dataclass(frozen=True)
class ContestPage:
    """An answer to contest, or what became of the appeal."""

    file: Mine
    appeal: Appeal | None
    answer: AppealAnswer | None
    last_day: date
    is_maybe_late: bool
    today: date
    form: forms.Bound[ContestForm] | None = None

    @property
    def is_refused_by_silence(self) -> bool:
        """Tell whether the day to answer has passed: silence means no from the next day on."""
        one = self.appeal
        return one is not None and not one.outcome and self.today > one.answer_by

    @property
    def court_until(self) -> date | None:
        """The last day to go to court against that silence."""
        return until(self.appeal.answer_by) if self.appeal else None

    @property
    def outcome(self) -> str:
        """What the town hall answered, in words."""
        return OUTCOMES.get(self.appeal.outcome, "") if self.appeal else ""

    @property
    def reason(self) -> str:
        """Why, in words; nothing of an answer given before it was kept."""
        return REASONS.get(self.answer.reason, "") if self.answer else ""


@dataclass(frozen=True)
class AppealsPage:
    """The appeals of the commune."""

    appeals: list[Appeal]
    today: date
    zone: ZoneInfo

    @staticmethod
    def told(appeal: Appeal) -> str:
        """Say where an appeal stands."""
        return OUTCOMES.get(appeal.outcome, "À répondre")

    def maybe_late(self, appeal: Appeal) -> bool:
        """Tell whether an appeal came more than two months after the answer it contests."""
        return came_late(appeal, self.zone)


@dataclass(frozen=True)
class AppealPage:
    """One appeal, to answer."""

    appeal: Appeal
    answer: AppealAnswer | None
    today: date
    zone: ZoneInfo
    form: forms.Bound[AnswerForm] | None = None

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """What may be answered."""
        return list(OUTCOMES.items())

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Why it may be answered so."""
        return list(REASONS.items())

    @property
    def reason(self) -> str:
        """Why it was answered so, in words; nothing of an answer given before it was kept."""
        return REASONS.get(self.answer.reason, "") if self.answer else ""

    @property
    def is_maybe_late(self) -> bool:
        """Tell whether it came more than two months after the answer it contests."""
        return came_late(self.appeal, self.zone)

    @property
    def contested_on(self) -> date | None:
        """The day of the answer it contests."""
        return _day(self.appeal.decision.at, self.zone) if self.appeal.decision else None

    @property
    def told(self) -> str:
        """What was answered."""
        return OUTCOMES.get(self.appeal.outcome, "")


def came_late(appeal: Appeal, zone: ZoneInfo) -> bool:
    """Tell whether an appeal came more than two months after the answer it contests."""
    at = appeal.decision.at if appeal.decision else None
    return at is not None and is_maybe_late(_day(at, zone), _day(appeal.at, zone))


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


async def answered(number: int, person: Person) -> tuple[Mine, Decision]:
    """Return a file this person may speak for, with the answer it had."""
    file = await applications.mine(person, number)
    decision = await decisions.last_of(number)
    if decision is None:
        raise NotYours
    return file, decision


async def contest_page(
    file: Mine,
    decision: Decision,
    tenant: Tenant,
    today: date,
    form: forms.Bound[ContestForm] | None = None,
) -> Page:
    """Show how an answer is contested, and until when."""
    decided_on = decision.at.astimezone(tenant.zone).date()
    appeal = await appeals.of_decision(decision.id)
    page = ContestPage(
        file=file,
        appeal=appeal,
        answer=await appeals.answer_to(appeal.id) if appeal else None,
        last_day=until(decided_on),
        is_maybe_late=is_maybe_late(decided_on, today),
        today=today,
        form=form,
    )
    return Page("creche/family/contest.html", page, status=422 if form else 200)


@get(
    "/creche/demandes/{number:int}/contester",
    name="creche.contest_page",
    reads="creche.application:{number}",
    told="Lire comment contester la réponse d’une commission",
    guards=[filer],
)
async def contest_look(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show how an answer is contested, and what happens next."""
    file, decision = await answered(number, person)
    return await contest_page(file, decision, tenant, now.date())


@post(
    "/creche/demandes/{number:int}/contester",
    name="creche.contest",
    told="Contester la réponse d’une commission",
    guards=[filer],
)
async def contest(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep what a family says against an answer; nothing stops while it is read."""
    file, decision = await answered(number, person)
    form = await forms.read(request, ContestForm)
    if form.struct is not None and not form.struct.text.strip():
        form = form.wrong(text="Dites ce que vous contestez, avec vos mots.")
    if form.struct is None:
        return await contest_page(file, decision, tenant, now.date(), form)
    try:
        await appeals.contest(decision, number, form.struct.text, person.account, file.side, now)
    except Refused as refusal:
        if refusal.reason != "appeal_known":
            raise
        return await contest_page(file, decision, tenant, now.date(), form.wrong(text=KNOWN))
    seen.tell("ok", "Votre recours est reçu. La mairie vous répond dans les deux mois.")
    return Redirect(f"/creche/demandes/{number}/contester", status_code=303)


@get(RECOURS, name="creche.appeals", told="Voir les recours des familles", guards=[guards.agent])
async def listing(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show the appeals with their legal day."""
    page = AppealsPage(await appeals.every(), now.date(), tenant.zone)
    return Page("creche/office/appeals.html", page)


@get(
    f"{RECOURS}/{{appeal:int}}",
    name="creche.appeal",
    reads="creche.appeal:{appeal}",
    told="Lire le recours d’une famille",
    guards=[guards.agent],
)
async def look(
    appeal: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Page:
    """Show one appeal, with what was answered."""
    row, kept = await appeals.one(appeal), await appeals.answer_to(appeal)
    page = AppealPage(row, kept, now.date(), tenant.zone)
    return Page("creche/office/appeal.html", page)


@post(
    f"{RECOURS}/{{appeal:int}}",
    name="creche.appeal.answer",
    told="Répondre au recours d’une famille",
    guards=[guards.agent],
)
async def answer(
    request: Request[Any, Any, Any],
    appeal: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the answer and write it to the family, together."""
    row, form = await appeals.one(appeal), await forms.read(request, AnswerForm)
    if form.struct is not None and form.struct.outcome not in OUTCOMES:
        form = form.wrong(outcome="Choisissez une réponse.")
    if form.struct is not None and form.struct.reason not in REASONS:
        form = form.wrong(reason="Choisissez un motif.")
    if form.struct is not None and not form.struct.text.strip():
        form = form.wrong(text="Écrivez à la famille pourquoi.")
    if form.struct is None:
        page = AppealPage(row, None, now.date(), tenant.zone, form)
        return Page("creche/office/appeal.html", page, status=422)
    told = form.struct
    try:
        async with transaction():
            await appeals.answer(appeal, told.outcome, told.reason, told.text, person.account, now)
            is_told = await tell(tenant, row, told)
    except Refused as refusal:
        if refusal.reason != "appeal_answered":
            raise
        seen.tell("info", "Ce recours a déjà sa réponse.")
        return Redirect(f"{RECOURS}/{appeal}", status_code=303)
    seen.tell(
        "ok",
        "Réponse enregistrée et envoyée."
        if is_told
        else "Réponse enregistrée. La famille n’a pas d’adresse e-mail : écrivez-lui par courrier.",
    )
    return Redirect(RECOURS, status_code=303)


async def tell(tenant: Tenant, row: Appeal, told: AnswerForm) -> bool:
    """Write the answer to the family; tell whether it has an address."""
    file = await renewals.one(int(row.application.id))
    reader = await applications.reader(file)
    if reader is None:
        return False
    await write(
        "creche/messages/appeal_answered",
        reader.email,
        account=reader.account,
        number=file.number,
        child=file.child_name,
        name=reader.name,
        outcome=OUTCOMES[told.outcome].lower(),
        reason=told.text,
        link=tenant.url(f"/creche/demandes/{file.id}/contester"),
    )
    return True


ROUTES = [contest_look, contest, listing, look, answer]
