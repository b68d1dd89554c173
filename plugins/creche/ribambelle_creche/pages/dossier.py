"""Filling in the file, one question per page, for a family or on its behalf."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_creche import filing
from ribambelle_creche import forms as steps
from ribambelle_creche.domain import week as half_days
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
    name_of,
)
from ribambelle_creche.domain.facility import KINDS
from ribambelle_creche.pages.offers import offers
from ribambelle_creche.pages.recap import told_of
from ribambelle_creche.queries import applications, facilities
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility

BY_CODE = {step.code: step for step in STEPS}
EMPTY: dict[str, msgspec.Struct] = {
    "enfant": Child(),
    "famille": Family(),
    "adresse": Address(),
    "situation": Situation(),
    "entree": Entry(),
    "semaine": Week(),
    "voeux": Wishes(),
}


# -- opening, and the list of steps ----------------------------------------------------------


@dataclass(frozen=True)
class NewPage:
    """Whether the family already told us of itself."""

    known: bool


@get("/creche/demandes/nouvelle", name="creche.new", guards=[guards.signed_in])
async def new_page(person: NamedDependency[Person]) -> Page:
    """Say what will be asked, before anything is opened."""
    known = await applications.known_answers(person)
    return Page("creche/dossier/new.html", NewPage(known != Dossier()))


@post("/creche/demandes/nouvelle", name="creche.open", guards=[guards.signed_in])
async def open_file(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Redirect:
    """Open a file and go to its steps; a director's starts with their own crèche."""
    text = str((await request.form()).get("facility", ""))
    facility = int(text) if text.isdecimal() and len(text) < 10 else 0
    number = await applications.open_draft(person, now, facility)
    return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)


@dataclass(frozen=True)
class StepsPage:
    """The steps of a file, where each stands, and until when the file is kept."""

    file: Mine
    child: str
    tasks: list[tuple[str, str, str, str]]
    done: int
    next_href: str
    next_title: str
    kept_until: date
    settings: Settings

    total = len(STEPS)


