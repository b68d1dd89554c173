"""A campaign leaves: once, to people frozen then, by batches that let everything else pass."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from piccolo.custom_types import Combinable

from ribambelle import tenants
from ribambelle.campaigns import drafts, reach, text
from ribambelle.campaigns.drafts import DRAFT, SENDING, SENT, STOPPED
from ribambelle.campaigns.recipients import Aimed, address
from ribambelle.campaigns.tables import Campaign, CampaignRecipient
from ribambelle.campaigns.text import Framed
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity.tables import Account, Adult
from ribambelle.jobs import NotNow, later
from ribambelle.jobs.queue import TRIES
from ribambelle.jobs.tables import Job
from ribambelle.messages import choices, outbox, receipts, sms
from ribambelle.messages.choices import EMAIL, PORTAL, SMS
from ribambelle.messages.wording import Wording
from ribambelle.workflow import journal

BATCH = 20
"""Messages written at once: what a family waits for, at most, behind a campaign."""
ROWS = 500
HELD = timedelta(minutes=1)
MAIL, TEXT = "send_campaign_mail", "send_campaign_sms"
"""Jobs of their own: a server that slows a campaign down keeps no sign-in link waiting."""


def waits(number: int, version: int) -> Combinable:
    """Tell whether a campaign is still the draft that somebody looked at."""
    same: Combinable = (Campaign.version == version) & (Campaign.state == DRAFT)
    return (Campaign.id == number) & same


async def launch(
    campaign: Campaign, version: int, aimed: Aimed, labels: str, by: int, now: datetime
) -> None:
    """Have a campaign leave for these people; of two who press « Envoyer », one alone does."""
    number, reached = campaign.id, aimed.reached
    unreached = len(aimed.recipients) - reached
    async with transaction():
        mine = (
            await Campaign.update(
                {
                    Campaign.state: SENDING,
                    Campaign.labels: labels,
                    Campaign.reached: reached,
                    Campaign.unreached: unreached,
                    Campaign.sent_at: now,
                    Campaign.sent_by: by,
                }
            )
            .where(waits(number, version))
            .returning(Campaign.id)
        )
        if not mine:
            raise Refused("campaign_moved")
        await _freeze(number, aimed)
        await journal.record(
            "campaign.sent",
            f"campaign:{number}",
            account=by,
            side="office",
            groups=drafts.groups_of(campaign),
            reached=reached,
            unreached=unreached,
        )
        await later("core", "send_campaign", once=f"campaign:{number}:0", campaign=number)


async def _freeze(number: int, aimed: Aimed) -> None:
    rows = [
        CampaignRecipient(
            campaign=number,
            key=one.key,
            adult=one.adult,
            account=one.account,
            name=one.name,
            given_name=one.given_name,
            channel=one.channel,
        )
        for one in aimed.recipients
    ]
    for start in range(0, len(rows), ROWS):
        await CampaignRecipient.insert(*rows[start : start + ROWS])


async def stop(number: int, by: int, now: datetime) -> None:
    """Stop what has not left; what the outbox holds already leaves."""
    async with transaction():
        await locks.advisory(f"campaign:{number}")
        stopped = (
            await Campaign.update({Campaign.state: STOPPED, Campaign.ended_at: now})
            .where((Campaign.id == number) & (Campaign.state == SENDING))
            .returning(Campaign.id)
        )
        if not stopped:
            raise Refused("campaign_moved")
        left = await CampaignRecipient.count().where(_to_write(number))
        await journal.record(
            "campaign.stopped", f"campaign:{number}", account=by, side="office", kept_back=int(left)
        )


# -- batches -----------------------------------------------------------------------------------


async def send_batch(campaign: int) -> None:
    """Write the next messages of a campaign, then queue the batch that follows; run as a job."""
    async with transaction():
        # a worker thought dead may still be writing this batch
        await locks.advisory(f"campaign:{campaign}")
        row = await Campaign.objects().get(Campaign.id == campaign)
        if row is None or row.state != SENDING:
            return
        if await _is_held(campaign):
            raise NotNow("nothing of the last batch has left", HELD)
        waiting = (
            await CampaignRecipient.objects()
            .where(_to_write(campaign))
            .order_by(CampaignRecipient.id)
            .limit(BATCH)
        )
        told = await text.framed(row.subject, row.body)
        for one in waiting:
            await _write(one, told)
        if len(waiting) < BATCH:
            await Campaign.update(
                {Campaign.state: SENT, Campaign.ended_at: tenants.current().now()}
            ).where(Campaign.id == campaign)
        else:
            once = f"campaign:{campaign}:{waiting[-1].id}"
            await later("core", "send_campaign", once=once, campaign=campaign)


def _to_write(number: int) -> Combinable:
    unwritten: Combinable = CampaignRecipient.message.is_null()
    reached: Combinable = CampaignRecipient.channel != reach.NONE
    return (CampaignRecipient.campaign == number) & unwritten & reached


async def _is_held(number: int) -> bool:
    """Tell whether the last batch still waits whole: the mail server is away, more would pile up."""
    last = (
        await CampaignRecipient.select(
            CampaignRecipient.message, CampaignRecipient.message.sent_at.as_alias("sent_at")
        )
        .where((CampaignRecipient.campaign == number) & CampaignRecipient.message.is_not_null())
        .order_by(CampaignRecipient.id, ascending=False)
        .limit(BATCH)
    )
    unsent = {row["message"] for row in last if row["sent_at"] is None}
    return bool(last) and len(unsent) == len(last) and bool(unsent - await _given_up())


async def _write(one: CampaignRecipient, framed: Framed) -> None:
    """Write to one adult as they wish now: an address may have gone since they were counted."""
    login, told, is_disabled = await _known(one)
    where = address(login, told, is_disabled=is_disabled)
    way = await choices.way(text.frame(), one.account)
    words = framed.to(one.given_name)
    channel = reach.channel(where, way.channel, is_short=sms.fits(words.sms))
    message = None
    if channel == SMS:
        # an SMS only says that it is there: the text is read on the portal
        await outbox.put_on_portal(text.frame().path, where, words, account=one.account)
        short = Wording(words.subject, words.sms)
        message = await outbox.put_in_bulk(
            text.frame().path, way.number, short, account=one.account, channel=SMS, job=TEXT
        )
    elif channel == PORTAL:
        message = await outbox.put_on_portal(text.frame().path, where, words, account=one.account)
    elif channel == EMAIL:
        message = await outbox.put_in_bulk(
            text.frame().path, where, words, account=one.account, channel=EMAIL, job=MAIL
        )
    await CampaignRecipient.update(
        {CampaignRecipient.message: message, CampaignRecipient.channel: channel}
    ).where(CampaignRecipient.id == one.id)


async def _known(one: CampaignRecipient) -> tuple[str | None, str, bool]:
    account = await Account.objects().get(Account.id == one.account) if one.account else None
    adult = await Adult.objects().get(Adult.id == one.adult) if one.adult else None
    told = adult.email if adult else ""
    return (
        account.email if account else None,
        told,
        account is not None and account.disabled_at is not None,
    )


# -- how far it is -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How many were sent, wait, failed, and must be told otherwise."""

    sent: int
    to_send: int
    failed: int
    kept_back: int
    ways: dict[str, int]
    not_received: int = 0
    """Of those sent, the SMS no telephone received."""


