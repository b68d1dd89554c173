"""What SQLite must do for a commune to trust it with one file."""

import asyncio
import shutil
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from piccolo.columns import Integer, Serial
from piccolo.table import Table
from pysqlite3 import dbapi2

from ribambelle.database import SQLite, connection, ddl, transaction, using
from ribambelle.database.backup import backup
from ribambelle.errors import Misconfigured, Unavailable

SLOW = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)
    SELECT max(i) AS largest FROM n
"""
SLOW_SELECT = f"SELECT largest FROM ({SLOW})"


class Counter(Table, tablename="counter"):
    """A number that only goes up."""

    id: Serial
    value = Integer(default=0)


async def a_counter() -> None:
    await ddl.create(Counter)
    await Counter.insert(Counter(value=0))


def open_descriptors(file: Path) -> int:
    targets = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the descriptor of this very listing
            targets.append(str(link.readlink()))
    return sum(target.startswith(str(file)) for target in targets)


def test_the_sqlite_we_carry_is_sound():
    """WAL-reset corruption: SQLite 3.7.0 to 3.51.2, fixed in 3.51.3."""
    assert dbapi2.sqlite_version_info >= (3, 51, 3)


async def test_an_unsound_sqlite_is_refused_before_it_opens_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection.require_sound_sqlite, "__defaults__", ((3, 51, 2),))

    with using(SQLite(tmp_path / "a.sqlite")), pytest.raises(Misconfigured, match=r"3\.51\.2"):
        await Counter.count()

    assert not list(tmp_path.iterdir())


async def test_every_connection_is_set_as_it_should_be(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "DURABILITY", "FULL")
    sqlite.close()
    await a_counter()
    settings = {}
    async with sqlite.lease() as writer, sqlite._pool().read() as reader:
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            for each in (writer, reader):
                ((value,),) = (row.values() for row in each.fetch_now(f"PRAGMA {name}"))
                settings.setdefault(name, set()).add(value)

    assert settings == {
        "journal_mode": {"wal"},
        "synchronous": {2},
        "foreign_keys": {1},
        "busy_timeout": {5000},
    }


async def ticks_during(work: asyncio.Future[object]) -> int:
    ticks = 0
    while not work.done():
        ticks += 1
        await asyncio.sleep(0)
    return ticks


@pytest.mark.asvs("15.2.2")
async def test_a_slow_read_does_not_hold_the_others_up(sqlite: SQLite):
    work = asyncio.ensure_future(sqlite.fetch(SLOW_SELECT))

    assert await ticks_during(work) > 100
    assert await work == [{"largest": 2_000_000}]


async def test_without_a_budget_the_same_read_holds_everybody_up(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
):
    """The sabotage of the test above: it must be able to fail."""
    monkeypatch.setattr(connection, "BUDGET", 2**30)
    await sqlite.fetch("SELECT 1")

    assert await ticks_during(asyncio.ensure_future(sqlite.fetch(SLOW_SELECT))) < 100


def reads_sent_away(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read again in a thread from now on."""
    sent: list[str] = []
    alone = connection.in_thread

    async def told(work: Any, *args: Any, **more: Any) -> Any:
        sent.extend(one for one in args if isinstance(one, str))
        return await alone(work, *args, **more)

    monkeypatch.setattr(connection, "in_thread", told)
    return sent


SHORT_SELECT = SLOW_SELECT.replace("2000000", "200")
"""Some 3,000 steps: a few of them are as many as a read may take."""


async def test_a_short_read_asked_many_times_is_always_read_in_place(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
):
    await sqlite.fetch(SHORT_SELECT)
    sent = reads_sent_away(monkeypatch)

    for _ in range(50):
        await sqlite.fetch(SHORT_SELECT)

    assert sent == []


async def test_a_budget_asked_once_counts_what_others_read_before(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
):
    """The sabotage of the test above: it must be able to fail."""
    await sqlite.fetch(SHORT_SELECT)
    sent = reads_sent_away(monkeypatch)
    monkeypatch.setattr(connection, "ASKINGS", 1)

    for _ in range(50):
        await sqlite.fetch(SHORT_SELECT)

    assert sent


async def test_a_slow_read_in_a_transaction_does_not_undo_it(sqlite: SQLite):
    await a_counter()

    async with transaction():
        await Counter.update({Counter.value: 7}, force=True)
        assert await sqlite.fetch(SLOW_SELECT) == [{"largest": 2_000_000}]
        assert (await Counter.select().first())["value"] == 7

    assert (await Counter.select().first())["value"] == 7


async def test_a_reader_who_leaves_stops_the_read(sqlite: SQLite):
    endless = SLOW_SELECT.replace("2000000", "2000000000000")
    reading = asyncio.create_task(sqlite.fetch(endless))
    await asyncio.sleep(0.05)

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert await sqlite.fetch("SELECT 1 AS one") == [{"one": 1}]


async def test_connections_are_few_and_all_given_back(sqlite: SQLite):
    await a_counter()

    await asyncio.gather(
        *(sqlite.fetch(SLOW_SELECT.replace("2000000", "50000")) for _ in range(20))
    )
    await asyncio.gather(*(Counter.update({Counter.value: n}, force=True) for n in range(50)))

    connections = len(sqlite._pool()._idle) + 1
    assert connections <= 5
    # each holds the file and its log; the shared memory is held once
    assert open_descriptors(sqlite.file) <= 2 * connections + 1
    await sqlite.aclose()
    assert open_descriptors(sqlite.file) == 0
    assert [file.name for file in sqlite.file.parent.iterdir()] == [sqlite.file.name]


