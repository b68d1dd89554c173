"""The commands of the crèches: ``ribambelle creche …``"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ribambelle.commands import AsJson, DryRun, TenantName, busy, inside, say, say_json, say_table
from ribambelle.errors import NotYours, Refused
from ribambelle.lists import as_csv
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_creche import (
    commands_admission,
    commands_commission,
    commands_grid,
    deciding,
    examining,
)
from ribambelle_creche.domain import streets
from ribambelle_creche.domain.commission import REFUSALS, STATES
from ribambelle_creche.importing import ASIDE, CREATED, REFUSED, SAME, UPDATED, Outcome, bring_in
from ribambelle_creche.queries import commissions, facilities
from ribambelle_creche.queries import streets as street_queries

SEVERAL = {
    CREATED: "créées",
    UPDATED: "mises à jour",
    SAME: "inchangées",
    REFUSED: "refusées",
    ASIDE: "laissées de côté",
}
app = typer.Typer(no_args_is_help=True, help="Crèches : établissements, demandes, commissions.")
app.command("propose")(commands_admission.propose)
app.command("audit")(commands_admission.audit)
app.command("replay")(commands_commission.replay)
app.add_typer(commands_grid.app, name="grid")
commission = typer.Typer(no_args_is_help=True, help="Commissions d’admission.")
app.add_typer(commission, name="commission")


@app.command("import-facilities")
def import_facilities(
    file: Annotated[Path, typer.Argument(help="Liste des crèches, CSV à points-virgules.")],
    tenant: TenantName,
    micro: Annotated[
        Path | None, typer.Option("--micro-quartiers", help="Liste des micro-quartiers.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="Fichier où écrire les lignes à relire.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Importer la liste des crèches d’une ville. Relancer l’import ne crée pas de doublon.

    Exemple : ribambelle creche import-facilities creches.csv --tenant nantes --dry-run
    """
    content, parts = _content(file), _content(micro) if micro else None

    async def work(commune: Tenant) -> list[Outcome]:
        return await bring_in(content, parts, dry_run=dry_run)

    with busy("Import des crèches", as_json=as_json):
        outcomes = inside(tenant, "creche", work)
    doubtful = [outcome for outcome in outcomes if outcome.remark]
    if errors:
        errors.write_bytes(_error_file(doubtful))
    counts = {done: sum(o.done == done for o in outcomes) for done in SEVERAL}
    if as_json:
        say_json(_report(outcomes, counts, dry_run))
    else:
        _tell(doubtful, counts, len(outcomes), dry_run)
    if counts[REFUSED]:
        raise typer.Exit(1)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = "ce fichier n’existe pas" if not file.exists() else "la lecture est refusée"
        raise Refused("file_unreadable", file=str(file), why=why) from error


def _error_file(doubtful: list[Outcome]) -> bytes:
    """Return the lines to read again as they were, with their number and the remark added."""
    headings = [*(doubtful[0].line.raw if doubtful else ()), "Ligne", "Remarque"]
    rows = [(*o.line.raw.values(), o.line.number, f"{o.done} : {o.remark}") for o in doubtful]
    return as_csv(headings, rows)


def _report(outcomes: list[Outcome], counts: dict[str, int], dry_run: bool) -> dict[str, object]:
    kept = [outcome for outcome in outcomes if outcome.done not in (REFUSED, ASIDE)]
    return {
        "dry_run": dry_run,
        "lines": len(outcomes),
        "created": counts[CREATED],
        "updated": counts[UPDATED],
        "unchanged": counts[SAME],
        "refused": counts[REFUSED],
        "aside": counts[ASIDE],
        "places": sum(outcome.line.places for outcome in kept),
        "quartiers": len({outcome.line.quartier for outcome in kept}),
        "remarks": [
            {"line": o.line.number, "name": o.line.name, "done": o.done, "remark": o.remark}
            for o in outcomes
            if o.remark
        ],
    }


def _tell(doubtful: list[Outcome], counts: dict[str, int], total: int, dry_run: bool) -> None:
    for outcome in doubtful:
        say(f"ligne {outcome.line.number}, {outcome.line.name} : {outcome.done}, {outcome.remark}")
    told = ", ".join(
        pluriel(number, done, SEVERAL[done]) for done, number in counts.items() if number
    )
    read = pluriel(total, "ligne lue", "lignes lues")
    say(f"{read} : {told}.{' Rien n’a été changé.' if dry_run else ''}")


