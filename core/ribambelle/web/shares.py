"""What partners are shown: the agent shares it and takes it back, the partner reads it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.messages import post as write
from ribambelle.sharing import Shown, keeping
from ribambelle.sharing.keeping import READER, Partner
from ribambelle.sharing.tables import Share
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.guards import Holding
from ribambelle.web.home import Card
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

DESK, PAGE = "/bureau/partages", "/partages"
LONGEST = timedelta(days=400)
"""A school year and its summer: a share is looked at again every year."""
reader = Holding(READER, "agent", "admin")


class NewShare(msgspec.Struct, frozen=True):
    """What to show, to whom, until when."""

    partner: str
    thing: str
    until: date


@dataclass(frozen=True)
class DeskPage:
    """What partners may read today, and something more to show."""

    standing: list[Share]
    names: dict[int, str]
    partners: list[tuple[str, str]]
    things: list[tuple[str, str]]
    form: Bound[NewShare] | None = None


async def _desk(now: datetime, form: Bound[NewShare] | None = None) -> Page:
    rows = await keeping.standing(now.date())
    page = DeskPage(
        rows,
        {one.id: one.account.name or one.account.email for one in rows},
        [(str(one.account), one.name) for one in await keeping.partners()],
        await _things(),
        form,
    )
    return Page("sharing/desk.html", page, status=422 if form else 200)


async def _things() -> list[tuple[str, str]]:
    return [
        (f"{kind.code}:{number}", f"{kind.label} : {name}")
        for kind in keeping.kinds().values()
        for number, name in (await kind.choices()).items()
    ]


@get(
    DESK, name="office.shares", told="Voir ce qui est montré aux partenaires", guards=[guards.agent]
)
async def desk(now: NamedDependency[datetime]) -> Page:
    """Show what partners may read, and the form that shows them more."""
    return await _desk(now)


@post(DESK, name="office.share", told="Montrer une liste à un partenaire", guards=[guards.agent])
async def share(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Show something to a partner, and write to them."""
    form = await forms.read(request, NewShare)
    known = {str(one.account): one for one in await keeping.partners()}
    form = _examined(form, set(known), {code for code, _ in await _things()}, now.date())
    if form.struct is None:
        return await _desk(now, form)
    partner, (kind, _, thing) = known[form.struct.partner], form.struct.thing.rpartition(":")
    try:
        async with transaction():
            number, is_new = await keeping.share(
                partner.account, kind, int(thing), form.struct.until, person.account, now
            )
            if is_new:
                await _tell(partner, number, form.struct.until, tenant)
    except Refused as refusal:
        if refusal.reason != "nothing_to_share":
            raise
        return await _desk(now, form.wrong(thing=CHOOSE))
    seen.tell("ok", f"{partner.name} peut maintenant le lire, et en est prévenu par e-mail.")
    return Redirect(DESK, status_code=303)


CHOOSE = "Choisissez ce que vous montrez dans la liste."


def _examined(
    form: Bound[NewShare], partners: set[str], things: set[str], today: date
) -> Bound[NewShare]:
    told = form.partial
    if told is None:
        return form
    wrong = {}
    if told.partner not in partners:
        wrong["partner"] = "Choisissez un partenaire de la liste."
    if told.thing not in things:
        wrong["thing"] = CHOOSE
    if not today <= told.until <= today + LONGEST:
        wrong["until"] = "Choisissez un jour entre aujourd’hui et la fin de l’année scolaire."
    return form.wrong(**{name: form.errors.get(name, said) for name, said in wrong.items()})


async def _tell(partner: Partner, number: int, until: date, tenant: Tenant) -> None:
    await write(
        "messages/shared",
        partner.email,
        account=partner.account,
        name=partner.name,
        until=until,
        link=tenant.url(f"{PAGE}/{number}"),
    )


@post(
    f"{DESK}/{{number:int}}/fin",
    name="office.unshare",
    told="Ne plus montrer une liste à un partenaire",
    guards=[guards.agent],
)
async def end(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Take back what a partner reads: from now on they do not."""
    await keeping.end(number, person.account, now)
    seen.tell("ok", "C’est repris : ce partenaire ne peut plus le lire.")
    return Redirect(DESK, status_code=303)


@dataclass(frozen=True)
class SharePage:
    """One thing shown to a partner, as it is today."""

    share: Share
    shown: Shown


@get(
    f"{PAGE}/{{number:int}}",
    name="share",
    told="Lire ce que la mairie montre à un partenaire",
    guards=[reader],
)
async def look(
    number: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show it to its partner; the look itself is written in the journal."""
    found = await keeping.one_for(person, number, now.date())
    shown = await keeping.kinds()[found.kind].read(found.thing, now.date())
    await journal.record(
        "share.read",
        f"share:{number}",
        account=person.account,
        side="office",
        read_only=True,
        kind=found.kind,
        thing=found.thing,
    )
    return Page("sharing/share.html", SharePage(found, shown))


@dataclass(frozen=True)
class SharedCard:
    """What a partner may read, as links."""

    links: list[tuple[str, str, str, str]] = field(default_factory=list)


async def card(person: Person | None) -> list[Card]:
    """Return the card of what is shown to a partner, on their home page."""
    if person is None or not person.holds(READER):
        return []
    found = await keeping.of_partner(person.account, tenants.current().now().date())
    links = [("feuille", one.label, f"{PAGE}/{one.id}", _until(one.until)) for one in found]
    return [Card("sharing/card.html", SharedCard(links), rank=10)]


def _until(day: date) -> str:
    return f"jusqu’au {day:%d/%m/%Y}"


ROUTES = [desk, share, end, look]
