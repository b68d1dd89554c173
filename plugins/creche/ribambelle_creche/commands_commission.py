"""Running a past commission again: ``ribambelle creche replay``."""

from typing import Annotated

import typer

from ribambelle.commands import AsJson, TenantName, busy, inside, say, say_json
from ribambelle.tenants import Tenant
from ribambelle_creche.domain.admission import VERSION
from ribambelle_creche.proposing import replayed
from ribambelle_creche.queries import commissions


def replay(
    session: Annotated[int, typer.Argument(help="Numéro de la commission.")],
    tenant: TenantName,
    as_json: AsJson = False,
) -> None:
    """Refaire les calculs d’une commission, et les comparer à ce qui a été gardé.

    Exemple : ribambelle creche replay 3 --tenant nantes
    """

    async def work(commune: Tenant) -> list[dict[str, object]]:
        return await replayed((await commissions.one(session)).id)

    with busy("Nouveau calcul", as_json=as_json):
        found = inside(tenant, "creche", work)
    wrong = [one for one in found if not (one["same"] and one["same_inputs"])]
    if as_json:
        say_json({"engine": VERSION, "proposals": found, "ok": not wrong})
    elif not found:
        say("Cette commission n’a gardé aucune proposition : il n’y a rien à refaire.")
    else:
        for one in found:
            verdict = "identique" if one not in wrong else "DIFFÉRENTE"
            say(f"{_named(one)} : {verdict}, {one['digest']}")
        say(
            f"{len(found)} refaites avec le moteur {VERSION} : toutes identiques."
            if not wrong
            else f"{len(wrong)} sur {len(found)} ne se retrouvent pas : ce qui est gardé a changé."
        )
    if wrong:
        raise typer.Exit(1)


def _named(one: dict[str, object]) -> str:
    """Return what was run again, in words.

    >>> _named({"kind": "proposal", "number": 2, "is_kept": True})
    'Proposition n° 2, retenue'
    >>> _named({"kind": "call", "number": 1, "is_kept": True})
    'Appel des suivants n° 1'
    """
    if one["kind"] == "call":
        return f"Appel des suivants n° {one['number']}"
    return f"Proposition n° {one['number']}{', retenue' if one['is_kept'] else ''}"
