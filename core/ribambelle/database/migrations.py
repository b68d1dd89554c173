"""Bring one commune's database to the shape its code expects, one step at a time.

A step is frozen SQL in `<package>/migrations`: `0001_first.sqlite.sql` and
`0001_first.postgres.sql`, or `0001_first.sql` when both databases read the same words, or
`0001_first.py` with `async def forward()` when SQL is not enough. A step and its record are one
transaction: a step that is interrupted has never begun.
"""

import hashlib
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from piccolo.columns import Serial, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.clock import Clock, system_clock
from ribambelle.database import ddl, locks
from ribambelle.database.door import DOOR
from ribambelle.database.rebuild import rebuild
from ribambelle.database.script import split
from ribambelle.errors import Misconfigured

__all__ = ["Migration", "Step", "all_steps", "forward", "pending", "rebuild", "steps"]

FILE = re.compile(r"(?P<step>\d{4}_\w+)\.(?:(?P<dialect>sqlite|postgres)\.)?(?P<kind>sql|py)")


class Migration(Table, tablename="core_migration"):
    """A step this database has taken; rows stay, they are its history."""

    id: Serial
    app = Varchar(length=50, help_text="Plugin the step belongs to, or core.")
    step = Varchar(length=100, help_text="Name of the step, such as 0001_first.")
    applied_at = Timestamptz(default=datetime(2000, 1, 1, tzinfo=UTC), help_text="When.")
    digest = Varchar(length=64, help_text="What the step said, so that a later edit is seen.")

    once = Unique([app, step])


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one package, as its file says it."""

    app: str
    package: str
    name: str
    text: str
    in_python: bool

    @property
    def digest(self) -> str:
        """What the step says, in one line; line endings do not count."""
        return hashlib.sha256("\n".join(self.text.splitlines()).encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.app} {self.name}"


@cache
def steps(app: str, package: str, dialect: str) -> tuple[Step, ...]:
    """Return the steps of a package for one database, in order."""
    folder = files(package) / "migrations"
    known: set[str] = set()
    found: dict[str, Step] = {}
    for file in folder.iterdir() if folder.is_dir() else ():
        if not (match := FILE.fullmatch(file.name)):
            continue
        known.add(match["step"])
        if match["dialect"] in (None, dialect):
            text, in_python = file.read_text(encoding="utf-8"), match["kind"] == "py"
            found[match["step"]] = Step(app, package, match["step"], text, in_python)
    _require_whole(package, dialect, known, found)
    return tuple(found[name] for name in sorted(found))


async def forward(packages: Mapping[str, str], clock: Clock = system_clock) -> list[str]:
    """Take the steps this database has not taken yet, and return their names.

    `packages` maps each app to its package, parents first: `{"core": "ribambelle"}`.
    """
    await _create_record()
    missing = await _missing(packages)
    return [str(step) for step in missing if await _take(step, clock)]


async def pending(packages: Mapping[str, str]) -> list[str]:
    """Return the names of the steps this database has not taken yet."""
    return [str(step) for step in await _missing(packages)]


def all_steps(packages: Mapping[str, str], dialect: str) -> list[Step]:
    """Return the steps of all packages, in the order they are taken."""
    return [step for app, name in packages.items() for step in steps(app, name, dialect)]


async def _missing(packages: Mapping[str, str]) -> list[Step]:
    taken = await _taken()
    missing = []
    for step in all_steps(packages, DOOR.engine_type):
        digest = taken.get((step.app, step.name))
        if digest is None:
            missing.append(step)
        elif digest != step.digest:
            raise Misconfigured(
                f"l’étape « {step} » a été modifiée après avoir été appliquée",
                cure="rendez-lui son texte et écrivez la suite dans une nouvelle étape",
            )
    return missing


async def apps() -> set[str]:
    """Return the plugins that have tables here, enabled or not."""
    return {app for app, _ in await _taken()}


async def forget(app: str) -> None:
    """Say that this database took no step of a plugin: its tables were taken away."""
    await Migration.delete().where(Migration.app == app)


async def _taken() -> dict[tuple[str, str], str]:
    if not await Migration.table_exists():
        return {}
    rows = await Migration.select(Migration.app, Migration.step, Migration.digest)
    return {(row["app"], row["step"]): row["digest"] for row in rows}


async def _take(step: Step, clock: Clock) -> bool:
    """Take one step; False when another process took it while we waited."""
    async with DOOR.reshaping():
        await locks.advisory("core_migration")
        if await Migration.exists().where(
            (Migration.app == step.app) & (Migration.step == step.name)
        ):
            return False
        await _apply(step)
        await Migration.insert(
            Migration(app=step.app, step=step.name, applied_at=clock(), digest=step.digest)
        )
    return True


async def _apply(step: Step) -> None:
    if step.in_python:
        try:
            await importlib.import_module(f"{step.package}.migrations.{step.name}").forward()
        except Exception as error:  # whatever it is goes on, saying of which step
            error.add_note(f"step {step}")
            raise
        return
    for number, statement in enumerate(split(step.text), start=1):
        try:
            await DOOR.run_ddl(statement)
        except Exception as error:  # whatever it is goes on, saying at which statement
            error.add_note(f"step {step}, statement {number}: {statement[:200]}")
            raise


async def _create_record() -> None:
    if await Migration.table_exists():
        return
    async with DOOR.transaction():
        await locks.advisory("core_migration")
        if not await Migration.table_exists():
            await ddl.create(Migration)


def _require_whole(package: str, dialect: str, known: set[str], found: Mapping[str, Step]) -> None:
    for name in sorted(known - found.keys()):
        raise Misconfigured(
            f"l’étape « {name} » n’existe pas pour {dialect}",
            file=f"{package}/migrations",
            cure=f"écrivez {name}.{dialect}.sql",
        )
    numbers = [name[:4] for name in sorted(found)]
    for number in numbers:
        if numbers.count(number) > 1:
            raise Misconfigured(
                f"deux étapes portent le numéro {number}",
                file=f"{package}/migrations",
                cure="renumérotez la plus récente",
            )
