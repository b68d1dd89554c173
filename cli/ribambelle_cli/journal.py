"""The journal of acts, proved whole."""

import re
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, platform, say, say_json, tenant
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_cli.tenant import once

app = typer.Typer(no_args_is_help=True, help="Le journal des actes.")


@app.callback()
def journal() -> None:
    """Le journal des actes."""


KEPT = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
"""A line and its seal, as the command says them to be kept."""


@app.command("verify")
def verify(
    slug: Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")],
    kept: Annotated[
        str,
        typer.Option(help="Ce qu’une vérification d’avant a dit de garder, par exemple 1204:9f3c…"),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Vérifier que nul n’a changé ni retiré une ligne du journal ; code 1 si la chaîne est rompue.

    Les dernières lignes retirées ne se voient qu’avec ce qui a été gardé ailleurs : par les copies
    chiffrées de la commune, relues ici, ou par vous, d’une vérification d’avant.

    Exemple : ribambelle journal verify nantes
    """
    seal = KEPT.fullmatch(kept.strip())
    if kept and seal is None:
        raise Refused("journal_seal_unreadable", kept=kept[:90])
    communes = platform()
    known = (int(seal[1]), seal[2]) if seal else None
    told = once(communes, lambda: _verify(tenant(communes, slug), known))
    if as_json:
        say_json({"slug": slug, **told})
    else:
        say(f"{slug} : {words(told)}")
    if any(told[one] is not None for one in ("broken_at", "lost", "lost_to_copies")):
        raise typer.Exit(1)


def words(told: dict[str, Any]) -> str:
    """Say whether the journal is whole, and what to do.

    >>> told = {"lines": 5, "first": 1, "broken_at": None, "lost": None, "keep": "5:9f3c",
    ...         "lost_to_copies": None}
    >>> print(words(told))
    5 lignes se suivent, depuis la ligne 1. Gardez hors de cette machine, pour la prochaine fois : \
--kept 5:9f3c
    >>> words({**told, "lost": 7})[:72]
    'la ligne 7, dont vous avez gardé le sceau, n’est plus là telle qu’elle é'
    """
    compare = "Gardez cette base telle quelle, et comparez avec une sauvegarde d’avant."
    if told["broken_at"] is not None:
        return f"la chaîne est rompue à la ligne {told['broken_at']}. {compare}"
    if told["lost"] is not None:
        return (
            f"la ligne {told['lost']}, dont vous avez gardé le sceau, n’est plus là telle qu’elle "
            f"était : les dernières lignes ont été retirées. {compare}"
        )
    if told["lost_to_copies"] is not None:
        return f"{told['lost_to_copies']}. {compare}"
    return (
        f"{pluriel(told['lines'], 'ligne')} sans rupture, depuis la ligne "
        f"{told['first']}. Gardez hors de cette machine, pour la prochaine fois : "
        f"--kept {told['keep']}"
    )


async def _verify(commune: Tenant, kept: tuple[int, str] | None) -> dict[str, Any]:
    from ribambelle.backups import witness
    from ribambelle.workflow import journal as lines
    from ribambelle.workflow.tables import JournalLine

    with commune.here():
        start, end = await lines.start(), await lines.end()
        gone = await witness.lost(commune)
        return {
            "lines": await JournalLine.count(),
            "first": int(start["number"]) + 1,
            "broken_at": await lines.broken_at(),
            "lost": kept[0] if kept and await lines.is_lost(*kept) else None,
            "lost_to_copies": gone.words(commune) if gone else None,
            "keep": f"{end['number']}:{end['digest']}",
        }
