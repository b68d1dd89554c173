"""A commune in open formats, whole: to leave us, to be read without us, to come in elsewhere.

One file of JSON lines for each table, each paper as its family gave it, the settings as they are
written, and a manifest that bears the digest of every file. Exported twice from the same state,
here or where it was brought in, it is the same to the byte.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
import tomlkit
from piccolo.table import Table

from ribambelle.database import DOOR, Postgres, SQLite, TenantEngine, migrations, template, using
from ribambelle.database import moving as rows
from ribambelle.database.connection import in_thread
from ribambelle.database.names import require_address
from ribambelle.documents import keys, sealing, shelf, vault
from ribambelle.documents.tables import Document
from ribambelle.errors import Refused
from ribambelle.privacy import mirror
from ribambelle.tenants import copies, freezing, moving, open_formats
from ribambelle.tenants.copies import Copy
from ribambelle.tenants.creation import require_free
from ribambelle.tenants.open_formats import TableFacts
from ribambelle.tenants.registry import Platform
from ribambelle.tenants.settings import RESERVED_SLUGS, SLUG, lowered
from ribambelle.tenants.tenant import Tenant

FORMAT = 1
MANIFEST = "manifest.json"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
README = """\
Une commune, entière, dans des formats ouverts.

manifest.json   l’empreinte SHA-256 de chaque fichier, le nombre de lignes de chaque table
tables/         une table par fichier, une ligne de JSON par ligne ; heures en temps universel
tables.json     ce que dit chaque colonne
documents/      les justificatifs, tels que les familles les ont donnés : numéro et version
settings/       le fichier de la commune, ses secrets, sa clé, son blason, ses effacements

