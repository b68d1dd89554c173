"""Who answers for which child, and what each may do: asked by every plugin before it acts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.custom_types import Combinable
from piccolo.query.methods.select import Select

from ribambelle.database import Prepared, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import accounts
from ribambelle.identity.person import Person
from ribambelle.identity.rights import Kind, Right, Rights, narrowed
from ribambelle.identity.tables import Adult, Child, Custody, Responsibility
from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side


@dataclass(frozen=True, slots=True)
class Held:
    """What one adult may do for one child."""

    id: int
    child: int
    adult: int
    name: str
    household: int
    account: int | None
    email: str
    rights: Rights
    given_by: int | None = None


async def of_children(children: list[int], day: date) -> list[Held]:
    """Return who answers for these children on a day, parents first."""
    found = await _held(Responsibility.child.is_in(children or [0]), day)
    return sorted(found, key=lambda one: (one.rights.kind != "parent", one.id))


async def of_child(child: int, day: date) -> list[Held]:
    """Return who answers for one child on a day, parents first: every request of a program asks."""
    found = [_read(row) for row in await OF_CHILD.ask(child=child, day=day)]
    return sorted(found, key=lambda one: (one.rights.kind != "parent", one.id))


async def lasting(children: list[int]) -> dict[tuple[int, int], date]:
    """Return until when each adult answers for each of these children, by child and adult.

    Those whose responsibility ended are not there.
    """
    rows = await Responsibility.select(
        Responsibility.child, Responsibility.adult, Responsibility.until
    ).where(Responsibility.child.is_in(children or [0]), Responsibility.ended_at.is_null())
    return {(row["child"], row["adult"]): row["until"] or date.max for row in rows}


async def of_adult(adult: int, day: date) -> list[Held]:
    """Return the children an adult answers for on a day: every page of a family asks."""
    return [_read(row) for row in await OF_ADULT.ask(adult=adult, day=day)] if adult else []


async def children_of(adult: int, right: Right, day: date) -> list[int]:
    """Return the children for whom this adult may book, pay or collect on a day."""
    return [one.child for one in await of_adult(adult, day) if one.rights.allows(right, day)]


async def answered_for(household: int, day: date) -> list[int]:
    """Return the children for whom an adult of a household holds authority, wherever they live."""
    found = await _held(
        (Responsibility.adult.household == household) & Responsibility.has_authority.eq(True), day
    )
    return [one.child for one in found]


async def rights_on(adult: int, child: int, day: date) -> Rights | None:
    """Return what an adult may do for a child; None when it is nothing."""
    found = [one.rights for one in await of_adult(adult, day) if one.child == child]
    return found[0] if found else None


async def the_child(number: int) -> Child:
    """Return a child, or behave as if it did not exist."""
    found = await Child.objects().get(Child.id == number)
    if found is None:
        raise NotYours
    return found


async def child_of(person: Person, child: int, day: date) -> Child:
    """Return a child this person answers for, or behave as if it did not exist."""
    if await rights_on(person.adult, child, day) is None:
        raise NotYours
    return await the_child(child)


async def one(number: int, day: date) -> Held:
    """Return one responsibility that stands, or behave as if it did not exist."""
    found = await _held(Responsibility.id == number, day)
    if not found:
        raise NotYours
    return found[0]


def _standing(which: Combinable, day: date) -> Select[Any]:
    return (
        Responsibility.select(
            *Responsibility.all_columns(),
            Responsibility.adult.household.as_alias("household"),
            Responsibility.adult.account.as_alias("account"),
            Responsibility.adult.email.as_alias("email"),
            Responsibility.adult.account.email.as_alias("signs_in_with"),  # type: ignore[union-attr] # Piccolo joins two tables away, its types stop at one
            Responsibility.adult.given_name.as_alias("given_name"),
            Responsibility.adult.family_name.as_alias("family_name"),
        )
        .where(which, Responsibility.ended_at.is_null())
        .where(Responsibility.until.is_null() | (Responsibility.until >= day))
        .order_by(Responsibility.id)
    )


async def _held(which: Combinable, day: date) -> list[Held]:
    return [_read(row) for row in await _standing(which, day)]


def _read(row: dict[str, Any]) -> Held:
    return Held(
        id=row["id"],
        child=row["child"],
        adult=row["adult"],
        name=f"{row['given_name']} {row['family_name']}".strip(),
        household=row["household"],
        # nobody signs in with an account without address: the invitation still stands
        account=row["account"] if accounts.signs_in(row["signs_in_with"]) else None,
        email=row["email"],
        rights=_rights(row["kind"], row),
        given_by=row["given_by"],
    )


OF_CHILD = Prepared(lambda given: _standing(Responsibility.child == given.child, given.day))
OF_ADULT = Prepared(lambda given: _standing(Responsibility.adult == given.adult, given.day))


def _rights(kind: Kind, row: dict[str, object]) -> Rights:
    until = row["until"]
    return Rights(
        kind,
        bool(row["has_authority"]),
        bool(row["may_book"]),
        bool(row["may_pay"]),
        bool(row["may_collect"]),
        until if isinstance(until, date) else None,
    )


def row(
    child: int, adult: int, rights: Rights, now: datetime, by: int | None = None
) -> Responsibility:
    """Return the row of what one adult may do for one child; a relative never gets a parent's."""
    kept = narrowed(rights)
    return Responsibility(
        child=child,
        adult=adult,
        kind=kept.kind,
        has_authority=kept.has_authority,
        may_book=kept.may_book,
        may_pay=kept.may_pay,
        may_collect=kept.may_collect,
        until=kept.until,
        given_by=by,
        given_at=now,
        ended_at=None,
    )


