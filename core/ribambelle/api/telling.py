"""A family is told of what a program did in its name, as it is when an agent acts for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.api.tables import ApiToken
from ribambelle.database import transaction
from ribambelle.identity import accounts, errands, limits
from ribambelle.identity.errands import Told
from ribambelle.identity.person import Behalf
from ribambelle.identity.tables import Account, Adult
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.workflow.journal import API
from ribambelle.workflow.tables import JournalLine

HOUR = timedelta(hours=1)
REASON = "par un logiciel que la mairie a relié au portail"


async def tell_later(behalf: Behalf, adult: int, now: datetime) -> None:
    """Queue one message for all that a program does for an adult within an hour."""
    start = limits.window_start(now, HOUR)
    about: dict[str, Any] = {"token": behalf.token, "adult": adult, "start": start}
    name = f"api:{behalf.token}:{adult}:{int(start.timestamp())}"
    await later("core", "tell_api_acts", once=name, at=start + HOUR, **about)


async def tell(token: int, adult: int, start: str) -> None:
    """Write to an adult what a program did in its name in an hour; a job, told once."""
    began = datetime.fromisoformat(start)
    person = await Adult.objects(Adult.account).get(Adult.id == adult)
    program = await ApiToken.objects().get(ApiToken.id == token)
    account: Account | None = person.account if person and person.account.id else None
    recipient = person.email if person else ""
    if account and accounts.signs_in(account.email):
        recipient = account.email
    objects = [about(account.id if account else None, adult), about(None, adult)]
    lines = await _lines(JournalLine.object.is_in(objects))
    mine = [line for line in lines if _token(line) == token and began <= line["at"] < began + HOUR]
    if not mine or not recipient or person is None or program is None:
        return
    async with transaction():
        if await limits.count(f"api.told:{token}:{adult}", began) > 1:
            return
        await post(
            "messages/errand",
            recipient,
            account=account.id if account else None,
            name=person.given_name,
            by=f"«\u00a0{program.name}\u00a0»",
            reason=REASON,
            at=mine[0]["at"].astimezone(tenants.current().zone),
            acts=_acts(mine),
            link=tenants.current().url("/famille/actes"),
        )


def about(account: int | None, adult: int) -> str:
    """Return what the journal says an act for somebody is about."""
    return f"account:{account}" if account else f"adult:{adult}"


async def of_family(account: int) -> list[Told]:
    """Return what programs did in a family's name, hour by hour, the latest first."""
    hours: dict[tuple[int, datetime], list[dict[str, Any]]] = {}
    for line in await _lines(JournalLine.object == about(account, 0)):
        start = limits.window_start(line["at"], HOUR)
        hours.setdefault((_token(line), start), []).append(line)
    rows = await ApiToken.select(ApiToken.id, ApiToken.name)
    names = {row["id"]: f"«\u00a0{row['name']}\u00a0»" for row in rows}
    found = [
        Told(lines[0]["at"], names.get(token, ""), REASON, _acts(lines))
        for (token, _), lines in hours.items()
    ]
    return sorted(found, key=lambda one: one.began_at, reverse=True)[:50]


async def _lines(which: Any) -> list[dict[str, Any]]:
    return (
        await JournalLine.select(JournalLine.at, JournalLine.act, JournalLine.facts)
        .where(which & (JournalLine.side == API) & JournalLine.read_only.eq(False))
        .order_by(JournalLine.number, ascending=False)
        .limit(500)
    )[::-1]


def _token(line: dict[str, Any]) -> int:
    return int(msgspec.json.decode(line["facts"]).get("token", 0))


def _acts(lines: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(errands.label(line["act"]) for line in lines))
