"""Forgetting what has expired: sessions, links, counts of tries, files of papers that are gone."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle.api import writing
from ribambelle.appointments.tables import HelpSession
from ribambelle.campaigns.tables import Campaign, CampaignRecipient
from ribambelle.documents import shelf
from ribambelle.families.tables import Activation, FamilyImport
from ribambelle.identity.tables import Attempt, Session, Token

KEPT = timedelta(days=30)
CODES_KEPT, LISTS_KEPT = timedelta(days=180), timedelta(days=7)
CAMPAIGNS_KEPT = timedelta(days=365)


async def sweep() -> None:
    """Remove what is past: sessions, links, last month's counts, files; run every night."""
    now = tenants.current().now()
    await Session.delete().where(Session.expires_at < now)
    await Token.delete().where(Token.expires_at < now - KEPT)
    await Attempt.delete().where(Attempt.window < int((now - KEPT).timestamp()))
    await Activation.delete().where(Activation.expires_at < now - CODES_KEPT)
    await FamilyImport.update({FamilyImport.content: ""}).where(
        (FamilyImport.created_at < now - LISTS_KEPT) & (FamilyImport.content != "")
    )
    await CampaignRecipient.delete().where(
        CampaignRecipient.campaign.is_in(
            Campaign.select(Campaign.id).where(Campaign.sent_at < now - CAMPAIGNS_KEPT)
        )
    )
    await HelpSession.delete().where(HelpSession.day < (now - KEPT).date())
    await writing.sweep(now)
    await shelf.sweep(now)
