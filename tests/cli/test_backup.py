"""A commune is copied whole and put back whole, or not at all; and nowhere else."""

import asyncio
import json
import re
import tomllib
from pathlib import Path
from uuid import uuid4

import pytest
from tests.core.documents.builders import a_document

from ribambelle.commands import platform
from ribambelle.database.names import renamed
from ribambelle.documents import vault
from ribambelle.documents.tables import Document
from ribambelle.identity import households
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.tables import Adult
from ribambelle.privacy import forgetting
from ribambelle.tenants import Platform, copies
from ribambelle_cli.main import run


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def database(database_server: str) -> list[str]:
    """The option that names a new database on each server in turn."""
    return ["--database", new(database_server)] if database_server else []


def new(server: str) -> str:
    return renamed(server, f"copied_{uuid4().hex[:12]}")


@pytest.fixture
def copy(place: Path, database: list[str], capsys: pytest.CaptureFixture[str]) -> Path:
    """A copy of a commune with secrets and a crest."""
    assert run(["tenant", "create", "bastia", "--insee", "2B033", *database]) == 0
    (place / "tenants" / "bastia.secrets.toml").write_text('[mail]\npassword = "s"\n')
    (place / "tenants" / "bastia").mkdir()
    (place / "tenants" / "bastia" / "crest.svg").write_text("<svg/>")
    assert run(["backup", "bastia", "--to", str(place / "copy")]) == 0
    capsys.readouterr()
    return place / "copy"


def back(copy: Path, database: list[str], *more: str) -> int:
    """Restore elsewhere; a PostgreSQL database gets another name, the first one being there."""
    named = ["--database", new(database[1])] if database else []
    return run(["restore", str(copy), "--to", str(copy.parent / "there"), *named, *more])


