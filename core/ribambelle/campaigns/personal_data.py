"""What campaigns hold of people, why, and for how long."""

from ribambelle.campaigns.tables import Campaign, CampaignRecipient
from ribambelle.identity.personal_data import PUBLIC_TASK
from ribambelle.privacy import LASTING, PersonalData, Since, Term

HELD = [
    PersonalData(
        Campaign,
        ("created_by", "sent_by"),
        "Savoir quel agent a écrit aux familles",
        PUBLIC_TASK,
        "Tant que la commune garde la campagne",
        ends=LASTING,
    ),
    PersonalData(
        CampaignRecipient,
        ("key", "adult", "account", "name", "given_name", "channel"),
        "Écrire une fois à chaque famille concernée, et prévenir autrement les autres",
        PUBLIC_TASK,
        "Un an après l’envoi",
        whose=("adult", "account"),
        ends=Since("campaign.sent_at", Term(years=1)),
    ),
]
