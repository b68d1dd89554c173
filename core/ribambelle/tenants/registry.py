"""Which commune answers at which address, read from the files and followed as they change."""

import asyncio
import re
import secrets
import time
from collections import OrderedDict
from pathlib import Path

from ribambelle.clock import Clock, system_clock
from ribambelle.database.engine import TenantEngine
from ribambelle.database.postgres import Postgres
from ribambelle.database.sqlite import SQLite
from ribambelle.errors import Misconfigured, Unavailable
from ribambelle.plugins import Plugins
from ribambelle.tenants import settings as files
from ribambelle.tenants.tenant import Tenant

HOSTS_LINE = re.compile(r"^hosts\s*=\s*\[([^\]]*)\]", re.M)
RESCAN_SECONDS = 1.0


class UnknownTenant(LookupError):
    """No commune has this address or this name."""


class Platform:
    """The communes of one process: opened when first met, closed when long unused.

    `keep` bounds the open databases: 150 communes hold about 750 file descriptors, under the
    usual limit of 1,024.
    """

    def __init__(
        self,
        folder: Path,
        data: Path,
        *,
        plugins: Plugins | None = None,
        clock: Clock = system_clock,
        keep: int = 150,
        port: int = 8000,
    ) -> None:
        self.folder, self.data = Path(folder), Path(data)
        self.plugins, self.clock = plugins or Plugins(), clock
        self.keep, self.port = keep, port
        self.hosts: dict[str, str] = {}
        self.disputed: dict[str, str] = {}
        self._tenants: dict[str, tuple[tuple[int, ...], Tenant | Misconfigured]] = {}
        self._engines: OrderedDict[str, TenantEngine] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._claimed_by: dict[str, tuple[int, list[str]]] = {}
        self._scanned = 0.0
        self._stamp: tuple[int, ...] = ()
        self.scan()

    # -- addresses ---------------------------------------------------------------------------

    def slugs(self) -> list[str]:
        """Return the communes that have a file, in order."""
        names = (file.name.removesuffix(".toml") for file in self.folder.glob("*.toml"))
        return sorted(n for n in names if n != "platform" and not n.endswith(".secrets"))

    def scan(self) -> None:
        """Read again which address belongs to whom; an address claimed twice stays the first's."""
        hosts: dict[str, str] = {}
        self.disputed = {}
        for slug in self.slugs():
            for host in self._claims(slug):
                owner = hosts.setdefault(host, slug)
                if owner != slug:
                    self.disputed[slug] = (
                        f"l’adresse « {host} » appartient déjà à la commune « {owner} »"
                    )
        self.hosts, self._scanned = hosts, time.monotonic()
        self._stamp = self._folder_stamp()

    def _claims(self, slug: str) -> list[str]:
        """Return the addresses a file claims, read again only when the file has changed."""
        stamp = _stamp(self.folder / f"{slug}.toml")
        known = self._claimed_by.get(slug)
        if known is None or known[0] != stamp:
            known = self._claimed_by[slug] = (stamp, self._claimed(slug))
        return known[1]

    def _claimed(self, slug: str) -> list[str]:
        """Return the addresses a file claims, even when the rest of the file cannot be read."""
        file = self.folder / f"{slug}.toml"
        try:
            claimed = files.parse(file).get("hosts", [])
        except (Misconfigured, OSError):
            line = HOSTS_LINE.search(file.read_text("utf-8", "replace")) if file.is_file() else None
            claimed = re.findall(r"[\"']([^\"']+)[\"']", line[1]) if line else []
        return (
            [host for host in claimed if isinstance(host, str)] if isinstance(claimed, list) else []
        )

    def _folder_stamp(self) -> tuple[int, ...]:
        return tuple(_stamp(self.folder / f"{slug}.toml") for slug in self.slugs())

    def at(self, host: str) -> Tenant:
        """Return the commune of this host name; UnknownTenant, or Misconfigured if its file is."""
        slug = self.hosts.get(host)
        if slug is None and time.monotonic() - self._scanned > RESCAN_SECONDS:
            self._scanned = time.monotonic()
            if self._folder_stamp() != self._stamp:
                self.scan()
            slug = self.hosts.get(host)
        if slug is None:
            raise UnknownTenant(host)
        return self.tenant(slug)

    def tenant(self, slug: str) -> Tenant:
        """Return a commune by its name, read again if one of its files has changed."""
        stamp = tuple(_stamp(file) for file in files.layers(self.folder, slug))
        if stamp[1] == 0:
            self._tenants.pop(slug, None)
            self.scan()
            raise UnknownTenant(slug)
        known = self._tenants.get(slug)
        if known is None or known[0] != stamp:
            known = self._tenants[slug] = (stamp, self._read(slug))
            self.scan()
        if isinstance(known[1], Misconfigured):
            raise known[1]
        if slug in self.disputed:
            raise Misconfigured(
                self.disputed[slug],
                file=f"{slug}.toml",
                key="hosts",
                cure="donnez une adresse différente à chaque commune",
            )
        return known[1]

    def _read(self, slug: str) -> Tenant | Misconfigured:
        before = self._tenants.get(slug)
        try:
            tenant = Tenant(self, slug)
        except Misconfigured as error:
            return error
        if before and isinstance(before[1], Tenant):
            if before[1].settings.database != tenant.settings.database:
                self._close(slug)
            tenant.users = before[1].users
        return tenant

    # -- databases ---------------------------------------------------------------------------

    def engine(self, tenant: Tenant) -> TenantEngine:
        """Return the commune's open database, closing the ones unused for longest."""
        engine = self._engines.get(tenant.slug)
        if engine is None:
            engine = self._engines[tenant.slug] = make_engine(tenant)
            self._evict(tenant.slug)
        self._engines.move_to_end(tenant.slug)
        return engine

    def _evict(self, wanted: str) -> None:
        for slug in list(self._engines)[: max(0, len(self._engines) - self.keep)]:
            known = self._tenants.get(slug)
            used = known is not None and isinstance(known[1], Tenant) and known[1].users > 0
            if slug != wanted and not used:  # never close under a request
                self._close(slug)

    def _close(self, slug: str) -> None:
        engine = self._engines.pop(slug, None)
        if isinstance(engine, SQLite):
            engine.close()
        elif engine is not None:
            try:
                task = asyncio.get_running_loop().create_task(engine.aclose())
            except RuntimeError:  # no loop, so no pool of a living loop either
                return
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Close every open database."""
        for slug in list(self._engines):
            self._close(slug)
        await asyncio.gather(*self._closing, return_exceptions=True)


def make_engine(tenant: Tenant) -> TenantEngine:
    """Return an engine on the commune's database; nothing is opened yet."""
    url = tenant.settings.database.url
    if url:
        return Postgres(url)
    file = tenant.folder / "portal.sqlite"
    if not file.is_file():
        # opened all the same it would be made, empty: an unmounted disk must not look like that
        raise Unavailable(f"no database of {tenant.slug} at its place")
    return SQLite(file)


def make_key(folder: Path) -> None:
    """Give a commune its secret key, readable by the service alone, unless it has one."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "secret.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
