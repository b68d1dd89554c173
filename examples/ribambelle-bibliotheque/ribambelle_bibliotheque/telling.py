"""Writing to families: what became of a card, a place that is free, the day before."""

from datetime import timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.identity import responsibilities
from ribambelle.identity.tables import Account
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.workflow import Step, fire
from ribambelle_bibliotheque.moments import begins_at
from ribambelle_bibliotheque.queries import activities, cards
from ribambelle_bibliotheque.queries.activities import Coming
from ribambelle_bibliotheque.tables import Activity

TOLD = {"give": "given", "refuse": "refused", "end": "ended"}
"""Transitions of a card that its family reads of, with the message of each."""


async def tell_card(step: Step) -> None:
    """Write what became of a card; run as a job, after the decision is committed."""
    if step.transition not in TOLD:
        return
    try:
        card = await cards.of_demande(step.request)
    except NotYours:  # the family was forgotten between the decision and this job
        return
    await _post(
        TOLD[step.transition],
        card.child,
        card.account,
        child=card.name,
        number=card.number,
        reason=step.reason,
        until=card.until,
    )


async def later_told(what: str, activity: Activity, place: Coming) -> None:
    """Queue a message about a place, in the transaction of what it tells of."""
    told: dict[str, Any] = {"activity": int(activity.id), "place": place.id, "what": what}
    await later("bibliotheque", "tell_place", once=f"bibliotheque.{what}:{place.id}", **told)


async def tell_place(activity: int, place: int, what: str) -> None:
    """Write to a family about its place; a job."""
    found = await activities.one(activity)
    for one in await activities.coming_to(activity):
        if one.id == place:
            await _about(what, found, one)


async def remind() -> None:
    """Remind each family of what its children come to tomorrow, once; a job of each day."""
    tenant = tenants.current()
    now = tenant.now()
    tomorrow = now.astimezone(tenant.zone).date() + timedelta(days=1)
    known = {int(one.id): one for one in await activities.on(tomorrow)}
    for place in await activities.to_remind(known):
        async with transaction():
            if await activities.remind(place.id, now):
                await _about("remind", known[place.activity], place)


async def end_past() -> None:
    """End the cards whose last day is past; a job of each night."""
    tenant = tenants.current()
    for card in await cards.past(tenant.now().astimezone(tenant.zone).date()):
        await fire(card.demande, "end", side="clock", account=None)


async def _about(what: str, activity: Activity, place: Coming) -> None:
    await _post(
        what,
        place.child,
        place.account,
        child=place.name,
        activity=activity.title,
        where=activity.place,
        when=begins_at(tenants.current(), activity),
    )


async def _post(what: str, of_child: int, account: int | None, **facts: Any) -> None:
    """Write to the account that asked, while it answers for the child."""
    tenant = tenants.current()
    for held in await responsibilities.of_child(of_child, tenant.now().date()):
        if held.account is not None and held.account == account and held.email:
            found = await Account.objects().get(Account.id == account)
            await post(
                f"bibliotheque/messages/{what}",
                found.email if found else held.email,
                account=account,
                name=held.name.split(" ")[0],
                link=tenant.url("/bibliotheque"),
                **facts,
            )
