"""How may money be taken at a counter, and for what?"""

from collections.abc import Iterable

from ribambelle.errors import Refused

MEANS = {"cash": "Espèces", "cheque": "Chèque", "cesu": "CESU", "terminal": "Carte, au guichet"}
LEDGERS = {"cash": "cash", "cheque": "cheques", "cesu": "cesu", "terminal": "terminal"}


def care_cents(lines: Iterable[tuple[str, int]]) -> int:
    """Return what a CESU may pay of an invoice: care, never meals.

    :param lines: kind and cents of each line.

    Source: circulaire interministérielle n° 2007-418 and the guide of the CRCESU: child care and
    leisure, the canteen left out.

    >>> care_cents([("meal", 310), ("care", 165), ("care", -65)])
    100
    """
    return max(0, sum(cents for kind, cents in lines if kind == "care"))


def require_cesu(cents: int, care: int, paid_by_cesu: int) -> None:
    """Refuse CESU for more than the care they may still pay.

    >>> require_cesu(1000, 1000, 0)
    >>> require_cesu(1000, 1000, 500)
    Traceback (most recent call last):
    ribambelle.errors.Refused: cesu_for_care_only (left=500)
    """
    left = max(0, care - paid_by_cesu)
    if cents > left:
        raise Refused("cesu_for_care_only", left=left)


def spread(cents: int, owed: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what goes to each invoice, in order; what is left over is the family's credit.

    >>> spread(700, [(7, 500), (8, 500)])
    [(7, 500), (8, 200)]
    """
    found = []
    for invoice, left in owed:
        taken = min(cents, max(0, left))
        if taken:
            found.append((invoice, taken))
            cents -= taken
    return found
