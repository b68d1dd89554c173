"""The library announces an activity, sees who comes, and cancels it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_bibliotheque import acting
from ribambelle_bibliotheque.domain.entries import cents, minutes
from ribambelle_bibliotheque.moments import begins_at
from ribambelle_bibliotheque.pages.guards import librarian
from ribambelle_bibliotheque.pages.office import DESK
from ribambelle_bibliotheque.queries import activities
from ribambelle_bibliotheque.queries.activities import Coming
from ribambelle_bibliotheque.tables import Activity

Years = Annotated[int, msgspec.Meta(ge=0, le=17)]


class ActivityForm(msgspec.Struct, frozen=True):
    """An activity to announce."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    day: date
    begins: Annotated[str, msgspec.Meta(max_length=10)]
    lasts: Annotated[int, msgspec.Meta(ge=10, le=600)]
    places: Annotated[int, msgspec.Meta(ge=1, le=500)]
    from_age: Years
    to_age: Years
    place: Annotated[str, msgspec.Meta(max_length=120)] = ""
    price: Annotated[str, msgspec.Meta(max_length=12)] = ""
    told: Annotated[str, msgspec.Meta(max_length=1000)] = ""


@dataclass(frozen=True)
class NewPage:
    """The form of an activity."""

    form: Bound[ActivityForm] | None = None


@dataclass(frozen=True)
class ActivityPage:
    """One activity, and who comes."""

    activity: Activity
    begins_at: datetime
    coming: list[Coming]
    may_cancel: bool

    @property
    def taken(self) -> list[Coming]:
        """Who has a place."""
        return [one for one in self.coming if one.state == "taken"]

    @property
    def waiting(self) -> list[Coming]:
        """Who waits for one, in order."""
        return [one for one in self.coming if one.state == "waiting"]


@get(
    f"{DESK}/activites/nouvelle",
    name="bibliotheque.new",
    told="Préparer une activité de la bibliothèque",
    guards=[librarian],
)
async def new() -> Page:
    """Show the form of a new activity."""
    return Page("bibliotheque/new.html", NewPage())


@post(
    f"{DESK}/activites/nouvelle",
    name="bibliotheque.create",
    told="Annoncer une activité de la bibliothèque",
    guards=[librarian],
)
async def create(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Announce an activity."""
    form = await forms.read(request, ActivityForm)
    form = form.wrong(**_faults(form, now.astimezone(tenant.zone).date()))
    if form.struct is None:
        return Page("bibliotheque/new.html", NewPage(form), status=422)
    async with transaction():
        number = await activities.create(row_of(form.struct))
        await journal.record(
            "bibliotheque.announced",
            f"bibliotheque.activity:{number}",
            account=person.account,
            side="office",
        )
    seen.tell("ok", "L’activité est annoncée : les familles peuvent s’inscrire.")
    return Redirect(f"{DESK}/activites/{number}", status_code=303)


def _faults(form: Bound[ActivityForm], today: date) -> dict[str, str]:
    """Return what only a rule could see wrong, field by field."""
    if form.partial is None:
        return {}
    told, found = form.told, {}
    if told.day < today:
        found["day"] = "Ce jour est passé. Écrivez un jour à venir."
    if minutes(told.begins) is None:
        found["begins"] = "Écrivez une heure, par exemple 10:30."
    if cents(told.price) is None:
        found["price"] = "Écrivez un prix, par exemple 2,50, ou rien si c’est gratuit."
    if told.to_age < told.from_age:
        found["to_age"] = "Cet âge est plus petit que le premier."
    return {name: words for name, words in found.items() if name not in form.errors}


def row_of(told: ActivityForm) -> Activity:
    """Return the row of an activity whose form is right."""
    return Activity(
        title=told.title,
        told=told.told,
        place=told.place,
        day=told.day,
        begins=minutes(told.begins),
        lasts=told.lasts,
        places=told.places,
        from_age=told.from_age,
        to_age=told.to_age,
        cents=cents(told.price),
    )


@get(
    f"{DESK}/activites/{{activity:int}}",
    name="bibliotheque.activity",
    told="Voir qui vient à une activité",
    guards=[librarian],
)
async def one(
    activity: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Page:
    """Show one activity, and who comes."""
    found = await activities.one(activity)
    at = begins_at(tenant, found)
    may_cancel = found.cancelled_at is None and now < at
    page = ActivityPage(found, at, await activities.coming_to(activity), may_cancel)
    return Page("bibliotheque/activity.html", page)


@post(
    f"{DESK}/activites/{{activity:int}}/annuler",
    name="bibliotheque.cancel",
    told="Annuler une activité de la bibliothèque",
    guards=[librarian],
)
async def cancel(
    activity: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Cancel an activity, and tell the families."""
    found = await activities.one(activity)
    try:
        many = await acting.cancel(tenant, found, person.account, now)
    except Refused as refused:
        seen.tell("alerte", str(refused.facts.get("words") or "Cette activité est déjà annulée."))
    else:
        told = f"{pluriel(many, 'inscription')} : chaque famille est prévenue." if many else ""
        seen.tell("ok", f"L’activité est annulée. {told}".strip())
    return Redirect(f"{DESK}/activites/{activity}", status_code=303)


ROUTES = [new, create, one, cancel]
