"""The units are as closed as they can be, and every sample runs commands that exist."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ribambelle.testing.missing import miss
from ribambelle_cli.main import application

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def exposure(unit: Path) -> float:
    """Return how exposed systemd finds a unit: 0 not at all, 10 entirely."""
    program = shutil.which("systemd-analyze")
    if program is None:
        miss("systemd", "systemd is not on this machine")
    told = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.search(r"exposure level for \S+: ([0-9.]+)", told)
    assert found, told
    return float(found[1])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardly_exposed(unit: Path) -> None:
    assert exposure(unit) <= 1.5


def test_twin_a_unit_that_closes_nothing_is_found(tmp_path: Path) -> None:
    bare = tmp_path / "bare.service"
    kept = re.findall(r"^(?:\[.*\]|ExecStart=.*|User=.*)$", UNITS[0].read_text("utf-8"), re.M)
    bare.write_text("\n".join(kept) + "\n", "utf-8")

    assert exposure(bare) > 5


def test_what_the_samples_run_exists() -> None:
    commands = {
        one.name or one.callback.__name__
        for one in application().registered_commands
        if one.callback
    }
    ran = [
        shlex.split(line.partition("=")[2])[1]
        for unit in UNITS
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    ran += re.findall(r'\["ribambelle", "(\w+)"', (DEPLOY / "Dockerfile").read_text("utf-8"))
    ran += re.findall(r'\["ribambelle", "(\w+)"', (DEPLOY / "compose.yaml").read_text("utf-8"))

    assert len(UNITS) == 2
    assert sorted(ran) == ["serve", "serve", "work", "work"]
    assert set(ran) <= commands


def test_the_port_is_kept_by_a_socket_that_the_proxies_know() -> None:
    kept = (DEPLOY / "systemd" / "ribambelle.socket").read_text("utf-8")
    address = re.search(r"^ListenStream=(\S+)$", kept, re.M)

    assert address
    unit = (DEPLOY / "systemd" / "ribambelle.service").read_text("utf-8")
    assert "Requires=ribambelle.socket" in unit
    for sample in ("nginx.conf", "Caddyfile"):
        assert address[1] in (DEPLOY / sample).read_text("utf-8")


@pytest.mark.parametrize("sample", ["nginx.conf", "Caddyfile"])
def test_a_proxy_writes_itself_who_calls(sample: str) -> None:
    text = (DEPLOY / sample).read_text("utf-8")

    assert re.search(r"X-Forwarded-For (\$remote_addr|\{remote_host\})", text)
    assert "proxy_add_x_forwarded_for" not in text
