"""A whole commune in one folder: its file, its key, its database; and back again.

The folder holds what serves nobody else: ``tenant.toml``, ``secret.key``, ``database`` and its
manifest. Keep it as safe as the data itself.
"""

import re
import shutil
from pathlib import Path

from ribambelle.database import backup
from ribambelle.errors import Refused
from ribambelle.tenants.registry import Platform
from ribambelle.tenants.tenant import Tenant

URL_LINE = re.compile(r'^url\s*=\s*"[^"]*"', re.M)


async def copy(commune: Tenant, to: Path) -> dict[str, int]:
    """Copy a commune to a new folder while it serves; return how many rows each table held."""
    if to.exists() and any(to.iterdir()):
        raise Refused("file_exists", file=str(to))
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest = await backup.backup(commune.engine, to / "database")
    source = commune.platform.folder
    shutil.copy2(source / f"{commune.slug}.toml", to / "tenant.toml")
    own = source / commune.slug
    if own.is_dir():
        shutil.copytree(own, to / "own")
    (to / "secret.key").touch(mode=0o600)
    (to / "secret.key").write_bytes(commune.key)
    (to / "slug").write_text(commune.slug, "utf-8")
    return manifest.rows


async def bring_back(folder: Path, communes: Platform, database: str = "") -> tuple[str, int]:
    """Put a copied commune where it is not; return its name and how many rows came back.

    A commune that stands there already is never written over: remove it first, on purpose.
    """
    if not (folder / "slug").is_file():
        raise Refused("file_unreadable", file=str(folder), why="ce n’est pas une sauvegarde")
    slug = (folder / "slug").read_text("utf-8").strip()
    file, data = communes.folder / f"{slug}.toml", communes.data / slug
    if file.exists() or (data / "portal.sqlite").exists():
        raise Refused("slug_taken", slug=slug)
    text = (folder / "tenant.toml").read_text("utf-8")
    if database:
        text = URL_LINE.sub(lambda _: f'url = "{database}"', text)
    data.mkdir(parents=True, exist_ok=True)
    communes.folder.mkdir(parents=True, exist_ok=True)
    target = database or _database_of(text) or data / "portal.sqlite"
    manifest = await backup.restore(folder / "database", target)
    (data / "secret.key").touch(mode=0o600)
    (data / "secret.key").write_bytes((folder / "secret.key").read_bytes())
    if (folder / "own").is_dir():
        shutil.copytree(folder / "own", communes.folder / slug)
    file.write_text(text, "utf-8")
    return slug, sum(manifest.rows.values())


def _database_of(text: str) -> str:
    found = URL_LINE.search(text)
    return found[0].partition('"')[2].rstrip('"') if found else ""
