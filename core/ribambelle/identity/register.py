"""The register of families as the town hall looks through it."""

from dataclasses import dataclass

from ribambelle.errors import NotYours
from ribambelle.identity.likeness import Somebody, same_adult
from ribambelle.identity.tables import Address, Adult, Child, Household
from ribambelle.search import fold, phone_of

MANY = 500
"""Households looked at for one search: more than anybody reads."""


@dataclass(frozen=True, slots=True)
class Line:
    """One household in a list."""

    household: int
    adults: list[str]
    children: list[str]
    where: str
    has_account: bool


async def found(words: str, first: int, size: int) -> tuple[list[Line], int]:
    """Return the households some of whose people bear these words, the latest first, and how many.

    :param words: as typed: names, an e-mail, or a telephone number; nothing for all.
    """
    if words:
        numbers = await _bearing(words)
        return await _lines(numbers[first : first + size]), len(numbers)
    rows = (
        await Household.select(Household.id)
        .order_by(Household.id, ascending=False)
        .offset(first)
        .limit(size)
    )
    return await _lines([row["id"] for row in rows]), int(await Household.count())


async def _bearing(words: str) -> list[int]:
    if "@" in words:
        rows = await Adult.select(Adult.household).where(Adult.email == words.lower())
        return sorted({row["household"] for row in rows}, reverse=True)
    parts = fold(words).split()
    numbers: set[int] | None = None
    digits = phone_of(words)
    for part in [digits] if digits else parts:
        mine = await _with(part, is_phone=bool(digits))
        numbers = mine if numbers is None else numbers & mine
    return sorted(numbers or set(), reverse=True)


async def _with(part: str, *, is_phone: bool) -> set[int]:
    """Return the households where an adult or a child bears one word."""
    if is_phone:
        rows = await Adult.select(Adult.household, Adult.phone).where(Adult.phone != "")
        return {row["household"] for row in rows if phone_of(row["phone"]) == part}
    adults = await Adult.select(Adult.household).where(Adult.folded.like(f"%{part}%")).limit(MANY)
    children = await Child.select(Child.household).where(Child.folded.like(f"%{part}%")).limit(MANY)
    return {row["household"] for row in (*adults, *children)}


async def _lines(numbers: list[int]) -> list[Line]:
    within = numbers or [0]
    adults = await Adult.objects().where(Adult.household.is_in(within)).order_by(Adult.rank)
    children = await Child.objects().where(Child.household.is_in(within)).order_by(Child.id)
    addresses = await Address.objects(Address.quartier).where(Address.household.is_in(within))
    where = {
        int(one.household): (one.quartier.name if one.quartier and one.quartier.id else "")
        or one.city
        for one in addresses
    }
    return [
        Line(
            household=number,
            adults=[named(one) for one in adults if one.household == number],
            children=[
                one.given_name or "Enfant à naître" for one in children if one.household == number
            ],
            where=where.get(number, ""),
            has_account=any(one.account for one in adults if one.household == number),
        )
        for number in numbers
    ]


async def resembling(told: Somebody) -> list[Line]:
    """Return the households that already have this adult: same name, and same e-mail or telephone."""
    given, family = fold(told.given_name), fold(told.family_name)
    rows = (
        await Adult.objects()
        .where(Adult.folded.is_in([f"{given} {family}", f"{family} {given}"]))
        .order_by(Adult.id)
    )
    numbers = [
        int(row.household)
        for row in rows
        if same_adult(
            told,
            Somebody(
                row.id,
                int(row.household),
                row.given_name,
                row.family_name,
                row.email,
                row.phone,
            ),
        )
    ]
    return await _lines(list(dict.fromkeys(numbers)))


async def line(number: int) -> Line:
    """Return one household as a list shows it, or behave as if it did not exist."""
    await household(number)
    return (await _lines([number]))[0]


async def called(numbers: list[int]) -> dict[int, str]:
    """Return how households are called: by their adults, else by their number."""
    return {
        one.household: ", ".join(one.adults) or f"Foyer {one.household}"
        for one in await _lines(numbers)
    }


def named(one: Adult | Child) -> str:
    """Return how somebody is called in full."""
    return f"{one.given_name} {one.family_name}".strip()


async def household(number: int) -> Household:
    """Return a household, or behave as if it did not exist."""
    row = await Household.objects().get(Household.id == number)
    if row is None:
        raise NotYours
    return row
