"""Counting how the directory is used: one more in a month, and nothing of who asked."""

from datetime import date, datetime

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle.tenants import communes
from ribambelle_assmat.domain.figures import band_of
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.tables import Childminder
from ribambelle_assmat.tables.figures import Count

ONE_MORE = Prepared(
    lambda given: Count.raw(
        "INSERT INTO assmat_count (kind, period, town, code, many) VALUES ({}, {}, {}, {}, 1)"
        " ON CONFLICT (kind, period, town, code) DO UPDATE SET many = assmat_count.many + 1",
        given.kind,
        given.period,
        given.town,
        given.code,
    )
)
TOWN = Prepared(
    lambda given: Childminder.raw(
        "SELECT city FROM assmat_childminder WHERE postcode = {} OR city_folded = {}"
        " ORDER BY city LIMIT 1",
        given.town,
        given.town,
    )
)


async def searched(town: str, months: int | None, found: int, now: datetime) -> None:
    """Count a search, and that nobody suited when nobody did: needs that are not met.

    :param town: a postcode or the folded name of a commune, as the search reads it; what is a
        commune neither of the register nor of the département is not kept, since it may be
        anything somebody typed.
    :param months: age of the child, when it was said.
    :param found: how many suited.
    """
    rows = await TOWN.ask(town=town) if town else []
    # where nobody is accredited is where needs are met the least
    beyond = communes.named(town, tenants.current().settings.departement)
    name, period = rows[0]["city"] if rows else beyond, _month(now.date())
    for kind in ("search", "nothing") if not found else ("search",):
        await ONE_MORE.ask(kind=kind, period=period, town=name, code=band_of(months))


async def wrote(one: One, now: datetime) -> None:
    """Count a message a family sent to a childminder, by her commune."""
    await ONE_MORE.ask(kind="letter", period=_month(now.date()), town=one.city, code="")


def _month(day: date) -> date:
    return day.replace(day=1)
