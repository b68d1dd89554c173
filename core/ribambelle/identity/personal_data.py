"""What the core holds of people, why, and for how long."""

from ribambelle.calendar.tables import Feed
from ribambelle.identity.tables import (
    Account,
    Address,
    Adult,
    Child,
    Custody,
    Errand,
    Login,
    Passkey,
    Responsibility,
    Session,
    StateIdentity,
    Token,
)
from ribambelle.jobs.tables import Job
from ribambelle.messages.tables import Attachment, Message
from ribambelle.privacy import PersonalData
from ribambelle.workflow.tables import HistoryStep, JournalLine

PUBLIC_TASK = "Mission d’intérêt public (RGPD, art. 6.1.e)"
FAMILY_TERM = "Trois ans après la dernière demande de la famille"
YEAR = "Un an"

HELD = [
    PersonalData(
        Account,
        ("email", "name", "password", "totp", "proved_at"),
        "Reconnaître la personne qui se connecte",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Login,
        ("account", "value"),
        "Reconnaître la personne qui se connecte sans adresse e-mail",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        StateIdentity,
        ("account", "sub", "source"),
        "Reconnaître la personne qui s’identifie avec FranceConnect ou ProConnect",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Passkey,
        ("account", "credential", "name"),
        "Reconnaître la personne qui se connecte avec une clé d’accès",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Session, ("account", "data"), "Garder la personne connectée", PUBLIC_TASK, "Quatorze jours"
    ),
    PersonalData(
        Token, ("email",), "Connexion par lien et invitations", PUBLIC_TASK, "Trente jours"
    ),
    PersonalData(
        Adult,
        ("given_name", "family_name", "email", "phone", "folded", "account"),
        "Savoir qui demande et qui appeler",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Child,
        ("given_name", "family_name", "born_on", "due_on", "folded", "school", "class_name"),
        "Savoir pour quel enfant la place est demandée",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Responsibility,
        ("child", "adult", "kind", "has_authority", "may_book", "may_pay", "may_collect", "until"),
        "Savoir qui peut réserver, payer ou venir chercher l’enfant",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Custody,
        ("child", "proposed_by", "even", "odd", "changes_on", "holidays", "first_half"),
        "Savoir chez quel parent est l’enfant, quand ils vivent séparés",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Errand,
        ("staff", "account"),
        "Dire à la famille qui a agi en son nom",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(Feed, ("account",), "Montrer l’agenda sur un téléphone", PUBLIC_TASK, FAMILY_TERM),
    PersonalData(
        Address,
        ("line", "postcode", "city", "quartier"),
        "Justifier la résidence et compter les besoins par quartier",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Message,
        ("recipient", "account", "subject", "text"),
        "Garder ce qui a été écrit à la famille",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        Attachment,
        ("content",),
        "Garder ce qui a été joint à ce qui a été écrit à la famille",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(Job, ("payload",), "Travaux en attente", PUBLIC_TASK, "Jusqu’à leur exécution"),
    PersonalData(
        HistoryStep,
        ("account", "reason"),
        "Montrer à la famille où en est sa demande",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        JournalLine,
        ("account", "facts"),
        "Prouver qui a fait quoi (CNIL, délibération 2021-122)",
        PUBLIC_TASK,
        YEAR,
    ),
]
