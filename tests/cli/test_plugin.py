"""Plugins at the command line: those that fail are shown, the others go on."""

import json
from typing import Any

import pytest
import typer

from ribambelle import hookimpl
from ribambelle.plugins import Plugins
from ribambelle_cli.main import mount, run


class Bad:
    __module__ = "ribambelle_assmat.x"

    @hookimpl
    def menu(self) -> Any:
        return None


def commands(answer: Any) -> Any:
    class Said:
        @hookimpl
        def commands(self) -> Any:
            return answer

    return Said()


def test_a_plugin_that_fails_is_listed_with_the_cause(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path))
    monkeypatch.setattr("ribambelle.commands.Plugins", lambda: Plugins({"bad": Bad()}))

    assert run(["plugin", "list", "--json"]) == 0

    shown = capsys.readouterr().out
    (told,) = json.loads(shown[shown.index("[\n") :])
    assert (told["name"], "menu()" in told["problem"]) == ("bad", True)


def readable() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def one() -> None:
        """A command."""

    return app


def unreadable() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def one(what: "NoSuchKind") -> None:  # type: ignore[name-defined]  # noqa: F821
        """Cannot be read by the command line."""

    return app


@pytest.mark.parametrize("answer", [7, unreadable()])
def test_commands_that_cannot_be_leave_the_others(answer: Any) -> None:
    plugins, app = (
        Plugins({"bad": commands(answer), "good": commands(readable())}),
        typer.Typer(),
    )

    mount(app, plugins)

    assert [group.name for group in app.registered_groups] == ["good"]
    assert set(plugins.broken) == {"bad"}


def test_a_plugin_never_takes_the_name_of_a_command_of_ours() -> None:
    app = typer.Typer()
    app.add_typer(typer.Typer(), name="tenant")
    plugins = Plugins({"tenant": commands(typer.Typer())})

    mount(app, plugins)

    assert len(app.registered_groups) == 1
    assert "« tenant »" in str(plugins.broken["tenant"])
