"""Calendars as telephones read them: a secret address for one family, stopped when it wants."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import icalendar

from ribambelle import tenants
from ribambelle.calendar.events import Event
from ribambelle.calendar.tables import Feed
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity.sessions import digest
from ribambelle.identity.tables import Account
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal

PATH = "/agenda/flux/"
SUFFIX = ".ics"
AT_MOST = 10
HOUR = timedelta(hours=1)


async def open_for(account: int, now: datetime) -> str:
    """Return a new secret address for a family's calendar; the secret is kept nowhere."""
    secret = secrets.token_urlsafe(24)
    async with transaction():
        if len(await of_account(account)) >= AT_MOST:
            raise Refused("too_many_feeds", allowed=AT_MOST)
        await Feed.insert(Feed(account=account, digest=digest(secret), created_at=now))
        await journal.record("feed.opened", f"account:{account}", account=account, side="family")
    return tenants.current().url(f"{PATH}{secret}{SUFFIX}")


async def of_account(account: int) -> list[Feed]:
    """Return the addresses of a family's calendar that still answer, the latest first."""
    return (
        await Feed.objects()
        .where((Feed.account == account) & Feed.stopped_at.is_null())
        .order_by(Feed.id, ascending=False)
    )


async def stop(account: int, number: int, now: datetime) -> None:
    """Stop one address of a family's calendar; another family's does not exist."""
    async with transaction():
        stopped = (
            await Feed.update({Feed.stopped_at: now})
            .where((Feed.id == number) & (Feed.account == account) & Feed.stopped_at.is_null())
            .returning(Feed.id)
        )
        if not stopped:
            raise NotYours
        await journal.record("feed.stopped", f"account:{account}", account=account, side="family")


async def reader(secret: str, now: datetime) -> Account:
    """Return whose calendar an address is for; NotYours when it never was, or was stopped."""
    found = await Feed.objects(Feed.account).get(
        (Feed.digest == digest(secret)) & Feed.stopped_at.is_null()
    )
    if found is None or found.account.disabled_at is not None:
        raise NotYours
    if found.read_at is None or now - found.read_at >= HOUR:  # a write an hour, not one a reading
        await Feed.update({Feed.read_at: now}).where(Feed.id == found.id)
    account: Account = found.account
    return account


def written(events: Sequence[Event], tenant: Tenant, now: datetime) -> bytes:
    """Return a calendar as RFC 5545 writes it."""
    book = icalendar.Calendar()
    book.add("prodid", "-//Ribambelle//Portail famille//FR")
    book.add("version", "2.0")
    book.add("x-wr-calname", f"Portail famille, {tenant.settings.name}")
    book.add("x-published-ttl", timedelta(hours=6))
    for event in events:
        line = icalendar.Event()
        line.add("uid", f"{event.uid}@{tenant.settings.hosts[0]}")
        line.add("dtstamp", now)
        line.add("summary", event.title)
        if event.begins and event.ends:
            line.add("dtstart", event.begins)
            line.add("dtend", event.ends)
        else:
            line.add("dtstart", event.first)
            line.add("dtend", event.through + timedelta(days=1))
            line.add("transp", "TRANSPARENT")
        if event.place:
            line.add("location", event.place)
        if event.href:
            line.add("url", tenant.url(event.href))
        book.add_component(line)
    return bytes(book.to_ical())
