"""A public name that leaves still answers, says what to use, and goes when it was said."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from ribambelle import __version__, deprecations
from ribambelle.billing import Gap
from ribambelle.deprecations import DEPRECATIONS, Deprecation, leaving, overdue, table

PAGE = Path(__file__).parents[2] / "docs" / "stability.md"
ROW = Deprecation("old_billing.Hole", "ribambelle.billing.Gap", since="0.2", removed_in="0.3")


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module one name of which is leaving."""
    module = ModuleType("old_billing")
    module.__dict__["__getattr__"] = leaving("old_billing")
    monkeypatch.setitem(sys.modules, "old_billing", module)
    monkeypatch.setattr(deprecations, "DEPRECATIONS", (ROW,))
    return module


def test_a_name_that_leaves_still_answers_and_says_what_to_use(old: ModuleType) -> None:
    with pytest.warns(
        DeprecationWarning, match=r"leaves in 0\.3: use ribambelle\.billing\.Gap"
    ) as told:
        found = old.Hole

    assert found is Gap
    assert told[0].filename == __file__  # where it is used, not where it was kept


def test_a_name_that_never_was_is_not_found(old: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no attribute 'Pit'"):
        _ = old.Pit


def test_each_name_that_leaves_has_a_successor_and_is_not_overdue() -> None:
    assert overdue(DEPRECATIONS, __version__) == []
    assert [one.name for one in DEPRECATIONS] == sorted(one.name for one in DEPRECATIONS)
    for one in DEPRECATIONS:
        place, _, name = one.name.rpartition(".")
        with pytest.warns(DeprecationWarning):
            getattr(__import__(place, fromlist=[name]), name)


def test_the_page_lists_what_leaves() -> None:
    section = PAGE.read_text("utf-8").partition("## Names that are leaving\n")[2]

    assert section.partition("\n## ")[0].strip().endswith(table(DEPRECATIONS))
