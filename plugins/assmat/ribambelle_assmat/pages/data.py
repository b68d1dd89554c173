"""The directory as open data: GeoJSON and CSV, written page by page whatever their length."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Stream

from ribambelle.identity import limits
from ribambelle.lists import CSV, as_csv, csv_rows
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.sign_in import come_from
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.availability import STATES
from ribambelle_assmat.domain.home import LANGUAGES, PETS, SMOKE
from ribambelle_assmat.domain.publication import CARES
from ribambelle_assmat.publishing import LICENCE, Childminder, Place, published
from ribambelle_assmat.queries.published import everybody

HERE = "/assmat/donnees"
GEOJSON = "application/geo+json"
HOUR, AT_MOST = timedelta(hours=1), 20
HEADINGS = (
    *("Identifiant", "Nom", "Code postal", "Commune", "Quartier", "Lieu", "Enfants"),
    *("Âge minimum (mois)", "Âge maximum (mois)", "Disponibilité", "Libre le", "Dit le"),
    *("Portable", "Téléphone", "E-mail", "Adresse", "Latitude", "Longitude", "Accueil"),
    *("Horaire de l’agrément", "Remplacement court", "Premier agrément", "Animaux", "Tabac"),
    *("Langues", "Fiche", "Licence", "Extrait le"),
)


async def shown(tenant: Tenant, today: date) -> AsyncIterator[list[Childminder]]:
    """Yield what may leave of each, some at a time."""
    async for some in everybody(today):
        yield [published(one, today, tenant.url(f"/assmat/fiches/{one.id}")) for one in some]


async def geojson(tenant: Tenant, today: date) -> AsyncIterator[bytes]:
    """Yield a collection of points: nobody without a point is in it."""
    head = {"licence": LICENCE, "date": f"{today}", "source": tenant.url("/assmat")}
    opened = msgspec.json.encode({"type": "FeatureCollection", **head})
    yield opened[:-1] + b',"features":['
    comma = b""
    async for some in shown(tenant, today):
        for one in some:
            for feature in _features(one):
                yield comma + msgspec.json.encode(feature)
                comma = b","
    yield b"]}"


def _features(one: Childminder) -> Iterator[dict[str, Any]]:
    """Yield a point for each cell she works in, with the places that are there."""
    told = {key: value for key, value in msgspec.structs.asdict(one).items() if key not in POINT}
    cells: dict[tuple[float | None, float | None], list[Place]] = {}
    for place in one.places:
        cells.setdefault((place.longitude, place.latitude), []).append(place)
    for rank, (cell, places) in enumerate(cells.items(), start=1):
        if None not in cell:
            point = {"type": "Point", "coordinates": list(cell)}
            name = one.id if rank == 1 else f"{one.id}-{rank}"
            there = {name: getattr(places[0], name) for name in THERE}
            about = told | there | {"places": places}
            yield {"type": "Feature", "id": name, "geometry": point, "properties": about}


POINT = ("id", "latitude", "longitude", "photo")
THERE = ("postcode", "city", "quartier", "address")


async def lines(tenant: Tenant, today: date) -> AsyncIterator[bytes]:
    """Yield one line for each accredited place."""
    yield as_csv(HEADINGS, ())
    async for some in shown(tenant, today):
        yield csv_rows(
            (
                *(one.id, one.name, place.postcode, place.city, place.quartier),
                PLACES[place.where],
                *(place.children, place.from_months, place.to_months, STATES[place.state]),
                *(place.opens, place.confirmed_on, one.mobile, one.phone, one.email),
                *(place.address, place.latitude, place.longitude),
                ", ".join(CARES[code] for code in one.cares),
                *(place.hours, "oui" if place.urgent else "", one.accredited_since),
                *(PETS.get(one.pets), SMOKE.get(one.smoke)),
                ", ".join(LANGUAGES[code] for code in one.languages),
                *(one.page, LICENCE, today),
            )
            for one in some
            for place in one.places
        )


@get(
    f"{HERE}.geojson",
    name="assmat.geojson",
    told="Télécharger l’annuaire en GeoJSON",
    guards=[guards.public],
)
async def as_geojson(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Stream:
    """Send the directory as points, a few times an hour."""
    await _within_measure(request, now)
    return Stream(geojson(tenant, now.date()), media_type=GEOJSON, headers=_named("geojson"))


@get(
    f"{HERE}.csv",
    name="assmat.csv",
    told="Télécharger l’annuaire en CSV",
    guards=[guards.public],
)
async def as_lines(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Stream:
    """Send the directory as a list of places, a few times an hour."""
    await _within_measure(request, now)
    return Stream(lines(tenant, now.date()), media_type=CSV, headers=_named("csv"))


async def _within_measure(request: Request[Any, Any, Any], now: datetime) -> None:
    await limits.require(f"assmat-data:{come_from(request)}", now, at_most=AT_MOST, per=HOUR)


def _named(kind: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="assistantes-maternelles.{kind}"'}


ROUTES = [as_geojson, as_lines]
