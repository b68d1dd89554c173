"""Two communes made for one test, and the people who visit them."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from ribambelle.clock import Clock
from ribambelle.database import template
from ribambelle.identity import Grant, accounts, households
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.sessions import OpenSession
from ribambelle.identity.tables import Account
from ribambelle.jobs import worker
from ribambelle.messages.tables import Message
from ribambelle.tenants import Platform, Tenant
from ribambelle.tenants.registry import make_key
from ribambelle.testing import recycling
from ribambelle.web.portal import Portal

LINK = re.compile(r"http://\S+")


@dataclass
class Town:
    """One commune of a test."""

    app: Portal
    slug: str

    @property
    def tenant(self) -> Tenant:
        """The commune, as its file stands now."""
        return self.app.platform.tenant(self.slug)

    @contextmanager
    def here(self) -> Iterator[Tenant]:
        """Make queries of the block go to this commune."""
        with self.tenant.here() as tenant:
            yield tenant

    @property
    def host(self) -> str:
        """The host name it answers at."""
        return f"{self.slug}.localhost"

    def settle(self, table: str, **keys: str | bool | int | list[str]) -> None:
        """Write a table in the commune's file: ``town.settle("sms", provider="file")``."""
        file = self.app.platform.folder / f"{self.slug}.toml"
        # texts, numbers and lists are written alike in TOML and in JSON
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
        text = file.read_text("utf-8")
        file.write_text("\n".join([text, f"[{table}]", *lines, ""]), "utf-8")

    def visitor(self) -> httpx.AsyncClient:
        """Return a new browser, signed in as nobody; redirections are not followed."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url=f"http://{self.host}:8000")

    async def family(
        self, email: str = "camille@example.test", name: str = ""
    ) -> httpx.AsyncClient:
        """Return a browser signed in as this family, opening its account the first time."""
        with self.here() as tenant:
            account = await accounts.open_family(email, tenant.now())
            if name:
                await Account.update({Account.name: name}).where(Account.id == account.id)
            return await self._signed_in(account, strong=False)

    async def parent(
        self, email: str, name: str, **children: date | None
    ) -> tuple[httpx.AsyncClient, dict[str, int]]:
        """Return a browser of a parent whose family is in the register, and its children's numbers.

        :param children: by given name, when each was born; None for one who is expected.
        """
        given, _, family = name.partition(" ")
        with self.here() as tenant:
            now = tenant.now()
            account = await accounts.open_family(email, now)
            household = await households.create(
                [AdultEntry(given, family, email, account=account.id)], None, now
            )
            numbers = {
                child: await households.add_child(household, child, family, born_on=born_on)
                for child, born_on in children.items()
            }
        return await self.family(email, name), numbers

    async def staff(
        self,
        *grants: Grant,
        email: str = "agent@example.test",
        name: str = "Sophie Laurent",
        strong: bool = True,
    ) -> httpx.AsyncClient:
        """Return a browser signed in as staff with these roles; an agent when none is named."""
        with self.here() as tenant:
            account = await accounts.create_staff(
                email, name, list(grants or [Grant("agent")]), tenant.now()
            )
            return await self._signed_in(account, strong=strong)

    async def _signed_in(self, account: Account, *, strong: bool) -> httpx.AsyncClient:
        secret = await OpenSession().sign_in(account, self.tenant.now(), strong=strong)
        browser = self.visitor()
        browser.cookies.set("session", secret, domain=self.host, path="/")
        return browser

    async def work(self) -> int:
        """Run the jobs that are due; return how many ran."""
        return await worker.drain(self.tenant)

    async def mail(self, recipient: str = "") -> list[Message]:
        """Return the messages written so far, to somebody or to all, the oldest first."""
        with self.here():
            question = Message.objects().order_by(Message.id)
            return await (question.where(Message.recipient == recipient) if recipient else question)

    async def link(self, recipient: str) -> str:
        """Return the path of the link in the last message to somebody, once jobs have run."""
        await self.work()
        found = LINK.findall((await self.mail(recipient))[-1].text)
        return str(httpx.URL(found[0]).raw_path.decode())


@dataclass
class Communes:
    """The two communes of a test; nothing of one may ever be seen from the other."""

    app: Portal
    alpha: Town
    beta: Town

    @property
    def both(self) -> tuple[Town, Town]:
        """The two, in order."""
        return self.alpha, self.beta


async def bring_up(
    app: Portal, folder: Path, templates: Path, server: str, plugins: Iterable[str]
) -> Communes:
    """Make two communes; `server` is a PostgreSQL address, or empty for SQLite."""
    platform = app.platform
    packages = platform.plugins.only(plugins).packages()
    for slug in ("alpha", "beta"):
        make_key(platform.data / slug)
        url = await recycling.emptied(server, slug, packages, templates) if server else ""
        if not url:
            await template.create(platform.data / slug / "portal.sqlite", packages, templates)
        (folder / f"{slug}.toml").write_text(_file(slug, plugins, url), "utf-8")
    platform.scan()
    return Communes(app, Town(app, "alpha"), Town(app, "beta"))


def _file(slug: str, plugins: Iterable[str], url: str) -> str:
    lines = [
        f'name = "{slug.capitalize()}"',
        f'hosts = ["{slug}.localhost"]',
        f"plugins = {json.dumps(list(plugins))}",
        "demo = true",
        "[contact]",
        'phone = "05 00 00 00 00"',
        f'email = "mairie@{slug}.test"',
    ]
    if url:
        lines += ["[database]", f'url = "{url}"']
    return "\n".join(lines) + "\n"


def fresh_platform(app: Portal, folder: Path, clock: Clock) -> None:
    """Point an application made once at the communes of one test."""
    app.platform = Platform(
        folder,
        folder / "data",
        plugins=app.platform.plugins,
        clock=clock,
    )
