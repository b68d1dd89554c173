"""Tokens of programs at the command line: shown once, listed without their secret, revoked."""

import json
from typing import Any

import pytest
from anyio import to_thread

from ribambelle.testing import Communes
from ribambelle_cli.main import run


@pytest.mark.parametrize("database_server", [""])
async def test_a_token_is_given_listed_and_revoked(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = communes.app.platform
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(platform.folder))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(platform.data))

    async def told(*words: str) -> Any:
        capsys.readouterr()
        code = await to_thread.run_sync(run, ["api", "token", *words, "--json"])
        lines = capsys.readouterr().out.splitlines()
        first = next(place for place, line in enumerate(lines) if line in ("{", "["))
        return code, json.loads("\n".join(lines[first:]))

    wish = ("create", "alpha", "Cantine", "--scope", "periscolaire:read")
    tried = await told(*wish, "--dry-run")
    made = await told(*wish)
    wrong = await told("create", "alpha", "Cantine", "--scope", "periscolaire:write")
    program = communes.alpha.visitor()
    program.headers["authorization"] = f"Bearer {made[1]['token']}"
    before = await program.get("/api/v1/token")
    revoked = await told("revoke", "alpha", made[1]["prefix"])
    after = await program.get("/api/v1/token")
    listed = await told("list", "alpha")

    assert (tried[0], tried[1]["token"], made[0], wrong[0]) == (0, None, 0, 1)
    assert (before.status_code, after.status_code) == (200, 401)
    assert revoked[1]["revoked_at"]
    assert [one["prefix"] for one in listed[1]] == [made[1]["prefix"]]
    assert made[1]["token"].split("_", 2)[2] not in json.dumps(listed[1])
