"""Help sessions: everybody sees the free hours, a family takes one, the desk sees who comes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, tenants
from ribambelle.appointments import booking, slots
from ribambelle.appointments.booking import Coming
from ribambelle.appointments.tables import Appointment, HelpSession
from ribambelle.calendar.events import Event
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.web import formats, guards
from ribambelle.web.home import Card
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

PAGE, DESK = "/permanences", "/bureau/permanences"
AHEAD = timedelta(days=366)
SENTENCES = {
    "slot_full": "Une autre famille vient de prendre cette heure. Choisissez-en une autre.",
    "slot_gone": "Cette heure est passée. Choisissez-en une autre, ou appelez-nous.",
    "slot_already": "Vous avez déjà un rendez-vous ce jour-là. Annulez-le pour changer d’heure.",
}


def told(minutes: int) -> str:
    """Write an hour of a session.

    >>> told(570).replace(chr(160), " "), told(540).replace(chr(160), " ")
    ('9 h 30', '9 h')
    """
    return formats.heure(time(minutes // 60, minutes % 60))


@dataclass(frozen=True, slots=True)
class Offered:
    """A session with what is left of it."""

    session: HelpSession
    hours: str
    options: list[tuple[int, str, str]]
    mine: Appointment | None
    my_hour: str


@dataclass(frozen=True)
class SessionsPage:
    """The sessions to come."""

    offered: list[Offered]
    is_family: bool
    wrong: str = ""


async def _offered(session: HelpSession, mine: list[Appointment], now: datetime) -> Offered:
    left = await booking.free_slots(session, now)
    kept = next((one for one in mine if one.session.id == session.id), None)
    return Offered(
        session,
        f"de {told(session.begins)} à {told(session.ends)}",
        [
            (one.begins, told(one.begins), f"{one.free} places" if one.free > 1 else "")
            for one in left
            if one.free
        ],
        kept,
        told(kept.begins) if kept else "",
    )


async def _page(person: Person | None, now: datetime, wrong: str = "") -> Page:
    today = now.date()
    family = person.account if person and person.is_family else 0
    mine = await booking.of_account(family, today, today + AHEAD) if family else []
    offered = [await _offered(one, mine, now) for one in await booking.upcoming(today)]
    page = SessionsPage([one for one in offered if one.options or one.mine], bool(family), wrong)
    return Page("appointments/every.html", page, status=409 if wrong else 200)


@get(PAGE, name="sessions", guards=[guards.public])
async def every(visitor: NamedDependency[Person | None], now: NamedDependency[datetime]) -> Page:
    """Show the sessions to come, and the hours that are free."""
    return await _page(visitor, now)


class Hour(msgspec.Struct, frozen=True):
    """The hour a family takes, in minutes since midnight."""

    begins: int = -1


@post(
    f"{PAGE}/{{number:int}}",
    name="session.book",
    told="Prendre un rendez-vous à une permanence",
    guards=[guards.family],
)
async def book(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Take an hour, unless somebody was quicker."""
    form = await forms.read(request, Hour)
    if form.struct is None or form.struct.begins < 0:
        return await _page(person, now, "Choisissez une heure, puis réservez.")
    try:
        await booking.book(number, form.struct.begins, person.account, now)
    except Refused as refusal:
        return await _page(person, now, SENTENCES[refusal.reason])
    seen.tell("ok", f"Votre rendez-vous est pris, à {told(form.struct.begins)}.")
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/rendez-vous/{{number:int}}/annuler",
    name="appointment.cancel",
    told="Annuler son rendez-vous",
    guards=[guards.family],
)
async def cancel(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give an hour back to the other families."""
    try:
        await booking.cancel(number, person.account, now)
    except Refused as refusal:
        return await _page(person, now, SENTENCES[refusal.reason])
    seen.tell("ok", "Votre rendez-vous est annulé.")
    return Redirect(PAGE, status_code=303)


# -- calendar and home -------------------------------------------------------------------------


async def mine(person: Person, first: date, last: date) -> list[Event]:
    """Return the appointments of a family, for its calendar."""
    zone = tenants.current().zone
    return [
        Event(
            uid=f"core.appointment:{one.id}",
            title=one.session.about,
            first=one.session.day,
            begins=slots.at(one.session.day, one.begins, zone),
            ends=slots.at(one.session.day, one.begins + one.session.slot, zone),
            place=one.session.place,
            href=PAGE,
        )
        for one in await booking.of_account(person.account, first, last)
    ]


async def card(person: Person | None) -> list[Card]:
    """Return the card that leads to the sessions, while there are some."""
    if person is not None and not person.is_family:
        return []
    found = await booking.upcoming(tenants.current().now().date())
    return [Card("appointments/card.html", found[0], rank=55, aside=True)] if found else []


# -- the desk ----------------------------------------------------------------------------------


class SessionForm(msgspec.Struct, frozen=True):
    """A session as it was typed."""

    day: date
    begins: str
    ends: str
    place: str
    about: str
    slot: int = 20
    seats: int = 1


@dataclass(frozen=True)
class DeskPage:
    """The sessions to come, and one more to open."""

    offered: list[tuple[HelpSession, str, int, int]]
    form: Bound[SessionForm] | None = None


async def _desk(now: datetime, form: Bound[SessionForm] | None = None) -> Page:
    offered = []
    for one in await booking.upcoming(now.date()):
        hours, seats = f"{told(one.begins)} – {told(one.ends)}", len(booking.hours_of(one))
        offered.append((one, hours, len(await booking.coming(one)), seats * one.seats))
    return Page("office/sessions.html", DeskPage(offered, form), status=422 if form else 200)


@get(DESK, name="sessions.desk", told="Voir les permanences", guards=[guards.agent])
async def desk(now: NamedDependency[datetime]) -> Page:
    """Show the sessions to come, and ask for another."""
    return await _desk(now)


@post(DESK, name="sessions.open", told="Ouvrir une permanence", guards=[guards.agent])
async def begin(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open a session to families."""
    form = _checked(await forms.read(request, SessionForm), now)
    if form.struct is None:
        return await _desk(now, form)
    asked = form.struct
    row = HelpSession(
        day=asked.day,
        begins=slots.minutes_of(asked.begins),
        ends=slots.minutes_of(asked.ends),
        slot=asked.slot,
        seats=asked.seats,
        place=asked.place,
        about=asked.about,
    )
    await booking.open_one(row, person.account)
    seen.tell("ok", "La permanence est ouverte : les familles peuvent prendre rendez-vous.")
    return Redirect(DESK, status_code=303)


def _checked(form: Bound[SessionForm], now: datetime) -> Bound[SessionForm]:
    """Return the form with a sentence beside what no family could come to."""
    if form.struct is None:
        return form
    asked, hours = form.struct, dict[str, int]()
    for field, words in (("begins", asked.begins), ("ends", asked.ends)):
        try:
            hours[field] = slots.minutes_of(words)
        except Refused:
            form = form.wrong(**{field: "Écrivez une heure, par exemple 9:30."})
    if not now.date() <= asked.day <= now.date() + AHEAD:
        form = form.wrong(day="Choisissez un jour à venir, dans l’année.")
    if not slots.SHORTEST <= asked.slot <= slots.LONGEST:
        form = form.wrong(slot="Un rendez-vous dure entre 5 et 240 minutes.")
    elif len(hours) == 2 and not slots.starts(hours["begins"], hours["ends"], asked.slot):
        form = form.wrong(ends="Aucun rendez-vous ne tient entre ces deux heures.")
    if not 1 <= asked.seats <= slots.MOST_SEATS:
        form = form.wrong(seats="Entre 1 et 20 familles à la fois.")
    for field, words, longest in (("place", asked.place, 200), ("about", asked.about, 120)):
        if len(words) > longest:
            form = form.wrong(**{field: f"C’est trop long : {longest} caractères au plus."})
    return form


@dataclass(frozen=True)
class SessionPage:
    """One session, and who comes."""

    session: HelpSession
    hours: str
    coming: list[tuple[Coming, str]]
    is_past: bool


@get(
    f"{DESK}/{{number:int}}",
    name="session.desk",
    told="Voir qui vient à une permanence",
    guards=[guards.agent],
)
async def one(number: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show who comes, by hour."""
    session = await booking.one(number)
    coming = [(one, told(one.begins)) for one in await booking.coming(session)]
    hours = f"de {told(session.begins)} à {told(session.ends)}"
    is_past = session.day < now.date()
    return Page("office/session.html", SessionPage(session, hours, coming, is_past))


@post(
    f"{DESK}/{{number:int}}/annuler",
    name="session.call_off",
    told="Annuler une permanence et prévenir les familles",
    guards=[guards.agent],
)
async def call_off(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Cancel a session; each family that was coming is written to."""
    families = await booking.call_off(number, person.account, now)
    told = formats.pluriel(families, "famille prévenue", "familles prévenues")
    seen.tell("ok", f"La permanence est annulée, {told}.")
    return Redirect(DESK, status_code=303)


ROUTES = [every, book, cancel, desk, begin, one, call_off]
