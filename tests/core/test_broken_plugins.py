"""Plugins broken on purpose, installed together: each is named with its file and the cure, and every
commune is served, those that enabled it too.

What is found before a plugin is ever installed is in ``tests/cli/test_plugin_kit.py``.
"""

import sys
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from ribambelle import asking, plugins
from ribambelle.database import template
from ribambelle.jobs import later
from ribambelle.plugins import CORE, GROUP, Plugins
from ribambelle.tenants import Platform
from ribambelle.tenants.registry import make_key
from ribambelle.testing import Town
from ribambelle.testing.clock import FrozenClock
from ribambelle.web.portal import Portal, portal

HEAD = """
import asyncio, time
from litestar import get
from ribambelle import hookimpl
from ribambelle.web import guards
from ribambelle.web.page import Page
public = {"guards": [guards.public], "sync_to_thread": False}
"""


def hook(name: str, body: str, *given: str) -> str:
    return f"@hookimpl\ndef {name}({', '.join(given)}):\n    {body}\n"


def route(path: str, body: str = "return ''", how: str = "**public", given: str = "") -> str:
    handler = f"@get({path!r}, {how})\ndef one({given}) -> str:\n    {body}\n"
    return handler + hook("routes", "return [one]")


FAMILIES = "guards=[guards.family], sync_to_thread=False"
BARE = """
@get("/bare", **public)
def one() -> Page:
    return Page("bare/nowhere.html", None)
"""
HANGS = """
async def one(*given):
    await asyncio.sleep(10)
"""
IDLE = """
async def remind():
    raise ValueError("sans rappel")
"""
SCOPES = """
from ribambelle.api import ApiScope
everything = ApiScope("creche:read", "Tout", "Lit tout.")
"""
ASIDE = {
    # as it is imported
    "raises": ("raise RuntimeError('cassé')", "RuntimeError, cassé"),
    "unwritten": ("def (:", "SyntaxError"),
    "stops": ("raise SystemExit(0)", "demande l’arrêt du portail"),
    "lacks": ("import nobody_has_this", "nobody_has_this"),
    # in a hook
    "stranger": (hook("no_such_hook", "return []"), "no_such_hook"),
    "asks": (hook("menu", "return []", "nobody_gives_this"), "nobody_gives_this"),
    "falls": (hook("menu", "raise ValueError('sans menu')"), "sans menu"),
    "late": (hook("menu", "yield 1 / 0"), "ZeroDivisionError"),
    "leaves": (hook("cards", "raise SystemExit(1)"), "demande l’arrêt du portail"),
    "nothing": (hook("acts", "return None"), "acts() a répondu rien"),
    "number": (hook("tables", "return 7"), "tables() a répondu « int »"),
    "loose": (hook("settings", "return dict"), "une classe msgspec.Struct"),
    "undone": (hook("jobs", "return {'remind': 'plus tard'}"), "jobs() a répondu"),
    # in a route
    "unguarded": (route("/sans-garde", how="sync_to_thread=False"), "/sans-garde"),
    "thief": (route("/", "return 'volé'"), "'/'"),
    "needs": (route("/manque", given="nobody: object"), "nobody"),
    "mute": (hook("routes", "return [print]"), "routes de Litestar"),
    "spy": (route("/api/v1/spy", how=FAMILIES), "/api/v1/spy"),
    "scopes": (SCOPES + hook("api_scopes", "return [everything]"), "creche:read"),
    # by its name
    "core": ("", "comme le cœur de Ribambelle"),
    "twice": ("", "Désinstallez-en un"),
}
"""Put aside: what each does, and what is told of it."""
LIVES = {
    "slow": hook("menu", "time.sleep(0.06); return []"),
    "hangs": HANGS + hook("cards", "return [one]"),
    "faulty": route("/faulty", "return 1 / 0"),
    "bare": BARE + hook("routes", "return [one]"),
    "idle": IDLE + hook("jobs", "return {'remind': remind}"),
}
"""Served: what each does only once somebody waits for it."""


