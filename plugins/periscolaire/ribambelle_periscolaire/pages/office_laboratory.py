"""The tariff laboratory: another grid tried on days really booked, before the council votes."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from ribambelle.errors import Misconfigured
from ribambelle.forms import Bound, read
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle_periscolaire.domain.tariff.laboratory import Comparison, Slice, compare, merged
from ribambelle_periscolaire.queries import catalogue, uses
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.trying import read as read_grid

LONGEST = timedelta(days=366)
SAMPLE = """\
[[tariffs]]
name = "Repas, essai"
activity = ["cantine"]
unit = ["repas"]
bands = [
  { first = 0, last = 600, cents = 150 },
  { first = 601, last = 1200, cents = 330 },
  { first = 1201, cents = 490 },
]
"""
HEADINGS = (
    *("Quotient familial", "Familles", "Paieraient moins", "Paieraient plus"),
    *("Total aujourd’hui (€)", "Total essayé (€)", "Différence (€)"),
)


class Trial(msgspec.Struct, frozen=True):
    """Days to price again, and the grid that is tried."""

    premier: date
    dernier: date
    grille: Annotated[str, msgspec.Meta(max_length=60_000)]
    fichier: bool = False


@dataclass(frozen=True)
class LaboratoryPage:
    """The form, and what the last trial gave."""

    first: date
    last: date
    text: str
    form: Bound[Trial] | None = None
    found: Comparison | None = None

    @property
    def slices(self) -> list[Slice]:
        """Each slice, then all the families."""
        return [*self.found.slices, self.found.whole] if self.found else []

    @property
    def bars(self) -> list[tuple[str, float, float]]:
        """What each slice pays, in euros: today, and by the grid tried."""
        found = self.found.slices if self.found else ()
        return [(one.label, one.before / 100, one.after / 100) for one in found]


@get(
    "/bureau/periscolaire/laboratoire",
    name="periscolaire.laboratory",
    told="Essayer une grille de tarifs sur des jours réservés",
    guards=[guards.agent],
)
async def look(now: NamedDependency[datetime]) -> Page:
    """Show the form, on the last whole month."""
    last = now.date().replace(day=1) - timedelta(days=1)
    return Page(
        "periscolaire/office/laboratory.html", LaboratoryPage(last.replace(day=1), last, SAMPLE)
    )


@post(
    "/bureau/periscolaire/laboratoire",
    name="periscolaire.try_tariffs",
    told="Calculer ce que changerait une grille de tarifs",
    guards=[guards.agent],
)
async def attempt(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page | Response[bytes]:
    """Price the same days by both grids; nothing is written."""
    bound = _checked(await read(request, Trial))
    text = str(bound.raw.get("grille") or "")
    if bound.struct is None:
        return _page(LaboratoryPage(now.date(), now.date(), text, bound))
    said = bound.value
    try:
        after = read_grid(said.grille)
    except Misconfigured as error:
        wrong = bound.wrong(grille=f"{error.message[:1].upper()}{error.message[1:]}")
        return _page(LaboratoryPage(said.premier, said.dernier, text, wrong))
    known, postcodes = await catalogue.current(), tenant.settings.postcodes
    booked = await uses.between(said.premier, said.dernier, known, postcodes)
    before = tenant.of(Settings).prices
    found = await asyncio.to_thread(lambda: compare(merged(booked, before, after), before, after))
    page = LaboratoryPage(said.premier, said.dernier, text, Bound(said, {}, bound.raw), found)
    return _file(page) if said.fichier else _page(page)


def _checked(bound: Bound[Trial]) -> Bound[Trial]:
    if bound.struct is None:
        return bound
    said = bound.value
    if said.dernier < said.premier:
        return bound.wrong(dernier="Le dernier jour vient avant le premier.")
    if said.dernier - said.premier > LONGEST:
        return bound.wrong(dernier="Un an au plus : choisissez un premier jour plus proche.")
    return bound


def _page(page: LaboratoryPage) -> Page:
    status = 422 if page.form and page.form.errors else 200
    return Page("periscolaire/office/laboratory.html", page, status=status)


def _file(page: LaboratoryPage) -> Response[bytes]:
    rows = [
        (
            *(one.label, one.households, one.gain, one.lose),
            *(one.before / 100, one.after / 100, one.difference / 100),
        )
        for one in page.slices
    ]
    return spreadsheets.answer("csv", "essai-de-tarifs", HEADINGS, rows)


ROUTES = [look, attempt]
