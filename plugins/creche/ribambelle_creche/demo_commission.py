"""A commission of demonstration: open, with a crèche whose children are known and some that declared."""

import random
from datetime import date, datetime, timedelta

from ribambelle.identity.tables import Account
from ribambelle.tenants import Tenant
from ribambelle.web.formats import MONTHS
from ribambelle_creche import deciding, examining, proposing
from ribambelle_creche.demo_figures import FIRST_NAMES, LAST_NAMES
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.draw import SEED_BYTES
from ribambelle_creche.domain.preparation import Changes, file_of
from ribambelle_creche.domain.present_children import Line
from ribambelle_creche.domain.supply import Move
from ribambelle_creche.queries import commissions, contracts, facilities, grids, proposals, supplies
from ribambelle_creche.queries.commissions import Told
from ribambelle_creche.tables import Application

AGES = {"babies": (100, 420), "middle": (480, 700), "older": (760, 1000)}
"""Days of life of a child of each section, at least and at most."""
WEEKS = (1023, 1023, 1023, 0b1111001111, 0b1111001111, 0b0101010101)
ONE_ON_A_PATH = 15
"""One child in so many is received on a place kept for insertion."""
FAMILY = "famille@demo.example"
"""The family of demonstration."""
STAFF = 1
"""The account of demonstration that declares."""


async def hold(tenant: Tenant, draw: random.Random, now: datetime) -> None:
    """Open the next commission, fill the first crèche with children, have some crèches declare."""
    today = now.date()
    first = (today.replace(day=1) + timedelta(days=66)).replace(day=1)
    days = Calendar(
        first_start=first + timedelta(days=(7 - first.weekday()) % 7),
        last_start=first + timedelta(days=120),
        closes_on=today + timedelta(days=16),
        held_on=today + timedelta(days=22),
    )
    number = await _opened(days, draw, now)
    creches = list(await facilities.every())
    own = min(one.id for one in creches)
    await contracts.add(own, await children(own, today, draw), "import", STAFF, "office")
    row = await commissions.one(number)
    for rank, one in enumerate([one for one in creches if one.id != own][:4]):
        cells = (await supplies.given(row, one.id, tenant)).cells
        await supplies.declare(row, one.id, cells, 0, STAFF, "facility", now)
        if rank % 2:
            await supplies.validate(row, one.id, STAFF, now)


async def prepare(tenant: Tenant, draw: random.Random, now: datetime) -> None:
    """Close a commission whose crèches all declared, and propose: it waits to be decided."""
    first = (now.date().replace(day=1) + timedelta(days=34)).replace(day=1)
    await _proposed(tenant, draw, first, first + timedelta(days=89), now)


async def answer(tenant: Tenant, draw: random.Random, now: datetime) -> None:
    """Decide a commission of later entries: the family of demonstration is offered a second choice."""
    account = await Account.objects().get(Account.email == FAMILY)
    if account is None:
        return  # nobody to show it to
    first = (now.date().replace(day=1) + timedelta(days=220)).replace(day=1)
    number = await _proposed(tenant, draw, first, first + timedelta(days=45), now)
    await proposals.keep(number, 1, STAFF, now)
    await deciding.decide(tenant, number, STAFF, now)
    kept = await proposals.kept(number)
    assert kept
    given, found = proposals.opened(kept)
    for one in given.applications:
        option = one.option(found.assignments[one.id])
        if option and option.facility != one.options[0].facility:
            await Application.update({Application.account: account.id}).where(
                Application.number == file_of(one.id)
            )
            return


async def _proposed(
    tenant: Tenant, draw: random.Random, first: date, last: date, now: datetime
) -> int:
    """Open a commission, have every crèche give a quarter of its places, close it and propose."""
    today = now.date()
    days = Calendar(first, last, today - timedelta(days=2), today + timedelta(days=6))
    number = await _opened(days, draw, now)
    row = await commissions.one(number)
    for one in await facilities.every():
        grid = await facilities.grid(one.id)
        for group in GROUPS:
            if leaving := grid[group, 0, "am"].places // 4:
                gone = Move("departure", group, 1023, first - timedelta(days=1), leaving)
                await supplies.add_move(row, one.id, gone, STAFF, "facility")
        cells = (await supplies.given(row, one.id, tenant)).cells
        await supplies.declare(row, one.id, cells, 0, STAFF, "facility", now)
        await supplies.validate(row, one.id, STAFF, now)
    await examining.close(tenant, number, STAFF, now)
    row = await commissions.one(number)
    await proposing.run(tenant, row, Changes(), "Proposition", STAFF, now)
    return number


async def _opened(days: Calendar, draw: random.Random, now: datetime) -> int:
    """Open a commission by the points in force."""
    seed = draw.randbytes(SEED_BYTES)  # an invented commission: nobody is drawn for real
    kept = await grids.in_force(now.date())
    label = f"Entrées de {_month(days.first_start)} à {_month(days.last_start)}"
    told = Told(label, days, 8, kept.row.id if kept else None)
    return await commissions.open_one(told, seed, STAFF, now)


async def children(facility: int, today: date, draw: random.Random) -> list[Line]:
    """Invent the children of a crèche: nearly as many as its places, some about to leave."""
    grid, made = await facilities.grid(facility), list[Line]()
    for group in GROUPS:
        youngest, oldest = AGES[group]
        for _ in range(grid[group, 0, "am"].places * 9 // 10):
            born_on = today - timedelta(days=draw.randint(youngest, oldest))
            leaves = today + timedelta(days=draw.randint(20, 60)) if draw.random() < 0.15 else None
            made.append(
                Line(
                    number=0,
                    name=f"{draw.choice(FIRST_NAMES)} {draw.choice(LAST_NAMES)}",
                    born_on=born_on,
                    slots=draw.choice(WEEKS),
                    first=max(born_on + timedelta(days=75), today - timedelta(days=300)),
                    last=leaves,
                    insertion=len(made) % ONE_ON_A_PATH == 0,
                )
            )
    return made


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"
