"""Tablets at the command line: opened with a code, listed, revoked."""

import json
from typing import Any

import pytest
from anyio import to_thread

from ribambelle.identity import schools
from ribambelle.testing import Communes
from ribambelle_cli.main import run


@pytest.mark.parametrize("database_server", [""])
async def test_a_tablet_is_opened_paired_listed_and_revoked(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform, town = communes.app.platform, communes.alpha
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(platform.folder))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(platform.data))
    with town.here():
        await schools.opened(["Lilas"])

    async def told(*words: str) -> Any:
        capsys.readouterr()
        asked = ["periscolaire", "tablet", *words, "--tenant", "alpha", "--json"]
        code = await to_thread.run_sync(run, asked)
        lines = capsys.readouterr().out.splitlines()
        first = next(place for place, line in enumerate(lines) if line in ("{", "["))
        return code, json.loads("\n".join(lines[first:]))

    with town.here() as tenant:
        last = f"{tenant.now().year + 1}-01-15"
    wrong = await told("open", "Roses", "Hall", "--last", last)
    made = await told("open", "Lilas", "Réfectoire", "--last", last)
    paired = await town.visitor().post("/pointage/appairer", data={"code": made[1]["code"]})
    listed = await told("list")
    revoked = await told("revoke", "1")
    again = await told("revoke", "9")

    assert (wrong[0], made[0], revoked[0], again[0]) == (1, 0, 0, 1)
    assert "Lilas" in wrong[1]["refused"]
    assert paired.status_code == 303
    assert [(one["name"], one["state"]) for one in listed[1]] == [("Réfectoire", "reliée")]
