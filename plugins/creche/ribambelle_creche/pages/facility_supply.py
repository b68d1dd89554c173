"""The places a crèche gives to a commission: counted from what is known, corrected, declared."""

from collections.abc import Mapping
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
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain import capacity, staff, week
from ribambelle_creche.domain import supply as rules
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.resources import place_of
from ribambelle_creche.domain.supply import MOVES, STATES, Move
from ribambelle_creche.domain.week import HALVES, SLOTS, days
from ribambelle_creche.pages.facility_space import Space, calls_of, manager, side_of, to_call
from ribambelle_creche.queries import commissions, contracts, facilities, supplies
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.queries.supplies import Given
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Commission, Contract, Facility, SupplyMove

CLOSED = "Ces places ne peuvent plus être changées. Appelez la mairie."


class MoveForm(msgspec.Struct, frozen=True):
    """A departure, a change of section or an entry, as a crèche says it."""

    move: str
    age_group: str
    on: date
    into_group: str = ""
    children: Annotated[int, Meta(ge=1, le=99)] = 1
    days: list[str] = []


@dataclass(frozen=True)
class ChoicePage:
    """The commissions a crèche gives places to."""

    space: Space
    rows: list[tuple[Commission, str, bool]]


@dataclass(frozen=True)
class SupplyPage:
    """What one crèche gives to one commission."""

    space: Space
    row: Commission
    given: Given
    may_declare: bool
    may_validate: bool
    today: date
    days: tuple[tuple[str, str, str], ...]
    halves: list[tuple[str, str, str]]
    allowed: Authorised
    form: forms.Bound[Any] | None = None
    move: forms.Bound[MoveForm] | None = None

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"{self.space.address}/commissions/{self.row.id}"

    @property
    def state(self) -> str:
        """Whether the places are declared, in words."""
        return STATES[self.given.state]

    @property
    def is_late(self) -> bool:
        """Tell whether the places were expected before today."""
        return rules.is_late(self.given.state, self.row.closes_on, self.today)

    @property
    def counted_on(self) -> date:
        """The day on which places are counted."""
        return calendar_of(self.row).periods[0]

    @property
    def september(self) -> date | None:
        """The 1 September the window goes past, if it does."""
        periods = calendar_of(self.row).periods
        return periods[1] if len(periods) > 1 else None

    @property
    def most_overflow(self) -> int:
        """How many children above its authorisation the crèche may agree to."""
        return rules.most_overflow(self.space.facility.places)

    @property
    def above(self) -> list[tuple[str, int]]:
        """The half-days where more is given than may be there, in words."""
        if not self.space.facility.places:
            return []
        found = rules.above(
            self.given.cells,
            self.given.known.present[0],
            self.allowed,
            self.given.overflow,
        )
        return [(capacity.half_day(weekday, half), total) for weekday, half, total in found]

    @property
    def total(self) -> int:
        """How many half-days are given."""
        return sum(self.given.cells.values())

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The age groups, one table each."""
        return [(group, LABELS[group]) for group in GROUPS]

    @property
    def moves(self) -> list[tuple[SupplyMove, str]]:
        """The moves that were said, in words."""
        return [(one, move_words(supplies.move_of(one))) for one in self.given.moves]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The kinds of moves, to choose from."""
        return list(MOVES.items())

    @property
    def ratios(self) -> list[tuple[str, str]]:
        """How many children for one adult, to choose from."""
        return list(staff.RATIOS.items())

    @property
    def adults(self) -> list[tuple[str, list[tuple[str, str, int | str]]]]:
        """One line per day: words, field and adults of each half; blank when the crèche does not say."""
        told = self.given.adults
        return [
            (
                label,
                [
                    (capacity.half_day(*place_of(slot)), staff.field(slot), told.get(slot, ""))
                    for slot in SLOTS
                    if slot.startswith(day)
                ],
            )
            for day, _, label in self.days
        ]

    def rows(self, group: str) -> list[tuple[str, str, int, int, int]]:
        """Return the half-days of a group: words, field, children there, known free, given."""
        known = self.given.known
        return [
            (
                capacity.half_day(*when),
                capacity.field((group, *when), "given"),
                known.present[0].get((group, *when), 0),
                known.free[0].get((group, *when), 0),
                self.given.cells.get((group, *when), 0),
            )
            for when in ((weekday, half) for weekday in range(len(self.days)) for half in HALVES)
        ]

    @staticmethod
    def leaves_on(contract: Contract) -> date | None:
        """Return the last day of a child."""
        return contracts.presence(contract).leaves_on

    @staticmethod
    def week(slots: int) -> str:
        """Return half-days in words."""
        return week.words(slots)


def move_words(move: Move) -> str:
    """Return what moves, in words.

    >>> move_words(Move("section", "babies", 3, date(2027, 9, 1), 2, "middle"))
    'Changement de section, des bébés vers les moyens, 2 enfants, lundi'
    >>> move_words(Move("departure", "older", 1, date(2027, 1, 4)))
    'Départ, grands, 1 enfant, lundi matin'
    """
    where = LABELS[move.group].lower() if move.group in LABELS else move.group
    if move.kind == "section":
        where = f"des {where} vers les {LABELS.get(move.into, move.into).lower()}"
    many = f"{move.children} enfant{'s' * (move.children > 1)}"
    return f"{MOVES.get(move.kind, move.kind)}, {where}, {many}, {week.words(move.slots)}"


