"""The inventory of needs the law asks of a commune, as it may be printed and handed out."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import get
from litestar.di import NamedDependency

from ribambelle import childcare
from ribambelle.tenants import Tenant
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.freezing import beside_the_month
from ribambelle_creche.pages.statistics_tables import shown
from ribambelle_creche.queries import statistics
from ribambelle_creche.queries.areas import areas, published_cut
from ribambelle_creche.settings import Settings

town_hall = Holding("agent", "admin")


@dataclass(frozen=True)
class NeedsPage:
    """The inventory of needs and of what there is, part by part, small counts hidden."""

    at: datetime
    columns: list[str]
    rows: list[tuple[str, list[Any], list[int]]]
    modes: list[str]
    uncounted: list[str]
    """The modes nobody speaks of here: unknown, never zero."""
    threshold: int
    area: str = "quartier"

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns: who waits, then the places of each mode."""
        told = (*self.columns, *(f"Places : {mode.lower()}" for mode in self.modes))
        return [(self.area[:1].upper() + self.area[1:], ""), *((head, "n") for head in told)]


@get(
    "/bureau/creche/statistiques/besoins",
    name="creche.statistics.needs",
    told="Imprimer le recensement des besoins",
    guards=[town_hall],
    figures=True,
)
async def needs(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show the inventory the law asks of a commune; it leaves the town hall, so small counts do not.

    The town is cut one way, that of all that is published.
    """
    settings = tenant.of(Settings)
    names, cut = await areas(await published_cut())
    table = await beside_the_month(names, cut, settings.public_threshold)
    supply = await childcare.supply(now.date())
    if cut is None:
        places: Counter[tuple[str, int]] = Counter()
        for one in supply:
            places[one.mode, one.quartier or rules.NOWHERE] += one.places
    else:
        places = await statistics.places_by_iris(cut, supply)
    modes = [one.mode for one in childcare.offers(supply) if one.places is not None]
    rows = [
        (name, [shown(cell, "children") for cell in line], [places[mode, area] for mode in modes])
        for (area, name), line in zip(names.items(), table.cells, strict=False)
    ]
    town = [sum(places[mode, area] for area in names) for mode in modes]
    rows.append(("Ville", [shown(cell, "children") for cell in table.cells[-1]], town))
    page = NeedsPage(
        at=now,
        columns=[*(LABELS[group] for group in GROUPS), "Total"],
        rows=rows,
        modes=[childcare.MODES[mode] for mode in modes],
        uncounted=[label for mode, label in childcare.MODES.items() if mode not in modes],
        threshold=settings.public_threshold,
        area="quartier" if cut is None else "IRIS",
    )
    return Page("creche/office/needs.html", page)


ROUTES = [needs]
