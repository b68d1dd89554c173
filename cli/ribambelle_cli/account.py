"""Staff accounts: open one, invite its owner again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from ribambelle.commands import AsJson, DryRun, platform, say, say_json, tenant
from ribambelle.errors import Refused
from ribambelle.identity import accounts
from ribambelle.tenants import Tenant

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Les comptes des agents et des partenaires.")
Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")]
Email = Annotated[str, typer.Argument(help="Adresse e-mail professionnelle.")]


@app.command()
def create(
    slug: Slug,
    email: Email,
    role: Annotated[list[str], typer.Option(help="Rôle ; répéter pour plusieurs.")],
    name: Annotated[str, typer.Option(help="Prénom et nom.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="Limite du rôle, par exemple creche.facility:12 ; répéter pour plusieurs."
        ),
    ] = None,
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
        account = await accounts.by_email(address)
        if account is None or account.kind != "staff":
            raise Refused("account_unknown", email=address, slug=slug)
        return "" if dry_run else await accounts.invite(account, commune.now())

    _tell(address, _inside(slug, work), dry_run, as_json)


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
