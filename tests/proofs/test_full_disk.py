"""A disk that is full: pages are read, what is written is refused in French, and nothing is lost."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from pysqlite3 import dbapi2
from tests.proofs.serving import serving
from tests.proofs.writers import Writers

from ribambelle.database import SQLite, connection, using
from ribambelle.identity import Grant
from ribambelle.tenants import Platform
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.browser import free_port
from ribambelle.testing.missing import miss
from ribambelle.web.portal import portal
from ribambelle_creche.tables import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def database_server() -> str:
    """The disk of a PostgreSQL server is not the portal's."""
    return ""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB, of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        miss("tmpfs", "no disk may be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def filled(place: Path) -> Path:
    """Leave no room at all on a disk; return the file that takes it."""
    file = place / "full"
    with file.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            return file


async def moved(communes: Communes, disk: Path) -> str:
    """Put the communes on that disk; return the session of somebody who may write there."""
    admin = await communes.alpha.staff(Grant("admin"))
    await communes.app.platform.aclose()
    for one in communes.app.platform.folder.glob("*.toml"):
        shutil.copy(one, disk)
    shutil.copytree(communes.app.platform.data, disk / "data")
    return admin.cookies["session"]


async def test_pages_are_read_and_what_is_written_is_refused(
    communes: Communes, clock: FrozenClock, disk: Path
) -> None:
    clock.set(datetime.now(UTC))
    writers = Writers(free_port(), await moved(communes, disk))

    def lived() -> None:
        with serving(disk, writers.port), writers.at_work():
            writers.until(20)
            full = filled(disk)
            known = len(writers.refused)
            with writers.client() as agent:
                for _ in range(50):
                    writers.write(agent)
                    assert writers.read(agent).status_code == 200
            assert len(writers.refused) >= known + 49  # a last one may fit in a page already there
            full.unlink()
            writers.until(20)

    await to_thread.run_sync(lived)

    statuses = {status for _, status in writers.answers}
    assert statuses == {"200", "303", "503"}, writers.answers
    assert all("retry-after" in one.headers for one in writers.refused)
    assert all('lang="fr"' in one.text for one in writers.refused)
    base = SQLite(disk / "data" / "alpha" / "portal.sqlite")
    with using(base):
        stored = {row["name"] for row in await Desk.select(Desk.name)}
        (checked,) = await base.fetch("PRAGMA integrity_check")
    await base.aclose()
    assert set(writers.acknowledged) <= stored
    assert checked["integrity_check"] == "ok"


@pytest.mark.parametrize("is_known", [True, False], ids=["as it is", "sabotaged"])
async def test_twin_a_full_disk_that_is_not_known_for_what_it_is_is_a_fault(
    communes: Communes, disk: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Sabotage: what SQLite says of a full disk is taken for any error."""
    session = await moved(communes, disk)
    if not is_known:
        monkeypatch.delitem(connection.AWAY, dbapi2.SQLITE_FULL)
    there = communes.app.platform
    app = portal(Platform(disk, disk / "data", plugins=there.plugins, clock=there.clock))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://alpha.localhost", cookies={"session": session}
    ) as agent:
        await agent.get("/bureau/creche/guichets")
        filled(disk)
        answers = [
            await agent.post("/bureau/creche/guichets", data={"name": f"Guichet {number}"})
            for number in range(4)
        ]
    await app.platform.aclose()

    # a first one may fit in a page already there
    assert {one.status_code for one in answers[1:]} == {503 if is_known else 500}
