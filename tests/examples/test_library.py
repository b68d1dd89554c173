"""The example plugin, written with the public interface alone, lives from its wheel."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from importlib.metadata import distributions
from pathlib import Path

import httpx
import pytest
from packaging.version import Version
from tests.examples.wheels import LIBRARY, PREVIOUS, ROOT, installed, wheel_of, with_plugin
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


@pytest.mark.slow
def test_the_previous_version_serves_and_the_new_one_goes_on_with_what_it_kept(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card is asked of the wheel of before, then given and billed by the one of today.

    Migrations by the command, pages by a portal of its own process, the bill by another plugin.
    """
    before, command = installed(PREVIOUS, tmp_path / "before"), str(RIBAMBELLE)
    ran(
        *(before, tmp_path, command, "tenant", "create", "essai", "--name", "Essai"),
        *("--host", "essai.localhost", "--plugin", "paiement"),
    )
    enabled = ran(before, tmp_path, command, "tenant", "enable", "essai", "bibliotheque")
    file = tmp_path / "essai.toml"
    file.write_text(file.read_text("utf-8") + "\n[bibliotheque]\ncard_cents = 500\n", "utf-8")
    people = json.loads(
        ran(before, tmp_path, sys.executable, "-m", "tests.examples.people", "essai")
    )
    tables = ran(before, tmp_path, *TABLES, str(tmp_path))

    with portal_with(before, tmp_path, monkeypatch) as sign_in:
        parent = sign_in(people["parent"])
        asked = parent.post("/bibliotheque/cartes", data={"child": people["child"]})
    with portal_with(site, tmp_path, monkeypatch) as sign_in:
        parent, librarian, agent = (
            sign_in(people[who]) for who in ("parent", "librarian", "agent")
        )
        desk = librarian.get("/bureau/bibliotheque")
        given = librarian.post("/bureau/bibliotheque/cartes/1", data={"act": "give"})
        page = parent.get("/bibliotheque")
        today = date.today()  # noqa: DTZ011 - the day of the portal that is served beside
        opened = agent.post("/bureau/paiement/facturation", data=period(today))
        bill = agent.get(opened.headers["location"])

    assert version_in(before) < version_in(site)
    assert "activé" in enabled and "bibliotheque_card" in tables
    assert (asked.status_code, given.status_code) == (303, 303)
    assert "Léa Hoarau" in desk.text and "B-00001" in page.text
    assert "5,00" in bill.text


@pytest.mark.slow
def test_it_shows_against_a_commune_of_invented_people(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command fills the commune; a link that it printed leads to what the plugin invented."""
    asked = ("demo", "--plugin", "bibliotheque", "--prepare", "--json")
    told = json.loads(ran(site, tmp_path, str(RIBAMBELLE), *asked))
    links = {one["email"]: one["link"] for one in told["people"]}

    with portal_with(site, tmp_path, monkeypatch, "essai-bibliotheque") as sign_in:
        visitor = sign_in("")
        path = httpx.URL(links["emilie.grondin@demo.example"]).path
        entered = visitor.post(path)
        visitor.headers["cookie"] = entered.headers["set-cookie"].partition(";")[0]
        page, papers = visitor.get("/bibliotheque"), visitor.get("/documents")

    assert "librarian@demo.example" in links
    assert entered.status_code == 303
    assert all(one in page.text for one in ("Maé", "Lina", "Heure du conte"))
    assert "garde de l’enfant" in papers.text


@contextmanager
def portal_with(
    site: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, slug: str = "essai"
) -> Iterator[Callable[[str], httpx.Client]]:
    """Serve these communes with what is installed in a folder; give what signs somebody in."""
    port = free_port()
    with monkeypatch.context() as here:
        for name, value in places(site, folder).items():
            here.setenv(name, value)
        with serving(folder, port), ExitStack() as open_while:
            yield lambda secret: open_while.enter_context(signed_in(port, slug, secret))


def version_in(site: Path) -> Version:
    """Return which version of the example is installed in a folder."""
    (found,) = distributions(name="ribambelle-bibliotheque", path=[str(site)])
    return Version(found.version)


TABLES = (
    sys.executable,
    "-c",
    "import sys, sqlite3; print(sqlite3.connect(sys.argv[1] + '/data/essai/portal.sqlite')"
    ".execute('SELECT name FROM sqlite_master').fetchall())",
)
"""Prints the tables of the commune's database."""


def signed_in(port: int, slug: str, secret: str) -> httpx.Client:
    """Return a browser with a session; `essai.localhost` needs no name server to be asked."""
    headers = {"host": f"{slug}.localhost:{port}", "cookie": f"session={secret}"}
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
