"""A commune changes address, leaves whole, arrives as it left, or ends with nothing left of it."""

import asyncio
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.core.documents.builders import a_document

from ribambelle.commands import platform
from ribambelle.database import template
from ribambelle.database.names import named, renamed
from ribambelle.documents import vault
from ribambelle.documents.tables import Document
from ribambelle.identity import households
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.tables import Household
from ribambelle.tenants import deleting, leaving, open_formats
from ribambelle.tenants.tenant import FREEZE
from ribambelle.workflow import journal
from ribambelle_cli.main import run

CANARY = "Zyxowvut"
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(leaving.export, "__defaults__", (0.0,))
    return tmp_path


def new(server: str) -> list[str]:
    return ["--database", renamed(server, f"life_{uuid4().hex[:12]}")] if server else []


@pytest.fixture
def bastia(place: Path, database_server: str, capsys: Capsys) -> Path:
    """A commune where a family came and went, another stays, and gave a paper."""
    words = ["--plugin", "creche", "--plugin", "periscolaire", *new(database_server)]
    assert run(["tenant", "create", "bastia", "--insee", "2B033", *words]) == 0
    file = place / "tenants" / "bastia.toml"
    file.write_text(f"# à nous\n{file.read_text()}\n[contact]\nservice = 'Enfance'\n")
    (place / "tenants" / "bastia.secrets.toml").write_text('[mail]\npassword = "s"\n')
    (place / "tenants" / "bastia").mkdir()
    (place / "tenants" / "bastia" / "crest.svg").write_text("<svg/>")
    asyncio.run(inside(a_family))
    capsys.readouterr()
    return place


async def inside(work: Callable[[], Any]) -> Any:
    communes = platform()
    try:
        with communes.tenant("bastia").here():
            return await work()
    finally:
        await communes.aclose()


async def a_family() -> None:
    now = platform().tenant("bastia").now()
    for name in (CANARY, "Départ"):
        await households.create([AdultEntry(name, "Prune")], None, now)
    await Household.delete().where(Household.id == 2)
    await a_document(CANARY.encode())
    await journal.record("tenant.changed", "tenant:bastia")


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


@pytest.fixture
def exported(bastia: Path, capsys: Capsys) -> Path:
    assert run(["tenant", "export", "bastia", "--to", str(bastia / "out")]) == 0
    capsys.readouterr()
    return bastia / "out"


