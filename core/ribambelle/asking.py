"""What plugins are asked while somebody waits: each has a moment, and falls alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ribambelle import tenants
from ribambelle.errors import Unavailable

if TYPE_CHECKING:
    from ribambelle.plugins import Enabled

PATIENCE = 5.0
"""Seconds: somebody waits for the page, and the other plugins have answered."""


async def asked(
    hooks: "Enabled", plugin: str, hook: str, function: Callable[..., Awaitable[Any]], *given: Any
) -> list[Any]:
    """Await what one plugin declared for a hook; nothing when it fails or takes too long.

    After a few failures in a row it is left alone for a while, and the log has said why. A database
    that does not answer is no failure of the plugin: whoever asked is told that.
    """
    plugins, part = hooks.plugins, function.__qualname__
    if plugins.gave_up(plugin, hook, part):
        return []
    try:
        async with asyncio.timeout(PATIENCE):
            answer = list(await function(*given))
    except Unavailable:
        raise
    except Exception:  # isolation: what the others say must still be there
        plugins.failed(plugin, hook, part)
        return []
    plugins.failures.pop(f"{plugin}.{hook}.{part}", None)
    return answer


async def each(hook: str, *given: Any) -> list[tuple[str, list[Any]]]:
    """Ask every plugin of the current commune, one after the other: (plugin, what it tells)."""
    hooks = tenants.current().hooks
    return [
        (plugin, await asked(hooks, plugin, hook, function, *given))
        for plugin, functions in hooks.each(hook)
        for function in functions
    ]


async def told(hook: str, *given: Any) -> list[Any]:
    """Ask every plugin of the current commune, and join what they tell."""
    return [one for _, answer in await each(hook, *given) for one in answer]
