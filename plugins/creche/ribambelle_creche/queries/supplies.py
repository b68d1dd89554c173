"""The places each crèche gives to a commission: what is known, what it declares, what is checked."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_creche.domain import supply as rules
from ribambelle_creche.domain import turnover
from ribambelle_creche.domain.capacity import PLACES, Place
from ribambelle_creche.domain.resources import House
from ribambelle_creche.domain.supply import Cells, Move, Presence
from ribambelle_creche.domain.turnover import Promised
from ribambelle_creche.queries import contracts, facilities, offers
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import (
    Commission,
    Contract,
    Facility,
    Offer,
    Supply,
    SupplyCell,
    SupplyMove,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one crèche at each period of a commission, before anybody corrects it."""

    present: tuple[Cells, ...]
    free: tuple[Cells, ...]
    leaving: tuple[Contract, ...]
    contracts: tuple[Contract, ...]
    by_contracts: bool
    """Counted child by child; otherwise from the free places the crèche says it has."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one crèche gives to one commission, as it stands."""

    row: Supply | None
    cells: Cells
    known: Known
    moves: tuple[SupplyMove, ...]

    @property
    def state(self) -> str:
        """Whether the crèche has declared its places; a code of domain.supply.STATES."""
        return self.row.state if self.row else "expected"

    @property
    def overflow(self) -> int:
        """Children above its authorisation that the crèche agrees to."""
        return self.row.overflow if self.row else 0

    @property
    def adults(self) -> dict[str, int]:
        """Adults of each half-day; none when the crèche does not say."""
        return adults_of(self.row)

    @property
    def ratio(self) -> str:
        """How many children it chose for one adult; a code of domain.staff.RATIOS."""
        return self.row.ratio if self.row else "5-8"


def adults_of(row: Supply | None) -> dict[str, int]:
    """Return the adults a crèche declared, by half-day."""
    return {str(slot): int(many) for slot, many in json.loads(row.adults).items()} if row else {}


async def given(row: Commission, facility: int, tenant: Tenant) -> Given:
    """Return what a crèche gives: what it declared, or what is known of it until it does."""
    kept = await Supply.objects().get((Supply.commission == row.id) & (Supply.facility == facility))
    moves = await _moves(kept)
    known = await known_of(row, facility, moves, tenant)
    cells = await _cells(kept) if kept and kept.state != "expected" else known.free[0]
    return Given(kept, cells, known, tuple(moves))


async def known_of(
    row: Commission, facility: int, moves: list[SupplyMove], tenant: Tenant
) -> Known:
    """Return who is there and what is free on the fullest day of each period of a commission."""
    grid = await facilities.grid(facility)
    held = await contracts.of_facility(facility)
    today = tenant.now().date()
    children = counted_apart(held, await facilities.changed_at(facility))
    places = {place: cell.places for place, cell in grid.items()}
    taken = {} if keeps_list(held) else {p: cell.places - cell.free for p, cell in grid.items()}
    told, days = [move_of(one) for one in moves], calendar_of(row).periods
    promised = await offers.promised(facility)
    present = tuple(
        _fullest(children, taken, told, promised, span, tenant) for span in turnover.periods(days)
    )
    gone = rules.departures(children, today, days[0])
    return Known(
        present=present,
        free=tuple(rules.less(places, there) for there in present),
        leaving=tuple(
            one for last in dict.fromkeys(gone) for one in held if contracts.presence(one) == last
        ),
        contracts=tuple(held),
        by_contracts=keeps_list(held),
    )


