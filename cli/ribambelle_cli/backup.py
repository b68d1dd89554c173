"""Copies of a commune, and putting one back."""

import asyncio
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from ribambelle.commands import AsJson, platform, say, say_json, tenant
from ribambelle.tenants import Platform, copies


def backup(
    slug: Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")],
    to: Annotated[Path | None, typer.Option(help="Dossier de la copie, à créer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copier une commune entière, service ouvert : fichier, clé et base.

    Exemple : ribambelle backup nantes --to /sauvegardes/nantes-25-novembre
    """
    communes = platform()
    commune = tenant(communes, slug)
    stamp = f"{communes.clock().astimezone(UTC):%Y%m%d-%H%M%S}"
    target = to or Path("sauvegardes") / f"{slug}-{stamp}"

    async def work() -> dict[str, int]:
        try:
            with commune.here():
                return await copies.copy(commune, target)
        finally:
            await communes.aclose()

    rows = asyncio.run(work())
    if as_json:
        say_json({"slug": slug, "folder": str(target), "rows": rows})
    else:
        say(
            f"{slug} : {sum(rows.values())} lignes copiées dans {target}. Gardez ce dossier en lieu sûr."
        )


def restore(
    folder: Annotated[Path, typer.Argument(help="Dossier d’une copie.")],
    to: Annotated[
        Path | None, typer.Option(help="Dossier où poser tenants/ et data/ ; les actuels sinon.")
    ] = None,
    database: Annotated[str, typer.Option(help="Adresse PostgreSQL où restaurer.")] = "",
    as_json: AsJson = False,
) -> None:
    """Remettre une copie en place, après en avoir vérifié chaque table.

    Exemple : ribambelle restore /sauvegardes/nantes-25-novembre --to /essai
    """
    communes = Platform(to / "tenants", to / "data") if to else platform()
    slug, rows = asyncio.run(copies.bring_back(folder, communes, database))
    if as_json:
        say_json({"slug": slug, "rows": rows, "tenants": str(communes.folder)})
        return
    say(f"{slug} : {rows} lignes remises en place et vérifiées.")
    if to:
        say(
            f"Pour la servir : RIBAMBELLE_TENANTS={communes.folder} RIBAMBELLE_DATA={communes.data}"
        )
