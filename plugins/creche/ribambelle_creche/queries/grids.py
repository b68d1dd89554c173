"""The versions of the commune's points. One function writes them; once used, none changes."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from piccolo.columns import Column
from piccolo.columns.combination import Where

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle_creche.domain import grid as rules
from ribambelle_creche.tables import Grid

ADDED, SAME, CORRECTED = "added", "same", "corrected"


@dataclass(frozen=True, slots=True)
class Kept:
    """A version as the database keeps it, and what it says once read."""

    row: Grid
    grid: rules.Grid


async def every() -> list[Grid]:
    """Return the versions, the latest in force first."""
    return await (
        Grid.objects().order_by(Grid.valid_from, ascending=False).order_by(Grid.id, ascending=False)
    )


async def one(number: int) -> Kept:
    """Return a version, or behave as if it did not exist."""
    row = await Grid.objects().get(Grid.id == number)
    if row is None:
        raise NotYours
    return opened(row)


async def in_force(day: date) -> Kept | None:
    """Return the version that counts on a day: the latest whose first day has come."""
    row = (
        await Grid.objects()
        .where(Grid.valid_from <= day)
        .order_by(Grid.valid_from, ascending=False)
        .order_by(Grid.id, ascending=False)
        .first()
    )
    return opened(row) if row else None


async def asking(day: date) -> list[Kept]:
    """Return the versions whose proofs families are asked for: in force, or still to come."""
    standing = await in_force(day)
    rows = await Grid.objects().where(Grid.valid_from > day).order_by(Grid.valid_from, Grid.id)
    return [*([standing] if standing else []), *(opened(row) for row in rows)]


def opened(row: Grid) -> Kept:
    """Return a version with what its text says."""
    return Kept(row, required(row.text))


def required(text: str) -> rules.Grid:
    """Return the grid of a text, or refuse with its faults, line by line."""
    found = rules.read(text)
    if found.grid is None:
        words = " ; ".join(str(fault) for fault in found.faults)
        raise Refused("grid_faulty", faults=found.faults, words=f"{words}. Rien n’a été gardé.")
    return found.grid


async def keep(text: str, deliberation: str, account: int | None, now: datetime) -> tuple[int, str]:
    """Write a version, and return its number with what was done; the only writer of its text.

    A version that no commission has used may still be corrected. Once one has counted by it, the
    same name with another text is refused: an answer given to a family must stay explicable.
    """
    told = required(text)
    digest = sha256(text.encode()).hexdigest()
    async with transaction():
        await locks.advisory("creche.grid")
        found = await Grid.objects().get(Grid.version == told.version)
        if found is None:
            row = Grid(
                version=told.version,
                valid_from=told.valid_from,
                text=text,
                digest=digest,
                deliberation=deliberation,
                created_at=now,
                created_by=account,
            )
            return int((await Grid.insert(row).returning(Grid.id))[0]["id"]), ADDED
        if found.digest == digest and found.deliberation == deliberation:
            return found.id, SAME
        changed = await _rewritten(found.id, told, text, digest, deliberation)
        if not changed:
            raise Refused("grid_used", version=told.version, words=used_words(told.version))
        return found.id, CORRECTED


async def would_do(text: str, deliberation: str) -> str:
    """Return what keeping a version would do, or refuse as keeping it would."""
    told = required(text)
    found = await Grid.objects().get(Grid.version == told.version)
    if found is None:
        return ADDED
    if (found.text, found.deliberation) == (text, deliberation):
        return SAME
    if found.used_at is not None:
        raise Refused("grid_used", version=told.version, words=used_words(told.version))
    return CORRECTED


async def _rewritten(
    number: int, told: rules.Grid, text: str, digest: str, deliberation: str
) -> bool:
    """Correct a version nobody has used; the condition is in the statement itself."""
    values: dict[Column | str, Any] = {
        Grid.valid_from: told.valid_from,
        Grid.text: text,
        Grid.digest: digest,
        Grid.deliberation: deliberation,
    }
    changed = await Grid.update(values).where((Grid.id == number) & unused()).returning(Grid.id)
    return bool(changed)


def unused() -> Where:
    """The condition of a version that may still change."""
    return Grid.used_at.is_null()


def used_words(version: str) -> str:
    """Say that a version was used, and what to do."""
    return (
        f"La version « {version} » a servi à une commission : elle ne change plus. "
        "Donnez un autre nom de version à ce texte."
    )


async def use(number: int, now: datetime) -> None:
    """Note that a commission counts by a version; the first time is kept."""
    await Grid.update({Grid.used_at: now}).where((Grid.id == number) & unused())
