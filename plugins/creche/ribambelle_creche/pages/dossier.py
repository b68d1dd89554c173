"""Filling in the file, one question per page, for a family or on its behalf."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
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
from ribambelle_creche.domain import steps as rules
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
    missing,
    name_of,
)
from ribambelle_creche.domain.duplicates import same_child
from ribambelle_creche.queries import applications, facilities
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility

Bound = forms.Bound[Any]
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


@get("/creche/demandes/nouvelle", name="creche.new", guards=[guards.signed_in])
async def new_page(person: NamedDependency[Person]) -> Page:
    """Say what will be asked, before anything is opened."""
    known = person.is_family and bool(await applications.of_account(person.account))
    return Page("creche/dossier/new.html", NewPage(known))


@dataclass(frozen=True)
class NewPage:
    """Whether the family already told us of itself."""

    known: bool


@post("/creche/demandes/nouvelle", name="creche.open", guards=[guards.signed_in])
async def open_file(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Redirect:
    """Open a file and go to its steps."""
    number = await applications.open_draft(person, now)
    return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)


@dataclass(frozen=True)
class StepsPage:
    """The steps of a file, and where each stands."""

    file: Mine
    tasks: list[tuple[str, str, str, str]]
    done: int
    total: int
    next_href: str


@get("/creche/demandes/{number:int}/etapes", name="creche.steps", guards=[guards.signed_in])
async def steps_page(number: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show what is done and what is left."""
    file = await applications.mine(person, number)
    left = missing(file.dossier)
    base = f"/creche/demandes/{number}"
    tasks = [
        (
            step.title,
            f"{base}/etape/{step.code}",
            told_of(step, file.dossier),
            "a_faire" if step in left else "fini",
        )
        for step in STEPS
    ]
    last = ("Vérifier et envoyer", f"{base}/verification", "", "bloque" if left else "a_faire")
    target = f"{base}/etape/{left[0].code}" if left else f"{base}/verification"
    page = StepsPage(file, [*tasks, last], len(STEPS) - len(left), len(STEPS), target)
    return Page("creche/dossier/steps.html", page)


def told_of(step: Step, dossier: Dossier) -> str:
    """Return one line that says what was answered to a step."""
    match getattr(dossier, step.block):
        case Child() as child:
            return name_of(child)
        case Family() as family:
            return f"{family.given_name} {family.family_name}".strip()
        case Address() as address:
            return f"{address.line}, {address.postcode} {address.city}"
        case Situation() as situation:
            return WORK.get(situation.work, "")
        case Entry(start_on=start) if start:
            return f"Le {start:%d/%m/%Y}"
        case Week() as week:
            return half_days.words(week.wished)
        case Wishes() as wishes:
            count = len(wishes.facilities)
            return "Une crèche" if count == 1 else f"{count} crèches"
    return ""


# -- one step --------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepPage:
    """One question: what was answered, and what it may be answered with."""

    file: Mine
    step: Step
    rank: int
    block: Any
    settings: Settings
    form: Bound | None = None
    quartiers: list[tuple[int, str]] = field(default_factory=list)
    chosen: list[Facility] = field(default_factory=list)
    offered: list[tuple[int, str]] = field(default_factory=list)

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


def step_of(code: str) -> Step:
    """Return a step by its word, or behave as if the page did not exist."""
    if code not in BY_CODE:
        raise NotYours
    return BY_CODE[code]


async def shown(file: Mine, step: Step, tenant: Tenant, form: Bound | None = None) -> Page:
    """Show a step, for the first time or with what was wrong."""
    block: Any = getattr(file.dossier, step.block) or EMPTY[step.code]
    extra: dict[str, Any] = {}
    if step.code == "adresse":
        extra["quartiers"] = await facilities.quartiers()
    if step.code == "voeux":
        everything = {one.id: one for one in await facilities.every()}
        extra["chosen"] = [everything[n] for n in block.facilities if n in everything]
        extra["offered"] = [
            (one.id, f"{one.name} ({one.quartier.name})" if one.quartier.id else one.name)
            for one in everything.values()
            if one.id not in block.facilities
        ]
    page = StepPage(
        file, step, STEPS.index(step) + 1, block, tenant.of(Settings), form=form, **extra
    )
    return Page(f"creche/dossier/{step.code}.html", page, status=422 if form else 200)