Rien n’est chiffré : gardez ce dossier comme les données elles-mêmes.
Pour le reprendre sur une autre machine : ribambelle tenant import DOSSIER
"""


class Manifest(msgspec.Struct, frozen=True):
    """What an export says of itself."""

    format: int
    slug: str
    steps: list[str]
    tables: dict[str, TableFacts]
    documents: int
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """One digest for all of it."""
        return open_formats.digest_of(self)


async def export(commune: Tenant, to: Path, settle: float = freezing.SETTLE) -> Manifest:
    """Write a commune in open formats; families read meanwhile, and write nothing.

    A failure leaves nothing. The act is written in the journal after: the export does not hold it.
    """
    copies.require_new(to)
    tables, packages = await moving.held(commune)
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.{uuid4().hex[:8]}")
    draft.mkdir(mode=0o700)
    try:
        with freezing.frozen(commune):
            await freezing.settled(commune, settle)
            manifest = await written(commune, commune.engine, draft, tables, packages)
        draft.replace(to)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


async def written(
    commune: Tenant,
    engine: TenantEngine,
    to: Path,
    tables: Sequence[type[Table]],
    packages: dict[str, str],
) -> Manifest:
    """Write all of a commune that nobody changes in an empty folder."""
    (to / "lisez-moi.txt").write_text(README, "utf-8")
    (to / "tables.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(open_formats.told(tables)))
    )
    (to / "tables").mkdir()
    facts = {}
    for table in tables:
        facts[str(table._meta.tablename)] = await open_formats.written(engine, table, to / "tables")
    with commune.here(), using(engine):
        documents = await _documents(to / "documents")
    await in_thread(_settings, commune, to / "settings")
    steps = [str(step) for step in migrations.all_steps(packages, "sqlite")]
    files = await in_thread(open_formats.digests, to, MANIFEST)
    manifest = Manifest(FORMAT, commune.slug, steps, facts, documents, files)
    open_formats.say(manifest, to / MANIFEST)
    return manifest


async def _documents(folder: Path) -> int:
    folder.mkdir()
    many = 0
    async for document in _papers():
        try:
            shown = await vault.content(document)
        except (sealing.Broken, OSError) as error:
            raise Refused("export_paper_broken", number=document.id) from error
        await in_thread((folder / _name(document)).write_bytes, shown)
        many += 1
    return many


async def _papers() -> AsyncIterator[Document]:
    for row in await Document.select(Document.id).order_by(Document.id):
        document = await Document.objects().get(Document.id == row["id"])
        if document is not None:
            yield document


def _name(document: Document) -> str:
    ending = ENDINGS.get(document.media_type, "bin")
    return f"{document.id:06d}-v{document.version}.{ending}"


def _settings(commune: Tenant, to: Path) -> None:
    to.mkdir(mode=0o700)
    copies.keep_files(commune, to)
    for name in ("tenant.toml", "secrets.toml"):
        if (to / name).is_file():  # where the base is says nothing of the commune, and a password
            (to / name).write_text(_without_url((to / name).read_text("utf-8")), "utf-8")


def _without_url(text: str) -> str:
    """Return a commune's file without the address of its base.

    >>> print(_without_url('name = "A"\\n\\n[database]\\nurl = "postgresql://h/a"\\n'))
    name = "A"
    <BLANKLINE>
    """
    document = tomlkit.parse(text)
    held = document.get("database")
    if isinstance(held, dict) and "url" in held:
        held.pop("url")
        if not held:
            document.pop("database")
    return f"{tomlkit.dumps(document).rstrip()}\n"


# -- coming in ---------------------------------------------------------------------------------


def opened(folder: Path) -> Manifest:
    """Read an export, and refuse one that misses a file or holds one that changed."""
    manifest = open_formats.manifest(folder, MANIFEST, Manifest)
    if manifest.format != FORMAT:
        raise Refused("export_format", format=manifest.format)
    if not SLUG.fullmatch(manifest.slug) or manifest.slug in RESERVED_SLUGS:
        raise Refused("slug_invalid", slug=manifest.slug)
    open_formats.require_whole(folder, MANIFEST, manifest.files)
    return manifest


async def bring_in(folder: Path, communes: Platform, database: str = "") -> Manifest:
    """Bring a commune in from its export; what was made is exported again, and must be the same.

    Raises Refused, and leaves nothing, when anything differs.
    """
    manifest = await in_thread(opened, folder)
    copied = _copy(folder, manifest, communes, database)

    async def fill(draft: Path) -> int:
        return await _fill(draft, copied, manifest, communes)

    await copies.put_in_place(copied, communes, fill)
    with communes.tenant(manifest.slug).here():
        await mirror.bring_back([copied.folder / "erasures.jsonl"])
    return manifest


def _copy(folder: Path, manifest: Manifest, communes: Platform, database: str) -> Copy:
    """Return what is to be put in place; refuse what stands in its way."""
    copies.require_nothing_there(communes, manifest.slug)
    kept = folder / "settings"
    text = (kept / "tenant.toml").read_text("utf-8")
    for host in lowered(tomlkit.parse(text).unwrap()).get("hosts") or ():
        require_free(communes, str(host), "host_taken_by_restore")
    if database:
        require_address(database)
        text = copies.with_url(text, database, "tenant.toml")
    secrets = kept / "secrets.toml"
    hidden = secrets.read_text("utf-8") if secrets.is_file() else ""
    return Copy(kept, manifest.slug, text, hidden, database)


async def _fill(draft: Path, copied: Copy, manifest: Manifest, communes: Platform) -> int:
    """Make the commune's data aside, in a place of its own, then move them to the draft."""
    aside = Platform(
        draft / "aside" / "tenants",
        draft / "aside" / "data",
        plugins=communes.plugins,
        clock=communes.clock,
    )
    commune = _aside(aside, copied)
    packages = _packages(commune, manifest)
    base = copied.database or commune.folder / "portal.sqlite"
    await template.create(base, packages, communes.data / ".templates")
    try:
        async with _base(base) as engine:
            await _rows_in(engine, commune, copied, manifest)
            await _prove(engine, commune, copied.folder.parent, packages, draft / "again")
    except BaseException:
        await template.drop(base)
        raise
    finally:
        await aside.aclose()
    for kept in list(commune.folder.iterdir()):
        kept.rename(draft / kept.name)
    shutil.rmtree(draft / "aside")
    return sum(facts.rows for facts in manifest.tables.values())


