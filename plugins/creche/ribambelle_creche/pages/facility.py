"""A crèche's own pages: who asks for it, whom to call, its free places, what it says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.identity import Person, households
from ribambelle.identity.tables import Adult
from ribambelle.tenants import Tenant
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche.domain import capacity
from ribambelle_creche.domain.age import GROUPS, LABELS, AgeLimits
from ribambelle_creche.domain.capacity import Cell, Place
from ribambelle_creche.domain.contact import AGAIN, NEW, OUTCOMES, Waiting, standing
from ribambelle_creche.domain.facility import KINDS
from ribambelle_creche.domain.week import DAYS, HALVES, slots, words
from ribambelle_creche.queries import contacts, facilities, wishes
from ribambelle_creche.queries.contacts import Late, Said
from ribambelle_creche.queries.wishes import WishRow
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility
from ribambelle_creche.workflow import WORKFLOW

manager = Holding("creche_manager", "agent", "admin")
PAGE = 25
FIRST_CALLS = 5
VIEWS = {"a-contacter": "À contacter", "jointes": "Déjà jointes", "toutes": "Toutes"}


@dataclass(frozen=True)
class Space:
    """One crèche's pages, and which of them is shown."""

    facility: Facility
    current: str
    to_call: int

    @property
    def address(self) -> str:
        """Where the crèche's pages are."""
        return f"/creche/direction/{self.facility.id}"

    @property
    def tabs(self) -> list[tuple[str, str, int | None, bool]]:
        """The pages, as the top of each shows them."""
        pages = (
            ("Aujourd’hui", "", None),
            ("Demandes", "/demandes", self.to_call),
            ("Places", "/places", None),
            ("Fiche", "/fiche", None),
        )
        return [
            (label, self.address + path, count, path == self.current)
            for label, path, count in pages
        ]


@dataclass(frozen=True, slots=True)
class Call:
    """One family that names the crèche, and where the crèche stands with it."""

    wish: WishRow
    waiting: Waiting

    @property
    def standing(self) -> str:
        """Never called, to call again, reached, or gone."""
        return standing(self.wish.outcome)

    @property
    def is_to_call(self) -> bool:
        """Tell whether somebody still has to call."""
        return self.standing in (NEW, AGAIN)

    @property
    def late(self) -> int:
        """How many days late the first call is; 0 once somebody called."""
        return self.waiting.late if self.standing == NEW else 0

    @property
    def outcome(self) -> str:
        """What came of the last call, in words."""
        return OUTCOMES.get(self.wish.outcome, "")

    @property
    def group(self) -> str:
        """The age group at the start wished, in words."""
        return LABELS.get(self.wish.age_group, "Âge à préciser")

    @property
    def state(self) -> str:
        """Where the file stands at the town hall, in words."""
        return WORKFLOW.state(self.wish.state).label

    @property
    def week(self) -> str:
        """The week wished, in words."""
        return words(self.wish.slots) or "Semaine non précisée"

    @property
    def slots(self) -> tuple[str, ...]:
        """The half-days wished."""
        return slots(self.wish.slots)


async def calls_of(facility: Facility, tenant: Tenant, today: date) -> list[Call]:
    """Return the families that name a crèche, the longest waiting first."""
    within = tenant.of(Settings).contact_within_days
    return [
        Call(row, Waiting(row.since.astimezone(tenant.zone).date(), today, within))
        for row in await wishes.of_facility(facility.id)
    ]


def to_call(calls: Sequence[Call]) -> int:
    """Return how many families are still to be called."""
    return sum(call.is_to_call for call in calls)


def side_of(person: Person) -> str:
    """Return for whom this person acts here."""
    return "office" if person.holds("agent", "admin") else "facility"


# -- which crèche, and its day ---------------------------------------------------------------


@dataclass(frozen=True)
class ChoicePage:
    """The crèches this person may open, and which are late to call."""

    facilities: list[Facility]
    late: dict[int, Late]


