"""A commune of demonstration: last month billed, some families paid, this month tried."""

from datetime import date, timedelta
from random import Random

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.demonstration import CAMILLE
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor import issuing, till, trying
from ribambelle_paiement_tresor.queries import mine, periods
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.telling import tell
from ribambelle_paiement_tresor.till import Taken

SIMULATOR = ("ribambelle_treasury_sim", "--port", "8010", "--allow-w")
PAID = 45
"""Families that paid at the counter, out of a hundred."""
AT_THE_TILL = Person(1, 0, "", "Brigitte Aubry", "staff", strong=True)
WHY = "Vu avec la famille : le prix le plus haut s’applique"


async def fill(seed: int) -> None:
    """Bill last month, have some families pay, and try the month that runs."""
    tenant = tenants.current()
    today = tenant.now().date()
    regie = tenant.of(Settings).known[0]
    last = today.replace(day=1) - timedelta(days=1)
    due = today + timedelta(days=regie.due_days)
    period = await _open(tenant, last.replace(day=1), last, due)
    await _answer(tenant, period)
    await issuing.begin(tenant, period, None)
    await issuing.issue(period, tells=False)
    draw = Random(f"{seed}:{tenant.slug}:paiement")  # noqa: S311 - invented families, not secrets
    for one in await mine.issued(period, 0, 100_000):
        if one.email == CAMILLE:
            async with transaction():
                await tell(one)
        elif draw.randrange(100) < PAID and one.owed:
            await _paid(tenant, one, draw)
    await _open(tenant, today.replace(day=1), today, due)


async def _open(tenant: Tenant, first: date, last: date, due: date) -> int:
    regie = tenant.of(Settings).known[0].code
    number = await periods.open_one(regie, first, last, due, None, tenant.now())
    await trying.one(tenant, await periods.one(number))
    return number


async def _answer(tenant: Tenant, period: int) -> None:
    """Answer every doubt, as somebody of the régie would."""
    (trial, *_) = await periods.trials(period)
    keys = [doubt.key for doubt in periods.doubts_of(trial)]
    await periods.waive(period, keys, WHY, None, tenant.now())


async def _paid(tenant: Tenant, one: Document, draw: Random) -> None:
    means = draw.choice(("cash", "cheque", "terminal"))
    key = f"demo-{one.id}"
    what = Taken(one.payer, one.regie, means, one.owed, (one.id,), key)
    await till.take(tenant, AT_THE_TILL, what, tells=False)
