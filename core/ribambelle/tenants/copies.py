"""A whole commune in one folder: its files, its key, its database; and back again.

The folder holds what serves nobody else: ``tenant.toml``, ``secrets.toml`` if there is one,
``secret.key``, ``database`` and its manifest, ``documents`` (papers of families, sealed) and their
digests, ``own`` (crest, texts), ``erasures.jsonl``, whom the commune has forgotten, and ``learning``
if its people are invented. Keep it as safe as the data itself.
"""

import os
import re
import shutil
import tomllib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ribambelle.database import backup, template
from ribambelle.database.connection import in_thread
from ribambelle.database.names import require_address
from ribambelle.errors import Misconfigured, Refused
from ribambelle.tenants import papers
from ribambelle.tenants import settings as files
from ribambelle.tenants.creation import require_free
from ribambelle.tenants.registry import Platform
from ribambelle.tenants.settings import RESERVED_SLUGS, SLUG
from ribambelle.tenants.tenant import LEARNING, Tenant

TABLE = re.compile(r"^\s*\[database\]\s*(#.*)?$")
ANY_TABLE = re.compile(r"^\s*\[")
URL = re.compile(r"^\s*url\s*=")
LAST = "last-copy"
"""File of a commune's data that says when it was last copied."""


def contents(commune: Tenant) -> list[str]:
    """Return the names of what a copy of this commune would hold."""
    source = commune.platform.folder
    found = ["tenant.toml", "secret.key", "database", "database.json", "slug", "erasures.jsonl"]
    if (source / f"{commune.slug}.secrets.toml").is_file():
        found.append("secrets.toml")
    if (source / commune.slug).is_dir():
        found.append("own")
    if commune.is_for_learning:
        found.append(LEARNING)
    if (commune.folder / "documents").is_dir():
        found += ["documents", "documents.json"]
    return sorted(found)


