"""A database comes to the shape its code expects, wherever it was stopped on the way."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ribambelle.database import Postgres, SQLite, TenantEngine, migrations, schema, using
from ribambelle.database.door import DOOR
from ribambelle.errors import Misconfigured

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
FIRST = """
CREATE TABLE child (id {id} PRIMARY KEY, name TEXT NOT NULL, born DATE);
CREATE TABLE wish (
    id {id} PRIMARY KEY, child INTEGER NOT NULL REFERENCES child (id) ON DELETE CASCADE
);
CREATE INDEX wish_child ON wish (child); -- the office lists wishes; child by child
INSERT INTO child (name) VALUES ('Ana; l''aînée');
"""
STEPS = {
    "step_0001_first__sqlite__sql": FIRST.format(id="INTEGER"),
    "step_0001_first__postgres__sql": FIRST.format(id="SERIAL"),
    "step_0002_more__sql": """
        ALTER TABLE child ADD COLUMN note TEXT NOT NULL DEFAULT '';
        INSERT INTO wish (child) SELECT id FROM child;
        CREATE UNIQUE INDEX child_name ON child (name);
    """,
    "step_0003_python__py": """
from ribambelle.database.door import DOOR
from ribambelle.database.migrations import rebuild

CHILD = '''CREATE TABLE child (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, born DATE,
    note TEXT NOT NULL DEFAULT '', CHECK (name <> '')
)'''

async def forward() -> None:
    if DOOR.engine_type == "sqlite":
        await rebuild(CHILD)
    else:
        await DOOR.run_ddl("ALTER TABLE child ADD CHECK (name <> '')")
    await DOOR.run_ddl("UPDATE child SET note = 'seen'")
""",
}
DRILL = Path(__file__).with_name("migration_drill.py")


@pytest.fixture
def demo(package: Callable[..., str]) -> dict[str, str]:
    return {"demo": package(**STEPS)}


async def test_steps_are_taken_once_in_order(engine: TenantEngine, demo: dict[str, str]):
    told = ["demo 0001_first", "demo 0002_more", "demo 0003_python"]
    assert await migrations.pending(demo) == told

    assert await migrations.forward(demo, clock=lambda: NOON) == told

    assert await migrations.pending(demo) == []
    assert await migrations.forward(demo) == []
    (row,) = await DOOR.fetch("SELECT c.name, c.note, w.child FROM child c, wish w")
    assert dict(row) == {"name": "Ana; l'aînée", "note": "seen", "child": 1}
    records = await migrations.Migration.select().order_by(migrations.Migration.id)
    assert [(row["step"], row["applied_at"]) for row in records] == [
        ("0001_first", NOON), ("0002_more", NOON), ("0003_python", NOON),
    ]  # fmt: skip


async def test_a_step_that_fails_has_never_begun(engine: TenantEngine, package: Callable[..., str]):
    wrong = {"demo": package(step_0001_first__sql="CREATE TABLE a (x INTEGER); SELECT nothing;")}

    with pytest.raises(Exception, match="nothing") as caught:
        await migrations.forward(wrong)

    assert "demo 0001_first, statement 2" in caught.value.__notes__[0]
    assert (await schema.describe()).facts == frozenset()
    assert await migrations.pending(wrong) == ["demo 0001_first"]


@pytest.mark.parametrize("how", [pytest.param("raise", marks=pytest.mark.slow), "exit"])
async def test_stopped_after_any_statement_it_converges(
    address: str | Path, demo: dict[str, str], how: str, tmp_path: Path
):
    """By an exception, then by a process that vanishes."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, DRILL, str(address), demo["demo"], how],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "packages")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *interrupted, whole = done.stdout.splitlines()
    assert len(interrupted) >= 16
    assert whole.startswith("1 ")
    assert {line.removeprefix("0 ") for line in interrupted} == {whole.removeprefix("1 ")}
    assert "0003_python" in whole


@pytest.mark.slow
def test_a_step_recorded_apart_does_not_converge(tmp_path: Path, demo: dict[str, str]):
    """The twin: a step and its record in two transactions. A drill that passes proves nothing."""
    done = subprocess.run(
        [sys.executable, DRILL, str(tmp_path / "apart.sqlite"), demo["demo"], "apart"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "packages")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "already exists" in done.stderr


async def test_two_processes_take_each_step_once(address: str | Path, demo: dict[str, str]):
    engines = [fresh(address) for _ in range(3)]

    async def forward(engine: TenantEngine) -> list[str]:
        with using(engine):
            return await migrations.forward(demo)

    taken = await asyncio.gather(*(forward(engine) for engine in engines))

    assert sorted(step for steps in taken for step in steps) == [
        "demo 0001_first", "demo 0002_more", "demo 0003_python",
    ]  # fmt: skip
    for engine in engines:
        await engine.aclose()


async def test_a_step_edited_after_it_was_taken_is_reported(
    engine: TenantEngine, package: Callable[..., str], tmp_path: Path
):
    name = package(step_0001_first__sql="CREATE TABLE a (x INTEGER);")
    await migrations.forward({"demo": name})

    file = tmp_path / "packages" / name / "migrations" / "0001_first.sql"
    file.write_bytes(b"CREATE TABLE a (x INTEGER);\r\n")  # another end of line is no edit
    migrations.steps.cache_clear()
    assert await migrations.pending({"demo": name}) == []

    file.write_text("CREATE TABLE a (y INTEGER);")
    migrations.steps.cache_clear()
    with pytest.raises(Misconfigured, match="modifiée après avoir été appliquée"):
        await migrations.forward({"demo": name})


async def test_a_step_written_for_one_database_only_is_reported(
    engine: TenantEngine, package: Callable[..., str]
):
    other = {"sqlite": "postgres", "postgres": "sqlite"}[engine.engine_type]
    name = package(**{f"step_0001_first__{other}__sql": "SELECT 1;"})

    with pytest.raises(Misconfigured, match="0001_first"):
        await migrations.pending({"demo": name})


async def test_two_steps_of_the_same_number_are_reported(
    engine: TenantEngine, package: Callable[..., str]
):
    name = package(step_0001_a__sql="SELECT 1;", step_0001_b__sql="SELECT 1;")

    with pytest.raises(Misconfigured, match="numéro 0001"):
        await migrations.pending({"demo": name})


async def test_a_package_without_migrations_has_nothing_to_do(
    engine: TenantEngine, package: Callable[..., str]
):
    assert await migrations.forward({"demo": package()}) == []


async def test_rows_left_without_their_parent_undo_a_step_on_sqlite(
    sqlite: TenantEngine, package: Callable[..., str]
):
    name = package(
        step_0001_first__sql=FIRST.format(id="INTEGER"),
        step_0002_orphan__sql="INSERT INTO wish (child) VALUES (999);",
    )

    with pytest.raises(Exception, match="without their parent"):
        await migrations.forward({"demo": name})

    assert await DOOR.fetch("SELECT * FROM wish") == []
    assert await DOOR.fetch("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


def fresh(address: str | Path) -> TenantEngine:
    return Postgres(address) if isinstance(address, str) else SQLite(address)


async def test_a_step_that_is_cancelled_leaves_foreign_keys_enforced(
    sqlite: TenantEngine, package: Callable[..., str]
):
    name = package(step_0001_first__sql=FIRST.format(id="INTEGER"))
    for pause in range(12):
        task = asyncio.create_task(migrations.forward({"demo": name}))
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    assert await DOOR.fetch("PRAGMA foreign_keys") == [{"foreign_keys": 1}]
    await migrations.forward({"demo": name})
    assert await migrations.pending({"demo": name}) == []
