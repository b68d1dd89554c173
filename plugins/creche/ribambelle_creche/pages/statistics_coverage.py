"""How many children under three live in each quartier: typed once a year from INSEE or the CAF."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import childcare, forms
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain import coverage as rules
from ribambelle_creche.domain.coverage import Figure
from ribambelle_creche.domain.statistics import NOWHERE
from ribambelle_creche.pages.panels import Bar, Panel
from ribambelle_creche.queries import coverage, statistics, streets
from ribambelle_creche.queries.areas import quartier_names

UNDER_THREE = "/bureau/creche/statistiques/moins-de-trois-ans"
ADMISSIONS = "/bureau/creche/statistiques/admissions"
town_hall = Holding("agent", "admin")


class FiguresForm(msgspec.Struct, frozen=True):
    """Where figures come from, and of which day they are."""

    counted_on: date
    source: Annotated[str, Meta(max_length=120)]


@dataclass(frozen=True)
class FiguresPage:
    """The children under three of each quartier, to write."""

    quartiers: Mapping[int, str]
    known: Mapping[int, Figure]
    irises: Mapping[int, str]
    known_by_iris: Mapping[str, Figure]
    form: forms.Bound[FiguresForm] | None = None

    @property
    def last(self) -> Figure | None:
        """A figure that says of which day they all are, and whose."""
        return next(iter([*self.known.values(), *self.known_by_iris.values()]), None)

    @property
    def rows(self) -> list[tuple[str, str, int | str]]:
        """The quartiers: words, field, children; blank where it is not known."""
        return [
            (
                name,
                f"enfants-{quartier}",
                self.known[quartier].children if quartier in self.known else "",
            )
            for quartier, name in self.quartiers.items()
        ]

    @property
    def finer(self) -> list[tuple[str, str, int | str]]:
        """The same by IRIS, where the list of streets gives it."""
        return [
            (
                iris,
                f"iris-{number}",
                self.known_by_iris[iris].children if iris in self.known_by_iris else "",
            )
            for number, iris in self.irises.items()
        ]


async def figures_page(form: forms.Bound[FiguresForm] | None = None) -> Page:
    """Lay out the figures, to write them; again with what is wrong in them."""
    page = FiguresPage(
        await real_quartiers(),
        await coverage.figures(),
        await irises_known(),
        await coverage.by_iris(),
        form,
    )
    return Page("creche/office/under_three.html", page, status=422 if form else 200)


async def irises_known() -> dict[int, str]:
    """Return the IRIS of the list of streets, numbered for a form."""
    return dict(enumerate(await streets.irises(), start=1))


async def real_quartiers() -> dict[int, str]:
    """Return the quartiers of the commune, without the place of those in none."""
    return {one: name for one, name in (await quartier_names()).items() if one != NOWHERE}


async def panel(now: datetime) -> Panel:
    """Return the places for a hundred children under three, of all modes that are known."""
    known, names = await coverage.figures(), await real_quartiers()
    places: dict[int, int] = {}
    for one in await childcare.supply(now.date()):
        places[one.quartier or NOWHERE] = places.get(one.quartier or NOWHERE, 0) + one.places
    told = {one: names[one] for one in known if one in names}
    rows = [_row(names[one], places.get(one, 0), known[one].children, known[one]) for one in told]
    if len(told) == len(names) and told:
        children = sum(one.children for one in known.values())
        rows.append(_row("Ville", sum(places.values()), children, known[next(iter(told))]))
    bars: list[Bar] = [(row[0], row[3]) for row in rows if row[3] is not None]
    return Panel(
        "couverture",
        "Places pour 100 enfants de moins de trois ans",
        "Tous modes connus ; un quartier ne dit pas les places de ses voisins",
        ("Quartier", "Places", "Moins de trois ans", "Places pour 100", "Comptés le", "Source"),
        rows,
        bars,
        decimals=1,
    )


async def panel_by_iris(now: datetime) -> Panel:
    """Return the places for a hundred children under three, IRIS by IRIS, each at its address."""
    known, irises = await coverage.by_iris(), await irises_known()
    numbers = {iris: number for number, iris in irises.items()}
    supply = await childcare.supply(now.date()) if known else []
    places: Counter[int] = Counter()
    for (_, area), many in (await statistics.places_by_iris(numbers, supply)).items():
        places[area] += many
    rows = [
        _row(iris, places[number], known[iris].children, known[iris])
        for iris, number in numbers.items()
        if iris in known
    ]
    return Panel(
        "couverture-iris",
        "Places pour 100 enfants de moins de trois ans, par IRIS",
        f"Tous modes connus, à leur adresse ; {_nowhere(places[NOWHERE])}un IRIS ne dit pas les "
        "places de ses voisins",
        ("IRIS", "Places", "Moins de trois ans", "Places pour 100", "Comptés le", "Source"),
        rows,
        [(row[0], row[3]) for row in rows if row[3] is not None],
        decimals=1,
    )


def _nowhere(places: int) -> str:
    return f"{formats.pluriel(places, 'place')} sans IRIS connu n’y sont pas ; " if places else ""


def _row(
    name: str, places: int, children: int, figure: Figure
) -> tuple[str, int, int, float | None, str, str]:
    share = rules.per_hundred(places, children)
    return name, places, children, share, f"{figure.counted_on:%d/%m/%Y}", figure.source


@get(
    UNDER_THREE,
    name="creche.under_three",
    told="Lire combien d’enfants de moins de trois ans vivent dans chaque quartier",
    guards=[town_hall],
)
async def look() -> Page:
    """Show the figures, to write them."""
    return await figures_page()


@post(
    UNDER_THREE,
    name="creche.under_three.write",
    told="Écrire combien d’enfants de moins de trois ans vivent dans chaque quartier",
    guards=[town_hall],
)
async def write(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the figures, whole; nothing typed is lost when one is wrong."""
    names, form = await real_quartiers(), await forms.read(request, FiguresForm)
    typed = dict((await request.form()).items())
    children, errors = rules.read(typed, names)
    irises = await irises_known()
    finer, wrong = rules.read(typed, irises, "iris")
    errors |= wrong
    told = form.struct
    if told is not None and told.counted_on > now.date():
        errors["counted_on"] = "Ce jour est à venir : écrivez celui du recensement."
    if told is not None and not told.source.strip():
        errors["source"] = "Dites d’où viennent ces nombres, par exemple INSEE ou CAF."
    form = form.wrong(**errors)
    if form.struct is None or told is None:
        return await figures_page(form)
    by_iris = {irises[number]: many for number, many in finer.items()}
    source = told.source.strip()
    await coverage.write(children, told.counted_on, source, person.account, by_iris)
    also = f" et {len(by_iris)} IRIS" if by_iris else ""
    seen.tell("ok", f"Enregistré pour {len(children)} quartier{'s' * (len(children) > 1)}{also}.")
    return Redirect(f"{ADMISSIONS}#t-couverture", status_code=303)


ROUTES = [look, write]
