"""A commune's database moved to the other kind and back: every row, every number, or nothing."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from tests.proofs.planting import planted, tables_of

from ribambelle.database import (
    DOOR,
    SQLite,
    TenantEngine,
    connection,
    following,
    postgres,
    template,
    using,
)
from ribambelle.database import moving as rows
from ribambelle.database.names import named, renamed
from ribambelle.errors import Misconfigured, ReadOnly, Refused, Unavailable
from ribambelle.identity.tables import Household, Login, School
from ribambelle.jobs import queue
from ribambelle.jobs.tables import Job
from ribambelle.tenants import Platform, Tenant, freezing, moving
from ribambelle.tenants.tenant import FREEZE
from ribambelle.testing import Communes, Town
from ribambelle.workflow import journal
from ribambelle_cli.refusals import sentence


@pytest.fixture
def database_server() -> str:
    return ""


async def held(tenant: Tenant) -> dict[str, str]:
    return await rows.contents(tenant.engine, tables_of(tenant.platform.plugins))


async def test_a_commune_moves_to_postgresql_and_back_with_every_row(
    communes: Communes, postgres_server: str
) -> None:
    town = communes.alpha
    await planted(town, "mot", but={"core_journal", "core_journal_start"})
    with town.here():
        for _ in range(5):
            await journal.record("account.signed_in", "account:1")
        await School.insert(School(name="Éphémère", folded="ephemere"))
        await School.delete().where(School.folded == "ephemere")
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text("utf-8") + "\n# à nous\n", "utf-8")
    before = await held(town.tenant)

    there = await moving.move(town.tenant, renamed(postgres_server, f"moved_{uuid4().hex[:8]}"), 0)
    on_postgres = await held(town.tenant)
    with town.here():
        (new,) = await School.insert(School(name="Neuve", folded="neuve")).returning(School.id)
        await School.delete().where(School.folded == "neuve")
        assert await journal.broken_at() is None
        with pytest.raises(Exception, match="append-only"):
            await journal.JournalLine.delete(force=True)
    back = await moving.move(town.tenant, "sqlite", 0)

    assert before == on_postgres == await held(town.tenant)
    assert there.rows == back.rows > 300
    assert new["id"] == 5  # three planted, one removed: its number is not given again
    assert "# à nous" in file.read_text("utf-8")
    assert "url" not in file.read_text("utf-8")
    assert (await (await town.family()).get("/compte")).status_code == 200
    assert not (town.tenant.folder / FREEZE).exists()
    assert Path(there.kept).is_file()


async def test_while_it_moves_families_read_and_nobody_writes(communes: Communes) -> None:
    town = communes.alpha
    family, mark = await town.family(), town.tenant.folder / FREEZE

    mark.touch()
    page, home = await family.get("/compte"), await family.get("/")
    asked = await family.post("/compte/appareils/99/fermer")
    with structlog.testing.capture_logs() as lines:
        sent = await town.visitor().post("/connexion", data={"email": "a@b.test"})
    with town.here(), pytest.raises(ReadOnly):  # alone, outside any transaction
        await Job.delete().where(Job.id == 0)
    elsewhere = await communes.beta.visitor().post("/connexion", data={"email": "a@b.test"})
    mark.unlink()
    again = await town.visitor().post("/connexion", data={"email": "a@b.test"})

    assert (page.status_code, home.status_code) == (200, 200)
    assert sent.status_code == 503
    assert asked.status_code in (303, 503)
    assert "retry-after" in sent.headers
    (line,) = [one for one in lines if one["log_level"] != "info"]
    assert line["event"] == "read_only"  # one line: nothing is wrong, there is nothing to look for
    assert "exc_info" not in line
    assert (elsewhere.status_code, again.status_code) == (200, 200)
    with town.here():
        assert await journal.broken_at() is None


async def test_what_differs_is_not_moved(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: a row is lost on the way."""
    town, real = communes.alpha, rows.many.write
    await planted(town, "mot", but={"core_journal", "core_journal_start"})

    async def lossy(table: str, columns: Any, some: Any, **more: Any) -> Any:
        return await real(table, columns, some[:-1] if table == "core_login" else some, **more)

    monkeypatch.setattr(rows.many, "write", lossy)
    with pytest.raises(Refused, match="move_differs"):
        await moving.move(town.tenant, renamed(postgres_server, f"moved_{uuid4().hex[:8]}"), 0)

    assert "url" not in (town.app.platform.folder / "alpha.toml").read_text("utf-8")
    assert not (town.tenant.folder / FREEZE).exists()
    assert (town.tenant.folder / "portal.sqlite").is_file()


