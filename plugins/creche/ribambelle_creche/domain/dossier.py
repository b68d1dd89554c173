"""What does a family tell in its pre-registration file, and what is still missing?

Every block is optional: a file is saved at each step, in any order, and resumed later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Annotated

import msgspec

from ribambelle.search import fold, phone_of
from ribambelle_creche.domain import week
from ribambelle_creche.domain.age import AgeLimits

# As long as the columns that keep them: what a database would refuse is told beside the field.
Name = Annotated[str, msgspec.Meta(max_length=100)]
Short = Annotated[str, msgspec.Meta(max_length=40)]
Code = Annotated[str, msgspec.Meta(max_length=30)]
Cents = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_00)]

WORK = {
    "employed": "En emploi",
    "self_employed": "À son compte",
    "student": "En études ou en formation",
    "job_seeking": "En recherche d’emploi",
    "insertion": "En parcours d’insertion",
    "parental_leave": "En congé parental",
    "none": "Sans activité",
}
TWINS = {
    "together_only": "Ensemble, ou pas du tout",
    "together_preferred": "Ensemble si possible",
    "one_is_fine": "Une place pour l’un des enfants convient",
}
CUSTODY = {
    "shared": "Une semaine chez chaque parent",
    "here": "Chez vous le plus souvent",
    "elsewhere": "Chez l’autre parent le plus souvent",
    "undecided": "Ce n’est pas encore décidé",
}
REFERRALS = {
    "pmi": "La PMI",
    "social": "Un service social",
    "hospital": "Un hôpital ou un centre de soins",
}
"""Who sends a family: the body alone, and never why (a note on a family is a note it may read)."""
CARE = {
    "regular": "Régulier, les mêmes jours chaque semaine",
    "occasional": "Occasionnel, de temps en temps",
    "emergency": "En urgence, pour une courte durée",
}
CURRENT_CARE = {
    "parents": "Par ses parents",
    "relative": "Par un proche",
    "childminder": "Par une assistante maternelle",
    "creche": "Dans une autre crèche",
    "none": "Aucun mode de garde",
}


class Child(msgspec.Struct, frozen=True, omit_defaults=True):
    """The child, born or expected; `together` counts the children of one birth."""

    is_expected: bool = False
    given_name: Name = ""
    family_name: Name = ""
    born_on: date | None = None
    due_on: date | None = None
    together: Annotated[int, msgspec.Meta(ge=1, le=6)] = 1
    is_adopted: bool = False

    @property
    def reference_on(self) -> date | None:
        """The birth, or the expected one: ages are counted from it."""
        return self.due_on if self.is_expected else self.born_on


class Arrival(msgspec.Struct, frozen=True, omit_defaults=True):
    """What only twins and adopted children are asked."""

    twins: Code = ""
    adopted_on: date | None = None


class Family(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks, and the other parent when there is one."""

    given_name: Name = ""
    family_name: Name = ""
    phone: Short = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    is_single: bool = False
    other_given_name: Name = ""
    other_family_name: Name = ""
    is_separated: bool = False

    @property
    def name(self) -> str:
        """The name of who asks."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def other_name(self) -> str:
        """The name of the other parent, when there is one."""
        return "" if self.is_single else f"{self.other_given_name} {self.other_family_name}".strip()


class Custody(msgspec.Struct, frozen=True, omit_defaults=True):
    """With whom the child of separated parents lives."""

    kind: Code = ""


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the family lives; no quartier means « Je ne sais pas »."""

    line: Annotated[str, msgspec.Meta(max_length=200)] = ""
    postcode: Annotated[str, msgspec.Meta(max_length=10)] = ""
    city: Name = ""
    quartier: int | None = None


class Situation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The work of each adult. Closed answers only: no free text about a family."""

    work: Code = ""
    works_in_town: bool = False
    has_atypical_hours: bool = False
    other_work: Code = ""
    other_works_in_town: bool = False
    other_has_atypical_hours: bool = False


class Home(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who lives there, and what weighs on the family: yes, no, a number or a code."""

    dependent_children: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None
    is_minor_parent: bool = False
    has_sibling_in_creche: bool = False
    sibling_until: date | None = None
    has_aeeh: bool = False
    has_ill_parent: bool = False
    referral: Code = ""


