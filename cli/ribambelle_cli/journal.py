"""The journal of acts, proved whole."""

from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, platform, say, say_json, tenant
from ribambelle.tenants import Tenant
from ribambelle_cli.tenant import once

app = typer.Typer(no_args_is_help=True, help="Le journal des actes.")


@app.callback()
def journal() -> None:
    """Le journal des actes."""


@app.command("verify")
def verify(
    slug: Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")],
    as_json: AsJson = False,
) -> None:
    """Vérifier que nul n’a changé ni retiré une ligne du journal ; code 1 si la chaîne est rompue.

    Exemple : ribambelle journal verify nantes
    """
    communes = platform()
    told = once(communes, lambda: _verify(tenant(communes, slug)))
    if as_json:
        say_json({"slug": slug, **told})
    elif told["broken_at"] is None:
        say(f"{slug} : {told['lines']} lignes se suivent, depuis la ligne {told['first']}.")
    else:
        say(
            f"{slug} : la chaîne est rompue à la ligne {told['broken_at']}. Gardez cette base telle "
            "quelle, et comparez avec une sauvegarde d’avant."
        )
    if told["broken_at"] is not None:
        raise typer.Exit(1)


async def _verify(commune: Tenant) -> dict[str, Any]:
    from ribambelle.workflow import journal as lines
    from ribambelle.workflow.tables import JournalLine

    with commune.here():
        start = await lines.start()
        return {
            "lines": await JournalLine.count(),
            "first": int(start["number"]) + 1,
            "broken_at": await lines.broken_at(),
        }
