"""Campaigns, and whom each was sent to."""

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.identity.tables import Adult
from ribambelle.messages.tables import Message


class Campaign(Table, tablename="core_campaign"):
    """One text for some groups of families; once it has left, it stays as it was sent."""

    id: Serial
    state = Varchar(length=10, default="draft", help_text="Code of drafts.STATES.")
    version = Integer(default=1, help_text="Grows with each change of the draft.")
    groups = Text(default="[]", help_text="Keys of the groups, in JSON.")
    labels = Text(default="", help_text="The groups as agents read them when it left.")
    subject = Varchar(length=120)
    body = Text()
    reached = Integer(default=0, help_text="Adults it was sent to.")
    unreached = Integer(default=0, help_text="Adults to be told otherwise.")
    created_at = Timestamptz(index=True)
    created_by = Integer(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None, help_text="When somebody pressed « Envoyer ».")
    sent_by = Integer(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None, help_text="All handed over, or stopped.")


class CampaignRecipient(Table, tablename="core_campaign_recipient"):
    """One adult a campaign is for, frozen when it leaves; `message` is null until it is written."""

    id: Serial
    campaign = ForeignKey(Campaign, null=False, on_delete=OnDelete.cascade)
    key = Varchar(length=254, help_text="Address, or the adult: one copy each.")
    adult = ForeignKey(Adult, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    account = Integer(null=True, default=None)
    name = Varchar(length=210)
    given_name = Varchar(length=100)
    channel = Varchar(length=10, help_text="email, sms, portal, or none.")
    message = ForeignKey(Message, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    once = Unique([campaign, key])


TABLES = (Campaign, CampaignRecipient)
