"""A whole class books or cancels one day, as an agent asks it: each child by its family's own rules."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ribambelle.identity import Person, responsibilities
from ribambelle.identity.person import Behalf
from ribambelle.identity.responsibilities import Held as Holder
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.acting import in_place_of
from ribambelle_periscolaire.domain.taking import Line, Wanted
from ribambelle_periscolaire.gathering import at_office
from ribambelle_periscolaire.queries import classes
from ribambelle_periscolaire.queries.classes import Class

Wish = Literal["book", "cancel"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent asks for a class."""

    found: Class
    unit: int
    day: date
    wish: Wish
    is_late: bool = False
    """Pass over the families' deadline."""


async def preview(tenant: Tenant, asked: Asked, now: datetime) -> list[tuple[str, Line]]:
    """Return each child of the class by name, and what would become of it; nothing is written."""
    children = await classes.children(asked.found, asked.day)
    gathered = await at_office(tenant, list(children), asked.day, asked.day, now)
    if asked.is_late:
        gathered = gathered.past_cut_off()
    wanted = [Wanted(child, asked.unit, asked.day, asked.wish) for child in children]
    lines = gathered.taking().decide(wanted)
    return [(children[line.wanted.child], line) for line in lines]


async def book(
    tenant: Tenant, asked: Asked, staff: Person, key: str, now: datetime
) -> Counter[str]:
    """Book or cancel for each child as its family would; return how many became what.

    The same request sent twice is done once: each child is a request of its own.
    """
    children = await classes.children(asked.found, asked.day)
    told = Counter[str]()
    holders = await responsibilities.of_children(list(children), now.date())
    for child in children:
        mine = [one for one in holders if one.child == child and one.rights.may_book]
        line = await _one(tenant, asked, staff, child, mine, key, now)
        told[line.outcome if line else "refused"] += 1
    await journal.record(
        "periscolaire.class_booked",
        f"periscolaire.unit:{asked.unit}",
        account=staff.account,
        side="office",
        school=asked.found.school,
        day=asked.day.isoformat(),
        wish=asked.wish,
        children=len(children),
    )
    return told


async def _one(
    tenant: Tenant,
    asked: Asked,
    staff: Person,
    child: int,
    holders: list[Holder],
    key: str,
    now: datetime,
) -> Line | None:
    """Ask for one child by the parent whose day it is."""
    line = None
    behalf = Behalf(0, staff.account, staff.name)
    for holder in holders:
        person = in_place_of(holder, behalf, staff.session)
        wanted = [Wanted(child, asked.unit, asked.day, asked.wish)]
        (line,) = await booking.save(
            tenant, person, wanted, f"{key}:{child}:{holder.adult}", now, is_late=asked.is_late
        )
        if not (line.reason and line.reason.code == "elsewhere"):
            break
    return line
