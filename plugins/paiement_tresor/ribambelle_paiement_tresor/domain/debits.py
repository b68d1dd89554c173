"""How is a batch of debits named, when may it be taken, and why did a bank return one?"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ribambelle.errors import Refused
from ribambelle_paiement_tresor.domain import report
from ribambelle_paiement_tresor.domain.working_days import moves_money

STATES = {
    "planned": "Prévu",
    "debited": "Prélevé",
    "confirmed": "Encaissé",
    "returned": "Rejeté",
    "cancelled": "Annulé",
}
REASONS = {
    "AC01": "le numéro de compte n’est pas le bon",
    "AC04": "le compte est clos",
    "AC06": "le compte est bloqué",
    "AG01": "ce compte n’accepte pas les prélèvements",
    "AM04": "il n’y avait pas assez d’argent sur le compte",
    "AM05": "la banque pense l’avoir déjà payé",
    "BE05": "la banque ne reconnaît pas la régie",
    "CNOR": "la banque de la régie n’est pas joignable",
    "DNOR": "la banque du compte n’est pas joignable",
    "FF01": "le fichier n’est pas au bon format",
    "MD01": "la banque ne trouve pas de mandat",
    "MD02": "il manque une information du mandat",
    "MD06": "le titulaire a demandé à être remboursé",
    "MD07": "le titulaire du compte est décédé",
    "MS02": "le titulaire a refusé ce prélèvement",
    "MS03": "la banque ne dit pas pourquoi",
    "RC01": "le BIC n’est pas le bon",
    "SL01": "la banque applique un service choisi par le titulaire",
}
RETURNS = {
    "on": ("date", "jour"),
    "end_to_end": ("endtoend", "endtoendid", "orgnlendtoendid", "reference"),
    "cents": ("montant", "amount"),
    "reason": ("motif", "reason", "code"),
}
LARGEST = 4_000_000


def batch_name(service: str, made_on: date, rank: int) -> str:
    """Return the name of a batch, of its file and of its message: one alone ever bears it.

    >>> batch_name("TGDFT027", date(2026, 11, 26), 1)
    'TGDFT027-DFT-SDD-26330-001'
    """
    return f"{service}-DFT-SDD-{made_on:%y%j}-{rank:03}"


def end_to_end(codique: str, made_on: date, rank: int, place: int) -> str:
    """Return the reference of one debit: 1D, the codique, 0, then ours.

    >>> end_to_end("027000", date(2026, 11, 26), 1, 12)
    '1D027000026330001000012'
    """
    return f"1D{codique}0{made_on:%y%j}{rank:03}{place:06}"


def first_day(today: date, notice: int) -> date:
    """Return the first day debits may be taken: families are told so many days before.

    >>> first_day(date(2026, 11, 26), 14), first_day(date(2026, 11, 28), 14)
    (datetime.date(2026, 12, 10), datetime.date(2026, 12, 14))
    """
    day = today + timedelta(days=notice)
    while not moves_money(day):
        day += timedelta(days=1)
    return day


def require_day(on: date, today: date, notice: int) -> None:
    """Refuse a day too near, or on which banks move no money.

    >>> require_day(date(2026, 12, 25), date(2026, 11, 26), 14)
    Traceback (most recent call last):
    ribambelle.errors.Refused: no_money_moves
    """
    if on < today + timedelta(days=notice):
        raise Refused("too_soon", first=first_day(today, notice))
    if not moves_money(on):
        raise Refused("no_money_moves")


def why(reason: str) -> str:
    """Return why a bank returned a debit, in words.

    >>> why("AM04"), why("ZZ99")
    ('il n’y avait pas assez d’argent sur le compte', 'la banque donne le motif ZZ99')
    """
    return REASONS.get(reason, f"la banque donne le motif {reason}")


@dataclass(frozen=True, slots=True)
class Returned:
    """One line of a list of returned debits."""

    line: int
    end_to_end: str
    reason: str
    cents: int | None
    on: date | None


def read_returns(content: bytes) -> list[Returned]:
    """Return what a list of returned debits says. Raises Refused("report", why=…, line=…).

    >>> told = "DATE;ENDTOEND;RUM;MONTANT;MOTIF\\n14/12/2026;1D0270000;R1;4820;AM04\\n"
    >>> [(one.end_to_end, one.reason, one.cents) for one in read_returns(told.encode())]
    [('1D0270000', 'AM04', 4820)]
    """
    text = report.text_of(content)
    first = text.partition("\n")[0]
    separator = max(report.SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Returned] = []
    columns: dict[str, int] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells)
            else:
                found.append(_returned(cells, columns, reader.line_num))
            if len(found) > report.MOST_LINES:
                raise Refused("report", why="too_long", line=reader.line_num)
    except csv.Error:
        raise Refused("report", why="badly_quoted", line=reader.line_num) from None
    if columns is None:
        raise Refused("report", why="no_returns", line=1)
    return found


def _columns(cells: Sequence[str]) -> dict[str, int]:
    titles = [report.folded(cell) for cell in cells]
    found = {
        name: titles.index(title)
        for name, known in RETURNS.items()
        for title in known
        if title in titles
    }
    if "end_to_end" not in found or "reason" not in found:
        raise Refused("report", why="no_returns", line=1)
    return found


def _returned(cells: Sequence[str], columns: dict[str, int], line: int) -> Returned:
    told = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
    reason = told["reason"].upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}|[A-Z]{4}", reason):
        raise Refused("report", why="no_reason", line=line, told=told["reason"][:30])
    if not 0 < len(told["end_to_end"]) <= 35:
        raise Refused("report", why="no_reference", line=line)
    cents = None
    if told.get("cents"):
        cents = report.cents_of(told["cents"], in_cents=not re.search(r"[.,]", told["cents"]))
        if cents is None:
            raise Refused("report", why="no_amount", line=line, told=told["cents"][:30])
    return Returned(line, told["end_to_end"], reason, cents, report.day_of(told.get("on", "")))
