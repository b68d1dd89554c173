"""Programs told of events, at the command line: declared, listed, sent again, stopped."""

import json
from typing import Any

import pytest
from anyio import to_thread

from ribambelle.testing import Communes
from ribambelle.webhooks.tables import WebhookDelivery
from ribambelle_cli.main import run

ADDRESS = "https://logiciel.example.test/avis"


@pytest.mark.parametrize("database_server", [""])
async def test_a_program_is_declared_listed_sent_to_again_and_stopped(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = communes.app.platform
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(platform.folder))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(platform.data))

    async def told(*words: str) -> Any:
        capsys.readouterr()
        code = await to_thread.run_sync(run, ["api", "webhooks", *words, "--json"])
        lines = capsys.readouterr().out.splitlines()
        first = next(place for place, line in enumerate(lines) if line in ("{", "[", "[]"))
        return code, json.loads("\n".join(lines[first:]))

    wish = ("add", "alpha", "Portes", ADDRESS, "--kind", "creche.application.*")
    tried = await told(*wish, "--dry-run")
    none = await told("list", "alpha")
    made = await told(*wish)
    code = made[1]["code"]
    wrong = [
        await told("add", "alpha", "Portes", ADDRESS, "--kind", "creche.fenetre.*"),
        await told("add", "alpha", "Portes", "https://10.0.0.1/", "--kind", "creche.application.*"),
        await told("remove", "alpha", "00000000"),
        await told("replay", "alpha", code, "evt_inconnu"),
    ]
    with communes.alpha.here() as tenant:
        now = tenant.now()
        for step, state in enumerate(("delivered", "given_up"), start=1):
            row = WebhookDelivery(webhook=1, step=step, event=f"evt_{step}", kind="k", body="{}")
            row.state, row.at, row.since, row.next_at = state, now, now, now
            await WebhookDelivery.insert(row)
    listed = await told("list", "alpha")
    again = await told("replay", "alpha", code)
    sent = await told("list", "alpha", "--of", code)
    await told("remove", "alpha", code)
    after = await told("list", "alpha")

    assert (tried[0], tried[1]["secret"], none[1], made[0]) == (0, None, [], 0)
    assert made[1]["secret"].startswith("whsec_")
    assert [answer[0] for answer in wrong] == [1, 1, 1, 1]
    assert [(one["code"], one["given_up"]) for one in listed[1]] == [(code, 1)]
    assert made[1]["secret"] not in json.dumps(listed[1])
    assert again[1]["events"] == ["evt_2"]
    assert [(one["event"], one["state"]) for one in sent[1]] == [
        ("evt_2", "waiting"),
        ("evt_1", "delivered"),
    ]
    assert after[1] == []
