"""Hundreds of communes from one list: applied, followed, checked."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from ribambelle.commands import AsJson, DryRun, followed, platform, say, say_json, say_table
from ribambelle.database import transaction
from ribambelle.errors import Refused, RibambelleError
from ribambelle.tenants import Platform, Tenant, fleet
from ribambelle.tenants.fleet import Fault, Step
from ribambelle_cli import refusals
from ribambelle_cli.tenant import bring_up, forward, once

log = structlog.get_logger(__name__)

app = typer.Typer(no_args_is_help=True, help="Toutes les communes d’une machine.")
UPGRADES = {
    "": "prête",
    "returned": "prête, revenue à sa copie",
    "unfinished": "mise à niveau à finir : ribambelle fleet upgrade",
}
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
            " ; ".join(f"{one.key} : {one.before or 'rien'} → {one.after}" for one in step.changes),
        )
        for step in steps
        if step.kind != "nothing"
    ]
    say_table(("Commune", "Plan", "Changements"), rows, "Tout est déjà comme la liste le dit.")
    if same := sum(step.kind == "nothing" for step in steps):
        say(f"{same} sans changement.")


def _plan(step: Step) -> dict[str, Any]:
    changes = [{"key": one.key, "before": one.before, "after": one.after} for one in step.changes]
    return {"slug": step.wanted.new.slug, "kind": step.kind, "changes": changes}


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
        say(f"{good} communes faites sur {len(done)}.")
    if good < len(done):
        say("Corrigez la cause, puis relancez la même commande : elle reprend où elle en est.")


@dataclass(frozen=True)
class State:
    """How one commune is, at a glance."""

    slug: str
    problem: str = ""
    engine: str = ""
    plugins: tuple[str, ...] = ()
    pending: int = 0
    backup: datetime | None = None
    drill: datetime | None = None
    drill_problem: str = ""
    given_up: int = 0
    oldest: datetime | None = None
    late: int = 0
    megabytes: float = 0
    active: datetime | None = None
    upgrade: str = ""
    frozen: bool = False


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Montrer comment va chaque commune : étapes à faire, copie, travaux, disque, dernière activité.

    Exemple : ribambelle fleet status
    """
    communes = platform()
    found = [_state(communes, slug) for slug in communes.slugs()]
    if as_json:
        say_json([asdict(one) | {"version": version("ribambelle-core")} for one in found])
        return
    rows = [
        (
            *(one.slug, _health(one), one.engine, ", ".join(one.plugins)),
            *(one.pending or "", _when(one.backup), _drilled(one)),
            *(one.given_up or "", _when(one.oldest), one.late or ""),
            *(f"{one.megabytes:.1f} Mo".replace(".", ","), _when(one.active)),
        )
        for one in found
    ]
    headings = (
        *("Commune", "État", "Base", "Modules", "Étapes", "Dernière copie", "Dernier essai"),
        *("Abandonnés", "Plus vieux travail", "Messages en retard", "Disque", "Dernier acte"),
    )
    say_table(headings, rows, "Aucune commune. Créez-les : ribambelle fleet apply communes.csv")
    say(f"Ribambelle {version('ribambelle-core')}.")


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
        say(f"{len(told) - len(wrong)} communes en ordre sur {len(told)}.")
    if wrong:
        raise typer.Exit(1)


def _problems(communes: Platform, slug: str) -> list[str]:
    from ribambelle.tenants import checking

    try:
        commune = communes.tenant(slug)
        found, _ = once(communes, lambda: checking.examined(commune))
    except Exception as error:  # whatever fails in one commune, the others are looked at
        return [_unseen(slug, error)]
    return found


def _state(communes: Platform, slug: str) -> State:
    try:
        return once(communes, lambda: _look(communes.tenant(slug)))
    except Exception as error:  # whatever fails in one commune, the others are looked at
        return State(slug, _unseen(slug, error))


def _unseen(slug: str, error: Exception) -> str:
    """Return why a commune cannot be looked at; what nobody expected is in the log as well."""
    if not isinstance(error, RibambelleError):
        log.error("commune_unseen", tenant=slug, exc_info=error)
    return refusals.sentence(error)


async def _look(commune: Tenant) -> State:
    from ribambelle.backups import state
    from ribambelle.database import migrations
    from ribambelle.jobs import queue
    from ribambelle.jobs.tables import Job
    from ribambelle.messages import outbox
    from ribambelle.tenants import copies
    from ribambelle.workflow.tables import JournalLine

    with commune.here():
        now = commune.now()
        tried = state.drill(commune)
        waiting = await Job.select(Job.run_at).where(Job.run_at < now).order_by(Job.run_at).first()
        last = (
            await JournalLine.select(JournalLine.at)
            .order_by(JournalLine.number, ascending=False)
            .first()
        )
        return State(
            slug=commune.slug,
            engine="PostgreSQL" if commune.settings.database.url else "SQLite",
            plugins=commune.settings.plugins,
            pending=len(await migrations.pending(commune.hooks.packages())),
            backup=copies.last(commune),
            drill=tried.at if tried else None,
            drill_problem=tried.problem if tried else "",
            given_up=await queue.given_up(),
            oldest=waiting["run_at"].astimezone(commune.zone) if waiting else None,
            late=await outbox.late(now),
            megabytes=_size(commune.folder) / 1e6,
            active=last["at"].astimezone(commune.zone) if last else None,
            upgrade=_upgrade(commune),
            frozen=commune.is_frozen,
        )


def _upgrade(commune: Tenant) -> str:
    from ribambelle.backups import state

    known = state.upgrade(commune)
    if known is not None and known.is_unfinished:
        return "unfinished"
    return "returned" if known is not None and known.stage == "returned" else ""


def _health(one: State) -> str:
    """Return how a commune is in words; one left read only is said, or nobody would remember."""
    told = one.problem or UPGRADES[one.upgrade]
    return f"{told}, lecture seule" if one.frozen else told


def _drilled(one: State) -> str:
    return f"échoué {_when(one.drill)}" if one.drill_problem else _when(one.drill)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _when(at: datetime | None) -> str:
    return f"{at:%d/%m/%Y %H:%M}" if at else ""