PAIR = (Responsibility.child, Responsibility.adult)
GIVEN = [
    column
    for column in Responsibility._meta.columns
    if column._meta.name not in ("id", "child", "adult")
]


async def write(
    child: int,
    adult: int,
    rights: Rights,
    now: datetime,
    *,
    by: int | None = None,
    side: Side = "clock",
) -> None:
    """Give an adult these rights on a child, in the place of those they had."""
    kept = narrowed(rights)
    async with transaction():
        await Responsibility.insert(row(child, adult, kept, now, by)).on_conflict(
            target=PAIR, action="DO UPDATE", values=GIVEN
        )
        await journal.record(
            "family.rights_given",
            f"child:{child}",
            account=by,
            side=side,
            adult=adult,
            kind=kept.kind,
            authority=kept.has_authority,
            rights=kept.held,
        )


async def end(held: Held, now: datetime, *, by: int | None, side: Side, reason: str = "") -> None:
    """Take an adult's rights on a child away; taking them twice is once."""
    async with transaction():
        ended = (
            await Responsibility.update({Responsibility.ended_at: now})
            .where((Responsibility.id == held.id) & Responsibility.ended_at.is_null())
            .returning(Responsibility.id)
        )
        if ended:
            await journal.record(
                "family.rights_ended",
                f"child:{held.child}",
                account=by,
                side=side,
                adult=held.adult,
                reason=reason,
            )


async def hand_over(source: int, target: int) -> None:
    """Give all that one adult holds to another, who is the same person known twice."""
    offered = await Responsibility.select(Responsibility.child).where(
        Responsibility.adult == source
    )
    # a relative taken back may be given again; what ended for a parent, a judge ended
    await Responsibility.delete().where(
        (Responsibility.adult == target)
        & Responsibility.ended_at.is_not_null()
        & (Responsibility.kind == "relative")
        & Responsibility.child.is_in([row["child"] for row in offered] or [0])
    )
    mine = await Responsibility.select(Responsibility.child).where(Responsibility.adult == target)
    known = [row["child"] for row in mine] or [0]
    await Responsibility.update({Responsibility.adult: target}).where(
        (Responsibility.adult == source) & Responsibility.child.not_in(known)
    )
    for column in (Custody.even, Custody.odd, Custody.first_half, Custody.proposed_by):
        await Custody.update({column: target}).where(column == source)


async def adult_of(number: int) -> Adult:
    """Return an adult, or behave as if they did not exist."""
    found = await Adult.objects().get(Adult.id == number)
    if found is None:
        raise NotYours
    return found
