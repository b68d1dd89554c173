"""What a commune's IT does with payments: one step after the other, and a check that tells."""

import json
from pathlib import Path

import pytest
from tests.paiement_tresor.builders import on_line, settle

from ribambelle.tenants import checking
from ribambelle.testing.communes import Communes
from ribambelle_cli.main import run
from ribambelle_paiement_tresor.tables import Entry
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury


def test_each_step_towards_real_money_is_taken_in_order_and_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    created = ["tenant", "create", "ville", "--insee", "44109", "--host", "ville.fr"]
    assert run([*created, "--plugin", "paiement"]) == 0

    def step(wanted: str, *more: str) -> int:
        return run(["paiement", "mode", wanted, "--tenant", "ville", *more])

    assert [step("production"), step("activation"), step("inconnu")] == [1, 1, 1]
    assert [step("test", "--dry-run"), step("activation")] == [0, 1]
    assert [step("test"), step("activation"), step("production")] == [0, 0, 0]
    said = capsys.readouterr().out
    assert "passez d’abord par « activation »" in said
    assert 'écrivez mode = "production"' in " ".join(said.split())
    assert step("", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["taken"] == ["test", "activation", "production"]
    assert run(["paiement", "check", "--tenant", "ville"]) == 0
    assert "équilibrés" in capsys.readouterr().out


async def test_the_check_of_a_commune_reads_the_regie_at_the_treasury(
    communes: Communes, treasury: SimulatedTreasury
) -> None:
    town = communes.alpha
    on_line(town, treasury.address)
    problems, remarks = await checking.examined(town.tenant)
    assert problems == []
    assert any("090909, au Trésor : SIM" in one for one in remarks)

    for mode, address, words in (
        ("production", treasury.address, "ne paie qu’au Trésor public"),
        ("demo", "https://www.payfip.gouv.fr", "ne paie qu’à un simulateur"),
        ("test", treasury.address, "ribambelle paiement mode test --tenant alpha"),
    ):
        on_line(town, address, mode)
        (problem,) = (await checking.examined(town.tenant))[0]
        assert words in problem
    settle(town, "[paiement]\nmode = 'demo'\ntreasury = 'http://127.0.0.1:9'\n")
    assert await checking.problems(town.tenant) == []


async def test_the_check_finds_an_entry_that_does_not_balance(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        entry = Entry(key="forged", kind="issued", regie="regie", day=tenant.now().date())
        entry.at = tenant.now()
        await Entry.insert(entry)

    (problem,) = await checking.problems(town.tenant)

    assert "forged" in problem