def _fullest(
    children: Sequence[Presence],
    taken: Mapping[Place, int],
    moves: Sequence[Move],
    promised: Sequence[Promised],
    span: tuple[date, date],
    tenant: Tenant,
) -> Cells:
    """Return who is there on the first day of a period, and how many more on its fullest one.

    A child who enters in February takes its place of a commission that counts in January.
    """
    first, last = span
    ages = tenant.of(Settings).ages
    entries = [
        Promised(one.group, one.slots, one.on)
        for one in moves
        if one.kind == "entry" and one.on > first
        for _ in range(one.children)
    ]
    stays = [turnover.as_promised(one, first, ages) for one in children]
    now = _present(children, taken, moves, first, tenant)
    held = turnover.held(promised, first)
    more = turnover.to_come([*stays, *promised, *entries], first, last)
    return {place: many + held[place] + more[place] for place, many in now.items()}


def keeps_list(held: list[Contract]) -> bool:
    """Tell whether a crèche keeps the list of its children: more than those admissions sent it."""
    return any(one.source != "admission" for one in held)


def counted_apart(held: list[Contract], told_at: datetime | None) -> list[Presence]:
    """Return the children that are counted one by one.

    Where no list is kept, the free places a crèche tells count who was there when it told them;
    those admitted who came since, or are to come, are not in them.
    """
    listed, told_on = keeps_list(held), _day(told_at) if told_at else None
    return [
        contracts.presence(one) for one in held if listed or told_on is None or told_on <= one.first
    ]


def _day(at: datetime) -> date:
    """Return the day of a moment by the clocks of the commune: contracts are written in its days."""
    return at.astimezone(tenants.current().zone).date()


async def houses_for(
    facility: int, coming: Presence, until: date, tenant: Tenant
) -> list[tuple[date, House]]:
    """Return a crèche as it stands on each day of a stay on which who is there changes.

    Who comes changes too, when it grows into another section. A place offered is not free. Its
    adults, and the children above its authorisation it agrees to, are those it last declared.
    """
    told, creche = await _last_declared(facility), await facilities.one(facility)
    grid, held = await facilities.grid(facility), await contracts.of_facility(facility)
    taken = {} if keeps_list(held) else {p: cell.places - cell.free for p, cell in grid.items()}
    children = counted_apart(held, await facilities.changed_at(facility))
    promised = await offers.promised(facility)
    places = {place: cell.places for place, cell in grid.items()}
    found: list[tuple[date, House]] = []
    everybody = [*children, coming]
    for day in turnover.changes(everybody, promised, coming.first, until, tenant.of(Settings).ages):
        there = await _with_offers(facility, day, _present(children, taken, [], day, tenant))
        house = House(
            facility=facility,
            given=(rules.less(places, there),),
            present=(there,),
            authorised=creche.places,
            modulated=facilities.authorised(creche, tenant).by_slot,
            overflow=told.overflow if told else 0,
            adults=adults_of(told),
            ratio=told.ratio if told else "5-8",
        )
        found.append((day, house))
    return found


async def _last_declared(facility: int) -> Supply | None:
    """Return what a crèche declared last; nothing while it never did."""
    return (
        await Supply.objects()
        .where(
            (Supply.facility == facility)
            & (Supply.state != "expected")
            & Supply.declared_at.is_not_null()
        )
        .order_by(Supply.declared_at, Supply.id, ascending=False)
        .first()
    )


async def _with_offers(facility: int, day: date, there: Cells) -> Cells:
    """Return who is there with who may still say yes: a place offered is not given twice."""
    for one in await offers.live_at(facility, day):
        for when in rules.half_days(one.slots):
            there[one.age_group, *when] += 1
    return there


def _present(
    children: Sequence[Presence],
    taken: Mapping[Place, int],
    moves: Sequence[Move],
    day: date,
    tenant: Tenant,
) -> Cells:
    there = rules.present(children, day, tenant.of(Settings).ages)
    whole = {place: many + taken.get(place, 0) for place, many in there.items()}
    return rules.moved(whole, moves, day, sign=-1)


def move_of(row: SupplyMove) -> Move:
    """Return a move as the rules speak of it."""
    return Move(row.kind, row.age_group, row.slots, row.on, row.children, row.into_group)


