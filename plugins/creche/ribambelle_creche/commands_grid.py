"""The versions of the points: ``ribambelle creche grid …``"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, TenantName, inside, say, say_json, say_table
from ribambelle.errors import Refused
from ribambelle.lists import as_csv
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle_creche import counting
from ribambelle_creche.domain.grid import Reading, read
from ribambelle_creche.domain.grid.effect import MOVES, PLACES, Effect, Row
from ribambelle_creche.queries import grids
from ribambelle_creche.regrading import Regraded, last_commission

GridFile = Annotated[Path, typer.Argument(help="Grille de points, en TOML.")]
DONE = {
    grids.ADDED: "gardée",
    grids.CORRECTED: "corrigée : aucune commission ne l’avait utilisée",
    grids.SAME: "déjà gardée, à l’identique",
}
app = typer.Typer(no_args_is_help=True, help="Critères : les versions de la grille de points.")


def text_of(file: Path) -> str:
    """Return what a file says, or refuse in words."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("file_unreadable", file=str(file), why="il n’est pas en UTF-8") from error
    except OSError as error:
        why = "ce fichier n’existe pas" if not file.exists() else "la lecture est refusée"
        raise Refused("file_unreadable", file=str(file), why=why) from error


@app.command("check")
def check(file: GridFile, as_json: AsJson = False) -> None:
    """Vérifier une grille, sans commune ni base : ce qui ne va pas, ligne par ligne.

    Exemple : ribambelle creche grid check criteres-2027.toml
    """
    found = read(text_of(file))
    if as_json:
        say_json(_report(found))
    elif found.grid is None:
        for fault in found.faults:
            say(f"{file}, {fault}")
    else:
        grid, (low, high), (worst, best) = found.grid, found.grid.range, found.grid.bonus_range
        say(f"{file} : version « {grid.version} », rien à corriger.")
        say(f"{formats.pluriel(len(grid.criteria), 'critère')}, de {low} à {high} points.")
        if (worst, best) != (0, 0):
            say(f"Une crèche ajoute de {worst} à {best} points.")
    if found.grid is None:
        raise typer.Exit(1)


def _report(found: Reading) -> dict[str, Any]:
    grid = found.grid
    return {
        "ok": grid is not None,
        "version": grid.version if grid else None,
        "range": list(grid.range) if grid else None,
        "bonus_range": list(grid.bonus_range) if grid else None,
        "faults": [{"line": one.line, "text": one.text} for one in found.faults],
    }


@app.command("add")
def add(
    file: GridFile,
    tenant: TenantName,
    deliberation: Annotated[
        str, typer.Option(help="Référence de la délibération du conseil municipal.")
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Garder une version de la grille. Une version qui a servi à une commission ne change plus.

    Exemple : ribambelle creche grid add criteres-2027.toml -t nantes --deliberation 2026-118
    """
    text = text_of(file)

    async def work(commune: Tenant) -> str:
        if dry_run:
            return await grids.would_do(text, deliberation)
        return (await counting.adopt(text, deliberation, None))[1]

    version = grids.required(text).version
    done = inside(tenant, "creche", work)
    if as_json:
        say_json({"version": version, "done": done, "dry_run": dry_run})
    else:
        say(f"Version « {version} » : {DONE[done]}.{' Rien n’a été changé.' if dry_run else ''}")


@app.command("list")
def list_versions(tenant: TenantName, as_json: AsJson = False) -> None:
    """Lister les versions de la grille d’une commune."""

    async def work(commune: Tenant) -> list[dict[str, object]]:
        standing = await grids.in_force(commune.now().date())
        return [
            {
                "version": row.version,
                "valid_from": row.valid_from,
                "deliberation": row.deliberation,
                "digest": row.digest,
                "used_at": row.used_at,
                "in_force": standing is not None and standing.row.id == row.id,
            }
            for row in await grids.every()
        ]

    found = inside(tenant, "creche", work)
    if as_json:
        say_json(found)
        return
    lines = [
        (
            one["version"],
            one["valid_from"],
            one["deliberation"] or "—",
            "en vigueur" if one["in_force"] else "",
            "a servi" if one["used_at"] else "",
        )
        for one in found
    ]
    headings = ("Version", "À partir du", "Délibération", "", "")
    say_table(headings, lines, "Aucune grille. Gardez-en une : ribambelle creche grid add")


@app.command("effect")
def effect(
    file: GridFile,
    tenant: TenantName,
    csv: Annotated[Path | None, typer.Option(help="Fichier CSV où écrire les points.")] = None,
    csv_places: Annotated[
        Path | None, typer.Option("--csv-places", help="Fichier CSV où écrire les places.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dire qui gagne et qui perd des points, puis une place à la dernière commission.

    Rien n’est gardé.

    Exemple : ribambelle creche grid effect criteres-2027.toml -t nantes
    """
    grid = grids.required(text_of(file))

    async def work(commune: Tenant) -> tuple[Effect, Regraded | None]:
        return await counting.effect_of(commune, grid), await last_commission(grid)

    found, places = inside(tenant, "creche", work)
    tables = [(_headings(MOVES), found.rows, csv)]
    if places:
        tables.append((_headings(PLACES), places.rows, csv_places))
    for headings, rows, target in tables:
        if target:
            target.write_bytes(as_csv(headings, _lines(rows)))
    if as_json:
        say_json(
            {
                "files": found.files,
                "rows": _as_json(found.rows),
                "commission": places.label if places else None,
                "places": _as_json(places.rows) if places else [],
            }
        )
        return
    nobody = "Aucun dossier complet : personne ne gagne ni ne perd."
    say_table(_headings(MOVES), _lines(found.rows), nobody)
    if places:
        say(f"À la dernière commission ({places.label}), familles et places inchangées :")
        say_table(_headings(PLACES), _lines(places.rows), nobody)
    else:
        say("Aucune commission décidée à refaire : les places ne sont pas comparées.")


def _headings(moves: Sequence[str]) -> tuple[str, ...]:
    return ("Profil", *(move.capitalize() for move in moves), "En tout")


def _lines(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [(row.label, *(shown(count) for count in row.counts)) for row in rows]


def _as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{"profile": row.label, "counts": row.counts} for row in rows]


def shown(count: int | None) -> str:
    """Return a count, or that it is hidden."""
    return "masqué" if count is None else str(count)
