"""docs/commandes.md tells every command, and nothing that is not one."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.text import Text
from typer.main import get_command

from ribambelle_cli.command_reference import commands, reference
from ribambelle_cli.french import KINDS
from ribambelle_cli.main import application, run

PAGE = Path(__file__).parents[2] / "docs" / "commandes.md"


@pytest.fixture(scope="module")
def root() -> Any:
    return get_command(application())


def test_the_page_is_what_the_command_says(root: Any) -> None:
    assert PAGE.read_text("utf-8") == reference(root), "ribambelle commands > docs/commandes.md"


def test_every_command_and_what_it_takes_is_explained(root: Any) -> None:
    bare = [
        f"{words} {one.name}"
        for words, command in commands(root)
        for one in command.params
        if not one.help and not one.hidden
    ]
    assert [words for words, command in commands(root) if not command.help] == []
    assert bare == []


def test_the_help_shows_every_word_of_what_is_explained(root: Any) -> None:
    """Rich takes « [word] » for a style, and the word is not shown."""
    told = {
        f"{words} {name}": text
        for words, command in commands(root)
        for name, text in [("", command.help), *((one.name, one.help) for one in command.params)]
    }

    assert len(told) > 300
    assert [where for where, text in told.items() if _shown(text or "") != (text or "")] == []


def test_twin_a_word_taken_for_a_style_is_seen() -> None:
    assert _shown("Dans le dossier de [backup].") == "Dans le dossier de ."


def _shown(text: str) -> str:
    return Text.from_markup(text, emoji=False).plain


def test_a_person_may_type_each_command_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    typed = re.findall(r"^## ribambelle (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)

    refused = [words for words in typed[::8] if run([*words.split(), "--help"]) != 0]

    assert len(typed) > 50 and refused == []
    assert "Usage" in capsys.readouterr().out


def test_the_help_says_in_french_what_each_word_is(root: Any) -> None:
    kinds = {
        (words, one.name): one.display_type(command.make_context("x", [], resilient_parsing=True))
        for words, command in commands(root)
        for one in command.params
    }

    assert (
        kinds["ribambelle restore", "erasures"] == kinds["ribambelle restore", "to"] == "<chemin>"
    )
    assert {kind for kind in kinds.values() if kind.strip("<>").lower() in KINDS} == set()


def test_twin_a_command_that_changes_is_seen() -> None:
    app = typer.Typer()

    @app.command()
    def one(slug: str, deep: bool = False) -> None:
        """Faire une chose."""

    app.command("two")(lambda: None)
    told = reference(get_command(app))

    assert "## ribambelle one" in told and "`ribambelle one SLUG`" in told
    assert "`--deep`, `--no-deep`" in told
    assert told != PAGE.read_text("utf-8")