@app.command("import-streets")
def import_streets(
    file: Annotated[Path, typer.Argument(help="Liste des rues, CSV à points-virgules.")],
    tenant: TenantName,
    errors: Annotated[
        Path | None, typer.Option(help="Fichier où écrire les lignes refusées.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Importer les rues et leur quartier, à la place de la liste d’avant.

    Exemple : ribambelle creche import-streets rues.csv --tenant nantes --dry-run
    """
    lines = streets.read(_content(file))

    async def work(commune: Tenant) -> dict[int, str]:
        return await street_queries.replace(lines, dry_run=dry_run)

    with busy("Import des rues", as_json=as_json):
        refused = inside(tenant, "creche", work)
    wrong = [(line, refused[line.number]) for line in lines if line.number in refused]
    if errors:
        headings = [*(wrong[0][0].raw if wrong else ()), "Ligne", "Remarque"]
        rows = [(*line.raw.values(), line.number, why) for line, why in wrong]
        errors.write_bytes(as_csv(headings, rows))
    if as_json:
        say_json(
            {
                "dry_run": dry_run,
                "lines": len(lines),
                "kept": len(lines) - len(wrong),
                "refused": [
                    {"line": line.number, "name": line.name, "why": why} for line, why in wrong
                ],
            }
        )
    else:
        for line, why in wrong:
            say(f"ligne {line.number}, {line.name} : refusée, {why}")
        told = pluriel(len(lines), "ligne lue", "lignes lues")
        told += f" : {pluriel(len(lines) - len(wrong), 'gardée')}"
        told += f", {pluriel(len(wrong), 'refusée')}" if wrong else ""
        say(f"{told}.{' Rien n’a été changé.' if dry_run else ''}")
    if wrong:
        raise typer.Exit(1)


@app.command("list-facilities")
def list_facilities(tenant: TenantName, as_json: AsJson = False) -> None:
    """Lister les crèches d’une commune."""

    async def work(commune: Tenant) -> list[dict[str, object]]:
        return [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "quartier": one.quartier.name if one.quartier else None,
                "micro_quartier": one.micro_quartier,
                "places": one.places,
            }
            for one in await facilities.every()
        ]

    found = inside(tenant, "creche", work)
    if as_json:
        say_json(found)
        return
    say_table(
        ("N°", "Crèche", "Quartier", "Places"),
        [(f["id"], f["name"], f["quartier"] or "", f["places"]) for f in found],
        "Aucune crèche. Importez la liste : ribambelle creche import-facilities",
    )


@commission.command("list")
def list_commissions(tenant: TenantName, as_json: AsJson = False) -> None:
    """Lister les commissions d’une commune."""

    async def work(commune: Tenant) -> list[dict[str, object]]:
        return [
            {
                **{"id": one.id, "label": one.label, "state": one.state},
                **{"closes_on": one.closes_on, "held_on": one.held_on},
                **{"first_start": one.first_start, "last_start": one.last_start},
            }
            for one in await commissions.every()
        ]

    found = inside(tenant, "creche", work)
    if as_json:
        say_json(found)
        return
    say_table(
        ("N°", "Commission", "État", "Clôture", "Se tient le"),
        [
            (one["id"], one["label"], STATES[str(one["state"])], one["closes_on"], one["held_on"])
            for one in found
        ],
        "Aucune commission.",
    )


@commission.command("close")
def close_commission(
    number: Annotated[int, typer.Argument(help="Numéro de la commission.")],
    tenant: TenantName,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Clore les dossiers d’une commission : chaque demande est gardée telle qu’elle est.

    Exemple : ribambelle creche commission close 3 --tenant nantes --dry-run
    """

    async def work(commune: Tenant) -> examining.Closed:
        try:
            row = await commissions.one(number)
        except NotYours:
            raise Refused("commission_unknown", number=number) from None
        if dry_run:
            return examining.counted([why for _, why in await examining.seen(commune, row)])
        return await examining.close(commune, number, None, commune.now(), side="clock")

    with busy("Clôture de la commission", as_json=as_json):
        done = inside(tenant, "creche", work)
    if as_json:
        say_json({"dry_run": dry_run, "examined": done.examined, "left_out": done.left_out})
        return
    say(f"Demandes examinées : {done.examined}.{' Rien n’a été changé.' if dry_run else ''}")
    for code, many in done.left_out.items():
        say(f"  {REFUSALS[code]} : {many}")


@commission.command("decide")
def decide_commission(
    number: Annotated[int, typer.Argument(help="Numéro de la commission.")],
    tenant: TenantName,
    as_json: AsJson = False,
) -> None:
    """Décider selon la proposition retenue : chaque famille reçoit sa réponse.

    Exemple : ribambelle creche commission decide 3 --tenant nantes
    """

    async def work(commune: Tenant) -> deciding.Decided:
        try:
            return await deciding.decide(commune, number, None, commune.now(), side="clock")
        except NotYours:
            raise Refused("commission_unknown", number=number) from None

    with busy("Décision de la commission", as_json=as_json):
        done = inside(tenant, "creche", work)
    if as_json:
        say_json(asdict(done))
        return
    say(
        f"Places proposées : {done.offered}. En attente : {done.waiting + done.refused}. "
        f"Pas examinées : {done.not_examined}."
    )
