"""Who is told of what, as the commune's administrators decide."""

import secrets as randomness
from collections.abc import Iterable, Sequence
from datetime import datetime

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.webhooks import addresses, delivering, kinds, secrets
from ribambelle.webhooks.tables import Webhook, WebhookDelivery
from ribambelle.workflow import journal

MOST = 20
"""Programs a commune tells: each move of a request is written once for each."""


async def declare(
    name: str, address: str, wanted: Iterable[str], now: datetime, *, by: int | None = None
) -> tuple[Webhook, str]:
    """Declare an address, and return it with its secret, which is shown once."""
    codes, known = sorted(set(wanted)), kinds.known()
    if not codes or (unknown := [code for code in codes if code not in known]):
        raise Refused(
            "unknown_webhook_kind",
            kind=unknown[0] if codes else "",
            known=", ".join(sorted(known)) or "aucun",
        )
    addresses.require_written(address, local=delivering.is_local())
    code, secret = randomness.token_hex(4), secrets.make()
    row = Webhook(
        code=code,
        name=name,
        address=address,
        kinds=" ".join(codes),
        secret=secrets.sealed(secret, code),
        created_at=now,
        created_by=by,
    )
    async with transaction():
        if await Webhook.count() >= MOST:
            raise Refused("too_many_webhooks", most=MOST)
        row.id = int((await Webhook.insert(row).returning(Webhook.id))[0]["id"])
        await journal.record(
            "webhook.declared", f"webhook:{row.id}", account=by, side="office", kinds=codes
        )
    return row, secret


async def every() -> list[Webhook]:
    """Return the programs that are told, the latest first."""
    return await Webhook.objects().order_by(Webhook.id, ascending=False)


async def one(number: int) -> Webhook:
    """Return one, or behave as if it did not exist."""
    found = await Webhook.objects().get(Webhook.id == number)
    if found is None:
        raise NotYours
    return found


async def by_code(code: str) -> Webhook:
    """Return the one this code names; refuse with those that exist."""
    found = await Webhook.objects().get(Webhook.code == code)
    if found is None:
        known = ", ".join(row.code for row in await every())
        raise Refused("unknown_webhook", code=code, known=known or "aucun")
    return found


async def remove(number: int, *, by: int | None = None) -> bool:
    """Stop telling a program, and forget what waited for it; False when it was gone already."""
    async with transaction():
        gone = await Webhook.delete().where(Webhook.id == number).returning(Webhook.id)
        if gone:
            about = f"webhook:{number}"
            await journal.record("webhook.removed", about, account=by, side="office")
    return bool(gone)


async def replay(webhook: int, delivery: int, *, by: int | None = None) -> bool:
    """Send an event once more; False when it is on its way already."""
    await sent(webhook, delivery)
    async with transaction():
        moved = await delivering.again(webhook, delivery)
        if moved:
            await journal.record(
                "webhook.replayed",
                f"webhook:{webhook}",
                account=by,
                side="office",
                delivery=delivery,
            )
    return moved


async def sent(webhook: int, delivery: int) -> WebhookDelivery:
    """Return one event of one program, or behave as if it did not exist."""
    found = await WebhookDelivery.objects().get(
        (WebhookDelivery.id == delivery) & (WebhookDelivery.webhook == webhook)
    )
    if found is None:
        raise NotYours
    return found


async def deliveries(
    webhook: int, limit: int, *, before: int = 0, states: Sequence[str] = ()
) -> list[WebhookDelivery]:
    """Return what was sent to a program, the latest first.

    :param before: only what is older than this one; 0 for the latest.
    :param states: only these; all of them when empty.
    """
    question = WebhookDelivery.objects().where(WebhookDelivery.webhook == webhook)
    if before:
        question = question.where(WebhookDelivery.id < before)
    if states:
        question = question.where(WebhookDelivery.state.is_in(list(states)))
    return await question.order_by(WebhookDelivery.id, ascending=False).limit(limit)


async def given_up() -> dict[int, int]:
    """Return how many events were given up, by program."""
    rows = await WebhookDelivery.select(WebhookDelivery.webhook).where(
        WebhookDelivery.state == "given_up"
    )
    found: dict[int, int] = {}
    for row in rows:
        found[row["webhook"]] = found.get(row["webhook"], 0) + 1
    return found
