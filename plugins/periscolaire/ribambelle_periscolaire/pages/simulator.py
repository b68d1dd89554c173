"""What would we pay? The grids of the commune and a calculation anybody may do again, line by line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from ribambelle.forms import Bound, bind
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_periscolaire.domain.tariff import Price, Situation, Tariff
from ribambelle_periscolaire.domain.tariff.words import Line, lines_of
from ribambelle_periscolaire.pricing import price_of
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.settings import Settings


class Asked(msgspec.Struct, frozen=True):
    """What a simulation depends on; nothing of it is kept."""

    quotient: Annotated[int, msgspec.Meta(ge=0, le=20_000)] | None = None
    enfants: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1
    habite: str = "oui"


@dataclass(frozen=True, slots=True)
class Priced:
    """What one unit would cost."""

    label: str
    price: Price


@dataclass(frozen=True, slots=True)
class Shown:
    """One grid of the commune, in words."""

    name: str
    first: date
    last: date | None
    lines: list[Line]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The lines, as a list of terms and values."""
        return [(one.what, one.cost) for one in self.lines]


@dataclass(frozen=True)
class SimulatorPage:
    """The grids, and a calculation when somebody asked for one."""

    form: Bound[Asked]
    was_asked: bool
    prices: list[Priced]
    grids: list[Shown]


@get(
    "/periscolaire/tarifs",
    name="periscolaire.prices",
    told="Lire les tarifs et calculer ce que l’on paierait",
    guards=[guards.public],
)
async def prices(
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    quotient: FromQuery[str] = "",
    enfants: FromQuery[str] = "",
    habite: FromQuery[str] = "",
) -> Page:
    """Show the grids in force, and the price of each unit for one situation."""
    raw = {"quotient": quotient, "enfants": enfants, "habite": habite or "oui"}
    form, today = bind(Asked, raw), now.date()
    asked = bool(quotient or enfants or habite)
    found = await _prices(tenant, form.value, today) if asked and form.struct else []
    grids = [_shown(one) for one in tenant.of(Settings).tariffs if _in_force(one, today)]
    page = SimulatorPage(form, asked, found, grids)
    return Page("periscolaire/simulator.html", page, status=422 if asked and form.errors else 200)


async def _prices(tenant: Tenant, asked: Asked, day: date) -> list[Priced]:
    situation = Situation(
        asked.quotient,
        is_resident=asked.habite != "non",
        present_siblings=asked.enfants - 1,
        enrolled_siblings=asked.enfants - 1,
        rank=asked.enfants,
    )
    found = []
    for activity in (await catalogue.current()).activities:
        for unit in activity.units:
            price = price_of(tenant, activity, unit, day, situation)
            if price is not None:
                many = len(activity.units) > 1
                label = f"{activity.name} : {unit.name.lower()}" if many else activity.name
                found.append(Priced(label, price))
    return found


def _in_force(tariff: Tariff, day: date) -> bool:
    return tariff.last is None or tariff.last >= day


def _shown(tariff: Tariff) -> Shown:
    return Shown(tariff.name, tariff.first, tariff.last, lines_of(tariff))


ROUTES = [prices]
