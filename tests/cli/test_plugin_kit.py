"""A new plugin passes its own tests and the kit; a broken one is told which file, and the cure."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from ribambelle.database import migrations
from ribambelle.errors import Misconfigured
from ribambelle.plugins import Plugins
from ribambelle.testing.conformance import LEVELS, RULES, examine
from ribambelle.testing.conformance.candidate import Candidate, candidate
from ribambelle.testing.conformance.public import PUBLIC
from ribambelle_cli import scaffolding
from ribambelle_cli.hook_reference import reference, specs
from ribambelle_cli.main import run

DOCS = Path(__file__).parents[2] / "docs"


def made(folder: Path, name: str) -> Path:
    return scaffolding.write(name, "Ludothèque", folder)


def pip_into(site: Path, root: Path) -> None:
    """Install a plugin as from a wheel, in a folder of its own."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--no-index", "--target", str(site), str(root)], check=True)


def test_a_new_plugin_is_written_installed_and_passes_its_own_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["plugin", "new", "ludotheque", "--title", "Ludothèque", "--into", str(tmp_path)])
    told = capsys.readouterr().out
    root, site = tmp_path / "ribambelle-ludotheque", tmp_path / "site"
    pip_into(site, root)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(site), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert code == 0 and "tenant enable COMMUNE ludotheque" in told
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout and "skipped" not in done.stdout


def test_a_name_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for name in ("creche", "core", "mail", "Ludothèque", "x" * 30, "9vies", "a-b"):
        assert run(["plugin", "new", name, "--into", str(tmp_path)]) != 0, name
    assert run(["plugin", "new", "a", "--title", 'Jeux "{x}"', "--into", str(tmp_path)]) != 0
    made(tmp_path, "ludotheque")
    with pytest.raises(Misconfigured, match="existe déjà"):
        made(tmp_path, "ludotheque")
    assert [one.name for one in tmp_path.iterdir()] == ["ribambelle-ludotheque"]


def test_the_kit_gives_a_new_plugin_every_level(tmp_path: Path) -> None:
    report = examine(made(tmp_path, "entiere"))

    assert {one.rule: one.faults for one in report.verdicts if one.faults} == {}
    assert (report.claimed, report.reached) == ("silver", "platinum")


def change(file: str, old: str, new: str) -> Callable[[Path, str], None]:
    """Put something else in one file of a plugin."""

    def act(root: Path, name: str) -> None:
        path = root / file.format(name=name)
        text = path.read_text("utf-8")
        assert old.format(name=name) in text
        path.write_text(text.replace(old.format(name=name), new.format(name=name)), "utf-8")

    return act


def remove(file: str) -> Callable[[Path, str], None]:
    return lambda root, name: (root / file.format(name=name)).unlink()


