"""What the directory makes the portal write to a childminder."""

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting

HELLO = Placeholder(
    "bonjour",
    "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
    "Bonjour Nadia",
    fact="name",
    write=greeting,
)
STILL_FREE = MessageTemplate(
    "assmat/messages/still_free",
    "Toujours une place ?",
    "chaque mois, à l’assistante maternelle dont rien n’est venu depuis trente jours",
    "l’assistante maternelle",
    (
        HELLO,
        Placeholder(
            "lien",
            "La page où elle répond d’un geste",
            "https://famille.exemple.fr/assmat/confirmer/12/abc",
            fact="link",
            required=True,
        ),
        Placeholder("jours", "Les jours que l’on croit sa réponse", "45", fact="believed_days"),
    ),
    area="Assistantes maternelles",
    sms="{commune} : avez-vous toujours une place ? Répondez d’un geste : {lien}",
)
CONTACT = MessageTemplate(
    "assmat/messages/contact",
    "Une famille écrit",
    "quand une famille écrit depuis la fiche",
    "l’assistante maternelle",
    (
        HELLO,
        Placeholder("famille", "Le nom de la famille", "Camille Martin", fact="family"),
        Placeholder(
            "message",
            "Ce qu’elle écrit",
            "Léa aura un an en mars, quatre jours par semaine.",
            fact="words",
            required=True,
            lines=True,
        ),
        Placeholder(
            "reponse",
            "Son adresse et son téléphone",
            "camille@exemple.fr, 06 99 00 00 01",
            fact="reply",
            required=True,
        ),
    ),
    area="Assistantes maternelles",
)
EVENT_CANCELLED = MessageTemplate(
    "assmat/messages/event_cancelled",
    "Rencontre du relais annulée",
    "quand le relais annule une rencontre, à chaque inscrite",
    "l’assistante maternelle",
    (
        HELLO,
        Placeholder("rencontre", "Le titre", "Éveil musical", fact="title", required=True),
        Placeholder("jour", "Le jour prévu", "jeudi 3 décembre", fact="day"),
        Placeholder(
            "lien",
            "Les rencontres du relais",
            "https://famille.exemple.fr/assmat/espace/12/relais",
            fact="link",
        ),
    ),
    area="Assistantes maternelles",
)
RECEIPT = MessageTemplate(
    "assmat/messages/receipt",
    "Reçu d’une déclaration à la PMI",
    "quand elle déclare un accueil, sa fin, ou un changement",
    "l’assistante maternelle",
    (
        HELLO,
        Placeholder("numero", "Le numéro du reçu", "2026-00012", fact="number", required=True),
        Placeholder("objet", "Ce qu’elle déclare", "Début d’un accueil", fact="what"),
        Placeholder("jour", "Le jour de la déclaration", "25 novembre 2026", fact="day"),
        Placeholder(
            "lien",
            "Son reçu",
            "https://famille.exemple.fr/assmat/espace/12/declarations/12",
            fact="link",
        ),
    ),
    area="Assistantes maternelles",
)
SEARCH = Placeholder(
    "recherche", "Ce qui est cherché", "Un an, lundi et mardi, près de Centre", fact="search"
)
SEARCH_BEGUN = MessageTemplate(
    "assmat/messages/search_begun",
    "Alerte à confirmer",
    "quand une famille laisse son adresse pour être avertie d’une place",
    "la famille",
    (
        SEARCH,
        Placeholder(
            "lien",
            "La page où elle confirme",
            "https://famille.exemple.fr/assmat/alertes/12/abc",
            fact="link",
            required=True,
        ),
    ),
    area="Assistantes maternelles",
)
SEARCH_FOUND = MessageTemplate(
    "assmat/messages/search_found",
    "Une place correspond",
    "le matin où une place correspond à une alerte",
    "la famille",
    (
        SEARCH,
        Placeholder(
            "personnes",
            "Chez qui",
            "- Nadia Benali, Centre",
            fact="found",
            required=True,
            lines=True,
        ),
        Placeholder(
            "lien",
            "La recherche dans l’annuaire",
            "https://famille.exemple.fr/assmat?jours=mon",
            fact="link",
            required=True,
        ),
        Placeholder(
            "arret",
            "La page qui arrête l’alerte",
            "https://famille.exemple.fr/assmat/alertes/12/abc",
            fact="stop",
            required=True,
        ),
    ),
    area="Assistantes maternelles",
)
ACTIVATION_CODE = MessageTemplate(
    "assmat/messages/activation_code",
    "Code d’ouverture du compte",
    "par SMS, quand une assistante maternelle ouvre son compte avec son portable",
    "l’assistante maternelle",
    (Placeholder("code", "Les six chiffres", "123456", required=True),),
    area="Assistantes maternelles",
    sms="{commune} : votre code est {code}. Il vaut 10 minutes. Ne le donnez à personne.",
)
ACTIVATION_LINK = MessageTemplate(
    "assmat/messages/activation_link",
    "Lien d’ouverture du compte",
    "quand une assistante maternelle ouvre son compte avec son adresse e-mail",
    "l’assistante maternelle",
    (
        Placeholder(
            "lien",
            "La page où elle relit son agrément",
            "https://famille.exemple.fr/assmat/activation/relire/abc",
            fact="link",
            required=True,
        ),
    ),
    area="Assistantes maternelles",
)
ACTIVATION_NUMBER = MessageTemplate(
    "assmat/messages/activation_number",
    "Numéro d’agrément nécessaire",
    "quand deux personnes du registre ont le nom et la date de naissance donnés",
    "l’assistante maternelle",
    (
        Placeholder(
            "lien",
            "La page où elle recommence",
            "https://famille.exemple.fr/assmat/activation",
            fact="link",
        ),
    ),
    area="Assistantes maternelles",
    sms="{commune} : deux personnes ont ce nom et cette date. Ajoutez votre numéro d’agrément : {lien}",
)
MESSAGES = (
    STILL_FREE,
    CONTACT,
    EVENT_CANCELLED,
    RECEIPT,
    SEARCH_BEGUN,
    SEARCH_FOUND,
    ACTIVATION_CODE,
    ACTIVATION_LINK,
    ACTIVATION_NUMBER,
)
