"""The counter of a tobacconist: what the scanner reads, and what the clerk may take."""

from collections.abc import Iterable
from dataclasses import dataclass

from ribambelle_treasury_sim.titres import Bordereau, Line

CASH_LIMIT = 30_000


class NotTaken(Exception):
    """The counter refuses; the reason is told in French."""


@dataclass(frozen=True)
class Scan:
    """What the code says, once its four keys are right."""

    debt: str
    codique: str
    amount: int


def weighted(digits: str) -> int:
    """Sum digits by their rank from the right, modulo 100.

    >>> weighted("9400330001")
    60
    """
    return sum(rank * int(digit) for rank, digit in enumerate(reversed(digits), start=1)) % 100


def scan(text: str) -> Scan:
    """Read the 130 characters of a code, or refuse them; the four keys are checked.

    >>> vector = " " * 64 + "0013001002689400330001" + "60" + " " + "45"
    >>> vector += "0500000000000034503109949" + "86" + "806" + " " + "    4820"
    >>> scan(vector)
    Scan(debt='000000000000345', codique='031099', amount=4820)
    >>> scan(vector.replace("4820", "4821"))
    Traceback (most recent call last):
    ...
    ribambelle_treasury_sim.tobacconist.NotTaken: clé 1 fausse
    """
    if len(text) != 130:
        raise NotTaken(f"{len(text)} caractères, 130 attendus")
    amount = text[122:130].replace(" ", "0")
    parts = (text[64:75], text[75:88], text[89:119], text[119:121], amount)
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise NotTaken("des caractères ne sont pas des chiffres")
    keys = {
        "5": (text[75], str(11 - int(text[64:75]) % 11)[-1]),
        "3": (text[86:88], f"{weighted(text[76:86]):02d}"),
        "2": (text[89:91], f"{weighted(text[91:116]):02d}"),
        "1": (text[116:118], f"{weighted(text[118] + text[119:121] + amount):02d}"),
    }
    for name, (written, computed) in keys.items():
        if written != computed:
            raise NotTaken(f"clé {name} fausse")
    return Scan(debt=text[93:108], codique=text[108:114], amount=int(amount))


def check_means(read: Scan, means: str) -> None:
    """Refuse a means of payment the counter may not take."""
    if means not in ("cash", "card"):
        raise NotTaken("espèces (cash) ou carte (card)")
    if means == "cash" and read.amount > CASH_LIMIT:
        raise NotTaken("plus de 300 € en espèces")


def owed(kept: Iterable[Bordereau], read: Scan) -> Line | None:
    """Return the line that a code pays, if the titre was taken in charge."""
    for one in kept:
        for piece in one.pieces:
            same = piece.debt.isdigit() and int(piece.debt) == int(read.debt)
            if same and sum(line.amount for line in piece.lines) == read.amount:
                return piece.lines[0]
    return None