PLUGIN, TABLES = "ribambelle_{name}/plugin.py", "ribambelle_{name}/tables.py"
FAMILY = "ribambelle_{name}/pages/family.py"
FAMILY_PAGE = "ribambelle_{name}/templates/{name}/family.html"
SQLITE = "ribambelle_{name}/migrations/0001_first.sqlite.sql"
POSTGRES = "ribambelle_{name}/migrations/0001_first.postgres.sql"
AT = 'HERE = "/{name}"'
FIRST_LINE, TITLE = "from collections.abc import Iterable\n", "<h1>Ludothèque</h1>"
BROKEN: dict[str, tuple[str, Callable[[Path, str], None], str]] = {
    "raises at import": (
        "served",
        change(PLUGIN, FIRST_LINE, "raise RuntimeError('cassé')\n"),
        "cassé",
    ),
    "is not Python": ("served", change(PLUGIN, FIRST_LINE, "def (:\n"), "syntax"),
    "answers a hook nobody asks": (
        "served",
        change(PLUGIN, "def acts()", "def gestes()"),
        "gestes",
    ),
    "raises in a hook": (
        "served",
        change(PLUGIN, "    return [Word]", "    raise ValueError('rien ne va')"),
        "rien ne va",
    ),
    "answers another kind": ("served", change(PLUGIN, "return [Word]", "return 7"), "tables()"),
    "a route without a guard": (
        "served",
        change(FAMILY, ", guards=[guards.family])\nasync def mine", ")\nasync def mine"),
        "ne dit pas qui peut la demander",
    ),
    "an address of the core": ("served", change(FAMILY, AT, 'HERE = "/compte"'), "/compte"),
    "an address of another": ("names", change(FAMILY, AT, 'HERE = "/creche"'), "/creche"),
    "a table with another's name": (
        "names",
        change(TABLES, 'tablename="{name}_word"', 'tablename="creche_word"'),
        "creche_word",
    ),
    "a route with another's name": (
        "names",
        change(FAMILY, 'name="{name}.mine"', 'name="creche.mine"'),
        "doit se nommer",
    ),
    "an act with another's name": (
        "names",
        change(PLUGIN, '"{name}.written"', '"creche.written"'),
        "l’acte",
    ),
    "half a migration": ("migrations", remove(POSTGRES), "0001_first"),
    "a column nobody makes": (
        "migrations",
        change(SQLITE, "  \"answer\" VARCHAR(500) NOT NULL DEFAULT '',\n", ""),
        "answer",
    ),
    "a step that fails": ("migrations", change(SQLITE, "CREATE INDEX", "CREATE INDEXE"), "SQLite"),
    "settings that take anything": (
        "settings",
        change("ribambelle_{name}/settings.py", ", forbid_unknown_fields=True", ""),
        "forbid_unknown_fields",
    ),
    "rows left to chance": (
        "foreign_keys",
        change(TABLES, ", on_delete=OnDelete.cascade", ""),
        "on_delete=",
    ),
    "a personal column without a rule": (
        "personal_data",
        change("ribambelle_{name}/personal_data.py", '"text", ', ""),
        "_word.text",
    ),
    "another plugin imported": (
        "imports",
        change(PLUGIN, FIRST_LINE, FIRST_LINE + "import ribambelle_creche.plugin\n"),
        "ribambelle_creche",
    ),
    "the private of the core": (
        "imports",
        change(PLUGIN, FIRST_LINE, FIRST_LINE + "from ribambelle.web.portal import _plain\n"),
        "_plain",
    ),
    "a name the core does not promise": (
        "imports",
        change(PLUGIN, FIRST_LINE, FIRST_LINE + "from ribambelle.identity.tables import Token\n"),
        "ribambelle.identity.tables.Token",
    ),
    "the network at import": (
        "network",
        change(
            PLUGIN,
            FIRST_LINE,
            FIRST_LINE + "import socket\nsocket.create_connection(('example.test', 80))\n",
        ),
        "sans réseau",
    ),
    "the network at the import of a page": (
        "network",
        change(
            FAMILY,
            "from dataclasses",
            "import socket\nsocket.getaddrinfo('a.test', 80)\nfrom dataclasses",
        ),
        "sans réseau",
    ),
    "a page that is no Python": (
        "served",
        change(FAMILY, "from dataclasses", "def (:"),
        "ne se lit pas",
    ),
    "stops everything at import": (
        "served",
        change(PLUGIN, FIRST_LINE, FIRST_LINE + "raise SystemExit(0)\n"),
        "s’arrête à l’import",
    ),
    "no test on two communes": ("tests", remove("tests/test_words.py"), "communes"),
    "a rule that reads the clock": (
        "domain",
        change(
            "ribambelle_{name}/domain/words.py",
            "    if waiting < most:",
            "    import datetime\n\n    datetime.datetime.now()\n    if waiting < most:",
        ),
        "lit l’heure",
    ),
    "a picture without words": (
        "accessible",
        change(FAMILY_PAGE, TITLE, TITLE + '<img src="/a.png">'),
        "sans alt",
    ),
    "a field without a label": (
        "accessible",
        change(FAMILY_PAGE, TITLE, TITLE + '<input name="x">'),
        "sans étiquette",
    ),
    "a script in a page": (
        "accessible",
        change(FAMILY_PAGE, TITLE, '<h1 onclick="x()">Ludothèque</h1>'),
        "politique des pages",
    ),
    "a file from elsewhere": (
        "accessible",
        change(FAMILY_PAGE, TITLE, TITLE + '<script src="https://cdn.test/x.js"></script>'),
        "un autre site",
    ),
    "a sentence in French alone": (
        "languages",
        change(FAMILY_PAGE, TITLE, TITLE + "<p>Bienvenue ici</p>"),
        "Bienvenue ici",
    ),
    "a label in French alone": (
        "languages",
        change(FAMILY_PAGE, "Votre mot à la mairie", "Votre petit mot"),
        "Votre petit mot",
    ),
    "a button in French alone, with a name in it": (
        "languages",
        change(FAMILY_PAGE, 'c.button("Envoyer ce mot")', 'c.button("Écrire à " ~ tenant.slug)'),
        "Écrire à {1}",
    ),
    "any version of the core": (
        "core_range",
        change("pyproject.toml", '"ribambelle-core>=0.1,<0.2"', '"ribambelle-core"'),
        "de quelle version",
    ),
    "a rule without an example": (
        "examples",
        change("ribambelle_{name}/domain/words.py", ">>>", "..."),
        "montrez un exemple",
    ),
    "no types": ("rooms", remove("ribambelle_{name}/py.typed"), "py.typed"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_plugin_is_told_where_and_how(tmp_path: Path, what: str) -> None:
    expected, breaks, words = BROKEN[what]
    name = f"essai{list(BROKEN).index(what)}"
    root = made(tmp_path, name)
    breaks(root, name)
    rule = next(one for one in RULES if one.code == expected)

    faults = list(rule.faults(fresh(candidate(root))))

    assert faults, f"{expected} saw nothing"
    assert words in " ".join(faults)


def fresh(plugin: Candidate) -> Candidate:
    """Forget what was imported under this name: each plugin of these tests has its own."""
    for name in [one for one in sys.modules if one.split(".")[0] == plugin.package]:
        del sys.modules[name]
    return plugin


def test_every_rule_is_broken_by_one_of_these() -> None:
    # the portal itself turns the routes of a plugin off
    assert {expected for expected, _, _ in BROKEN.values()} == {one.code for one in RULES} - {
        "disabled"
    }
    assert len(BROKEN) >= 20


@pytest.mark.slow
def test_the_command_says_what_is_left_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = made(tmp_path, "essai")
    change(TABLES, ", on_delete=OnDelete.cascade", "")(root, "essai")

    code, told = run(["plugin", "check", str(root)]), capsys.readouterr().out
    (root / "quality.toml").write_text(
        'level = "silver"\n[exceptions]\nforeign_keys = "une raison"\n', "utf-8"
    )
    excused, shown = run(["plugin", "check", str(root), "--json"]), capsys.readouterr().out
    kept = json.loads(shown[shown.index("{\n") :])

    assert (code, excused) == (1, 0)
    assert "on_delete=" in told and "Niveau atteint : bronze" in told
    assert (kept["claimed"], kept["reached"]) == ("silver", "platinum")
    assert "une raison" in {one["excuse"] for one in kept["rules"]}


@pytest.mark.parametrize(
    "text",
    [
        'exceptions = "x"',
        '[exceptions]\nserved = "une raison"',
        'level = "or"',
        '[exceptions]\nnulle_part = "x"',
        '[exceptions]\nnames = " "',
        "level =",
    ],
)
def test_a_claim_that_means_nothing_is_refused(tmp_path: Path, text: str) -> None:
    root = made(tmp_path, "essai")
    (root / "quality.toml").write_text(text, "utf-8")

    with pytest.raises(Misconfigured) as refused:
        examine(root)

    assert "quality.toml" in str(refused.value.file) and refused.value.cure


def test_a_folder_that_is_no_plugin_is_refused(tmp_path: Path) -> None:
    assert run(["plugin", "check", str(tmp_path)]) != 0


def test_each_rule_has_its_page_under_its_level() -> None:
    page = (DOCS / "quality.md").read_text("utf-8")
    sections = {
        level: page.partition(f"## {level.capitalize()}\n")[2].partition("\n## ")[0]
        for level in LEVELS
    }

    for rule in RULES:
        assert f"### {rule.code}\n" in sections[rule.level] + "\n", rule.code


def test_the_reference_of_the_hooks_is_what_they_say() -> None:
    told = reference()

    assert (DOCS / "hooks.md").read_text("utf-8") == told, "ribambelle plugin hooks > docs/hooks.md"
    assert all(f"\n## {name}\n" in told for name in specs())
    assert "``" not in told.replace("```", "")


def test_a_step_that_fails_leaves_the_commune_as_it_was_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = made(tmp_path, "moitie")
    change(SQLITE, "CREATE INDEX", "CREATE INDEXE")(root, "moitie")
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    found = Plugins({"moitie": import_module("ribambelle_moitie.plugin")})
    monkeypatch.setattr("ribambelle.commands.Plugins", lambda: found)
    assert run(["tenant", "create", "essai", "--name", "Essai"]) == 0
    file = tmp_path / "tenants" / "essai.toml"
    before = file.read_text("utf-8")
    capsys.readouterr()

    code, told = run(["tenant", "enable", "essai", "moitie"]), capsys.readouterr().err

    assert code == 1 and file.read_text("utf-8") == before
    assert all(one in told for one in ("« moitie »", "migrations/0001_first", "INDEXE"))
    assert "comme avant" in told and "Traceback" not in told
    # nothing of it was kept: mended, it is enabled
    change(SQLITE, "CREATE INDEXE", "CREATE INDEX")(root, "moitie")
    migrations.steps.cache_clear()
    assert run(["tenant", "enable", "essai", "moitie"]) == 0


def test_what_is_public_is_there_and_is_said() -> None:
    page = (DOCS / "stability.md").read_text("utf-8")

    for name, told in PUBLIC.items():
        module = import_module(name)
        assert f"| `{name}` | {told} |" in page, name
        for said in re.findall(r"`(\w+)`", told):
            is_module = find_spec(f"{name}.{said}") if hasattr(module, "__path__") else None
            assert hasattr(module, said) or is_module, f"{name}.{said}"


def test_of_a_plugin_that_is_not_served_nothing_is_said_to_be_kept(tmp_path: Path) -> None:
    root = made(tmp_path, "muette")
    change(PLUGIN, FIRST_LINE, "raise RuntimeError('cassé')\n")(root, "muette")

    report = examine(root)

    assert report.reached == ""
    assert all(one.faults for one in report.verdicts)
