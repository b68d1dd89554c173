"""Mounting the plugins' routes: a plugin whose routes cannot be served is put aside alone."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from ribambelle.answers import WrongAnswer
from ribambelle.plugins import Plugins
from ribambelle.web.guards import plugin_enabled

App = TypeVar("App")


def served(plugins: Plugins, own: Sequence[Any], build: Callable[[list[Any]], App]) -> App:
    """Build the application with the routes of every plugin that can be served beside the core.

    When Litestar refuses them together, each plugin is tried in turn: it says at the end only that
    two routes cannot live together, and never whose they are.
    """
    plugins.ask_all()
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
                    "ajoutez guards=[guards.public], ou une autre garde de ribambelle.web.guards"
                )


def is_guarded(handler: HTTPRouteHandler) -> bool:
    """Tell whether a route declares a guard, beyond its plugin being enabled."""
    # Litestar wraps synchronous guards
    declared = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
    return any(guard is not plugin_enabled for guard in declared)
