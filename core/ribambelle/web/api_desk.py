"""The tokens of programs, as the commune's administrators give and revoke them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.api import scopes, tokens
from ribambelle.api.scopes import ApiScope
from ribambelle.api.tables import ApiToken
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.identity.tables import Account
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

DESK = "/bureau/equipe/jetons"
STATES = {
    "live": ("Ouvert", "coche", "ok"),
    "expired": ("Expiré", "triangle", "alerte"),
    "revoked": ("Révoqué", "croix", ""),
}


class Wished(msgspec.Struct, frozen=True):
    """A token to make."""

    name: Annotated[str, msgspec.Meta(max_length=80)]
    portees: list[str] = []
    duree: int = 365


@dataclass(frozen=True)
class Line:
    """One token, as the list shows it."""

    row: ApiToken
    state: str
    by: str
    scopes: list[str]

    @property
    def told(self) -> tuple[str, str, str]:
        """The words, the shape and the colour of where it stands."""
        return STATES[self.state]


@dataclass(frozen=True)
class TokensPage:
    """The tokens, and the one just made with its secret, shown once."""

    lines: list[Line]
    scopes: list[ApiScope]
    lives: list[tuple[int, str]]
    form: Bound[Any] | None = None
    secret: str = ""

    @property
    def choices(self) -> list[tuple[str, str, str]]:
        """The scopes as the form offers them."""
        return [(one.code, one.label, one.told) for one in self.scopes]


async def _page(
    tenant: Tenant, now: datetime, form: Bound[Any] | None = None, secret: str = ""
) -> Page:
    rows, known = await tokens.every(), scopes.known(tenant.hooks)
    people = await Account.select(Account.id, Account.name, Account.email)
    names = {one["id"]: one["name"] or one["email"] for one in people if _made(rows, one["id"])}
    lines = [
        Line(
            row,
            "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "live",
            names.get(row.created_by, "la ligne de commande"),
            [known[code].label if code in known else code for code in row.scopes.split()],
        )
        for row in rows
    ]
    lives = [(days, words.capitalize()) for days, words in tokens.LIVES.items()]
    page = TokensPage(lines, list(known.values()), lives, form, secret)
    return Page("office/tokens.html", page, status=422 if form else 200)


def _made(rows: list[ApiToken], account: int) -> bool:
    return any(row.created_by == account for row in rows)


@get(DESK, name="api_tokens", told="Voir les jetons des logiciels", guards=[guards.admin])
async def every(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show the tokens, with what each may do and when it was last used."""
    return await _page(tenant, now)


@post(
    DESK,
    name="api_tokens.make",
    told="Donner un jeton à un logiciel",
    guards=[guards.admin],
    status_code=200,
)
async def make(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Make a token, and show its secret once."""
    form = await forms.read(request, Wished)
    if form.struct and not form.struct.portees:
        form = form.wrong(portees="Choisissez au moins une portée.")
    if form.struct is None:
        return await _page(tenant, now, form)
    told = form.struct
    try:
        _, secret = await tokens.make(told.name, told.portees, told.duree, now, by=person.account)
    except Refused as refusal:
        field, words = REFUSED[refusal.reason]
        return await _page(tenant, now, form.wrong(**{field: words}))
    return await _page(tenant, now, secret=secret)


REFUSED = {
    "unknown_api_scope": ("portees", "Une de ces portées n’existe plus ici : choisissez encore."),
    "unknown_life": ("duree", "Choisissez une des durées proposées."),
}


@post(
    f"{DESK}/{{number:int}}/revoquer",
    name="api_tokens.revoke",
    told="Révoquer un jeton",
    guards=[guards.admin],
)
async def revoke(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Revoke a token: its next request is refused."""
    row = await tokens.one(number)
    await tokens.revoke(number, now, by=person.account)
    seen.tell("ok", f"Le jeton de « {row.name} » est révoqué : sa prochaine demande est refusée.")
    return Redirect(DESK, status_code=303)


ROUTES = [every, make, revoke]
