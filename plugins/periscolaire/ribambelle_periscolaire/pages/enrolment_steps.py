"""Filling an enrolment in, one question a page; every answer is kept at once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.identity import Person, responsibilities, schools
from ribambelle.information import words
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_periscolaire import enrolling
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.enrolments import STEPS, year_words
from ribambelle_periscolaire.domain.sheet import (
    ALLERGENS,
    CONTACTS,
    ChildSheet,
    Contact,
    Health,
    check_contacts,
    check_health,
    cleared,
)
from ribambelle_periscolaire.enrolling import Dossier, dossier_of
from ribambelle_periscolaire.pages.enrolment import HERE, next_after
from ribambelle_periscolaire.queries import enrolments, rules, sheets
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.workflow import KEPT

STAYING = ("sante", "contacts", "autorisations", "reglement")
"""Steps that stay open once an enrolment is accepted: a child grows, a règlement changes."""
NOTHING, NO_WORDS = ChildSheet(), Markup()
YES_NO = [("oui", "Oui"), ("non", "Non")]
ANSWERS = {"oui": True, "non": False}


class SchoolForm(msgspec.Struct, frozen=True):
    """Where the child goes to school that year; 0 for a school of another town."""

    school: int = 0
    class_name: Annotated[str, msgspec.Meta(max_length=40)] = ""


class ActivitiesForm(msgspec.Struct, frozen=True):
    """What the child is enrolled in."""

    activities: tuple[int, ...] = ()


class HealthForm(msgspec.Struct, frozen=True):
    """Meals and health, as they are typed."""

    diet: Annotated[str, msgspec.Meta(max_length=80)] = ""
    has_allergy: str = ""
    allergies: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    has_pai: str = ""
    pai_until: date | None = None
    pai_note: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    doctor: Annotated[str, msgspec.Meta(max_length=100)] = ""
    doctor_phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    allergens: tuple[str, ...] = ()

    @property
    def health(self) -> Health:
        """What was said."""
        return Health(
            self.diet,
            ANSWERS.get(self.has_allergy),
            self.allergies,
            ANSWERS.get(self.has_pai),
            self.pai_until,
            self.pai_note,
            self.doctor,
            self.doctor_phone,
            self.allergens,
        )


ContactsForm = msgspec.defstruct(
    "ContactsForm",
    [
        (f"{name}_{rank}", kind, default)
        for rank in range(1, CONTACTS + 1)
        for name, kind, default in (
            ("name", Annotated[str, msgspec.Meta(max_length=100)], ""),
            ("phone", Annotated[str, msgspec.Meta(max_length=40)], ""),
            ("link", Annotated[str, msgspec.Meta(max_length=60)], ""),
            ("collect", bool, False),
        )
    ],
    frozen=True,
)
"""The people to call, each on a row of its own."""


class ConsentsForm(msgspec.Struct, frozen=True):
    """The answers are read one by one: the commune's file says which there are."""


class RulesForm(msgspec.Struct, frozen=True):
    """The box of whoever read the règlement, and which version was on the page."""

    accepted: bool = False
    version: int = 0


@dataclass(frozen=True)
class StepPage:
    """One question: what was answered, and what it may be answered with."""

    dossier: Dossier
    code: str
    settings: Settings
    form: Bound[Any] | None = None
    schools: list[tuple[int, str]] = field(default_factory=list)
    sheet: ChildSheet = NOTHING
    copied: str = ""
    """The brother or sister whose answers are shown."""
    adults: list[tuple[str, str]] = field(default_factory=list)
    told: Markup = NO_WORDS

    yes_no = YES_NO
    allergens = tuple(ALLERGENS.items())
    most = range(1, CONTACTS + 1)

    @property
    def title(self) -> str:
        """What is asked."""
        return STEPS[self.code]

    @property
    def name(self) -> str:
        """The child's given name."""
        return self.dossier.one.name

    @property
    def base(self) -> str:
        """The address of the enrolment."""
        return f"{HERE}/{self.dossier.one.id}"

    @property
    def address(self) -> str:
        """The address of this step."""
        return f"{self.base}/etape/{self.code}"

    @property
    def year(self) -> str:
        """The school year, as people say it."""
        return year_words(int(self.dossier.one.row.year))

    @property
    def rank(self) -> int:
        """Which step it is."""
        return self.dossier.steps.index(self.code) + 1

    @property
    def online(self) -> list[Activity]:
        """What is enrolled in on the portal."""
        return [one for one in self.dossier.open_to if one.booked == "online"]

    @property
    def on_site(self) -> list[Activity]:
        """What is only shown: one enrols there."""
        return [one for one in self.dossier.open_to if one.booked != "online"]

    @property
    def diets(self) -> list[tuple[str, str]]:
        """The meals one may ask for."""
        return [("", "Aucun régime particulier"), *((one, one) for one in self.settings.diets)]

    @property
    def consents(self) -> list[tuple[str, str, str]]:
        """What is asked, and what was answered."""
        given = self.dossier.consents
        return [
            (code, words_, ("oui" if given[code].is_given else "non") if code in given else "")
            for code, words_ in self.settings.consents.items()
        ]

    @property
    def named(self) -> dict[str, str]:
        """What each field is called, where several are wrong in the same words."""
        found = {f"consent_{code}": words_ for code, words_, _ in self.consents}
        for rank in self.most:
            found |= dict.fromkeys((f"name_{rank}", f"phone_{rank}"), f"Personne {rank}")
        return found | {"has_allergy": "Allergies", "has_pai": "PAI"}

    @staticmethod
    def said(answer: bool | None) -> str:
        """Return an answer as its form sends it."""
        return "" if answer is None else "oui" if answer else "non"

    def contact(self, rank: int) -> Contact:
        """Return one of the people to call, or nobody."""
        kept = self.sheet.contacts
        return kept[rank - 1] if rank <= len(kept) else Contact()


