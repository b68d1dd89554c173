"""Writing to a family what happened to its file: once, to whoever filed, if they gave an address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import limits
from ribambelle.messages import Enclosed, post
from ribambelle.tenants import Tenant
from ribambelle.workflow import Step
from ribambelle_creche import renewing
from ribambelle_creche.chaining import still_held
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.offers import costs_nothing, is_late
from ribambelle_creche.placing import CALL_FIRST, NO_PLACE, TOO_LATE, lost_by, share_of, told_of
from ribambelle_creche.proof import opened, paper
from ribambelle_creche.queries import applications, offers, renewals
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import COMPLETED

OF_OFFER = frozenset({"offer", "accept", "decline", "lapse"})
SILENCE = ", et votre demande prend fin"
REFUSED = " Votre demande prend fin : pour chercher encore une place, faites-en une autre."
TOLD = OF_OFFER | {
    *("ask_more", *COMPLETED, "withdraw", "ask_confirmation", "expire", "merge"),
    *("wait", "postpone", "rule_out", "age_out", "sleep", "fall"),
}
# « submit » and « edit » are told by the receipt itself.


async def tell_family(step: Step) -> None:
    """Write what one transition means for the family; run as a job, after commit."""
    file = await renewals.of_demande(step.request) if step.transition in TOLD else None
    if file is None:
        return
    tenant = tenants.current()
    facts: dict[str, Any] = {"reason": step.reason}
    if step.transition in ("ask_more", "sleep"):
        kinds = await applications.unseen_proofs(file.id)
        facts["missing"] = [KINDS.get(kind, kind) for kind in kinds]
    if step.transition == renewing.ASK:
        facts |= _question(tenant, file, renewing.moment_of(step.at))
    if step.transition == "withdraw":
        offer = await offers.lost_move(file.id)
        facts["lost"] = f" {NO_PLACE.format(*both)}" if (both := await lost_by(offer)) else ""
    if step.transition in OF_OFFER:
        facts |= await _offered(tenant, file, step.transition)
    await _write(file, _message_of(step), step.at, **facts)


def _message_of(step: Step) -> str:
    """Return the message that tells a transition: several may say the same, one may say two."""
    if step.transition in COMPLETED:
        return "complete"
    if step.transition == "expire" and step.source == "dormant":
        return "expire_asleep"
    return "ask_more" if step.transition == "sleep" else step.transition


async def _offered(tenant: Tenant, file: Application, what: str) -> dict[str, Any]:
    """Return what a message says of the last offer made to a file."""
    last = await offers.last_of(file.id)
    if last is None:
        return {}
    rows = await offers.beside(last)
    part = await share_of(rows)
    if part and what == "offer":
        part = f"{part} {CALL_FIRST}"
    said = [part, await still_held(last) if what == "offer" else ""]
    said += [TOO_LATE] if what == "offer" and is_late(rows) else []
    return {
        "places": [*(told_of(row) for row in rows), *filter(None, said)],
        "answer_by": last.answer_by,
        "answer": tenant.url(f"/creche/offres/{rows[0].id}"),
        "silence": SILENCE if tenant.of(Settings).lapse_closes else "",
        "refused": REFUSED
        if tenant.of(Settings).decline_closes and not costs_nothing(rows)
        else "",
    }


async def tell_agreed(offer: int) -> None:
    """Tell a family that its yes is kept; one that holds or was taken back since says it itself."""
    row = await offers.one(offer)
    if row.state != "live" or row.agreed_at is None:
        return
    rows, url = await offers.beside(row), tenants.current().url(f"/creche/offres/{offer}")
    file = await renewals.one(int(row.application))
    places = [told_of(one) for one in rows]
    await _write(file, "agree", row.agreed_at, places=places, answer=url)


async def tell_urgent(offer: int) -> None:
    """Tell a family the place given at once, until when; never why: others may read its mail."""
    row = await offers.one(offer)
    file = await renewals.one(int(row.application))
    await _write(file, "urgent", row.sent_at, places=[told_of(row)])


async def send_receipt(receipt: int) -> None:
    """Write to the family what it asked, with its proof on paper; run as a job, once."""
    row = await applications.receipt(receipt)
    file = await renewals.one(row.application)
    tenant = tenants.current()
    if await applications.reader(file) is None:
        return
    proof = opened(row, file, tenant)
    sheet = Enclosed(f"recu-{proof.number}.pdf", "application/pdf", await paper(proof, tenant))
    kinds = await applications.unseen_proofs(file.id)
    facts = {"proof": proof, "missing": [KINDS.get(kind, kind) for kind in kinds]}
    what = "edit" if proof.changed_at else "submit"
    await _write(file, what, row.at, enclosed=[sheet], verify=proof.verify(tenant), **facts)


async def remind(file: Application, asked: int) -> None:
    """Put the question a second time, once, before the delay runs out."""
    tenant = tenants.current()
    at = datetime.fromtimestamp(asked, tz=tenant.zone)
    await _write(file, "remind", at, **_question(tenant, file, asked))


async def remind_more(file: Application, step: Step, days: int) -> None:
    """Tell a second or a third time what a file lacks, once each."""
    kinds = await applications.unseen_proofs(file.id)
    missing = [KINDS.get(kind, kind) for kind in kinds]
    at = step.at + timedelta(days=days)
    await _write(file, "remind_more", at, reason=step.reason, missing=missing)


def _question(tenant: Tenant, file: Application, asked: int) -> dict[str, Any]:
    """Return the link that answers, and until when it does."""
    at = datetime.fromtimestamp(asked, tz=tenant.zone)
    # by the rule, and not by the file: it may have been confirmed before the job ran
    last_day = renewing.renewal_of(tenant).last_day(at.date())
    return {"answer": renewing.link_of(tenant, file, asked), "last_day": last_day}


async def _write(
    file: Application, what: str, at: datetime, enclosed: Sequence[Enclosed] = (), **facts: Any
) -> None:
    """Write one message about one moment of a file, whatever the number of tries."""
    reader = await applications.reader(file)
    if reader is None:
        return
    tenant = tenants.current()
    async with transaction():
        if await limits.count(f"creche.told:{file.id}:{what}:{at.microsecond}", at) > 1:
            return
        await post(
            f"creche/messages/{what}",
            reader.email,
            account=reader.account,
            enclosed=enclosed,
            number=file.number,
            child=file.child_name,
            name=reader.name,
            link=tenant.url(f"/creche/demandes/{file.id}"),
            again=tenant.url("/creche/demandes/nouvelle"),
            **facts,
        )
