"""Which commune answers at which address, read from the files and followed as they change."""

import asyncio
import secrets
import time
from collections import Counter, OrderedDict
from functools import partial
from pathlib import Path

import structlog

from ribambelle.clock import Clock, system_clock
from ribambelle.database.engine import TenantEngine
from ribambelle.database.postgres import Postgres
from ribambelle.database.sqlite import SQLite
from ribambelle.database.standby import StandbyEngine
from ribambelle.errors import Misconfigured, ReadOnly, Unavailable
from ribambelle.plugins import Plugins
from ribambelle.tenants import settings as files
from ribambelle.tenants.addresses import CURE, Addresses, stamp_of
from ribambelle.tenants.tenant import THOUGH_FROZEN, Tenant

log = structlog.get_logger(__name__)
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
        self.addresses = Addresses(self.folder, self.data)
        self.users: Counter[str] = Counter()
        """How many are at work in each commune, whatever its files became meanwhile."""
        self._tenants: dict[str, tuple[tuple[int, ...], Tenant | Misconfigured]] = {}
        self._engines: OrderedDict[str, TenantEngine] = OrderedDict()
        self._standbys: dict[str, StandbyEngine] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._warned: set[Path] = set()
        self._scanned = 0.0
        self._stamps: dict[str, int] = {}
        self._changed = 0
        self.scan()

    # -- addresses ---------------------------------------------------------------------------

    def slugs(self) -> list[str]:
        """Return the communes that have a file, in order."""
        found = []
        for file in self.folder.glob("*.toml"):
            name = file.name.removesuffix(".toml")
            if name == "platform" or name.endswith(".secrets"):
                continue
            if file.is_dir():
                self._warn_once(file)
                continue
            found.append(name)
        return sorted(found)

    def _warn_once(self, file: Path) -> None:
        if file not in self._warned:
            self._warned.add(file)
            log.warning("folder_named_like_a_tenant_file", file=str(file))

    @property
    def hosts(self) -> dict[str, str]:
        """Which commune answers at each address."""
        return self.addresses.owners

    def scan(self) -> None:
        """Read again which address belongs to whom."""
        self._changed = stamp_of(self.folder)
        self.addresses.scan(self.slugs())
        self._scanned, self._stamps = time.monotonic(), self._stamps_now()

    def _stamps_now(self) -> dict[str, int]:
        return {slug: stamp_of(self.folder / f"{slug}.toml") for slug in self.slugs()}

    def catch_up(self) -> None:
        """Read again whose the addresses are, if a file came or went since the last look."""
        if stamp_of(self.folder) != self._changed:
            self.scan()

    def learn(self, slug: str) -> None:
        """Read the addresses of a commune whose file this process just wrote, and only those.

        A thousand creations would otherwise read a thousand files each.
        """
        self.addresses.add(slug)
        self._stamps[slug] = stamp_of(self.folder / f"{slug}.toml")
        self._changed = stamp_of(self.folder)

    def at(self, host: str) -> Tenant:
        """Return the commune of this host name; UnknownTenant, or Misconfigured if its file is."""
        slug = self.hosts.get(host) or self._looked_again(host)
        tenant = self.tenant(slug)
        # its file may just have been read again, and have given the address up
        return tenant if self.hosts.get(host) == slug else self.tenant(self._looked_again(host))

    def _looked_again(self, host: str) -> str:
        """Return whose an address is after a new look at the files, at most one a second."""
        if time.monotonic() - self._scanned > RESCAN_SECONDS:
            self._scanned = time.monotonic()
            if self._stamps_now() != self._stamps:
                self.scan()
        if slug := self.hosts.get(host):
            return slug
        if host in self.addresses.claims:
            raise Misconfigured(
                f"l’adresse « {host} » est écrite dans plusieurs fichiers : "
                + ", ".join(f"{one}.toml" for one in self.addresses.claims[host]),
                key="hosts",
                cure=CURE,
            )
        raise UnknownTenant(host)

    def tenant(self, slug: str) -> Tenant:
        """Return a commune by its name, read again if one of its files has changed."""
        stamp = tuple(stamp_of(file) for file in files.layers(self.folder, slug))
        if stamp[1] == 0:
            self.forget(slug)  # nothing of a commune that was deleted stays open
            self.scan()
            raise UnknownTenant(slug)
        known = self._tenants.get(slug)
        if known is None or known[0] != stamp:
            known = self._tenants[slug] = (stamp, self._read(slug))
            if not self.addresses.knows(slug, stamp[1]):
                self.scan()
        if isinstance(known[1], Misconfigured):
            raise known[1]
        if dispute := self.addresses.dispute(slug):
            raise dispute
        return known[1]

    def _read(self, slug: str) -> Tenant | Misconfigured:
        before = self._tenants.get(slug)
        try:
            tenant = Tenant(self, slug)
        except Misconfigured as error:
            return error
        if before and isinstance(before[1], Tenant):
            was, now = before[1].settings, tenant.settings
            if (was.database, was.standby) != (now.database, now.standby):
                self._close(slug)
        return tenant

    def forget(self, slug: str) -> None:
        """Let go of a commune that is no more, or not yet."""
        self._close(slug)
        self._tenants.pop(slug, None)

    # -- databases ---------------------------------------------------------------------------

    def engine(self, tenant: Tenant) -> TenantEngine:
        """Return the commune's open database, closing the ones unused for longest."""
        engine = self._engines.get(tenant.slug)
        if isinstance(engine, SQLite) and engine.is_outlived():
            self._close(
                tenant.slug
            )  # another file bears its name: moved away and back, or restored
            engine = None
        if engine is None:
            engine = self._engines[tenant.slug] = make_engine(tenant)
            engine.require_writable = partial(self._require_writable, tenant, engine)
            self._evict(tenant.slug)
        self._engines.move_to_end(tenant.slug)
        return engine

    def _require_writable(self, tenant: Tenant, engine: TenantEngine) -> None:
        """Refuse to write in a base while it is frozen, or once the commune has left it.

        The mark is looked at first: it is taken away after the files have said where the base is.
        """
        if tenant.is_frozen and not THOUGH_FROZEN.get():
            raise ReadOnly("la commune est en lecture seule pour quelques instants")
        try:
            url = self.tenant(tenant.slug).settings.database.url
        except (Misconfigured, UnknownTenant) as error:
            raise Unavailable("le fichier de la commune ne dit plus où est sa base") from error
        held = engine.url if isinstance(engine, Postgres) else ""
        if held != url or (isinstance(engine, SQLite) and engine.is_outlived()):
            raise ReadOnly("la base de la commune vient de changer de place")

    def standby(self, tenant: Tenant) -> StandbyEngine | None:
        """Return the commune's base on the standby, if its files name one."""
        main, settings = self.engine(tenant), tenant.settings
        address = settings.standby.of(settings.database.url)
        if not address or not isinstance(main, Postgres):
            return None
        if tenant.slug not in self._standbys:
            self._standbys[tenant.slug] = StandbyEngine(address, main)
        return self._standbys[tenant.slug]

    def _evict(self, wanted: str) -> None:
        for slug in list(self._engines)[: max(0, len(self._engines) - self.keep)]:
            if slug != wanted and not self.users[slug]:  # never close under a request
                self._close(slug)

    def _close(self, slug: str) -> None:
        engine = self._engines.pop(slug, None)
        if isinstance(engine, SQLite):
            engine.close()
            return
        for one in (engine, self._standbys.pop(slug, None)):
            if one is None:
                continue
            try:
                task = asyncio.get_running_loop().create_task(one.aclose())
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
        raise Unavailable(
            f"{file} est absent. Vérifiez que le disque est en place, ou restaurez une sauvegarde"
        )
    return SQLite(file, must_exist=True)


def make_key(folder: Path) -> None:
    """Give a commune its secret key, readable by the service alone, unless it has one."""
    # a base made in it is nobody else's to read, whatever the account's umask
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "secret.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
