"""The communes' published figures, side by side, for the CAF."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import structlog
import typer

from ribambelle.commands import AsJson, followed, platform, say, say_json, say_table
from ribambelle.errors import Misconfigured, Refused, Unavailable
from ribambelle.lists import as_csv
from ribambelle.statistics import fleet
from ribambelle.statistics.fleet import Gathered, Line, Report
from ribambelle.statistics.reading import reading
from ribambelle.tenants import Platform, Tenant
from ribambelle_cli.tenant import once

log = structlog.get_logger(__name__)
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
Told = dict[str, tuple[str, list[str], list[Line], list[str]]]


def join(app: typer.Typer) -> None:
    """Add this command to those of the fleet; added twice, it is there once."""
    if "statistics" not in {command.name for command in app.registered_commands}:
        app.command("statistics")(statistics)


def statistics(
    month: Annotated[str, typer.Option(help="Mois, par exemple 2026-10 ; le dernier sinon.")] = "",
    to: Annotated[Path | None, typer.Option(help="Fichier CSV à écrire aussi.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rassembler les chiffres que chaque commune a publiés, petits nombres masqués par elle.

    Les correspondants CAF les lisent sur les portails où fleet_figures = true. Aucun dossier n’est
    lu : seulement ce que chaque commune montre déjà au public.

    Exemple : ribambelle fleet statistics --to communes.csv
    """
    communes = platform()
    wanted = month or _last_month(communes)
    if not MONTH.fullmatch(wanted):
        raise Refused("month_unreadable", month=month)
    if to is not None and to.exists():
        raise Refused("file_exists", file=str(to))
    report = once(communes, lambda: gathered(communes, wanted, as_json=as_json))
    file = fleet.keep(communes.data, report)
    if to is not None:
        from ribambelle.web.fleet_desk import as_list

        to.write_bytes(as_csv(*as_list(report)))
    if as_json:
        say_json(msgspec.to_builtins(report))
    else:
        _tell(report, file)
    if report.unread:
        raise typer.Exit(1)


def _last_month(communes: Platform) -> str:
    return f"{communes.clock().date().replace(day=1) - timedelta(days=1):%Y-%m}"


async def gathered(communes: Platform, month: str, *, as_json: bool = True) -> Report:
    """Ask each commune what it published; one that cannot be read is told, and the others go on."""
    told: Told = {}
    unread = []
    for slug in followed(communes.slugs(), "Communes", as_json=as_json):
        try:
            await _ask(communes, slug, month, told)
        except (Misconfigured, Unavailable):
            unread.append(slug)
        except Exception:  # whatever fails in one commune, the others are read
            log.exception("figures_unread", tenant=slug)
            unread.append(slug)
    tables = [Gathered(name, *found) for name, found in sorted(told.items())]
    return Report(month, communes.clock(), tables, unread)


async def _ask(communes: Platform, slug: str, month: str, told: Told) -> None:
    commune = communes.tenant(slug)
    if commune.settings.fictional or commune.settings.demo:
        return
    with commune.here():
        async with reading(commune):
            await _ask_here(commune, month, told)


async def _ask_here(commune: Tenant, month: str, told: Told) -> None:
    for one in commune.hooks.all("published_figures"):
        cells = await one.of_month(month)
        found = told.setdefault(one.name, (one.label, list(one.columns), [], []))
        if cells is None:
            found[3].append(commune.settings.name)
        else:
            found[2].append(Line(commune.settings.name, list(cells)))


def _tell(report: Report, file: Path) -> None:
    for table in report.tables:
        say(f"{table.label}, {report.month}")
        empty = "Aucune commune n’a publié ce mois."
        say_table(("Commune", *table.columns), fleet.rows_of(table), empty)
        if table.silent:
            say(f"Rien de publié : {', '.join(table.silent)}.")
    if report.unread:
        say(f"Non lues : {', '.join(report.unread)}. Lancez : ribambelle fleet check")
    say(f"Écrit dans {file}, pour les correspondants CAF.")
