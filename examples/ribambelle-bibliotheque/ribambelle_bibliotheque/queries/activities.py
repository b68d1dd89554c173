"""Activities and who comes: a family's own, and the whole list for the library."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.custom_types import Combinable

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle_bibliotheque.domain.places import LEFT, TAKEN, WAITING, answer, called
from ribambelle_bibliotheque.queries.payers import paid_by
from ribambelle_bibliotheque.tables import Activity, Registration


@dataclass(frozen=True, slots=True)
class Coming:
    """One child at one activity."""

    id: int
    activity: int
    child: int
    name: str
    whole_name: str
    household: int
    account: int | None
    payer: int | None
    state: str
    cents: int


async def one(number: int) -> Activity:
    """Return an activity; one that is not there is not found."""
    found: Activity | None = await Activity.objects().get(Activity.id == number)
    if found is None:
        raise NotYours
    return found


async def from_day(day: date) -> list[Activity]:
    """Return the activities of a day and later, in order, cancelled ones too."""
    found: list[Activity] = (
        await Activity.objects()
        .where(Activity.day >= day)
        .order_by(Activity.day, Activity.begins, Activity.id)
        .limit(200)
    )
    return found


async def page(day: date, after: int, size: int) -> list[Activity]:
    """Return a page of the activities of a day and later, by number, for programs."""
    found: list[Activity] = (
        await Activity.objects()
        .where((Activity.day >= day) & (Activity.id > after) & Activity.cancelled_at.is_null())
        .order_by(Activity.id)
        .limit(size)
    )
    return found


async def before(day: date) -> list[Activity]:
    """Return the latest activities that are past, the last first."""
    question = Activity.objects().where(Activity.day < day).limit(20)
    found: list[Activity] = await question.order_by(Activity.day, Activity.begins, ascending=False)
    return found


async def on(day: date) -> list[Activity]:
    """Return the activities of one day that are not cancelled."""
    which = (Activity.day == day) & Activity.cancelled_at.is_null()
    found: list[Activity] = await Activity.objects().where(which).order_by(Activity.begins)
    return found


async def create(row: Activity) -> int:
    """Keep a new activity, and return its number."""
    return int((await Activity.insert(row).returning(Activity.id))[0]["id"])


async def counts(activities: Collection[int]) -> dict[int, dict[str, int]]:
    """Return how many children come to each activity, and how many wait."""
    rows = await Registration.select(Registration.activity, Registration.state).where(
        Registration.activity.is_in([*activities] or [0]), Registration.state != LEFT
    )
    found: dict[int, dict[str, int]] = {one: {TAKEN: 0, WAITING: 0} for one in activities}
    for row in rows:
        found[row["activity"]][row["state"]] += 1
    return found


async def coming_to(activity: int) -> list[Coming]:
    """Return who comes to an activity, then who waits, in the order they asked."""
    standing = (Registration.activity == activity) & (Registration.state != LEFT)
    found = await _coming(standing)
    return sorted(found, key=lambda one: one.state != TAKEN)


async def of_children(children: Collection[int], activities: Collection[int]) -> list[Coming]:
    """Return where these children are registered, or wait, among these activities."""
    return await _coming(
        Registration.child.is_in([*children] or [0])
        & Registration.activity.is_in([*activities] or [0])
        & (Registration.state != LEFT)
    )


async def own(children: Collection[int], number: int) -> Coming:
    """Return a registration of one of these children, or behave as if it did not exist."""
    mine = (Registration.id == number) & Registration.child.is_in([*children] or [0])
    found = await _coming(mine & (Registration.state != LEFT))
    if not found:
        raise NotYours
    return found[0]


async def take(activity: Activity, child: int, *, account: int, adult: int, now: datetime) -> str:
    """Give a child a place, or a rank on the list; the lock lets one family choose at a time."""
    async with transaction():
        await advisory(f"bibliotheque.activity:{activity.id}")
        mine = await Registration.objects().get(
            (Registration.activity == activity.id) & (Registration.child == child)
        )
        if mine is not None and mine.state != LEFT:
            raise Refused("registered_already")
        held = (await counts([activity.id]))[activity.id]
        state = answer(held[TAKEN], held[WAITING], activity.places)
        told: dict[Any, Any] = {
            Registration.state: state,
            Registration.at: now,
            Registration.account: account,
            Registration.payer: adult,
            Registration.cents: activity.cents,
            Registration.reminded_at: None,
        }
        if mine is not None:
            await Registration.update(told).where(Registration.id == mine.id)
        else:
            row = {column._meta.name: value for column, value in told.items()}
            await Registration.insert(Registration(activity=activity.id, child=child, **row))
    return state


async def leave(number: int) -> bool:
    """Take a child off an activity, once; tell whether it was there."""
    left = (
        await Registration.update({Registration.state: LEFT})
        .where((Registration.id == number) & (Registration.state != LEFT))
        .returning(Registration.id)
    )
    return bool(left)


async def call(activity: Activity) -> list[Coming]:
    """Give the free places to those who wait, in their order; in the caller's transaction."""
    await advisory(f"bibliotheque.activity:{activity.id}")
    listed = await coming_to(int(activity.id))
    taken = sum(one.state == TAKEN for one in listed)
    waiting = [one.id for one in listed if one.state == WAITING]
    chosen = [*called(taken, activity.places, waiting)]
    await Registration.update({Registration.state: TAKEN}).where(
        Registration.id.is_in(chosen or [0])
    )
    return [one for one in listed if one.id in chosen]


