"""No query without a commune."""

import asyncio
from pathlib import Path

import pytest
from piccolo.columns import Serial, Varchar
from piccolo.table import Table

from ribambelle.database import DOOR, SQLite, current_engine, ddl, transaction, using
from ribambelle.errors import NoTenant


class Note(Table, tablename="door_note"):
    """A note."""

    id: Serial
    text = Varchar()


async def test_a_query_outside_any_commune_is_refused():
    with pytest.raises(NoTenant):
        await Note.select()
    with pytest.raises(NoTenant):
        await Note(text="lost").save()
    with pytest.raises(NoTenant):
        transaction()
    with pytest.raises(NoTenant):
        _ = DOOR.engine_type


async def test_each_commune_sees_its_own_rows_even_side_by_side(tmp_path: Path):
    async def live(name: str) -> list[str]:
        engine = SQLite(tmp_path / f"{name}.sqlite")
        with using(engine):
            await ddl.create(Note)
            for n in range(20):
                await Note.insert(Note(text=f"{name} {n}"))
            found = await Note.select(Note.text).output(as_list=True)
        engine.close()
        return found

    for name, found in zip("abc", await asyncio.gather(*map(live, "abc")), strict=True):
        assert found == [f"{name} {n}" for n in range(20)]


async def test_a_transaction_of_one_commune_is_not_another_s(tmp_path: Path):
    here, there = SQLite(tmp_path / "here.sqlite"), SQLite(tmp_path / "there.sqlite")
    for engine in (here, there):
        with using(engine):
            await ddl.create(Note)

    with using(here), pytest.raises(ZeroDivisionError):
        async with transaction():
            await Note.insert(Note(text="undone"))
            with using(there):
                await Note.insert(Note(text="kept"))
            raise ZeroDivisionError

    for engine, count in ((here, 0), (there, 1)):
        with using(engine):
            assert await Note.count() == count
        engine.close()


async def test_a_thread_keeps_its_commune(tmp_path: Path):
    engine = SQLite(tmp_path / "a.sqlite")
    with using(engine):
        assert await asyncio.to_thread(current_engine.get) is engine
