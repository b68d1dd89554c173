"""The legal list of a commune's childminders, for its mairie: as page, CSV, spreadsheet and PDF."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle_assmat import lists
from ribambelle_assmat.queries import legal_lists
from ribambelle_assmat.queries.legal_lists import KIND, Commune, Line

DESK = "/bureau/assmat/communes"
ROLE = "mairie"
EVERYWHERE = ("agent", "admin", "pmi")
reading = Holding(*EVERYWHERE, ROLE)
HEADINGS = ("Nom", "Lieu d’exercice", "Téléphone", "Enfants", "Fin de l’agrément")
MENTION = (
    "Assistantes maternelles agréées de la commune, communiquées à la mairie par le département, "
    "comme la loi le prévoit."
)


@dataclass(frozen=True)
class CommunesPage:
    """The communes whose list this person may read."""

    communes: list[Commune]


@dataclass(frozen=True)
class LegalPage:
    """Who is accredited in one commune."""

    commune: Commune
    lines: list[Line]
    alone: bool
    address: str
    mention: str = MENTION


async def mine(person: Person, day: date) -> list[Commune]:
    """Return the communes a person may read the list of: all, or a mairie's own."""
    every = await legal_lists.every(day)
    if person.holds(*EVERYWHERE):
        return every
    numbers = person.numbers(ROLE, KIND)
    return [one for one in every if one.number in numbers]


async def one_of_mine(person: Person, number: int, day: date) -> Commune:
    """Return a commune a person may read the list of; another does not exist for it."""
    found = next((one for one in await mine(person, day) if one.number == number), None)
    if found is None:
        raise NotYours
    return found


@get(
    DESK,
    name="assmat.legal.communes",
    told="Choisir la commune dont on lit la liste légale",
    guards=[reading],
)
async def communes(
    person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[Any]:
    """List the communes; who has one only is led to it."""
    found = await mine(person, now.date())
    if len(found) == 1:
        return Redirect(f"{DESK}/{found[0].number}", status_code=303)
    return Page("assmat/office/communes.html", CommunesPage(found))


@get(
    f"{DESK}/{{commune:int}}",
    name="assmat.legal.list",
    told="Lire la liste légale des assistantes maternelles d’une commune",
    guards=[reading],
)
async def look(
    commune: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show who is accredited in a commune today."""
    one = await one_of_mine(person, commune, now.date())
    alone = len(await mine(person, now.date())) == 1
    lines = await legal_lists.lines(one, now.date())
    page = LegalPage(one, lines, alone, f"{DESK}/{commune}")
    return Page("assmat/office/legal_list.html", page)


@get(
    f"{DESK}/{{commune:int}}/export/{{kind:str}}",
    name="assmat.legal.file",
    told="Prendre la liste légale en PDF, en CSV ou en tableur",
    guards=[reading],
)
async def take(
    commune: FromPath[int],
    kind: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the list to keep or to print."""
    one = await one_of_mine(person, commune, now.date())
    if kind not in lists.KINDS:
        raise NotYours
    found = await legal_lists.lines(one, now.date())
    rows = [
        (each.name, each.address, formats.telephone(each.phone), each.children, each.last)
        for each in found
    ]
    return await lists.as_file(
        *(kind, f"Assistantes maternelles, {one.name}", MENTION, HEADINGS, rows),
        name=f"assistantes-maternelles-{one.insee or commune}",
        person=person,
        of=f"assmat.commune:{commune}",
        now=now,
    )


ROUTES = [communes, look, take]
