"""What the treasury sends back: looked at first, counted once, or refused whole."""

import hashlib
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import transferring
from ribambelle_paiement_tresor.domain import returns as rule
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.debtors import Tiers
from ribambelle_paiement_tresor.domain.returns import Move
from ribambelle_paiement_tresor.pes import reading
from ribambelle_paiement_tresor.pes.reading import Ack, Row, Told, refuse
from ribambelle_paiement_tresor.queries import books
from ribambelle_paiement_tresor.queries import treasury_files as queries
from ribambelle_paiement_tresor.queries.treasury_files import Line
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Bordereau, Titre, TitreLine, TreasuryFile


@dataclass(frozen=True, slots=True)
class Acked:
    """Where a bordereau, or one titre of it, stands after an acknowledgement."""

    bordereau: Bordereau
    state: str
    code: str
    words: str
    piece: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """One move of one line, and the entry it makes; an empty kind changes nothing."""

    line: Line
    bordereau: Bordereau
    move: Move
    rank: int
    kind: str
    owed: int
    """To the comptable, before it."""

    @property
    def debtor(self) -> str:
        """Whose titre it is."""
        return msgspec.json.decode(self.line.debtor, type=Tiers).called

    @property
    def surplus(self) -> int:
        """What goes beyond the debt, in cents."""
        return max(0, self.move.cents - max(0, self.owed)) if self.kind else 0


@dataclass(slots=True)
class Effects:
    """What a file changes, before it changes anything."""

    kind: str
    name: str
    acks: list[Acked] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    lines: list[tuple[Line, Row]] = field(default_factory=list)
    taken: list[Bordereau] = field(default_factory=list)
    known: int = 0
    """Moves counted before."""
    others: int = 0
    """Lines of titres we did not issue."""
    unlike: list[str] = field(default_factory=list)
    """What somebody must look at with the comptable."""

    @property
    def cents(self) -> dict[str, int]:
        """What it counts, by kind of entry."""
        found: Counter[str] = Counter()
        for one in self.moves:
            found[one.kind] += one.move.cents
        return dict(found)

    @property
    def is_empty(self) -> bool:
        """Tell whether it changes nothing."""
        return not (self.acks or self.moves or self.lines)


def folder(tenant: Tenant) -> Path:
    """Return where the commune keeps what the treasury sent."""
    return tenant.folder / "paiement" / "retours"


def kept(tenant: Tenant, row: TreasuryFile) -> Path:
    """Return the file a row speaks of."""
    return folder(tenant) / f"{row.digest}.xml"


async def receive(tenant: Tenant, account: int | None, file: Path) -> int:
    """Keep a file to be looked at; the same content is kept once. Return its number.

    Raises Refused("treasury_file", line=…, why=…): nothing is kept of it.
    """
    told = reading.read(file)
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if known := await queries.of_digest(digest):
        return int(known.id)
    now = tenant.now()
    row = TreasuryFile(digest=digest, kind=told.kind, name=told.name, at=now, account=account)
    place = kept(tenant, row)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f"{secrets.token_hex(8)}.draft")
    shutil.copyfile(file, draft)
    draft.chmod(0o600)
    draft.replace(place)
    async with transaction():
        await locks.advisory("paiement.titres")
        if known := await queries.of_digest(digest):
            return int(known.id)
        number = int((await TreasuryFile.insert(row).returning(TreasuryFile.id))[0]["id"])
        await journal.record(
            "paiement.treasury_file_received",
            f"paiement.treasury_file:{number}",
            account=account,
            side="office",
            kind=told.kind,
        )
        return number


async def effects(tenant: Tenant, row: TreasuryFile) -> Effects:
    """Return what a file would change now. Raises Refused when it is no more, or another commune's."""
    place = kept(tenant, row)
    if not place.is_file():
        raise Refused(
            "treasury_file", line=0, why="il n’est plus sur le serveur : déposez-le à nouveau"
        )
    return await effects_of(tenant, reading.read(place), int(row.id))


