"""A machine lost with all it held: what the last copy brings back, and what it cannot."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from anyio import to_thread
from tests.proofs.copying import copying
from tests.proofs.serving import serving
from tests.proofs.writers import Writers

from ribambelle.backups import depot, snapshots
from ribambelle.backups.depot import Depot
from ribambelle.database import template
from ribambelle.database.names import named, renamed
from ribambelle.identity import Grant
from ribambelle.tenants import Platform, Tenant, copies
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.browser import free_port
from ribambelle_creche.tables import Desk

pytestmark = pytest.mark.slow
KILLS, SPEED = 6, 30.0
"""How often the machine is lost; how many times sooner than in life its copies are due."""
PROMISED = timedelta(minutes=5)


@dataclass(frozen=True)
class Loss:
    """What one lost machine took away, told in the schedule's own time."""

    acknowledged: int
    lost: list[timedelta]
    """How long before the end each write that no copy holds was acknowledged."""
    before_the_copy: int
    """Writes acknowledged before the copy began, that it does not hold all the same."""
    invented: int


@dataclass
class Machine:
    """A commune served, worked and copied, by processes that are killed together."""

    tenant: Tenant
    writers: Writers
    epoch: datetime

    @property
    def depot(self) -> Depot:
        """Where its copies go."""
        return snapshots.depot_of(self.tenant)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Serve and copy; both are killed at the end of the block, whatever they are doing."""
        folder = self.tenant.platform.folder
        with ExitStack() as running:
            server = running.enter_context(serving(folder, self.writers.port))
            copier = running.enter_context(copying(folder, self.epoch, SPEED))
            with self.writers.at_work():
                yield
                for one in (server, copier):
                    one.send_signal(signal.SIGKILL)

    def until_lost(self, least: float, most: float) -> float:
        """Let people write past a first copy, kill all at no particular moment; return when.

        :param least: minutes of the schedule after that copy, at least.
        """
        known = len(self.depot.stamps())
        with self.at_work():
            end = time.monotonic() + 60
            while len(self.depot.stamps()) == known:
                assert time.monotonic() < end, "no copy was taken"
                time.sleep(0.02)
            time.sleep(random.uniform(least, most) * 60 / SPEED)
            return time.time()

    def began(self, stamp: str) -> float:
        """Return when a copy began, by the machine's clock."""
        since = depot.moment(stamp) - self.epoch
        return self.epoch.timestamp() + since.total_seconds() / SPEED


async def held(machine: Machine, stamp: str, place: Path) -> set[str]:
    """Put a copy back on another machine; return the desks that are there."""
    url = machine.tenant.settings.database.url
    database = renamed(url, f"{named(url)[:40]}_{uuid4().hex[:8]}") if url else ""
    there = Platform(place / "tenants", place / "data", plugins=machine.tenant.platform.plugins)
    await snapshots.opened(machine.depot, stamp, place / "copy")
    await copies.bring_back(copies.opened(place / "copy", there, database), there)
    with there.tenant("alpha").here():
        found = {row["name"] for row in await Desk.select(Desk.name)}
    await there.aclose()
    if database:
        await template.drop(database)
    return found


async def lost_with(machine: Machine, place: Path, least: float, most: float, copy: int) -> Loss:
    """Lose the machine once; return what a copy, the last one or another, does not bring back."""
    lost_at = await to_thread.run_sync(machine.until_lost, least, most)
    await machine.tenant.platform.aclose()
    stamp = machine.depot.stamps()[copy]
    there, when = await held(machine, stamp, place), machine.writers.when
    missing = [name for name in machine.writers.acknowledged if name not in there]
    return Loss(
        acknowledged=len(machine.writers.acknowledged),
        lost=[timedelta(seconds=(lost_at - when[name]) * SPEED) for name in missing],
        before_the_copy=sum(when[name] < machine.began(stamp) for name in missing),
        invented=len(there - machine.writers.sent),
    )


@pytest.fixture
def every_minutes() -> int:
    """What a commune that says nothing has."""
    return 4


@pytest.fixture
async def machine(
    communes: Communes,
    clock: FrozenClock,
    tmp_path_factory: pytest.TempPathFactory,
    every_minutes: int,
) -> Machine:
    epoch = datetime.now(UTC)
    clock.set(epoch)  # the server reads the machine's clock
    platform = communes.app.platform
    file, place = platform.folder / "alpha.toml", tmp_path_factory.mktemp("copies")
    file.write_text(
        f'{file.read_text()}\n[backup]\nfolder = "{place}"\nkey = "{"ab" * 32}"\n'
        f"every_minutes = {every_minutes}\nrecent = 1000\n"
    )
    admin = await communes.alpha.staff(Grant("admin"))
    await platform.aclose()
    writers = Writers(free_port(), admin.cookies["session"])
    return Machine(platform.tenant("alpha"), writers, epoch)


async def test_what_a_lost_machine_takes_away_is_five_minutes_at_most(
    machine: Machine, tmp_path: Path
) -> None:
    found = [
        await lost_with(machine, tmp_path / f"lost-{number}", 0, 4.5, -1) for number in range(KILLS)
    ]

    assert [one.before_the_copy for one in found] == [0] * KILLS
    assert [one.invented for one in found] == [0] * KILLS
    assert [[age for age in one.lost if age > PROMISED] for one in found] == [[]] * KILLS
    # people did write after each copy: a measure that found nothing lost would prove nothing
    assert sum(len(one.lost) for one in found) > KILLS
    assert all(len(one.lost) < one.acknowledged for one in found)


async def test_twin_the_copy_before_the_last_lacks_more(machine: Machine, tmp_path: Path) -> None:
    """Sabotage: what is brought back is not the last copy there was; the clock of the loss turns red."""
    found = await lost_with(machine, tmp_path / "lost", 5.5, 6, 0)

    assert [age for age in found.lost if age > PROMISED]


@pytest.mark.parametrize("every_minutes", [60])
async def test_twin_copies_taken_less_often_lose_more_than_was_promised(
    machine: Machine, tmp_path: Path
) -> None:
    found = await lost_with(machine, tmp_path / "lost", 6, 7, -1)

    assert found.before_the_copy == 0
    assert [age for age in found.lost if age > PROMISED]


async def test_twin_a_copy_of_another_moment_than_it_says_is_seen(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the copy is believed to be of two minutes later than it is."""
    real = Machine.began
    monkeypatch.setattr(Machine, "began", lambda self, stamp: real(self, stamp) + 2 * 60 / SPEED)

    found = await lost_with(machine, tmp_path / "lost", 2.5, 3, -1)

    assert found.before_the_copy > 0
