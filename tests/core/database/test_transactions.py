"""All of it or none of it, whatever happens in between."""

import asyncio
from contextlib import suppress
from itertools import count

import pytest
from piccolo.columns import Integer, Serial, Varchar
from piccolo.engine.exceptions import TransactionError
from piccolo.table import Table

from ribambelle.database import REFUSED, TenantEngine, ddl, for_update, transaction
from ribambelle.errors import Unavailable


class Place(Table, tablename="transactions_place"):
    """A place to give away."""

    id: Serial
    name = Varchar(unique=True)
    taken = Integer(default=0)


class Broken(Exception):
    """What a block of these tests raises."""


@pytest.fixture(autouse=True)
async def tables(engine: TenantEngine) -> None:
    await ddl.create(Place)


async def names() -> list[str]:
    return await Place.select(Place.name).order_by(Place.name).output(as_list=True)


async def add(name: str) -> None:
    await Place.insert(Place(name=name))


async def test_a_block_that_ends_is_kept():
    async with transaction():
        await add("a")
        await add("b")

    assert await names() == ["a", "b"]


@pytest.mark.asvs("2.3.3")
async def test_a_block_that_raises_leaves_nothing():
    with pytest.raises(Broken):
        async with transaction():
            await add("a")
            raise Broken

    assert await names() == []
    await add("b")  # and the database goes on
    assert await names() == ["b"]


async def test_a_part_that_raises_is_undone_alone():
    async with transaction():
        await add("before")
        with pytest.raises(Broken):
            async with transaction():
                await add("within")
                raise Broken
        await add("after")

    assert await names() == ["after", "before"]


async def test_a_part_is_lost_with_the_whole():
    with pytest.raises(Broken):
        async with transaction():
            async with transaction():
                await add("within")
            raise Broken

    assert await names() == []


async def test_parts_within_parts():
    async with transaction(), transaction():
        await add("outer part")
        with pytest.raises(REFUSED):
            async with transaction():
                await add("outer part")
        await add("still here")

    assert await names() == ["outer part", "still here"]


async def test_a_second_transaction_can_be_forbidden(engine: TenantEngine):
    async with transaction():
        with pytest.raises(TransactionError):
            engine.transaction(allow_nested=False)


async def test_others_see_nothing_before_the_end(engine: TenantEngine):
    written, looked = asyncio.Event(), asyncio.Event()

    async def look() -> list[str]:
        await written.wait()
        seen = await names()
        looked.set()
        return seen

    looking = asyncio.create_task(look())  # born outside the transaction
    async with transaction():
        await add("a")
        written.set()
        await looked.wait()
        assert await names() == ["a"]

    assert await looking == []


async def test_a_task_that_outlives_its_transaction_no_longer_writes_in_it():
    ended = asyncio.Event()

    async def late() -> None:
        await ended.wait()
        await add("late")

    with pytest.raises(Broken):
        async with transaction():
            task = asyncio.create_task(late())
            raise Broken
    ended.set()
    await task

    assert await names() == ["late"]


async def test_tasks_of_one_transaction_take_turns():
    async def part(name: str) -> None:
        async with transaction():
            await add(name)
            await asyncio.sleep(0)
            if name == "odd":
                raise Broken

    async with transaction():
        done = await asyncio.gather(
            *(part(name) for name in ("a", "odd", "b")),
            *(add(f"plain {n}") for n in range(3)),
            return_exceptions=True,
        )

    assert [type(each) for each in done if each] == [Broken]
    assert await names() == ["a", "b", "plain 0", "plain 1", "plain 2"]


async def test_thirty_transactions_at_once_lose_nothing():
    await add("a")

    async def take() -> None:
        async with transaction():
            place = await for_update(Place.objects()).first()
            await asyncio.sleep(0)
            place.taken += 1
            await place.save()

    await asyncio.gather(*(take() for _ in range(30)))

    assert (await Place.objects().first()).taken == 30


async def test_without_a_transaction_the_same_race_loses_updates():
    """The sabotage of the test above: it must be able to fail."""
    await add("a")

    async def take() -> None:
        place = await Place.objects().first()
        await asyncio.sleep(0)
        place.taken += 1
        await place.save()

    await asyncio.gather(*(take() for _ in range(30)))

    assert (await Place.objects().first()).taken < 30


@pytest.mark.parametrize("pause", [0, 1, 2, 3, 5, 8, 13, 21])
async def test_a_cancelled_transaction_leaves_nothing_open(pause: int):
    async def write() -> None:
        async with transaction():
            for n in count():
                await add(f"{n}")

    task = asyncio.create_task(write())
    for _ in range(pause):
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await names() == []
    async with transaction():
        await add("next")
    assert await names() == ["next"]


async def test_a_commit_that_fails_leaves_the_database_usable(
    engine: TenantEngine, monkeypatch: pytest.MonkeyPatch
):
    async with engine.lease() as connection:
        kind = type(connection)

    async def refuse(self: object) -> None:
        raise Unavailable("no room left")

    with monkeypatch.context() as patch:
        patch.setattr(kind, "commit", refuse)
        with pytest.raises(Unavailable):
            async with transaction():
                await add("a")

    assert not engine.transaction_exists()
    async with transaction():
        await add("b")
    assert await names() == ["b"]


async def test_a_failure_that_was_ignored_never_passes_for_a_success(engine: TenantEngine):
    """PostgreSQL forgets the whole block at the first failure; SQLite only the statement."""
    await add("a")

    async def ignore() -> None:
        async with transaction():
            await add("b")
            with suppress(REFUSED):
                await add("a")

    if engine.engine_type == "postgres":
        with pytest.raises(TransactionError):
            await ignore()
        assert await names() == ["a"]
    else:
        await ignore()
        assert await names() == ["a", "b"]


async def test_piccolos_own_list_of_queries_is_one_transaction(engine: TenantEngine):
    atomic = engine.atomic()
    atomic.add(Place.insert(Place(name="a")), Place.insert(Place(name="a")))

    with pytest.raises(REFUSED):
        await atomic.run()

    assert await names() == []
