"""France's départements by their code, from the official list of 2026.

Made by ``core/scripts/make_communes.py``; the table's first line states its source and version.
"""

from functools import cache
from pathlib import Path

from ribambelle.tenants.communes import ZONES

TABLE = Path(__file__).parent / "departements.tsv"


@cache
def names() -> dict[str, str]:
    """Return the name of each département, by its code.

    >>> names()["44"], names()["2A"], len(names()) > 100
    ('Loire-Atlantique', 'Corse-du-Sud', True)
    """
    lines = TABLE.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def timezone(code: str) -> str:
    """Return the time zone of a département.

    >>> timezone("44"), timezone("974")
    ('Europe/Paris', 'Indian/Reunion')
    """
    return ZONES.get(code, "Europe/Paris")


def known() -> str:
    """Return the codes of the list, for whoever wrote another.

    >>> known()[:12], "2A, 2B" in known()
    ('01, 02, 03, ', True)
    """
    return ", ".join(sorted(names()))
