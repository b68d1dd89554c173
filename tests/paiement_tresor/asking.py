"""What a commune asks of the treasury in these tests; each sets only what matters to it."""

from typing import Any

from ribambelle_paiement_tresor.domain.request import PaymentRequest, payment_request, reference
from ribambelle_paiement_tresor.payfip import Payfip
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

NOBODY = "http://127.0.0.1:9"
"""An address where nobody listens."""

OUTCOMES = {"card": "P", "debit": "V", "refuse_card": "R", "refuse_debit": "Z", "abandon": "A"}
EMAIL = "lea.martin@example.org"


def a_request(**given: Any) -> PaymentRequest:
    usual = {
        "numcli": "090909",
        "year": 2026,
        "refdet": reference(2026, 345, 1),
        "subject": "Cantine d’octobre",
        "cents": 4820,
        "email": EMAIL,
        "saisie": "T",
        "notify_url": f"{NOBODY}/paiement/avis",
        "return_url": f"{NOBODY}/paiement/retour",
    }
    return payment_request(**(usual | given))


def asking(treasury: SimulatedTreasury, patience: float = 5) -> Payfip:
    return Payfip(treasury.address, patience=patience)


async def an_idop(treasury: SimulatedTreasury, **given: Any) -> str:
    return (await asking(treasury).create(a_request(**given))).idop
