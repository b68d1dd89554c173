"""Reminders to a childminder."""

from ribambelle.messages.types import MessageTemplate, Placeholder
from ribambelle_assmat.declared_messages import HELLO

DAY = Placeholder("jour", "Le jour dont il est question", "1er décembre 2026", fact="day")
LINK = Placeholder(
    "lien",
    "Sa fiche, où elle dit ses places",
    "https://famille.exemple.fr/assmat/espace/12",
    fact="link",
    required=True,
)


def _reminder(code: str, label: str, when: str, sms: str) -> MessageTemplate:
    return MessageTemplate(
        f"assmat/messages/{code}",
        label,
        when,
        "l’assistante maternelle",
        (HELLO, DAY, LINK),
        area="Assistantes maternelles",
        sms="{commune} : " + sms + " {lien}",
    )


MESSAGES = (
    _reminder(
        "half_year",
        "Vos places des six mois à venir",
        "quinze jours avant le 1er juin et le 1er décembre, à celles qui ont ouvert leur compte",
        "dites avant le {jour} vos places des six mois à venir.",
    ),
    _reminder(
        "silent",
        "Sans nouvelles depuis six mois",
        "six mois après la dernière fois où elle a dit ses places, ou l’ouverture de son accès",
        "vos places ne sont plus montrées, faute de nouvelles. Dites-les :",
    ),
    _reminder(
        "opens_soon",
        "Votre place ouvre bientôt",
        "trente jours avant le jour où elle a dit qu’une place ouvre",
        "votre place ouvre le {jour}. Toujours vrai ?",
    ),
)
