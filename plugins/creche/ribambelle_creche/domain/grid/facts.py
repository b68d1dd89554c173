"""What may a criterion know of a family? A closed list, computed from its file; never its week.

The days and hours asked for are not in it, nor the day of entry: points that change with the
schedule would let a family gain by asking for less than it needs, and no order would be stable.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from ribambelle.search import fold
from ribambelle_creche.domain.age import months_between
from ribambelle_creche.domain.dossier import (
    CURRENT_CARE,
    REFERRALS,
    Address,
    Care,
    Child,
    Dossier,
    Family,
    Home,
    Resources,
    Situation,
)
from ribambelle_creche.domain.geography import Point, metres

TOWN_HALL = "town_hall"
"""The proof of what the town hall knows by itself: nobody has to show anything."""
WORK = {
    "both_work": "Les deux parents travaillent ou se forment",
    "single_works": "Le parent seul travaille ou se forme",
    "work_and_search": "Un parent travaille, l’autre cherche un emploi",
    "one_works": "Un parent travaille, l’autre non",
    "single_searches": "Le parent seul cherche un emploi",
    "searching": "Aucun parent ne travaille, un au moins cherche un emploi",
    "nobody_works": "Aucun parent ne travaille ni ne cherche d’emploi",
}
"""What the parents of one home do, together."""
WORKING = ("employed", "self_employed", "student")
SEARCHING = ("job_seeking", "insertion")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a criterion may read: a yes or no (flag), one answer of a list, or a number.

    `proof` is the paper that usually shows it (code of domain.evidence.KINDS), or TOWN_HALL.
    """

    name: str
    kind: str
    label: str
    proof: str
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    of_facility: bool = False
    unit: str = ""

    @property
    def is_of_town_hall(self) -> bool:
        """Tell whether the town hall knows it without being told."""
        return self.proof == TOWN_HALL


FACTS = {
    fact.name: fact
    for fact in (
        Fact("lives_in_town", "flag", "Vous habitez la commune", "address"),
        Fact("works_in_town", "flag", "Un parent travaille dans la commune", "work"),
        Fact("single_parent", "flag", "Vous élevez votre enfant sans l’autre parent", "caf"),
        Fact("minor_parent", "flag", "Un parent est mineur", "identity"),
        Fact("work", "choice", "Le travail des parents", "work", WORK),
        Fact("job_seeking", "flag", "Un parent cherche un emploi", "work"),
        Fact("insertion", "flag", "Un parent suit un parcours d’insertion", "work"),
        Fact("parental_leave", "flag", "Un parent est en congé parental", "work"),
        Fact("atypical_hours", "flag", "Un parent a des horaires atypiques", "work"),
        Fact("dependent_children", "number", "Enfants à charge", "caf", unit="enfant"),
        Fact("siblings", "number", "Frères et sœurs à charge", "caf", unit="frère ou sœur"),
        Fact("multiple_birth", "flag", "Des jumeaux, ou plus", "birth"),
        Fact("sibling_present", "flag", "Un frère ou une sœur est en crèche", "sibling"),
        Fact(
            "sibling_present_months",
            "number",
            "Mois pendant lesquels le frère ou la sœur reste en crèche",
            "sibling",
            unit="mois",
        ),
        Fact("adopted", "flag", "L’enfant est adopté", "adoption"),
        Fact("aeeh", "flag", "Un enfant du foyer a l’AEEH", "aeeh"),
        Fact("ill_parent", "flag", "Un parent est handicapé ou malade", "disability"),
        Fact("referral", "choice", "Un service oriente la famille", "referral", REFERRALS),
        Fact("current_care", "choice", "La garde d’aujourd’hui", "care", CURRENT_CARE),
        Fact("quotient_familial", "number", "Quotient familial", "caf", unit="€"),
        Fact("annual_resources", "number", "Ressources de l’année", "caf", unit="€"),
        Fact("age_months", "number", "Âge de l’enfant né", "birth", unit="mois"),
        Fact("commissions_waited", "number", "Commissions passées sans place", TOWN_HALL),
        Fact("offers_refused", "number", "Offres refusées", TOWN_HALL),
        Fact("rules_breached", "flag", "Un règlement de crèche n’a pas été respecté", TOWN_HALL),
        Fact("former_member", "flag", "Ancien adhérent d’une crèche associative", TOWN_HALL),
        Fact("elder_refused", "flag", "Un aîné n’a pas eu de place", TOWN_HALL),
        Fact(
            "sibling_here",
            "flag",
            "Un frère ou une sœur est dans cette crèche",
            "sibling",
            of_facility=True,
        ),
        Fact("own_quartier", "flag", "Crèche de votre quartier", "address", of_facility=True),
        Fact("employer_here", "flag", "Crèche de votre employeur", "work", of_facility=True),
        Fact(
            "distance_metres",
            "number",
            "Distance entre votre quartier et la crèche",
            "address",
            of_facility=True,
            unit="m",
        ),
    )
}
"""Every fact there is, by name; a grid that names another is refused."""