async def _moves(kept: Supply | None) -> list[SupplyMove]:
    if kept is None:
        return []
    return (
        await SupplyMove.objects()
        .where(SupplyMove.supply == kept.id)
        .order_by(SupplyMove.on, SupplyMove.id)
    )


async def _cells(kept: Supply) -> Cells:
    rows = await SupplyCell.objects().where(SupplyCell.supply == kept.id)
    said = {(row.age_group, row.weekday, row.half): row.places for row in rows}
    return {place: said.get(place, 0) for place in PLACES}


async def states(commission: int) -> dict[int, Supply]:
    """Return what crèches declared to a commission, by crèche."""
    rows = await Supply.objects().where(Supply.commission == commission)
    return {int(row.facility): row for row in rows}


async def totals(commission: int) -> dict[int, int]:
    """Return how many half-days each crèche gives to a commission."""
    rows = await SupplyCell.select(
        SupplyCell.supply.facility.as_alias("facility"), SupplyCell.places
    ).where(SupplyCell.supply.commission == commission)
    found: dict[int, int] = {}
    for row in rows:
        found[row["facility"]] = found.get(row["facility"], 0) + row["places"]
    return found


async def declare(
    row: Commission,
    facility: int,
    cells: Mapping[Place, int],
    overflow: int,
    account: int,
    side: str,
    now: datetime,
    *,
    adults: Mapping[str, int] | None = None,
    ratio: str = "5-8",
) -> None:
    """Write the places a crèche gives, whole; what the town hall had checked is to check again.

    :param adults: adults of each half-day; nothing when the crèche does not say.
    """
    async with transaction():
        kept = await _opened(row, facility, side)
        await Supply.update(
            {
                **{Supply.state: "declared", Supply.overflow: overflow},
                **{Supply.adults: json.dumps(dict(adults or {})), Supply.ratio: ratio},
                **{Supply.declared_at: now, Supply.declared_by: account},
                **{Supply.validated_at: None, Supply.validated_by: None},
            }
        ).where(Supply.id == kept.id)
        await _write(kept.id, cells)
        await _note("declared", row, facility, account, side, overflow=overflow)


async def validate(row: Commission, facility: int, account: int, now: datetime) -> None:
    """Note that the town hall checked what a crèche declared."""
    async with transaction():
        done = (
            await Supply.update(
                {
                    **{Supply.state: "validated", Supply.validated_at: now},
                    Supply.validated_by: account,
                }
            )
            .where(
                (Supply.commission == row.id)
                & (Supply.facility == facility)
                & (Supply.state == "declared")
            )
            .returning(Supply.id)
        )
        if not done:
            raise Refused("supply_not_declared")
        await _note("validated", row, facility, account, "office")


async def add_move(row: Commission, facility: int, move: Move, account: int, side: str) -> None:
    """Add a move; places already declared follow it."""
    async with transaction():
        kept = await _opened(row, facility, side)
        await SupplyMove.insert(
            SupplyMove(
                supply=kept.id,
                kind=move.kind,
                age_group=move.group,
                into_group=move.into,
                slots=move.slots,
                children=move.children,
                on=move.on,
            )
        )
        await _follow(row, kept, move, 1)
        await _note("moved", row, facility, account, side, kind=move.kind)


async def remove_move(row: Commission, facility: int, number: int, account: int, side: str) -> None:
    """Take a move back, and what it had changed; one of another crèche does not exist."""
    async with transaction():
        kept = await _opened(row, facility, side)
        found = await SupplyMove.objects().get(
            (SupplyMove.id == number) & (SupplyMove.supply == kept.id)
        )
        if found is None:
            raise NotYours
        await SupplyMove.delete().where(SupplyMove.id == number)
        await _follow(row, kept, move_of(found), -1)
        await _note("moved", row, facility, account, side, kind=found.kind)


