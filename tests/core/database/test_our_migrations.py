"""The migrations we ship, stopped after each of their statements: nothing of the step remains."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ribambelle.database import Postgres, SQLite, TenantEngine, migrations, schema, using
from ribambelle.database.migrations import Migration
from ribambelle.plugins import Plugins


class Stopped(BaseException):
    """What stops a migration."""


def opened(address: str | Path) -> TenantEngine:
    return Postgres(address) if isinstance(address, str) else SQLite(address)


@contextmanager
def stopped_after(statements: int) -> Iterator[None]:
    """Let so many statements of migration steps pass, then stop for good."""
    real, patch, seen = TenantEngine.fetch, pytest.MonkeyPatch(), 0

    async def fetch(engine: TenantEngine, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        nonlocal seen
        answer = await real(engine, sql, args)
        seen += engine.transaction_exists()
        if seen == statements:
            raise Stopped
        return answer

    patch.setattr(TenantEngine, "fetch", fetch)
    try:
        yield
    finally:
        patch.undo()


async def state() -> tuple[str, list[str]]:
    """Return the shape of the current database, and the steps it says it has taken."""
    taken = await Migration.table_exists()
    rows = await Migration.select(Migration.app, Migration.step) if taken else []
    return str(await schema.describe()), sorted(f"{row['app']} {row['step']}" for row in rows)


async def never_stopped(address: str | Path, packages: dict[str, str]) -> tuple[str, list[str]]:
    """Return what the migrations end on when nothing stops them; the database is left empty."""
    engine = opened(address if isinstance(address, str) else address.with_name("other.sqlite"))
    with using(engine):
        await migrations.forward(packages)
        found = await state()
        if isinstance(address, str):
            await engine.fetch("DROP SCHEMA public CASCADE")
            await engine.fetch("CREATE SCHEMA public")
    await engine.aclose()
    return found


@pytest.mark.parametrize("one_in", [6, pytest.param(1, marks=pytest.mark.slow)])
async def test_wherever_they_stop_they_converge(
    address: str | Path, installed: Plugins, monkeypatch: pytest.MonkeyPatch, one_in: int
) -> None:
    """A step is stopped after its first statement, then its second… before it is taken.

    One database goes through all of it: a step that is stopped leaves it as it was, so the next
    run starts from where the step before it ended, and ends where nothing was ever stopped.
    """
    packages = installed.only(installed.names).packages()
    whole = await never_stopped(address, packages)
    engine, stops = opened(address), 0

    with using(engine):
        every = migrations.all_steps(packages, engine.engine_type)
        for number in range(1, len(every) + 1):
            monkeypatch.setattr(migrations, "all_steps", lambda *_, n=number: every[:n])
            if number % one_in:
                await migrations.forward(packages)
                continue
            before, statements = await state(), 0
            while await migrations.pending(packages):
                statements += 1
                try:
                    with stopped_after(statements):
                        await migrations.forward(packages)
                except Stopped:
                    stops += 1
                    assert await state() == before, f"{every[number - 1]}, {statements}"

        assert await state() == whole
    assert stops > len(every) // one_in * 3
    await engine.aclose()
