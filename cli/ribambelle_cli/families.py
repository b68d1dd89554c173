"""The families a commune knows: brought in from the list of another program."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ribambelle.commands import (
    AsJson,
    DryRun,
    TenantName,
    platform,
    say,
    say_json,
    say_table,
    tenant,
)
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_cli.tenant import once

if TYPE_CHECKING:
    from ribambelle.families.table_files import TableFile


async def _import(
    commune: Tenant, table: "TableFile", errors: Path | None, dry_run: bool
) -> dict[str, Any]:
    """Bring a list in, or only say what it would do; write the refused rows where they are wanted."""
    from ribambelle.families import importing, lists, planning

    with commune.here():
        now, mapping = commune.now(), await lists.mapping_of(table)
        if dry_run:
            made = await importing.planned(table, mapping, now.date())
        else:
            made = await importing.bring_in(table, mapping, now)
        refused = lists.refused(table, made)
    if errors is not None and refused:
        errors.write_bytes(lists.error_file(table.headings, refused))
    told = [
        {"row": table.line(one.rank - 2), "done": one.done, "told": one.told}
        for one in made.outcomes
    ]
    return {
        **{done: made.count(done) for done in planning.DONE},
        "rows": told,
        "dry_run": dry_run,
    }


app = typer.Typer(no_args_is_help=True, help="Les familles que la commune connaît.")


@app.callback()
def families() -> None:
    """Les familles que la commune connaît."""


@app.command("import")
def import_families(
    file: Annotated[Path, typer.Argument(help="Liste en CSV ou en XLSX, une ligne par enfant.")],
    slug: TenantName,
    errors: Annotated[
        Path | None, typer.Option(help="Où écrire les lignes refusées, avec leur cause.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Importer une liste de familles : tout ce qui se lit, d’un seul tenant.

    Les colonnes sont reconnues à leurs titres, ou comme la page d’import les a apprises. Relancer
    la commande ne fait rien deux fois. Pour revenir en arrière : ribambelle takeover undo.

    Exemple : ribambelle families import familles.csv --tenant nantes --dry-run
    """
    from ribambelle.families import table_files

    if errors is not None and errors.exists():
        raise Refused("file_exists", file=errors)
    table = table_files.read(file.read_bytes())
    communes = platform()
    found = once(communes, partial(_import, tenant(communes, slug), table, errors, dry_run))
    if as_json:
        say_json(found)
        return
    dry = ", à blanc : rien n’est écrit" if dry_run else ""
    say(
        f"{slug}{dry}. Créées : {found['created']}. Mises à jour : {found['updated']}. "
        f"Inchangées : {found['same']}. Refusées : {found['refused']}."
    )
    rows = [(one["row"], one["told"]) for one in found["rows"] if one["done"] == "refused"]
    if rows:
        say_table(("Ligne", "Pourquoi elle est refusée"), rows, "")
