"""The harness of the portal: two communes, on each database in turn."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ribambelle.testing import Town

pytest_plugins = ["ribambelle.testing.fixtures"]
Settle = Callable[..., None]


@pytest.fixture
def enabled_plugins() -> list[str]:
    """The plugins that the communes of a test enable."""
    return ["bibliotheque"]


@pytest.fixture
def settle(tmp_path: Path) -> Settle:
    """What writes the table of the plugin in a commune's file."""

    def write(town: Town, *lines: str) -> None:
        file = tmp_path / f"{town.slug}.toml"
        text = file.read_text("utf-8")
        file.write_text("\n".join([text, "[bibliotheque]", *lines, ""]), "utf-8")

    return write
