"""Hundreds of communes from one list: applied, followed, checked."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from ribambelle.commands import AsJson, DryRun, followed, platform, say, say_json, say_table
from ribambelle.database import names, transaction
from ribambelle.errors import Refused, RibambelleError
from ribambelle.tenants import Platform, fleet
from ribambelle.tenants.fleet import Change, Fault, Step
from ribambelle.web.formats import pluriel
from ribambelle_cli import refusals
from ribambelle_cli.tenant import bring_up, forward, once

log = structlog.get_logger(__name__)

app = typer.Typer(no_args_is_help=True, help="Toutes les communes d’une machine.")
WORDS = {"create": "à créer", "change": "à changer", "nothing": "rien à faire"}


@app.callback()
def every() -> None:
    """Toutes les communes d’une machine."""


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(help="Liste en CSV ou en XLSX, une ligne par commune.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Créer et régler les communes d’une liste ; le plan d’abord, et une ligne fausse arrête tout.

    Colonnes : slug;name;insee;hosts;plugins;colour;agent_email;database_url. Les listes se séparent
    par des virgules. Relancée, la commande ne refait rien ; coupée, elle reprend.

    Exemple : ribambelle fleet apply communes.csv --dry-run
    """
    from ribambelle.families import table_files

    try:
        table = table_files.read(file.read_bytes())
    except OSError as error:
        raise Refused("file_unreadable", file=str(file), why=error.strerror or "") from error
    communes = platform()
    wanted, faults = fleet.read(table)
    steps, more = fleet.planned(communes, wanted)
    if wrong := sorted([*faults, *more], key=lambda one: one.line):
        _refuse(wrong, as_json)
    if not as_json:
        _show(steps)
    todo = [step for step in steps if step.kind != "nothing"]
    done: list[dict[str, Any]] = []
    if not dry_run:
        for step in followed(todo, "Communes", as_json=as_json):
            done.append(_do(communes, step))
    failed = [one for one in done if one["error"]]
    if as_json:
        plan = [_plan(step) for step in steps]
        say_json({"dry_run": dry_run, "plan": plan, "done": done})
    elif dry_run:
        say("Rien n’a été changé.")
    else:
        _tell(done)
    if failed:
        raise typer.Exit(1)


def _refuse(wrong: list[Fault], as_json: bool) -> None:
    """Say every line that cannot be; nothing of the list is applied."""
    told = [
        {"line": one.line, "slug": one.slug, "error": refusals.sentence(one.error)} for one in wrong
    ]
    if as_json:
        say_json({"refused": told})
    else:
        for one in told:
            say(f"Ligne {one['line']} ({one['slug'] or 'sans nom'}) : {one['error']}")
        say("Rien n’a été changé : corrigez ces lignes, puis relancez.")
    raise typer.Exit(1)


def _show(steps: list[Step]) -> None:
    rows = [
        (
            step.wanted.new.slug,
            WORDS[step.kind],
            " ; ".join(_created(step) if step.kind == "create" else map(changed, step.changes)),
        )
        for step in steps
        if step.kind != "nothing"
    ]
    say_table(("Commune", "Plan", "Changements"), rows, "Tout est déjà comme la liste le dit.")
    if same := sum(step.kind == "nothing" for step in steps):
        say(f"{same} sans changement.")


def _created(step: Step) -> list[str]:
    """Return what a commune to create will be, as its line says it; never a password."""
    new = step.wanted.new
    told = {
        "nom": new.name,
        "code INSEE": new.insee,
        "adresses": ", ".join(new.hosts),
        "modules": ", ".join(new.plugins) or "aucun",
        "couleur": new.colour,
        "premier agent": step.wanted.agent or "un lien sera donné",
        "base": names.shown(new.database) if new.database else "SQLite",
    }
    return [f"{key} : {value}" for key, value in told.items() if value]


