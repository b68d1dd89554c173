"""Which routes the tests have called: a run that leaves one out says so, and fails.

A run shared between processes calls each route in one of them: what each called is joined.
"""

from collections.abc import Iterable
from typing import Any

from ribambelle.web.portal import Portal

Route = tuple[str, str]
_called: set[Route] = set()


def watch() -> None:
    """Note every route that any portal answers, from now on."""
    real = Portal._visit

    async def visit(self: Portal, *given: Any) -> None:
        scope = given[3]
        try:
            await real(self, *given)
        finally:
            _called.add((scope["method"], scope.get("path_template", "")))

    # the one place every request passes
    setattr(Portal, "_visit", visit)  # noqa: B010 - a plain assignment hides its type


def told() -> list[list[str]]:
    """Return the routes called so far, as one process tells another."""
    return sorted([method, path] for method, path in _called)


def join(theirs: Iterable[Iterable[str]]) -> None:
    """Count as called what another process of the same run called."""
    _called.update((method, path) for method, path in theirs)


def uncalled(app: Portal) -> list[str]:
    """Return the routes nothing has called yet."""
    every = {
        (method, route.path_format)
        for route in app.routes
        for method in getattr(route, "methods", ())
        if method not in ("OPTIONS", "HEAD")
    }
    return sorted(f"{method} {path}" for method, path in every - _called)
