"""The treasury of a commune: whether it may be asked, at which address, in which mode."""

from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor.domain.modes import SAISIE, address_refused
from ribambelle_paiement_tresor.payfip import Payfip
from ribambelle_paiement_tresor.queries import modes
from ribambelle_paiement_tresor.settings import Settings


def reached(tenant: Tenant) -> Payfip:
    """Return the treasury of a commune; payments already begun are asked about in any mode."""
    return Payfip(tenant.of(Settings).treasury)


TRIALS = ("test", "activation")


async def saisie(tenant: Tenant, email: str) -> str:
    """Return the letter payments are asked with, or refuse: nobody pays on line here.

    The file says how far a commune went, and its own base that it took each step: a file changed
    by hand to skip one opens nothing. Until production, only those who try it may pay.
    Raises Refused("payments_closed", why=…).
    """
    settings = tenant.of(Settings)
    if settings.mode == "off" or tenant.settings.fictional:
        raise Refused("payments_closed", why="off")
    commune = tenant.settings
    why = address_refused(settings.mode, settings.treasury, demo=commune.demo, hosts=commune.hosts)
    if why:
        raise Refused("payments_closed", why=why)
    if settings.mode != "demo" and (await modes.taken())[-1:] != [settings.mode]:
        raise Refused("payments_closed", why="step_not_taken")
    if settings.mode in TRIALS and email.casefold() not in settings.testers:
        raise Refused("payments_closed", why="trial")
    return SAISIE[settings.mode]


async def is_open(tenant: Tenant, email: str) -> bool:
    """Tell whether somebody may pay on line here."""
    try:
        await saisie(tenant, email)
    except Refused:
        return False
    return True
