"""Personal data at the command line: the register, a copy, forgetting, eliminating, the journal."""

import asyncio
from pathlib import Path
from zipfile import ZipFile

import pytest

from ribambelle.commands import platform
from ribambelle.database.door import DOOR
from ribambelle.identity import households
from ribambelle.identity.households import AdultEntry
from ribambelle.privacy.guards import lifted
from ribambelle.tenants import Platform
from ribambelle.workflow import journal
from ribambelle_cli.main import run


async def a_family(communes: Platform) -> None:
    with communes.tenant("bastia").here() as tenant:
        await households.create([AdultEntry("Lou", "Mattei")], None, tenant.now())
        for number in range(3):
            await journal.record("account.signed_in", f"account:{number}")
    await communes.aclose()


async def tampered(communes: Platform) -> None:
    with communes.tenant("bastia").here():
        async with lifted("core_journal"):
            await DOOR.fetch("UPDATE core_journal SET act = 'x' WHERE number = 2")
    await communes.aclose()


def test_a_commune_s_data_is_told_copied_forgotten_and_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    assert run(["tenant", "create", "bastia", "--insee", "2B033"]) == 0
    asyncio.run(a_family(platform()))
    file = tmp_path / "famille.zip"

    codes = [
        run(["privacy", "register", "bastia", "--json"]),
        run(["privacy", "export", "bastia", "1", "--to", str(file)]),
        run(["privacy", "export", "bastia", "1", "--to", str(file)]),
        run(["privacy", "export", "bastia", "9", "--to", str(tmp_path / "no.zip")]),
        run(["privacy", "forget", "bastia", "1", "--dry-run"]),
        run(["privacy", "forget", "bastia", "1"]),
        run(["privacy", "forget", "bastia", "1"]),
        run(["privacy", "eliminate", "bastia"]),
        run(["privacy", "eliminate", "bastia", "--dry-run"]),
        run(["privacy", "eliminate", "bastia", "--visa", "AD 2B, 1/2026"]),
        run(["journal", "verify", "bastia"]),
    ]
    told = " ".join(capsys.readouterr().out.split())
    kept = told.split("--kept ")[1].split()[0]
    seals = [
        run(["journal", "verify", "bastia", "--kept", one])
        for one in (kept, f"{kept[:-6]}{'0' * 6}", f"9{kept}", "hier")
    ]
    lost = " ".join(capsys.readouterr().out.split())
    asyncio.run(tampered(platform()))
    broken = run(["journal", "verify", "bastia"])

    assert codes == [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0]
    assert broken == 1
    assert seals == [0, 1, 1, 1]
    assert lost.count("n’est plus là telle qu’elle était") == 2
    assert "Savoir qui demande et qui appeler" in told
    assert "2 lignes partiraient" in told
    assert "rien n’a dépassé sa durée" in told
    with ZipFile(file) as out:
        assert "Mattei" in out.read("donnees.json").decode()
    assert file.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "no.zip").exists()


def test_a_commune_takes_its_security_file_and_decides_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    assert run(["tenant", "create", "bastia", "--insee", "2B033", "--plugin", "creche"]) == 0
    folder = tmp_path / "homologation"

    codes = [run(["homologation", "export", "bastia", "--to", str(folder)]) for _ in range(2)]

    assert codes == [0, 1]
    parts = {file.name: file.read_text("utf-8-sig") for file in folder.iterdir()}
    assert len(parts) == 9
    assert "Bastia" in parts["0-lisez-moi.md"]
    assert "litestar" in parts["1-inventaire.csv"]
    assert "creche_application" in parts["3-donnees.csv"]
    assert "paiement" not in parts["3-donnees.csv"]
    assert "with an executable proof" in parts["6-asvs.md"]
    assert "Décision de la commune" in parts["8-risques.md"]
