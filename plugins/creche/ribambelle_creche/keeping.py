"""What a sent file writes: its people, what the queue reads, its wishes, its proofs."""

from dataclasses import asdict
from datetime import date, datetime

from ribambelle.errors import Refused
from ribambelle.identity import households
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.identity.tables import Child as ChildRow
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle_creche import counting, state_resources
from ribambelle_creche.domain.dossier import (
    Address,
    Child,
    Family,
    Week,
    Wishes,
    decode,
    encode,
    project,
)
from ribambelle_creche.domain.evidence import needed, to_see_again
from ribambelle_creche.queries import streets
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Evidence, Need, Wish


async def people(file: Mine, now: datetime) -> None:
    """Write the household, its adults, its address and the child."""
    family, address, child = file.dossier.family, file.dossier.address, file.dossier.child
    if family is None or address is None or child is None:
        raise Refused("file_unfinished", missing=[])
    household = await _household(file, _adults(file, family), _home(address), now)
    number = await _child(file, household, child)
    await Application.update({Application.household: household, Application.child: number}).where(
        Application.id == file.id
    )


def _adults(file: Mine, family: Family) -> list[AdultEntry]:
    account, email = file.application.account, family.email.strip().lower()
    filer = AdultEntry(family.given_name, family.family_name, email, family.phone, account)
    if not family.other_name or family.is_separated:
        return [filer]  # who lives elsewhere is of another household
    return [filer, AdultEntry(family.other_given_name, family.other_family_name)]


def _home(address: Address) -> AddressEntry:
    return AddressEntry(address.line, address.postcode, address.city, address.quartier)


async def _household(
    file: Mine, adults: list[AdultEntry], home: AddressEntry, now: datetime
) -> int:
    """Return the household of a file: the one its account already has, or a new one."""
    account = file.application.account
    mine = await households.of_account(account) if account else None
    known = mine or file.application.household
    if known is None:
        return await households.create(adults, home, now)
    await households.replace(known, adults, home)
    return known


async def _child(file: Mine, household: int, child: Child) -> int:
    born_on: date | None = None if child.is_expected else child.born_on
    # a due date is kept after the birth: it is what the first receipt speaks of
    due_on = child.due_on
    if file.application.child is None:
        names = child.given_name, child.family_name
        known = await households.same_child(household, *names, born_on, due_on)
        return known or await households.add_child(
            household, *names, born_on=born_on, due_on=due_on
        )
    await ChildRow.update(
        {
            ChildRow.given_name: child.given_name,
            ChildRow.family_name: child.family_name,
            ChildRow.born_on: born_on,
            ChildRow.due_on: due_on,
            ChildRow.folded: fold(f"{child.given_name} {child.family_name}")[:200],
        }
    ).where(ChildRow.id == file.application.child)
    return int(file.application.child)


async def columns(tenant: Tenant, file: Mine, now: datetime) -> None:
    """Write what the queue and the statistics read."""
    address = file.dossier.address
    values = {
        **asdict(project(file.dossier, tenant.of(Settings).ages)),
        "quartier": address.quartier if address else None,
        "iris": await streets.iris_of(address, tenant.settings.postcodes),
        "sent": encode(file.dossier),
        "submitted_at": file.application.submitted_at or now,
        "confirmed_at": now,
    }
    await Application.update({getattr(Application, k): v for k, v in values.items()}).where(
        Application.id == file.id
    )


async def wishes(file: Mine) -> None:
    """Write the wishes and the weeks; a wish that stays keeps its row, and its calls."""
    chosen = (file.dossier.wishes or Wishes()).facilities
    week = file.dossier.week or Week()
    await Wish.delete().where(
        (Wish.application == file.id) & Wish.facility.not_in(list(chosen) or [0])
    )
    for rank, facility in enumerate(chosen, start=1):
        row = Wish(application=file.id, rank=rank, facility=facility)
        await Wish.insert(row).on_conflict(
            target=(Wish.application, Wish.facility), action="DO UPDATE", values=[Wish.rank]
        )
    await Need.delete().where(Need.application == file.id)
    for rank, slots in enumerate((week.whole, *week.fallbacks)):
        await Need.insert(Need(application=file.id, rank=rank, slots=slots))


async def proofs(tenant: Tenant, file: Mine) -> None:
    """Ask for the proofs that what was declared needs, and those that would give points.

    One already seen stays seen, unless what it proves was changed since.
    """
    for_points = await counting.asked_proofs(tenant, file.dossier)
    asked = needed(file.dossier, tenant.of(Settings).proofs)
    kinds = list(dict.fromkeys((*asked, *for_points)))
    await Evidence.delete().where(
        (Evidence.application == file.id) & Evidence.kind.not_in(kinds or [""])
    )
    for kind in kinds:
        await Evidence.insert(Evidence(application=file.id, kind=kind)).on_conflict(
            target=(Evidence.application, Evidence.kind), action="DO NOTHING"
        )
    if file.application.sent:
        again = to_see_again(decode(file.application.sent), file.dossier, kinds)
        await Evidence.update(
            {Evidence.seen_at: None, Evidence.seen_by: None, Evidence.again_by: None}
        ).where((Evidence.application == file.id) & Evidence.kind.is_in(again or [""]))
    await state_resources.confirm(
        file.application.demande.id, file.application.account, file.dossier
    )