def require_new(to: Path) -> None:
    """Refuse a folder that holds something."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Refused("file_exists", file=str(to))


def erasures(communes: Platform, slug: str) -> Path:
    """Return the list of whom a commune has forgotten: beside its folder, where no copy reaches."""
    return communes.data / "_erasures" / f"{slug}.jsonl"


async def copy(commune: Tenant, to: Path) -> dict[str, int]:
    """Copy a commune to a new folder while it serves; return how many rows each table held.

    What is copied is for the service alone to read, and a copy that fails leaves nothing.
    """
    require_new(to)
    _ = commune.key  # refused before anything is written if it is away
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.{uuid4().hex[:8]}")
    draft.mkdir(mode=0o700)
    try:
        manifest = await backup.backup(commune.engine, draft / "database")
        # after the base: what it names is here, for a file is kept a day after its paper is gone
        await in_thread(papers.copy, commune.folder, draft)
        keep_files(commune, draft)
        draft.replace(to)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    note(commune)
    return manifest.rows


def keep_files(commune: Tenant, draft: Path) -> None:
    """Write in a copy all that is neither the base nor a paper."""
    source = commune.platform.folder
    _keep(draft / "tenant.toml", (source / f"{commune.slug}.toml").read_bytes())
    secrets = source / f"{commune.slug}.secrets.toml"
    if secrets.is_file():
        _keep(draft / "secrets.toml", secrets.read_bytes())
    if (source / commune.slug).is_dir():
        shutil.copytree(source / commune.slug, draft / "own")
    _keep(draft / "secret.key", commune.key)
    _keep(draft / "slug", commune.slug.encode())
    if commune.is_for_learning:
        _keep(draft / LEARNING, b"")
    forgotten = erasures(commune.platform, commune.slug)
    _keep(draft / "erasures.jsonl", forgotten.read_bytes() if forgotten.is_file() else b"")


def note(commune: Tenant) -> None:
    """Remember that at this moment a whole copy of the commune exists."""
    (commune.folder / LAST).write_text(commune.now().isoformat(), "utf-8")


def last(commune: Tenant) -> datetime | None:
    """Return when this commune was last copied whole, if it ever was."""
    try:
        return datetime.fromisoformat((commune.folder / LAST).read_text("utf-8"))
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Copy:
    """A copy that may be put back: all of it is there, and nothing stands in its way."""

    folder: Path
    slug: str
    text: str
    secrets: str
    database: str
    """A PostgreSQL address, or nothing for SQLite."""


def opened(folder: Path, communes: Platform, database: str = "") -> Copy:
    """Read a copy, and refuse it before anything is written if it cannot be put back.

    A commune that stands there already is never written over, nor its addresses taken.
    """
    slug = _part(folder, "slug").decode("utf-8", "replace").strip()
    if not SLUG.fullmatch(slug) or slug in RESERVED_SLUGS or len(slug) > 60:
        raise Refused("slug_invalid", slug=slug)
    for name in ("secret.key", "database", "database.json"):
        _part(folder, name)
    text = _part(folder, "tenant.toml").decode("utf-8", "replace")
    secrets = ""
    if (folder / "secrets.toml").is_file():
        secrets = _part(folder, "secrets.toml").decode("utf-8", "replace")
    require_nothing_there(communes, slug)
    said, hidden = _parsed(text, "tenant.toml"), _parsed(secrets, "secrets.toml")
    for host in said.get("hosts") or ():
        require_free(communes, str(host), "host_taken_by_restore")
    if database:
        require_address(database)
        if _url(hidden):
            secrets = with_url(secrets, database, "secrets.toml")
        else:
            text = with_url(text, database, "tenant.toml")
    return Copy(folder, slug, text, secrets, database or _url(hidden) or _url(said))


async def bring_back(copied: Copy, communes: Platform) -> int:
    """Put a copied commune where it is not; return how many rows came back."""
    folder = copied.folder

    async def fill(draft: Path) -> int:
        _keep(draft / "secret.key", (folder / "secret.key").read_bytes())
        await in_thread(papers.bring_back, folder, draft)
        manifest = await backup.restore(
            folder / "database", copied.database or draft / "portal.sqlite"
        )
        return sum(manifest.rows.values())

    return await put_in_place(copied, communes, fill)


async def put_in_place(
    copied: Copy, communes: Platform, fill: Callable[[Path], Awaitable[int]]
) -> int:
    """Put a commune where it is not; return what `fill` returns.

    Everything is made beside its place, and put there last: a failure leaves nothing behind.

    :param fill: what writes the commune's data in a folder; the base comes last of it, and is its
        own to remove if it fails.
    """
    folder, slug = copied.folder, copied.slug
    file, secrets, own, data = _taken(communes, slug)
    draft = communes.data / f".{slug}.{uuid4().hex[:8]}"
    undo: list[Callable[[], object]] = []
    loaded = False
    try:
        for place in (communes.folder, communes.data):
            for part in (*reversed(place.parents), place):
                if not part.exists():
                    part.mkdir()
                    undo.append(part.rmdir)
        draft.mkdir(mode=0o700)
        rows = await fill(draft)
        if (folder / LEARNING).is_file():
            _keep(draft / LEARNING, b"")
        loaded = bool(copied.database)
        _put(draft, data, undo)
        if (folder / "own").is_dir():
            beside = communes.folder / draft.name
            shutil.copytree(folder / "own", beside)
            _put(beside, own, undo)
        if copied.secrets:
            undo.append(secrets.unlink)
            _keep(secrets, copied.secrets.encode())
        beside = communes.folder / f"{draft.name}.part"
        undo.append(beside.unlink)
        beside.write_text(copied.text, "utf-8")
        if _url(_parsed(copied.text, file.name)):
            beside.chmod(0o600)  # an address holds a password
        os.link(beside, file)  # never over a file that appeared meanwhile
        beside.unlink()
    except BaseException:
        for name in (draft, communes.folder / draft.name):
            shutil.rmtree(name, ignore_errors=True)
        for step in reversed(undo):
            with suppress(OSError):
                step()
        if loaded:
            await template.drop(copied.database)
        raise
    communes.scan()
    return rows


def require_nothing_there(communes: Platform, slug: str) -> None:
    """Refuse a commune of which anything is there already."""
    own = _taken(communes, slug)
    if any(place.exists() and (place.is_file() or any(place.iterdir())) for place in own):
        raise Refused("slug_taken", slug=slug)


def _taken(communes: Platform, slug: str) -> tuple[Path, Path, Path, Path]:
    """Return the places of a commune: its file, its secrets, its own folder, its data."""
    folder = communes.folder
    return (
        folder / f"{slug}.toml",
        folder / f"{slug}.secrets.toml",
        folder / slug,
        communes.data / slug,
    )


def _put(draft: Path, place: Path, undo: list[Callable[[], object]]) -> None:
    draft.replace(place)  # an empty folder may stand there, nothing else
    undo.append(lambda: shutil.rmtree(place))


def _keep(file: Path, content: bytes) -> None:
    """Write a new file for the service alone to read."""
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(content)


def _part(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes() if name != "database" else _there(folder / name)
    except OSError as error:
        raise Refused("copy_incomplete", folder=str(folder), name=name) from error


def _there(file: Path) -> bytes:
    if not file.is_file():
        raise FileNotFoundError(file)
    return b""


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(
            f"ce fichier n’est pas du TOML lisible{files.place_of(error)}",
            file=name,
            cure="corrigez-le dans la copie, puis recommencez",
        ) from error


def _url(said: dict[str, Any]) -> str:
    table = said.get("database")
    return str(table.get("url") or "") if isinstance(table, dict) else ""


def with_url(text: str, url: str, name: str) -> str:
    """Return a commune's file with this address of database, the rest of it as it was.

    >>> print(with_url('name = "A"\\n', "postgresql://h/a", "a.toml"))
    name = "A"
    <BLANKLINE>
    [database]
    url = "postgresql://h/a"
    <BLANKLINE>
    """
    wanted = f"url = {files.quoted(url)}"
    lines = text.splitlines()
    at = next((n for n, line in enumerate(lines) if TABLE.match(line)), None)
    if at is None:
        lines += ["", "[database]", wanted]
    else:
        ends = next((n for n in range(at + 1, len(lines)) if ANY_TABLE.match(lines[n])), len(lines))
        there = next((n for n in range(at + 1, ends) if URL.match(lines[n])), None)
        if there is None:
            lines.insert(at + 1, wanted)
        else:
            lines[there] = wanted
    changed = "\n".join(lines) + "\n"
    if not _same_but_url(text, changed, url):
        raise Misconfigured(
            "l’adresse de la base ne peut pas être changée dans ce fichier",
            file=name,
            key="database.url",
            cure=f"écrivez-la vous-même dans la copie, sous une ligne [database] : {wanted}",
        )
    return changed


def _same_but_url(before: str, after: str, url: str) -> bool:
    try:
        said, now = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    said.setdefault("database", {})
    return bool(now == {**said, "database": {**said["database"], "url": url}})
