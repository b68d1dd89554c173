"""An empty database of each kind, current for the length of a test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from ribambelle.database import Postgres, SQLite, TenantEngine, template, using
from ribambelle.database.names import named, renamed


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str | Path]:
    """Where an empty database is, or will be at its first use."""
    if request.param == "sqlite":
        yield tmp_path / "commune.sqlite"
        return
    url = renamed(request.getfixturevalue("postgres_server"), f"test_{uuid4().hex}")
    async with template.administration(url) as server:
        await template.create_empty(server, named(url))
    yield url
    await template.drop(url)


def engine_at(address: str | Path) -> TenantEngine:
    return Postgres(address, size=12) if isinstance(address, str) else SQLite(address)


@pytest.fixture
async def engine(address: str | Path) -> AsyncIterator[TenantEngine]:
    """The current database: empty, SQLite then PostgreSQL."""
    opened = engine_at(address)
    with using(opened):
        yield opened
    await opened.aclose()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SQLite]:
    """The current database, when the promise is about SQLite alone."""
    opened = SQLite(tmp_path / "commune.sqlite")
    with using(opened):
        yield opened
    opened.close()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a package with these migration files, and return its name."""

    def write(**files: str) -> str:
        name = f"package_{uuid4().hex}"
        folder = tmp_path / "packages" / name / "migrations"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for file, text in files.items():
            (folder / file.removeprefix("step_").replace("__", ".")).write_text(text)
        return name

    monkeypatch.syspath_prepend(tmp_path / "packages")
    return write
