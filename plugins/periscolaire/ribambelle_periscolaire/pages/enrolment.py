"""A family's enrolments: each child, each school year, what is left and what was decided."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from ribambelle import forms, workflow
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Child
from ribambelle.information import words
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import State
from ribambelle.workflow.declaration import timeline
from ribambelle_periscolaire import enrolling
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.enrolments import (
    KINDS,
    STEPS,
    is_of_age,
    year_words,
    years_open,
)
from ribambelle_periscolaire.enrolling import Dossier, dossier_of
from ribambelle_periscolaire.queries import catalogue, enrolments, rules
from ribambelle_periscolaire.queries.enrolments import One
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Rules
from ribambelle_periscolaire.workflow import KEPT, OVER, WORKFLOW

HERE = "/periscolaire/inscription"


@dataclass(frozen=True, slots=True)
class Line:
    """One child and one school year: the enrolment, or that there is none yet."""

    child: Child
    year: int
    one: One | None = None
    activities: list[Activity] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The school year, as people say it."""
        return year_words(self.year)

    @property
    def state(self) -> State | None:
        """Where the enrolment stands."""
        return WORKFLOW.state(self.one.state) if self.one else None

    @property
    def is_over(self) -> bool:
        """Tell whether one may begin again."""
        return self.one is not None and self.one.state in OVER


@dataclass(frozen=True)
class EnrolmentsPage:
    """The children one may enrol, year by year."""

    lines: list[Line]

    @property
    def years(self) -> list[tuple[str, list[Line]]]:
        """The lines of each school year, the latest year first."""
        found: dict[int, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.year, []).append(line)
        return [(year_words(year), found[year]) for year in sorted(found, reverse=True)]


async def lines_of(tenant: Tenant, person: Person, day: date) -> list[Line]:
    """Return what a family may enrol, and where each enrolment stands."""
    settings = tenant.of(Settings)
    years = years_open(day, settings.next_year_from)
    children = await enrolments.children_of(person, day)
    asked = {*years, max(years) + 1}
    known = {
        (int(one.child.id), int(one.row.year)): one
        for one in await enrolments.of_children([int(c.id) for c in children], asked)
    }
    opened = (await catalogue.current()).activities
    return [
        Line(
            child,
            year,
            one,
            [each for each in opened if one and each.id in one.activities],
        )
        for year in sorted(asked)
        for child in children
        for one in [known.get((int(child.id), year))]
        if one or (year in years and is_of_age(child.born_on, year, settings.ages))
    ]


