"""What is wrong here, and what to do about it."""

from dataclasses import asdict
from typing import Annotated

import typer

from ribambelle.commands import AsJson, busy, platform, say, say_json
from ribambelle.web.formats import pluriel
from ribambelle_cli.tenant import once

SIGNS = {"fault": "à corriger", "remark": "à savoir", "unknown": "non vérifié"}


def doctor(
    network: Annotated[
        bool, typer.Option(help="Appeler aussi le serveur d’envoi et lire les certificats.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Examiner la machine et les communes, et dire le remède de chaque panne ; code 1 s’il y en a.

    Exemple : ribambelle doctor --no-network
    """
    from ribambelle.tenants import doctor as examining
    from ribambelle.web.portal import portal

    communes = platform()
    portal(communes)  # as when serving: a plugin that cannot be served is found here
    with busy("Examen", as_json=as_json):
        found = once(communes, lambda: examining.examined(communes, network=network))
    faults = [one for one in found if one.level == "fault"]
    if as_json:
        say_json({"ok": not faults, "findings": [asdict(one) for one in found]})
    else:
        seen = pluriel(len(communes.slugs()), "commune examinée", "communes examinées")
        for one in found:
            say(f"{one.where}, {SIGNS[one.level]} : {one.told}")
            if one.cure:
                say(f"    Remède : {one.cure}")
        say(f"{len(faults)} à corriger." if faults else f"Rien à corriger : {seen}.")
    if faults:
        raise typer.Exit(1)
