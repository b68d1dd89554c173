"""Pages of figures are read on the standby; what they write, as every page does, is not.

A route says that it only reads figures: ``figures=True``.
"""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ribambelle.database import using
from ribambelle.statistics.reading import reading
from ribambelle.web.visit import KEY


def from_standby(app: ASGIApp) -> ASGIApp:
    """Answer the pages of figures from where figures are read."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        handler = scope.get("route_handler")
        if handler is None or not handler.opt.get("figures"):
            await app(scope, receive, send)
            return
        seen = scope[KEY]  # type: ignore[literal-required] # a key of ours in ASGI's scope
        main = seen.tenant.engine

        async def leaving(message: Message) -> None:
            with using(main):  # the session, and who read what, are written as the answer leaves
                await send(message)

        async with reading(seen.tenant) as seen.source:
            await app(scope, receive, leaving)

    return answered
