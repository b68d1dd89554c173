"""A plugin that fails, hangs or says nonsense while somebody waits costs its own part, no other."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import ribambelle_assmat.plugin
import ribambelle_creche.plugin
from ribambelle import asking, hookimpl, plugins
from ribambelle.childcare import supply
from ribambelle.errors import Unavailable
from ribambelle.plugins import BREAKER, Plugins
from ribambelle.tenants import Platform, checking
from ribambelle.testing import Communes
from ribambelle.testing.communes import bring_up
from ribambelle.web import watchdog
from ribambelle.web.portal import portal


async def hangs(*given: Any) -> list[Any]:
    await asyncio.sleep(10)
    return []


async def raises(*given: Any) -> list[Any]:
    raise RuntimeError("rien ne va")


async def nothing(*given: Any) -> Any:
    return None


WAYS = {"hangs": hangs, "raises": raises, "nothing": nothing}
ASKED = (
    *("to_do", "cards", "agenda", "search", "family_demandes", "family_groups"),
    *("childcare_supply", "childcare_costs", "checks"),
)


class Bad:
    """Declares the same function for every hook that somebody waits for."""

    __module__ = "ribambelle_assmat.bad"


def bad(function: Callable[..., Awaitable[Any]]) -> Any:
    def declared(self: object) -> list[Any]:
        return [function]

    made = {}
    for hook in ASKED:
        one = type(declared)(declared.__code__, globals(), hook, None, declared.__closure__)
        made[hook] = hookimpl(one)
    return type("Bad", (Bad,), made)()


async def served(folder: Path, templates: Path, function: Any) -> Communes:
    ours = {"assmat": ribambelle_assmat.plugin, "creche": ribambelle_creche.plugin}
    plugins = Plugins(ours | {"bad": bad(function)})
    app = portal(Platform(folder, folder / "data", plugins=plugins))
    return await bring_up(app, folder, templates, "", [*ours, "bad"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_pages_are_served_whatever_a_plugin_does_meanwhile(
    way: str,
    tmp_path: Path,
    templates_folder: Path,
    database_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.3)
    communes = await served(tmp_path, templates_folder, WAYS[way])
    family = await communes.alpha.family()
    admin = await communes.alpha.staff()

    with capture_logs() as logs:
        pages = [
            await family.get("/"),
            await family.get("/agenda"),
            await admin.get("/bureau"),
            await communes.alpha.visitor().get("/"),
        ]
        with communes.alpha.here() as tenant:
            told = await checking.of_plugins(tenant)
            await supply(date(2026, 11, 25))

    assert {page.status_code for page in pages} == {200}
    fell = {(line["plugin"], line["hook"]) for line in logs if line["event"] == "hook_failed"}
    assert {("bad", "to_do"), ("bad", "cards"), ("bad", "childcare_supply")} <= fell
    assert any("« bad »" in one.words for one in told)
    await communes.app.platform.aclose()


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_who_falls_again_and_again_is_not_asked_any_more(
    tmp_path: Path, templates_folder: Path, database_server: str
) -> None:
    calls = []

    async def counts(*given: Any) -> list[Any]:
        calls.append(given)
        raise RuntimeError("rien ne va")

    communes = await served(tmp_path, templates_folder, counts)
    with communes.alpha.here():
        for _ in range(BREAKER + 5):
            assert await asking.told("family_demandes", None) == []
    await communes.app.platform.aclose()

    assert len(calls) == BREAKER


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_who_was_left_alone_is_tried_again_after_a_while(
    tmp_path: Path,
    templates_folder: Path,
    database_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The machine was busy, the treasury away: what it says comes back without a restart."""
    calls, well = [], False

    async def counts(*given: Any) -> list[Any]:
        calls.append(given)
        if not well:
            raise RuntimeError("rien ne va")
        return ["bien"]

    communes = await served(tmp_path, templates_folder, counts)
    with communes.alpha.here():
        for _ in range(BREAKER):
            await asking.told("family_demandes", None)
        well = True
        assert await asking.told("family_demandes", None) == []
        monkeypatch.setattr(plugins, "LEFT_ALONE", 0)
        found = await asking.told("family_demandes", None)
        monkeypatch.undo()
        again = await asking.told("family_demandes", None)
    await communes.app.platform.aclose()

    assert found == again == ["bien"]
    assert len(calls) == BREAKER + 2


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_a_base_that_does_not_answer_is_no_failure_of_who_asks_it(
    tmp_path: Path, templates_folder: Path, database_server: str
) -> None:
    """One commune's base is away for a moment: the others keep what their plugins say."""
    calls = []

    async def away(*given: Any) -> list[Any]:
        calls.append(given)
        raise Unavailable("le serveur ne répond pas")

    communes = await served(tmp_path, templates_folder, away)
    page = [await communes.alpha.visitor().get("/") for _ in range(BREAKER + 2)]
    await communes.app.platform.aclose()

    assert {one.status_code for one in page} == {503}
    assert len(calls) >= BREAKER + 2
    assert communes.app.platform.plugins.failures == {}


async def test_twin_without_a_limit_a_function_that_hangs_holds_the_page(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", None)
    hooks = communes.alpha.tenant.hooks

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await asking.asked(hooks, "bad", "cards", hangs)


async def test_code_that_never_gives_its_turn_back_is_named() -> None:
    with capture_logs() as logs, watchdog.watching({"tests.core": "bad"}, late=0.05):
        await asyncio.sleep(0.1)  # a server whose turns are short is left alone
        quiet = list(logs)
        time.sleep(0.3)
        await asyncio.sleep(0)

    (told,) = [one for one in logs if one["event"] == "server_held_up"]
    assert quiet == []
    assert told["plugin"] == "bad" and "test_asking.py" in told["where"]
    assert "to_thread" in told["cure"]
    assert all(thread.name != "watchdog" for thread in threading.enumerate())
