"""Sending a file: people, columns, wishes, state, receipt and its message together, or nothing."""

from datetime import datetime

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle_creche import keeping, renewing
from ribambelle_creche.domain import receipt
from ribambelle_creche.domain.dossier import Dossier, Step
from ribambelle_creche.domain.review import Rules, review
from ribambelle_creche.queries import applications, facilities
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Receipt

PURPOSE = "creche.receipt"
SENDING = {"draft": "submit", "in_session": "edit_in_session"}
"""How a file is sent, by its state; elsewhere it is one that was changed."""


async def left_to_do(tenant: Tenant, dossier: Dossier) -> dict[Step, dict[str, str]]:
    """Return the steps to answer, or to answer again, with what is wrong in each."""
    settings = tenant.of(Settings)
    rules = Rules(
        tenant.now().date(),
        settings.ages,
        settings.fallback_weeks,
        settings.max_wishes,
        await facilities.takings(),
    )
    return review(dossier, rules)


async def send(tenant: Tenant, person: Person, number: int, now: datetime) -> int:
    """Send a file, or send it again after changes; return the version of its receipt.

    Sending twice the same answers changes nothing: the second press of a button finds the receipt.
    """
    async with transaction():
        await locks.advisory(f"creche.file:{number}")
        file = await applications.mine(person, number)
        if not file.may_change:
            raise Refused("wrong_state", state=file.state, transition="submit")
        if not file.is_draft and not await applications.is_changed(file.id, file.dossier):
            return await _sent_again(file, person)
        if left := await left_to_do(tenant, file.dossier):
            raise Refused("file_unfinished", missing=[step.code for step in left])
        await keeping.people(file, now)
        await keeping.columns(tenant, file, now)
        await keeping.wishes(file)
        await keeping.proofs(tenant, file)
        await _fire(file, person, SENDING.get(file.state, "edit"))
        return await _keep_receipt(tenant, file, now)


async def _sent_again(file: Mine, person: Person) -> int:
    """Return the receipt there is; a family that sends its file again still looks for a place."""
    if file.state == "to_confirm":
        await _fire(file, person, await renewing.confirming(file.application.demande.id))
    return (await applications.last_receipt(file.id)).version


async def _fire(file: Mine, person: Person, act: str) -> None:
    await workflow.fire(file.application.demande.id, act, side=file.side, account=person.account)


async def _keep_receipt(tenant: Tenant, file: Mine, now: datetime) -> int:
    names = {one.id: one.name for one in await facilities.every()}
    number, at = file.application.number, now.astimezone(tenant.zone)
    signed = receipt.content(number, file.dossier, names, at)
    version = 1 + len(await applications.receipts(file.id))
    code = tenant.sign(PURPOSE, signed)
    row = Receipt(application=file.id, version=version, at=now, content=signed, code=code)
    kept = int((await Receipt.insert(row).returning(Receipt.id))[0]["id"])
    # the paper is made once all is committed: no other family waits for it
    await later("creche", "send_receipt", once=f"creche.receipt:{kept}", receipt=kept)
    return version
