"""The régie hands over and reads the treasury's files; a family is told where to pay."""

import io
import json
from pathlib import Path

import httpx
import pypdfium2
import pytest
import zxingcpp
from tests.paiement_tresor.builders import settle
from tests.paiement_tresor.test_families import said
from tests.paiement_tresor.test_titres import CAMILLE, SETTINGS, Owing, owing

from ribambelle.identity import Grant
from ribambelle.testing.communes import Communes
from ribambelle_cli.main import run
from ribambelle_paiement_tresor import printing
from ribambelle_paiement_tresor.queries import books, mine
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

DESK = "/bureau/paiement/titres"
__all__ = ["owing"]


async def dropped(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    """Drop a file of the treasury on the page."""
    return await browser.post(f"{DESK}/retours", files={"file": ("retour.xml", content)})


async def test_a_regisseur_hands_over_sends_and_counts_from_the_pages(owing: Owing) -> None:
    regie = await owing.town.staff(Grant("regisseur"))
    desk = await regie.get(DESK)
    assert all(words in desk.text for words in ("Camille Œuvrard", "Moins de", "Adresse à compl"))
    with owing.town.here():
        payer = (await mine.one(owing.invoices["camille"])).payer
    nobody = await regie.post(f"{DESK}/transmettre", data={"act": "chosen"})
    assert (nobody.status_code, "Cochez au moins une famille" in nobody.text) == (422, True)

    done = await regie.post(f"{DESK}/transmettre", data={"payers": payer, "act": "chosen"})

    here = done.headers["location"]
    again = await regie.post(f"{DESK}/transmettre", data={"payers": payer, "act": "chosen"})
    assert (again.status_code, "c’est déjà fait" in again.text) == (422, True)
    await owing.town.work()
    file = await regie.get(f"{here}/fichier")
    assert file.headers["content-disposition"].endswith('_2026_01_0000001.xml"')
    acked = owing.treasury.http.post("/_sim/pes/aller", content=file.content).content
    seen = await dropped(regie, acked)
    assert "Rien n’est encore compté" in (await regie.get(seen.headers["location"])).text
    family = await owing.town.family(CAMILLE)
    assert "Vous recevez un avis" in (await family.get("/paiement/factures/1")).text
    assert (await family.get("/paiement/factures/1/avis")).status_code == 404
    early = await regie.get(f"{here}/avis")
    assert (early.status_code, "attendez que" in (await regie.get(here)).text) == (303, True)
    await regie.post(f"{seen.headers['location']}/compter")
    assert "Accepté par le Trésor" in (await regie.get(here)).text

    page = await family.get("/paiement/factures/1")
    assert "/paiement/factures/1/avis" in page.text
    assert f"{here}/avis?page=0" in (await regie.get(here)).text
    for paper in (
        await family.get("/paiement/factures/1/avis"),
        await regie.get(f"{here}/avis?page=0"),
    ):
        notice = said(paper)
        for words in ("Camille Œuvrard", "Titre : 1, exercice 2026, bordereau 1", "2026-1-1"):
            assert words in notice
        for words in ("48,20", "Claire Besson, Maire", "dans les deux mois", "Cantine"):
            assert words in notice
    paul = await owing.town.family("paul@example.test")
    assert (await paul.get("/paiement/factures/1/avis")).status_code == 404
    link = "https://www.payfip.gouv.fr/tpa/paiement.web?numcli=090911&amp;refdet=2026-1-1"
    assert "2026-1-1" in page.text
    assert f"{link}&amp;montant=4820" in page.text
    told = {"exer": "2026", "id_bord": "1", "id_pce": "1", "org_ema": "10", "montant": 4820}
    owing.treasury.http.post("/_sim/pes/collect", json=told).raise_for_status()
    owing.treasury.advance(days=1)
    back = await dropped(regie, owing.treasury.http.get("/_sim/pes/retour").content)
    preview = await regie.get(back.headers["location"])
    assert all(words in preview.text for words in ("Payé par internet", "Camille Œuvrard"))
    assert await owing.left("camille") == books.Standing(0, 4820)
    for _ in range(2):
        await regie.post(f"{back.headers['location']}/compter")
    assert await owing.left("camille") == books.Standing(0, 0, 4820)
    assert "Réglée avec le comptable" in (await family.get("/paiement/factures/1")).text


async def test_a_wrong_file_is_told_where_and_an_accountant_only_reads(owing: Owing) -> None:
    regie = await owing.town.staff(Grant("regisseur"))
    reader = await owing.town.staff(Grant("accountant"), email="compta@example.test")

    refused = await dropped(regie, b"<?xml version='1.0'?>\n<!DOCTYPE a>\n<a/>")
    empty = await dropped(regie, b"")

    assert (refused.status_code, "ligne 2" in refused.text) == (422, True)
    assert (empty.status_code, "Choisissez le fichier" in empty.text) == (422, True)
    assert (await reader.get(DESK)).status_code == 200
    assert (await reader.post(f"{DESK}/transmettre", data={"act": "all"})).status_code == 403
    assert (await dropped(reader, b"<a/>")).status_code == 403
    missing = await regie.post(f"{DESK}/9/renvoyer")
    assert missing.status_code == 404


async def test_s44_a_tobacconist_reads_the_invoice_and_an_altered_digit_fails(
    owing: Owing,
) -> None:
    """The code is read back from the printed invoice, and the words stand beside it."""
    with owing.town.here() as tenant:
        one = await mine.one(owing.invoices["camille"])
        bare = await printing.paper(tenant, one, await mine.lines(one.id))
    assert scanned(bare) == []
    text = SETTINGS.format(address=owing.treasury.address, form="ormc")
    settle(owing.town, f"{text}[paiement.buraliste]\nopen = true\n")
    await owing.counted(await owing.sent(await owing.hand_over()))
    with owing.town.here() as tenant:
        one = await mine.one(owing.invoices["camille"])
        paper = await printing.paper(tenant, one, await mine.lines(one.id))

    (told,) = scanned(paper)

    assert len(told) == 130
    assert "Payable auprès d’un buraliste agréé, en espèces ou par carte." in words_of(paper)
    for place in (66, 78, 100, 126):
        digit = str((int(told[place]) + 1) % 10)
        altered = owing.treasury.http.post(
            "/_sim/buraliste", json={"scan": told[:place] + digit + told[place + 1 :]}
        )
        assert (altered.status_code, "clé" in altered.text) == (400, True), place
    paid = owing.treasury.http.post("/_sim/buraliste", json={"scan": told}).json()
    assert paid["known"] is True
    owing.treasury.advance(days=1)
    found = await owing.counted(owing.treasury.http.get("/_sim/pes/retour").content)
    assert found.cents == {"titre_paid": 4820}


def scanned(paper: bytes) -> list[str]:
    """Return what a scanner reads in the Data Matrices of a paper."""
    picture = pypdfium2.PdfDocument(io.BytesIO(paper))[0].render(scale=5).to_pil()
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)
    return [one.text for one in found]


