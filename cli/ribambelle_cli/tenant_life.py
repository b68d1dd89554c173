"""What happens to a commune once it is there: it changes address or looks, leaves, arrives, ends."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, busy, platform, say, say_json, tenant
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.tenants.creation import NewTenant
from ribambelle.web.formats import pluriel
from ribambelle.workflow import journal
from ribambelle_cli.fleet import changed
from ribambelle_cli.tenant import Slug, once


def join(app: typer.Typer) -> None:
    """Add these commands to those of communes; added twice, they are there once."""
    known = {command.name for command in app.registered_commands}
    for name, command in (
        ("change", change),
        ("export", export),
        ("import", import_),
        ("delete", delete),
    ):
        if name not in known:
            app.command(name)(command)


def change(
    slug: Slug,
    host: Annotated[
        list[str] | None,
        typer.Option(help="Adresses du portail, toutes, la première dans les messages ; répéter."),
    ] = None,
    name: Annotated[str, typer.Option(help="Nom affiché.")] = "",
    colour: Annotated[str, typer.Option(help="Couleur, par exemple #0B5FA5.")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Changer l’adresse, le nom ou la couleur d’une commune ; le reste de son fichier ne bouge pas.

    Une adresse retirée cesse aussitôt de répondre : gardez l’ancienne en second le temps de prévenir.

    Exemple : ribambelle tenant change nantes --host famille.nantes.fr --host portail.nantes.fr
    """
    from ribambelle.tenants import fleet

    communes = platform()
    commune = tenant(communes, slug)
    wanted = fleet.Wanted(
        0, NewTenant(slug, tuple(dict.fromkeys(host or ())), name=name, colour=colour), ""
    )
    if not (host or name or colour):
        raise Refused("nothing_to_change")
    steps, faults = fleet.planned(communes, [wanted])
    if faults:
        raise faults[0].error
    (step,) = steps

    async def work() -> None:
        with commune.here():
            async with transaction():
                keys = [one.key for one in step.changes]
                await journal.record("tenant.changed", f"tenant:{slug}", side="command", keys=keys)
                fleet.change_file(communes, step)

    if step.changes and not dry_run:
        once(communes, work)
    changes = [{"key": one.key, "before": one.before, "after": one.after} for one in step.changes]
    if as_json:
        say_json({"slug": slug, "dry_run": dry_run, "changes": changes})
        return
    for one in step.changes:
        say(f"{slug}, {changed(one)}")
    say(
        "Rien n’a été changé."
        if dry_run or not changes
        else "C’est fait : le portail le suit déjà."
    )


def export(
    slug: Slug,
    to: Annotated[Path, typer.Option(help="Dossier à créer.")],
    as_json: AsJson = False,
) -> None:
    """Écrire une commune entière dans des formats ouverts : tables, justificatifs, réglages.

    Pendant l’export, les familles lisent et n’écrivent pas. Rien n’y est chiffré : gardez ce dossier
    comme les données elles-mêmes.

    Exemple : ribambelle tenant export nantes --to /sortie/nantes
    """
    from ribambelle.tenants import leaving

    communes = platform()
    commune = tenant(communes, slug)

    async def work() -> leaving.Manifest:
        made = await leaving.export(commune, to)
        with commune.here():
            async with transaction():
                await journal.record(
                    "tenant.exported", f"tenant:{slug}", side="command", digest=made.digest
                )
        return made

    with busy(f"Export de {slug}", as_json=as_json):
        made = once(communes, work)
    _tell(made, to, as_json, f"{slug} exportée dans {to}")


def import_(
    folder: Annotated[Path, typer.Argument(help="Dossier écrit par « tenant export ».")],
    database: Annotated[str, typer.Option(help="Adresse PostgreSQL ; SQLite sinon.")] = "",
    as_json: AsJson = False,
) -> None:
    """Reprendre sur cette machine une commune exportée ; ce qui arrive est comparé à ce qui partait.

    Chaque fichier est vérifié, puis la commune est exportée de nouveau : au moindre octet différent,
    rien n’est importé.

    Exemple : ribambelle tenant import /arrivee/nantes
    """
    from ribambelle.tenants import leaving

    communes = platform()
    with busy("Import", as_json=as_json):
        made = once(communes, lambda: leaving.bring_in(folder, communes, database))
    _tell(made, folder, as_json, f"{made.slug} importée et comparée")


def _tell(made: Any, folder: Path, as_json: bool, what: str) -> None:
    rows = sum(one.rows for one in made.tables.values())
    if as_json:
        facts = {"slug": made.slug, "folder": str(folder), "digest": made.digest}
        say_json(facts | {"rows": rows, "tables": len(made.tables), "documents": made.documents})
        return
    tables, papers = pluriel(len(made.tables), "table"), pluriel(made.documents, "justificatif")
    say(f"{what} : {pluriel(rows, 'ligne')} de {tables}, {papers}.")
    say(f"Empreinte : {made.digest}")


def delete(
    slug: Slug,
    confirm: Annotated[str, typer.Option(help="Le nom de la commune, une seconde fois.")] = "",
    slip: Annotated[Path | None, typer.Option(help="Fichier du bordereau à garder.")] = None,
    with_copies: Annotated[
        bool, typer.Option("--with-copies", help="Supprimer aussi ses copies chiffrées.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Supprimer une commune pour toujours, et garder le bordereau de ce qui a été supprimé.

    Base, justificatifs, clés et réglages s’en vont ; les copies chiffrées restent, sauf avec
    --with-copies. Coupée, la même commande reprend.

    Exemple : ribambelle tenant delete nantes --confirm nantes --slip nantes-supprimee.json
    """
    from ribambelle.tenants import deleting

    communes = platform()
    commune = tenant(communes, slug)
    if dry_run:
        _tell_places(commune, with_copies, as_json)
        return
    if confirm != slug:
        raise Refused("delete_unconfirmed", slug=slug)
    file = slip or Path(f"{slug}-supprimee.json")
    with busy(f"Suppression de {slug}", as_json=as_json):
        made = once(communes, lambda: deleting.delete(commune, file, with_copies=with_copies))
    if as_json:
        say_json({"slug": slug, "slip": str(file), "digest": made.digest, "rows": made.rows})
        return
    papers = pluriel(made.documents, "justificatif")
    say(f"{slug} est supprimée : {pluriel(made.rows, 'ligne')}, {papers}.")
    say(f"Bordereau à garder : {file}. Empreinte : {made.digest}")
    if made.copies_left:
        say(
            f"Ses copies chiffrées restent dans {made.copies_left} : supprimez-les quand il le faudra."
        )


def _tell_places(commune: Tenant, with_copies: bool, as_json: bool) -> None:
    from ribambelle.tenants import deleting

    found = [str(one) for one in deleting.places(commune, with_copies=with_copies) if one.exists()]
    if commune.settings.database.url:
        found.append("sa base PostgreSQL")
    if as_json:
        say_json({"slug": commune.slug, "dry_run": True, "places": found})
    else:
        say(f"Seraient supprimés : {', '.join(found)}. Rien n’a été changé.")
