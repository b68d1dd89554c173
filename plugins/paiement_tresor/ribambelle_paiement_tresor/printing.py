"""An invoice on paper: the same lines and the same words as its page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ribambelle.documents import pdf
from ribambelle.identity.second_factor import drawing
from ribambelle.messages.printing import home
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_paiement_tresor import marking
from ribambelle_paiement_tresor.domain.datamatrix import words
from ribambelle_paiement_tresor.domain.summary import Group, Part, Written, by_child
from ribambelle_paiement_tresor.domain.words import day, euros
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings

SHEET = Path(__file__).parent / "templates" / "paiement" / "pdf" / "invoice.typ"
WAYS = {
    "card": "Carte bancaire, à la régie.",
    "cash": "Espèces, à la régie, contre un reçu.",
    "cheque": "Chèque à l’ordre de : {payee}.",
    "cesu": "CESU, à la régie, sauf pour la cantine.",
    "transfer": "Virement : {iban}, avec le numéro de la facture.",
    "debit": "Prélèvement automatique, si vous avez signé un mandat.",
}


async def paper(tenant: Tenant, one: Document, lines: Sequence[Written]) -> bytes:
    """Return an invoice as a PDF."""
    return await pdf.render(SHEET, sheet(tenant, one, lines))


def sheet(tenant: Tenant, one: Document, lines: Sequence[Written]) -> dict[str, Any]:
    """Return what the paper says: words ready to print, and never code."""
    told, to, sign = one.told, one.recipient, crest(tenant)
    phone = formats.telephone(told.phone) if told.phone else ""
    link = tenant.url(f"/paiement/factures/{one.id}")
    is_invoice = one.kind == "invoice"
    on_line = is_invoice and bool(told.payfip)
    at_tobacconist = marking.bill(tenant.of(Settings), one)
    return {
        "title": f"{one.kind_word} {one.called}",
        "commune": told.commune,
        "crest": sign.body.decode() if sign.media_type.startswith("image/svg") else list(sign.body),
        "from": [part for part in (told.regie, told.address, phone, told.email) if part],
        "to": [to.name, *home(to.line, to.postcode, to.city)],
        "facts": _facts(one),
        "parts": [part(one) for one in by_child(lines)],
        "total": euros(one.cents),
        "due": ("À payer", euros(one.cents), f"avant le {day(one.due_on)}")
        if is_invoice
        else ("Avoir", euros(one.cents), "en votre faveur"),
        "pay": {
            "link": link if on_line else "",
            "picture": drawing(link) if on_line else "",
            "ways": [
                *(
                    WAYS[way].format(payee=told.payee, iban=told.iban)
                    for way in told.means
                    if is_invoice and (way != "transfer" or told.iban)
                ),
                *([words(one.cents)] if at_tobacconist else []),
            ],
        },
        "mark": marking.drawing(at_tobacconist) if at_tobacconist else "",
        "legal": [told.after, told.disputes] if is_invoice else [told.disputes],
    }


def _facts(one: Document) -> list[tuple[str, str]]:
    found = [("Numéro", one.called), ("Date", day(one.issued_on))]
    if one.first and one.last:
        found.append(("Période", one.days))
    if one.told.payfip:
        found.append(("Identifiant de la régie au Trésor", one.told.payfip))
    return found


def part(one: Part) -> dict[str, Any]:
    """Return what is billed for one child, as a paper shows it."""
    return {
        "name": one.name or "Foyer",
        "total": euros(one.cents),
        "rows": [_row(group) for group in one.groups],
    }


def _row(group: Group) -> dict[str, str]:
    inputs = ", ".join(f"{name.lower()} {value}" for name, value in group.inputs)
    return {
        "what": group.label,
        "count": str(group.quantity),
        "price": euros(group.unit_cents) if group.is_plain else "",
        "sum": euros(group.cents),
        "days": group.told_days,
        "how": " ".join(filter(None, (f"Calcul : {inputs}." if inputs else "", *group.steps))),
    }
