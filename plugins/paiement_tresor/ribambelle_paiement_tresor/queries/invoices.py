"""Invoices: what was billed before, the next number, what is written, what a family reads."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from ribambelle.database import Prepared, locks, many
from ribambelle_paiement_tresor.domain.drafting import AGAIN, Billed, Line
from ribambelle_paiement_tresor.domain.terms import Told
from ribambelle_paiement_tresor.tables import Basis, Invoice, Terms
from ribambelle_paiement_tresor.tables import Line as LineRow

GIVEN = "avoir:"
"""Begins the keys of what an agent gave back: no plugin bills it, no later period takes it back."""
BILLED = Prepared(
    lambda given: LineRow.raw(
        "SELECT l.key, p.adult, SUM(l.cents) AS cents,"
        " COALESCE(MAX(CASE WHEN l.cents > 0 THEN l.id END), MAX(l.id)) AS last"
        " FROM paiement_payer p JOIN paiement_invoice i ON i.payer = p.id"
        " JOIN paiement_line l ON l.invoice = i.id"
        " WHERE p.adult >= {} AND p.adult < {} AND i.regie = {} AND l.day >= {} AND l.day <= {}"
        " AND l.key NOT LIKE 'avoir:%'"
        " GROUP BY l.key, p.adult HAVING SUM(l.cents) <> 0",
        *(given.low, given.high, given.regie, given.first, given.last),
    )
)
LINES = Prepared(
    lambda given: LineRow.raw(
        "SELECT id, invoice, label, child, child_name, day, kind, tax_care"  # noqa: S608 - ours
        " FROM paiement_line WHERE " + many.among("id"),
        given.some,
    )
)
TOTALS = Prepared(
    lambda given: Invoice.raw(
        "SELECT period, SUM(CASE WHEN kind = 'invoice' THEN 1 ELSE 0 END) AS invoices,"  # noqa: S608
        " SUM(CASE WHEN kind = 'credit' THEN 1 ELSE 0 END) AS credits, SUM(cents) AS cents"
        " FROM paiement_invoice WHERE " + many.among("period") + " GROUP BY period",
        given.some,
    )
)
INVOICE = (
    *("kind", "regie", "year", "number", "period", "payer", "corrects", "issued_on", "due_on"),
    *("cents", "recipient", "terms"),
)
LINE = (
    *("invoice", "place", "key", "child", "child_name", "day", "label", "kind", "quantity"),
    *("unit_cents", "cents", "tax_care", "basis"),
)


async def billed(regie: str, low: int, high: int, first: date, last: date) -> dict[str, Billed]:
    """Return what invoices say already of some adults and days, by key; what came to nothing is out."""
    rows = await BILLED.ask(low=low, high=high, regie=regie, first=first, last=last)
    found: dict[str, Billed] = {}
    if not rows:
        return found
    last_lines = {
        row["id"]: row for row in await LINES.ask(some=many.listed([row["last"] for row in rows]))
    }
    for row in rows:
        line = last_lines[row["last"]]
        found[row["key"]] = Billed(
            row["adult"],
            row["cents"],
            line["invoice"],
            line["label"].removeprefix(AGAIN),
            line["child"] or 0,
            line["child_name"],
            line["day"],
            line["kind"],
            bool(line["tax_care"]),
        )
    return found


@dataclass(frozen=True, slots=True)
class Totals:
    """What a period issued, in documents and cents."""

    invoices: int
    credits: int
    cents: int


async def totals(numbers: Sequence[int]) -> dict[int, Totals]:
    """Return what some periods issued, by period."""
    rows = await TOTALS.ask(some=many.listed(numbers)) if numbers else []
    return {
        row["period"]: Totals(int(row["invoices"]), int(row["credits"]), int(row["cents"]))
        for row in rows
    }


async def next_number(regie: str, year: int) -> int:
    """Return the next number of a régie and year; nobody else takes it before our transaction ends."""
    await locks.advisory(f"paiement.number:{regie}:{year}")
    row = (
        await Invoice.select(Invoice.number)
        .where((Invoice.regie == regie) & (Invoice.year == year))
        .order_by(Invoice.number, ascending=False)
        .first()
    )
    return int(row["number"]) + 1 if row else 1


async def of_line(key: str) -> int | None:
    """Return the document that bears a line, by the line's key."""
    row = await LineRow.select(LineRow.invoice).where(LineRow.key == key).first()
    return int(row["invoice"]) if row else None


async def terms(told: Told) -> int:
    """Return the number of what a régie says of itself, written the first time it says it."""
    text = msgspec.json.encode(told).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    await many.write("paiement_terms", ("digest", "told"), [(digest, text)], unique=("digest",))
    row = await Terms.select(Terms.id).where(Terms.digest == digest).first()
    assert row
    return int(row["id"])


Explained = tuple[tuple[tuple[str, str], ...], tuple[str, ...]]


async def bases(wanted: Iterable[Explained]) -> dict[Explained, int]:
    """Return the number of each calculation, written the first time it is met."""
    texts = {}
    for one in set(wanted):
        inputs, steps = (msgspec.json.encode(part).decode() for part in one)
        digest = hashlib.sha256(f"{inputs}\n{steps}".encode()).hexdigest()
        texts[digest] = one, inputs, steps
    await many.write(
        "paiement_basis",
        ("digest", "inputs", "steps"),
        [(digest, inputs, steps) for digest, (_, inputs, steps) in texts.items()],
        unique=("digest",),
    )
    rows: list[dict[str, Any]] = []
    digests = list(texts)
    for start in range(0, len(digests), 500):
        some = digests[start : start + 500]
        rows += await Basis.select(Basis.id, Basis.digest).where(Basis.digest.is_in(some))
    return {texts[row["digest"]][0]: row["id"] for row in rows}


async def write(
    rows: Sequence[Sequence[Any]], lines: Sequence[Sequence[Line]], children: dict[int, str]
) -> list[int]:
    """Write documents with their lines, in the open transaction; return their numbers in order.

    :param rows: the columns INVOICE of each; `lines` are theirs, in the same order.
    """
    written = await many.write("paiement_invoice", INVOICE, rows, returning=("id", "number"))
    by_number = {row["number"]: row["id"] for row in written}
    place = INVOICE.index("number")
    numbers = [by_number[row[place]] for row in rows]
    known = await bases((one.inputs, one.steps) for some in lines for one in some)
    await many.write(
        "paiement_line",
        LINE,
        [
            (
                *(
                    invoice,
                    rank,
                    one.key,
                    one.child or None,
                    one.child_name or children.get(one.child, ""),
                ),
                *(one.day, one.label, one.kind, one.quantity, one.unit_cents, one.cents),
                *(one.tax_care, known[one.inputs, one.steps]),
            )
            for invoice, some in zip(numbers, lines, strict=True)
            for rank, one in enumerate(some, start=1)
        ],
    )
    return numbers
