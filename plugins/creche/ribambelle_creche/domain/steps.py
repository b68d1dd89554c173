"""What is wrong with a step of the file? One French sentence per field, all at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from ribambelle_creche.domain import week
from ribambelle_creche.domain.age import AgeLimits, months_between, school_entry
from ribambelle_creche.domain.dossier import (
    CARE,
    CURRENT_CARE,
    CUSTODY,
    REFERRALS,
    TWINS,
    WORK,
    Address,
    Arrival,
    Care,
    Child,
    Custody,
    Dossier,
    Entry,
    Family,
    Home,
    Situation,
    Week,
)
from ribambelle_creche.domain.taking import Taking

OLDEST_MONTHS = 36
LATEST_DUE_MONTHS = 9
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
POSTCODE = re.compile(r"[0-9]{5}")
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
    errors = _blank(address, asked)
    if address.postcode.strip() and not POSTCODE.fullmatch(address.postcode.strip()):
        errors["postcode"] = "Écrivez les cinq chiffres du code postal, par exemple 44000."
    return errors


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


def check_arrival(arrival: Arrival, child: Child) -> dict[str, str]:
    """Return what is wrong with twins or an adoption; only what concerns the child is asked.

    >>> check_arrival(Arrival(), Child(together=2))
    {'twins': 'Dites si les enfants doivent être accueillis ensemble.'}
    """
    errors = {}
    if arrival.twins not in (TWINS if child.together > 1 else ("", *TWINS)):
        errors["twins"] = "Dites si les enfants doivent être accueillis ensemble."
    if arrival.adopted_on and child.born_on and arrival.adopted_on < child.born_on:
        errors["adopted_on"] = "L’arrivée de l’enfant ne peut pas précéder sa naissance."
    return errors


def check_custody(custody: Custody) -> dict[str, str]:
    """Return what is wrong with the custody of a child.

    >>> check_custody(Custody("shared"))
    {}
    """
    return {} if custody.kind in CUSTODY else {"kind": "Dites chez qui vit l’enfant."}


def check_home(home: Home) -> dict[str, str]:
    """Return what is wrong with a household; the day a sibling leaves is asked of a sibling only.

    >>> check_home(Home())
    {}
    >>> list(check_home(Home(sibling_until=date(2027, 8, 31))))
    ['sibling_until']
    """
    errors = {}
    if home.referral and home.referral not in REFERRALS:
        errors["referral"] = "Choisissez une réponse de la liste, ou « Personne »."
    if home.sibling_until and not home.has_sibling_in_creche:
        errors["sibling_until"] = "Cochez « Un frère ou une sœur est en crèche », ou videz la date."
    return errors


def check_care(care: Care) -> dict[str, str]:
    """Return what is wrong with the care asked for; what the child has today is optional.

    >>> check_care(Care(kind="regular"))
    {}
    """
    errors = {}
    if care.kind not in CARE:
        errors["kind"] = "Choisissez l’accueil souhaité."
    if care.current and care.current not in CURRENT_CARE:
        errors["current"] = "Choisissez une réponse de la liste, ou aucune."
    return errors


def check_entry(
    entry: Entry, child: Child | None, limits: AgeLimits, today: date
) -> dict[str, str]:
    """Return what is wrong with a start; the earliest and the latest day are accepted.

    >>> zoe, today = Child(born_on=date(2026, 3, 14)), date(2026, 3, 20)
    >>> check_entry(Entry(start_on=date(2026, 5, 23)), zoe, AgeLimits(), today)
    {}
    >>> print(check_entry(Entry(start_on=date(2026, 5, 22)), zoe, AgeLimits(), today)["start_on"])
    Une crèche accueille un enfant à partir de 10 semaines : choisissez le 23/05/2026 ou après.
    >>> print(check_entry(Entry(start_on=date(2028, 3, 21)), zoe, AgeLimits(), today)["start_on"])
    Une place se demande 24 mois à l’avance au plus : choisissez le 20/03/2028 ou avant.
    """
    if entry.start_on is None:
        return {"start_on": "Indiquez la date d’entrée souhaitée."}
    errors = {}
    if entry.flexible_weeks < 0:
        errors["flexible_weeks"] = "Indiquez un nombre de semaines, ou 0."
    if wrong := _wrong_start(entry.start_on, child, limits, today):
        errors["start_on"] = wrong
    if entry.earliest_on and entry.earliest_on > entry.start_on:
        errors["earliest_on"] = "« Au plus tôt » vient avant la date souhaitée."
    if entry.latest_on and entry.latest_on < entry.start_on:
        errors["latest_on"] = "« Au plus tard » vient après la date souhaitée."
    return errors


def _wrong_start(start_on: date, child: Child | None, limits: AgeLimits, today: date) -> str:
    """Say why a child cannot start on this day: too young, at school by then, or too far ahead.

    >>> eldest = Child(born_on=date(2024, 12, 31))
    >>> print(_wrong_start(date(2027, 9, 1), eldest, AgeLimits(), date(2026, 11, 25)))
    L’enfant ira à l’école le 01/09/2027 : choisissez une date avant, ou appelez la mairie.
    """
    reference_on = child.reference_on if child else None
    if reference_on and start_on < (earliest := limits.earliest_start(reference_on)):
        return (
            f"Une crèche accueille un enfant à partir de {limits.youngest_weeks} semaines : "
            f"choisissez le {earliest:%d/%m/%Y} ou après."
        )
    if reference_on and start_on >= (school := school_entry(reference_on)):
        return (
            f"L’enfant ira à l’école le {school:%d/%m/%Y} : "
            "choisissez une date avant, ou appelez la mairie."
        )
    if start_on > (latest := limits.latest_start(today)):
        return (
            f"Une place se demande {limits.start_within_months} mois à l’avance au plus : "
            f"choisissez le {latest:%d/%m/%Y} ou avant."
        )
    return ""


CLOSED_SATURDAY = "Aucune crèche de la commune n’ouvre le samedi : décochez-le."


def check_week(
    asked: Week, max_fallbacks: int, *, alternates: bool = False, saturday: bool = False
) -> dict[str, str]:
    """Return what is wrong with the weeks asked; two weeks when the child alternates.

    :param saturday: a crèche of the commune opens on Saturday.

    >>> check_week(Week(), max_fallbacks=2)
    {'wished': 'Cochez au moins une demi-journée.'}
    >>> check_week(Week(1 << 10), max_fallbacks=2)
    {'wished': 'Aucune crèche de la commune n’ouvre le samedi : décochez-le.'}
    >>> check_week(Week(1 << 10), max_fallbacks=2, saturday=True)
    {}
    """
    errors = {}
    if alternates != (asked.odd is not None):
        errors["wished"] = "La garde de l’enfant a changé : vérifiez la semaine d’accueil."
    elif not 0 < asked.whole < 1 << len(week.SLOTS):
        errors["wished"] = "Cochez au moins une demi-journée."
    elif not saturday and week.has_saturday(asked.whole):
        errors["wished"] = CLOSED_SATURDAY
    if len(asked.fallbacks) > max_fallbacks:
        errors["fallbacks"] = f"Semaines de repli : {max_fallbacks} au plus. Videz-en une."
    elif not all(0 < number < 1 << len(week.SLOTS) for number in asked.fallbacks):
        errors["fallbacks"] = "Cochez au moins une demi-journée dans chaque semaine de repli."
    elif not saturday and any(map(week.has_saturday, asked.fallbacks)):
        errors["fallbacks"] = CLOSED_SATURDAY
    return errors


def check_wishes(
    dossier: Dossier, max_wishes: int, open_facilities: Mapping[int, Taking]
) -> dict[str, str]:
    """Return what is wrong with the crèches asked for, given the child and its start.

    >>> from ribambelle_creche.domain.dossier import Wishes
    >>> check_wishes(Dossier(wishes=Wishes(facilities=(4, 4))), 3, {4: Taking("Les Lilas")})
    {'facilities': 'La même crèche est choisie deux fois. Retirez-la une fois.'}
    """
    chosen = dossier.wishes.facilities if dossier.wishes else ()
    if not chosen:
        return {"facilities": "Choisissez au moins une crèche."}
    if len(set(chosen)) < len(chosen):
        return {"facilities": "La même crèche est choisie deux fois. Retirez-la une fois."}
    if len(chosen) > max_wishes:
        many = "un seul vœu" if max_wishes == 1 else f"{max_wishes} vœux"
        return {"facilities": f"Vous pouvez faire {many}. Retirez une crèche d’abord."}
    if not all(one in open_facilities for one in chosen):
        return {"facilities": "Une crèche choisie a fermé. Vérifiez vos vœux, puis continuez."}
    refusals = [told for one in chosen if (told := _refused(open_facilities[one], dossier))]
    if dossier.week and (told := wrong_saturday(dossier.week, chosen, open_facilities)):
        refusals.append(told)
    return {"facilities": " ".join(refusals)} if refusals else {}


def wrong_saturday(
    asked: Week, chosen: Sequence[int], open_facilities: Mapping[int, Taking]
) -> str:
    """Say why a Saturday cannot be asked of the crèches chosen; nothing when it can.

    One of them at least opens then. Another one may be closed, when a fallback week does without
    Saturday: it is examined for that week.

    >>> town = {4: Taking("Les Lilas", opens_saturday=True), 7: Taking("Les Roses")}
    >>> wrong_saturday(Week(1 << 10), (4,), town), wrong_saturday(Week(1 << 10, (3,)), (4, 7), town)
    ('', '')
    >>> print(wrong_saturday(Week(1 << 10), (7,), town))
    Vous demandez le samedi, et aucune crèche choisie n’ouvre ce jour-là. Ajoutez une crèche qui \