@get(
    HERE,
    name="periscolaire.enrolments",
    told="Voir les inscriptions périscolaires de ses enfants",
    guards=[guards.family],
)
async def every(
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show the children one may enrol, and where each enrolment stands."""
    page = EnrolmentsPage(await lines_of(tenant, person, now.date()))
    return Page("periscolaire/enrolments.html", page)


class Begun(msgspec.Struct, frozen=True):
    """Whom to enrol, for which school year."""

    enfant: int = 0
    annee: int = 0


@post(
    HERE,
    name="periscolaire.enrol",
    told="Commencer l’inscription périscolaire d’un enfant",
    guards=[guards.family],
)
async def begin(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Redirect:
    """Begin an enrolment; beginning it twice leads to the same."""
    form = await forms.read(request, Begun)
    for line in await lines_of(tenant, person, now.date()):
        if form.struct == Begun(int(line.child.id), line.year):
            number = await enrolling.begin(person, line.child, line.year, now)
            return Redirect(f"{HERE}/{number}", status_code=303)
    raise NotYours


@dataclass(frozen=True)
class EnrolmentPage:
    """One enrolment: the steps that are left, or what became of it."""

    dossier: Dossier
    tasks: list[tuple[str, str, str, str]]
    past: list[tuple[str, str, str, bool]]
    reason: str
    activities: list[str]

    @property
    def one(self) -> One:
        """The enrolment."""
        return self.dossier.one

    @property
    def state(self) -> State:
        """Where it stands."""
        return WORKFLOW.state(self.one.state)

    @property
    def year(self) -> str:
        """The school year, as people say it."""
        return year_words(int(self.one.row.year))

    @property
    def base(self) -> str:
        """The address of its pages."""
        return f"{HERE}/{self.one.id}"

    @property
    def done(self) -> int:
        """How many steps are done."""
        return len(self.dossier.steps) - len(self.dossier.left)

    @property
    def next_href(self) -> str:
        """Where to go on."""
        return self.base + next_after("", self.dossier.left)

    @property
    def is_over(self) -> bool:
        """Tell whether one may begin again."""
        return self.one.state in OVER

    @property
    def new_rules(self) -> bool:
        """Tell whether a version that was not accepted is in force."""
        return self.one.state in KEPT and not self.dossier.progress.rules

    @staticmethod
    def label(kind: str) -> str:
        """Return what a paper is called."""
        return KINDS.get(kind, kind)

    @property
    def may_withdraw(self) -> bool:
        """Tell whether the family may still take it back."""
        return any(one.code == "withdraw" for one in WORKFLOW.open_to(self.one.state, "family"))


def next_after(code: str, left: list[str]) -> str:
    """Return where to go after a step: the next one left, an earlier one, or the end.

    >>> next_after("ecole", ["ecole", "sante"]), next_after("sante", []), next_after("", ["sante"])
    ('/etape/sante', '/verification', '/etape/sante')
    """
    order = list(STEPS)
    after = [one for one in left if not code or order.index(one) > order.index(code)] or left
    return f"/etape/{after[0]}" if after else "/verification"


def tasks_of(dossier: Dossier) -> list[tuple[str, str, str, str]]:
    """Return the steps and the papers of an enrolment, each with where it stands."""
    base = f"{HERE}/{dossier.one.id}"
    tasks = [
        (
            STEPS[code],
            f"{base}/etape/{code}",
            "",
            "a_faire" if code in dossier.left else "fini",
        )
        for code in dossier.steps
    ]
    for kind in dossier.asked:
        paper = dossier.papers.get(kind)
        told = paper.reason if paper and paper.state == "refused" else ""
        state = "a_faire" if kind in dossier.missing else "fini"
        tasks.append((KINDS.get(kind, kind), f"{base}/pieces/{kind}", told, state))
    last = "bloque" if dossier.left else "a_faire"
    return [*tasks, ("Vérifier et envoyer", f"{base}/verification", "", last)]


@get(
    f"{HERE}/{{enrolment:int}}",
    name="periscolaire.enrolment",
    told="Voir une inscription périscolaire",
    guards=[guards.family],
)
async def one(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show what is left to fill in, or what was decided."""
    found = await enrolments.mine(person, enrolment, now.date())
    steps = timeline(await workflow.history(int(found.demande.id)))
    last = steps[-1] if steps else None
    known = (await catalogue.current()).by_id
    page = EnrolmentPage(
        dossier=await dossier_of(tenant, found, now.date()),
        tasks=[],
        past=[
            (
                formats.moment_court(step.at.astimezone(tenant.zone)),
                f"{step.label}. {step.reason}".strip(),
                f"Par {step.whose}",
                step.side == "family",
            )
            for step in steps
        ],
        reason=last.reason if last else "",
        activities=[known[each].name for each in sorted(found.activities) if each in known],
    )
    if found.may_change:
        page.tasks.extend(tasks_of(page.dossier))
        return Page("periscolaire/enrolment_steps.html", page)
    return Page("periscolaire/enrolment.html", page)


@post(
    f"{HERE}/{{enrolment:int}}/retirer",
    name="periscolaire.withdraw_enrolment",
    told="Retirer une inscription périscolaire",
    guards=[guards.family],
)
async def withdraw(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Take an enrolment back; twice is once."""
    found = await enrolments.mine(person, enrolment, now.date())
    try:
        await enrolling.withdraw(found, person)
    except Refused as refusal:
        if refusal.reason not in MOVED:
            raise
        seen.tell("info", "Cette inscription ne peut plus être retirée ici. Voici où elle en est.")
    else:
        seen.tell("ok", f"L’inscription de {found.name} est retirée.")
    return Redirect(f"{HERE}/{enrolment}", status_code=303)


MOVED = ("wrong_state", "already_moved")
"""Why a transition is refused to whoever looks at a page that is no longer true."""


@post(
    f"{HERE}/{{enrolment:int}}/reprendre",
    name="periscolaire.reopen_enrolment",
    told="Recommencer une inscription périscolaire",
    guards=[guards.family],
)
async def reopen(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Redirect:
    """Begin again an enrolment that had ended; twice leads to the same."""
    found = await enrolments.mine(person, enrolment, now.date())
    try:
        await enrolling.reopen(found, person)
    except Refused as refusal:
        if refusal.reason not in MOVED:
            raise
    return Redirect(f"{HERE}/{enrolment}", status_code=303)


# -- the règlement, for everybody ---------------------------------------------------------------


@dataclass(frozen=True)
class RulesPage:
    """One version of the règlement intérieur."""

    rules: Rules | None
    told: Markup


@get(
    "/periscolaire/reglement",
    name="periscolaire.rules",
    told="Lire le règlement intérieur du périscolaire",
    guards=[guards.public],
    indexed=True,
)
async def rules_in_force(now: NamedDependency[datetime]) -> Page:
    """Show the version in force."""
    found = await rules.in_force(now.date())
    told = words.rendered(found.text) if found else Markup()
    return Page("periscolaire/rules.html", RulesPage(found, told))


@get(
    "/periscolaire/reglement/{version:int}",
    name="periscolaire.rules_version",
    told="Relire une version du règlement intérieur",
    guards=[guards.public],
)
async def rules_version(version: FromPath[int]) -> Page:
    """Show one published version, were it replaced since."""
    found = await rules.published(version)
    return Page("periscolaire/rules.html", RulesPage(found, words.rendered(found.text)))


ROUTES = [every, begin, one, withdraw, reopen, rules_in_force, rules_version]
