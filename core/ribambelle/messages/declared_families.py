"""The messages about families: who answers for a child, whose week it is, who acted for whom."""

from datetime import datetime

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting, listed
from ribambelle.web.formats import moment

AREA = "Familles"


def _inviter(name: str) -> str:
    return name or "Un parent"


def _agent(name: str) -> str:
    return name or "Un agent"


def _moment(at: datetime) -> str:
    return moment(at)


def _child(name: str) -> str:
    return name or "votre enfant"


def hello(sample: str) -> Placeholder:
    """Greet whoever reads, by a name when it is known."""
    told = "« Bonjour », avec le prénom s’il est connu"
    return Placeholder("bonjour", told, sample, fact="name", write=greeting)


def link(label: str, path: str) -> Placeholder:
    """Say where the link of a message leads."""
    sample = f"https://famille.exemple.fr{path}"
    return Placeholder("lien", label, sample, fact="link", required=True)


CHILD = Placeholder("enfant", "Le prénom de l’enfant", "Léa", fact="child", write=_child)
CUSTODY = (
    hello("Bonjour Camille"),
    CHILD,
    link("La page où lire et répondre", "/famille/garde/12"),
)

ACTED_AT = Placeholder(
    "quand",
    "Le jour et l’heure",
    "mercredi 25 novembre, 10 h",
    fact="at",
    write=_moment,
)
ACTS = Placeholder(
    "actes",
    "Ce qui a été fait, un acte par ligne",
    "- Adresse changée",
    fact="acts",
    required=True,
    lines=True,
    write=listed,
)

MESSAGES = (
    MessageTemplate(
        "messages/join",
        "Invitation d’un parent ou d’un proche",
        "dès qu’un parent ajoute un adulte à sa famille",
        "la personne invitée",
        (
            Placeholder("qui", "Le nom de qui invite", "Anne Hoarau", fact="by", write=_inviter),
            link("Le lien qui ouvre le compte, une seule fois", "/famille/invitation/abc"),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/moved_out",
        "Foyers séparés",
        "dès qu’un adulte dit qu’il ne vit plus avec un autre",
        "les autres adultes du foyer",
        (hello("Bonjour Alex"),),
        AREA,
    ),
    MessageTemplate(
        "messages/custody_proposed",
        "Partage des semaines proposé",
        "dès qu’un parent propose de partager les semaines",
        "l’autre parent",
        CUSTODY,
        AREA,
    ),
    MessageTemplate(
        "messages/custody_accepted",
        "Partage des semaines en vigueur",
        "dès que l’autre parent accepte, ou qu’un agent accepte le jugement",
        "les parents qui ne l’ont pas décidé eux-mêmes",
        CUSTODY,
        AREA,
    ),
    MessageTemplate(
        "messages/custody_refused",
        "Partage des semaines refusé",
        "dès que l’autre parent refuse",
        "le parent qui proposait",
        CUSTODY,
        AREA,
    ),
    MessageTemplate(
        "messages/custody_withdrawn",
        "Partage des semaines retiré",
        "dès qu’un parent retire sa proposition",
        "l’autre parent",
        CUSTODY,
        AREA,
    ),
    MessageTemplate(
        "messages/errand",
        "La mairie a agi pour une famille",
        "quand un agent termine d’agir pour une famille, s’il a changé quelque chose",
        "la famille",
        (
            hello("Bonjour Camille"),
            Placeholder("agent", "Le nom de l’agent", "Sophie Laurent", fact="by", write=_agent),
            Placeholder("comment", "Comment la famille l’a demandé", "au guichet", fact="reason"),
            ACTED_AT,
            ACTS,
            link("La page où tout se relit", "/famille/actes"),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/mandate",
        "Un aidant a agi pour une famille",
        "quand un aidant termine d’agir par un mandat Aidants Connect, s’il a changé quelque chose",
        "la famille",
        (
            hello("Bonjour Camille"),
            ACTED_AT,
            ACTS,
            link("La page où tout se relit", "/famille/actes"),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/rights_given",
        "Droits donnés pour un enfant",
        "dès qu’un parent donne ou change les droits de quelqu’un",
        "les autres parents de l’enfant, et la personne elle-même si elle a déjà un compte",
        (
            hello("Bonjour Alex"),
            Placeholder("qui", "Le nom de qui donne", "Anne Hoarau", fact="by", write=_inviter),
            Placeholder("personne", "Qui reçoit ces droits", "Rose Payet", fact="person"),
            Placeholder("enfants", "Les enfants, par leur prénom", "Léa", fact="children"),
            Placeholder(
                "droits", "Ce qu’elle peut faire", "venir chercher l’enfant", fact="rights"
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/rights_ended",
        "Ne répond plus d’un enfant",
        "dès qu’un agent écrit qu’un adulte ne répond plus d’un enfant",
        "cet adulte",
        (hello("Bonjour Alex"),),
        AREA,
    ),
    MessageTemplate(
        "messages/households_merged",
        "Deux familles réunies",
        "dès qu’un agent réunit deux familles qui n’en sont qu’une",
        "chacun des adultes du foyer",
        (
            hello("Bonjour Camille"),
            Placeholder(
                "adultes",
                "Les adultes du foyer, une personne par ligne",
                "- Camille Hoarau",
                fact="adults",
                required=True,
                lines=True,
                write=listed,
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/child_shared",
        "Enfant relié à un autre parent",
        "dès qu’un agent reconnaît le même enfant chez deux parents qui vivent séparés",
        "chacun des adultes qui en répondent",
        (
            hello("Bonjour Camille"),
            CHILD,
            Placeholder(
                "autres",
                "Qui en répond aussi, une personne par ligne",
                "- Alex Payet",
                fact="others",
                required=True,
                lines=True,
                write=listed,
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/accounts_merged",
        "Deux comptes réunis",
        "dès qu’un agent réunit deux comptes de la même personne",
        "les deux adresses",
        (
            hello("Bonjour Camille"),
            Placeholder(
                "adresse", "L’adresse qui sert désormais", "camille@exemple.fr", fact="address"
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/activation",
        "Compte à ouvrir",
        "dès qu’un code reçu par courrier est tapé avec une adresse",
        "cette adresse",
        (
            hello("Bonjour Camille"),
            link("Le lien qui ouvre le compte, une seule fois", "/activation/lien/abc"),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/activated",
        "Compte ouvert par un code",
        "dès qu’un code reçu par courrier a ouvert un compte",
        "la famille",
        (hello("Bonjour Camille"),),
        AREA,
    ),
    MessageTemplate(
        "messages/activation_needed",
        "Adresse que la mairie ne connaît pas",
        "quand une adresse inconnue demande un lien, là où les familles s’inscrivent par code",
        "cette adresse",
        (),
        AREA,
    ),
    MessageTemplate(
        "messages/activation_taken",
        "Adresse déjà utilisée par un autre compte",
        "quand un code est tapé avec l’adresse d’un autre compte",
        "la personne dont c’est l’adresse",
        (),
        AREA,
    ),
)
