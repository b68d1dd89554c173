"""Who was given a family's file? The journal's reads, as the family reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ribambelle import tenants
from ribambelle.privacy import holdings
from ribambelle.privacy.holdings import among
from ribambelle.privacy.register import rules
from ribambelle.workflow.tables import JournalLine

PER_PAGE = 30
NAMES = {
    "household": "La fiche de la famille",
    "child": "La fiche d’un enfant",
    "document": "Un justificatif",
    "conversation": "Une conversation",
}
"""What each kind of thing is called; a plugin's own is said by its register."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody of the town hall, or a program, was given something of the family."""

    at: datetime
    who: str
    what: str


async def of_household(household: int, page: int = 1) -> tuple[list[Visit], int]:
    """Return who was given this family's pages, the latest first, and how many times in all."""
    tenant = tenants.current()
    known = await rules()
    found = await holdings.of_household(household, tenant.now().date(), alone=True)
    await holdings.complete(found, known)
    objects = [
        about
        for table, ids in found.rows.items()
        for number in ids
        for about in _names(table, number)
    ]
    if not objects:
        return [], 0
    where = among(JournalLine.object, sorted(objects)) & JournalLine.read_only.eq(True)
    many = await JournalLine.count().where(where)
    lines = (
        await JournalLine.select(
            *(JournalLine.at, JournalLine.side, JournalLine.act),
            *(JournalLine.object, JournalLine.facts),
        )
        .where(where & (JournalLine.side != "family"))
        .order_by(JournalLine.number, ascending=False)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    purposes = {rule.name: rule.purpose for rule in known}
    roles = {role.code: role.label for role in tenant.hooks.all("roles")}
    return [_told(line, purposes, roles) for line in lines], many


def _names(table: str, number: int) -> Iterable[str]:
    """Return how the journal may name a row: ``household:3``, ``creche.application:12``."""
    plugin, _, rest = table.partition("_")
    yield f"{rest}:{number}" if plugin == "core" else f"{plugin}.{rest}:{number}"


def _told(line: dict[str, object], purposes: dict[str, str], roles: dict[str, str]) -> Visit:
    facts = msgspec.json.decode(str(line["facts"]))
    held: Sequence[str] = facts.get("roles") or []
    who = ", ".join(roles.get(code, code) for code in held) or "Service de la commune"
    kind = str(line["object"]).partition(":")[0]
    table = kind.replace(".", "_")
    at = line["at"]
    assert isinstance(at, datetime)
    return Visit(
        at.astimezone(tenants.current().zone),
        "Un logiciel de la commune" if line["side"] == "api" else who,
        NAMES.get(kind) or purposes.get(table, "Votre dossier"),
    )
