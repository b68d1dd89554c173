"""PostgreSQL crashes and comes back while people write: some are asked to wait, nothing is lost."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from anyio import to_thread
from tests.proofs.serving import serving
from tests.proofs.writers import Writers

from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock, postgres
from ribambelle.testing.browser import free_port
from ribambelle_creche.tables import Desk

pytestmark = pytest.mark.slow
RESTARTS = 3
LASTING = ("fsync=off", "max_connections=200")  # the machine itself goes on: its cache is enough
HASTY = (*LASTING, "synchronous_commit=off", "wal_writer_delay=10s")


@pytest.fixture
def settings() -> tuple[str, ...]:
    return LASTING


@pytest.fixture
def cluster(settings: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """A server of one's own, that may crash."""
    folder = Path(tempfile.mkdtemp(prefix="ribambelle-crash-"))
    try:
        yield folder, postgres.start_server(folder, settings)
        postgres.stop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_server(cluster: tuple[Path, str]) -> str:
    return cluster[1]


async def crashed(communes: Communes, clock: FrozenClock, folder: Path) -> tuple[Writers, set[str]]:
    """Crash the server under people who write; return them, and what is stored in the end."""
    clock.set(datetime.now(UTC))
    admin = await communes.alpha.staff(Grant("admin"))
    writers = Writers(free_port(), admin.cookies["session"])

    def lived() -> None:
        with serving(communes.app.platform.folder, writers.port), writers.at_work():
            for _ in range(RESTARTS):
                writers.until(50)
                postgres.restart(folder)
            writers.until(50)

    await to_thread.run_sync(lived)
    await communes.app.platform.aclose()
    with communes.alpha.here():
        return writers, {row["name"] for row in await Desk.select(Desk.name)}


async def test_nothing_acknowledged_is_lost_and_nobody_meets_an_error(
    communes: Communes, clock: FrozenClock, cluster: tuple[Path, str]
) -> None:
    writers, stored = await crashed(communes, clock, cluster[0])

    assert set(writers.acknowledged) <= stored
    assert {status for _, status in writers.answers} <= {"200", "303", "503"}, writers.answers
    assert all("retry-after" in one.headers for one in writers.refused)


@pytest.mark.parametrize("settings", [HASTY], ids=["hasty"])
async def test_twin_a_server_that_acknowledges_before_it_writes_loses_some(
    communes: Communes, clock: FrozenClock, cluster: tuple[Path, str]
) -> None:
    writers, stored = await crashed(communes, clock, cluster[0])

    assert set(writers.acknowledged) - stored