@dataclass(frozen=True)
class BoardPage:
    """Where demand and calls stand in one crèche at this moment."""

    space: Space
    kind: str
    at: datetime
    calls: list[Call]
    ranks: int
    counts: dict[tuple[str, int], int]
    cells: dict[Place, Cell]

    @property
    def total(self) -> int:
        """How many living files name the crèche."""
        return sum(self.counts.values())

    @property
    def pending(self) -> int:
        """How many of them the town hall has not found complete yet."""
        return self.total - len(self.calls)

    @property
    def figures(self) -> list[tuple[str, int, str]]:
        """What a manager looks at first."""
        first = sum(count for (_, rank), count in self.counts.items() if rank == 1)
        late = sum(call.late > 0 for call in self.calls)
        free = sum(cell.free for cell in self.cells.values())
        return [
            ("Demandes qui vous nomment", self.total, ""),
            ("En premier vœu", first, ""),
            ("Familles à appeler", self.space.to_call, ""),
            ("Appels en retard", late, ""),
            ("Demi-journées libres", free, ""),
        ]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The heads of the table of wishes."""
        ranks = [("1er vœu" if n == 1 else f"{n}e vœu", "n") for n in range(1, self.ranks + 1)]
        return [("Âge à l’entrée", ""), *ranks, ("Total", "n")]

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """Wishes by age group and rank, with their sum; those without an age only if any."""
        known = [*GROUPS, *([""] if any(group == "" for group, _ in self.counts) else [])]
        rows = []
        for group in known:
            line = [self.counts.get((group, rank), 0) for rank in range(1, self.ranks + 1)]
            rows.append((LABELS.get(group, "Âge à préciser"), [*line, sum(line)]))
        sums = [sum(line[n] for _, line in rows) for n in range(self.ranks + 1)]
        return [*rows, ("Total", sums)]

    @property
    def first_calls(self) -> list[Call]:
        """The families to call first."""
        return [call for call in self.calls if call.is_to_call][:FIRST_CALLS]


async def board(facility: Facility, tenant: Tenant, now: datetime) -> Page:
    """Show the day of one crèche."""
    calls, counts = await calls_of(facility, tenant, now.date()), await wishes.counts(facility.id)
    page = BoardPage(
        space=Space(facility, "", to_call(calls)),
        kind=KINDS[facility.kind],
        at=now,
        calls=calls,
        ranks=max([tenant.of(Settings).max_wishes, *(rank for _, rank in counts)]),
        counts=counts,
        cells=await facilities.grid(facility.id),
    )
    return Page("creche/facility/board.html", page)


@get("/creche/direction", name="creche.facility.home", guards=[manager])
async def home(
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the crèche this person directs, or which there are when there are several."""
    mine = await facilities.open_to(person)
    if len(mine) == 1:
        return await board(mine[0], tenant, now)
    late = {one.facility: one for one in await contacts.overdue(now)} if mine else {}
    return Page("creche/facility/choice.html", ChoicePage(mine, late))