async def cancel(number: int, now: datetime) -> None:
    """Cancel an activity, once; raises Refused when somebody was quicker."""
    done = (
        await Activity.update({Activity.cancelled_at: now})
        .where((Activity.id == number) & Activity.cancelled_at.is_null())
        .returning(Activity.id)
    )
    if not done:
        raise Refused("cancelled_already")


async def to_remind(activities: Collection[int]) -> list[Coming]:
    """Return who comes to these activities and was not reminded of it."""
    return await _coming(
        Registration.activity.is_in([*activities] or [0])
        & (Registration.state == TAKEN)
        & Registration.reminded_at.is_null()
    )


async def remind(number: int, now: datetime) -> bool:
    """Note that a family is reminded; False when it was already, or no longer comes."""
    done = (
        await Registration.update({Registration.reminded_at: now})
        .where(
            (Registration.id == number)
            & (Registration.state == TAKEN)
            & Registration.reminded_at.is_null()
        )
        .returning(Registration.id)
    )
    return bool(done)


async def due(first: date, last: date, payers: tuple[int, int] | None) -> list[dict[str, Any]]:
    """Return the places of these days that cost something."""
    rows = (
        await Registration.select(
            Registration.id,
            Registration.payer,
            Registration.child,
            Registration.cents,
            Registration.activity.title.as_alias("title"),
            Registration.activity.day.as_alias("day"),
        )
        .where(
            (Registration.state == TAKEN)
            & (Registration.cents > 0)
            & (Registration.activity.day >= first)
            & (Registration.activity.day <= last)
            & Registration.activity.cancelled_at.is_null()
        )
        .where(*paid_by(Registration.payer, payers))
        .order_by(Registration.id)
    )
    return [dict(row) for row in rows]


async def received_between(first: date, last: date) -> int:
    """Return how many places children took on these days, both included."""
    return int(
        await Registration.count().where(
            (Registration.state == TAKEN)
            & (Registration.activity.day >= first)
            & (Registration.activity.day <= last)
            & Registration.activity.cancelled_at.is_null()
        )
    )


async def _coming(which: Combinable) -> list[Coming]:
    rows = (
        await Registration.select(
            Registration.id,
            Registration.activity,
            Registration.child,
            Registration.child.given_name.as_alias("given_name"),
            Registration.child.family_name.as_alias("family_name"),
            Registration.child.household.as_alias("household"),
            *(Registration.account, Registration.payer, Registration.state, Registration.cents),
        )
        .where(which)
        .order_by(Registration.at, Registration.id)
    )
    return [
        Coming(
            *(row["id"], row["activity"], row["child"], row["given_name"]),
            f"{row['given_name']} {row['family_name']}".strip(),
            *(row["household"], row["account"], row["payer"], row["state"], row["cents"]),
        )
        for row in rows
    ]
