"""A space to learn in, beside a commune: its settings, invented people."""

import secrets
from typing import Annotated

import typer

from ribambelle import populating
from ribambelle.commands import AsJson, DryRun, busy, platform, say, say_json, tenant
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant, learning
from ribambelle.tenants.learning import Space
from ribambelle_cli import demonstration
from ribambelle_cli.tenant import Slug, once

SEED = 2026


def join(app: typer.Typer) -> None:
    """Add this command to those of communes; added twice, it is there once."""
    if "copy" not in {command.name for command in app.registered_commands}:
        app.command("copy")(copy)


def copy(
    slug: Slug,
    new: Annotated[str, typer.Argument(help="Nom de l’espace, par exemple nantes-ecole.")],
    fictional: Annotated[
        bool, typer.Option("--fictional", help="Avec des personnes inventées : la seule façon.")
    ] = False,
    host: Annotated[
        list[str] | None, typer.Option(help="Adresse de l’espace ; répéter pour plusieurs.")
    ] = None,
    database: Annotated[str, typer.Option(help="Adresse PostgreSQL ; SQLite sinon.")] = "",
    seed: Annotated[int, typer.Option(help="Graine des familles inventées.")] = SEED,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Ouvrir un espace pour apprendre : les réglages de la commune, et des personnes inventées.

    Rien n’est lu de sa base, de ses justificatifs ni de ses secrets. Aucun message n’en part, un
    bandeau le dit sur chaque page, les moteurs de recherche sont écartés.

    Exemple : ribambelle tenant copy nantes nantes-ecole --fictional --host ecole.nantes.fr
    """
    if not fictional:
        raise Refused("copy_not_fictional", slug=slug, new=new)
    communes = platform()
    commune = tenant(communes, slug)
    space = Space(new, tuple(dict.fromkeys(host or [f"{new}.localhost"])), database)
    learning.require_possible(commune, space)
    if dry_run:
        _tell_planned(commune, space, as_json)
        return
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    with busy(f"{new} : invention des familles", as_json=as_json):
        made = once(communes, lambda: _made(commune, space, seed, password))
    if as_json:
        said = {"slug": new, "url": made.url("/"), "password": password}
        say_json(said | {"agent": populating.AGENT, "family": demonstration.FAMILY})
        return
    say(f"{new} : espace ouvert à l’adresse {made.url('/')}")
    say(f"Mairie  {populating.AGENT}    mot de passe : {password}")
    say("Les autres agents inventés ont le même ; le code à six chiffres est dans /_boite.")
    say(f"Famille {demonstration.FAMILY} : connexion par lien, à suivre dans /_boite.")
    say(f"Pour le fermer : ribambelle tenant delete {new} --confirm {new}")


def _tell_planned(commune: Tenant, space: Space, as_json: bool) -> None:
    file = commune.platform.folder / f"{commune.slug}.toml"
    text = learning.rewritten(file.read_text("utf-8"), space)
    if as_json:
        say_json({"slug": space.slug, "dry_run": True, "file": text})
    else:
        say(f"Serait écrit dans {space.slug}.toml :\n\n{text}\nRien n’a été changé.")


async def _made(commune: Tenant, space: Space, seed: int, password: str) -> Tenant:
    made = await learning.create(commune, space)
    try:
        await populating.fill(made, seed, password)
    except BaseException:
        await learning.remove(commune.platform, space)
        raise
    return made
