"""The space of a relais: its childminders, who is up to date, and its meetings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.appointments import slots
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import lists, meeting
from ribambelle_assmat.meeting import Seen
from ribambelle_assmat.queries import relais as following
from ribambelle_assmat.queries.relais import KIND, ROLE, Followed
from ribambelle_assmat.settings import Relais, believed_days
from ribambelle_assmat.tables import Event

DESK = "/bureau/assmat/relais"
EVERYWHERE = ("agent", "admin")
holding = Holding(ROLE, *EVERYWHERE)
AHEAD = timedelta(days=366)
MOST_PLACES = 500
HEADINGS = ("Nom", "Où", "Téléphone", "E-mail", "Enfants", "Places", "Dit le", "Fin de l’agrément")
MENTION = (
    "Téléphone et e-mail ne figurent que si elle accepte de les donner au relais. "
    "Cette liste sert le relais, et personne d’autre."
)
Short = Annotated[str, msgspec.Meta(max_length=120)]


class EventForm(msgspec.Struct, frozen=True):
    """A meeting as it is typed."""

    title: Short = ""
    place: Short = ""
    day: date | None = None
    begins: str = ""
    ends: str = ""
    places: int = 0
    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class ChoicePage:
    """The relais whose space this person may open."""

    relais: list[Relais]


@dataclass(frozen=True)
class RelaisPage:
    """The childminders of a relais."""

    relais: Relais
    rows: list[Followed]
    silent_only: bool
    today: date
    believed_days: int

    @property
    def address(self) -> str:
        """Where its space is."""
        return f"{DESK}/{self.relais.code}"

    @property
    def silent(self) -> int:
        """How many are not up to date."""
        return sum(not one.is_up_to_date(self.today) for one in self.rows)

    @property
    def shown(self) -> list[Followed]:
        """Those asked for."""
        if not self.silent_only:
            return self.rows
        return [one for one in self.rows if not one.is_up_to_date(self.today)]

    @property
    def views(self) -> list[tuple[str, str, int | None, bool]]:
        """All, the silent, the meetings."""
        here = self.address
        return [
            ("Toutes", here, len(self.rows), not self.silent_only),
            (
                f"Sans nouvelles depuis {self.believed_days} jours",
                f"{here}?vue=silencieuses",
                self.silent,
                self.silent_only,
            ),
            ("Rencontres", f"{here}/rencontres", None, False),
        ]


@dataclass(frozen=True)
class EventsPage:
    """The meetings of a relais, and one more to announce."""

    relais: Relais
    coming: list[Seen]
    form: Bound[EventForm] | None = None

    @property
    def address(self) -> str:
        """Where its space is."""
        return f"{DESK}/{self.relais.code}"


@dataclass(frozen=True)
class EventPage:
    """Who comes to a meeting."""

    relais: Relais
    seen: Seen
    names: list[str]
    is_past: bool

    @property
    def address(self) -> str:
        """Where the meeting is."""
        return f"{DESK}/{self.relais.code}/rencontres/{self.seen.row.id}"


def mine(person: Person) -> list[Relais]:
    """Return the relais a person works for: all for an agent."""
    numbers = person.numbers(ROLE, KIND)
    every = following.all_relais()
    return [one for one in every if person.holds(*EVERYWHERE) or one.code in numbers]


def one_of_mine(person: Person, code: int) -> Relais:
    """Return a relais of this person; another does not exist for it."""
    found = next((one for one in mine(person) if one.code == code), None)
    if found is None:
        raise NotYours
    return found


@get(DESK, name="assmat.relais", told="Choisir son relais", guards=[holding])
async def choose(person: NamedDependency[Person]) -> Response[Any]:
    """List the relais; who works for one only is led to it."""
    found = mine(person)
    if len(found) == 1:
        return Redirect(f"{DESK}/{found[0].code}", status_code=303)
    return Page("assmat/office/relais_choice.html", ChoicePage(found))


@get(
    f"{DESK}/{{relais:int}}",
    name="assmat.relais.list",
    told="Voir les assistantes maternelles de son relais, et qui est à jour",
    guards=[holding],
)
async def look(
    relais: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show who works where the relais serves, and since when nothing was heard of each."""
    one = one_of_mine(person, relais)
    silent = request.query_params.get("vue") == "silencieuses"
    rows = await following.followed(one, now.date())
    return Page(
        "assmat/office/relais.html", RelaisPage(one, rows, silent, now.date(), believed_days())
    )


