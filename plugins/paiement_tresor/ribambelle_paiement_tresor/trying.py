"""Trying a period: what it would bill tonight, and what somebody should look at before it does."""

from collections import Counter

import structlog

from ribambelle import billing, tenants
from ribambelle.database import transaction
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor import slices
from ribambelle_paiement_tresor.domain.drafting import Doubt, doubts, held_back
from ribambelle_paiement_tresor.queries import periods
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.slices import Slice
from ribambelle_paiement_tresor.tables import Period

log = structlog.get_logger(__name__)
AT_MOST = 2000
"""Doubts kept of one trial: a town with more has one cause to find, not a list to read."""


async def every_night() -> None:
    """Try each period that is not issued; a job."""
    for period in await periods.open_ones():
        try:
            await one(tenants.current(), period)
        except Exception:  # one period that cannot be tried keeps no other waiting
            log.exception("period_not_tried", period=period.id)


async def one(tenant: Tenant, period: Period) -> None:
    """Try a period and keep what it would bill."""
    totals: Counter[int] = Counter()
    found = await _held_back(period)
    lines = count = 0
    async for some in slices.every(tenant, period):
        found += looked_at(tenant, some)
        for payer, draft in some.drafts.items():
            totals[payer] = draft.total
            lines += len(draft.lines)
            count += bool(draft.lines)
    async with transaction():
        now = tenant.now()
        counted = count, lines, sum(totals.values())
        await periods.keep_trial(int(period.id), counted, found[:AT_MOST], totals, now)


def looked_at(tenant: Tenant, some: Slice) -> list[Doubt]:
    """Return what to look at in a slice."""
    addressed = {number for number, one in some.recipients.items() if one.has_address}
    settings = tenant.of(Settings)
    found = doubts(some.items, addressed)
    for name in sorted({one.regie for one in some.items if settings.regie(one.regie) is None}):
        found.append(Doubt("no_regie", f"no_regie:{name}", name))
    return found


async def _held_back(period: Period) -> list[Doubt]:
    gaps = await billing.gaps(billing.Period(period.first, period.last))
    return [held_back(gap) for gap in gaps]
