"""Where a family pays a titre: its reference and its address, as the commune tested them."""

from dataclasses import dataclass
from urllib.parse import quote

from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor.domain.titres import Reference
from ribambelle_paiement_tresor.queries import titres
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.queries.titres import Claimed
from ribambelle_paiement_tresor.settings import Settings


@dataclass(frozen=True, slots=True)
class Payable:
    """The titre that claims an invoice; a reference and a link only when the treasury took it."""

    titre: Claimed
    cents: int = 0
    """What the reference pays: this invoice when it names its line, the whole titre otherwise."""
    reference: str = ""
    link: str = ""


async def of(tenant: Tenant, one: Document, email: str = "") -> Payable | None:
    """Return the titre that claims an invoice, and how it is paid; None while the régie has it."""
    found = await titres.of_invoice(one.id)
    if found is None:
        return None
    settings = tenant.of(Settings).titres
    if not found.is_known or one.standing_of.titre <= 0:
        return Payable(found)
    cents = one.standing_of.titre
    if "{ligne" not in settings.reference + settings.link:
        cents = (await titres.left([found.id])).get(found.id, cents)
    where = Reference(
        client=settings.client,
        exercise=found.exercise,
        bordereau=found.number,
        titre=found.titre,
        line=found.line,
        debt=found.debt,
        cents=cents,
        email=quote(email),
    )
    reference = where.told(settings.reference)
    return Payable(found, cents, reference, where.told(settings.link, quote(reference)))
