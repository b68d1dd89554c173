"""Offers: sent, answered, fallen at their last day; then the next in rank is called."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from ribambelle import tenants, workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import Step, journal
from ribambelle.workflow.declaration import Side
from ribambelle_creche import chaining, examining, meanwhile
from ribambelle_creche.domain import anywhere
from ribambelle_creche.domain.admission import Application as Seen
from ribambelle_creche.domain.admission import Proposal as Answer
from ribambelle_creche.domain.admission import propose
from ribambelle_creche.domain.admission.snapshot import Snapshot
from ribambelle_creche.domain.chains import Held, Waiting, starts
from ribambelle_creche.domain.offers import (
    ELSEWHERE,
    LATE,
    application_of,
    child_of,
    costs_nothing,
    is_over,
    place_of,
    rolling,
)
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.placing import commission_of
from ribambelle_creche.queries import (
    answers,
    calls,
    commissions,
    contracts,
    decisions,
    facilities,
    insertion,
    offers,
    proposals,
    renewals,
)
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.queries.decisions import Answered
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Commission, Offer, Proposal
from ribambelle_creche.workflow import LISTED


async def issue(rows: Sequence[Offer], demande: int, account: int | None, side: Side) -> None:
    """Offer a file its place: the offer, the state and the message stand or fall together."""
    async with transaction():
        await offers.put(rows)
        await workflow.fire(
            demande, "offer", side=side, account=account, facility=int(rows[0].facility)
        )


async def accept(offer: Offer, account: int | None, side: Side, now: datetime) -> bool:
    """Accept an offer: the place is the child's, and its crèche expects it.

    Where a child who is asked to go elsewhere still holds the place, the yes is kept and holds
    once its family has said yes too; tell whether it holds already.

    Raises Refused("child_has_offer", number, facility, state) when the child has a place by another
    file: the register may join two children after both were offered one.
    """
    async with transaction():
        # a place accepted is counted otherwise than one offered: nobody looks meanwhile
        await locks.advisory(PLACES)
        await offers.only_by(int(offer.application), now.date())
        file = await _answerable(offer, now)
        await offers.agree(file.id, now)
        chain = await _alone_with(commission_of(offer))
        # a large town has thousands of offers: nobody else waits while they are gone through
        held_back = await asyncio.to_thread(chain.held_back)
        if file.id in held_back:
            await _keep_yes(offer, file.id, account, side)
            return False
        await _enter(offer, account, side, now)
        await _let_in(chain, held_back | {file.id}, now)
    return True


async def _keep_yes(offer: Offer, file: int, account: int | None, side: Side) -> None:
    """Write that a yes waits for another family's, and tell the one that gave it."""
    about = f"creche.application:{file}"
    await journal.record("creche.offer_agreed", about, account=account, side=side, offer=offer.id)
    await later("creche", "tell_agreed", once=f"creche.agreed:{offer.id}", offer=offer.id)


async def _alone_with(commission: int | None) -> chaining.Chain:
    """Return the chain of a commission, alone with every file whose yes may come to hold.

    Without it, one of them could take its yes back between the look and the entry.
    """
    for file in await offers.agreed(commission) if commission else ():
        await locks.advisory(f"creche.file:{file}")
    return await chaining.of(commission)


async def _let_in(chain: chaining.Chain, but: set[int], now: datetime) -> None:
    """Let in the files whose yes holds now: time does it, in the name of nobody who acts here."""
    with journal.for_nobody():
        for one in await _others_agreed(chain, but):
            await _enter(one, None, "clock", now)


async def _others_agreed(chain: chaining.Chain, but: set[int]) -> list[Offer]:
    """Return the offers that were held back and are no more."""
    ready = {one.file for one in chain.waiting if one.agreed} - but
    return [one for file in sorted(ready) if (one := await offers.live_of(file))]


async def _enter(offer: Offer, account: int | None, side: Side, now: datetime) -> None:
    """Give a child the place its family said yes to: what it had ends the day before."""
    file = await renewals.one(int(offer.application))
    rows = await offers.answered(file.id, "accepted", account, now)
    await workflow.fire(file.demande.id, "accept", side=side, account=account)
    left = await contracts.end_others(file, offer.start_on - timedelta(days=1), account, side)
    # a child who was counted is still, whatever became of the path of its parents
    so = any(one.insertion for one in left) or await insertion.is_received_so(
        tenants.current(), file, rows[0]
    )
    for row in rows:
        await contracts.admit(file, row, await _children(row), account, side, insertion=so)
    await journal.record(
        "creche.admission.accepted",
        f"creche.application:{file.id}",
        account=account,
        side=side,
        offer=offer.id,
        facilities=[int(row.facility.id) for row in rows],
    )
    if offer.origin == "transfer":
        await _call_later(offer)