async def _follow(row: Commission, kept: Supply, move: Move, sign: int) -> None:
    if kept.state != "expected":
        day = calendar_of(row).periods[0]
        await _write(kept.id, rules.moved(await _cells(kept), [move], day, sign))


async def _opened(row: Commission, facility: int, side: str) -> Supply:
    """Return what a crèche gives, to write in it, unless it may no longer be written."""
    await locks.advisory(f"creche.commission:{row.id}")
    now = await Commission.select(Commission.state).where(Commission.id == row.id).first()
    mine = (Supply.commission == row.id) & (Supply.facility == facility)
    await Supply.insert(Supply(commission=row.id, facility=facility)).on_conflict(
        target=(Supply.commission, Supply.facility), action="DO NOTHING"
    )
    kept = await Supply.objects().get(mine)
    if kept is None or now is None:
        raise NotYours
    if not rules.may_declare(kept.state, now["state"], is_office=side == "office"):
        raise Refused("supply_closed")
    return kept


async def _write(supply: int, cells: Mapping[Place, int]) -> None:
    await SupplyCell.delete().where(SupplyCell.supply == supply)
    rows = [
        SupplyCell(supply=supply, age_group=group, weekday=weekday, half=half, places=number)
        for (group, weekday, half), number in cells.items()
        if number
    ]
    if rows:
        await SupplyCell.insert(*rows)


async def _note(
    act: str, row: Commission, facility: int, account: int, side: str, **facts: Any
) -> None:
    await journal.record(
        f"creche.supply_{act}",
        f"creche.facility:{facility}",
        account=account,
        side=side,
        commission=row.id,
        **facts,
    )


async def houses(
    row: Commission, tenant: Tenant, only: Collection[int] | None = None
) -> list[House]:
    """Return every open crèche as a commission sees it; one that declared nothing gives nothing.

    What was corrected by hand is kept after September too: the correction is added to what is
    known by then.
    """
    spans = turnover.periods(calendar_of(row).periods)
    elsewhere = await offers.given_elsewhere(row.id, spans[0][0], spans[-1][1])
    return [
        _house(one, await given(row, one.id, tenant), elsewhere, spans, tenant)
        for one in await facilities.every()
        if only is None or one.id in only
    ]


def _house(
    facility: Facility,
    told: Given,
    elsewhere: Sequence[Offer],
    spans: Sequence[tuple[date, date]],
    tenant: Tenant,
) -> House:
    ages = tenant.of(Settings).ages
    first, *after = told.known.free
    declared = dict(told.cells) if told.state != "expected" else dict.fromkeys(PLACES, 0)
    declared_at = told.row.declared_at if told.row else None
    # given or taken in after the crèche declared: no more to be given
    taken = [
        offers.promise(one)
        for one in elsewhere
        if one.facility == facility.id and declared_at and one.sent_at > declared_at
    ] + [
        turnover.as_promised(contracts.presence(one), spans[0][0], ages)
        for one in told.known.contracts
        if declared_at and _came_after(one, declared_at)
    ]
    declared = rules.less(declared, turnover.held(taken, spans[0][0]))
    later = [rules.carried(declared, first, free) for free in after]
    cells = [declared, *(later if told.state != "expected" else [declared] * len(after))]
    return House(
        facility=facility.id,
        given=tuple(
            rules.less(free, turnover.to_come(taken, *span))
            for free, span in zip(cells, spans, strict=True)
        ),
        present=told.known.present,
        authorised=facility.places,
        modulated=facilities.authorised(facility, tenant).by_slot,
        overflow=told.overflow,
        adults=told.adults,
        ratio=told.ratio,
    )


def _came_after(one: Contract, declared_at: datetime) -> bool:
    """Tell whether a crèche took a child in by itself since it declared.

    A list of those already there, written later, takes no place twice.
    """
    is_its_own = one.source != "admission" and one.added_at is not None
    return is_its_own and one.added_at > declared_at and one.first >= _day(declared_at)
