"""The points of one file as the town hall reads them, and what it alone may note."""

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.guards import agent
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain.dossier import REFERRALS, Home, Wishes, decode
from ribambelle_creche.domain.grid import Criterion
from ribambelle_creche.domain.grid.facts import FACTS
from ribambelle_creche.pages.points_told import PointsTold, points_told
from ribambelle_creche.queries import facilities, files, grids, points
from ribambelle_creche.queries.files import File

NOTED = ("former_member", "elder_refused", "rules_breached")
"""Facts that no paper and no commission tells: an agent notes them."""
NOTED_THERE = ("sibling_here", "employer_here")
"""Facts of one crèche that a paper tells and the register may not: an agent notes of which."""


@dataclass(frozen=True)
class OfficePointsPage:
    """One file's points, and what may be noted of it."""

    file: File
    told: PointsTold | None
    facts: list[tuple[str, str]]
    true: list[str]
    asked: list[Criterion]
    given: dict[str, int]
    body: str
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The page itself, where its form is sent."""
        return f"/bureau/creche/demandes/{self.file.application.id}/points"

    @property
    def form(self) -> dict[str, Any] | None:
        """What the fields need to show their errors."""
        return {"errors": self.errors, "raw": self.typed} if self.errors else None


async def points_page(number: int, tenant: Tenant) -> tuple[OfficePointsPage, list[str]]:
    """Return the page of a file, with the codes that may be noted of it."""
    file = await files.one(number, None)
    kept = await grids.in_force(tenant.now().date())
    criteria = kept.grid.in_force(tenant.now().date()) if kept else []
    read = {one.fact for one in criteria}
    noted = (await points.noted([number])).get(number, {})
    home = decode(file.application.sent or file.application.answers).home or Home()
    asked = [one for one in criteria if one.type == "discretionary" and home.referral in one.bodies]
    facts = [(name, FACTS[name].label) for name in NOTED if name in read]
    names = await facilities.names()
    wishes = decode(file.application.sent or file.application.answers).wishes or Wishes()
    facts += [
        (f"{name}:{one}", f"{FACTS[name].label}\u00a0: {names[one]}")
        for name in NOTED_THERE
        if name in read
        for one in wishes.facilities
        if one in names
    ]
    page = OfficePointsPage(
        file=file,
        told=await points_told(tenant, file.application, names),
        facts=facts,
        true=[name for name, _ in facts if name in noted],
        asked=asked,
        given={code: given for code, given in noted.items() if given is not None},
        body=REFERRALS.get(home.referral, ""),
    )
    return page, [*(name for name, _ in facts), *(one.code for one in asked)]


@get(
    "/bureau/creche/demandes/{number:int}/points",
    name="creche.office.points",
    reads="creche.application:{number}",
    told="Lire les points d’une demande",
    guards=[agent],
)
async def show(number: FromPath[int], tenant: NamedDependency[Tenant]) -> Page:
    """Show the points of a file, criterion by criterion."""
    page, _ = await points_page(number, tenant)
    return Page("creche/office/points.html", page)


@post(
    "/bureau/creche/demandes/{number:int}/points",
    name="creche.office.note_points",
    told="Noter ce que la mairie sait d’une demande et qui donne des points",
    guards=[agent],
)
async def note(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Note facts of the town hall's own, and the points a service asks for within its bounds."""
    page, codes = await points_page(number, tenant)
    form = await request.form()
    ticked = set(form.getall("vrai", []))
    told: dict[str, int | None] = {name: None for name, _ in page.facts if name in ticked}
    typed = {one.code: str(form.get(one.code, "")).strip() for one in page.asked}
    errors: dict[str, str] = {}
    for one in page.asked:
        if not typed[one.code]:
            continue
        if wrong := out_of_bounds(typed[one.code], one):
            errors[one.code] = wrong
        else:
            told[one.code] = int(typed[one.code])
    if errors:
        page = replace(page, errors=errors, typed=typed, true=sorted(ticked))
        return Page("creche/office/points.html", page, status=422)
    await points.note(number, told, codes, person.account, tenant.now())
    seen.tell("ok", "C’est noté : les points sont recomptés.")
    return Redirect(page.address, status_code=303)


def out_of_bounds(typed: str, one: Criterion) -> str:
    """Return what is wrong with the points a service asks for; nothing when they may be given."""
    if typed.isdecimal() and len(typed) < 8 and one.least <= int(typed) <= one.most:
        return ""
    return f"Écrivez un nombre de {one.least} à {one.most}."


ROUTES = [show, note]
