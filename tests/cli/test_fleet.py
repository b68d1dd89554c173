"""Hundreds of communes from one list: the plan first, nothing twice, and on where it was stopped."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from ribambelle import commands
from ribambelle.backups import state
from ribambelle.commands import platform
from ribambelle_cli.main import run

HEAD = "slug;name;insee;hosts;plugins;colour;agent_email;database_url\n"
BASTIA = "bastia;;2B033;famille.bastia.test;creche,assmat;#0B6B4F;;\n"
CORTE = "corte;;2B096;famille.corte.test;;;agent@corte.test;\n"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


def applied(place: Path, text: str, *more: str) -> int:
    (place / "communes.csv").write_text(text, "utf-8")
    return run(["fleet", "apply", str(place / "communes.csv"), *more])


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def files(place: Path) -> dict[str, str]:
    return {one.name: one.read_text("utf-8") for one in sorted((place / "tenants").glob("*.toml"))}


def test_a_list_is_planned_then_applied_and_nothing_is_done_twice(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = applied(place, HEAD + BASTIA + CORTE, "--dry-run")
    plan, before = told(capsys), list(place.glob("tenants/*"))
    done = applied(place, HEAD + BASTIA + CORTE)
    made, written = told(capsys), files(place)
    again = applied(place, HEAD + BASTIA + CORTE)
    same = told(capsys)

    assert (tried, done, again) == (0, 0, 0)
    assert "bastia à créer" in plan
    assert before == []
    assert "2 communes faites sur 2." in made
    assert "/invitation/" in made
    assert written.keys() == {"bastia.toml", "corte.toml"}
    assert 'plugins = ["creche", "assmat"]' in written["bastia.toml"]
    assert "Tout est déjà comme la liste le dit." in same
    assert files(place) == written


def test_what_the_list_changes_is_changed_and_the_rest_of_the_file_stays(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    applied(place, HEAD + BASTIA)
    file = place / "tenants" / "bastia.toml"
    file.write_text(file.read_text("utf-8") + '\n# les nôtres\n[contact]\nphone = "04"\n', "utf-8")
    capsys.readouterr()

    code = applied(
        place,
        "slug;hosts;plugins;colour\nbastia;famille.bastia.test,bastia.test;creche,periscolaire;#7A1F5C\n",
    )

    text, said = file.read_text("utf-8"), told(capsys)
    assert code == 0
    assert 'hosts = ["famille.bastia.test", "bastia.test"]' in text
    assert "# les nôtres" in text
    assert 'phone = "04"' in text
    assert "#7A1F5C" in text
    assert "modules : creche, assmat → creche, periscolaire" in said
    assert set(platform().tenant("bastia").settings.plugins) == {"creche", "periscolaire"}


WRONG = {
    "a column nobody knows": ("slug;hosts;couleur\na;a.test;x\n", "Colonne inconnue"),
    "no column of hosts": ("slug;name\na;A\n", "Il manque la colonne hosts"),
    "a name twice": (f"{HEAD}{BASTIA}{BASTIA}", "Ligne 3 (bastia)"),
    "an address twice": (
        f"{HEAD}{BASTIA}corte;;2B096;famille.bastia.test;;;;\n",
        "une seule commune",
    ),
    "a commune nobody knows": (f"{HEAD}{BASTIA}x;;99999;x.test;;;;\n", "code INSEE 99999"),
    "a module nobody knows": (f"{HEAD}x;X;;x.test;piscine;;;\n", "Module inconnu : piscine"),
    "an address that is none": (f"{HEAD}x;X;;https://x.test;;;;\n", "n’est pas une adresse"),
    "a colour that is none": (f"{HEAD}x;X;;x.test;;rouge;;\n", "couleur"),
    "a name that is none": (f"{HEAD}Été;X;;x.test;;;;\n", "ne peut pas nommer"),
    "an agent nobody could write to": (f"{HEAD}x;X;;x.test;;;agent;\n", "adresse e-mail"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_line_that_cannot_be_stops_the_whole_list(
    place: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    text, said = WRONG[name]

    code = applied(place, text)

    captured = capsys.readouterr()
    assert code == 1
    assert said in " ".join((captured.out + captured.err).split())
    assert not (place / "tenants").exists() or not files(place)


def test_a_list_moves_no_database_and_takes_no_other_commune(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    applied(place, HEAD + BASTIA)

    codes = [
        applied(place, f"{HEAD}bastia;;2B096;famille.bastia.test;;;;\n"),
        applied(place, f"{HEAD}bastia;;;famille.bastia.test;;;;postgresql://h/bastia\n"),
        applied(place, f"{HEAD}corte;;2B096;famille.bastia.test;;;;\n"),
    ]

    said = told(capsys)
    assert codes == [1, 1, 1]
    assert "existe déjà, pour le code INSEE 2B033" in said
    assert "Une liste ne déplace pas une base" in said
    assert "appartient déjà" in said


def test_what_will_be_created_is_told_whole_and_no_password(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "postgresql://ribambelle:tres-secret@bases.test/corte"
    corte = CORTE.replace(";;;agent", ";;#7A1F5C;agent").replace("\n", secret + "\n")

    applied(place, HEAD + BASTIA + corte, "--dry-run")
    said = told(capsys)
    applied(place, HEAD + BASTIA + corte, "--dry-run", "--json")
    _, planned = json.loads(capsys.readouterr().out)["plan"]

    assert "adresses : famille.bastia.test ; modules : creche, assmat ; couleur : #0B6B4F" in said
    assert "premier agent : un lien sera donné ; base : SQLite" in said
    assert (
        "premier agent : agent@corte.test ; base : postgresql://ribambelle@bases.test/corte" in said
    )
    assert planned["hosts"] == ["famille.corte.test"]
    assert planned["agent_email"] == "agent@corte.test"
    assert "tres-secret" not in said + json.dumps(planned)


def test_a_copy_that_failed_is_told_with_the_last_good_one(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    applied(place, HEAD + BASTIA + CORTE)
    bastia = platform().tenant("bastia")
    at = datetime(2026, 11, 25, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
    (bastia.folder / "last-copy").write_text(at.replace(hour=0).isoformat())
    state.note(bastia, state.Copies(at, at, problem="Le dossier /copies est absent."))
    capsys.readouterr()

    assert run(["fleet", "status"]) == 0
    said = told(capsys)
    assert run(["fleet", "status", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)

    assert "échouée 25/11/2026 09:00, la dernière bonne du 25/11/2026 00:00" in said
    assert "bastia, la copie a échoué. Le dossier /copies est absent." in said
    assert "ribambelle backup bastia" in said
    assert first["backup_problem"] == "Le dossier /copies est absent."
    assert datetime.fromisoformat(first["backup_failed_at"]) == at
    assert (second["backup_problem"], second["backup_failed_at"]) == ("", None)


def test_a_commune_that_is_only_read_is_said_so_and_since_when(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    applied(place, HEAD + BASTIA + CORTE)
    run(["tenant", "freeze", "corte"])
    mark = place / "data" / "corte" / "frozen"
    os.utime(mark, (1_795_680_000, 1_795_680_000))
    run(["tenant", "freeze", "corte"])
    capsys.readouterr()

    seen = {}
    for words in (["tenant", "list"], ["tenant", "show", "corte"], ["fleet", "status"]):
        assert run(words) == 0
        seen[words[1]] = told(capsys)
        assert run([*words, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        corte = found if isinstance(found, dict) else found[1]
        assert datetime.fromisoformat(corte["frozen_since"]).timestamp() == 1_795_680_000
    run(["tenant", "show", "bastia"])

    for said in seen.values():
        assert "lecture seule depuis le 26/11/2026 à 09:00" in said
    assert "ribambelle tenant freeze corte --off" in seen["show"]
    assert "État prête" in told(capsys)


def test_the_version_is_told_with_what_it_stands_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0

    ours = re.escape(version("ribambelle-core"))
    said = capsys.readouterr().out
    assert re.fullmatch(rf"Ribambelle {ours}, Python 3\.\d+\.\d+, SQLite 3\.\d+\.\d+\.\n", said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fleet", "check"], "0 commune en ordre sur 0."),
        (["doctor", "--no-network"], "Rien à corriger : 0 commune examinée."),
        (["work", "--dry-run"], "Rien n’a été changé."),
    ],
)
def test_none_is_singular(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    (place / "tenants").mkdir()
    run(words)

    assert said in told(capsys)


def test_the_fleet_is_followed_and_checked(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    applied(place, HEAD + BASTIA + CORTE)
    run(["backup", "bastia", "--to", str(place / "copy")])
    capsys.readouterr()
    run(["fleet", "status", "--json"])
    states: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    shown = run(["fleet", "status"])
    (place / "data" / "corte" / "portal.sqlite").write_bytes(b"not a database")
    broken = run(["fleet", "check", "--json"])
    out = capsys.readouterr().out
    after = json.loads(out[out.index('{\n  "checked"') :])

    assert run(["fleet", "status"]) == 0
    unseen = capsys.readouterr().out

    bastia, corte = states
    assert "corte" in unseen and "0,0 Mo" not in unseen  # nobody weighed it
    assert (bastia["slug"], bastia["pending"], bastia["given_up"]) == ("bastia", 0, 0)
    assert bastia["backup"] is not None
    moments = [bastia["backup"], corte["active"]]
    assert {datetime.fromisoformat(one).utcoffset() for one in moments} == {
        datetime.now(ZoneInfo("Europe/Paris")).utcoffset()
    }
    assert corte["backup"] is None
    assert bastia["megabytes"] > 0
    assert (shown, broken) == (0, 1)
    assert after["checked"] == 2
    assert "corte" in after["problems"]


def test_the_fleet_is_read_whole_on_a_narrow_screen(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eighty columns are what a terminal opens with, and what a pipe is given."""
    applied(place, HEAD + BASTIA + CORTE)
    run(["tenant", "freeze", "corte"])
    seen = {}
    for columns in (80, 200):
        monkeypatch.setattr(commands.out, "width", columns)
        capsys.readouterr()
        assert run(["fleet", "status"]) == 0
        seen[columns] = capsys.readouterr().out

    for said in seen.values():
        assert "…" not in said
        assert all(word in said for word in ("bastia", "creche, assmat", "prête, lecture seule"))
    assert len(seen[200].splitlines()) == 4
    assert max(len(line) for line in seen[80].splitlines()) <= 80


