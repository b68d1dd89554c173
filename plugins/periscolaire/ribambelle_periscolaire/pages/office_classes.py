"""Booking or cancelling a day for a whole class, after a look at what it does."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import class_booking
from ribambelle_periscolaire.class_booking import Asked
from ribambelle_periscolaire.domain.taking import Line
from ribambelle_periscolaire.pages.office import DESK
from ribambelle_periscolaire.queries import catalogue, classes

CLASSES = f"{DESK}/classes"
WISHES = {"book": "Réserver pour tous", "cancel": "Annuler pour tous"}
OUTCOMES = {
    "booked": "Réservé",
    "waiting": "Liste d’attente",
    "cancelled": "Annulé",
    "unchanged": "Rien à changer",
    "refused": "Impossible",
}


class ClassForm(msgspec.Struct, frozen=True):
    """What to do for which class."""

    classe: str
    unite: int
    jour: date
    faire: str = "book"
    tard: bool = False
    cle: Annotated[str, msgspec.Meta(max_length=200)] = ""
    act: str = "preview"


@dataclass(frozen=True)
class ClassesPage:
    """The form, and what it would do to each child."""

    classes: list[tuple[str, str]]
    units: list[tuple[int, str]]
    key: str
    form: Bound[ClassForm] | None = None
    lines: list[tuple[str, Line]] | None = None
    wishes: tuple[tuple[str, str], ...] = tuple(WISHES.items())

    @property
    def outcomes(self) -> dict[str, str]:
        """What becomes of a child, in words."""
        return OUTCOMES

    @property
    def changed(self) -> int:
        """How many children something changes for."""
        return sum(line.outcome not in {"unchanged", "refused"} for _, line in self.lines or [])


async def _page(
    form: Bound[ClassForm] | None = None, lines: list[tuple[str, Line]] | None = None
) -> Page:
    known = await catalogue.current()
    page = ClassesPage(
        [(one.key, f"{one.label} ({one.children})") for one in await classes.every()],
        [
            (unit.id, known.told(unit.id))
            for activity in known.activities
            if activity.booked == "online"
            for unit in activity.units
        ],
        str(form.raw.get("cle") or "") if form else secrets.token_urlsafe(12),
        form,
        lines,
    )
    status = 422 if form and form.errors else 200
    return Page("periscolaire/office/classes.html", page, status=status)


@get(CLASSES, name="periscolaire.classes", told="Réserver pour une classe", guards=[guards.agent])
async def ask() -> Page:
    """Ask which class, what and when."""
    return await _page()


@post(
    CLASSES,
    name="periscolaire.book_class",
    told="Réserver ou annuler pour toute une classe",
    guards=[guards.agent],
)
async def book(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Show what would become of each child; do it once it was said yes."""
    form = await forms.read(request, ClassForm)
    found = await classes.named(form.struct.classe) if form.struct else None
    form = _checked(form, found is not None, set((await catalogue.current()).units), now.date())
    if form.struct is None or found is None:
        return await _page(form)
    told = form.struct
    wish: class_booking.Wish = "cancel" if told.faire == "cancel" else "book"
    asked = Asked(found, told.unite, told.jour, wish, told.tard)
    if told.act != "do":
        return await _page(form, await class_booking.preview(tenant, asked, now))
    done = await class_booking.book(
        tenant, asked, person, told.cle or secrets.token_urlsafe(12), now
    )
    words = ", ".join(f"{OUTCOMES[name].lower()} : {count}" for name, count in done.items())
    kind = "alerte" if done["refused"] or done["waiting"] else "ok"
    seen.tell(kind, f"{found.label}, {formats.jour(told.jour)} : {words}.")
    return Redirect(f"{DESK}/jour/{told.jour}/enfants", status_code=303)


def _checked(
    form: Bound[ClassForm], is_known: bool, units: set[int], today: date
) -> Bound[ClassForm]:
    if form.struct is None:
        return form
    told = form.struct
    if not is_known:
        form = form.wrong(classe="Choisissez une classe de la liste.")
    if told.unite not in units:
        form = form.wrong(unite="Choisissez ce qu’il faut réserver.")
    if told.jour < today:
        form = form.wrong(jour="Ce jour est passé.")
    if told.faire not in WISHES:
        form = form.wrong(faire="Choisissez une des réponses proposées.")
    return form


ROUTES = [ask, book]
