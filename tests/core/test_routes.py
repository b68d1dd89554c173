"""Every route says who may ask for it; every commune's tables are what their classes say."""

from pathlib import Path

import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler

from ribambelle.database import schema
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing import Communes
from ribambelle.web import guards
from ribambelle.web.portal import Portal, portal

KNOWN = {
    guards.public,
    guards.oneself,
    guards.signed_in,
    guards.family,
    guards.in_person,
    guards.staff,
    guards.demonstration,
}


def handlers(app: Portal) -> list[HTTPRouteHandler]:
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and handler.handler_name != "options_handler"
    ]


def guards_of(handler: HTTPRouteHandler) -> list[object]:
    """The guards as they were declared: Litestar wraps synchronous ones."""
    return [getattr(guard, "func", guard) for guard in handler.resolve_guards()]


def bare(app: Portal) -> list[str]:
    """The routes that do not say who may ask for them."""
    return [
        handler.handler_name
        for handler in handlers(app)
        if not any(
            guard in KNOWN or isinstance(guard, guards.Holding | guards.Scoped)
            for guard in guards_of(handler)
        )
    ]


@pytest.mark.asvs("8.2.1")
def test_every_route_declares_its_guard(shared_app: Portal) -> None:
    assert len(handlers(shared_app)) > 30
    assert bare(shared_app) == []


def test_a_route_without_a_guard_is_found(installed: Plugins, tmp_path: Path) -> None:
    """The twin: one route too many, which says nothing."""

    @get("/nue")
    async def forgotten() -> str:
        return ""

    app = portal(Platform(tmp_path, tmp_path / "data", plugins=installed), [forgotten])

    assert bare(app) == ["forgotten"]


async def test_no_private_page_opens_to_a_visitor(communes: Communes, shared_app: Portal) -> None:
    """Every GET route without a parameter that is not public sends a visitor away."""
    visitor = communes.alpha.visitor()
    opened = []
    for route in shared_app.routes:
        for handler in getattr(route, "route_handlers", []):
            private = guards.public not in guards_of(handler) and (
                guards.demonstration not in guards_of(handler)
            )
            if "GET" in handler.http_methods and private and "{" not in route.path:
                answer = await visitor.get(route.path)
                if any(isinstance(guard, guards.Scoped) for guard in guards_of(handler)):
                    opened += [route.path] if answer.status_code != 401 else []
                elif answer.status_code != 303 or "/connexion" not in answer.headers["location"]:
                    opened.append(route.path)

    assert opened == []


async def test_migrations_and_tables_agree(communes: Communes, installed: Plugins) -> None:
    tables = [table for _, answer in installed.each("tables") for table in answer]

    with communes.alpha.here():
        assert await schema.drift(tables) == []
