"""The API as it is open in one commune: for its page, and as OpenAPI 3.1 for generators of code."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from ribambelle.api import scopes
from ribambelle.api.addresses import ROOT
from ribambelle.api.declaring import Operation
from ribambelle.api.problems import MEDIA_TYPE, SAID, Problem
from ribambelle.plugins import CORE, Enabled
from ribambelle.web.guards import Scoped

JSON = "application/json"
HOLE = re.compile(r"{(\w+)(?::(\w+))?}")
KINDS: dict[str, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": 1},
    "date": {"type": "string", "format": "date"},
    "str": {"type": "string"},
}
REFERENCE = "#/components/schemas/{name}"
ALWAYS = ("token_missing", "scope_missing", "not_found", "too_many_requests", "fault")
READ, WRITTEN = ("invalid",), ("unreadable", "not_json", "invalid")
WRITES = ("idempotency_key_missing", "idempotency_key_reused")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value an address or a query takes."""

    name: str
    where: str
    schema: dict[str, Any]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Described:
    """One route, with all that a program must know to ask for it."""

    plugin: str
    method: str
    path: str
    name: str
    told: str
    scope: str | None
    operation: Operation
    parameters: tuple[Parameter, ...]

    @property
    def writes(self) -> bool:
        """Tell whether it changes something for a program, that says by a key which time it is."""
        return self.method not in {"GET", "HEAD"} and self.scope is not None

    @property
    def problems(self) -> list[str]:
        """The codes of what may be refused, in the order of their status."""
        found = {*self.operation.problems}
        found |= {*ALWAYS} if self.scope is not None else {"not_found", "fault"}
        if self.writes:
            found |= {*WRITES}
        if self.operation.body is not None:
            found |= {*WRITTEN}
        if self.operation.query is not None:
            found |= {*READ}
        return sorted(found, key=lambda code: (_status(code), code))


def _status(code: str) -> int:
    return SAID.get(code, SAID["refused"]).status


def described(app: Any, hooks: Enabled) -> list[Described]:
    """Return the routes of the API that these plugins open, in the order of their addresses."""
    found = [
        _one(handler, method, route.path)
        for route in app.routes
        if route.path.startswith(f"{ROOT}/")
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        and "api" in handler.opt
        and handler.opt.get("plugin", CORE) in hooks
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    ]
    return sorted(found, key=lambda one: (one.plugin != CORE, one.path, one.method))


def _one(handler: HTTPRouteHandler, method: str, path: str) -> Described:
    operation: Operation = handler.opt["api"]
    guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
    scoped = [guard.scope for guard in guards if isinstance(guard, Scoped)]
    holes = [
        Parameter(name, "path", KINDS.get(kind or "str", KINDS["str"]))
        for name, kind in HOLE.findall(path)
    ]
    return Described(
        str(handler.opt.get("plugin", CORE)),
        str(method),
        HOLE.sub(r"{\1}", path),
        str(handler.name),
        str(handler.opt.get("told", "")),
        scoped[0] if scoped else None,
        operation,
        (*holes, *_query(operation.query)),
    )


def _query(schema: Any) -> Iterable[Parameter]:
    if schema is None:
        return
    for part in msgspec.structs.fields(schema):
        (shape,), _ = msgspec.json.schema_components([part.type], ref_template=REFERENCE)
        yield Parameter(part.encode_name, "query", shape, part.required)


def document(app: Any, hooks: Enabled, commune: str, url: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a commune: what it opens, and nothing else."""
    found = described(app, hooks)
    known = scopes.known(hooks)
    kinds = [one.operation.answer for one in found if one.operation.answer]
    bodies = [one.operation.body for one in found if one.operation.body]
    shapes, named = plain(
        *msgspec.json.schema_components([*kinds, *bodies, Problem], ref_template=REFERENCE)
    )
    by_kind = dict(zip(map(str, [*kinds, *bodies, Problem]), shapes, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Portail famille, {commune}",
            "version": "1",
            "description": "\n".join(
                [
                    "Portées des jetons :",
                    *(f"- `{one.code}` : {one.told}" for one in known.values()),
                ]
            ),
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": url.rstrip("/")}],
        "paths": paths,
        "components": {
            "schemas": named,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def plain(
    shapes: Iterable[dict[str, Any]], named: dict[str, dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the same shapes as generators of code read them.

    Two structs of one name are told apart by their module; a generator keeps the last word alone,
    and drops the second. It does not read either that a row of fixed length has nothing more.

    >>> row = {"type": "array", "prefixItems": [{}, {}], "items": False, "maxItems": 2}
    >>> asked, named = plain([{"$ref": "#/components/schemas/mine.photos.Sent"}], {
    ...     "mine.photos.Sent": row, "mine.letters.Sent": {}})
    >>> asked, [*named]
    ([{'$ref': '#/components/schemas/PhotosSent'}], ['PhotosSent', 'LettersSent'])
    >>> named["PhotosSent"]
    {'type': 'array', 'prefixItems': [{}, {}], 'maxItems': 2, 'title': 'PhotosSent'}
    """
    names = {name: "".join(map(_capital, name.split(".")[-2:])) for name in named}
    if len({*names.values()}) != len(names):
        raise ValueError(f"two shapes would bear one name: {sorted(names)}")
    links = {REFERENCE.format(name=name): REFERENCE.format(name=new) for name, new in names.items()}

    def rewritten(part: Any) -> Any:
        if isinstance(part, list):
            return [rewritten(one) for one in part]
        if not isinstance(part, dict):
            return links.get(part, part) if isinstance(part, str) else part
        return {
            key: rewritten(value)
            for key, value in part.items()
            if not (key == "items" and value is False)
        }

    told = {names[name]: rewritten(one) for name, one in named.items()}
    for name, new in names.items():
        if name != new:
            told[new]["title"] = new  # what some generators name a class by
    return [rewritten(one) for one in shapes], told


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _operation(one: Described, shapes: dict[str, Any]) -> dict[str, Any]:
    operation = one.operation
    parameters = [
        {"name": each.name, "in": each.where, "required": each.required, "schema": each.schema}
        for each in one.parameters
    ]
    if one.writes:
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        parameters.append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}
        )
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.told,
        "description": operation.says,
        "tags": [one.plugin],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "C’est fait." if one.writes else "Ce qui est demandé.",
                "content": _content(JSON, shapes.get(str(operation.answer), {}), operation.example),
            },
            **_refusals(one.problems, shapes[str(Problem)]),
        },
        "security": [{"token": [one.scope] if one.scope else []}] if one.scope is not None else [],
    }
    if operation.body is not None:
        content = _content(JSON, shapes[str(operation.body)], operation.asked)
        told["requestBody"] = {"required": True, "content": content}
    return told


def _content(media_type: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    shown = {} if example is None else {"example": msgspec.to_builtins(example)}
    return {media_type: {"schema": schema, **shown}}


def _refusals(codes: Iterable[str], schema: dict[str, Any]) -> dict[str, Any]:
    titles: dict[str, list[str]] = {}
    for code in codes:
        known = SAID.get(code, SAID["refused"])
        titles.setdefault(str(known.status), []).append(f"{known.title} (`{code}`)")
    return {
        status: {
            "description": " ; ".join(told),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, told in titles.items()
    }
