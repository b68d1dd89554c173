"""The directory for programs: who suits, one childminder, and where a place stands for a town hall."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import api
from ribambelle.api.paging import fitting
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.api.writing import Keep
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle_assmat import declaring, measuring, publishing, searching
from ribambelle_assmat.api import shapes
from ribambelle_assmat.api.asked import asked_of, ends_of
from ribambelle_assmat.declaring import Availability
from ribambelle_assmat.domain.slots import BIT, keys_of, mask_of
from ribambelle_assmat.locating import (
    counted_in,
)
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.refreshing import HERSELF

ROOT = "/api/v1/assmat"
READ, WRITE = guards.Scoped("assmat:read"), guards.Scoped("assmat:write")
NADIA = {
    **{"id": 12, "name": "Nadia Benali", "postcode": "44000", "city": "Nantes"},
    **{"quartier": "Bellevue", "latitude": 47.218, "longitude": -1.553, "address": ""},
    **{"mobile": "06 99 00 00 01", "phone": "", "email": "", "call_hours": "18 h"},
    **{"cares": ["part_time", "urgent"], "accredited_since": "2014-05-01"},
    **{"pets": "none", "smoke": "free", "languages": ["ar", "fr"]},
    "places": [
        {
            **{"where": "home", "children": 4, "from_months": 0, "to_months": 72, "state": "now"},
            **{"opens": None, "moments": ["mon-morning"], "confirmed_on": "2026-11-20"},
            **{"postcode": "44000", "city": "Nantes", "quartier": "Bellevue", "address": ""},
            **{"latitude": 47.218, "longitude": -1.553, "urgent": True},
            "hours": "journée",
        }
    ],
    "page": "https://famille.exemple.fr/assmat/fiches/12",
    "photo": "",
}


class Suiting(msgspec.Struct, frozen=True):
    """Somebody who suits, and how well."""

    childminder: publishing.Childminder
    match: shapes.Match


class Suited(api.Listed[Suiting], frozen=True):
    """Those who suit, and how each address that was asked is understood."""

    read_as: list[shapes.ReadAs] = []


@get(
    f"{ROOT}/childminders",
    name="api.assmat.childminders",
    told="Chercher une assistante maternelle",
    guards=[READ],
    api=api.Operation(
        "Celles que les familles voient, dans l’ordre où elles conviennent. `town` est une commune "
        "ou un code postal, `quartier` un quartier ; `address` une adresse (`12 rue du Port`), ou "
        "`latitude` et `longitude` un point, avec `radius` en mètres (5 000 sans réponse) ; "
        "`to_address`, ou `to_latitude` et `to_longitude`, l’autre bout d’un trajet (1 000). Six "
        "cents adresses par heure ; `read_as` dit comment chacune est lue : par le service "
        "d’adresses (`service`), au milieu d’une rue de la commune (`streets`) ou d’un quartier "
        "(`quartier`). `days` sont les jours voulus (`mon,tue`), de `arrives` à `leaves` "
        "(`07:30`) ; `months` l’âge de l’enfant, `start` le jour du début, `children` combien "
        "d’enfants ; `where` le lieu (`home`, `mam`) ; `cares` l’accueil (`wednesday,urgent`), "
        "`home` le logement (`no_pets,smoke_free`), `language` une langue (`ar`), `name` son nom. Un "
        "point n’est jamais connu à moins de 200 m. Une recherche compte dans les chiffres de "
        "l’annuaire comme celle d’une famille, sans rien de qui cherche ; la suite d’une liste, ou "
        "une lecture sans critère, non.",
        Suited,
        {
            "data": [
                {
                    "childminder": NADIA,
                    "match": {"group": "part", "detail": "Il manque le mardi.", "distance": 400},
                }
            ],
            "next": None,
            "read_as": [{"parameter": "address", "label": "Rue du Port", "by": "streets"}],
        },
        query=shapes.Search,
    ),
)
async def search(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Answer who suits, the best first."""
    told = api.query(request, shapes.Search)
    place, today = api.number_of(told.after), now.date()
    if place is None:
        raise Invalid(Wrong("Reprenez l’adresse donnée par « next ».", parameter="after"))
    areas = (
        await directory.quartiers(today) if told.quartier or told.address or told.to_address else []
    )
    ends = await ends_of(told, areas, now)
    asked = asked_of(told, areas, ends)
    hits = await searching.search(asked, today)
    if told.is_said and not place:
        town = ends.town or counted_in(asked.town)
        await measuring.searched(town, asked.wish.months, searching.suiting(hits), now)
    found = await searching.shown(hits[place : place + told.limit + 1])
    rows = [
        Suiting(
            _published(tenant, one.one, today),
            shapes.Match(one.match.group, one.match.sentence, one.distance),
        )
        for one in found
    ]
    page = api.page_of(request, rows, told.limit, place + told.limit)
    return api.said(Suited(page.data, page.next, ends.read_as))


