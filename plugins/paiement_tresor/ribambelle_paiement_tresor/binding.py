"""What a family has still to end here before it can be forgotten."""

from ribambelle.privacy.rules import Home
from ribambelle.web.formats import euros
from ribambelle_paiement_tresor.queries import books
from ribambelle_paiement_tresor.tables import Invoice, Mandate, Payer


async def owed(home: Home) -> list[str]:
    """Tell what is owed either way, and a mandate that still stands."""
    rows = await Payer.select(Payer.id).where(Payer.adult.is_in(list(home.adults) or [0]))
    payers = [row["id"] for row in rows]
    if not payers:
        return []
    invoices = await Invoice.select(Invoice.id).where(Invoice.payer.is_in(payers))
    stands = await books.standing([row["id"] for row in invoices])
    left, titre = (sum(getattr(one, name) for one in stands.values()) for name in ("owed", "titre"))
    back = await books.credit(payers)
    live = await Mandate.exists().where(
        Mandate.payer.is_in(payers) & Mandate.live_for.is_not_null()
    )
    return [
        *([f"{euros(left)} restent à payer à la régie."] if left > 0 else []),
        *([f"{euros(titre)} restent à payer au comptable."] if titre > 0 else []),
        *([f"{euros(back)} sont à rendre à la famille."] if back > 0 else []),
        *(["Un mandat de prélèvement est actif : arrêtez-le."] if live else []),
    ]
