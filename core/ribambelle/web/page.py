"""A page as an answer: a template, its context, and what every template may use."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit

from litestar import Litestar, Request, Response
from litestar.background_tasks import BackgroundTask, BackgroundTasks
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse

from ribambelle.identity import Person, links
from ribambelle.languages.known import Language
from ribambelle.tenants import Tenant
from ribambelle.web import drafts
from ribambelle.web.menu import MenuEntry, menu
from ribambelle.web.templates import environment
from ribambelle.web.visit import Visit, visit


class Shared(TypedDict):
    """What every template may count on; ``docs/templates.md`` is written from it."""

    tenant: Tenant
    """The commune: `tenant.settings` is its file, `tenant.zone` its time zone."""
    person: Person | None
    """Whoever is signed in; None for a visitor."""
    menu: list[MenuEntry]
    """The entries of this person's menu, in order, the current one marked."""
    now: datetime
    """The present moment, in the commune's time zone."""
    flash: list[tuple[str, str]]
    """What the page before had to tell: kind (ok, info, alerte, erreur) and sentence, shown once."""
    path: str
    """The path of the address asked for, without its query."""
    source: str
    """On a page of figures, what to say of the base they were read in; else nothing."""
    language: Language
    """The language of this page."""
    languages: list[Language]
    """Those a reader may choose, French first."""


class Around(Shared):
    """The same, and what one answer adds."""

    again: str
    """Where this page can be asked for again: for links that come back to it."""
    page: Any
    """The page's own context: the class that the first line of its template names."""


def shared_context(seen: Visit, path: str, fragment: str = "") -> Shared:
    """Return what every template may use; a fragment leaves the flash to the page around it."""
    tenant = seen.tenant
    return {
        "tenant": tenant,
        "person": seen.person,
        "menu": menu(tenant, seen.person, path, seen.waiting),
        "now": tenant.now(),
        "flash": [] if fragment else seen.told(),
        "path": path,
        "source": seen.source,
        "language": seen.language,
        "languages": seen.languages,
    }


def asked_again(request: Request[Any, Any, Any]) -> str:
    """Return where a page can be asked for again: what answers a form, at the page that sent it."""
    if request.method == "GET":
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    came = urlsplit(request.headers.get("referer", ""))
    is_ours = came.netloc and came.netloc == request.headers.get("host")
    return links.local_path(came.path if is_ours else "", request.url.path)


def render(
    seen: Visit, path: str, template: str, page: Any, fragment: str = "", again: str = ""
) -> str:
    """Return a page as text, or only one of its blocks when a fragment of it is asked for."""
    found = environment(seen.tenant, seen.language.code).get_template(template)
    context: Around = {
        **shared_context(seen, path, fragment),
        "again": again or path,
        "page": page,
    }
    block = found.blocks.get(f"fragment_{fragment.replace('-', '_')}") if fragment else None
    if block is None:
        return found.render(context)
    return "".join(block(found.new_context(dict(context))))


class Page(Response[None]):
    """The answer of a handler that shows something.

    A request with the header ``X-Fragment: results`` gets only the block ``fragment_results``.
    """

    def __init__(
        self, template: str, page: Any = None, *, status: int = 200, **headers: str
    ) -> None:
        super().__init__(None, status_code=status, media_type="text/html")
        self.template, self.page = template, page
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = value

    def to_asgi_response(
        self,
        app: Litestar | None,
        request: Request[Any, Any, Any],
        *,
        background: BackgroundTask | BackgroundTasks | None = None,
        cookies: Iterable[Cookie] | None = None,
        encoded_headers: Iterable[tuple[bytes, bytes]] | None = None,
        headers: dict[str, str] | None = None,
        is_head_response: bool = False,
        media_type: Any = None,
        status_code: int | None = None,
        type_encoders: Any = None,
    ) -> ASGIResponse:
        """Render when the answer leaves, inside the commune it is for."""
        fragment = request.headers.get("x-fragment", "")
        seen, path = visit(request), request.url.path
        again = asked_again(request)
        # the foot of a page says nothing of what follows its path: two answers that must be one are
        bare = again.partition("?")[0]
        body = render(seen, path, self.template, self.page, fragment, bare)
        if not fragment:
            body, forgets = drafts.carried(body, seen, request, again)
            if forgets:
                self.headers["set-cookie"] = forgets
        return ASGIResponse(
            background=self.background or background,
            body=body.encode(),
            cookies=cookies,
            encoded_headers=encoded_headers,
            headers={**(headers or {}), **self.headers},
            is_head_response=is_head_response,
            media_type=self.media_type,
            status_code=self.status_code or status_code,
        )
