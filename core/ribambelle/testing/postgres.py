"""A PostgreSQL server of one's own, for the length of a test run."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from ribambelle.database import programs

OWNER = "ribambelle"
# Nothing of a test run is worth a disk's patience, nor statistics that change a plan half-way.
HASTE = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"),
    "autovacuum=off",
)


class NoServer(Exception):
    """No server can be started here; the sentence says why."""


def start_server(folder: Path, settings: Sequence[str] = HASTE) -> str:
    """Start a server whose data are in this empty folder, and return its address.

    :param settings: of PostgreSQL; those of a test run keep nothing that was not written yet.

    It listens on a socket of that folder only. PostgreSQL refuses to run as root: the folder is
    then given to an ordinary user of the machine, who must be able to reach it.
    """
    user = _user()
    if user is not None:
        _require_reachable(folder)
        shutil.chown(folder, user)
    data = folder / "data"
    _run("initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync", at=folder)
    return _start(folder, settings)


def start_standby(folder: Path, of: Path, settings: Sequence[str] = HASTE) -> str:
    """Start, in this empty folder, a server that follows the one of another; return its address."""
    if (user := _user()) is not None:
        shutil.chown(folder, user)
    origin = ("-h", of, "-U", OWNER, "-D", folder / "data", "--no-sync")
    _run("pg_basebackup", *origin, "-R", "-X", "stream", "-c", "fast", at=folder)
    return _start(folder, settings)


def _start(folder: Path, settings: Sequence[str]) -> str:
    data = folder / "data"
    own = (*settings, "listen_addresses=", f"unix_socket_directories={folder}")
    options = " ".join(f"-c {setting}" for setting in own)
    _run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start", at=folder)
    return f"postgresql://{OWNER}@/postgres?{urlencode({'host': str(folder)}, safe='/')}"


def restart(folder: Path) -> None:
    """Stop the server of this folder as a crash would, and start it again."""
    _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "restart", at=folder)


def stop(folder: Path) -> None:
    """Stop the server of this folder, whatever it is doing."""
    _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop", at=folder)


def _run(program: str, *arguments: str | Path, at: Path) -> None:
    """Run a program of PostgreSQL; its output goes to a file, since the server keeps it open."""
    with (at / f"{program}.out").open("w+") as output:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, arguments of ours
            [programs.find(program), *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            user=_user(),
            cwd=at,
            check=False,
        )
        if done.returncode:
            output.seek(0)
            raise NoServer(f"{program} failed: {output.read()[-500:]}")


def _user() -> str | None:
    """Return whom to run as, when we are root; None to run as we are."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _require_reachable(folder: Path) -> None:
    for parent in folder.parents:
        if not parent.stat().st_mode & 0o001:
            raise NoServer(f"{parent} is closed to the user that runs PostgreSQL")
