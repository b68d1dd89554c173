"""What families and the library do: the change, its line of the journal and its messages together."""

from datetime import datetime

from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.workflow import fire, journal
from ribambelle_bibliotheque import telling
from ribambelle_bibliotheque.domain import registering
from ribambelle_bibliotheque.domain.validity import until
from ribambelle_bibliotheque.moments import terms_of
from ribambelle_bibliotheque.queries import activities, cards, children
from ribambelle_bibliotheque.queries.activities import Coming
from ribambelle_bibliotheque.queries.cards import Held
from ribambelle_bibliotheque.settings import Settings
from ribambelle_bibliotheque.tables import Activity


async def decide(tenant: Tenant, card: Held, act: str, reason: str, by: int, now: datetime) -> None:
    """Give a card, or refuse it; raises Refused when somebody decided meanwhile."""
    async with transaction():
        await fire(card.demande, act, side="office", account=by, reason=reason, family=card.account)
        if act == "give":
            day = now.astimezone(tenant.zone).date()
            await cards.give(card.id, day, until(day, tenant.of(Settings).card_months))


async def register(
    tenant: Tenant, person: Person, activity: Activity, child: int, now: datetime
) -> str:
    """Give a child of a family a place or a rank; raises Refused with the reason in words."""
    known = await children.born([child])
    has_card = not tenant.of(Settings).needs_card or bool(await cards.holders([child]))
    words = registering.refusal(terms_of(tenant, activity), known[0].born_on, has_card, now)
    if words:
        raise Refused("not_registered", words=words)
    async with transaction():
        state = await activities.take(
            activity, child, account=person.account, adult=person.adult, now=now
        )
        await journal.record(
            "bibliotheque.registered",
            f"bibliotheque.activity:{activity.id}",
            account=person.account,
            side="family",
            child=child,
            state=state,
        )
    return state


async def leave(tenant: Tenant, activity: Activity, place: Coming, by: int, now: datetime) -> None:
    """Take a child off an activity, and call who waits; refused once it has begun."""
    if now >= terms_of(tenant, activity).begins_at:
        raise Refused("not_left", words=registering.TOO_LATE)
    async with transaction():
        if not await activities.leave(place.id):
            return
        await journal.record(
            "bibliotheque.left",
            f"bibliotheque.activity:{activity.id}",
            account=by,
            side="family",
            child=place.child,
        )
        for one in await activities.call(activity):
            await telling.later_told("called", activity, one)


async def cancel(tenant: Tenant, activity: Activity, by: int, now: datetime) -> int:
    """Cancel an activity, and tell every family; return how many children came or waited."""
    if now >= terms_of(tenant, activity).begins_at:
        raise Refused("not_cancelled", words="L’activité a commencé : elle ne s’annule plus.")
    async with transaction():
        await activities.cancel(int(activity.id), now)
        await journal.record(
            "bibliotheque.cancelled",
            f"bibliotheque.activity:{activity.id}",
            account=by,
            side="office",
        )
        coming = await activities.coming_to(int(activity.id))
        for one in coming:
            await telling.later_told("cancelled", activity, one)
    return len(coming)
