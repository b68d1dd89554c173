"""Who may ask for which route: found by asking the guards themselves, never written by hand."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from inspect import iscoroutine
from types import SimpleNamespace
from typing import Any

from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from ribambelle.identity.person import Grant, Person, Role
from ribambelle.identity.sessions import OpenSession
from ribambelle.plugins import CORE, Enabled
from ribambelle.web.guards import READING, NotForYou, Scoped, SignInFirst
from ribambelle.web.visit import KEY, Visit

VISITOR, FAMILY, STAFF = "visitor", "family", "staff"
"""Those who hold no role; `staff` is a member of staff who has lost theirs."""


@dataclass(frozen=True, slots=True)
class Way:
    """One route asked in one manner, and who it lets in: visitor, family, staff, or roles."""

    plugin: str
    method: str
    path: str
    told: str
    opens: frozenset[str]
    scope: str | None = None
    """What a token must bear, when the route is for programs: nobody signed in is let in there."""

    @property
    def changes(self) -> bool:
        """Tell whether something may change."""
        return self.method not in READING

    @property
    def by_role(self) -> frozenset[str]:
        """The roles it opens to because of what they are: none when any member of staff passes."""
        return frozenset() if STAFF in self.opens else self.opens - {VISITOR, FAMILY}


def ways(app: Any, hooks: Enabled) -> list[Way]:
    """Return every route of the application in the order of its addresses, with who it lets in."""
    people = dict(everybody(hooks.all("roles")))
    found = [
        Way(
            str(handler.opt.get("plugin", CORE)),
            method,
            route.path_format,
            str(handler.opt.get("told", "")),
            frozenset(who for who, one in people.items() if passes(handler, method, one, hooks)),
            scope_of(handler),
        )
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.handler_name != "options_handler"
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    ]
    return sorted(found, key=lambda way: (way.plugin != CORE, way.plugin, way.path, way.method))


def scope_of(handler: HTTPRouteHandler) -> str | None:
    """Return the scope a token must bear for a route, empty for any token; None for people."""
    guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
    return next((guard.scope for guard in guards if isinstance(guard, Scoped)), None)


def everybody(roles: Iterable[Role]) -> Iterator[tuple[str, Person | None]]:
    """Yield one person of each kind: a visitor, a family, staff without a role and with each."""
    yield VISITOR, None
    yield FAMILY, Person(1, 1, "", "", "family")
    yield STAFF, Person(1, 1, "", "", "staff", strong=True)
    for role in roles:
        held = frozenset({Grant(role.code, f"{role.scope}:1" if role.scope else "")})
        yield role.code, Person(1, 1, "", "", "staff", held, strong=True)


def passes(handler: HTTPRouteHandler, method: str, person: Person | None, hooks: Enabled) -> bool:
    """Tell whether all the guards of a route let this person in, when they ask with this method."""
    # the guards look at no more of a commune than what is enabled there
    town: Any = SimpleNamespace(hooks=hooks, settings=SimpleNamespace(demo=True, fictional=False))
    nothing: Any = None
    seen = Visit(town, "", OpenSession(), nothing, person)
    connection: Any = SimpleNamespace(scope={KEY: seen, "method": method})
    try:
        for guard in handler.resolve_guards():
            # Litestar wraps those that are not async
            _let_in(getattr(guard, "func", guard)(connection, handler))
    except (NotForYou, SignInFirst, NotFoundException):
        return False
    return True


def _let_in(asked: Any) -> None:
    """Run a guard to its end: ours wait for nothing, so that one step does, out of any loop."""
    if iscoroutine(asked):
        with suppress(StopIteration):
            asked.send(None)


def opened_by(role: str, found: Iterable[Way]) -> list[Way]:
    """Return what a role opens that no other account opens by itself."""
    return [way for way in found if role in way.by_role]


def told(role: str, found: Iterable[Way]) -> str:
    """Say what a role opens today."""
    mine = opened_by(role, found)
    if not mine:
        return "Ne donne encore accès à aucune page."
    acts = sum(way.changes for way in mine)
    pages = len(mine) - acts
    seen = f"{pages} page{'s' if pages > 1 else ''}"
    done = f"{acts} action{'s' if acts > 1 else ''}" if acts else "aucune action"
    return f"Ouvre {seen} et {done}."


def who(way: Way, roles: Iterable[Role]) -> str:
    """Say in words whom a route lets in.

    >>> desk, admin = Role("desk", "Guichet"), Role("admin", "Administrateur")
    >>> who(Way("core", "GET", "/", "", frozenset({"visitor", "family", "staff"})), [desk, admin])
    'tout le monde'
    >>> who(Way("core", "GET", "/a", "", frozenset({"family", "desk"})), [desk, admin])
    'les familles ; Guichet'
    """
    if way.scope is not None:
        return f"un jeton `{way.scope}`" if way.scope else "tout jeton"
    if VISITOR in way.opens:
        return "tout le monde"
    families = ["les familles"] if FAMILY in way.opens else []
    if STAFF in way.opens:
        return "toute personne connectée" if families else "tout agent et tout partenaire"
    return " ; ".join(families + [role.label for role in roles if role.code in way.opens])


HEAD = """# Qui peut faire quoi

Cette page est écrite par `ribambelle roles matrix`, à partir des gardes de chaque page.
Un test la compare au portail.

Un agent a toujours donné son mot de passe et le code de son téléphone.
Un rôle « lecture seule » ne change jamais rien, quelle que soit la page.
Un rôle limité (à une crèche, à un guichet) n’ouvre que ce à quoi il est limité.
L’adresse `/_boite` n’existe que dans une commune de démonstration.
Dans un espace pour apprendre, elle ne s’ouvre qu’à ses agents, dès leur mot de passe.
Sous `/api/v1` personne n’est connecté : un logiciel y porte un jeton, qui nomme ses portées.
"""
NAMES = {CORE: "Toutes les communes"}


def document(found: list[Way], roles: list[Role]) -> str:
    """Return the page for town halls: the roles, then each plugin's pages and who opens them."""
    lines = [HEAD, "## Les rôles", "", "| Rôle | Code | Ce qu’il permet | Aujourd’hui |"]
    lines.append("|---|---|---|---|")
    for role in roles:
        limits = " *Lecture seule.*" if role.read_only else ""
        limits += f" *Limité : `{role.scope}`.*" if role.scope else ""
        row = (role.label, f"`{role.code}`", role.told + limits, told(role.code, found))
        lines.append(f"| {' | '.join(row)} |")
    for plugin in dict.fromkeys(way.plugin for way in found):
        mine = [way for way in found if way.plugin == plugin]
        lines += ["", f"## {NAMES.get(plugin, f'Module `{plugin}`')}", ""]
        closed = [way for way in mine if VISITOR not in way.opens]
        if closed:
            lines += ["| Page ou acte | Adresse | Qui |", "|---|---|---|"]
            lines += [_line(way, roles) for way in closed]
            lines.append("")
        public = dict.fromkeys(way.path for way in mine if VISITOR in way.opens)
        if public:
            shown = ", ".join(f"`{path}`" for path in public)
            lines.append(f"Ouvert à tout le monde : {shown}.")
    return "\n".join(lines) + "\n"


def _line(way: Way, roles: list[Role]) -> str:
    act = " (envoi)" if way.changes else ""
    return f"| {way.told or '—'} | `{way.path}`{act} | {who(way, roles)} |"
