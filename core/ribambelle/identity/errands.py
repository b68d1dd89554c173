"""Staff act for a family: with its own pages, under a banner, every act journalled and told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import accounts, sessions
from ribambelle.identity.person import Behalf, Person
from ribambelle.identity.tables import Account, Adult, Errand
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.workflow import Workflow, journal
from ribambelle.workflow.tables import JournalLine

LONGEST = timedelta(hours=2)
REASONS = {
    "counter": "au guichet",
    "phone": "au téléphone",
    "mail": "par courrier ou e-mail",
}
AIDANT, AIDANT_NAME = "aidant", "Un aidant"
ACTS = {
    "family.acted": "Autre démarche faite sur le portail",
    "family.address_changed": "Adresse changée",
    "family.adult_changed": "Nom ou téléphone changé",
    "family.child_added": "Enfant ajouté",
    "family.confirmed": "Informations confirmées",
    "family.invited": "Invitation envoyée",
    "family.joined": "Invitation acceptée",
    "family.moved_out": "Foyers séparés",
    "family.rights_ended": "Personne retirée",
    "family.rights_given": "Droits donnés à une personne",
    "family.school_changed": "École changée",
    "account.messages_chosen": "Façon d’être prévenu choisie",
    "appointment.booked": "Rendez-vous pris",
    "appointment.cancelled": "Rendez-vous annulé",
    "document.given": "Document ajouté",
    "document.replaced": "Document remplacé",
    "document.removed": "Document retiré",
    "document.attached": "Document joint à une demande",
    "core.custody.started": "Partage des semaines proposé",
    "privacy.copied": "Copie des données demandée",
    "privacy.forget_asked": "Effacement demandé",
    "privacy.forget_withdrawn": "Demande d’effacement retirée",
    "paper.printed": "Courrier ou attestation imprimé",
}
"""What the acts of the core are called when a family reads them; plugins tell theirs by `acts`."""
UNNAMED = "Informations modifiées"


@dataclass(frozen=True, slots=True)
class Told:
    """One errand as the family reads it."""

    began_at: datetime
    name: str
    reason: str
    acts: list[str]


async def begin(staff: Person, adult: Adult, reason: str, now: datetime) -> Errand:
    """Begin to act for an adult; one errand at a time: the one before ends."""
    if reason not in REASONS:
        raise Refused("reason_needed")
    async with transaction():
        account = await accounts.open_without_address(adult, now)
        for open_one in await Errand.objects().where(
            (Errand.staff == staff.account) & Errand.ended_at.is_null()
        ):
            await end(open_one, now)
        row = Errand(
            staff=staff.account,
            account=account.id,
            reason=reason,
            began_at=now,
            ends_at=now + LONGEST,
        )
        row.id = int((await Errand.insert(row).returning(Errand.id))[0]["id"])
        await journal.record(
            "errand.began",
            f"account:{account.id}",
            account=staff.account,
            side="office",
            errand=row.id,
            reason=reason,
        )
        await later(
            "core", "tell_errand", once=f"errand:{row.id}:late", at=row.ends_at, errand=row.id
        )
    return row


async def end(errand: Errand, now: datetime) -> None:
    """End an errand and have the family told; ending it twice is once."""
    async with transaction():
        ended = (
            await Errand.update({Errand.ended_at: now})
            .where((Errand.id == errand.id) & Errand.ended_at.is_null())
            .returning(Errand.id)
        )
        if ended:
            await journal.record(
                "errand.ended",
                f"account:{errand.account}",
                account=int(errand.staff),
                side=AIDANT if errand.reason == AIDANT else "office",
                errand=errand.id,
            )
            await later("core", "tell_errand", once=f"errand:{errand.id}", errand=errand.id)


async def stand_in(staff: Person, number: int, now: datetime) -> Person | None:
    """Return the family a member of staff acts for; None once the errand or the role has ended."""
    found = await Errand.objects(Errand.account).get(
        (Errand.id == number) & (Errand.staff == staff.account) & Errand.ended_at.is_null()
    )
    if found is None or found.ends_at <= now or not staff.strong:
        return None
    if not staff.holds("agent", "admin") or found.account.disabled_at is not None:
        return None
    family = await sessions.person(found.account, staff.session, strong=False)
    return replace(family, behalf=Behalf(found.id, staff.account, staff.name))


async def begin_mandate(account: Account, now: datetime) -> Errand:
    """Let an aidant act for a family that gave a mandate; what is done is told as at the counter."""
    async with transaction():
        row = Errand(
            staff=account.id,
            account=account.id,
            reason=AIDANT,
            began_at=now,
            ends_at=now + LONGEST,
        )
        row.id = int((await Errand.insert(row).returning(Errand.id))[0]["id"])
        await journal.record(
            "errand.began",
            f"account:{account.id}",
            account=account.id,
            side=AIDANT,
            errand=row.id,
            reason=AIDANT,
        )
        await later(
            "core", "tell_errand", once=f"errand:{row.id}:late", at=row.ends_at, errand=row.id
        )
    return row


async def by_mandate(family: Person, number: int, now: datetime) -> Person | None:
    """Return the family an aidant acts for; None once the mandate's session has ended."""
    found = await Errand.objects().get(
        (Errand.id == number)
        & (Errand.account == family.account)
        & (Errand.staff == family.account)
        & Errand.ended_at.is_null()
    )
    if found is None or found.ends_at <= now:
        return None
    return replace(family, behalf=Behalf(number, family.account, AIDANT_NAME, by_mandate=True))


