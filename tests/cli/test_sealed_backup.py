"""Sealed copies: nothing of them reads without the key, what comes back is what was, or is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pysqlite3 import dbapi2
from tests.core.documents.builders import a_document

from ribambelle.backups import depot, schedule, snapshots, state, witness
from ribambelle.backups import drill as trying
from ribambelle.commands import platform
from ribambelle.database import Postgres, backup_postgres, backup_sqlite
from ribambelle.database import backup as databases
from ribambelle.database.door import DOOR
from ribambelle.database.names import renamed
from ribambelle.documents import sealing, vault
from ribambelle.documents.tables import Document
from ribambelle.errors import Misconfigured, Refused
from ribambelle.identity import households
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.tables import Adult
from ribambelle.privacy.guards import lifted
from ribambelle.tenants import Platform
from ribambelle.testing import Communes, Town
from ribambelle.workflow import journal
from ribambelle_cli.main import run

CANARY = "Zyxowvut"
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


def new(server: str) -> list[str]:
    return ["--database", renamed(server, f"sealed_{uuid4().hex[:12]}")] if server else []


@pytest.fixture
def bastia(place: Path, database_server: str, capsys: Capsys) -> Path:
    """A commune with a family and a paper, that says where its copies go."""
    assert run(["tenant", "create", "bastia", "--insee", "2B033", *new(database_server)]) == 0
    file = place / "tenants" / "bastia.toml"
    file.write_text(f'{file.read_text()}\n[backup]\nfolder = "{place / "copies"}"\n')
    assert run(["backup-key", "bastia"]) == 0
    asyncio.run(inside(platform(), a_family))
    capsys.readouterr()
    return place


async def inside(communes: Platform, work: Callable[[], Any]) -> Any:
    try:
        with communes.tenant("bastia").here():
            return await work()
    finally:
        await communes.aclose()


async def a_family() -> None:
    await households.create([AdultEntry(CANARY, "Prune")], None, platform().tenant("bastia").now())
    await a_document(CANARY.encode())


async def held() -> tuple[list[str], list[bytes]]:
    names = await Adult.select(Adult.given_name).order_by(Adult.id)
    papers = await Document.objects().order_by(Document.id)
    return [row["given_name"] for row in names], [await vault.content(one) for one in papers]


def files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def flip(file: Path) -> None:
    """Change the last byte of a file, whatever it was."""
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def parts(place: Path) -> list[Path]:
    return sorted((place / "copies").glob("bastia/*/parts/*/*"))


def back(place: Path, server: str, *more: str) -> int:
    words = ["restore", str(place / "copies" / "bastia"), "--to", str(place / "there")]
    return run([*words, *new(server), *more])


@pytest.mark.asvs("13.3.1")
def test_a_sealed_copy_says_nothing_and_comes_back_whole(
    bastia: Path, database_server: str, capsys: Capsys
) -> None:
    key = "[backup]\nkey = "
    assert run(["backup", "bastia", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    kept = files(bastia / "copies")
    content = b"".join(file.read_bytes() for file in kept)
    assert CANARY.encode() not in content
    assert key.encode() not in content
    assert b"SQLite format" not in content
    assert not [file for file in kept if "bastia" in file.name or "document" in file.name]
    assert [file.stat().st_mode & 0o077 for file in parts(bastia)] == [0] * len(parts(bastia))
    assert not list((bastia / "data" / "bastia").glob(".snapshot-*"))
    assert told["files"] >= 7

    assert back(bastia, database_server) == 0
    there = Platform(bastia / "there" / "tenants", bastia / "there" / "data")
    assert asyncio.run(inside(there, held)) == ([CANARY], [CANARY.encode()])
    assert not list((bastia / "there" / "data").glob(".restore-*"))


def test_only_what_changed_is_written_again(bastia: Path, capsys: Capsys) -> None:
    for _ in range(2):
        assert run(["backup", "bastia"]) == 0
    paper = max(files(bastia / "data" / "bastia" / "documents"), key=lambda one: one.stat().st_size)
    before = {file: file.stat().st_mtime_ns for file in parts(bastia)}

    assert run(["backup", "bastia"]) == 0
    assert run(["backup", "bastia", "--list", "--json"]) == 0

    after = {file: file.stat().st_mtime_ns for file in parts(bastia)}
    assert all(after[file] == at for file, at in before.items() if file in after)
    out = capsys.readouterr().out
    assert len(json.loads(out[out.index("{") :])["copies"]) == 3
    assert paper.is_file()


@pytest.mark.parametrize("harm", ["lost", "changed", "swapped", "list"])
def test_a_damaged_copy_is_refused_and_nothing_is_written(
    bastia: Path, database_server: str, harm: str, capsys: Capsys
) -> None:
    assert run(["backup", "bastia"]) == 0
    found = parts(bastia)
    if harm == "lost":
        found[0].unlink()
    elif harm == "changed":
        flip(found[0])
    elif harm == "swapped":
        found[0].write_bytes(found[1].read_bytes())
    else:
        (listing,) = (bastia / "copies").glob("bastia/*/copies/*")
        listing.rename(listing.with_name("20200101-000000-000000"))
    before = files(bastia)

    assert back(bastia, database_server) == 1

    assert "n’est plus ce qui avait été chiffré" in capsys.readouterr().err
    assert files(bastia) == before
    assert not (bastia / "there").exists()


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_twin_without_its_place_in_the_seal_a_copy_passes_for_another(
    bastia: Path, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depot, "wrap", lambda told, key, place: sealing.wrap(told, key, ""))
    monkeypatch.setattr(depot, "unwrap", lambda told, key, place: sealing.unwrap(told, key, ""))
    assert run(["backup", "bastia"]) == 0
    (listing,) = (bastia / "copies").glob("bastia/*/copies/*")
    listing.rename(listing.with_name("20200101-000000-000000"))

    assert back(bastia, database_server) == 0


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_twin_without_the_seal_the_canary_is_found(
    bastia: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depot, "wrap", lambda told, key, place: told)
    run(["backup", "bastia"])

    assert any(CANARY.encode() in file.read_bytes() for file in files(bastia / "copies"))


def test_another_key_opens_nothing(
    bastia: Path, database_server: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["backup", "bastia"]) == 0
    (bastia / "other").write_text("ab" * 32)
    (bastia / "short").write_text("ab")
    (bastia / "tenants" / "bastia.secrets.toml").rename(bastia / "safe.toml")

    assert back(bastia, database_server, "--key-file", str(bastia / "other")) == 1
    assert "Aucune copie de bastia ne s’ouvre" in capsys.readouterr().err
    assert back(bastia, database_server, "--key-file", str(bastia / "short")) == 1
    assert "64 signes" in capsys.readouterr().err
    assert back(bastia, database_server) == 1
    assert "--key-file" in capsys.readouterr().err
    (bastia / "key").write_text((bastia / "safe.toml").read_text().split('"')[1] + "\n")
    assert back(bastia, database_server, "--key-file", str(bastia / "key"), "--at", "1999") == 1
    assert "Aucune copie du 1999" in capsys.readouterr().err
    assert back(bastia, database_server, "--key-file", str(bastia / "key")) == 0


@pytest.mark.parametrize("where", ["tenants", "data", "tenants/copies", "data/bastia", "."])
@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_copies_never_lie_with_the_data_or_the_key(
    bastia: Path, where: str, capsys: Capsys
) -> None:
    file = bastia / "tenants" / "bastia.toml"
    file.write_text(file.read_text().replace(str(bastia / "copies"), str(bastia / where)))

    assert run(["backup", "bastia"]) == 1

    assert "hors de tenants/ et de data/" in capsys.readouterr().err


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_a_key_is_made_once_and_said_once(bastia: Path, capsys: Capsys) -> None:
    assert run(["backup-key", "bastia"]) == 1
    assert "a déjà une clé" in capsys.readouterr().err
    secrets = bastia / "tenants" / "bastia.secrets.toml"
    assert secrets.stat().st_mode & 0o077 == 0
    secrets.write_text('[backup]\nkey = "x"\n')
    assert run(["backup", "bastia"]) == 1
    assert "clé illisible" in capsys.readouterr().err


def test_a_drill_finds_no_difference_and_says_so_everywhere(
    bastia: Path, database_server: str, capsys: Capsys
) -> None:
    assert run(["drill", "bastia", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert (told["documents"], told["problem"]) == (1, "")
    assert told["tables"] > 40
    assert not list((bastia / "data").glob(".drill-*"))
    assert run(["fleet", "status", "--json"]) == 0
    (seen,) = json.loads(capsys.readouterr().out)
    assert seen["drill"] and seen["backup"]
    assert not [one for one in doctor(capsys) if "essai" in one]


@pytest.mark.parametrize("harm", ["row", "paper"])
def test_a_drill_sees_one_row_or_one_paper_that_differs(
    bastia: Path,
    database_server: str,
    harm: str,
    capsys: Capsys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    harmed(monkeypatch, harm, database_server)

    assert run(["drill", "bastia"]) == 1

    told = capsys.readouterr().err
    assert ("core_adult" if harm == "row" else "documents/") in told
    assert not list((bastia / "data").glob(".drill-*"))
    assert any("Le dernier essai de restauration a échoué" in one for one in doctor(capsys))
    assert run(["fleet", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["drill_problem"]


def test_twin_a_drill_that_does_not_compare_sees_nothing(
    bastia: Path, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmed(monkeypatch, "row", database_server)
    for module in (backup_sqlite, backup_postgres):
        monkeypatch.setattr(module, "require_same", lambda *_: None)

    assert run(["drill", "bastia"]) == 0


def harmed(monkeypatch: pytest.MonkeyPatch, harm: str, server: str) -> None:
    """Change one name, or one byte of one paper, of what is put back and of nothing else."""
    change = "UPDATE core_adult SET given_name = 'Autre'"
    count, count_there, put = backup_sqlite.count, backup_postgres._count, trying.copies.bring_back

    def counted(file: Path) -> dict[str, int]:
        if file.name.endswith(".restoring"):
            with closing(dbapi2.connect(str(file))) as base, base:
                base.execute(change)
        return count(file)

    async def counted_there(database: Any) -> dict[str, int]:
        if isinstance(database, Postgres):
            await database.fetch(change)
        return await count_there(database)

    async def put_back(copied: Any, there: Platform) -> int:
        rows = await put(copied, there)
        flip(files(there.data / "bastia" / "documents")[0])
        return rows

    if harm == "paper":
        monkeypatch.setattr(trying.copies, "bring_back", put_back)
    elif server:
        monkeypatch.setattr(backup_postgres, "_count", counted_there)
    else:
        monkeypatch.setattr(backup_sqlite, "count", counted)


async def test_a_digest_sees_what_a_count_of_rows_does_not(
    communes: Communes, tmp_path: Path
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        await households.create([AdultEntry("Ana", "Prune")], None, tenant.now())
        first = await databases.backup(tenant.engine, tmp_path / "a", by_pages=True, proved=True)
        await Adult.update({Adult.given_name: "Eva"}).where(Adult.id > 0)
        second = await databases.backup(tenant.engine, tmp_path / "b", by_pages=True, proved=True)

    differ = {name for name in first.digests if first.digests[name] != second.digests[name]}
    assert first.rows == second.rows
    assert differ == {"core_adult"}


def doctor(capsys: Capsys) -> list[str]:
    capsys.readouterr()
    run(["doctor", "--no-network", "--json"])
    out = capsys.readouterr().out
    found = json.loads(out[out.index('{\n  "ok"') :])["findings"]
    return [f"{one['told']} {one['cure']}" for one in found if one["where"] == "bastia"]


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_the_doctor_says_what_would_be_missed(bastia: Path, capsys: Capsys) -> None:
    told = doctor(capsys)
    assert any("Aucune copie faite" in one for one in told)
    assert any("Aucun essai de restauration" in one for one in told)
    assert run(["drill", "bastia"]) == 0
    commune = platform().tenant("bastia")
    known = state.drill(commune)
    assert known is not None

    old = commune.now() - timedelta(days=40)
    (commune.folder / "last-copy").write_text(old.isoformat())
    state.note(commune, state.Drill(old, known.stamp))
    told = doctor(capsys)

    assert any("La dernière copie est du" in one and "ribambelle work" in one for one in told)
    assert any("Le dernier essai de restauration est du" in one for one in told)
    (bastia / "tenants" / "bastia.secrets.toml").unlink()
    assert any("backup-key bastia" in one for one in doctor(capsys))


@pytest.fixture
async def alpha(
    communes: Communes, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    """A commune that copies itself outside its own folders."""
    town, folder = communes.alpha, tmp_path_factory.mktemp("elsewhere")
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(f'{file.read_text()}[backup]\nfolder = "{folder}"\nkey = "{"ab" * 32}"\n')
    yield town


async def test_a_commune_copies_itself_when_something_changed(alpha: Town, clock: Any) -> None:
    platform = alpha.app.platform
    assert await schedule.turn(platform, "alpha")
    assert not await schedule.turn(platform, "beta")  # it names no folder
    place = snapshots.depot_of(alpha.tenant)
    clock.move(minutes=2)
    assert not await schedule.turn(platform, "alpha")  # too soon
    clock.move(minutes=3)
    assert not await schedule.turn(platform, "alpha")  # nothing changed, and that is known
    known = state.copies(alpha.tenant)
    assert known is not None and known.looked_at == platform.clock()

    with alpha.here() as tenant:
        await households.create([AdultEntry("Ana", "Prune")], None, tenant.now())
    clock.move(minutes=1)
    await until(lambda: schedule.turn(platform, "alpha"), clock)
    assert len(place.stamps()) == 2


async def until(copied: Callable[[], Any], clock: Any) -> None:
    """Look again, as time goes by: a server counts what was written a few seconds later."""
    for _ in range(60):
        if await copied():
            return
        clock.move(minutes=1)
        await asyncio.sleep(0.25)
    raise AssertionError("what changed was not copied")


async def test_two_processes_never_copy_at_once(alpha: Town) -> None:
    place = snapshots.depot_of(alpha.tenant)

    with place.alone():
        assert not await schedule.turn(alpha.app.platform, "alpha")
        with pytest.raises(Refused, match="backup_busy"):
            await snapshots.take(alpha.tenant, place)

    assert await schedule.turn(alpha.app.platform, "alpha")


async def test_a_copy_that_fails_is_told_and_the_next_one_is_made(
    alpha: Town, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(depot, "_write", no_room)
        assert not await schedule.turn(alpha.app.platform, "alpha")
    known = state.copies(alpha.tenant)
    assert known is not None and "No space" in known.problem
    assert not list(alpha.tenant.folder.glob(".snapshot-*"))

    clock.move(minutes=5)
    assert await schedule.turn(alpha.app.platform, "alpha")

    known = state.copies(alpha.tenant)
    assert known is not None and not known.problem


async def test_twin_without_the_lock_two_copies_are_made_at_once(
    alpha: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depot.fcntl, "flock", lambda *_: None)
    place = snapshots.depot_of(alpha.tenant)

    with place.alone():
        assert await schedule.turn(alpha.app.platform, "alpha")


def no_room(place: Path, content: bytes) -> None:
    raise OSError(28, "No space left on device", str(place))


async def test_a_disk_that_takes_nothing_stops_neither_the_copies_nor_the_jobs(
    alpha: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def full(commune: Any, known: Any) -> None:
        asked.append(commune.slug)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "note", full)
    copying = asyncio.create_task(schedule.keep(alpha.app.platform, timedelta(milliseconds=20)))
    for _ in range(200):
        if len(asked) > 1 or copying.done():
            break
        await asyncio.sleep(0.05)

    assert not copying.done()
    assert len(asked) > 1
    copying.cancel()


async def test_copies_are_kept_by_turns_and_what_nobody_holds_is_removed(
    alpha: Town, clock: Any
) -> None:
    file = alpha.app.platform.folder / "alpha.toml"
    turns = "recent = 2\ndaily = 2\nweekly = 0\nmonthly = 0\n"
    file.write_text(file.read_text() + turns)
    place = snapshots.depot_of(alpha.tenant)
    for day in range(4):
        with alpha.here() as tenant:
            await households.create([AdultEntry(f"A{day}", "Prune")], None, tenant.now())
        await snapshots.take(alpha.tenant, place)
        clock.move(days=1)

    held = {
        part for one in place.stamps() for item in place.listing(one).items for part in item.parts
    }
    assert len(place.stamps()) == 2
    assert {file.name for file in place.parts.glob("*/*")} == held

    (place.lists / place.stamps()[0]).write_bytes(b"damaged")
    with pytest.raises(Refused, match="backup_broken"):
        place.sweep()  # nobody knows which parts are its own: none is removed
    assert {file.name for file in place.parts.glob("*/*")} == held


def test_a_folder_that_depends_on_where_one_is_is_refused(place: Path) -> None:
    assert run(["tenant", "create", "bastia", "--insee", "2B033"]) == 0
    file = place / "tenants" / "bastia.toml"
    file.write_text(file.read_text() + '\n[backup]\nfolder = "copies"\n')

    with pytest.raises(Misconfigured, match="dossier incomplet"):
        platform().tenant("bastia")


async def acts() -> None:
    for number in range(3):
        await journal.record("test.act", f"thing:{number}")


async def last_ones_removed() -> None:
    """What somebody who holds the database can do: those that are left follow each other."""
    end = await journal.end()
    async with lifted("core_journal"):
        await DOOR.fetch(f"DELETE FROM core_journal WHERE number >= {int(end['number']) - 1}")
    assert await journal.broken_at() is None


async def not_put_back(number: int, taken_at: datetime) -> bool:
    return False


def seen_nothing(place: depot.Depot, stamp: str) -> depot.Seen:
    return depot.Seen(taken_at=depot.moment(stamp))


@pytest.mark.usefixtures("bastia")
def test_the_last_lines_removed_from_the_journal_are_seen_by_the_copies(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even once a newer copy was taken, which saw none of them; the twin is a copy without its seal."""
    asyncio.run(inside(platform(), acts))
    assert run(["backup", "bastia"]) == 0
    assert run(["journal", "verify", "bastia"]) == 0
    asyncio.run(inside(platform(), last_ones_removed))
    assert run(["backup", "bastia"]) == 0
    capsys.readouterr()

    assert run(["journal", "verify", "bastia"]) == 1
    told = capsys.readouterr().out
    assert run(["tenant", "check", "bastia"]) == 1
    checked = capsys.readouterr()
    with monkeypatch.context() as blind:
        blind.setattr(depot.Depot, "seen_by", seen_nothing)
        assert run(["journal", "verify", "bastia"]) == 0

    assert "n’est plus là telle qu’elle était : les dernières lignes ont été retirées" in told
    words = " ".join((checked.out + checked.err).split())
    assert "Le journal des actes a été modifié : la ligne" in words


def test_an_older_copy_put_back_is_not_taken_for_lines_removed(
    bastia: Path, database_server: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written in the journal; the twin does not read it there."""
    assert run(["backup", "bastia", "--json"]) == 0
    older = json.loads(capsys.readouterr().out)["copy"]
    asyncio.run(inside(platform(), acts))
    assert run(["backup", "bastia"]) == 0
    assert back(bastia, database_server, "--at", older) == 0
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(bastia / "there" / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(bastia / "there" / "data"))

    assert run(["journal", "verify", "bastia"]) == 0
    with monkeypatch.context() as unread:
        unread.setattr(witness, "_was_put_back", not_put_back)
        assert run(["journal", "verify", "bastia"]) == 1
