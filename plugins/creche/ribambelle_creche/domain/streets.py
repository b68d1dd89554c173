"""In which quartier does an address lie, by the commune's own list of streets?"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ribambelle.search import fold
from ribambelle_creche.domain.import_list import columns_of, rows_of
from ribambelle_creche.domain.places_names import spelt_out

SYNONYMS = {
    "name": "rue voie nom libelle adresse nom_de_voie",
    "first": "du de debut premier_numero numero_debut from",
    "last": "au a fin dernier_numero numero_fin to",
    "side": "cote parite",
    "quartier": "quartier secteur",
    "iris": "iris code_iris codeiris dcomiris",
}
SIDES = {"": "", "pair": "pair", "paire": "pair", "impair": "impair", "impaire": "impair"}
SIDES |= {"p": "pair", "i": "impair", "tous": "", "les deux": ""}
IRIS = re.compile(r"[0-9][0-9AB][0-9]{7}( .*)?")
"""Nine characters, those of the commune first; its name may follow."""
NUMBER = re.compile(
    r"^\s*(\d{1,4})\s*(?:bis|ter|quater|[a-d])?\b[\s,]*(.*)$", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a street: its numbers, both included, on one side or on both."""

    quartier: int
    first: int = 0
    last: int = 0
    """0 for no end."""
    side: str = ""
    iris: str = ""

    def holds(self, number: int | None) -> bool:
        """Tell whether a house is on this stretch; without a number, only on a whole street.

        >>> odd = Stretch(4, first=1, last=21, side="impair")
        >>> odd.holds(21), odd.holds(20), odd.holds(23), odd.holds(None)
        (True, False, False, False)
        >>> Stretch(4).holds(None)
        True
        """
        if number is None:
            return not (self.first or self.last or self.side)
        if number < self.first or (self.last and number > self.last):
            return False
        return not self.side or (number % 2 == 0) == (self.side == "pair")


def key_of(street: str) -> str:
    """Return a street as it is looked for: abbreviations in full, without articles.

    >>> key_of("Bd. de la Liberté"), key_of("boulevard Liberté")
    ('boulevard liberte', 'boulevard liberte')
    """
    return " ".join(spelt_out(street))[:200]


def read_address(line: str) -> tuple[int | None, str]:
    """Return the number and the street of an address.

    >>> read_address("12 bis, rue des Lilas"), read_address("place Royale")
    ((12, 'rue lilas'), (None, 'place royale'))
    """
    found = NUMBER.match(line)
    return (int(found[1]), key_of(found[2])) if found else (None, key_of(line))


def quartier_at(number: int | None, stretches: Iterable[Stretch]) -> int | None:
    """Return the quartier of a house of a street; None when none holds it, or two would.

    >>> street = [Stretch(1, last=50), Stretch(2, first=51)]
    >>> quartier_at(12, street), quartier_at(90, street), quartier_at(None, street)
    (1, 2, None)
    """
    found = {one.quartier for one in stretches if one.holds(number)}
    return found.pop() if len(found) == 1 else None


def iris_at(number: int | None, stretches: Iterable[Stretch]) -> str:
    """Return the IRIS of a house of a street; nothing when none holds it, or two would.

    >>> street = [Stretch(1, last=50, iris="441090101"), Stretch(1, first=51, iris="441090102")]
    >>> iris_at(12, street), iris_at(90, street), iris_at(None, street)
    ('441090101', '441090102', '')
    """
    found = {one.iris for one in stretches if one.holds(number)}
    return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list, as far as it can be read."""

    number: int
    raw: Mapping[str, str]
    name: str
    quartier: str
    first: int = 0
    last: int = 0
    side: str = ""
    iris: str = ""
    remark: str = ""


def read(content: bytes) -> list[Line]:
    """Return every line of a list of streets; one that cannot be kept says why.

    >>> [line.remark for line in read("rue;quartier;du;au\\nRue A;Nord;9;2\\n;Nord;;\\n".encode())]
    ['numéros à l’envers : 9 à 2', 'rue absente']
    >>> [line.remark for line in read("rue;quartier;iris\\nRue A;Nord;44109\\n".encode())]
    ['IRIS illisible « 44109 » : son code a neuf chiffres']
    """
    headings, rows = rows_of(content)
    columns = columns_of(headings, SYNONYMS, ("name", "quartier"))
    return [
        _line(number, row, {name: row[heading] for name, heading in columns.items()})
        for number, row in rows
    ]


def _line(number: int, raw: Mapping[str, str], given: Mapping[str, str]) -> Line:
    name, quartier = given["name"], given["quartier"]
    first, last = (given.get(side, "") for side in ("first", "last"))
    side, iris = fold(given.get("side", "")), given.get("iris", "").strip()
    remark = ""
    if not name:
        remark = "rue absente"
    elif not quartier:
        remark = "quartier absent"
    elif not all(text == "" or (text.isdecimal() and len(text) < 5) for text in (first, last)):
        remark = f"numéro illisible : « {first} » à « {last} »"
    elif first and last and int(first) > int(last):
        remark = f"numéros à l’envers : {first} à {last}"
    elif side not in SIDES:
        remark = f"côté inconnu « {given['side']} » : écrivez pair, impair, ou rien"
    elif iris and not IRIS.fullmatch(iris):
        remark = f"IRIS illisible « {iris} » : son code a neuf chiffres"
    if remark:
        return Line(number, raw, name, quartier, remark=remark)
    return Line(
        number, raw, name, quartier, int(first or 0), int(last or 0), SIDES[side], iris[:60]
    )
