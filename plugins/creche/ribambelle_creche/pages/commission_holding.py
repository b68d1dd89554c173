"""Places a commission keeps out of its proposal: whom they cost something, then why."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import preparing, proposing
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.capacity import number
from ribambelle_creche.domain.holding import losing, words
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.preparation import Changes, Extra
from ribambelle_creche.pages.commission_desk import sentence
from ribambelle_creche.pages.commissions import COMMISSIONS
from ribambelle_creche.queries import commissions, facilities, held_places, supplies
from ribambelle_creche.queries.held_places import Held
from ribambelle_creche.tables import Commission

HOLDING = f"{COMMISSIONS}/{{commission:int}}/places-gardees"


class HoldForm(msgspec.Struct, frozen=True):
    """Places to hold, and why."""

    facility: int
    group: Annotated[str, Meta(max_length=10)]
    places: Annotated[int, Meta(ge=1, le=99)]
    reason: Annotated[str, Meta(max_length=20)]
    note: Annotated[str, Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class HoldPage:
    """What is held, and what holding some places would cost to whom."""

    row: Commission
    creches: list[tuple[int, str]]
    held: list[Held]
    asked: Extra | None
    typed: dict[str, str]
    losing: list[str] | None
    wrong: str = ""
    form: forms.Bound[Any] | None = None

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The age groups."""
        return [(group, LABELS[group]) for group in GROUPS]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The reasons a commission may give."""
        return [(code, f"{code} · {words}") for code, words in REASONS.items()]

    @property
    def told(self) -> list[tuple[Held, str, str]]:
        """What is held, in words, with its reason."""
        names = dict(self.creches)
        return [
            (one, words(one.extra, names), REASONS.get(one.reason, one.reason)) for one in self.held
        ]

    @property
    def wanted(self) -> str:
        """What is asked, in words."""
        return words(self.asked, dict(self.creches)) if self.asked else ""


async def wanted(
    tenant: Tenant, row: Commission, facility: int, group: str, places: int | None
) -> tuple[Extra | None, str]:
    """Return the places to hold, or what is wrong with what was asked."""
    if facility not in await facilities.names() or group not in GROUPS or not places:
        return None, "Choisissez une crèche, un âge et combien de places garder."
    given = max(
        (
            many
            for house in await supplies.houses(row, tenant, only=[facility])
            for cells in house.given
            for (section, _, _), many in cells.items()
            if section == group
        ),
        default=0,
    )
    if places > given:
        most = formats.pluriel(given, "place") if given else "aucune place"
        return None, f"Cette section donne {most} à la commission : gardez-en {given} au plus."
    return Extra(facility, group, places), ""


async def cost(tenant: Tenant, row: Commission, asked: Extra) -> list[str]:
    """Return the files that holding these places would cost a place, or one they prefer."""
    known = await preparing.gathered(tenant, row, Changes())
    others = [
        one for one in known.lot.held if (one.facility, one.group) != (asked.facility, asked.group)
    ]
    given, without = await asyncio.to_thread(proposing.holding_only, known, others)
    _, after = await asyncio.to_thread(proposing.holding_only, known, [*others, asked])
    return losing(given, after, without)


async def hold_page(
    tenant: Tenant,
    commission: int,
    typed: dict[str, str],
    *,
    wrong: str = "",
    form: forms.Bound[Any] | None = None,
) -> Page:
    """Show what is held, and the effect of what was asked; nothing is kept of it."""
    row = await commissions.one(commission)
    asked, found = None, None
    if any(typed.values()):
        if row.state == "closed":
            asked, fault = await wanted(
                tenant,
                row,
                number(typed["facility"]) or 0,
                typed["group"],
                number(typed["places"]),
            )
        else:
            fault = sentence(Refused("commission_not_closed"))
        wrong = wrong or fault
        found = await cost(tenant, row, asked) if asked else None
    names = await facilities.names()
    page = HoldPage(
        row=row,
        creches=sorted(names.items(), key=lambda one: one[1].casefold()),
        held=await held_places.standing(commission),
        asked=asked,
        typed=typed,
        losing=found,
        wrong=wrong,
        form=form,
    )
    return Page("creche/office/desk_hold.html", page, status=422 if wrong or form else 200)


def typed_in(given: Any) -> dict[str, str]:
    """Return what names places, as it was typed."""
    return {name: str(given.get(name, "")) for name in ("facility", "group", "places")}


@get(
    HOLDING,
    name="creche.desk.hold",
    told="Voir l’effet de places gardées avant de les garder",
    guards=[guards.agent],
)
async def consider(
    request: Request[Any, Any, Any], commission: FromPath[int], tenant: NamedDependency[Tenant]
) -> Page:
    """Show whom holding some places would cost something."""
    return await hold_page(tenant, commission, typed_in(request.query_params))


@post(
    HOLDING,
    name="creche.desk.hold.put",
    told="Garder des places hors de la proposition",
    guards=[guards.agent],
)
async def put(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Hold places, with the reason and whom they cost something; the proposal is made again."""
    row, form = await commissions.one(commission), await forms.read(request, HoldForm)
    typed, told = typed_in(form.raw), form.struct
    if told is None:
        return await hold_page(tenant, commission, typed, form=form)
    if told.reason not in REASONS:
        wrong = form.wrong(reason="Choisissez le motif dans la liste.")
        return await hold_page(tenant, commission, typed, form=wrong)
    try:
        asked, fault = await wanted(tenant, row, told.facility, told.group, told.places)
        if asked is None:
            return await hold_page(tenant, commission, typed, wrong=fault)
        note = told.note.strip()
        await held_places.hold(commission, asked, told.reason, note, person.account, now)
        said = words(asked, await facilities.names())
        label = f"Gardées : {said}"[:120]
        await proposing.run(tenant, row, Changes(), label, person.account, now)
    except Refused as refusal:
        return await hold_page(tenant, commission, typed, wrong=sentence(refusal))
    seen.tell("ok", f"Gardées : {said}. La proposition a été refaite.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition", status_code=303)


class BackForm(msgspec.Struct, frozen=True):
    """The section whose places are given back."""

    facility: int
    group: Annotated[str, Meta(max_length=10)]


@post(
    f"{HOLDING}/rendre",
    name="creche.desk.hold.lift",
    told="Rendre des places gardées à la proposition",
    guards=[guards.agent],
)
async def give_back(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give back the places held of a section; the proposal is made again."""
    row, form = await commissions.one(commission), await forms.read(request, BackForm)
    if form.struct is None:
        raise NotYours
    try:
        await held_places.give_back(
            commission, form.struct.facility, form.struct.group, person.account, now
        )
        await proposing.run(tenant, row, Changes(), "Places rendues", person.account, now)
    except Refused as refusal:
        return await hold_page(tenant, commission, typed_in({}), wrong=sentence(refusal))
    seen.tell("ok", "Places rendues. La proposition a été refaite.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition", status_code=303)


ROUTES = [consider, put, give_back]
