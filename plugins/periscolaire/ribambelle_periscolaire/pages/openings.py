"""Days that open by wishes or through a waiting room, as a family lives them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import rooming, telling_openings, wishing
from ribambelle_periscolaire.domain.criteria import Criterion
from ribambelle_periscolaire.domain.openings import EARLY, Opening, spans
from ribambelle_periscolaire.domain.waiting_room import drawn, promise
from ribambelle_periscolaire.explaining import span_told
from ribambelle_periscolaire.gathering import Gathered, gather
from ribambelle_periscolaire.pages.wish_forms import RANKS, WishForm, checked, form_of
from ribambelle_periscolaire.queries import catalogue, openings, rooms, wishes
from ribambelle_periscolaire.queries.rooms import Place
from ribambelle_periscolaire.queries.wishes import Asked
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Opening as Row

HERE = "/periscolaire/ouvertures"
FAR, NEAR = "60", "20"
"""Seconds after which a waiting page asks again, far from its turn and near it."""
CLOSE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Line:
    """One opening in the list."""

    opening: Opening
    activity: str
    asked: bool


@dataclass(frozen=True)
class ListPage:
    """The openings of a family: to come, under way, and answered."""

    lines: list[Line]
    answered: list[Row]


@dataclass(frozen=True)
class WishPage:
    """A wish window: what may be wished, what was, and what became of it."""

    row: Row
    opening: Opening
    activity: str
    now: datetime
    children: list[tuple[int, str]]
    units: list[tuple[int, str]]
    spans: list[tuple[str, str]]
    criteria: tuple[Criterion, ...]
    asked: Asked | None
    form: Bound[WishForm] | None
    typed: dict[str, Any]
    promise: str
    names: str = ""
    given: str = ""
    wished: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    ranks: tuple[int, ...] = RANKS

    @property
    def is_open(self) -> bool:
        """Tell whether wishes are taken now."""
        return not self.opening.is_before(self.now) and not self.opening.is_over(self.now)

    @property
    def declared(self) -> list[tuple[str, str, str]]:
        """The criteria a family says itself."""
        return [
            (one.code, one.label, f"{one.points} points")
            for one in self.criteria
            if one.fact == "declared"
        ]


@dataclass(frozen=True)
class RoomPage:
    """A waiting room: the rank of a family, and how long it still waits."""

    row: Row
    opening: Opening
    activity: str
    now: datetime
    place: Place | None
    ahead: int
    promise: str
    opens_at: datetime

    @property
    def state(self) -> str:
        """Where the family stands: a word for the page."""
        if self.row.cancelled_at or self.opening.is_over(self.now):
            return "over"
        if self.place is None:
            return "closed" if self.now < self.opens_at else "outside"
        turn = self.place.turn
        if turn is None:
            return "early"
        if turn.is_on(self.now):
            return "in"
        return "waiting" if self.now < turn.at else "passed"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of a draw: anybody may find the same number again."""

    rank: int
    ticket: str
    number: str
    points: int | None = None


@dataclass(frozen=True)
class DrawPage:
    """A draw that is published."""

    row: Row
    promise: str
    mine: str
    lines: list[Drawn]


