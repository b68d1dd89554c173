"""A new commune's database is the copy of one already migrated."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ribambelle.database import Postgres, SQLite, TenantEngine, migrations, template, using
from ribambelle.errors import Misconfigured, Unavailable


@pytest.fixture
def demo(package: Callable[..., str]) -> dict[str, str]:
    return {"demo": package(step_0001_first__sql="CREATE TABLE note (text VARCHAR(20));")}


@pytest.fixture
def place(tmp_path: Path, address: str | Path) -> str | Path:
    """Where no database is yet, on the same server or in the same folder."""
    if isinstance(address, Path):
        return tmp_path / "communes" / "new.sqlite"
    return f"{address.partition('?')[0]}_new?{address.partition('?')[2]}"


def engine_at(place: str | Path) -> TenantEngine:
    return Postgres(place) if isinstance(place, str) else SQLite(place)


async def pending(place: str | Path, packages: dict[str, str]) -> list[str]:
    engine = engine_at(place)
    try:
        with using(engine):
            await engine.fetch("SELECT text FROM note")
            return await migrations.pending(packages)
    finally:
        await engine.aclose()


async def test_a_new_database_is_complete_and_ready(
    place: str | Path, demo: dict[str, str], tmp_path: Path
):
    await template.create(place, demo, tmp_path / "templates")

    assert await pending(place, demo) == []
    await template.drop(place)


async def test_a_database_that_exists_is_never_written_over(
    place: str | Path, demo: dict[str, str], tmp_path: Path
):
    await template.create(place, demo, tmp_path / "templates")
    engine = engine_at(place)
    with using(engine):
        await engine.fetch("INSERT INTO note (text) VALUES ('precious')")
    await engine.aclose()

    with pytest.raises(Misconfigured, match="existe déjà"):
        await template.create(place, demo, tmp_path / "templates")

    with using(engine):
        assert len(await engine.fetch("SELECT text FROM note")) == 1
    await engine.aclose()
    await template.drop(place)


async def test_what_is_dropped_is_gone(place: str | Path, demo: dict[str, str], tmp_path: Path):
    await template.create(place, demo, tmp_path / "templates")

    await template.drop(place)

    if isinstance(place, Path):
        assert list(place.parent.iterdir()) == []
    else:
        with pytest.raises(Unavailable):
            await pending(place, demo)
    await template.drop(place)  # and nobody minds


async def test_a_new_step_makes_a_new_template(
    place: str | Path, package: Callable[..., str], tmp_path: Path
):
    first = {"step_0001_first__sql": "CREATE TABLE note (text VARCHAR(20));"}
    before = {"demo": package(**first)}
    after = {"demo": package(**first, step_0002_more__sql="ALTER TABLE note ADD COLUMN at DATE;")}
    assert template.key(before, "sqlite") != template.key(after, "sqlite")

    await template.create(place, before, tmp_path / "templates")
    await template.drop(place)
    await template.create(place, after, tmp_path / "templates")

    assert await pending(place, after) == []
    await template.drop(place)


async def test_several_communes_can_be_made_at_once(demo: dict[str, str], tmp_path: Path):
    places = [tmp_path / f"{n}.sqlite" for n in range(20)]

    await asyncio.gather(*(template.create(each, demo, tmp_path / "t") for each in places))

    assert [await pending(each, demo) for each in places] == [[]] * 20
    assert len(list((tmp_path / "t").iterdir())) == 1
    assert not list(tmp_path.glob(".*"))
