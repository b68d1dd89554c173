"""What another program held: drafted, shown, brought in, taken back."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ribambelle.commands import (
    AsJson,
    DryRun,
    TenantName,
    busy,
    platform,
    say,
    say_json,
    say_table,
    tenant,
)
from ribambelle.errors import NotYours, Refused
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_cli.tenant import once

if TYPE_CHECKING:
    from ribambelle.takeover.running import Brought, Report
    from ribambelle.takeover.undoing import Undone

app = typer.Typer(no_args_is_help=True, help="Reprendre les données d’un autre logiciel.")
Folder = Annotated[
    Path,
    typer.Argument(
        help="Dossier des fichiers exportés, en CSV ou XLSX.", exists=True, file_okay=False
    ),
]
Number = Annotated[int, typer.Argument(help="Numéro de la reprise : ribambelle takeover list")]


@app.callback()
def takeover() -> None:
    """Reprendre les données d’un autre logiciel."""


@app.command("draft")
def draft_mapping(
    folder: Folder,
    slug: TenantName,
    out: Annotated[Path, typer.Option(help="Où écrire ce brouillon.")] = Path("reprise.toml"),
) -> None:
    """Écrire un brouillon du fichier de correspondance, d’après les titres des colonnes.

    Relisez-le, complétez-le, puis : ribambelle takeover run. Rien n’est repris ici.

    Exemple : ribambelle takeover draft exports/ --tenant nantes --out reprise.toml
    """
    from ribambelle.takeover import drafting, running

    if out.exists():
        raise Refused("file_exists", file=out)
    commune = tenant(platform(), slug)
    drafted = drafting.draft(folder, running.matters(commune))
    out.write_text(drafted.text, "utf-8")
    rows = [(one.name, one.label or "rien de reconnu", one.left) for one in drafted.files]
    say_table(("Fichier", "Ce qu’il dit", "Colonnes sans emploi"), rows, "")
    say(f"Brouillon écrit : {out}. Relisez-le, puis essayez à blanc :")
    say(f"ribambelle takeover run {folder} --mapping {out} --tenant {slug} --dry-run")


async def _run(commune: Tenant, folder: Path, mapping: Path, dry: bool) -> "Report":
    from ribambelle.families.table_files import text_of
    from ribambelle.takeover import mapping as mappings
    from ribambelle.takeover import running

    matters = running.matters(commune)
    told = mappings.read(text_of(mapping.read_bytes()), matters, mapping.name)
    files = mappings.files(folder, told, matters)
    with commune.here():
        return await running.take(commune, told.name, files, dry=dry)


@app.command("run")
def run_takeover(
    folder: Folder,
    slug: TenantName,
    mapping: Annotated[
        Path,
        typer.Option(help="Fichier de correspondance.", exists=True, dir_okay=False),
    ],
    errors: Annotated[
        Path | None, typer.Option(help="Dossier où écrire les lignes à corriger, avec leur cause.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Où écrire ce que devient chaque ligne, en CSV.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Reprendre les fichiers d’un dossier : tout ce qui se lit, d’un seul tenant.

    À blanc, tout est essayé puis défait : ce qui est montré est ce qui serait fait. Relancer la
    commande ne fait rien deux fois. Pour revenir en arrière : ribambelle takeover undo.

    Exemple : ribambelle takeover run exports/ --mapping reprise.toml --tenant nantes --dry-run
    """
    from ribambelle.takeover import reporting

    if report is not None and report.exists():
        raise Refused("file_exists", file=report)
    communes = platform()
    with busy("Reprise en cours", as_json=as_json):
        work = partial(_run, tenant(communes, slug), folder, mapping, dry_run)
        found: Report = once(communes, work)
    if report is not None:
        report.write_bytes(reporting.as_file(found))
    if errors is not None:
        reporting.write_refused(found, errors)
    if as_json:
        say_json({**reporting.as_json(found), "dry_run": dry_run})
        return
    _say(slug, found, dry_run)


def _say(slug: str, found: "Report", dry_run: bool) -> None:
    from ribambelle.families.planning import ROWS_DONE

    say(
        f"{slug}, à blanc : rien n’est écrit." if dry_run else f"{slug}, reprise n° {found.number}."
    )
    headings = ("Fichier", "Partie", *ROWS_DONE.values(), "Non lues")
    say_table(headings, [_row(one) for one in found.brought], "")
    for one in found.brought:
        for sentence in one.told:
            say(f"{one.file.name} : {sentence}")
    wrong = [
        (one.file.name, one.line(each), each.told)
        for one in found.brought
        for each in one.outcomes
        if each.done == "refused"
    ]
    if wrong:
        say_table(("Fichier", "Ligne", "Pourquoi elle est refusée"), wrong[:MOST_TOLD], "")
    if len(wrong) > MOST_TOLD:
        left = len(wrong) - MOST_TOLD
        more = pluriel(left, "autre")
        say(f"Et {more}. Ajoutez --errors DOSSIER pour les recevoir toutes, à corriger.")


MOST_TOLD = 20
"""Refused lines shown on a screen; all of them go to the files."""


def _row(one: "Brought") -> tuple[object, ...]:
    from ribambelle.families.planning import ROWS_DONE

    counts = [one.count(done) for done in ROWS_DONE]
    return (one.file.name, one.file.matter.label, *counts, one.file.left_out)


@app.command("list")
def list_takeovers(slug: TenantName, as_json: AsJson = False) -> None:
    """Lister les reprises d’une commune, la dernière d’abord."""
    communes = platform()
    rows = once(communes, partial(_last, tenant(communes, slug)))
    if as_json:
        say_json(rows)
        return
    say_table(
        ("N°", "Logiciel", "Le", "Défaite le"),
        [(one["number"], one["name"], one["at"], one["undone_at"] or "") for one in rows],
        "Aucune reprise.",
    )


async def _last(commune: Tenant) -> list[dict[str, Any]]:
    from ribambelle.takeover import undoing

    with commune.here():
        return [
            {
                "number": one.id,
                "name": one.name,
                "at": f"{one.created_at.astimezone(commune.zone):%d/%m/%Y %H:%M}",
                "undone_at": one.undone_at
                and f"{one.undone_at.astimezone(commune.zone):%d/%m/%Y %H:%M}",
            }
            for one in await undoing.last()
        ]


async def _undo(commune: Tenant, number: int, dry: bool) -> "Undone":
    from ribambelle.takeover import undoing

    with commune.here():
        try:
            return await undoing.take_back(commune, number, dry=dry)
        except NotYours:
            known = ", ".join(str(one.id) for one in await undoing.last())
            raise Refused("takeover_unknown", number=number, known=known or "aucune") from None


@app.command("undo")
def undo_takeover(
    number: Number, slug: TenantName, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Revenir sur une reprise, pendant trente jours : ce qui n’a pas servi depuis disparaît.

    Une famille qui a ouvert son compte, réservé, payé ou été modifiée garde tout ce qu’elle a reçu.

    Exemple : ribambelle takeover undo 3 --tenant nantes --dry-run
    """
    communes = platform()
    with busy("Retour en arrière", as_json=as_json):
        found = once(communes, partial(_undo, tenant(communes, slug), number, dry_run))
    if as_json:
        kept = [{"what": what, "why": why} for what, why in found.kept]
        say_json({"gone": found.gone, "kept": kept, "dry_run": dry_run})
        return
    dry = ", à blanc : rien n’est écrit" if dry_run else ""
    say(f"{slug}{dry}. Repris en arrière : {found.gone}. Gardés : {len(found.kept)}.")
    if found.kept:
        say_table(("Ce qui reste", "Pourquoi"), found.kept, "")
