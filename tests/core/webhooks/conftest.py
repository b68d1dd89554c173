"""A commune whose doors are opened and shut, and a program that is told of it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ribambelle import hookimpl
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, Town
from ribambelle.testing.receiver import Receiver, a_receiver
from ribambelle.workflow import State, Transition, Workflow

FAMILY = frozenset({"family"})
DOOR = Workflow(
    "door",
    (State("shut", "Fermée", "Poussez."), State("open", "Ouverte", "Entrez.")),
    (
        Transition("push", "Poussée", ("shut",), "open", FAMILY),
        Transition("pull", "Tirée", ("open",), "shut", FAMILY),
    ),
    label="Ouverture d’une porte",
)


class DoorPlugin:
    """A plugin of the tests: nothing but doors."""

    @hookimpl
    def workflows(self) -> list[Workflow]:
        return [DOOR]


@pytest.fixture
def enabled_plugins(installed: Plugins, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The plugin of the tests has neither migrations nor templates."""
    real, plugin = installed.folder, DoorPlugin()
    monkeypatch.setattr(
        Plugins, "folder", lambda self, name, part: None if name == "door" else real(name, part)
    )
    installed.manager.register(plugin, "door")
    yield ["door"]
    installed.manager.unregister(plugin)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as one:
        yield one


@pytest.fixture
def town(communes: Communes) -> Town:
    """A commune where events may stay on this machine, as in a demonstration."""
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text("utf-8") + "[webhooks]\nlocal = true\n", "utf-8")
    return communes.alpha