def _aside(aside: Platform, copied: Copy) -> Tenant:
    folder = aside.data / copied.slug
    folder.mkdir(mode=0o700, parents=True)
    aside.folder.mkdir(mode=0o700)
    shutil.copyfile(copied.folder / "secret.key", folder / "secret.key")
    (folder / "secret.key").chmod(0o600)
    (aside.folder / f"{copied.slug}.toml").write_text(copied.text, "utf-8")
    if copied.secrets:
        (aside.folder / f"{copied.slug}.secrets.toml").write_text(copied.secrets, "utf-8")
    if (copied.folder / "own").is_dir():
        shutil.copytree(copied.folder / "own", aside.folder / copied.slug)
    forgotten = copies.erasures(aside, copied.slug)
    forgotten.parent.mkdir(mode=0o700)
    shutil.copyfile(copied.folder / "erasures.jsonl", forgotten)
    aside.scan()
    return aside.tenant(copied.slug)


def _packages(commune: Tenant, manifest: Manifest) -> dict[str, str]:
    """Return the plugins whose tables the export holds; refuse another version of them."""
    plugins = commune.platform.plugins
    names = sorted({step.split()[0] for step in manifest.steps})
    if missing := [name for name in names if name not in {*plugins.names, "core"}]:
        raise Refused("plugin_unknown", plugin=missing[0], known=", ".join(plugins.names))
    packages = plugins.only(names).packages()
    here = [str(step) for step in migrations.all_steps(packages, "sqlite")]
    if here != manifest.steps:
        differ = sorted(set(here) ^ set(manifest.steps))
        raise Refused("export_version", step=differ[0] if differ else "?")
    return packages


@asynccontextmanager
async def _base(base: str | Path) -> AsyncIterator[TenantEngine]:
    engine: TenantEngine = Postgres(base) if isinstance(base, str) else SQLite(base)
    try:
        yield engine
    finally:
        await engine.aclose()


async def _rows_in(engine: TenantEngine, commune: Tenant, copied: Copy, manifest: Manifest) -> None:
    with using(engine):
        tables, _ = await moving.held(commune, engine)
        async with DOOR.transaction(), rows.unwatched(tables):
            for table in tables:
                name = str(table._meta.tablename)
                file = copied.folder.parent / "tables" / f"{name}.jsonl"
                for some in open_formats.read(file, table):
                    await rows.put(table, some)
                await rows.count_on(table, manifest.tables[name].last)
    with commune.here(), using(engine):
        async for document in _papers():
            key = keys.opened(await keys.numbered(document.key))
            place = vault.place(document.id, document.version)
            given = copied.folder.parent / "documents" / _name(document)
            await in_thread(_seal, given, shelf.at(document.file), key, place)


def _seal(given: Path, to: Path, key: bytes, place: str) -> None:
    with given.open("rb") as shown:
        sealing.seal(shown, to, key, place)


async def _prove(
    engine: TenantEngine, commune: Tenant, folder: Path, packages: dict[str, str], again: Path
) -> None:
    """Export what was brought in, and refuse it unless it is what came, to the byte."""
    again.mkdir(mode=0o700)
    try:
        tables, _ = await moving.held(commune, engine)
        made = await written(commune, engine, again, tables, packages)
        came = opened(folder)
        names = {*made.files, *came.files}
        wrong = [name for name in names if made.files.get(name) != came.files.get(name)]
        if wrong or made.tables != came.tables:
            raise Refused("import_differs", name=min(wrong, default="tables"))
    finally:
        shutil.rmtree(again, ignore_errors=True)