async def space_of(facility: Facility, tenant: Tenant, today: date) -> Space:
    """Return the top of the page, on its tab."""
    return Space(facility, "/commissions", to_call(await calls_of(facility, tenant, today)))


async def supply_page(
    row: Commission,
    facility: Facility,
    tenant: Tenant,
    person: Person,
    today: date,
    *,
    form: forms.Bound[Any] | None = None,
    move: forms.Bound[MoveForm] | None = None,
) -> Page:
    """Show what a crèche gives, as it stands or as it was just typed."""
    settings, given = tenant.of(Settings), await supplies.given(row, facility.id, tenant)
    is_office = side_of(person) == "office"
    page = SupplyPage(
        space=await space_of(facility, tenant, today),
        row=row,
        given=given,
        may_declare=rules.may_declare(given.state, row.state, is_office=is_office),
        may_validate=is_office
        and given.state == "declared"
        and rules.may_declare(given.state, row.state, is_office=True),
        today=today,
        days=days(saturday=facility.opens_saturday),
        halves=[("am", "Matin", settings.morning), ("pm", "Après-midi", settings.afternoon)],
        allowed=facilities.authorised(facility, tenant),
        form=form,
        move=move,
    )
    return Page("creche/facility/supply.html", page, status=422 if form or move else 200)


