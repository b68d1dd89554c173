"""What was taken in the crèches since a commission proposed: it may not be called for again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle import tenants
from ribambelle.tenants import Tenant
from ribambelle_creche.domain import turnover
from ribambelle_creche.domain.admission import Snapshot
from ribambelle_creche.domain.age import GROUPS, AgeLimits
from ribambelle_creche.domain.capacity import Cell, Place
from ribambelle_creche.domain.chains import Going
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.domain.resources import House, balance, demand, taken_by
from ribambelle_creche.domain.supply import Presence
from ribambelle_creche.domain.transfers import leaves
from ribambelle_creche.domain.turnover import Promised
from ribambelle_creche.queries import contracts, facilities, offers, supplies
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Commission, Contract, Offer, Proposal, Supply


@dataclass(frozen=True, slots=True)
class There:
    """Who is in one crèche: as the commission counted it, and as it is now."""

    then: list[Presence]
    now: list[Presence]
    promised: list[Promised]
    grid: Mapping[Place, Cell]
    keeps_list: bool


async def taken(
    tenant: Tenant, row: Commission, kept: Proposal, given: Snapshot, today: date
) -> dict[str, int]:
    """Return what is no longer to be given, resource by resource; below zero, what was freed.

    Every contract that holds on a day the place could be called for counts, whoever wrote it; what
    the commission itself gave does not: it keeps its own count of that.
    """
    ages, days = tenant.of(Settings).ages, calendar_of(row).periods
    moved = await offers.moved(row.id)
    own = await offers.accepted_of(row.id)
    gone = {left.id for one in moved for left in await contracts.left_for(one)}
    found: Counter[str] = Counter()
    supply = await supplies.states(row.id)

    for facility in sorted({int(o.facility) for one in given.applications for o in one.options}):
        house = _house(facility, supply, len(days))
        held = await contracts.of_facility(facility)
        others = [
            one
            for one in held
            if one.id not in gone and (one.application, facility, one.first) not in own
        ]
        there = There(
            [contracts.presence(one) for one in others if not _is_new(one, kept)],
            [contracts.presence(one) for one in others],
            await offers.promised(facility, but=row.id, since=kept.made_at),
            await facilities.grid(facility),
            supplies.keeps_list(held),
        )
        found.update(_most(house, there, given.resources, days, today, ages))
    for move in await freed(tenant, row, given):
        found.subtract(move.leaves)
    return dict(found)


async def freed(tenant: Tenant, row: Commission, given: Snapshot) -> list[Going]:
    """Return the moves of children who changed crèche and whose place the lot does not have.

    Where a crèche had more children than it may, none is free: who makes up for one too many is not
    known before they have all answered.
    """
    ages, days = tenant.of(Settings).ages, calendar_of(row).periods
    in_lot = {file_of(one.id) for one in given.applications if leaves(one)}
    moved = [(offer, await contracts.left_for(offer)) for offer in await offers.moved(row.id)]
    supply = await supplies.states(row.id)
    found: list[Going] = []
    for offer, gone in moved:
        for one in gone if offer.application.number not in in_lot else ():
            house = _house(int(one.facility), supply, len(days))
            everybody = [(which, each) for which, theirs in moved for each in theirs]
            overfull = await _overfull(tenant, row, given, house, everybody)
            left = _freed(house, offer, one, [(day, True) for day in days], ages)
            kept = {name: many for name, many in left.items() if name not in overfull}
            found.append(Going(offer.application.id, offer.start_on, leaves=kept))
    return found


async def _overfull(
    tenant: Tenant,
    row: Commission,
    given: Snapshot,
    house: House,
    gone: Sequence[tuple[Offer, Contract]],
) -> set[str]:
    """Return what a crèche had given beyond what it has when the commission proposed.

    Counted from who is there now, less those whom the commission placed there, and with those who
    left since.
    """
    ages, days = tenant.of(Settings).ages, calendar_of(row).periods
    known = await supplies.houses(row, tenant, only=[house.facility])
    then = Counter({name: many for one in known for name, many in balance(one).items()})
    held = await offers.held(row.id)
    for file in given.applications:
        option = file.option(held.get(file.id)) if file.id in held else None
        if option is not None and option.facility == str(house.facility):
            then.update({name: many * file.count for name, many in option.demand.items()})
    for offer, one in gone:
        if int(one.facility) == house.facility:
            stays = contracts.presence(one)
            then.subtract(
                _freed(house, offer, one, [(day, not stays.is_here(day)) for day in days], ages)
            )
    # what a section gives is told, never counted from who is there
    return {name for name, many in then.items() if many < 0 and name.split("/")[1] not in GROUPS}


def _house(facility: int, supply: Mapping[int, Supply], periods: int) -> House:
    told = supply.get(facility)
    ratio = told.ratio if told else "5-8"
    by_period: tuple[Mapping[Place, int], ...] = tuple({} for _ in range(periods))
    return House(facility, by_period, by_period, 0, adults=supplies.adults_of(told), ratio=ratio)


def _most(
    house: House,
    there: There,
    capacities: Mapping[str, int],
    days: Sequence[date],
    today: date,
    ages: AgeLimits,
) -> dict[str, int]:
    """Return the most that was taken of each resource of one crèche, on any day of its period."""
    most: dict[str, int] = {}
    for period, (begins, ends) in enumerate(turnover.periods(days), start=1):
        start, came = max(begins, today), len(there.now) > len(there.then)
        if not (came or there.promised or any(begins < one.first <= ends for one in there.now)):
            continue  # nobody came, nobody will: the usual case
        counted = turnover.there(there.then, [], begins, begins, ages)
        come = [turnover.as_promised(one, begins, ages) for one in there.then]
        for place, many in turnover.to_come(come, begins, ends).items():
            counted[place] += many
        for day in turnover.changes(there.now, there.promised, start, ends):
            now = turnover.there(there.now, there.promised, day, begins, ages)
            more = turnover.more(counted, now)
            free = {
                place: max(0, cell.places - now[place])
                if there.keeps_list
                else max(0, cell.free - more[place])
                for place, cell in there.grid.items()
            }
            for name, many in taken_by(house, more, free, capacities, period).items():
                most[name] = max(most.get(name, 0), many)
    return most


def _is_new(one: Contract, kept: Proposal) -> bool:
    """Tell whether a contract came after the proposal; a child already there by then did not.

    A crèche that writes the whole list of its children later takes no place twice.
    """
    came_after = one.added_at is not None and one.added_at > kept.made_at
    return came_after and one.first >= kept.made_at.astimezone(tenants.current().zone).date()


def _freed(
    house: House,
    offer: Offer,
    left: Contract,
    days: Sequence[tuple[date, bool]],
    ages: AgeLimits,
) -> dict[str, int]:
    """Return what a child leaves who goes to another crèche, period by period, until school.

    :param days: the first day of each period, and whether it counts.
    """
    born = left.born_on or offer.application.reference_on
    stays = Presence(born, left.slots, left.first)
    groups = [
        ages.group(born, max(day, left.first)) if counts and stays.is_here(day) and born else None
        for day, counts in days
    ]
    return demand(house, groups, left.slots)
