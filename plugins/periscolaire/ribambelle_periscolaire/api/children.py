"""The children one may book for: enrolled, where, in what."""

from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from ribambelle import api
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.api import shapes
from ribambelle_periscolaire.api.offer import READ, ROOT, place_of
from ribambelle_periscolaire.domain.calendar import school_year, year_bounds
from ribambelle_periscolaire.queries import api as questions


@get(
    f"{ROOT}/children",
    name="api.periscolaire.children",
    told="Lister les enfants inscrits",
    guards=[READ],
    api=api.Operation(
        "Les enfants dont l’inscription est acceptée pour une année scolaire (`year`, celle où elle "
        "commence ; sans réponse, l’année en cours) : leur école et leur classe cette année-là, et "
        "les activités auxquelles ils sont inscrits.",
        api.Listed[shapes.Child],
        {
            "data": [
                {
                    **{"id": 8, "given_name": "Léa", "school": 4, "school_name": "Jean-Jaurès"},
                    **{"class_name": "CE1", "activities": [2, 3]},
                }
            ],
            "next": None,
        },
        query=shapes.Children,
    ),
)
async def listed(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Answer the children enrolled for a school year."""
    asked, today = api.query(request, shapes.Children), tenant.now().date()
    year = asked.year or school_year(today)
    rows = await questions.enrolled(year, _day(year, today), place_of(asked.after), asked.limit + 1)
    told = [
        shapes.Child(
            *(row["child"], row["given_name"], row["school"], row["school_name"] or ""),
            *(row["class_name"], row["activities"]),
        )
        for row in rows
    ]
    last = told[: asked.limit][-1].id if told else 0
    return api.listed(request, told, asked.limit, last)


def _day(year: int, today: date) -> date:
    """Return a day of a school year: today when it is in it."""
    first, last = year_bounds(year)
    return min(max(today, first), last)


ROUTES = [listed]
