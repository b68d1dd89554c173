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
PAPERS = (WAITING_LIST, ASK_PROOFS)
