"""What programs may read: the activities to come, and the places left."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from ribambelle import api
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle_bibliotheque.domain.places import TAKEN, WAITING
from ribambelle_bibliotheque.moments import begins_at
from ribambelle_bibliotheque.queries import activities

SCOPE = "bibliotheque:read"


class Announced(msgspec.Struct, frozen=True):
    """One activity, and the places left; nobody is named."""

    id: int
    title: str
    place: str
    day: date
    begins_at: datetime
    from_age: int
    to_age: int
    price_cents: int
    remaining: int
    waiting: int


EXAMPLE = {
    **{"id": 3, "title": "Heure du conte", "place": "Médiathèque", "day": "2026-12-02"},
    **{"begins_at": "2026-12-02T10:30:00+01:00", "from_age": 3, "to_age": 6},
    **{"price_cents": 0, "remaining": 4, "waiting": 0},
}


@get(
    "/api/v1/bibliotheque/activities",
    name="bibliotheque.api.activities",
    told="Lister les activités de la bibliothèque",
    guards=[guards.Scoped(SCOPE)],
    api=api.Operation(
        "Les activités à venir qui ne sont pas annulées, et les places qui restent.",
        api.Listed[Announced],
        {"data": [EXAMPLE], "next": None},
        query=api.Paged,
    ),
)
async def announced(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Answer the activities to come, one page at a time."""
    asked = api.query(request, api.Paged)
    after = api.number_of(asked.after)
    if after is None:
        raise Invalid(Wrong("Reprenez l’adresse donnée par « next ».", parameter="after"))
    day = now.astimezone(tenant.zone).date()
    found = await activities.page(day, after, asked.limit + 1)
    counts = await activities.counts([one.id for one in found])
    rows = [
        Announced(
            *(one.id, one.title, one.place, one.day, begins_at(tenant, one)),
            *(one.from_age, one.to_age, one.cents),
            max(0, one.places - counts[one.id][TAKEN]),
            counts[one.id][WAITING],
        )
        for one in found
    ]
    last = rows[asked.limit - 1].id if len(rows) > asked.limit else 0
    return api.listed(request, rows, asked.limit, last)


ROUTES = [announced]
