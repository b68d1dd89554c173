"""Mounting the plugins' routes: a plugin whose routes cannot be served is put aside alone."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from ribambelle.answers import WrongAnswer
from ribambelle.api.addresses import ROOT
from ribambelle.plugins import Plugins
from ribambelle.web.guards import Scoped, plugin_enabled, public

App = TypeVar("App")


def served(plugins: Plugins, own: Sequence[Any], build: Callable[[list[Any]], App]) -> App:
    """Build the application with the routes of every plugin that can be served beside the core.

    When Litestar refuses them together, each plugin is tried in turn: it says at the end only that
    two routes cannot live together, and never whose they are.
    """
    plugins.ask_all()
    for name, scopes in plugins.each("api_scopes"):
        for scope in scopes:
            if not scope.code.startswith(f"{name}:"):
                wrong = f"la portée « {scope.code} » doit commencer par « {name}: »"
                plugins.put_aside(name, WrongAnswer(wrong))
    offered: dict[str, list[Any]] = {}
    for name, handlers in plugins.each("routes"):
        try:
            require_guards(plugin_router(name, handlers))
        except Exception as error:  # the routes of the other plugins, and the core's, are served
            plugins.put_aside(name, error)
        else:
            offered[name] = handlers
    try:
        return build([*own, *_routers(offered)])
    except Exception:  # Litestar refuses in many ways
        return _one_by_one(plugins, own, offered, build)


def _one_by_one(
    plugins: Plugins,
    own: Sequence[Any],
    offered: dict[str, list[Any]],
    build: Callable[[list[Any]], App],
) -> App:
    app, accepted = build([*own]), dict[str, list[Any]]()
    for name, handlers in offered.items():
        try:
            app = build([*own, *_routers({**accepted, name: handlers})])
        except Exception as error:  # as above: this one is guilty
            plugins.put_aside(name, error)
        else:
            accepted[name] = handlers
    return app


def _routers(offered: dict[str, list[Any]]) -> list[Router]:
    return [plugin_router(name, handlers) for name, handlers in offered.items()]


def plugin_router(name: str, handlers: Sequence[Any]) -> Router:
    """Return a plugin's routes, which exist only in communes that have enabled it."""
    return Router("/", route_handlers=list(handlers), guards=[plugin_enabled], opt={"plugin": name})


def require_guards(router: Router) -> None:
    """Refuse a route that does not say who may ask for it."""
    for route in router.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.handler_name != "options_handler" and not is_guarded(handler):
                methods = ", ".join(sorted(getattr(handler, "http_methods", ()))) or "?"
                raise WrongAnswer(
                    f"la route {methods} {route.path} ne dit pas qui peut la demander : "
                    "ajoutez guards=[guards.public], ou une autre garde de ribambelle.web.guards",
                    at=handler.fn,
                )
            if handler.handler_name != "options_handler" and not is_for_its_readers(
                route.path, handler
            ):
                raise WrongAnswer(
                    f"la route {route.path} : « guards.Scoped » va avec les adresses sous {ROOT}, "
                    "et elles avec lui",
                    at=handler.fn,
                )


def is_for_its_readers(path: str, handler: HTTPRouteHandler) -> bool:
    """Tell whether a route under /api/v1 asks for a token, and only such a route does."""
    declared = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
    scoped = any(isinstance(guard, Scoped) for guard in declared)
    is_api = path.startswith(f"{ROOT}/")
    return scoped == is_api or (is_api and public in declared)


def is_guarded(handler: HTTPRouteHandler) -> bool:
    """Tell whether a route declares a guard, beyond its plugin being enabled."""
    # Litestar wraps synchronous guards
    declared = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
    return any(guard is not plugin_enabled for guard in declared)
