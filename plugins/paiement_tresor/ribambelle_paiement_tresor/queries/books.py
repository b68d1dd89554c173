"""The books: written once, read as sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ribambelle.database import DOOR, Prepared, many
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry, Share
from ribambelle_paiement_tresor.tables import Entry as EntryRow
from ribambelle_paiement_tresor.tables import Posting

OWED = Prepared(
    lambda given: Posting.raw(
        "SELECT p.invoice, SUM(CASE WHEN p.ledger = 'families' THEN p.cents END) AS owed,"  # noqa: S608
        " SUM(CASE WHEN p.ledger = 'titres' THEN p.cents END) AS titre,"
        " -SUM(CASE WHEN p.ledger IN ('families', 'titres') AND e.kind NOT IN ('issued',"
        " 'opening', 'opening_undone', 'corrected', 'to_titre', 'titre_corrected',"
        " 'titre_written_off')"
        " THEN p.cents ELSE 0 END) AS came"
        " FROM paiement_posting p JOIN paiement_entry e ON e.id = p.entry WHERE "
        + many.among("p.invoice")
        + " GROUP BY p.invoice",
        given.some,
    )
)
CREDIT = Prepared(
    lambda given: Posting.raw(
        "SELECT SUM(cents) AS cents FROM paiement_posting WHERE ledger = 'credit' AND "  # noqa: S608
        + many.among("payer"),
        given.some,
    )
)
KNOWN = Prepared(
    lambda given: EntryRow.raw(
        "SELECT key FROM paiement_entry WHERE key IN (SELECT value FROM json_each({}))", given.keys
    )
)
USED = Prepared(
    lambda given: Posting.raw(
        "SELECT p.invoice, -SUM(p.cents) AS cents, MAX(e.id) AS last FROM paiement_posting p"
        " JOIN paiement_entry e ON e.id = p.entry WHERE p.payer = {} AND p.ledger = 'families'"
        " AND e.kind IN ('credit_used', 'credit_undone') AND NOT EXISTS (SELECT 1"
        " FROM paiement_posting t WHERE t.invoice = p.invoice AND t.ledger = 'titres')"
        " GROUP BY p.invoice HAVING SUM(p.cents) < 0 ORDER BY last DESC",
        given.payer,
    )
)
POSTINGS = Prepared(
    lambda given: Posting.raw(
        "SELECT p.ledger, p.cents, p.payer, p.invoice FROM paiement_posting p"
        " JOIN paiement_entry e ON e.id = p.entry WHERE e.key = {} ORDER BY p.id",
        given.key,
    )
)
UNBALANCED = Prepared(
    lambda given: Posting.raw(
        "SELECT e.key FROM paiement_entry e LEFT JOIN paiement_posting p ON p.entry = e.id"
        " GROUP BY e.id, e.key HAVING COALESCE(SUM(p.cents), 1) <> 0 ORDER BY e.id"
    )
)
BALANCES = Prepared(
    lambda given: Posting.raw(
        "SELECT ledger, SUM(cents) AS cents FROM paiement_posting GROUP BY ledger"
    )
)
ENTRY = ("key", "kind", "regie", "day", "at", "account", "note", "is_real")
POSTING = ("entry", "ledger", "payer", "invoice", "cents")


async def write(
    entries: Sequence[Entry], now: datetime, account: int | None = None, *, is_real: bool = True
) -> int:
    """Write entries that are not there yet, in the open transaction; return how many were new.

    An entry known by its key is left as it was written, with its postings.
    """
    known = await _known([one.key for one in entries])
    entries = [one for one in entries if one.key not in known]
    rows = [
        (one.key, one.kind, one.regie, one.day, now, account, one.note, is_real) for one in entries
    ]
    written = await many.write(
        "paiement_entry", ENTRY, rows, unique=("key",), returning=("id", "key")
    )
    numbers = {row["key"]: row["id"] for row in written}
    await many.write(
        "paiement_posting",
        POSTING,
        [
            (numbers[one.key], posting.ledger, posting.payer, posting.invoice, posting.cents)
            for one in entries
            if one.key in numbers
            for posting in one.postings
        ],
    )
    return len(numbers)


async def _known(keys: Sequence[str]) -> set[str]:
    """Return the entries already there, where the database cannot leave them by itself.

    On SQLite the trigger that keeps an entry from being replaced speaks before ON CONFLICT does;
    its one writer lets nobody in between.
    """
    if DOOR.engine_type != "sqlite" or not keys:
        return set()
    rows = await KNOWN.ask(keys=msgspec.json.encode(list(keys)).decode())
    return {row["key"] for row in rows}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books say of one invoice, in cents."""

    owed: int = 0
    titre: int = 0
    came: int = 0
    """What was paid of it, however."""


async def standing(invoices: Sequence[int]) -> dict[int, Standing]:
    """Return what each invoice still owes, to the régie and to the comptable."""
    rows = await OWED.ask(some=many.listed(invoices)) if invoices else []
    return {
        row["invoice"]: Standing(row["owed"] or 0, row["titre"] or 0, row["came"] or 0)
        for row in rows
    }


async def credit(payers: Sequence[int]) -> int:
    """Return what the régie owes a family that paid too much, in cents."""
    rows = await CREDIT.ask(some=many.listed(payers)) if payers else []
    return -int(rows[0]["cents"] or 0) if rows else 0


async def credit_uses(payer: int) -> list[Share]:
    """Return what credit paid of each invoice of a family, the last first; none the comptable has."""
    return [Share(row["invoice"], int(row["cents"])) for row in await USED.ask(payer=payer)]


async def postings(key: str) -> list[accounts.Posting]:
    """Return the postings of an entry; none when it was never written."""
    return [
        accounts.Posting(row["ledger"], row["cents"], row["payer"], row["invoice"])
        for row in await POSTINGS.ask(key=key)
    ]


async def faults() -> list[str]:
    """Return the keys of entries that do not balance: never any, or the books were touched."""
    return [row["key"] for row in await UNBALANCED.ask()]


async def balances() -> dict[str, int]:
    """Return what each account of the books comes to, in cents."""
    return {row["ledger"]: int(row["cents"]) for row in await BALANCES.ask()}