async def settle(commission: int, now: datetime) -> None:
    """Take back the offers whose place nobody will leave, then let in whoever waited for an answer.

    Each falls or enters once: it is done again as long as one more answer is settled by it.
    """
    async with transaction():
        await locks.advisory(f"creche.commission:{commission}")
        await locks.advisory(PLACES)
        while fallen := await asyncio.to_thread((await chaining.of(commission)).fallen):
            for file in sorted(fallen):
                await _fall(file, now)
        chain = await _alone_with(commission)
        await _let_in(chain, await asyncio.to_thread(chain.held_back), now)


async def _fall(number: int, now: datetime) -> None:
    """Take an offer back: who held the place keeps it; the file keeps its date and its rank."""
    await locks.advisory(f"creche.file:{number}")
    file = await renewals.one(number)
    await offers.fall(number, now)
    with journal.for_nobody():
        await workflow.fire(file.demande.id, "fall", side="clock", account=None)


async def decline(
    tenant: Tenant, offer: Offer, account: int | None, side: Side, now: datetime
) -> None:
    """Decline an offer: the file waits again, or ends, as the commune has set."""
    async with transaction():
        rows, demande = await _answered(offer, "declined", account, now)
        await workflow.fire(demande, "decline", side=side, account=account)
        ends = tenant.of(Settings).decline_closes and not costs_nothing(rows)
        await _go_on(demande, ends=ends)
        await _call_later(offer)


async def lapse(tenant: Tenant, offer: Offer, now: datetime) -> bool:
    """Let an offer fall once its last day is past; tell whether it did."""
    if offer.state != "live" or offer.agreed_at or not is_over(offer.answer_by, now.date()):
        return False
    try:
        async with transaction():
            await _locked(offer)
            file = await renewals.one(int(offer.application))
            live = await offers.live_of(file.id)
            # since it was read, its family may have said yes, or been offered another place
            if live is None or live.id != offer.id or live.agreed_at:
                return False
            await offers.answered(file.id, "lapsed", None, now)
            await workflow.fire(file.demande.id, "lapse", side="clock", account=None)
            await _go_on(file.demande.id, ends=tenant.of(Settings).lapse_closes)
            await _call_later(offer)
    except Refused as refusal:
        if refusal.reason != "already_moved":
            raise
        return False
    return True


async def lapse_all(tenant: Tenant, now: datetime) -> int:
    """Let every offer fall whose last day is past; return how many did."""
    return sum([await lapse(tenant, one, now) for one in await offers.over(now.date())])


async def release(step: Step) -> None:
    """Take back the place of a file that withdraws, and call the next in rank.

    Told inside the transaction of the transition.
    """
    if step.transition != "withdraw" or step.source not in ("offered", "accepted"):
        return
    file = await renewals.of_demande(step.request)
    if file is None:
        return
    for state in offers.HOLDING:
        for row in await offers.answered(file.id, "withdrawn", step.account, step.at, state):
            await _call_later(row)
    await contracts.drop(file.id, step.at.date(), step.account, step.side)


@dataclass(frozen=True, slots=True)
class Called:
    """Whom freed places go to: files by number with the offers they would have, and why them."""

    offers: list[tuple[str, list[Offer]]]
    given: Snapshot
    found: Answer


async def called(tenant: Tenant, row: Commission, now: datetime) -> Called | None:
    """Return whom freed places go to; None when this commission calls nobody (any more)."""
    kept = await proposals.kept(row.id)
    if kept is None or row.state != "decided" or now.date() > row.last_start:
        return None
    given, but = proposals.opened(kept)[0], set[int]()
    while True:
        left, files = await _left(tenant, row, kept, given, now, but)
        found = await asyncio.to_thread(propose, left)
        current = {one.id: one.current for one in left.applications}
        given_to: dict[str, list[tuple[int, str]]] = {}
        for name, option in sorted(found.assignments.items()):
            if option is not None and current[name] != option:
                given_to.setdefault(file_of(name), []).append((child_of(name), option))
        # of two files of one child the first complete is called, and the others are out
        twice = await offers.second([files[number].file for number in given_to])
        if not twice:
            break
        but |= twice
    offered = [
        (number, await _offers(row, files[number], places, now, _origin(given, number)))
        for number, places in given_to.items()
    ]
    return Called(offered, left, found)


