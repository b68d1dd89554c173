"""What the indicators are counted from: the register, what is declared, how the directory is used."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ribambelle.database import Prepared
from ribambelle.workflow.tables import JournalLine
from ribambelle_assmat.domain.availability import standing
from ribambelle_assmat.domain.figures import AGES, is_open
from ribambelle_assmat.queries.directory import ROLE, SCOPE
from ribambelle_assmat.settings import believed_days
from ribambelle_assmat.tables import Childminder, Place
from ribambelle_assmat.tables.figures import Count

AT_WORK = (
    "c.gone_at IS NULL AND c.status = 'active' AND c.activity = 'working'"
    " AND c.first <= {} AND c.last >= {}"
)
KEPT = Prepared(
    lambda given: Childminder.raw(
        "SELECT c.city, COUNT(*) AS many, SUM(CASE WHEN EXISTS (SELECT 1 FROM core_grant g"  # noqa: S608 - columns of ours, values apart
        " JOIN core_account a ON a.id = g.account AND a.password > ''"
        " WHERE g.role = {} AND g.scope = {} || CAST(c.id AS TEXT)) THEN 1 ELSE 0 END) AS kept"
        f" FROM assmat_childminder c WHERE {AT_WORK} GROUP BY c.city ORDER BY c.city",
        ROLE,
        f"{SCOPE}:",
        given.day,
        given.day,
    )
)
SAID = Prepared(
    lambda given: Place.raw(
        "SELECT p.confirmed_on, COUNT(*) AS many FROM assmat_place p"  # noqa: S608 - columns of ours, values apart
        " JOIN assmat_childminder c ON c.id = p.childminder"
        f" WHERE {AT_WORK} AND p.confirmed_on IS NOT NULL GROUP BY p.confirmed_on",
        given.day,
        given.day,
    )
)
FREE = Prepared(
    lambda given: Place.raw(
        "SELECT p.city, p.state, p.opens, p.confirmed_on, p.from_months, p.to_months,"  # noqa: S608 - columns of ours, values apart
        " COUNT(*) AS many FROM assmat_place p JOIN assmat_childminder c ON c.id = p.childminder"
        f" WHERE {AT_WORK} AND p.state IN ('now', 'later') AND p.confirmed_on >= {{}}"
        " GROUP BY p.city, p.state, p.opens, p.confirmed_on, p.from_months, p.to_months",
        given.day,
        given.day,
        given.since,
    )
)
USED = Prepared(
    lambda given: Count.raw(
        "SELECT period, town, code, many FROM assmat_count WHERE kind = {} AND period >= {}",
        given.kind,
        given.since,
    )
)
ENTERED = Prepared(
    lambda given: JournalLine.raw(
        "SELECT COALESCE(g.role, j.side) AS role, COUNT(*) AS many FROM core_journal j"
        " LEFT JOIN (SELECT DISTINCT account, role FROM core_grant) g ON g.account = j.account"
        " WHERE j.act = 'account.signed_in' AND j.at >= {} AND j.at < {}"
        " GROUP BY COALESCE(g.role, j.side)",
        given.start,
        given.end,
    )
)


async def kept(day: date) -> list[tuple[str, int, int]]:
    """Return each commune with who is at work there: all of them, and those with an account."""
    return [(row["city"], row["many"], row["kept"] or 0) for row in await KEPT.ask(day=day)]


async def said(day: date) -> dict[int, int]:
    """Return how many places were last confirmed so many days ago."""
    return {(day - row["confirmed_on"]).days: row["many"] for row in await SAID.ask(day=day)}


async def free(day: date, months: Sequence[date]) -> Counter[tuple[str, str, int]]:
    """Return the places said to be free, by commune, age and rank of the month."""
    found: Counter[tuple[str, str, int]] = Counter()
    believed = believed_days()
    for row in await FREE.ask(day=day, since=day - timedelta(days=believed)):
        where = standing(row["state"], row["opens"], row["confirmed_on"], day, believed)
        ages = [
            code for code in AGES if code and row["from_months"] <= int(code) <= row["to_months"]
        ]
        for rank, month in enumerate(months):
            if is_open(where, month):
                for age in ages:
                    found[row["city"], age, rank] += row["many"]
    return found


async def used(kind: str, since: date) -> list[tuple[date, str, str, int]]:
    """Return what was counted of a kind since a month: month, commune, age, how many."""
    rows = await USED.ask(kind=kind, since=since)
    return [(row["period"], row["town"], row["code"], row["many"]) for row in rows]


async def entered(start: datetime, end: datetime) -> Counter[str]:
    """Return the sign-ins of a span by role; somebody with two roles counts in both."""
    rows = await ENTERED.ask(start=start, end=end)
    return Counter({row["role"]: int(row["many"]) for row in rows})
