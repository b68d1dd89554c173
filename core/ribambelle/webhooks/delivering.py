"""Sending what waits for one program, again and again until it takes it or days are past."""

import time
from datetime import datetime, timedelta

import structlog

from ribambelle import tenants
from ribambelle.clock import after
from ribambelle.database import transaction
from ribambelle.jobs import NotNow, later, overtake
from ribambelle.webhooks import secrets, sending
from ribambelle.webhooks.outbox import JOB
from ribambelle.webhooks.sending import Unanswered
from ribambelle.webhooks.tables import Webhook, WebhookDelivery

log = structlog.get_logger(__name__)
DAYS = 5
GIVEN_UP_AFTER = timedelta(days=DAYS)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
BATCH, SECONDS = 20, 5.0
"""A job sends no more than so many, for no longer: a sign-in link waits behind it."""
LEASE = timedelta(minutes=3)
"""How long a program is this job's alone: longer than any batch takes."""
TAKEN = range(200, 300)
ANSWERING = ("", "cut")
"""Troubles of somebody who is there: what waits behind may still be taken."""


def wait(tries: int) -> timedelta:
    """Return how long to wait after so many tries that failed.

    >>> [str(wait(tries)) for tries in (1, 2, 3, 9, 10, 11, 99)]
    ['0:00:30', '0:01:00', '0:02:00', '2:08:00', '4:16:00', '6:00:00', '6:00:00']
    """
    return min(FIRST_WAIT * (1 << min(tries - 1, 16)), LONGEST_WAIT)


async def send(webhook: int) -> None:
    """Send what is due to one program; a job, that comes back for what is left."""
    await overtake("core", JOB, webhook=webhook)
    now = tenants.current().now()
    row = await _held(webhook, now)
    if row is None:
        return
    held: datetime | None = None
    began = time.monotonic()
    try:
        for delivery in await _due(webhook, now):
            if not await _send(row, delivery):
                held = after(now, wait(delivery.tries + 1))
                break
            if time.monotonic() - began > SECONDS:
                break
    finally:
        await Webhook.update({Webhook.held_until: held}).where(Webhook.id == webhook)
    await _come_back(webhook, held, now)


async def _held(webhook: int, now: datetime) -> Webhook | None:
    """Take a program for this job alone; None when it is gone, NotNow when it is held."""
    free = Webhook.held_until.is_null() | (Webhook.held_until <= now)
    rows = (
        await Webhook.update({Webhook.held_until: after(now, LEASE)})
        .where((Webhook.id == webhook) & free)
        .returning(*Webhook.all_columns())
    )
    if rows:
        return Webhook(_exists_in_db=True, **rows[0])
    found = await Webhook.objects().get(Webhook.id == webhook)
    if found is not None and found.held_until is not None:
        raise NotNow("held", max(found.held_until - now, timedelta(seconds=1)))
    return None


async def _due(webhook: int, now: datetime) -> list[WebhookDelivery]:
    waiting = (WebhookDelivery.webhook == webhook) & (WebhookDelivery.state == "waiting")
    return (
        await WebhookDelivery.objects()
        .where(waiting & (WebhookDelivery.next_at <= now))
        .order_by(WebhookDelivery.id)
        .limit(BATCH)
    )


async def _send(row: Webhook, delivery: WebhookDelivery) -> bool:
    """Send one event and write what became of it; False when nobody is there to answer."""
    tenant = tenants.current()
    body, at = delivery.body.encode(), int(tenant.now().timestamp())
    secret = secrets.opened(row.secret, row.code)
    headers = {
        "user-agent": "ribambelle-webhooks",
        "webhook-id": delivery.event,
        "webhook-timestamp": str(at),
        "webhook-signature": secrets.signature(secret, delivery.event, at, body),
    }
    answered, trouble = None, ""
    try:
        answered = await sending.send(row.address, headers, body, local=is_local())
    except Unanswered as error:
        trouble = str(error)
    if answered not in TAKEN:
        log.warning("webhook_not_taken", code=row.code, answered=answered, trouble=trouble)
    await mark(delivery, answered, trouble, tenant.now())
    return trouble in ANSWERING


async def mark(
    delivery: WebhookDelivery, answered: int | None, trouble: str, now: datetime
) -> None:
    """Write what became of one sending: taken, to try again, or given up."""
    tries = delivery.tries + 1
    is_past = now - delivery.since >= GIVEN_UP_AFTER
    state = "delivered" if answered in TAKEN else "given_up" if is_past else "waiting"
    await WebhookDelivery.update(
        {
            WebhookDelivery.state: state,
            WebhookDelivery.tries: tries,
            WebhookDelivery.next_at: after(now, wait(tries)),
            WebhookDelivery.answered: answered,
            WebhookDelivery.trouble: trouble,
            WebhookDelivery.tried_at: now,
        }
    ).where(WebhookDelivery.id == delivery.id)


async def _come_back(webhook: int, held: datetime | None, now: datetime) -> None:
    """Have this job run again when something is next due; nothing waits: it is done."""
    first = (
        await WebhookDelivery.select(WebhookDelivery.next_at)
        .where((WebhookDelivery.webhook == webhook) & (WebhookDelivery.state == "waiting"))
        .order_by(WebhookDelivery.next_at)
        .first()
    )
    if first is None:
        return
    due = max(first["next_at"], held or now)
    if due <= now:
        # behind the other work that is due, not before it
        await later("core", JOB, webhook=webhook)
        return
    raise NotNow("not taken yet", due - now)


async def again(webhook: int, delivery: int) -> bool:
    """Send an event once more, with the same id; False when it is on its way already."""
    now = tenants.current().now()
    async with transaction():
        moved = (
            await WebhookDelivery.update(
                {
                    WebhookDelivery.state: "waiting",
                    WebhookDelivery.since: now,
                    WebhookDelivery.next_at: now,
                    WebhookDelivery.tries: 0,
                }
            )
            .where((WebhookDelivery.id == delivery) & (WebhookDelivery.webhook == webhook))
            .where(WebhookDelivery.state != "waiting")
            .returning(WebhookDelivery.id)
        )
        if moved:
            # whoever asks knows that somebody answers again; a job that sends now keeps its turn
            silent = (Webhook.id == webhook) & (Webhook.held_until > after(now, LEASE))
            await Webhook.update({Webhook.held_until: None}).where(silent)
            await later("core", JOB, webhook=webhook)
    return bool(moved)


def is_local() -> bool:
    """Tell whether events may stay on this very machine: only where people are invented."""
    settings = tenants.current().settings
    return settings.demo and settings.webhooks.local
