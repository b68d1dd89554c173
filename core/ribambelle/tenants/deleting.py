"""A commune removed for good, with a slip that says what was there and that nothing of it is left.

The slip is written before anything is removed, and closed after: a removal that was killed goes on
from it, and a slip that is not closed proves nothing.
"""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import msgspec

from ribambelle.database import moving as rows
from ribambelle.database import template, using
from ribambelle.database.connection import in_thread
from ribambelle.errors import Refused
from ribambelle.tenants import copies, moving, papers
from ribambelle.tenants.tenant import FREEZE, Tenant


class Slip(msgspec.Struct, frozen=True):
    """What was removed, when, and a digest of all the rest of the slip."""

    slug: str
    name: str
    insee: str
    engine: str
    begun_at: datetime
    tables: dict[str, str]
    """A digest of the rows of each table."""
    rows: int
    documents: int
    removed: list[str]
    copies_left: str
    """The folder of sealed copies that was left, or nothing."""
    closed_at: datetime | None = None
    digest: str = ""

    def sealed(self) -> str:
        """Return the digest of all this slip says but its digest."""
        told = msgspec.json.encode(msgspec.structs.replace(self, digest=""), order="sorted")
        return hashlib.sha256(told).hexdigest()


async def delete(commune: Tenant, file: Path, *, with_copies: bool = False) -> Slip:
    """Remove a commune: base, papers, keys, settings and, if asked, its sealed copies.

    Its file goes last: until then, the same command goes on with what is left.

    :param file: the slip, to be kept after the commune.
    """
    slip = await _begun(commune, file, with_copies)
    if commune.folder.is_dir():
        (commune.folder / FREEZE).touch(mode=0o600)  # nobody writes in what is going
    url = commune.settings.database.url
    platform, slug = commune.platform, commune.slug
    platform.forget(slug)
    await template.drop(url or commune.folder / "portal.sqlite")
    for name in places(commune, with_copies=with_copies):
        await in_thread(_remove, name)
    platform.scan()
    if left := [str(place) for place in places(commune, with_copies=with_copies) if place.exists()]:
        raise Refused("delete_left", slug=slug, left=", ".join(left))
    closed = msgspec.structs.replace(slip, closed_at=commune.now())
    closed = msgspec.structs.replace(closed, digest=closed.sealed())
    _write(file, closed)
    return closed


def places(commune: Tenant, *, with_copies: bool = False) -> list[Path]:
    """Return everything a commune has on this machine, its own file last."""
    folder, slug, settings = commune.platform.folder, commune.slug, commune.settings.backup
    found = [commune.folder, copies.erasures(commune.platform, slug)]
    if with_copies and settings.folder:
        found.append(Path(settings.folder) / slug)
    return [*found, folder / slug, folder / f"{slug}.secrets.toml", folder / f"{slug}.toml"]


async def _begun(commune: Tenant, file: Path, with_copies: bool) -> Slip:
    """Return the slip of a removal: the one already begun, or a new one with what there is."""
    if file.exists():
        try:
            known = msgspec.json.decode(file.read_bytes(), type=Slip)
        except (OSError, msgspec.DecodeError):
            known = None
        if known is None or known.slug != commune.slug or known.closed_at:
            raise Refused("file_exists", file=str(file))
        return known
    settings = commune.settings
    tables, _ = await moving.held(commune)
    digests = await rows.contents(commune.engine, tables)
    with using(commune.engine):
        many = sum([await table.count() for table in tables])
    kept = commune.folder / papers.NAME
    left = Path(settings.backup.folder) / commune.slug if settings.backup.folder else None
    slip = Slip(
        slug=commune.slug,
        name=settings.name,
        insee=settings.insee,
        engine="PostgreSQL" if settings.database.url else "SQLite",
        begun_at=commune.now(),
        tables=digests,
        rows=many,
        documents=sum(1 for one in kept.rglob("*") if one.is_file()),
        removed=[str(one) for one in places(commune, with_copies=with_copies) if one.exists()],
        copies_left=str(left) if left and left.exists() and not with_copies else "",
    )
    _write(file, slip)
    return slip


def _write(file: Path, slip: Slip) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(slip)) + b"\n")
    draft.replace(file)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def is_genuine(file: Path) -> bool:
    """Tell whether a slip is closed and says what it said then."""
    slip = msgspec.json.decode(file.read_bytes(), type=Slip)
    return slip.closed_at is not None and slip.digest == slip.sealed()
