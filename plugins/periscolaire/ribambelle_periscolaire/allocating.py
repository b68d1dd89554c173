"""The end of a wish window: looked at, confirmed once, then booked home by home in the order drawn."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person, custodies
from ribambelle.identity.tables import Address, Adult
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.booking import lock
from ribambelle_periscolaire.domain import criteria
from ribambelle_periscolaire.domain.allocation import (
    Allocation,
    Blocked,
    Criterion,
    Outcome,
    Request,
    Wish,
    allocate,
)
from ribambelle_periscolaire.domain.bookings import HOLDING
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.doors import Doors, Pupil
from ribambelle_periscolaire.domain.openings import spans
from ribambelle_periscolaire.domain.residency import is_resident
from ribambelle_periscolaire.domain.taking import Held, Key, Spot, Taking, Wanted
from ribambelle_periscolaire.gathering import at_office, gather
from ribambelle_periscolaire.queries import catalogue, means, openings, wishes
from ribambelle_periscolaire.queries.wishes import Asked, Refusal, Wished
from ribambelle_periscolaire.repricing import payer_of
from ribambelle_periscolaire.rooming import ticket
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.settling import offer_anew, settle
from ribambelle_periscolaire.tables import Opening, WishRequest
from ribambelle_periscolaire.telling_openings import tell_answer
from ribambelle_periscolaire.wishing import window

NO_LIMIT = 1_000_000
Places = dict[Key, int]
"""The days a wish would book, and the group of each."""


@dataclass(frozen=True)
class Result:
    """What an allocation gives, for an agent to look at before it is kept."""

    asked: dict[int, Asked]
    """By home."""
    allocation: Allocation
    digest: str
    unchecked: int
    """Requests that say they meet a criterion nobody looked at."""

    def rows(self) -> Iterable[tuple[Outcome, Asked]]:
        """Give each outcome with what was asked, in the order of ranks."""
        by_ticket = {ticket(home): one for home, one in self.asked.items()}
        return [(one, by_ticket[one.ticket]) for one in self.allocation.outcomes]


async def result(tenant: Tenant, row: Opening, now: datetime) -> Result:
    """Return who would get what, as places and criteria stand now; nothing is written."""
    asked = {int(one.row.household): one for one in await wishes.of_opening(row.id)}
    known = await catalogue.current()
    activity = known.by_id.get(int(row.activity))
    children = sorted({child for one in asked.values() for child in one.children})
    gathered = await at_office(
        tenant,
        children,
        row.first,
        row.last,
        now,
        groups=[group.id for group in activity.groups] if activity else (),
    )
    taking = gathered.past_cut_off().let_in().taking()
    shared = await wishes.shared(children)
    requests, capacities = [], dict[str, int]()
    voted = tenant.of(Settings).criteria
    for home, one in asked.items():
        doors = await _doors_of(taking.doors, one, home, shared, row)
        wished = []
        for wish in one.wishes:
            asks = one.children, wish, row
            places = wanted(doors, taking.held, gathered.family.pupils, *asks, now.date())
            spots = _spots(taking, places)
            for spot in spots:
                fill = taking.fills[spot]
                free = NO_LIMIT if fill.capacity is None else max(0, fill.capacity - fill.taken)
                capacities[_name(spot)] = free
            if spots:
                takes = tuple((_name(spot), count) for spot, count in sorted(spots.items()))
                wished.append(Wish(str(wish.rank), takes))
        told = await _met(tenant, one, home, row.first)
        requests.append(Request(ticket(home), tuple(wished), told))
    points = [Criterion(one.code, one.points) for one in voted]
    found = allocate(requests, capacities, points, bytes.fromhex(row.seed))
    digest = hashlib.sha256(msgspec.json.encode(found.outcomes)).hexdigest()
    unchecked = sum(1 for one in asked.values() if one.declared and one.row.kept is None)
    return Result(asked, found, digest, unchecked)


async def _doors_of(doors: Doors, asked: Asked, home: int, shared: set[int], row: Opening) -> Doors:
    """Return the same doors, shut on the days a child is with its other parent."""
    children = [child for child in asked.children if child in shared]
    if not children:
        return doors
    away = await custodies.elsewhere(children, home, row.first, row.last)
    return replace(doors, with_other=lambda child, day: day in away.get(child, ()))


def wanted(
    doors: Doors,
    held: Mapping[Key, Held],
    pupils: Mapping[int, Pupil],
    children: Sequence[int],
    wish: Wished,
    row: Opening,
    today: date,
) -> Places:
    """Return the days a wish would book for each child: to come, running, and not its own already."""
    unit = doors.catalogue.units.get(wish.unit)
    if unit is None:
        return {}
    activity = doors.catalogue.by_id[unit.activity]
    rivals = [unit, *doors.catalogue.rivals(unit)]
    found = {}
    for span in spans(row.first, row.last, row.span):
        for day in span.days if span.code in wish.spans else ():
            if day <= today:  # the town hall decided late: what is past is nobody's
                continue
            for child in children:
                pupil = pupils.get(child)
                stands = (held.get((child, day, rival.id)) for rival in rivals)
                if pupil is None or any(one and one.state in HOLDING for one in stands):
                    continue
                group = doors.group(pupil, activity, day)
                if group and doors.shut(pupil, unit, day, "add") is None:
                    found[child, day, unit.id] = group.id
    return found


def _spots(taking: Taking, places: Places) -> Counter[Spot]:
    return Counter(
        spot
        for (_, day, unit), group in places.items()
        for spot in taking.spots(group, taking.catalogue.units[unit], day)
    )


def _name(spot: Spot) -> str:
    group, day, part = spot
    return f"{group}:{day}:{part}"


async def _met(tenant: Tenant, asked: Asked, home: int, day: date) -> frozenset[str]:
    voted = tenant.of(Settings).criteria
    lives_here = False
    if any(one.fact == "resident" for one in voted):
        stands = await means.on(home, day)
        address = await Address.objects().get(Address.household == home)
        postcode = address.postcode if address else ""
        known = stands.is_resident if stands else None
        lives_here = is_resident(known, postcode, tenant.settings.postcodes)
    return criteria.met(voted, asked.told, lives_here=lives_here, children=len(asked.children))


async def confirm(tenant: Tenant, number: int, digest: str, by: int, now: datetime) -> None:
    """Keep the result an agent looked at, once; refuse when it is no longer the same."""
    async with transaction():
        await advisory(window(number))
        row = await openings.one(number)
        if row.mode != "wishes" or row.cancelled_at or row.decided_at:
            return
        if now < row.ends_at:
            raise Refused("window_open", at=row.ends_at)
        found = await result(tenant, row, now)
        if found.digest != digest:
            raise Refused("result_moved")
        known = await catalogue.current()
        for outcome, asked in found.rows():
            told = [_refusal(known, one.wish, one.blocked) for one in outcome.refusals]
            given = int(outcome.wish or 0)
            await wishes.decide(asked.id, outcome.rank, outcome.points, given, told)
        await Opening.update({Opening.decided_at: now, Opening.decided_by: by}).where(
            Opening.id == number
        )
        await journal.record(
            "periscolaire.wishes_decided",
            f"periscolaire.opening:{number}",
            account=by,
            side="office",
            digest=digest,
        )
        await later(
            "periscolaire", "place_wishes", once=f"periscolaire.wishes:{number}", opening=number
        )


def as_decided(known: Catalogue, asked: Asked, outcome: Outcome) -> Asked:
    """Return a request as it would be answered; nothing is written."""
    row = WishRequest(**asked.row.to_dict())
    row.rank, row.points, row.given = outcome.rank, outcome.points, int(outcome.wish or 0)
    told = [_refusal(known, one.wish, one.blocked) for one in outcome.refusals]
    row.refusals = msgspec.json.encode(told).decode()
    return replace(asked, row=row)


def _refusal(known: Catalogue, wish: str, blocked: Sequence[Blocked]) -> Refusal:
    """Keep of a refusal the day where least was left, and how many days were full."""
    days = {date.fromisoformat(one.group.split(":")[1]) for one in blocked}
    worst = min(blocked, key=lambda one: (one.left, one.group.split(":")[1], one.group))
    group, day, _ = worst.group.split(":")
    name = known.groups[int(group)].name if int(group) in known.groups else ""
    return Refusal(
        int(wish),
        name,
        date.fromisoformat(day),
        worst.capacity,
        worst.left,
        worst.asked,
        worst.last_rank_served,
        len(days),
    )


async def place_wishes(opening: int) -> None:
    """Book what was decided, home by home in the order of ranks, then publish it; a job.

    Each home is one short transaction, written once: a job that stops begins again where it was.
    """
    tenant = tenants.current()
    row = await openings.one(opening)
    for asked in await wishes.of_opening(opening):
        if asked.row.placed_at is None:
            await _place(tenant, row, asked)
    now = tenant.now()
    async with transaction():
        published = (
            await Opening.update({Opening.published_at: now})
            .where((Opening.id == opening) & Opening.published_at.is_null())
            .returning(Opening.id)
        )
        if published:
            await catalogue.touch()
            await _pass_on(tenant, row, now)


async def _place(tenant: Tenant, row: Opening, asked: Asked) -> None:
    """Book the wish a home got; one that got none waits for its first wish."""
    now = tenant.now()
    adult = await Adult.objects().get(Adult.id == asked.row.adult)
    wish = asked.given or (asked.wishes[0] if asked.wishes else None)
    async with transaction():
        if wish and adult:
            await _lock_days(row, asked, wish)
        if not await wishes.place(asked.id, now):
            return
        if wish and adult:
            await _book(tenant, row, asked, wish, payer_of(adult), now)
        await tell_answer(tenant, row, asked)


async def _lock_days(row: Opening, asked: Asked, wish: Wished) -> None:
    days = [
        day
        for span in spans(row.first, row.last, row.span)
        if span.code in wish.spans
        for day in span.days
    ]
    lines = [Wanted(child, wish.unit, day, "book") for child in asked.children for day in days]
    await lock(await catalogue.current(), lines)


async def _book(
    tenant: Tenant, row: Opening, asked: Asked, wish: Wished, person: Person, now: datetime
) -> None:
    gathered = (await gather(tenant, person, row.first, row.last, now)).past_cut_off().let_in()
    taking = gathered.taking()
    asks = asked.children, wish, row
    places = wanted(taking.doors, taking.held, gathered.family.pupils, *asks, now.date())
    for key, group in places.items():
        payer = gathered.family.payer_on(key[0], key[1])
        _take(taking, key, group, payer, is_given=bool(asked.row.given))
    await settle(tenant, taking, None, "clock", now, priced_for=gathered)


def _take(taking: Taking, key: Key, group: int, payer: int | None, *, is_given: bool) -> None:
    """Book one day that was given; put in the waiting line one that was not, or is gone since."""
    unit = taking.catalogue.units[key[2]]
    before = taking.held.get(key)
    free = all(taking.fills[spot].has_room for spot in taking.spots(group, unit, key[1]))
    if is_given and free:
        taking.put(key, unit, "book", Held("booked", group, payer=payer))
    elif before is None or before.state in {"cancelled", "closed"}:
        taking.put(key, unit, "wait", Held("waiting", group, payer=payer))


async def _pass_on(tenant: Tenant, row: Opening, now: datetime) -> None:
    """Offer the places nobody was given to those who wait, in the order of ranks."""
    known = await catalogue.fresh()
    activity: Any = known.by_id.get(int(row.activity))
    if activity is None:
        return
    days = [day for span in spans(row.first, row.last, row.span) for day in span.days]
    some = [Wanted(0, activity.units[0].id, day, "book") for day in days] if activity.units else []
    await lock(known, some)
    groups = [group.id for group in activity.groups]
    await offer_anew(tenant, groups, (row.first, row.last), int(row.decided_by or 0), now, known)
