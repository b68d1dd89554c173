"""What anybody sees of the crèches: the list with its plan, and the sheet of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.identity import quartiers
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.capacity import half_day
from ribambelle_creche.domain.facility import KINDS, ages
from ribambelle_creche.domain.geography import Point, centre, metres
from ribambelle_creche.domain.week import DAYS, HALVES
from ribambelle_creche.pages.plan import Plan, Shown, at, drawn, quartier_id
from ribambelle_creche.queries import commissions, facilities
from ribambelle_creche.queries.commissions import Next
from ribambelle_creche.tables import Capacity, Facility

PAGE = 20
DISTANCES = ((500, "Moins de 500 m"), (1000, "Moins de 1 km"), (3000, "Moins de 3 km"))


@dataclass(frozen=True)
class Asked:
    """The filters of the list, as its address says them."""

    quartier: int = 0
    kind: str = ""
    around: int = 0
    within: int = 0
    page: int = 1

    def address(self, page: int) -> str:
        """Return the address of another page of the same list."""
        said = {
            "quartier": self.quartier,
            "type": self.kind,
            "autour": self.around,
            "distance": self.within,
            "page": page if page > 1 else 0,
        }
        return "/creche?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    """One crèche of the list, with its number on the plan."""

    number: int
    facility: Facility
    kind: str
    distance: int | None
    free: tuple[str, ...]

    @property
    def ages(self) -> str:
        """The ages received, in words."""
        return ages(self.facility.from_weeks, self.facility.to_months)


@dataclass(frozen=True)
class FacilitiesPage:
    """The list, its plan, and what it can be filtered by."""

    asked: Asked
    total: int
    everything: int
    rows: list[Row]
    plan: Plan | None
    quartiers: list[tuple[int, str]]
    kinds: list[tuple[str, str]]
    distances: list[tuple[int, str]]
    commission: Next | None

    @staticmethod
    def words(groups: Sequence[str]) -> str:
        """Return age groups in words."""
        return ", ".join(LABELS[group].lower() for group in groups)

    @property
    def first(self) -> int:
        """The rank of the first row shown."""
        return (self.asked.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The rank of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def before(self) -> str | None:
        """The address of the page before."""
        return self.asked.address(self.asked.page - 1) if self.asked.page > 1 else None

    @property
    def after(self) -> str | None:
        """The address of the page after."""
        return self.asked.address(self.asked.page + 1) if self.last < self.total else None


def asked_of(request: Request[Any, Any, Any]) -> Asked:
    """Read the filters; what makes no sense is as if it were not said."""
    given = request.query_params

    def number(name: str) -> int:
        text = str(given.get(name, ""))
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    kind = str(given.get("type", ""))
    return Asked(
        quartier=number("quartier"),
        kind=kind if kind in KINDS else "",
        around=number("autour"),
        within=number("distance"),
        page=max(1, number("page")),
    )


def middle_of(everything: Sequence[Facility], quartier: int) -> Point | None:
    """Return the middle of a quartier: that of its crèches."""
    return centre(
        [point for one in everything if quartier_id(one) == quartier and (point := at(one))]
    )


def chosen(
    everything: Sequence[Facility], asked: Asked, here: Point | None
) -> list[tuple[Facility, int | None]]:
    """Return the crèches the filters keep, with their distance: nearest first, or by name."""
    found: list[tuple[Facility, int | None]] = []
    for one in everything:
        point = at(one)
        distance = metres(here, point) if here and point else None
        too_far = bool(here and asked.within) and (distance is None or distance > asked.within)
        other = (asked.quartier and quartier_id(one) != asked.quartier) or (
            asked.kind and one.kind != asked.kind
        )
        if not (too_far or other):
            found.append((one, distance))
    if here:
        found.sort(key=lambda pair: (pair[1] is None, pair[1] or 0))
    return found


@get("/creche", name="creche.public", guards=[guards.public], indexed=True)
async def listing(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Show the crèches of the commune, on a plan and in a list."""
    asked, everything = asked_of(request), await facilities.every()
    here = middle_of(everything, asked.around) if asked.around else None
    found, free = chosen(everything, asked, here), await facilities.free_groups()
    rows = [
        Row(
            number=number,
            facility=one,
            kind=KINDS[one.kind],
            distance=distance,
            free=tuple(group for group in GROUPS if group in free.get(one.id, ())),
        )
        for number, (one, distance) in enumerate(found, start=1)
    ]
    shown = rows[(asked.page - 1) * PAGE : asked.page * PAGE]
    areas = await quartiers.choices()
    used = {one.kind for one in everything}
    page = FacilitiesPage(
        asked=asked,
        total=len(rows),
        everything=len(everything),
        rows=shown,
        plan=drawn(everything, areas, [_on_plan(row, asked) for row in rows]),
        quartiers=areas,
        kinds=[(code, label) for code, label in KINDS.items() if code in used],
        distances=list(DISTANCES),
        commission=await commissions.next_one(tenant),
    )
    return Page("creche/public/facilities.html", page)


def _on_plan(row: Row, asked: Asked) -> Shown:
    page = (row.number - 1) // PAGE + 1
    here = page == asked.page
    href = f"#c{row.number}" if here else f"{asked.address(page)}#c{row.number}"
    return Shown(row.facility, row.number, href, here)


@dataclass(frozen=True)
class SheetPage:
    """One crèche, and where it has room."""

    facility: Facility
    kind: str
    free: list[tuple[str, str]]

    @property
    def ages(self) -> str:
        """The ages received, in words."""
        return ages(self.facility.from_weeks, self.facility.to_months)

    @staticmethod
    def paragraphs(text: str) -> list[str]:
        """Return what a crèche wrote, a paragraph per line."""
        return [line.strip() for line in text.splitlines() if line.strip()]


@get(
    "/creche/etablissements/{facility:int}",
    name="creche.sheet",
    guards=[guards.public],
    indexed=True,
)
async def sheet(facility: FromPath[int]) -> Page:
    """Show one crèche."""
    one = await facilities.one(facility)
    free = free_words(await facilities.capacities(facility))
    return Page("creche/public/sheet.html", SheetPage(one, KINDS[one.kind], free))


def free_words(capacities: Sequence[Capacity]) -> list[tuple[str, str]]:
    """Return, per age group with room, the half-days that are free, in words."""
    found: list[tuple[str, str]] = []
    for group in GROUPS:
        free = {(c.weekday, c.half) for c in capacities if c.age_group == group and c.free > 0}
        words = [
            half_day(day, half)
            for day in range(len(DAYS))
            for half in HALVES
            if (day, half) in free
        ]
        if words:
            found.append((LABELS[group], ", ".join(words)))
    return found


ROUTES = [listing, sheet]
