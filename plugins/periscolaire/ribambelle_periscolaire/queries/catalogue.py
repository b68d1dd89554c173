"""What the commune opens, read once and kept until it changes."""

import secrets
from typing import Any

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Group, Unit
from ribambelle_periscolaire.domain.closures import Closed
from ribambelle_periscolaire.domain.openings import Opening

MARK = Prepared(lambda _: tables.Edition.select(tables.Edition.mark).limit(1))
ACTIVITIES = Prepared(
    lambda _: (
        tables.Activity.select()
        .where(tables.Activity.is_open.eq(True))
        .order_by(tables.Activity.position, tables.Activity.id)
    )
)
UNITS = Prepared(
    lambda _: (
        tables.Unit.select()
        .where(tables.Unit.is_open.eq(True))
        .order_by(tables.Unit.position, tables.Unit.id)
    )
)
GROUPS = Prepared(
    lambda _: tables.Group.select().where(tables.Group.is_open.eq(True)).order_by(tables.Group.id)
)
CLOSURES = Prepared(
    lambda _: (
        tables.Closure.select()
        .where(tables.Closure.lifted_at.is_null())
        .order_by(tables.Closure.id)
    )
)
OPENINGS = Prepared(
    lambda _: (
        tables.Opening.select()
        .where(tables.Opening.cancelled_at.is_null() & tables.Opening.published_at.is_null())
        .order_by(tables.Opening.id)
    )
)

KEPT = "periscolaire.catalogue"


async def mark() -> str:
    """Return the word that changes whenever what is open does."""
    found = await MARK.ask()
    return found[0]["mark"] if found else ""


async def current(said: str | None = None) -> Catalogue:
    """Return what is open; read again only when its mark is no longer the one that was read.

    :param said: the mark, when another question already brought it.
    """
    now = await mark() if said is None else said
    # kept with the database: one that is opened again, or restored, is read again
    kept = tenants.current().engine.kept
    known: Catalogue | None = kept.get(KEPT)
    if known is None or known.mark != now:
        known = kept[KEPT] = await _read(now)
    return known


async def fresh() -> Catalogue:
    """Return what is open as this transaction wrote it; others go on with what they read."""
    return await _read(await mark())


async def whole() -> Catalogue:
    """Return what is open and what was: for days that are past."""
    return _made_of(
        await mark(),
        await tables.Activity.select().order_by(tables.Activity.position, tables.Activity.id),
        await tables.Unit.select().order_by(tables.Unit.position, tables.Unit.id),
        await tables.Group.select().order_by(tables.Group.id),
        await CLOSURES.ask(),
        await OPENINGS.ask(),
    )


async def known() -> Catalogue:
    """Return what was last read, however old: good enough to name what to lock, never to decide."""
    return tenants.current().engine.kept.get(KEPT) or await current()


async def touch() -> None:
    """Say that what is open has changed; in the transaction that changes it."""
    new = secrets.token_hex(8)
    changed = await tables.Edition.update({tables.Edition.mark: new}, force=True).returning(
        tables.Edition.id
    )
    if not changed:
        await tables.Edition.insert(tables.Edition(mark=new))


async def _read(now: str) -> Catalogue:
    return _made_of(
        now,
        await ACTIVITIES.ask(),
        await UNITS.ask(),
        await GROUPS.ask(),
        await CLOSURES.ask(),
        await OPENINGS.ask(),
    )


Rows = list[dict[str, Any]]


def _made_of(
    now: str,
    activities: Rows,
    unit_rows: Rows,
    group_rows: Rows,
    closures: Rows,
    openings: Rows,
) -> Catalogue:
    units: dict[int, list[Unit]] = {}
    for row in unit_rows:
        units.setdefault(row["activity"], []).append(_made(Unit, row))
    groups: dict[int, list[Group]] = {}
    for row in group_rows:
        groups.setdefault(row["activity"], []).append(_made(Group, row))
    made = tuple(
        _made(
            Activity,
            row
            | {
                "units": tuple(units.get(row["id"], ())),
                "groups": tuple(groups.get(row["id"], ())),
            },
        )
        for row in activities
    )
    return Catalogue(
        now,
        made,
        tuple(_made(Closed, row) for row in closures),
        tuple(opening_of(row) for row in openings),
    )


def opening_of(row: dict[str, Any]) -> Opening:
    """Return an opening as the rules read it, its moments in the commune's own time."""
    zone = tenants.current().zone
    moments = {name: row[name].astimezone(zone) for name in ("begins_at", "ends_at")}
    made: Opening = _made(Opening, row | moments)
    return made


def _made(kind: Any, row: dict[str, Any]) -> Any:
    return kind(**{name: row[name] for name in kind.__dataclass_fields__ if name in row})
