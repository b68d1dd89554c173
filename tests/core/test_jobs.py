"""Jobs and messages: once, after the change, again when they fail."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from piccolo.columns.combination import WhereRaw

from ribambelle import hookimpl
from ribambelle.database import DOOR, transaction
from ribambelle.jobs import Schedule, later, queue
from ribambelle.jobs import worker as jobs_worker
from ribambelle.jobs.tables import Job
from ribambelle.messages import post
from ribambelle.plugins import Plugins
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, FrozenClock, Town


class Worker:
    """A plugin of the test, whose jobs are counted."""

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.breaks = False
        self.daily = 0
        self.long, self.begun = asyncio.Event(), asyncio.Event()

    @hookimpl
    def jobs(self) -> dict[str, Any]:
        async def count(number: int) -> None:
            self.ran.append(number)
            if self.breaks:
                raise RuntimeError("no")

        async def daily() -> None:
            self.daily += 1

        async def long() -> None:
            self.begun.set()
            await self.long.wait()

        return {"count": count, "daily": daily, "long": long}

    @hookimpl
    def schedules(self) -> list[Schedule]:
        return [Schedule("daily", hour=9)]


@pytest.fixture
def worker(installed: Plugins, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    plugin, real = Worker(), installed.folder
    monkeypatch.setattr(
        Plugins, "folder", lambda self, name, part: None if name == "worker" else real(name, part)
    )
    installed.manager.register(plugin, "worker")
    yield plugin
    installed.manager.unregister(plugin)


@pytest.fixture
def enabled_plugins(worker: Worker) -> list[str]:
    return ["worker"]


async def test_a_job_runs_once(communes: Communes, worker: Worker) -> None:
    with communes.alpha.here():
        await later("worker", "count", number=1)

    await communes.alpha.work()
    await communes.alpha.work()

    assert worker.ran == [1]


@pytest.mark.asvs("15.2.2")
async def test_long_work_keeps_neither_a_link_nor_another_commune_waiting(
    communes: Communes, worker: Worker
) -> None:
    with communes.alpha.here():
        await later("worker", "long")
        await post("messages/sign_in", "a@b.test", link="x")
    with communes.beta.here():
        await later("worker", "count", number=2)

    working = asyncio.create_task(jobs_worker.work(communes.app.platform, timedelta(0)))
    await asyncio.wait_for(worker.begun.wait(), 20)
    with communes.alpha.here():  # asked once the computation has begun: it does not wait either
        await post("messages/sign_in", "c@d.test", link="x")
    async with asyncio.timeout(20):
        while worker.ran != [2] or not all(m.sent_at for m in await communes.alpha.mail()):
            await asyncio.sleep(0.01)

    worker.long.set()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def comes_in_behind(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Look once at a commune where a job comes in just behind the last look at its queue."""
    look, seen = jobs_worker.drain, dict[str, Any]()

    async def looked(tenant: Tenant) -> int:
        done = await look(tenant)
        with tenant.here():
            await later("worker", "count", number=7)
        monkeypatch.setattr(jobs_worker, "drain", look)
        return done

    monkeypatch.setattr(jobs_worker, "drain", looked)
    await jobs_worker.serve(communes.app.platform, "alpha", seen)
    return seen


