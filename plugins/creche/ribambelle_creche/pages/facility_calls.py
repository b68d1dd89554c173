"""The families that name a crèche: whom to call, and what came of each call."""

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
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.contact import OUTCOMES, Waiting
from ribambelle_creche.domain.week import days, has_saturday
from ribambelle_creche.pages.facility_space import (
    Call,
    Space,
    calls_of,
    is_hidden,
    manager,
    nameless,
    side_of,
    to_call,
)
from ribambelle_creche.queries import contacts, facilities, wishes
from ribambelle_creche.queries.contacts import Said
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility

PAGE = 25
VIEWS = {"a-contacter": "À contacter", "jointes": "Déjà jointes", "toutes": "Toutes"}


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

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days the crèche opens, with a Saturday that a family asks for where it is closed."""
        asked = any(has_saturday(call.wish.slots) for call in self.calls)
        return days(saturday=asked or self.space.facility.opens_saturday)

    halves = (("am", "matin"), ("pm", "après-midi"))


@get(
    "/creche/direction/{facility:int}/demandes",
    name="creche.facility.requests",
    told="Voir les familles qui demandent la crèche",
    guards=[manager],
)
async def requests(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the families that name the crèche: first those to call, the longest waiting first."""
    one = await facilities.managed(person, facility)
    calls = await calls_of(one, tenant, now.date(), person)
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
    is_hidden: bool = False
    """The commune shows who the family is once its child is admitted."""

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
    person: Person,
    today: date,
    form: forms.Bound[ContactForm] | None = None,
) -> Page:
    """Show one family, before a call is written down or after it was written wrongly."""
    wish, settings = await wishes.one(facility.id, number), tenant.of(Settings)
    since = wish.since.astimezone(tenant.zone).date()
    hides = is_hidden(tenant, person)
    known = wish.household if wish.household and not hides else 0
    page = RequestPage(
        space=Space(facility, "/demandes", to_call(await calls_of(facility, tenant, today))),
        call=Call(
            nameless(wish) if hides else wish, Waiting(since, today, settings.contact_within_days)
        ),
        limits=settings.ages,
        adults=await households.adults_of(known) if known else [],
        is_hidden=hides,
        said=await contacts.of_application(number, facility.id),
        form=form,
    )
    return Page("creche/facility/request.html", page, status=422 if form else 200)


@get(
    "/creche/direction/{facility:int}/demandes/{number:int}",
    name="creche.facility.request",
    reads="creche.application:{number}",
    told="Lire la demande d’une famille",
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
    page = await request_page(one, number, tenant, person, now.date())
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
    told="Noter un appel ou une rencontre",
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
        return await request_page(one, number, tenant, person, now.date(), form)
    said = form.struct
    await contacts.record(
        number, facility, said.outcome, said.note, person.account, now, side_of(person)
    )
    seen.tell("ok", f"{wish.child_name}, {wish.number} : {OUTCOMES[said.outcome].lower()}, noté.")
    return Redirect(f"/creche/direction/{facility}/demandes", status_code=303)


ROUTES = [requests, one_request, contact]
