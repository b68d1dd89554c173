"""What PostgreSQL must do for a commune with a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from piccolo.columns import Integer, Serial
from piccolo.table import Table

from ribambelle.database import Postgres, ddl, template, transaction, using
from ribambelle.database.names import named, renamed
from ribambelle.errors import Unavailable


class Counter(Table, tablename="postgres_counter"):
    """A number that only goes up."""

    id: Serial
    value = Integer(default=0)


@pytest.fixture
async def postgres(postgres_server: str) -> AsyncIterator[Postgres]:
    url = renamed(postgres_server, f"test_{uuid4().hex}")
    async with template.administration(url) as server:
        await template.create_empty(server, named(url))
    opened = Postgres(url)
    with using(opened):
        yield opened
    await opened.aclose()
    await template.drop(url)


async def backends(engine: Postgres) -> int:
    async with template.administration(engine.url) as server:
        return await server.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", named(engine.url)
        )


async def cut(engine: Postgres) -> None:
    async with template.administration(engine.url) as server:
        await server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
            named(engine.url),
        )


async def test_nothing_is_opened_before_the_first_question(postgres: Postgres):
    assert await backends(postgres) == 0

    await postgres.fetch("SELECT 1")

    assert await backends(postgres) == 1


async def test_connections_are_few_and_all_given_back(postgres: Postgres):
    await asyncio.gather(*(postgres.fetch("SELECT pg_sleep(0.01)") for _ in range(20)))
    assert await backends(postgres) <= postgres.size

    await postgres.aclose()

    assert await backends(postgres) == 0


def test_an_engine_serves_one_event_loop_after_another_and_leaves_nothing(postgres_server: str):
    engine = Postgres(postgres_server)

    async def ask() -> int:
        rows = await asyncio.gather(*(engine.fetch("SELECT 1 AS one") for _ in range(6)))
        return sum(row["one"] for (row,) in rows)

    assert [asyncio.run(ask()) for _ in range(3)] == [6, 6, 6]  # a warning would be an error


async def test_a_connection_cut_between_two_questions_is_replaced(postgres: Postgres):
    await postgres.fetch("SELECT 1")
    await cut(postgres)
    await asyncio.sleep(0.05)

    assert await postgres.fetch("SELECT 1 AS one")


async def test_a_connection_cut_in_a_transaction_is_unavailable(postgres: Postgres):
    await ddl.create(Counter)

    with pytest.raises(Unavailable):
        async with transaction():
            await Counter.insert(Counter(value=1))
            await cut(postgres)
            await Counter.insert(Counter(value=2))

    assert await Counter.count() == 0


async def test_a_connection_cut_before_the_end_is_never_acknowledged(postgres: Postgres):
    await ddl.create(Counter)

    with pytest.raises(Unavailable):
        async with transaction():
            await Counter.insert(Counter(value=1))
            await cut(postgres)

    assert await Counter.count() == 0


@pytest.mark.parametrize("url", ["postgresql://localhost:1/x", "postgresql:///x?host=/nowhere"])
async def test_a_server_that_is_away_is_unavailable(url: str):
    with using(Postgres(url)), pytest.raises(Unavailable):
        await Counter.count()


async def test_a_database_that_does_not_exist_is_unavailable(postgres_server: str):
    with using(Postgres(renamed(postgres_server, "nowhere"))), pytest.raises(Unavailable):
        await Counter.count()


async def test_two_transactions_that_wait_for_each_other_are_told_apart(postgres: Postgres):
    await ddl.create(Counter)
    await Counter.insert(Counter(value=1), Counter(value=2))
    met = asyncio.Barrier(2)

    async def both(first: int, second: int) -> None:
        async with transaction():
            await Counter.update({Counter.value: 0}).where(Counter.id == first)
            await met.wait()
            await Counter.update({Counter.value: 0}).where(Counter.id == second)

    done = await asyncio.gather(both(1, 2), both(2, 1), return_exceptions=True)

    assert [type(each) for each in done if each] == [Unavailable]


async def test_the_pool_says_no_rather_than_wait_for_ever(postgres: Postgres):
    narrow = Postgres(postgres.url, size=1)

    async with narrow.lease():
        narrow.patience = 0.05
        with pytest.raises(Unavailable):
            async with narrow.lease():
                raise AssertionError("there was one place only")

    await narrow.aclose()
