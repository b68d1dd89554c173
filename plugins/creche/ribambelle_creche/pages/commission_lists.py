"""The lists a commission reads, section by section, and the pins it puts on them."""

import asyncio
from collections.abc import Collection
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
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche import preparing, proposing
from ribambelle_creche.domain import desk, week
from ribambelle_creche.domain.admission import Option
from ribambelle_creche.domain.admission import propose as propose_places
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.desk import Effect, HalfDay, Line
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.preparation import Changes, file_of
from ribambelle_creche.pages.commission_desk import Run, opened, sentence
from ribambelle_creche.pages.commissions import COMMISSIONS, OFFICE, reader
from ribambelle_creche.pages.facility_space import manager
from ribambelle_creche.queries import commissions, facilities, feasibility, pins, proposals
from ribambelle_creche.queries.feasibility import Said
from ribambelle_creche.tables import Commission, Facility

ROWS = (("am", "Matin", ""), ("pm", "Après-midi", ""))


@dataclass(frozen=True)
class ListPage:
    """One list: a section's half-days, and the files that ask for it in the order they pass."""

    row: Commission
    facility: Facility
    group: str
    run: Run
    lines: list[Line]
    half_days: list[HalfDay]
    traces: dict[str, list[tuple[str, int]]]
    others: list[tuple[int, str, str]]
    names: dict[str, str]
    is_office: bool
    """It is read in the office: by the town hall, or by a member of the commission."""
    may_change: bool
    """It is the town hall that reads: it pins, and may ask for names."""
    answers: dict[str, list[Said]]
    """What the crèche answered of each file: whether it can welcome the child."""

    rows = ROWS

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days the crèche opens, with a Saturday that a file asks for where it is closed."""
        return week.days(saturday=self.has_saturday)

    @property
    def has_saturday(self) -> bool:
        """Tell whether the list says something of Saturday."""
        asked = (slot for line in self.lines for slot in line.slots)
        return bool(self.facility.opens_saturday) or any(map(week.is_saturday, asked))

    @property
    def title(self) -> str:
        """The crèche and the age group."""
        return f"{self.facility.name}, {LABELS[self.group].lower()}"

    @property
    def may_pin(self) -> bool:
        """Tell whether a file may be given a place, or none, by hand."""
        return self.may_change and self.row.state == "closed"

    @property
    def by_half(self) -> list[tuple[str, list[HalfDay]]]:
        """The half-days, mornings then afternoons."""
        open_then = week.shown(saturday=self.has_saturday)
        return [
            (
                label,
                [
                    one
                    for one in self.half_days
                    if one.slot in open_then and one.slot.endswith(half)
                ],
            )
            for half, label in (("am", "Matin"), ("pm", "Après-midi"))
        ]

    @property
    def place(self) -> int:
        """Which of the lists this one is, from 0."""
        return [(facility, group) for facility, group, _ in self.others].index(
            (self.facility.id, self.group)
        )

    @property
    def before(self) -> tuple[int, str, str] | None:
        """The list before this one."""
        return self.others[self.place - 1] if self.place else None

    @property
    def after(self) -> tuple[int, str, str] | None:
        """The list after this one."""
        rest = self.others[self.place + 1 :]
        return rest[0] if rest else None

    def trace(self, line: Line) -> list[tuple[str, int]]:
        """Return where the points of a file come from, here."""
        told = list(self.traces.get(file_of(line.application.id), ()))
        if line.option.bonus:
            told.append(("Dans cette crèche", line.option.bonus))
        return told

    def asked(self, line: Line) -> str:
        """Return the week asked for, in words."""
        return week.words(week.bits(line.slots)) or "Semaine non précisée"

    def full(self, line: Line) -> str:
        """Return the half-days that keep a file out, in words."""
        days = [slot for slot in line.blocked if slot in week.SLOTS]
        if not days:
            return "semaine complète" if line.blocked else ""
        staff = set(line.short_staffed)
        told = [
            f"{words} {week.words(week.bits(found))}"
            for words, found in (
                ("complet", [slot for slot in days if slot not in staff]),
                ("pas assez d’adultes", [slot for slot in days if slot in staff]),
            )
            if found
        ]
        return " ; ".join(told)

    def answer(self, line: Line) -> Said | None:
        """Return what the crèche answered of a file, if it did."""
        said = self.answers.get(file_of(line.application.id))
        return said[0] if said else None

    def name(self, line: Line) -> str:
        """Return the child's name when identities are shown."""
        return self.names.get(file_of(line.application.id), "")


