"""Two servers of the same communes: what one is told, the other knows at its very next answer."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from tests.proofs.serving import serving

from ribambelle.identity import Grant
from ribambelle.tenants import Platform, registry
from ribambelle.tenants.tenant import FREEZE
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.browser import free_port
from ribambelle.web.portal import portal

pytestmark = pytest.mark.slow
DESKS, LOST = "/bureau/creche/guichets", "/connexion"
WRITES = 20


@dataclass(frozen=True)
class Servers:
    """The same person before two servers, never the same process twice in a row."""

    first: httpx.Client
    second: httpx.Client

    def both(self, path: str) -> list[httpx.Response]:
        """Ask each for a page."""
        return [self.first.get(path), self.second.get(path)]


@contextmanager
def two(folder: Path, session: str) -> Iterator[Servers]:
    """Start two servers of these communes, each in a process of its own."""
    with ExitStack() as running:
        clients = []
        for port in (free_port(), free_port()):
            running.enter_context(serving(folder, port))
            clients.append(
                running.enter_context(
                    httpx.Client(
                        base_url=f"http://127.0.0.1:{port}",
                        headers={"host": "alpha.localhost"},
                        cookies={"session": session},
                        timeout=30,
                    )
                )
            )
        yield Servers(*clients)


def what_is_written(servers: Servers) -> None:
    """Each desk opened at one is in the list of the other, once."""
    for number in range(WRITES):
        at, other = (
            (servers.first, servers.second) if number % 2 else (servers.second, servers.first)
        )
        name = f"Guichet numéro {number:02}"
        assert at.post(DESKS, data={"name": name}).status_code == 303
        assert name in other.get(DESKS).text


def what_is_settled(servers: Servers, folder: Path) -> None:
    """A change of the commune's file, and a commune that is frozen, are seen by both."""
    file = folder / "alpha.toml"
    for name in ("Alphaville", "Alpha-les-Bains"):
        said = file.read_text("utf-8")
        file.write_text(re.sub(r"(?m)^name = .*$", f'name = "{name}"', said, count=1))
        assert [name in one.text for one in servers.both("/mentions")] == [True, True]
    mark = folder / "data" / "alpha" / FREEZE
    mark.touch()
    refused = [
        one.post(DESKS, data={"name": "Trop tard"}) for one in (servers.first, servers.second)
    ]
    mark.unlink()
    assert [one.status_code for one in refused] == [503, 503]


def who_left(servers: Servers) -> None:
    """Whoever signs out at one is nobody at the other."""
    assert [one.status_code for one in servers.both(DESKS)] == [200, 200]
    servers.first.post("/deconnexion", headers={"origin": "http://alpha.localhost"})
    after = servers.both(DESKS)
    assert [one.headers["location"].startswith(LOST) for one in after] == [True, True]


async def test_what_one_server_is_told_the_other_knows(
    communes: Communes, clock: FrozenClock
) -> None:
    clock.set(datetime.now(UTC))
    admin = await communes.alpha.staff(Grant("admin"))
    folder = communes.app.platform.folder
    await communes.app.platform.aclose()

    def lived() -> None:
        with two(folder, admin.cookies["session"]) as servers:
            what_is_written(servers)
            what_is_settled(servers, folder)
            who_left(servers)

    await to_thread.run_sync(lived)


@pytest.mark.parametrize("follows", [True, False], ids=["as it is", "sabotaged"])
async def test_twin_a_server_that_reads_a_file_once_goes_on_with_the_old_one(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, follows: bool
) -> None:
    """Sabotage: a file is taken to be as it was when it was first read."""
    there = communes.app.platform
    app = portal(Platform(there.folder, there.data, plugins=there.plugins, clock=there.clock))
    if not follows:
        monkeypatch.setattr(registry, "stamp_of", lambda file: int(file.exists()))
    transport, host = httpx.ASGITransport(app=app), "http://alpha.localhost"
    async with httpx.AsyncClient(transport=transport, base_url=host) as other:
        await other.get("/mentions")
        file = there.folder / "alpha.toml"
        file.write_text(file.read_text("utf-8").replace('name = "Alpha"', 'name = "Alphaville"'))
        page = await other.get("/mentions")
    await app.platform.aclose()

    assert ("Alphaville" in page.text) is follows
