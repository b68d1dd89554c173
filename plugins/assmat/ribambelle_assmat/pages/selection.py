"""The childminders a visitor keeps: side by side, on screen and on paper, without an account."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle.tenants import Tenant
from ribambelle.web import guards, printed
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import contacting, keeping, printing, saving
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.availability import Standing
from ribambelle_assmat.domain.publication import Told, taken
from ribambelle_assmat.domain.slots import told as moments_told
from ribambelle_assmat.pages.public import HERE as DIRECTORY
from ribambelle_assmat.pages.public import SHAPES
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One, OnePlace

HERE = f"{DIRECTORY}/selection"


@dataclass(frozen=True)
class Kept:
    """One childminder kept, as the comparison shows her."""

    one: One
    told: Told
    may_write: bool

    @property
    def cares(self) -> str:
        """What she takes, in words."""
        return taken(self.one.cares)

    def moments(self, place: OnePlace) -> str:
        """When a place is free, in words."""
        return moments_told(place.moments)


@dataclass(frozen=True)
class SelectionPage:
    """Those kept, in the order they were."""

    rows: list[Kept]
    today: date
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    places: dict[str, str] = field(default_factory=lambda: PLACES)

    def standing(self, place: OnePlace) -> Standing:
        """Where a place stands today."""
        return place.standing(self.today)


async def kept(seen: Visit, today: date) -> list[Kept]:
    """Return those kept whom families still see: the others are gone without a word."""
    numbers = keeping.kept(seen)
    known = await directory.some(numbers)
    found = []
    for number in numbers:
        one = known.get(number)
        if one is not None and one.is_public(today):
            reached = one.is_writable(today) and bool((await contacting.address(one))[0])
            found.append(Kept(one, one.public(today), reached))
    return found


@get(
    HERE,
    name="assmat.selection",
    told="Comparer les assistantes maternelles gardées",
    guards=[guards.public],
)
async def compare(seen: NamedDependency[Visit], now: NamedDependency[datetime]) -> Page:
    """Show those kept side by side."""
    today = now.date()
    return Page("assmat/selection.html", SelectionPage(await kept(seen, today), today))


@post(
    HERE,
    name="assmat.keep",
    told="Garder une assistante maternelle, ou ne plus la garder",
    guards=[guards.public],
)
async def keep(
    request: Request[Any, Any, Any],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Keep her, or no more, then go back to where the visitor was."""
    form = await request.form()
    told = str(form.get("childminder", ""))
    number = int(told) if told.isdecimal() and len(told) < 10 else 0
    one = await directory.shown_one(number, now.date())
    if str(form.get("retirer", "")) == "oui":
        keeping.drop(seen, number)
    elif not keeping.keep(seen, number):
        seen.tell("info", f"Vous en gardez déjà {keeping.MOST} : retirez-en une d’abord.")
    back = str(form.get("retour", ""))
    if back == "selection":
        return Redirect(HERE, status_code=303)
    if back == "fiche":
        return Redirect(f"{DIRECTORY}/fiches/{one.id}", status_code=303)
    # what was searched is read and written again: no address of somebody else's choosing
    search = saving.read(str(form.get("recherche", "")))
    asked = str(form.get("page", ""))
    page = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    return Redirect(f"{DIRECTORY}{search.to(page)}#n-{one.id}", status_code=303)


@get(
    f"{HERE}.pdf",
    name="assmat.selection_paper",
    told="Imprimer les assistantes maternelles gardées",
    guards=[guards.public],
)
async def paper(
    seen: NamedDependency[Visit],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send those kept as a PDF: what the page says, and no more."""
    rows = await kept(seen, now.date())
    told = [(one.one, one.told) for one in rows]
    return printed.sent(
        await printing.selection(tenant, told, now.date()), "assistantes-maternelles"
    )


ROUTES = [compare, keep, paper]
