"""The desks for programs: what waits for the PMI, cares declared, the relais, figures."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import api
from ribambelle.api import Paged
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.workflow import journal
from ribambelle_assmat import meeting, validating
from ribambelle_assmat.domain.accreditation import CIVILITIES
from ribambelle_assmat.domain.figures import AGES
from ribambelle_assmat.domain.slots import keys_of
from ribambelle_assmat.pages import figures
from ribambelle_assmat.queries import cares, directory
from ribambelle_assmat.queries.directory import One, OnePlace
from ribambelle_assmat.queries.relais import all_relais, followed

ROOT = "/api/v1/assmat"
PMI, CARES = guards.Scoped("assmat:pmi"), guards.Scoped("assmat:cares")
RELAIS, FIGURES = guards.Scoped("assmat:relais"), guards.Scoped("assmat:figures")
CAF = guards.Scoped("assmat:caf")
FOLLOWED = guards.Scoped("assmat:followed")
MOST = 10_000
Row = TypeVar("Row")


class Waiting(msgspec.Struct, frozen=True):
    """A page that waits to be read, since when."""

    childminder: int
    name: str
    since: datetime


class Expiring(msgspec.Struct, frozen=True):
    """An accreditation that ends soon."""

    childminder: int
    name: str
    city: str
    until: date


class Within(Paged, frozen=True, kw_only=True):
    """In how many days an accreditation ends at most."""

    days: Annotated[int, msgspec.Meta(ge=1, le=730)] = 183


class Exceeding(msgspec.Struct, frozen=True):
    """Whose declarations exceed something: today (`warnings`), and from a day to come."""

    childminder: int
    name: str
    children: int
    accredited: int
    warnings: list[str]
    from_day: date | None
    later: list[str]


class Declared(msgspec.Struct, frozen=True):
    """One care, as it was declared; `moments` is empty when its planning varies."""

    id: int
    childminder: int
    given_name: str
    born_on: date
    guardian: str
    began_on: date
    ended_on: date | None
    planning: str
    moments: list[str]


class Meeting(msgspec.Struct, frozen=True):
    """A meeting of a relais; hours are minutes since midnight."""

    id: int
    relais: int
    title: str
    place: str
    day: date
    begins: int
    ends: int
    places: int
    taken: int
    is_cancelled: bool


class Followed(msgspec.Struct, frozen=True):
    """One childminder a relais follows; how to reach her is empty unless she agreed to it."""

    name: str
    where: str
    places: str
    children: int
    until: date
    said_on: date | None
    is_up_to_date: bool
    phone: str
    email: str


class ForCaf(msgspec.Struct, frozen=True):
    """One place of a childminder who agrees that the CAF receives her page."""

    number: str
    civility: str
    family_name: str
    given_name: str
    address: str
    postcode: str
    city: str
    mobile: str
    phone: str
    email: str
    where: str
    children: int
    state: str
    opens: date | None
    said_on: date | None
    accredited_since: date | None


class Figures(msgspec.Struct, frozen=True):
    """One table of figures: what is hidden stays the word « masqué »."""

    code: str
    title: str
    headings: list[str]
    rows: list[list[str | int]]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The age free places are counted for: `6`, `18`, `30` or `60` months."""

    age: Annotated[str, msgspec.Meta(max_length=2)] = "6"


