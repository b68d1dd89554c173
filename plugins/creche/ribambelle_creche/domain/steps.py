"""What is wrong with a step of the file? One French sentence per field, all at once."""

import re
from collections.abc import Container
from datetime import date, timedelta

import msgspec

from ribambelle_creche.domain import week
from ribambelle_creche.domain.age import AgeLimits, months_between
from ribambelle_creche.domain.dossier import (
    STEPS,
    WORK,
    Address,
    Child,
    Dossier,
    Entry,
    Family,
    Situation,
    Step,
    Week,
    Wishes,
    missing,
)

OLDEST_MONTHS = 36
LATEST_DUE_MONTHS = 9
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LATE_BIRTH = timedelta(weeks=3)
"""A birth may come after its date: the file still says « attendu » for that long."""


def check_child(child: Child, today: date) -> dict[str, str]:
    """Return what is wrong with a child, field by field.

    >>> zoe = Child(given_name="Zoé", family_name="Payet", born_on=date(2027, 1, 2))
    >>> print(check_child(zoe, today=date(2026, 11, 25))["born_on"])
    La date de naissance est dans le futur. Si l’enfant n’est pas né, choisissez « À naître ».
    """
    errors = {}
    if not child.family_name.strip():
        errors["family_name"] = "Indiquez le nom de l’enfant."
    if child.together < 1:
        errors["together"] = "Indiquez au moins un enfant."
    if child.is_expected:
        return errors | _check_due(child.due_on, today)
    if not child.given_name.strip():
        errors["given_name"] = "Indiquez le prénom de l’enfant."
    return errors | _check_birth(child.born_on, today)


def _check_birth(born_on: date | None, today: date) -> dict[str, str]:
    if born_on is None:
        return {"born_on": "Indiquez la date de naissance de l’enfant."}
    if born_on > today:
        return {
            "born_on": "La date de naissance est dans le futur. "
            "Si l’enfant n’est pas né, choisissez « À naître »."
        }
    if months_between(born_on, today) >= OLDEST_MONTHS:
        return {
            "born_on": "Les crèches accueillent les enfants de moins de 3 ans. Vérifiez la date."
        }
    return {}


def _check_due(due_on: date | None, today: date) -> dict[str, str]:
    """Nine months from today is still accepted; so is a birth a little late.

    >>> _check_due(date(2027, 8, 25), date(2026, 11, 25))
    {}
    >>> list(_check_due(date(2027, 8, 26), date(2026, 11, 25)))
    ['due_on']
    """
    if due_on is None:
        return {"due_on": "Indiquez la date prévue de la naissance."}
    if due_on < today - LATE_BIRTH:
        return {"due_on": "Cette date est passée. Si l’enfant est né, choisissez « Déjà né »."}
    if months_between(today, due_on - timedelta(days=1)) >= LATEST_DUE_MONTHS:
        return {"due_on": "La naissance doit être prévue dans les 9 mois. Vérifiez la date."}
    return {}


def check_family(family: Family) -> dict[str, str]:
    """Return what is wrong with who asks.

    >>> list(check_family(Family(given_name="Anne", family_name="Payet", email="anne")))
    ['phone', 'email']
    """
    asked = {
        "given_name": "Indiquez votre prénom.",
        "family_name": "Indiquez votre nom.",
        "phone": "Indiquez un numéro où les crèches peuvent vous appeler.",
    }
    errors = _blank(family, asked)
    if family.phone.strip() and sum(map(str.isdecimal, family.phone)) < 6:
        errors["phone"] = "Indiquez un numéro complet, par exemple 06 99 00 00 00."
    if family.email and not EMAIL.fullmatch(family.email):
        errors["email"] = "Écrivez une adresse complète, par exemple prenom@exemple.fr."
    return errors


def check_address(address: Address) -> dict[str, str]:
    """Return what is wrong with an address; not knowing one's quartier is no mistake.

    >>> check_address(Address(line="2 rue des Lilas", postcode="97400", city="Saint-Denis"))
    {}
    """
    asked = {
        "line": "Indiquez le numéro et la rue.",
        "postcode": "Indiquez le code postal.",
        "city": "Indiquez la ville.",
    }
    return _blank(address, asked)


def check_situation(situation: Situation, is_single: bool) -> dict[str, str]:
    """Return what is wrong with a situation; a parent alone answers for one adult.

    >>> check_situation(Situation(work="employed"), is_single=True)
    {}
    """
    errors = {}
    if situation.work not in WORK:
        errors["work"] = "Choisissez votre situation dans la liste."
    if not is_single and situation.other_work not in WORK:
        errors["other_work"] = "Choisissez la situation de l’autre parent dans la liste."
    return errors


