"""Filling in the file, one question per page, for a family or on its behalf."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.identity import Person, households, quartiers
from ribambelle.particulier import asking
from ribambelle.particulier.asking import Seen
from ribambelle.tenants import Tenant
from ribambelle.web.families.around import Around
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import filing, state_resources
from ribambelle_creche import forms as reading
from ribambelle_creche.domain import week as half_days
from ribambelle_creche.domain.dossier import (
    CARE,
    CURRENT_CARE,
    CUSTODY,
    REFERRALS,
    STEPS,
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
    alternates,
    is_separated,
    name_of,
    steps_of,
)
from ribambelle_creche.domain.facility import KINDS
from ribambelle_creche.domain.state_resources import filled
from ribambelle_creche.pages.around import weeks_for
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pages.known_family import Known, known_family
from ribambelle_creche.pages.offers import offers
from ribambelle_creche.pages.recap import told_of
from ribambelle_creche.queries import applications, commissions, facilities, streets
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.queries.commissions import Next
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility

EMPTY: dict[str, msgspec.Struct] = {
    "enfant": Child(),
    "arrivee": Arrival(),
    "famille": Family(),
    "garde": Custody(),
    "adresse": Address(),
    "situation": Situation(),
    "foyer": Home(),
    "ressources": Resources(),
    "accueil": Care(),
    "entree": Entry(),
    "semaine": Week(),
    "voeux": Wishes(),
}


# -- opening, and the list of steps ----------------------------------------------------------


@dataclass(frozen=True)
class NewPage:
    """Whether the family already told us of itself, and where staff may receive its file."""

    known: bool
    desks: list[tuple[int, str]]


@get(
    "/creche/demandes/nouvelle", name="creche.new", told="Lire ce qui sera demandé", guards=[filer]
)
async def new_page(person: NamedDependency[Person]) -> Page:
    """Say what will be asked, before anything is opened."""
    known = await applications.known_answers(person)
    desks = await applications.desks_open_to(person)
    return Page("creche/dossier/new.html", NewPage(known != Dossier(), list(desks.items())))


@post(
    "/creche/demandes/nouvelle",
    name="creche.open",
    told="Commencer une demande de place",
    guards=[filer],
)
async def open_file(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Redirect:
    """Open a file and go to its steps; a director's starts with their own crèche."""
    given = await request.form()

    def asked(name: str) -> int:
        text = str(given.get(name, ""))
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    number = await applications.open_draft(person, now, asked("facility"), asked("desk"))
    return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)


@dataclass(frozen=True)
class StepsPage:
    """The steps of a file, where each stands, and until when the file is kept."""

    file: Mine
    child: str
    tasks: list[tuple[str, str, str, str]]
    wrong: list[str]
    done: int
    total: int
    next_href: str
    next_title: str
    kept_until: date
    commission: Next | None
    known: Known | None = None


