"""What a plugin kept for a commune, put away in open formats, and taken out again.

The archive is then all there is of it: its digest is in the commune's journal, and only an archive
that bears it is taken back. Whom the commune forgot meanwhile does not come back with it.
"""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec
from piccolo.table import Table

from ribambelle.database import DOOR, dropping, migrations, transaction, using
from ribambelle.database import moving as rows
from ribambelle.database.connection import in_thread
from ribambelle.errors import Refused
from ribambelle.privacy import forgetting, mirror
from ribambelle.privacy.orphans import Orphans
from ribambelle.tenants import copies, creation, freezing, moving, open_formats
from ribambelle.tenants.open_formats import TableFacts
from ribambelle.tenants.tenant import Tenant
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

FORMAT = 1
MANIFEST = "archive.json"
ARCHIVED, BROUGHT_BACK = "tenant.plugin_archived", "tenant.plugin_brought_back"
README = """\
Ce qu’un module gardait pour une commune, entier, dans des formats ouverts.

archive.json    l’empreinte SHA-256 de chaque fichier, le nombre de lignes de chaque table
tables/         une table par fichier, une ligne de JSON par ligne ; heures en temps universel
tables.json     ce que dit chaque colonne

Il n’en reste rien dans la base : gardez ce dossier, et comme les données elles-mêmes.
Pour le reprendre : ribambelle tenant enable COMMUNE MODULE --archive DOSSIER
"""


class Archive(msgspec.Struct, frozen=True):
    """What an archive says of itself."""

    format: int
    slug: str
    plugin: str
    at: datetime
    steps: list[str]
    tables: dict[str, TableFacts]
    files: dict[str, str]

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(one.rows for one in self.tables.values())

    @property
    def digest(self) -> str:
        """One digest for all of it."""
        return open_formats.digest_of(self)


async def put_away(
    commune: Tenant, plugin: str, to: Path, settle: float = freezing.SETTLE
) -> Archive:
    """Write all a plugin kept in a new folder, read it again, then take it out of the base.

    The plugin is disabled with it. Families write nothing meanwhile; a failure leaves all as it was.
    """
    tables = await _held(commune, plugin, to)
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.{uuid4().hex[:8]}")
    draft.mkdir(mode=0o700)
    try:
        with freezing.frozen(commune):
            await freezing.settled(commune, settle)
            made = await _written(commune, plugin, draft, tables)
            await _taken_out(commune, made, tables)
            draft.replace(to)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return made


async def counted(commune: Tenant, plugin: str, to: Path) -> int:
    """Return how many rows would be put away there; raises Refused when they could not."""
    tables = await _held(commune, plugin, to)
    with using(commune.engine):
        return sum([await one.count() for one in tables])


async def _held(commune: Tenant, plugin: str, to: Path) -> list[type[Table]]:
    copies.require_new(to)
    if tables := await _tables(commune, plugin):
        return tables
    raise Refused("archive_nothing", slug=commune.slug, plugin=plugin)


async def _tables(commune: Tenant, plugin: str) -> list[type[Table]]:
    """Return the tables a plugin has in this commune, parents first."""
    tables, packages = await moving.held(commune)
    own = dict(commune.platform.plugins.each("tables")).get(plugin, ())
    return [one for one in tables if one in own] if plugin in packages else []


async def _written(
    commune: Tenant, plugin: str, to: Path, tables: Sequence[type[Table]]
) -> Archive:
    (to / "lisez-moi.txt").write_text(README, "utf-8")
    said = msgspec.json.encode(open_formats.told(tables))
    (to / "tables.json").write_bytes(msgspec.json.format(said))
    (to / "tables").mkdir()
    facts = {
        str(one._meta.tablename): await open_formats.written(commune.engine, one, to / "tables")
        for one in tables
    }
    files = await in_thread(open_formats.digests, to, MANIFEST)
    steps = [str(step) for step in _steps(commune, plugin)]
    made = Archive(FORMAT, commune.slug, plugin, commune.now(), steps, facts, files)
    open_formats.say(made, to / MANIFEST)
    return made


def _steps(commune: Tenant, plugin: str) -> Sequence[migrations.Step]:
    package = commune.platform.plugins.package(plugin)
    return migrations.steps(plugin, package, "sqlite")


