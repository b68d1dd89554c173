"""The portal: one Litestar application, entered through the commune that the host name tells."""

import secrets
import time
from collections.abc import Iterable
from typing import Any

import structlog
from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ribambelle import traces
from ribambelle.api import problems, tokens
from ribambelle.api.addresses import is_for_programs
from ribambelle.errors import Misconfigured, Refused, Unavailable
from ribambelle.identity import Person, errands
from ribambelle.identity.sessions import MANDATE, OpenSession, opened
from ribambelle.tenants import Platform, Tenant, UnknownTenant
from ribambelle.web import (
    away,
    consulting,
    dependencies,
    failures,
    inbox,
    mounting,
    operations,
    origin,
    security,
)
from ribambelle.web.assets import Assets, assets
from ribambelle.web.behalf import every_act
from ribambelle.web.counting import in_words
from ribambelle.web.figures import from_standby
from ribambelle.web.guards import TokenNeeded
from ribambelle.web.metrics import Metrics
from ribambelle.web.visit import KEY, Visit
from ribambelle.workflow import journal

log = structlog.get_logger("ribambelle.access")
FORM_LIMIT = 12_000_000
ASSETS = "/static/"
OF_STAFF = ("/bureau", "/compte", "/connexion", "/deconnexion", ASSETS)
"""Where staff is itself, even while it acts for a family."""
PAPERS = r"^/(documents/\d+|messages/\d+/pieces/\d+)/(pages|fichier)"
"""Already compressed, as they are made."""


class Portal(Litestar):
    """Litestar, entered through the tenant.

    Litestar's own middleware runs only once a route is found; an unknown address must also be
    answered in the colours of its commune, so all that comes before the route is here.
    """

    platform: Platform
    assets: Assets
    metrics: Metrics

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Find the commune, or answer without one."""
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._at_host(scope, receive, send)

    async def _at_host(self, scope: Any, receive: Receive, send: Send) -> None:
        host, number = origin.host_name(scope["headers"]), secrets.token_hex(6)
        if host in operations.HOSTS:
            await operations.answer(self.platform, self.metrics, scope, send)
            return
        try:
            tenant = self.platform.at(host or "")
            with tenant.here(), traces.visit(in_words(scope["method"]), tenant.slug, number):
                await self._visit(tenant, number, host or "", scope, receive, send)
        except UnknownTenant:
            log.info("unknown_host", host=host, request=number)
            await _plain(scope, send, 421 if host else 400, number)
        except Misconfigured as error:
            log.error("tenant_misconfigured", host=host, request=number, reason=error.message)
            await _plain(scope, send, 503, number)
        except Unavailable as error:
            log.error("database_absent", host=host, request=number, reason=str(error))
            await _plain(scope, send, 503, number)

    async def _visit(
        self, tenant: Tenant, number: str, host: str, scope: Any, receive: Receive, send: Send
    ) -> None:
        """Open the visit, let the routes answer, and write one line of log."""
        began = time.perf_counter()
        structlog.contextvars.bind_contextvars(
            tenant=tenant.slug, request=number, route="", **traces.named()
        )
        leaving = Leaving(tenant, number, host, scope, send)
        nobody = Visit(tenant, number, OpenSession(), self.assets)
        try:
            if is_for_programs(scope["path"]):
                leaving.visit = scope[KEY] = await self._for_program(tenant, number, scope)
            elif origin.is_own(scope["method"], scope["scheme"], scope["headers"]):
                leaving.visit = scope[KEY] = await self._open(tenant, number, host, scope)
            else:
                await failures.early(leaving, nobody, scope["path"], 403)
                return
            person, token = leaving.visit.person, leaving.visit.token
            acting = token.behalf if token else person.behalf if person else None
            behalf = journal.BEHALF.set(acting)
            try:
                await super().__call__(scope, receive, leaving)
            finally:
                journal.BEHALF.reset(behalf)
        except Unavailable as error:
            away.note(error)
            if is_for_programs(scope["path"]):
                await problems.early(leaving, 503, number)
            else:
                await failures.early(leaving, nobody, scope["path"], 503)
        finally:
            spent, route = time.perf_counter() - began, scope.get("path_template", "")
            self.metrics.counts.note(scope["method"], route, leaving.status, spent)
            traces.answered(in_words(scope["method"]), route, leaving.status)
            log.info(
                "request",
                method=scope["method"],
                status=leaving.status,
                ms=round(spent * 1000, 1),
            )
            structlog.contextvars.unbind_contextvars("tenant", "request", "route", "token", "trace")

    async def _for_program(self, tenant: Tenant, number: str, scope: Any) -> Visit:
        """Open the visit of a program: its token is all that says who it is, no cookie is read."""
        seen = Visit(tenant, number, OpenSession(), self.assets)
        try:
            seen.token = await tokens.opened(scope["headers"], tenant.now())
            structlog.contextvars.bind_contextvars(token=seen.token.token)
        except (TokenNeeded, Refused) as reason:
            seen.barred = reason
        return seen

    async def _open(self, tenant: Tenant, number: str, host: str, scope: Any) -> Visit:
        name = security.cookie_name(scope["scheme"], host)
        secret = security.secret_in(scope["headers"], name)
        session, person = OpenSession(), None
        if secret and not scope["path"].startswith(ASSETS):
            session, person = await opened(secret, tenant.now())
        if person and "errand" in session.data and not scope["path"].startswith(OF_STAFF):
            person = await self._for_family(session, person, tenant)
        if person and MANDATE in session.data:
            person = await errands.by_mandate(person, session.data[MANDATE], tenant.now())
            if person is None:  # a mandate that ended leaves nobody signed in as the family
                session.data.clear()
                await session.end()
        session.allowed = name is not None
        seen = Visit(tenant, number, session, self.assets, person)
        if person:
            seen.waiting = await inbox.counted(person)
        return seen

    async def _for_family(self, session: OpenSession, staff: Person, tenant: Tenant) -> Person:
        family = await errands.stand_in(staff, session.data["errand"], tenant.now())
        if family is None:
            session.drop("errand")
        return family or staff


def route_in_log(app: ASGIApp) -> ASGIApp:
    """Name the route in every line of log, as it is declared: a path may hold a secret."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.contextvars.bind_contextvars(route=scope.get("path_template", ""))
        await app(scope, receive, send)

    return named


