"""Whose fault a page is that could not be shown: the plugin that declared it, and where."""

from typing import Any

from litestar import Request

from ribambelle.faults import place_of
from ribambelle.web.visit import visit


def blame(request: Request[Any, Any, Any], error: Exception) -> dict[str, str]:
    """Return the plugin and the file for the log; nothing when the page is the core's own."""
    handler = request.scope.get("route_handler")
    plugin = handler.opt.get("plugin") if handler else None
    if plugin is None:
        return {}
    root = visit(request).tenant.platform.plugins.root(plugin)
    return {"plugin": plugin, "file": place_of(error, root, getattr(handler, "fn", None))}
