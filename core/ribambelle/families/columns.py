"""Which column of a list holds what? Guessed from its headings, then corrected by whoever knows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle.search import fold

DAY_LIKE = "écrivez une date qui existe, comme 03/09/2026"
"""What to do of a date that does not read."""
WRITTEN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class Field:
    """Something a list may say, and the headings programs give it, folded."""

    code: str
    label: str
    headings: tuple[str, ...]
    is_needed: bool = False


FIELDS = (
    Field(
        "number",
        "Numéro de la famille",
        (
            *("numero famille", "n famille", "id famille", "idfamille", "code famille"),
            *("numero dossier", "n dossier", "dossier", "identifiant", "numero"),
        ),
    ),
    Field(
        "given_name",
        "Prénom de l’adulte",
        (
            *("prenom responsable", "prenom parent", "prenom adulte", "prenom rl1"),
            *("prenom parent 1", "prenom resp", "prenom representant"),
        ),
        is_needed=True,
    ),
    Field(
        "family_name",
        "Nom de l’adulte",
        (
            *("nom responsable", "nom parent", "nom adulte", "nom rl1", "nom parent 1"),
            *("nom famille", "nom resp", "nom representant", "nom usage responsable"),
        ),
        is_needed=True,
    ),
    Field(
        "email",
        "E-mail de l’adulte",
        ("e mail", "email", "mail", "courriel", "email parent 1", "adresse mail"),
    ),
    Field(
        "phone",
        "Téléphone de l’adulte",
        (
            *("portable", "mobile", "telephone portable", "telephone mobile", "portable parent 1"),
            *("telephone", "tel", "telephone parent 1", "telephone domicile"),
        ),
    ),
    Field(
        "other_given_name",
        "Prénom de l’autre adulte",
        ("prenom parent 2", "prenom rl2", "prenom conjoint", "prenom representant 2"),
    ),
    Field(
        "other_family_name",
        "Nom de l’autre adulte",
        ("nom parent 2", "nom rl2", "nom conjoint", "nom representant 2"),
    ),
    Field(
        "other_email",
        "E-mail de l’autre adulte",
        ("email parent 2", "email rl2", "e mail conjoint"),
    ),
    Field(
        "other_phone",
        "Téléphone de l’autre adulte",
        ("portable parent 2", "telephone parent 2", "telephone rl2", "telephone conjoint"),
    ),
    Field(
        "child_given_name",
        "Prénom de l’enfant",
        ("prenom enfant", "prenom de l enfant", "prenom eleve", "prenom"),
    ),
    Field(
        "child_family_name",
        "Nom de l’enfant",
        ("nom enfant", "nom de l enfant", "nom eleve", "nom"),
    ),
    Field(
        "child_born_on",
        "Date de naissance de l’enfant",
        (
            *("date de naissance", "date naissance", "ne le", "ne e le", "naissance"),
            *("date naissance enfant", "naissance enfant", "ddn"),
        ),
    ),
    Field("school", "École de l’enfant", ("ecole", "etablissement", "etablissement scolaire")),
    Field("class_name", "Classe de l’enfant", ("classe", "niveau", "division")),
    Field(
        "line",
        "Adresse",
        ("adresse", "rue", "adresse 1", "voie", "adresse numero voie", "adresse parent 1"),
    ),
    Field("postcode", "Code postal", ("code postal", "cp", "c p", "code postal parent 1")),
    Field("city", "Ville", ("ville", "commune", "localite", "adresse localite", "ville parent 1")),
    Field("quartier", "Quartier", ("quartier", "secteur")),
)
BY_CODE = {field.code: field for field in FIELDS}


def day_of(text: str) -> date | None:
    """Return the day a list writes; nothing when there is none; raises ValueError.

    >>> day_of("14/03/2024") == day_of("2024-03-14") == day_of("14.3.2024")
    True
    >>> day_of("") is None
    True
    >>> day_of("14/03/24")
    Traceback (most recent call last):
    ...
    ValueError: 14/03/24
    """
    if not text:
        return None
    found = WRITTEN.fullmatch(text)
    if found:
        return date(int(found[3]), int(found[2]), int(found[1]))
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(text) from None


LONG = {
    **dict.fromkeys(("n", "no", "num", "id", "identifiant"), "numero"),
    **dict.fromkeys(("resp", "rl", "parent", "adulte"), "responsable"),
    **dict.fromkeys(("mail", "mel", "courriel"), "email"),
    **dict.fromkeys(("ne", "nee", "naiss"), "naissance"),
    **{"tel": "telephone", "port": "portable", "gsm": "portable", "dom": "domicile"},
    **{"adr": "adresse", "pren": "prenom", "fam": "famille", "conj": "conjoint"},
    **dict.fromkeys(("etab", "etabl", "etablissement"), "ecole"),
}
"""Words as programs shorten them, and others for the same thing."""
SILENT = frozenset("de du des la le l d e s 1 legal principal".split())
STREETS = frozenset(map(frozenset, ({"voie"}, {"rue"}, {"adresse"}, {"nom", "voie"})))


def words(heading: str) -> frozenset[str]:
    """Return the words of a heading whatever their order, their length or what stands between.

    >>> words("Prénom resp. 1") == words("Responsable_1_Prenom") == words("prenomResp1")
    True
    >>> words("Né(e) le") == words("Naissance"), words("N° fam.") == words("Numéro de famille")
    (True, True)
    >>> words("Nom resp. 2") == words("Nom resp. 1")
    False
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", heading)
    return frozenset(LONG.get(one, one) for one in fold(apart).split()) - SILENT