async def effects_of(tenant: Tenant, told: Told, file: int = 0) -> Effects:
    """Return what a file of the treasury would change."""
    settings = tenant.of(Settings).titres
    if told.siret and settings.siret and told.siret != settings.siret:
        raise refuse(0, f"il est pour une autre collectivité (SIRET {told.siret[:20]})")
    found = Effects(told.kind, told.name)
    if told.kind == "acquit":
        await _acquit(told, found)
    else:
        await _retour(told, file, found)
    return found


async def _acquit(told: Told, found: Effects) -> None:
    named = await queries.named(told.name)
    for ack in told.acks:
        row = await _of_ack(told, ack, named)
        if row is None:
            found.unlike.append("Une ligne ne nomme aucun de nos bordereaux.")
            continue
        words = rule.anomaly(ack.code, ack.words)
        state = rule.acknowledged(row.state, ack.is_taken, ack.code)
        if ack.piece and not ack.is_taken:
            found.acks.append(Acked(row, "rejected", ack.code, words, ack.piece))
        else:
            found.acks.append(Acked(row, state, ack.code, words))


async def _of_ack(told: Told, ack: Ack, named: Bordereau | None) -> Bordereau | None:
    """Return the bordereau an acknowledgement speaks of; None when it could be several."""
    if not ack.bordereau:
        return named
    rows = await queries.bordereaux(ack.exercise, ack.bordereau, budget=told.budget)
    if named and any(int(row.id) == int(named.id) for row in rows):
        return named
    return rows[0] if len(rows) == 1 else None


async def _retour(told: Told, file: int, found: Effects) -> None:
    of: dict[tuple[int, str, int], list[Row]] = {}
    for row in told.rows:
        of.setdefault((row.exercise, row.type, row.bordereau), []).append(row)
    for (exercise, kind, number), rows in of.items():
        ours = await queries.bordereaux(exercise, number, kind=kind, budget=told.budget)
        if not ours:
            found.others += len(rows)
            continue
        if ours[0].state != "accepted":
            found.taken.append(ours[0])
        await _lines(ours[0], rows, file, found)


async def _lines(ours: Bordereau, rows: Sequence[Row], file: int, found: Effects) -> None:
    known = await queries.lines(int(ours.id))
    pairs = [(known.get((row.piece, row.line)), row) for row in rows]
    told = await queries.moves([line.id for line, _ in pairs if line])
    left = await books.standing(sorted({line.invoice for line, _ in pairs if line}))
    owed = {number: one.titre for number, one in left.items()}
    for line, row in pairs:
        if line is None:
            found.others += 1
            continue
        if (line.state, _piece(line, row)) != (row.line_state, line.piece_state):
            found.lines.append((line, row))
        mine = [move for number, move in told.get(line.id, []) if number == file]
        others = [move for number, move in told.get(line.id, []) if number != file]
        fresh = rule.news(mine, others, row.moves, row.total)
        found.known += len(row.moves) - len(fresh)
        seen = Counter([*mine, *others])
        for move in fresh:
            seen[move] += 1
            kind = rule.MEANING.get(move.origin, "")
            one = Moved(line, ours, move, seen[move], kind, owed.get(line.invoice, 0))
            found.moves.append(one)
            if kind:
                owed[line.invoice] = one.owed - min(move.cents, max(0, one.owed))
        _look(ours, line, row, owed.get(line.invoice, 0), found)


def _piece(line: Line, row: Row) -> str:
    """Return where a titre stands; a line rejected is a titre to send again."""
    if row.line_state == "01":
        return "rejected"
    return rule.PIECE_STATES.get(row.piece_state, line.piece_state)


def _look(ours: Bordereau, line: Line, row: Row, owed: int, found: Effects) -> None:
    named = f"Titre {line.piece} du bordereau {ours.number}"
    if row.line_state in rule.SETTLED and owed > 0:
        found.unlike.append(
            f"{named} : soldé au Trésor, il reste {owed / 100:.2f} € ici.".replace(".", ",", 1)
        )
    for move in row.moves:
        if move.origin not in rule.MEANING:
            told = rule.ORIGINS.get(move.origin, f"Origine {move.origin} inconnue")
            found.unlike.append(f"{named} : «\u00a0{told}\u00a0», à écrire par vous s’il le faut.")


