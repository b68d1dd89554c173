"""Bringing up a commune: its file, its key, its database, all or nothing."""

import json
import re
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ribambelle.database import Postgres, SQLite, TenantEngine, migrations, template, using
from ribambelle.database.names import require_address
from ribambelle.errors import Misconfigured, Refused, Unavailable
from ribambelle.identity.tables import Account
from ribambelle.tenants import communes, departements
from ribambelle.tenants.brand import parse_colour
from ribambelle.tenants.registry import Platform, make_key
from ribambelle.tenants.settings import HOST, RESERVED_HOSTS, RESERVED_SLUGS, SLUG
from ribambelle.tenants.tenant import Tenant
from ribambelle.workflow.tables import Demande, JournalLine

MARK = "creation"  # in the data of a commune whose creation is not finished
PLUGINS_LINE = re.compile(r"^plugins\s*=\s*\[[^\]]*\]", re.M)


@dataclass(frozen=True)
class NewTenant:
    """What is asked when a commune is brought up; the rest comes from its INSEE code.

    A département is brought up the same way, by its own code.
    """

    slug: str
    hosts: tuple[str, ...]
    insee: str = ""
    departement: str = ""
    name: str = ""
    plugins: tuple[str, ...] = ()
    colour: str = ""
    database: str = ""
    demo: bool = False
    extra: dict[str, str] = field(default_factory=dict)


def require_possible(platform: Platform, new: NewTenant) -> None:
    """Refuse whatever would not work, before anything is written."""
    if not SLUG.fullmatch(new.slug) or new.slug in RESERVED_SLUGS or len(new.slug) > 60:
        raise Refused("slug_invalid", slug=new.slug)
    if (platform.folder / f"{new.slug}.toml").exists():
        raise Refused("slug_taken", slug=new.slug)
    for host in new.hosts:
        if not HOST.fullmatch(host) or host in RESERVED_HOSTS:
            raise Refused("host_invalid", host=host)
        require_free(platform, host)
    if not new.hosts:
        raise Refused("host_missing")
    if new.insee and new.insee not in communes.codes():
        raise Refused("insee_unknown", insee=new.insee)
    if new.insee and new.departement:
        raise Refused("insee_and_departement")
    if new.departement and new.departement not in departements.names():
        raise Refused(
            "departement_unknown", departement=new.departement, known=departements.known()
        )
    if not (new.insee or new.departement or new.name):
        raise Refused("name_missing")
    require_plugins(platform, new.plugins)
    if new.colour:
        parse_colour(new.colour)
    if new.database:
        require_address(new.database)


def require_free(platform: Platform, host: str, reason: str = "host_taken") -> None:
    """Refuse an address that the file of another commune claims."""
    if claimants := platform.addresses.claims.get(host):
        raise Refused(reason, host=host, owner=platform.hosts.get(host) or ", ".join(claimants))


def require_plugins(platform: Platform, names: tuple[str, ...]) -> None:
    """Refuse a plugin that is not installed, naming those that are."""
    for name in names:
        if name not in platform.plugins.names:
            raise Refused("plugin_unknown", plugin=name, known=", ".join(platform.plugins.names))


def text_of(new: NewTenant) -> str:
    """Return the file of a new commune, for a person to read and go on with."""
    facts = communes.find(new.insee) if new.insee else None
    official = facts.name if facts else departements.names().get(new.departement, new.slug)
    rows: list[tuple[str, object]] = [("name", new.name or official)]
    if facts:
        rows += [
            ("insee", facts.insee),
            ("departement", facts.departement),
            ("postcodes", list(facts.postcodes)),
            ("population", facts.population),
            ("timezone", facts.timezone),
        ]
    if new.departement:
        rows += [
            ("departement", new.departement),
            ("timezone", departements.timezone(new.departement)),
        ]
    rows += [("hosts", list(new.hosts)), ("plugins", list(new.plugins))]
    if new.demo:
        rows.append(("demo", True))
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows]
    if new.colour:
        lines += ["", "[brand]", f"colour = {json.dumps(new.colour)}"]
    if new.database:
        lines += ["", "[database]", f"url = {json.dumps(new.database)}"]
    return "\n".join(lines) + "\n"


