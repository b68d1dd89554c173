"""A real browser on a real server: Chromium through Playwright, and axe for accessibility."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing.communes import Communes, bring_up
from ribambelle.testing.missing import miss
from ribambelle.web.asgi import with_worker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A Chromium of the machine; tests that need it are counted without one."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        miss("browser", "no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


class Served:
    """Two communes served on a port of this machine, with their worker, from another thread."""

    def __init__(self, folder: Path, plugins: Plugins) -> None:
        self.port = free_port()
        self.folder, self.plugins = folder, plugins
        platform = Platform(folder, folder / "data", plugins=plugins, port=self.port)
        self.app = with_worker(platform, working=True)
        config = uvicorn.Config(
            self.app, port=self.port, log_level="warning", lifespan="on", access_log=False
        )
        self.server = uvicorn.Server(config)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self.server.serve())
        self.loop.close()

    def start(self) -> None:
        """Serve, and return once the port answers."""
        self.thread.start()
        while not self.server.started:
            if not self.thread.is_alive():
                raise RuntimeError("the server of the test did not start")

    def stop(self) -> None:
        """Stop serving."""
        self.server.should_exit = True
        self.thread.join(timeout=15)

    def run(self, work: Any) -> Any:
        """Run a coroutine in the server's own loop, and return its result."""
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)

    def url(self, slug: str, path: str = "/") -> str:
        """Return the address of a page."""
        return f"http://{slug}.localhost:{self.port}{path}"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Stage:
    """What a journey plays on: a browser, two communes, and what was collected on the way."""

    browser: "Browser"
    served: Served
    communes: Communes
    problems: list[str] = field(default_factory=list)

    def visitor(
        self,
        *,
        width: int = 390,
        javascript: bool = True,
        dark: bool = False,
        motion: bool = False,
    ) -> "Page":
        """Open a page of a new visitor, at this width.

        :param motion: pages fade into one another, a quarter of a second each.
        """
        context: BrowserContext = self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 800 else 900},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="no-preference" if motion else "reduce",
            locale="fr-FR",
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._listen)
        return page

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(message.text)

    def sign_in(self, page: "Page", slug: str, client: Any) -> None:
        """Give a page the session of a signed-in client of the harness."""
        secret = client.cookies.get("session", domain=f"{slug}.localhost")
        page.context.add_cookies(
            [{"name": "session", "value": secret, "url": self.served.url(slug)}]
        )


AXE = """async rules => {
  const options = {runOnly: rules, resultTypes: ["violations"]};
  const found = (await window.axe.run(document, options)).violations;
  return found.map(one => `${one.id}: ${one.help} (${one.nodes[0].target})`);
}"""


def violations(page: "Page", rules: Sequence[str] = RULES) -> list[str]:
    """Return what axe finds wrong with a page, one line per rule; asked again, it loads nothing."""
    from axe_playwright_python.sync_playwright import Axe

    # A form just sent may have an answer of which nothing is parsed yet: no element at all.
    page.wait_for_load_state()
    # The whole page in view: a bar that sticks to the bottom of the screen then covers nothing.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": min(height, 8000)})
    if not page.evaluate("!!window.axe"):
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(AXE, list(rules))
    return found


def barriers(page: "Page", widths: Sequence[int] = (320, 1280), scheme: str = "") -> list[str]:
    """Return what stands in somebody's way on a page, narrow and wide, light and dark.

    The page is loaded once: what only colours decide is all that is looked at again in the dark,
    and once, since colours do not depend on the width.

    :param scheme: only light, or only dark.
    """
    told = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        dark = [("dark", ["color-contrast"])] if width == widths[-1] else []
        for light, rules in [(scheme, RULES)] if scheme else [("light", RULES), *dark]:
            # a colour on its way to another would be judged half-way
            page.emulate_media(color_scheme=light, reduced_motion="reduce")  # type: ignore[arg-type]  # light or dark
            told += [f"{width} {light}: {one}" for one in violations(page, rules)]
        if scrolls_sideways(page):
            told.append(f"{width}: scrolls sideways")
    return told


def scrolls_sideways(page: "Page") -> bool:
    """Tell whether a page is wider than the screen."""
    wider: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wider


@pytest.fixture(scope="module")
def stage(
    chromium: "Browser", installed: Plugins, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Two communes served for real, on SQLite, for the journeys of one module."""
    folder = tmp_path_factory.mktemp("stage")
    served = Served(folder, installed)
    served.start()
    made = served.run(bring_up(served.app, folder, folder / "templates", "", installed.names))
    yield Stage(chromium, served, made)
    served.stop()
