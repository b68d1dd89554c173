"""Deciding: from the proposal a commission kept to one answer a file, at once or not at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side
from ribambelle_creche import offering, preparing
from ribambelle_creche.domain import admission, chains, published
from ribambelle_creche.domain.admission import Snapshot, seal
from ribambelle_creche.domain.offers import application_of, child_of, outcome, place_of
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.queries import commissions, cut_offs, decisions, offers, pins, proposals
from ribambelle_creche.queries.decisions import Answered
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Commission, Decision, Proposal


@dataclass(frozen=True, slots=True)
class Decided:
    """How many files were answered, by answer."""

    offered: int = 0
    waiting: int = 0
    refused: int = 0
    not_examined: int = 0


async def decide(
    tenant: Tenant,
    commission: int,
    account: int | None,
    now: datetime,
    side: Side = "office",
    *,
    digest: str = "",
) -> Decided:
    """Answer every file of a commission as the kept proposal says; families are told by jobs.

    :param digest: the seal of the proposal that was read; another kept since is refused.

    Raises Refused("proposal_changed") then, Refused("nothing_kept") without a kept proposal,
    Refused("pin_since") when a decision was pinned or lifted after it, Refused("places_since")
    when places or files changed since.
    """
    async with transaction():
        await locks.advisory(f"creche.commission:{commission}")
        await locks.advisory(PLACES)
        row = await commissions.one(commission)
        kept = await ready(tenant, row)
        if digest and kept.digest != digest:
            raise Refused("proposal_changed")
        given, found = proposals.opened(kept)
        files = await decisions.to_answer(commission)
        twice = await _twice(given, found, files, now)
        twice |= await asyncio.to_thread(_not_left, given, found, files, twice)
        answers = await _answers(row, kept, given, found, files, twice, now)
        await decisions.keep(answers)
        await _move(row, given, found, files, answers, account, now, side)
        await cut_offs.keep(commission, published.cut_offs(given, found))
        await decisions.mark_decided(commission, now)
        await later("creche", "stand", once=f"creche.stand:{commission}", commission=commission)
        done = _counted(answers)
        await journal.record(
            "creche.commission_decided",
            f"creche.commission:{commission}",
            account=account,
            side=side,
            proposal=kept.number,
            digest=kept.digest,
            offered=done.offered,
            waiting=done.waiting,
            refused=done.refused,
            not_examined=done.not_examined,
        )
        if tenant.of(Settings).rolling_offers and _is_some_place_left(found, files, twice):
            await later(
                "creche", "call_next", once=f"creche.decided:{commission}", commission=row.id
            )
    return done


async def ready(tenant: Tenant, row: Commission) -> Proposal:
    """Return the proposal a commission may decide on, or refuse with what is to be done first."""
    if row.state != "closed":
        raise Refused("commission_not_closed")
    kept = await proposals.kept(row.id)
    if kept is None:
        raise Refused("nothing_kept")
    pinned_at = await decisions.last_pinned(row.id)
    if pinned_at is not None and pinned_at > kept.made_at:
        raise Refused("pin_since")
    today = await preparing.gathered(tenant, row, proposals.changes_of(kept))
    if today.seal == kept.laid_from:
        return kept  # laid out again it would be the same, after seconds in a very large town
    if seal.inputs_digest(await today.laid_out()) != kept.inputs_digest:
        raise Refused("places_since")
    return kept


async def _answers(
    row: Commission,
    kept: Proposal,
    given: Snapshot,
    found: admission.Proposal,
    files: Sequence[Answered],
    twice: set[int],
    now: datetime,
) -> list[Decision]:
    standing = {one.application: one for one in await pins.standing(row.id)}
    places = placed(given, found)
    rows = []
    for file in files:
        pin, mine = standing.get(file.file), places.get(file.number, [])
        told = outcome(
            file.refusal,
            in_session=file.state == "in_session",
            has_place=bool(mine) and file.file not in twice,
            pinned_to_none=pin is not None and pin.option is None,
        )
        first = mine[0][1] if mine and told == "offered" else ""
        rows.append(
            Decision(
                commission=row.id,
                application=file.file,
                outcome=told,
                facility=place_of(first).facility if first else None,
                option=first,
                proposal=kept.id,
                pin=pin.id if pin else None,
                at=now,
            )
        )
    return rows


async def _twice(
    given: Snapshot, found: admission.Proposal, files: Sequence[Answered], now: datetime
) -> set[int]:
    """Return the files that wait, whatever was proposed: their child has a place by another."""
    places = placed(given, found)
    served = [one.file for one in files if one.number in places and one.state == "in_session"]
    elsewhere = set(await offers.with_another(served, now.date()))
    return elsewhere | await offers.second([one for one in served if one not in elsewhere])


def _not_left(
    given: Snapshot, found: admission.Proposal, files: Sequence[Answered], twice: set[int]
) -> set[int]:
    """Return the files that wait, whatever was proposed: who was to leave them a place has none."""
    return chains.fallen(*_chain(given, found, files, twice))


def _chain(
    given: Snapshot, found: admission.Proposal, files: Sequence[Answered], out: set[int]
) -> tuple[dict[str, int], list[chains.Waiting]]:
    """Return what is free where a child in place may leave, and the files that get an offer."""
    places = placed(given, found)
    held = {
        application_of(file.number, child): chains.Held(file.file, option)
        for file in files
        if file.state == "in_session" and not file.refusal and file.file not in out
        for child, option in places.get(file.number, ())
    }
    return chains.laid_out(given, held, {}, first=chains.by_reserve(given, found))


def placed(given: Snapshot, found: admission.Proposal) -> dict[str, list[tuple[int, str]]]:
    """Return the places given to each file: which child, which option.

    A child that keeps the place it has already is given nothing new.
    """
    current = {one.id: one.current for one in given.applications}
    places: dict[str, list[tuple[int, str]]] = {}
    for name, option in sorted(found.assignments.items()):
        if option is not None and option != current[name]:
            places.setdefault(file_of(name), []).append((child_of(name), option))
    return places


async def _move(
    row: Commission,
    given: Snapshot,
    found: admission.Proposal,
    files: Sequence[Answered],
    answers: Sequence[Decision],
    account: int | None,
    now: datetime,
    side: Side,
) -> None:
    places = placed(given, found)
    moving = {file_of(one.id) for one in given.applications if one.current is not None}
    made = {
        file.file: offering.offers_of(
            row,
            file,
            places[file.number],
            "transfer" if file.number in moving else "session",
            now,
            file.asked,
        )
        for file, answer in zip(files, answers, strict=True)
        if answer.outcome == "offered"
    }
    out = {file.file for file in files if file.file not in made}
    chain = await asyncio.to_thread(_chain, given, found, files, out)
    later = await asyncio.to_thread(offering.follow, *chain, made)
    await offering.mark_late({file: made[file] for file in later})
    for file, answer in zip(files, answers, strict=True):
        if answer.outcome == "offered":
            await offering.issue(made[file.file], file.demande, account, side)
        elif answer.outcome in ("waiting", "refused"):
            await workflow.fire(file.demande, "wait", side=side, account=account)


def _is_some_place_left(
    found: admission.Proposal, files: Sequence[Answered], twice: set[int]
) -> bool:
    """Tell whether a file that was given a place has left the session, or waits since its child
    has another: the next in rank has it.
    """
    gone = {one.number for one in files if one.state != "in_session" or one.file in twice}
    return any(option and file_of(name) in gone for name, option in found.assignments.items())


def _counted(answers: Sequence[Decision]) -> Decided:
    told = [one.outcome for one in answers]
    return Decided(**{code: told.count(code) for code in Decided.__dataclass_fields__})
