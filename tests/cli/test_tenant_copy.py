"""A space to learn in: the commune's settings, nobody of the commune's, nothing that leaves."""

import asyncio
import json
import shutil
import tomllib
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from tests.proofs.planting import planted, tables_of

from ribambelle import populating
from ribambelle.commands import platform
from ribambelle.database import DOOR, template
from ribambelle.database.names import quoted, renamed
from ribambelle.identity import Grant, links, passwords
from ribambelle.identity.tables import Account, Household
from ribambelle.jobs import worker
from ribambelle.messages.tables import Message
from ribambelle.tenants import Platform, Tenant, copies, doctor
from ribambelle.testing import Communes
from ribambelle.web.portal import Portal
from ribambelle_cli import tenant_copy
from ribambelle_cli.main import run
from ribambelle_paiement_tresor.settings import Settings as Payments

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
SCHOOL = "http://ecole.localhost:8000"
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


@pytest.fixture
def unfilled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces with their first member of staff and nobody else, for what families do not change."""

    async def first(made: Tenant, seed: int, password: str) -> None:
        kept = await passwords.hashed(password)
        with made.here():
            await populating.staff(made, populating.AGENT, "Sophie", [Grant("agent")], kept)

    monkeypatch.setattr(tenant_copy.populating, "fill", first)


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


def again(app: Portal) -> Portal:
    """Return the portal, made once for all tests, once it has seen the new space."""
    app.platform.scan()
    return app


async def closed(communes: Platform, shared: Portal | None = None) -> None:
    url = communes.tenant("ecole").settings.database.url
    await communes.aclose()
    if shared is not None:
        await shared.platform.aclose()
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
    town: Tenant, shared_app: Portal, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    file = communes.folder / "ecole.toml"
    said = file.read_text("utf-8")
    file.write_text(said.replace('server = ""', 'server = "127.0.0.1"\nport = 9'))
    school = communes.tenant("ecole")

    before = set((school.folder / "outbox").glob("*.eml"))
    transport = httpx.ASGITransport(app=again(shared_app))
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
    await closed(communes, shared_app)


PLATFORM = f"""
[database]
url = "postgresql://{CANARY}@127.0.0.1:1/{CANARY}"
[signature]
name = "{CANARY}"
[documents]
secret = "{CANARY}{CANARY}"
max_pages = 7
[mail]
server = "{CANARY}"
[geocoding]
service = "https://{CANARY}.test"
streets = "rues.csv"
[paiement]
mode = "production"
[[paiement.regies]]
code = "cantine"
label = "Cantine"
payfip = "123456"
iban = "{CANARY}"
"""


def inherited(communes: Platform) -> str:
    """Return what a space says of itself once the platform says everything to all."""
    (communes.folder / "platform.toml").write_text(PLATFORM)
    school = communes.tenant("ecole")
    assert school.settings.documents.max_pages == 7
    assert school.settings.geocoding.streets == "rues.csv"
    return repr((school.settings, school.of(Payments)))


@pytest.mark.usefixtures("unfilled")
async def test_the_platform_gives_it_no_base_no_signature_and_no_way_out(
    town: Tenant, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    base = communes.tenant("ecole").settings.database.url

    said = inherited(communes)

    assert CANARY not in said
    assert "123456" not in said
    assert communes.tenant("ecole").settings.database.url == base
    await closed(communes)


@pytest.mark.usefixtures("unfilled")
async def test_twin_a_layer_read_whole_would_lead_to_the_commune(
    town: Tenant, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await copied(database_server)
    base = platform().tenant("ecole").settings.database.url
    monkeypatch.setattr("ribambelle.tenants.settings.harmless", dict)

    said = inherited(platform())

    assert said.count(CANARY) >= (3 if base else 4)
    assert "123456" in said
    (platform().folder / "platform.toml").unlink()
    await closed(platform())


@pytest.mark.usefixtures("unfilled")
async def test_its_letter_box_opens_to_its_staff_alone(
    town: Tenant, shared_app: Portal, database_server: str, capsys: Capsys
) -> None:
    capsys.readouterr()
    await copied(database_server, "--json")
    password = json.loads(capsys.readouterr().out)["password"]
    communes = platform()

    transport = httpx.ASGITransport(app=again(shared_app))

    async def asked(who: str, word: str) -> tuple[httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(transport=transport, base_url=SCHOOL) as browser:
            await browser.post("/connexion/mot-de-passe", data={"email": who, "password": word})
            return await browser.get("/_boite"), await browser.get("/connexion/code")

    stranger, _ = await asked(populating.AGENT, "un-mot-de-passe-au-hasard")
    learner, code = await asked(populating.AGENT, password)

    assert stranger.status_code == 303
    assert stranger.headers["location"] == "/connexion/mot-de-passe?suite=/_boite"
    assert learner.status_code == 200
    assert "Code à six chiffres" in learner.text
    assert 'href="/_boite"' in code.text
    await closed(communes, shared_app)


@pytest.mark.usefixtures("unfilled")
async def test_a_family_of_the_space_does_not_read_its_letter_box(
    town: Tenant, shared_app: Portal, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    school = communes.tenant("ecole")
    with school.here():
        link = await links.make("sign_in", "quelqu.un@exemple.fr", school.now())
    transport = httpx.ASGITransport(app=again(shared_app))
    async with httpx.AsyncClient(transport=transport, base_url=SCHOOL) as browser:
        entered = await browser.post(httpx.URL(link).path)
        box = await browser.get("/_boite")
        page = await browser.get("/")

    assert (entered.status_code, box.status_code) == (303, 403)
    assert "/_boite" not in page.text
    await closed(communes, shared_app)


@pytest.mark.usefixtures("unfilled")
async def test_a_space_that_no_longer_says_so_is_not_served(
    town: Tenant, shared_app: Portal, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    file = communes.folder / "ecole.toml"
    said = file.read_text("utf-8")
    transport = httpx.ASGITransport(app=again(shared_app))
    for mark in ("fictional", "demo"):
        file.write_text(said.replace(f"{mark} = true", f"{mark} = false"))

        async with httpx.AsyncClient(transport=transport, base_url=SCHOOL) as browser:
            answer = await browser.get("/")
        every = await doctor.examined(communes, network=False)

        (found,) = [one for one in every if one.where == "ecole"]
        assert answer.status_code == 503
        assert found.level == "fault"
        assert "ouvert pour apprendre" in found.told
        assert "fictional = true" in found.told

    file.write_text(said)
    assert communes.tenant("ecole").is_for_learning
    await closed(communes, shared_app)


@pytest.mark.usefixtures("unfilled")
async def test_its_copies_remember_that_its_people_are_invented(
    town: Tenant, database_server: str, tmp_path: Path
) -> None:
    await copied(database_server)
    communes = platform()
    kept = tmp_path / "kept"
    await copies.copy(communes.tenant("ecole"), kept)

    assert "learning" in copies.contents(communes.tenant("ecole"))
    assert (kept / "learning").is_file()
    await closed(communes)
    for place in (communes.data / "ecole", communes.folder / "ecole"):
        shutil.rmtree(place, ignore_errors=True)
    (communes.folder / "ecole.toml").unlink()
    again = platform()
    await copies.bring_back(copies.opened(kept, again), again)
    assert again.tenant("ecole").is_for_learning
    await closed(again)


async def test_a_real_commune_called_fictional_is_told_by_the_doctor(town: Tenant) -> None:
    file = town.platform.folder / "beta.toml"
    file.write_text(f"fictional = true\n{file.read_text()}")

    found = await doctor.examined(platform(), network=False)

    told = [one.told for one in found if one.where == "beta" and one.level == "fault"]
    assert sum("n’est pas un espace pour apprendre" in one for one in told) == 1


async def test_every_page_says_so_and_search_engines_are_kept_away(
    town: Tenant, shared_app: Portal, database_server: str
) -> None:
    await copied(database_server)
    communes = platform()
    transport = httpx.ASGITransport(app=again(shared_app))
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
    await closed(communes, shared_app)


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
