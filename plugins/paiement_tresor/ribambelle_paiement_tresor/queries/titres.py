"""Titres: what may be handed over, bordereaux and their pieces, what each line still owes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from ribambelle.database import Prepared, locks, many
from ribambelle.errors import NotYours
from ribambelle_paiement_tresor.domain.debtors import Issuer, Tiers
from ribambelle_paiement_tresor.domain.invoices import called
from ribambelle_paiement_tresor.domain.terms import Recipient, Told
from ribambelle_paiement_tresor.domain.titres import Late
from ribambelle_paiement_tresor.domain.words import span
from ribambelle_paiement_tresor.pes.writing import Line, Piece
from ribambelle_paiement_tresor.tables import Bordereau, Invoice, Payer, Titre, TitreLine

LATES = Prepared(
    lambda given: Invoice.raw(
        "SELECT i.id, i.payer, i.due_on, SUM(p.cents) AS cents,"
        " (SELECT COUNT(*) FROM paiement_allocation o WHERE o.holds = i.id)"
        " + (SELECT COUNT(*) FROM paiement_debit_share s WHERE s.holds = i.id) AS held,"
        " (SELECT COUNT(*) FROM paiement_titre_line l WHERE l.stands = i.id) AS claimed"
        " FROM paiement_posting p JOIN paiement_invoice i ON i.id = p.invoice"
        " WHERE p.ledger = 'families' AND i.kind = 'invoice' AND i.due_on < {}"
        " GROUP BY i.id, i.payer, i.due_on HAVING SUM(p.cents) > 0 ORDER BY i.due_on, i.id",
        given.before,
    )
)
TIERS = Prepared(
    lambda given: Payer.raw(
        "SELECT p.id, a.given_name, a.family_name, d.line, d.postcode, d.city,"  # noqa: S608 - ours
        " (SELECT i.recipient FROM paiement_invoice i WHERE i.payer = p.id"
        " ORDER BY i.id DESC LIMIT 1) AS recipient"
        " FROM paiement_payer p LEFT JOIN core_adult a ON a.id = p.adult"
        " LEFT JOIN core_address d ON d.household = a.household WHERE " + many.among("p.id"),
        given.some,
    )
)
LINES = Prepared(
    lambda given: TitreLine.raw(
        "SELECT l.titre, l.number, l.cents, l.invoice, i.kind, i.year, i.number AS called,"  # noqa: S608
        " i.issued_on, t.told, r.first, r.last"
        " FROM paiement_titre_line l JOIN paiement_invoice i ON i.id = l.invoice"
        " JOIN paiement_terms t ON t.id = i.terms LEFT JOIN paiement_period r ON r.id = i.period"
        " WHERE " + many.among("l.titre") + " ORDER BY l.titre, l.number",
        given.some,
    )
)
LEFT = Prepared(
    lambda given: Titre.raw(
        "SELECT l.titre, SUM(p.cents) AS cents FROM paiement_titre_line l"  # noqa: S608 - ours
        " JOIN paiement_posting p ON p.invoice = l.invoice AND p.ledger = 'titres'"
        " WHERE l.stands IS NOT NULL AND " + many.among("l.titre") + " GROUP BY l.titre",
        given.some,
    )
)
OF_INVOICE = Prepared(
    lambda given: TitreLine.raw(
        "SELECT l.number AS line, t.id, t.number AS titre, t.debt, t.state, t.cents,"
        " b.id AS bordereau, b.number, b.exercise, b.state AS sent"
        " FROM paiement_titre_line l JOIN paiement_titre t ON t.id = l.titre"
        " JOIN paiement_bordereau b ON b.id = t.bordereau WHERE l.stands = {}",
        given.invoice,
    )
)
TITRE = ("bordereau", "series", "number", "payer", "debt", "cents", "debtor")
LINE = ("titre", "number", "invoice", "cents", "stands")


async def lates(before: date) -> list[Late]:
    """Return the invoices nobody paid whose last day is before a day, the oldest first."""
    return [
        Late(
            *(row["id"], row["payer"], int(row["cents"]), row["due_on"]),
            bool(row["held"]),
            bool(row["claimed"]),
        )
        for row in await LATES.ask(before=before)
    ]


async def tiers(payers: Sequence[int]) -> dict[int, Tiers]:
    """Return the names and addresses of some accounts; the last invoice's when the adult is gone."""
    found = {}
    for row in await TIERS.ask(some=many.listed(payers)) if payers else []:
        name, given = row["family_name"] or "", row["given_name"] or ""
        told = Tiers(name, given, row["line"] or "", row["postcode"] or "", row["city"] or "")
        if not (name and told.has_address) and (row["recipient"] or "[]") != "[]":
            was = msgspec.json.decode(row["recipient"], type=Recipient)
            known = (name, given) if name else (was.name, "")
            told = Tiers(*known, was.line, was.postcode, was.city)
        found[row["id"]] = told
    return found


