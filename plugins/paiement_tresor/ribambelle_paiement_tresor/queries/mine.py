"""The invoices of one adult, and whom to write to about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from ribambelle.database import Prepared, many
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle_paiement_tresor.domain import invoices as rule
from ribambelle_paiement_tresor.domain.invoices import Account
from ribambelle_paiement_tresor.domain.summary import Written
from ribambelle_paiement_tresor.domain.terms import Recipient, Told
from ribambelle_paiement_tresor.domain.words import span
from ribambelle_paiement_tresor.queries import books
from ribambelle_paiement_tresor.tables import Invoice, Payer
from ribambelle_paiement_tresor.tables import Line as LineRow

SELECT = (
    "SELECT i.id, i.kind, i.regie, i.year, i.number, i.issued_on, i.due_on, i.cents, i.corrects,"
    " i.recipient, i.payer, i.period, t.told, r.first, r.last, a.id AS adult, a.given_name,"
    " a.email AS adult_email, c.id AS account, c.email,"
    " (SELECT COUNT(*) FROM paiement_allocation o WHERE o.holds = i.id)"
    " + (SELECT COUNT(*) FROM paiement_debit_share s WHERE s.holds = i.id) AS held"
    " FROM paiement_invoice i JOIN paiement_payer p ON p.id = i.payer"
    " JOIN paiement_terms t ON t.id = i.terms LEFT JOIN paiement_period r ON r.id = i.period"
    " LEFT JOIN core_adult a ON a.id = p.adult LEFT JOIN core_account c ON c.id = a.account"
)
OF_PERIOD = Prepared(
    lambda given: Invoice.raw(
        f"{SELECT} WHERE i.period = {{}} AND i.id > {{}} ORDER BY i.id LIMIT {{}}",
        given.period,
        given.after,
        given.size,
    )
)
OF_ACCOUNT = Prepared(
    lambda given: Invoice.raw(
        f"{SELECT} WHERE a.account = {{}} ORDER BY i.issued_on DESC, i.id DESC", given.account
    )
)
OF_PAYER = Prepared(
    lambda given: Invoice.raw(
        f"{SELECT} WHERE i.payer = {{}} ORDER BY i.issued_on DESC, i.id DESC", given.payer
    )
)
SOME = Prepared(
    lambda given: Invoice.raw(f"{SELECT} WHERE {many.among('i.id')} ORDER BY i.id", given.some)
)
REGIES = Prepared(
    lambda given: Invoice.raw(
        "SELECT id, regie FROM paiement_invoice WHERE " + many.among("id"),  # noqa: S608 - ours
        given.some,
    )
)
LINES = Prepared(
    lambda given: LineRow.raw(
        "SELECT l.child, l.child_name, l.day, l.label, l.kind, l.quantity, l.unit_cents, l.cents,"
        " l.tax_care, b.inputs, b.steps FROM paiement_line l JOIN paiement_basis b ON b.id = l.basis"
        " WHERE l.invoice = {} ORDER BY l.place",
        given.invoice,
    )
)


TITLES = {
    "invoice": ("Facture d’{}", "Facture de {}", "Facture du {}"),
    "credit": ("Avoir d’{}", "Avoir de {}", "Avoir du {}"),
}
"""What a document of some days is called: of October, of September, of the 1st to the 15th."""


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or credit note, as its family or the régie sees it."""

    id: int
    kind: str
    regie: str
    year: int
    number: int
    issued_on: date
    due_on: date
    cents: int
    corrects: int | None
    payer: int
    adult: int | None
    account: int | None
    given_name: str
    email: str
    recipient: Recipient
    recipient_text: str
    """As it was written, for the documents that correct it."""
    told: Told
    first: date | None
    last: date | None
    standing_of: Account

    @property
    def called(self) -> str:
        """The number it bears."""
        return rule.called(self.told.prefix, self.year, self.number)

    @property
    def kind_word(self) -> str:
        """What it is, in a word."""
        return rule.KINDS[self.kind]

    @property
    def days(self) -> str:
        """The period it bills, in words."""
        return span(self.first, self.last) if self.first and self.last else ""

    @property
    def titled(self) -> str:
        """What it is, for a title: the days it bills, or its number."""
        what = self.kind_word
        if not self.first or not self.last:
            return f"{what} {self.called}"
        days = self.days
        link = 0 if days[0] in "ao" else 1 if days[0].isalpha() else 2
        return TITLES[self.kind][link].format(days)

    @property
    def owed(self) -> int:
        """What is left to pay to the régie, in cents."""
        return max(0, self.standing_of.owed) if self.kind == "invoice" else 0

    def standing(self, today: date) -> str:
        """Where it stands, as a code of STANDINGS."""
        return rule.standing(self.kind, self.standing_of, self.due_on, today)


