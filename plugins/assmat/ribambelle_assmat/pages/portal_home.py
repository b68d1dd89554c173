"""What the home page of a département's portal says of its PMI."""

from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web.home import Card
from ribambelle_assmat.settings import Pmi, Settings


@dataclass(frozen=True)
class PmiCard:
    """The PMI, as families and whoever wants the trade read of it."""

    pmi: Pmi
    where: str
    phone: str


async def card(person: Person | None) -> list[Card]:
    """Show what the PMI does, on a département's home page alone; staff have their own."""
    settings = tenants.current().settings
    if not settings.is_departement or (person is not None and person.is_staff):
        return []
    pmi = tenants.current().of(Settings).pmi
    told = PmiCard(
        pmi, pmi.address or settings.contact.address, pmi.phone or settings.contact.phone
    )
    return [
        Card("assmat/search_card.html", told, rank=10),
        Card("assmat/pmi_card.html", told, rank=20),
    ]
