"""The lot of one commission: what was frozen of its files, and the places validated so far."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property
from hashlib import sha256

from ribambelle.tenants import Tenant
from ribambelle_creche import examining
from ribambelle_creche.domain.admission import Snapshot
from ribambelle_creche.domain.everywhere import whole
from ribambelle_creche.domain.grid import Grid
from ribambelle_creche.domain.preparation import Changes, Lot, Seen
from ribambelle_creche.domain.transfers import Held
from ribambelle_creche.queries import (
    agreements,
    facilities,
    grids,
    held_places,
    insertion,
    pins,
    proposals,
    supplies,
    transferring,
)
from ribambelle_creche.tables import Commission, Examined


@dataclass(frozen=True)
class Gathered:
    """Everything a lot is laid out from; reading it costs little, laying it out does not."""

    lot: Lot
    held: Mapping[str, Held]

    @cached_property
    def seal(self) -> str:
        """Return what tells whether anything changed: laid out again, the same gives the same."""
        return f"sha256:{sha256(repr((self.lot, self.held)).encode()).hexdigest()}"

    async def laid_out(self) -> Snapshot:
        """Return what the engine decides on, written apart from the requests of everybody else."""
        return await asyncio.to_thread(whole, self.lot, self.held)


async def gathered(tenant: Tenant, row: Commission, changes: Changes) -> Gathered:
    """Gather what a commission decides on, as places and pins stand now."""
    return Gathered(await lot_of(tenant, row, changes), await transferring.held(row))


async def snapshot_of(tenant: Tenant, row: Commission) -> Snapshot:
    """Return what the engine decides on as things stand now: as a proposal kept it, if one did."""
    known = await gathered(tenant, row, Changes())
    return await proposals.laid_from(row.id, known.seal) or await known.laid_out()


async def lot_of(tenant: Tenant, row: Commission, changes: Changes) -> Lot:
    """Gather a lot; a variant with other points counts them again on what was frozen of each."""
    version = await grids.one(changes.grid or row.grid) if changes.grid or row.grid else None
    numbers, rows = await proposals.examined(row.id)
    seen = [_seen(one, numbers[int(one.application)]) for one in rows]
    if changes.grid:
        assert version
        seen = await _recounted(tenant, row, rows, seen, version.grid)
    return Lot(
        files=seen,
        houses=await supplies.houses(row, tenant),
        managers={one.id: one.manager for one in await facilities.every()},
        exempt=[one.id for one in await insertion.creches() if one.is_exempt],
        present=await insertion.held(row),
        agreed=await agreements.standing(row.first_start, row.last_start),
        promises=version.grid.reserves if version else (),
        pins=[(one.number, one.option, one.reason) for one in await pins.standing(row.id)],
        held=[one.extra for one in await held_places.standing(row.id)],
        by_date=version is None or "complete_at" in version.grid.tie_break,
        changes=changes,
    )


def _seen(row: Examined, number: str) -> Seen:
    assert row.complete_at  # a file without the date is incomplete: it is not examined
    return Seen(
        number=number,
        points=row.points,
        complete_at=row.complete_at.astimezone(UTC),
        draw=row.draw,
        asked=examining.of_json(row.asked),
    )


async def _recounted(
    tenant: Tenant, row: Commission, rows: list[Examined], seen: list[Seen], grid: Grid
) -> list[Seen]:
    files = [int(one.application) for one in rows]
    scores = await examining.scores_by(tenant, row, rows, grid)
    return [
        replace(
            one,
            points=scores[file].points,
            asked=replace(one.asked, bonuses=dict(scores[file].bonuses), flags=scores[file].flags),
        )
        for file, one in zip(files, seen, strict=True)
    ]
