"""The tablet of a school: who is expected, who came; it works without network and without JavaScript."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.tenants import Tenant
from ribambelle.web import guards, origin, security
from ribambelle.web.formats import heure
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit, visit
from ribambelle_periscolaire import attending
from ribambelle_periscolaire.attending import Marker, Sent, Sheet
from ribambelle_periscolaire.domain.catalogue import Activity, Group
from ribambelle_periscolaire.queries import catalogue, collecting, devices, sheets
from ribambelle_periscolaire.queries.collecting import Called
from ribambelle_periscolaire.queries.sheets import Kept

WORKER = Path(__file__).parent.parent / "static" / "pointage_worker.js"
OFFICE = ("agent", "admin")
WIPE = {"clear_site_data": '"cache", "storage"'}
"""A tablet that is no longer one holds nothing more."""
REFUSALS = {
    "unknown": "Cet enfant n’est pas dans ce groupe.",
    "locked": "Cette journée est close : demandez à la mairie de corriger.",
    "not_that_day": "Cette journée ne se pointe pas aujourd’hui.",
    "unreadable": "Ce pointage n’a pas pu être lu.",
}


class Tablet(guards.Holding):
    """Let in staff of schools and of the town hall, and whoever holds the cookie of a tablet.

    Whether that cookie still opens something is asked of the database, by `marker_of`.
    """

    async def __call__(self, connection: guards.Connection, handler: Any) -> None:
        """Refuse whoever holds neither a role nor a cookie."""
        if visit(connection).person is None and secret_of(connection):
            return
        await super().__call__(connection, handler)


tablet = Tablet(*OFFICE, "school_staff", "paired_device")


def cookie_name(connection: Any) -> str | None:
    """Return the name of a tablet's cookie here, or None where it may not travel."""
    scope = connection.scope
    host = origin.host_name(scope.get("headers", ())) or ""
    name = security.cookie_name(scope.get("scheme", ""), host)
    return name and name.replace("session", "tablette")


def secret_of(connection: Any) -> str:
    """Return the secret of a tablet's cookie, or nothing."""
    return security.secret_in(connection.scope.get("headers", []), cookie_name(connection))


async def marker_of(request: Request[Any, Any, Any], now: datetime) -> Marker:
    """Return who marks; raises NotForYou for a tablet revoked, or whose time is over."""
    person = visit(request).person
    if person is None:
        device = await devices.opened(secret_of(request), now)
        if device is None:
            raise guards.NotForYou
        schools = frozenset({device["school"]})
        return Marker(device=device["id"], schools=schools, expires_at=device["expires_at"])
    if person.holds(*OFFICE):
        return Marker(account=person.account)
    roles = ("school_staff", "paired_device")
    numbers = [one for role in roles for one in person.numbers(role, "core.school")]
    return Marker(account=person.account, schools=frozenset(numbers))


class PairingForm(msgspec.Struct, frozen=True):
    """The code that makes a tablet of this browser."""

    code: str = ""


@dataclass(frozen=True)
class StartPage:
    """The groups that may be marked today, or the form that pairs a tablet."""

    day: date
    groups: list[tuple[Activity, Group]]
    paired: bool = False
    was_closed: bool = False
    form: Bound[PairingForm] | None = None