@get(
    f"{ROOT}/pmi/waiting",
    name="api.assmat.waiting",
    told="Lire les fiches que la PMI doit valider",
    guards=[PMI],
    api=api.Operation(
        "Les fiches qui attendent d’être lues, la plus ancienne d’abord ; personne quand le portail ne "
        "valide pas.",
        api.Listed[Waiting],
        {
            "data": [
                {"childminder": 12, "name": "Nadia Benali", "since": "2026-11-24T10:00:00+01:00"}
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def waiting(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Answer the pages to validate."""
    rows = [
        Waiting(
            row["childminder"],
            f"{row['childminder.given_name']} {row['childminder.family_name']}",
            row["changed_at"].astimezone(tenant.zone),
        )
        for row in await validating.waiting(MOST)
    ]
    return _paged(request, api.query(request, Paged), rows)


@get(
    f"{ROOT}/pmi/expiring",
    name="api.assmat.expiring",
    told="Lire les agréments qui finissent bientôt",
    guards=[PMI],
    api=api.Operation(
        "Les agréments en cours qui finissent dans `days` jours au plus (183 sans réponse), le plus "
        "proche d’abord.",
        api.Listed[Expiring],
        {
            "data": [
                {"childminder": 12, "name": "Nadia Benali", "city": "Rezé", "until": "2027-01-31"}
            ],
            "next": None,
        },
        query=Within,
    ),
)
async def expiring(
    request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer whose accreditation ends soon."""
    told, today = api.query(request, Within), now.date()
    ending = await cares.ending(today, today + timedelta(days=told.days), MOST)
    rows = [
        Expiring(
            int(one.id),
            f"{one.given_name} {one.usual_name or one.family_name}",
            *(one.city, one.last),
        )
        for one in ending
    ]
    return _paged(request, told, rows)


@get(
    f"{ROOT}/pmi/over",
    name="api.assmat.over",
    told="Lire les dépassements d’agrément déclarés",
    guards=[PMI],
    api=api.Operation(
        "Celles dont les accueils déclarés dépassent l’agrément ou la loi, aujourd’hui ou un jour à "
        "venir : `accredited`, `eleven` (plus de six de moins de onze ans), `three` (plus de quatre de "
        "moins de trois ans). Leurs propres enfants ne sont pas comptés.",
        api.Listed[Exceeding],
        {
            "data": [
                {
                    **{"childminder": 12, "name": "Nadia Benali", "children": 4, "accredited": 4},
                    **{"warnings": [], "from_day": "2027-03-01", "later": ["accredited"]},
                }
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def over(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Response[bytes]:
    """Answer whose declarations exceed their accreditation."""
    rows = []
    for one in await cares.over(now.date()):
        told = one.capacity
        day, later = told.coming or (None, ())
        rows.append(
            Exceeding(
                *(one.childminder, one.name, told.load.children, told.accredited),
                *(told.warnings, day, list(later)),
            )
        )
    return _paged(request, api.query(request, Paged), rows)


@get(
    f"{ROOT}/cares",
    name="api.assmat.cares",
    told="Lire les accueils déclarés à la PMI",
    guards=[CARES],
    api=api.Operation(
        "Les accueils déclarés, terminés depuis moins d’un an compris, dans l’ordre de leur "
        "déclaration. Chaque lecture est journalisée.",
        api.Listed[Declared],
        {
            "data": [
                {
                    **{"id": 7, "childminder": 12, "given_name": "Zoé", "born_on": "2025-06-01"},
                    **{"guardian": "Anne Payet", "began_on": "2026-09-01", "ended_on": None},
                    **{"planning": "regular", "moments": ["mon-morning"]},
                }
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def declared(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer the cares declared: they speak of children, and the reading is kept."""
    told = api.query(request, Paged)
    found = await cares.after(_place(told), told.limit + 1)
    rows = [
        Declared(
            *(int(one.id), int(one.childminder), one.given_name, one.born_on, one.guardian),
            *(one.began_on, one.ended_on, one.planning, keys_of(one.moments)),
        )
        for one in found
    ]
    await journal.record(
        "assmat.cares_read", "assmat.cares", account=None, side="office", read_only=True
    )
    last = rows[: told.limit][-1].id if rows else 0
    return api.listed(request, rows, told.limit, last)


@get(
    f"{ROOT}/meetings",
    name="api.assmat.meetings",
    told="Lire les rencontres des relais",
    guards=[RELAIS],
    api=api.Operation(
        "Les rencontres à venir de tous les relais, la plus proche d’abord, annulées comprises : les "
        "places, et combien sont prises. Qui vient n’y est pas.",
        api.Listed[Meeting],
        {
            "data": [
                {
                    **{"id": 3, "relais": 1, "title": "Éveil musical", "place": "Salle des fêtes"},
                    **{"day": "2026-12-04", "begins": 570, "ends": 660, "places": 8, "taken": 2},
                    "is_cancelled": False,
                }
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def meetings(
    request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer the meetings to come."""
    codes = [one.code for one in all_relais()]
    rows = [
        Meeting(
            *(int(one.row.id), one.row.relais, one.row.title, one.row.place, one.row.day),
            *(one.row.begins, one.row.ends, one.row.places, one.taken),
            one.row.cancelled_at is not None,
        )
        for one in await meeting.coming(codes, now.date())
    ]
    return _paged(request, api.query(request, Paged), rows)


@get(
    f"{ROOT}/relais/{{relais:int}}/childminders",
    name="api.assmat.followed",
    told="Lire les assistantes maternelles qu’un relais suit",
    guards=[FOLLOWED],
    api=api.Operation(
        "Celles qui ont une place dans les communes ou les quartiers d’un relais, par nom : où en sont "
        "leurs places, depuis quand, et si elles sont à jour. Leur téléphone et leur e-mail sont "
        "vides si elles n’acceptent pas que le relais les reçoive. Chaque lecture est journalisée. "
        "`relais` est le code du relais dans le fichier du portail.",
        api.Listed[Followed],
        {
            "data": [
                {
                    **{"name": "Benali Nadia", "where": "Bellevue", "places": "place libre"},
                    **{"children": 4, "until": "2029-04-30", "said_on": "2026-11-20"},
                    **{"is_up_to_date": True, "phone": "0699000001", "email": ""},
                }
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def followers(
    relais: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer whom a relais follows: the reading is kept."""
    told, today = api.query(request, Paged), now.date()
    one = next((each for each in all_relais() if each.code == relais), None)
    if one is None:
        raise NotYours
    rows = [
        Followed(
            *(each.name, each.where, each.places, each.children, each.last, each.said_on),
            *(each.is_up_to_date(today), each.phone, each.email),
        )
        for each in await followed(one, today)
    ]
    await journal.record(
        "assmat.list_taken",
        f"assmat.relais:{relais}",
        account=None,
        side="office",
        read_only=True,
        kind="api",
        rows=len(rows),
    )
    return _paged(request, told, rows)


@get(
    f"{ROOT}/caf",
    name="api.assmat.caf",
    told="Lire les fiches que la CAF peut recevoir",
    guards=[CAF],
    api=api.Operation(
        "Une ligne par lieu d’accueil de celles qui acceptent que la CAF reçoive leur fiche, par nom : "
        "ce que donne le fichier du bureau. Un accord retiré ferme la fiche aussitôt. `where` est "
        "`home` ou `mam`, `state` où en est la place aujourd’hui. Chaque lecture est journalisée.",
        api.Listed[ForCaf],
        {
            "data": [
                {
                    **{"number": "4401", "civility": "Mme", "family_name": "Benali"},
                    **{"given_name": "Nadia", "address": "3 rue du Lavoir, 44400 Rezé"},
                    **{"postcode": "44400", "city": "Rezé", "mobile": "0699000001", "phone": ""},
                    **{"email": "nadia@exemple.fr", "where": "home", "children": 4},
                    **{"state": "later", "opens": "2027-03-01", "said_on": "2026-11-20"},
                    "accredited_since": "2014-05-01",
                }
            ],
            "next": None,
        },
        query=Paged,
    ),
)
async def for_caf(
    request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer the pages the CAF may receive: the reading is kept."""
    told, today = api.query(request, Paged), now.date()
    rows = [
        _for_caf(one, each, today) for one in await directory.for_caf(today) for each in one.places
    ]
    await journal.record(
        "assmat.list_taken",
        "assmat.caf",
        account=None,
        side="office",
        read_only=True,
        kind="api",
        rows=len(rows),
    )
    return _paged(request, told, rows)


def _for_caf(one: One, place: OnePlace, today: date) -> ForCaf:
    stands = place.standing(today)
    return ForCaf(
        *(one.number, CIVILITIES.get(one.civility, ""), one.family_name, one.given_name),
        *(place.address, place.postcode, place.city),
        *(one.told.mobile, one.told.phone, one.told.email),
        where=place.where,
        children=place.children,
        state=stands.state,
        opens=stands.opens,
        said_on=place.confirmed_on,
        accredited_since=one.accredited_since,
    )


@get(
    f"{ROOT}/figures",
    name="api.assmat.figures",
    told="Lire les chiffres de l’annuaire",
    guards=[FIGURES],
    api=api.Operation(
        "Les tableaux de la page des chiffres, tels qu’elle les montre : un nombre de 1 à 4 est masqué, "
        "et d’autres avec lui. `age` choisit l’âge des places libres.",
        api.Listed[Figures],
        {
            "data": [
                {
                    **{"code": "messages", "title": "Messages envoyés aux assistantes maternelles"},
                    **{"headings": ["Mois", "Messages"], "rows": [["novembre 2026", 6]]},
                }
            ],
            "next": None,
        },
        query=Asked,
    ),
)
async def figured(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Answer every table, small counts hidden."""
    told = api.query(request, Asked)
    if not told.age or told.age not in AGES:
        raise Invalid(Wrong("Écrivez 6, 18, 30 ou 60.", parameter="age"))
    panels = await figures.panels_of(tenant, now, told.age)
    return api.said(
        api.Listed(
            [
                Figures(one.code, one.title, list(one.headings), [list(row) for row in one.rows])
                for one in panels
            ]
        )
    )


def _place(told: Paged) -> int:
    place = api.number_of(told.after)
    if place is None:
        raise Invalid(Wrong("Reprenez l’adresse donnée par « next ».", parameter="after"))
    return place


def _paged(request: Request[Any, Any, Any], told: Paged, rows: Sequence[Row]) -> Response[bytes]:
    """Answer one page of what waits today: short lists, read whole."""
    place = _place(told)
    some = list(rows[place : place + told.limit + 1])
    return api.listed(request, some, told.limit, place + told.limit)


ROUTES = [waiting, expiring, over, declared, meetings, followers, for_caf, figured]
