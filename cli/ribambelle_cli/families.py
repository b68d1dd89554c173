"""The families a commune knows: brought in from the list of another program."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

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
    la commande ne fait rien deux fois.

    Exemple : ribambelle families import familles.csv --tenant nantes --dry-run
    """
    from ribambelle.families import importing, lists, planning, table_files

    if errors is not None and errors.exists():
        raise Refused("file_exists", file=errors)
    table = table_files.read(file.read_bytes())
    communes = platform()
    commune = tenant(communes, slug)

    async def work() -> dict[str, Any]:
        try:
            with commune.here():
                now, mapping = commune.now(), await lists.mapping_of(table)
                if dry_run:
                    made = await importing.planned(table, mapping, now.date())
                else:
                    made = await importing.bring_in(table, mapping, now)
                refused = lists.refused(table, made)
                if errors is not None and refused:
                    errors.write_bytes(lists.error_file(table.headings, refused))
                return {
                    **{done: made.count(done) for done in planning.DONE},
                    "rows": [
                        {"row": one.rank, "done": one.done, "told": one.told}
                        for one in made.outcomes
                    ],
                    "dry_run": dry_run,
                }
        finally:
            await communes.aclose()

    found = asyncio.run(work())
    if as_json:
        say_json(found)
        return
    would = "seraient " if dry_run else ""
    say(
        f"{slug} : {would}créées {found['created']}, mises à jour {found['updated']}, "
        f"inchangées {found['same']}, refusées {found['refused']} lignes."
    )
    rows = [(one["row"], one["told"]) for one in found["rows"] if one["done"] == "refused"]
    if rows:
        say_table(("Ligne", "Pourquoi elle est refusée"), rows, "")