@get("/creche/demandes/{number:int}/etapes", name="creche.steps", guards=[guards.signed_in])
async def steps_page(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show what is done and what is left."""
    file = await applications.mine(person, number)
    left = await filing.left_to_do(tenant, file.dossier)
    base, settings = f"/creche/demandes/{number}", tenant.of(Settings)
    until = file.application.demande.changed_at + timedelta(days=settings.drafts_kept_days)
    page = StepsPage(
        file=file,
        child=name_of(file.dossier.child) if file.dossier.child else "",
        tasks=tasks_of(base, file.dossier, left),
        done=len(STEPS) - len(left),
        next_href=f"{base}/etape/{left[0].code}" if left else f"{base}/verification",
        next_title=left[0].title if left else "vérifier et envoyer",
        kept_until=until.astimezone(tenant.zone).date(),
        settings=settings,
    )
    return Page("creche/dossier/steps.html", page)


def tasks_of(base: str, dossier: Dossier, left: list[Step]) -> list[tuple[str, str, str, str]]:
    """Return the list of steps: a step answered that another one made wrong is to be seen again."""
    tasks = []
    for step in STEPS:
        begun = getattr(dossier, step.block) is not None
        state = ("en_cours" if begun else "a_faire") if step in left else "fini"
        tasks.append((step.title, f"{base}/etape/{step.code}", told_of(step, dossier), state))
    opens = f"S’ouvre quand les {len(STEPS)} étapes sont terminées" if left else ""
    last = "bloque" if left else "a_faire"
    return [*tasks, ("Vérifier et envoyer", f"{base}/verification", opens, last)]


# -- one step --------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepPage:
    """One question: what was answered, and what it may be answered with."""

    file: Mine
    step: Step
    rank: int
    block: Any
    settings: Settings
    form: forms.Bound[Any] | None = None
    quartiers: list[tuple[int, str]] = field(default_factory=list)
    quartier: int | None = None
    chosen: list[Facility] = field(default_factory=list)
    near: list[Facility] = field(default_factory=list)
    offered: list[tuple[int, str]] = field(default_factory=list)
    too_young: int = 0

    days = half_days.DAYS
    total = len(STEPS)
    work = list(WORK.items())

    @property
    def address(self) -> str:
        """The address of this step."""
        return f"/creche/demandes/{self.file.id}/etape/{self.step.code}"

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The two rows of the week, with their hours."""
        return [
            ("am", "Matin et repas", self.settings.morning),
            ("pm", "Après-midi", self.settings.afternoon),
        ]

    @property
    def wished(self) -> set[str]:
        """The half-days ticked in the week wished."""
        return set(half_days.slots(self.block.wished))

    @property
    def fallbacks(self) -> list[tuple[str, set[str]]]:
        """The fallback weeks there may be, with what is ticked in each."""
        told = self.block.fallbacks
        return [
            (f"repli{rank + 1}", set(half_days.slots(told[rank])) if rank < len(told) else set())
            for rank in range(self.settings.fallback_weeks)
        ]

    @property
    def room(self) -> int:
        """How many more crèches may be named."""
        return self.settings.max_wishes - len(self.chosen)

    @staticmethod
    def kind(one: Facility) -> str:
        """Return what a crèche is, and where, in words."""
        where = one.quartier.name if one.quartier.id else one.city
        return ", ".join(filter(None, (KINDS.get(one.kind, ""), where)))


def step_of(code: str) -> Step:
    """Return a step by its word, or behave as if the page did not exist."""
    if code not in BY_CODE:
        raise NotYours
    return BY_CODE[code]


async def shown(
    file: Mine,
    step: Step,
    tenant: Tenant,
    form: forms.Bound[Any] | None = None,
    quartier: int | None = None,
) -> Page:
    """Show a step, for the first time or with what was wrong."""
    extra: dict[str, Any] = {}
    if step.code in ("adresse", "voeux"):
        extra["quartiers"] = await facilities.quartiers()
    if step.code == "voeux":
        extra |= await offers(file.dossier, quartier)
    page = StepPage(
        file=file,
        step=step,
        rank=STEPS.index(step) + 1,
        block=getattr(file.dossier, step.block) or EMPTY[step.code],
        settings=tenant.of(Settings),
        form=form,
        **extra,
    )
    return Page(f"creche/dossier/{step.code}.html", page, status=422 if form else 200)


@get(
    "/creche/demandes/{number:int}/etape/{code:str}", name="creche.step", guards=[guards.signed_in]
)
async def step_page(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    code: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Page:
    """Show one question."""
    text = str(request.query_params.get("quartier", ""))
    quartier = int(text) if text.isdecimal() and len(text) < 10 else None
    file = await applications.mine(person, number)
    return await shown(file, step_of(code), tenant, quartier=quartier)


@post(
    "/creche/demandes/{number:int}/etape/{code:str}",
    name="creche.answer",
    guards=[guards.signed_in],
)
async def answer(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    code: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep an answer, or say all that is wrong with it; then go on to the next question."""
    step, file = step_of(code), await applications.mine(person, number)
    if not (file.is_draft or file.lives):
        raise Refused("wrong_state", state=file.state, transition="edit")
    read = await steps.read(request, code, file.dossier, tenant, now)
    if read.bound.struct is None:
        return await shown(file, step, tenant, read.bound)
    dossier = await applications.save(number, step.block, read.bound.struct, now)
    base = f"/creche/demandes/{number}"
    target = f"{base}/etape/{code}{read.again}"
    if read.again is None:
        target = base + next_after(step, await filing.left_to_do(tenant, dossier))
    return Redirect(target, status_code=303)


def next_after(step: Step, left: list[Step]) -> str:
    """Return where to go after a step: the next one to answer, an earlier one, or the end.

    >>> next_after(STEPS[2], [STEPS[0], STEPS[5]]), next_after(STEPS[6], [])
    ('/etape/semaine', '/verification')
    """
    after = [one for one in left if STEPS.index(one) > STEPS.index(step)] or left
    return f"/etape/{after[0].code}" if after else "/verification"


ROUTES = [new_page, open_file, steps_page, step_page, answer]