@get(
    f"{DESK}/{{relais:int}}/export/{{kind:str}}",
    name="assmat.relais.file",
    told="Imprimer ou exporter les assistantes maternelles de son relais",
    guards=[holding],
)
async def take(
    relais: FromPath[int],
    kind: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the list to keep or to print."""
    one = one_of_mine(person, relais)
    if kind not in lists.KINDS:
        raise NotYours
    rows = [
        (
            *(each.name, each.where, formats.telephone(each.phone), each.email, each.children),
            *(each.places, each.said_on or "", each.last),
        )
        for each in await following.followed(one, now.date())
    ]
    return await lists.as_file(
        *(kind, one.name, MENTION, HEADINGS, rows),
        name=f"relais-{one.code}",
        person=person,
        of=f"assmat.relais:{one.code}",
        now=now,
    )


@get(
    f"{DESK}/{{relais:int}}/rencontres",
    name="assmat.events",
    told="Voir les rencontres de son relais",
    guards=[holding],
)
async def events(
    relais: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show the meetings to come, and ask for another."""
    one = one_of_mine(person, relais)
    return Page(
        "assmat/office/events.html", EventsPage(one, await meeting.coming([one.code], now.date()))
    )


@post(
    f"{DESK}/{{relais:int}}/rencontres",
    name="assmat.events.announce",
    told="Annoncer une rencontre de son relais",
    guards=[holding],
)
async def announce(
    relais: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Announce a meeting: the childminders of the relais see it at once."""
    one = one_of_mine(person, relais)
    form = _checked(await forms.read(request, EventForm), now.date())
    told = form.told
    if form.errors or told.day is None:
        coming = await meeting.coming([one.code], now.date())
        return Page("assmat/office/events.html", EventsPage(one, coming, form), status=422)
    event = Event(
        relais=one.code,
        title=told.title.strip(),
        place=told.place.strip(),
        day=told.day,
        begins=slots.minutes_of(told.begins),
        ends=slots.minutes_of(told.ends),
        places=told.places,
        words=told.words.strip(),
        created_at=now,
    )
    number = await meeting.announce(event, person)
    seen.tell("ok", "C’est annoncé : les assistantes maternelles du relais peuvent s’inscrire.")
    return Redirect(f"{DESK}/{relais}/rencontres/{number}", status_code=303)


def _checked(form: Bound[EventForm], today: date) -> Bound[EventForm]:
    """Return the form with a sentence beside what nobody could come to."""
    told, wrong, hours = form.told, dict[str, str](), dict[str, int]()
    for name, words in (("title", "Écrivez ce que c’est."), ("place", "Écrivez où.")):
        if not getattr(told, name).strip() and name not in form.errors:
            wrong[name] = words
    for name in ("begins", "ends"):
        try:
            hours[name] = slots.minutes_of(getattr(told, name))
        except Refused:
            wrong[name] = "Écrivez une heure, par exemple 9:30."
    if len(hours) == 2 and hours["ends"] <= hours["begins"]:
        wrong["ends"] = "Écrivez une heure après le début."
    if "day" not in form.errors and (told.day is None or not today <= told.day <= today + AHEAD):
        wrong["day"] = "Choisissez un jour à venir, dans l’année."
    if "places" not in form.errors and not 1 <= told.places <= MOST_PLACES:
        wrong["places"] = f"Entre 1 et {MOST_PLACES} places."
    return form.wrong(**wrong) if wrong else form


@get(
    f"{DESK}/{{relais:int}}/rencontres/{{event:int}}",
    name="assmat.event",
    told="Voir qui vient à une rencontre",
    guards=[holding],
)
async def event(
    relais: FromPath[int],
    event: FromPath[int],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show who comes."""
    one, seen = one_of_mine(person, relais), await meeting.one(event, relais)
    page = EventPage(one, seen, await meeting.registered(event), seen.closed(now) == "past")
    return Page("assmat/office/event.html", page)


@get(
    f"{DESK}/{{relais:int}}/rencontres/{{event:int}}/export/{{kind:str}}",
    name="assmat.event.file",
    told="Imprimer la liste des inscrites à une rencontre",
    guards=[holding],
)
async def attendance(
    relais: FromPath[int],
    event: FromPath[int],
    kind: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the list to tick at the door."""
    one_of_mine(person, relais)
    seen = await meeting.one(event, relais)
    if kind not in lists.KINDS:
        raise NotYours
    mention = f"{formats.jour(seen.row.day, True)}, {seen.hours}, {seen.row.place}"
    rows = [(name, "") for name in await meeting.registered(event)]
    return await lists.as_file(
        *(kind, seen.row.title, mention, ("Nom", "Présente"), rows),
        name=f"rencontre-{event}",
        person=person,
        of=f"assmat.event:{event}",
        now=now,
    )


@post(
    f"{DESK}/{{relais:int}}/rencontres/{{event:int}}/annuler",
    name="assmat.event.cancel",
    told="Annuler une rencontre",
    guards=[holding],
)
async def cancel(
    relais: FromPath[int],
    event: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Cancel a meeting: whoever was to come is told."""
    one_of_mine(person, relais)
    told = await meeting.cancel(event, relais, person, now)
    whom = (
        f" {formats.pluriel(told, 'inscrite est prévenue', 'inscrites sont prévenues')}."
        if told
        else ""
    )
    seen.tell("ok", f"La rencontre est annulée.{whom}")
    return Redirect(f"{DESK}/{relais}/rencontres/{event}", status_code=303)


ROUTES = [choose, look, take, events, announce, event, attendance, cancel]