async def test_a_move_that_could_not_be_is_refused(communes: Communes) -> None:
    tenant = communes.alpha.tenant

    for to, reason in (("sqlite", "move_already"), ("mysql://x", "move_where")):
        with pytest.raises(Refused, match=reason):
            await moving.move(tenant, to, 0)
    (tenant.folder / FREEZE).touch()
    with pytest.raises(Refused, match="tenant_frozen"), freezing.frozen(tenant):
        pass
    (tenant.folder / FREEZE).unlink()


async def written_meanwhile(town: Town, word: str) -> None:
    """Do what families and agents do while a copy is made: new rows, changed ones, some removed."""
    with town.here():
        await School.insert(School(name=f"Neuve {word}", folded=f"neuve {word}"))
        await School.update({School.name: f"Changée {word}"}).where(School.id == 1)
        await Household.delete().where(Household.id == 3)  # and all that goes with it
        await Login.update({Login.value: f"{word}@example.test"}).where(Login.id == 1)
        await journal.record("account.signed_in", "account:1")


@pytest.fixture
def meanwhile(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write in `alpha` once it is copied, before anybody is made to wait."""
    real = following.ahead

    async def watched(source: Any, target: Any, tables: Any) -> Any:
        found = await real(source, target, tables)
        await written_meanwhile(communes.alpha, type(source).__name__.lower())
        return found

    monkeypatch.setattr(following, "ahead", watched)


@pytest.mark.usefixtures("meanwhile")
async def test_what_is_written_while_it_is_copied_moves_too(
    communes: Communes, postgres_server: str
) -> None:
    town = communes.alpha
    await planted(town, "mot", but={"core_journal", "core_journal_start"})

    await moving.move(town.tenant, renamed(postgres_server, f"moved_{uuid4().hex[:8]}"), 0)
    with town.here():
        there = [row["name"] for row in await School.select(School.name).order_by(School.id)]
        gone = await Household.exists().where(Household.id == 3)
    before = await held(town.tenant)
    await moving.move(town.tenant, "sqlite", 0)

    assert there[0] == "Changée sqlite" and there[-1] == "Neuve sqlite"
    assert not gone
    assert await held(town.tenant) != before  # what came on the way back is there as well
    with town.here():
        again = [row["name"] for row in await School.select(School.name).order_by(School.id)]
        assert await journal.broken_at() is None
    assert again[0] == "Changée postgres" and again[-2:] == ["Neuve sqlite", "Neuve postgres"]


@pytest.mark.usefixtures("meanwhile")
async def test_twin_a_copy_that_is_not_brought_level_lacks_it(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following.blocks, "differ", lambda *_: [])
    town = communes.alpha
    await planted(town, "mot", but={"core_journal", "core_journal_start"})

    await moving.move(town.tenant, renamed(postgres_server, f"moved_{uuid4().hex[:8]}"), 0)

    with town.here():
        assert not await School.exists().where(School.name == "Neuve sqlite")


async def test_what_is_written_though_nobody_may_stops_the_move(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of another machine, that knows nothing of the mark."""
    town, real = communes.alpha, following._digest
    await planted(town, "mot", but={"core_journal", "core_journal_start"})
    first = following.ahead

    async def writes(*given: Any) -> str:
        with town.tenant.here(though_frozen=True):
            await School.update({School.name: "Tardive"}).where(School.id == 2)
        return await real(*given)

    async def changed(*given: Any) -> Any:
        found = await first(*given)
        with town.here():
            await School.update({School.name: "Changée"}).where(School.id == 1)
        return found

    monkeypatch.setattr(following, "_digest", writes)
    monkeypatch.setattr(following, "ahead", changed)

    with pytest.raises(Refused, match="core_school"):
        await moving.move(town.tenant, renamed(postgres_server, f"moved_{uuid4().hex[:8]}"), 0)

    assert "url" not in (town.app.platform.folder / "alpha.toml").read_text("utf-8")


def beside(town: Town) -> Platform:
    """Return the communes as another process sees them."""
    platform = town.app.platform
    return Platform(platform.folder, platform.data, plugins=platform.plugins, clock=platform.clock)


async def schools(engine: TenantEngine) -> list[str]:
    with using(engine):
        rows = await School.select(School.name).order_by(School.id)
    return [row["name"] for row in rows]


async def left_behind(file: str) -> list[str]:
    engine = SQLite(file)
    found = await schools(engine)
    await engine.aclose()
    return found


def a_place(postgres_server: str) -> str:
    return renamed(postgres_server, f"moved_{uuid4().hex[:8]}")


@pytest.mark.parametrize("back", [False, True])
async def test_what_began_before_the_move_and_writes_after_it_is_refused(
    communes: Communes, postgres_server: str, *, back: bool
) -> None:
    """A photo that takes ten seconds to arrive: its family is told to try again, nothing is lost."""
    town = communes.alpha
    if back:
        await moving.move(town.tenant, a_place(postgres_server), 0)
    other = beside(town)
    with other.tenant("alpha").here():
        await School.insert(School(name="Avant", folded="avant"))

        moved = await moving.move(town.tenant, "sqlite" if back else a_place(postgres_server), 0)
        with pytest.raises(Unavailable, match="changer de place"):
            await School.insert(School(name="Perdue", folded="perdue"))
        with pytest.raises(Unavailable, match=r"changer de place|ne s’ouvre pas"):
            async with DOOR.transaction():
                await School.insert(School(name="Perdue", folded="perdue"))
    with other.tenant("alpha").here():
        await School.insert(School(name="Après", folded="apres"))
    await other.aclose()

    assert await schools(town.tenant.engine) == ["Avant", "Après"]
    if not back:
        assert await left_behind(moved.kept) == ["Avant"]
        assert not (town.tenant.folder / "portal.sqlite").exists()


async def test_twin_a_base_that_lets_everything_be_written_keeps_it_where_nobody_looks(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    monkeypatch.setattr(Platform, "_require_writable", lambda *_: None)
    other = beside(town)
    with other.tenant("alpha").here():
        await School.insert(School(name="Avant", folded="avant"))
        moved = await moving.move(town.tenant, a_place(postgres_server), 0)
        await School.insert(School(name="Perdue", folded="perdue"))
    await other.aclose()

    assert await schools(town.tenant.engine) == ["Avant"]
    assert await left_behind(moved.kept) == ["Avant", "Perdue"]


async def test_a_process_that_saw_neither_move_reads_and_writes_the_living_file(
    communes: Communes, postgres_server: str
) -> None:
    """A quiet commune, in the night: the second of two processes was asked nothing meanwhile."""
    town = communes.alpha
    other = beside(town)
    with other.tenant("alpha").here():
        await School.insert(School(name="Avant", folded="avant"))
    there = await moving.move(town.tenant, a_place(postgres_server), 0)
    with town.here():
        await School.insert(School(name="Là-bas", folded="la bas"))
    await moving.move(town.tenant, "sqlite", 0)

    with other.tenant("alpha").here():
        seen = await schools(other.tenant("alpha").engine)
        await School.insert(School(name="Après", folded="apres"))
    await other.aclose()

    assert seen == ["Avant", "Là-bas"]
    assert await schools(town.tenant.engine) == ["Avant", "Là-bas", "Après"]
    assert await left_behind(there.kept) == ["Avant"]


@pytest.mark.parametrize("on_postgres", [False, True])
async def test_a_write_that_does_not_end_keeps_the_commune_where_it_is(
    communes: Communes,
    postgres_server: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    on_postgres: bool,
) -> None:
    town, url = communes.alpha, a_place(postgres_server)
    if on_postgres:
        await moving.move(town.tenant, url, 0)
    monkeypatch.setattr(postgres, "LOOKS", 2)
    monkeypatch.setattr(postgres, "PATIENCE", 0.2)
    monkeypatch.setattr(connection, "PATIENCE_MS", 200)
    other = beside(town)
    with other.tenant("alpha").here():
        async with DOOR.transaction():
            await School.insert(School(name="Longue", folded="longue"))
            with pytest.raises(Refused, match="tenant_writing"):
                await moving.move(town.tenant, "sqlite" if on_postgres else url, 0)
    await other.aclose()

    assert not town.tenant.is_frozen
    assert bool(town.tenant.settings.database.url) == on_postgres
    assert await schools(town.tenant.engine) == ["Longue"]


async def test_a_job_that_does_not_end_keeps_the_commune_where_it_is(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved without its end, its work would be done again: a letter sent twice."""
    town = communes.alpha
    monkeypatch.setattr(freezing, "AGAIN", 0)
    with town.here():
        await queue.later("core", "announce")
        await queue.take(town.tenant.now())

    with pytest.raises(Refused, match="tenant_working"):
        await moving.move(town.tenant, a_place(postgres_server), 0)

    assert not town.tenant.is_frozen
    assert not town.tenant.settings.database.url


@pytest.mark.parametrize("back", [False, True])
async def test_a_move_killed_half_way_leaves_nothing_in_the_way_of_the_next(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch, *, back: bool
) -> None:
    town, real, there = communes.alpha, following.ahead, a_place(postgres_server)
    if back:
        await moving.move(town.tenant, there, 0)
    to = "sqlite" if back else there
    with town.here():
        await School.insert(School(name="Gardée", folded="gardee"))

    async def killed(*given: Any) -> Any:
        await real(*given)
        monkeypatch.setattr(template, "drop", nothing)  # a process that is no more removes nothing
        raise KeyboardInterrupt

    async def nothing(_: object) -> None:
        pass

    drop = template.drop
    monkeypatch.setattr(following, "ahead", killed)
    with pytest.raises(KeyboardInterrupt):
        await moving.move(town.tenant, to, 0)
    monkeypatch.setattr(following, "ahead", real)
    monkeypatch.setattr(template, "drop", drop)

    moved = await moving.move(town.tenant, to, 0)

    assert moved.rows == 1
    assert bool(town.tenant.settings.database.url) != back
    assert not list(town.tenant.folder.glob("*moving*"))


async def test_what_fails_once_families_write_in_the_new_base_never_takes_it_away(
    communes: Communes, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+C in the last instant: the commune is where its file says."""
    town = communes.alpha

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(moving, "_put_aside", interrupted)
    with pytest.raises(KeyboardInterrupt):
        await moving.move(town.tenant, a_place(postgres_server), 0)

    other = beside(town)
    with other.tenant("alpha").here():
        await School.insert(School(name="Après", folded="apres"))
    assert other.tenant("alpha").settings.database.url
    assert not town.tenant.is_frozen
    await other.aclose()


async def test_a_base_of_somebody_else_is_never_taken_for_a_draft(
    communes: Communes, postgres_server: str
) -> None:
    """A neighbour called as a draft could be: nothing of it is removed to make room."""
    town, place = communes.alpha, a_place(postgres_server)
    neighbours = [renamed(postgres_server, f"{named(place)}{end}") for end in ("_moving", "_draft")]
    async with template.administration(postgres_server) as server:
        for one in neighbours:
            await template.create_empty(server, named(one))

    await moving.move(town.tenant, place, 0)

    async with template.administration(postgres_server) as server:
        rows = await server.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY datname",
            f"{named(place)}%",
        )
        drafts = await server.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE 'ribambelle\\_moving\\_%'"
        )
    assert [row["datname"] for row in rows] == sorted([named(place), *map(named, neighbours)])
    assert not drafts
    for one in neighbours:
        await template.drop(one)


async def test_of_two_that_freeze_at_once_one_is_refused(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either wrote: the end of one would open what the other copies."""
    town = communes.alpha
    with freezing.frozen(town.tenant), monkeypatch.context() as neither:
        neither.setattr(Path, "exists", lambda _: False)
        with pytest.raises(Refused, match="tenant_frozen"), freezing.frozen(town.tenant):
            pass
        neither.undo()
        assert town.tenant.is_frozen
    assert not town.tenant.is_frozen


async def test_two_moves_at_once_are_one(communes: Communes, postgres_server: str) -> None:
    town = communes.alpha

    with freezing.alone(town.tenant), pytest.raises(Refused, match="tenant_busy"):
        await moving.move(town.tenant, a_place(postgres_server), 0)


@pytest.mark.parametrize(
    ("account", "why"), [("petit", 'ALTER ROLE "petit" CREATEDB'), ("absent", "mot de passe")]
)
async def test_an_account_that_may_make_no_base_is_told_what_to_ask_for(
    communes: Communes, postgres_server: str, account: str, why: str
) -> None:
    town = communes.alpha
    async with template.administration(postgres_server) as server:
        await server.execute("DROP ROLE IF EXISTS petit; CREATE ROLE petit LOGIN")
    place = a_place(postgres_server).replace("ribambelle@", f"{account}@")

    for asked in (moving.require_possible, moving.move):
        with pytest.raises((Misconfigured, Unavailable)) as refused:
            await asked(town.tenant, place)
        assert why in sentence(refused.value)


async def test_a_place_that_is_none_is_not_said_again(communes: Communes) -> None:
    """A slip in the scheme: the address holds a password, and a terminal keeps what it shows."""
    with pytest.raises(Refused) as refused:
        await moving.move(communes.alpha.tenant, "postgrsql://app:secret@bases/nantes")

    assert "secret" not in sentence(refused.value)
