"""Filling an enrolment in, sending it, deciding of it: each written at once with its journal line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import uses
from ribambelle.documents.tables import Document
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Child
from ribambelle.tenants import Tenant
from ribambelle.workflow import fire, journal
from ribambelle.workflow.declaration import Side
from ribambelle_periscolaire.domain.calendar import school_year, year_bounds
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.enrolments import STEPS, Progress, papers_asked, receiving
from ribambelle_periscolaire.queries import catalogue, enrolments, rules, sheets
from ribambelle_periscolaire.queries.enrolments import One
from ribambelle_periscolaire.queries.sheets import Kept
from ribambelle_periscolaire.repricing import again
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Consent, Enrolment, Rules

SENDING = {"draft": "submit", "incomplete": "resubmit"}


@dataclass(frozen=True)
class Dossier:
    """An enrolment with all that it is judged by."""

    one: One
    sheet: Kept
    consents: dict[str, Consent]
    rules: Rules | None
    """The règlement in force that day."""
    open_to: list[Activity]
    """The activities that would receive the child."""
    asked: tuple[str, ...]
    papers: dict[str, Document]
    """The last paper given for each kind asked."""
    progress: Progress

    @property
    def steps(self) -> list[str]:
        """The codes of the steps that concern this commune, in order."""
        hidden = set()
        if not self.consents_asked:
            hidden.add("autorisations")
        if self.rules is None:
            hidden.add("reglement")
        return [code for code in STEPS if code not in hidden]

    consents_asked: bool = True

    @property
    def left(self) -> list[str]:
        """The codes of the steps that are left."""
        return [code for code in self.progress.left if code in self.steps]

    @property
    def missing(self) -> list[str]:
        """The kinds of papers nobody gave, or that were refused."""
        good = {"to_check", "accepted"}
        return [
            kind
            for kind in self.asked
            if kind not in self.papers or self.papers[kind].state not in good
        ]


async def dossier_of(tenant: Tenant, one: One, day: date) -> Dossier:
    """Return an enrolment with all that it is judged by."""
    settings, known = tenant.of(Settings), await catalogue.current()
    sheet = await sheets.of_child(int(one.child.id))
    consents = await sheets.consents_of(int(one.child.id))
    current = await rules.in_force(day)
    first, last = year_bounds(int(one.row.year))
    school = int(one.row.school) if one.row.school else None
    open_to = receiving(known.activities, school, one.child.born_on, min(max(first, day), last))
    online = {each.id for each in open_to if each.booked == "online"}
    codes = [known.by_id[each].code for each in one.activities if each in known.by_id]
    has_pai = bool(sheet.sheet.health.has_pai)
    given = await uses.given_for(int(one.demande.id))
    begun: datetime = one.demande.created_at
    return Dossier(
        one=one,
        sheet=sheet,
        consents=consents,
        rules=current,
        open_to=open_to,
        asked=papers_asked(settings.proofs, settings.activity_proofs, codes, has_pai=has_pai),
        papers={paper.kind: paper for paper in reversed(given)},
        progress=Progress(
            school=bool(one.row.class_name),
            activities=bool(one.activities) and one.activities <= online,
            health=sheet.health_at is not None and sheet.health_at >= begun,
            contacts=sheet.contacts_at is not None and sheet.contacts_at >= begun,
            consents=all(
                code in consents and consents[code].given_at >= begun for code in settings.consents
            ),
            rules=current is None or one.row.rules == current.id,
        ),
        consents_asked=bool(settings.consents),
    )


async def begin(person: Person, child: Child, year: int, now: datetime) -> int:
    """Begin an enrolment; the règlement a brother or a sister accepted counts for this child too."""
    async with transaction():
        number = await enrolments.open_one(person, child, year, "family")
        one = await enrolments.one(number)
        current = await rules.in_force(now.date())
        if current is not None and one.state == "draft" and one.row.rules is None:
            before = await enrolments.accepted_before(person.account, year, int(current.id))
            if before is not None:
                await enrolments.set_rules(one, current, person.account, before)
    return number


async def note(one: One, person: Person, step: str, **facts: Any) -> None:
    """Write in the journal which part of an enrolment was filled in; never what it says."""
    await journal.record(
        "periscolaire.enrolment_filled",
        f"demande:{one.demande.id}",
        account=person.account,
        side="family",
        step=step,
        **facts,
    )


async def send(tenant: Tenant, person: Person, dossier: Dossier, now: datetime) -> str:
    """Send an enrolment, and accept it at once where the commune says so; return where it stands."""
    one = dossier.one
    if dossier.left:
        raise Refused("enrolment_unfinished", left=", ".join(dossier.left))
    async with transaction():
        demande = int(one.demande.id)
        await fire(demande, SENDING[one.state], side="family", account=person.account)
        await Enrolment.update({Enrolment.sent_at: now}).where(Enrolment.id == one.id)
        if not tenant.of(Settings).accept_at_once or dossier.missing:
            return "submitted"
        await accept(one, None, "clock", now)
    return "accepted"


async def accept(one: One, account: int | None, side: Side, now: datetime) -> None:
    """Accept an enrolment: the child goes to the school it says, once its year has begun."""
    async with transaction():
        await fire(int(one.demande.id), "accept", side=side, account=account)
        if school_year(now.date()) == one.row.year:
            await place(one, account, side)
        await again(tenants.current(), int(one.child.household), account, side, now)


async def place(one: One, account: int | None, side: Side) -> None:
    """Write in the register the school and the class of an accepted enrolment, once."""
    async with transaction():
        placed = (
            await Enrolment.update({Enrolment.is_placed: True})
            .where((Enrolment.id == one.id) & Enrolment.is_placed.eq(False))
            .returning(Enrolment.id)
        )
        if not placed or not one.row.class_name:
            return
        school = int(one.row.school) if one.row.school else None
        await Child.update({Child.school: school, Child.class_name: one.row.class_name}).where(
            Child.id == one.child.id
        )
        await journal.record(
            "family.school_changed",
            f"child:{one.child.id}",
            account=account,
            side=side,
            school=school,
        )


async def withdraw(one: One, person: Person) -> None:
    """Withdraw an enrolment nobody accepted yet."""
    await fire(int(one.demande.id), "withdraw", side="family", account=person.account)


async def reopen(one: One, person: Person) -> None:
    """Begin again an enrolment that had ended."""
    async with transaction():
        await fire(int(one.demande.id), "reopen", side="family", account=person.account)
        await Enrolment.update(
            {Enrolment.ends_on: None, Enrolment.sent_at: None, Enrolment.is_placed: False}
        ).where(Enrolment.id == one.id)
