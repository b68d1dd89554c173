"""A fleet upgraded: what goes wrong in one commune costs it nothing, and the others neither."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.cli import upgrades
from tests.cli.upgrades import BAD, GOOD, copies_of, hashes, one_of, steps, toys

from ribambelle.backups import snapshots, state
from ribambelle.database import DOOR, returning, template
from ribambelle.errors import Refused, Unavailable
from ribambelle.jobs import queue, worker
from ribambelle.tenants import Platform, Tenant, doctor, freezing
from ribambelle.tenants.tenant import FREEZE
from ribambelle.upgrading import commune as upgrading
from ribambelle.upgrading import waves
from ribambelle.upgrading.commune import upgrade
from ribambelle.upgrading.waves import Outcome
from ribambelle.web import first_page
from ribambelle.web.portal import portal
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine
from ribambelle_cli import fleet_upgrade
from ribambelle_cli.main import run
from ribambelle_cli.refusals import sentence

JOBS = 60
FLEET = {"alba": GOOD, "brec": BAD, "caro": GOOD}
OLD = [("balle", "rouge"), ("corde", "rouge")]
NEW = [("balle", ""), ("corde", "")]
DRILL = Path(__file__).with_name("upgrade_drill.py")


@pytest.fixture
async def fleet(tmp_path: Path, database_server: str) -> AsyncIterator[Platform]:
    """Three communes before the new version of a plugin; `brec` cannot take its last step."""
    packages = tmp_path / "packages"
    name = upgrades.package(packages)
    communes = upgrades.platform_of(tmp_path, packages, name)
    await upgrades.brought_up(communes, FLEET, tmp_path / "copies", database_server)
    upgrades.new_version(packages, name)
    yield communes
    await communes.aclose()
    for slug in FLEET:
        if url := communes.tenant(slug).settings.database.url:
            await template.drop(url)


async def gone_through(communes: Platform, first: str = "alba", size: int = 1, **more: Any) -> Any:
    found = await waves.ahead(communes)
    order = waves.ordered(list(found.steps), first, size)
    answers = more.pop("answers", upgrades.well)
    told = [one async for one in waves.run(order, one_of(communes, answers), **more)]
    return {one.slug: one for one in told}


def became(told: dict[str, Outcome]) -> dict[str, str]:
    return {slug: one.became for slug, one in told.items()}


async def test_a_step_that_fails_returns_its_commune_and_the_others_are_upgraded(
    fleet: Platform,
) -> None:
    before = await hashes(fleet.tenant("brec"))

    told = await gone_through(fleet, go_on=True)

    assert became(told) == {"alba": "done", "brec": "returned", "caro": "done"}
    assert await hashes(fleet.tenant("brec")) == before
    assert await toys(fleet.tenant("brec")) == [("balle", "rouge")] * 2
    assert [await toys(fleet.tenant(slug)) for slug in ("alba", "caro")] == [NEW, NEW]
    assert await steps(fleet.tenant("alba")) == ["0001_first", "0002_forget", "0003_once"]
    assert not [one for one in fleet.slugs() if (fleet.tenant(one).folder / FREEZE).exists()]
    assert "toys 0003_once, statement 1" in told["brec"].problem
    assert "balle" not in told["brec"].problem
    with fleet.tenant("brec").here():  # and it is written again
        await journal.record("tenant.changed", "tenant:brec")
        assert await journal.broken_at() is None


async def test_without_its_copy_the_commune_would_have_lost_what_it_held(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: nothing is put back."""

    async def nothing(file: Path, database: object) -> None:
        pass

    monkeypatch.setattr(returning, "put_back", nothing)
    before = await hashes(fleet.tenant("brec"))

    await gone_through(fleet, go_on=True)

    assert await hashes(fleet.tenant("brec")) != before
    assert await toys(fleet.tenant("brec")) == [("balle", "")] * 2


async def test_the_waves_after_a_commune_that_returned_wait_for_somebody(fleet: Platform) -> None:
    told = await gone_through(fleet)

    assert became(told) == {"alba": "done", "brec": "returned", "caro": "not_tried"}
    assert await toys(fleet.tenant("caro")) == OLD


