"""What is held of people to tell programs of events, why, and for how long."""

from ribambelle.privacy import LASTING, PersonalData, Since, Term
from ribambelle.webhooks.tables import Webhook, WebhookDelivery

PUBLIC_TASK = "Mission d’intérêt public (RGPD, art. 6.1.e)"

HELD = [
    PersonalData(
        Webhook,
        ("created_by",),
        "Savoir qui a demandé qu’un logiciel soit prévenu",
        PUBLIC_TASK,
        "Tant que le logiciel est prévenu",
        "Les administrateurs de la commune",
        ends=LASTING,
    ),
    PersonalData(
        WebhookDelivery,
        ("body",),
        "Prévenir un logiciel qu’une demande avance : son numéro, d’où, vers où, quand ; rien d’autre",
        PUBLIC_TASK,
        "Trente jours",
        "Le logiciel que la commune a choisi",
        ends=Since("at", Term(days=30)),
    ),
]
