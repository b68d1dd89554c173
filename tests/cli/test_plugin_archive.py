"""A plugin's data leave the base for an archive, and come back from it, less who was forgotten."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.proofs.planting import planted
from tests.proofs.test_forgetting import MINE, WHOSE, said, three_families

from ribambelle.database import DOOR, migrations, moving, template
from ribambelle.database.names import renamed
from ribambelle.plugins import Plugins
from ribambelle.privacy import forgetting
from ribambelle.privacy.orphans import Orphans
from ribambelle.tenants import archiving
from ribambelle.tenants.tenant import FREEZE
from ribambelle.testing import FrozenClock, Town
from ribambelle.testing.communes import bring_up, fresh_platform
from ribambelle.web.portal import Portal
from ribambelle.workflow import journal
from ribambelle_cli.main import run

Capsys = pytest.CaptureFixture[str]
JOURNAL = {"core_journal", "core_journal_start"}


@pytest.fixture
async def town(
    shared_app: Portal,
    clock: FrozenClock,
    database_server: str,
    installed: Plugins,
    templates_folder: Path,
    tmp_path: Path,
) -> AsyncIterator[Town]:
    """A commune with a base of its own: tables leave it."""
    fresh_platform(shared_app, tmp_path, clock)
    town = (await bring_up(shared_app, tmp_path, templates_folder, "", installed.names)).alpha
    url = renamed(database_server, f"archive_{uuid4().hex[:8]}") if database_server else ""
    if url:
        await template.create(url, installed.only(installed.names).packages(), templates_folder)
        with (tmp_path / "alpha.toml").open("a") as file:
            file.write(f'[database]\nurl = "{url}"\n')
    yield town
    await shared_app.platform.aclose()
    if url:
        await template.drop(url)


async def held(town: Town, plugin: str) -> dict[str, str]:
    tenant = town.tenant
    own = dict(tenant.platform.plugins.each("tables"))[plugin]
    return await moving.contents(tenant.engine, own)


async def test_what_each_plugin_kept_leaves_the_base_and_comes_back_the_same(
    town: Town, installed: Plugins, tmp_path: Path
) -> None:
    await planted(town, "mot", but=JOURNAL)
    before = {name: await held(town, name) for name in installed.names}

    made = {
        name: await archiving.put_away(town.tenant, name, tmp_path / name, 0)
        for name in installed.names
    }
    with town.here() as tenant:
        there, enabled = await migrations.apps(), tenant.settings.plugins
    for name in reversed(installed.names):
        _, left_out = await archiving.bring_back(town.tenant, name, tmp_path / name)
        assert left_out == 0, name

    assert there == {"core"} and enabled == ()
    assert all(one.rows >= 3 * (len(one.tables) - 5) for one in made.values())
    assert {name: await held(town, name) for name in installed.names} == before
    assert set(town.tenant.settings.plugins) == set(installed.names)
    assert not (town.tenant.folder / FREEZE).exists()
    with town.here():
        assert await journal.broken_at() is None


async def forgotten_meanwhile(town: Town, plugins: Plugins, out: Path) -> dict[str, int]:
    """Archive, forget a family, bring back; return where its word stands."""
    await three_families(town, plugins)
    await archiving.put_away(town.tenant, "periscolaire", out, 0)
    with town.here():
        await forgetting.household(WHOSE)
    await archiving.bring_back(town.tenant, "periscolaire", out)
    return await said(town, MINE)


async def test_who_was_forgotten_meanwhile_does_not_come_back(
    town: Town, installed: Plugins, tmp_path: Path
) -> None:
    assert await forgotten_meanwhile(town, installed, tmp_path / "out") == {}
    with town.here():
        assert await DOOR.fetch("SELECT id FROM periscolaire_enrolment WHERE id = 1")


async def test_twin_rows_that_are_not_looked_at_bring_the_family_back(
    town: Town, installed: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_of_them(_: Orphans, __: Any, rows: Any) -> list[dict[str, Any]]:
        return list(rows)

    monkeypatch.setattr(Orphans, "without", all_of_them)
    try:
        found = await forgotten_meanwhile(town, installed, tmp_path / "out")
    except Exception as error:  # the base itself refuses rows whose parent is gone
        found = {type(error).__name__: 1}

    assert found


@pytest.fixture
def bastia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> Path:
    """A commune whose crèche plugin is archived in `out`, by the command."""
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(archiving.put_away, "__defaults__", (0.0,))
    assert run(["tenant", "create", "bastia", "--insee", "2B033", "--plugin", "creche"]) == 0
    assert run(["tenant", "disable", "bastia", "creche", "--archive", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    return tmp_path


def brought_back(place: Path, capsys: Capsys, plugin: str = "creche") -> str:
    """Ask for the archive back; return what is told."""
    asked = ["tenant", "enable", "bastia", plugin, "--archive", str(place / "out")]
    assert run(asked) == 1
    return capsys.readouterr().err


def test_the_command_says_what_it_would_do_then_does_it(bastia: Path, capsys: Capsys) -> None:
    archive = ["--archive", str(bastia / "out")]
    assert run(["tenant", "enable", "bastia", "creche", *archive, "--dry-run"]) == 0
    planned = capsys.readouterr().out
    assert run(["tenant", "enable", "bastia", "creche", *archive]) == 0
    done = capsys.readouterr().out
    assert run(["tenant", "disable", "bastia", "creche", *archive]) == 1
    kept = capsys.readouterr().err
    assert run(["tenant", "disable", "bastia", "creche", "--archive", "x", "--dry-run"]) == 0

    assert "à reprendre" in planned and "Rien n’a été changé." in planned
    assert "activé, 0 ligne reprise." in done
    assert "out" in kept  # an archive is never written over
    assert "à archiver" in capsys.readouterr().out
    assert (bastia / "out" / "archive.json").stat().st_mode & 0o077 == 0


def test_an_archive_that_changed_is_not_taken_back(bastia: Path, capsys: Capsys) -> None:
    file = bastia / "out" / "tables" / "creche_facility.jsonl"
    file.write_bytes(file.read_bytes() + b"{}\n")
    assert "creche_facility" in brought_back(bastia, capsys)

    file.write_bytes(b"")
    told = json.loads((bastia / "out" / "archive.json").read_text())
    told["tables"]["creche_facility"]["last"] = 99
    (bastia / "out" / "archive.json").write_text(json.dumps(told))
    assert "la dernière" in brought_back(bastia, capsys)  # the journal holds its digest


def test_an_archive_never_covers_what_is_there_nor_another_plugin(
    bastia: Path, capsys: Capsys
) -> None:
    assert "celle de « creche »" in brought_back(bastia, capsys, "periscolaire")
    for act in ("enable", "disable"):
        assert run(["tenant", act, "bastia", "creche"]) == 0
    capsys.readouterr()

    assert "déjà des données" in brought_back(bastia, capsys)