async def _in_time(commission: int, found: Called) -> None:
    """Let no file that is called enter before those it needs have left."""
    called = found.offers
    rows = [one for _, each in called for one in each]
    if not any(one.origin == "transfer" for one in rows) and not await offers.has_mover(commission):
        return
    new = {
        application_of(number, one.child): Held(int(one.application), one.option)
        for number, each in called
        for one in each
    }
    chain = await chaining.entering(commission, new, (found.given, found.found))
    made = {int(each[0].application): each for _, each in called}
    known = {**await offers.entries(commission), **chain.days}
    later = await asyncio.to_thread(follow, chain.chain.free, chain.chain.waiting, made, known)
    await mark_late({file: made[file] for file in later})


def _origin(given: Snapshot, number: str) -> str:
    """Return where an offer made to a file after the commission comes from."""
    is_in = any(file_of(one.id) == number and one.current for one in given.applications)
    return "transfer" if is_in else "rolling"


def follow(
    free: Mapping[str, int],
    waiting: Sequence[Waiting],
    made: Mapping[int, Sequence[Offer]],
    known: Mapping[int, date] | None = None,
) -> set[int]:
    """Let nobody enter before those it needs have left; return whose entry is put off by it.

    :param known: the first days of the offers and moves that stand already, by file.
    """
    wished = {**(known or {}), **{file: rows[0].start_on for file, rows in made.items()}}
    days = starts(free, waiting, wished)
    later = {file for file, rows in made.items() if any(days[file] > one.start_on for one in rows)}
    for file in later:
        for row in made[file]:
            row.start_on = max(row.start_on, days[file])
    return later


async def mark_late(made: Mapping[int, Sequence[Offer]]) -> None:
    """Mark the offers that begin after the last day their family said: declining costs nothing."""
    latest = await offers.latest_starts(sorted(made))
    for file, rows in made.items():
        for row in rows:
            if file in latest and row.start_on > latest[file]:
                row.reason = LATE


async def call_next(
    tenant: Tenant, commission: int, account: int | None, now: datetime, side: Side = "clock"
) -> int:
    """Offer freed places to the next in rank; return how many families are called.

    What the engine was given and answered is kept with the offers: a call is run again years later.
    """
    async with transaction():
        await locks.advisory(f"creche.commission:{commission}")
        await locks.advisory(PLACES)
        row = await commissions.one(commission)
        found = await called(tenant, row, now)
        if found is None or not found.offers:
            return 0
        await _in_time(commission, found)
        files = await offers.files([number for number, _ in found.offers])
        for number, rows in found.offers:
            await issue(rows, files[number].demande, account, side)
        many = len(found.offers)
        await calls.keep(commission, found.given, found.found, many, account, side, now)
    return many


async def _left(
    tenant: Tenant, row: Commission, kept: Proposal, given: Snapshot, now: datetime, but: set[int]
) -> tuple[Snapshot, dict[str, offers.Asked]]:
    """Return what may still be given: to whoever waits, in crèches that are open, less what was
    taken there since the commission proposed.

    Nobody is called whose child has a place by another file, nor the files of `but`.
    """
    files = await offers.files(sorted({file_of(one.id) for one in given.applications}))
    listed = await decisions.left_waiting(row.id) | await offers.not_freed(row.id)
    waits = [
        one.file
        for one in files.values()
        if one.state == "waiting" or (one.state in LISTED and one.file in listed)
    ]
    out = await offers.refused_one(row.id) | but
    out |= set(await offers.with_another(waits, now.date()))
    waiting = {
        one.id for one in given.applications if files[file_of(one.id)].file in set(waits) - out
    }
    taken = await meanwhile.taken(tenant, row, kept, given, now.date())
    still = {str(number) for number in await facilities.names()}
    given = await _as_families_wish(row, given, files)
    held, left = await offers.held(row.id), await offers.left_again(row.id)
    return rolling(_where_open(given, still), held, waiting, taken, left), files


async def _as_families_wish(
    row: Commission, given: Snapshot, files: Mapping[str, offers.Asked]
) -> Snapshot:
    """Return a lot as it was frozen, less what waiting families no longer want of it.

    Nobody is called for a crèche crossed off since the closing, nor for one it declined as its
    entry came too late, nor, after declining a crèche it did not name, for another one of those.
    What was added since waits for the next commission.
    """
    late = await offers.declined_late(row.id)
    declined = await offers.declined_elsewhere(row.id)
    still = await offers.named([one.file for one in files.values() if one.state in LISTED])
    asked = await answers.asked(row.id)

    def wished(one: Seen) -> Seen:
        file, frozen = files[file_of(one.id)], asked[file_of(one.id)].wishes
        if file.file in declined:
            one = anywhere.named_only(one, frozen)
        crossed = set(frozen) - still.get(file.file, set(frozen))
        return anywhere.without(one, crossed | late.get(file.file, set()))

    return msgspec.structs.replace(
        given, applications=tuple(wished(one) for one in given.applications)
    )


