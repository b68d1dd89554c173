"""A parent asks for the background of the map; before that, no other site hears of the visit."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from tests.assmat.builders import CLAIRE, NADIA, offers, registered, says

from ribambelle.testing.browser import Stage, barriers, scrolls_sideways
from ribambelle_assmat.queries import directory

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
DRAWN = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256"><rect width="256"
height="256" fill="#dfe8d8" stroke="#8a9"/></svg>"""


@contextmanager
def a_site_of_maps() -> Iterator[tuple[str, list[str]]]:
    """Run a site of maps until the end of the block; tell its address and what it was asked."""
    asked: list[str] = []

    class Drawing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("content-type", "image/svg+xml")
            self.send_header("content-length", str(len(DRAWN)))
            self.end_headers()
            self.wfile.write(DRAWN)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Drawing) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_address[1]}", asked
        site.shutdown()


def await_all(page: "Page", asked: list[str], wanted: int) -> None:
    """Leave the browser the time to ask for its images."""
    for _ in range(200):
        if len(set(asked)) >= wanted:
            return
        page.wait_for_timeout(50)


def test_the_background_comes_when_it_is_asked_for(stage: Stage) -> None:
    town = stage.communes.alpha
    file = stage.communes.app.platform.folder / "alpha.toml"
    before = file.read_text("utf-8")

    async def fill() -> None:
        with town.here():
            for number in (await registered(NADIA, CLAIRE)).values():
                await says(number, "form")
                await offers(number, (await directory.one(number)).places[0].id, "mon")

    stage.served.run(fill())
    with a_site_of_maps() as (site, asked):
        table = f'[assmat.tiles]\nurl = "{site}/{{z}}/{{x}}/{{y}}.svg"\ncredit = "© La carte"\n'
        file.write_text(before + table, "utf-8")
        try:
            for width in (390, 1280):
                page = stage.visitor(width=width)
                page.goto(stage.served.url("alpha", "/assmat?age=18"))
                page.wait_for_selector(".plan .fond button")
                assert asked == []
                assert barriers(page, widths=(width,)) == []

                page.click(".plan .fond button")
                drawn = page.locator(".plan svg > image").count()
                await_all(page, asked, drawn)

                assert drawn == len(set(asked)) >= 4
                assert page.locator(".plan .credit").is_visible()
                assert barriers(page, widths=(width,)) == []
                assert not scrolls_sideways(page)
                asked.clear()
            bare = stage.visitor(javascript=False)
            bare.goto(stage.served.url("alpha", "/assmat?age=18"))
            assert bare.locator(".plan svg circle").count() >= 1
            assert not bare.locator(".plan .fond").is_visible()
            assert asked == [] and stage.problems == []
        finally:
            file.write_text(before, "utf-8")
