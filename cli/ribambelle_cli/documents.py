"""The papers of families: how they are kept."""

import asyncio
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, followed, platform, say, say_json, tenant
from ribambelle.documents import rotating
from ribambelle.web.formats import pluriel

app = typer.Typer(no_args_is_help=True, help="Les justificatifs des familles.")


@app.callback()
def documents() -> None:
    """Les justificatifs des familles."""


@app.command("rotate-key")
def rotate_key(
    slug: Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Changer la clé des justificatifs et les rechiffrer tous, service ouvert.

    Interrompue, la commande reprend où elle s’était arrêtée.

    Exemple : ribambelle documents rotate-key nantes
    """
    communes = platform()
    commune = tenant(communes, slug)

    async def work() -> dict[str, Any]:
        try:
            with commune.here():
                if dry_run:
                    return {"documents": await rotating.all_of_them(), "dry_run": True}
                waiting = await rotating.begin()
                done = [
                    await rotating.seal_again(number)
                    for number in followed(waiting, "Rechiffrement", as_json=as_json)
                ]
                return {"documents": sum(done), "forgotten_keys": await rotating.finish()}
        finally:
            await communes.aclose()

    told = {"slug": slug, **asyncio.run(work())}
    if as_json:
        say_json(told)
    elif dry_run:
        one, many = "justificatif serait rechiffré", "justificatifs seraient rechiffrés"
        say(f"{slug} : {pluriel(told['documents'], one, many)}. Rien n’a été changé.")
    else:
        one, many = "justificatif rechiffré", "justificatifs rechiffrés"
        say(f"{slug} : {pluriel(told['documents'], one, many)} avec une nouvelle clé.")