async def test_what_nobody_expected_of_one_commune_does_not_cut_its_wave(
    fleet: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    usual, cut = one_of(fleet), asyncio.Event()

    async def one(slug: str) -> Outcome:
        if slug == "brec":
            cut.set()
            raise ValueError("Durand")
        await cut.wait()  # the other of the wave is still at work then
        return await usual(slug)

    told = {it.slug: it async for it in waves.run([["brec", "caro"], ["alba"]], one)}
    said = fleet_upgrade._line(told["brec"])

    assert became(told) == {"brec": "stuck", "caro": "done", "alba": "not_tried"}
    assert said.startswith("brec : arrêtée en chemin. panne imprévue (ValueError). ")
    assert "Durand" not in said
    assert "relancez la même commande" in said
    assert "upgrade_stuck" in capsys.readouterr().out


async def test_a_commune_that_cannot_be_looked_at_hides_no_other(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Platform.tenant

    def broken(self: Platform, slug: str) -> Tenant:
        if slug == "brec":
            raise ValueError("Durand")
        return real(self, slug)

    monkeypatch.setattr(Platform, "tenant", broken)
    found = await waves.ahead(fleet)
    monkeypatch.undo()

    assert list(found.steps) == ["alba", "caro"]
    assert [(one.slug, one.became, one.problem) for one in found.refused] == [
        ("brec", "refused", "panne imprévue (ValueError)")
    ]


async def test_a_canary_that_returns_stops_everything_whatever_is_asked(fleet: Platform) -> None:
    told = await gone_through(fleet, first="brec", go_on=True)

    assert became(told) == {"brec": "returned", "alba": "not_tried", "caro": "not_tried"}
    assert copies_of(fleet.tenant("alba")) == []


async def test_a_commune_that_no_longer_answers_is_returned(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, before = portal(fleet), await hashes(fleet.tenant("alba"))
    well = await first_page.problem(app, fleet.tenant("alba"))
    monkeypatch.setattr(first_page, "PAGES", ("/", "/page-disparue"))

    told = await gone_through(fleet, answers=lambda one: first_page.problem(app, one))

    assert well == ""
    assert became(told)["alba"] == "returned"
    assert told["alba"].problem == "la page /page-disparue du portail répond 404"
    assert await hashes(fleet.tenant("alba")) == before


async def test_what_was_wrong_before_is_not_laid_at_its_door(fleet: Platform) -> None:
    file = fleet.folder / "alba.toml"
    file.write_text(f'school_zone = "Z"\n{file.read_text()}')

    told = await gone_through(fleet)

    assert told["alba"].became == "done"
    with fleet.tenant("alba").here():
        lines = await JournalLine.select().where(JournalLine.act == "tenant.upgraded")
    assert [line["facts"] for line in lines] == [
        json.dumps(
            {"copy": told["alba"].copy, "steps": ["toys 0002_forget", "toys 0003_once"]},
            separators=(",", ":"),
        )
    ]


async def test_the_others_are_served_and_this_one_only_read_meanwhile(fleet: Platform) -> None:
    app, seen = portal(fleet), list[int | str]()

    async def look(commune: Tenant) -> str:
        seen.append(await first_page.problem(app, fleet.tenant("caro")))
        seen.append(await first_page.problem(app, commune))
        with fleet.tenant("caro").here():
            await journal.record("tenant.changed", "tenant:caro")
        with commune.here(), pytest.raises(Unavailable):
            await journal.record("tenant.changed", "tenant:alba")
        return ""

    await gone_through(fleet, answers=look)

    assert seen[:2] == ["", ""]


async def emptied(
    commune: Tenant, monkeypatch: pytest.MonkeyPatch, sabotage: Callable[[], None]
) -> tuple[list[int], int, int]:
    """Upgrade a commune whose worker is emptying a long queue; return what it did, and when."""
    sent, copied, take = list[int](), list[int](), snapshots.take

    async def send(number: int) -> None:
        sent.append(number)
        await asyncio.sleep(0.01)

    async def counted(*given: Any, **more: Any) -> snapshots.Taken:
        copied.append(len(sent))
        return await take(*given, **more)

    monkeypatch.setitem(commune.hooks.jobs, ("toys", "send"), send)
    monkeypatch.setattr(snapshots, "take", counted)
    monkeypatch.setattr(upgrading, "AGAIN", 0.01)
    monkeypatch.setattr(freezing, "AGAIN", 0.01)
    with commune.here():
        for number in range(JOBS):
            await queue.later("toys", "send", number=number)
    emptying = asyncio.create_task(worker.drain(commune))
    while len(sent) < 3:
        await asyncio.sleep(0.001)
    sabotage()
    await upgrade(commune, upgrades.well, settle=0)
    await emptying
    return sent, copied[0], len(sent)


async def test_a_worker_emptying_its_queue_does_nothing_once_the_copy_is_taken(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    brec = fleet.tenant("brec")

    sent, at_copy, at_end = await emptied(brec, monkeypatch, lambda: None)
    await worker.drain(brec)

    assert 3 <= at_copy == at_end < JOBS
    assert sorted(sent) == list(range(JOBS))  # returned to its copy, it sent nothing twice


async def test_a_worker_that_would_not_look_at_the_mark_goes_on_after_the_copy(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: neither looks at the other."""

    async def at_once(*_: object) -> None:
        pass

    def blind() -> None:
        monkeypatch.setattr(Tenant, "is_frozen", False)
        monkeypatch.setattr(freezing, "idle", at_once)

    _, at_copy, at_end = await emptied(fleet.tenant("alba"), monkeypatch, blind)

    assert at_end > at_copy


async def test_a_job_that_does_not_end_leaves_its_commune_as_it_was(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    alba = fleet.tenant("alba")
    monkeypatch.setattr(freezing, "AGAIN", 0)
    with alba.here():
        await queue.later("toys", "send")
        await queue.take(alba.now())

    outcome = await upgrade(alba, upgrades.well, settle=0)

    assert outcome.became == "refused"
    assert outcome.error is not None
    assert "Attendez cinq minutes" in sentence(outcome.error)
    assert not alba.is_frozen
    assert copies_of(alba) == []
    assert state.upgrade(alba) is None


@pytest.mark.parametrize("harm", ["no folder", "frozen", "full"])
async def test_what_cannot_be_copied_is_not_touched(
    fleet: Platform, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alba = fleet.tenant("alba")
    if harm == "no folder":
        file = fleet.folder / "alba.toml"
        file.write_text(file.read_text().partition("[backup]")[0])
    elif harm == "frozen":
        (alba.folder / FREEZE).touch()
    else:

        async def full(*_: object, **more: object) -> None:
            raise OSError(28, "No space left on device", "/copies")

        monkeypatch.setattr(snapshots, "take", full)
    before = await hashes(alba)

    told = await gone_through(fleet)

    assert became(told) == {"alba": "refused", "brec": "not_tried", "caro": "not_tried"}
    assert await hashes(fleet.tenant("alba")) == before
    assert (alba.folder / FREEZE).exists() == (harm == "frozen")
    assert state.upgrade(alba) is None


async def test_a_return_that_fails_keeps_the_commune_read_only_and_is_taken_up_again(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    brec = fleet.tenant("brec")
    before = await hashes(brec)

    async def away(file: Path, database: object) -> None:
        raise Unavailable("le serveur est arrêté")

    with monkeypatch.context() as patched:
        patched.setattr(returning, "put_back", away)
        stuck = await gone_through(fleet, first="brec")
    found = [one.told for one in await doctor.examined(fleet, network=False)]
    frozen = brec.is_frozen
    again = await gone_through(fleet, first="brec")

    assert (stuck["brec"].became, again["brec"].became) == ("stuck", "returned")
    assert frozen
    assert not brec.is_frozen
    assert any("coupée : elle est en lecture seule" in one for one in found)
    assert await hashes(brec) == before


async def left_stuck(fleet: Platform, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """Return a commune whose way back was cut: read-only, its old copy noted."""

    async def away(file: Path, database: object) -> None:
        raise Unavailable("le serveur est arrêté")

    with monkeypatch.context() as patched:
        patched.setattr(returning, "put_back", away)
        told = await gone_through(fleet, first="brec")
    assert told["brec"].became == "stuck"
    return fleet.tenant("brec")


async def test_a_commune_whose_upgrade_was_cut_is_not_opened_by_hand(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    brec = await left_stuck(fleet, monkeypatch)
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(fleet.folder))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(fleet.data))
    monkeypatch.setattr(
        "ribambelle_cli.tenant.platform",
        lambda: Platform(fleet.folder, fleet.data, plugins=fleet.plugins),
    )
    thaw = ["tenant", "freeze", "brec", "--off"]

    cut = await asyncio.to_thread(run, thaw)
    said, frozen = capsys.readouterr().err, brec.is_frozen
    await gone_through(fleet, first="brec")
    (brec.folder / FREEZE).touch()
    finished = await asyncio.to_thread(run, thaw)

    assert (cut, finished) == (1, 0)
    assert frozen
    assert "ribambelle fleet upgrade" in said
    assert not brec.is_frozen


async def test_what_families_wrote_since_an_old_copy_is_not_lost_to_it(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    brec = await left_stuck(fleet, monkeypatch)
    old = copies_of(brec)
    (brec.folder / FREEZE).unlink()  # by hand
    with brec.here():
        await DOOR.fetch("INSERT INTO toy (word, note) VALUES ('dé', 'bleu')")

    told = await gone_through(fleet, first="brec")

    assert told["brec"].became == "returned"
    assert told["brec"].copy not in old
    assert ("dé", "bleu") in await toys(brec)
    assert not brec.is_frozen


async def test_an_upgrade_taken_up_again_without_its_mark_would_lose_it(
    fleet: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the rerun trusts the copy it finds noted."""
    brec = await left_stuck(fleet, monkeypatch)
    (brec.folder / FREEZE).unlink()
    with brec.here():
        await DOOR.fetch("INSERT INTO toy (word, note) VALUES ('dé', 'bleu')")
    monkeypatch.setattr(upgrading, "_is_outlived", lambda *_: False)

    await gone_through(fleet, first="brec")

    assert ("dé", "bleu") not in await toys(brec)


async def test_a_process_that_serves_sees_what_is_put_back(fleet: Platform) -> None:
    """Its connections were open before: the file is the same one, the server's are made again."""
    other = Platform(fleet.folder, fleet.data, plugins=fleet.plugins)
    assert await toys(other.tenant("brec")) == [("balle", "rouge")] * 2

    await gone_through(fleet, first="brec")
    seen = await toys(other.tenant("brec"))
    await other.aclose()

    assert seen == [("balle", "rouge")] * 2


async def test_a_canary_with_nothing_to_do_is_refused(fleet: Platform) -> None:
    with pytest.raises(Refused, match="canary_unknown"):
        waves.canary(fleet, ["alba"], "paris")


@pytest.mark.parametrize(
    "database_server", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
async def test_the_command_tells_what_it_will_do_then_what_became_of_each(
    fleet: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> Platform:
        return Platform(fleet.folder, fleet.data, plugins=fleet.plugins)

    monkeypatch.setattr(fleet_upgrade, "platform", again)
    monkeypatch.setattr("ribambelle.tenants.freezing.SETTLE", 0)

    tried = await asyncio.to_thread(run, ["fleet", "upgrade", "--dry-run"])
    plan = " ".join(capsys.readouterr().out.split())
    words = ["fleet", "upgrade", "--canary", "caro", "--wave", "1", "--go-on"]
    code = await asyncio.to_thread(run, words)
    said = " ".join(capsys.readouterr().out.split())
    rerun = await asyncio.to_thread(run, ["fleet", "upgrade", "--json"])
    out = capsys.readouterr().out
    facts = json.loads(out[out.index('{\n  "dry_run"') :])  # after the logs of a test

    assert (tried, code, rerun) == (0, 1, 1)
    assert "d’abord alba toys 0002_forget, toys 0003_once" in plan
    assert "Rien n’a été changé." in plan
    assert "Mises à niveau : 2 sur 3. Revenue à sa copie : brec." in said
    assert facts["current"] == ["alba", "caro"]
    assert [(one["slug"], one["became"]) for one in facts["outcomes"]] == [("brec", "returned")]


def drilled(tmp_path: Path, server: str, how: str) -> Sequence[str]:
    packages = tmp_path / "packages"
    name = upgrades.package(packages)
    done = subprocess.run(
        [sys.executable, DRILL, str(tmp_path), name, how, server],
        env={**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{Path.cwd()}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_killed_anywhere_and_run_again_it_ends_the_same(
    tmp_path: Path, database_server: str
) -> None:
    *killed, whole = drilled(tmp_path, database_server, "kept")

    assert len(killed) >= 12
    assert whole.startswith("1 ")
    assert {line.removeprefix("0 ") for line in killed} == {whole.removeprefix("1 ")}
    assert '["balle", "rouge"], ["balle", "rouge"]' in whole


@pytest.mark.slow
def test_without_what_it_notes_it_would_not(tmp_path: Path) -> None:
    """The twin: the rerun knows nothing of the copy taken before the first step."""
    *killed, whole = drilled(tmp_path, "", "forgotten")

    assert {line.removeprefix("0 ") for line in killed} != {whole.removeprefix("1 ")}
