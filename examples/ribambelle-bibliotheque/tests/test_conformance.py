"""This plugin keeps the rules of the house, at the level its `quality.toml` claims."""

from pathlib import Path

from ribambelle.testing.conformance import examine


def test_the_level_claimed_is_reached() -> None:
    assert examine(Path(__file__).parents[1]).left == {}