Told = bool | int | str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one family on one day: its facts, by name, and the proofs that were seen.

    >>> told = Facts(date(2027, 3, 1), {"aeeh": True}, proofs=frozenset({"aeeh"}))
    >>> told.of("aeeh"), told.of("siblings"), told.is_proved("aeeh"), told.is_proved("birth")
    (True, None, True, False)
    """

    today: date
    told: Mapping[str, Told] = field(default_factory=lambda: MappingProxyType({}))
    here: Mapping[int, Mapping[str, Told]] = field(default_factory=lambda: MappingProxyType({}))
    proofs: frozenset[str] = frozenset()
    granted: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Points a service was granted within a criterion's bounds, by the criterion's code."""

    def of(self, name: str) -> Told:
        """Return a fact; None when it was not told."""
        return self.told.get(name)

    def at(self, facility: int, name: str) -> Told:
        """Return a fact as it stands for one crèche."""
        return self.here.get(facility, {}).get(name)

    def is_proved(self, proof: str) -> bool:
        """Tell whether a proof was seen; the town hall needs none for what it knows."""
        return not proof or proof == TOWN_HALL or proof in self.proofs


@dataclass(frozen=True, slots=True)
class Context:
    """What the commune knows beside the file, on one day; all of it handed in.

    `quartiers` gives the quartier of each crèche of the family's wishes, `places` where each is,
    `home` the middle of the family's own quartier, `siblings_at` the crèches where a brother or a
    sister is, `employers` those that keep places for a parent's employer.
    """

    today: date
    town: str = ""
    postcodes: tuple[str, ...] = ()
    proofs: frozenset[str] = frozenset()
    quartiers: Mapping[int, int | None] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[int, Point | None] = field(default_factory=lambda: MappingProxyType({}))
    home: Point | None = None
    siblings_at: frozenset[int] = frozenset()
    employers: frozenset[int] = frozenset()
    commissions_waited: int = 0
    offers_refused: int = 0
    noted: frozenset[str] = frozenset()
    granted: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def facts_of(dossier: Dossier, context: Context) -> Facts:
    """Return what a criterion may know of a file, on the day and in the town of the context.

    >>> told = facts_of(
    ...     Dossier(family=Family(is_single=True), situation=Situation("employed")),
    ...     Context(date(2027, 3, 1)),
    ... )
    >>> told.of("single_parent"), told.of("work"), told.of("quotient_familial")
    (True, 'single_works', None)
    """
    told = _of_family(dossier, context.today) | _of_child(dossier, context.today)
    told |= _of_town(dossier.address or Address(), context)
    facilities = dossier.wishes.facilities if dossier.wishes else ()
    return Facts(
        today=context.today,
        told=told,
        here={one: _of_facility(one, dossier.address, context) for one in facilities},
        proofs=_proofs(dossier, context.proofs),
        granted=context.granted,
    )


def _of_family(dossier: Dossier, today: date) -> dict[str, Told]:
    family, situation = dossier.family or Family(), dossier.situation or Situation()
    home, resources = dossier.home or Home(), dossier.resources or Resources()
    works = [situation.work] if family.is_single else [situation.work, situation.other_work]
    in_town = [situation.works_in_town, not family.is_single and situation.other_works_in_town]
    atypical = [
        situation.has_atypical_hours,
        not family.is_single and situation.other_has_atypical_hours,
    ]
    return {
        "single_parent": family.is_single,
        "minor_parent": home.is_minor_parent,
        "work": work_of(works) if situation.work else None,
        "works_in_town": any(in_town),
        "atypical_hours": any(atypical),
        "job_seeking": "job_seeking" in works,
        "insertion": "insertion" in works,
        "parental_leave": "parental_leave" in works,
        "dependent_children": home.dependent_children,
        "aeeh": home.has_aeeh,
        "ill_parent": home.has_ill_parent,
        "referral": home.referral or None,
        "sibling_present": home.has_sibling_in_creche,
        "sibling_present_months": months_left(home, today),
        "current_care": (dossier.care or Care()).current or None,
        "quotient_familial": _euros(resources.quotient_familial_cents),
        "annual_resources": _euros(resources.annual_resources_cents),
    }


