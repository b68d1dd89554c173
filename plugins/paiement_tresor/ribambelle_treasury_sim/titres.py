"""Titres that communes send (PES Aller), and what the treasury answers at once (PES ACQUIT)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from ribambelle_treasury_sim.documents import Unreadable, cents, code, parsed, value

ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
ACQUIT = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"


@dataclass
class Collection:
    """Money that came for a line, or a decision that settles it, with the code of its origin."""

    org_ema: str
    on: date
    amount: int


@dataclass
class Line:
    """One line of a titre."""

    number: str
    amount: int
    collections: list[Collection] = field(default_factory=list)


@dataclass
class Piece:
    """One titre, or one article of an ORMC."""

    number: str
    kind: str
    nature: str
    debt: str
    period: str
    key1: str
    key2: str
    lines: list[Line]


@dataclass
class Bordereau:
    """The titres of one sending, taken in charge."""

    post: str
    siret: str
    commune: str
    budget: str
    exer: str
    number: str
    kind: str
    total: int
    taken_on: date
    pieces: list[Piece]

    @property
    def key(self) -> tuple[str, ...]:
        """What may come only once."""
        return (self.siret, self.budget, self.exer, self.kind, self.number)


@dataclass(frozen=True)
class Anomaly:
    """Why a sending is rejected."""

    code: str
    told: str


def take(
    kept: list[Bordereau], body: bytes, now: datetime, xsd: str = ""
) -> tuple[bytes, list[Anomaly]]:
    """Take a file in charge whole, or not at all; return its acknowledgement."""
    try:
        root = parsed(body)
        found = read(root, now.date())
    except Unreadable as error:
        anomalies = [Anomaly("ERREUR_SCHEMA_INCOMPLET", str(error))]
        return acknowledgement(ElementTree.Element("none"), [], anomalies, now), anomalies
    anomalies = against_schema(body, xsd) or checked(kept, found)
    if not anomalies:
        kept.extend(found)
    return acknowledgement(root, found, anomalies, now), anomalies


def read(root: ElementTree.Element, today: date) -> list[Bordereau]:
    """Read the bordereaux of a file."""
    if root.tag != f"{{{ALLER}}}PES_Aller":
        raise Unreadable(f"racine {root.tag}, PES_Aller attendu")
    head = root.find("EnTetePES")
    found = root.findall("PES_RecetteAller/Bordereau")
    if head is None or not found:
        raise Unreadable("en-tête ou bordereau absent")
    return [bordereau(head, one, today) for one in found]


def bordereau(head: ElementTree.Element, one: ElementTree.Element, today: date) -> Bordereau:
    """Read one bordereau."""
    return Bordereau(
        post=code(head, "IdPost"),
        siret=code(head, "IdColl"),
        commune=code(head, "CodCol"),
        budget=code(head, "CodBud"),
        exer=code(one, "BlocBordereau/Exer"),
        number=code(one, "BlocBordereau/IdBord"),
        kind=code(one, "BlocBordereau/TypBord"),
        total=cents(code(one, "BlocBordereau/MtBordHt")),
        taken_on=today,
        pieces=[piece(found) for found in one.findall("Piece")],
    )


def piece(found: ElementTree.Element) -> Piece:
    """Read one titre."""
    block = found.find("BlocPiece")
    if block is None:
        raise Unreadable("BlocPiece absent")
    return Piece(
        number=code(block, "IdPce"),
        kind=code(block, "TypPce"),
        nature=code(block, "NatPce"),
        debt=code(block, "NumDette"),
        period=code(block, "Per"),
        key1=code(block, "Cle1"),
        key2=code(block, "Cle2"),
        lines=[
            Line(code(info, "IdLigne"), cents(code(info, "MtHT")))
            for info in found.findall("LigneDePiece/BlocLignePiece/InfoLignePiece")
        ],
    )


def against_schema(body: bytes, folder: str) -> list[Anomaly]:
    """Check a file against the official schemas, when the simulator was told where they are."""
    if not folder:
        return []
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(Path(folder) / "PES_V2/Rev0/PES_Aller.xsd")))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    document = etree.fromstring(body, parser)
    if schema.validate(document):
        return []
    first = schema.error_log[0]
    return [Anomaly("ERREUR_SCHEMA_INCOMPLET", f"ligne {first.line} : {first.message}"[:500])]


def checked(kept: Sequence[Bordereau], found: Sequence[Bordereau]) -> list[Anomaly]:
    """Return what the treasury rejects in well-formed bordereaux."""
    anomalies = []
    known = {one.key for one in kept}
    for one in found:
        if one.key in known:
            told = f"Bordereau {one.number} de {one.exer} déjà reçu"
            anomalies.append(Anomaly("ERREUR_DOUBLON_BORDEREAU", told))
        known.add(one.key)
        times = Counter(piece.number for piece in one.pieces)
        twice = [number for number, count in times.items() if count > 1]
        if twice:
            anomalies.append(Anomaly("ERREUR_DOUBLON_PIECE", f"Pièces {', '.join(twice)}"))
        total = sum(line.amount for piece in one.pieces for line in piece.lines)
        if total != one.total:
            told = f"Bordereau {one.number} : {one.total} annoncé, {total} compté (centimes)"
            anomalies.append(Anomaly("ERREUR_CUMUL_MONTANTS", told))
    return anomalies


def acknowledgement(
    root: ElementTree.Element,
    found: Sequence[Bordereau],
    anomalies: Sequence[Anomaly],
    now: datetime,
) -> bytes:
    """Write the acknowledgement: all taken, or each reason for none."""
    name = value(root, "Enveloppe/Parametres/NomFic") or "SIM"
    head = "".join(
        f"<{tag} V={quoteattr(value(root, f'EnTetePES/{tag}') or '9' * length)}/>"
        for tag, length in (("IdPost", 6), ("IdColl", 14), ("CodCol", 3), ("CodBud", 2))
    )
    numbers = "".join(
        f'<ExerciceBord V="{one.exer}"/><NumBord V="{one.number}"/>' for one in found[:1]
    )
    domain = "6" if found else "0"
    elements = "".join(
        f'<ElementACQUIT><DomaineAck V="{domain}"/><EtatAck V="0"/>{numbers}'
        f'<NumAnoAck V="{one.code}"/><LibelleAnoAck V={quoteattr(one.told)}/></ElementACQUIT>'
        for one in anomalies
    ) or "".join(
        f'<ElementACQUIT><DomaineAck V="6"/><EtatAck V="1"/><ExerciceBord V="{one.exer}"/>'
        f'<NumBord V="{one.number}"/></ElementACQUIT>'
        for one in found
    )
    text = (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:PES_ACQUIT xmlns:n="{ACQUIT}">'
        '<Enveloppe><Parametres><Version V="2"/><TypFic V="ACQUIT"/>'
        f"<NomFic V={quoteattr(f'ACK_{name}'[:100])}/></Parametres>"
        '<Emetteur><Sigle V="SIMULATEUR"/><Adresse V="SIM"/></Emetteur></Enveloppe>'
        f'<EnTetePES><DteStr V="{now:%Y-%m-%d}"/>{head}</EnTetePES>'
        f'<ACQUIT><EnTeteAcquit><IdVer V="2"/></EnTeteAcquit>{elements}</ACQUIT></n:PES_ACQUIT>'
    )
    return text.encode("iso-8859-1", "xmlcharrefreplace")