async def _taken_out(commune: Tenant, made: Archive, tables: Sequence[type[Table]]) -> None:
    names = tuple(name for name in commune.settings.plugins if name != made.plugin)
    about = f"plugin:{made.plugin}"
    with commune.here(though_frozen=True):
        async with DOOR.reshaping():
            await dropping.tables(tables)
            await migrations.forget(made.plugin)
            await journal.record(ARCHIVED, about, side="command", digest=made.digest)
            creation.set_plugins(commune.platform, commune.slug, names)


# -- coming back -------------------------------------------------------------------------------


def opened(folder: Path) -> Archive:
    """Read an archive, and refuse one that misses a file or holds one that changed."""
    made = open_formats.manifest(folder, MANIFEST, Archive)
    if made.format != FORMAT:
        raise Refused("export_format", format=made.format)
    open_formats.require_whole(folder, MANIFEST, made.files)
    return made


async def looked_at(commune: Tenant, plugin: str, folder: Path) -> Archive:
    """Return an archive that could be brought back; raises Refused when it could not."""
    made = await in_thread(opened, folder)
    await _require_its_own(commune, plugin, made)
    return made


async def bring_back(commune: Tenant, plugin: str, folder: Path) -> tuple[Archive, int]:
    """Enable a plugin with what an archive of it holds; return it, and how many rows stayed out.

    These were of people whom the commune no longer knows.
    """
    made = await looked_at(commune, plugin, folder)
    names = (*commune.settings.plugins, plugin)
    with commune.here():
        await mirror.catch_up()
        await migrations.forward(
            commune.platform.plugins.only(names).packages(), commune.platform.clock
        )
        try:
            left_out = await _come_back(commune, made, names, folder)
        except BaseException:
            async with DOOR.reshaping():
                await dropping.tables(await _tables(commune, plugin))
                await migrations.forget(plugin)
            raise
    return made, left_out


async def _require_its_own(commune: Tenant, plugin: str, made: Archive) -> None:
    if (made.slug, made.plugin) != (commune.slug, plugin):
        raise Refused(
            "archive_other", slug=commune.slug, plugin=plugin, theirs=made.slug, what=made.plugin
        )
    with commune.here():
        told = JournalLine.select(JournalLine.facts).where(
            (JournalLine.act == ARCHIVED) & (JournalLine.object == f"plugin:{plugin}")
        )
        last = await told.order_by(JournalLine.number, ascending=False).first()
        if last is None or msgspec.json.decode(last["facts"]).get("digest") != made.digest:
            raise Refused("archive_not_the_last", slug=commune.slug, plugin=plugin)
        if plugin in await migrations.apps():
            raise Refused("archive_in_the_way", slug=commune.slug, plugin=plugin)
    here = [str(step) for step in _steps(commune, plugin)]
    if here != made.steps:
        differ = sorted(set(here) ^ set(made.steps))
        raise Refused("archive_version", step=differ[0] if differ else "?")


async def _come_back(commune: Tenant, made: Archive, names: tuple[str, ...], folder: Path) -> int:
    tables = await _tables(commune, made.plugin)
    orphans = Orphans(commune.platform.plugins, made.plugin)
    forgotten = copies.erasures(commune.platform, commune.slug)
    later = [
        one for one in (mirror.read(forgotten) if forgotten.is_file() else ()) if one.at > made.at
    ]
    async with transaction():
        await _rows_in(folder, made, tables, orphans)
        await journal.record(
            BROUGHT_BACK,
            f"plugin:{made.plugin}",
            side="command",
            digest=made.digest,
            left_out=orphans.count,
        )
        creation.set_plugins(commune.platform, commune.slug, names)
        with commune.platform.tenant(commune.slug).here():  # it has its plugin again
            for one in later:
                await forgetting.again(one.people)
    return orphans.count


async def _rows_in(
    folder: Path, made: Archive, tables: Sequence[type[Table]], orphans: Orphans
) -> None:
    async with rows.unwatched(tables):
        for table in reversed(tables):
            await table.delete(force=True)  # what its first steps had put there
        for table in tables:
            name = str(table._meta.tablename)
            for some in open_formats.read(folder / "tables" / f"{name}.jsonl", table):
                await rows.put(table, await orphans.without(table, some))
            await rows.count_on(table, made.tables[name].last)
