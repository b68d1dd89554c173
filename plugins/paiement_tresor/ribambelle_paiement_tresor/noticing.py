"""The « avis des sommes à payer » of a titre: what a family owes to the comptable, why, and how to pay.

Sources: décret 2012-1246, art. 24 (what the sum was computed from); CGCT, art. L1617-5 (who issues
the titre, how long it may be contested).
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from ribambelle.documents import pdf
from ribambelle.identity.second_factor import drawing
from ribambelle.messages.printing import home
from ribambelle.tenants import Tenant
from ribambelle.web.assets import crest
from ribambelle_paiement_tresor import claiming, marking, printing
from ribambelle_paiement_tresor.domain import datamatrix
from ribambelle_paiement_tresor.domain.debtors import Issuer, Tiers
from ribambelle_paiement_tresor.domain.summary import by_child
from ribambelle_paiement_tresor.domain.titres import NOTICE
from ribambelle_paiement_tresor.domain.words import day, euros
from ribambelle_paiement_tresor.queries import mine, titres
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Bordereau, Titre

SHEET = Path(__file__).parent / "templates" / "paiement" / "pdf" / "notice.typ"
SENT = ("sent", "accepted", "taken")
"""A titre the treasury rejected or cancelled claims nothing: it has no notice."""
LEGAL = (
    "Titre exécutoire émis et rendu exécutoire selon les articles L1617-5 et R2342-4 du code général "
    "des collectivités territoriales. Pour contester la somme, saisissez {court} dans les deux mois "
    "qui suivent la réception de cet avis ; pour contester les poursuites, le juge de l’exécution."
)


async def papers(tenant: Tenant, row: Bordereau, some: Sequence[Titre]) -> bytes:
    """Return the notices of some titres of a bordereau as one PDF, one after the other."""
    told = [await _notice(tenant, row, one) for one in some if one.state in SENT]
    sign = crest(tenant)
    sheet = {
        "title": f"{NOTICE}, bordereau {row.exercise} n° {row.number}"
        if len(told) > 1
        else f"{NOTICE} n° {row.exercise}-{some[0].number}",
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if sign.media_type.startswith("image/svg") else list(sign.body),
        "notices": told,
    }
    return await pdf.render(SHEET, sheet)


async def _notice(tenant: Tenant, row: Bordereau, one: Titre) -> dict[str, Any]:
    settings, issuer = tenant.of(Settings), titres.issuer_of(row)
    claimed = await titres.claims(int(one.id))
    documents = {document.id: document for document in await mine.some(list(claimed))}
    first = documents[next(iter(claimed))]
    ways = {key: await claiming.of(tenant, document) for key, document in documents.items()}
    # where a reference names its line, several invoices are paid one by one
    references = {key: way.reference for key, way in ways.items() if way and way.reference}
    is_one = len(set(references.values())) == 1
    left = (await titres.left([int(one.id)])).get(int(one.id), one.cents)
    # a code says the whole sum: paid in part, it would ask for too much
    mark = marking.titre(settings, row, one, first) if left == one.cents else None
    tiers = msgspec.json.decode(one.debtor, type=Tiers)
    contact = tenant.settings.contact
    way = ways[first.id]
    link = way.link if way and is_one else ""
    reference = references.get(first.id, "") if is_one else ""
    return {
        "number": f"{row.exercise}-{one.number}",
        "from": [part for part in (contact.service, contact.address) if part],
        "to": [tiers.called, *home(tiers.line, tiers.postcode, tiers.city)],
        "facts": _facts(row, one, reference),
        "invoices": [
            await _invoice(documents[key], cents, "" if is_one else references.get(key, ""))
            for key, cents in claimed.items()
        ],
        "total": euros(one.cents),
        "due": euros(left),
        "came": f"Déjà réglé au comptable : {euros(one.cents - left)}" if left != one.cents else "",
        "before": f"avant le {day(row.day + timedelta(days=settings.titres.pay_within_days))}",
        "pay": {
            "link": link,
            "picture": drawing(link) if link else "",
            "ways": _ways(settings, one, bool(references), has_mark=mark is not None),
        },
        "mark": marking.drawing(mark) if mark else "",
        "legal": _legal(settings, issuer, row),
    }


def _facts(row: Bordereau, one: Titre, reference: str) -> list[tuple[str, str]]:
    facts = [
        ("Titre", f"{one.number}, exercice {row.exercise}, bordereau {row.number}"),
        ("Émis le", day(row.day)),
        ("Nature de la créance", "accueil et restauration des enfants, factures de régie impayées"),
    ]
    if reference:
        facts.append(("Référence à rappeler", reference))
    return facts


async def _invoice(one: Document, cents: int, reference: str) -> dict[str, Any]:
    days = f", {one.days}" if one.days else ""
    settled = one.cents - cents
    return {
        "name": f"{one.kind_word} {one.called} du {day(one.issued_on)}{days}",
        "parts": [printing.part(part) for part in by_child(await mine.lines(one.id))],
        "settled": f"Déjà réglé ou corrigé : {euros(settled)}" if settled else "",
        "reference": f"Référence à rappeler : {reference}" if reference else "",
        "sum": euros(cents),
    }


def _ways(settings: Settings, one: Titre, on_line: bool, *, has_mark: bool) -> list[str]:
    titre = settings.titres
    found = []
    if on_line and titre.client:
        told = "avec la référence de ce titre"
        found.append(f"En ligne, sur payfip.gouv.fr : structure {titre.client}, {told}.")
    if has_mark:
        found.append(datamatrix.words(one.cents))
    if titre.iban:
        found.append(f"Virement : {titre.iban}, avec le numéro du titre.")
    found.append(
        f"Chèque à l’ordre du Trésor public, à envoyer à : {titre.comptable}."
        if titre.comptable
        else "Chèque à l’ordre du Trésor public, au comptable de la commune."
    )
    return found


def _legal(settings: Settings, issuer: Issuer, row: Bordereau) -> list[str]:
    titre = settings.titres
    signed = ", ".join(part for part in (issuer.signatory, issuer.quality) if part)
    return [
        *([f"Fondement : {titre.basis}."] if titre.basis else []),
        f"Émis le {day(row.day)} par {signed or issuer.name}, ordonnateur.",
        LEGAL.format(court=titre.court),
    ]
