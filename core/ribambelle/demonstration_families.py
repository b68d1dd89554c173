"""Families of a commune of trial, for a plugin that needs a register to show itself against."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import catalogue, pdf, shelf, vault
from ribambelle.documents.apart import Clean
from ribambelle.documents.types import DocumentType
from ribambelle.documents.uses import Actor, Owner
from ribambelle.documents.vault import Paper
from ribambelle.identity import accounts, households
from ribambelle.identity.households import AddressEntry, AdultEntry

FAMILIES = (
    ("Payet", ("Nadia", "Julien"), ("Soan",)),
    ("Grondin", ("Émilie",), ("Maé", "Lina")),
    ("Fontaine", ("Pascal", "Aïcha"), ("Ilyes", "Jade", "Noé")),
    ("Le Goff", ("Yann", "Solène"), ("Malo",)),
    ("Técher", ("Mickaël",), ("Anaëlle", "Tom")),
    ("Nguyen", ("Linh", "Marc"), ("Chloé", "Hugo")),
    ("Diallo", ("Fatou",), ("Aminata", "Ousmane", "Binta")),
    ("Robert", ("Élodie", "Karim"), ("Inaya",)),
    ("Boyer", ("Sandrine", "Luc"), ("Gabin", "Louise")),
    ("Maillot", ("Jean-Marc",), ("Zoé",)),
    ("Rivière", ("Laure", "Thomas"), ("Adèle", "Sacha")),
    ("Hoareau", ("Gisèle", "Bruno"), ("Timéo",)),
)
"""Name, given names of the adults, given names of the children: all invented."""
STREETS = ("rue des Lilas", "chemin du Moulin", "avenue de la Gare", "impasse des Tilleuls")
OLDEST = 14 * 365
WITH_PAPERS = 4
"""How many families gave papers: some did, some did not, as in life."""
TEMPLATE = Path(__file__).parent / "templates" / "pdf" / "demonstration.typ"


def email_of(adult: str, family: str) -> str:
    """Return the address somebody invented signs in with.

    >>> email_of("Élodie", "Le Goff")
    'elodie.legoff@demo.example'
    """
    plain = f"{adult}.{family}".lower().translate(str.maketrans("éèêëàâïîôçæ", "eeeeaaiiocæ"))
    return plain.replace(" ", "").replace("-", "") + "@demo.example"


async def settle(seed: int) -> None:
    """Write families of every age in the current commune, each with an account; some gave papers."""
    tenant = tenants.current()
    now = tenant.now()
    draw = random.Random(f"{seed}:demonstration_families")  # noqa: S311 - invented families, not secrets
    kinds = list(catalogue.types().values())
    async with transaction():
        for rank, (name, adults, children) in enumerate(FAMILIES):
            owner = await _family(name, adults, children, draw, now)
            for kind in kinds if rank < WITH_PAPERS else ():
                await _paper(kind, owner)


async def _family(
    name: str,
    adults: tuple[str, ...],
    children: tuple[str, ...],
    draw: random.Random,
    now: datetime,
) -> Owner:
    """Write one family; return its account, its household and its eldest child."""
    tenant = tenants.current()
    email = email_of(adults[0], name)
    account = await accounts.open_family(email, now)
    entries = [
        AdultEntry(adults[0], name, email, f"06 39 98 {draw.randint(10, 99)} 07", account.id),
        *(AdultEntry(one, name) for one in adults[1:]),
    ]
    postcode = next(iter(tenant.settings.postcodes), "")
    line = f"{draw.randint(1, 60)} {draw.choice(STREETS)}"
    home = AddressEntry(line, postcode, tenant.settings.name, None)
    household = await households.create(entries, home, now)
    born = sorted(_birthday(draw, now.date()) for _ in children)
    numbers = [
        await households.add_child(household, child, name, born_on=day)
        for child, day in zip(children, born, strict=True)
    ]
    return Owner(account.id, household, numbers[0])


def _birthday(draw: random.Random, today: date) -> date:
    return today - timedelta(days=draw.randint(60, OLDEST))


async def _paper(kind: DocumentType, owner: Owner) -> None:
    """Give one paper of a kind, printed for the occasion, as the family would have sent it."""
    shelf.reception().mkdir(mode=0o700, parents=True, exist_ok=True)
    file = shelf.reception() / shelf.new_name()
    try:
        file.write_bytes(await pdf.render(TEMPLATE, {"title": kind.label}))
        paper = Paper(file, Clean("application/pdf", 1))
        await vault.give(paper, kind.code, owner, Actor(owner.account, "family"))
    finally:
        file.unlink(missing_ok=True)
