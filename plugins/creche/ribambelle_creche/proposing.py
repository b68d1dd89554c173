"""Running the engine for a commission, beside the requests of everybody else."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_creche import preparing
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import VERSION, Snapshot, propose, seal
from ribambelle_creche.domain.everywhere import whole
from ribambelle_creche.domain.holding import losing
from ribambelle_creche.domain.preparation import Changes, Extra
from ribambelle_creche.queries import calls, held_places, proposals
from ribambelle_creche.queries import sealed as written
from ribambelle_creche.tables import Call, Commission, Proposal


async def run(
    tenant: Tenant,
    row: Commission,
    changes: Changes,
    label: str,
    account: int | None,
    now: datetime,
) -> int:
    """Propose, and keep what was proposed; return its number."""
    known = await _gathered(tenant, row, changes)
    given = await known.laid_out()
    found = await asyncio.to_thread(propose, given)
    number = await proposals.add(row.id, label, changes, known.seal, given, found, account, now)
    if changes == Changes():
        await _tell_losing(known, row, found)
    return number


async def _tell_losing(
    known: preparing.Gathered, row: Commission, found: admission.Proposal
) -> None:
    """Write whom each of the places held costs something: another pin may have changed it."""
    held = await held_places.standing(row.id)
    for one in held:
        rest = [other.extra for other in held if other.id != one.id]
        given, without = await asyncio.to_thread(holding_only, known, rest)
        await held_places.tell_losing(one.id, losing(given, found, without))


def holding_only(
    known: preparing.Gathered, rest: Sequence[Extra]
) -> tuple[Snapshot, admission.Proposal]:
    """Return what would be proposed if the commission held only the rest."""
    given = whole(replace(known.lot, held=rest), known.held)
    return given, propose(given)


async def tried(
    tenant: Tenant, row: Commission, changes: Changes
) -> tuple[Snapshot, admission.Proposal]:
    """Propose, and keep nothing: what a pin or one more place would change."""
    given = await (await _gathered(tenant, row, changes)).laid_out()
    return given, await asyncio.to_thread(propose, given)


async def _gathered(tenant: Tenant, row: Commission, changes: Changes) -> preparing.Gathered:
    if row.state == "open":
        raise Refused("commission_not_closed")
    return await preparing.gathered(tenant, row, changes)


async def replayed(commission: int) -> list[dict[str, object]]:
    """Run again every kept proposal of a commission, then every call of the next in rank; say of
    each whether it is found again."""
    told: list[dict[str, object]] = []
    sealed = await written.of_commission(commission)
    for row in await proposals.every(commission):
        which = {"kind": "proposal", "label": row.label, "is_kept": row.is_kept}
        told.append(which | _again(row, sealed, *proposals.opened(row)))
    for call in await calls.every(commission):
        which = {"kind": "call", "label": call.made_at.isoformat(), "is_kept": True}
        told.append(which | _again(call, sealed, *calls.opened(call)))
    return told


def _again(
    kept: Proposal | Call, sealed: written.Sealed, given: Snapshot, found: admission.Proposal
) -> dict[str, object]:
    again = propose(given)
    kind = "call" if isinstance(kept, Call) else "proposal"
    return {
        "number": kept.number,
        "engine": kept.engine,
        "same_engine": kept.engine == VERSION,
        "digest": kept.digest,
        "same_inputs": seal.inputs_digest(given) == kept.inputs_digest,
        # asked of the seal and not of the engine: an answer edited since has no engine to blame
        "same_outputs": seal.digest(given, found) == kept.digest == found.digest,
        # what is kept may be rewritten with its seal and its engine; the journal may not
        "same_journal": sealed.holds(kind, kept.number, kept.digest),
        "same": again == found and again.digest == kept.digest,
    }
