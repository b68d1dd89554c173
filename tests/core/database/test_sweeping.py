"""PostgreSQL sweeps its tables by itself: who waits for writes to end does not wait for that."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ribambelle.database import Postgres, postgres
from ribambelle.errors import Misconfigured
from ribambelle.testing.missing import miss
from ribambelle.testing.postgres import NoServer, start_server, stop

SLOW_SWEEP = (
    *("fsync=off", "autovacuum=on", "autovacuum_naptime=1s", "autovacuum_vacuum_threshold=1"),
    *("autovacuum_vacuum_cost_delay=100ms", "autovacuum_vacuum_cost_limit=1"),
)
SWEEPS = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'autovacuum: %public.child%'"
ONLY_CLIENTS = "AND backend_type = 'client backend'"


@pytest.fixture(scope="module")
def swept() -> Iterator[str]:
    """The address of a server that sweeps at once, and takes minutes."""
    folder = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(folder, SLOW_SWEEP)
    except (NoServer, Misconfigured) as error:
        shutil.rmtree(folder, ignore_errors=True)
        miss("postgresql", str(error))
    yield url
    stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


async def found_quiet(url: str) -> bool:
    """Return whether a base that nobody but the server works on is found quiet."""
    base = Postgres(url)
    if not await base.fetch(SWEEPS):
        await base.fetch("CREATE TABLE child AS SELECT g FROM generate_series(1, 100000) g")
        await base.fetch("DELETE FROM child WHERE g % 2 = 0")
    async with asyncio.timeout(60):
        while not await base.fetch(SWEEPS):
            await asyncio.sleep(0.1)
    quiet = await base.quiet()
    assert await base.fetch(SWEEPS)  # all that time
    await base.aclose()
    return quiet


async def test_a_sweep_keeps_no_commune_from_moving(
    swept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOOKS", 2)
    monkeypatch.setattr(postgres, "PATIENCE", 0.2)
    assert await found_quiet(swept)


async def test_twin_a_sweep_taken_for_a_write_keeps_it(
    swept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOOKS", 2)
    monkeypatch.setattr(postgres, "PATIENCE", 0.2)
    assert ONLY_CLIENTS in postgres.OPEN
    monkeypatch.setattr(postgres, "OPEN", postgres.OPEN.replace(ONLY_CLIENTS, ""))
    assert not await found_quiet(swept)
