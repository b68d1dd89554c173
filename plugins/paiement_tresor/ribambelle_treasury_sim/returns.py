"""What the treasury sends back on titres the next day (PES Retour)."""

from collections.abc import Sequence
from datetime import date, datetime

from ribambelle_treasury_sim.documents import euros
from ribambelle_treasury_sim.titres import Bordereau, Collection, Line, Piece

RETOUR = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
SETTLED, OPEN, WRITTEN_OFF = "05", "04", "06"


class NoSuchLine(Exception):
    """No titre taken in charge has such a line."""


def collect(
    kept: Sequence[Bordereau], exer: str, bord: str, piece: str, line: str, what: Collection
) -> Line:
    """Record money for a line, or a decision that settles it."""
    for one in kept:
        if (one.exer, one.number) != (exer, bord):
            continue
        for found in (each for each in one.pieces if each.number == piece):
            for row in (each for each in found.lines if each.number == line):
                row.collections.append(what)
                return row
    raise NoSuchLine(f"{exer}-{bord}-{piece}-{line}")


def state(line: Line) -> str:
    """Tell where a line stands.

    >>> paid = Collection("10", date(2026, 11, 25), 4820)
    >>> state(Line("1", 4820, [paid])), state(Line("1", 5000, [paid])), state(Line("1", 1))
    ('05', '04', '04')
    """
    if sum(one.amount for one in line.collections) < line.amount:
        return OPEN
    return WRITTEN_OFF if any(one.org_ema == "06" for one in line.collections) else SETTLED


def written(kept: Sequence[Bordereau], since: date, now: datetime) -> bytes | None:
    """Write the return of what happened from a day until yesterday; nothing when nothing did."""
    moved = [
        (one, pieces)
        for one in kept
        if (pieces := [p for p in one.pieces if _lines(p, since, now.date())])
    ]
    if not moved:
        return None
    first = moved[0][0]
    body = "".join(_bordereau(one, pieces, since, now.date()) for one, pieces in moved)
    text = (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:PES_Retour xmlns:n="{RETOUR}">'
        '<Enveloppe><Parametres><Version V="2"/><TypFic V="PESRETOUR"/>'
        f'<NomFic V="SIM_RETOUR_{since:%Y%m%d}_{now:%Y%m%d}"/></Parametres>'
        '<Emetteur><Sigle V="SIMULATEUR"/></Emetteur></Enveloppe>'
        f'<EnTetePES><DteStr V="{now:%Y-%m-%d}"/><IdPost V="{first.post}"/>'
        f'<IdColl V="{first.siret}"/><CodColl V="{first.commune}"/><CodBud V="{first.budget}"/>'
        '</EnTetePES><PES_RecetteRetour><EnTeteRecette><TypRestit V="02"/><IdVer V="2"/>'
        f'<NatInf V="2"/></EnTeteRecette>{body}</PES_RecetteRetour></n:PES_Retour>'
    )
    return text.encode("iso-8859-1")


def _happened(line: Line, since: date, today: date) -> list[Collection]:
    return [one for one in line.collections if since <= one.on < today]


def _lines(piece: Piece, since: date, today: date) -> list[Line]:
    return [line for line in piece.lines if _happened(line, since, today)]


def _bordereau(one: Bordereau, pieces: Sequence[Piece], since: date, today: date) -> str:
    return (
        f'<Bordereau><BlocBordereau><Exer V="{one.exer}"/><IdBord V="{one.number}"/>'
        f'<TypBord V="{one.kind}"/></BlocBordereau>'
        + "".join(_piece(one, piece, since, today) for piece in pieces)
        + "</Bordereau>"
    )


def _piece(one: Bordereau, piece: Piece, since: date, today: date) -> str:
    ormc = "".join(
        f'<{tag} V="{kept}"/>'
        for tag, kept in (
            ("NumDette", piece.debt),
            ("Per", piece.period),
            ("Cle1", piece.key1),
            ("Cle2", piece.key2),
        )
        if kept
    )
    return (
        f'<Piece><BlocPiece><IdPce V="{piece.number}"/><TypPce V="{piece.kind}"/>'
        f'<NatPce V="{piece.nature}"/><DtePcePec V="{one.taken_on:%Y-%m-%d}"/><EtatPce V="02"/>'
        + (f"<InfoORMC>{ormc}</InfoORMC>" if piece.debt else "")
        + "</BlocPiece>"
        + "".join(_line(line, since, today) for line in _lines(piece, since, today))
        + "</Piece>"
    )


def _line(line: Line, since: date, today: date) -> str:
    total = sum(one.amount for one in line.collections if one.on < today)
    return (
        f'<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="{line.number}"/>'
        f'<EtatLigPce V="{state(line)}"/><MtHT V="{euros(line.amount)}"/></InfoLignePiece>'
        f'<InfoRecouvrement><NbrReco V="{len(line.collections)}"/>'
        f'<MtRecoTot V="{euros(total)}"/></InfoRecouvrement></BlocLignePiece>'
        + "".join(
            f'<EncaissementEmargement><OrgEma V="{one.org_ema}"/>'
            f'<DteReco V="{one.on:%Y-%m-%d}"/><MtReco V="{euros(one.amount)}"/>'
            "</EncaissementEmargement>"
            for one in _happened(line, since, today)
        )
        + "</LigneDePiece>"
    )
