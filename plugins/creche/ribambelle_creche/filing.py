"""Sending a file: people, columns, wishes, state, receipt and message together, or nothing."""

from dataclasses import asdict
from datetime import datetime

import msgspec

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person, households
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.identity.tables import Child as ChildRow
from ribambelle.messages import post
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle_creche.domain import receipt
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.dossier import missing, project
from ribambelle_creche.domain.duplicates import same_child
from ribambelle_creche.domain.evidence import needed
from ribambelle_creche.queries import applications, facilities
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Evidence, Need, Receipt, Wish

PURPOSE = "creche.receipt"


def limits_of(tenant: Tenant) -> AgeLimits:
    """Return the ages at which groups change in this commune."""
    settings = tenant.of(Settings)
    return AgeLimits(
        settings.baby_until_months, settings.middle_until_months, settings.youngest_weeks
    )


async def send(tenant: Tenant, person: Person, number: int, now: datetime) -> int:
    """Send a file, or send it again after changes; return the version of its receipt.

    Sending twice the same answers changes nothing: the second press of a button finds the receipt.
    """
    async with transaction():
        await locks.advisory(f"creche.file:{number}")
        file = await applications.mine(person, number)
        if steps := missing(file.dossier):
            raise Refused("file_unfinished", missing=[step.code for step in steps])
        if not (file.is_draft or file.lives):
            raise Refused("wrong_state", state=file.state, transition="submit")
        signed = await _signed(tenant, file, now)
        if (same := await _already(file, signed)) is not None:
            return same
        await _keep_people(file, now)
        await _keep_columns(tenant, file, now)
        await _keep_wishes(file)
        await _keep_proofs(tenant, file)
        act = "submit" if file.is_draft else "edit"
        await workflow.fire(
            file.application.demande.id, act, side=file.side, account=person.account
        )
        version = await _keep_receipt(tenant, file, signed, now)
        await _tell(tenant, file)
    return version


async def _signed(tenant: Tenant, file: Mine, now: datetime) -> str:
    names = {one.id: one.name for one in await facilities.every()}
    asked = file.dossier.wishes
    gone = [one for one in (asked.facilities if asked else ()) if one not in names]
    if gone:
        raise Refused("facility_gone", count=len(gone))
    return receipt.content(
        file.application.number, file.dossier, names, now.astimezone(tenant.zone)
    )


async def _already(file: Mine, signed: str) -> int | None:
    """Return the version of the last receipt when it says the same, but for the moment."""
    if file.is_draft:
        return None
    last = await applications.last_receipt(file.id)
    return last.version if told(last.content) == told(signed) else None


def told(content: str) -> dict[str, object]:
    """Return what a receipt says, without its moment."""
    said: dict[str, object] = msgspec.json.decode(content)
    said.pop("at", None)
    return said


async def _keep_people(file: Mine, now: datetime) -> None:
    """Write the household, its adults, its address and the child."""
    family, address, child = file.dossier.family, file.dossier.address, file.dossier.child
    if family is None or address is None or child is None:
        raise Refused("file_unfinished", missing=[])
    adults = [
        AdultEntry(
            family.given_name,
            family.family_name,
            family.email,
            family.phone,
            file.application.account,
        )
    ]
    if not family.is_single and family.other_family_name:
        adults.append(AdultEntry(family.other_given_name, family.other_family_name))
    home = AddressEntry(address.line, address.postcode, address.city, address.quartier)
    household = file.application.household or await _household_of(file)
    if household is None:
        household = await households.create(adults, home, now)
    else:
        await households.replace(household, adults, home)
    born = None if child.is_expected else child.born_on
    due = child.due_on if child.is_expected else None
    if file.application.child is None:
        number = await households.add_child(
            household, child.given_name, child.family_name, born_on=born, due_on=due
        )
    else:
        number = file.application.child
        await ChildRow.update(
            {
                ChildRow.given_name: child.given_name,
                ChildRow.family_name: child.family_name,
                ChildRow.born_on: born,
                ChildRow.due_on: due,
                ChildRow.folded: fold(f"{child.given_name} {child.family_name}"),
            }
        ).where(ChildRow.id == number)
    await Application.update({Application.household: household, Application.child: number}).where(
        Application.id == file.id
    )


async def _household_of(file: Mine) -> int | None:
    account = file.application.account
    return await households.of_account(account) if account else None


async def _keep_columns(tenant: Tenant, file: Mine, now: datetime) -> None:
    """Write what the queue and the statistics read."""
    columns = asdict(project(file.dossier, limits_of(tenant)))
    address = file.dossier.address
    values = {
        **columns,
        "quartier": address.quartier if address else None,
        "same_child": same_child(file.dossier),
        "submitted_at": file.application.submitted_at or now,
        "confirmed_at": now,
    }
    await Application.update({getattr(Application, k): v for k, v in values.items()}).where(
        Application.id == file.id
    )


async def _keep_wishes(file: Mine) -> None:
    """Write the wishes and the weeks; a wish that stays keeps its row, and its calls."""
    asked, week = file.dossier.wishes, file.dossier.week
    chosen = asked.facilities if asked else ()
    await Wish.delete().where(
        (Wish.application == file.id) & Wish.facility.not_in(list(chosen) or [0])
    )
    for rank, facility in enumerate(chosen, start=1):
        row = Wish(application=file.id, rank=rank, facility=facility)
        await Wish.insert(row).on_conflict(
            target=(Wish.application, Wish.facility), action="DO UPDATE", values=[Wish.rank]
        )
    await Need.delete().where(Need.application == file.id)
    if week:
        for rank, slots in enumerate((week.wished, *week.fallbacks)):
            await Need.insert(Need(application=file.id, rank=rank, slots=slots))


async def _keep_proofs(tenant: Tenant, file: Mine) -> None:
    """Ask for the proofs that what was declared needs; one already seen stays seen."""
    kinds = needed(file.dossier, tenant.of(Settings).proofs)
    await Evidence.delete().where(
        (Evidence.application == file.id) & Evidence.kind.not_in(list(kinds) or [""])
    )
    for kind in kinds:
        await Evidence.insert(Evidence(application=file.id, kind=kind)).on_conflict(
            target=(Evidence.application, Evidence.kind), action="DO NOTHING"
        )


async def _keep_receipt(tenant: Tenant, file: Mine, signed: str, now: datetime) -> int:
    version = 1 + int(await Receipt.count().where(Receipt.application == file.id))
    code = tenant.sign(PURPOSE, signed)
    await Receipt.insert(
        Receipt(application=file.id, version=version, at=now, content=signed, code=code)
    )
    return version


async def _tell(tenant: Tenant, file: Mine) -> None:
    """Write to the family, naming every wish."""
    family = file.dossier.family
    recipient = family.email if family else ""
    if not recipient:
        return
    await post(
        "creche/messages/submit",
        recipient,
        account=file.application.account,
        name=family.given_name if family else "",
        number=file.application.number,
        child=project(file.dossier, limits_of(tenant)).child_name,
        wishes=[row["name"] for row in await applications.wishes(file.id)],
        link=tenant.url(f"/creche/demandes/{file.id}") if file.application.account else "",
    )
