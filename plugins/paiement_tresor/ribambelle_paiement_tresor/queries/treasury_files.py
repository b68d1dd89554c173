"""Files of the treasury: kept once each, and the lines of titres they speak of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle.errors import NotYours
from ribambelle_paiement_tresor.domain.returns import Move
from ribambelle_paiement_tresor.tables import Bordereau, TitreLine, TitreMove, TreasuryFile

LINES = Prepared(
    lambda given: TitreLine.raw(
        "SELECT l.id, l.number AS line, l.invoice, l.cents, l.state, t.id AS titre,"
        " t.number AS piece, t.state AS piece_state, t.payer, t.debtor, i.regie"
        " FROM paiement_titre t JOIN paiement_titre_line l ON l.titre = t.id"
        " JOIN paiement_invoice i ON i.id = l.invoice WHERE t.bordereau = {}",
        given.bordereau,
    )
)
MOVES = Prepared(
    lambda given: TitreMove.raw(
        "SELECT line, file, origin, day, cents FROM paiement_titre_move WHERE "  # noqa: S608 - ours
        + many.among("line"),
        given.some,
    )
)
MOVE = ("line", "file", "origin", "day", "cents", "rank")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a titre, with whom it is for."""

    id: int
    titre: int
    piece: int
    line: int
    invoice: int
    payer: int
    regie: str
    state: str
    piece_state: str
    debtor: str


async def lines(bordereau: int) -> dict[tuple[int, int], Line]:
    """Return the lines of a bordereau, by numbers of piece and line."""
    return {
        (row["piece"], row["line"]): Line(
            *(row["id"], row["titre"], row["piece"], row["line"], row["invoice"], row["payer"]),
            *(row["regie"], row["state"], row["piece_state"], row["debtor"]),
        )
        for row in await LINES.ask(bordereau=bordereau)
    }


async def moves(lines: Collection[int]) -> dict[int, list[tuple[int, Move]]]:
    """Return what is known of some lines, each move with the file that told it."""
    found: dict[int, list[tuple[int, Move]]] = {}
    for row in await MOVES.ask(some=many.listed(sorted(lines))) if lines else []:
        move = Move(row["origin"], row["day"], row["cents"])
        found.setdefault(row["line"], []).append((row["file"], move))
    return found


async def keep(rows: Sequence[Sequence[Any]]) -> None:
    """Write moves, in the open transaction."""
    await many.write("paiement_titre_move", MOVE, rows)


async def bordereaux(
    exercise: int, number: int, *, kind: str = "", budget: str = ""
) -> list[Bordereau]:
    """Return the bordereaux of a number: one of each type at most."""
    same = (Bordereau.exercise == exercise) & (Bordereau.number == number)
    if kind:
        same &= Bordereau.type == kind
    if budget:
        same &= Bordereau.budget == budget
    return await Bordereau.objects().where(same)


async def named(name: str) -> Bordereau | None:
    """Return the bordereau whose file an acknowledgement names."""
    rows = await Bordereau.raw(
        "SELECT * FROM paiement_bordereau WHERE {} LIKE '%' || file || '%' ORDER BY id DESC LIMIT 1",
        name,
    )
    return Bordereau(_exists_in_db=True, **rows[0]) if rows else None


async def one(number: int) -> TreasuryFile:
    """Return a file, or behave as if it did not exist."""
    found = await TreasuryFile.objects().get(TreasuryFile.id == number)
    if found is None:
        raise NotYours
    return found


async def of_digest(digest: str) -> TreasuryFile | None:
    """Return the file that has this very content."""
    return await TreasuryFile.objects().get(TreasuryFile.digest == digest)


async def last(size: int) -> list[TreasuryFile]:
    """Return the last files received, the latest first."""
    return await TreasuryFile.objects().order_by(TreasuryFile.id, ascending=False).limit(size)
