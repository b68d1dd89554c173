"""A run shared between processes counts the routes that each of them called."""

from types import SimpleNamespace

import pytest
from tests import conftest

from ribambelle.testing import coverage
from ribambelle.web.portal import Portal


def test_a_route_called_by_another_process_is_called(
    shared_app: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process notes what it called; whoever ends the run joins their notes."""
    monkeypatch.setattr(coverage, "_called", set())
    every = coverage.uncalled(shared_app)
    first, second = every[::2], every[1::2]

    for called in (first, second):
        told = [line.split(" ") for line in called]
        conftest.pytest_testnodedown(SimpleNamespace(workeroutput={"called": told}))

    assert len(every) > 30
    assert coverage.uncalled(shared_app) == []


def test_what_a_process_called_is_told_as_it_ends(
    shared_app: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "_called", {("GET", "/creche")})
    config = SimpleNamespace(workeroutput={})

    conftest.pytest_sessionfinish(SimpleNamespace(config=config))  # type: ignore[arg-type]  # only its config is read

    assert config.workeroutput == {"called": [["GET", "/creche"]]}


def test_a_process_that_died_tells_nothing() -> None:
    conftest.pytest_testnodedown(SimpleNamespace())
