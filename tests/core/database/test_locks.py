"""Who asks first decides first."""

import asyncio

import pytest
from piccolo.columns import Integer, Serial
from piccolo.table import Table

from ribambelle.database import TenantEngine, advisory, claim, ddl, transaction


class Task(Table, tablename="locks_task"):
    """Something to do once."""

    id: Serial
    done = Integer(default=0)


@pytest.fixture(autouse=True)
async def tables(engine: TenantEngine) -> None:
    await ddl.create(Task)


async def append(locked: bool) -> None:
    """Number a new row after the last one: a chain, which two writers would fork."""
    async with transaction():
        if locked:
            await advisory("chain")
        last = await Task.count()
        await asyncio.sleep(0.002)
        await Task.insert(Task(done=last + 1))


async def test_a_chain_never_forks_under_its_lock():
    await asyncio.gather(*(append(locked=True) for _ in range(10)))

    numbers = await Task.select(Task.done).order_by(Task.id).output(as_list=True)
    assert numbers == list(range(1, 11))


async def test_without_its_lock_the_chain_forks_on_postgresql(engine: TenantEngine):
    """The sabotage of the test above. On SQLite a transaction is alone to write anyway."""
    await asyncio.gather(*(append(locked=False) for _ in range(10)))

    numbers = await Task.select(Task.done).output(as_list=True)
    assert (len(set(numbers)) < 10) == (engine.engine_type == "postgres")


async def test_a_lock_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="open one first"):
        await advisory("chain")


async def test_each_task_is_claimed_by_one_worker():
    await Task.insert(*(Task() for _ in range(40)))

    async def work() -> list[int]:
        taken = []
        while True:
            async with transaction():
                task = await claim(Task.objects().where(Task.done == 0).order_by(Task.id)).first()
                if task is None:
                    return taken
                await asyncio.sleep(0.001)
                await Task.update({Task.done: Task.done + 1}).where(Task.id == task.id)
                taken.append(task.id)

    workers = await asyncio.gather(*(work() for _ in range(5)))

    assert sorted(task for taken in workers for task in taken) == list(range(1, 41))
    assert await Task.count().where(Task.done == 1) == 40
