"""What the CAF receives for monenfant.fr: the pages of those who agreed to it, and of nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.web import formats, spreadsheets
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle_assmat import lists
from ribambelle_assmat.domain.accreditation import CIVILITIES, PLACES
from ribambelle_assmat.domain.availability import STATES
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One

DESK = "/bureau/assmat/caf"
receiving = Holding("agent", "admin", "pmi", "caf_operator")
MENTION = (
    "Assistantes maternelles agréées qui acceptent que la CAF reçoive leur fiche "
    "(décret n° 2021-1131 du 30 août 2021)."
)
HEADINGS = (
    *("Agrément", "Civilité", "Nom", "Prénom", "Adresse", "Code postal", "Commune", "Portable"),
    *("Téléphone", "E-mail", "Lieu", "Enfants", "Disponibilité", "Libre le", "Dit le"),
    "Premier agrément",
)


@dataclass(frozen=True)
class CafPage:
    """How many agreed."""

    count: int
    mention: str = MENTION


@get(
    DESK,
    name="assmat.caf",
    told="Voir combien de fiches la CAF peut recevoir",
    guards=[receiving],
)
async def look(now: NamedDependency[datetime]) -> Page:
    """Say how many agreed, and let the list be taken."""
    return Page("assmat/office/caf.html", CafPage(len(await directory.for_caf(now.date()))))


@get(
    f"{DESK}/export/{{kind:str}}",
    name="assmat.caf_file",
    told="Prendre les fiches que la CAF peut recevoir",
    guards=[receiving],
)
async def take(
    kind: FromPath[str], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Send one line for each accredited place of those who agreed."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    today = now.date()
    rows = [row for one in await directory.for_caf(today) for row in lines(one, today)]
    return await lists.as_file(
        *(kind, "Fiches pour la CAF", MENTION, HEADINGS, rows),
        name="assistantes-maternelles-caf",
        person=person,
        of="assmat.caf",
        now=now,
    )


def lines(one: One, today: date) -> Sequence[Sequence[Any]]:
    """Return a line for each of her places."""
    found = []
    for place in one.places:
        stands = place.standing(today)
        found.append(
            (
                *(one.number, CIVILITIES.get(one.civility, ""), one.family_name, one.given_name),
                place.address,
                *(place.postcode, place.city, formats.telephone(one.told.mobile)),
                *(formats.telephone(one.told.phone), one.told.email, PLACES[place.where]),
                *(
                    place.children,
                    STATES[stands.state],
                    stands.opens or "",
                    place.confirmed_on or "",
                    one.accredited_since or "",
                ),
            )
        )
    return found


ROUTES = [look, take]
