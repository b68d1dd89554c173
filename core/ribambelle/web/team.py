"""The team: who works here and with which roles, for the commune's administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person, accounts, limits
from ribambelle.identity import team as people
from ribambelle.identity.person import Grant, Role
from ribambelle.identity.team import Choice, Member
from ribambelle.web import access, guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import HOUR
from ribambelle.web.visit import Visit, visit

PAGE = "/bureau/equipe"
LIMITED = "limit_"
"""Before the code of a role in the name of its boxes: one box per thing it may be limited to."""
STATES = {
    "active": ("Actif", "coche", "ok"),
    "invited": ("Invitation envoyée", "vide", "info"),
    "dead": ("Invitation perdue", "triangle", "alerte"),
    "disabled": ("Accès fermé", "barres", ""),
}


class Invitation(msgspec.Struct, frozen=True):
    """Somebody to invite."""

    name: str
    email: str
    roles: list[str] = []


class Roles(msgspec.Struct, frozen=True):
    """The roles somebody shall hold."""

    roles: list[str] = []


@dataclass(frozen=True)
class Group:
    """A role that is limited, and the things it may be limited to."""

    role: Role
    today: str
    options: list[tuple[str, str]]

    @property
    def name(self) -> str:
        """The name of its boxes."""
        return f"{LIMITED}{self.role.code}"


@dataclass(frozen=True)
class Offered:
    """The roles as a form shows them: those of the whole commune, then each limited one."""

    whole: list[tuple[str, str, str]]
    groups: list[Group]
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TeamPage:
    """All who work here; or those who opened their access by themselves."""

    members: list[Member]
    by_oneself: bool = False
    others: bool = False
    """Whether some did."""

    @property
    def states(self) -> dict[str, tuple[str, str, str]]:
        """The words, the shape and the colour of each state."""
        return STATES


@dataclass(frozen=True)
class InvitePage:
    """Somebody to invite, and the roles that may be given."""

    offered: Offered
    form: forms.Bound[Any] | None = None


@dataclass(frozen=True)
class MemberPage:
    """One member of the team, and what may be changed."""

    member: Member
    offered: Offered
    is_oneself: bool
    form: forms.Bound[Any] | None = None

    @property
    def state(self) -> tuple[str, str, str]:
        """The words, the shape and the colour of where the account stands."""
        return STATES[self.member.state]


async def offered(request: Request[Any, Any, Any], held: Sequence[Choice] = ()) -> Offered:
    """Return the roles that may be given here, with what each opens today."""
    tenant = visit(request).tenant
    found = access.ways(request.app, tenant.hooks)
    whole: list[tuple[str, str, str]] = []
    groups = {
        role.code: Group(role, access.told(role.code, found), [])
        for role in accounts.known_roles().values()
        if role.scope
    }
    # what somebody took by themselves is shown to be kept or taken away, and offered to nobody
    taken = [choice for choice in held if choice.role.by_oneself]
    for choice in [*await people.choices(by_oneself=False), *taken]:
        if choice.scope:
            groups[choice.role.code].options.append((choice.key, choice.thing))
        else:
            today = access.told(choice.role.code, found)
            whole.append((choice.key, choice.role.label, f"{choice.role.told} {today}"))
    shown = [one for one in groups.values() if one.options or not one.role.by_oneself]
    return Offered(whole, shown, frozenset(choice.key for choice in held))


async def wished(form: forms.Bound[Any]) -> list[Grant]:
    """Return the roles that were ticked; raises Refused for one that may not be given here."""
    ticked: list[str] = []
    for name, value in form.raw.items():
        if name == "roles" or name.startswith(LIMITED):
            ticked += [value] if isinstance(value, str) else list(value)
    alone = {role.code for role in accounts.known_roles().values() if role.by_oneself}
    taken = any(key.partition(" ")[0] in alone for key in ticked)
    known = {choice.key: choice.grant for choice in await people.choices(by_oneself=taken)}
    if unknown := [key for key in ticked if key not in known]:
        raise Refused("unknown_role", role=unknown[0], known=", ".join(known))
    return list(dict.fromkeys(known[key] for key in ticked))


@get(PAGE, name="team", told="Voir l’équipe et ses rôles", guards=[guards.admin])
async def team(now: NamedDependency[datetime], qui: FromQuery[str] = "") -> Page:
    """Show who works here, with which roles; apart, those who opened their access by themselves."""
    alone = qui == "seules"
    found = await people.members(now, by_oneself=alone)
    others = any(role.by_oneself for role in accounts.known_roles().values())
    return Page("office/team.html", TeamPage(found, alone, others))


@get(
    f"{PAGE}/inviter",
    name="team.invite_page",
    told="Préparer une invitation",
    guards=[guards.admin],
)
async def invite_page(request: Request[Any, Any, Any]) -> Page:
    """Ask whom to invite, and with which roles."""
    return Page("office/team_invite.html", InvitePage(await offered(request)))


@post(f"{PAGE}/inviter", name="team.invite", told="Inviter quelqu’un", guards=[guards.admin])
async def invite(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open an account and send its invitation."""
    form = await forms.read(request, Invitation)
    try:
        email = accounts.email_of(form.struct.email if form.struct else "")
    except Refused:
        form, email = form.wrong(email="Écrivez une adresse comme prenom.nom@mairie.fr."), ""
    try:
        grants = await wished(form)
    except Refused:
        form, grants = (
            form.wrong(roles="Un de ces rôles n’existe plus ici : choisissez encore."),
            [],
        )
    if not grants and "roles" not in form.errors:
        form = form.wrong(roles="Choisissez au moins un rôle.")
    if form.struct is not None:
        await limits.require(f"invite:{person.account}", now, at_most=60, per=HOUR)
        try:
            await people.invite(email, form.struct.name, grants, now, by=person.account)
        except Refused as refusal:
            form = form.wrong(email=REFUSED[refusal.reason])
    if form.struct is None:
        return Page("office/team_invite.html", InvitePage(await offered(request), form), status=422)
    seen.tell("ok", f"C’est fait : {email} est prévenu par un message.")
    return Redirect(PAGE, status_code=303)


