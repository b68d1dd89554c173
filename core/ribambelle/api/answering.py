"""What a route of the API answers: JSON, and where the next page of a list is."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response

from ribambelle.api.paging import cursor
from ribambelle.web.visit import visit

T = TypeVar("T")
JSON = "application/json"


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; `next` is the address of what follows, null on the last page."""

    data: list[T]
    next: str | None = None


def said(answer: Any, status: int = 200, **headers: str) -> Response[bytes]:
    """Answer a struct as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    text = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(text, status_code=status, media_type=JSON, headers=named)


def listed(
    request: Request[Any, Any, Any], rows: Sequence[Any], limit: int, last: int = 0
) -> Response[bytes]:
    """Answer a page of a list, as `page_of` makes it."""
    return said(page_of(request, rows, limit, last))


def page_of(
    request: Request[Any, Any, Any], rows: Sequence[T], limit: int, last: int = 0
) -> Listed[T]:
    """Return a page of a list; one row more than asked says that there is a next page.

    :param last: number of the last row of the page, which the next one comes after.
    """
    more = len(rows) > limit
    asked = {key: request.query_params[key] for key in request.query_params if key != "after"}
    path = f"{request.url.path}?{urlencode({**asked, 'after': cursor(last)})}"
    link = visit(request).tenant.url(path) if more else None
    return Listed(list(rows[:limit]), link)
