"""A small fleet whose plugin has a new version: communes that can take it, one that cannot."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from ribambelle.backups import snapshots
from ribambelle.clock import Clock, system_clock
from ribambelle.database import DOOR, Postgres, backup_postgres, backup_sqlite, migrations
from ribambelle.database.names import renamed
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, Tenant, creation
from ribambelle.tenants.creation import NewTenant
from ribambelle.upgrading.commune import upgrade
from ribambelle.upgrading.waves import Outcome

FIRST = "CREATE TABLE toy (word TEXT NOT NULL, note TEXT NOT NULL);"
STEPS = {
    # what the second step does cannot be undone by what the third refuses
    "0002_forget.sql": "UPDATE toy SET note = '';",
    "0003_once.sql": "CREATE UNIQUE INDEX toy_word ON toy (word);",
}
KEY = "ab" * 32
GOOD, BAD = ("balle", "corde"), ("balle", "balle")


def new_version(packages: Path, name: str) -> None:
    """Write the steps of the new version of the plugin."""
    for file, text in STEPS.items():
        (packages / name / "migrations" / file).write_text(text)
    migrations.steps.cache_clear()


def package(packages: Path) -> str:
    """Write the plugin as it was, and return the name of its package."""
    name = f"toys_{uuid4().hex}"
    (packages / name / "migrations").mkdir(parents=True)
    (packages / name / "__init__.py").touch()
    (packages / name / "migrations" / "0001_first.sql").write_text(FIRST)
    return name


def platform_of(place: Path, packages: Path, name: str, clock: Clock = system_clock) -> Platform:
    """Return the communes of a place, with this plugin alone beside the core."""
    if str(packages) not in sys.path:
        sys.path.insert(0, str(packages))
    importlib.invalidate_caches()
    plugins = Plugins({"toys": importlib.import_module(name)})
    return Platform(place / "tenants", place / "data", plugins=plugins, clock=clock)


async def brought_up(
    communes: Platform,
    words: dict[str, Sequence[str]],
    copies: Path,
    server: str = "",
    plugins: tuple[str, ...] = ("toys",),
) -> None:
    """Make a commune for each name, that holds these words and says where its copies go."""
    for slug, held in words.items():
        url = renamed(server, f"{slug}_{uuid4().hex[:10]}") if server else ""
        hosts = (f"{slug}.localhost",)
        await creation.create(
            communes, NewTenant(slug, hosts, name=slug, plugins=plugins, database=url)
        )
        file = communes.folder / f"{slug}.toml"
        file.write_text(f'{file.read_text()}\n[backup]\nfolder = "{copies}"\nkey = "{KEY}"\n')
        with communes.tenant(slug).here():
            for word in held:
                await DOOR.fetch(f"INSERT INTO toy (word, note) VALUES ('{word}', 'rouge')")
    await communes.aclose()


async def hashes(commune: Tenant) -> dict[str, str]:
    """Return a digest of every row of every table, as the base itself tells it."""
    engine = commune.engine
    if not isinstance(engine, Postgres):
        return backup_sqlite.digest(commune.folder / "portal.sqlite")
    async with engine.transaction() as seen:
        return await backup_postgres._digests(seen)


async def toys(commune: Tenant) -> list[tuple[str, str]]:
    with commune.here():
        rows = await DOOR.fetch("SELECT word, note FROM toy ORDER BY word, note")
    return [(row["word"], row["note"]) for row in rows]


async def steps(commune: Tenant) -> list[str]:
    with commune.here():
        taken = await migrations.Migration.select().order_by(migrations.Migration.id)
    return [row["step"] for row in taken if row["app"] == "toys"]


async def well(_: Tenant) -> str:
    return ""


def one_of(communes: Platform, answers: Any = well) -> Any:
    """Return what upgrades one commune without waiting for visitors it does not have."""

    async def one(slug: str) -> Outcome:
        return await upgrade(communes.tenant(slug), answers, settle=0)

    return one


def copies_of(commune: Tenant) -> list[str]:
    return snapshots.depot_of(commune).stamps()