@get(
    HERE,
    name="periscolaire.openings",
    told="Voir les ouvertures de réservations",
    guards=[guards.family],
)
async def every(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show what opens by wishes or through a waiting room."""
    known, mine = await catalogue.current(), await openings.of_home(person.household)
    lines = [
        Line(one, known.by_id[one.activity].name, one.id in mine)
        for one in known.openings
        if one.activity in known.by_id and (one.mode == "wishes" or not one.is_over(now))
    ]
    answered = [row for row in mine.values() if row.published_at]
    return Page("periscolaire/openings.html", ListPage(lines, answered))


@get(
    f"{HERE}/{{opening:int}}",
    name="periscolaire.opening",
    told="Voir une ouverture : ses vœux, ou son rang dans la salle d’attente",
    guards=[guards.family],
)
async def one(
    opening: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show a wish window or a waiting room."""
    row = await openings.one(opening)
    if row.mode == "room":
        return await _room(row, person, now)
    return await _wishes(tenant, row, person, now)


async def _room(row: Row, person: Person, now: datetime) -> Page:
    told = openings.told(row)
    place = await rooms.place(told, person.household, now)
    ahead = await rooms.ahead(told, place, now) if place and place.turn else 0
    page = RoomPage(
        row,
        told,
        await _activity(row),
        now,
        place,
        ahead,
        promise(bytes.fromhex(row.seed)),
        told.begins_at - EARLY,
    )
    if page.state in {"early", "waiting"}:
        called = place.turn.at if place and place.turn else told.begins_at
        wait = NEAR if called - now <= CLOSE else FAR
        return Page("periscolaire/room.html", page, Refresh=wait)
    return Page("periscolaire/room.html", page)


async def _activity(row: Row) -> str:
    known = (await catalogue.current()).by_id.get(int(row.activity))
    return known.name if known else "Activité fermée"


async def _wishes(
    tenant: Tenant,
    row: Row,
    person: Person,
    now: datetime,
    form: Bound[WishForm] | None = None,
) -> Page:
    told, known = openings.told(row), await catalogue.current()
    gathered = await gather(tenant, person, row.first, row.last, now)
    asked = await wishes.of_home(row.id, person.household)
    given = asked.given if asked and asked.row.placed_at else None
    page = WishPage(
        row=row,
        opening=told,
        activity=await _activity(row),
        now=now,
        children=eligible(gathered, told),
        units=units_of(gathered, told),
        spans=spans_of(gathered, told),
        criteria=tenant.of(Settings).criteria,
        asked=asked,
        form=form,
        typed=form_of(asked),
        promise=promise(bytes.fromhex(row.seed)),
        names=await telling_openings.names_of(asked) if asked else "",
        given=telling_openings.told(known, row, given) if given else "",
        wished=[telling_openings.told(known, row, wish) for wish in asked.wishes] if asked else [],
        reasons=telling_openings.reasons(known, row, asked)
        if asked and asked.row.placed_at
        else [],
    )
    status = 422 if form and form.errors else 200
    return Page("periscolaire/wishes.html", page, status=status)


def eligible(gathered: Gathered, told: Opening) -> list[tuple[int, str]]:
    """Return the children of a family that the activity receives on some of these days."""
    activity = gathered.catalogue.by_id.get(told.activity)
    days = [day for span in spans(told.first, told.last, told.span) for day in span.days]
    return [
        (pupil.id, pupil.name)
        for pupil in gathered.family.pupils.values()
        if activity
        and any(
            gathered.doors.enrolled(pupil, activity, day)
            and gathered.doors.group(pupil, activity, day)
            for day in days
        )
    ]


def units_of(gathered: Gathered, told: Opening) -> list[tuple[int, str]]:
    """Return what may be wished: the units that need no other beside them."""
    activity = gathered.catalogue.by_id.get(told.activity)
    return [(unit.id, unit.name) for unit in activity.units if not unit.needs] if activity else []


def spans_of(gathered: Gathered, told: Opening) -> list[tuple[str, str]]:
    """Return the weeks or the days on which the activity runs."""
    activity = gathered.catalogue.by_id.get(told.activity)
    if activity is None:
        return []
    return [
        (span.code, span_told(span))
        for span in spans(told.first, told.last, told.span)
        if any(
            gathered.doors.runs(activity, unit, day) for unit in activity.units for day in span.days
        )
    ]


@post(
    f"{HERE}/{{opening:int}}/voeux",
    name="periscolaire.wish",
    told="Envoyer les vœux de sa famille",
    guards=[guards.family],
)
async def wish(
    opening: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep what a family wishes, in place of what it wished before; or forget it."""
    row = await openings.one(opening)
    told = openings.told(row)
    form = await forms.read(request, WishForm)
    gathered = await gather(tenant, person, row.first, row.last, now)
    voted = {one.code for one in tenant.of(Settings).criteria if one.fact == "declared"}
    try:
        if form.raw.get("act") == "withdraw":
            await wishing.withdraw(told, person, now)
            seen.tell("ok", "Vos vœux sont retirés. Vous pouvez en envoyer d’autres.")
            return Redirect(f"{HERE}/{opening}", status_code=303)
        form, wished = checked(
            form,
            {number for number, _ in eligible(gathered, told)},
            {number for number, _ in units_of(gathered, told)},
            {code for code, _ in spans_of(gathered, told)},
        )
        if form.struct is None:
            return await _wishes(tenant, row, person, now, form)
        declared = sorted(voted & set(form.struct.criteres))
        await wishing.save(told, person, form.struct.enfants, declared, wished, now)
    except Refused as refusal:
        return await _wishes(tenant, row, person, now, form.wrong(enfants=_why(refusal)))
    seen.tell("ok", "Vos vœux sont enregistrés. Vous pouvez les changer jusqu’à la fin.")
    return Redirect(f"{HERE}/{opening}", status_code=303)


def _why(refusal: Refused) -> str:
    """Return what to say of wishes that are not taken."""
    found = {
        "wished_elsewhere": "Un autre adulte a déjà donné des vœux pour un de ces enfants. "
        "Mettez-vous d’accord, ou écrivez à la mairie.",
        "wishes_soon": "Les vœux ne sont pas encore ouverts. Revenez à l’heure dite.",
        "wishes_cancelled": "La mairie a annulé cette fenêtre de vœux : réservez comme d’habitude.",
        "wishes_ended": "Les vœux sont clos : ceux que vous aviez envoyés sont gardés.",
    }
    if refusal.reason not in found:
        raise refusal
    return found[refusal.reason]


@post(
    f"{HERE}/{{opening:int}}/file",
    name="periscolaire.come_in",
    told="Entrer dans la salle d’attente d’une ouverture",
    guards=[guards.family],
)
async def come_in(
    opening: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Give the family its rank; twice says the same."""
    try:
        await rooming.come_in(tenant, openings.told(await openings.one(opening)), person)
    except Refused as refusal:
        words = {
            "room_not_yet": "La salle d’attente n’est pas encore ouverte : revenez un peu plus tard.",
            "room_over": "Cette ouverture est finie : réservez comme d’habitude.",
        }
        seen.tell("info", words[refusal.reason])
    return Redirect(f"{HERE}/{opening}", status_code=303)


@get(
    f"{HERE}/{{opening:int}}/tirage",
    name="periscolaire.draw",
    told="Vérifier le tirage au sort d’une ouverture",
    guards=[guards.family],
)
async def draw(
    opening: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show a draw once it cannot change: its seed, each ticket, and the number it drew."""
    row = await openings.one(opening)
    is_out = row.published_at if row.mode == "wishes" else now >= row.begins_at
    if not is_out:
        raise NotYours
    seed = bytes.fromhex(row.seed)
    if row.mode == "wishes":
        lines = [
            _drawn(seed, one.row.rank or 0, int(one.row.household), one.row.points)
            for one in await wishes.of_opening(opening)
        ]
    else:
        came = [one for one in await rooms.everyone(opening) if one.step is None]
        lines = [_drawn(seed, rank, int(one.household)) for rank, one in enumerate(came, 1)]
    mine = rooming.ticket(person.household)
    return Page("periscolaire/draw.html", DrawPage(row, promise(seed), mine, lines))


def _drawn(seed: bytes, rank: int, household: int, points: int | None = None) -> Drawn:
    name = rooming.ticket(household)
    return Drawn(rank, name, drawn(seed, name).hex()[:16], points)


ROUTES = [every, one, wish, come_in, draw]
