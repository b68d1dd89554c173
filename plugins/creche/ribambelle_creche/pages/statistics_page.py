"""What the page of statistics shows, computed at one moment from the same counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from ribambelle import childcare
from ribambelle.childcare import Offer
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.statistics import FACILITY_ORDERS, FacilityDemand, Scope
from ribambelle_creche.freezing import beside_the_month
from ribambelle_creche.pages.statistics_tables import (
    Bar,
    Opens,
    bar,
    bars_of,
    heat_of,
    laid_out,
    month_words,
    months_of,
    shown,
)
from ribambelle_creche.queries import desks, statistics, streets
from ribambelle_creche.queries.areas import areas, published_cut
from ribambelle_creche.settings import Settings
from ribambelle_creche.workflow import ACTIVE

DRAWN = 15
"""Crèches that a chart shows: a large town has more than a page is tall."""
MEASURES = {"children": "Enfants", "half_days": "Temps pleins", "wishes": "Vœux"}
AGES_OF_WORD = (("3 mois", 91), ("6 mois", 183), ("1 an", 365))
FACILITY_COLUMNS = (
    ("Crèche", "", "nom"),
    ("Places", "n", "places"),
    ("Nommée", "n", "nommee"),
    ("Premier vœu", "n", "premier"),
    ("Premiers vœux par place", "n", "pression"),
)
Row = tuple[str, list[Any], Any]
Figure = tuple[str, float | int | None, str]


@dataclass(frozen=True)
class Asked:
    """What the address of the page asks: months, how to count, and how to sort the crèches."""

    first: str = ""
    last: str = ""
    measure: str = "children"
    desk: int = 0
    order: str = "nom"
    cut: str = ""
    """`iris` where the town is cut in IRIS; in quartiers otherwise."""

    @property
    def scope(self) -> Scope:
        """The files that are counted."""
        return Scope(desk=self.desk, first=self.first, last=self.last)

    def query(self, **changed: Any) -> str:
        """Return the same, some of it changed, for a link."""
        said = {
            "de": self.first,
            "a": self.last,
            "compter": self.measure,
            "guichet": self.desk or "",
            "tri": self.order,
            "decoupage": self.cut,
            **changed,
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class StatisticsPage:
    """Everything the page shows."""

    asked: Asked
    exact: bool
    at: datetime
    figures: list[Figure]
    bars: list[Bar]
    ages: list[Bar]
    most: Bar | None
    columns: list[str]
    heat: list[Row]
    opens: bool
    town: list[Any]
    months: list[Row]
    freshness: list[tuple[str, int, int]]
    """Since when families answered: files, and those of them that are complete."""
    facilities: list[FacilityDemand]
    choices: list[str]
    desks: list[tuple[int, str]]
    threshold: int
    modes: list[Offer]
    has_irises: bool = False

    @property
    def cuts(self) -> list[tuple[str, str]]:
        """The ways to cut the town, to choose from; none where the list of streets has no IRIS."""
        return [("iris", "IRIS")] if self.has_irises else []

    @property
    def area(self) -> str:
        """What one part of the town is called."""
        return "IRIS" if self.asked.cut else "quartier"

    @property
    def area_head(self) -> str:
        """The same, at the head of a column."""
        return "IRIS" if self.asked.cut else "Quartier"

    @property
    def groups(self) -> list[str]:
        """The columns that are age groups: a file by month of start has no other."""
        return self.columns[-len(GROUPS) :]

    @property
    def places(self) -> int:
        """The places of every mode that is known."""
        return sum(one.places or 0 for one in self.modes)

    @property
    def is_whole(self) -> bool:
        """Tell whether every mode is known."""
        return all(one.places is not None for one in self.modes)

    @property
    def known_modes(self) -> list[tuple[str, int]]:
        """The modes whose places are known, to draw."""
        return [(one.label, one.places) for one in self.modes if one.places is not None]

    @property
    def first_named(self) -> list[tuple[str, int, int]]:
        """The crèches most families name first, beside the places each has: the table has them all."""
        ranked = sorted(self.facilities, key=lambda one: (-one.first, one.name.casefold()))
        return [(one.name, one.first, one.places) for one in ranked[:DRAWN]]

    @property
    def months_offered(self) -> list[tuple[str, str]]:
        """The months of start there are, to choose from."""
        return [(month, month_words(month)) for month in self.choices]

    @property
    def measures(self) -> list[tuple[str, str]]:
        """The ways to count, to choose from."""
        return list(MEASURES.items())

    @property
    def counted(self) -> str:
        """What is counted, in a word that may follow a number."""
        return MEASURES[self.asked.measure].lower()

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """The key figures in French."""
        return [
            (
                label,
                "—"
                if value is None
                else formats.nombre(value, 1 if isinstance(value, float) else 0),
                unit,
            )
            for label, value, unit in self.figures
        ]

    @property
    def by_month(self) -> list[tuple[str, float]]:
        """The total of each month, to draw."""
        return [(month, total) for month, _, total in self.months if not isinstance(total, str)]

    @property
    def is_sorted(self) -> bool:
        """Tell whether somebody just asked for the crèches in another order."""
        return self.asked.order != Asked().order

    @property
    def facility_columns(self) -> list[tuple[str, str, str, bool]]:
        """The heads of the table of crèches: words, kind, address that sorts by it, in use."""
        return [
            (words, kind, f"?{self.asked.query(tri=code)}#t-creches", code == self.asked.order)
            for words, kind, code in FACILITY_COLUMNS
        ]


async def page_of(asked: Asked, tenant: Tenant, person: Person, now: datetime) -> StatisticsPage:
    """Count once, and lay out every part of the page from the same counts."""
    if person.holds("agent", "admin", "creche_desk"):
        return await exact_page(asked, tenant, person, now)
    return await protected_page(asked.order, tenant, person, now)


async def exact_page(asked: Asked, tenant: Tenant, person: Person, now: datetime) -> StatisticsPage:
    """Return the town hall's page: exact, filtered as asked, every number opening its list."""
    settings, scope = tenant.of(Settings), asked.scope
    names, cut = await areas(asked.cut)
    children = await statistics.demand(scope, cut)
    counts = await statistics.wishes(scope, cut) if asked.measure == "wishes" else children
    supply = await statistics.supply() if cut is None else await statistics.supply_by_iris(cut)
    begins = rules.first_day(asked.first) if asked.first else now.date()
    if (
        cut is None and begins > now.date()
    ):  # whoever asks from then on is set over what is free then
        supply = (await statistics.supply_on([begins], now.date(), settings.ages))[begins]
    table = laid_out(rules.grid(counts, list(names), asked.measure), None)
    bars = bars_of(children, supply, names)
    opens = opening(asked, person, names)
    total = await statistics.files(scope)
    return StatisticsPage(
        asked=asked,
        exact=True,
        at=now,
        figures=[
            *figures_of(children, supply, None),
            ("Demandes en cours", total, ""),
            ("Complètes et confirmées", _share(await statistics.complete(scope), total), "%"),
            (
                "Confirmées ces 3 mois",
                _share(await statistics.fresh(now - timedelta(days=91), scope), total),
                "%",
            ),
        ],
        bars=bars,
        ages=[
            bar(settings.ages.label(group), need, free)
            for group, need, free in rules.by_group(children, supply)
        ],
        most=max(
            (one for one in bars if one.pressure), key=lambda one: one.pressure or 0, default=None
        ),
        columns=["À naître", *(settings.ages.label(group) for group in GROUPS)],
        heat=heat_of(table, names, asked.measure, opens),
        opens=opens is not None,
        town=[shown(cell, asked.measure) for cell in table.cells[-1]],
        months=months_of(counts, asked.measure),
        freshness=await freshness(now, scope, total),
        facilities=sorted(await statistics.by_facility(scope), key=FACILITY_ORDERS[asked.order]),
        choices=await statistics.months(),
        desks=[(one.id, one.name) for one in await desks.every()],
        threshold=settings.partner_threshold,
        modes=childcare.offers(await childcare.supply(now.date())),
        has_irises=bool(await streets.irises()),
    )