async def list_page(
    commission: int,
    facility: int,
    group: str,
    *,
    is_office: bool,
    may_change: bool = False,
    names: bool = False,
) -> ListPage:
    """Lay out one list; a section nobody asks for, or a run not made yet, does not exist."""
    row = await commissions.one(commission)
    _, run = await opened(row)
    if run is None or group not in GROUPS:
        raise NotYours
    wishes = await proposals.wishes(commission)
    lines = desk.lines(run.given, run.found, (facility, group), wishes)
    if not lines:
        raise NotYours
    every = await facilities.ever()
    if facility not in every:
        raise NotYours
    numbers = sorted({file_of(one.application.id) for one in lines})
    files = await proposals.names(numbers) if names else {}
    return ListPage(
        row=row,
        facility=every[facility],
        group=group,
        run=run,
        lines=lines,
        half_days=desk.half_days(run.found, (facility, group)),
        traces=await proposals.traces(commission, numbers),
        others=sorted(
            [
                (other, one, f"{every[other].name}, {LABELS[one].lower()}")
                for other, one in desk.sections(run.given, run.found, wishes)
                if other in every and (is_office or other == facility)
            ],
            key=lambda each: (every[each[0]].name.casefold(), GROUPS.index(each[1])),
        ),
        names={number: file.child_name for number, file in files.items()},
        is_office=is_office,
        may_change=may_change,
        answers=await feasibility.of_commission(commission, facility),
    )


@get(
    f"{COMMISSIONS}/{{commission:int}}/listes/{{facility:int}}/{{group:str}}",
    name="creche.desk.list",
    told="Lire une liste de préparation de commission",
    guards=[reader],
)
async def look(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    facility: FromPath[int],
    group: FromPath[str],
    person: NamedDependency[Person],
) -> Page:
    """Show a list without names; with them on demand to the town hall, which the journal keeps."""
    may_change = person.holds(*OFFICE)
    shows = may_change and request.query_params.get("noms") == "oui"
    page = await list_page(
        commission, facility, group, is_office=True, may_change=may_change, names=shows
    )
    if shows:
        await journal.record(
            "creche.identities_shown",
            f"creche.commission:{commission}",
            account=person.account,
            side="office",
            read_only=True,
            facility=facility,
            group=group,
        )
    return Page("creche/office/desk_list.html", page)


@get(
    "/creche/direction/{facility:int}/commissions/{commission:int}/liste/{group:str}",
    name="creche.facility.list",
    told="Lire la liste de préparation de sa crèche",
    guards=[manager],
)
async def own(
    commission: FromPath[int],
    facility: FromPath[int],
    group: FromPath[str],
    person: NamedDependency[Person],
) -> Page:
    """Show a crèche its own list, without names: it reads the order and cannot change it."""
    await facilities.managed(person, facility)
    page = await list_page(commission, facility, group, is_office=False)
    return Page("creche/office/desk_list.html", page)


class PinForm(msgspec.Struct, frozen=True):
    """What the commission decides of one file, and why."""

    option: Annotated[str, Meta(max_length=80)]
    reason: Annotated[str, Meta(max_length=20)]
    note: Annotated[str, Meta(max_length=2000)] = ""


NOTHING = "aucune"
"""The option of a file that is given no place."""


