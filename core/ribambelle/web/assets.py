"""Style sheets, scripts and pictures: read once, compressed once, named by their content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from ribambelle.plugins import Plugins
from ribambelle.tenants import Tenant, current
from ribambelle.tenants.brand import stylesheet

OWN = Path(__file__).parent.parent / "static"
CRESTS = {".svg", ".png"}
TOGETHER = {"site.css": ("portal.css", "menu.css", "places.css", "banner.css")}
"""Sent as one file: a first visit on a telephone pays each request more than each kilobyte."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file ready to be sent; its address changes with its content, so it may be kept for ever."""

    href: str
    media_type: str
    body: bytes
    zipped: bytes


def made(name: str, body: bytes) -> Asset:
    """Return an asset: `portal.css` becomes `/static/portal.3f2a91c4.css`."""
    stem, _, suffix = name.rpartition(".")
    href = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:8]}.{suffix}"
    kind = guess_type(name)[0] or "application/octet-stream"
    return Asset(href, kind, body, gzip.compress(body, 9, mtime=0))


@lru_cache(maxsize=2000)
def theme(colour: str) -> Asset:
    """Return the style sheet of one brand colour."""
    return made("theme.css", stylesheet(colour).encode())


@lru_cache(maxsize=2000)
def _crest(file: Path, stamp: int) -> Asset:
    return made(f"crest{file.suffix}", file.read_bytes())


def crest(tenant: Tenant) -> Asset:
    """Return the commune's crest, or the neutral one."""
    named = tenant.settings.brand.crest
    file = tenant.platform.folder / tenant.slug / named if named else OWN / "crest.svg"
    if not (file.suffix in CRESTS and file.is_file()):
        file = OWN / "crest.svg"
    return _crest(file, file.stat().st_mtime_ns)


class Assets:
    """Every asset of the core and of the installed plugins, by name and by address."""

    def __init__(self, plugins: Plugins) -> None:
        self.by_name: dict[str, Asset] = {}
        self._read(OWN, "")
        for name, parts in TOGETHER.items():
            self.by_name[name] = made(name, b"\n".join(self.by_name[one].body for one in parts))
        for name in plugins.names:
            if folder := plugins.folder(name, "static"):
                self._read(folder, f"{name}/")
        self.by_href = {asset.href: asset for asset in self.by_name.values()}

    def _read(self, folder: Path, prefix: str) -> None:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = prefix + file.relative_to(folder).as_posix()
                self.by_name[name] = made(name, file.read_bytes())

    def href(self, tenant: Tenant, name: str) -> str:
        """Return the address of an asset in a commune; `theme.css` and `crest` are its own."""
        if name == "theme.css":
            return theme(tenant.settings.brand.colour).href
        if name == "crest":
            return crest(tenant).href
        return self.by_name[name].href

    def here(self, name: str) -> str:
        """Return the address of an asset in the current commune: templates say `asset(name)`."""
        return self.href(current(), name)

    def at(self, tenant: Tenant, href: str) -> Asset | None:
        """Return what stands at an address, looked up and never opened: no path can escape."""
        for own in (theme(tenant.settings.brand.colour), crest(tenant)):
            if own.href == href:
                return own
        # a style sheet names its pictures without their digest
        return self.by_href.get(href) or self.by_name.get(href.removeprefix("/static/"))


@lru_cache(maxsize=8)
def assets(plugins: Plugins) -> Assets:
    """Return the assets of a process, read once."""
    return Assets(plugins)
