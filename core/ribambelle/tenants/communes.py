"""France's communes by their INSEE code, from the official list of 2026.

Made by ``core/scripts/make_communes.py``; the table's first line states its source and version.
"""

import gzip
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ribambelle.search import fold

TABLE = Path(__file__).parent / "communes.tsv.gz"
ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


@dataclass(frozen=True, slots=True)
class CommuneFacts:
    """What the official list says of one commune."""

    insee: str
    name: str
    departement: str
    postcodes: tuple[str, ...]
    population: int

    @property
    def timezone(self) -> str:
        """The time zone of its département.

        >>> find("97411").timezone
        'Indian/Reunion'
        """
        return ZONES.get(self.departement, "Europe/Paris")


@cache
def _lines() -> dict[str, str]:
    with gzip.open(TABLE, "rt", encoding="utf-8") as table:
        return {line.partition("\t")[0]: line for line in table if not line.startswith("#")}


def codes() -> Collection[str]:
    """Return the INSEE codes of the list."""
    return _lines().keys()


def source() -> str:
    """Return where the table comes from."""
    with gzip.open(TABLE, "rt", encoding="utf-8") as table:
        return table.readline().lstrip("# ").strip()


def find(insee: str) -> CommuneFacts:
    """Return a commune's facts; raises KeyError for a code that is not on the list.

    >>> find("44109").name, find("44109").departement, find("44109").postcodes[0]
    ('Nantes', '44', '44000')
    """
    code, name, departement, postcodes, population = _lines()[insee].rstrip("\n").split("\t")
    return CommuneFacts(code, name, departement, tuple(postcodes.split()), int(population))


@cache
def _by_postcode() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for insee, line in _lines().items():
        for postcode in line.split("\t")[3].split():
            found.setdefault(postcode, []).append(insee)
    return found


def at(postcode: str, name: str) -> str:
    """Return the INSEE code of a commune by its postcode and its name; nothing when none has both.

    >>> at("44800", "SAINT HERBLAIN"), at("44800", "Rezé")
    ('44162', '')
    """
    wanted = fold(name)
    return next(
        (code for code in _by_postcode().get(postcode, ()) if fold(find(code).name) == wanted), ""
    )


@cache
def _by_name(departement: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for insee in _lines():
        facts = find(insee)
        if facts.departement == departement:
            found.setdefault(fold(facts.name), []).append(facts.name)
    return found


def named(told: str, departement: str) -> str:
    """Return the commune of a département that a postcode or a folded name is; nothing for no other.

    A postcode that several communes share is said as it is: none of them was chosen.

    >>> named("44800", "44"), named("reze", "44"), named("44270", "44")
    ('Saint-Herblain', 'Rezé', '44270')
    >>> named("71880", "44"), named("17 rue secrete", "44"), named("reze", "")
    ('', '', '')
    """
    of_postcode = [find(insee) for insee in _by_postcode().get(told, ())]
    here = [one.name for one in of_postcode if one.departement == departement]
    if len(here) > 1:
        return told
    by_name = _by_name(departement).get(told, []) if departement else []
    return next(iter(here), by_name[0] if len(by_name) == 1 else "")


def number(insee: str) -> int:
    """Return an INSEE code as a number, for what may only be limited to numbers.

    Corsica's communes kept the numbers they had when their code began with 20.

    >>> number("01004"), number("2A004"), number("2B033"), number(""), number("Rezé")
    (1004, 20004, 20033, 0, 0)
    """
    told = insee.replace("A", "0").replace("B", "0")
    return int(told) if told.isdecimal() else 0
