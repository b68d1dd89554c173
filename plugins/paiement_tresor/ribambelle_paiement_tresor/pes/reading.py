"""What the treasury sends back, read as a stream; a file that is not right is refused whole."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from xml.parsers import expat

from ribambelle.errors import Refused
from ribambelle_paiement_tresor.domain.returns import Move

LARGEST = 30_000_000
DEEPEST = 30
CHUNK = 65_536
RETOUR = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
ROOTS = {f"{RETOUR}}}PES_ACQUIT": "acquit", f"{RETOUR}}}PES_Retour": "retour"}
AMOUNT = re.compile(r"([+-]?)(\d{1,9})(?:\.(\d{1,2}))?")
Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Ack:
    """One line of an acknowledgement."""

    is_taken: bool
    exercise: int
    bordereau: int
    piece: int
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a titre, as a return tells it."""

    exercise: int
    type: str
    bordereau: int
    piece: int
    piece_state: str
    words: str
    line: int
    line_state: str
    total: int | None
    moves: tuple[Move, ...]


@dataclass(slots=True)
class Told:
    """A whole file of the treasury."""

    kind: str = ""
    name: str = ""
    siret: str = ""
    budget: str = ""
    acks: list[Ack] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def refuse(line: int, why: str) -> Refused:
    """Return the refusal of a file, which says where."""
    return Refused("treasury_file", line=line, why=why)


def read(file: Path) -> Told:
    """Read an acknowledgement or a return. Raises Refused("treasury_file", line=…, why=…)."""
    found = _Reading()
    with file.open("rb") as content:
        size = 0
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise refuse(0, f"il dépasse {LARGEST // 1_000_000} Mo")
            found.feed(chunk, last=False)
    found.feed(b"", last=True)
    return found.told


class _Reading:
    """A file as it comes: each block is understood when it ends, then forgotten."""

    def __init__(self) -> None:
        self.told = Told()
        self.path: list[str] = []
        self.open: list[Values] = []
        self.moves: list[Move] = []
        self.blocks: dict[str, Values] = {}
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._hostile
        self.parser.EntityDeclHandler = self._hostile
        self.ends: dict[str, Callable[[Values], None]] = {
            "Parametres": self._envelope,
            "EnTetePES": self._commune,
            "ElementACQUIT": self._ack,
            "EncaissementEmargement": self._move,
            "BlocPiece": self._piece,
            "LigneDePiece": self._row,
        }

    @property
    def line(self) -> int:
        """The line being read."""
        return int(self.parser.CurrentLineNumber)

    def feed(self, chunk: bytes, *, last: bool) -> None:
        """Read some more."""
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            why = (
                "il est coupé ou illisible"
                if last or "unclosed" in str(error)
                else "ce n’est pas du XML lisible"
            )
            raise refuse(error.lineno, why) from None
        except (LookupError, ValueError):
            raise refuse(self.line, "son encodage n’est pas connu") from None

    def _hostile(self, *_: object) -> None:
        raise refuse(
            self.line, "il contient une déclaration DOCTYPE ou ENTITY, que le Trésor n’écrit jamais"
        )

    def _begin(self, name: str, attributes: Values) -> None:
        if not self.path:
            self.told.kind = ROOTS.get(name, "")
            if not self.told.kind:
                raise refuse(self.line, "ce n’est ni un PES ACQUIT ni un PES Retour")
        if len(self.path) >= DEEPEST:
            raise refuse(self.line, "ses blocs sont trop profonds")
        local = name.rpartition("}")[2]
        if "V" in attributes and self.open:
            self.open[-1][local] = attributes["V"]
        self.path.append(local)
        self.open.append({})

    def _end(self, _: str) -> None:
        local, values = self.path.pop(), self.open.pop()
        if values:
            self.blocks[local] = values
        if local in self.ends:
            self.ends[local](values)

    def _envelope(self, values: Values) -> None:
        self.told.name = values.get("NomFic", "")[:120]

    def _commune(self, values: Values) -> None:
        self.told.siret, self.told.budget = values.get("IdColl", ""), values.get("CodBud", "")

    def _ack(self, values: Values) -> None:
        self.told.acks.append(
            Ack(
                values.get("EtatAck", "") in ("1", "true"),
                self._number(values, "ExerciceBord", 0),
                self._number(values, "NumBord", 0),
                self._number(values, "NumPiece", 0),
                values.get("NumAnoAck", "")[:60],
                values.get("LibelleAnoAck", "")[:400],
            )
        )

    def _move(self, values: Values) -> None:
        try:
            day = date.fromisoformat(values.get("DteReco", ""))
        except ValueError:
            raise refuse(self.line, "la date DteReco est illisible") from None
        self.moves.append(Move(values.get("OrgEma", ""), day, self._cents(values, "MtReco")))

    def _piece(self, _: Values) -> None:
        self.blocks.pop("InfoLignePiece", None)
        self.blocks.pop("InfoRecouvrement", None)

    def _row(self, _: Values) -> None:
        if self.told.kind != "retour":
            return
        head, piece = self.blocks.get("BlocBordereau", {}), self.blocks.get("BlocPiece", {})
        line, collected = (
            self.blocks.pop("InfoLignePiece", {}),
            self.blocks.pop("InfoRecouvrement", {}),
        )
        self.told.rows.append(
            Row(
                self._number(head, "Exer"),
                head.get("TypBord", ""),
                self._number(head, "IdBord"),
                self._number(piece, "IdPce"),
                piece.get("EtatPce", ""),
                (piece.get("ObsEtat") or line.get("ObsEtat") or line.get("Commentaire", ""))[:200],
                self._number(line, "IdLigne"),
                line.get("EtatLigPce", ""),
                self._cents(collected, "MtRecoTot") if "MtRecoTot" in collected else None,
                tuple(self.moves),
            )
        )
        self.moves.clear()

    def _number(self, values: Values, name: str, otherwise: int | None = None) -> int:
        told = values.get(name, "")
        if not told and otherwise is not None:
            return otherwise
        if not re.fullmatch(r"[0-9]{1,13}", told):
            raise refuse(self.line, f"{name} manque ou n’est pas un nombre")
        return int(told)

    def _cents(self, values: Values, name: str) -> int:
        found = AMOUNT.fullmatch(values.get(name, ""))
        if found is None:
            raise refuse(self.line, f"le montant {name} est illisible")
        cents = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
        if cents > 2_000_000_000:
            raise refuse(self.line, f"le montant {name} est trop grand")
        return -cents if found[1] == "-" else cents
