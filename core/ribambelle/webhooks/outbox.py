"""An event is written with the move it tells of: kept with it, or lost with it."""

import secrets
from datetime import datetime

import msgspec

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle.jobs import later
from ribambelle.webhooks import kinds
from ribambelle.webhooks.tables import Webhook, WebhookDelivery
from ribambelle.workflow.declaration import Step

JOB = "send_webhook"
DECLARED = Prepared(lambda given: Webhook.select(Webhook.id, Webhook.kinds))


class Moved(msgspec.Struct, frozen=True):
    """What moved, without a word of whose it is: its receiver reads the rest with its token."""

    tenant: str
    workflow: str
    transition: str
    request: int
    url: str
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")


class Event(msgspec.Struct, frozen=True):
    """One event, as it travels."""

    id: str
    type: str
    timestamp: datetime
    data: Moved


async def write(step: Step, number: int) -> None:
    """Write a transition for each program that is told of it, in the open transaction.

    :param number: of the line of history, by which a program is told of it once.
    """
    tenant = tenants.current()
    if tenant.settings.fictional:  # nothing leaves a space to learn in
        return
    for row in await DECLARED.ask():
        if kinds.is_told(row["kinds"].split(), step.workflow, step.transition):
            event = _event(step, f"evt_{secrets.token_hex(16)}")
            now = tenant.now()
            await WebhookDelivery.insert(
                WebhookDelivery(
                    webhook=row["id"],
                    step=number,
                    event=event.id,
                    kind=event.type,
                    body=msgspec.json.encode(event).decode(),
                    at=step.at,
                    state="waiting",
                    since=now,
                    next_at=now,
                )
            )
            await later("core", JOB, webhook=row["id"])


def _event(step: Step, name: str) -> Event:
    # the API stands on accounts, and accounts on requests that move: read at the top, it is a ring
    from ribambelle.api.addresses import ROOT

    tenant = tenants.current()
    url = tenant.url(f"{ROOT}/requests/{step.request}")
    moved = Moved(
        *(tenant.slug, step.workflow, step.transition, step.request, url),
        *(step.source, step.target),
    )
    return Event(name, f"{step.workflow}.{step.transition}", step.at, moved)
