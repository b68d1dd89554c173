"""« Toujours une place ? »: asked once a month, answered in one tap, without a password.

The link is sealed to the day it was asked and to what she last said: an answer changes both, so that
it serves once; thirty days later it opens nothing.
"""

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import Prepared, advisory, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle_assmat import declaring, writing
from ribambelle_assmat.declaring import Availability
from ribambelle_assmat.domain.availability import ASKED_EVERY
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import ROLE, SCOPE, One, OnePlace
from ribambelle_assmat.tables import Place

STILL = "assmat.still"
LIFE = timedelta(days=30)
AT_ONCE = 100
HERSELF = Person(0, 0, "", "", "staff")
"""Nobody is signed in: her link alone says that it is she."""
TO_ASK = Prepared(
    lambda given: Place.raw(
        "SELECT p.id, p.childminder, a.email, a.id AS account FROM assmat_place p"
        " JOIN assmat_childminder c ON c.id = p.childminder"
        " JOIN assmat_declared d ON d.childminder = c.id"
        " JOIN core_grant g ON g.role = {} AND g.scope = {} || CAST(c.id AS TEXT)"
        " JOIN core_account a ON a.id = g.account AND a.disabled_at IS NULL"
        " WHERE d.is_listed AND NOT c.is_hidden AND c.gone_at IS NULL AND c.status = 'active'"
        " AND c.activity = 'working' AND c.first <= {} AND c.last >= {}"
        " AND (p.confirmed_on IS NULL OR p.confirmed_on <= {})"
        " AND (p.asked_on IS NULL OR p.asked_on <= {})"
        " ORDER BY p.id LIMIT {}",
        ROLE,
        f"{SCOPE}:",
        given.day,
        given.day,
        given.since,
        given.since,
        AT_ONCE,
    )
)


async def ask() -> None:
    """Ask each childminder of whom nothing was heard for a month; a job, each morning."""
    tenant = tenants.current()
    today = tenant.now().date()
    since = today - ASKED_EVERY
    while rows := await TO_ASK.ask(day=today, since=since):
        async with transaction():
            await _ask(tenant, rows, today)


async def _ask(tenant: Tenant, rows: Sequence[dict[str, Any]], today: date) -> None:
    numbers = [row["id"] for row in rows]
    await Place.update({Place.asked_on: today}).where(Place.id.is_in(numbers))
    for row in rows:
        one = await directory.one(row["childminder"])
        place = next(each for each in one.places if each.id == row["id"])
        await writing.write(
            "assmat/messages/still_free",
            row,
            name=one.given_name,
            believed_days=place.believed_days,
            link=tenant.url(f"/assmat/confirmer/{place.id}/{seal(tenant, place, today)}"),
        )


def seal(tenant: Tenant, place: OnePlace, asked: date) -> str:
    """Return the code of one question about one place; the next question has another."""
    return tenant.sign(STILL, f"{place.id}:{asked}:{place.confirmed_on}")


async def asked(tenant: Tenant, number: int, code: str, now: datetime) -> tuple[One, OnePlace]:
    """Return the place a link asks about, or behave as if there were none: answered, or too old."""
    row = await Place.objects().get(Place.id == number)
    if row is None or row.asked_on is None or now.date() - row.asked_on > LIFE:
        raise NotYours
    one = await directory.one(int(row.childminder))
    place = next(each for each in one.places if each.id == number)
    if not hmac.compare_digest(code.encode(), seal(tenant, place, row.asked_on).encode()):
        raise NotYours
    return one, place


async def answer(
    tenant: Tenant, number: int, code: str, state: str, opens: date | None, now: datetime
) -> One:
    """Write her answer, once: the link that bears it is dead after. Her week and words stay."""
    async with transaction():
        # of two taps at once, the second reads what the first answered
        await advisory(f"assmat.place:{number}")
        one, place = await asked(tenant, number, code, now)
        told = Availability(state, opens, place.moments, place.note, place.takes_urgent)
        await declaring.availability(HERSELF, one.id, number, told, now)
        await Place.update({Place.asked_on: None}).where(Place.id == number)
    return one
