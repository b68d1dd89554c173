"""Reminding families of what is past its last day: each step once, and never while one pays."""

from ribambelle import tenants
from ribambelle.database import many, transaction
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor.domain.dunning import step
from ribambelle_paiement_tresor.queries import registry
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.queries.registry import Wanted
from ribambelle_paiement_tresor.settings import Settings

AT_ONCE = 100
LATE = Wanted(standing="late")


async def remind() -> None:
    """Remind the families of a commune, a hundred invoices at a time; a job, each morning."""
    tenant = tenants.current()
    today, start = tenant.now().date(), 0
    while some := await registry.found(LATE, today, start, AT_ONCE):
        async with transaction():
            for one in some:
                await _remind(tenant, one)
        start += AT_ONCE


async def _remind(tenant: Tenant, one: Document) -> None:
    now = tenant.now()
    reached = step(one.due_on, now.date(), tenant.of(Settings).dunning_days)
    if not reached or one.standing_of.is_held or not one.email:
        return
    row = [(one.id, reached, now)]
    columns = ("invoice", "step", "at")
    new = await many.write(
        "paiement_reminder", columns, row, unique=("invoice", "step"), returning=("id",)
    )
    if not new:
        return
    await post(
        "paiement/messages/reminder",
        one.email,
        account=one.account,
        name=one.given_name,
        number=one.called,
        cents=one.owed,
        due=one.due_on,
        link=tenant.url(f"/paiement/factures/{one.id}"),
    )
