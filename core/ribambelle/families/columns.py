"""Which column of a list holds what? Guessed from its headings, then corrected by whoever knows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle.search import fold

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
            *("numero famille", "n famille", "id famille", "code famille", "numero"),
            *("identifiant", "dossier", "n dossier", "numero dossier"),
        ),
    ),
    Field(
        "given_name",
        "Prénom de l’adulte",
        (
            *("prenom responsable", "prenom parent", "prenom adulte", "prenom rl1"),
            *("prenom parent 1", "prenom resp"),
        ),
        is_needed=True,
    ),
    Field(
        "family_name",
        "Nom de l’adulte",
        (
            *("nom responsable", "nom parent", "nom adulte", "nom rl1", "nom parent 1"),
            *("nom famille", "nom resp"),
        ),
        is_needed=True,
    ),
    Field("email", "E-mail de l’adulte", ("e mail", "email", "mail", "courriel", "email parent 1")),
    Field(
        "phone",
        "Téléphone de l’adulte",
        ("telephone", "tel", "portable", "mobile", "telephone parent 1"),
    ),
    Field(
        "other_given_name",
        "Prénom de l’autre adulte",
        ("prenom parent 2", "prenom rl2", "prenom conjoint"),
    ),
    Field(
        "other_family_name", "Nom de l’autre adulte", ("nom parent 2", "nom rl2", "nom conjoint")
    ),
    Field(
        "other_email",
        "E-mail de l’autre adulte",
        ("email parent 2", "email rl2", "e mail conjoint"),
    ),
    Field(
        "other_phone",
        "Téléphone de l’autre adulte",
        ("telephone parent 2", "telephone rl2", "telephone conjoint"),
    ),
    Field(
        "child_given_name", "Prénom de l’enfant", ("prenom enfant", "prenom de l enfant", "prenom")
    ),
    Field("child_family_name", "Nom de l’enfant", ("nom enfant", "nom de l enfant", "nom")),
    Field(
        "child_born_on",
        "Date de naissance de l’enfant",
        (
            *("date de naissance", "date naissance", "ne le", "ne e le", "naissance"),
            "date naissance enfant",
        ),
    ),
    Field("school", "École de l’enfant", ("ecole", "etablissement", "etablissement scolaire")),
    Field("class_name", "Classe de l’enfant", ("classe", "niveau", "division")),
    Field("line", "Adresse", ("adresse", "rue", "adresse 1", "voie")),
    Field("postcode", "Code postal", ("code postal", "cp")),
    Field("city", "Ville", ("ville", "commune", "localite")),
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


def guess(headings: Sequence[str], fields: Sequence[Field] = FIELDS) -> dict[str, int]:
    """Return which column seems to hold what: the exact heading first, never one column twice.

    >>> guess(["N° famille", "Nom parent", "Prénom parent", "Né le"])
    {'number': 0, 'given_name': 2, 'family_name': 1, 'child_born_on': 3}
    """
    folded: dict[str, int] = {}
    for column, heading in enumerate(headings):
        folded.setdefault(fold(heading), column)
    found: dict[str, int] = {}
    for field in fields:
        for heading in field.headings:
            at = folded.get(heading)
            if at is not None and at not in found.values():
                found[field.code] = at
                break
    return found


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