def changed(one: Change) -> str:
    """Return a key of a commune's file, what it said and what it will, for a person.

    >>> changed(Change("colour", "", "#0B5FA5"))
    'couleur : rien → #0B5FA5'
    """
    return f"{KEYS.get(one.key, one.key)} : {one.before or 'rien'} → {one.after}"


KEYS = {"name": "nom", "hosts": "adresses", "plugins": "modules", "colour": "couleur"}
"""Keys of a commune's file, for a person."""


def _plan(step: Step) -> dict[str, Any]:
    changes = [{"key": one.key, "before": one.before, "after": one.after} for one in step.changes]
    new, told = step.wanted.new, dict[str, Any]()
    if step.kind == "create":
        told = {
            **{"name": new.name, "insee": new.insee, "hosts": new.hosts, "plugins": new.plugins},
            **{"colour": new.colour, "agent_email": step.wanted.agent},
            "database_url": names.shown(new.database) if new.database else "",
        }
    return {"slug": new.slug, "kind": step.kind, "changes": changes, **told}


def _do(communes: Platform, step: Step) -> dict[str, Any]:
    """Do one line; a commune that fails is told, and the others go on."""
    slug = step.wanted.new.slug
    told: dict[str, Any] = {"slug": slug, "kind": step.kind, "link": None, "error": None}
    try:
        if step.kind == "create":
            made = partial(bring_up, communes, step.wanted.new, step.wanted.agent)
            _, link = once(communes, made)
            told["link"] = None if step.wanted.agent else link
        else:
            once(communes, lambda: _change(communes, step))
    except (RibambelleError, OSError) as error:
        told["error"] = refusals.sentence(error)
    return told


async def _change(communes: Platform, step: Step) -> None:
    """Make the tables of new plugins first, then write the file with its line of journal."""
    from ribambelle.workflow import journal

    commune = communes.tenant(step.wanted.new.slug)
    keys = [one.key for one in step.changes]
    if "plugins" in keys:
        await forward(commune, communes.plugins.only(step.wanted.new.plugins).packages())
    with commune.here():
        async with transaction():
            await journal.record(
                "tenant.changed", f"tenant:{commune.slug}", side="command", keys=keys
            )
            fleet.change_file(communes, step)


def _tell(done: list[dict[str, Any]]) -> None:
    for one in done:
        if one["error"]:
            say(f"{one['slug']} : {one['error']}")
        elif one["link"]:
            say(f"{one['slug']} : créée. Lien du premier agent, 7 jours, une fois : {one['link']}")
    good = sum(not one["error"] for one in done)
    if done:
        say(f"{pluriel(good, 'commune faite', 'communes faites')} sur {len(done)}.")
    if good < len(done):
        say("Corrigez la cause, puis relancez la même commande : elle reprend où elle en est.")


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Vérifier toutes les communes ; code 1 si l’une a quelque chose à corriger.

    Exemple : ribambelle fleet check
    """
    from ribambelle.web.portal import portal

    communes = platform()
    portal(communes)  # as when serving: a plugin that cannot be served is found here
    told = {slug: _problems(communes, slug) for slug in communes.slugs()}
    wrong = {slug: found for slug, found in told.items() if found}
    if as_json:
        say_json({"checked": len(told), "problems": wrong})
    else:
        for slug, found in wrong.items():
            for one in found:
                say(f"{slug} : {one}")
        say(f"{pluriel(len(told) - len(wrong), 'commune')} en ordre sur {len(told)}.")
    if wrong:
        raise typer.Exit(1)


def _problems(communes: Platform, slug: str) -> list[str]:
    from ribambelle.tenants import checking

    try:
        commune = communes.tenant(slug)
        found, _ = once(communes, lambda: checking.examined(commune))
    except Exception as error:  # whatever fails in one commune, the others are looked at
        return [unseen(slug, error)]
    return found


def unseen(slug: str, error: Exception) -> str:
    """Return why a commune cannot be looked at; what nobody expected is in the log as well."""
    if not isinstance(error, RibambelleError):
        log.error("commune_unseen", tenant=slug, exc_info=error)
    return refusals.sentence(error)
