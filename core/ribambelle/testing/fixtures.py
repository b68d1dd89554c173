"""Fixtures for pytest: ``pytest_plugins = ["ribambelle.testing.fixtures"]``."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ribambelle import demonstration_families, populating
from ribambelle.database import connection
from ribambelle.errors import Misconfigured
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing import settings_once
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, bring_up, fresh_platform
from ribambelle.testing.missing import miss
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import Portal, portal


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of our own; tests that need it are counted without one."""
    folder = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(folder)
    except (NoServer, Misconfigured) as error:
        shutil.rmtree(folder, ignore_errors=True)
        miss("postgresql", str(error))
    yield url
    stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def hasty_disk() -> Iterator[None]:
    """Nothing of a test run is worth a disk's patience, on SQLite as on PostgreSQL."""
    kept, connection.DURABILITY = connection.DURABILITY, "OFF"
    yield
    connection.DURABILITY = kept


@pytest.fixture(scope="session", autouse=True)
def files_read_once() -> Iterator[None]:
    """Thousands of tests write the same file of a commune: what it says is worked out once."""
    with settings_once.reading():
        yield


@pytest.fixture(scope="session")
def installed() -> Plugins:
    """The plugins installed here, found once."""
    return Plugins()


@pytest.fixture(scope="session")
def shared_app(installed: Plugins, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """The portal, made once: its routes do not depend on the communes."""
    folder = tmp_path_factory.mktemp("shared")
    return portal(Platform(folder, folder / "data", plugins=installed))


@pytest.fixture(scope="session")
def templates_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where migrated template databases are kept for the whole run."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that the test moves: Wednesday 25 November 2026, 9 h in Paris."""
    return FrozenClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_server(request: pytest.FixtureRequest) -> str:
    """Where the communes' databases are: nowhere (files), then a PostgreSQL server."""
    if request.param == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres_server")
    return url


@pytest.fixture
def enabled_plugins(installed: Plugins) -> list[str]:
    """The plugins the communes of a test enable; override it to enable others."""
    return installed.names


@pytest.fixture
async def communes(
    shared_app: Portal,
    clock: FrozenClock,
    database_server: str,
    enabled_plugins: list[str],
    templates_folder: Path,
    tmp_path: Path,
) -> AsyncIterator[Communes]:
    """Two fresh communes, `alpha` and `beta`, on each database in turn."""
    fresh_platform(shared_app, tmp_path, clock)
    yield await bring_up(shared_app, tmp_path, templates_folder, database_server, enabled_plugins)
    await shared_app.platform.aclose()


@pytest.fixture
async def populated(communes: Communes) -> Communes:
    """The same two communes; `alpha` is filled as `ribambelle demo --plugin` fills one, `beta` is empty.

    Families, children, accounts and papers, then what the `demo` hook of each plugin invents.
    """
    await populating.fill(communes.alpha.tenant, 2026, "mot de passe de démonstration")
    with communes.alpha.here():
        await demonstration_families.settle(2026)
    return communes


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that may not be committed."""
    folder = os.environ.get("RIBAMBELLE_REAL_DATA", "")
    if not folder or not Path(folder).is_dir():
        miss("real_data", "RIBAMBELLE_REAL_DATA names no folder")
    return Path(folder)
