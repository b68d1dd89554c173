"""Emergencies: a place given at once, with its reason and its end; and the register of all of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import emergencies
from ribambelle_creche.domain import emergency, week
from ribambelle_creche.domain.week import SLOTS, days
from ribambelle_creche.emergencies import Urgent
from ribambelle_creche.queries import applications, facilities, files
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Offer
from ribambelle_creche.workflow import LIVING

WRITTEN = (
    "La famille reçoit un message, et la crèche voit l’enfant dans sa liste : appelez-les aussi."
)
UNWRITTEN = (
    "La famille n’a pas donné d’adresse e-mail : appelez-la. La crèche voit l’enfant dans sa liste."
)
A_PAGE, MOST_PAGES = 30, 10_000
URGENCES = "/bureau/creche/urgences"


class UrgentForm(msgspec.Struct, frozen=True):
    """A place to give at once."""

    number: Annotated[str, Meta(max_length=12)]
    facility: int
    reason: str
    start_on: date
    until: date
    days: list[str] = []


@dataclass(frozen=True)
class UrgentPage:
    """The register of emergencies, and one to give."""

    given: list[Offer]
    total: int
    number: int
    creches: list[tuple[int, str]]
    settings: Settings
    form: forms.Bound[UrgentForm] | None = None
    opens_saturday: bool = False
    """A crèche opens on Saturday."""

    @property
    def around(self) -> tuple[int, int, int, str | None, str | None]:
        """First and last rank shown, of how many, the addresses of the pages before and after."""
        first, last = self.number * A_PAGE, self.number * A_PAGE + len(self.given)
        before = f"?page={self.number - 1}#t-registre" if self.number else None
        after = f"?page={self.number + 1}#t-registre" if last < self.total else None
        return first + 1, last, self.total, before, after

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The reasons there are."""
        return list(emergency.REASONS.items())

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days of a week, those when a crèche opens."""
        return days(saturday=self.opens_saturday)

    @property
    def halves(self) -> list[tuple[str, str, str]]:
        """The halves of a day, with their hours."""
        told = self.settings
        return [("am", "Matin", told.morning), ("pm", "Après-midi", told.afternoon)]

    @staticmethod
    def why(offer: Offer) -> str:
        """Return the reason of a place, in words."""
        return emergency.REASONS.get(offer.reason, offer.reason)

    @staticmethod
    def week(offer: Offer) -> str:
        """Return the days of a place, in words."""
        return week.words(offer.slots)


async def urgent_page(
    tenant: Tenant, form: forms.Bound[UrgentForm] | None = None, number: int = 0
) -> Page:
    """Show the register and the form, or the form again with what is wrong in it."""
    creches = [(one.id, one.name) for one in await facilities.every()]
    number = max(0, min(number, MOST_PAGES))
    given, total = await emergencies.register(number, A_PAGE)
    if total and not given:  # past the last page: the last one
        number = (total - 1) // A_PAGE
        given, total = await emergencies.register(number, A_PAGE)
    page = UrgentPage(
        given,
        total,
        number,
        creches,
        tenant.of(Settings),
        form,
        await facilities.any_saturday(),
    )
    return Page("creche/office/emergencies.html", page, status=422 if form else 200)


@get(
    URGENCES,
    name="creche.emergencies",
    told="Voir les places données en urgence",
    guards=[guards.agent],
)
async def look(tenant: NamedDependency[Tenant], page: FromQuery[int] = 0) -> Page:
    """Show the places given in an emergency, and the form that gives one."""
    return await urgent_page(tenant, number=page)


@post(
    URGENCES,
    name="creche.emergencies.give",
    told="Donner une place en urgence",
    guards=[guards.agent],
)
async def give(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give a place at once, where there is room; nothing typed is lost when it cannot be."""
    form = await forms.read(request, UrgentForm)
    if form.struct is None:
        return await urgent_page(tenant, form)
    told = form.struct
    file = await file_of(told.number)
    if file is None:
        wrong = "Aucune demande en cours n’a ce numéro. Vérifiez-le, par exemple C-2041."
        return await urgent_page(tenant, form.wrong(number=wrong))
    form = form.wrong(**await wrong_in(told, file, now.date()))
    if form.struct is None:
        return await urgent_page(tenant, form)
    urgent = Urgent(told.facility, week.bits(told.days), told.start_on, told.until, told.reason)
    try:
        await emergencies.give(tenant, file, urgent, person.account, now)
    except Refused as refusal:
        if refusal.reason == "emergency_given":
            last = formats.jour(refusal.facts["until"], year=True)
            wrong = f"Cet enfant a déjà une place en urgence jusqu’au {last}."
            wrong = f"{wrong} Donnez la suivante à partir du lendemain."
            return await urgent_page(tenant, form.wrong(number=wrong))
        if refusal.reason == "child_has_offer":
            wrong = f"Cet enfant a une place, offerte ou à venir, par {refusal.facts['number']}."
            wrong = f"{wrong} Voyez cette demande, ou terminez l’urgence avant son entrée."
            return await urgent_page(tenant, form.wrong(number=wrong))
        if refusal.reason != "emergency_full":
            raise
        children = refusal.facts["children"]
        each = f" pour {children} enfants" if children > 1 else ""
        wrong = f"Plus de place ici{each} : {refusal.facts['where']}. Choisissez d’autres jours."
        return await urgent_page(tenant, form.wrong(days=wrong))
    is_written_to = await applications.reader(file) is not None
    seen.tell("ok", f"Place donnée à {file.child_name}. {WRITTEN if is_written_to else UNWRITTEN}")
    return Redirect(URGENCES, status_code=303)


async def file_of(number: str) -> Application | None:
    """Return a living file by the number said on the phone."""
    found = await files.of_number(number.strip().upper().replace(" ", "-"), None)
    return found.application if found and found.state in LIVING else None


async def wrong_in(told: UrgentForm, file: Application, today: date) -> dict[str, str]:
    """Return one sentence per part of an emergency that cannot be."""
    errors = emergency.wrong_days(told.start_on, told.until, today)
    creches = await facilities.takings()
    if told.facility not in creches:
        errors["facility"] = "Choisissez une crèche de la liste."
    if told.reason not in emergency.REASONS:
        errors["reason"] = "Choisissez un motif."
    if not told.days or any(slot not in SLOTS for slot in told.days):
        errors["days"] = "Cochez au moins une demi-journée."
    elif told.facility in creches and not creches[told.facility].opens_saturday:
        errors |= week.wrong_saturday(told.days, creches[told.facility].name)
    if file.reference_on is None:
        errors["number"] = "La naissance n’est pas précisée dans cette demande : complétez-la."
    elif wrong := emergency.wrong_age(file.reference_on, told.start_on):
        errors.setdefault("start_on", wrong)
    return errors


ROUTES = [look, give]