async def opened(
    enrolment: int, code: str, person: Person, tenant: Tenant, day: date
) -> Dossier | None:
    """Return an enrolment whose step may be answered; None when it is too late for it."""
    one = await enrolments.mine(person, enrolment, day)
    dossier = await dossier_of(tenant, one, day)
    if code not in dossier.steps:
        raise NotYours
    if one.may_change or (code in STAYING and one.state in KEPT):
        return dossier
    return None


async def shown(
    dossier: Dossier, code: str, person: Person, tenant: Tenant, form: Bound[Any] | None = None
) -> Page:
    """Show a step, for the first time or with what was wrong."""
    extra: dict[str, Any] = {}
    if code == "ecole":
        known = list((await schools.names()).items())
        extra["schools"] = [*known, (0, "Une école d’une autre commune")]
    if code in ("sante", "contacts"):
        extra |= await _sheet(dossier, code, person)
    if code == "contacts":
        extra["adults"] = await _adults(dossier)
    if code == "reglement" and dossier.rules:
        extra["told"] = words.rendered(dossier.rules.text)
    page = StepPage(dossier, code, tenant.of(Settings), form, **extra)
    return Page(f"periscolaire/step_{code}.html", page, status=422 if form else 200)


async def _sheet(dossier: Dossier, code: str, person: Person) -> dict[str, Any]:
    """Return what is known of a child, or of a brother or a sister for what a family says once."""
    kept = dossier.sheet
    if kept.health_at if code == "sante" else kept.contacts_at:
        return {"sheet": kept.sheet}
    day = dossier.one.demande.changed_at.date()
    siblings = {
        int(child.id): child.given_name
        for child in await enrolments.children_of(person, day)
        if child.id != dossier.one.child.id and child.household == dossier.one.child.household
    }
    for number, theirs in (await sheets.of_children(siblings)).items():
        if theirs.health_at if code == "sante" else theirs.contacts_at:
            told = theirs.sheet.health
            shared = Health(doctor=told.doctor, doctor_phone=told.doctor_phone)
            copied = siblings[number] if code == "contacts" or told.doctor else ""
            return {"sheet": ChildSheet(shared, theirs.sheet.contacts), "copied": copied}
    return {"sheet": kept.sheet}


async def _adults(dossier: Dossier) -> list[tuple[str, str]]:
    """Return the adults of the register who may come for the child: never typed again."""
    day = dossier.one.demande.changed_at.date()
    held = await responsibilities.of_children([int(dossier.one.child.id)], day)
    return [
        (one.name, "Parent" if one.rights.kind == "parent" else "Proche")
        for one in held
        if one.rights.allows("collect", day)
    ]


