"""Which debits do the bank's own messages return? pain.002 and camt.054, of any version of ISO 20022.

What is read: the reference we gave, the reason in four letters, the amount, the day. A pain.002
also tells what it accepts: only what it rejects is a return. A camt.054 also tells what it credits:
only what has a reason of return is one.
"""

import re
from datetime import date
from xml.parsers import expat

from ribambelle.errors import Refused
from ribambelle_paiement_tresor.domain.debits import Returned
from ribambelle_paiement_tresor.domain.report import MOST_LINES, cents_of

DEEPEST = 40
MESSAGES = ("CstmrPmtStsRpt", "BkToCstmrDbtCdtNtfctn")
ENDS = ("TxInfAndSts", "TxDtls")


def read(content: bytes) -> list[Returned]:
    """Return what a message of a bank says. Raises Refused("report", why=…, line=…).

    >>> told = '''<Document><CstmrPmtStsRpt><GrpHdr><CreDtTm>2026-12-14T08:00:00</CreDtTm></GrpHdr>
    ... <OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>1D0270000</OrgnlEndToEndId>
    ... <TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>
    ... <OrgnlTxRef><Amt><InstdAmt Ccy="EUR">48.20</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
    ... <TxInfAndSts><OrgnlEndToEndId>1D0270001</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
    ... </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>'''
    >>> [(one.end_to_end, one.reason, one.cents, one.on) for one in read(told.encode())]
    [('1D0270000', 'AM04', 4820, datetime.date(2026, 12, 14))]
    >>> read(told.replace("<Cd>AM04</Cd>", "<Prtry>X</Prtry>").encode())
    Traceback (most recent call last):
    ribambelle.errors.Refused: report (why=no_reason, line=4, told=)
    >>> read(told[:300].encode())
    Traceback (most recent call last):
    ribambelle.errors.Refused: report (why=xml, line=4)
    """
    message = _Message()
    try:
        message.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Refused("report", why="xml", line=error.lineno) from None
    except (LookupError, ValueError):
        raise Refused("report", why="xml", line=1) from None
    if message.kind not in MESSAGES:
        raise Refused("report", why="no_message", line=1)
    if message.is_all_rejected and not message.found:
        raise Refused("report", why="all_rejected", line=1)
    return message.found


class _Message:
    """A message as it is read, and what it returns so far."""

    def __init__(self) -> None:
        self.kind = ""
        self.found: list[Returned] = []
        self.path: list[str] = []
        self.told: dict[str, str] = {}
        self.text = ""
        self.day: date | None = None
        self.transactions = 0
        self.is_all_rejected = False
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say
        self.parser.StartDoctypeDeclHandler = self._hostile
        self.parser.EntityDeclHandler = self._hostile

    @property
    def line(self) -> int:
        return int(self.parser.CurrentLineNumber)

    def _hostile(self, *_: object) -> None:
        raise Refused("report", why="hostile", line=self.line)

    def _begin(self, name: str, _: object) -> None:
        if len(self.path) >= DEEPEST:
            raise Refused("report", why="xml", line=self.line)
        self.path.append(name.rpartition("}")[2])
        self.text = ""
        if len(self.path) == 2:
            self.kind = self.path[-1]
        if self.path[-1] in ENDS:
            self.told = {}

    def _say(self, text: str) -> None:
        self.text = (self.text + text)[:140]

    def _end(self, _: str) -> None:
        name = self.path.pop()
        told, above = self.text.strip(), self.path[-1] if self.path else ""
        self.text = ""
        if name in ("OrgnlEndToEndId", "EndToEndId"):
            self.told["end_to_end"] = told
        elif (name, above) == ("Cd", "Rsn"):
            self.told["reason"] = told
        elif name in ("GrpSts", "PmtInfSts"):
            self.is_all_rejected |= told == "RJCT"
        elif name == "TxSts":
            self.told["status"] = told
        elif name == "InstdAmt" or (name == "Amt" and above in ("TxDtls", "TxAmt")):
            self.told["cents"] = told
        elif name == "CreDtTm" or (name == "Dt" and above == "BookgDt"):
            self.day = _day(told)
        elif name in ENDS:
            self._returned()

    def _returned(self) -> None:
        told, self.transactions = self.told, self.transactions + 1
        if told.get("status", "RJCT") != "RJCT" or not ("reason" in told or "status" in told):
            return
        told.setdefault("reason", "")
        if not re.fullmatch(r"[A-Z]{2}\d{2}|[A-Z]{4}", told["reason"]):
            raise Refused("report", why="no_reason", line=self.line, told=told["reason"][:30])
        if not 0 < len(told.get("end_to_end", "")) <= 35:
            raise Refused("report", why="no_reference", line=self.line)
        cents = cents_of(told["cents"], in_cents=False) if told.get("cents") else None
        if told.get("cents") and cents is None:
            raise Refused("report", why="no_amount", line=self.line, told=told["cents"][:30])
        self.found.append(Returned(self.line, told["end_to_end"], told["reason"], cents, self.day))
        if len(self.found) > MOST_LINES:
            raise Refused("report", why="too_long", line=self.line)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told[:10])
    except ValueError:
        return None