@get(
    "/creche/demandes/{number:int}/etape/{code:str}", name="creche.step", guards=[guards.signed_in]
)
async def step_page(
    number: FromPath[int],
    code: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Page:
    """Show one question."""
    step = step_of(code)
    return await shown(await applications.mine(person, number), step, tenant)


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
    read = READERS[code]
    bound, stay = await read(request, file.dossier, tenant, now)
    if bound.struct is None:
        return await shown(file, step, tenant, bound)
    dossier = msgspec.structs.replace(file.dossier, **{step.block: bound.struct})
    await applications.save(number, dossier)
    base = f"/creche/demandes/{number}"
    if stay:
        return Redirect(f"{base}/etape/{code}", status_code=303)
    left = missing(dossier)
    after = [one for one in left if STEPS.index(one) > STEPS.index(step)] or left
    target = f"{base}/etape/{after[0].code}" if after else f"{base}/verification"
    return Redirect(target, status_code=303)


Reader = Callable[
    [Request[Any, Any, Any], Dossier, Tenant, datetime], Awaitable[tuple[Bound, bool]]
]


def checked(bound: Bound, errors: dict[str, str]) -> Bound:
    """Return a form with what the rules found wrong, beside what could not be read."""
    return bound.wrong(**{name: told for name, told in errors.items() if name not in bound.errors})


async def _child(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    bound = await forms.read(request, Child)
    errors = rules.check_child(bound.struct, now.date()) if bound.struct else {}
    return checked(bound, errors), False


async def _family(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    bound = await forms.read(request, Family)
    return checked(bound, rules.check_family(bound.struct) if bound.struct else {}), False


async def _address(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    bound = await forms.read(request, Address)
    errors = rules.check_address(bound.struct) if bound.struct else {}
    known = {number for number, _ in await facilities.quartiers()}
    if bound.struct and bound.struct.quartier not in (None, *known):
        errors["quartier"] = "Choisissez un quartier de la liste, ou « Je ne sais pas »."
    return checked(bound, errors), False


async def _situation(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    bound = await forms.read(request, Situation)
    single = bool(dossier.family and dossier.family.is_single)
    return checked(
        bound, rules.check_situation(bound.struct, single) if bound.struct else {}
    ), False


async def _entry(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    bound = await forms.read(request, Entry)
    if bound.struct is None:
        return bound, False
    errors = rules.check_entry(bound.struct, dossier.child, filing.limits_of(tenant))
    if bound.struct.start_on and bound.struct.start_on < now.date():
        errors.setdefault("start_on", "Cette date est passée. Choisissez une date à venir.")
    return checked(bound, errors), False


async def _week(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    form = await request.form()
    names = ["souhait", *(f"repli{rank + 1}" for rank in range(tenant.of(Settings).fallback_weeks))]
    weeks = [
        half_days.bits(slot for slot in form.getall(name, []) if slot in half_days.SLOTS)
        for name in names
    ]
    fill = str(form.get("remplir", ""))
    if fill == "tout":
        weeks[0] = (1 << len(half_days.SLOTS)) - 1
    elif fill.startswith("repli") and fill in names:
        weeks[names.index(fill)] = weeks[0]
    asked = Week(weeks[0], tuple(slots for slots in weeks[1:] if slots))
    bound: Bound = forms.Bound(asked)
    errors = rules.check_week(asked, tenant.of(Settings).fallback_weeks)
    renamed = {"souhait" if name == "wished" else name: told for name, told in errors.items()}
    return (bound if fill else bound.wrong(**renamed)), bool(fill)


async def _wishes(
    request: Any, dossier: Dossier, tenant: Tenant, now: datetime
) -> tuple[Bound, bool]:
    form = await request.form()
    before = dossier.wishes or Wishes()
    known = {one.id for one in await facilities.every()}
    chosen = [number for number in before.facilities if number in known]
    moved = False
    for act in ("ajouter", "monter", "descendre", "retirer"):
        text = str(form.get(act, ""))
        if text.isdecimal() and (int(text) in chosen or (act == "ajouter" and int(text) in known)):
            chosen, moved = moved_by(chosen, act, int(text)), True
    added = str(form.get("creche", ""))
    if form.get("ajout") and added.isdecimal() and int(added) in known:
        chosen, moved = moved_by(chosen, "ajouter", int(added)), True
    asked = Wishes(
        tuple(chosen), form.get("accepts_any") == "on", form.get("accepts_childminder") == "on"
    )
    errors = rules.check_wishes(asked, tenant.of(Settings).max_wishes)
    if moved and len(chosen) <= tenant.of(Settings).max_wishes:
        return forms.Bound(asked), True
    bound: Bound = forms.Bound(asked)
    return bound.wrong(creche=next(iter(errors.values()))) if errors else bound, bool(
        form.get("ajout")
    )


def moved_by(chosen: list[int], act: str, number: int) -> list[int]:
    """Return the wishes after one act on one of them.

    >>> moved_by([4, 7, 9], "monter", 9), moved_by([4, 7], "retirer", 4), moved_by([4], "ajouter", 4)
    ([4, 9, 7], [7], [4])
    """
    others = [one for one in chosen if one != number]
    if act == "retirer":
        return others
    if act == "ajouter":
        return chosen if number in chosen else [*chosen, number]
    place = chosen.index(number) + (-1 if act == "monter" else 1)
    place = max(0, min(place, len(others)))
    return [*others[:place], number, *others[place:]]


READERS: dict[str, Reader] = {
    "enfant": _child,
    "famille": _family,
    "adresse": _address,
    "situation": _situation,
    "entree": _entry,
    "semaine": _week,
    "voeux": _wishes,
}


# -- checking and sending --------------------------------------------------------------------


@dataclass(frozen=True)
class CheckPage:
    """Everything that was answered, before it is sent."""

    file: Mine
    blocks: list[tuple[Step, list[tuple[str, str]]]]
    twins: list[dict[str, Any]]
    form: Bound | None = None


class Declaration(msgspec.Struct, frozen=True):
    """The box a family ticks before sending."""

    exact: bool = False


async def check_page_of(file: Mine, form: Bound | None = None) -> Page:
    """Show the answers, block by block, each with its way back."""
    names = {one.id: one.name for one in await facilities.every()}
    quartiers = dict(await facilities.quartiers())
    blocks = [(step, recap(step, file.dossier, names, quartiers)) for step in STEPS]
    twins = await applications.same_child(
        file.id, same_child(file.dossier), file.application.account
    )
    own = twins if file.application.account else []
    page = CheckPage(file, blocks, own, form)
    return Page("creche/dossier/check.html", page, status=422 if form else 200)


def recap(
    step: Step, dossier: Dossier, names: dict[int, str], quartiers: dict[int, str]
) -> list[tuple[str, str]]:
    """Return one block of answers as labels and words."""
    match getattr(dossier, step.block):
        case Child() as child:
            on = child.reference_on
            label = "Naissance prévue" if child.is_expected else "Né le"
            rows = [("Enfant", name_of(child)), (label, f"{on:%d/%m/%Y}" if on else "")]
            return (
                [*rows, ("Naissance multiple", f"{child.together} enfants")]
                if child.together > 1
                else rows
            )
        case Family() as family:
            rows = [
                ("Vous", f"{family.given_name} {family.family_name}"),
                ("Téléphone", family.phone),
                ("E-mail", family.email or "Non donné"),
            ]
            other = f"{family.other_given_name} {family.other_family_name}".strip()
            return [
                *rows,
                ("Autre parent", "Parent seul" if family.is_single else other or "Non précisé"),
            ]
        case Address() as address:
            quartier = quartiers.get(address.quartier or 0, "Je ne sais pas")
            return [
                ("Adresse", f"{address.line}, {address.postcode} {address.city}"),
                ("Quartier", quartier),
            ]
        case Situation() as situation:
            rows = [("Votre situation", WORK[situation.work])]
            if situation.other_work:
                rows.append(("Autre parent", WORK[situation.other_work]))
            if situation.has_sibling_in_creche:
                rows.append(("Frère ou sœur en crèche", "Oui"))
            return [*rows, ("AEEH", "Oui")] if situation.has_aeeh else rows
        case Entry(start_on=start, flexible_weeks=weeks) if start:
            moves = f", à {weeks} semaines près" if weeks else ""
            return [("Entrée souhaitée", f"{start:%d/%m/%Y}{moves}")]
        case Week() as week:
            told = [("Semaine souhaitée", half_days.words(week.wished))]
            return told + [
                (f"Repli {n}", half_days.words(s)) for n, s in enumerate(week.fallbacks, 1)
            ]
        case Wishes() as wishes:
            told = [
                (f"Vœu {n}", names.get(one, "Crèche fermée"))
                for n, one in enumerate(wishes.facilities, 1)
            ]
            if wishes.accepts_any:
                told.append(("Une autre crèche", "Acceptée"))
            return (
                [*told, ("Une assistante maternelle", "Acceptée")]
                if wishes.accepts_childminder
                else told
            )
    return []


@get("/creche/demandes/{number:int}/verification", name="creche.check", guards=[guards.signed_in])
async def check_page(number: FromPath[int], person: NamedDependency[Person]) -> Response[Any]:
    """Show everything once more; a file not finished goes back to its steps."""
    file = await applications.mine(person, number)
    if missing(file.dossier):
        return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)
    return await check_page_of(file)


@post("/creche/demandes/{number:int}/verification", name="creche.send", guards=[guards.signed_in])
async def send(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send the file, and show its receipt."""
    form = await forms.read(request, Declaration)
    file = await applications.mine(person, number)
    if form.struct is None or not form.struct.exact:
        told = "Cochez cette case pour envoyer votre demande."
        return await check_page_of(file, form.wrong(exact=told))
    if missing(file.dossier):
        return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)
    await filing.send(tenant, person, number, now)
    return Redirect(f"/creche/demandes/{number}/recu", status_code=303)


ROUTES = [new_page, open_file, steps_page, step_page, answer, check_page, send]
