"""What the périscolaire makes the portal write to a family."""

from datetime import date

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting
from ribambelle.web.formats import jour, moment

HOME = "https://famille.exemple.fr"
CHILD = Placeholder("enfant", "Le prénom de l’enfant", "Léa", fact="child")
HELLO = Placeholder(
    "bonjour",
    "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
    "Bonjour Camille",
    fact="name",
    write=greeting,
)


def _fact(
    name: str, label: str, sample: str, fact: str, *, required: bool = False, lines: bool = False
) -> Placeholder:
    return Placeholder(name, label, sample, fact=fact, required=required, lines=lines)


NUMBER = _fact("numero", "Le numéro de l’inscription", "P-12", "number")
YEAR = _fact("annee", "L’année scolaire", "2026-2027", "year")
LINK = _fact("lien", "La page de l’inscription", f"{HOME}/periscolaire/inscription/12", "link")
REASON = _fact(
    "motif",
    "Ce qu’écrit l’agent",
    "Il manque l’attestation d’assurance.",
    "reason",
    required=True,
    lines=True,
)


def _enrolment(code: str, title: str, sent: str, *more: Placeholder) -> MessageTemplate:
    return MessageTemplate(
        f"periscolaire/messages/{code}",
        title,
        sent,
        "les parents de l’enfant",
        (CHILD, HELLO, NUMBER, YEAR, LINK, *more),
        area="Périscolaire",
    )


def _day(day: date) -> str:
    return jour(day, year=True)


def _quotient(code: str, title: str, sent: str, more: Placeholder) -> MessageTemplate:
    return MessageTemplate(
        f"periscolaire/messages/{code}",
        title,
        sent,
        "le parent qui l’a donné",
        (
            HELLO,
            _fact("quotient", "Le quotient familial", "820", "quotient"),
            more,
            _fact("lien", "La page du quotient", f"{HOME}/periscolaire/quotient", "link"),
        ),
        area="Périscolaire",
    )


MESSAGES = (
    _enrolment("submitted", "Inscription reçue", "dès que la famille envoie l’inscription"),
    _enrolment(
        "accepted",
        "Inscription acceptée",
        "quand la mairie accepte l’inscription",
        _fact("reserver", "La page où réserver", f"{HOME}/periscolaire/semaine", "book"),
    ),
    _enrolment(
        "incomplete", "Inscription à compléter", "quand la mairie demande un complément", REASON
    ),
    _enrolment("refused", "Inscription refusée", "quand la mairie refuse l’inscription", REASON),
    _enrolment("ended", "Inscription terminée", "quand une inscription prend fin"),
    _quotient(
        "quotient_kept",
        "Quotient familial vérifié",
        "quand la mairie valide le quotient familial",
        Placeholder(
            "debut",
            "Le premier jour où il compte",
            "mardi 1er décembre 2026",
            fact="first",
            required=True,
            write=_day,
        ),
    ),
    _quotient(
        "quotient_refused",
        "Quotient familial refusé",
        "quand la mairie ne peut pas garder le quotient familial",
        REASON,
    ),
    MessageTemplate(
        "periscolaire/messages/offer",
        "Place libérée",
        "dès qu’une place se libère pour un enfant en liste d’attente",
        "la famille qui attend",
        (
            CHILD,
            HELLO,
            Placeholder(
                "place",
                "L’activité et le jour",
                "Centre de loisirs, mercredi 2 décembre",
                fact="place",
                required=True,
            ),
            Placeholder(
                "fin",
                "Le jour et l’heure de la réponse",
                "mardi 1er décembre à 10 h",
                fact="until",
                required=True,
                write=moment,
            ),
            Placeholder(
                "lien",
                "La page où répondre",
                f"{HOME}/periscolaire/offres",
                fact="link",
                required=True,
            ),
        ),
        area="Périscolaire",
        sms="{enfant} : une place s’est libérée, {place}. Répondez avant le {fin} : {lien}",
    ),
    MessageTemplate(
        "periscolaire/messages/unplanned",
        "Venu sans réservation",
        "le jour où un enfant est pointé présent sans réservation",
        "les parents qui réservent pour l’enfant",
        (
            CHILD,
            HELLO,
            _fact("place", "L’activité et le jour", "Cantine, jeudi 3 décembre", "place"),
            _fact("lien", "La page où le contester", f"{HOME}/messages", "link", required=True),
        ),
        area="Périscolaire",
    ),
)
