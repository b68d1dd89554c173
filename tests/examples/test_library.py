"""The example plugin, written with the public interface alone, lives from its wheel."""

import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from tests.examples.wheels import LIBRARY, ROOT, installed, wheel_of, with_plugin
from tests.proofs.serving import RIBAMBELLE, serving

from ribambelle.testing.browser import free_port


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the wheel of the example is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    return installed(wheel_of(LIBRARY, folder), folder / "site")


def test_the_example_passes_its_own_tests_and_reaches_platinum(site: Path) -> None:
    """Its own tests, on both databases, and the kit, which its conformance test runs."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"],
        cwd=LIBRARY,
        env=with_plugin(site, PYTEST_ADDOPTS="", PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    # the twin of the lock asks for two writers at once, which SQLite never has
    assert done.stdout.count("SKIPPED") == 1, done.stdout
    assert 'level = "platinum"' in (LIBRARY / "quality.toml").read_text("utf-8")


def ran(site: Path, folder: Path, *command: str) -> str:
    """Run something with the example on the path, in these communes; return what it says."""
    told = subprocess.run(
        command, env=places(site, folder), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def places(site: Path, folder: Path) -> dict[str, str]:
    return with_plugin(site, RIBAMBELLE_TENANTS=str(folder), RIBAMBELLE_DATA=str(folder / "data"))


def test_from_its_wheel_a_card_is_asked_given_and_billed(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Migrations by the command, pages by a portal of its own process, the bill by another plugin."""
    command, port = str(RIBAMBELLE), free_port()
    ran(
        *(site, tmp_path, command, "tenant", "create", "essai", "--name", "Essai"),
        *("--host", "essai.localhost", "--plugin", "paiement"),
    )
    enabled = ran(site, tmp_path, command, "tenant", "enable", "essai", "bibliotheque")
    file = tmp_path / "essai.toml"
    file.write_text(file.read_text("utf-8") + "\n[bibliotheque]\ncard_cents = 500\n", "utf-8")
    people = json.loads(ran(site, tmp_path, sys.executable, "-m", "tests.examples.people", "essai"))
    for name, value in places(site, tmp_path).items():
        monkeypatch.setenv(name, value)

    with ExitStack() as open_while:
        open_while.enter_context(serving(tmp_path, port))
        parent, librarian, agent = (
            open_while.enter_context(signed_in(port, people[who]))
            for who in ("parent", "librarian", "agent")
        )
        asked = parent.post("/bibliotheque/cartes", data={"child": people["child"]})
        desk = librarian.get("/bureau/bibliotheque")
        given = librarian.post("/bureau/bibliotheque/cartes/1", data={"act": "give"})
        page = parent.get("/bibliotheque")
        today = date.today()  # noqa: DTZ011 - the day of the portal that is served beside
        opened = agent.post("/bureau/paiement/facturation", data=period(today))
        bill = agent.get(opened.headers["location"])

    assert "activé" in enabled
    assert "bibliotheque_card" in ran(site, tmp_path, *TABLES, str(tmp_path))
    assert (asked.status_code, given.status_code) == (303, 303)
    assert "Léa Hoarau" in desk.text and "B-00001" in page.text
    assert "5,00" in bill.text


TABLES = (
    sys.executable,
    "-c",
    "import sys, sqlite3; print(sqlite3.connect(sys.argv[1] + '/data/essai/portal.sqlite')"
    ".execute('SELECT name FROM sqlite_master').fetchall())",
)
"""Prints the tables of the commune's database."""


def signed_in(port: int, secret: str) -> httpx.Client:
    """Return a browser with a session; `essai.localhost` needs no name server to be asked."""
    headers = {"host": f"essai.localhost:{port}", "cookie": f"session={secret}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers)


def period(today: date) -> dict[str, str]:
    """Return a form that bills the days around today."""
    day = timedelta(days=1)
    return {
        "regie": "regie",
        "first": str(today - day),
        "last": str(today + day),
        "due_on": str(today + 30 * day),
    }