async def test_a_connection_lent_when_the_engine_closes_is_closed_when_given_back(sqlite: SQLite):
    await a_counter()

    async with transaction():
        await Counter.update({Counter.value: 5}, force=True)
        sqlite.close()

    assert open_descriptors(sqlite.file) == 0
    assert (await Counter.select().first())["value"] == 5


def test_an_engine_serves_one_event_loop_after_another(tmp_path: Path):
    engine = SQLite(tmp_path / "a.sqlite")

    async def count_up() -> int:
        with using(engine):
            await asyncio.gather(
                *(Counter.update({Counter.value: Counter.value + 1}, force=True) for _ in range(9))
            )
            return (await Counter.select().first())["value"]

    async def begin() -> None:
        with using(engine):
            await a_counter()

    asyncio.run(begin())
    assert [asyncio.run(count_up()) for _ in range(3)] == [9, 18, 27]
    engine.close()
    assert open_descriptors(engine.file) == 0


async def race(file: Path, begin: str) -> tuple[int, int]:
    """Two processes' worth of engines count up together; return the total and the refusals."""
    engines = [SQLite(file) for _ in range(2)]
    refused = 0

    async def count_up(engine: SQLite) -> None:
        nonlocal refused
        for _ in range(20):
            try:
                with using(engine):
                    if begin == "no transaction":
                        await read_then_write()
                    else:
                        async with transaction():
                            await read_then_write()
            except Unavailable:
                refused += 1

    await asyncio.gather(*(count_up(engine) for engine in engines))
    with using(engines[0]):
        total = (await Counter.select().first())["value"]
    for engine in engines:
        engine.close()
    return total, refused


async def read_then_write() -> None:
    found = (await Counter.select().first())["value"]
    await asyncio.sleep(0.001)
    await Counter.update({Counter.value: found + 1}, force=True)


async def test_two_processes_that_read_then_write_lose_nothing(sqlite: SQLite):
    await a_counter()

    assert await race(sqlite.file, "IMMEDIATE") == (40, 0)


async def test_a_deferred_transaction_would_turn_families_away(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
):
    """The sabotage of the test above: DEFERRED finds the base changed and says "locked"."""
    await a_counter()

    async def begin(self: connection.SQLiteConnection) -> None:
        await connection.in_thread(self.fetch_now, "BEGIN DEFERRED")

    monkeypatch.setattr(connection.SQLiteConnection, "begin", begin)
    total, refused = await race(sqlite.file, "DEFERRED")

    assert refused > 0
    assert total == 40 - refused


async def test_no_transaction_at_all_would_lose_updates(sqlite: SQLite):
    await a_counter()

    total, _ = await race(sqlite.file, "no transaction")

    assert total < 40


async def test_a_file_locked_by_another_process_is_unavailable(
    sqlite: SQLite, monkeypatch: pytest.MonkeyPatch
):
    await a_counter()
    await sqlite.fetch("PRAGMA busy_timeout = 10")

    with closing(dbapi2.connect(str(sqlite.file), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="autre écriture") as caught:
            await Counter.update({Counter.value: 1}, force=True)
        assert await Counter.count() == 1  # reads go on

    assert isinstance(caught.value.__cause__, dbapi2.OperationalError)
    await Counter.update({Counter.value: 1}, force=True)


async def test_a_full_disk_undoes_the_whole_and_says_unavailable(sqlite: SQLite):
    await a_counter()
    await sqlite.fetch("PRAGMA max_page_count = 20")

    with pytest.raises(Unavailable, match="plein"):
        async with transaction():
            await Counter.update({Counter.value: 1}, force=True)
            await sqlite.fetch("CREATE TABLE big (x)")
            await sqlite.fetch("INSERT INTO big VALUES (zeroblob(1000000))")

    assert (await Counter.select().first())["value"] == 0
    await Counter.update({Counter.value: 2}, force=True)


async def test_a_transaction_sqlite_undid_by_itself_never_commits_half(sqlite: SQLite):
    await a_counter()
    await sqlite.fetch("PRAGMA max_page_count = 20")

    with pytest.raises(Unavailable):
        async with transaction():
            await Counter.update({Counter.value: 1}, force=True)
            try:
                await sqlite.fetch("CREATE TABLE big AS SELECT zeroblob(1000000)")
            except Unavailable:
                await sqlite.fetch("ROLLBACK")  # as SQLite does for some failures
            await Counter.update({Counter.value: 2}, force=True)

    assert (await Counter.select().first())["value"] == 0


@pytest.mark.parametrize(
    "damage", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4080]
)
async def test_a_damaged_file_is_unavailable(tmp_path: Path, damage: bytes):
    (tmp_path / "a.sqlite").write_bytes(damage)

    with using(SQLite(tmp_path / "a.sqlite")), pytest.raises(Unavailable, match=r"a\.sqlite"):
        await Counter.count()


async def test_a_folder_that_is_gone_is_unavailable(tmp_path: Path):
    with using(SQLite(tmp_path / "gone" / "a.sqlite")), pytest.raises(Unavailable):
        await Counter.count()


async def test_a_statement_that_is_wrong_stays_our_mistake(sqlite: SQLite):
    with pytest.raises(dbapi2.OperationalError, match="no such table"):
        await sqlite.fetch("SELECT * FROM nowhere")


async def test_copying_the_file_itself_would_lose_rows(sqlite: SQLite, tmp_path: Path):
    """Why we never use cp: it says "integrity ok" and lacks what is in the write-ahead log."""
    await a_counter()

    shutil.copyfile(sqlite.file, tmp_path / "cp.sqlite")
    manifest = await backup(sqlite, tmp_path / "ours")

    assert manifest.rows["counter"] == 1
    with closing(dbapi2.connect(str(tmp_path / "cp.sqlite"))) as copied:
        assert copied.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copied.execute("SELECT * FROM sqlite_schema").fetchall() == []
