"""Each fault is said with its remedy, and nothing is taken for well that was not looked at."""

import asyncio
import json
import os
import re
import shutil
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.core.certificates import certified

from ribambelle.commands import platform
from ribambelle.database.connection import OLDEST
from ribambelle.database.door import DOOR
from ribambelle.jobs import queue
from ribambelle.jobs.tables import Job
from ribambelle.messages.tables import Message
from ribambelle.privacy.guards import lifted
from ribambelle.tenants import doctor
from ribambelle.tenants.tenant import FREEZE
from ribambelle.workflow import journal
from ribambelle_cli.main import run

OLDER = (3, 40, 1)
PAYING = """
[paiement]
mode = "test"
treasury = "http://127.0.0.1:9"
[[paiement.regies]]
code = "regie"
label = "Régie enfance"
payfip = "090909"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_server: str) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    from ribambelle.database.names import renamed

    database = (
        [
            "--database",
            renamed(database_server, f"doctor_{tmp_path.name.lower().replace('-', '_')}"),
        ]
        if database_server
        else []
    )
    assert run(["tenant", "create", "bastia", "--insee", "2B033", *database]) == 0
    file = tmp_path / "tenants" / "bastia.toml"
    file.write_text("demo = true\n" + file.read_text("utf-8"), "utf-8")
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    run(["doctor", "--no-network", "--json", *more])
    out = capsys.readouterr().out
    told: list[dict[str, Any]] = json.loads(out[out.index('{\n  "ok"') :])["findings"]
    return told


async def broken() -> None:
    """Let the clock have been ahead, a job wait, and the base lose a column."""
    communes = platform()
    with communes.tenant("bastia").here() as tenant:
        await journal.record("tenant.changed", "tenant:bastia")
        async with lifted("core_journal"):
            later = (tenant.now() + timedelta(days=9)).isoformat()
            await DOOR.fetch(f"UPDATE core_journal SET at = '{later}'")
        await queue.later("core", "sweep")
        await Job.update({Job.run_at: tenant.now() - timedelta(hours=5)}).where(Job.id > 0)
        await DOOR.run_ddl("ALTER TABLE core_school ADD COLUMN forgotten integer")
    await communes.aclose()


def test_a_machine_in_order_is_said_to_be(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [one for one in found(capsys) if one["where"] not in ("disque",)] == []
    assert run(["doctor", "--no-network"]) == 0
    assert "Rien à corriger" in capsys.readouterr().out


def test_each_fault_comes_with_its_remedy(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(broken())
    (place / "data" / "bastia" / "secret.key").chmod(0o644)

    told = " ".join(f"{one['told']} {one['cure']}" for one in found(capsys))

    assert "chmod 600" in told
    assert "L’horloge a reculé" in told
    assert "timedatectl" in told
    assert "Des travaux attendent" in told
    assert "n’a pas la forme attendue" in told
    assert "tenant upgrade bastia" in told
    assert "rompue à la ligne" in told
    assert run(["doctor", "--no-network"]) == 1


def test_a_disk_almost_full_and_a_folder_nobody_may_write_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(10**12, 10**12 - 10**10, 10**10))
    full = list(doctor.of_machine(platform()))
    (tmp_path / "data").rmdir()
    (tmp_path / "data").write_text("not a folder")
    closed = list(doctor.of_machine(platform()))

    assert [(one.where, one.level) for one in full] == [("disque", "fault")]
    assert "10,0 Go" in full[0].told
    assert "RIBAMBELLE_DATA" in closed[0].cure


def test_an_old_sqlite_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))

    (old,) = (one for one in doctor.of_machine(platform(), OLDER) if one.where == "SQLite")

    assert (old.level, old.where) == ("fault", "SQLite")
    assert old.told == "La version 3.40.1 peut abîmer une base où deux processus écrivent."
    assert old.cure == "Réinstallez : make install apporte la bonne."
    assert "SQLite" not in {one.where for one in doctor.of_machine(platform(), OLDEST)}
    assert "SQLite" not in {one.where for one in doctor.of_machine(platform())}


def test_a_disk_with_little_room_is_a_remark_and_not_yet_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(1000, 950, 50))

    (little,) = doctor.of_machine(platform())

    assert (little.level, little.cure) == (
        "remark",
        "Libérez de la place, ou agrandissez le disque.",
    )


async def waiting() -> None:
    """Let a message of two hours ago still be here."""
    communes = platform()
    with communes.tenant("bastia").here() as tenant:
        before = tenant.now() - timedelta(hours=2)
        message = Message(kind="x", recipient="a@b.test", subject="x", text="x", created_at=before)
        await Message.insert(message)
    await communes.aclose()


def test_messages_that_do_not_leave_are_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(waiting())

    (late,) = (one["told"] for one in found(capsys) if "message attend" in one["told"])

    assert "Vérifiez que le serveur d’envoi répond" in late


def test_a_file_ahead_of_its_base_and_a_treasury_that_is_silent_are_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place / "tenants" / "bastia.toml"
    alone = file.read_text("utf-8")
    file.write_text(re.sub(r"(?m)^plugins = .*$", 'plugins = ["paiement"]', alone), "utf-8")
    ahead = [one["told"] for one in found(capsys)]
    assert run(["tenant", "upgrade", "bastia"]) == 0
    with file.open("a", encoding="utf-8") as written:
        written.write(PAYING)
    silent = [one["told"] for one in found(capsys)]

    assert "Base à mettre à niveau : ribambelle tenant upgrade bastia" in ahead
    assert any("le Trésor ne répond pas à http://127.0.0.1:9" in one for one in silent), silent


@pytest.mark.parametrize(("days", "why"), [(30, ""), (9, "finit le"), (None, "refusé")])
async def test_a_certificate_is_told_before_it_ends_and_when_it_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, days: int | None, why: str
) -> None:
    async def shown(host: str, port: int = 443) -> datetime:
        if days is None:
            refused = ssl.SSLCertVerificationError("x")
            refused.verify_code = 10
            raise refused
        return datetime.now(UTC) + timedelta(days=days)

    file = place / "tenants" / "bastia.toml"
    file.write_text(file.read_text("utf-8").replace("bastia.localhost", "b.example.test"), "utf-8")
    monkeypatch.setattr(doctor, "_certificate", shown)

    told = [one async for one in doctor._of_network(platform().tenant("bastia"))]

    assert [why in one.told for one in told] == ([True] if why else [])
    assert all(one.cure == "Renouvelez-le sur le serveur mandataire." for one in told)


def test_what_cannot_be_reached_is_not_taken_for_well(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = place / "tenants" / "bastia.toml"
    text = (
        file.read_text("utf-8")
        .replace("demo = true\n", "")
        .replace("bastia.localhost", "b.invalid")
    )
    file.write_text(
        f'{text}\n[mail]\nserver = "127.0.0.1"\nport = 9\nsender = "a@b.test"\n', "utf-8"
    )

    run(["doctor", "--json"])
    out = capsys.readouterr().out
    told = json.loads(out[out.index('{\n  "ok"') :])["findings"]

    assert ("unknown", True) in [(one["level"], "b.invalid" in one["told"]) for one in told]
    assert any("127.0.0.1:9 ne répond pas" in one["told"] for one in told)
    assert any("Aucune copie faite" in one["told"] for one in told)


@pytest.mark.parametrize(
    ("name", "days", "is_trusted", "why"),
    [
        ("localhost", -1, True, "il est périmé"),
        ("ailleurs.test", 9, True, "il est au nom d’une autre adresse"),
        ("localhost", 9, False, "il s’est signé lui-même"),
        ("localhost", 9, True, ""),
    ],
)
async def test_a_certificate_that_browsers_refuse_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, days: int, is_trusted: bool, why: str
) -> None:
    serving, trusting = certified(name, days=days)
    if is_trusted:
        monkeypatch.setattr(doctor.ssl, "create_default_context", lambda: trusting)
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=serving
    )
    port = server.sockets[0].getsockname()[1]
    told = ""
    async with server:
        try:
            assert await doctor._certificate("localhost", port) is not None
        except ssl.SSLCertVerificationError as error:
            told = doctor._refused(error)

    assert told == why


def test_a_commune_left_read_only_and_a_base_left_behind_are_said(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place / "data" / "bastia"
    mark, former = folder / FREEZE, folder / "portal.20261101-120000.sqlite"
    cut = [folder / f".portal.sqlite.{ending}" for ending in ("still", "moving")]
    for file in (mark, former, *cut):
        file.touch()
    told = told_of(capsys)
    assert "lecture seule" not in told and "rm " not in told  # a move that goes on is no fault

    for file, days in ((mark, 1), (former, 8), (cut[0], 2), (cut[1], 2)):
        before = time.time() - days * 86_400
        os.utime(file, (before, before))

    told = told_of(capsys)
    assert "lecture seule depuis" in told and "freeze bastia --off" in told
    assert all(f"rm {file}*" in told for file in (former, *cut))


def told_of(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(f"{one['told']} {one['cure']}" for one in found(capsys))
