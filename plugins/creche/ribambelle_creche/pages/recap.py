"""The answers of a file in words: one line for a list of steps, all of them before sending."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from ribambelle.web.formats import euros, jour, jour_du_mois, pluriel
from ribambelle_creche.domain import week as half_days
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
    Resources,
    Situation,
    Step,
    Week,
    Wishes,
    name_of,
    steps_of,
)
from ribambelle_creche.domain.evidence import PROVES
from ribambelle_creche.domain.receipt import weeks_told

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
        case Entry(start_on=start) if start:
            return f"Le {jour(start, True)}"
        case Week() as week:
            return weeks_told(week)
        case Wishes() as wishes:
            return str(pluriel(len(wishes.facilities), "crèche", "crèches"))
        case Arrival() | Custody() | Situation() | Care():
            return next((told for _, told in recap(step, dossier, {}, {})), "")
    return ""


def recap(
    step: Step, dossier: Dossier, names: Mapping[int, str], quartiers: Mapping[int, str]
) -> Rows:
    """Return one block of answers as labels and words; what was left blank is not repeated."""
    match getattr(dossier, step.block):
        case Child() as child:
            return _child(child)
        case Arrival() as arrival:
            return _arrival(arrival)
        case Family() as family:
            return _family(family)
        case Custody() as custody:
            return [("L’enfant vit", CUSTODY.get(custody.kind, ""))]
        case Address() as address:
            return [
                ("Adresse", f"{address.line}, {address.postcode} {address.city}"),
                ("Quartier", quartiers.get(address.quartier or 0, "Je ne sais pas")),
            ]
        case Situation() as situation:
            return _situation(situation)
        case Home() as home:
            return _home(home)
        case Resources() as resources:
            return _resources(resources)
        case Care() as care:
            return _care(care)
        case Entry() as entry:
            return _entry(entry)
        case Week() as week:
            told = [(f"Repli {n}", half_days.words(s)) for n, s in enumerate(week.fallbacks, 1)]
            return [("Semaine souhaitée", weeks_told(week)), *told]
        case Wishes() as wishes:
            return _wishes(wishes, names)
    return []


@dataclass(frozen=True, slots=True)
class Told:
    """A whole file in words: each step that concerns it, and what each proof must show."""

    blocks: list[tuple[Step, Rows]]

    def beside(self, kind: str) -> Rows:
        """Return what a proof justifies, as the family declared it."""
        return self.of(PROVES[kind])

    def of(self, blocks: Container[str]) -> Rows:
        """Return the answers of some blocks, in one list."""
        return [row for step, rows in self.blocks if step.block in blocks for row in rows]


def told(dossier: Dossier, names: Mapping[int, str], quartiers: Mapping[int, str]) -> Told:
    """Return every answer of a file in words."""
    return Told([(step, recap(step, dossier, names, quartiers)) for step in steps_of(dossier)])


def _birth(child: Child) -> str:
    day = jour_du_mois(child.reference_on, True) if child.reference_on else ""
    return f"naissance prévue le {day}" if child.is_expected else f"naissance le {day}"


def _child(child: Child) -> Rows:
    label = "Naissance prévue" if child.is_expected else "Naissance"
    day = jour_du_mois(child.reference_on, True) if child.reference_on else ""
    rows = [("Enfant", name_of(child)), (label, day)]
    if child.together > 1:
        rows.append(("Naissance multiple", f"{child.together} enfants"))
    if child.is_adopted:
        rows.append(("Adoption", "Oui"))
    return rows


def _arrival(arrival: Arrival) -> Rows:
    rows = []
    if arrival.twins:
        rows.append(("Enfants de la même naissance", TWINS[arrival.twins]))
    if arrival.adopted_on:
        rows.append(("Arrivée dans la famille", jour_du_mois(arrival.adopted_on, True)))
    return rows


def _family(family: Family) -> Rows:
    other = "Parent seul" if family.is_single else family.other_name or "Non précisé"
    rows = [
        ("Parent qui demande", family.name),
        ("Téléphone", family.phone),
        ("E-mail", family.email or "Non donné"),
        ("Autre parent", other),
    ]
    return [*rows, ("Parents séparés", "Oui")] if family.is_separated else rows


def _situation(one: Situation) -> Rows:
    rows = [("Parent qui demande", _work(one.work, one.works_in_town, one.has_atypical_hours))]
    if one.other_work:
        other = _work(one.other_work, one.other_works_in_town, one.other_has_atypical_hours)
        rows.append(("Autre parent", other))
    return rows


def _work(code: str, is_in_town: bool, is_atypical: bool) -> str:
    more = ("dans la commune" if is_in_town else "", "horaires atypiques" if is_atypical else "")
    return ", ".join(filter(None, (WORK.get(code, ""), *more)))


def _home(home: Home) -> Rows:
    until = home.sibling_until
    sibling = f"Oui, jusqu’au {jour_du_mois(until, True)}" if until else "Oui"
    said = (
        ("Enfants à charge", str(home.dependent_children), home.dependent_children is not None),
        ("Parent mineur", "Oui", home.is_minor_parent),
        ("Frère ou sœur en crèche", sibling, home.has_sibling_in_creche),
        ("AEEH", "Oui", home.has_aeeh),
        ("Handicap ou maladie d’un parent", "Oui", home.has_ill_parent),
        ("Orientée par", REFERRALS.get(home.referral, ""), bool(home.referral)),
    )
    return [(label, told) for label, told, is_said in said if is_said]


def _resources(one: Resources) -> Rows:
    rows = [("Numéro CAF", one.caf_number)] if one.caf_number else []
    if one.quotient_familial_cents is not None:
        rows.append(("Quotient familial", euros(one.quotient_familial_cents)))
    if one.annual_resources_cents is not None:
        rows.append(("Ressources de l’année", euros(one.annual_resources_cents)))
    if one.allows_cdap:
        rows.append(("Consultation du dossier CAF", "Autorisée"))
    return rows


def _care(care: Care) -> Rows:
    rows = [("Accueil", CARE.get(care.kind, ""))]
    if care.weeks_per_year:
        rows.append(("Semaines par an", str(care.weeks_per_year)))
    if care.current:
        rows.append(("Gardé aujourd’hui", CURRENT_CARE[care.current]))
    return rows


def _entry(entry: Entry) -> Rows:
    if entry.start_on is None:
        return []
    weeks = entry.flexible_weeks
    moves = f", à {pluriel(weeks, 'semaine', 'semaines')} près" if weeks else ""
    rows = [("Entrée souhaitée", f"{jour(entry.start_on, True)}{moves}")]
    if entry.earliest_on:
        rows.append(("Au plus tôt", jour(entry.earliest_on, True)))
    if entry.latest_on:
        rows.append(("Au plus tard", jour(entry.latest_on, True)))
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
