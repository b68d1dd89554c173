"""The units are as closed as they can be, and every sample runs commands that exist."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from tests.proofs.serving import serving

from ribambelle.testing.browser import free_port
from ribambelle.testing.missing import miss
from ribambelle_cli.main import application, run

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


def services() -> dict[str, Any]:
    """Return the services of the compose file, what they share included."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return found


def open_to(service: dict[str, Any]) -> list[str]:
    """Return what a service leaves open that it does not need."""
    closed = {
        "its disk may be written": service.get("read_only") is True,
        "it keeps capabilities": service.get("cap_drop") == ["ALL"],
        "it may gain privileges": "no-new-privileges:true" in service.get("security_opt", []),
        "its processes are not bounded": service.get("pids_limit", 0) > 0,
        "its logs grow without end": "max-size" in service.get("logging", {}).get("options", {}),
        "it is cut in the middle of a request": service.get("stop_grace_period") == "20s",
        "it answers to the world": all(
            port.startswith("127.0.0.1:") for port in service.get("ports", [])
        ),
    }
    return [words for words, is_closed in closed.items() if not is_closed]


def test_a_container_is_closed_and_only_a_command_writes_the_files_of_communes() -> None:
    found = services()

    assert {name: open_to(one) for name, one in found.items()} == {
        "portail": [],
        "travaux": [],
        "commande": [],
    }
    files = {
        name: [place for place in one["volumes"] if "/etc/ribambelle" in place]
        for name, one in found.items()
    }
    assert files == {
        "portail": ["./tenants:/etc/ribambelle:ro"],
        "travaux": ["./tenants:/etc/ribambelle:ro"],
        "commande": ["./tenants:/etc/ribambelle"],
    }
    assert found["commande"]["profiles"] == ["commande"]


def test_twin_an_ordinary_container_is_found_open() -> None:
    assert len(open_to({"image": "ribambelle", "ports": ["8000:8000"]})) == 7


def test_the_image_runs_as_nobody_and_holds_nothing_of_a_commune() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    last = lines[starts[-1] :]
    left_in = (DEPLOY.parent / ".dockerignore").read_text("utf-8").splitlines()

    assert all(re.search(r":\d[\w.-]+", lines[number]) for number in starts)  # never "latest"
    assert "USER 10001:10001" in last and not any("USER root" in line for line in last)
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert not any(line.startswith("ADD ") or "sudo" in line for line in lines)
    assert all("--no-cache-dir" in line for line in lines if "pip install" in line)
    assert left_in[1] == "*"
    assert [line[1:] for line in left_in if line.startswith("!")] == [
        "deploy/requirements.lock",
        "deploy/traces.lock",
        "core",
        "cli",
        "plugins",
    ]
    copied = [line.split()[1] for line in lines if re.match("COPY (?!--from)", line)]
    assert copied == ["deploy/${LOCK}", "core", "cli", "plugins"]
    assert "ARG LOCK=requirements.lock" in lines


@pytest.mark.parametrize("believed", [False, True])
def test_behind_a_proxy_of_another_address_https_is_known_as_the_compose_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, believed: bool
) -> None:
    """What reaches a container comes from the network of Docker, never from 127.0.0.1."""
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    host = ("--insee", "2A004", "--host", "famille.ajaccio.fr")
    assert run(["tenant", "create", "ajaccio", *host]) == 0
    for name, value in services()["portail"]["environment"].items() if believed else ():
        monkeypatch.setenv(name, value)
    port, told = free_port(), {"host": "famille.ajaccio.fr", "x-forwarded-proto": "https"}

    with (
        serving(tmp_path, port),
        httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as afar,
    ):
        answer = afar.get(f"http://127.0.0.1:{port}/connexion", headers=told)

    assert answer.status_code == 200
    assert ("strict-transport-security" in answer.headers) == believed