def work_of(works: Iterable[str]) -> str:
    """Return what the parents of one home do, together: one answer of WORK.

    Studying and training count as work; a parental leave does not.

    >>> work_of(["employed", "student"]), work_of(["employed", "insertion"])
    ('both_work', 'work_and_search')
    >>> work_of(["employed", "parental_leave"]), work_of(["job_seeking"]), work_of(["none"])
    ('one_works', 'single_searches', 'nobody_works')
    """
    found = list(works)
    working, searching = (sum(one in kinds for one in found) for kinds in (WORKING, SEARCHING))
    if len(found) == 1:
        return "single_works" if working else "single_searches" if searching else "nobody_works"
    if working:
        return "both_work" if working > 1 else "work_and_search" if searching else "one_works"
    return "searching" if searching else "nobody_works"


def months_left(home: Home, today: date) -> int | None:
    """Return how many whole months a brother or sister still has in a crèche; None without a date.

    Counted from the day the points are, and not from the day of entry the family wishes.

    >>> months_left(Home(has_sibling_in_creche=True, sibling_until=date(2028, 8, 31)), date(2027, 3, 1))
    17
    """
    if not home.has_sibling_in_creche or home.sibling_until is None:
        return None
    return max(0, months_between(today, home.sibling_until))


def _of_child(dossier: Dossier, today: date) -> dict[str, Told]:
    child, home = dossier.child or Child(), dossier.home or Home()
    born = None if child.is_expected else child.born_on
    count = home.dependent_children
    # the household's own count leaves out a child that is still expected
    of_this_birth = 0 if child.is_expected else child.together
    return {
        "multiple_birth": child.together > 1,
        "adopted": child.is_adopted,
        "age_months": months_between(born, today) if born else None,
        "siblings": None if count is None else max(0, count - of_this_birth),
    }


def _of_town(address: Address, context: Context) -> dict[str, Told]:
    return {
        "lives_in_town": lives_in_town(address, context.town, context.postcodes),
        "commissions_waited": context.commissions_waited,
        "offers_refused": context.offers_refused,
        **{
            name: name in context.noted
            for name in ("rules_breached", "former_member", "elder_refused")
        },
    }


def lives_in_town(address: Address, town: str, postcodes: tuple[str, ...]) -> bool:
    """Tell whether an address is in the commune: by its quartier, or by its name.

    A postcode is shared between communes: it counts only when no name was written.

    >>> [lives_in_town(Address(city=city, postcode="97400"), "Saint-Denis", ("97400",))
    ...  for city in ("saint denis", "Sainte-Marie", "")]
    [True, False, True]
    """
    if address.quartier is not None or (town and fold(address.city) == fold(town)):
        return True
    return not address.city.strip() and address.postcode.strip() in postcodes


def _of_facility(facility: int, address: Address | None, context: Context) -> dict[str, Told]:
    quartier, place = context.quartiers.get(facility), context.places.get(facility)
    mine = address.quartier if address else None
    return {
        "sibling_here": facility in context.siblings_at,
        "own_quartier": mine is not None and mine == quartier,
        "employer_here": facility in context.employers,
        "distance_metres": metres(context.home, place) if context.home and place else None,
    }


def _proofs(dossier: Dossier, seen: frozenset[str]) -> frozenset[str]:
    """Return the proofs seen; a pregnancy stands for a birth that is still to come."""
    is_expected = dossier.child is not None and dossier.child.is_expected
    return seen | {"birth"} if is_expected and "pregnancy" in seen else seen


def _euros(cents: int | None) -> int | None:
    """Return whole euros, cents dropped: 700,90 € of quotient is under 701."""
    return None if cents is None else cents // 100
