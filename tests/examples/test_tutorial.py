"""docs/tutorial.md, followed word for word, ends with a page in a portal."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.examples import tutorial
from tests.examples.wheels import ROOT
from tests.proofs.serving import RIBAMBELLE, serving

from ribambelle.testing.browser import free_port

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@contextmanager
def visited(
    folder: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    """Serve what the reader has, and give a visitor of it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    port = free_port()
    headers = {"host": f"essai.localhost:{port}"}
    with (
        serving(folder / "tenants", port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as visitor,
    ):
        yield visitor


def a_reader(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of somebody in an empty folder of theirs."""
    (folder / "tenants").mkdir()
    places = {
        "RIBAMBELLE_TENANTS": f"{folder}/tenants",
        "RIBAMBELLE_DATA": f"{folder}/tenants/data",
    }
    return {**os.environ, **places, "PYTEST_ADDOPTS": "", **more}


def read_by_a_visitor(visitor: httpx.Client) -> None:
    home, page = visitor.get("/"), visitor.get("/ludotheque/horaires")

    assert re.search(r'href="/ludotheque/horaires"[^>]*>(?:(?!</a>).)*Ludothèque', home.text, re.S)
    told = page.text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert page.status_code == 200 and "Mercredi : 14 h – 18 h" in told


def test_the_tutorial_ends_with_a_page_that_a_visitor_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the environment of these tests: what is installed goes to a folder of its own."""
    site = tmp_path / "site"
    reader = a_reader(
        tmp_path,
        PATH=f"{RIBAMBELLE.parent}{os.pathsep}{os.environ['PATH']}",
        PYTHONPATH=str(site),
        PIP_TARGET=str(site),
        PIP_NO_DEPS="1",
        PIP_NO_INDEX="1",
        PIP_NO_BUILD_ISOLATION="0",  # pip reads it the other way round: no isolation
    )

    told = tutorial.followed(tmp_path, reader, skipping=("clean", "slow"))

    assert "activé" in told
    with visited(tmp_path, reader, monkeypatch) as visitor:
        read_by_a_visitor(visitor)


@pytest.mark.slow
def test_the_tutorial_is_followed_in_a_clean_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything installed anew, from the network; the plugin's own tests and its level too."""
    reader = a_reader(tmp_path, RIBAMBELLE=str(ROOT))

    told = tutorial.followed(tmp_path, reader)

    assert "passed" in told and "Niveau atteint" in told
    monkeypatch.setattr(
        "tests.proofs.serving.RIBAMBELLE", tmp_path / ".venv" / "bin" / "ribambelle"
    )
    with visited(tmp_path, reader, monkeypatch) as visitor:
        read_by_a_visitor(visitor)


def test_the_page_counts_what_it_asks() -> None:
    found = tutorial.blocks()
    commands = sum(len(block.commands) for block in found)
    files = [block for block in found if block.language != "sh"]
    plugin = [block for block in files if block.place.endswith("/plugin.py")]
    functions = sum(block.text.count("\ndef ") for block in plugin)

    said = tutorial.TUTORIAL.read_text("utf-8").splitlines()[2]
    assert said.startswith(
        f"{NUMBERS[commands].capitalize()} commands, {NUMBERS[len(files) - len(plugin)]} files, "
        f"{NUMBERS[functions]} functions:"
    )


def test_twin_a_tutorial_that_names_what_is_not_there_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "plugin.py"
    file.write_text("def menu():\n    return []\n", "utf-8")

    tutorial.written(file, "def menu():\n    return [1]\n")

    assert file.read_text("utf-8") == "def menu():\n    return [1]\n"
    with pytest.raises(AssertionError, match="routes"):
        tutorial.written(file, "def routes():\n    return []\n")
