"""A creation that fails leaves nothing behind; one that was killed can be finished."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ribambelle.database import template
from ribambelle.database.names import renamed
from ribambelle.identity import accounts
from ribambelle.tenants import creation
from ribambelle.testing.communes import Communes
from ribambelle_cli.main import run


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def database(database_server: str) -> list[str]:
    """The option that names a new database on each server in turn."""
    if not database_server:
        return []
    return ["--database", renamed(database_server, f"made_{uuid4().hex[:12]}")]


def create(*more: str) -> int:
    return run(["tenant", "create", "ajaccio", "--insee", "2A004", "--plugin", "creche", *more])


def left(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if ".templates" not in path.parts]


def test_a_failure_at_the_end_undoes_everything(
    place: Path, database: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(accounts, "invite", falling)
        with pytest.raises(RuntimeError):
            create("--agent", "nora@mairie.corsica", *database)

    assert [path.name for path in left(place) if path.name != "data"] == []
    assert create("--agent", "nora@mairie.corsica", *database) == 0


async def falling(*given: object) -> str:
    raise RuntimeError("rien ne va")


def kill_before_the_file(place: Path, monkeypatch: pytest.MonkeyPatch, database: list[str]) -> None:
    """Leave what a creation killed between its database and its file leaves."""

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    async def nothing(*given: object) -> None:
        """A killed process cleans nothing."""

    with monkeypatch.context() as dying:
        dying.setattr(creation, "put", killed)
        dying.setattr(template, "drop", nothing)
        dying.setattr("shutil.rmtree", lambda folder, **more: None)
        assert create(*database) == 130
    assert (place / "data" / "ajaccio" / creation.MARK).is_file()


def test_a_creation_that_was_killed_is_finished(
    place: Path,
    database: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kill_before_the_file(place, monkeypatch, database)
    capsys.readouterr()

    assert create("--json", *database) == 0

    assert json.loads(capsys.readouterr().out)["resumed"] is True
    assert run(["tenant", "check", "ajaccio"]) == 0
    assert not (place / "data" / "ajaccio" / creation.MARK).exists()


def test_a_database_where_somebody_has_an_account_is_left_alone(
    place: Path,
    database: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kill_before_the_file(place, monkeypatch, database)
    assert create(*database) == 0
    assert run(["account", "create", "ajaccio", "nora@mairie.corsica", "--role", "agent"]) == 0
    (place / "tenants" / "ajaccio.toml").unlink()
    mark = place / "data" / "ajaccio" / creation.MARK
    mark.write_text(database[1] if database else "")
    before = left(place)
    capsys.readouterr()

    assert create(*database) == 1

    assert "rien n’a été supprimé" in capsys.readouterr().err
    assert left(place) == before


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk where nothing may be written: the superuser who runs tests may write anywhere."""

    def refuse(path: Path, *more: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "mkdir", refuse)
        yield


@pytest.mark.parametrize(
    "words",
    [
        ["tenant", "create", "ajaccio", "--insee", "2A004"],
        ["restore", "copie", "--to", "ailleurs"],
    ],
)
@pytest.mark.usefixtures("refused")
def test_a_disk_that_refuses_is_said_in_french(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 1

    told = capsys.readouterr().err
    assert "denied" not in told
    assert told.count("\n") <= 3


def test_a_refusal_is_told_to_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tenant", "show", "paris", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)

    assert told["error"] == "Commune inconnue : paris."
    assert told["cure"].startswith("Communes connues")


def test_a_database_that_is_away_is_told_to_a_program(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create()
    file = place / "tenants" / "ajaccio.toml"
    file.write_text(file.read_text() + '[database]\nurl = "postgresql://u@127.0.0.1:9/b"\n')
    capsys.readouterr()

    assert run(["tenant", "check", "ajaccio", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert "PostgreSQL n’est pas à cette adresse" in told["error"]


def test_a_port_already_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert run(["serve", "--port", str(other.getsockname()[1])]) == 1

    assert "déjà pris" in capsys.readouterr().err


def break_one(place: Path) -> None:
    """Bring up two communes, and break the file of the first."""
    for slug in ("ajaccio", "bastia"):
        assert run(["tenant", "create", slug, "--insee", "2B033", "--agent", f"a@{slug}.fr"]) == 0
    (place / "tenants" / "ajaccio.toml").write_text("illisible [")


def test_a_broken_file_keeps_no_other_commune_waiting(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_one(place)
    capsys.readouterr()

    assert run(["work", "--once", "--json"]) == 1
    work = {line["slug"]: line for line in json.loads(capsys.readouterr().out)["tenants"]}
    assert run(["tenant", "upgrade", "--json"]) == 1
    upgrade = {line["slug"]: line for line in json.loads(capsys.readouterr().out)}

    assert work["bastia"]["jobs"] >= 1  # the invitation, and what the hour brings every day
    assert upgrade["bastia"]["problem"] is None
    for report in (work, upgrade):
        assert "TOML" in report["ajaccio"]["problem"]


def test_jobs_that_wait_are_counted_without_being_run(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_one(place)
    capsys.readouterr()

    assert run(["work", "--dry-run"]) == 1

    told = capsys.readouterr().out
    assert "bastia : 1 travail en attente" in told
    assert not (place / "data" / "bastia" / "outbox").exists()


def test_enabling_says_which_steps_it_would_take(capsys: pytest.CaptureFixture[str]) -> None:
    run(["tenant", "create", "bastia", "--insee", "2B033"])
    capsys.readouterr()

    assert run(["tenant", "enable", "bastia", "creche", "--dry-run", "--json"]) == 0

    assert "creche 0001_first" in json.loads(capsys.readouterr().out)["migrations"]


async def test_the_address_of_a_database_is_checked_in_the_file(communes: Communes) -> None:
    file = communes.app.platform.folder / "alpha.toml"
    text = file.read_text().partition("[database]")[0]
    file.write_text(text + '[database]\nurl = "postgres//oubli"\n')

    assert (await communes.alpha.visitor().get("/")).status_code == 503
    assert (await communes.beta.visitor().get("/")).status_code == 200


def test_what_a_commune_holds_is_nobody_else_s_to_read(place: Path, database: list[str]) -> None:
    """Whatever the umask of whoever types: sudo, a session of one's own."""
    before = os.umask(0o022)
    try:
        assert create(*database) == 0
    finally:
        os.umask(before)

    assert (place / "data" / "ajaccio").stat().st_mode & 0o077 == 0