def is_of_house(headings: Sequence[str], column: int) -> bool:
    """Tell whether a column is the number of a house: it stands before its street.

    >>> is_of_house(["N°", "Voie"], 0), is_of_house(["N°", "Nom"], 0)
    (True, False)
    """
    after = words(headings[column + 1]) if column + 1 < len(headings) else frozenset()
    return words(headings[column]) == {"numero"} and after in STREETS


def guess(headings: Sequence[str], fields: Sequence[Field] = FIELDS) -> dict[str, int]:
    """Return which column seems to hold what: the exact heading first, never one column twice.

    A number that stands before a street is the house's, not the family's.

    >>> guess(["N° famille", "Nom parent", "Prénom parent", "Né le"])
    {'number': 0, 'given_name': 2, 'family_name': 1, 'child_born_on': 3}
    >>> guess(["N°", "Nom resp. 1", "Prén. resp. 1", "Tél. port.", "Mél", "CP"])
    {'number': 0, 'given_name': 2, 'family_name': 1, 'email': 4, 'phone': 3, 'postcode': 5}
    >>> guess(["Nom", "N°", "Voie"])
    {'child_family_name': 0, 'line': 2}
    """
    exact: dict[str, int] = {}
    alike: dict[frozenset[str], int] = {}
    for column, heading in enumerate(headings):
        if is_of_house(headings, column):
            continue
        exact.setdefault(fold(heading), column)
        alike.setdefault(words(heading), column)
    found: dict[str, int] = {}
    for ways in (exact.get, lambda one: alike.get(words(one))):
        for field in fields:
            at = [place for one in field.headings if (place := ways(one)) is not None]
            free = [place for place in at if place not in found.values()]
            if free and field.code not in found:
                found[field.code] = free[0]
    return {one.code: found[one.code] for one in fields if one.code in found}


def missing(mapping: Mapping[str, int], fields: Sequence[Field] = FIELDS) -> list[str]:
    """Return what a list must say and nobody showed where.

    >>> missing({"family_name": 0})
    ['Prénom de l’adulte']
    """
    return [field.label for field in fields if field.is_needed and field.code not in mapping]


def kept(told: Mapping[str, str], width: int) -> dict[str, int]:
    """Return the columns somebody chose, without those that do not exist.

    >>> kept({"number": "0", "email": "", "phone": "9"}, 3)
    {'number': 0}
    """
    return {
        code: int(column)
        for code, column in told.items()
        if code in BY_CODE and column.isdecimal() and int(column) < width
    }
