"""Sending a file: people, columns, wishes, state, receipt and message together, or nothing."""

from datetime import datetime

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_creche import keeping
from ribambelle_creche.domain import receipt
from ribambelle_creche.domain.dossier import Dossier, Step, name_of
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.review import Rules, review
from ribambelle_creche.queries import applications, facilities
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Receipt

PURPOSE = "creche.receipt"


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
        if not (file.is_draft or file.lives):
            raise Refused("wrong_state", state=file.state, transition="submit")
        if not file.is_draft and not await applications.is_changed(file.id, file.dossier):
            return await _sent_again(file, person)
        if left := await left_to_do(tenant, file.dossier):
            raise Refused("file_unfinished", missing=[step.code for step in left])
        await keeping.people(file, now)
        await keeping.columns(tenant, file, now)
        await keeping.wishes(file)
        await keeping.proofs(tenant, file)
        await _fire(file, person, "submit" if file.is_draft else "edit")
        version = await _keep_receipt(tenant, file, now)
        await _tell(tenant, await applications.mine(person, number), is_new=file.is_draft)
    return version


async def _sent_again(file: Mine, person: Person) -> int:
    """Return the receipt there is; a family that sends its file again still looks for a place."""
    if file.state == "to_confirm":
        await _fire(file, person, "confirm")
    return (await applications.last_receipt(file.id)).version


async def _fire(file: Mine, person: Person, act: str) -> None:
    await workflow.fire(file.application.demande.id, act, side=file.side, account=person.account)


async def _keep_receipt(tenant: Tenant, file: Mine, now: datetime) -> int:
    names = {one.id: one.name for one in await facilities.every()}
    number, at = file.application.number, now.astimezone(tenant.zone)
    signed = receipt.content(number, file.dossier, names, at)
    version = 1 + len(await applications.receipts(file.id))
    code = tenant.sign(PURPOSE, signed)
    await Receipt.insert(
        Receipt(application=file.id, version=version, at=now, content=signed, code=code)
    )
    return version


async def _tell(tenant: Tenant, file: Mine, *, is_new: bool) -> None:
    """Write to the family, naming every wish."""
    reader = await applications.reader(file.application)
    child = file.dossier.child
    if reader is None or child is None:
        return
    kinds = await applications.unseen_proofs(file.id)
    await post(
        "creche/messages/submit",
        reader.email,
        account=reader.account,
        name=reader.name,
        number=file.application.number,
        child=name_of(child),
        is_new=is_new,
        wishes=[row["name"] for row in await applications.wishes(file.id)],
        missing=[KINDS.get(kind, kind) for kind in kinds],
        link=tenant.url(f"/creche/demandes/{file.id}") if reader.account else "",
    )
