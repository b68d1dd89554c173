"""Two programs written by others use the simulator as they use the treasury."""

import asyncio
from typing import Any

import eopayment
import pytest
import zeep
from eopayment import payfip_ws
from tests.paiement_tresor.asking import EMAIL, NOBODY, OUTCOMES, an_idop, asking

from ribambelle_paiement_tresor.payfip import PayfipFunctional
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

READ = {
    "P": eopayment.PAID,
    "V": eopayment.PAID,
    "R": eopayment.DENIED,
    "Z": eopayment.DENIED,
    "A": eopayment.CANCELLED,
}


def wsdl(treasury: SimulatedTreasury) -> str:
    return f"{treasury.address}/tpa/services/securite?wsdl"


def test_a_stock_soap_client_reads_the_contract_and_calls_it(treasury: SimulatedTreasury) -> None:
    client = zeep.Client(wsdl(treasury))
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()

    assert port.binding_options["address"] == f"{treasury.address}/tpa/services/securite"
    assert set(port.binding.all()) == {
        "creerPaiementSecurise",
        "recupererDetailPaiementSecurise",
        "recupererDetailClient",
    }
    said = client.service.recupererDetailClient(arg0={"numCli": "090909"})
    assert said.libelleN2 == "SIM Régie des familles"
    with pytest.raises(zeep.exceptions.Fault) as refused:
        client.service.recupererDetailPaiementSecurise(arg0={"idOp": "x"})
    detail = client.wsdl.types.deserialize(refused.value.detail[0])
    assert (detail.code, detail.libelle, detail.severite) == ("P1", "IdOp incorrect.", 2)


def eopaying(treasury: SimulatedTreasury) -> Any:
    payment = payfip_ws.Payment(
        {
            "numcli": "090909",
            "saisie": "T",
            "automatic_return_url": f"{NOBODY}/paiement/avis",
            "normal_return_url": f"{NOBODY}/paiement/retour",
        }
    )
    payment.payfip = payfip_ws.PayFiP(wsdl_url=wsdl(treasury))
    return payment


async def test_eopayment_pays_and_reads_what_our_client_reads(treasury: SimulatedTreasury) -> None:
    theirs = await asyncio.to_thread(eopaying, treasury)
    for outcome, letter in OUTCOMES.items():
        treasury.reset()
        idop, _, page = await asyncio.to_thread(
            theirs.request, "48.20", EMAIL, refdet="F20260000034501", exer="2026", subject="Cantine"
        )
        ours = await an_idop(treasury, subject="Cantine", refdet="F20260000034502")
        assert page.endswith(asking(treasury).page(idop).partition("/tpa")[2])
        asked = [one["fields"] for one in treasury.requests()]
        assert asked[0] | {"refdet": ""} == asked[1] | {"refdet": ""}

        treasury.family(idop, outcome)
        treasury.family(ours, outcome)
        read = await asyncio.to_thread(theirs.payfip.get_info_paiement, idop)
        crossed = await asking(treasury).result(idop)
        own = await asking(treasury).result(ours)

        assert read.resultrans == crossed.letter == own.letter == letter
        assert int(read.montant) == crossed.cents == own.cents == 4820
        assert (read.refdet, read.numcli, read.saisie, read.numauto or "") == (
            crossed.refdet,
            crossed.numcli,
            crossed.saisie,
            crossed.authorisation,
        )
        status = await asyncio.to_thread(theirs.payfip_response_to_eopayment_response, idop, read)
        assert (status.result, status.test) == (READ[letter], True)


async def test_eopayment_is_refused_as_our_client_is(treasury: SimulatedTreasury) -> None:
    theirs = await asyncio.to_thread(eopaying, treasury)
    idop = await an_idop(treasury)

    for asked, code in ((idop, "P5"), ("x", "P1")):
        with pytest.raises(payfip_ws.PayFiPError) as refused:
            await asyncio.to_thread(theirs.payfip.get_info_paiement, asked)
        with pytest.raises(PayfipFunctional) as ours:
            await asking(treasury).result(asked)
        assert refused.value.code == ours.value.code == code
        assert refused.value.message == ours.value.label
