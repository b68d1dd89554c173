"""The texts a commune wrote itself: read, kept by one agent at a time, given up again."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity.tables import Account
from ribambelle.messages import catalogue
from ribambelle.messages.tables import MessageText
from ribambelle.messages.types import MessageTemplate
from ribambelle.messages.wording import Wording
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

log = structlog.get_logger(__name__)
CHANGED, RESTORED = "message_text.changed", "message_text.restored"


async def row_of(code: str) -> MessageText | None:
    """Return what is kept of a text, its own or given up."""
    return await MessageText.objects().get(MessageText.code == code)


async def wording_of(template: MessageTemplate) -> Wording:
    """Return the text that is sent: the commune's own when it may be, else the original."""
    row = await row_of(template.code)
    own = told(row) if row else None
    if own is None:
        return catalogue.original(template, tenants.current())
    try:
        catalogue.require(template, own)
    except (
        Refused
    ) as refusal:  # what it says was withdrawn since: families are written to all the same
        log.warning("message_text_unusable", code=template.code, reason=str(refusal))
        return catalogue.original(template, tenants.current())
    return own


def told(row: MessageText) -> Wording | None:
    """Return the commune's own text, or None when it gave it up."""
    return Wording(row.subject, row.body, row.sms) if row.is_own else None


async def keep(code: str, version: int, own: Wording | None, account: int, now: datetime) -> None:
    """Write the commune's text, or give it up with None; refuse when somebody was quicker.

    The version only grows, also when a text is given up: a page opened before never matches again.
    """
    row = MessageText(code=code, version=0, changed_at=now)
    text = own or Wording("", "")
    async with transaction():
        await MessageText.insert(row).on_conflict(target=MessageText.code, action="DO NOTHING")
        moved = (
            await MessageText.update(
                {
                    MessageText.is_own: own is not None,
                    MessageText.subject: text.subject,
                    MessageText.body: text.body,
                    MessageText.sms: text.sms,
                    MessageText.version: version + 1,
                    MessageText.changed_at: now,
                    MessageText.changed_by: account,
                }
            )
            .where((MessageText.code == code) & (MessageText.version == version))
            .returning(MessageText.id)
        )
        if not moved:
            raise Refused("text_moved")
        await journal.record(
            CHANGED if own else RESTORED,
            f"message_text:{code}",
            account=account,
            side="office",
            version=version + 1,
        )


async def own_codes() -> set[str]:
    """Return the messages whose text is the commune's own."""
    rows = await MessageText.select(MessageText.code).where(MessageText.is_own.eq(True))
    return {row["code"] for row in rows}


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody changed a text, or gave it up."""

    at: datetime
    name: str
    is_restored: bool


async def history(code: str) -> list[Change]:
    """Return who changed a text and when, the latest first."""
    lines = (
        await JournalLine.select(JournalLine.account, JournalLine.at, JournalLine.act)
        .where(JournalLine.object == f"message_text:{code}")
        .order_by(JournalLine.number, ascending=False)
        .limit(30)
    )
    accounts = list({line["account"] for line in lines}) or [0]
    rows = await Account.select(Account.id, Account.name).where(Account.id.is_in(accounts))
    people = {row["id"]: row["name"] for row in rows}
    return [
        Change(line["at"], people.get(line["account"]) or "Un agent", line["act"] == RESTORED)
        for line in lines
    ]
