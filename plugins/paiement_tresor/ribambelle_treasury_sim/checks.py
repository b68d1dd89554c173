"""What the treasury refuses in a request to pay.

Codes it was heard to answer are given word for word; the others are ours and begin with SIM-.
"""

import re
from urllib.parse import urlsplit

from ribambelle_treasury_sim.soap import Fields, functional
from ribambelle_treasury_sim.treasury import Treasury

LOWEST, HIGHEST = 100, 9_999_999
REFDET = re.compile(r"[A-Za-z0-9]{6,30}")
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
OBJET = re.compile(r"[A-Za-z0-9 ]{0,100}")


def check_request(treasury: Treasury, fields: Fields) -> None:
    """Refuse a request of the web service that is not to the letter."""
    check_client(treasury, fields.get("numcli", ""))
    if not treasury.allows(fields.get("saisie", ""), "T X W"):
        raise functional("SIM-SAISIE", "SIM Type de saisie refusé par le simulateur")
    check_debt(fields)
    for name in ("urlnotif", "urlredirect"):
        if not absolute(fields.get(name, "")):
            raise functional(f"SIM-{name.upper()}", f"SIM Adresse {name} incorrecte")


def check_client(treasury: Treasury, numcli: str) -> None:
    """Refuse a number that no commune has."""
    if numcli not in treasury.clients:
        told = "SIM Numéro de client inconnu"
        raise functional("SIM-NUMCLI", told, descriptif=told)


def check_debt(fields: Fields) -> None:
    """Refuse a debt whose reference, e-mail, amount, year or object is not to the letter."""
    if not REFDET.fullmatch(fields.get("refdet", "")):
        raise functional("R3", "Le format du paramètre REFDET n'est pas conforme")
    mel = fields.get("mel", "")
    if not (6 <= len(mel) <= 80 and EMAIL.fullmatch(mel)):
        raise functional("A2", "Adresse électronique incorrecte.")
    montant = fields.get("montant", "")
    if not (re.fullmatch(r"[0-9]{1,12}", montant) and LOWEST <= int(montant) <= HIGHEST):
        raise functional("SIM-MONTANT", "SIM Montant incorrect")
    if not re.fullmatch(r"([0-9]{4})?", fields.get("exer", "")):
        raise functional("SIM-EXER", "SIM Exercice incorrect")
    if not OBJET.fullmatch(fields.get("objet", "")):
        raise functional("SIM-OBJET", "SIM Objet incorrect")


def absolute(address: str) -> bool:
    """Tell whether an address is whole and not too long.

    >>> absolute("https://famille.example/paiement/avis"), absolute("/paiement/avis")
    (True, False)
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(address) <= 250