@get(
    "/creche/demandes/{number:int}/etapes",
    name="creche.steps",
    reads="creche.application:{number}",
    told="Voir ce qui reste à remplir",
    guards=[filer],
)
async def steps_page(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Show what is done and what is left; a file that has ended has no step any more."""
    file = await applications.mine(person, number)
    if not file.may_change:
        return ended(number, seen)
    left = await filing.left_to_do(tenant, file.dossier)
    base, settings = f"/creche/demandes/{number}", tenant.of(Settings)
    until = file.application.demande.changed_at + timedelta(days=settings.drafts_kept_days)
    steps, following = steps_of(file.dossier), next(iter(left), None)
    page = StepsPage(
        file=file,
        child=name_of(file.dossier.child) if file.dossier.child else "",
        tasks=tasks_of(base, file, left),
        wrong=[told for errors in left.values() for told in errors.values()],
        done=len(steps) - len(left),
        total=len(steps),
        next_href=f"{base}/etape/{following.code}" if following else f"{base}/verification",
        next_title=following.called(file.side == "family") if following else "vérifier et envoyer",
        kept_until=until.astimezone(tenant.zone).date(),
        commission=await commissions.next_one(tenant, starting(file)),
        known=await known_family(file, person),
    )
    return Page("creche/dossier/steps.html", page)


def starting(file: Mine) -> date | None:
    """Return the day on which a family wishes to start, once it said it."""
    return file.dossier.entry.start_on if file.dossier.entry else None


def ended(number: int, seen: Visit) -> Redirect:
    """Go back to a file that has ended: nothing of it changes any more."""
    seen.tell("info", "Cette demande a pris fin : elle ne peut plus être modifiée.")
    return Redirect(f"/creche/demandes/{number}", status_code=303)


def tasks_of(base: str, file: Mine, left: Container[Step]) -> list[tuple[str, str, str, str]]:
    """Return the list of steps: a step answered that another one made wrong is to be seen again."""
    dossier, yours = file.dossier, file.side == "family"
    tasks, steps = [], steps_of(dossier)
    for step in steps:
        begun = getattr(dossier, step.block) is not None
        state = ("en_cours" if begun else "a_faire") if step in left else "fini"
        tasks.append(
            (step.called(yours), f"{base}/etape/{step.code}", told_of(step, dossier), state)
        )
    opens = f"S’ouvre quand les {len(steps)} étapes sont terminées" if left else ""
    last = "bloque" if left else "a_faire"
    title = "Vérifier et envoyer" if yours else "Vérifier et enregistrer"
    return [*tasks, (title, f"{base}/verification", opens, last)]


# -- one step --------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepPage:
    """One question: what was answered, and what it may be answered with."""

    file: Mine
    step: Step
    rank: int
    total: int
    block: Any
    settings: Settings
    form: forms.Bound[Any] | None = None
    quartiers: list[tuple[int, str]] = field(default_factory=list)
    quartier: int | None = None
    chosen: list[Facility] = field(default_factory=list)
    near: list[Facility] = field(default_factory=list)
    offered: list[tuple[int, str]] = field(default_factory=list)
    too_young: int = 0
    is_expected: bool | None = None
    knows_streets: bool = False
    opens_saturday: bool = False
    """A crèche of the commune opens on Saturday."""
    state: list[Seen] = field(default_factory=list)
    """What the State told of the family's resources."""
    may_ask_state: bool = False
    around: Around | None = None
    """Whose weeks are whose, when a custody of the child is in force."""

    work = list(WORK.items())
    twins = list(TWINS.items())
    custody = list(CUSTODY.items())
    custody_told = [
        (code, told.replace("vous", "le parent qui demande")) for code, told in CUSTODY.items()
    ]
    referrals = list(REFERRALS.items())
    care = list(CARE.items())
    current_care = list(CURRENT_CARE.items())

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
    def yours(self) -> bool:
        """Tell whether the family itself reads the page: staff are not asked of their child."""
        return self.file.side == "family"

    @staticmethod
    def euros(cents: int | None) -> str:
        """Return an amount as it is typed: 64000 is « 640 », 125050 is « 1250,50 »."""
        if cents is None:
            return ""
        return f"{cents // 100},{cents % 100:02}".removesuffix(",00")

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days to tick, with Saturday when a crèche opens then, or when it was ticked once."""
        kept = (self.block.wished, self.block.odd or 0, *self.block.fallbacks)
        return half_days.days(
            saturday=self.opens_saturday
            or any(map(half_days.has_saturday, kept))
            or any(map(half_days.is_saturday, self.ticked))
        )

    @property
    def ticked(self) -> list[str]:
        """The half-days of the form shown again, whatever the week."""
        raw = self.form.raw if self.form else {}
        told = [raw[name] for name in raw if name.startswith(("souhait", "impair", "repli"))]
        # one box ticked alone is read as a word, several as a list
        return [slot for one in told for slot in ([one] if isinstance(one, str) else one)]

    @property
    def odd(self) -> set[str] | None:
        """The half-days ticked on odd weeks; None when every week is the same."""
        return set(half_days.slots(self.block.odd or 0)) if alternates(self.file.dossier) else None

    @property
    def is_apart(self) -> bool:
        """Tell whether the file says that the parents live apart."""
        return is_separated(self.file.dossier)

    @property
    def parities(self) -> tuple[str, str]:
        """What even and odd weeks are called: with whom the child is, when it is known."""
        with_whom = self.around.weeks if self.around else ("", "")
        told = zip(("Semaines paires", "Semaines impaires"), with_whom, strict=True)
        even, odd = (f"{name} ({whose})" if whose else name for name, whose in told)
        return even, odd

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
        saturday = "ouverte le samedi" if one.opens_saturday else ""
        return ", ".join(filter(None, (KINDS.get(one.kind, ""), where, saturday)))


def is_expected(request: Request[Any, Any, Any], dossier: Dossier) -> bool | None:
    """Tell whether the child is expected: as just said, else as kept; None while it is not known."""
    said = ANSWERS.get(str(request.query_params.get("attendu", "")))
    if said is None and dossier.child:
        return dossier.child.is_expected
    return said


def asked_as(form: forms.Bound[Any]) -> bool | None:
    """Tell whether a form of the child's page was that of an expected child."""
    return ANSWERS.get(str(form.raw.get("is_expected", "")))


ANSWERS = {"oui": True, "non": False}


def step_of(code: str, dossier: Dossier) -> Step:
    """Return a step that concerns a file by its word, or behave as if it did not exist."""
    found = next((step for step in steps_of(dossier) if step.code == code), None)
    if found is None:
        raise NotYours
    return found


async def shown(
    file: Mine,
    step: Step,
    tenant: Tenant,
    form: forms.Bound[Any] | None = None,
    quartier: int | None = None,
    expected: bool | None = None,
    status: int = 200,
    around: Around | None = None,
) -> Page:
    """Show a step, for the first time or with what was wrong."""
    extra: dict[str, Any] = {}
    if step.code in ("adresse", "voeux"):
        extra["quartiers"] = await quartiers.choices()
    if step.code == "adresse":
        extra["knows_streets"] = await streets.any_known()
    if step.code == "semaine":
        extra["opens_saturday"] = await facilities.any_saturday()
    if step.code == "voeux":
        extra |= await offers(file.dossier, quartier)
    block = getattr(file.dossier, step.block) or EMPTY[step.code]
    if step.code == "ressources" and file.side == "family" and file.application.account:
        home = await households.of_account(file.application.account)
        told = await state_resources.usable(home)
        extra |= {"state": told, "may_ask_state": bool(home and asking.offered())}
        wrote = file.dossier.resources or Resources()
        block = filled(state_resources.facts_of(told), wrote)
    if step.code == "garde" and file.dossier.custody is None and around:
        block = Custody("shared")
    steps = steps_of(file.dossier)
    page = StepPage(
        file=file,
        step=step,
        rank=steps.index(step) + 1,
        total=len(steps),
        block=block,
        settings=tenant.of(Settings),
        form=form,
        is_expected=expected,
        around=around,
        **extra,
    )
    return Page(f"creche/dossier/{step.code}.html", page, status=status)


@get(
    "/creche/demandes/{number:int}/etape/{code:str}",
    name="creche.step",
    reads="creche.application:{number}",
    told="Lire une question du dossier",
    guards=[filer],
)
async def step_page(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    code: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Show one question, with what another answer has made wrong in it."""
    text = str(request.query_params.get("quartier", ""))
    quartier = int(text) if text.isdecimal() and len(text) < 10 else None
    file = await applications.mine(person, number)
    if not file.may_change:
        return ended(number, seen)
    step = step_of(code, file.dossier)
    wrong = (await filing.left_to_do(tenant, file.dossier)).get(step)
    form = reading.told_again(getattr(file.dossier, step.block), wrong) if wrong else None
    expected = is_expected(request, file.dossier)
    if refused := seen.kept(request.url.path):
        form, expected = refused, asked_as(refused)
    elif code == "enfant" and expected is None and "dit" in request.query_params:
        form = forms.Bound(None, {"attendu": reading.SAY_BORN})
    around = await weeks_for(code, file, person, tenant.now())
    return await shown(file, step, tenant, form, quartier, expected, around=around)


@post(
    "/creche/demandes/{number:int}/etape/{code:str}",
    name="creche.answer",
    told="Répondre à une question du dossier",
    act="creche.filled",
    guards=[filer],
)
async def answer(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    code: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Keep an answer, or say all that is wrong with it; then go on to the next question."""
    file = await applications.mine(person, number)
    if not file.may_change:
        return ended(number, seen)
    step = step_of(code, file.dossier)
    read = await reading.read(request, code, file.dossier, tenant, now)
    if read.bound.struct is None:
        if seen.keep(request.url.path, read.bound):
            return Redirect(request.url.path, status_code=303)
        return await shown(
            file,
            step,
            tenant,
            read.bound,
            expected=asked_as(read.bound),
            status=422,
            around=await weeks_for(code, file, person, now),
        )
    told = read.bound.struct
    if isinstance(told, Address):
        told = await located(told, tenant, seen)
    dossier = await applications.save(number, step.block, told, now)
    base = f"/creche/demandes/{number}"
    target = f"{base}/etape/{code}{read.again}"
    if read.again is None:
        target = base + next_after(step, await filing.left_to_do(tenant, dossier))
    return Redirect(target, status_code=303)


async def located(address: Address, tenant: Tenant, seen: Visit) -> Address:
    """Return an address with the quartier the commune's list of streets says, if none is chosen."""
    # another town may have a street of the same name; and what somebody chose is theirs to know
    if address.quartier is not None or address.postcode not in tenant.settings.postcodes:
        return address
    quartier = await streets.quartier_of(address.line)
    if quartier is None:
        return address
    names = dict(await quartiers.choices())
    seen.tell("info", f"D’après l’adresse, le quartier est {names[quartier]}.")
    return msgspec.structs.replace(address, quartier=quartier)


def next_after(step: Step, left: Iterable[Step]) -> str:
    """Return where to go after a step: the next one to answer, an earlier one, or the end.

    >>> next_after(STEPS[0], [STEPS[0], STEPS[-1]]), next_after(STEPS[-1], [])
    ('/etape/voeux', '/verification')
    """
    left = list(left)
    after = [one for one in left if STEPS.index(one) > STEPS.index(step)] or left
    return f"/etape/{after[0].code}" if after else "/verification"


ROUTES = [new_page, open_file, steps_page, step_page, answer]
