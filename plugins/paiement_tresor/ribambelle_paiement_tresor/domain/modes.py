"""How far has a commune gone towards real payments on line? One step at a time, each written down.

Contract of the treasury: fictitious payments first (``T``), then one real payment that proves the
chain (``X``), then everybody's (``W``). A demonstration pays ``W`` to a simulator, and nothing else.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

TREASURY = "https://www.payfip.gouv.fr"
STEPS = ("off", "test", "activation", "production")
MODES = {
    "off": "Fermé : personne ne paie en ligne",
    "test": "Essai : des paiements fictifs, rien n’est encaissé",
    "activation": "Activation : un vrai paiement prouve la chaîne",
    "production": "Ouvert : les familles paient en ligne",
    "demo": "Démonstration : un simulateur, aucun argent",
}
SAISIE = {"test": "T", "activation": "X", "production": "W", "demo": "W"}


def step_refused(mode: str, taken: Sequence[str], open_tests: int = 0) -> str:
    """Return why a commune may not go to a mode, as a code; empty when it may.

    :param taken: the modes it went through, the present one last.
    :param open_tests: fictitious payments whose end nobody knows yet.

    >>> step_refused("test", []), step_refused("production", ["off", "test"])
    ('', 'skipped')
    >>> step_refused("production", ["off", "test", "activation"], open_tests=2)
    'open_tests'
    >>> step_refused("off", ["production"]), step_refused("production", ["activation", "off"])
    ('', '')
    """
    if mode not in MODES:
        return "unknown"
    if mode in ("off", "demo"):
        return ""
    reached = max((STEPS.index(one) for one in taken if one in STEPS), default=0)
    if STEPS.index(mode) > reached + 1:
        return "skipped"
    if mode != "test" and open_tests:
        return "open_tests"
    return ""


def address_refused(mode: str, treasury: str, *, demo: bool, hosts: Sequence[str]) -> str:
    """Return why payments may not be asked of this address in this mode, as a code.

    >>> address_refused("production", "http://127.0.0.1:9000", demo=False, hosts=["alpha.fr"])
    'not_the_treasury'
    >>> address_refused("demo", "http://127.0.0.1:9000", demo=True, hosts=["alpha.localhost"])
    ''
    >>> address_refused("demo", "https://www.payfip.gouv.fr", demo=True, hosts=["alpha.localhost"])
    'not_the_simulator'
    """
    if mode == "demo":
        if not demo or not all(_is_local(host) for host in hosts):
            return "not_a_demonstration"
        return "" if _is_loopback(treasury) else "not_the_simulator"
    if mode == "off":
        return ""
    if treasury == TREASURY:
        return ""
    # a simulator may play the fictitious payments, never those that count
    return "" if mode == "test" and _is_loopback(treasury) else "not_the_treasury"


def _is_local(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name == "localhost" or name.endswith(".localhost")


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
