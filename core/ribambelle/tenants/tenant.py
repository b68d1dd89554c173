"""One commune, and what it means to be in it."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from ribambelle.database.door import current_engine
from ribambelle.database.engine import TenantEngine
from ribambelle.errors import Misconfigured, NoTenant
from ribambelle.tenants import settings as files

if TYPE_CHECKING:
    from ribambelle.database.standby import StandbyEngine
    from ribambelle.plugins import Enabled
    from ribambelle.tenants.registry import Platform

S = TypeVar("S", bound=msgspec.Struct)
_current: ContextVar["Tenant"] = ContextVar("tenant")
THOUGH_FROZEN: ContextVar[bool] = ContextVar("though_frozen", default=False)
"""Whether this writes in a frozen commune all the same: see `Tenant.here`."""
FREEZE = "frozen"
"""Mark in a commune's data: while it is there, nothing is written."""
LEARNING = "learning"
"""Mark in the data of a space to learn in: its people are invented, whatever its file says."""


def current() -> "Tenant":
    """Return the commune this code runs for; raises NoTenant outside any commune."""
    try:
        return _current.get()
    except LookupError:
        raise NoTenant("no tenant is current") from None


class Tenant:
    """A commune as its files describe it at this moment; made again when they change."""

    def __init__(self, platform: "Platform", slug: str) -> None:
        self.platform, self.slug = platform, slug
        file = f"{slug}.toml"
        raw = files.read(platform.folder, slug)
        schemas = dict(platform.plugins.each("settings"))
        known = frozenset([*platform.plugins.names, *platform.plugins.broken])
        self.settings = files.commune(raw, known, file)
        self._require_installed(file)
        self._require_said_fictional(file)
        self.hooks: Enabled = platform.plugins.only(self.settings.plugins)
        self._of = {
            name: files.convert(raw.get(name, {}), schemas[name], file, name)
            for name in self.settings.plugins
            if name in schemas
        }
        self.zone = ZoneInfo(self.settings.timezone)

    def _require_installed(self, file: str) -> None:
        """Refuse an unknown plugin; one put aside takes down only what it offers."""
        installed = self.platform.plugins
        for name in self.settings.plugins:
            if name not in installed.names and name not in installed.broken:
                raise Misconfigured(
                    f"module inconnu « {name} »",
                    file=file,
                    key="plugins",
                    cure=f"modules installés : {', '.join(installed.names)}",
                )

    def _require_said_fictional(self, file: str) -> None:
        """Refuse to serve invented people as if they were real, to the treasury's harm."""
        if self.is_for_learning and not (self.settings.fictional and self.settings.demo):
            raise Misconfigured(
                "cet espace a été ouvert pour apprendre, avec des personnes inventées, et son "
                "fichier ne le dit plus",
                file=file,
                key="fictional" if not self.settings.fictional else "demo",
                cure="écrivez de nouveau fictional = true et demo = true, puis fermez-le par "
                f"« ribambelle tenant delete {self.slug} » s’il ne sert plus",
            )

    def __repr__(self) -> str:
        return f"<Tenant {self.slug}>"

    def of(self, schema: type[S]) -> S:
        """Return the commune's settings for the plugin whose schema this is."""
        for value in self._of.values():
            if isinstance(value, schema):
                return value
        raise NoTenant(f"{self.slug} has no settings of {schema.__name__}: plugin not enabled")

    @property
    def folder(self) -> Path:
        """The commune's own folder of data."""
        return self.platform.data / self.slug

    @property
    def engine(self) -> TenantEngine:
        """The commune's database, opened when first asked for."""
        return self.platform.engine(self)

    @property
    def standby(self) -> "StandbyEngine | None":
        """Where the commune's figures may be read, when it has such a place."""
        return self.platform.standby(self)

    @property
    def is_frozen(self) -> bool:
        """Whether the commune is only read, in every process, until the mark is taken away."""
        return (self.folder / FREEZE).exists()

    @property
    def frozen_since(self) -> datetime | None:
        """When the commune was made read only; None when it is not."""
        try:
            mark = (self.folder / FREEZE).stat()
        except FileNotFoundError:
            return None
        return datetime.fromtimestamp(mark.st_mtime, self.zone)

    @property
    def is_for_learning(self) -> bool:
        """Whether the data here were invented when the space was opened."""
        return (self.folder / LEARNING).exists()

    @contextmanager
    def here(self, *, though_frozen: bool = False) -> Iterator["Tenant"]:
        """Make everything in the block happen in this commune.

        :param though_frozen: write all the same; only for whoever froze the commune, and for the
            work that it waits for.
        """
        self.platform.users[self.slug] += 1
        engine, tenant = current_engine.set(self.engine), _current.set(self)
        frozen = THOUGH_FROZEN.set(though_frozen)
        try:
            yield self
        finally:
            THOUGH_FROZEN.reset(frozen)
            _current.reset(tenant)
            current_engine.reset(engine)
            self.platform.users[self.slug] -= 1

    def now(self) -> datetime:
        """Return the present moment in the commune's time zone."""
        return self.platform.clock().astimezone(self.zone)

    def url(self, path: str = "/") -> str:
        """Return an absolute link to a page; the host comes from the file, never from a request."""
        host = self.settings.hosts[0]
        if host.endswith(".localhost"):
            return f"http://{host}:{self.platform.port}{path}"
        return f"https://{host}{path}"

    @property
    def mail_goes_nowhere(self) -> bool:
        """Whether families would wait for messages that no server takes.

        A demonstration, and what answers on this machine only, keep them in a folder.
        """
        return self._is_real and not self.settings.mail.server

    @property
    def sends_sms(self) -> bool:
        """Whether a family may choose SMS: a provider takes them, or a demonstration shows them."""
        provider = self.settings.sms.provider
        return provider == "ovh" or (provider == "file" and not self._is_real)

    @property
    def hears_of_sms(self) -> bool:
        """Whether somebody is to say here what became of each SMS."""
        return bool(self.settings.sms.receipt_secret)

    @property
    def _is_real(self) -> bool:
        real = any(not host.endswith(".localhost") for host in self.settings.hosts)
        return real and not self.settings.demo

    @cached_property
    def key(self) -> bytes:
        """The commune's own secret, made with its folder and never shared."""
        file = self.folder / "secret.key"
        if not file.is_file():
            raise Misconfigured(
                "la clé secrète de la commune est absente",
                file=str(file),
                cure="restaurez-la depuis votre sauvegarde, ou lancez « ribambelle tenant upgrade »",
            )
        return file.read_bytes()

    def sign(self, purpose: str, text: str) -> str:
        """Return a code that only this commune can make for this text and purpose."""
        told = f"{self.slug}\0{purpose}\0{text}".encode()
        return hmac.new(self.key, told, hashlib.sha256).hexdigest()