async def protected_page(
    order: str, tenant: Tenant, person: Person, now: datetime
) -> StatisticsPage:
    """Return the page of a crèche: its own demand exact, and one protected table of the town.

    One only, in the form of what is published and without filters: two tables that differ by a
    filter or a column, or that share their totals, give away by subtraction what each hides.
    """
    settings, asked = tenant.of(Settings), Asked(order=order, cut=await published_cut())
    own = person.numbers("creche_manager", "creche.facility")
    names, cut = await areas(asked.cut)
    counts, supply = await statistics.demand(cut=cut), await statistics.supply()
    threshold = settings.public_threshold
    table = await beside_the_month(names, cut, threshold)
    mine = await statistics.demand(Scope(facilities=tuple(own)))
    return StatisticsPage(
        asked=asked,
        exact=False,
        at=now,
        figures=figures_of(counts, supply, max(threshold, settings.partner_threshold)),
        bars=[],
        ages=[],
        most=None,
        columns=[settings.ages.label(group) for group in GROUPS],
        heat=heat_of(table, names, asked.measure, None),
        opens=False,
        town=[shown(cell, asked.measure) for cell in table.cells[-1]],
        months=months_of(mine, asked.measure),
        freshness=[],
        facilities=sorted(
            (one for one in await statistics.by_facility() if one.id in own),
            key=FACILITY_ORDERS[order],
        ),
        choices=[],
        desks=[],
        threshold=threshold,
        modes=childcare.offers(await childcare.supply(now.date())),
    )


