"""The messages of the core: sign-in, accounts, papers."""

from datetime import date

from ribambelle.messages import (
    declared_desk,
    declared_families,
    declared_privacy,
    declared_team,
    declared_ways,
)
from ribambelle.messages.types import MessageTemplate, Placeholder, greeting
from ribambelle.web.formats import jour

ACCOUNT, PAPERS = "Comptes et connexion", "Justificatifs"


def _day(day: date) -> str:
    return jour(day)


def _full_day(day: date) -> str:
    return jour(day, year=True)


def _link(label: str, path: str) -> Placeholder:
    sample = f"https://famille.exemple.fr{path}"
    return Placeholder("lien", label, sample, fact="link", required=True)


PAPER = Placeholder(
    "justificatif", "Le nom du justificatif", "Justificatif de domicile", fact="label"
)
GIVEN = Placeholder(
    "envoye_le", "Le jour où il a été envoyé", "lundi 23 novembre", fact="given_on", write=_day
)

MESSAGES = (
    *declared_families.MESSAGES,
    *declared_team.MESSAGES,
    *declared_desk.MESSAGES,
    *declared_privacy.MESSAGES,
    MessageTemplate(
        "messages/new_letter",
        "Un message vous attend",
        "dès que la mairie écrit à une famille sur le portail, sans ce qu’elle écrit",
        "la famille",
        (_link("La page où lire le message", "/messages/12"),),
        "Messages",
        sms="{commune} : un message de la mairie vous attend sur le portail famille. {lien}",
        is_optional=True,
    ),
    MessageTemplate(
        "messages/campaign",
        "Les nouvelles de la mairie",
        "quand un agent écrit à un groupe de familles",
        "chaque adulte du groupe",
        (
            Placeholder("objet", "L’objet écrit par l’agent", "Fermeture des crèches le 14 mai"),
            Placeholder(
                "texte",
                "Le texte écrit par l’agent",
                "Les crèches seront fermées le vendredi 14 mai.",
                required=True,
                lines=True,
            ),
            Placeholder(
                "lien",
                "La page où lire le message sur le portail",
                "https://famille.exemple.fr/messages",
                fact="link",
            ),
            Placeholder(
                "choix",
                "La page où choisir comment nous écrivons",
                "https://famille.exemple.fr/compte/messages",
            ),
        ),
        "Messages",
        sms="{commune} : {objet}. À lire sur le portail famille : {lien}",
        is_optional=True,
    ),
    MessageTemplate(
        "messages/sign_in",
        "Lien de connexion",
        "dès qu’une famille demande à se connecter",
        "la famille",
        (_link("Le lien qui connecte, une seule fois", "/connexion/lien/abc"),),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/staff_sign_in",
        "Un agent a demandé un lien",
        "dès qu’un lien est demandé pour l’adresse d’un agent",
        "l’agent",
        (),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/invitation",
        "Invitation d’un agent",
        "dès qu’un accès est ouvert à un agent",
        "l’agent",
        (
            Placeholder(
                "bonjour",
                "«\u00a0Bonjour\u00a0», avec le nom s’il est connu",
                "Bonjour Sophie Laurent",
                fact="name",
                write=greeting,
            ),
            _link("Le lien qui ouvre l’accès", "/invitation/abc"),
        ),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/invitation_sms",
        "Invitation par SMS",
        "dès qu’un accès est ouvert à qui n’a qu’un portable",
        "la personne",
        (_link("Le lien qui ouvre l’accès", "/invitation/abc"),),
        ACCOUNT,
        sms="{commune} : ouvrez votre accès et choisissez un mot de passe. {lien}",
    ),
    MessageTemplate(
        "messages/password_changed",
        "Mot de passe changé",
        "dès qu’un mot de passe change",
        "la personne dont c’est le compte",
        (),
        ACCOUNT,
    ),
    *declared_ways.MESSAGES,
    MessageTemplate(
        "messages/sms_changed",
        "Numéro des SMS changé",
        "dès qu’une famille change le numéro où elle reçoit ses SMS, ou l’enlève",
        "la personne dont c’est le compte",
        (
            Placeholder(
                "numero", "Le nouveau numéro, s’il y en a un", "06 99 00 00 01", fact="number"
            ),
        ),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/new_email",
        "Nouvelle adresse à confirmer",
        "dès qu’une personne demande à changer d’adresse",
        "la nouvelle adresse",
        (_link("Le lien qui confirme", "/compte/adresse/abc"),),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/new_email_asked",
        "Changement d’adresse demandé",
        "dès qu’une personne demande à changer d’adresse",
        "l’ancienne adresse",
        (),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/new_email_done",
        "Changement d’adresse fait",
        "dès que la nouvelle adresse est confirmée",
        "l’ancienne adresse",
        (Placeholder("nouvelle", "La nouvelle adresse", "camille@exemple.fr", fact="new"),),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/email_has_account",
        "Adresse déjà utilisée",
        "dès qu’une autre personne demande à utiliser cette adresse",
        "la personne dont c’est l’adresse",
        (),
        ACCOUNT,
    ),
    MessageTemplate(
        "messages/document_refused",
        "Justificatif à renvoyer",
        "dès qu’un agent refuse un justificatif",
        "la famille qui l’a donné",
        (
            PAPER,
            GIVEN,
            Placeholder(
                "motif",
                "Pourquoi il est refusé, écrit par l’agent",
                "La photo ne se lit pas : reprenez-la à plat et en pleine lumière.",
                fact="reason",
                required=True,
                lines=True,
            ),
            _link("La page où en envoyer un autre", "/documents/12"),
        ),
        PAPERS,
    ),
    MessageTemplate(
        "messages/document_ending",
        "Justificatif bientôt périmé",
        "quelques jours avant la fin d’un justificatif qui accompagne une demande",
        "la famille qui l’a donné",
        (
            PAPER,
            GIVEN,
            Placeholder(
                "fin",
                "Le dernier jour où il vaut",
                "mardi 15 décembre 2026",
                fact="valid_until",
                required=True,
                write=_full_day,
            ),
            _link("La page où en envoyer un autre", "/documents/12"),
        ),
        PAPERS,
        sms="{commune} : un justificatif de votre demande arrive à sa fin le {fin}. "
        "Envoyez-en un plus récent : {lien}",
        is_optional=True,
    ),
)
