"""What does a family tell in its pre-registration file, and what is still missing?

Every block is optional: a file is saved at each step, in any order, and resumed later.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated

import msgspec

from ribambelle.search import fold
from ribambelle_creche.domain import week
from ribambelle_creche.domain.age import AgeLimits

# As long as the columns that keep them: what a database would refuse is told beside the field.
Name = Annotated[str, msgspec.Meta(max_length=100)]
Short = Annotated[str, msgspec.Meta(max_length=40)]

WORK = {
    "employed": "En emploi",
    "self_employed": "À son compte",
    "student": "En études ou en formation",
    "job_seeking": "En recherche d’emploi",
    "insertion": "En parcours d’insertion",
    "parental_leave": "En congé parental",
    "none": "Sans activité",
}


class Child(msgspec.Struct, frozen=True, omit_defaults=True):
    """The child, born or expected; `together` counts the children of one birth."""

    is_expected: bool = False
    given_name: Name = ""
    family_name: Name = ""
    born_on: date | None = None
    due_on: date | None = None
    together: Annotated[int, msgspec.Meta(ge=1, le=6)] = 1

    @property
    def reference_on(self) -> date | None:
        """The birth, or the expected one: ages are counted from it."""
        return self.due_on if self.is_expected else self.born_on


class Family(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks, and the other parent when there is one."""

    given_name: Name = ""
    family_name: Name = ""
    phone: Short = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    is_single: bool = False
    other_given_name: Name = ""
    other_family_name: Name = ""

    @property
    def name(self) -> str:
        """The name of who asks."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def other_name(self) -> str:
        """The name of the other parent, when there is one."""
        return "" if self.is_single else f"{self.other_given_name} {self.other_family_name}".strip()


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the family lives; no quartier means « Je ne sais pas »."""

    line: Annotated[str, msgspec.Meta(max_length=200)] = ""
    postcode: Annotated[str, msgspec.Meta(max_length=10)] = ""
    city: Name = ""
    quartier: int | None = None


class Situation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Closed answers only: codes of WORK, yes or no, no free text about a family."""

    work: str = ""
    other_work: str = ""
    has_sibling_in_creche: bool = False
    has_aeeh: bool = False
    caf_number: Short = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the child should start, and by how many weeks that may move."""

    start_on: date | None = None
    flexible_weeks: Annotated[int, msgspec.Meta(ge=0, le=26)] = 0


class Week(msgspec.Struct, frozen=True, omit_defaults=True):
    """The week wished, then the weeks that would do, as the numbers of domain.week."""

    wished: int = 0
    fallbacks: tuple[int, ...] = ()


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
    family: Family | None = None
    address: Address | None = None
    situation: Situation | None = None
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


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the file: its word in addresses, its title, its block."""

    code: str
    title: str
    block: str


STEPS = (
    Step("enfant", "Votre enfant", "child"),
    Step("famille", "Votre famille", "family"),
    Step("adresse", "Votre adresse", "address"),
    Step("situation", "Votre situation", "situation"),
    Step("entree", "L’entrée en crèche", "entry"),
    Step("semaine", "La semaine d’accueil", "week"),
    Step("voeux", "Vos crèches préférées", "wishes"),
)


def steps_of(dossier: Dossier) -> list[Step]:
    """Return the steps that concern a file, in order."""
    return list(STEPS)


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
    )
    return Projection(
        child_name=name_of(child)[:200],
        reference_on=reference_on,
        is_expected=child.is_expected,
        start_on=start_on,
        start_month=start_on.isoformat()[:7] if start_on else "",
        age_group=limits.group(reference_on, start_on) if reference_on and start_on else "",
        half_days=week.count(dossier.week.wished) if dossier.week else 0,
        folded=fold(" ".join(names))[:400],
    )


def name_of(child: Child) -> str:
    """Return how a child is called, even before it has a first name.

    >>> name_of(Child(is_expected=True, family_name="Payet"))
    'Bébé Payet'
    """
    given_name = child.given_name or ("Bébé" if child.is_expected else "")
    return f"{given_name} {child.family_name}".strip()
