"""Writing to families about money: an invoice issued, a payment received, a payment that came back."""

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle_paiement_tresor.queries import mine

AT_ONCE = 50


async def tell_issued(period: int, after: int) -> None:
    """Tell some families that their invoice is there, and have the next told; a job.

    Fifty messages and the job of those that follow are written together: stopped anywhere, nobody
    is told twice and nobody is forgotten.
    """
    async with transaction():
        rows = await mine.issued(period, after, AT_ONCE)
        for row in rows:
            await tell(row)
        if len(rows) == AT_ONCE:
            last = rows[-1].id
            await later(
                "paiement", "tell_issued", once=f"told:{period}:{last}", period=period, after=last
            )


async def tell(row: mine.Document) -> None:
    """Write to a family that its invoice, or what corrects it, is there; in the open transaction."""
    if not row.email:
        return
    await post(
        f"paiement/messages/{'invoice' if row.kind == 'invoice' else 'credit_note'}",
        row.email,
        account=row.account,
        name=row.given_name,
        number=row.called,
        cents=abs(row.cents),
        due=row.due_on,
        link=tenants.current().url(f"/paiement/factures/{row.id}"),
    )