@get(
    f"{HERE}/{{enrolment:int}}/etape/{{code:str}}",
    name="periscolaire.enrolment_step",
    told="Lire une question de l’inscription périscolaire",
    guards=[guards.family],
)
async def step(
    enrolment: FromPath[int],
    code: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Show one question; what can no longer change leads to the enrolment."""
    dossier = await opened(enrolment, code, person, tenant, now.date())
    if dossier is None:
        return Redirect(f"{HERE}/{enrolment}", status_code=303)
    return await shown(dossier, code, person, tenant)


@post(
    f"{HERE}/{{enrolment:int}}/etape/{{code:str}}",
    name="periscolaire.enrolment_answer",
    told="Répondre à une question de l’inscription périscolaire",
    guards=[guards.family],
)
async def answer(
    enrolment: FromPath[int],
    code: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep an answer, or say all that is wrong with it; then go on to the next question."""
    dossier = await opened(enrolment, code, person, tenant, now.date())
    if dossier is None:
        return Redirect(f"{HERE}/{enrolment}", status_code=303)
    wrong = await WRITERS[code](request, dossier, person, tenant, now)
    if wrong is not None:
        return await shown(dossier, code, person, tenant, wrong)
    if not dossier.one.may_change:
        return Redirect(f"{HERE}/{enrolment}", status_code=303)
    after = await dossier_of(tenant, await enrolments.one(enrolment), now.date())
    return Redirect(f"{HERE}/{enrolment}{next_after(code, after.left)}", status_code=303)


Wrong = Bound[Any] | None


async def _school(
    request: Request[Any, Any, Any], dossier: Dossier, person: Person, tenant: Tenant, now: datetime
) -> Wrong:
    form = await forms.read(request, SchoolForm)
    told = form.told
    if told.school and told.school not in await schools.names():
        form = form.wrong(school="Choisissez une école de la liste.")
    if not told.class_name and "class_name" not in form.errors:
        form = form.wrong(class_name="Écrivez la classe, par exemple CE1.")
    if form.struct is None:
        return form
    async with transaction():
        await enrolments.set_school(dossier.one.id, told.school or None, told.class_name)
        await enrolling.note(dossier.one, person, "ecole")
    return None


async def _activities(
    request: Request[Any, Any, Any], dossier: Dossier, person: Person, tenant: Tenant, now: datetime
) -> Wrong:
    form = await forms.read(request, ActivitiesForm)
    open_to = {one.id for one in dossier.open_to if one.booked == "online"}
    if form.struct is None or not form.struct.activities:
        return form.wrong(activities="Cochez au moins une activité.")
    if not open_to.issuperset(form.struct.activities):
        return form.wrong(activities="Cochez des activités de la liste : elle a changé.")
    async with transaction():
        await enrolments.set_activities(dossier.one.id, form.struct.activities)
        await enrolling.note(dossier.one, person, "activites")
    return None


async def _health(
    request: Request[Any, Any, Any], dossier: Dossier, person: Person, tenant: Tenant, now: datetime
) -> Wrong:
    form = await forms.read(request, HealthForm)
    errors = check_health(form.told.health, tenant.of(Settings).diets)
    if errors or form.struct is None:
        return form.wrong(**{k: v for k, v in errors.items() if k not in form.errors})
    async with transaction():
        child = int(dossier.one.child.id)
        await sheets.write(child, now, health=cleared(form.struct.health))
        await enrolling.note(dossier.one, person, "sante")
    return None


async def _contacts(
    request: Request[Any, Any, Any], dossier: Dossier, person: Person, tenant: Tenant, now: datetime
) -> Wrong:
    form = await forms.read(request, ContactsForm)
    told = msgspec.structs.asdict(form.told)
    rows = tuple(
        Contact(*(told[f"{name}_{rank}"] for name in ("name", "phone", "link", "collect")))
        for rank in range(1, CONTACTS + 1)
    )
    errors = check_contacts(rows)
    if errors or form.struct is None:
        return form.wrong(**errors)
    async with transaction():
        kept = tuple(one for one in rows if one.name)
        await sheets.write(int(dossier.one.child.id), now, contacts=kept)
        await enrolling.note(dossier.one, person, "contacts")
    return None


async def _consents(
    request: Request[Any, Any, Any], dossier: Dossier, person: Person, tenant: Tenant, now: datetime
) -> Wrong:
    form = await forms.read(request, ConsentsForm)
    asked = tenant.of(Settings).consents
    told = {code: ANSWERS.get(str(form.raw.get(f"consent_{code}", ""))) for code in asked}
    if unsaid := [code for code, given in told.items() if given is None]:
        return form.wrong(**{f"consent_{code}": "Répondez oui ou non." for code in unsaid})
    async with transaction():
        answers = {code: bool(given) for code, given in told.items()}
        await sheets.consent(int(dossier.one.child.id), answers, asked, person.account, now)
        await enrolling.note(dossier.one, person, "autorisations")
    return None


async def _rules(
    request: Request[Any, Any, Any], dossier: Dossier, person: Person, tenant: Tenant, now: datetime
) -> Wrong:
    form = await forms.read(request, RulesForm)
    current = await rules.in_force(now.date())
    if current is None:
        return None
    if form.struct is None or not form.struct.accepted:
        return form.wrong(accepted="Cochez cette case pour inscrire l’enfant.")
    if form.struct.version != current.id:
        return Bound(None, {"accepted": "Une nouvelle version vient de paraître : lisez-la."})
    async with transaction():
        await enrolments.set_rules(dossier.one, current, person.account, now)
        await enrolling.note(dossier.one, person, "reglement", rules=int(current.id))
    return None


WRITERS = {
    "ecole": _school,
    "activites": _activities,
    "sante": _health,
    "contacts": _contacts,
    "autorisations": _consents,
    "reglement": _rules,
}

ROUTES = [step, answer]
