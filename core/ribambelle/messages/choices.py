"""How each family wishes to be written to: what it chose, and what can be done of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.identity.tables import Adult
from ribambelle.messages import catalogue
from ribambelle.messages.tables import MessageChoice, MessagePhone
from ribambelle.messages.types import MessageTemplate
from ribambelle.workflow import journal

EMAIL, SMS, PORTAL = "email", "sms", "portal"


@dataclass(frozen=True, slots=True)
class Way:
    """How one message leaves: the channel, and the number when it is an SMS."""

    channel: str
    number: str = ""


def optional() -> list[MessageTemplate]:
    """Return the messages a family may choose for."""
    return [one for one in catalogue.templates().values() if one.is_optional]


def channels(template: MessageTemplate) -> list[str]:
    """Return the channels of an optional message in the current commune."""
    has_sms = bool(template.sms) and tenants.current().sends_sms
    return [EMAIL, SMS, PORTAL] if has_sms else [EMAIL, PORTAL]


async def chosen(account: int) -> dict[str, str]:
    """Return what an account chose, by message; e-mail for what it never chose."""
    rows = await MessageChoice.select(MessageChoice.code, MessageChoice.channel).where(
        MessageChoice.account == account
    )
    kept = {row["code"]: row["channel"] for row in rows}
    return {
        one.code: kept[one.code] if kept.get(one.code) in channels(one) else EMAIL
        for one in optional()
    }


async def phone_of(account: int) -> str:
    """Return the number an account wishes its SMS at, or the one it gave in its file."""
    row = await MessagePhone.objects().get(MessagePhone.account == account)
    if row is not None:
        return str(row.number)
    adult = (
        await Adult.select(Adult.phone)
        .where((Adult.account == account) & (Adult.phone != ""))
        .order_by(Adult.id, ascending=False)
        .first()
    )
    return str(adult["phone"]) if adult else ""


async def way(template: MessageTemplate, account: int | None) -> Way:
    """Return how a message leaves: as chosen when it may be, by e-mail when in doubt."""
    if account is None or not template.is_optional:
        return Way(EMAIL)
    wished = (await chosen(account)).get(template.code, EMAIL)
    if wished != SMS:
        return Way(wished)
    row = await MessagePhone.objects().get(MessagePhone.account == account)
    return Way(SMS, row.number) if row else Way(EMAIL)


async def reach(account: int, number: str) -> None:
    """Keep the number an account proved, and wishes to be written to at."""
    await MessagePhone.delete().where(MessagePhone.account == account)
    await MessagePhone.insert(MessagePhone(account=account, number=number))


async def keep(account: int, wished: Mapping[str, str], number: str) -> bool:
    """Keep what an account chose, all of it at once; tell whether another number was known."""
    async with transaction():
        # two pages sent together would leave half of each
        await locks.advisory(f"messages:{account}")
        await MessageChoice.delete().where(MessageChoice.account == account)
        for code, channel in wished.items():
            row = MessageChoice(account=account, code=code, channel=channel)
            await MessageChoice.insert(row)
        before = await MessagePhone.objects().get(MessagePhone.account == account)
        await MessagePhone.delete().where(MessagePhone.account == account)
        if number:
            await MessagePhone.insert(MessagePhone(account=account, number=number))
        await journal.record(
            "account.messages_chosen",
            f"account:{account}",
            account=account,
            side="family",
            channels=dict(wished),
        )
    return before is not None and before.number != number
