"""A commune of trial for somebody's plugin: filled with people, or nothing left and the reason."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ribambelle import hookimpl
from ribambelle.demonstration_families import FAMILIES
from ribambelle.plugins import Plugins
from ribambelle_cli.main import run


class Toys:
    """A plugin of somebody: it fills a commune as it was told to."""

    __module__ = "ribambelle_assmat.toys"

    def __init__(self, filling: Callable[[int], Awaitable[None]]) -> None:
        self.filling = filling

    @hookimpl
    def demo(self) -> Any:
        return self.filling


seeds: list[int] = []


async def fills(seed: int) -> None:
    seeds.append(seed)


async def falls(seed: int) -> None:
    raise ValueError("plus de jouets")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


def with_toys(
    monkeypatch: pytest.MonkeyPatch, filling: Callable[[int], Awaitable[None]] = fills
) -> None:
    monkeypatch.setattr(
        "ribambelle.commands.Plugins",
        lambda: Plugins({"toys": Toys(filling), "more_toys": Toys(fills)}),
    )


def demo(*more: str) -> int:
    return run(["demo", "--plugin", "toys", "--prepare", *more])


def test_a_commune_of_trial_is_filled_once_and_says_who_signs_in(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_toys(monkeypatch)
    seeds.clear()

    first = demo("--json")
    told = json.loads(capsys.readouterr().out)
    again = demo()
    words = capsys.readouterr().out

    assert (first, again, seeds) == (0, 0, [2026])
    assert (told["slug"], told["plugins"]) == ("essai-toys", ["toys"])
    assert "agent@demo.example" in {one["email"] for one in told["people"]}
    # a link serves once: each start writes others
    links = [one["link"] for one in told["people"] if one["link"]]
    assert len(links) == 3 and not set(links) & set(re.findall(r"http\S+", words))
    assert "nadia.payet@demo.example" in words and "ribambelle de papier" in words
    assert len(FAMILIES) == 12


def test_a_plugin_that_cannot_fill_leaves_nothing_and_its_file_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_toys(monkeypatch, falls)

    fell = demo()
    told = capsys.readouterr().err
    left = (place / "data" / "essai-toys").exists()
    with_toys(monkeypatch)

    assert (fell, left) == (1, False)
    assert "« toys »" in told and "plus de jouets" in told
    assert "test_demonstration_kit.py, ligne" in told and "demo()" in told
    assert demo() == 0


def test_a_real_commune_is_left_alone(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_toys(monkeypatch)
    assert run(["tenant", "create", "essai-toys", "--name", "Vraie"]) == 0
    before = (place / "tenants" / "essai-toys.toml").read_text("utf-8")
    capsys.readouterr()

    assert demo() == 1
    assert "n’est pas une commune de démonstration" in capsys.readouterr().err
    assert (place / "tenants" / "essai-toys.toml").read_text("utf-8") == before


def test_what_cannot_be_shown_is_refused_with_what_to_do(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_toys(monkeypatch)
    demo()
    capsys.readouterr()

    unknown = run(["demo", "--plugin", "nulle_part", "--prepare"]), capsys.readouterr().err
    beside = demo("--plugin", "more_toys"), capsys.readouterr().err

    assert unknown[0] == 1 and "Modules installés : toys, more_toys" in unknown[1]
    assert beside[0] == 1 and "ribambelle tenant enable essai-toys more_toys" in beside[1]


def test_a_plugin_put_aside_is_not_shown_and_the_cause_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Toys):
        __module__ = "ribambelle_assmat.toys"

        @hookimpl
        def menu(self) -> Any:
            return 7

    monkeypatch.setattr("ribambelle.commands.Plugins", lambda: Plugins({"toys": Broken(fills)}))

    assert demo() == 1
    told = capsys.readouterr().err
    assert "Le module toys est en panne" in told and "menu() a répondu" in told
    assert "ribambelle plugin check" in told