REFUSED = {
    "email_taken_by_family": "C’est déjà le compte d’une famille : demandez une autre adresse.",
    "account_disabled": "Cet accès est fermé : rouvrez-le depuis la page de l’équipe.",
}


async def member_page(
    request: Request[Any, Any, Any],
    found: Member,
    person: Person,
    form: forms.Bound[Any] | None = None,
) -> Page:
    """Return the page of one member, as it was filled."""
    shown = MemberPage(
        found, await offered(request, found.held), found.account.id == person.account, form
    )
    return Page("office/team_member.html", shown, status=422 if form else 200)


@get(
    f"{PAGE}/{{number:int}}",
    name="team.member",
    told="Voir un membre de l’équipe",
    guards=[guards.admin],
)
async def member(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show one member of the team."""
    return await member_page(request, await people.member(number, now), person)


@post(
    f"{PAGE}/{{number:int}}/roles",
    name="team.roles",
    told="Donner ou retirer un rôle",
    guards=[guards.admin],
)
async def roles(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give and take roles; the person's pages follow at their next request."""
    form = await forms.read(request, Roles)
    found = await people.member(number, now)
    try:
        grants = set(await wished(form))
    except Refused:
        wrong = form.wrong(roles="Un de ces rôles n’existe plus ici : choisissez encore.")
        return await member_page(request, found, person, wrong)
    await people.set_roles(number, grants, now, by=person.account)
    if grants == {choice.grant for choice in found.held}:
        seen.tell("info", f"Rien n’a changé : {found.name} avait déjà ces rôles.")
    else:
        seen.tell("ok", f"Les rôles de {found.name} sont enregistrés. Un message lui est envoyé.")
    lost = number == person.account and "admin" not in {grant.role for grant in grants}
    return Redirect("/bureau" if lost else f"{PAGE}/{number}", status_code=303)


@post(
    f"{PAGE}/{{number:int}}/invitation",
    name="team.invite_again",
    told="Renvoyer une invitation",
    guards=[guards.admin],
)
async def invite_again(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Send an invitation once more."""
    await limits.require(f"invite:{person.account}", now, at_most=60, per=HOUR)
    found = await people.invite_again(number, now, by=person.account)
    seen.tell("ok", f"Une nouvelle invitation part vers {found.account.email}, pour 7 jours.")
    return _back(number)


@post(
    f"{PAGE}/{{number:int}}/fermer",
    name="team.disable",
    told="Fermer un accès",
    guards=[guards.admin],
)
async def disable(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Close an account; every browser is signed out."""
    found = await people.disable(number, now, by=person.account)
    seen.tell("ok", f"L’accès de {found.name} est fermé. Tous ses appareils sont déconnectés.")
    return _back(number)


@post(
    f"{PAGE}/{{number:int}}/rouvrir",
    name="team.enable",
    told="Rouvrir un accès",
    guards=[guards.admin],
)
async def enable(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Open a closed account again."""
    found = await people.enable(number, now, by=person.account)
    seen.tell("ok", f"L’accès de {found.name} est rouvert, avec les mêmes rôles.")
    return _back(number)


@post(
    f"{PAGE}/{{number:int}}/second-facteur",
    name="team.reset_second_factor",
    told="Remettre à zéro un second facteur perdu",
    guards=[guards.admin],
)
async def reset_second_factor(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Forget a lost second factor and invite its owner again."""
    found = await people.reset_second_factor(number, now, by=person.account)
    seen.tell("ok", f"Une nouvelle invitation part vers {found.account.email}, pour 7 jours.")
    return _back(number)


def _back(number: int) -> Redirect:
    return Redirect(f"{PAGE}/{number}", status_code=303)


ROUTES = [
    team,
    invite_page,
    invite,
    member,
    roles,
    invite_again,
    disable,
    enable,
    reset_second_factor,
]
