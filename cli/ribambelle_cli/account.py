"""Staff accounts: see them, open one, give and take roles, close and open again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from ribambelle.commands import AsJson, DryRun, platform, say, say_json, say_table, tenant
from ribambelle.errors import Refused
from ribambelle.identity import Grant, accounts, team
from ribambelle.identity.tables import Account
from ribambelle.identity.team import Member
from ribambelle.tenants import Tenant

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Les comptes des agents et des partenaires.")
Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")]
Email = Annotated[str, typer.Argument(help="Adresse e-mail professionnelle.")]
Roles = Annotated[list[str], typer.Option("--role", help="Rôle ; répéter pour plusieurs.")]
Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope", help="Limite du rôle, par exemple creche.facility:12 ; répéter pour plusieurs."
    ),
]
STATES = {
    "active": "actif",
    "invited": "invitation envoyée",
    "dead": "invitation perdue",
    "disabled": "fermé",
}


@app.command()
def create(
    slug: Slug,
    email: Email,
    role: Roles,
    name: Annotated[str, typer.Option(help="Prénom et nom.")] = "",
    scope: Scopes = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Ouvrir un compte d’agent ou de partenaire, et l’inviter.

    Exemple : ribambelle account create nantes marie.le-goff@nantes.fr --role agent
    """
    address = accounts.email_of(email)

    async def work(commune: Tenant) -> str:
        grants = await accounts.grants_of(role, scope or [])
        if dry_run:
            return ""
        account = await accounts.create_staff(address, name, grants, commune.now())
        return await accounts.invite(account, commune.now())

    _tell(address, _inside(slug, work), dry_run, as_json)


@app.command()
def invite(slug: Slug, email: Email, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Renvoyer une invitation : nouveau mot de passe, nouveau second facteur."""
    address = accounts.email_of(email)

    async def work(commune: Tenant) -> str:
        account = await _staff(address, slug)
        return "" if dry_run else await accounts.invite(account, commune.now())

    _tell(address, _inside(slug, work), dry_run, as_json)


@app.command("list")
def list_accounts(slug: Slug, as_json: AsJson = False) -> None:
    """Montrer qui travaille ici, et avec quels rôles.

    Exemple : ribambelle account list nantes
    """

    async def work(commune: Tenant) -> list[Member]:
        return await team.members(commune.now())

    found = _inside(slug, work)
    if as_json:
        say_json([_facts(one) for one in found])
        return
    rows = [
        (
            one.account.email,
            one.account.name,
            ", ".join(choice.label for choice in one.held) or "aucun",
            STATES[one.state],
            "oui" if one.has_second_factor else "non",
        )
        for one in found
    ]
    headings = ("Adresse", "Nom", "Rôles", "Accès", "Second facteur")
    say_table(headings, rows, "Personne ne travaille encore ici.")


@app.command()
def grant(
    slug: Slug,
    email: Email,
    role: Roles,
    scope: Scopes = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Donner un rôle ; la personne en est prévenue.

    Exemple : ribambelle account grant nantes n.payet@nantes.fr --role agent
    """
    _change(slug, email, role, scope, dry_run, as_json, lambda held, asked: held | asked)


@app.command()
def revoke(
    slug: Slug,
    email: Email,
    role: Roles,
    scope: Scopes = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Retirer un rôle : il cesse dès la page suivante.

    Exemple : ribambelle account revoke nantes n.payet@nantes.fr --role agent
    """
    _change(slug, email, role, scope, dry_run, as_json, lambda held, asked: held - asked)


@app.command()
def disable(slug: Slug, email: Email, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Fermer un accès : tous les appareils de la personne sont déconnectés."""
    _act(slug, email, team.disable, "fermé", dry_run, as_json)


@app.command()
def enable(slug: Slug, email: Email, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Rouvrir un accès fermé, avec les mêmes rôles."""
    _act(slug, email, team.enable, "rouvert", dry_run, as_json)


async def _staff(address: str, slug: str) -> Account:
    account = await accounts.by_email(address)
    if account is None or account.kind != "staff":
        raise Refused("account_unknown", email=address, slug=slug)
    return account


def _change(
    slug: str,
    email: str,
    role: list[str],
    scope: list[str] | None,
    dry_run: bool,
    as_json: bool,
    change: Callable[[set[Grant], set[Grant]], set[Grant]],
) -> None:
    address = accounts.email_of(email)

    async def work(commune: Tenant) -> tuple[list[str], dict[str, object]]:
        asked = set(await accounts.grants_of(role, scope or []))
        account = await _staff(address, slug)
        found = await team.member(account.id, commune.now())
        wished = change({choice.grant for choice in found.held}, asked)
        if not dry_run:
            found = await team.set_roles(account.id, wished, commune.now())
        labels = {choice.grant: choice.label for choice in [*found.held, *await team.choices()]}
        return [labels[one] for one in sorted(wished, key=str)], _facts(found)

    roles, facts = _inside(slug, work)
    if as_json:
        say_json({**facts, "roles": roles, "dry_run": dry_run})
        return
    told = ", ".join(roles) or "aucun rôle"
    say(
        f"{address} aurait : {told}. Rien n’a été changé."
        if dry_run
        else f"{address} a maintenant : {told}. Un message l’en prévient."
    )


def _act(
    slug: str,
    email: str,
    act: Callable[..., Awaitable[Member]],
    word: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    address = accounts.email_of(email)

    async def work(commune: Tenant) -> dict[str, object]:
        account = await _staff(address, slug)
        if not dry_run:
            await act(account.id, commune.now())
        return _facts(await team.member(account.id, commune.now()))

    facts = _inside(slug, work)
    if as_json:
        say_json({**facts, "dry_run": dry_run})
    elif dry_run:
        say(f"L’accès de {address} serait {word}. Rien n’a été changé.")
    else:
        say(f"L’accès de {address} est {word}. Un message l’en prévient.")


def _facts(one: Member) -> dict[str, object]:
    return {
        "email": one.account.email,
        "name": one.account.name,
        "roles": [choice.label for choice in one.held],
        "state": one.state,
        "second_factor": one.has_second_factor,
        "signed_in_at": one.signed_in_at,
    }


def _inside(slug: str, work: Callable[[Tenant], Awaitable[T]]) -> T:
    communes = platform()
    commune = tenant(communes, slug)

    async def run() -> T:
        try:
            with commune.here():
                return await work(commune)
        finally:
            await communes.aclose()

    return asyncio.run(run())


def _tell(email: str, link: str, dry_run: bool, as_json: bool) -> None:
    if as_json:
        say_json({"email": email, "link": link or None, "dry_run": dry_run})
    elif dry_run:
        say(f"{email} serait invité. Rien n’a été changé.")
    else:
        say(f"{email} : invitation écrite, valable 7 jours. Lien à usage unique :\n{link}")
