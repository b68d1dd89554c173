"""What to say to a person about a field that cannot be read."""

import re

DATES = "Écrivez une date qui existe, par exemple 27 3 2026."
EXPECTED = {
    "int": "Écrivez un nombre entier, par exemple 3.",
    "float": "Écrivez un nombre, par exemple 2,5.",
    "decimal": "Écrivez un nombre, par exemple 2,5.",
    "date": DATES,
    "time": "Écrivez une heure, par exemple 8:30.",
}


def sentence(message: str) -> str:
    """Return the French sentence for one of msgspec's refusals.

    >>> sentence("Invalid RFC3339 encoded date")
    'Écrivez une date qui existe, par exemple 27 3 2026.'
    >>> sentence("Expected `str` of length <= 80")
    'C’est trop long : 80 caractères au plus.'
    >>> sentence("Expected `int` >= 1")
    'Écrivez un nombre supérieur ou égal à 1.'
    >>> sentence("Invalid base64 encoded string")
    'Écrivez ce fichier en base64.'
    """
    if "date" in message or "RFC3339" in message:
        return DATES
    if found := re.search(r"of length <= (\d+)", message):
        return f"C’est trop long : {found[1]} caractères au plus."
    if found := re.search(r"of length >= (\d+)", message):
        return f"C’est trop court : {found[1]} caractères au moins."
    if found := re.search(r"`(?:int|float)` (>=|<=) (-?[\d.]+)", message):
        side = "supérieur ou égal à" if found[1] == ">=" else "inférieur ou égal à"
        return f"Écrivez un nombre {side} {found[2]}."
    if "base64" in message:
        return "Écrivez ce fichier en base64."
    if "enum" in message:
        return "Choisissez une des réponses proposées."
    if "matching regex" in message:
        return "Ce n’est pas écrit sous la forme attendue."
    if found := re.match(r"Expected `(\w+)", message):
        return EXPECTED.get(found[1], "Vérifiez ce champ : cette réponse ne peut pas être lue.")
    return "Vérifiez ce champ : cette réponse ne peut pas être lue."
