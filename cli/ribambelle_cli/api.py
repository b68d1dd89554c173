"""Tokens of programs: give one, see them, revoke one."""

from typing import Annotated

import typer

from ribambelle.api import scopes, tokens
from ribambelle.api.tables import ApiToken
from ribambelle.commands import AsJson, DryRun, inside, platform, say, say_json, say_table
from ribambelle.errors import Refused
from ribambelle.plugins import CORE
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_cli import webhooks

app = typer.Typer(no_args_is_help=True, help="L’API : ce que des logiciels lisent et écrivent.")
token = typer.Typer(no_args_is_help=True, help="Les jetons que portent les logiciels.")
app.add_typer(token, name="token")
app.add_typer(webhooks.app, name="webhooks")
Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")]


@app.command()
def reference() -> None:
    """Écrire la référence de l’API, en anglais, comme docs/api-reference.md.

    Exemple : ribambelle api reference > docs/api-reference.md
    """
    from ribambelle.api import description
    from ribambelle.web.portal import portal
    from ribambelle_cli.api_reference import page

    communes = platform()
    hooks = communes.plugins.only(communes.plugins.names)
    typer.echo(page(description.document(portal(communes), hooks, "", "")), nl=False)


@token.command()
def create(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="Nom du logiciel, tel que les familles le liront.")],
    scope: Annotated[list[str], typer.Option("--scope", help="Portée ; répéter pour plusieurs.")],
    days: Annotated[int, typer.Option(help="Durée en jours : 90, 365 ou 730.")] = 365,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Donner un jeton à un logiciel ; il s’affiche une seule fois.

    Exemple : ribambelle api token create nantes "Logiciel de cantine" --scope periscolaire:read
    """

    async def work(commune: Tenant) -> tuple[str, str]:
        known = scopes.known(commune.hooks)
        if unknown := [code for code in scope if code not in known]:
            raise Refused("unknown_api_scope", scope=unknown[0], known=", ".join(known) or "aucune")
        if days not in tokens.LIVES:
            raise Refused("unknown_life", days=days, known=", ".join(map(str, tokens.LIVES)))
        if dry_run:
            return "", ""
        row, secret = await tokens.make(name.strip()[:80], scope, days, commune.now())
        return row.prefix, secret

    prefix, secret = inside(slug, CORE, work)
    if as_json:
        say_json(
            {
                "name": name,
                "scopes": scope,
                "prefix": prefix or None,
                "token": secret or None,
                "dry_run": dry_run,
            }
        )
    elif dry_run:
        say(f"« {name} » recevrait un jeton pour {', '.join(scope)}. Rien n’a été changé.")
    else:
        life = pluriel(days, "jour")
        say(f"« {name} » : jeton donné, valable {life}. Il ne sera plus montré :\n{secret}")


@token.command("list")
def list_tokens(slug: Slug, as_json: AsJson = False) -> None:
    """Montrer les jetons de la commune, et quand chacun a servi.

    Exemple : ribambelle api token list nantes
    """

    async def work(commune: Tenant) -> list[dict[str, object]]:
        return [_facts(row, commune) for row in await tokens.every()]

    found = inside(slug, CORE, work)
    if as_json:
        say_json(found)
        return
    rows = [
        (
            one["prefix"],
            one["name"],
            ", ".join(str(one["scopes"]).split()),
            one["last_used_at"] or "jamais",
            one["expires_at"],
            one["revoked_at"] or "non",
        )
        for one in found
    ]
    headings = ("Début", "Logiciel", "Portées", "Dernier usage", "Fin", "Révoqué")
    say_table(headings, rows, "Aucun logiciel n’a de jeton.")


@token.command()
def revoke(
    slug: Slug,
    prefix: Annotated[str, typer.Argument(help="Début du jeton, tel que « list » le montre.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Révoquer un jeton : sa prochaine demande est refusée.

    Exemple : ribambelle api token revoke nantes 3f9a12cd
    """
    wanted = prefix.removeprefix("rib_").partition("_")[0]

    async def work(commune: Tenant) -> dict[str, object]:
        row = await tokens.by_prefix(wanted)
        if not dry_run:
            await tokens.revoke(row.id, commune.now())
        return _facts(await tokens.one(row.id), commune)

    facts = inside(slug, CORE, work)
    if as_json:
        say_json({**facts, "dry_run": dry_run})
    elif dry_run:
        say(f"Le jeton de « {facts['name']} » serait révoqué. Rien n’a été changé.")
    else:
        say(f"Le jeton de « {facts['name']} » est révoqué.")


def _facts(row: ApiToken, commune: Tenant) -> dict[str, object]:
    moments = {
        name: getattr(row, name) and getattr(row, name).astimezone(commune.zone).isoformat()
        for name in ("created_at", "expires_at", "last_used_at", "revoked_at")
    }
    return {"prefix": row.prefix, "name": row.name, "scopes": row.scopes, **moments}