def elsewhere(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to another machine."""
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(place / "there" / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(place / "there" / "data"))
    return place / "there"


def test_everything_leaves_in_open_formats(exported: Path, database_server: str) -> None:
    told = files(exported)
    rows = [json.loads(line) for line in told["tables/core_adult.jsonl"].splitlines()]

    assert [row["given_name"] for row in rows] == [CANARY]
    assert [content for name, content in told.items() if name.startswith("documents/")] == [
        CANARY.encode()
    ]
    assert "# à nous" in told["settings/tenant.toml"].decode()
    assert "database" not in tomllib.loads(told["settings/tenant.toml"].decode())
    assert told["settings/own/crest.svg"] == b"<svg/>"
    assert "about" in json.loads(told["tables.json"])["core_adult"]
    assert not (exported.parent / "data" / "bastia" / "frozen").exists()
    assert all(file.stat().st_mode & 0o077 == 0 for file in exported.rglob("*"))


@pytest.mark.parametrize(
    "other",
    [pytest.param(False, id="same"), pytest.param(True, id="other", marks=pytest.mark.slow)],
)
def test_what_arrives_is_what_left_to_the_byte(
    exported: Path,
    database_server: str,
    other: bool,
    postgres_server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capsys,
) -> None:
    """On the same kind of database, then on the other."""
    there = elsewhere(exported.parent, monkeypatch)
    server = database_server if not other else ("" if database_server else postgres_server)
    assert run(["tenant", "import", str(exported), *new(server), "--json"]) == 0
    came = json.loads(capsys.readouterr().out)
    assert run(["tenant", "export", "bastia", "--to", str(there / "out"), "--json"]) == 0
    left = json.loads(capsys.readouterr().out)

    assert left["digest"] == came["digest"]
    assert files(there / "out") == files(exported)
    assert asyncio.run(inside(papers)) == [CANARY.encode()]
    assert run(["journal", "verify", "bastia"]) == 0
    assert asyncio.run(inside(next_household)) == 3  # a number once given is never given again
    assert not list((there / "data").glob(".bastia*"))


async def papers() -> list[bytes]:
    return [await vault.content(one) for one in await Document.objects().order_by(Document.id)]


async def next_household() -> int:
    now = platform().tenant("bastia").now()
    return await households.create([AdultEntry("Ana", "Prune")], None, now)


@pytest.mark.parametrize("harm", ["row", "paper", "lost", "added", "manifest"])
def test_an_export_that_changed_is_not_brought_in(
    exported: Path, database_server: str, harm: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    file = exported / "tables" / "core_adult.jsonl"
    if harm == "row":
        file.write_text(file.read_text().replace(CANARY, "Autre"))
    elif harm == "paper":
        next((exported / "documents").iterdir()).write_bytes(b"other")
    elif harm == "lost":
        file.unlink()
    elif harm == "added":
        (exported / "tables" / "more.jsonl").write_text("{}\n")
    else:
        (exported / "manifest.json").write_text("{}")
    there = elsewhere(exported.parent, monkeypatch)

    assert run(["tenant", "import", str(exported), *new(database_server)]) == 1

    assert "rien n’a été importé" in capsys.readouterr().err
    assert not there.exists()


def test_what_would_arrive_changed_is_refused_and_nothing_is_left(
    exported: Path, database_server: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    """The files are whole, but what was made of them is not: only a second export can tell."""
    there, words = elsewhere(exported.parent, monkeypatch), new(database_server)
    value = open_formats._value
    monkeypatch.setattr(
        open_formats, "_value", lambda told, kind: "Autre" if told == CANARY else value(told, kind)
    )

    assert run(["tenant", "import", str(exported), *words]) == 1
    assert "core_adult" in capsys.readouterr().err
    assert not (there / "tenants" / "bastia.toml").exists()
    assert not (there / "data" / "bastia").exists()

    monkeypatch.setattr(open_formats, "_value", value)
    assert run(["tenant", "import", str(exported), *words]) == 0


def test_twin_without_the_second_export_a_changed_row_arrives(
    exported: Path, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def believed(*_: Any) -> None:
        return None

    elsewhere(exported.parent, monkeypatch)
    value = open_formats._value
    monkeypatch.setattr(
        open_formats, "_value", lambda told, kind: "Autre" if told == CANARY else value(told, kind)
    )
    monkeypatch.setattr(leaving, "_prove", believed)

    assert run(["tenant", "import", str(exported), *new(database_server)]) == 0


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_commune_already_there_or_of_another_version_is_not_brought_in(
    exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    assert run(["tenant", "import", str(exported)]) == 1
    assert "existe déjà" in capsys.readouterr().err
    elsewhere(exported.parent, monkeypatch)
    file = exported / "manifest.json"
    told = json.loads(file.read_text())
    for key, value, words in (
        ("format", 2, "à niveau"),
        ("slug", "../evil", "ne peut pas nommer"),
        ("steps", told["steps"][:-1], "une autre version"),
    ):
        file.write_text(json.dumps({**told, key: value}))
        assert run(["tenant", "import", str(exported)]) == 1
        assert words in capsys.readouterr().err


def test_a_deleted_commune_leaves_a_slip_and_nothing_else(
    bastia: Path, database_server: str, capsys: Capsys
) -> None:
    url = platform().tenant("bastia").settings.database.url
    assert run(["tenant", "delete", "bastia"]) == 1
    assert "--confirm bastia" in capsys.readouterr().err
    assert run(["tenant", "delete", "bastia", "--dry-run"]) == 0
    assert (bastia / "data" / "bastia").is_dir()
    slip = bastia / "slip.json"

    assert run(["tenant", "delete", "bastia", "--confirm", "bastia", "--slip", str(slip)]) == 0

    told = slip.read_text()
    assert CANARY not in told
    assert deleting.is_genuine(slip)
    assert json.loads(told)["documents"] == 1
    left = [file for file in bastia.rglob("*bastia*") if ".templates" not in file.parts]
    assert left == []
    assert not any(
        CANARY.encode() in file.read_bytes() for file in bastia.rglob("*") if file.is_file()
    )
    if url:
        assert not asyncio.run(exists(url))
    slip.write_text(told.replace('"documents": 1', '"documents": 2'))
    assert not deleting.is_genuine(slip)


async def exists(url: str) -> bool:
    async with template.administration(url) as server:
        asked = "SELECT 1 FROM pg_database WHERE datname = $1"
        return bool(await server.fetchval(asked, named(url)))


def test_a_deletion_that_was_cut_goes_on(
    bastia: Path, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = bastia / "slip.json"
    words = ["tenant", "delete", "bastia", "--confirm", "bastia", "--slip", str(slip)]

    def cut(place: Path) -> None:
        raise PermissionError(13, "Permission denied", str(place))

    with monkeypatch.context() as broken:
        broken.setattr(deleting, "_remove", cut)
        assert run(words) == 1
    assert not deleting.is_genuine(slip)

    assert run(words) == 0

    assert deleting.is_genuine(slip)
    assert not (bastia / "tenants" / "bastia.toml").exists()
    assert run(words) == 1  # there is no such commune any more


def test_twin_a_deletion_that_forgets_a_place_is_seen(
    bastia: Path, database_server: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    remove = deleting._remove
    monkeypatch.setattr(
        deleting, "_remove", lambda place: None if "secrets" in place.name else remove(place)
    )
    slip = bastia / "slip.json"

    assert run(["tenant", "delete", "bastia", "--confirm", "bastia", "--slip", str(slip)]) == 1

    assert "il reste" in capsys.readouterr().err
    assert not deleting.is_genuine(slip)


def test_a_commune_changes_address_and_colour(
    bastia: Path, database_server: str, capsys: Capsys
) -> None:
    words = ["tenant", "change", "bastia", "--host", "famille.bastia.fr", "--colour", "#0B6B4F"]
    assert run([*words, "--dry-run"]) == 0
    assert "bastia.localhost" in (bastia / "tenants" / "bastia.toml").read_text()
    said = capsys.readouterr().out
    assert "bastia, adresses : bastia.localhost → famille.bastia.fr" in said
    assert "bastia, couleur : " in said

    assert run([*words, "--json"]) == 0

    out = capsys.readouterr().out
    assert [one["key"] for one in json.loads(out[out.index("{") :])["changes"]] == [
        "hosts",
        "colour",
    ]
    text = (bastia / "tenants" / "bastia.toml").read_text()
    assert "# à nous" in text
    assert tomllib.loads(text)["hosts"] == ["famille.bastia.fr"]
    assert platform().hosts == {"famille.bastia.fr": "bastia"}
    assert run(["journal", "verify", "bastia"]) == 0
    for refused in (["--host", "https://x"], ["--colour", "bleu"], []):
        assert run(["tenant", "change", "bastia", *refused]) == 1
    assert tomllib.loads((bastia / "tenants" / "bastia.toml").read_text())["hosts"] == [
        "famille.bastia.fr"
    ]


async def test_a_frozen_commune_is_thawed_after_an_export_that_fails(
    bastia: Path, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = next(
        file for file in (bastia / "data" / "bastia" / "documents").rglob("*") if file.is_file()
    )
    paper.write_bytes(b"broken")
    communes = platform()

    with pytest.raises(Exception, match="export_paper_broken"):
        await leaving.export(communes.tenant("bastia"), bastia / "out", 0)
    await communes.aclose()

    assert not (bastia / "out").exists()
    assert not (bastia / "data" / "bastia" / FREEZE).exists()