class Leaving:
    """Sends an answer with the headers every answer has, and the session's cookie if it changed."""

    def __init__(self, tenant: Tenant, number: str, host: str, scope: Any, send: Send) -> None:
        self.tenant, self.number, self.host = tenant, number, host
        self.scope, self.send = scope, send
        self.status = 0
        self.visit: Visit | None = None
        self.refused = False

    async def __call__(self, message: Message) -> None:
        """Add the headers to the start of the answer; pass the rest on."""
        if self.refused:
            return
        if message["type"] == "http.response.start" and not self.status:
            if message["status"] == HTTP_200_OK and not await self._noted():
                return
            cookie = await self._cookie()
            if cookie is None:
                return
            self.status = message["status"]
            headers = list(message.get("headers", []))
            # a page may be stricter than the others, and say so itself
            said = {name for name, _ in headers}
            headers += [one for one in security.ALWAYS if one[0] not in said]
            headers.append((b"x-request-id", self.number.encode()))
            if self.scope["scheme"] == "https":
                headers.append(security.STRICT_TRANSPORT)
            if b"x-robots-tag" not in said and not self._is_for_all_to_find():
                headers.append((b"x-robots-tag", b"noindex"))
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers + cookie}
        await self.send(message)

    def _is_for_all_to_find(self) -> bool:
        """Tell whether a search engine may keep this answer: its route says so, nobody signed in."""
        if self.tenant.settings.fictional:
            return False
        if self.scope["path"].startswith(ASSETS):
            return True
        handler = self.scope.get("route_handler")
        somebody = self.visit is not None and self.visit.person is not None
        return handler is not None and bool(handler.opt.get("indexed")) and not somebody

    async def _noted(self) -> bool:
        """Write who is given this answer; what cannot be written down is not shown."""
        if self.visit is None:
            return True
        try:
            await consulting.note(self.scope, self.visit)
        except Exception:  # a full disk, a lost base: the page stays here, whatever the reason
            log.exception("read_not_noted")
            await self._refuse(self.visit)
            return False
        return True

    async def _refuse(self, visit: Visit) -> None:
        """Answer that the portal is away, instead of what was to be sent."""
        if is_for_programs(self.scope["path"]):
            await problems.early(self, 503, visit.number)
        else:
            await failures.early(self, visit, self.scope["path"], 503)
        self.refused = True

    async def _cookie(self) -> list[tuple[bytes, bytes]] | None:
        """Keep the session; return its cookie if it is a new one, None when it cannot be kept."""
        # An asset never looks the session up, so it must not take it for ended either.
        path = self.scope["path"]
        if self.visit is None or path.startswith(ASSETS) or is_for_programs(path):
            return []
        session = self.visit.session
        name = security.cookie_name(self.scope["scheme"], self.host)
        before = security.secret_in(self.scope["headers"], name)
        try:
            await session.save(self.tenant.now())
        except Unavailable as error:  # nothing can be written: what is known is read all the same
            log.warning("session_not_kept", reason=str(error))
            if session.row is None:
                await self._refuse(self.visit)
                return None
        if name is None or session.secret == before:
            return []
        return [(b"set-cookie", security.cookie(name, session.secret))]


async def _plain(scope: Any, send: Send, status: int, number: str) -> None:
    """Answer without a commune, as whoever asks reads it."""
    if is_for_programs(scope["path"]):
        await problems.early(send, status, number)
    else:
        await failures.plain(send, status, number)


def portal(platform: Platform, routes: Iterable[Any] = (), **options: Any) -> Portal:
    """Return the application that serves these communes."""
    from ribambelle.web.routes import ROUTES

    app = mounting.served(
        platform.plugins,
        [*ROUTES, *routes],
        lambda all_routes: _application(all_routes, platform, options),
    )
    app.platform, app.assets = platform, assets(platform.plugins)
    app.metrics = Metrics()
    return app


def _application(routes: list[Any], platform: Platform, options: dict[str, Any]) -> Portal:
    return Portal(
        routes,
        dependencies={
            name: Provide(function, sync_to_thread=False)
            for name, function in dependencies.ALL.items()
        },
        exception_handlers=failures.by_reader(problems.HANDLERS),
        middleware=[route_in_log, every_act, from_standby],
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=600, gzip_compress_level=4, exclude=["^/static/", PAPERS]
        ),
        # ours is structlog; Litestar's own would turn every library's chatter on
        logging_config=None,
        openapi_config=None,
        request_max_body_size=FORM_LIMIT,
        state=State({"platform": platform}),
        **options,
    )
