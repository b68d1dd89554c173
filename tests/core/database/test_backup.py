"""A copy taken while the commune works can be put back, and nothing else can."""

import asyncio
from pathlib import Path

import pytest
from piccolo.columns import Serial, Varchar
from piccolo.table import Table

from ribambelle.database import Postgres, SQLite, TenantEngine, ddl, template, using
from ribambelle.database.backup import backup, restore
from ribambelle.errors import Misconfigured


class Note(Table, tablename="backup_note"):
    """A note."""

    id: Serial
    text = Varchar()


@pytest.fixture(autouse=True)
async def a_hundred_notes(engine: TenantEngine) -> None:
    await ddl.create(Note)
    await Note.insert(*(Note(text=f"aïe {n}") for n in range(100)))


@pytest.fixture
def elsewhere(engine: TenantEngine, tmp_path: Path) -> str | Path:
    """A place of the same kind where no database is yet."""
    if isinstance(engine, SQLite):
        return tmp_path / "elsewhere" / "restored.sqlite"
    assert isinstance(engine, Postgres)
    return engine.url.replace("?", "_restored?")


async def notes_at(place: str | Path) -> list[str]:
    engine = Postgres(place) if isinstance(place, str) else SQLite(place)
    with using(engine):
        found = await Note.select(Note.text).order_by(Note.id).output(as_list=True)
    await engine.aclose()
    return found


async def test_a_copy_put_back_holds_everything(
    engine: TenantEngine, tmp_path: Path, elsewhere: str | Path
):
    manifest = await backup(engine, tmp_path / "copies" / "today")
    restored = await restore(tmp_path / "copies" / "today", elsewhere)

    assert restored == manifest
    assert manifest.rows == {"backup_note": 100} | (
        {"sqlite_sequence": 1} if engine.engine_type == "sqlite" else {}
    )
    assert await notes_at(elsewhere) == [f"aïe {n}" for n in range(100)]
    await template.drop(elsewhere)


async def test_a_copy_is_whole_even_while_the_commune_writes(
    engine: TenantEngine, tmp_path: Path, elsewhere: str | Path
):
    stop = asyncio.Event()

    async def write_pairs() -> None:
        while not stop.is_set():
            async with engine.transaction():
                await Note.insert(Note(text="left"))
                await Note.insert(Note(text="right"))

    writing = asyncio.create_task(write_pairs())
    await asyncio.sleep(0.05)
    manifest = await backup(engine, tmp_path / "today")
    stop.set()
    await writing
    await restore(tmp_path / "today", elsewhere)

    found = await notes_at(elsewhere)
    assert len(found) == manifest.rows["backup_note"] > 100
    assert found.count("left") == found.count("right")
    await template.drop(elsewhere)


async def test_a_database_that_exists_is_never_written_over(
    engine: TenantEngine, tmp_path: Path, elsewhere: str | Path
):
    await backup(engine, tmp_path / "today")
    await restore(tmp_path / "today", elsewhere)

    with pytest.raises(Misconfigured, match="existe déjà"):
        await restore(tmp_path / "today", elsewhere)

    assert len(await notes_at(elsewhere)) == 100
    await template.drop(elsewhere)


async def test_a_damaged_copy_is_refused(
    engine: TenantEngine, tmp_path: Path, elsewhere: str | Path
):
    copy = tmp_path / "today"
    await backup(engine, copy)
    damaged = bytearray(copy.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    copy.write_bytes(damaged)

    with pytest.raises(Misconfigured, match="abîmée"):
        await restore(copy, elsewhere)


async def test_a_copy_with_fewer_rows_than_told_is_refused_and_leaves_nothing(
    engine: TenantEngine, tmp_path: Path, elsewhere: str | Path
):
    copy, manifest = tmp_path / "today", tmp_path / "today.json"
    await backup(engine, copy)
    manifest.write_text(manifest.read_text().replace('"backup_note":100', '"backup_note":101'))

    with pytest.raises(Misconfigured, match="backup_note"):
        await restore(copy, elsewhere)

    manifest.write_text(manifest.read_text().replace('"backup_note":101', '"backup_note":100'))
    await restore(copy, elsewhere)  # the place is still free
    await template.drop(elsewhere)


async def test_a_copy_without_its_manifest_is_refused(
    engine: TenantEngine, tmp_path: Path, elsewhere: str | Path
):
    await backup(engine, tmp_path / "today")
    (tmp_path / "today.json").unlink()

    with pytest.raises(Misconfigured, match="manifeste"):
        await restore(tmp_path / "today", elsewhere)


async def test_a_copy_never_replaces_another(engine: TenantEngine, tmp_path: Path):
    await backup(engine, tmp_path / "today")

    with pytest.raises(Misconfigured, match="déjà un fichier"):
        await backup(engine, tmp_path / "today")


async def test_a_copy_goes_back_to_a_database_of_its_kind(engine: TenantEngine, tmp_path: Path):
    await backup(engine, tmp_path / "today")
    other = {"sqlite": "postgresql://localhost/x", "postgres": tmp_path / "x.sqlite"}

    with pytest.raises(Misconfigured, match="même genre"):
        await restore(tmp_path / "today", other[engine.engine_type])
