"""Which children may be enrolled for which school year, and what is left before it is sent?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.catalogue import Activity, age_on

KINDS = {
    "vaccination": "Vaccinations à jour (carnet de santé)",
    "insurance": "Attestation d’assurance scolaire",
    "address": "Justificatif de domicile de moins de 3 mois",
    "caf": "Attestation de la CAF",
    "pai": "Projet d’accueil individualisé (PAI)",
    "custody": "Jugement ou accord écrit sur la garde de l’enfant",
    "employer": "Attestation d’employeur de chaque parent",
}
"""The papers a commune may ask for; a crèche asks some of them too, under the same code."""
OF_CHILD = frozenset({"vaccination", "insurance", "pai", "custody"})
UNTIL = {"insurance": "08-31", "pai": "08-31", "caf": "08-31"}
MONTHS = {"address": 3, "employer": 3, "vaccination": 12}
STEPS = {
    "ecole": "L’école",
    "activites": "Les activités",
    "sante": "La santé et les repas",
    "contacts": "Qui prévenir, qui vient le chercher",
    "autorisations": "Vos autorisations",
    "reglement": "Le règlement intérieur",
}


def is_of_age(born: date | None, year: int, ages: Sequence[int]) -> bool:
    """Tell whether a child goes to school in a year: it counts by its year of birth, as schools do.

    >>> born = date(2023, 12, 31)
    >>> is_of_age(born, 2025, (3, 12)), is_of_age(born, 2026, (3, 12)), is_of_age(None, 2026, (3, 12))
    (False, True, False)
    """
    return born is not None and ages[0] <= year - born.year <= ages[1]


def years_open(today: date, opens: str) -> tuple[int, ...]:
    """Return the school years one may enrol for: this one, and the next from a day of the year on.

    >>> years_open(date(2026, 11, 25), "05-15"), years_open(date(2027, 5, 15), "05-15")
    ((2026,), (2026, 2027))
    >>> years_open(date(2027, 8, 31), ""), years_open(date(2026, 9, 1), "05-15")
    ((2026,), (2026,))
    """
    now = school_year(today)
    if opens and f"{today:%m-%d}" >= opens and today.year > now:
        return now, now + 1
    return (now,)


def year_words(year: int) -> str:
    """Return a school year as people say it.

    >>> year_words(2026)
    '2026-2027'
    """
    return f"{year}-{year + 1}"


def receiving(
    activities: Iterable[Activity], school: int | None, born: date | None, on: date
) -> list[Activity]:
    """Return the activities with a group for a child of this school on a day.

    One that is shown and never booked here may have no group: it is for every child.
    """
    age = age_on(born, on)
    return [
        one
        for one in activities
        if one.group_of(school, age) or (one.booked == "on_site" and not one.groups)
    ]


def papers_asked(
    asked: Sequence[str],
    by_activity: Mapping[str, Sequence[str]],
    activities: Iterable[str],
    *,
    has_pai: bool,
) -> tuple[str, ...]:
    """Return the papers an enrolment needs: for every child, for its activities, for its health.

    >>> papers_asked(["insurance"], {"soir": ["employer"]}, ["soir", "cantine"], has_pai=True)
    ('insurance', 'employer', 'pai')
    """
    found = dict.fromkeys(asked)
    for code in activities:
        found |= dict.fromkeys(by_activity.get(code, ()))
    if has_pai:
        found["pai"] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Progress:
    """What an enrolment already holds."""

    school: bool = False
    activities: bool = False
    health: bool = False
    contacts: bool = False
    consents: bool = False
    rules: bool = False

    @property
    def left(self) -> list[str]:
        """Return the codes of the steps that are left, in order.

        >>> Progress(school=True, activities=True, health=True).left
        ['contacts', 'autorisations', 'reglement']
        """
        told = (
            *(self.school, self.activities, self.health),
            *(self.contacts, self.consents, self.rules),
        )
        return [code for code, is_done in zip(STEPS, told, strict=True) if not is_done]
