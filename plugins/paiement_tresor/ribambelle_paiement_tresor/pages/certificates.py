"""Certificates a family prints: what it paid for care in a year, an invoice that is paid."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person, households
from ribambelle.messages import printing
from ribambelle.messages.printing import Addressed
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle_paiement_tresor.declared_papers import CARE, PAID
from ribambelle_paiement_tresor.domain.certificates import care_paid
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import mine, paid

HERE = "/paiement/attestations"


@dataclass(frozen=True)
class CertificatesPage:
    """What was paid for care, year by year."""

    years: list[tuple[int, dict[str, int]]]


@get(
    HERE,
    name="paiement.certificates",
    told="Voir ce que l’on a payé pour la garde de ses enfants, par année",
    guards=[guards.family],
)
async def certificates(person: NamedDependency[Person]) -> Page:
    """Show each year with what was paid for the care of each young child."""
    payers = await mine.accounts(person.account)
    found = [
        (year, care_paid(await paid.of_year(payers, year))) for year in await paid.years(payers)
    ]
    return Page("paiement/certificates.html", CertificatesPage(found))


@post(
    f"{HERE}/{{year:int}}",
    name="paiement.care_certificate",
    told="Imprimer l’attestation pour le crédit d’impôt d’une année",
    guards=[guards.family],
)
async def care(year: FromPath[int], person: NamedDependency[Person]) -> Response[bytes]:
    """Print what was paid for care in a year, child by child."""
    payers = await mine.accounts(person.account)
    found = care_paid(await paid.of_year(payers, year)) if 2000 <= year <= 2999 else {}
    if not found:
        raise NotYours
    facts = {
        "parent": person.name,
        "year": year,
        "lines": "\n".join(f"{child} : {euros(cents)}" for child, cents in sorted(found.items())),
        "total": euros(sum(found.values())),
    }
    about = f"paiement.payer:{payers[0]}"
    paper = await printing.printed(CARE, await _addressed(person), about, person, "family", facts)
    return sent(paper, f"attestation-garde-{year}")


@post(
    "/paiement/factures/{number:int}/attestation",
    name="paiement.paid_certificate",
    told="Imprimer l’attestation de paiement d’une facture",
    guards=[guards.family],
)
async def paid_invoice(
    number: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Print that an invoice is paid."""
    one = await mine.of_person(person, number)
    if one.standing(now.date()) != "settled":
        raise NotYours
    facts = {
        "parent": one.recipient.name,
        "number": one.called,
        "days": one.days,
        "cents": euros(one.standing_of.came),
    }
    about = f"paiement.invoice:{number}"
    paper = await printing.printed(PAID, await _addressed(person), about, person, "family", facts)
    return sent(paper, f"attestation-{one.called}")


async def _addressed(person: Person) -> Addressed:
    home = await households.address_of(person.household) if person.household else None
    lines = printing.home(home.line, home.postcode, home.city) if home else ()
    return Addressed(person.name, lines)


ROUTES = [certificates, care, paid_invoice]
