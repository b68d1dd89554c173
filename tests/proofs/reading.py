"""What a route reads of a request beyond its path: noted as it is read, so that no list forgets."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, get_type_hints

import msgspec
import pytest
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures.multi_dicts import FormMultiDict, MultiDict
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from ribambelle import forms
from ribambelle.forms import binding
from ribambelle.web.portal import Portal
from ribambelle_creche import forms as steps

Route = tuple[str, str]


def routes_of(app: Portal) -> Iterator[tuple[str, HTTPRoute, HTTPRouteHandler]]:
    """Every route of the application, method by method, with what answers it."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                    yield method, route, handler


class Reading:
    """The keys each route has read, in the address and in the body."""

    def __init__(self, app: Portal) -> None:
        self.query: defaultdict[Route, set[str]] = defaultdict(set)
        self.body: defaultdict[Route, set[str]] = defaultdict(set)
        self.route: Route = ("", "")
        for method, route, handler in routes_of(app):
            self.query[method, route.path_format] |= declared(handler)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Note every key read from now on, until the test ends."""
        query, form = ASGIConnection.query_params, Request.form
        bind, one = forms.bind, steps.Asked.one

        def query_params(connection: Any) -> Any:
            return noting(MultiDict, self.query[route_of(connection)])(query.fget(connection))

        async def read(request: Any) -> Any:
            self.route = route_of(request)
            return noting(FormMultiDict, self.body[self.route])(await form(request))

        def bound(schema: type[msgspec.Struct], given: Any) -> Any:
            self.body[self.route] |= {part.encode_name for part in msgspec.structs.fields(schema)}
            return bind(schema, given)

        def asked(self_: Any, name: str) -> str:
            self.body[self.route].add(name)
            return one(self_, name)

        patch.setattr(ASGIConnection, "query_params", property(query_params))
        patch.setattr(Request, "form", read)
        patch.setattr(binding, "bind", bound)
        patch.setattr(forms, "bind", bound)
        patch.setattr(steps.Asked, "one", asked)


def route_of(connection: Any) -> Route:
    scope = connection.scope
    return scope["method"], scope["path_template"]


def declared(handler: HTTPRouteHandler) -> set[str]:
    """The query parameters a handler asks for by its signature."""
    hints = get_type_hints(handler.fn, include_extras=True)
    return {
        name
        for name, hint in hints.items()
        if any(isinstance(mark, QueryParameter) for mark in getattr(hint, "__metadata__", ()))
    }


def noting(kind: type[Any], keys: set[str]) -> type[Any]:
    """A dictionary of this kind that writes down each key somebody looks at."""

    class Noted(kind):
        def __getitem__(self, key: str) -> Any:
            keys.add(key)
            return super().__getitem__(key)

        def get(self, key: str, *default: Any) -> Any:
            keys.add(key)
            return super().get(key, *default)

        def __contains__(self, key: object) -> bool:
            keys.add(str(key))
            return super().__contains__(key)

    return Noted
