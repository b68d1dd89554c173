"""Who may ask for a route. Every handler declares one of these; a test fails on one that does not.

They wait for nothing, and are `async` all the same: Litestar runs any other in a thread, twice for
each page of a plugin.
"""

from dataclasses import replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler

from ribambelle.errors import RibambelleError
from ribambelle.identity import Person
from ribambelle.identity.sessions import AWAITING
from ribambelle.web.visit import visit

Connection = ASGIConnection[Any, Any, Any, Any]


class SignInFirst(RibambelleError):
    """Nobody is signed in, and this page needs somebody: the sign-in page comes first."""


class NotForYou(RibambelleError):
    """Somebody is signed in, but this page is for others."""


class NotMandated(NotForYou):
    """An aidant acts for a family, and no mandate covers this page: it is the family's own."""


class TokenNeeded(SignInFirst):
    """No token, or one that opens nothing in this commune."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ScopeNeeded(NotForYou):
    """A token, but without what this route asks for."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(scope)


async def public(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let anybody in."""


async def oneself(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whoever is signed in, to their own account: what is changed there is theirs alone."""
    if _somebody(connection).behalf is not None:
        raise NotMandated


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whoever is signed in; to change something, staff need a role that may."""
    person = _able(connection)
    if person.is_staff and _changes(connection) and not person.grants:
        raise NotForYou


async def family(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let families in."""
    if not _somebody(connection).is_family:
        raise NotForYou


async def in_person(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a family in, and nobody in its place: what it reads and writes here is its own."""
    person = _somebody(connection)
    if person.behalf is not None and person.behalf.by_mandate:
        raise NotMandated
    if not person.is_family or person.behalf is not None:
        raise NotForYou


async def staff(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in any member of staff who gave a second factor."""
    person = _able(connection)
    if not person.is_staff:
        raise NotForYou
    if not person.strong:
        raise SignInFirst
    if _changes(connection) and not person.grants:
        raise NotForYou


class Holding:
    """Let in staff holding one of these roles; with `families`, families too.

    Write it once per role beside its pages: ``agent = Holding("agent", "admin")``.
    """

    def __init__(self, *roles: str, families: bool = False) -> None:
        self.roles, self.families = roles, families
        self.__name__ = "holding_" + "_or_".join(roles)

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Refuse whoever holds none of them."""
        if self.families and _somebody(connection).is_family:
            return
        await staff(connection, handler)
        if not _able(connection).holds(*self.roles):
            raise NotForYou


class Scoped:
    """Let in a program whose token bears this scope; with none, any token of the commune.

    For routes under ``/api/v1`` alone, where no cookie is read: ``guards=[guards.Scoped("…:read")]``.
    """

    def __init__(self, scope: str = "") -> None:
        self.scope = scope
        self.__name__ = f"scoped_{scope.replace(':', '_')}"

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Refuse a request without a token, then one whose token does not bear the scope."""
        seen = visit(connection)
        if seen.token is None:
            raise seen.barred or TokenNeeded("token_missing")
        if self.scope and self.scope not in seen.token.scopes:
            raise ScopeNeeded(self.scope)


agent = Holding("agent", "admin")
admin = Holding("admin")


async def demonstration(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let anybody in, in a commune of demonstration only; in a space to learn in, its staff.

    There a password is enough: the code that follows it is read on the page this opens.
    """
    seen = visit(connection)
    if not seen.tenant.settings.demo:
        raise NotFoundException
    if not seen.tenant.settings.fictional or AWAITING in seen.session.data:
        return
    if not _somebody(connection).is_staff:
        raise NotForYou


async def plugin_enabled(connection: Connection, handler: BaseRouteHandler) -> None:
    """A plugin's routes do not exist in a commune that has not enabled it."""
    if handler.opt["plugin"] not in visit(connection).tenant.hooks:
        raise NotFoundException


READING = frozenset({"GET", "HEAD"})


def _changes(connection: Connection) -> bool:
    """Tell whether a request may change something."""
    return connection.scope["method"] not in READING  # type: ignore[typeddict-item] # http only


def _able(connection: Connection) -> Person:
    """Return whoever is signed in, with the roles that count for this request.

    Here and nowhere else: to change something, the roles that only read count for nothing.
    """
    person = _somebody(connection)
    if not person.grants or not _changes(connection):
        return person
    roles = visit(connection).tenant.hooks.all("roles")
    changing = {role.code for role in roles if not role.read_only}
    kept = frozenset(grant for grant in person.grants if grant.role in changing)
    return replace(person, grants=kept)


def _somebody(connection: Connection) -> Person:
    person = visit(connection).person
    if person is None:
        raise SignInFirst
    return person