async def progress(campaign: Campaign) -> Progress:
    """Return how far a campaign is."""
    rows = await CampaignRecipient.select(
        CampaignRecipient.channel,
        CampaignRecipient.message,
        CampaignRecipient.message.sent_at.as_alias("sent_at"),
        CampaignRecipient.message.receipt.as_alias("receipt"),
    ).where(CampaignRecipient.campaign == campaign.id)
    reached = [row for row in rows if row["channel"] != reach.NONE]
    lost = await _given_up()
    sent = sum(row["sent_at"] is not None for row in reached)
    failed = sum(row["sent_at"] is None and row["message"] in lost for row in reached)
    unwritten = sum(row["message"] is None for row in reached)
    kept_back = unwritten if campaign.state == STOPPED else 0
    left = len(reached) - sent - failed - kept_back
    ways = reach.counted(row["channel"] for row in rows)
    not_received = sum(row["receipt"] == receipts.FAILED for row in reached)
    return Progress(sent, left, failed, kept_back, ways, not_received)


async def _given_up() -> set[int]:
    """Return the messages of campaigns that no server takes, after all the tries."""
    rows = await Job.select(Job.payload).where(
        (Job.attempts >= TRIES) & Job.name.is_in([MAIL, TEXT])
    )
    return {msgspec.json.decode(row["payload"])["message"] for row in rows}


@dataclass(frozen=True, slots=True)
class Line:
    """One adult of a campaign that has left, as agents read it."""

    name: str
    phone: str
    channel: str
    told: str
    why: str = ""
    """Why its SMS was not received, and what to do."""


async def lines(campaign: Campaign) -> list[Line]:
    """Return the people a campaign was frozen for, those to be told otherwise first."""
    rows = await CampaignRecipient.select(
        CampaignRecipient.name,
        CampaignRecipient.channel,
        CampaignRecipient.message,
        CampaignRecipient.message.sent_at.as_alias("sent_at"),
        CampaignRecipient.message.receipt.as_alias("receipt"),
        CampaignRecipient.message.receipt_reason.as_alias("reason"),
        CampaignRecipient.adult.phone.as_alias("phone"),
    ).where(CampaignRecipient.campaign == campaign.id)
    lost = await _given_up()
    found = [
        Line(
            row["name"],
            row["phone"] or "",
            row["channel"],
            RECEIPTS.get(row["receipt"] or "")
            or _told(row["channel"], row["message"], row["sent_at"], campaign.state, lost),
            _why(row["reason"] or ""),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (RANKS.index(one.told), one.name.casefold()))


TOLD_OTHERWISE, FAILED, KEPT_BACK = "À prévenir autrement", "Échec", "Non envoyé"
TO_SEND, DONE = "À envoyer", "Envoyé"
NOT_RECEIVED, RECEIVED = "Non reçu", "Reçu"
RECEIPTS = {receipts.FAILED: NOT_RECEIVED, receipts.RECEIVED: RECEIVED}
RANKS = (TOLD_OTHERWISE, FAILED, NOT_RECEIVED, KEPT_BACK, TO_SEND, DONE, RECEIVED)


def _why(reason: str) -> str:
    if not reason:
        return ""
    words = receipts.REASONS[reason]
    return f"{words[0].upper()}{words[1:]}. {receipts.NEXT_STEPS[reason]}"


def _told(
    channel: str, message: int | None, sent_at: datetime | None, state: str, lost: set[int]
) -> str:
    """Return how far one copy is, in words.

    >>> _told("none", None, None, "sent", set()), _told("email", None, None, "stopped", set())
    ('À prévenir autrement', 'Non envoyé')
    >>> _told("email", 3, None, "sent", {3}), _told("email", 3, None, "sent", set())
    ('Échec', 'À envoyer')
    """
    if channel == reach.NONE:
        return TOLD_OTHERWISE
    if sent_at is not None:
        return DONE
    if message in lost:
        return FAILED
    return KEPT_BACK if message is None and state == STOPPED else TO_SEND