async def issued(period: int, after: int, size: int) -> list[Document]:
    """Return some documents of a period, those after a number."""
    return await _read(await OF_PERIOD.ask(period=period, after=after, size=size))


async def of_account(account: int) -> list[Document]:
    """Return the documents of an adult who signs in, the latest first."""
    return await _read(await OF_ACCOUNT.ask(account=account))


async def of_payer(payer: int) -> list[Document]:
    """Return the documents of an account, the latest first; for the town hall."""
    return await _read(await OF_PAYER.ask(payer=payer))


async def some(numbers: Sequence[int]) -> list[Document]:
    """Return these documents, whoever they are for: for the town hall."""
    return await _read(await SOME.ask(some=many.listed(numbers))) if numbers else []


async def one(number: int) -> Document:
    """Return a document, or behave as if it did not exist; for the town hall."""
    found = await some([number])
    if not found:
        raise NotYours
    return found[0]


async def of_person(person: Person, number: int) -> Document:
    """Return a document of whoever is signed in, or behave as if it did not exist.

    An invoice is of one adult: the other parent of the same child never reads it.
    """
    found = await one(number)
    if not person.is_family or found.account is None or found.account != person.account:
        raise NotYours
    return found


async def regies(numbers: Sequence[int]) -> dict[int, str]:
    """Return the régie of some documents."""
    rows = await REGIES.ask(some=many.listed(numbers)) if numbers else []
    return {row["id"]: row["regie"] for row in rows}


async def lines(invoice: int) -> list[Written]:
    """Return the lines of a document, in their order, each with what it was computed from."""
    return [
        Written(
            *(row["child"], row["child_name"], row["day"], row["label"], row["kind"]),
            *(row["quantity"], row["unit_cents"], row["cents"], bool(row["tax_care"])),
            msgspec.json.decode(row["inputs"], type=tuple[tuple[str, str], ...]),
            msgspec.json.decode(row["steps"], type=tuple[str, ...]),
        )
        for row in await LINES.ask(invoice=invoice)
    ]


async def corrections(invoice: int) -> list[Document]:
    """Return the credit notes of an invoice."""
    rows = await Invoice.select(Invoice.id).where(Invoice.corrects == invoice).order_by(Invoice.id)
    return await some([row["id"] for row in rows])


async def accounts(account: int) -> list[int]:
    """Return the accounts in the books of an adult who signs in."""
    rows = await Payer.select(Payer.id).where(Payer.adult.account == account)
    return [row["id"] for row in rows]


async def _read(rows: Sequence[dict[str, Any]]) -> list[Document]:
    known = await books.standing([row["id"] for row in rows])
    found = []
    for row in rows:
        left = known.get(row["id"], books.Standing())
        found.append(
            Document(
                *(row["id"], row["kind"], row["regie"], row["year"], row["number"]),
                *(row["issued_on"], row["due_on"], row["cents"], row["corrects"], row["payer"]),
                *(row["adult"], row["account"], row["given_name"] or ""),
                row["email"] or row["adult_email"] or "",
                _recipient(row["recipient"]),
                row["recipient"],
                msgspec.json.decode(row["told"], type=Told),
                *(row["first"], row["last"]),
                Account(left.owed, left.titre, bool(row["held"]), left.came),
            )
        )
    return found


def _recipient(text: str) -> Recipient:
    return Recipient("") if text == "[]" else msgspec.json.decode(text, type=Recipient)
