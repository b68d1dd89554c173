"""Papers the town hall prints: in the commune's words, signed, and readable by everybody.

What people typed reaches the paper as data: no name is ever code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.documents import pdf
from ribambelle.identity import Person, limits
from ribambelle.identity.tables import Account
from ribambelle.messages import catalogue, outbox, texts
from ribambelle.messages.types import PaperTemplate
from ribambelle.messages.wording import Wording
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

SHEET = Path(__file__).parents[1] / "templates" / "pdf" / "paper.typ"
PRINTED = "paper.printed"
HOUR = timedelta(hours=1)
MOST = 100
"""Papers one person may print in an hour: an agent may print for a whole morning."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a paper goes, as the window of an envelope shows it."""

    name: str
    home: tuple[str, ...] = ()


SAMPLE = Addressed("Camille Martin", ("2 rue des Lilas", "00000 Exemple"))


def home(line: str, postcode: str, city: str) -> tuple[str, ...]:
    """Return the lines of an address that are known.

    >>> home("2 rue des Lilas", "97400", "Saint-Denis")
    ('2 rue des Lilas', '97400 Saint-Denis')
    >>> home("", "", "")
    ()
    """
    return tuple(filter(None, (line.strip(), f"{postcode} {city}".strip())))


def blocks(text: str) -> list[dict[str, list[str]]]:
    """Return a text as it is printed: paragraphs of lines, and lists.

    >>> blocks("Bonjour,\\nIl manque :\\n- Livret\\n- Bail\\n\\nMerci")
    [{'lines': ['Bonjour,', 'Il manque :']}, {'items': ['Livret', 'Bail']}, {'lines': ['Merci']}]
    """
    found: list[dict[str, list[str]]] = []
    kept = ""
    for line in text.splitlines():
        kind = "items" if line.startswith("- ") else "lines" if line.strip() else ""
        if kind and kind != kept:
            found.append({kind: []})
        if kind:
            found[-1][kind].append(line.removeprefix("- ") if kind == "items" else line)
        kept = kind
    return found


async def said(template: PaperTemplate, facts: Mapping[str, Any]) -> Wording:
    """Return what a paper says, in the commune's own words when it wrote some."""
    told = catalogue.values(template, facts, tenants.current())
    return outbox.said(await texts.wording_of(template), told)


async def sayer(template: PaperTemplate) -> Callable[[Mapping[str, Any]], Wording]:
    """Return what says a paper of many families: the commune's words are read once."""
    own, tenant = await texts.wording_of(template), tenants.current()
    return lambda facts: outbox.said(own, catalogue.values(template, facts, tenant))


async def drawn(told: Wording, to: Addressed, by: str = "") -> bytes:
    """Return a paper as a PDF.

    :param by: the agent who prints it; nobody when a family does.
    """
    return await pdf.render(SHEET, sheet(told, to, tenants.current(), by))


def sheet(told: Wording, to: Addressed, tenant: Tenant, by: str = "") -> dict[str, Any]:
    """Return what the paper says: words ready to print, and never code."""
    contact, signature, sign = tenant.settings.contact, tenant.settings.signature, crest(tenant)
    phone = formats.telephone(contact.phone) if contact.phone else ""
    today = formats.jour_du_mois(tenant.now().date(), True)
    return {
        "title": told.subject,
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if sign.media_type.startswith("image/svg") else list(sign.body),
        "from": [one for one in (contact.service, contact.address, phone, contact.email) if one],
        "to": [to.name, *to.home],
        "date": f"{tenant.settings.name}, le {today}",
        "blocks": blocks(told.body),
        "signed": [signature.title, signature.name] if signature.name else [contact.service, by],
    }


async def printed(
    template: PaperTemplate,
    to: Addressed,
    about: str,
    person: Person,
    side: str,
    facts: Mapping[str, Any],
) -> bytes:
    """Print a paper, and write in the journal who did, and about what; never what it says."""
    await limits.require(f"paper:{person.account}", tenants.current().now(), at_most=MOST, per=HOUR)
    by = person.name if person.is_staff else ""
    made = await drawn(await said(template, facts), to, by)
    await journal.record(PRINTED, about, account=person.account, side=side, code=template.code)
    return made


@dataclass(frozen=True, slots=True)
class Printing:
    """One paper that was printed: what it was, when, by whom."""

    title: str
    at: datetime
    name: str


async def about(thing: str) -> list[Printing]:
    """Return the papers printed about something, the latest first."""
    lines = (
        await JournalLine.select(JournalLine.account, JournalLine.at, JournalLine.facts)
        .where((JournalLine.object == thing) & (JournalLine.act == PRINTED))
        .order_by(JournalLine.number, ascending=False)
        .limit(30)
    )
    accounts = list({line["account"] for line in lines}) or [0]
    rows = await Account.select(Account.id, Account.name).where(Account.id.is_in(accounts))
    people, known = {row["id"]: row["name"] for row in rows}, catalogue.papers()
    return [
        Printing(
            title=known[code].title if code in known else "Courrier",
            at=line["at"],
            name=people.get(line["account"]) or "Un agent",
        )
        for line in lines
        for code in [_code(line["facts"])]
    ]


def _code(facts: str) -> str:
    return str(msgspec.json.decode(facts).get("code", ""))
