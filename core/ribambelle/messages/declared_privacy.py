"""The messages about a family's own data: a copy taken, an erasure answered."""

from datetime import date

from ribambelle.messages.declared_families import hello, link
from ribambelle.messages.types import MessageTemplate, Placeholder
from ribambelle.web.formats import jour

AREA = "Vie privée"
DATA = link("La page des données", "/compte/donnees")


def _day(day: date) -> str:
    return jour(day)


MESSAGES = (
    MessageTemplate(
        "messages/data_copied",
        "Copie de ses données",
        "dès qu’une famille télécharge ses données",
        "qui les a téléchargées",
        area=AREA,
    ),
    MessageTemplate(
        "messages/forget_accepted",
        "Effacement accepté",
        "dès qu’un agent accepte une demande d’effacement",
        "chaque adulte du foyer",
        (
            hello("Bonjour Camille"),
            Placeholder(
                "nuit",
                "La nuit de l’effacement",
                "jeudi 3 décembre",
                fact="day",
                required=True,
                write=_day,
            ),
            DATA,
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/forget_refused",
        "Effacement refusé",
        "dès qu’un agent refuse une demande d’effacement",
        "chaque adulte du foyer",
        (
            hello("Bonjour Camille"),
            Placeholder(
                "pourquoi",
                "Ce que l’agent répond",
                "Une facture reste à payer.",
                fact="reason",
                required=True,
                lines=True,
            ),
            DATA,
        ),
        AREA,
    ),
)
