"""A commune's file is damaged while it serves: that commune says so, the others serve on."""

import random
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from pysqlite3 import dbapi2
from tests.proofs.serving import serving

from ribambelle.database import connection
from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.browser import free_port
from ribambelle_cli.main import run

pytestmark = pytest.mark.slow
DAMAGES = 20


@pytest.fixture
def database_server() -> str:
    """What a PostgreSQL server keeps is not ours to damage."""
    return ""


def damaged(file: Path, whole: bytes, draw: random.Random) -> None:
    """Write random bytes over a tenth of the pages of a database, the first one among them."""
    content, pages = bytearray(whole), len(whole) // 4096
    for page in {0, *draw.sample(range(pages), max(1, pages // 10))}:
        content[page * 4096 : (page + 1) * 4096] = draw.randbytes(4096)
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    file.write_bytes(content)


async def test_one_commune_is_away_and_only_that_one(
    communes: Communes, clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(datetime.now(UTC))
    sessions = {
        town.slug: (await town.staff(Grant("admin"))).cookies["session"] for town in communes.both
    }
    await communes.app.platform.aclose()
    folder, draw = communes.app.platform.folder, random.Random(4)
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(folder))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(folder / "data"))
    assert await to_thread.run_sync(run, ["backup", "alpha", "--to", str(tmp_path / "copy")]) == 0
    file = folder / "data" / "alpha" / "portal.sqlite"
    whole, port = file.read_bytes(), free_port()

    def asked(slug: str) -> httpx.Response:
        return httpx.get(
            f"http://127.0.0.1:{port}/bureau/creche/guichets",
            headers={"host": f"{slug}.localhost"},
            cookies={"session": sessions[slug]},
            timeout=30,
        )

    def lived() -> None:
        for _ in range(DAMAGES):
            damaged(file, whole, draw)
            with serving(folder, port):
                alpha, beta = asked("alpha"), asked("beta")
                assert (alpha.status_code, beta.status_code) == (503, 200)
                assert "retry-after" in alpha.headers
                ready = httpx.get(f"http://127.0.0.1:{port}/readyz")
                assert "alpha" in ready.text and ready.status_code == 503

    await to_thread.run_sync(lived)
    file.unlink()
    (folder / "alpha.toml").unlink()
    (folder / "data" / "alpha").rename(tmp_path / "kept")
    assert await to_thread.run_sync(run, ["restore", str(tmp_path / "copy")]) == 0

    def cured() -> None:
        with serving(folder, port):
            assert asked("alpha").status_code == 200

    await to_thread.run_sync(cured)


@pytest.mark.parametrize("is_known", [True, False], ids=["as it is", "sabotaged"])
async def test_twin_damage_that_is_not_known_for_what_it_is_is_a_fault(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Sabotage: what SQLite says of a damaged file is taken for any error."""
    agent = await communes.alpha.staff(Grant("admin"))
    platform = communes.app.platform
    await platform.aclose()
    file = platform.data / "alpha" / "portal.sqlite"
    damaged(file, file.read_bytes(), random.Random(4))
    if not is_known:
        for code in (dbapi2.SQLITE_NOTADB, dbapi2.SQLITE_CORRUPT):
            monkeypatch.delitem(connection.AWAY, code)

    transport = httpx.ASGITransport(app=communes.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://alpha.localhost", cookies=agent.cookies
    ) as browser:
        answer = await browser.get("/bureau/creche/guichets")

    assert answer.status_code == (503 if is_known else 500)
