"""``ribambelle assmat``: the register, as a program of the département sends it."""

from pathlib import Path
from typing import Annotated

import typer

from ribambelle.commands import AsJson, DryRun, TenantName, inside, say, say_json
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_assmat import registering, renewing
from ribambelle_assmat.renewing import Brought

app = typer.Typer(no_args_is_help=True, help="L’annuaire des assistantes maternelles.")


@app.callback()
def directory() -> None:
    """L’annuaire des assistantes maternelles."""


@app.command("import")
def import_register(
    file: Annotated[Path, typer.Argument(help="Le registre entier, en CSV ou en XLSX.")],
    slug: TenantName,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Importer le registre des agréments, comme le fait la nuit.

    Un fichier qui ferait sortir plus d’une assistante maternelle sur cinq est arrêté : il attend
    qu’une personne le relise au bureau. Les colonnes se lisent comme la PMI l’a dit.

    Exemple : ribambelle assmat import registre.csv --tenant loire-atlantique --dry-run
    """
    content = file.read_bytes()

    async def work(commune: Tenant) -> Brought:
        now = commune.now()
        return await renewing.bring(content, now, source="command", dry_run=dry_run)

    found = inside(slug, "assmat", work)
    if found.stopped:
        raise Refused(found.stopped, words=registering.STOPPED[found.stopped])
    if as_json:
        say_json({**found.counts, "same_file": found.is_same, "dry_run": dry_run})
        return
    if found.is_same:
        say(f"{slug} : ce registre est celui de la dernière fois. Rien n’a changé.")
        return
    dry = ", à blanc : rien n’est écrit" if dry_run else ""
    told = ". ".join(
        f"{word} : {found.counts.get(code, 0)}" for code, word in registering.BECOMES.items()
    )
    say(f"{slug}{dry}. {told}.")
