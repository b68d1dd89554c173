"""Direct debits that a régie sends (pain.008), and those the banks return later."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree

from ribambelle_treasury_sim.documents import Unreadable, cents, parsed

RETURNED_AFTER = timedelta(days=2)


@dataclass
class Debit:
    """One debit; with a reason, its bank returns it."""

    end_to_end: str
    mandate: str
    amount: int
    due: date
    reason: str = ""


def take(body: bytes, refused: Mapping[str, str]) -> list[Debit]:
    """Read a file of debits; some will be returned for the reason given (AM04, MD01…)."""
    root = parsed(body)
    for element in root.iter():
        element.tag = element.tag.partition("}")[2] or element.tag
    if root.find("CstmrDrctDbtInitn") is None:
        raise Unreadable("CstmrDrctDbtInitn absent : pain.008 attendu")
    try:
        return [
            debit(one, date.fromisoformat(batch.findtext("ReqdColltnDt", "")), refused)
            for batch in root.iter("PmtInf")
            for one in batch.findall("DrctDbtTxInf")
        ]
    except ValueError as error:
        raise Unreadable(str(error)) from None


def debit(one: ElementTree.Element, due: date, refused: Mapping[str, str]) -> Debit:
    """Read one debit."""
    end_to_end = one.findtext("PmtId/EndToEndId", "")
    return Debit(
        end_to_end=end_to_end,
        mandate=one.findtext("DrctDbtTx/MndtRltdInf/MndtId", ""),
        amount=cents(one.findtext("InstdAmt", "")),
        due=due,
        reason=refused.get(end_to_end, ""),
    )


def returned(debits: Iterable[Debit], today: date) -> str:
    """Write the list of debits the banks have returned, two days after their date."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    rows.writerow(["DATE", "ENDTOEND", "RUM", "MONTANT", "MOTIF"])
    for one in debits:
        on = one.due + RETURNED_AFTER
        if one.reason and on <= today:
            rows.writerow([f"{on:%d/%m/%Y}", one.end_to_end, one.mandate, one.amount, one.reason])
    return out.getvalue()
