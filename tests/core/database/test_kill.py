"""A process killed without warning loses nothing it had acknowledged."""

import subprocess
import sys
from pathlib import Path

DRILL = Path(__file__).with_name("kill_drill.py")


def test_five_kills_lose_nothing(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, DRILL, tmp_path, "5"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "5 kills" in done.stdout


def test_a_row_said_too_early_is_found_missing(tmp_path: Path):
    """The twin: acknowledged before it is kept. A drill that passes proves nothing."""
    done = subprocess.run(
        [sys.executable, DRILL, tmp_path, "5", "early"], capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "acknowledged and lost" in done.stderr