async def next_number(budget: str, exercise: int, kind: str, first: int) -> int:
    """Return the next number of a bordereau; nobody else takes it before our transaction ends."""
    await locks.advisory(f"paiement.bordereau:{budget}:{exercise}:{kind}")
    row = (
        await Bordereau.select(Bordereau.number)
        .where(
            (Bordereau.budget == budget)
            & (Bordereau.exercise == exercise)
            & (Bordereau.type == kind)
        )
        .order_by(Bordereau.number, ascending=False)
        .first()
    )
    return max(first, int(row["number"]) + 1) if row else first


async def next_titre(series: str, first: int) -> int:
    """Return the next number of a titre in its series; called while the bordereau's is held."""
    row = (
        await Titre.select(Titre.number)
        .where(Titre.series == series)
        .order_by(Titre.number, ascending=False)
        .first()
    )
    return max(first, int(row["number"]) + 1) if row else first


async def write(
    row: Bordereau, titres: Sequence[Sequence[Any]], lines: Sequence[Sequence[tuple[int, int]]]
) -> int:
    """Write a bordereau with its titres, in the open transaction; return its number in the base.

    :param titres: the columns TITRE of each but the first; `lines` are theirs: invoice and cents.
    """
    bordereau = int((await Bordereau.insert(row).returning(Bordereau.id))[0]["id"])
    written = await many.write(
        "paiement_titre",
        TITRE,
        [(bordereau, *one) for one in titres],
        returning=("id", "number"),
    )
    by_number = {one["number"]: one["id"] for one in written}
    place = TITRE.index("number") - 1
    await many.write(
        "paiement_titre_line",
        LINE,
        [
            (by_number[titre[place]], rank, invoice, cents, invoice)
            for titre, some in zip(titres, lines, strict=True)
            for rank, (invoice, cents) in enumerate(some, start=1)
        ],
    )
    return bordereau


async def one(number: int) -> Bordereau:
    """Return a bordereau, or behave as if it did not exist."""
    found = await Bordereau.objects().get(Bordereau.id == number)
    if found is None:
        raise NotYours
    return found


async def every(start: int, size: int) -> list[Bordereau]:
    """Return some bordereaux, the latest first."""
    return (
        await Bordereau.objects().order_by(Bordereau.id, ascending=False).offset(start).limit(size)
    )


async def pieces(bordereau: int, after: int, size: int) -> list[Titre]:
    """Return some titres of a bordereau, those after a number in the base."""
    return (
        await Titre.objects()
        .where((Titre.bordereau == bordereau) & (Titre.id > after))
        .order_by(Titre.id)
        .limit(size)
    )


async def page(bordereau: int, start: int, size: int) -> list[Titre]:
    """Return one page of the titres of a bordereau."""
    return (
        await Titre.objects()
        .where(Titre.bordereau == bordereau)
        .order_by(Titre.number)
        .offset(start)
        .limit(size)
    )


