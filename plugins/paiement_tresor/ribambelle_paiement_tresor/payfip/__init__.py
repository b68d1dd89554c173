"""Talking to the treasury: PayFiP for régies, by its web service."""

from ribambelle_paiement_tresor.payfip.answers import Client, Created, Result
from ribambelle_paiement_tresor.payfip.client import PRODUCTION, Payfip
from ribambelle_paiement_tresor.payfip.errors import (
    PayfipError,
    PayfipFunctional,
    PayfipMalformed,
    PayfipTechnical,
    PayfipUnreachable,
)
from ribambelle_paiement_tresor.payfip.exchange import Exchange

__all__ = [
    "PRODUCTION",
    "Client",
    "Created",
    "Exchange",
    "Payfip",
    "PayfipError",
    "PayfipFunctional",
    "PayfipMalformed",
    "PayfipTechnical",
    "PayfipUnreachable",
    "Result",
]
