"""A search a family leaves its e-mail with: proved first, looked at each morning, ended by one tap."""

import hmac
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs

import msgspec

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_assmat import asking, locating, searching
from ribambelle_assmat.asking import Search
from ribambelle_assmat.queries import directory
from ribambelle_assmat.searching import Found, Hit
from ribambelle_assmat.tables import SavedSearch

PURPOSE = "assmat.search"
KEPT_FOR = timedelta(days=183)
UNPROVED = timedelta(days=3)
MOST = 5
"""Searches one address may keep."""
SHOWN = 5
"""Childminders a message names."""
AT_ONCE = 100


def read(query: str) -> Search:
    """Return a search as it was kept."""
    told = parse_qs(query[: asking.LONGEST])
    return asking.read({name: values[0] for name, values in told.items()}, told)


def seal(tenant: Tenant, row: SavedSearch) -> str:
    """Return the code that proves its e-mail, then ends it."""
    return tenant.sign(PURPOSE, f"{row.id}:{row.email}")


async def begin(tenant: Tenant, email: str, search: Search, now: datetime) -> None:
    """Keep a search, and ask its e-mail whether that is right; asked again, it is asked again."""
    async with transaction():
        await advisory(f"assmat.search:{email}")
        rows = await SavedSearch.objects().where(SavedSearch.email == email)
        row = next((one for one in rows if one.asked == search.query), None)
        if row is None:
            if sum(one.confirmed_at is not None for one in rows) >= MOST or len(rows) >= 4 * MOST:
                # said to nobody but its owner: a stranger learns nothing of an address
                return
            row = SavedSearch(email=email, asked=search.query, created_at=now)
            row.id = int((await SavedSearch.insert(row).returning(SavedSearch.id))[0]["id"])
        if row.confirmed_at is None:
            link = tenant.url(f"/assmat/alertes/{row.id}/{seal(tenant, row)}")
            await post("assmat/messages/search_begun", email, search=search.told, link=link)


async def kept(tenant: Tenant, number: int, code: str) -> SavedSearch:
    """Return the search a link names, or behave as if there were none."""
    row = await SavedSearch.objects().get(SavedSearch.id == number)
    if row is None or not hmac.compare_digest(code.encode(), seal(tenant, row).encode()):
        raise NotYours
    return row


async def confirm(row: SavedSearch, now: datetime) -> None:
    """Begin to look; those who suit today are on the page, and are not written about."""
    hits = await _hits(read(row.asked), now.date())
    await SavedSearch.update(
        {
            SavedSearch.confirmed_at: now,
            SavedSearch.looked_on: None if hits is None else now.date(),
            SavedSearch.told: _listed(hits or []),
        }
    ).where((SavedSearch.id == row.id) & SavedSearch.confirmed_at.is_null())


async def end(row: SavedSearch) -> None:
    """Look no more, and forget the address."""
    await SavedSearch.delete().where(SavedSearch.id == row.id)


async def look() -> None:
    """Look for what suits each search today, and write once about each; a job, each morning."""
    tenant = tenants.current()
    today = tenant.now().date()
    due = SavedSearch.confirmed_at.is_not_null() & (
        SavedSearch.looked_on.is_null() | (SavedSearch.looked_on < today)
    )
    after = 0
    while (
        rows := await SavedSearch.objects()
        .where(due & (SavedSearch.id > after))
        .order_by(SavedSearch.id)
        .limit(AT_ONCE)
    ):
        for row in rows:
            await _look(tenant, row, today)
        after = rows[-1].id


async def _look(tenant: Tenant, row: SavedSearch, today: date) -> None:
    search = read(row.asked)
    hits = await _hits(search, today)
    if hits is None:
        # the address service is silent today: whom it was told of stays, tomorrow looks again
        begun = SavedSearch.looked_on.is_not_null()
        await SavedSearch.update({SavedSearch.looked_on: today}).where(
            (SavedSearch.id == row.id) & begun
        )
        return
    # who suits the day it begins is on the page, and is not written about
    begins = row.looked_on is None
    before = SavedSearch.looked_on.is_null() if begins else SavedSearch.looked_on == row.looked_on
    told = set(msgspec.json.decode(row.told, type=list[int]))
    fresh = [hit for hit in hits if hit.childminder not in told]
    found = await searching.shown(fresh[:SHOWN])
    async with transaction():
        # whoever counted this search today first is the one who writes
        counted = (
            await SavedSearch.update(
                {SavedSearch.looked_on: today, SavedSearch.told: _listed(hits, told)}
            )
            .where((SavedSearch.id == row.id) & before)
            .returning(SavedSearch.id)
        )
        if counted and fresh and not begins:
            await post(
                "assmat/messages/search_found",
                row.email,
                search=search.told,
                found=words(found, today, len(fresh)),
                link=tenant.url(f"/assmat?{search.query}"),
                stop=tenant.url(f"/assmat/alertes/{row.id}/{seal(tenant, row)}"),
            )


async def _hits(search: Search, today: date) -> list[Hit] | None:
    """Return those whose place suits whole, a message is worth only that; None: nobody could look."""
    areas = await directory.quartiers(today)
    where = await locating.located(search, areas)
    if where.asked is None or where.unknown:
        return None
    hits = await searching.search(where.asked, today)
    return [hit for hit in hits if hit.match.group == "whole"]


def _listed(hits: Sequence[Hit], told: Collection[int] = ()) -> str:
    """Return whom a family heard of: nobody twice, a place confirmed again is not a new one."""
    return msgspec.json.encode(sorted({*told, *(hit.childminder for hit in hits)})).decode()


def words(found: Sequence[Found], today: date, total: int) -> str:
    """Say who suits, a line each."""
    lines = [f"- {one.one.name}, {one.one.quartier or one.one.city}" for one in found]
    more = total - len(found)
    return "\n".join([*lines, *([f"et {more} de plus"] if more else [])])


async def forget() -> None:
    """Forget the searches nobody proved, and those of half a year ago; a job."""
    now = tenants.current().now()
    unproved = SavedSearch.confirmed_at.is_null() & (SavedSearch.created_at < now - UNPROVED)
    await SavedSearch.delete().where(unproved | (SavedSearch.created_at < now - KEPT_FOR))
