"""The long version of tests/core/database/test_kill.py."""

import subprocess
import sys
from pathlib import Path

import pytest

DRILL = Path(__file__).parents[1] / "core" / "database" / "kill_drill.py"


@pytest.mark.slow
def test_thirty_kills_lose_nothing(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, DRILL, tmp_path, "30"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "30 kills" in done.stdout