class Resources(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the CAF knows of a family; all of it optional, money in cents."""

    caf_number: Short = ""
    quotient_familial_cents: Cents | None = None
    annual_resources_cents: Cents | None = None
    allows_cdap: bool = False


class Care(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which kind of care is asked for, and who looks after the child today."""

    kind: Code = ""
    weeks_per_year: Annotated[int, msgspec.Meta(ge=1, le=52)] | None = None
    current: Code = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the child should start, by how many weeks that may move, and within which days."""

    start_on: date | None = None
    flexible_weeks: Annotated[int, msgspec.Meta(ge=0, le=26)] = 0
    earliest_on: date | None = None
    latest_on: date | None = None

    @property
    def earliest(self) -> date | None:
        """The first day that would do: as written, or so many weeks before the one wished.

        >>> Entry(date(2027, 9, 6), 2).earliest, Entry(date(2027, 9, 6), 2).latest
        (datetime.date(2027, 8, 23), datetime.date(2027, 9, 20))
        >>> Entry(date(2027, 9, 6), 2, earliest_on=date(2027, 9, 1)).earliest
        datetime.date(2027, 9, 1)
        """
        return self.earliest_on or (self.start_on and self.start_on - self._margin)

    @property
    def latest(self) -> date | None:
        """The last day that would do."""
        return self.latest_on or (self.start_on and self.start_on + self._margin)

    @property
    def _margin(self) -> timedelta:
        return timedelta(weeks=self.flexible_weeks)


class Week(msgspec.Struct, frozen=True, omit_defaults=True):
    """The week wished, then the weeks that would do, as the numbers of domain.week.

    A child who lives one week with each parent has two: `wished` on even weeks, `odd` on odd ones.
    """

    wished: int = 0
    fallbacks: tuple[int, ...] = ()
    odd: int | None = None

    @property
    def whole(self) -> int:
        """Every half-day that is asked for, on even or odd weeks: the places it takes."""
        return self.wished | (self.odd or 0)


class Wishes(msgspec.Struct, frozen=True, omit_defaults=True):
    """The crèches asked for, the preferred first, and what else would do."""

    facilities: tuple[int, ...] = ()
    accepts_any: bool = False
    accepts_childminder: bool = False


class Dossier(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole file, as far as it was filled in.

    >>> decode(encode(Dossier(entry=Entry(start_on=date(2027, 1, 4))))).entry.start_on
    datetime.date(2027, 1, 4)
    """

    child: Child | None = None
    arrival: Arrival | None = None
    family: Family | None = None
    custody: Custody | None = None
    address: Address | None = None
    situation: Situation | None = None
    home: Home | None = None
    resources: Resources | None = None
    care: Care | None = None
    entry: Entry | None = None
    week: Week | None = None
    wishes: Wishes | None = None


def encode(dossier: Dossier) -> str:
    """Return a file as the database keeps it.

    >>> encode(Dossier())
    '{}'
    """
    return msgspec.json.encode(dossier).decode()


def decode(text: str) -> Dossier:
    """Return a file as the database kept it."""
    return msgspec.json.decode(text, type=Dossier)


def digest(dossier: Dossier) -> str:
    """Return what tells two versions of a file apart, down to a telephone number.

    >>> digest(Dossier()) == digest(Dossier(child=Child()))
    False
    """
    return sha256(encode(dossier).encode()).hexdigest()


def has_arrival(dossier: Dossier) -> bool:
    """Tell whether twins or an adoption call for a question of their own."""
    return dossier.child is not None and (dossier.child.together > 1 or dossier.child.is_adopted)


def is_separated(dossier: Dossier) -> bool:
    """Tell whether the parents live apart."""
    return dossier.family is not None and dossier.family.is_separated


def alternates(dossier: Dossier) -> bool:
    """Tell whether the child lives one week with each parent: it then has two weeks to ask for."""
    return is_separated(dossier) and dossier.custody == Custody("shared")


def everyone(dossier: Dossier) -> bool:
    """Tell that a step concerns every file."""
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the file: its word in addresses, its title, its block, whom it concerns.

    `title` speaks to the family; `theirs` speaks of it, to whoever types or reads for it.
    """

    code: str
    title: str
    theirs: str
    block: str
    concerns: Callable[[Dossier], bool] = everyone

    def called(self, yours: bool) -> str:
        """Return the title, for the family itself or for staff."""
        return self.title if yours else self.theirs


STEPS = (
    Step("enfant", "Votre enfant", "L’enfant", "child"),
    Step("arrivee", "Jumeaux ou adoption", "Jumeaux ou adoption", "arrival", has_arrival),
    Step("famille", "Votre famille", "La famille", "family"),
    Step("garde", "La garde de l’enfant", "La garde de l’enfant", "custody", is_separated),
    Step("adresse", "Votre adresse", "L’adresse", "address"),
    Step("situation", "Votre travail", "Le travail des parents", "situation"),
    Step("foyer", "Votre foyer", "Le foyer", "home"),
    Step("ressources", "Vos ressources", "Les ressources", "resources"),
    Step("accueil", "L’accueil souhaité", "L’accueil souhaité", "care"),
    Step("entree", "L’entrée en crèche", "L’entrée en crèche", "entry"),
    Step("semaine", "La semaine d’accueil", "La semaine d’accueil", "week"),
    Step("voeux", "Vos crèches préférées", "Les crèches demandées", "wishes"),
)


def steps_of(dossier: Dossier) -> list[Step]:
    """Return the steps that concern a file, in order: nobody is asked about twins it does not have.

    >>> [step.code for step in STEPS if step not in steps_of(Dossier())]
    ['arrivee', 'garde']
    >>> [step.code for step in steps_of(Dossier(child=Child(together=2)))][:2]
    ['enfant', 'arrivee']
    """
    return [step for step in STEPS if step.concerns(dossier)]


@dataclass(frozen=True, slots=True)
class Projection:
    """The columns of Application computed from a file, named as they are there."""

    child_name: str
    reference_on: date | None
    is_expected: bool
    start_on: date | None
    start_month: str
    age_group: str
    half_days: int
    """Of one child."""
    children: int
    folded: str


def project(dossier: Dossier, limits: AgeLimits) -> Projection:
    """Return what the queue and the statistics need, from a file however unfinished.

    >>> told = project(
    ...     Dossier(
    ...         child=Child(given_name="Zoé", family_name="Payet", born_on=date(2026, 3, 14)),
    ...         family=Family(given_name="Anne", family_name="Hoarau"),
    ...         entry=Entry(start_on=date(2027, 1, 4)),
    ...         week=Week(wished=week.bits(["mon-am", "mon-pm", "fri-am"])),
    ...     ),
    ...     AgeLimits(),
    ... )
    >>> told.child_name, told.start_month, told.age_group, told.half_days, told.folded
    ('Zoé Payet', '2027-01', 'babies', 3, 'zoe payet anne hoarau')
    """
    child, family = dossier.child or Child(), dossier.family or Family()
    start_on = dossier.entry.start_on if dossier.entry else None
    reference_on = child.reference_on
    names = (
        *(child.given_name, child.family_name, family.given_name, family.family_name),
        *(family.other_given_name, family.other_family_name),
        phone_of(family.phone),
    )
    return Projection(
        child_name=name_of(child)[:200],
        reference_on=reference_on,
        is_expected=child.is_expected,
        start_on=start_on,
        start_month=start_on.isoformat()[:7] if start_on else "",
        age_group=limits.group(reference_on, start_on) if reference_on and start_on else "",
        half_days=half_days(dossier.week) if dossier.week else 0,
        children=child.together,
        folded=fold(" ".join(names))[:400],
    )


def half_days(asked: Week) -> int:
    """Return the half-days a week holds; of two alternating weeks, their mean rounded up.

    >>> half_days(Week(wished=1023)), half_days(Week(wished=1023, odd=1)), half_days(Week(7, odd=0))
    (10, 6, 2)
    """
    if asked.odd is None:
        return week.count(asked.wished)
    return -(-(week.count(asked.wished) + week.count(asked.odd)) // 2)


def name_of(child: Child) -> str:
    """Return how a child is called, even before it has a first name.

    >>> name_of(Child(is_expected=True, family_name="Payet"))
    'Bébé Payet'
    """
    given_name = child.given_name or ("Bébé" if child.is_expected else "")
    return f"{given_name} {child.family_name}".strip()
