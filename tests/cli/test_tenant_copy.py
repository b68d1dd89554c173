"""A space to learn in: the commune's settings, nobody of the commune's, nothing that leaves."""

import asyncio
import tomllib
from uuid import uuid4

import httpx
import pytest
from tests.proofs.planting import planted, tables_of

from ribambelle.commands import platform
from ribambelle.database import DOOR, template
from ribambelle.database.names import quoted, renamed
from ribambelle.identity.tables import Account, Household
from ribambelle.jobs import worker
from ribambelle.messages.tables import Message
from ribambelle.tenants import Platform, Tenant
from ribambelle.testing import Communes
from ribambelle.web.portal import portal
from ribambelle_cli import tenant_copy
from ribambelle_cli.main import run

CANARY = "zyxowvut"
REAL = f"""
[mail]
server = "127.0.0.1"
port = 9
[sms]
provider = "ovh"
sender = "Mairie"
consumer_key = "{CANARY}"
[signature]
name = "{CANARY}"
[legal]
director = "{CANARY}"
host = "OVH"
"""
Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def enabled_plugins() -> list[str]:
    return ["periscolaire", "paiement"]


@pytest.fixture
async def town(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """A commune whose every row, paper, secret and signature bears a word."""
    alpha = communes.alpha
    folder, data = alpha.tenant.platform.folder, alpha.tenant.platform.data
    file = folder / "alpha.toml"
    file.write_text(f"# {CANARY}\n{file.read_text()}{REAL}".replace("demo = true", "demo = false"))
    (folder / "alpha.secrets.toml").write_text(f'[documents]\nsecret = "{CANARY}{CANARY}"\n')
    (folder / "alpha").mkdir()
    (folder / "alpha" / "crest.svg").write_text("<svg/>")
    (folder / "platform.toml").write_text('[franceconnect]\non = false\n[mail]\nserver = "all"\n')
    plugins = alpha.tenant.platform.plugins
    ours = ("core_", "periscolaire_", "paiement_")
    others = {one._meta.tablename for one in tables_of(plugins)}
    await planted(alpha, CANARY, but={name for name in others if not name.startswith(ours)})
    (alpha.tenant.folder / "documents").mkdir(exist_ok=True)
    (alpha.tenant.folder / "documents" / "paper").write_text(CANARY)
    await alpha.tenant.platform.aclose()
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(folder))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(data))
    return alpha.tenant


def address(server: str) -> list[str]:
    return ["--database", renamed(server, f"school_{uuid4().hex[:10]}")] if server else []


async def copied(server: str, *more: str) -> int:
    words = ["tenant", "copy", "alpha", "ecole", "--fictional", *address(server), *more]
    return await asyncio.to_thread(run, words)


async def everything(communes: Platform, slug: str) -> str:
    """Return all that is held of a commune, rows and files, as one text."""
    tenant, found = communes.tenant(slug), list[str]()
    with tenant.here():
        for _, tables in tenant.platform.plugins.each("tables"):
            for table in tables:
                name = table._meta.tablename
                if await table.table_exists():
                    rows = await DOOR.fetch(f"SELECT * FROM {quoted(name)}")
                    found += [repr(dict(row)) for row in rows]
    places = [tenant.folder, communes.folder / slug, communes.folder / f"{slug}.toml"]
    files = [one for place in places for one in (place, *place.rglob("*")) if one.is_file()]
    return "\n".join([*found, *(one.read_bytes().decode("latin-1") for one in files)]).lower()


async def closed(communes: Platform) -> None:
    url = communes.tenant("ecole").settings.database.url
    await communes.aclose()
    if url:
        await template.drop(url)


async def test_nothing_of_anybody_real_is_in_the_space(
    town: Tenant, database_server: str, capsys: Capsys
) -> None:
    assert CANARY in await everything(town.platform, "alpha")

    code = await copied(database_server)

    communes = platform()
    told = tomllib.loads((communes.folder / "ecole.toml").read_text("utf-8"))
    held = await everything(communes, "ecole")
    with communes.tenant("ecole").here():
        families = await Household.count()
    assert code == 0
    assert CANARY not in held
    assert not (communes.folder / "ecole.secrets.toml").exists()
    assert families > 0
    assert (told["name"], told["plugins"]) == ("Alpha", ["periscolaire", "paiement"])
    assert told["contact"]["phone"] == "05 00 00 00 00"
    assert told["legal"] == {"host": "OVH"}
    assert (communes.folder / "ecole" / "crest.svg").is_file()
    assert communes.tenant("ecole").key != communes.tenant("alpha").key
    await closed(communes)


