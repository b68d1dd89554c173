"""The openings of a commune: those that hold days back, and those whose result is out."""

from datetime import date, datetime
from typing import Any

from ribambelle.errors import NotYours
from ribambelle_periscolaire.domain.openings import Opening as Told
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.tables import Opening, WishRequest


async def every() -> list[Opening]:
    """Return every opening, the latest made first."""
    return await Opening.objects().order_by(Opening.id, ascending=False)


async def one(number: int) -> Opening:
    """Return an opening, or behave as if it did not exist."""
    found = await Opening.objects().get(Opening.id == number)
    if found is None:
        raise NotYours
    return found


def told(row: Opening) -> Told:
    """Return an opening as the rules read it."""
    return catalogue.opening_of(row.to_dict())


async def overlaps(activity: int, first: date, last: date, now: datetime) -> bool:
    """Tell whether another opening of an activity holds some of these days back."""
    return bool(
        await Opening.exists().where(
            (Opening.activity == activity)
            & (Opening.first <= last)
            & (Opening.last >= first)
            & Opening.cancelled_at.is_null()
            & Opening.published_at.is_null()
            & ((Opening.mode == "wishes") | (Opening.ends_at > now))
        )
    )


async def asked() -> dict[int, int]:
    """Return how many homes came or wished, by opening."""
    rows: list[dict[str, Any]] = await Opening.raw(
        "SELECT opening, count(DISTINCT household) AS homes FROM periscolaire_wish_request"
        " GROUP BY opening UNION"
        " SELECT opening, count(DISTINCT household) AS homes FROM periscolaire_arrival"
        " GROUP BY opening"
    )
    return {row["opening"]: row["homes"] for row in rows}


async def of_home(household: int) -> dict[int, Opening]:
    """Return the openings a home came to or wished in, by number."""
    rows: list[dict[str, Any]] = await Opening.raw(
        "SELECT opening FROM periscolaire_wish_request WHERE household = {}"
        " UNION SELECT opening FROM periscolaire_arrival WHERE household = {}",
        household,
        household,
    )
    numbers = [row["opening"] for row in rows]
    found = await Opening.objects().where(Opening.id.is_in(numbers)) if numbers else []
    return {int(one.id): one for one in sorted(found, key=lambda each: -int(each.id))}


async def answered(household: int, since: datetime) -> list[Opening]:
    """Return the wish windows a home was answered in since a moment."""
    rows = await WishRequest.select(WishRequest.opening).where(
        (WishRequest.household == household) & (WishRequest.placed_at > since)
    )
    numbers = [row["opening"] for row in rows]
    return await Opening.objects().where(Opening.id.is_in(numbers)) if numbers else []


async def to_decide(now: datetime) -> list[Opening]:
    """Return the wish windows that are over and that nobody decided of."""
    return await Opening.objects().where(
        (Opening.mode == "wishes")
        & (Opening.ends_at <= now)
        & Opening.cancelled_at.is_null()
        & Opening.decided_at.is_null()
    )
