"""Families: adults who live together, their children, and where they live."""

from dataclasses import dataclass
from datetime import date, datetime

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import responsibilities
from ribambelle.identity.rights import FULL
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


@dataclass(frozen=True, slots=True)
class MovedOut:
    """An adult who no longer lives in a household: what is theirs goes with them."""

    adult: int
    account: int | None
    email: str
    was_first: bool
    source: int
    target: int


async def of_account(account: int) -> int | None:
    """Return the household an account belongs to."""
    row = (
        await Adult.select(Adult.household)
        .where(Adult.account == account)
        .order_by(Adult.id)
        .first()
    )
    return int(row["household"]) if row else None


async def create(adults: list[AdultEntry], address: AddressEntry | None, now: datetime) -> int:
    """Write a new household and return its id; an adult who only helps has no address here."""
    async with transaction():
        rows = await Household.insert(Household(created_at=now)).returning(Household.id)
        household = int(rows[0]["id"])
        await replace(household, adults, address)
    return household


async def replace(household: int, adults: list[AdultEntry], address: AddressEntry | None) -> None:
    """Write what a family says of itself now; the adult of rank 1 keeps their account.

    An adult who has an account speaks for themselves: nobody else renames or removes them. Whoever
    answers for a child stays in the register: a file takes nothing from a parent.
    """
    today = tenants.current().now().date()
    async with transaction():
        left = await adults_of(household)
        for rank, adult in enumerate(adults, start=1):
            there = _same(left, adult, rank)
            if there is not None:
                left.remove(there)
                await _write_adult(there, adult)
            elif left:
                left.pop(0)  # an adult of this household who speaks for themselves
            else:
                await add_adult(household, adult)
        for gone in left:
            bare = gone.account is None and not gone.email
            if bare and not await responsibilities.of_adult(gone.id, today):
                await Adult.delete().where(Adult.id == gone.id)
        if address is not None:
            await write_address(household, address)


def _same(adults: list[Adult], entry: AdultEntry, rank: int) -> Adult | None:
    """Return the adult an entry speaks of: of its account, else of its name, else of its rank.

    Nobody who has an account is taken for another, nor whoever was invited at an address.
    """
    mine = [one for one in adults if one.account is not None and one.account == entry.account]
    free = [one for one in adults if one.account is None]
    name = fold(f"{entry.given_name} {entry.family_name}")
    named = [one for one in free if one.folded == name]
    ranked = [one for one in free if one.rank == rank and (rank == 1 or not one.email)]
    return next(iter(mine or named or ranked), None)


async def write_address(household: int, address: AddressEntry) -> None:
    """Write where a household lives."""
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


async def _write_adult(row: Adult, told: AdultEntry) -> None:
    """Write what is told of an adult; nobody else gives the address an invited adult joins with."""
    row.given_name, row.family_name = told.given_name, told.family_name
    row.folded = fold(f"{told.given_name} {told.family_name}")
    if row.rank == 1 or told.account is not None:
        row.email, row.phone = told.email, told.phone
    if told.account is not None:
        row.account = told.account
    await row.save()
    await _name_account(told)


async def _name_account(told: AdultEntry) -> None:
    if told.account is not None:
        await Account.update({Account.name: f"{told.given_name} {told.family_name}"}).where(
            Account.id == told.account
        )


async def rename(adult: int, entry: AdultEntry) -> None:
    """Write how an adult is called and reached, in the register and on their account."""
    known = await Adult.objects().get(Adult.id == adult)
    if known is not None:
        await _write_adult(known, entry)


async def add_adult(household: int, told: AdultEntry) -> int:
    """Write one more adult of a household and return their id."""
    ranks = await Adult.select(Adult.rank).where(Adult.household == household)
    row = Adult(
        household=household,
        rank=1 + max((one["rank"] for one in ranks), default=0),
        given_name=told.given_name,
        family_name=told.family_name,
        email=told.email,
        phone=told.phone,
        account=told.account,
        folded=fold(f"{told.given_name} {told.family_name}"),
    )
    number = int((await Adult.insert(row).returning(Adult.id))[0]["id"])
    await _name_account(told)
    return number


async def move_out(adult: Adult, now: datetime) -> int:
    """Give an adult a household of their own, without address yet, and return its id.

    What they may do for the children does not change: living apart takes nothing from a parent.
    """
    async with transaction():
        rows = await Household.insert(Household(created_at=now)).returning(Household.id)
        source, target = int(adult.household), int(rows[0]["id"])
        await Adult.update({Adult.household: target, Adult.rank: 1}).where(Adult.id == adult.id)
        for rank, row in enumerate(await adults_of(source), start=1):
            await Adult.update({Adult.rank: rank}).where(Adult.id == row.id)
        told = MovedOut(adult.id, adult.account, adult.email, adult.rank == 1, source, target)
        for listen in tenants.current().hooks.all("adult_moved_out"):
            await listen(told)
    return target


async def add_child(
    household: int,
    given_name: str,
    family_name: str,
    *,
    born_on: date | None = None,
    due_on: date | None = None,
) -> int:
    """Write a child, born or expected, whom every adult of the household answers for."""
    child = Child(
        household=household,
        given_name=given_name,
        family_name=family_name,
        born_on=born_on,
        due_on=due_on,
        folded=fold(f"{given_name} {family_name}"),
    )
    async with transaction():
        number = int((await Child.insert(child).returning(Child.id))[0]["id"])
        for adult in await adults_of(household):
            await responsibilities.write(number, adult.id, FULL, tenants.current().now())
    return number


async def same_child(
    household: int, given_name: str, family_name: str, born_on: date | None, due_on: date | None
) -> int | None:
    """Return the child of a household who bears this name and was born, or is due, this day.

    A child who lives elsewhere, and for whom an adult of the household answers with authority, is
    one of them.
    """
    when = (
        Child.born_on == born_on if born_on else Child.born_on.is_null() & (Child.due_on == due_on)
    )
    theirs = await responsibilities.answered_for(household, tenants.current().now().date())
    row = (
        await Child.select(Child.id)
        .where(((Child.household == household) | Child.id.is_in([*theirs, 0])) & when)
        .where(Child.folded == fold(f"{given_name} {family_name}"))
        .order_by(Child.id)
        .first()
    )
    return int(row["id"]) if row else None


async def children_of(household: int) -> list[Child]:
    """Return the children of a household, the eldest first."""
    found = await Child.objects().where(Child.household == household)
    return sorted(found, key=lambda child: child.born_on or child.due_on or date.max)


async def adults_of(household: int) -> list[Adult]:
    """Return the adults of a household, who filed first."""
    return (
        await Adult.objects()
        .where(Adult.household == household)
        .order_by(Adult.rank)
        .order_by(Adult.id)
    )


async def address_of(household: int) -> Address | None:
    """Return where a household lives, with its quartier."""
    return await Address.objects(Address.quartier).get(Address.household == household)