def _where_open(given: Snapshot, still: set[str]) -> Snapshot:
    """Return a lot without the options of crèches that closed; a place held stays."""
    return msgspec.structs.replace(
        given,
        applications=tuple(
            msgspec.structs.replace(
                one,
                options=tuple(
                    option
                    for option in one.options
                    if option.facility in still or option.id == one.current
                ),
            )
            for one in given.applications
        ),
    )


def offers_of(
    row: Commission,
    file: Answered | offers.Asked,
    places: Sequence[tuple[int, str]],
    origin: str,
    now: datetime,
    asked: str,
) -> list[Offer]:
    """Return the offers of one file, one a child, to be answered before the last day."""
    frozen = examining.of_json(asked)
    wished = frozen.start_on or file.start_on
    return [
        Offer(
            application=file.file,
            commission=row.id,
            facility=place_of(option).facility,
            age_group=place_of(option).age_group,
            option=option,
            child=child,
            slots=frozen.needs[place_of(option).need],
            start_on=max(entry_of(row, option, wished), now.date()),
            origin=ELSEWHERE
            if frozen.elsewhere and place_of(option).facility not in frozen.wishes
            else origin,
            sent_at=now,
            answer_by=now.date() + timedelta(days=row.answer_days),
        )
        for child, option in places
    ]


def entry_of(row: Commission, option: str, wished: date | None) -> date:
    """Return the day a child enters by an option: in September when it was given for then."""
    if place_of(option).from_september:
        return calendar_of(row).periods[-1]
    return starts_on(row, wished)


def starts_on(row: Commission, wished: date | None) -> date:
    """Return the day a child enters: the one wished, or the first of the commission."""
    return wished if wished and calendar_of(row).takes(wished) else row.first_start


async def _offers(
    row: Commission,
    file: offers.Asked,
    places: Sequence[tuple[int, str]],
    now: datetime,
    origin: str,
) -> list[Offer]:
    seen = await decisions.examined_row(row.id, file.file)
    return offers_of(row, file, places, origin, now, seen.asked)


async def _answered(
    offer: Offer, state: str, account: int | None, now: datetime
) -> tuple[list[Offer], int]:
    file = await _answerable(offer, now)
    return await offers.answered(file.id, state, account, now), file.demande.id


async def _answerable(offer: Offer, now: datetime) -> Application:
    """Return the file of an offer that may still be answered, alone with it.

    A yes that is kept was given in time: its family may take it back as long as it does not hold.
    """
    await _locked(offer)
    file = await renewals.one(int(offer.application))
    live = await offers.live_of(file.id)
    is_kept = live is not None and live.id == offer.id and live.agreed_at is not None
    if is_over(offer.answer_by, now.date()) and not is_kept:
        raise Refused("offer_over", answer_by=offer.answer_by)
    if live is None or live.id != offer.id:
        raise Refused("offer_answered")
    return file


async def _locked(offer: Offer) -> None:
    await locks.advisory(f"creche.file:{int(offer.application)}")


async def _go_on(demande: int, *, ends: bool) -> None:
    await workflow.fire(demande, "close" if ends else "wait_again", side="clock", account=None)


async def _call_later(offer: Offer) -> None:
    """Settle what this answer settles once all is committed; the next in rank may then be called.

    Of another commission too: a file of the same child waited for this answer, and may have a place
    there that nobody else could take.
    """
    mine, file = commission_of(offer), await renewals.one(int(offer.application))
    others = await offers.listed_with(file)
    for commission in dict.fromkeys([*([mine] if mine else []), *others]):
        once = f"creche.call_next:{offer.id}:{offer.state}"
        once += "" if commission == mine else f":{commission}"
        await later("creche", "call_next", once=once, commission=commission)


async def _children(row: Offer) -> int:
    """Return how many children one offer is for: twins who enter together share theirs."""
    commission = commission_of(row)
    if row.child or commission is None:
        return 1
    seen = await decisions.examined_row(commission, int(row.application))
    return examining.of_json(seen.asked).count
