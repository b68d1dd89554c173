"""Booking in the place of an adult: by whose rules, for whose account, and by whom it was done."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ribambelle.identity import Person, custodies, responsibilities
from ribambelle.identity.person import Behalf
from ribambelle.identity.responsibilities import Held as Holder


def in_place_of(holder: Holder, behalf: Behalf, session: int = 0) -> Person:
    """Return an adult as it would book itself, while somebody else does it."""
    family = Person(
        holder.account or 0,
        session,
        holder.email,
        holder.name,
        "family",
        adult=holder.adult,
        household=holder.household,
    )
    return replace(family, behalf=behalf)


async def whose(child: int, days: Iterable[date], today: date) -> dict[date, Holder]:
    """Return which adult books each of these days for a child: the parent it is with, first.

    Empty when nobody may book for it.
    """
    asked = sorted(set(days))
    found = await responsibilities.of_child(child, today)
    holders = [one for one in found if one.rights.may_book]
    if not holders or not asked:
        return {}
    if len(holders) == 1:  # a day that is elsewhere is then refused as such
        return dict.fromkeys(asked, holders[0])
    mine: dict[date, Holder] = {}
    for holder in holders:
        away = await custodies.elsewhere([child], holder.household, asked[0], asked[-1])
        for day in asked:
            if day not in away.get(child, ()):
                mine.setdefault(day, holder)
    return dict.fromkeys(asked, holders[0]) | mine
