"""Drafts of campaigns: written, changed by one agent at a time, given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ribambelle.campaigns.tables import Campaign
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal

DRAFT, SENDING, SENT, STOPPED = "draft", "sending", "sent", "stopped"
STATES = {DRAFT: "Brouillon", SENDING: "En cours d’envoi", SENT: "Envoyée", STOPPED: "Arrêtée"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What an agent writes, and to which groups."""

    groups: tuple[str, ...]
    subject: str
    body: str


def groups_of(campaign: Campaign) -> list[str]:
    """Return the keys of the groups of a campaign."""
    return msgspec.json.decode(campaign.groups, type=list[str])


async def one(number: int) -> Campaign:
    """Return a campaign, or behave as if it did not exist."""
    found = await Campaign.objects().get(Campaign.id == number)
    if found is None:
        raise NotYours
    return found


async def every() -> list[Campaign]:
    """Return the campaigns, the latest first."""
    return await Campaign.objects().order_by(Campaign.id, ascending=False).limit(200)


async def write(draft: Draft, account: int, now: datetime) -> int:
    """Keep a new draft, and return its number."""
    row = Campaign(
        groups=_written(draft.groups),
        subject=draft.subject,
        body=draft.body,
        created_at=now,
        created_by=account,
    )
    async with transaction():
        number = int((await Campaign.insert(row).returning(Campaign.id))[0]["id"])
        await journal.record(
            "campaign.written", f"campaign:{number}", account=account, side="office"
        )
    return number


async def change(number: int, version: int, draft: Draft, account: int) -> None:
    """Change a draft; refuse when somebody was quicker, or when it has left."""
    async with transaction():
        moved = (
            await Campaign.update(
                {
                    Campaign.groups: _written(draft.groups),
                    Campaign.subject: draft.subject,
                    Campaign.body: draft.body,
                    Campaign.version: version + 1,
                }
            )
            .where((Campaign.id == number) & (Campaign.state == DRAFT))
            .where(Campaign.version == version)
            .returning(Campaign.id)
        )
        if not moved:
            raise Refused("campaign_moved")
        await journal.record(
            "campaign.changed",
            f"campaign:{number}",
            account=account,
            side="office",
            version=version + 1,
        )


async def give_up(number: int, account: int) -> None:
    """Remove a draft; what has left stays."""
    async with transaction():
        gone = (
            await Campaign.delete()
            .where((Campaign.id == number) & (Campaign.state == DRAFT))
            .returning(Campaign.id)
        )
        if not gone:
            raise Refused("campaign_moved")
        await journal.record(
            "campaign.given_up", f"campaign:{number}", account=account, side="office"
        )


def _written(groups: Sequence[str]) -> str:
    return msgspec.json.encode(list(groups)).decode()
