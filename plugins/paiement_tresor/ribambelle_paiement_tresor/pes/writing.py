"""A PES Aller of titres, piece by piece: 5,000 of them never stand in memory together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import quoteattr

from ribambelle_paiement_tresor.domain.debtors import Issuer, Tiers
from ribambelle_paiement_tresor.domain.pes import euros, key1, key2, plain

ENCODING = "iso-8859-1"
ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
ABROAD = "99999"


@dataclass(frozen=True, slots=True)
class Head:
    """A bordereau, as its file announces it."""

    form: str
    file: str
    exercise: int
    type: str
    number: int
    day: date
    pieces: int
    cents: int
    subject: str


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice of a piece."""

    number: int
    label: str
    cents: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One titre, or one article of a rôle."""

    number: int
    debt: int
    period: str
    payer: int
    tiers: Tiers
    subject: str
    lines: Sequence[Line]


def leaf(name: str, value: object) -> str:
    """Write one value: PES keeps them all in the attribute V.

    >>> leaf("Nom", "D'ARC")
    '<Nom V="D\\'ARC"/>'
    """
    return f"<{name} V={quoteattr(str(value))}/>"


def head(one: Head, issuer: Issuer) -> str:
    """Write everything before the first piece."""
    is_role = one.form == "ormc"
    block = (
        leaf("Exer", one.exercise)
        + leaf("IdBord", one.number)
        + leaf("DteBordEm", one.day)
        + leaf("TypBord", one.type)
        + leaf("NbrPce", one.pieces)
        + leaf("MtBordHt", euros(one.cents))
    )
    if is_role:
        block += leaf("DteAsp", one.day) + leaf("Objet", plain(one.subject, 160))
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:PES_Aller xmlns:n="{ALLER}">\n'
        "<Enveloppe><Parametres>"
        + leaf("Version", 2)
        + leaf("TypFic", issuer.file_type)
        + leaf("NomFic", one.file)
        + "</Parametres><Emetteur>"
        + leaf("Sigle", "RIBAMBELLE")
        + leaf("Adresse", plain(issuer.name, 38))
        + "</Emetteur></Enveloppe>\n<EnTetePES>"
        + leaf("DteStr", one.day)
        + leaf("IdPost", issuer.codique)
        + leaf("IdColl", issuer.siret)
        + leaf("CodCol", issuer.collectivity)
        + leaf("CodBud", issuer.budget)
        + "</EnTetePES>\n<PES_RecetteAller><EnTeteRecette>"
        + leaf("IdVer", 2)
        # unsigned: whoever signs the file with the mayor's key says 1
        + leaf("InfoDematerialisee", 0)
        + f"</EnTeteRecette><Bordereau><BlocBordereau>{block}</BlocBordereau>\n"
    )


def piece(one: Piece, form: str, exercise: int, issuer: Issuer) -> str:
    """Write one piece with its lines, the debtor told again on each as the schema asks."""
    is_role = form == "ormc"
    block = (
        leaf("IdPce", one.number)
        + leaf("TypPce", "15" if is_role else "01")
        + leaf("NatPce", "01")
        # 04: the comptable reads the notice, and the commune sends it; not for a rôle
        + ("" if is_role else leaf("Edition", "04"))
        + leaf("ObjPce", plain(one.subject, 160))
    )
    if is_role:
        keyed = issuer.key_collectivity or issuer.collectivity, issuer.key_nature or issuer.nature
        block += (
            leaf("NumDette", one.debt)
            + leaf("Per", one.period)
            + leaf("Cle1", key1(*keyed, exercise, one.period, one.debt))
            + leaf("Cle2", key2(exercise, one.period, one.debt))
        )
    tiers = _tiers(one)
    lines = "".join(_line(line, issuer, tiers) for line in one.lines)
    return f"<Piece><BlocPiece>{block}</BlocPiece>{lines}</Piece>\n"


FOOT = "</Bordereau></PES_RecetteAller></n:PES_Aller>\n"


def _line(one: Line, issuer: Issuer, tiers: str) -> str:
    return (
        "<LigneDePiece><BlocLignePiece><InfoLignePiece>"
        + leaf("IdLigne", one.number)
        + leaf("ObjLignePce", plain(one.label, 160))
        + leaf("CodProdLoc", issuer.product.upper())
        + leaf("Nature", issuer.nature)
        + (leaf("Fonction", issuer.function) if issuer.function else "")
        + leaf("Majo", 0)
        + leaf("TvaIntraCom", 0)
        + leaf("MtHT", euros(one.cents))
        + f"</InfoLignePiece></BlocLignePiece>{tiers}</LigneDePiece>"
    )


def _tiers(one: Piece) -> str:
    told = one.tiers
    is_french = told.postcode.isascii() and told.postcode.isdecimal() and len(told.postcode) == 5
    return (
        "<Tiers><InfoTiers>"
        + leaf("RefTiers", f"R{one.payer}")
        + leaf("CatTiers", "01")
        + leaf("NatJur", "01")
        + leaf("TypTiers", "01")
        + leaf("Nom", plain(told.name, 38))
        + (leaf("Prenom", plain(told.given, 38)) if told.given else "")
        + "</InfoTiers><Adresse>"
        + leaf("TypAdr", 1)
        + leaf("Adr2", plain(told.line, 38))
        + leaf("CP", told.postcode if is_french else ABROAD)
        + leaf("Ville", plain(told.city, 38))
        + leaf("CodRes", 0)
        + "</Adresse></Tiers>"
    )
