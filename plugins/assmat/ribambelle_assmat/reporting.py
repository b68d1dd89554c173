"""A childminder tells of an error in the register: the PMI reads it, nothing changes by itself."""

from typing import Any

from ribambelle import tenants
from ribambelle.database import Prepared, transaction
from ribambelle.identity import Person
from ribambelle.identity.tables import Account
from ribambelle.messages import post
from ribambelle.workflow import journal
from ribambelle_assmat.queries.directory import One

HOLDING = Prepared(
    lambda given: Account.raw(
        "SELECT DISTINCT a.id, a.email FROM core_account a JOIN core_grant g ON g.account = a.id"
        " WHERE g.role = {} AND a.disabled_at IS NULL ORDER BY a.id",
        given.role,
    )
)


async def readers() -> list[dict[str, Any]]:
    """Return who reads such a message: the PMI's accounts here, else the town hall's agents."""
    for role in ("pmi", "agent", "admin"):
        if rows := await HOLDING.ask(role=role):
            return list(rows)
    return []


async def report(person: Person, one: One, words: str) -> None:
    """Write to the PMI what she says is wrong; that she did is journalled, never what."""
    link = tenants.current().url(f"/bureau/assmat?nom={one.number}")
    async with transaction():
        for row in await readers():
            await post(
                "assmat/messages/register_error",
                row["email"],
                account=row["id"],
                who=one.name,
                number=one.number,
                words=words,
                link=link,
            )
        await journal.record(
            "assmat.error_told",
            f"assmat.childminder:{one.id}",
            account=person.account or None,
            side="office",
        )