def left(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*"))


@pytest.mark.asvs("13.3.1", "13.3.2")
def test_everything_comes_back_and_only_the_service_reads_it(
    copy: Path, database: list[str]
) -> None:
    assert back(copy, database) == 0

    there = copy.parent / "there"
    assert (there / "tenants" / "bastia.secrets.toml").read_text() == '[mail]\npassword = "s"\n'
    assert (there / "tenants" / "bastia" / "crest.svg").is_file()
    kept = (copy / "database", copy / "database.json", copy / "secrets.toml", copy / "tenant.toml")
    assert [file.stat().st_mode & 0o077 for file in (copy, *kept)] == [0] * 5
    assert not [path for path in left(there) if path.name.startswith(".bastia")]


def test_the_database_named_is_written_in_the_file(
    copy: Path, database: list[str], database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database:
        return
    url = new(database_server)
    text = (copy / "tenant.toml").read_text().partition("[database]")[0]
    (copy / "tenant.toml").write_text(text)  # as if the address had come from the environment

    there = copy.parent / "there"
    assert run(["restore", str(copy), "--to", str(there), "--database", url]) == 0

    said = tomllib.loads((there / "tenants" / "bastia.toml").read_text())
    assert said["database"]["url"] == url
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(there / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(there / "data"))
    assert run(["tenant", "check", "bastia"]) == 0


def test_the_address_of_a_relais_is_not_taken_for_the_database_s() -> None:
    text = (
        '[[assmat.relais]]\nurl = "https://relais"\n[database]  # ici\nurl = "postgresql://a/b"\n'
    )

    changed = copies.with_url(text, "postgresql://c/d", "a.toml")

    assert tomllib.loads(changed) == {
        "assmat": {"relais": [{"url": "https://relais"}]},
        "database": {"url": "postgresql://c/d"},
    }


@pytest.mark.parametrize("slug", ["../../evil", "/etc/evil", "platform", "a/b", "", "Bastia"])
def test_a_copy_never_says_where_to_write(
    copy: Path, database: list[str], slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "slug").write_text(slug)
    before = left(copy.parent)

    assert back(copy, database) == 1

    assert "ne peut pas nommer une commune" in capsys.readouterr().err
    assert left(copy.parent) == before


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_twin_without_the_check_of_its_name_a_copy_writes_elsewhere(
    copy: Path, database: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "SLUG", re.compile(".*"))
    (copy / "slug").write_text("../../evil")
    there = Platform(copy.parent / "there" / "tenants", copy.parent / "there" / "data")

    copied = copies.opened(copy, there)

    assert (there.folder / f"{copied.slug}.toml").resolve() == copy.parent / "evil.toml"


@pytest.mark.parametrize("name", ["tenant.toml", "secret.key", "database", "database.json", "slug"])
def test_a_copy_that_is_not_whole_is_refused(
    copy: Path, database: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / name).unlink()
    before = left(copy.parent)

    assert back(copy, database) == 1

    assert f"{name} y manque" in capsys.readouterr().err
    assert left(copy.parent) == before


def test_a_failure_leaves_nothing_and_can_be_tried_again(
    copy: Path, database: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left(copy.parent)
    named = ["--database", new(database[1])] if database else []
    words = ["restore", str(copy), "--to", str(copy.parent / "there"), *named]

    with monkeypatch.context() as broken:
        broken.setattr("os.link", refuse_files)
        assert run(words) == 1

    assert left(copy.parent) == before
    assert run(words) == 0


def refuse_files(source: Path, target: Path) -> None:
    """Refuse to put the commune's file in place, and nothing else."""
    if target.name.endswith(".toml"):
        raise PermissionError(13, "Permission denied", str(target))
    target.write_bytes(source.read_bytes())


def test_an_address_already_taken_is_not_taken_again(
    copy: Path, database: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    tenants = copy.parent / "tenants"
    (tenants / "bastia.toml").rename(tenants / "autre.toml")
    (copy / "slug").write_text("revenue")

    assert run(["restore", str(copy)]) == 1

    assert "« autre »" in capsys.readouterr().err
    assert not (tenants / "revenue.toml").exists()


def test_dry_runs_say_and_write_nothing(
    copy: Path, database: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(copy.parent)

    assert back(copy, database, "--dry-run") == 0
    assert run(["backup", "bastia", "--to", str(copy.parent / "c"), "--dry-run", "--json"]) == 0

    assert "secrets.toml" in json.loads(capsys.readouterr().out.partition("\n")[2])["files"]
    assert left(copy.parent) == before


async def a_paper(shown: bytes) -> int:
    """Give a paper in the commune that the environment points to."""
    communes = platform()
    with communes.tenant("bastia").here():
        number = (await a_document(shown)).id
    await communes.aclose()
    return number


async def papers_there() -> list[bytes]:
    communes = platform()
    with communes.tenant("bastia").here():
        found = [await vault.content(one) for one in await Document.objects().order_by(Document.id)]
    await communes.aclose()
    return found


@pytest.fixture
def copy_with_papers(place: Path, database: list[str], capsys: pytest.CaptureFixture[str]) -> Path:
    """A copy of a commune where two papers were given."""
    assert run(["tenant", "create", "bastia", "--insee", "2B033", *database]) == 0
    asyncio.run(a_paper(b"Zyxowvut"))
    asyncio.run(a_paper(b"second"))
    (place / "data" / "bastia" / "documents" / "reception" / "half").write_bytes(b"Zyxowvut")
    assert run(["backup", "bastia", "--to", str(place / "copy")]) == 0
    capsys.readouterr()
    return place / "copy"


def test_papers_and_their_keys_come_back(
    copy_with_papers: Path, database: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert back(copy_with_papers, database) == 0

    there = copy_with_papers.parent / "there"
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(there / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(there / "data"))
    assert asyncio.run(papers_there()) == [b"Zyxowvut", b"second"]
    assert not (there / "data" / "bastia" / "documents" / "reception").exists()
    kept = [file for file in (copy_with_papers / "documents").rglob("*") if file.is_file()]
    assert len(kept) == 2
    assert all(b"Zyxowvut" not in file.read_bytes() for file in kept)


@pytest.mark.parametrize("harm", ["lost", "changed", "unlisted"])
def test_a_copy_whose_papers_are_not_whole_is_refused(
    copy_with_papers: Path, database: list[str], harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = next(file for file in (copy_with_papers / "documents").rglob("*") if file.is_file())
    if harm == "lost":
        paper.unlink()
    elif harm == "changed":
        paper.write_bytes(paper.read_bytes()[:-1])
    else:
        (copy_with_papers / "documents.json").unlink()
    before = left(copy_with_papers.parent)

    assert back(copy_with_papers, database) == 1

    assert "documents" in capsys.readouterr().err
    assert left(copy_with_papers.parent) == before


def test_the_key_of_papers_is_changed_by_a_command(
    copy_with_papers: Path, database: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["documents", "rotate-key", "bastia", "--dry-run"]) == 0
    assert "2 justificatifs seraient rechiffrés" in capsys.readouterr().out

    assert run(["documents", "rotate-key", "bastia", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert told == {"slug": "bastia", "documents": 2, "forgotten_keys": 1}
    assert asyncio.run(papers_there()) == [b"Zyxowvut", b"second"]


def test_a_family_forgotten_since_the_copy_is_forgotten_again(
    place: Path, database: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tenant", "create", "bastia", "--insee", "2B033", *database]) == 0

    async def family(communes: Platform) -> None:
        with communes.tenant("bastia").here() as tenant:
            for name in ("Mangue", "Prune"):
                await households.create([AdultEntry(name, name)], None, tenant.now())
        await communes.aclose()

    async def forget(communes: Platform) -> None:
        with communes.tenant("bastia").here():
            await forgetting.household(1)
        await communes.aclose()

    async def names(communes: Platform) -> list[str]:
        with communes.tenant("bastia").here():
            rows = await Adult.select(Adult.given_name).order_by(Adult.id)
        await communes.aclose()
        return [row["given_name"] for row in rows]

    asyncio.run(family(platform()))
    assert run(["backup", "bastia", "--to", str(place / "copy")]) == 0
    asyncio.run(forget(platform()))

    assert back(place / "copy", database) == 0
    told = " ".join(capsys.readouterr().out.split())
    there = Platform(place / "there" / "tenants", place / "there" / "data")

    assert asyncio.run(names(there)) == ["Prune"]
    assert "Effacements rejoués : 1." in told
    assert copies.erasures(there, "bastia").is_file()
