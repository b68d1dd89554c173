"""OpenID Connect, as FranceConnect and ProConnect speak it: where to go, what may be believed."""

from ribambelle.openid.answers import Rejected
from ribambelle.openid.asking import Answered, Unreachable, addresses, redeem
from ribambelle.openid.provider import FRANCECONNECT, PROCONNECT, Provider, of, registered

__all__ = [
    "FRANCECONNECT",
    "PROCONNECT",
    "Answered",
    "Provider",
    "Rejected",
    "Unreachable",
    "addresses",
    "of",
    "redeem",
    "registered",
]