def test_what_nobody_expected_of_one_commune_hides_no_other(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert applied(place, HEAD + BASTIA + CORTE) == 0
    capsys.readouterr()
    held = type(platform()).tenant

    def fails(communes: Any, slug: str) -> Any:
        if slug == "bastia":
            raise RuntimeError("rien ne va")
        return held(communes, slug)

    monkeypatch.setattr("ribambelle.tenants.registry.Platform.tenant", fails)

    with capture_logs() as logs:
        assert run(["fleet", "status", "--json"]) == 0
        told = {one["slug"]: one["problem"] for one in json.loads(capsys.readouterr().out)}
        assert run(["fleet", "check", "--json"]) == 1
        checked = json.loads(capsys.readouterr().out)["problems"]
        assert run(["doctor", "--json"]) == 1
        found = json.loads(capsys.readouterr().out)

    assert {line["tenant"] for line in logs} == {"bastia"}
    assert "rien ne va" in told.pop("bastia")
    assert told and not any(told.values())
    assert "rien ne va" in checked["bastia"][0]
    failed = [one["told"] for one in found["findings"] if one["where"] == "bastia"]
    assert any("échoué" in one for one in failed)


def killed_then_rerun(place: Path, times: int, seed: int) -> dict[str, Any]:
    """Apply a list of forty communes, killed so many times; return what stands at the end."""
    draw = random.Random(seed)
    lines = [f"c{n};Commune {n};;c{n}.test;creche;;a{n}@example.test;\n" for n in range(40)]
    (place / "communes.csv").write_text(HEAD + "".join(lines), "utf-8")
    command = [
        sys.executable,
        "-m",
        "ribambelle_cli",
        "fleet",
        "apply",
        str(place / "communes.csv"),
    ]
    for _ in range(times):
        child = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.8, 2.5))
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    assert subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
    return {"files": files(place), "slugs": platform().slugs()}


@pytest.mark.slow
def test_killed_at_random_twenty_times_it_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = []
    for times in (0, 20):
        place = tmp_path_factory.mktemp(f"fleet{times}")
        monkeypatch.setenv("RIBAMBELLE_TENANTS", str(place / "tenants"))
        monkeypatch.setenv("RIBAMBELLE_DATA", str(place / "data"))
        ends.append(killed_then_rerun(place, times, 7))

    assert ends[0] == ends[1]
    assert len(ends[0]["slugs"]) == 40
