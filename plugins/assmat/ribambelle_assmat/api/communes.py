"""The legal list of a commune, for the programs of its mairie or of the PMI."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import api
from ribambelle.api import Paged
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.errors import NotYours
from ribambelle.web import guards
from ribambelle_assmat.queries import legal_lists

ROOT = "/api/v1/assmat/communes"
LEGAL = guards.Scoped("assmat:legal")


class Commune(msgspec.Struct, frozen=True):
    """One commune of the register; `count` is how many are accredited there today."""

    insee: str
    name: str
    count: int


class Accredited(msgspec.Struct, frozen=True):
    """One childminder, as the law tells the mairie of her."""

    name: str
    address: str
    phone: str
    children: int
    until: date


REZE = {"insee": "44143", "name": "Rezé", "count": 13}
BENALI = {
    **{"name": "Benali Nadia", "address": "3 rue du Lavoir, 44400 Rezé", "phone": "0240000000"},
    **{"children": 4, "until": "2029-04-30"},
}


@get(
    ROOT,
    name="api.assmat.communes",
    told="Lire les communes du registre des agréments",
    guards=[LEGAL],
    api=api.Operation(
        "Les communes du registre, avec le nombre d’agréments en cours.",
        api.Listed[Commune],
        {"data": [REZE], "next": None},
    ),
)
async def communes(now: NamedDependency[datetime]) -> Response[bytes]:
    """Answer the communes of the register."""
    every = await legal_lists.every(now.date())
    return api.said(api.Listed([Commune(one.insee, one.name, one.count) for one in every]))


@get(
    f"{ROOT}/{{insee:str}}",
    name="api.assmat.legal_list",
    told="Lire la liste légale d’une commune",
    guards=[LEGAL],
    api=api.Operation(
        "Les assistantes maternelles agréées d’une commune, comme la loi les dit à sa mairie. "
        "Leur téléphone y est si elles acceptent de le montrer. `insee` est le code de "
        "la commune.",
        api.Listed[Accredited],
        {"data": [BENALI], "next": None},
        query=Paged,
    ),
)
async def legal_list(
    insee: FromPath[str], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer who is accredited in a commune, by name."""
    told = api.query(request, Paged)
    place = api.number_of(told.after)
    if place is None:
        raise Invalid(Wrong("Reprenez l’adresse donnée par « next ».", parameter="after"))
    every = await legal_lists.every(now.date())
    commune = next((one for one in every if one.insee == insee), None)
    if commune is None:
        raise NotYours
    lines = await legal_lists.lines(commune, now.date())
    rows = [
        Accredited(one.name, one.address, one.phone, one.children, one.last)
        for one in lines[place : place + told.limit + 1]
    ]
    return api.listed(request, rows, told.limit, place + told.limit)


ROUTES = [communes, legal_list]
