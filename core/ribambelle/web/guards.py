"""Who may ask for a route. Every handler declares one of these; a test fails on one that does not."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler

from ribambelle.errors import RibambelleError
from ribambelle.identity import Person
from ribambelle.web.visit import visit

Connection = ASGIConnection[Any, Any, Any, Any]


class SignInFirst(RibambelleError):
    """Nobody is signed in, and this page needs somebody: the sign-in page comes first."""


class NotForYou(RibambelleError):
    """Somebody is signed in, but this page is for others."""


def public(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let anybody in."""


def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whoever is signed in."""
    _somebody(connection)


def family(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let families in."""
    if not _somebody(connection).is_family:
        raise NotForYou


def staff(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in any member of staff who gave a second factor."""
    person = _somebody(connection)
    if not person.is_staff:
        raise NotForYou
    if not person.strong:
        raise SignInFirst


class Holding:
    """Let in staff holding one of these roles.

    Write it once per role beside its pages: ``agent = Holding("agent", "admin")``.
    """

    def __init__(self, *roles: str) -> None:
        self.roles = roles
        self.__name__ = "holding_" + "_or_".join(roles)

    def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Refuse whoever holds none of them."""
        staff(connection, handler)
        if not _somebody(connection).holds(*self.roles):
            raise NotForYou


agent = Holding("agent", "admin")
admin = Holding("admin")


def demonstration(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let anybody in, in a commune of demonstration only."""
    if not visit(connection).tenant.settings.demo:
        raise NotFoundException


def plugin_enabled(connection: Connection, handler: BaseRouteHandler) -> None:
    """A plugin's routes do not exist in a commune that has not enabled it."""
    if handler.opt["plugin"] not in visit(connection).tenant.hooks:
        raise NotFoundException


def _somebody(connection: Connection) -> Person:
    person = visit(connection).person
    if person is None:
        raise SignInFirst
    return person