def _published(tenant: Tenant, one: One, today: date) -> publishing.Childminder:
    page = tenant.url(f"/assmat/fiches/{one.id}")
    return publishing.published(one, today, page, is_open=False)


@get(
    f"{ROOT}/childminders/{{childminder:int}}",
    name="api.assmat.childminder",
    told="Lire une assistante maternelle",
    guards=[READ],
    api=api.Operation(
        "Ce que les familles voient d’elle : rien de plus que ce qu’elle accepte de montrer.",
        publishing.Childminder,
        NADIA,
    ),
)
async def one(
    childminder: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer what families see of a childminder."""
    found = await directory.shown_one(fitting(childminder), now.date())
    return api.said(_published(tenant, found, now.date()))


@put(
    f"{ROOT}/childminders/{{childminder:int}}/places/{{rank:int}}",
    name="api.assmat.availability",
    told="Dire si une place est libre, pour la mairie",
    guards=[WRITE],
    status_code=200,
    api=api.Operation(
        "Écrit où en est une place, confirmée aujourd’hui, comme un agent le fait sur sa fiche. "
        "`rank` est le rang de la place parmi les siennes, à partir de 1, dans l’ordre où la lecture "
        "les donne. `note` est un mot sur cette place, que les familles lisent ; sans lui, celui "
        "d’avant reste, et vide, il est effacé.",
        shapes.Standing,
        {
            **{"childminder": 12, "place": 1, "state": "later", "opens": "2027-03-01"},
            **{"moments": ["mon-morning"], "confirmed_on": "2026-11-25", "urgent": False},
            "note": "Un frère ou une sœur est bienvenu.",
        },
        body=shapes.Said,
        asked={
            **{"state": "later", "opens": "2027-03-01", "moments": ["mon-morning"]},
            "note": "Un frère ou une sœur est bienvenu.",
        },
    ),
)
async def availability(
    childminder: FromPath[int],
    rank: FromPath[int],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Write where a place stands, once whatever the times it is sent."""
    told = checked(await api.body(request, shapes.Said))
    found = await directory.one(fitting(childminder))
    if found.is_gone or not 1 <= rank <= len(found.places):
        raise NotYours
    place, moments = found.places[rank - 1], mask_of(told.moments)
    opens = told.opens if told.state == "later" else None
    takes_urgent = place.takes_urgent if told.urgent is None else told.urgent
    note = place.note if told.note is None else told.note.strip()

    async def work(keep: Keep[shapes.Standing]) -> shapes.Standing:
        standing = (told.state, opens, keys_of(moments), now.date(), takes_urgent, note)
        answer = shapes.Standing(found.id, rank, *standing)
        async with transaction():
            said = Availability(told.state, opens, moments, note, takes_urgent)
            await declaring.availability(HERSELF, found.id, place.id, said, now)
            await keep(answer)
        return answer

    return await api.once(request, work)


def checked(told: shapes.Said) -> shapes.Said:
    """Return what a program says of a place; refuse a date that is missing, moments that are none."""
    wrong = [
        Wrong("Ce moment n’existe pas : écrivez par exemple mon-morning.", f"/moments/{rank}")
        for rank, key in enumerate(told.moments)
        if key not in BIT
    ]
    if told.state == "later" and told.opens is None:
        wrong.append(Wrong("Dites à partir de quel jour la place est libre.", "/opens"))
    if wrong:
        raise Invalid(*wrong)
    return told


ROUTES = [search, one, availability]
