"""The migrations we ship, stopped after each of their statements: the next run ends the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ribambelle.database import Postgres, SQLite, TenantEngine, migrations, schema, using
from ribambelle.plugins import Plugins

REAL = TenantEngine.fetch


class Stopped(BaseException):
    """What stops a migration."""


class Stop:
    """Lets so many statements of migration steps pass, then stops; for ever when `after` is 0."""

    def __init__(self, after: int) -> None:
        self.after, self.seen = after, 0

    async def fetch(self, engine: TenantEngine, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        answer = await REAL(engine, sql, args)
        self.seen += engine.transaction_exists()
        if self.after and self.seen == self.after:
            raise Stopped
        return answer


def opened(address: str | Path, attempt: int) -> TenantEngine:
    if isinstance(address, str):
        return Postgres(address)
    return SQLite(address.with_name(f"attempt-{attempt}.sqlite"))


async def attempt(address: str | Path, packages: dict[str, str], after: int = 0) -> tuple[int, str]:
    """Migrate from nothing, stopped once, then again; return the statements seen and the shape."""
    engine, stop, monkeypatch = opened(address, after), Stop(after), pytest.MonkeyPatch()
    with using(engine):
        if isinstance(address, str):
            await engine.fetch("DROP SCHEMA public CASCADE")
            await engine.fetch("CREATE SCHEMA public")

        async def fetch(engine: TenantEngine, sql: str, args: Sequence[Any] = ()) -> list[Any]:
            return await stop.fetch(engine, sql, args)

        monkeypatch.setattr(TenantEngine, "fetch", fetch)
        try:
            await migrations.forward(packages)
        except Stopped:
            pass
        finally:
            monkeypatch.undo()
        await migrations.forward(packages)
        shape = schema.fingerprint(await schema.describe())
        assert await migrations.pending(packages) == []
    await engine.aclose()
    return stop.seen, shape


async def test_wherever_they_stop_they_converge(address: str | Path, installed: Plugins) -> None:
    packages = installed.only(installed.names).packages()
    statements, whole = await attempt(address, packages)
    assert statements > 30

    shapes = {(await attempt(address, packages, after))[1] for after in range(1, statements + 1)}

    assert shapes == {whole}