async def test_a_job_that_comes_in_behind_the_last_look_is_run_at_the_next(
    communes: Communes, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await comes_in_behind(communes, monkeypatch)

    await jobs_worker.serve(communes.app.platform, "alpha", seen)

    assert worker.ran == [7]


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_dated_after_the_look_a_commune_would_keep_that_job_waiting(
    communes: Communes, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = communes.app.platform.tenant("alpha")
    seen = await comes_in_behind(communes, monkeypatch)
    await asyncio.sleep(2 * jobs_worker.TICK / 1e9)
    seen["alpha"] = (jobs_worker._stamp(tenant), seen["alpha"][1])

    await jobs_worker.serve(communes.app.platform, "alpha", seen)

    assert worker.ran == []


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_a_commune_where_nothing_changes_is_not_looked_at(
    communes: Communes, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, looks, look = dict[str, Any](), [], jobs_worker.drain

    async def counted(tenant: Tenant) -> int:
        looks.append(tenant.slug)
        return await look(tenant)

    monkeypatch.setattr(jobs_worker, "drain", counted)
    for _ in range(6):
        await asyncio.sleep(2 * jobs_worker.TICK / 1e9)
        await jobs_worker.serve(communes.app.platform, "alpha", seen)

    assert len(looks) == 2  # the first writes the schedules of the day, the second nothing


async def test_a_job_named_once_is_queued_once(communes: Communes, worker: Worker) -> None:
    with communes.alpha.here():
        for _ in range(3):
            await later("worker", "count", once="the-same", number=1)

    await communes.alpha.work()

    assert worker.ran == [1]


async def test_a_change_undone_leaves_no_job(communes: Communes, worker: Worker) -> None:
    with communes.alpha.here(), pytest.raises(RuntimeError):
        async with transaction():
            await later("worker", "count", number=1)
            raise RuntimeError

    await communes.alpha.work()

    assert worker.ran == []


async def test_a_job_that_fails_comes_back_later(
    communes: Communes, worker: Worker, clock: FrozenClock
) -> None:
    worker.breaks = True
    with communes.alpha.here():
        await later("worker", "count", number=1)
    await communes.alpha.work()
    await communes.alpha.work()
    assert worker.ran == [1]

    worker.breaks = False
    clock.move(minutes=1)
    await communes.alpha.work()
    await communes.alpha.work()

    assert worker.ran == [1, 1]


async def test_a_lease_is_for_one_worker(communes: Communes, worker: Worker) -> None:
    with communes.alpha.here() as tenant:
        for number in range(10):
            await later("worker", "count", number=number)

        taken = await asyncio.gather(*(queue.take(tenant.now()) for _ in range(30)))

    numbers = [job.id for job in taken if job is not None]
    assert len(numbers) == len(set(numbers)) == 10


async def long_job(communes: Communes, clock: FrozenClock, worker: Worker) -> tuple[bool, bool]:
    """Run a job for longer than a lease; tell whether it counts as running, and who else takes it."""
    with communes.alpha.here():
        await later("worker", "long")
    working = asyncio.create_task(communes.alpha.work())
    await asyncio.wait_for(worker.begun.wait(), 20)
    for _ in range(4):
        clock.move(minutes=2)
        await asyncio.sleep(0.05)
    with communes.alpha.here() as tenant:
        counts, taken = await queue.running(tenant.now()), []
        while job := await queue.take(tenant.now()):
            taken.append(job.name)
    worker.long.set()
    await working
    return counts, "long" in taken


async def test_a_job_longer_than_its_lease_is_not_taken_twice(
    communes: Communes, clock: FrozenClock, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_worker, "HELD", 0.005)

    assert await long_job(communes, clock, worker) == (True, False)
    with communes.alpha.here():
        assert not await Job.exists().where(Job.name == "long")


async def test_twin_without_renewing_it_another_worker_would_take_it(
    communes: Communes, clock: FrozenClock, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgotten(job: Job, now: datetime) -> None: ...

    monkeypatch.setattr(jobs_worker, "HELD", 0.005)
    monkeypatch.setattr(queue, "hold", forgotten)

    assert await long_job(communes, clock, worker) == (False, True)


async def test_a_worker_that_died_gives_its_job_back(
    communes: Communes, worker: Worker, clock: FrozenClock
) -> None:
    with communes.alpha.here() as tenant:
        await later("worker", "count", number=1)
        assert await queue.take(tenant.now()) is not None
        assert await queue.take(tenant.now()) is None

        clock.move(minutes=6)
        assert await queue.take(tenant.now()) is not None


async def test_the_jobs_of_one_commune_stay_there(communes: Communes, worker: Worker) -> None:
    with communes.alpha.here():
        await later("worker", "count", number=1)

    await communes.beta.work()

    assert worker.ran == []


async def test_a_schedule_runs_once_a_day(
    communes: Communes, worker: Worker, clock: FrozenClock
) -> None:
    for _ in range(3):
        await communes.alpha.work()
    assert worker.daily == 1

    clock.move(hours=22)
    await communes.alpha.work()
    assert worker.daily == 1
    clock.move(hours=2)
    await communes.alpha.work()
    assert worker.daily == 2


async def test_a_message_is_written_with_its_change_and_sent_once(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await post("messages/sign_in", "camille@example.test", link="http://x")
    assert (await town.mail())[0].sent_at is None

    await town.work()
    await town.work()

    assert (await town.mail())[0].sent_at is not None
    with town.here() as tenant:
        files = list((tenant.folder / "outbox").iterdir())
        assert await Job.count() == 0
    assert len(files) == 1
    assert b"camille@example.test" in files[0].read_bytes()


@pytest.mark.asvs("1.3.11")
async def test_a_name_never_becomes_a_header(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await post(
            "messages/invitation", "a@example.test", link="x", name="Eve\nBcc: all@example.test"
        )

    await town.work()

    with town.here() as tenant:
        (file,) = (tenant.folder / "outbox").iterdir()
    assert b"\nBcc:" not in file.read_bytes().partition(b"\n\n")[0]


PLANS = ("hashjoin", "mergejoin", "hashagg", "material", "sort")
"""What PostgreSQL plans with, once it knows how many jobs there are."""


async def leased(town: Town) -> int:
    """Take one job with the plan that asks the inner question once a row; count those leased."""
    with town.here() as tenant:
        if DOOR.engine_type == "postgres":
            await DOOR.fetch("TRUNCATE core_job")  # rows lie in the order they are written
        for number in range(5):
            await later("core", "purge", once=f"job {number}", at=tenant.now())
        async with transaction():
            if DOOR.engine_type == "postgres":
                for part in PLANS:
                    await DOOR.fetch(f"SET LOCAL enable_{part} = off")
            await queue.take(tenant.now())
            return int(await Job.count().where(Job.leased_until.is_not_null()))


async def test_taking_one_job_leases_one_job(communes: Communes) -> None:
    assert await leased(communes.alpha) == 1


async def test_a_list_of_one_would_lease_them_all(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, and why `take` does not say IN: on PostgreSQL the list is asked for each row."""
    monkeypatch.setattr(queue, "WhereRaw", lambda text, due: WhereRaw('"id" IN ({})', due))

    found = await leased(communes.alpha)

    with communes.alpha.here():
        assert found == (5 if DOOR.engine_type == "postgres" else 1)
