"""What a town hall prints about a crèche file."""

from dataclasses import replace

from ribambelle.messages.declared_papers import AREA
from ribambelle.messages.types import PaperTemplate, Placeholder, greeting, listed
from ribambelle_creche.declared_messages import HOME

NUMBER = Placeholder("numero", "Le numéro de la demande", "C-2041", fact="number")
WAITING_LIST = PaperTemplate(
    "creche/papers/waiting_list",
    "Attestation d’inscription en liste d’attente",
    "quand une famille ou un agent la demande, depuis une demande envoyée",
    "la famille",
    (
        replace(NUMBER, required=True),
        Placeholder(
            "enfant",
            "L’enfant, avec sa naissance",
            "Zoé Martin, née le 3 août 2026",
            fact="child",
            required=True,
        ),
        Placeholder("parent", "Qui a fait la demande", "Camille Martin"),
        Placeholder(
            "recue_le",
            "Quand la demande a été reçue",
            "mercredi 25 novembre 2026 à 9 h",
            fact="filed_at",
            required=True,
        ),
        Placeholder("entree", "L’entrée souhaitée", "lundi 4 janvier 2027", fact="start"),
        Placeholder(
            "verifier",
            "L’adresse où vérifier la demande",
            f"{HOME}/creche/recu?numero=C-2041&code=K7QD-29XM",
            fact="verify",
        ),
    ),
    AREA,
)
ASK_PROOFS = PaperTemplate(
    "creche/papers/ask_proofs",
    "Courrier de demande de pièces",
    "quand un agent le demande, depuis une demande où des pièces manquent",
    "la famille",
    (
        NUMBER,
        Placeholder("enfant", "Le prénom et le nom de l’enfant", "Zoé Martin", fact="child"),
        Placeholder(
            "bonjour",
            "«\u00a0Bonjour\u00a0», avec le nom du parent",
            "Bonjour Camille Martin",
            fact="name",
            write=greeting,
        ),
        Placeholder(
            "pieces",
            "Les pièces pas encore vues, une par ligne",
            "- Acte de naissance\n- Justificatif de domicile",
            fact="missing",
            required=True,
            lines=True,
            write=listed,
        ),
    ),
    AREA,
)
RECEIPT = PaperTemplate(
    "creche/papers/receipt",
    "Reçu d’une demande de place",
    "quand une famille ou un agent le télécharge : ce texte suit les réponses et le code de contrôle",
    "la famille",
    (NUMBER,),
    AREA,
)
CHILD = Placeholder("enfant", "L’enfant, tel que la demande le nomme", "Zoé", fact="child")
HELD_ON = Placeholder("seance", "Le jour de la commission", "10 décembre 2026", fact="held_on")
REASON = Placeholder(
    "motif",
    "Pourquoi la commission a décidé elle-même, si c’est le cas",
    "La commission en a décidé ainsi pour ce motif : rapprochement de fratrie.",
    fact="reason",
    lines=True,
)
BESIDE = (
    "avec les lettres d’une commission ; ce qui a bloqué, les points, les droits et les recours "
    "suivent d’eux-mêmes"
)
OFFERED = PaperTemplate(
    "creche/papers/decision_offered",
    "Lettre de la commission : une place est proposée",
    f"{BESIDE}, tant que la famille peut répondre",
    "la famille",
    (
        NUMBER,
        CHILD,
        HELD_ON,
        Placeholder(
            "places",
            "Chaque place proposée, une par ligne",
            "- Les Lilas, lundi et mardi, à partir du 4 janvier 2027",
            required=True,
            lines=True,
            write=listed,
        ),
        Placeholder(
            "ailleurs",
            "Si la famille n’a pas nommé cette crèche, ce qu’elle risque à refuser",
            "Vous n’avez pas nommé cette crèche.",
            fact="elsewhere",
            lines=True,
        ),
        Placeholder(
            "heures",
            "Si seule une partie de la semaine est proposée, ce qu’il faut savoir",
            "Deux jours sur les trois demandés.",
            fact="part",
            lines=True,
        ),
        REASON,
        Placeholder(
            "repondre_avant",
            "Le dernier jour pour répondre",
            "vendredi 18 décembre 2026",
            fact="last",
            required=True,
        ),
        Placeholder(
            "lien", "L’adresse où répondre", f"{HOME}/creche/offres/12", fact="link", required=True
        ),
    ),
    AREA,
)
CALLED = replace(
    OFFERED,
    path="creche/papers/decision_called",
    title="Lettre de la commission : une place libérée depuis est proposée",
)
CALLED_PAST = PaperTemplate(
    "creche/papers/decision_called_past",
    "Lettre de la commission : une place libérée depuis a été acceptée",
    f"{BESIDE}, quand la famille a accepté une place venue après la séance",
    "la famille",
    (
        NUMBER,
        CHILD,
        HELD_ON,
        Placeholder(
            "places",
            "Chaque place acceptée, une par ligne",
            "- Les Lilas, lundi et mardi, à partir du 4 janvier 2027",
            required=True,
            lines=True,
            write=listed,
        ),
        REASON,
    ),
    AREA,
)
PAST = PaperTemplate(
    "creche/papers/decision_past",
    "Lettre de la commission : la place proposée n’attend plus de réponse",
    f"{BESIDE}, quand la famille a déjà répondu ou que le délai est passé",
    "la famille",
    (NUMBER, CHILD, HELD_ON, REASON),
    AREA,
)
WAITING = PaperTemplate(
    "creche/papers/decision_waiting",
    "Lettre de la commission : pas de place cette fois",
    BESIDE,
    "la famille",
    (NUMBER, CHILD, HELD_ON, REASON),
    AREA,
)
NOT_EXAMINED = PaperTemplate(
    "creche/papers/decision_not_examined",
    "Lettre de la commission : demande pas examinée",
    BESIDE,
    "la famille",
    (
        NUMBER,
        CHILD,
        HELD_ON,
        Placeholder(
            "raison",
            "Pourquoi elle n’a pas été examinée",
            "il manquait une pièce le jour de la clôture",
            fact="why",
            required=True,
        ),
        REASON,
    ),
    AREA,
)
PAPERS = (
    WAITING_LIST,
    ASK_PROOFS,
    RECEIPT,
    OFFERED,
    CALLED,
    CALLED_PAST,
    PAST,
    WAITING,
    NOT_EXAMINED,
)
