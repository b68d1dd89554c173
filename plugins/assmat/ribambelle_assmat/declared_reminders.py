"""Reminders to a childminder; what she tells of the register."""

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


def _reminder(code: str, label: str, when: str) -> MessageTemplate:
    return MessageTemplate(
        f"assmat/messages/{code}",
        label,
        when,
        "l’assistante maternelle",
        (HELLO, DAY, LINK),
        area="Assistantes maternelles",
    )


MESSAGES = (
    _reminder(
        "half_year",
        "Vos places des six mois à venir",
        "quinze jours avant le 1er juin et le 1er décembre, à celles qui ont ouvert leur compte",
    ),
    _reminder(
        "silent",
        "Sans nouvelles depuis six mois",
        "six mois après la dernière fois où elle a dit ses places",
    ),
    _reminder(
        "opens_soon",
        "Votre place ouvre bientôt",
        "trente jours avant le jour où elle a dit qu’une place ouvre",
    ),
    MessageTemplate(
        "assmat/messages/register_error",
        "Une erreur dans le registre",
        "quand une assistante maternelle la signale depuis sa fiche",
        "la PMI, ou la mairie si la PMI n’a pas de compte",
        (
            Placeholder("personne", "Son nom", "Nadia Benali", fact="who"),
            Placeholder("numero", "Celui de son agrément", "4402178", fact="number"),
            Placeholder(
                "message",
                "Ce qu’elle écrit",
                "Mon agrément est pour quatre enfants, pas trois.",
                fact="words",
                required=True,
                lines=True,
            ),
            Placeholder(
                "lien",
                "Sa ligne du registre",
                "https://famille.exemple.fr/bureau/assmat?nom=4402178",
                fact="link",
                required=True,
            ),
        ),
        area="Assistantes maternelles",
    ),
)
