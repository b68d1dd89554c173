"""Workflows and the journal: what moves, who may move it, and what stays written."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from ribambelle import hookimpl
from ribambelle.database import DOOR as DATABASE
from ribambelle.database import REFUSED, transaction
from ribambelle.errors import Refused
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes
from ribambelle.workflow import State, Step, Transition, Workflow, fire, history, journal, start
from ribambelle.workflow.tables import Demande, JournalLine

DOOR = Workflow(
    "door",
    (State("closed", "Fermée", "Poussez."), State("open", "Ouverte", "Entrez.", final=True)),
    (
        Transition("push", "Poussée", ("closed",), "open", frozenset({"family"})),
        Transition(
            "slam", "Claquée", ("open",), "closed", frozenset({"office"}), needs_reason=True
        ),
    ),
)


class DoorPlugin:
    """A plugin of the test, that listens to its own doors."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refusal: str | None = None
        self.breaks = False

    @hookimpl
    def workflows(self) -> list[Workflow]:
        return [DOOR]

    @hookimpl
    def transition_allowed(self) -> dict[str, Any]:
        async def ask(step: Step) -> str | None:
            return self.refusal

        return {"door": ask}

    @hookimpl
    def transition_done(self) -> dict[str, Any]:
        async def listen(step: Step) -> None:
            await journal.record("door.heard", f"demande:{step.request}")
            if self.breaks:
                raise RuntimeError("the listener falls")

        return {"door": listen}

    @hookimpl
    def transition_announced(self) -> dict[str, Any]:
        async def listen(step: Step) -> None:
            self.told.append(f"{step.transition} {step.target}")

        return {"door": listen}


@pytest.fixture
def door(installed: Plugins) -> Iterator[DoorPlugin]:
    plugin = DoorPlugin()
    installed.manager.register(plugin, "door")
    yield plugin
    installed.manager.unregister(plugin)


@pytest.fixture
def enabled_plugins(door: DoorPlugin) -> list[str]:
    return ["door"]