ouvre, par exemple Les Lilas, ou décochez le samedi à l’étape « La semaine d’accueil ».
    >>> print(wrong_saturday(Week(1 << 10), (4, 7), town))
    Les Roses n’ouvre pas le samedi : retirez cette crèche, ou ajoutez une semaine de repli sans \
samedi.
    """
    weeks = [asked.whole, *asked.fallbacks]
    if not any(map(week.has_saturday, weeks)):
        return ""
    closed = [open_facilities[one] for one in chosen if not open_facilities[one].opens_saturday]
    if len(closed) == len(chosen):
        opening = min(
            (one.name for one in open_facilities.values() if one.opens_saturday), default=""
        )
        if not opening:
            return (
                "Vous demandez le samedi, et aucune crèche choisie n’ouvre ce jour-là : "
                "décochez le samedi à l’étape « La semaine d’accueil »."
            )
        return (
            "Vous demandez le samedi, et aucune crèche choisie n’ouvre ce jour-là. Ajoutez une crèche "
            f"qui ouvre, par exemple {opening}, ou décochez le samedi à l’étape "
            "« La semaine d’accueil »."
        )
    if closed and all(map(week.has_saturday, weeks)):
        return (
            f"{closed[0].name} n’ouvre pas le samedi : retirez cette crèche, "
            "ou ajoutez une semaine de repli sans samedi."
        )
    return ""


def _refused(facility: Taking, dossier: Dossier) -> str:
    """Say why a crèche cannot take this child on its first day; while one cannot tell, it can."""
    born_on = dossier.child.reference_on if dossier.child else None
    start_on = dossier.entry.start_on if dossier.entry else None
    if born_on is None or start_on is None or facility.takes(born_on, start_on):
        return ""
    return facility.refusal(born_on, start_on)


def _blank(block: msgspec.Struct, asked: dict[str, str]) -> dict[str, str]:
    return {name: told for name, told in asked.items() if not getattr(block, name).strip()}