async def count(tenant: Tenant, account: int | None, number: int) -> Effects:
    """Count a file, once: titres, moves and books change together, or nothing does."""
    now = tenant.now()
    async with transaction():
        await locks.advisory("paiement.titres")
        row = await queries.one(number)
        if row.counted_at is not None:
            return Effects(row.kind, row.name)
        found = await effects(tenant, row)
        held = sorted({f"paiement.payer:{one.line.payer}" for one in found.moves})
        if held:
            await locks.advisory(*held[: transferring.AT_ONCE])
            found = await effects(tenant, row)
        await _states(found)
        await _moves(tenant, account, found, number)
        counted = {"acks": len(found.acks), "moves": len(found.moves), "known": found.known}
        summary = {
            **counted,
            "others": found.others,
            "cents": found.cents,
            "unlike": found.unlike[:50],
        }
        await TreasuryFile.update(
            {
                TreasuryFile.counted_at: now,
                TreasuryFile.counted_by: account,
                TreasuryFile.summary: msgspec.json.encode(summary).decode(),
            }
        ).where(TreasuryFile.id == number)
        await journal.record(
            "paiement.treasury_file_counted",
            f"paiement.treasury_file:{number}",
            account=account,
            side="office",
            **counted,
        )
        return found


async def _states(found: Effects) -> None:
    for one in found.acks:
        if one.piece:
            same = (Titre.bordereau == one.bordereau.id) & (Titre.number == one.piece)
            await Titre.update({Titre.state: one.state, Titre.told: one.words[:200]}).where(same)
        elif one.state != one.bordereau.state:
            await _stands(one.bordereau, one.state, one.code, one.words)
    for row in found.taken:
        await _stands(row, "accepted")
    by_line: dict[str, list[int]] = {}
    by_piece: dict[tuple[str, str], list[int]] = {}
    for line, told in found.lines:
        by_line.setdefault(told.line_state[:2], []).append(line.id)
        by_piece.setdefault((_piece(line, told), told.words), []).append(line.titre)
    for state, numbers in by_line.items():
        for some in _slices(numbers):
            await TitreLine.update({TitreLine.state: state}).where(TitreLine.id.is_in(some))
    for (state, words), numbers in by_piece.items():
        for some in _slices(numbers):
            change: dict[Any, Any] = {Titre.state: state, Titre.told: words}
            await Titre.update(change).where(Titre.id.is_in(some))


async def _stands(row: Bordereau, state: str, code: str = "", words: str = "") -> None:
    is_rejected = state == "rejected"
    change: dict[Any, Any] = {
        Bordereau.state: state,
        Bordereau.code: code if is_rejected else "",
        Bordereau.told: words if is_rejected else "",
    }
    await Bordereau.update(change).where(Bordereau.id == row.id)
    if is_rejected:
        await transferring.reject_all(int(row.id), words)


def _slices(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), 500):
        yield numbers[start : start + 500]


async def _moves(tenant: Tenant, account: int | None, found: Effects, number: int) -> None:
    await queries.keep(
        [
            (one.line.id, number, one.move.origin, one.move.day, one.move.cents, one.rank)
            for one in found.moves
        ]
    )
    entries = [entry_of(one) for one in found.moves if one.kind and one.move.cents]
    is_real = tenant.of(Settings).mode != "demo"
    await books.write(entries, tenant.now(), account, is_real=is_real)


def entry_of(one: Moved) -> Entry:
    """Return what a move changes in the books, known by what the treasury calls it."""
    where, line, move = one.bordereau, one.line, one.move
    key = (
        f"retour:{where.budget}-{where.exercise}-{where.type}-{where.number}-{line.piece}-{line.line}"
        f":{move.origin}:{move.day}:{move.cents}:{one.rank}"
    )
    postings = rule.settled(one.kind, line.payer, line.invoice, move.cents, one.owed)
    note = rule.ORIGINS[move.origin]
    return Entry(key, one.kind, move.day, postings, line.regie, note)
