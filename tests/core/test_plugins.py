"""Plugins: found, isolated when they fail, and speaking through documented hooks."""

import inspect
from typing import Any

import pytest

from ribambelle import hookimpl, hooks
from ribambelle.plugins import BREAKER, Plugins
from ribambelle.web.menu import MenuEntry

SPECS = {
    name: spec
    for name, spec in vars(hooks).items()
    if inspect.isfunction(spec) and hasattr(spec, "ribambelle_spec")
}


class Good:
    @hookimpl
    def menu(self, person: object) -> list[MenuEntry]:
        return [MenuEntry("Bon", "/bon", "maison")]


class Bad:
    """Falls at each call, and counts them."""

    calls = 0

    @hookimpl
    def menu(self, person: object) -> list[MenuEntry]:
        self.calls += 1
        raise RuntimeError("no menu today")


def labels(plugins: Plugins, *names: str) -> list[str]:
    return [entry.label for entry in plugins.only(names).all("menu", person=None)]


def test_a_plugin_that_falls_leaves_the_others_standing() -> None:
    plugins = Plugins({"bad": Bad(), "good": Good()})

    assert labels(plugins, "bad", "good") == ["Accueil", "Bon"]


def test_a_plugin_that_keeps_falling_is_left_alone() -> None:
    bad = Bad()
    plugins = Plugins({"bad": bad})

    for _ in range(BREAKER + 5):
        labels(plugins, "bad")

    assert bad.calls == BREAKER


def test_a_commune_hears_only_the_plugins_it_enabled() -> None:
    plugins = Plugins({"good": Good()})

    assert labels(plugins) == ["Accueil"]
    assert labels(plugins, "good") == ["Accueil", "Bon"]


def test_a_plugin_with_an_unknown_hook_is_refused_alone() -> None:
    class Stranger:
        @hookimpl
        def no_such_hook(self) -> None:
            """Not a hook."""

    plugins = Plugins({"stranger": Stranger(), "good": Good()})

    assert "stranger" in plugins.broken
    assert plugins.names == ["good"]


def test_a_plugin_that_cannot_be_imported_is_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name = "shattered"

        def load(self) -> Any:
            raise ImportError("half installed")

    monkeypatch.setattr("ribambelle.plugins.entry_points", lambda group: [Entry()])

    plugins = Plugins()

    assert str(plugins.broken["shattered"]) == "half installed"
    assert plugins.names == []


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_hook_is_typed_and_documented_in_one_order(name: str) -> None:
    told = inspect.getdoc(SPECS[name]) or ""

    assert inspect.signature(SPECS[name]).return_annotation is not inspect.Signature.empty
    parts = ["Example::", "@hookimpl", "Called by ``", "Since "]
    assert [told.find(part) for part in parts] == sorted(told.find(part) for part in parts)
    assert all(part in told for part in parts)


# Refusing a transition is for other plugins than the one that declares it: tests do it.
OFFERED = {"transition_allowed", "transition_done"}


@pytest.mark.parametrize("name", sorted(set(SPECS) - OFFERED))
def test_every_hook_is_implemented_by_a_plugin_of_ours(name: str, installed: Plugins) -> None:
    assert list(getattr(installed.manager.hook, name).get_hookimpls())