@get("/creche/direction/{facility:int}", name="creche.facility.board", guards=[manager])
async def day(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the day of one crèche."""
    return await board(await facilities.managed(person, facility), tenant, now)


# -- the families ----------------------------------------------------------------------------


@dataclass(frozen=True)
class RequestsPage:
    """One view of the families that name the crèche."""

    space: Space
    view: str
    calls: list[Call]
    counts: dict[str, int]
    page: int

    @property
    def shown(self) -> list[Call]:
        """The families of this page."""
        return self.calls[(self.page - 1) * PAGE : self.page * PAGE]

    @property
    def total(self) -> int:
        """How many families the view holds."""
        return len(self.calls)

    @property
    def first(self) -> int:
        """The rank of the first family shown."""
        return (self.page - 1) * PAGE + 1 if self.shown else 0

    @property
    def last(self) -> int:
        """The rank of the last family shown."""
        return self.first + len(self.shown) - 1 if self.shown else 0

    @property
    def before(self) -> str | None:
        """The address of the page before."""
        return self.address(self.view, self.page - 1) if self.page > 1 else None

    @property
    def after(self) -> str | None:
        """The address of the page after."""
        return self.address(self.view, self.page + 1) if self.last < self.total else None

    @property
    def views(self) -> list[tuple[str, str, int, bool]]:
        """The views there are, with how many families each holds."""
        return [
            (label, self.address(view), self.counts[view], view == self.view)
            for view, label in VIEWS.items()
        ]

    def address(self, view: str, page: int = 1) -> str:
        """Return the address of a view."""
        later = f"&page={page}" if page > 1 else ""
        return f"{self.space.address}/demandes?vue={view}{later}"

    days = DAYS
    halves = (("am", "matin"), ("pm", "après-midi"))


@get("/creche/direction/{facility:int}/demandes", name="creche.facility.requests", guards=[manager])
async def requests(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the families that name the crèche: first those to call, the longest waiting first."""
    one = await facilities.managed(person, facility)
    calls = await calls_of(one, tenant, now.date())
    kept = {
        "a-contacter": [call for call in calls if call.is_to_call],
        "jointes": [call for call in calls if not call.is_to_call],
        "toutes": calls,
    }
    view, page = asked_of(request)
    counts = {name: len(found) for name, found in kept.items()}
    space = Space(one, "/demandes", counts["a-contacter"])
    return Page(
        "creche/facility/requests.html", RequestsPage(space, view, kept[view], counts, page)
    )


def asked_of(request: Request[Any, Any, Any]) -> tuple[str, int]:
    """Read which view and page are asked for; what makes no sense is as if it were not said."""
    view, page = (str(request.query_params.get(name, "")) for name in ("vue", "page"))
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    return view if view in VIEWS else "a-contacter", max(1, number)


class ContactForm(msgspec.Struct, frozen=True):
    """What came of a call or a meeting."""

    outcome: str
    note: Annotated[str, Meta(max_length=500)] = ""


@dataclass(frozen=True)
class RequestPage:
    """One family that names the crèche, and what was said so far."""

    space: Space
    call: Call
    limits: AgeLimits
    adults: list[Adult]
    said: list[Said]
    form: forms.Bound[ContactForm] | None = None

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """What may come of a call, to choose from."""
        return list(OUTCOMES.items())

    @property
    def group(self) -> str:
        """The age group at the start wished, with its ages."""
        group = self.call.wish.age_group
        return self.limits.label(group) if group else "Âge à préciser"


async def request_page(
    facility: Facility,
    number: int,
    tenant: Tenant,
    today: date,
    form: forms.Bound[ContactForm] | None = None,
) -> Page:
    """Show one family, before a call is written down or after it was written wrongly."""
    wish, settings = await wishes.one(facility.id, number), tenant.of(Settings)
    since = wish.since.astimezone(tenant.zone).date()
    page = RequestPage(
        space=Space(facility, "/demandes", to_call(await calls_of(facility, tenant, today))),
        call=Call(wish, Waiting(since, today, settings.contact_within_days)),
        limits=AgeLimits(settings.baby_until_months, settings.middle_until_months),
        adults=await households.adults_of(wish.household) if wish.household else [],
        said=await contacts.of_application(number, facility.id),
        form=form,
    )
    return Page("creche/facility/request.html", page, status=422 if form else 200)


@get(
    "/creche/direction/{facility:int}/demandes/{number:int}",
    name="creche.facility.request",
    guards=[manager],
)
async def one_request(
    facility: FromPath[int],
    number: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show one family to the crèche it names; the look itself is written in the journal."""
    one = await facilities.managed(person, facility)
    page = await request_page(one, number, tenant, now.date())
    await journal.record(
        "creche.file_read",
        f"creche.application:{number}",
        account=person.account,
        side=side_of(person),
        read_only=True,
        facility=facility,
    )
    return page


@post(
    "/creche/direction/{facility:int}/demandes/{number:int}/contact",
    name="creche.facility.contact",
    guards=[manager],
)
async def contact(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    number: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write down a call or a meeting with a family."""
    one = await facilities.managed(person, facility)
    wish = await wishes.one(facility, number)
    form = await forms.read(request, ContactForm)
    if form.raw.get("outcome") not in OUTCOMES:
        form = form.wrong(outcome="Choisissez ce qui s’est passé.")
    if form.struct is None:
        return await request_page(one, number, tenant, now.date(), form)
    said = form.struct
    await contacts.record(
        number, facility, said.outcome, said.note, person.account, now, side_of(person)
    )
    seen.tell("ok", f"{wish.child_name}, {wish.number} : {OUTCOMES[said.outcome].lower()}, noté.")
    return Redirect(f"/creche/direction/{facility}/demandes", status_code=303)


# -- the places ------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlacesPage:
    """The places of a crèche, half-day by half-day, as they are or as they were just typed."""

    space: Space
    cells: dict[Place, Cell]
    changed_at: datetime | None
    form: forms.Bound[Any] | None = None

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The age groups, one table each."""
        return [(group, LABELS[group]) for group in GROUPS]

    @property
    def above(self) -> list[tuple[str, int]]:
        """The half-days with more places than the crèche is authorised for."""
        return capacity.above(self.cells, self.space.facility.places)

    def rows(self, group: str) -> list[tuple[str, list[tuple[str, str, int]]]]:
        """Return the half-days of a group: their name, then each number with its field."""
        return [
            (
                capacity.half_day(weekday, half),
                [
                    (label, capacity.field((group, weekday, half), what), getattr(cell, what))
                    for label, what in (("places", "places"), ("libres", "free"))
                ],
            )
            for weekday in range(len(DAYS))
            for half in HALVES
            for cell in [self.cells.get((group, weekday, half), Cell())]
        ]


async def places_page(
    facility: Facility,
    tenant: Tenant,
    today: date,
    form: forms.Bound[Any] | None = None,
) -> Page:
    """Show the places of a crèche."""
    changed = await facilities.changed_at(facility.id)
    page = PlacesPage(
        space=Space(facility, "/places", to_call(await calls_of(facility, tenant, today))),
        cells=await facilities.grid(facility.id),
        changed_at=changed.astimezone(tenant.zone) if changed else None,
        form=form,
    )
    return Page("creche/facility/places.html", page, status=422 if form else 200)


@get("/creche/direction/{facility:int}/places", name="creche.facility.places", guards=[manager])
async def places(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the places of a crèche, to change them."""
    return await places_page(await facilities.managed(person, facility), tenant, now.date())


@post(
    "/creche/direction/{facility:int}/places", name="creche.facility.set_places", guards=[manager]
)
async def set_places(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Save the places of a crèche, all of them or none."""
    one = await facilities.managed(person, facility)
    typed = dict((await request.form()).items())
    cells, errors = capacity.read(typed)
    if errors:
        return await places_page(one, tenant, now.date(), forms.Bound(None, errors, typed))
    changed = await facilities.set_grid(facility, cells, person.account, now, side_of(person))
    seen.tell("ok", told(changed))
    return Redirect(f"/creche/direction/{facility}/places", status_code=303)


def told(changed: int) -> str:
    """Say how many half-days changed.

    >>> told(0), told(1), told(3)
    ('Rien n’a changé.', '1 demi-journée enregistrée.', '3 demi-journées enregistrées.')
    """
    if not changed:
        return "Rien n’a changé."
    return f"{changed} demi-journée{'s' * (changed > 1)} enregistrée{'s' * (changed > 1)}."


# -- the sheet -------------------------------------------------------------------------------


class SheetForm(msgspec.Struct, frozen=True):
    """What a crèche says of itself to families."""

    hours: Annotated[str, Meta(max_length=120)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    languages: Annotated[str, Meta(max_length=200)] = ""
    project: Annotated[str, Meta(max_length=4000)] = ""
    parent_support: Annotated[str, Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class EditPage:
    """The sheet of a crèche, to change it."""

    space: Space
    form: forms.Bound[SheetForm] | None = None


async def edit_page(
    facility: Facility,
    tenant: Tenant,
    today: date,
    form: forms.Bound[SheetForm] | None = None,
) -> Page:
    """Show the sheet of a crèche."""
    space = Space(facility, "/fiche", to_call(await calls_of(facility, tenant, today)))
    return Page("creche/facility/edit.html", EditPage(space, form), status=422 if form else 200)


@get("/creche/direction/{facility:int}/fiche", name="creche.facility.sheet", guards=[manager])
async def sheet(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the sheet of a crèche, to change it."""
    return await edit_page(await facilities.managed(person, facility), tenant, now.date())


@post("/creche/direction/{facility:int}/fiche", name="creche.facility.edit", guards=[manager])
async def edit(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Save what a crèche says of itself; families read it at once."""
    one = await facilities.managed(person, facility)
    form = await forms.read(request, SheetForm)
    if form.struct is None:
        return await edit_page(one, tenant, now.date(), form)
    sheet = msgspec.structs.asdict(form.struct)
    await facilities.edit_sheet(facility, sheet, person.account, side_of(person))
    seen.tell("ok", "Fiche enregistrée : les familles la lisent dès maintenant.")
    return Redirect(f"/creche/direction/{facility}/fiche", status_code=303)


ROUTES = [
    home,
    day,
    requests,
    one_request,
    contact,
    places,
    set_places,
    sheet,
    edit,
]
