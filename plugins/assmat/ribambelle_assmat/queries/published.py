"""Whom families see, one page after the other: for files and programs that read all of them."""

from collections.abc import AsyncIterator
from datetime import date

from ribambelle.database import Prepared
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import SHOWN, One
from ribambelle_assmat.tables import Childminder

AT_ONCE = 500
NEXT = Prepared(
    lambda given: Childminder.raw(
        "SELECT c.id FROM assmat_childminder c JOIN assmat_declared d ON d.childminder = c.id"  # noqa: S608 - columns of ours, values apart
        f" WHERE {SHOWN} AND c.id > {{}} ORDER BY c.id LIMIT {{}}",
        given.day,
        given.day,
        given.after,
        given.limit,
    )
)


async def numbers(after: int, limit: int, day: date) -> list[int]:
    """Return the numbers of those families see on a day that come after one, in order."""
    return [row["id"] for row in await NEXT.ask(day=day, after=after, limit=limit)]


async def after(number: int, limit: int, day: date) -> list[One]:
    """Return those families see on a day whose number comes after one, by number."""
    some = await numbers(number, limit, day)
    found = await directory.some(some)
    return [found[one] for one in some if one in found]


async def everybody(day: date) -> AsyncIterator[list[One]]:
    """Yield all of them, some at a time: no more than that is ever in memory."""
    last = 0
    while found := await after(last, AT_ONCE, day):
        yield found
        last = found[-1].id