@get(
    "/creche/direction/{facility:int}/commissions",
    name="creche.facility.commissions",
    told="Voir les commissions auxquelles une crèche donne des places",
    guards=[manager],
)
async def listing(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the commissions a crèche gives places to, and where each declaration stands."""
    one, rows = await facilities.managed(person, facility), []
    for row in await commissions.at_work():
        known = (await supplies.states(row.id)).get(facility)
        state = known.state if known else "expected"
        rows.append((row, STATES[state], rules.is_late(state, row.closes_on, now.date())))
    page = ChoicePage(await space_of(one, tenant, now.date()), rows)
    return Page("creche/facility/commissions.html", page)


@get(
    "/creche/direction/{facility:int}/commissions/{commission:int}",
    name="creche.facility.supply",
    told="Voir les places qu’une crèche donne à une commission",
    guards=[manager],
)
async def look(
    facility: FromPath[int],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the places a crèche gives, to correct and declare them."""
    one, row = await facilities.managed(person, facility), await commissions.one(commission)
    return await supply_page(row, one, tenant, person, now.date())


@post(
    "/creche/direction/{facility:int}/commissions/{commission:int}",
    name="creche.facility.declare",
    told="Déclarer les places qu’une crèche donne à une commission",
    guards=[manager],
)
async def declare(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the places a crèche gives, all of them or none."""
    one, row = await facilities.managed(person, facility), await commissions.one(commission)
    typed = dict((await request.form()).items())
    cells, overflow, errors = read(typed, one.places, saturday=one.opens_saturday)
    adults, ratio, lacking = staff.read(typed, one.places, saturday=one.opens_saturday)
    errors |= lacking
    if errors:
        form = forms.Bound[Any](None, errors, typed if "" not in errors else {})
        return await supply_page(row, one, tenant, person, now.date(), form=form)
    try:
        side, whose = side_of(person), person.account
        await supplies.declare(
            row, facility, cells, overflow, whose, side, now, adults=adults, ratio=ratio
        )
    except Refused as refusal:
        return tell_closed(refusal, seen, facility, commission)
    seen.tell("ok", f"Places déclarées : {sum(cells.values())} demi-journées données.")
    return back(facility, commission)


def read(
    typed: Mapping[str, object], authorised: int, *, saturday: bool = False
) -> tuple[dict[Place, int], int, dict[str, str]]:
    """Return the places typed, the children above the authorisation, and what is wrong.

    >>> whole = {capacity.field(place, "given"): "" for place in capacity.PLACES}
    >>> cells, overflow, errors = read({**whole, "babies-mon-am-given": "2"}, 30)
    >>> cells["babies", 0, "am"], overflow, errors
    (2, 0, {})
    >>> read({**whole, "overflow": "5", "in_rules": "oui"}, 30)[2]
    {'overflow': 'Quatre enfants au plus : 115 % de 30 places.'}
    >>> read({**whole, "overflow": "2"}, 30)[2]["in_rules"][:40]
    'Le surnombre doit être écrit dans votre '
    """
    cells: dict[Place, int] = {}
    errors: dict[str, str] = {}
    for place in capacity.places(saturday=saturday):
        name = capacity.field(place, "given")
        if name not in typed:
            return {}, 0, {"": capacity.INCOMPLETE}
        number = capacity.number(typed[name])
        if number is None:
            errors[name] = f"{capacity.words(place)} : écrivez un nombre entier."
        cells[place] = number or 0
    overflow, most = capacity.number(typed.get("overflow", "")), rules.most_overflow(authorised)
    if overflow is None:
        errors["overflow"] = "Écrivez un nombre entier d’enfants."
    elif overflow > most:
        errors["overflow"] = f"{_at_most(most)} : 115 % de {authorised} places."
    elif overflow and "in_rules" not in typed:
        errors["in_rules"] = (
            "Le surnombre doit être écrit dans votre règlement de fonctionnement. "
            "Cochez la case s’il l’est, ou écrivez 0."
        )
    return cells, overflow or 0, errors


def _at_most(most: int) -> str:
    words = ("Aucun enfant", "Un enfant", "Deux enfants", "Trois enfants", "Quatre enfants")
    told = words[most] if most < len(words) else f"{most} enfants"
    return told if not most else f"{told} au plus"


@post(
    "/creche/direction/{facility:int}/commissions/{commission:int}/mouvements",
    name="creche.facility.add_move",
    told="Annoncer un départ, un changement de section ou une entrée",
    guards=[manager],
)
async def add_move(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Add what will free or take places before the first entries."""
    one, row = await facilities.managed(person, facility), await commissions.one(commission)
    form = await forms.read(request, MoveForm)
    if form.struct is not None:
        form = form.wrong(
            **wrong_move(form.struct, calendar_of(row).periods, saturday=one.opens_saturday)
        )
    if form.struct is None:
        return await supply_page(row, one, tenant, person, now.date(), move=form)
    told = form.struct
    into = told.into_group if told.move == "section" else ""
    slots = week.bits(told.days)
    move = Move(told.move, told.age_group, slots, told.on, told.children, into)
    try:
        await supplies.add_move(row, facility, move, person.account, side_of(person))
    except Refused as refusal:
        return tell_closed(refusal, seen, facility, commission)
    seen.tell("ok", f"{MOVES[move.kind]} : la grille en tient compte.")
    return back(facility, commission)


def wrong_move(
    form: MoveForm, periods: tuple[date, ...], *, saturday: bool = False
) -> dict[str, str]:
    """Return one sentence per part of a move that cannot be.

    >>> late = MoveForm("departure", "babies", date(2027, 9, 2), days=["mon-am"])
    >>> wrong_move(late, (date(2027, 9, 1),))["on"]
    'Trop tard pour compter : la place doit être libre le 1er septembre 2027.'
    """
    errors = {}
    if form.move not in MOVES:
        errors["move"] = "Choisissez ce qui change."
    if form.age_group not in GROUPS:
        errors["age_group"] = "Choisissez une section."
    if form.move == "section" and (
        form.into_group not in GROUPS or form.into_group == form.age_group
    ):
        errors["into_group"] = "Choisissez une autre section."
    if not form.days or any(slot not in SLOTS for slot in form.days):
        errors["days"] = "Cochez au moins une demi-journée."
    elif not saturday:
        errors |= week.wrong_saturday(form.days, "Cette crèche")
    if form.on > periods[-1]:
        day = formats.jour_du_mois(periods[-1], year=True)
        errors["on"] = f"Trop tard pour compter : la place doit être libre le {day}."
    return errors


@post(
    "/creche/direction/{facility:int}/commissions/{commission:int}/mouvements/{move:int}/retirer",
    name="creche.facility.remove_move",
    told="Retirer un mouvement annoncé",
    guards=[manager],
)
async def remove_move(
    facility: FromPath[int],
    commission: FromPath[int],
    move: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Take a move back."""
    await facilities.managed(person, facility)
    row = await commissions.one(commission)
    try:
        await supplies.remove_move(row, facility, move, person.account, side_of(person))
    except Refused as refusal:
        return tell_closed(refusal, seen, facility, commission)
    seen.tell("ok", "Retiré : la grille en tient compte.")
    return back(facility, commission)


@post(
    "/creche/direction/{facility:int}/commissions/{commission:int}/valider",
    name="creche.facility.validate",
    told="Valider les places déclarées par une crèche",
    guards=[guards.agent],
)
async def validate(
    facility: FromPath[int],
    commission: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Note that the town hall checked what a crèche gives."""
    await facilities.managed(person, facility)
    row = await commissions.one(commission)
    try:
        await supplies.validate(row, facility, person.account, now)
    except Refused as refusal:
        return tell_closed(refusal, seen, facility, commission)
    seen.tell("ok", "Places validées.")
    return Redirect(f"/bureau/creche/commissions/{commission}", status_code=303)


def tell_closed(refusal: Refused, seen: Visit, facility: int, commission: int) -> Response[Any]:
    """Say that places may no longer be changed, on the page that shows them as they are."""
    known = {
        "supply_closed": CLOSED,
        "supply_not_declared": "Cette crèche n’a encore rien déclaré, ou c’est déjà validé.",
    }
    if refusal.reason not in known:
        raise refusal
    seen.tell("erreur", known[refusal.reason])
    return back(facility, commission)


def back(facility: int, commission: int) -> Response[Any]:
    """Lead back to the places a crèche gives."""
    where = f"/creche/direction/{facility}/commissions/{commission}"
    return Redirect(where, status_code=303)


ROUTES = [listing, look, declare, add_move, remove_move, validate]