async def test_a_copy_that_read_the_base_would_be_seen(
    town: Tenant, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the space is filled with what the commune holds."""
    real = tenant_copy.populating.fill

    async def leaking(made: Tenant, seed: int, password: str) -> None:
        await real(made, seed, password)
        with made.platform.tenant("alpha").here():
            row, *_ = await Account.select(Account.name).where(Account.name.like(f"{CANARY}%"))
        with made.here():
            await Account.update({Account.name: row["name"]}, force=True)

    monkeypatch.setattr(tenant_copy.populating, "fill", leaking)
    await copied(database_server)

    communes = platform()
    assert CANARY in await everything(communes, "ecole")
    await closed(communes)


async def test_no_message_leaves_whatever_the_machine_says(
    town: Tenant, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    file = communes.folder / "ecole.toml"
    said = file.read_text("utf-8")
    file.write_text(said.replace('server = ""', 'server = "127.0.0.1"\nport = 9'))
    school = communes.tenant("ecole")

    before = set((school.folder / "outbox").glob("*.eml"))
    transport = httpx.ASGITransport(app=portal(communes))
    async with httpx.AsyncClient(transport=transport, base_url="http://ecole.localhost:8000") as it:
        asked = await it.post("/connexion", data={"email": "a@example.test"})
    await worker.drain(school)

    with school.here():
        left = await Message.count().where(Message.sent_at.is_null())
    kept = set((school.folder / "outbox").glob("*.eml")) - before
    assert asked.status_code == 200
    assert school.settings.mail.server == "127.0.0.1"
    assert left == 0
    assert len(kept) >= 1
    await closed(communes)


async def test_every_page_says_so_and_search_engines_are_kept_away(
    town: Tenant, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    app = portal(communes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ecole.localhost:8000") as it:
        pages = {
            path: await it.get(path) for path in ("/", "/connexion", "/nulle-part", "/donnees")
        }
        robots = await it.get("/robots.txt")

    assert {path for path, page in pages.items() if "Espace pour apprendre" in page.text} == {
        *pages
    }
    assert {page.headers["x-robots-tag"] for page in pages.values()} == {"noindex"}
    assert robots.text == "User-agent: *\nDisallow: /\n"
    await closed(communes)


async def test_a_failure_leaves_nothing(
    town: Tenant, database_server: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    async def broken(*_: object) -> None:
        raise OSError(28, "No space left on device", "/data")

    monkeypatch.setattr(tenant_copy.populating, "fill", broken)

    assert await copied(database_server) == 1
    assert "plein" in capsys.readouterr().err
    communes = platform()
    assert communes.slugs() == ["alpha", "beta"]
    assert not (communes.data / "ecole").exists()
    assert not (communes.folder / "ecole").exists()


async def test_what_could_not_be_is_refused_with_what_to_do(town: Tenant, capsys: Capsys) -> None:
    def refused(*words: str) -> str:
        assert run(["tenant", "copy", *words]) == 1
        return capsys.readouterr().err

    def tell() -> list[str]:
        return [
            refused("alpha", "ecole"),
            refused("alpha", "beta", "--fictional"),
            refused("paris", "ecole", "--fictional"),
            refused("alpha", "ecole", "--fictional", "--host", "beta.localhost"),
        ]

    bare, taken, unknown, host = await asyncio.to_thread(tell)
    dry = await asyncio.to_thread(run, ["tenant", "copy", "alpha", "e", "--fictional", "--dry-run"])

    assert "tenant copy alpha ecole --fictional" in bare
    assert "existe déjà" in taken
    assert "Communes connues" in unknown
    assert "appartient déjà" in host
    assert dry == 0
    assert CANARY not in capsys.readouterr().out
    assert platform().slugs() == ["alpha", "beta"]
