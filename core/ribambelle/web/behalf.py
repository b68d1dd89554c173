"""No act at the counter goes unwritten: who did it for a family is journalled, whatever the page."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ribambelle.database.changes import Changes, looking
from ribambelle.web.guards import READING
from ribambelle.web.visit import KEY
from ribambelle.workflow import journal

UNWRITTEN = "family.acted"
"""The act of a page that wrote no line of its own: who, for whom, and by which route."""
OURS = frozenset({"core_attempt", "core_session", "core_journal", "core_job"})
"""What a page writes of itself, and not of a family."""


def every_act(app: ASGIApp) -> ASGIApp:
    """Write a line for what staff changed in a family's name, where its page wrote none itself.

    It is kept with the change, or lost with it. A route may name the act: ``act="creche.filled"``.
    """

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        if not _in_a_family_s_name(scope):
            await app(scope, receive, send)
            return

        async def complete() -> None:
            if not lines and set(changes.tables) - OURS:
                await _write(scope)

        async def answering(message: Message) -> None:
            # what was changed outside any unit of work
            if message["type"] == "http.response.start":
                await complete()
            await send(message)

        lines: list[str] = []
        changes = Changes(complete)
        written = journal.WRITTEN.set(lines)
        try:
            with looking(changes):
                await app(scope, receive, answering)
        finally:
            journal.WRITTEN.reset(written)

    return watched


def _in_a_family_s_name(scope: Scope) -> bool:
    behalf = journal.BEHALF.get()
    return behalf is not None and behalf.errand > 0 and scope["method"] not in READING  # type: ignore[typeddict-item] # http only


async def _write(scope: Scope) -> None:
    seen = scope[KEY]  # type: ignore[literal-required] # a key of ours in ASGI's scope
    family = seen.person.account
    route = scope.get("path_template", "")
    act = scope["route_handler"].opt.get("act", UNWRITTEN)
    await journal.record(act, f"account:{family}", account=family, route=route)