@get(
    "/pointage",
    name="periscolaire.attendance.start",
    told="Choisir le groupe à pointer, ou relier une tablette",
    guards=[guards.public],
)
async def start(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Page:
    """Show the groups of today; to a browser that is nobody's, where to type a tablet's code."""
    today = now.date()
    person, secret = seen.person, secret_of(request)
    allowed = person is not None and person.holds(*tablet.roles) and person.strong
    if not allowed and (person is not None or not secret):
        return Page("periscolaire/pointage_start.html", StartPage(today, []))
    try:
        marker = await marker_of(request, now)
    except guards.NotForYou:
        page = StartPage(today, [], was_closed=True)
        return Page("periscolaire/pointage_start.html", page, status=403, **WIPE)
    known = await catalogue.current()
    groups = [
        (activity, group)
        for activity in known.activities
        for group in activity.groups
        if marker.enters(group)
    ]
    return Page("periscolaire/pointage_start.html", StartPage(today, groups, paired=True))


@post(
    "/pointage/appairer",
    name="periscolaire.attendance.pair",
    told="Relier une tablette avec le code donné par la mairie",
    guards=[guards.public],
)
async def pair(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Response[Any]:
    """Make a tablet of this browser, until the day the town hall chose."""
    form = await forms.read(request, PairingForm)
    name = cookie_name(request)
    if name is None:
        raise Refused("https_needed")
    made = await devices.pair(form.told.code, now) if form.told.code else None
    if made is None:
        wrong = form.wrong(
            code="Ce code n’ouvre rien, ou plus. Demandez-en un nouveau à la mairie."
        )
        page = StartPage(now.date(), [], form=wrong)
        return Page("periscolaire/pointage_start.html", page, status=422)
    secret, ends = made
    cookie = Cookie(
        name,
        value=secret,
        max_age=int((ends - now).total_seconds()),
        httponly=True,
        secure=name.startswith("__Host-"),
        samesite="strict",
    )
    return Redirect("/pointage", status_code=303, cookies=[cookie])


@get(
    "/pointage/service.js",
    name="periscolaire.attendance.worker",
    told="Ce qui garde le pointage sur la tablette, sans réseau",
    guards=[guards.public],
    sync_to_thread=False,
)
def worker() -> Response[str]:
    """Give the script that keeps the pages of a paired tablet, and no other."""
    headers = {"cache-control": "no-cache"}
    return Response(WORKER.read_text("utf-8"), media_type="text/javascript", headers=headers)


@dataclass(frozen=True)
class ChildRow:
    """One child and one unit to mark."""

    key: str
    child: int
    unit: int
    name: str
    detail: str
    state: str
    arrived: str = ""
    left: str = ""
    is_care: bool = False
    is_unplanned: bool = False
    has_conflict: bool = False
    known_absent: bool = False
    kept: Kept = field(default_factory=Kept)
    adults: list[Called] = field(default_factory=list)


@dataclass(frozen=True)
class RollPage:
    """One group on one day: who is expected, who may come besides."""

    sheet: Sheet
    rows: list[ChildRow]
    others: list[tuple[int, str, str]]
    until: str
    before: date
    after: date | None
    is_office: bool
    today: date

    @property
    def present(self) -> int:
        """How many children are there."""
        return sum(row.state == "present" for row in self.rows)

    @property
    def unmarked(self) -> int:
        """How many nobody marked yet."""
        return sum(not row.state and not row.known_absent for row in self.rows)


@get(
    "/pointage/{roll:int}/{day:str}",
    name="periscolaire.attendance.roll",
    told="Voir les enfants attendus dans un groupe, et leur fiche d’urgence",
    guards=[tablet],
)
async def roll(
    roll: FromPath[int],
    day: FromPath[str],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show a group on a day, with what whoever looks after each child must know."""
    try:
        marker = await marker_of(request, now)
    except guards.NotForYou:
        closed = StartPage(now.date(), [], was_closed=True)
        return Page("periscolaire/pointage_start.html", closed, status=403, **WIPE)
    on = day_of(day)
    sheet = await attending.sheet(await catalogue.current(), marker, roll, on)
    page = await _page(tenant, marker, sheet, now)
    answer = Page("periscolaire/pointage.html", page)
    if page.until:
        answer.headers["x-keep-until"] = page.until
    return answer


class MarkForm(msgspec.Struct, frozen=True):
    """One button of the page: child, unit, act."""

    marque: str = ""


@post(
    "/pointage/{roll:int}/{day:str}",
    name="periscolaire.attendance.mark",
    told="Pointer un enfant présent, absent ou parti",
    guards=[tablet],
)
async def mark(
    roll: FromPath[int],
    day: FromPath[str],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep one mark, made without JavaScript."""
    marker = await marker_of(request, now)
    on = day_of(day)
    form = await forms.read(request, MarkForm)
    child, unit, act = _parts(form.told.marque)
    one = Sent(str(uuid.uuid4()), roll, on, child, unit, act, now)
    answer = await attending.take(tenant, marker, [one], now)
    if why := answer.refused.get(one.id):
        if why == "unknown":
            raise NotYours
        seen.tell("erreur", REFUSALS[why])
    return Redirect(f"/pointage/{roll}/{on}#e{child}-{unit}", status_code=303)


@post(
    "/pointage/lot",
    name="periscolaire.attendance.batch",
    told="Envoyer les pointages gardés par une tablette, chacun une seule fois",
    guards=[tablet],
    status_code=200,
)
async def batch(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> dict[str, Any]:
    """Keep what a tablet marked while it had no network; the same batch twice is done once."""
    marker = await marker_of(request, now)
    try:
        sent = msgspec.json.decode(await request.body(), type=list[Sent])
    except msgspec.MsgspecError as error:
        raise ClientException("unreadable marks") from error
    if any(one.at.tzinfo is None or not _fits(one) for one in sent):
        raise ClientException("unreadable marks")
    answer = await attending.take(tenant, marker, sent, now)
    return {
        "kept": answer.kept,
        "refused": {event: REFUSALS[why] for event, why in answer.refused.items()},
        "conflicts": answer.conflicts,
    }


def _fits(one: Sent) -> bool:
    return all(0 < number < 2**31 for number in (one.roll, one.child, one.unit))


def day_of(told: str) -> date:
    """Return the day of an address, or behave as if it did not exist."""
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise NotYours from error


def _parts(told: str) -> tuple[int, int, str]:
    parts = told.split(".")
    if len(parts) != 3 or not all(one.isascii() and one.isdigit() for one in parts[:2]):
        raise NotYours
    child, unit = int(parts[0]), int(parts[1])
    if max(child, unit) >= 2**31:
        raise NotYours
    return child, unit, parts[2]


def clock(minutes: int | None) -> str:
    """Return minutes after midnight as an hour.

    >>> clock(990).replace(chr(160), " "), clock(None)
    ('16 h 30', '')
    """
    return "" if minutes is None else heure(time(*divmod(minutes, 60)))


async def _page(tenant: Tenant, marker: Marker, sheet: Sheet, now: datetime) -> RollPage:
    keys = sorted({*sheet.expected, *sheet.standing})
    children = sorted({child for child, _ in keys})
    kept = await sheets.of_children(children)
    adults = await collecting.of_children(children, sheet.day)
    rows = [_row(sheet, key, kept, adults) for key in keys]
    there = set(children)
    others = [
        (child, f"{one['given_name']} {one['family_name']}", one["class_name"])
        for child, one in sheet.others.items()
        if child not in there
    ]
    today = now.date()
    midnight = datetime.combine(sheet.day + timedelta(days=1), time(0), tenant.zone)
    ends = min(midnight, marker.expires_at) if marker.expires_at else None
    return RollPage(
        sheet,
        sorted(rows, key=lambda row: row.name),
        sorted(others, key=lambda one: one[1]),
        ends.isoformat() if ends and ends > now else "",
        sheet.day - timedelta(days=1),
        sheet.day + timedelta(days=1),
        marker.schools is None,
        today,
    )


def _row(
    sheet: Sheet, key: tuple[int, int], kept: dict[int, Kept], adults: dict[int, list[Called]]
) -> ChildRow:
    booked, stands = sheet.expected.get(key, {}), sheet.standing.get(key, {})
    one = booked or stands
    child, number = key
    unit = next((each for each in sheet.activity.units if each.id == number), None)
    named = unit.name if unit and len(sheet.activity.units) > 1 else ""
    return ChildRow(
        f"{child}.{number}",
        child,
        number,
        f"{one['given_name']} {one['family_name']}",
        " · ".join(filter(None, (one["class_name"], named))),
        stands.get("state", ""),
        clock(stands.get("arrived")),
        clock(stands.get("left")),
        not (unit and unit.is_meal) and sheet.activity.kind != "canteen",
        bool(stands.get("is_unplanned")),
        bool(stands.get("has_conflict")),
        booked.get("state") == "absent",
        kept.get(child, Kept()),
        adults.get(child, []),
    )


ROUTES = [start, pair, worker, roll, mark, batch]
