"""May a childminder be shown to the public on a day? Only while the département accredits her.

Source: CASF, art. L421-3 (who may look after children), L421-4 (how many); five years: see
"à vérifier" in docs/rules/annuaire.md for the article.
"""

from dataclasses import dataclass
from datetime import date

STATUSES = {
    "active": "En cours de validité",
    "suspended": "Suspendu",
    "withdrawn": "Retiré",
    "expired": "Expiré",
}
ACTIVITIES = {
    "working": "En activité",
    "leave": "En congé parental, de maternité ou de maladie",
    "paused": "Interrompue pour un temps",
    "retired": "À la retraite",
    "other": "N’exerce pas, pour une autre raison",
}
CIVILITIES = {"mme": "Mme", "m": "M."}
PLACES = {"home": "Chez elle", "mam": "Maison d’assistantes maternelles"}


@dataclass(frozen=True, slots=True)
class Accreditation:
    """What the département decided."""

    status: str
    first: date
    last: date
    activity: str = "working"


def is_valid(one: Accreditation, day: date) -> bool:
    """Tell whether an accreditation holds on a day; its last day still does.

    >>> one = Accreditation("active", date(2024, 5, 1), date(2029, 4, 30))
    >>> [is_valid(one, day) for day in (date(2029, 4, 30), date(2029, 5, 1), date(2024, 4, 30))]
    [True, False, False]
    >>> is_valid(Accreditation("suspended", date(2024, 5, 1), date(2029, 4, 30)), date(2026, 1, 1))
    False
    """
    return one.status == "active" and one.first <= day <= one.last


def is_shown(one: Accreditation, day: date, *, agrees: bool, hidden: bool) -> bool:
    """Tell whether families see her: accredited, at work, she agrees, the PMI does not hide her.

    >>> one = Accreditation("active", date(2024, 5, 1), date(2029, 4, 30))
    >>> is_shown(one, date(2026, 11, 26), agrees=True, hidden=False)
    True
    >>> is_shown(one, date(2026, 11, 26), agrees=False, hidden=False)
    False
    """
    return is_valid(one, day) and one.activity == "working" and agrees and not hidden


def trade(civility: str) -> str:
    """Say what somebody is, as their civility agrees.

    >>> trade("m"), trade("mme"), trade("")
    ('Assistant maternel agréé', 'Assistante maternelle agréée', 'Assistante maternelle agréée')
    """
    return "Assistant maternel agréé" if civility == "m" else "Assistante maternelle agréée"


def words(one: Accreditation, day: date) -> str:
    """Say where an accreditation stands.

    >>> words(Accreditation("active", date(2024, 5, 1), date(2029, 4, 30)), date(2030, 1, 1))
    'Expiré'
    """
    if one.status == "active" and day > one.last:
        return "Expiré"
    if one.status == "active" and day < one.first:
        return "À venir"
    return STATUSES[one.status]
