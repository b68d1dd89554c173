"""A plugin made for another core is refused before its code is read, and the others go on."""

import json
import sys
import tomllib
from pathlib import Path

import pytest

from ribambelle import __version__
from ribambelle.errors import Misconfigured
from ribambelle.plugins import Plugins
from ribambelle.supported import require_supported
from ribambelle.tenants import Platform, checking
from ribambelle.tenants.doctor import examined
from ribambelle.testing.communes import bring_up
from ribambelle.web.portal import portal
from ribambelle_cli.main import run

ROOT = Path(__file__).parents[2]
OURS = {"assmat", "creche", "paiement", "periscolaire"}
READ = "plugin_of_tomorrow_was_read"


def installed(site: Path, *requires: str) -> None:
    """Write what pip leaves of a plugin whose code tells that it was read."""
    found = site / "ribambelle_demain-3.1.dist-info"
    found.mkdir(parents=True)
    asked = "".join(f"Requires-Dist: {one}\n" for one in requires)
    (found / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: ribambelle-demain\nVersion: 3.1\n{asked}", "utf-8"
    )
    (found / "entry_points.txt").write_text(
        "[ribambelle.plugins]\ndemain = plugin_of_tomorrow\n", "utf-8"
    )
    (site / "plugin_of_tomorrow.py").write_text(f"import sys\nsys.{READ} = True\n", "utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of this process, forgotten after the test."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, READ, False, raising=False)
    monkeypatch.delitem(sys.modules, "plugin_of_tomorrow", raising=False)
    return folder


def was_read() -> bool:
    return bool(getattr(sys, READ))


def test_a_plugin_for_another_core_is_refused_before_its_code_is_read(site: Path) -> None:
    installed(site, "ribambelle-core>=7.0,<7.1")

    plugins = Plugins()

    told = str(plugins.broken["demain"])
    assert "le module « demain » (ribambelle-demain 3.1)" in told
    assert "demande Ribambelle <7.1,>=7.0" in told
    assert f"la version en service est {__version__}" in told
    assert "Installez une version de ribambelle-demain" in told
    assert not was_read()
    assert set(plugins.names) == OURS


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("ribambelle-core",),
        (f"Ribambelle_Core=={__version__}",),
        ('ribambelle-core>=7; extra == "tomorrow"', "ribambelle-core>=0.1"),
        ("ribambelle-cli>=7",),
    ],
)
def test_a_plugin_for_this_core_or_that_says_nothing_is_read(
    site: Path, asked: tuple[str, ...]
) -> None:
    installed(site, *asked)

    plugins = Plugins()

    assert was_read()
    assert set(plugins.names) == OURS | {"demain"}


def test_twin_without_the_question_any_plugin_is_read(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(site, "ribambelle-core>=7.0,<7.1")
    monkeypatch.setattr("ribambelle.plugins.require_supported", lambda *_: None)

    assert "demain" in Plugins().names and was_read()


def test_metadata_nobody_can_read_is_told(site: Path) -> None:
    installed(site, "ribambelle-core >> 7")

    plugins = Plugins()

    assert "dit mal ce dont il dépend : « ribambelle-core >> 7 »" in str(plugins.broken["demain"])
    assert set(plugins.names) == OURS


def test_the_list_of_plugins_says_the_range_and_the_cure(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(site, "ribambelle-core>=7.0,<7.1")
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path))
    monkeypatch.setattr("ribambelle.commands.Plugins", Plugins)

    assert run(["plugin", "list", "--json"]) == 0

    shown = capsys.readouterr().out
    told = {one["name"]: one["problem"] for one in json.loads(shown[shown.index("[\n") :])}
    assert "<7.1,>=7.0" in told.pop("demain")
    assert set(told) == OURS and not any(told.values())


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_a_commune_that_enabled_it_is_served_without_it_and_told(
    site: Path, tmp_path: Path, templates_folder: Path, database_server: str
) -> None:
    installed(site, "ribambelle-core>=7.0,<7.1")
    folder = tmp_path / "tenants"
    folder.mkdir()
    app = portal(Platform(folder, folder / "data", plugins=Plugins()))
    communes = await bring_up(app, folder, templates_folder, "", ["creche", "demain"])

    page = await communes.alpha.visitor().get("/creche")
    problems = await checking.problems(communes.alpha.tenant)
    found = [one.told for one in await examined(app.platform, network=False)]

    assert page.status_code == 200
    assert [one for one in problems if "clé « plugins »" in one and "<7.1,>=7.0" in one]
    assert [one for one in found if "ribambelle-demain 3.1" in one]


def test_our_plugins_say_their_range_and_this_core_is_in_it() -> None:
    for file in [ROOT / "cli" / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]:
        project = tomllib.loads(file.read_text("utf-8"))["project"]
        asked = [one for one in project["dependencies"] if one.startswith("ribambelle-core")]
        require_supported(file.parent.name, project["name"], asked, __version__)
        with pytest.raises(Misconfigured):
            require_supported(file.parent.name, project["name"], asked, "7.0")


def test_the_core_says_one_version() -> None:
    project = tomllib.loads((ROOT / "core" / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["version"] == __version__
