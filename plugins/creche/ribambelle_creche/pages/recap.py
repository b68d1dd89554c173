"""The answers of a file in words: one line for a list of steps, all of them before sending."""

from collections.abc import Mapping

from ribambelle.web.formats import jour, jour_du_mois, pluriel
from ribambelle_creche.domain import week as half_days
from ribambelle_creche.domain.dossier import (
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
    name_of,
)

Rows = list[tuple[str, str]]


def told_of(step: Step, dossier: Dossier) -> str:
    """Return one line that says what was answered to a step."""
    match getattr(dossier, step.block):
        case Child() as child:
            return f"{name_of(child)}, {_birth(child)}" if child.reference_on else name_of(child)
        case Family() as family:
            return " et ".join(filter(None, (family.name, family.other_name)))
        case Address() as address:
            return f"{address.line}, {address.postcode} {address.city}"
        case Situation() as situation:
            return WORK.get(situation.work, "")
        case Entry(start_on=start) if start:
            return f"Le {jour(start, True)}"
        case Week() as week:
            return half_days.words(week.wished)
        case Wishes() as wishes:
            return str(pluriel(len(wishes.facilities), "crèche", "crèches"))
    return ""


def recap(
    step: Step, dossier: Dossier, names: Mapping[int, str], quartiers: Mapping[int, str]
) -> Rows:
    """Return one block of answers as labels and words."""
    match getattr(dossier, step.block):
        case Child() as child:
            return _child(child)
        case Family() as family:
            return _family(family)
        case Address() as address:
            return [
                ("Adresse", f"{address.line}, {address.postcode} {address.city}"),
                ("Quartier", quartiers.get(address.quartier or 0, "Je ne sais pas")),
            ]
        case Situation() as situation:
            return _situation(situation)
        case Entry(start_on=start, flexible_weeks=weeks) if start:
            moves = f", à {pluriel(weeks, 'semaine', 'semaines')} près" if weeks else ""
            return [("Entrée souhaitée", f"{jour(start, True)}{moves}")]
        case Week() as week:
            told = [(f"Repli {n}", half_days.words(s)) for n, s in enumerate(week.fallbacks, 1)]
            return [("Semaine souhaitée", half_days.words(week.wished)), *told]
        case Wishes() as wishes:
            return _wishes(wishes, names)
    return []


def _birth(child: Child) -> str:
    day = jour_du_mois(child.reference_on, True) if child.reference_on else ""
    return f"naissance prévue le {day}" if child.is_expected else f"naissance le {day}"


def _child(child: Child) -> Rows:
    label = "Naissance prévue" if child.is_expected else "Naissance"
    day = jour_du_mois(child.reference_on, True) if child.reference_on else ""
    rows = [("Enfant", name_of(child)), (label, day)]
    if child.together > 1:
        rows.append(("Naissance multiple", f"{child.together} enfants"))
    return rows


def _family(family: Family) -> Rows:
    other = "Parent seul" if family.is_single else family.other_name or "Non précisé"
    return [
        ("Vous", family.name),
        ("Téléphone", family.phone),
        ("E-mail", family.email or "Non donné"),
        ("Autre parent", other),
    ]


def _situation(situation: Situation) -> Rows:
    rows = [("Votre situation", WORK.get(situation.work, ""))]
    if situation.other_work:
        rows.append(("Autre parent", WORK.get(situation.other_work, "")))
    if situation.has_sibling_in_creche:
        rows.append(("Frère ou sœur en crèche", "Oui"))
    if situation.has_aeeh:
        rows.append(("AEEH", "Oui"))
    if situation.caf_number:
        rows.append(("Numéro CAF", situation.caf_number))
    return rows


def _wishes(wishes: Wishes, names: Mapping[int, str]) -> Rows:
    rows = [
        (f"Vœu {rank}", names.get(one, "Crèche fermée depuis"))
        for rank, one in enumerate(wishes.facilities, 1)
    ]
    if wishes.accepts_any:
        rows.append(("Une autre crèche", "Acceptée"))
    if wishes.accepts_childminder:
        rows.append(("Une assistante maternelle", "Acceptée"))
    return rows
