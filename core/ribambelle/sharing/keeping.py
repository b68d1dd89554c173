"""Showing something to a partner, taking it back, and who may read it today."""

from dataclasses import dataclass
from datetime import date, datetime

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Grant
from ribambelle.sharing import Shareable
from ribambelle.sharing.tables import Share
from ribambelle.workflow import journal

READER = "partner"
OFFICE = ("agent", "admin")


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody to whom something may be shown."""

    account: int
    name: str
    email: str


def kinds() -> dict[str, Shareable]:
    """Return what the plugins of this commune let be shown, by code."""
    found: list[Shareable] = tenants.current().hooks.all("shareable")
    return {one.code: one for one in found}


async def partners() -> list[Partner]:
    """Return the partners of the commune, by name."""
    held = Grant.select(Grant.account).where(Grant.role == READER)
    rows = (
        await Account.select(Account.id, Account.name, Account.email)
        .where(Account.id.is_in(held) & Account.disabled_at.is_null())
        .order_by(Account.name, Account.id)
    )
    return [Partner(row["id"], row["name"] or row["email"], row["email"]) for row in rows]


async def share(
    partner: int, kind: str, thing: int, until: date, by: int, now: datetime
) -> tuple[int, bool]:
    """Show something to a partner until a day, and tell whether it is new.

    Shared again, the same thing takes the new day. Raises Refused for what no plugin lets be shown.
    """
    known = kinds().get(kind)
    label = (await known.choices()).get(thing) if known else None
    if known is None or label is None:
        raise Refused("nothing_to_share")
    if until < now.date():
        raise Refused("share_is_past")
    async with transaction():
        await locks.advisory(f"share:{partner}")
        standing = (
            await Share.select(Share.id)
            .where((Share.account == partner) & (Share.kind == kind) & (Share.thing == thing))
            .where(Share.ended_at.is_null() & (Share.until >= now.date()))
            .first()
        )
        if standing:
            number = int(standing["id"])
            await Share.update({Share.until: until}).where(Share.id == number)
        else:
            row = Share(
                account=partner,
                kind=kind,
                thing=thing,
                label=f"{known.label} : {label}"[:200],
                shared_at=now,
                shared_by=by,
                until=until,
            )
            number = int((await Share.insert(row).returning(Share.id))[0]["id"])
        await journal.record(
            "share.opened",
            f"share:{number}",
            account=by,
            side="office",
            partner=partner,
            kind=kind,
            thing=thing,
            until=until.isoformat(),
        )
    return number, standing is None


async def end(number: int, by: int, now: datetime) -> None:
    """Take back what was shown; taking it back twice is once."""
    if not await Share.exists().where(Share.id == number):
        raise NotYours
    async with transaction():
        ended = (
            await Share.update({Share.ended_at: now, Share.ended_by: by})
            .where((Share.id == number) & Share.ended_at.is_null())
            .returning(Share.id)
        )
        if ended:
            await journal.record("share.ended", f"share:{number}", account=by, side="office")


async def standing(day: date) -> list[Share]:
    """Return all that partners may read on a day, the latest first."""
    return (
        await Share.objects(Share.account)
        .where(Share.ended_at.is_null() & (Share.until >= day))
        .order_by(Share.id, ascending=False)
    )


async def of_partner(account: int, day: date) -> list[Share]:
    """Return what one partner may read on a day, the latest first."""
    known = kinds()
    return [
        one
        for one in await Share.objects()
        .where((Share.account == account) & Share.ended_at.is_null() & (Share.until >= day))
        .order_by(Share.id, ascending=False)
        if one.kind in known
    ]


async def one_for(person: Person, number: int, day: date) -> Share:
    """Return a share to the town hall or to its partner, or behave as if it did not exist.

    Taken back, past its day, or of a plugin that was switched off, there is none for anybody.
    """
    found = await Share.objects().get(Share.id == number)
    if found is None or found.kind not in kinds() or not may_read(person, found, day):
        raise NotYours
    return found


def may_read(person: Person, one: Share, day: date) -> bool:
    """Tell whether somebody may read what is shared: its partner, while it stands, and the office."""
    if one.ended_at is not None or one.until < day:
        return False
    return person.holds(*OFFICE) or (person.holds(READER) and int(one.account) == person.account)
