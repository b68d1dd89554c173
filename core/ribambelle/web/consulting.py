"""One line of the journal for each page of one family that somebody of the town hall is given.

A route that shows one family says whose: ``reads="creche.application:{number}"``. The line is
written before the page leaves: what cannot be written down is not shown.
"""

from typing import Any

from litestar.exceptions import ImproperlyConfiguredException

from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

ACT = "file.read"


async def note(scope: Any, seen: Visit) -> None:
    """Write who is given this answer, when its route shows one family and it is not the family."""
    handler = scope.get("route_handler")
    told = handler.opt.get("reads") if handler is not None else None
    if not told or scope["method"] != "GET":
        return
    person, token = seen.person, seen.token
    if token is None and (person is None or not person.is_staff):
        return
    try:
        about = told.format(**scope["path_params"])
    except KeyError as error:
        wrong = f"{handler.name}: reads={told!r} names {error}, which its path does not have"
        raise ImproperlyConfiguredException(wrong) from error
    for one in about.split():
        if token is not None:
            await journal.record(ACT, one, side="api", read_only=True, token=token.token)
        elif person is not None:
            roles = sorted({grant.role for grant in person.grants})
            await journal.record(
                ACT, one, account=person.account, side="office", read_only=True, roles=roles
            )
