"""The security file of a commune."""

from pathlib import Path
from typing import Annotated

import typer

from ribambelle.commands import AsJson, busy, platform, say, say_json, tenant
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_cli.tenant import once

app = typer.Typer(no_args_is_help=True, help="Le dossier de sécurité d’une commune.")


@app.callback()
def homologation() -> None:
    """Le dossier de sécurité d’une commune."""


@app.command("export")
def export(
    slug: Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")],
    to: Annotated[Path, typer.Option(help="Dossier à créer.")],
    as_json: AsJson = False,
) -> None:
    """Écrire ce que le portail sait pour l’homologation : inventaire, données, rôles, mesures, restes.

    Exemple : ribambelle homologation export nantes --to homologation-nantes
    """
    communes = platform()
    commune = tenant(communes, slug)
    with busy(f"Dossier de {slug}", as_json=as_json):
        names = once(communes, lambda: _write(commune, to))
    if as_json:
        say_json({"slug": slug, "folder": str(to), "files": names})
    else:
        say(
            f"{slug} : {pluriel(len(names), 'fichier écrit', 'fichiers écrits')} dans {to}. "
            "La commune y ajoute ses décisions, dans 8-risques.md."
        )


async def _write(commune: Tenant, to: Path) -> list[str]:
    from ribambelle.privacy import homologation
    from ribambelle.web import access
    from ribambelle.web.portal import portal

    found = access.ways(portal(commune.platform), commune.hooks)
    roles = access.document(found, commune.hooks.all("roles"))
    with commune.here():
        return await homologation.write(commune, roles, to)