def installed(site: Path) -> Iterator[EntryPoint]:
    """Write each as a package of its own; yield what pip would have declared."""
    texts = {**{name: text for name, (text, _) in ASIDE.items()}, **LIVES}
    for name, text in texts.items():
        folder = site / f"ribambelle_bad_{name}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "plugin.py").write_text(f"{HEAD}\n{text}\n", "utf-8")
        yield EntryPoint(name, f"ribambelle_bad_{name}.plugin", GROUP)
    yield EntryPoint("twice", "ribambelle_bad_raises.plugin", GROUP)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A portal where all of them are installed, and what it wrote in its log as it started."""
    folder = tmp_path_factory.mktemp("broken")
    with pytest.MonkeyPatch.context() as here, capture_logs() as logs:
        here.syspath_prepend(str(folder))
        entries = list(installed(folder))
        here.setattr(plugins, "entry_points", lambda group: entries)
        platform = Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock())
        yield SimpleNamespace(app=portal(platform), logs=list(logs))
    for name in [one for one in sys.modules if one.startswith("ribambelle_bad_")]:
        del sys.modules[name]


async def a_town(app: Portal, plugin: str, templates: Path) -> Town:
    """Return a commune that has enabled one of them."""
    platform, slug = app.platform, f"chez-{plugin}"
    file = platform.folder / f"{slug}.toml"
    if not file.exists():
        make_key(platform.data / slug)
        await template.create(
            platform.data / slug / "portal.sqlite", platform.plugins.only(()).packages(), templates
        )
        file.write_text(
            f'name = "Chez {plugin}"\nhosts = ["{slug}.localhost"]\nplugins = ["{plugin}"]\n'
        )
        platform.scan()
    return Town(app, slug)


@pytest.fixture
async def app(site: SimpleNamespace) -> AsyncIterator[Portal]:
    yield site.app
    await site.app.platform.aclose()


def test_there_are_more_than_twenty() -> None:
    assert len(ASIDE) + len(LIVES) >= 25


@pytest.mark.parametrize("name", ASIDE)
async def test_it_is_put_aside_and_its_commune_is_served(
    name: str, app: Portal, site: SimpleNamespace, templates_folder: Path
) -> None:
    found = app.platform.plugins
    told, logged = found.told(name), [one for one in site.logs if one.get("plugin") == name]

    assert ASIDE[name][1] in told
    assert name in told or f"ribambelle_bad_{name}/plugin.py" in told
    assert "Corrigez ce fichier" in told or name in (CORE, "twice")
    assert {told} == {one["reason"] for one in logged}
    enabled = "nobody" if name == CORE else name
    if enabled == name:
        home = await (await a_town(app, name, templates_folder)).visitor().get("/")
        assert home.status_code == 200 and "volé" not in home.text


def test_nobody_else_is_put_aside(site: SimpleNamespace) -> None:
    assert site.app.platform.plugins.broken.keys() == ASIDE.keys()


async def visited(town: Town, path: str) -> tuple[httpx.Response, list[Any]]:
    visitor = town.visitor()
    visitor._transport = httpx.ASGITransport(app=town.app, raise_app_exceptions=False)
    with capture_logs() as logs:
        return await visitor.get(path), list(logs)


@pytest.mark.parametrize(("name", "path"), [("faulty", "/faulty"), ("bare", "/bare")])
async def test_a_page_that_falls_falls_alone(
    name: str, path: str, app: Portal, templates_folder: Path
) -> None:
    town = await a_town(app, name, templates_folder)

    fallen, logs = await visited(town, path)
    home, _ = await visited(town, "/")

    assert (fallen.status_code, home.status_code) == (500, 200)
    (fault,) = [one for one in logs if one["event"] == "fault"]
    assert fault["plugin"] == name and f"ribambelle_bad_{name}/plugin.py" in fault["file"]


async def test_a_menu_that_keeps_everybody_waiting_is_named_then_left_out(
    app: Portal, templates_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "HELD", 0.05)
    town = await a_town(app, "slow", templates_folder)

    pages = [await visited(town, "/") for _ in range(plugins.BREAKER + 2)]
    told = [one for _, logs in pages for one in logs if one["event"] == "hook_slow"]

    assert {page.status_code for page, _ in pages} == {200}
    assert 0 < len(told) <= plugins.BREAKER
    assert told[0]["plugin"] == "slow" and "ribambelle_bad_slow/plugin.py" in told[0]["file"]
    assert "répondez tout de suite" in told[0]["cure"]


async def test_a_card_that_hangs_is_cut_short(
    app: Portal, templates_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.1)
    town = await a_town(app, "hangs", templates_folder)
    family = await town.family()

    with capture_logs() as logs:
        home = await family.get("/")

    assert home.status_code == 200
    assert ("hangs", "cards") in {(one.get("plugin"), one.get("hook")) for one in logs}


async def test_a_job_that_falls_is_named_and_the_pages_go_on(
    app: Portal, templates_folder: Path
) -> None:
    town = await a_town(app, "idle", templates_folder)
    with town.here():
        await later("idle", "remind")

    with capture_logs() as logs:
        await town.work()
    home, _ = await visited(town, "/")

    assert home.status_code == 200
    assert [one["plugin"] for one in logs if one["event"] == "job_failed"] == ["idle"]
