"""How does the treasury read the debits of a régie? (pain.008, profile DFT of the DGFiP)

The creditor is the trésorerie, the last creditor the régie's own account at the treasury (DFT). The
2019 version (.001.08) writes addresses by parts, the 2009 one (.001.02) in lines.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from ribambelle_paiement_tresor.domain.request import LIGATURES

SPACES = {
    "2019": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08",
    "2009": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.02",
}
ORDER = ("FRST", "RCUR", "OOFF", "FNAL")
NUMBERED = re.compile(r"(\d{1,4}(?: ?(?:bis|ter|quater|[A-Za-z]))?),? +(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody lives or an office is."""

    line: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who debits: the régie, its trésorerie, its account at the treasury."""

    regie: str
    siret: str
    ics: str
    name: str
    place: Place
    iban: str
    bic: str
    holder: str
    dft: str


@dataclass(frozen=True, slots=True)
class Debit:
    """One debit of one family."""

    sequence: str
    end_to_end: str
    cents: int
    rum: str
    signed_on: date
    holder: str
    place: Place
    iban: str
    bic: str
    motive: str


def plain(text: str, most: int) -> str:
    """Write a text with the signs banks pass on, cut short.

    >>> plain("Œuvre d’été & Cie, n° 3", 70)
    "OEuvre d'ete Cie, n 3"
    """
    bare = unicodedata.normalize("NFKD", text.translate(LIGATURES).replace("’", "'"))
    told = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^A-Za-z0-9/\-?:().,'+ ]", " ", told).split())[:most].strip()


def amount(cents: int) -> str:
    """Write an amount.

    >>> amount(4820), amount(5)
    ('48.20', '0.05')
    """
    return f"{cents // 100}.{cents % 100:02}"


def written(
    name: str,
    made_at: datetime,
    on: date,
    creditor: Creditor,
    debits: Sequence[Debit],
    version: str = "2019",
    encoding: str = "UTF-8",
) -> bytes:
    """Return the file of a batch: one block for each kind of sequence."""
    root = Element("Document", xmlns=SPACES[version])
    message = _add(root, "CstmrDrctDbtInitn")
    head = _add(message, "GrpHdr")
    _add(head, "MsgId", name)
    _add(head, "CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _totals(head, debits)
    initiator = _add(head, "InitgPty")
    _add(initiator, "Nm", plain(creditor.regie, 70))
    other = _add(_add(_add(initiator, "Id"), "OrgId"), "Othr")
    _add(other, "Id", creditor.siret)
    _add(_add(other, "SchmeNm"), "Prtry", "SIRET")
    in_order = sorted(debits, key=lambda one: (ORDER.index(one.sequence), one.end_to_end))
    for sequence, some in groupby(in_order, key=lambda one: one.sequence):
        _block(message, f"{name}-{sequence}", sequence, on, creditor, list(some), version)
    body: bytes = tostring(root, encoding=encoding, xml_declaration=True)
    return body


def _add(parent: Element, tag: str, text: str | None = None) -> Element:
    element = SubElement(parent, tag)
    element.text = text
    return element


def _totals(parent: Element, debits: Sequence[Debit]) -> None:
    _add(parent, "NbOfTxs", str(len(debits)))
    _add(parent, "CtrlSum", amount(sum(one.cents for one in debits)))


def _block(
    message: Element,
    name: str,
    sequence: str,
    on: date,
    creditor: Creditor,
    debits: Sequence[Debit],
    version: str,
) -> None:
    block = _add(message, "PmtInf")
    _add(block, "PmtInfId", name)
    _add(block, "PmtMtd", "DD")
    _totals(block, debits)
    kind = _add(block, "PmtTpInf")
    _add(_add(kind, "SvcLvl"), "Cd", "SEPA")
    _add(_add(kind, "LclInstrm"), "Cd", "CORE")
    _add(kind, "SeqTp", sequence)
    _add(block, "ReqdColltnDt", on.isoformat())
    party = _add(block, "Cdtr")
    _add(party, "Nm", plain(creditor.name, 70))
    _place(party, creditor.place, version)
    _add(_add(_add(block, "CdtrAcct"), "Id"), "IBAN", creditor.iban)
    _bank(_add(block, "CdtrAgt"), creditor.bic, version)
    last = _add(block, "UltmtCdtr")
    _add(last, "Nm", plain(creditor.holder, 70))
    _add(_add(_add(_add(last, "Id"), "OrgId"), "Othr"), "Id", creditor.dft)
    _add(block, "ChrgBr", "SLEV")
    scheme = _add(_add(_add(_add(block, "CdtrSchmeId"), "Id"), "PrvtId"), "Othr")
    _add(scheme, "Id", creditor.ics)
    _add(_add(scheme, "SchmeNm"), "Prtry", "SEPA")
    for one in debits:
        _debit(_add(block, "DrctDbtTxInf"), one, version)


def _debit(element: Element, one: Debit, version: str) -> None:
    _add(_add(element, "PmtId"), "EndToEndId", one.end_to_end)
    _add(element, "InstdAmt", amount(one.cents)).set("Ccy", "EUR")
    mandate = _add(_add(element, "DrctDbtTx"), "MndtRltdInf")
    _add(mandate, "MndtId", one.rum)
    _add(mandate, "DtOfSgntr", one.signed_on.isoformat())
    _add(mandate, "AmdmntInd", "false")
    _bank(_add(element, "DbtrAgt"), one.bic, version)
    debtor = _add(element, "Dbtr")
    _add(debtor, "Nm", plain(one.holder, 70))
    _place(debtor, one.place, version)
    _add(_add(_add(element, "DbtrAcct"), "Id"), "IBAN", one.iban)
    _add(_add(element, "RmtInf"), "Ustrd", plain(one.motive, 140))


def _bank(parent: Element, bic: str, version: str) -> None:
    bank = _add(parent, "FinInstnId")
    if bic:
        _add(bank, "BICFI" if version == "2019" else "BIC", bic)
    else:
        _add(_add(bank, "Othr"), "Id", "NOTPROVIDED")


def _place(party: Element, place: Place, version: str) -> None:
    if not place.town:
        return
    address = _add(party, "PstlAdr")
    if version == "2009":
        _add(address, "Ctry", place.country)
        for line in (place.line, f"{place.postcode} {place.town}"):
            if plain(line, 70):
                _add(address, "AdrLine", plain(line, 70))
        return
    numbered = NUMBERED.fullmatch(place.line.strip())
    number, street = numbered.groups() if numbered else ("", place.line)
    for tag, text, most in (
        ("StrtNm", street, 70),
        ("BldgNb", number, 16),
        ("PstCd", place.postcode, 16),
        ("TwnNm", place.town, 35),
        ("Ctry", place.country, 2),
    ):
        if plain(text, most):
            _add(address, tag, plain(text, most))


@dataclass(frozen=True, slots=True)
class Line:
    """One debit, as a file says it."""

    end_to_end: str
    cents: int
    rum: str
    iban: str


def read(content: bytes) -> tuple[str, list[Line]]:
    """Return the name of a file of ours and its debits; sums are checked on the way.

    Raises ValueError when the file does not say the same thing everywhere.
    """
    root = fromstring(content)  # noqa: S314 - a file we just wrote ourselves
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
    blocks = list(root.iter("PmtInf"))
    found = [_line(one) for block in blocks for one in block.findall("DrctDbtTxInf")]
    head = root.find("CstmrDrctDbtInitn/GrpHdr")
    assert head is not None
    _require(head, found)
    for block in blocks:
        _require(block, [_line(one) for one in block.findall("DrctDbtTxInf")])
    return head.findtext("MsgId", ""), found


def _line(one: Element) -> Line:
    units, _, rest = one.findtext("InstdAmt", "").partition(".")
    return Line(
        one.findtext("PmtId/EndToEndId", ""),
        int(units) * 100 + int(rest),
        one.findtext("DrctDbtTx/MndtRltdInf/MndtId", ""),
        one.findtext("DbtrAcct/Id/IBAN", ""),
    )


def _require(part: Element, lines: Sequence[Line]) -> None:
    told = part.findtext("NbOfTxs", ""), part.findtext("CtrlSum", "")
    if told != (str(len(lines)), amount(sum(one.cents for one in lines))):
        raise ValueError(f"the file counts {told} and holds {len(lines)} debits")


def require_same(content: bytes, name: str, debits: Iterable[Debit]) -> None:
    """Refuse a file that does not say exactly what was asked; a fault of ours, never sent.

    >>> from datetime import UTC
    >>> home = Place("3 bis rue des Lilas", "71880", "Châtenoy")
    >>> us = Creditor("Régie", "2" * 14, "FR12ZZZ123456", "SGC", home, "I", "", "Régie", "DFT")
    >>> one = Debit("FRST", "E1", 4820, "R1", date(2026, 11, 2), "Zoé", home, "I2", "", "F1")
    >>> file = written("N1", datetime(2026, 11, 26, tzinfo=UTC), date(2026, 12, 10), us, [one])
    >>> require_same(file, "N1", [one])
    >>> b"<StrtNm>rue des Lilas</StrtNm><BldgNb>3 bis</BldgNb>" in file
    True
    >>> require_same(file.replace(b"48.20", b"48.21"), "N1", [one])
    Traceback (most recent call last):
    ValueError: the file is not the batch
    """
    told, lines = read(content)
    wanted = sorted((one.end_to_end, one.cents, one.rum, one.iban) for one in debits)
    found = sorted((one.end_to_end, one.cents, one.rum, one.iban) for one in lines)
    if told != name or wanted != found:
        raise ValueError("the file is not the batch")
