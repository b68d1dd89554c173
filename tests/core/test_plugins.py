"""Plugins: found, isolated when they fail, and speaking through documented hooks."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar import get
from litestar.di import NamedDependency

import ribambelle_assmat.plugin
import ribambelle_creche.plugin
from ribambelle import hookimpl, hooks
from ribambelle.answers import KINDS
from ribambelle.jobs import later, worker
from ribambelle.jobs.tables import Job
from ribambelle.plugins import BREAKER, CORE, Plugins
from ribambelle.tenants import Platform
from ribambelle.testing.communes import Communes, bring_up
from ribambelle.web import guards
from ribambelle.web.menu import MenuEntry
from ribambelle.web.portal import portal

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
        name, value = "shattered", "ribambelle_shattered.plugin"
        dist = None

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
OFFERED = {"transition_allowed"}


@pytest.mark.parametrize("name", sorted(set(SPECS) - OFFERED))
def test_every_hook_is_implemented_by_a_plugin_of_ours(name: str, installed: Plugins) -> None:
    assert list(getattr(installed.manager.hook, name).get_hookimpls())


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_hook_says_who_implements_it(name: str, installed: Plugins) -> None:
    told = (
        (inspect.getdoc(SPECS[name]) or "").partition("Implemented by ")[2].partition(". Since")[0]
    )
    found = [impl.plugin_name for impl in getattr(installed.manager.hook, name).get_hookimpls()]

    assert set(re.findall(r"``(\w+)``", told)) == set(found)


def falling() -> Any:
    raise RuntimeError("rien ne va")


def falling_later() -> Any:
    yield from ()
    raise RuntimeError("rien ne va")


ANSWERS: dict[str, Callable[[], Any]] = {
    "raises": falling,
    "raises late": falling_later,
    "nothing": lambda: None,
    "a number": lambda: 7,
    "a list of nothing": lambda: [None],
}
MISTAKES = [
    (hook, answer)
    for hook in KINDS
    for answer in ANSWERS
    # these may have nothing to say
    if not (answer == "nothing" and hook in ("commands", "demo"))
]


def plugin(hook: str, answer: Callable[[], Any]) -> Any:
    """A plugin that says one thing."""

    def implementation(self: object) -> Any:
        return answer()

    implementation.__name__ = hook
    return type("Said", (), {hook: hookimpl(implementation), "__module__": "ribambelle_assmat.x"})()


def test_every_hook_has_a_kind_of_answer() -> None:
    assert set(KINDS) == set(SPECS)


@pytest.mark.parametrize(("hook", "answer"), MISTAKES)
def test_a_plugin_that_fails_at_the_start_is_put_aside_alone(hook: str, answer: str) -> None:
    plugins = Plugins({"bad": plugin(hook, ANSWERS[answer]), "good": Good()})

    plugins.ask_all()

    assert set(plugins.broken) == {"bad"}
    assert plugins.names == ["good"]
    assert labels(plugins, "bad", "good") == ["Accueil", "Bon"]


@pytest.mark.parametrize("answer", ["raises", "raises late", "nothing", "a number"])
def test_a_menu_that_fails_later_is_left_out(answer: str) -> None:
    plugins = Plugins({"bad": plugin("menu", ANSWERS[answer]), "good": Good()})

    assert labels(plugins, "bad", "good") == ["Accueil", "Bon"]


def test_twin_an_answer_taken_as_it_comes_takes_the_page_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ribambelle.plugins.checked", lambda hook, answer: answer)
    plugins = Plugins({"bad": plugin("menu", ANSWERS["nothing"]), "good": Good()})

    with pytest.raises(TypeError):
        labels(plugins, "bad", "good")


@get("/", name="stolen", guards=[guards.public], sync_to_thread=False)
def stolen() -> str:
    return "volé"


@get("/sans-garde", sync_to_thread=False)
def unguarded() -> str:
    return "à tous"


@get("/parametre", guards=[guards.public], sync_to_thread=False)
def impossible(nobody_gives_this: NamedDependency[object]) -> str:
    return ""


ROUTES: dict[str, tuple[Callable[[], Any], str]] = {
    "raises": (falling, "rien ne va"),
    "no handler": (lambda: [print], "routes de Litestar"),
    "an address of the core": (lambda: [stolen], "'/'"),
    "no guard": (lambda: [unguarded], "GET /sans-garde"),
    "an unknown dependency": (lambda: [impossible], "nobody_gives_this"),
}


@pytest.mark.parametrize("mistake", ROUTES)
@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_routes_that_cannot_be_served_take_down_their_plugin_only(
    mistake: str, tmp_path: Path, templates_folder: Path, database_server: str
) -> None:
    answer, why = ROUTES[mistake]
    communes, bad = await served(tmp_path, templates_folder, bad=plugin("routes", answer))

    assert why in str(bad["bad"])
    assert set(bad) == {"bad"}
    for town in communes.both:
        home = await town.visitor().get("/")
        assert home.status_code == 200
        assert "volé" not in home.text
        assert (await town.visitor().get("/creche")).status_code == 200
        assert (await town.visitor().get("/sans-garde")).status_code == 404


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_every_commune_is_served_whatever_hook_fails(
    tmp_path: Path, templates_folder: Path, database_server: str
) -> None:
    """One plugin for each hook, which falls in that one: they are put aside, each by its own name."""
    falls = {f"bad_{hook}": plugin(hook, falling) for hook in sorted(set(KINDS) - {"routes"})}
    communes, bad = await served(tmp_path, templates_folder, **falls)

    assert set(bad) == falls.keys()
    for path in ("/", "/creche", "/assmat"):
        assert (await communes.alpha.visitor().get(path)).status_code == 200


async def served(
    folder: Path, templates: Path, **bad: Any
) -> tuple[Communes, dict[str, Exception]]:
    """Serve two communes that have enabled our plugins and bad ones."""
    ours = {"assmat": ribambelle_assmat.plugin, "creche": ribambelle_creche.plugin}
    plugins = Plugins(ours | bad)
    app = portal(Platform(folder, folder / "data", plugins=plugins))
    communes = await bring_up(app, folder, templates, "", [*ours, *bad])
    return communes, plugins.broken


async def test_the_jobs_of_a_plugin_put_aside_wait_for_it(communes: Communes) -> None:
    broken = communes.app.platform.plugins.broken
    with communes.alpha.here():
        await later("mended", "remind")
        broken["mended"] = RuntimeError("rien ne va")
        try:
            await communes.alpha.work()
        finally:
            del broken["mended"]

        assert await Job.select(Job.attempts).where(Job.plugin == "mended") == [{"attempts": 0}]


async def test_the_worker_outlives_whatever_fails_in_a_commune(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fall(tenant: object) -> int:
        raise RuntimeError("rien ne va")

    seen: dict[str, tuple[object, Any]] = {}
    monkeypatch.setattr(worker, "drain", fall)

    await worker.serve(communes.app.platform, "alpha", seen)

    assert seen["alpha"][0] is worker.FAILED


def test_the_core_is_never_put_aside() -> None:
    with pytest.raises(RuntimeError):
        Plugins({}).put_aside(CORE, RuntimeError("rien ne va"))
