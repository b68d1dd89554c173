"""Openings as the office announces them, and gives the places of a wish window out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.appointments.slots import minutes_of
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.identity.tables import Adult, Child
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import allocating, opening_days, telling_openings, wishing
from ribambelle_periscolaire.allocating import Result
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.criteria import Criterion
from ribambelle_periscolaire.domain.openings import MODES, SPANS, Opening
from ribambelle_periscolaire.domain.waiting_room import promise
from ribambelle_periscolaire.pages.office import DESK
from ribambelle_periscolaire.queries import catalogue, openings, rooms, wishes
from ribambelle_periscolaire.queries.wishes import Asked
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Opening as Row

OPENINGS = f"{DESK}/ouvertures"
LONGEST = 370
"""Days an opening may hold back: a school year."""
WRITE_HOUR = "Écrivez une heure, par exemple 8:30."
CHOOSE = "Choisissez une des réponses proposées."


class OpeningForm(msgspec.Struct, frozen=True):
    """An opening as an agent announces it."""

    name: Annotated[str, msgspec.Meta(max_length=80)]
    activite: int
    premier: date
    dernier: date
    debut: date
    debut_heure: str
    fin: date
    fin_heure: str
    mode: str = "wishes"
    span: str = "week"
    rate: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    every: Annotated[int, msgspec.Meta(ge=1, le=120)] = 5
    stay: Annotated[int, msgspec.Meta(ge=5, le=240)] = 15

    def moment(self, which: str, tenant: Tenant) -> datetime:
        """Return the first or the last moment, in the commune's own time."""
        day, hour = getattr(self, which), minutes_of(getattr(self, f"{which}_heure"))
        return datetime.combine(day, time(*divmod(hour, 60)), tenant.zone)

    def values(self, tenant: Tenant) -> dict[str, Any]:
        """The columns it gives."""
        return {
            "activity": self.activite,
            "mode": self.mode,
            "name": self.name,
            "first": self.premier,
            "last": self.dernier,
            "begins_at": self.moment("debut", tenant),
            "ends_at": self.moment("fin", tenant),
            "span": self.span,
            "rate": self.rate,
            "every": self.every,
            "stay": self.stay,
        }


def checked(
    form: Bound[OpeningForm], tenant: Tenant, known: Collection[int], now: datetime
) -> Bound[OpeningForm]:
    """Return the form with a sentence beside what no family could follow."""
    if form.struct is None:
        return form
    told = form.struct
    if told.activite not in known:
        form = form.wrong(activite="Choisissez une activité de la liste.")
    if told.mode not in MODES:
        form = form.wrong(mode=CHOOSE)
    if told.span not in SPANS:
        form = form.wrong(span=CHOOSE)
    if told.dernier < told.premier:
        form = form.wrong(dernier="Le dernier jour vient avant le premier.")
    elif (told.dernier - told.premier).days > LONGEST:
        form = form.wrong(dernier="Une ouverture porte sur un an au plus.")
    moments = {}
    for which in ("debut", "fin"):
        try:
            moments[which] = told.moment(which, tenant)
        except Refused:
            form = form.wrong(**{f"{which}_heure": WRITE_HOUR})
    if len(moments) < len(("debut", "fin")):
        return form
    if moments["debut"] <= now:
        form = form.wrong(debut="Ce moment est passé : les familles doivent le savoir avant.")
    if moments["fin"] <= moments["debut"]:
        form = form.wrong(fin="La fin vient après le début.")
    elif moments["fin"].date() >= told.premier:
        form = form.wrong(fin="Finissez avant le premier jour à réserver.")
    return form


@dataclass(frozen=True)
class OpeningsPage:
    """The openings, and the one being announced."""

    rows: list[Row]
    asked: dict[int, int]
    activities: list[tuple[int, str]]
    form: Bound[OpeningForm] | None = None
    modes: tuple[tuple[str, str], ...] = tuple(MODES.items())
    spans: tuple[tuple[str, str], ...] = tuple((code, f"Par {SPANS[code]}") for code in SPANS)

    @property
    def names(self) -> dict[int, str]:
        """The activities, by number."""
        return dict(self.activities)