async def create(
    platform: Platform, new: NewTenant, first: Callable[[Tenant], Awaitable[None]] | None = None
) -> Tenant:
    """Bring up a commune: its file is written last, and a failure leaves nothing behind.

    A creation that was killed is finished instead: what it had made is taken as it is.

    :param first: what to do in the new commune before it is said to exist.
    """
    platform.catch_up()
    require_possible(platform, new)
    resumed = await unfinished(platform, new)
    data, database = platform.data / new.slug, _database(platform, new)
    packages = platform.plugins.only(new.plugins).packages()
    undo: list[Callable[[], object]] = []
    made = False
    try:
        _make_folder(platform.data, undo)
        _make_folder(data, undo)
        _make_folder(platform.folder, undo)
        _mark(data, new)
        make_key(data)
        if not resumed:
            await template.create(database, packages, platform.data / ".templates")
            made = True
        undo.append((platform.folder / f"{new.slug}.toml").unlink)
        put(platform.folder / f"{new.slug}.toml", text_of(new))
        platform.learn(new.slug)
        tenant = platform.tenant(new.slug)
        with tenant.here():
            if resumed:
                await migrations.forward(packages, platform.clock)
            if first:
                await first(tenant)
    except BaseException:
        platform.forget(new.slug)
        if made:
            await template.drop(database)
        for step in reversed(undo):
            with suppress(OSError):
                step()
        platform.scan()
        raise
    (data / MARK).unlink(missing_ok=True)
    return tenant


async def unfinished(platform: Platform, new: NewTenant) -> bool:
    """Tell whether a creation of this commune was killed, and left a database nobody used yet.

    A database that holds accounts is somebody's: it is neither taken nor removed.
    """
    data, database = platform.data / new.slug, _database(platform, new)
    if isinstance(database, Path):
        if not database.exists():
            return False
        engine: TenantEngine = SQLite(database)
    else:
        mark = data / MARK
        if not mark.is_file() or mark.read_text("utf-8") != new.database:
            return False
        engine = Postgres(new.database)
    try:
        with using(engine):
            used = await _in_use()
    except Unavailable:
        if isinstance(database, Path):
            raise
        return False  # killed before the server had made the database
    finally:
        await engine.aclose()
    if used:
        raise Refused("data_left", slug=new.slug, folder=str(data))
    return True


async def _in_use() -> bool:
    """Tell whether anybody ever did anything in the current database."""
    if not await migrations.Migration.table_exists():
        return True  # not one of ours
    for table in (Account, JournalLine, Demande):
        if await table.exists():
            return True
    return False


def _database(platform: Platform, new: NewTenant) -> Path | str:
    return new.database or platform.data / new.slug / "portal.sqlite"


def _make_folder(folder: Path, undo: list[Callable[[], object]]) -> None:
    """Make a folder, to be taken away again with what is in it; one that was there is kept."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        undo.append(partial(_take_away, folder))


def _take_away(folder: Path) -> None:
    if (folder / MARK).exists():
        shutil.rmtree(folder)
    else:
        folder.rmdir()  # only when it is empty: it is shared by all communes


def _mark(data: Path, new: NewTenant) -> None:
    """Note what is being made, readable by the service alone: an address holds a password."""
    (data / MARK).touch(mode=0o600)
    (data / MARK).write_text(new.database, "utf-8")


def put(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".toml.part")
    draft.unlink(missing_ok=True)
    # an address of database may hold a password: the service alone reads it, unless told otherwise
    draft.touch(mode=file.stat().st_mode & 0o777 if file.exists() else 0o600)
    draft.write_text(text, "utf-8")
    draft.replace(file)


def set_plugins(platform: Platform, slug: str, names: tuple[str, ...]) -> None:
    """Rewrite the `plugins` line of a commune's file; everything else of it stays as it is."""
    file = platform.folder / f"{slug}.toml"
    text = file.read_text("utf-8")
    line = f"plugins = {json.dumps(list(names))}"
    if PLUGINS_LINE.search(text):
        text = PLUGINS_LINE.sub(lambda _: line, text, count=1)
    elif text.lstrip().startswith("["):
        raise Misconfigured(
            "la liste des modules est introuvable",
            file=file.name,
            key="plugins",
            cure='ajoutez en tête du fichier une ligne plugins = ["creche"]',
        )
    else:
        text = f"{line}\n{text}"
    put(file, text)
