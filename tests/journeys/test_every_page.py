"""No page has a barrier that a machine can see: every page, in light and dark, narrow and wide."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from lxml import html
from tests.catalogues import is_made, made_by_code
from tests.journeys.pages import NOT_PAGES, PAGES, SPACES
from tests.journeys.world import World

from ribambelle.errors import Unavailable
from ribambelle.languages.catalogue import Catalogue, plain
from ribambelle.messages import outbox
from ribambelle.testing import Town
from ribambelle.testing.browser import Stage, barriers, scrolls_sideways
from ribambelle.web import drafts as drafts_kept
from ribambelle.web.portal import Portal
from ribambelle.web.templates import catalogue
from ribambelle_creche.demo_figures import TOWNS

pytestmark = pytest.mark.browser


def pages_of(app: Portal) -> set[str]:
    """The routes that a browser may open."""
    return {
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
    }


def test_every_page_is_in_the_list(shared_app: Portal) -> None:
    assert pages_of(shared_app) - NOT_PAGES == PAGES.keys()


@pytest.fixture(scope="module")
def world(stage: Stage) -> Iterator[World]:
    real = TOWNS["saint-denis"]
    TOWNS["alpha"] = type(real)(real.areas, 40, real.desks)
    yield World(stage)
    del TOWNS["alpha"]


# the machine looks at one page in three here, and at each, every way, in `make proofs`
@pytest.mark.parametrize("space", SPACES)
def test_no_page_has_a_barrier_that_a_machine_can_see(world: World, space: str) -> None:
    refused, found = looked_at(world, space, in_turn=True, one_in=6)

    assert refused == []
    assert found == {}


@pytest.mark.slow
@pytest.mark.parametrize("space", [*SPACES, "office", "facility"])
def test_no_page_has_a_barrier_narrow_and_wide(world: World, space: str) -> None:
    refused, found = looked_at(world, space, in_turn=False)

    assert refused == []
    assert found == {}


WIDTHS = 320, 1280


def looked_at(
    world: World, space: str, *, in_turn: bool, one_in: int = 1
) -> tuple[list[str], dict[str, list[str]]]:
    """Open every page of one kind of person; return what did not open, and the barriers seen.

    :param in_turn: one page narrow, the next wide, two in the light, two in the dark, instead of
        each every way; none may scroll sideways at the other width either.
    :param one_in: the browser opens one page in so many, and the machine looks for barriers on it;
        the others only answer. None that it opens may scroll sideways at either width.
    """
    page = world.page(space)
    found: dict[str, list[str]] = {}
    refused, turns = [], 0

    for route, shown in PAGES.items():
        for path in shown.get(space, ()):
            asked = path.format(**world.names)
            expected = (200, 410, 422) if "mort" in path or "C-0" in path else (200,)
            turns += 1
            if turns % one_in:
                status = world.stage.served.run(world.clients[space].get(asked)).status_code
                refused += [] if status in expected else [f"{route}: {asked} gave {status}"]
                continue
            answer = page.goto(world.stage.served.url("alpha", asked))
            if answer.status not in expected or urlsplit(page.url).path != asked.split("?")[0]:
                refused.append(f"{route}: {asked} gave {answer.status} at {page.url}")
            looks = turns // one_in
            first, other = WIDTHS[:: 1 if looks % 2 else -1]
            scheme = "light" if looks % 4 < 2 else "dark"
            told = barriers(page, (first,), scheme) if in_turn else barriers(page)
            page.set_viewport_size({"width": other, "height": 900})
            told += [f"{other}: scrolls sideways"] if scrolls_sideways(page) else []
            if told:
                found[path] = told
    page.context.close()
    return refused, found


# -- in another language -----------------------------------------------------------------------


IN_FRENCH = frozenset({"/api", "/_composants", "/_boite"})
"""Pages for who writes programs, and for who shows the portal: nobody translates them."""


async def left_french(world: World, space: str, code: str, patch: pytest.MonkeyPatch) -> set[str]:
    """Return the sentences of the code that one kind of person is shown in French all the same."""
    left, asked, known = set[str](), Catalogue._said, made_by_code(world.stage.served.plugins)

    def noted(self: Catalogue, text: str) -> str:
        said = asked(self, text)
        key = plain(text)
        is_same = said == text and key not in self.sentences and self._counted_again(key) is None
        if is_same and is_made(key, known):
            left.add(key)
        return said

    patch.setattr(Catalogue, "_said", noted)
    catalogue(world.stage.served.plugins, code)._told.clear()
    browser = world.clients[space]
    await browser.post("/langues", data={"langue": code})
    assert f'<html lang="{code}"' in (await browser.get("/")).text
    for route in PAGES.keys() - IN_FRENCH:
        for path in PAGES[route].get(space, ()):
            await browser.get(path.format(**world.names))
    await browser.post("/langues", data={"langue": "fr"})
    return left


@pytest.mark.parametrize("space", SPACES)
def test_no_sentence_of_the_code_stays_french(
    world: World, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = world.stage.served.run(left_french(world, space, "en", monkeypatch))

    assert sorted(left) == [], "say each in languages/en.po, and in ar.po"


@pytest.mark.parametrize("space", SPACES)
def test_from_right_to_left_nothing_scrolls_sideways(world: World, space: str) -> None:
    page, wider = world.page(space), list[str]()
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(world.stage.served.url("alpha", "/langues"))
    page.click("main button[value=ar]")

    for shown in list(PAGES.values())[::3]:
        for path in shown.get(space, ())[:1]:
            page.goto(world.stage.served.url("alpha", path.format(**world.names)))
            assert page.get_attribute("html", "dir") == "rtl"
            wider += [path] if scrolls_sideways(page) else []
    page.context.close()

    assert wider == []


def test_another_language_keeps_what_is_being_typed(world: World) -> None:
    page = world.page("visitor")
    page.goto(world.stage.served.url("alpha", "/connexion?suite=/compte"))
    page.fill("input[name=email]", "camille@exam")

    page.click("#langues button[value=en]")
    page.wait_for_selector("html[lang=en]")

    assert page.input_value("input[name=email]") == "camille@exam"
    assert page.url.endswith("/connexion?suite=/compte")
    page.context.close()


def typed_in(form: Any) -> dict[str, list[str]]:
    """Return what somebody reads in a form, by field."""
    names = {one.get("name") for one in form.inputs if one.get("type") not in drafts_kept.NEVER}
    names -= set(form.fields[drafts_kept.SECRETS].split())
    told: dict[str, list[str]] = {}
    for name, value in form.form_values():
        if name in names:
            told.setdefault(name, []).append(value.strip())
    return told


def type_in(form: Any) -> None:
    """Write in every field of a form, and press each of its boxes."""
    for one in form.inputs:
        kind = one.get("type", "text")
        if kind == "checkbox":
            one.checked = not one.checked
        elif one.tag == "textarea" or (
            one.tag == "input" and kind not in (*drafts_kept.NEVER, "radio")
        ):
            one.value = "À moitié <écrit> & 'gardé'"


async def left_behind(world: World, routes: list[str]) -> tuple[list[str], int]:
    """Return the pages where what is typed is lost with the language, and how many forms there are."""
    browser, lost, asked = world.clients["family"], list[str](), 0
    for route in routes:
        path = PAGES[route]["family"][0].format(**world.names)
        page = (await browser.get(path)).text
        forms = [one for one in html.fromstring(page).forms if drafts_kept.RANK in one.fields]
        for form in forms[:2]:
            type_in(form)
            rank, asked = form.fields[drafts_kept.RANK], asked + 1
            await browser.post("/langues", data={**sent(form), "langue": "en"})
            again = html.fromstring((await browser.get(path)).text)
            (back,) = [f for f in again.forms if f.fields.get(drafts_kept.RANK) == rank]
            lost += [path] if typed_in(back) != typed_in(form) else []
            await browser.post("/langues", data={"langue": "fr"})
    return lost, asked


def sent(form: Any) -> dict[str, list[str]]:
    """Return what a browser sends of a form."""
    told: dict[str, list[str]] = {}
    for name, value in form.form_values():
        told.setdefault(name, []).append(value)
    return told


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "sabotaged"])
def test_without_a_script_another_language_keeps_what_is_typed(
    world: World, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    routes = sorted(route for route in PAGES if PAGES[route].get("family"))
    if not is_kept:
        monkeypatch.setattr(drafts_kept, "filled", lambda form, typed: form)

    lost, asked = world.stage.served.run(left_behind(world, routes if is_kept else routes[:60]))

    if is_kept:
        assert asked > 20 and lost == []
    else:
        assert lost != []


# -- what is shown when a page cannot be -----------------------------------------------------


def broken(error: Exception) -> Callable[..., Any]:
    async def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


ERRORS: dict[int, tuple[str, str]] = {
    403: ("family", "/bureau"),
    404: ("family", "/nulle-part"),
    405: ("visitor", "/deconnexion"),
    413: ("visitor", "POST /connexion"),
    429: ("visitor", "POST /connexion"),
    500: ("visitor", "/_boite"),
    503: ("visitor", "/_boite"),
}


@pytest.mark.parametrize("status", ERRORS)
def test_no_error_page_has_a_barrier(
    world: World, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, asked = ERRORS[status]
    if status in (500, 503):
        error = Unavailable("gone") if status == 503 else RuntimeError("fault")
        monkeypatch.setattr(outbox, "received", broken(error))
    page = world.page(space)
    method, _, path = asked.rpartition(" ")
    if method:
        text = world.stage.served.run(refused_form(world.town, status, path))
        page.route(f"**{path}", lambda route: route.fulfill(status=status, **text))

    answer = page.goto(world.stage.served.url("alpha", path))

    assert answer.status == status
    assert "Alpha" in page.inner_text("body")
    assert barriers(page) == []
    page.context.close()


async def refused_form(town: Town, status: int, path: str) -> dict[str, Any]:
    """Send a form until it is refused with this status, and return the page that says so."""
    form = {"email": "x@example.test", "suite": "x" * 13_000_000 if status == 413 else ""}
    for _ in range(9):
        answer = await town.visitor().post(path, data=form)
        if answer.status_code == status:
            return {"body": answer.text, "content_type": "text/html; charset=utf-8"}
    raise AssertionError(f"never refused with {status}: {answer.status_code}")