async def _list(form: Bound[OpeningForm] | None = None) -> Page:
    known = await catalogue.current()
    page = OpeningsPage(await openings.every(), await openings.asked(), online(known), form)
    status = 422 if form and form.errors else 200
    return Page("periscolaire/office/openings.html", page, status=status)


def online(known: Catalogue) -> list[tuple[int, str]]:
    """Return the activities families book on the portal."""
    return [(one.id, one.name) for one in known.activities if one.booked == "online"]


@get(
    OPENINGS,
    name="periscolaire.office_openings",
    told="Voir les ouvertures annoncées",
    guards=[guards.agent],
)
async def every() -> Page:
    """Show the openings, and the form of a new one."""
    return await _list()


@post(
    OPENINGS,
    name="periscolaire.announce",
    told="Annoncer une ouverture : vœux, ou salle d’attente",
    guards=[guards.agent],
)
async def announce(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Announce an opening; families see it at once."""
    known = {number for number, _ in online(await catalogue.current())}
    form = checked(await forms.read(request, OpeningForm), tenant, known, now)
    if form.struct is None:
        return await _list(form)
    try:
        number = await opening_days.announce(form.struct.values(tenant), person.account, now)
    except Refused:
        words = "Une autre ouverture de cette activité couvre déjà une partie de ces jours."
        return await _list(form.wrong(premier=words))
    seen.tell("ok", f"{form.struct.name} : l’ouverture est annoncée aux familles.")
    return Redirect(f"{OPENINGS}/{number}", status_code=303)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one home asks, and what it gets or would get."""

    asked: Asked
    family: str
    children: str
    wishes: list[str]
    declared: list[tuple[str, str]]
    kept: list[str]
    rank: int | None = None
    points: int | None = None
    given: int | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpeningPage:
    """One opening: who asks, then who gets what."""

    row: Row
    opening: Opening
    activity: str
    now: datetime
    promise: str
    shown: list[Shown]
    criteria: tuple[Criterion, ...]
    result: Result | None
    homes: int = 0
    has_moved: bool = False

    @property
    def mode(self) -> str:
        """How it opens, in words."""
        return MODES[self.opening.mode]

    @property
    def is_to_decide(self) -> bool:
        """Tell whether an agent may confirm the result."""
        return self.result is not None

    @property
    def may_cancel(self) -> bool:
        """Tell whether it may still be cancelled."""
        row = self.row
        ended = row.mode == "room" and self.opening.is_over(self.now)
        return not (row.cancelled_at or row.decided_at or row.published_at or ended)


async def _page(tenant: Tenant, row: Row, now: datetime, *, has_moved: bool = False) -> Page:
    told, known = openings.told(row), await catalogue.current()
    asked, found = await wishes.of_opening(row.id), None
    is_over = row.mode == "wishes" and told.is_over(now)
    if is_over and not row.decided_at and not row.cancelled_at:
        found = await allocating.result(tenant, row, now)
    voted = tenant.of(Settings).criteria
    activity = known.by_id.get(int(row.activity))
    page = OpeningPage(
        row,
        told,
        activity.name if activity else "Activité fermée",
        now,
        promise(bytes.fromhex(row.seed)),
        await _shown(known, row, asked, found, voted),
        voted,
        found,
        len({int(one.household) for one in await rooms.everyone(row.id)}),
        has_moved,
    )
    status = 409 if has_moved else 200
    return Page("periscolaire/office/opening.html", page, status=status)


async def _shown(
    known: Catalogue,
    row: Row,
    asked: list[Asked],
    found: Result | None,
    voted: tuple[Criterion, ...],
) -> list[Shown]:
    labels = {one.code: one.label for one in voted}
    adults = {one["id"]: one for one in await _people(Adult, [int(a.row.adult) for a in asked])}
    children = {
        one["id"]: one["given_name"]
        for one in await _people(Child, [child for one in asked for child in one.children])
    }
    outcomes = {one.id: outcome for outcome, one in found.rows()} if found else {}
    lines = []
    for one in asked:
        adult, would = adults.get(int(one.row.adult), {}), outcomes.get(one.id)
        told = allocating.as_decided(known, one, would) if would else one
        lines.append(
            Shown(
                asked=one,
                family=f"{adult.get('given_name', '')} {adult.get('family_name', '')}".strip(),
                children=", ".join(sorted(children.get(child, "") for child in one.children)),
                wishes=[telling_openings.told(known, row, wish) for wish in one.wishes],
                declared=[(code, labels.get(code, code)) for code in sorted(one.declared)],
                kept=sorted(one.told),
                rank=told.row.rank,
                points=told.row.points,
                given=told.row.given,
                reasons=tuple(telling_openings.reasons(known, row, told)),
            )
        )
    return sorted(lines, key=lambda line: line.rank or 0)


async def _people(table: Any, numbers: list[int]) -> list[dict[str, Any]]:
    if not numbers:
        return []
    rows: list[dict[str, Any]] = await table.select(
        table.id, table.given_name, table.family_name
    ).where(table.id.is_in(numbers))
    return rows


@get(
    f"{OPENINGS}/{{opening:int}}",
    name="periscolaire.office_opening",
    told="Voir une ouverture, ses vœux et leur résultat",
    guards=[guards.agent],
)
async def one(
    opening: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Page:
    """Show an opening; once its wishes are closed, what the allocation gives."""
    return await _page(tenant, await openings.one(opening), now)


@post(
    f"{OPENINGS}/{{opening:int}}/annuler",
    name="periscolaire.cancel_opening",
    told="Annuler une ouverture",
    guards=[guards.agent],
)
async def cancel(
    opening: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Cancel an opening: all book its days as usual."""
    try:
        await opening_days.cancel(opening, person.account, now)
        seen.tell("ok", "L’ouverture est annulée : ces jours se réservent comme d’habitude.")
    except Refused:
        seen.tell("alerte", "Le résultat est déjà confirmé : l’ouverture ne s’annule plus.")
    return Redirect(f"{OPENINGS}/{opening}", status_code=303)


class AllocateForm(msgspec.Struct, frozen=True):
    """The result an agent looked at."""

    digest: str = ""


@post(
    f"{OPENINGS}/{{opening:int}}/attribuer",
    name="periscolaire.allocate",
    told="Confirmer l’attribution d’une fenêtre de vœux",
    guards=[guards.agent],
)
async def allocate(
    opening: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the result that was looked at, once; show it again when it has changed since."""
    form = await forms.read(request, AllocateForm)
    digest = form.struct.digest if form.struct else ""
    try:
        await allocating.confirm(tenant, opening, digest, person.account, now)
    except Refused as refusal:
        if refusal.reason == "result_moved":
            return await _page(tenant, await openings.one(opening), now, has_moved=True)
        seen.tell("alerte", "Les vœux ne sont pas clos : attendez la fin de la fenêtre.")
        return Redirect(f"{OPENINGS}/{opening}", status_code=303)
    seen.tell("ok", "C’est confirmé : les places se réservent, chaque famille reçoit sa réponse.")
    return Redirect(f"{OPENINGS}/{opening}", status_code=303)


class CheckForm(msgspec.Struct, frozen=True):
    """The criteria an agent keeps of a request."""

    criteres: tuple[str, ...] = ()


@post(
    f"{OPENINGS}/demandes/{{asked:int}}",
    name="periscolaire.check_wishes",
    told="Vérifier les critères qu’une famille déclare",
    guards=[guards.agent],
)
async def check(
    asked: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Keep, of what a family says it meets, what was proved."""
    form = await forms.read(request, CheckForm)
    kept = form.struct.criteres if form.struct else ()
    try:
        opening = await wishing.check(asked, kept, person.account)
        seen.tell("ok", "Les critères de cette famille sont vérifiés.")
    except Refused:
        opening = int((await wishes.one(asked)).opening)
        seen.tell("alerte", "Le résultat est déjà confirmé : les critères ne changent plus.")
    return Redirect(f"{OPENINGS}/{opening}", status_code=303)


ROUTES = [every, announce, one, cancel, allocate, check]
