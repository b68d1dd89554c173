"""A real standby, fed by the main server: read while it follows, left when it does not."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from ribambelle.database import using
from ribambelle.database.standby import UNNOTICED, Following, StandbyEngine
from ribambelle.identity import Grant
from ribambelle.tenants import Tenant, doctor
from ribambelle.tenants.doctor import Finding
from ribambelle.testing import Communes, Town, postgres
from ribambelle_cli.fleet_statistics import gathered
from ribambelle_creche.tables import FrozenCount

pytestmark = pytest.mark.slow
SETTINGS = ("fsync=off", "max_connections=60", "wal_receiver_status_interval=1s")
PAGE = "/bureau/creche/statistiques"


@pytest.fixture
def folders() -> Iterator[tuple[Path, Path]]:
    """A server and its standby."""
    main, standby = (Path(tempfile.mkdtemp(prefix="ribambelle-pair-")) for _ in range(2))
    try:
        postgres.start_server(main, SETTINGS)
        postgres.start_standby(standby, main, SETTINGS)
        yield main, standby
        for one in (standby, main):
            if (one / "data" / "postmaster.pid").exists():
                postgres.stop(one)
    finally:
        for one in (standby, main):
            shutil.rmtree(one, ignore_errors=True)


@pytest.fixture
def database_server(folders: tuple[Path, Path]) -> str:
    return f"postgresql://{postgres.OWNER}@/postgres?host={folders[0]}"


def followed(communes: Communes, standby: Path, late: int) -> Tenant:
    """Write in the platform's own file where every commune's figures may be read."""
    platform = communes.app.platform
    address = f"postgresql://{postgres.OWNER}@/{{base}}?host={standby}"
    said = f'[standby]\nurl = "{address}"\nlate_seconds = {late}\n'
    (platform.folder / "platform.toml").write_text(said)
    return platform.tenant("alpha")


async def on_standby(tenant: Tenant, sql: str) -> None:
    assert tenant.standby is not None
    raw = await asyncpg.connect(tenant.standby.url)
    await raw.execute(sql)
    await raw.close()


async def caught_up(tenant: Tenant) -> None:
    """Wait until the standby has all that was kept until now."""
    assert tenant.standby is not None
    (kept,) = await tenant.engine.alone("SELECT pg_current_wal_flush_lsn()::text AS at", ())
    raw = await asyncpg.connect(tenant.standby.url)
    for _ in range(600):
        if await raw.fetchval("SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", kept["at"]):
            break
        await asyncio.sleep(0.1)
    await raw.close()


async def freeze(tenant: Tenant, quartier: str) -> None:
    """Publish a count of a quartier, on the main base."""
    with tenant.here():
        await FrozenCount(month="2026-10", quartier=quartier, age_group="baby", children=30).save()


async def shown(town: Town) -> tuple[str, str]:
    """Return what the town hall is told of where figures are read, and the figures published."""
    page = await (await town.staff(Grant("agent"), email="a@mairie.test")).get(PAGE)
    figures: httpx.Response = await town.visitor().get("/creche/statistiques/export/csv")
    assert (page.status_code, figures.status_code) == (200, 200)
    return page.text, figures.text


async def test_figures_come_from_the_standby_while_it_follows(
    communes: Communes, folders: tuple[Path, Path]
) -> None:
    tenant = followed(communes, folders[1], late=3600)
    await freeze(tenant, "Île de Nantes")
    await caught_up(tenant)

    page, figures = await shown(communes.alpha)
    assert "base de secours" not in page
    assert "Île de Nantes" in figures

    # what is told here of the standby alone proves where a page was read
    await on_standby(tenant, "SELECT pg_wal_replay_pause()")
    await freeze(tenant, "Doulon")
    await asyncio.sleep(UNNOTICED.total_seconds())
    page, figures = await shown(communes.alpha)
    assert "La base de secours est en retard : elle s’arrête au" in page
    assert "Doulon" not in figures
    report = await gathered(tenant.platform, "2026-10")
    assert all("Doulon" not in str(one) for one in report.tables)
    (lag,) = await doctored(tenant)
    assert (lag.level, "s’arrête au" in lag.told) == ("remark", True)

    await on_standby(tenant, "SELECT pg_wal_replay_resume()")
    await caught_up(tenant)
    _, figures = await shown(communes.alpha)
    assert "Doulon" in figures


async def test_a_standby_too_far_behind_is_left_and_the_page_says_up_to_when(
    communes: Communes, folders: tuple[Path, Path]
) -> None:
    tenant = followed(communes, folders[1], late=0)
    await on_standby(tenant, "SELECT pg_wal_replay_pause()")
    await freeze(tenant, "Doulon")

    page, figures = await shown(communes.alpha)
    (lag,) = await doctored(tenant)

    assert "elle s’arrête au" in page
    assert "Ces chiffres viennent de la base principale" in page
    assert "Doulon" in figures
    assert lag.level == "fault"


async def test_a_standby_that_is_down_is_left_and_the_doctor_says_so(
    communes: Communes, folders: tuple[Path, Path]
) -> None:
    tenant = followed(communes, folders[1], late=3600)
    await freeze(tenant, "Doulon")
    await shown(communes.alpha)

    postgres.stop(folders[1])
    page, figures = await shown(communes.alpha)
    (lag,) = await doctored(tenant)

    assert "La base de secours n’est pas lue" in page
    assert "Doulon" in figures
    assert lag.level == "fault"


async def test_nothing_is_written_there_even_once_it_is_a_server_of_its_own(
    communes: Communes, folders: tuple[Path, Path]
) -> None:
    tenant = followed(communes, folders[1], late=3600)
    await on_standby(tenant, "SELECT pg_promote()")
    standby = tenant.standby
    assert standby is not None

    with tenant.here(), using(standby), pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await FrozenCount(month="2026-10", quartier="Doulon", age_group="baby", children=1).save()
    page, _ = await shown(communes.alpha)

    assert "ce n’est pas un serveur de secours" in page


async def test_twin_a_standby_believed_whatever_it_lacks_shows_old_figures(
    communes: Communes, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def believed(self: StandbyEngine, most: object) -> Following:
        return Following(True)

    monkeypatch.setattr(StandbyEngine, "follows", believed)
    tenant = followed(communes, folders[1], late=0)
    await on_standby(tenant, "SELECT pg_wal_replay_pause()")
    await freeze(tenant, "Doulon")

    _, figures = await shown(communes.alpha)

    assert "Doulon" not in figures


async def doctored(tenant: Tenant) -> list[Finding]:
    found = await doctor.examined(tenant.platform, network=False)
    return [one for one in found if "base de secours" in one.told and one.where == "alpha"]
