"""The receipt as people hold it: what it says, on a page, on paper and in a message."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from ribambelle.documents import pdf
from ribambelle.messages import printing
from ribambelle.messages.wording import Wording
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_creche.domain import receipt
from ribambelle_creche.tables import Application, Receipt

PAPER = Path(__file__).parent / "templates" / "creche" / "pdf" / "receipt.typ"


@dataclass(frozen=True)
class Proof:
    """One receipt, opened: what was asked, when it was first sent, when it was last changed."""

    told: dict[str, Any]
    filed_at: datetime
    at: datetime
    code: str
    version: int

    @property
    def number(self) -> str:
        """The number of the file, said on the phone."""
        return str(self.told["number"])

    @property
    def changed_at(self) -> datetime | None:
        """When the file was changed; None while it is as it was first sent."""
        return self.at if self.version > 1 else None

    @property
    def start(self) -> str:
        """The day asked for, in words."""
        told = self.told
        return day(told["start_on"], told["flexible_weeks"], told["earliest_on"], told["latest_on"])

    @property
    def care(self) -> str:
        """The kind of care asked for, and for how many weeks a year."""
        weeks = self.told["weeks_per_year"]
        many = f"{formats.pluriel(weeks, 'semaine')} par an" if weeks else ""
        return ", ".join(filter(None, (self.told["care"].partition(",")[0], many)))

    @property
    def others(self) -> list[str]:
        """What else would do, in sentences."""
        said = (
            ("accepts_any", "Une autre crèche de la ville convient aussi."),
            ("accepts_childminder", "Une assistante maternelle convient aussi."),
        )
        return [sentence for name, sentence in said if self.told[name]]

    def verify(self, tenant: Tenant) -> str:
        """Return the public address where anybody may check this receipt, signed in or not."""
        return tenant.url(f"/creche/recu?numero={self.number}&code={self.code}")


def opened(row: Receipt, file: Application, tenant: Tenant) -> Proof:
    """Return a receipt as people read it, its hours in the commune's zone.

    The date that counts is the file's: joining two files may give it an older one.
    """
    return Proof(
        told=msgspec.json.decode(row.content),
        filed_at=file.submitted_at.astimezone(tenant.zone),
        at=row.at.astimezone(tenant.zone),
        code=receipt.code(row.code),
        version=row.version,
    )


async def paper(proof: Proof, tenant: Tenant) -> bytes:
    """Return the receipt as a PDF."""
    # what is declared imports this module, for its samples
    from ribambelle_creche.declared_papers import RECEIPT

    told = await printing.said(RECEIPT, {"number": proof.number})
    return await pdf.render(PAPER, printed(proof, tenant, told))


def printed(proof: Proof, tenant: Tenant, words: Wording) -> dict[str, Any]:
    """Return what the paper says: sentences ready to print, and never code."""
    told, sign = proof.told, crest(tenant)
    is_drawn = sign.media_type.startswith("image/svg")
    changed_at = proof.changed_at
    return {
        "title": words.subject,
        "blocks": printing.blocks(words.body),
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if is_drawn else list(sign.body),
        "number": proof.number,
        "sent_at": formats.moment(proof.filed_at, year=True),
        "changed_at": formats.moment(changed_at, year=True) if changed_at else "",
        "parent": told["parent"],
        "child": told["child"],
        "care": proof.care,
        "start": proof.start,
        "week": told["week"],
        "fallbacks": told["fallbacks"],
        "wishes": [wish["name"] for wish in told["wishes"]],
        "others": proof.others,
        "code": proof.code,
        "verify_at": tenant.url("/creche/recu"),
        "verify": proof.verify(tenant),
    }


def day(
    text: str | None,
    flexible_weeks: int = 0,
    earliest_on: str | None = None,
    latest_on: str | None = None,
) -> str:
    """Return the start a receipt speaks of, in words.

    >>> day("2027-01-04", 2).replace(formats.NBSP, " ")
    'lundi 4 janvier 2027, à 2 semaines près'
    >>> day("2027-01-04", 0, None, "2027-03-01").replace(formats.NBSP, " ")
    'lundi 4 janvier 2027, au plus tard le 1er mars 2027'
    >>> day(None)
    'non précisée'
    """
    if not text:
        return "non précisée"
    said = [formats.jour(date.fromisoformat(text), True)]
    if flexible_weeks:
        said.append(f"à {formats.pluriel(flexible_weeks, 'semaine')} près")
    for words, bound in (("au plus tôt", earliest_on), ("au plus tard", latest_on)):
        if bound:
            said.append(f"{words} le {formats.jour_du_mois(date.fromisoformat(bound), True)}")
    return ", ".join(said)