@pytest.fixture(autouse=True)
def no_folder(installed: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin of the test has neither migrations nor templates."""
    real = installed.folder
    monkeypatch.setattr(
        Plugins, "folder", lambda self, name, part: None if name == "door" else real(name, part)
    )


async def test_a_request_moves_and_its_history_stays(communes: Communes) -> None:
    with communes.alpha.here():
        number = await start("door", side="family", account=1)
        await fire(number, "push", side="family", account=1)

        steps = await history(number)

    assert [(step.transition, step.source, step.target) for step in steps] == [
        ("push", "closed", "open")
    ]
    assert steps[0].whose == "la famille"


@pytest.mark.asvs("2.3.1")
async def test_the_wrong_side_moves_nothing(communes: Communes) -> None:
    with communes.alpha.here():
        number = await start("door", side="family", account=1)

        with pytest.raises(Refused, match="not_for_you"):
            await fire(number, "push", side="office", account=2)
        assert await history(number) == []


async def test_a_reason_is_asked_for(communes: Communes) -> None:
    with communes.alpha.here():
        number = await start("door", side="family", account=1)
        await fire(number, "push", side="family", account=1)

        with pytest.raises(Refused, match="reason_needed"):
            await fire(number, "slam", side="office", account=2, reason="  ")


async def test_a_plugin_may_refuse_in_words(communes: Communes, door: DoorPlugin) -> None:
    door.refusal = "La porte est peinte."
    with communes.alpha.here():
        number = await start("door", side="family", account=1)

        with pytest.raises(Refused) as refusal:
            await fire(number, "push", side="family", account=1)

    assert refusal.value.facts["words"] == "La porte est peinte."


async def test_a_listener_that_falls_is_undone_alone(communes: Communes, door: DoorPlugin) -> None:
    door.breaks = True
    with communes.alpha.here():
        number = await start("door", side="family", account=1)
        await fire(number, "push", side="family", account=1)

        acts = [line["act"] for line in await JournalLine.select(JournalLine.act)]
        state = (await Demande.select(Demande.state).where(Demande.id == number))[0]["state"]

    assert state == "open"
    assert "door.push" in acts
    assert "door.heard" not in acts


async def test_an_announcement_comes_after_once_each(communes: Communes, door: DoorPlugin) -> None:
    town = communes.alpha
    with town.here():
        number = await start("door", side="family", account=1)
        await fire(number, "push", side="family", account=1)
        await fire(number, "slam", side="office", account=2, reason="courant d’air")
    assert door.told == []

    await town.work()
    await town.work()

    assert door.told == ["push open", "slam closed"]


async def test_of_two_at_once_one_moves(communes: Communes) -> None:
    with communes.alpha.here():
        number = await start("door", side="family", account=1)

        answers = await asyncio.gather(
            *(fire(number, "push", side="family", account=n) for n in range(8)),
            return_exceptions=True,
        )

        moved = [answer for answer in answers if isinstance(answer, Step)]
        assert len(moved) == 1
        assert len(await history(number)) == 1


CHANGES = [
    "UPDATE core_journal SET object = 'thing:9' WHERE number = 3",
    "DELETE FROM core_journal WHERE number = 2",
]
DIALECT_CHANGES = {
    "sqlite": "INSERT OR REPLACE INTO core_journal (id, number) VALUES (3, 3)",
    "postgres": "TRUNCATE core_journal",
}


@pytest.mark.asvs("16.4.2")
async def test_the_database_refuses_to_change_the_journal(communes: Communes) -> None:
    """A21: the chain verifies."""
    with communes.alpha.here():
        for number in range(5):
            await journal.record("test.act", f"thing:{number}")

        for change in (*CHANGES, DIALECT_CHANGES[DATABASE.engine_type]):
            with pytest.raises(REFUSED):
                await DATABASE.fetch(change)

        assert await JournalLine.count() == 5
        assert await journal.broken_at() is None


async def test_twin_without_its_triggers_a_change_passes_and_the_chain_shows_it(
    communes: Communes,
) -> None:
    """A21: an edited or deleted line is found."""
    with communes.alpha.here():
        for number in range(5):
            await journal.record("test.act", f"thing:{number}", account=number)
        assert await journal.broken_at() is None

        async with transaction():
            await without_triggers()
            await DATABASE.fetch(CHANGES[0])
            assert await journal.broken_at() == 3
            await DATABASE.fetch(CHANGES[1])
            assert await journal.broken_at() == 2


async def test_the_last_lines_removed_are_found_by_a_seal_kept_elsewhere(
    communes: Communes,
) -> None:
    """A21: what is left follows itself; the twin is the chain without what was kept."""
    with communes.alpha.here():
        for number in range(5):
            await journal.record("test.act", f"thing:{number}", account=number)
        end = await journal.end()
        kept = (int(end["number"]), str(end["digest"]))
        await journal.record("test.act", "thing:5")
        assert not await journal.is_lost(*kept)
        assert await journal.is_lost(kept[0], "0" * 64)

        async with transaction():
            await without_triggers()
            await DATABASE.fetch("DELETE FROM core_journal WHERE number >= 5")
            assert await journal.broken_at() is None
            assert await journal.is_lost(*kept)


async def without_triggers() -> None:
    """Let the journal be changed, as somebody who holds the database could."""
    if DATABASE.engine_type == "postgres":
        await DATABASE.fetch("SET LOCAL session_replication_role = replica")
        return
    for row in await DATABASE.fetch("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        await DATABASE.fetch(f"DROP TRIGGER {row['name']}")


async def test_acts_at_once_make_one_chain(communes: Communes) -> None:
    with communes.alpha.here():
        await asyncio.gather(*(journal.record("test.act", f"thing:{n}") for n in range(20)))

        assert await JournalLine.count() == 20
        assert await journal.broken_at() is None


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_its_lock_the_chain_breaks(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the lock is what keeps lines in order where several writers exist."""

    async def no_lock(key: str) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(journal.locks, "advisory", no_lock)
    with communes.alpha.here():
        answers = await asyncio.gather(
            *(journal.record("test.act", f"thing:{n}") for n in range(20)), return_exceptions=True
        )

    assert any(isinstance(answer, Exception) for answer in answers)
