"""What the public reads of decided commissions: cut-offs, decisions with a reason, the method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle_creche.domain import published, register
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.published import LEAST, CutOff, Found
from ribambelle_creche.domain.week import DAYS, SLOTS, days, is_saturday
from ribambelle_creche.domain.why import said
from ribambelle_creche.pages.by_creche import NOWHERE, Filters, filters_of
from ribambelle_creche.pages.criteria import Readable, readable
from ribambelle_creche.pages.thresholds_table import HALF_WORDS, Lines, Table, laid_out, lines_of
from ribambelle_creche.pages.why import rows_of
from ribambelle_creche.queries import cut_offs, facilities, grids, offers
from ribambelle_creche.queries.facilities import Whereabouts
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Commission

MOST_POINTS = 1_000_000
STATES = {"hidden": "masqué", "open": "place", "full": "plein", "right": "plein, par des droits"}
HEADINGS = (
    *("Commission", "Tenue le", "À partir de", "Crèche", "Section", "Jour", "Moment"),
    *("Places", "Admis", "Derniers points", "État"),
)
ENTRIES = {1: "avant le 1er septembre", 2: "à partir du 1er septembre"}
SINCE = {1: "la première entrée", 2: "1er septembre"}
KINDS = ("csv", "json")


@dataclass(frozen=True)
class Asked:
    """What a visitor asks of the table: a crèche, and its own points and half-days."""

    facility: int = 0
    group: str = ""
    points: int | None = None
    slots: tuple[str, ...] = ()
    period: int = 1

    @property
    def is_whole(self) -> bool:
        """Tell whether an answer may be looked for."""
        return bool(self.facility and self.group and self.points is not None and self.slots)


@dataclass(frozen=True)
class ThresholdsPage:
    """The cut-offs of one commission, laid out, and the answer found in them."""

    commission: Commission
    asked: Asked
    filters: Filters
    table: Sequence[CutOff]
    places: Mapping[int, Whereabouts]
    is_typed: bool
    found: Found | None = None
    history: list[tuple[Commission, Sequence[CutOff]]] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    least: int = LEAST

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days of a week, with Saturday when a crèche has places then."""
        tables = (self.table, *(table for _, table in self.history))
        return days(
            saturday=any(is_saturday(one.slot) and one.places for rows in tables for one in rows)
        )

    @property
    def choices(self) -> list[tuple[int, str]]:
        """The crèches of the table, to choose from."""
        here = {row.facility for row in self.table}
        found = [(one, self.name(one)) for one in here]
        return sorted(found, key=lambda one: (one[1].casefold(), one[0]))

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The sections, to choose from."""
        return [(group, LABELS[group]) for group in GROUPS]

    @property
    def creches(self) -> Table:
        """The crèches asked for, thirty at a time."""
        return laid_out(
            self.table, self.places, self.days, self.filters, facility=self.asked.facility
        )

    @property
    def september(self) -> bool:
        """Tell whether something is counted from 1 September on."""
        return any(one.period > 1 and one.places for one in self.table)

    @property
    def entries(self) -> list[tuple[str, str]]:
        """When a child enters, to choose from."""
        return [(str(period), label.capitalize()) for period, label in ENTRIES.items()]

    @property
    def past(self) -> list[tuple[Commission, Lines]]:
        """The same crèche in the three years before."""
        here = self.asked.facility
        return [
            (row, list(lines_of([one for one in table if one.facility == here], self.days)))
            for row, table in self.history
        ]

    @property
    def days_told(self) -> str:
        """The half-days the answer speaks of, in words."""
        return ", ".join(said(slot) for slot in self.found.full) if self.found else ""

    def name(self, facility: int) -> str:
        """Return the name of a crèche."""
        return self.places.get(facility, NOWHERE).name


def asked_of(request: Request[Any, Any, Any]) -> Asked:
    """Read the address; what makes no sense is as if it were not said."""
    given = request.query_params
    facility, group, points = (
        str(given.get(name, "")).strip() for name in ("creche", "section", "points")
    )
    sign, digits = (-1, points[1:]) if points[:1] in ("-", "−") else (1, points)
    known = digits.isdecimal() and len(digits) < 8 and int(digits) <= MOST_POINTS
    ticked = set(given.getall("jours", []))
    return Asked(
        int(facility) if facility.isdecimal() and len(facility) < 9 else 0,
        group if group in GROUPS else "",
        sign * int(digits) if known else None,
        tuple(slot for slot in SLOTS if slot in ticked),
        2 if given.get("periode") == "2" else 1,
    )


@get(
    "/creche/commissions/{commission:int}/seuils",
    name="creche.thresholds",
    guards=[guards.public],
)
async def thresholds(
    commission: FromPath[int], request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Page:
    """Show the cut-offs of a decided commission, and find one's own answer in them."""
    row, asked = await cut_offs.decided(commission), asked_of(request)
    table = await cut_offs.of(commission)
    points = asked.points
    found = (
        published.found_again(table, asked.facility, asked.group, asked.slots, points, asked.period)
        if asked.is_whole and points is not None
        else None
    )
    past = await cut_offs.before(row) if asked.facility else []
    page = ThresholdsPage(
        commission=row,
        asked=asked,
        filters=filters_of(request),
        table=table,
        places=await facilities.whereabouts(),
        is_typed="points" in request.query_params,
        found=found,
        history=[(one, await cut_offs.of(one.id)) for one in past],
        rows=rows_of(tenant.of(Settings)),
    )
    return Page("creche/public/thresholds.html", page)


