"""docs/faults.md names nineteen faults, and tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| +(\d+) \|(.*)\|$", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.M)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_fault_has_its_test() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 20))
    for number, told in ROWS:
        proof, twin = told.split("|")[2:4]
        assert NAMED.findall(proof), number
        assert NAMED.findall(twin), number


def test_each_test_it_names_is_there() -> None:
    for _, told in ROWS:
        for file, name in NAMED.findall(told):
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"


def test_what_runs_in_every_run_is_marked() -> None:
    """A mark is true when one of the tests named is not kept for the long proofs."""
    for number, told in ROWS:
        files = [(ROOT / file).read_text("utf-8") for file, _ in NAMED.findall(told)]
        slow = all("pytestmark = pytest.mark.slow" in text for text in files)
        if "✓" in told:
            assert not slow, number
