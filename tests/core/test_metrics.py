"""What a monitor reads: counts and ages of each commune, of nobody in particular, by nobody else."""

import re
from collections import Counter
from datetime import timedelta

import httpx
import pytest
from tests.proofs.planting import planted

from ribambelle.commands import platform
from ribambelle.errors import Misconfigured
from ribambelle.jobs.tables import Job
from ribambelle.messages.tables import Message
from ribambelle.tenants import copies
from ribambelle.testing import Communes, FrozenClock
from ribambelle.web import asgi, metrics
from ribambelle.web.counting import Counts
from ribambelle.web.metrics import LOCAL, Metrics
from ribambelle_cli import serve
from ribambelle_cli.main import run

CANARY = "zyxowvut"
TOKEN = "f" * 64
LINE = re.compile(
    r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="([^"\\\n]|\\.)*"(,\w+="([^"\\\n]|\\.)*")*\})? [\d.e+-]+'
)


async def read(
    communes: Communes,
    readers: str,
    token: str = "",
    client: str = "127.0.0.1",
    host: str = "localhost",
) -> httpx.Response:
    communes.app.metrics.readers = readers
    transport = httpx.ASGITransport(app=communes.app, client=(client, 1))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}:8000") as monitor:
        return await monitor.get("/metrics", headers=headers)


@pytest.fixture(autouse=True)
def nothing_counted(request: pytest.FixtureRequest) -> None:
    if "communes" in request.fixturenames:
        request.getfixturevalue("communes").app.metrics = Metrics()


ASKED = {
    "off": ("", "", "127.0.0.1", 404),
    "off, with no token to match": ("", " ", "127.0.0.1", 404),
    "from here": (LOCAL, "", "127.0.0.1", 200),
    "from here, IPv6": (LOCAL, "", "::1", 200),
    "from elsewhere, whatever the host says": (LOCAL, "", "203.0.113.9", 404),
    "by nobody a proxy names": (LOCAL, "", "unix:", 404),
    "the token": (TOKEN, TOKEN, "203.0.113.9", 200),
    "another token": (TOKEN, "e" * 64, "127.0.0.1", 404),
    "no token, from here": (TOKEN, "", "127.0.0.1", 404),
    "the word itself": (LOCAL, LOCAL, "203.0.113.9", 404),
}


@pytest.mark.parametrize("name", ASKED)
async def test_only_who_may_reads_it(communes: Communes, name: str) -> None:
    readers, token, client, status = ASKED[name]

    assert (await read(communes, readers, token, client)).status_code == status


async def test_it_is_never_at_the_address_of_a_commune(communes: Communes) -> None:
    answer = await read(communes, LOCAL, host="alpha.localhost")

    assert answer.status_code == 404
    assert "ribambelle_" not in answer.text


def test_a_token_that_could_be_guessed_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_METRICS", "secret")
    with pytest.raises(Misconfigured, match="trop court"):
        metrics.setting()

    monkeypatch.setattr(serve, "_say_what_is_wrong", lambda: None)
    assert run(["serve", "--port", "1"]) == 1
    assert "32 signes" in capsys.readouterr().err


def test_what_serves_reads_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIBAMBELLE_METRICS", TOKEN)

    assert asgi.with_worker(platform(), working=False).metrics.readers == TOKEN


async def test_each_commune_tells_its_ages_and_how_many_wait(
    communes: Communes, clock: FrozenClock
) -> None:
    alpha, beta = communes.both
    with alpha.here() as tenant:
        now = tenant.now()
        await Job.insert(
            Job(plugin="core", name="x", payload="{}", run_at=now - timedelta(minutes=5)),
            Job(plugin="core", name="y", payload="{}", run_at=now + timedelta(hours=5)),
        )
        copies.note(tenant)
    (beta.app.platform.folder / "beta.toml").write_text("name = 3")
    clock.move(minutes=10)

    text = (await read(communes, LOCAL)).text

    assert 'ribambelle_tenant_up{tenant="alpha"} 1' in text
    assert 'ribambelle_tenant_up{tenant="beta"} 0' in text
    assert 'ribambelle_queue_age_seconds{tenant="alpha"} 900' in text
    assert 'ribambelle_queue_jobs{tenant="alpha"} 2' in text
    assert 'ribambelle_outbox_waiting{tenant="alpha"} 0' in text
    assert 'ribambelle_backup_age_seconds{tenant="alpha"} 600' in text
    assert 'ribambelle_queue_age_seconds{tenant="beta"}' not in text


async def visited(communes: Communes) -> None:
    """Visit with a name in all that a visitor can write."""
    visitor = communes.alpha.visitor()
    await visitor.get("/", headers={"user-agent": CANARY, "x-request-id": CANARY})
    await visitor.get(f"/connexion/lien/{CANARY}", params={"q": CANARY})
    await visitor.get(f"/{CANARY}/{CANARY}")
    await visitor.request(CANARY.upper(), "/")
    await visitor.post("/connexion", data={"email": f"{CANARY}@example.test"})


async def test_nothing_of_anybody_ever_shows(communes: Communes) -> None:
    await planted(communes.alpha, CANARY)
    await visited(communes)

    answer = await read(communes, TOKEN, TOKEN)

    key = communes.alpha.tenant.key
    assert CANARY not in answer.text.lower()
    assert TOKEN not in answer.text
    assert key.hex() not in answer.text
    assert [line for line in answer.text.splitlines() if not LINE.fullmatch(line)] == []
    assert 'route="/connexion/lien/{secret}"' in answer.text
    assert 'route="none",status="404"' in answer.text
    assert 'method="other"' in answer.text
    with communes.alpha.here():
        waiting = await Message.count().where(Message.sent_at.is_null())
    assert f'ribambelle_outbox_waiting{{tenant="alpha"}} {waiting}' in answer.text


async def test_counted_by_address_a_name_would_show(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the address is counted where the route should be."""
    real = Counts.note

    def by_address(self: Counts, method: str, route: str, status: int, seconds: float) -> None:
        real(self, method, f"/connexion/lien/{CANARY}" if "secret" in route else route, status, 1)

    monkeypatch.setattr(Counts, "note", by_address)
    await visited(communes)

    assert CANARY in (await read(communes, LOCAL)).text


async def test_every_answer_is_counted_once(communes: Communes) -> None:
    visitor = communes.alpha.visitor()
    for _ in range(3):
        await visitor.get("/connexion")

    text = (await read(communes, LOCAL)).text

    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    name = 'ribambelle_requests_total{method="GET",route="/connexion",status="200"}'
    assert found[name] == "3"
    assert found['ribambelle_request_seconds_count{route="/connexion"}'] == "3"
    assert found['ribambelle_request_seconds_bucket{route="/connexion",le="+Inf"}'] == "3"
    bounds = Counter(line.partition("{")[0] for line in found)
    assert bounds["ribambelle_request_seconds_bucket"] == 7


async def test_a_commune_is_not_looked_at_again_at_once(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[str]()
    real = metrics.look

    async def seen(*given: object) -> object:
        looks.append(str(given[1]))
        return await real(*given)  # type: ignore[arg-type]  # what it was given

    monkeypatch.setattr(metrics, "look", seen)
    await read(communes, LOCAL)
    await read(communes, LOCAL)

    assert looks == ["alpha", "beta"]
