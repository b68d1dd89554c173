"""Families: adults, children, and where they live."""

from dataclasses import dataclass
from datetime import date, datetime

from ribambelle.database import transaction
from ribambelle.identity.tables import Account, Address, Adult, Child, Household
from ribambelle.search import fold


@dataclass(frozen=True, slots=True)
class AdultEntry:
    """An adult as a form gives them."""

    given_name: str
    family_name: str
    email: str = ""
    phone: str = ""
    account: int | None = None


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """An address as a form gives it; `quartier` is an id of the commune's list."""

    line: str
    postcode: str
    city: str
    quartier: int | None


async def of_account(account: int) -> int | None:
    """Return the household an account belongs to."""
    row = (
        await Adult.select(Adult.household)
        .where(Adult.account == account)
        .order_by(Adult.id)
        .first()
    )
    return int(row["household"]) if row else None


async def create(adults: list[AdultEntry], address: AddressEntry, now: datetime) -> int:
    """Write a new household and return its id."""
    async with transaction():
        rows = await Household.insert(Household(created_at=now)).returning(Household.id)
        household = int(rows[0]["id"])
        await replace(household, adults, address)
    return household


async def replace(household: int, adults: list[AdultEntry], address: AddressEntry) -> None:
    """Write what a family says of itself now; the adult of rank 1 keeps their account."""
    async with transaction():
        known = {a.rank: a for a in await Adult.objects().where(Adult.household == household)}
        for rank, adult in enumerate(adults, start=1):
            await _write_adult(household, rank, adult, known.pop(rank, None))
        for gone in known.values():
            await Adult.delete().where(Adult.id == gone.id)
        row = Address(
            household=household,
            line=address.line,
            postcode=address.postcode,
            city=address.city,
            quartier=address.quartier,
        )
        await Address.insert(row).on_conflict(
            target=Address.household,
            action="DO UPDATE",
            values=[Address.line, Address.postcode, Address.city, Address.quartier],
        )


async def _write_adult(household: int, rank: int, adult: AdultEntry, known: Adult | None) -> None:
    row = known or Adult(household=household, rank=rank)
    row.given_name, row.family_name = adult.given_name, adult.family_name
    row.email, row.phone = adult.email, adult.phone
    row.folded = fold(f"{adult.given_name} {adult.family_name}")
    if adult.account is not None:
        row.account = adult.account
    await row.save()
    if adult.account is not None:
        await Account.update({Account.name: f"{adult.given_name} {adult.family_name}"}).where(
            Account.id == adult.account
        )


async def add_child(
    household: int,
    given_name: str,
    family_name: str,
    *,
    born_on: date | None = None,
    due_on: date | None = None,
) -> int:
    """Write a child, born or expected, and return its id."""
    child = Child(
        household=household,
        given_name=given_name,
        family_name=family_name,
        born_on=born_on,
        due_on=due_on,
        folded=fold(f"{given_name} {family_name}"),
    )
    return int((await Child.insert(child).returning(Child.id))[0]["id"])


async def children_of(household: int) -> list[Child]:
    """Return the children of a household, the eldest first."""
    found = await Child.objects().where(Child.household == household)
    return sorted(found, key=lambda child: child.born_on or child.due_on or date.max)


async def adults_of(household: int) -> list[Adult]:
    """Return the adults of a household, who filed first."""
    return await Adult.objects().where(Adult.household == household).order_by(Adult.rank)


async def address_of(household: int) -> Address | None:
    """Return where a household lives, with its quartier."""
    return await Address.objects(Address.quartier).get(Address.household == household)