async def left(titres: Sequence[int]) -> dict[int, int]:
    """Return what each titre still owes to the comptable, in cents."""
    rows = await LEFT.ask(some=many.listed(titres)) if titres else []
    return {row["titre"]: int(row["cents"] or 0) for row in rows}


async def written(titres: Sequence[Titre]) -> list[Piece]:
    """Return titres as a file writes them, each with its lines."""
    of: dict[int, list[dict[str, Any]]] = {}
    for row in await LINES.ask(some=many.listed([int(one.id) for one in titres])):
        of.setdefault(row["titre"], []).append(row)
    found = []
    for one in titres:
        rows = of.get(int(one.id), [])
        lines = [Line(row["number"], _label(row), row["cents"]) for row in rows]
        tiers = msgspec.json.decode(one.debtor, type=Tiers)
        subject = lines[0].label if len(lines) == 1 else f"{len(lines)} FACTURES DE REGIE"
        period = digit(rows[0]) if rows else "0"
        found.append(Piece(one.number, int(one.debt), period, one.payer, tiers, subject, lines))
    return found


def digit(row: dict[str, Any]) -> str:
    """Return the period of a debt in one digit: the first of its month."""
    return str((row["first"] or row["issued_on"]).month)[0]


def _label(row: dict[str, Any]) -> str:
    told = msgspec.json.decode(row["told"], type=Told)
    number = called(told.prefix, row["year"], row["called"])
    days = f" {span(row['first'], row['last'])}" if row["first"] and row["last"] else ""
    return f"FACTURE {number}{days}"


def issuer_of(row: Bordereau) -> Issuer:
    """Return what a bordereau says of the commune."""
    return msgspec.json.decode(row.issuer, type=Issuer)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The titre that claims an invoice now."""

    id: int
    bordereau: int
    number: int
    exercise: int
    titre: int
    line: int
    debt: int
    cents: int
    state: str
    sent: str

    @property
    def is_known(self) -> bool:
        """Tell whether the treasury took it: a family may pay it there."""
        return self.sent == "accepted" and self.state in ("sent", "accepted", "taken")


async def claims(titre: int) -> dict[int, int]:
    """Return the invoices a titre claims and what it claimed of each, in its order, in cents."""
    rows = (
        await TitreLine.select(TitreLine.invoice, TitreLine.cents)
        .where(TitreLine.titre == titre)
        .order_by(TitreLine.number)
    )
    return {row["invoice"]: row["cents"] for row in rows}


async def piece(number: int) -> Titre:
    """Return a titre, or behave as if it did not exist."""
    found = await Titre.objects().get(Titre.id == number)
    if found is None:
        raise NotYours
    return found


async def of_invoice(invoice: int) -> Claimed | None:
    """Return the titre that claims an invoice, if one does."""
    rows = await OF_INVOICE.ask(invoice=invoice)
    if not rows:
        return None
    (row, *_) = rows
    return Claimed(
        *(row["id"], row["bordereau"], row["number"], row["exercise"], row["titre"], row["line"]),
        *(row["debt"], row["cents"], row["state"], row["sent"]),
    )


async def rejected(bordereau: int) -> list[Titre]:
    """Return the titres of a bordereau that the treasury rejected and no other one claims yet."""
    return (
        await Titre.objects()
        .where((Titre.bordereau == bordereau) & (Titre.state == "rejected"))
        .order_by(Titre.number)
    )


async def standing(titres: Collection[int]) -> list[dict[str, Any]]:
    """Return the lines of some titres that still claim their invoice."""
    if not titres:
        return []
    return (
        await TitreLine.select(TitreLine.titre, TitreLine.invoice)
        .where(TitreLine.titre.is_in(sorted(titres)) & TitreLine.stands.is_not_null())
        .order_by(TitreLine.titre, TitreLine.number)
    )