def words_of(paper: bytes) -> str:
    """Return the words of a paper."""
    text = pypdfium2.PdfDocument(io.BytesIO(paper))[0].get_textpage().get_text_range()
    return " ".join(text.split())


def test_a_commune_s_it_hands_over_and_imports_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    created = ["tenant", "create", "ville", "--insee", "44109", "--host", "ville.fr"]
    assert run([*created, "--plugin", "paiement"]) == 0
    hostile = tmp_path / "retour.xml"
    hostile.write_text("<a/>")
    capsys.readouterr()

    def titres(*words: str) -> int:
        return run(["paiement", "titres", *words, "--tenant", "ville"])

    assert titres("hand-over", "--dry-run") == 1
    assert "Les titres ne sont pas ouverts ici" in capsys.readouterr().out
    assert titres("import", str(hostile)) == 1
    assert "ligne 1" in capsys.readouterr().out
    assert titres("list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"ready": [], "waiting": [], "bordereaux": []}


async def test_what_another_commune_received_does_not_exist_here(
    owing: Owing, communes: Communes, treasury: SimulatedTreasury
) -> None:
    number = await owing.hand_over()
    settle(communes.beta, SETTINGS.format(address=treasury.address, form="titre"))
    other = await communes.beta.staff(Grant("regisseur"))

    for path in (f"{DESK}/{number}", f"{DESK}/{number}/fichier", f"{DESK}/retours/1"):
        assert (await other.get(path)).status_code == 404