@dataclass(frozen=True)
class PinPage:
    """One file to pin: what it may be given, and who would be passed over."""

    row: Commission
    number: str
    options: list[tuple[str, str]]
    option: str
    effects: list[Effect] | None
    passed_over: int
    wrong: str = ""
    form: forms.Bound[Any] | None = None
    is_pinned: bool = False
    answers: tuple[Said, ...] = ()
    """What the crèches answered: whether they can welcome the child."""

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The reasons a commission may give."""
        return [(code, f"{code} · {words}") for code, words in REASONS.items()]


@get(
    f"{COMMISSIONS}/{{commission:int}}/epingles/{{file:str}}",
    name="creche.desk.pin",
    told="Voir l’effet d’une épingle avant de la poser",
    guards=[guards.agent],
)
async def consider(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    file: FromPath[str],
    tenant: NamedDependency[Tenant],
) -> Page:
    """Show what giving this place, or none, would change for everybody else."""
    option = str(request.query_params.get("option", ""))
    return await pin_page(tenant, commission, file, option)


async def pin_page(
    tenant: Tenant,
    commission: int,
    number: str,
    option: str,
    wrong: str = "",
    form: forms.Bound[Any] | None = None,
) -> Page:
    """Compute the effect of a pin, and keep nothing of it."""
    row = await commissions.one(commission)
    await pins.file_of(commission, number)
    given = await preparing.snapshot_of(tenant, row)
    own = [one for one in given.applications if file_of(one.id) == number]
    if not own:
        raise NotYours
    names = await facilities.names()
    wishes = (await proposals.wishes(commission)).get(number)
    options = [(one.id, told(one, names, wishes)) for one in own[0].options]
    effects, passed = None, 0
    if option in [code for code, _ in options] or option == NOTHING:
        try:
            effects, passed = await effect(tenant, row, number, option)
        except Refused as refusal:
            wrong = wrong or sentence(refusal)
    page = PinPage(
        row=row,
        number=number,
        options=[*options, (NOTHING, "Aucune place")],
        option=option,
        effects=effects,
        passed_over=passed,
        wrong=wrong,
        form=form,
        answers=tuple((await feasibility.of_commission(commission)).get(number, ())),
        is_pinned=any(one.number == number for one in await pins.standing(commission)),
    )
    return Page("creche/office/desk_pin.html", page, status=422 if wrong or form else 200)


def told(option: Option, names: dict[int, str], wishes: Collection[int] | None = None) -> str:
    """Return an option in words: the crèche and the week; whether the family named that crèche."""
    facility, _ = desk.section_of(option.id)
    days = week.words(week.bits(desk.slots_of(option)))
    beside = "" if wishes is None or facility in wishes else " (autre crèche acceptée)"
    return f"{names.get(facility, option.facility)} : {days}{beside}"


async def effect(
    tenant: Tenant, row: Commission, number: str, option: str
) -> tuple[list[Effect], int]:
    """Return who gains and who loses if this file is pinned, and how many are passed over."""
    wanted = None if option == NOTHING else option
    given = await preparing.snapshot_of(tenant, row)
    before = await asyncio.to_thread(propose_places, given)
    with_pin, after = await proposing.tried(tenant, row, Changes(pins=((number, wanted, "?"),)))
    own = [one.id for one in with_pin.applications if file_of(one.id) == number]
    found = desk.effects(with_pin, before, after, own)
    return found, sum(one.is_passed_over for one in found)


@post(
    f"{COMMISSIONS}/{{commission:int}}/epingles/{{file:str}}",
    name="creche.desk.pin.put",
    told="Épingler une demande malgré l’ordre des points",
    guards=[guards.agent],
)
async def put(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    file: FromPath[str],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Pin a file, with its reason and whom it passes over; the proposal is made again."""
    row, pinned = await commissions.one(commission), await pins.file_of(commission, file)
    form, number = await forms.read(request, PinForm), pinned.number
    typed = str(form.raw.get("option", ""))
    if form.struct is None:
        return await pin_page(tenant, commission, number, typed, form=form)
    if form.struct.reason not in REASONS:
        wrong = form.wrong(reason="Choisissez le motif dans la liste.")
        return await pin_page(tenant, commission, number, typed, form=wrong)
    try:
        found, _ = await effect(tenant, row, number, form.struct.option)
        passed = [file_of(one.application) for one in found if one.is_passed_over]
        wanted = None if form.struct.option == NOTHING else form.struct.option
        note, reason = form.struct.note.strip(), form.struct.reason
        await pins.pin(commission, pinned.id, wanted, reason, note, passed, person.account, now)
        await proposing.run(tenant, row, Changes(), f"Avec {number} épinglé", person.account, now)
    except Refused as refusal:
        return await pin_page(tenant, commission, number, typed, sentence(refusal))
    seen.tell("ok", f"{number} est épinglé. La proposition a été refaite.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition", status_code=303)


@post(
    f"{COMMISSIONS}/{{commission:int}}/epingles/{{file:str}}/lever",
    name="creche.desk.pin.lift",
    told="Lever une épingle",
    guards=[guards.agent],
)
async def lift(
    commission: FromPath[int],
    file: FromPath[str],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Lift a pin: the file goes back to its rank, and the proposal is made again."""
    row, pinned = await commissions.one(commission), await pins.file_of(commission, file)
    number = pinned.number
    try:
        await pins.lift(commission, pinned.id, person.account, now)
        await proposing.run(
            tenant, row, Changes(), f"Sans épingle sur {number}", person.account, now
        )
    except Refused as refusal:
        return await pin_page(tenant, commission, number, "", sentence(refusal))
    seen.tell("ok", f"L’épingle de {number} est levée. La proposition a été refaite.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition", status_code=303)


ROUTES = [look, own, consider, put, lift]
