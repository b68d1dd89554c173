"""Plugins as strangers install them: a wheel, in a folder of its own, on the path of one process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "examples" / "ribambelle-bibliotheque"
(PREVIOUS,) = (LIBRARY / "previous").glob("*.whl")
"""What was installed in communes before the version that is here; a wheel is never made again."""
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")


def wheel_of(source: Path, into: Path) -> Path:
    """Build the wheel of a plugin, without network."""
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(into))
    subprocess.run([*PIP, "wheel", *options, str(source)], check=True)
    (wheel,) = into.glob("*.whl")
    return wheel


def installed(wheel: Path, site: Path) -> Path:
    """Install a wheel in a folder, without network."""
    subprocess.run(
        [*PIP, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)], check=True
    )
    return site


def with_plugin(site: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process that finds what is installed in a folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]), **more}
