"""Reminders to childminders: the half-year the law asks of, six months of silence, a place that opens.

Each leaves once, whatever the times its job runs: it is counted in the transaction that writes it.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.calendar.months import later
from ribambelle.database import Prepared, transaction
from ribambelle.identity import limits
from ribambelle.tenants import Tenant
from ribambelle.web.formats import jour_du_mois
from ribambelle_assmat.domain.reminders import SILENCE, SOON, half_year, last_silent
from ribambelle_assmat.queries.directory import ROLE, SCOPE
from ribambelle_assmat.tables import Childminder
from ribambelle_assmat.writing import write

AT_ONCE = 200
HERSELF = (
    "SELECT c.id, c.given_name, a.email, a.id AS account{about} FROM assmat_childminder c"
    " JOIN core_grant g ON g.role = {{}} AND g.scope = {{}} || CAST(c.id AS TEXT)"
    " JOIN core_account a ON a.id = g.account AND a.disabled_at IS NULL{more}"
    " WHERE a.password > '' AND c.gone_at IS NULL AND c.status = 'active' AND c.activity = 'working'"
    " AND c.first <= {{}} AND c.last >= {{}} AND c.id > {{}}{which} ORDER BY c.id LIMIT {{}}"
)
BY_HER = " GROUP BY c.id, c.given_name, a.email, a.id"
PLACES = " JOIN assmat_place p ON p.childminder = c.id"


def _question(about: str = "", more: str = "", which: str = "") -> Prepared[list[dict[str, Any]]]:
    """Return who is at work and has an account, some at a time, with what else is asked of them."""
    text = HERSELF.format(about=about, more=more, which=which)

    def question(given: Any) -> Any:
        bounds = (given.start, given.end) if which else ()
        asked = (ROLE, f"{SCOPE}:", given.day, given.day, given.after, *bounds, AT_ONCE)
        return Childminder.raw(text, *asked)

    return Prepared(question)


EVERYBODY = _question()
SILENT = _question(
    ", MAX(p.confirmed_on) AS on_day",
    PLACES,
    f"{BY_HER} HAVING MAX(p.confirmed_on) >= {{}} AND MAX(p.confirmed_on) <= {{}}",
)
UNHEARD = _question(
    ", MIN(g.given_at) AS on_day",
    PLACES,
    f"{BY_HER} HAVING MAX(p.confirmed_on) IS NULL AND MIN(g.given_at) >= {{}}"
    " AND MIN(g.given_at) < {}",
)
"""Those who opened their account and never said anything of a place."""
OPENING = _question(
    ", MIN(p.opens) AS on_day",
    f"{PLACES} AND p.state = 'later'",
    f" AND p.opens > {{}} AND p.opens <= {{}}{BY_HER}",
)


async def remind() -> None:
    """Send the reminders that are due; a job, each morning."""
    tenant = tenants.current()
    today = tenant.now().date()
    if deadline := half_year(today):
        await _each(tenant, EVERYBODY, "half_year", lambda _: deadline)
    first, last = last_silent(today)
    await _each(tenant, SILENT, "silent", lambda said: later(said, SILENCE), start=first, end=last)
    midnight = [_start(tenant, day) for day in (first, last + timedelta(days=1))]
    span = {"start": midnight[0], "end": midnight[1]}
    await _each(tenant, UNHEARD, "silent", lambda since: later(since, SILENCE), **span)
    await _each(tenant, OPENING, "opens_soon", lambda opens: opens, start=today, end=today + SOON)


async def _each(
    tenant: Tenant,
    who: Prepared[list[dict[str, Any]]],
    about: str,
    due: Callable[[date], date],
    **bounds: date,
) -> None:
    after, today = 0, tenant.now().date()
    while rows := await who.ask(day=today, after=after, **bounds):
        for row in rows:
            await _write(tenant, row, about, due(_day(row.get("on_day", today), tenant)))
        after = rows[-1]["id"]


def _day(told: date | str, tenant: Tenant) -> date:
    """Return a day a database computed: SQLite gives it back as text, an instant is of our zone."""
    if isinstance(told, str):
        told = datetime.fromisoformat(told) if len(told) > 10 else date.fromisoformat(told)
    return told.astimezone(tenant.zone).date() if isinstance(told, datetime) else told


async def _write(tenant: Tenant, row: dict[str, Any], about: str, day: date) -> None:
    """Write one reminder, once for the day it is about: never older than what counts are kept."""
    async with transaction():
        if await limits.count(f"assmat.{about}:{row['id']}", _start(tenant, day)) > 1:
            return
        await write(
            f"assmat/messages/{about}",
            row,
            name=row["given_name"],
            day=jour_du_mois(day, year=True),
            link=tenant.url(f"/assmat/espace/{row['id']}"),
        )


def _start(tenant: Tenant, day: date) -> datetime:
    return datetime.combine(day, time(), tenant.zone)