async def end_mandate(number: int, now: datetime) -> None:
    """End what an aidant does for a family, which is told."""
    found = await Errand.objects().get((Errand.id == number) & (Errand.reason == AIDANT))
    if found is not None:
        await end(found, now)


async def open_of(staff: int) -> Errand | None:
    """Return the errand a member of staff has not ended yet."""
    return await Errand.objects().get((Errand.staff == staff) & Errand.ended_at.is_null())


async def acts_of(errand: Errand) -> list[str]:
    """Return what was done in an errand, in words, in order, each once."""
    lines = (
        await JournalLine.select(JournalLine.act, JournalLine.facts)
        .where((JournalLine.account == int(errand.staff)) & JournalLine.read_only.eq(False))
        .where((JournalLine.at >= errand.began_at) & (JournalLine.at <= errand.ends_at))
        .order_by(JournalLine.number)
    )
    mine = [line["act"] for line in lines if _errand_of(line["facts"]) == errand.id]
    return list(dict.fromkeys(label(act) for act in mine if not act.startswith("errand.")))


def _errand_of(facts: str) -> Any:
    return msgspec.json.decode(facts).get("errand")


def label(act: str) -> str:
    """Say an act of the journal as a family reads it."""
    hooks = tenants.current().hooks
    if act in hooks.acts:
        return hooks.acts[act]
    workflow, _, transition = act.rpartition(".")
    declared = hooks.workflows.get(workflow)
    if isinstance(declared, Workflow):
        known = {one.code: one.label for one in declared.transitions}
        return known.get(transition, "Demande commencée")
    return UNNAMED


async def of_family(account: int) -> list[Told]:
    """Return the errands done for a family, the latest first."""
    rows = (
        await Errand.objects(Errand.staff)
        .where(Errand.account == account)
        .order_by(Errand.id, ascending=False)
        .limit(50)
    )
    found = []
    for row in rows:
        name, row.staff = row.staff.name, row.staff.id
        if row.reason == AIDANT:
            name = AIDANT_NAME
        told = REASONS.get(row.reason, "par Aidants Connect")
        found.append(Told(row.began_at, name, told, await acts_of(row)))
    return found


async def tell(errand: int) -> None:
    """Write to the family what was done in its name; run as a job, once, when something was."""
    now = tenants.current().now()
    row = await Errand.objects().get(Errand.id == errand)
    if row is None or (row.ended_at is None and row.ends_at > now):
        return
    async with transaction():
        if row.ended_at is None:
            await end(row, row.ends_at)
        mine = (
            await Errand.update({Errand.told_at: now})
            .where((Errand.id == errand) & Errand.told_at.is_null())
            .returning(Errand.id)
        )
        acts = await acts_of(row) if mine else []
        if not acts:
            return
        family = await Account.objects().get(Account.id == int(row.account))
        staff = await Account.objects().get(Account.id == int(row.staff))
        if family is None:
            return
        adult = await Adult.objects().get(Adult.account == family.id)
        told = adult.email if adult and not accounts.signs_in(family.email) else family.email
        by_aidant = row.reason == AIDANT
        by: dict[str, Any] = {
            "by": staff.name if staff else "",
            "reason": REASONS.get(row.reason, ""),
        }
        await post(
            "messages/mandate" if by_aidant else "messages/errand",
            told or family.email,
            account=family.id,
            name=family.name.split(" ")[0],
            **({} if by_aidant else by),
            at=row.began_at.astimezone(tenants.current().zone),
            acts=acts,
            link=tenants.current().url("/famille/actes"),
        )
