"""How each commune of a machine is, at a glance."""

from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import typer

from ribambelle.commands import AsJson, platform, say, say_json, say_table
from ribambelle.tenants import Platform, Tenant
from ribambelle_cli.fleet import unseen
from ribambelle_cli.tenant import once, read_only

UPGRADES = {
    "": "prête",
    "returned": "prête, revenue à sa copie",
    "unfinished": "mise à niveau à finir : ribambelle fleet upgrade",
}


def join(app: typer.Typer) -> None:
    """Add this command to ``ribambelle fleet``."""
    app.command()(status)


@dataclass(frozen=True)
class State:
    """How one commune is, at a glance."""

    slug: str
    problem: str = ""
    engine: str = ""
    plugins: tuple[str, ...] = ()
    pending: int = 0
    backup: datetime | None = None
    backup_problem: str = ""
    backup_failed_at: datetime | None = None
    drill: datetime | None = None
    drill_problem: str = ""
    given_up: int = 0
    oldest: datetime | None = None
    late: int = 0
    megabytes: float = 0
    active: datetime | None = None
    upgrade: str = ""
    frozen_since: datetime | None = None


def status(as_json: AsJson = False) -> None:
    """Montrer comment va chaque commune : étapes à faire, copie, travaux, disque, dernière activité.

    Exemple : ribambelle fleet status
    """
    communes = platform()
    found = [state_of(communes, slug) for slug in communes.slugs()]
    if as_json:
        more = {"version": version("ribambelle-core")}
        say_json([asdict(one) | {"frozen": one.frozen_since is not None} | more for one in found])
        return
    rows = [
        (
            *(one.slug, _health(one), one.engine, ", ".join(one.plugins)),
            *(one.pending or "", _copied(one), _drilled(one)),
            *(one.given_up or "", _when(one.oldest), one.late or ""),
            *(
                "" if one.problem else f"{one.megabytes:.1f} Mo".replace(".", ","),
                _when(one.active),
            ),
        )
        for one in found
    ]
    headings = (
        *("Commune", "État", "Base", "Modules", "Étapes", "Dernière copie", "Dernier essai"),
        *("Abandonnés", "Plus vieux travail", "Messages en retard", "Disque", "Dernier acte"),
    )
    say_table(headings, rows, "Aucune commune. Créez-les : ribambelle fleet apply communes.csv")
    for one in found:
        if one.backup_problem:
            cure = f"Puis : ribambelle backup {one.slug}"
            say(f"{one.slug}, la copie a échoué. {one.backup_problem} {cure}")
    say(f"Ribambelle {version('ribambelle-core')}.")


def state_of(communes: Platform, slug: str) -> State:
    try:
        return once(communes, lambda: _look(communes.tenant(slug)))
    except Exception as error:  # whatever fails in one commune, the others are looked at
        return State(slug, unseen(slug, error))


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
        tried, copied = state.drill(commune), state.copies(commune)
        failed = copied is not None and bool(copied.problem)
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
            backup_problem=copied.problem if copied and failed else "",
            backup_failed_at=copied.looked_at.astimezone(commune.zone)
            if copied and failed
            else None,
            drill=tried.at if tried else None,
            drill_problem=tried.problem if tried else "",
            given_up=await queue.given_up(),
            oldest=waiting["run_at"].astimezone(commune.zone) if waiting else None,
            late=await outbox.late(now),
            megabytes=_size(commune.folder) / 1e6,
            active=last["at"].astimezone(commune.zone) if last else None,
            upgrade=_upgrade(commune),
            frozen_since=commune.frozen_since,
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
    return f"{told}, {read_only(one.frozen_since)}" if one.frozen_since else told


def _copied(one: State) -> str:
    """Return when a commune was last copied, and that the last try failed, or nobody would know."""
    if not one.backup_problem:
        return _when(one.backup)
    last = f", la dernière bonne du {_when(one.backup)}" if one.backup else ", aucune avant"
    return f"échouée {_when(one.backup_failed_at)}{last}"


def _drilled(one: State) -> str:
    return f"échoué {_when(one.drill)}" if one.drill_problem else _when(one.drill)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _when(at: datetime | None) -> str:
    return f"{at:%d/%m/%Y %H:%M}" if at else ""