def check_entry(entry: Entry, child: Child | None, limits: AgeLimits) -> dict[str, str]:
    """Return what is wrong with a start; the earliest day itself is accepted.

    >>> zoe = Child(born_on=date(2026, 3, 14))
    >>> check_entry(Entry(start_on=date(2026, 5, 23)), zoe, AgeLimits())
    {}
    >>> print(check_entry(Entry(start_on=date(2026, 5, 22)), zoe, AgeLimits())["start_on"])
    Une crèche accueille un enfant à partir de 10 semaines : choisissez le 23/05/2026 ou après.
    """
    if entry.start_on is None:
        return {"start_on": "Indiquez la date d’entrée souhaitée."}
    errors = {}
    if entry.flexible_weeks < 0:
        errors["flexible_weeks"] = "Indiquez un nombre de semaines, ou 0."
    reference_on = child.reference_on if child else None
    if reference_on and entry.start_on < (earliest := limits.earliest_start(reference_on)):
        errors["start_on"] = (
            f"Une crèche accueille un enfant à partir de {limits.youngest_weeks} semaines : "
            f"choisissez le {earliest:%d/%m/%Y} ou après."
        )
    return errors


def check_week(asked: Week, max_fallbacks: int) -> dict[str, str]:
    """Return what is wrong with the weeks asked.

    >>> check_week(Week(), max_fallbacks=2)
    {'wished': 'Cochez au moins une demi-journée.'}
    """
    errors = {}
    if not 0 < asked.wished < 1 << len(week.SLOTS):
        errors["wished"] = "Cochez au moins une demi-journée."
    if len(asked.fallbacks) > max_fallbacks:
        errors["fallbacks"] = f"Semaines de repli : {max_fallbacks} au plus. Videz-en une."
    elif not all(0 < number < 1 << len(week.SLOTS) for number in asked.fallbacks):
        errors["fallbacks"] = "Cochez au moins une demi-journée dans chaque semaine de repli."
    return errors


def check_wishes(wishes: Wishes, max_wishes: int) -> dict[str, str]:
    """Return what is wrong with the crèches asked for.

    >>> check_wishes(Wishes(facilities=(4, 4)), max_wishes=3)
    {'facilities': 'La même crèche est choisie deux fois. Retirez-la une fois.'}
    """
    chosen = wishes.facilities
    if not chosen:
        return {"facilities": "Choisissez au moins une crèche."}
    if len(set(chosen)) < len(chosen):
        return {"facilities": "La même crèche est choisie deux fois. Retirez-la une fois."}
    if len(chosen) > max_wishes:
        many = "un seul vœu" if max_wishes == 1 else f"{max_wishes} vœux"
        return {"facilities": f"Vous pouvez faire {many}. Retirez une crèche d’abord."}
    return {}


def to_review(
    dossier: Dossier,
    today: date,
    limits: AgeLimits,
    max_fallbacks: int,
    max_wishes: int,
    open_facilities: Container[int],
) -> list[Step]:
    """Return the steps that were never answered, or that another answer has made wrong since.

    A child later found to be due in June cannot start in May any more; a crèche closes.

    >>> asked = Dossier(child=Child(is_expected=True), wishes=Wishes((4,)))
    >>> found = to_review(asked, date(2026, 11, 25), AgeLimits(), 2, 3, open_facilities={7})
    >>> [step.code for step in found]
    ['enfant', 'famille', 'adresse', 'situation', 'entree', 'semaine', 'voeux']
    """
    wrong = {
        "child": dossier.child and check_child(dossier.child, today),
        "family": dossier.family and check_family(dossier.family),
        "address": dossier.address and check_address(dossier.address),
        "situation": dossier.situation
        and check_situation(dossier.situation, bool(dossier.family and dossier.family.is_single)),
        "entry": dossier.entry and check_entry(dossier.entry, dossier.child, limits),
        "week": dossier.week and check_week(dossier.week, max_fallbacks),
        "wishes": dossier.wishes
        and (
            check_wishes(dossier.wishes, max_wishes)
            or any(one not in open_facilities for one in dossier.wishes.facilities)
        ),
    }
    never = missing(dossier)
    return [step for step in STEPS if step in never or wrong[step.block]]


def takes(from_weeks: int, to_months: int, born_on: date, start_on: date) -> bool:
    """Tell whether a crèche that takes these ages could take this child on its first day.

    >>> takes(10, 36, date(2026, 3, 14), date(2027, 1, 4))
    True
    >>> takes(10, 18, date(2025, 3, 14), date(2027, 1, 4))
    False
    """
    return (
        start_on >= born_on + timedelta(weeks=from_weeks)
        and months_between(born_on, start_on) < to_months
    )


def _blank(block: msgspec.Struct, asked: dict[str, str]) -> dict[str, str]:
    return {name: told for name, told in asked.items() if not getattr(block, name).strip()}
