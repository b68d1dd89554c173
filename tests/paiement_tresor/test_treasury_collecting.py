"""The treasury takes titres in charge, collects, debits, and tells it the next day."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree
from tests.paiement_tresor.asking import an_idop

from ribambelle.testing.missing import miss
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury
from ribambelle_treasury_sim.titres import ALLER, take

SCANNED = (
    " " * 64 + "0013001002689400330001" + "60" + " " + "45" + "0500000000000034503109949"
    "86" + "806" + " " + "    4820"
)
PAIN = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"><CstmrDrctDbtInitn><PmtInf>'
    "<ReqdColltnDt>2026-11-27</ReqdColltnDt>{debits}</PmtInf></CstmrDrctDbtInitn></Document>"
)
DEBIT = (
    "<DrctDbtTxInf><PmtId><EndToEndId>{id}</EndToEndId></PmtId>"
    '<InstdAmt Ccy="EUR">48.20</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>RUM-{id}</MndtId>'
    "</MndtRltdInf></DrctDbtTx></DrctDbtTxInf>"
)


def a_file(bord: str = "1", total: str = "60.20", last: str = "2") -> bytes:
    """Two titres of one line: the smallest file that says what the treasury reads."""
    pieces = "".join(
        f'<Piece><BlocPiece><IdPce V="{number}"/><TypPce V="01"/><NatPce V="01"/>'
        f'<NumDette V="{debt}"/></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePiece>'
        f'<IdLigne V="1"/><MtHT V="{amount}"/></InfoLignePiece></BlocLignePiece></LigneDePiece>'
        "</Piece>"
        for number, debt, amount in (("1", "345", "48.20"), (last, "346", "12.00"))
    )
    return (
        f'<n:PES_Aller xmlns:n="{ALLER}"><Enveloppe><Parametres><NomFic V="F1"/></Parametres>'
        '</Enveloppe><EnTetePES><IdPost V="031099"/><IdColl V="21310555400018"/>'
        '<CodCol V="001"/><CodBud V="00"/></EnTetePES><PES_RecetteAller><Bordereau>'
        f'<BlocBordereau><Exer V="2026"/><IdBord V="{bord}"/><TypBord V="01"/>'
        f'<MtBordHt V="{total}"/></BlocBordereau>{pieces}</Bordereau></PES_RecetteAller>'
        "</n:PES_Aller>"
    ).encode()


def sent(treasury: SimulatedTreasury, body: bytes) -> bytes:
    return treasury.http.post("/_sim/pes/aller", content=body).raise_for_status().content


def anomalies(acknowledged: bytes) -> list[str]:
    root = ElementTree.fromstring(acknowledged)
    return [element.get("V", "") for element in root.iter("NumAnoAck")]


@pytest.mark.parametrize(
    ("body", "anomaly"),
    [
        (a_file(), "ERREUR_DOUBLON_BORDEREAU"),
        (a_file("2", last="1"), "ERREUR_DOUBLON_PIECE"),
        (a_file("2", total="60.21"), "ERREUR_CUMUL_MONTANTS"),
        (a_file("2", total="1e3"), "ERREUR_SCHEMA_INCOMPLET"),
        (a_file("2&lt;"), "ERREUR_SCHEMA_INCOMPLET"),
        (a_file("2")[:-20], "ERREUR_SCHEMA_INCOMPLET"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + a_file("2"), "ERREUR_SCHEMA_INCOMPLET"),
    ],
)
def test_s45_a_sending_is_taken_whole_or_not_at_all(
    treasury: SimulatedTreasury, body: bytes, anomaly: str
) -> None:
    assert anomalies(sent(treasury, a_file())) == []

    assert anomalies(sent(treasury, body)) == [anomaly]

    collected = {"exer": "2026", "id_bord": "2", "montant": 1}
    assert treasury.http.post("/_sim/pes/collect", json=collected).status_code == 404


def test_s43_what_was_collected_comes_back_the_next_day(treasury: SimulatedTreasury) -> None:
    sent(treasury, a_file())
    first = {"exer": "2026", "id_bord": "1", "id_pce": "1", "id_ligne": "1"}
    for origin, cents in (("10", 4000), ("06", 820)):
        told = first | {"org_ema": origin, "montant": cents}
        treasury.http.post("/_sim/pes/collect", json=told).raise_for_status()
    assert treasury.http.get("/_sim/pes/retour").status_code == 404

    treasury.advance(days=1)
    root = ElementTree.fromstring(treasury.http.get("/_sim/pes/retour").content)

    found = {tag: [one.get("V") for one in root.iter(tag)] for tag in ("IdPce", "EtatLigPce")}
    assert found == {"IdPce": ["1"], "EtatLigPce": ["06"]}
    assert [[leaf.get("V") for leaf in one] for one in root.iter("EncaissementEmargement")] == [
        ["10", "2026-11-25", "40.00"],
        ["06", "2026-11-25", "8.20"],
    ]
    later = treasury.http.get("/_sim/pes/retour", params={"since": "2026-11-26"})
    assert later.status_code == 404


def test_s44_a_tobacconist_takes_a_code_whose_keys_are_right(treasury: SimulatedTreasury) -> None:
    sent(treasury, a_file())

    def paid(scan: str, means: str) -> tuple[int, object]:
        answered = treasury.http.post("/_sim/buraliste", json={"scan": scan, "means": means})
        return answered.status_code, answered.json().get("known")

    assert paid(SCANNED.replace("0345", "0346"), "cash") == (400, None)
    assert paid(SCANNED[1:], "cash") == (400, None)
    assert paid(SCANNED, "cheque") == (400, None)
    assert paid(SCANNED, "cash") == (200, True)
    treasury.advance(days=1)
    back = ElementTree.fromstring(treasury.http.get("/_sim/pes/retour").content)
    assert [one.get("V") for one in back.iter("OrgEma")] == ["03"]
    assert [one.get("V") for one in back.iter("EtatLigPce")] == ["05"]


def test_s41_a_refused_debit_comes_back_two_days_after_its_date(
    treasury: SimulatedTreasury,
) -> None:
    file = PAIN.format(debits=DEBIT.format(id="A1") + DEBIT.format(id="B2"))
    taken = treasury.http.post("/_sim/sdd", params={"refuse": "B2:AM04"}, content=file)
    hostile = treasury.http.post("/_sim/sdd", content=f"<!DOCTYPE a>{file}")
    assert (taken.json(), hostile.status_code) == ({"debits": 2, "montant": 9640}, 400)

    treasury.advance(to="2026-11-28T23:59:00")
    assert treasury.http.get("/_sim/sdd/returns").text.count("\n") == 1
    treasury.advance(minutes=1)
    rows = treasury.http.get("/_sim/sdd/returns").text.splitlines()

    assert rows[1:] == ["29/11/2026;B2;RUM-B2;4820;AM04"]


async def test_s40_the_daily_report_tells_what_was_taken_that_day_for_a_regie(
    treasury: SimulatedTreasury,
) -> None:
    for number, (saisie, outcome) in enumerate(
        [("W", "card"), ("X", "debit"), ("T", "card"), ("W", "refuse_card"), ("W", "card")]
    ):
        idop = await an_idop(treasury, saisie=saisie, refdet=f"F2026000{number}")
        treasury.family(idop, outcome)
    other = await an_idop(treasury, saisie="W", numcli="090910")
    treasury.family(other, "card")

    asked = {"numcli": "090909", "date": "2026-11-25"}
    rows = list(csv.reader(treasury.report(**asked).splitlines(), delimiter=";"))
    told = treasury.report(**asked, without="F20260004", extra="UNKNOWN1:100")

    assert [(row[2], row[3], row[4]) for row in rows if row[0] == "LIGNE"][1:] == [
        ("F20260000", "4820", "CB"),
        ("F20260001", "4820", "PRLV"),
        ("F20260004", "4820", "CB"),
    ]
    assert (rows[0][0], rows[-1]) == ("EN-TETE", ["PIED-DE-PAGE", "3", "14460"])
    assert ("F20260004" in told, "UNKNOWN1;100" in told) == (False, True)


def test_acknowledgements_and_returns_follow_the_official_schemas(
    treasury: SimulatedTreasury,
) -> None:
    given = os.environ.get("RIBAMBELLE_PES_XSD", "")
    if not given:
        miss("pes_xsd", "RIBAMBELLE_PES_XSD names no folder")
    folder = Path(given, "PES_V2")
    acquit = etree.XMLSchema(etree.parse(str(folder / "Rev0/PES_V2_Acquit_Autonome.xsd")))
    retour = etree.XMLSchema(etree.parse(str(folder / "RETOUR/Rev0/PES_Retour.xsd")))
    for body in (a_file(), a_file(), b"<!DOCTYPE a>"):
        acquit.assertValid(etree.fromstring(sent(treasury, body)))
    treasury.http.post("/_sim/buraliste", json={"scan": SCANNED}).raise_for_status()
    treasury.advance(days=1)
    retour.assertValid(etree.fromstring(treasury.http.get("/_sim/pes/retour").content))

    # told to check, it refuses what the schema refuses: our smallest file says too little
    now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    _, (refused,) = take([], a_file(), now, given)
    assert (refused.code, "Version" in refused.told) == ("ERREUR_SCHEMA_INCOMPLET", True)