def opening(asked: Asked, person: Person, names: Mapping[int, str]) -> Opens | None:
    """Return what gives the list behind a count of children, where this person may open it whole.

    An agent of some desks sees the files of those alone: a count of the whole town would open a
    shorter list.
    """
    theirs = person.holds("agent", "admin") or asked.desk in person.numbers(
        "creche_desk", "creche.desk"
    )
    if asked.measure != "children" or not theirs:
        return None

    def opens(quartier: int, column: str) -> str:
        area = {"iris": names[quartier]} if asked.cut else {"quartier": quartier}
        said: dict[str, Any] = {"vue": "actives", **area}
        said |= {"naissance": "attendu"} if column == "expected" else {"age": column}
        said |= {} if column == "expected" else {"naissance": "ne"}
        said |= {"de": asked.first, "a": asked.last, "guichet": asked.desk or ""}
        kept = {name: value for name, value in said.items() if value}
        return f"/bureau/creche/demandes?{urlencode(kept)}"

    return opens


def figures_of(
    counts: list[rules.Count], supply: list[rules.Supply], threshold: int | None
) -> list[Figure]:
    """Return the key figures; whoever sees small counts hidden sees no small total either."""
    children = sum(count.children for count in counts)
    need, free = sum(count.half_days for count in counts), sum(one.free for one in supply)
    told = threshold is None or children >= threshold
    return [
        ("Enfants qui attendent", children if told else None, ""),
        ("Besoin", rules.full_places(need) if told else None, "temps pleins"),
        ("Places libres", rules.full_places(free), "temps pleins"),
        ("Pression", rules.pressure(need, free) if told else None, "enfants par place"),
    ]


async def freshness(now: datetime, scope: Scope, total: int) -> list[tuple[str, int, int]]:
    """Return how many files were sent or confirmed how long ago, and how many are complete."""
    rows, already, whole, since = [], 0, 0, "Moins de"
    for words, days in AGES_OF_WORD:
        moment = now - timedelta(days=days)
        known = await statistics.fresh(moment, scope)
        complete = await statistics.fresh(moment, scope, ACTIVE)
        rows.append((f"{since} {words}", known - already, complete - whole))
        already, whole, since = known, complete, f"De {words} à"
    rest = await statistics.complete(scope) - whole
    return [*rows, ("Plus d’un an", total - already, rest)] if total else []


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