@get(
    "/creche/commissions/{commission:int}/seuils/export/{kind:str}",
    name="creche.thresholds.export",
    guards=[guards.public],
)
async def export(commission: FromPath[int], kind: FromPath[str]) -> Response[bytes]:
    """Send the same table as open data, under the same rule."""
    if kind not in KINDS:
        raise NotYours
    row, names = await cut_offs.decided(commission), await facilities.all_names()
    lines = [open_data(row, one, names) for one in await cut_offs.of(commission)]
    name = f"seuils-{row.held_on.isoformat()}"
    if kind == "csv":
        return spreadsheets.answer("csv", name, HEADINGS, lines)
    body = msgspec.json.encode([dict(zip(HEADINGS, line, strict=True)) for line in lines])
    headers = {"content-disposition": f'attachment; filename="{name}.json"'}
    return Response(body, media_type="application/json", headers=headers)


def open_data(row: Commission, one: CutOff, names: Mapping[int, str]) -> tuple[Any, ...]:
    """Return one half-day as open data tells it."""
    weekday, half = one.when
    return (
        *(row.label, row.held_on.isoformat(), SINCE[one.period]),
        *(names.get(one.facility, "?"), LABELS[one.age_group]),
        *(DAYS[weekday][2], HALF_WORDS[half], None if one.is_withheld else one.places),
        one.admitted if one.is_told else None,
        one.last_points if one.is_told else None,
        STATES[one.state],
    )


@dataclass(frozen=True)
class RegisterPage:
    """The decisions with a reason, year by year."""

    decided: Mapping[int, list[register.Line]]
    urgent: Mapping[int, list[register.Urgent]]
    this_year: int
    least: int = LEAST

    @property
    def years(self) -> list[int]:
        """The years that have something to tell, the last first."""
        return sorted({*self.decided, *self.urgent}, reverse=True)


@get(
    "/creche/commissions/decisions-motivees",
    name="creche.motivated",
    guards=[guards.public],
)
async def motivated(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show how often places were given against the order of points, or outside of it, and why."""
    given = [(at.astimezone(tenant.zone).year, why) for at, why in await offers.emergencies()]
    page = RegisterPage(
        register.register(await cut_offs.motivated(), now.year),
        register.emergencies(given, now.year),
        now.year,
    )
    return Page("creche/public/motivated.html", page)


@dataclass(frozen=True)
class MethodPage:
    """How places are given, with what the version in force says of ties and reserves."""

    version: Readable | None
    day: date
    accepts_any: bool
    """A family may accept any crèche."""


@get("/creche/methode", name="creche.method", guards=[guards.public], indexed=True)
async def method(tenant: NamedDependency[Tenant]) -> Page:
    """Tell how places are given, from the points to the appeal."""
    today = tenant.now().date()
    kept = await grids.in_force(today)
    accepts_any = tenant.of(Settings).most_elsewhere > 0
    page = MethodPage(readable(kept, today) if kept else None, today, accepts_any)
    return Page("creche/public/method.html", page)


ROUTES = [motivated, thresholds, export, method]
