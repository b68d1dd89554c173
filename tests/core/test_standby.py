"""Figures are read on a standby while it may be; whatever happens to it, somebody answers."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from ribambelle.database import Postgres, using
from ribambelle.database.names import named
from ribambelle.database.standby import Following, StandbyEngine
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.tenants import Tenant, doctor
from ribambelle.testing import Communes
from ribambelle.web.portal import Portal

NOWHERE = "postgresql://lecture@127.0.0.1:1/{base}"
PAGES = (
    "/bureau/creche/statistiques",
    "/bureau/creche/statistiques/export/csv",
    "/bureau/creche/statistiques/export/xlsx",
    "/bureau/creche/statistiques/admissions",
    "/bureau/creche/statistiques/besoins",
    "/bureau/assmat/chiffres",
    "/creche/statistiques",
)


def with_standby(communes: Communes, address: str) -> Tenant:
    """Say in the file of a commune where its figures may be read."""
    platform = communes.app.platform
    file = platform.folder / "alpha.toml"
    file.write_text(f'{file.read_text()}\n[standby]\nurl = "{address}"\n')
    return platform.tenant("alpha")


def itself(communes: Communes) -> str:
    """Return an address that leads to the main server, as that of a standby brought up by mistake."""
    url = communes.alpha.tenant.settings.database.url
    return url.replace(f"/{named(url)}", "/{base}") if url else NOWHERE


async def told(tenant: Tenant) -> list[tuple[str, str]]:
    """Return what the doctor says of the standby."""
    found = await doctor.examined(tenant.platform, network=False)
    return [(one.level, one.told) for one in found if "base de secours" in one.told]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (NOWHERE, "n’est pas à cette adresse"),
        ("", "ce n’est pas un serveur de secours"),
        ("other", "ce n’est pas la même base"),
    ],
    ids=["away", "not a standby", "another base"],
)
async def test_without_a_standby_that_follows_the_main_base_answers(
    communes: Communes, address: str, why: str
) -> None:
    if address == "other":
        address = communes.beta.tenant.settings.database.url or NOWHERE
    tenant = with_standby(communes, address or itself(communes))
    agent = await communes.alpha.staff(Grant("agent"))

    page = await agent.get("/bureau/creche/statistiques")
    findings = await told(tenant)

    assert page.status_code == 200
    if tenant.settings.database.url:
        assert why in page.text
        assert "viennent de la base principale" in page.text
        assert [level for level, _ in findings] == ["fault"]
        assert why in findings[0][1]
    else:  # a file has no standby
        assert "base de secours" not in page.text
        assert findings == []


async def test_a_commune_that_names_none_is_told_nothing(communes: Communes) -> None:
    page = await (await communes.alpha.staff(Grant("agent"))).get("/bureau/creche/statistiques")

    assert "base de secours" not in page.text
    assert await told(communes.alpha.tenant) == []


def test_every_page_of_figures_says_so(shared_app: Portal) -> None:
    """One that forgot would weigh on the main base without anybody seeing it."""
    names = {
        str(handler.name): bool(handler.opt.get("figures"))
        for route in shared_app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.name
    }
    figures = {
        name
        for name in names
        if name.startswith(("creche.statistics", "assmat.office.figures")) and name
    }

    assert len(figures) >= 9
    assert {name for name, said in names.items() if said} == figures


class Spied(StandbyEngine):
    """A standby that follows, and counts what is asked of it."""

    __slots__ = ()
    asked: list[str] = []

    async def follows(self, most: object) -> Following:
        return Following(True)

    async def alone(self, sql: str, args: Sequence[Any]) -> list[Any]:
        Spied.asked.append(sql)
        return await super().alone(sql, args)


async def test_figures_are_asked_of_the_standby_and_the_rest_is_not(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sessions and the journal of a page of figures are written on the main base."""
    monkeypatch.setattr("ribambelle.tenants.registry.StandbyEngine", Spied)
    tenant = with_standby(communes, itself(communes))
    browser = await communes.alpha.staff(Grant("agent"), Grant("admin"))
    asked: dict[str, int] = {}
    for path in (*PAGES, "/bureau"):
        Spied.asked.clear()
        answer = await browser.get(path)
        asked[path] = len(Spied.asked)
        assert answer.status_code == 200, path
        assert {one.split()[0] for one in Spied.asked} <= {"SELECT", "WITH"}

    is_served = bool(tenant.settings.database.url)
    assert {path for path, many in asked.items() if many} == (set(PAGES) if is_served else set())


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_nothing_is_ever_written_there(communes: Communes) -> None:
    """The server itself refuses, were it a standby that somebody had promoted."""
    tenant = with_standby(communes, itself(communes))
    standby = tenant.standby
    assert standby is not None

    with tenant.here(), using(standby), pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await Account.insert(Account(email="a@b.test", kind="family"))


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_twin_a_session_not_opened_to_read_alone_would_write(communes: Communes) -> None:
    tenant = with_standby(communes, itself(communes))
    plain = Postgres(tenant.settings.database.url)

    with tenant.here(), using(plain):
        before = await Account.count()
        await Account.insert(
            Account(email="a@b.test", kind="family", name="", created_at=tenant.now())
        )
        after = await Account.count()

    assert after == before + 1
    await plain.aclose()


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_a_standby_that_stops_in_the_middle_is_answered_for(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stopped(self: StandbyEngine, most: object) -> Following:
        return Following(True)

    monkeypatch.setattr(StandbyEngine, "follows", stopped)
    tenant = with_standby(communes, NOWHERE)
    await communes.alpha.staff(Grant("agent"))

    with tenant.here():
        there = await Account.count()
        assert tenant.standby is not None
        with using(tenant.standby):
            many = await asyncio.gather(*(Account.count() for _ in range(3)))

    assert many == [there] * 3
