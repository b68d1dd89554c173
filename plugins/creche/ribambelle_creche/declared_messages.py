"""What a crèche file makes the portal write to a family."""

from datetime import date

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting, listed
from ribambelle.web.formats import jour, moment
from ribambelle_creche.proof import Proof

AREA = "Crèches"
HOME = "https://famille.exemple.fr"
FILE = (
    Placeholder("numero", "Le numéro de la demande", "C-2041", fact="number"),
    Placeholder("enfant", "Le prénom et le nom de l’enfant", "Zoé Martin", fact="child"),
    Placeholder("prenom", "Le prénom du parent, s’il est connu", "Camille", fact="name"),
    Placeholder(
        "bonjour",
        "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
        "Bonjour Camille",
        fact="name",
        write=greeting,
    ),
)
CASE_LINK = Placeholder(
    "lien", "La page de la situation", f"{HOME}/creche/situations/12", fact="link", required=True
)
GREETING = Placeholder("bonjour", "«\u00a0Bonjour\u00a0»", "Bonjour", fact="name", write=greeting)
LINK = Placeholder("lien", "La page de la demande", f"{HOME}/creche/demandes/12", fact="link")
MISSING = Placeholder(
    "pieces",
    "Les pièces pas encore vues, une par ligne ; vide s’il n’en manque pas",
    "- Acte de naissance\n- Justificatif de domicile",
    fact="missing",
    lines=True,
    write=listed,
)


AGAIN = Placeholder(
    "refaire",
    "La page où faire une nouvelle demande",
    f"{HOME}/creche/demandes/nouvelle",
    fact="again",
    required=True,
)


def _reason(label: str, sample: str) -> Placeholder:
    return Placeholder("motif", label, sample, fact="reason", required=True, lines=True)


def _last_day(day: date) -> str:
    return jour(day, year=True)


def _filed(proof: Proof) -> str:
    return moment(proof.filed_at, year=True)


def _changed(proof: Proof) -> str:
    return moment(proof.changed_at or proof.at, year=True)


def _parent(proof: Proof) -> str:
    return str(proof.told["parent"])


def _child(proof: Proof) -> str:
    return str(proof.told["child"])


def _facilities(proof: Proof) -> str:
    wishes = [f"{rank}. {wish['name']}" for rank, wish in enumerate(proof.told["wishes"], 1)]
    return "\n".join([*wishes, *proof.others])


def _start(proof: Proof) -> str:
    return proof.start


def _week(proof: Proof) -> str:
    return str(proof.told["week"])


def _fallbacks(proof: Proof) -> str:
    return "\n".join(f"À défaut : {week}." for week in proof.told["fallbacks"])


def _code(proof: Proof) -> str:
    return proof.code


def _of_receipt(name: str, label: str, sample: str, required: bool = False) -> Placeholder:
    write = {
        "recue_le": _filed,
        "modifiee_le": _changed,
        "demandee_par": _parent,
        "pour": _child,
        "creches": _facilities,
        "entree": _start,
        "semaine": _week,
        "replis": _fallbacks,
        "code": _code,
    }[name]
    lines = name in ("creches", "replis")
    return Placeholder(name, label, sample, "proof", required, lines, write)


RECEIPT = (
    _of_receipt(
        "recue_le", "Quand la demande a été reçue", "mercredi 25 novembre 2026 à 9 h", True
    ),
    _of_receipt("demandee_par", "Qui demande", "Camille Martin"),
    _of_receipt("pour", "Pour quel enfant", "Zoé Martin, née le 3 août 2026"),
    _of_receipt("creches", "Les crèches, une par ligne", "1. Les Lilas\n2. Les Roses"),
    _of_receipt("entree", "L’entrée souhaitée", "lundi 4 janvier 2027"),
    _of_receipt("semaine", "La semaine souhaitée", "tous les matins du lundi au vendredi"),
    _of_receipt("replis", "Les semaines de repli, une par ligne", "À défaut : lundi et mardi."),
    _of_receipt("code", "Le code de contrôle du reçu", "K7QD-29XM", True),
    Placeholder(
        "verifier",
        "L’adresse où vérifier le reçu",
        f"{HOME}/creche/recu?numero=C-2041&code=K7QD-29XM",
        fact="verify",
        required=True,
    ),
    MISSING,
    LINK,
)
ANSWER = (
    Placeholder(
        "repondre",
        "Le lien qui répond en un clic",
        f"{HOME}/creche/confirmer/12/abc",
        fact="answer",
        required=True,
    ),
    Placeholder(
        "fin",
        "Le dernier jour pour répondre",
        "vendredi 25 décembre 2026",
        fact="last_day",
        required=True,
        write=_last_day,
    ),
)
OF_COMMISSION = (
    Placeholder(
        "commission", "Le nom de la commission", "Rentrée de septembre 2027", fact="commission"
    ),
    Placeholder(
        "cloture",
        "Le dernier jour pour un dossier complet",
        "vendredi 2 avril 2027",
        fact="closes_on",
        required=True,
        write=_last_day,
    ),
    Placeholder(
        "raison",
        "Ce qui manque, à la suite d’une phrase",
        "votre dossier n’est pas complet",
        fact="why",
        required=True,
    ),
    MISSING,
    LINK,
)

PLACE = Placeholder(
    "place",
    "La place, une ligne par enfant : crèche, jours, entrée ; puis s’il en manque pour un enfant",
    "Les Lilas, lundi et mardi, à partir du lundi 4 janvier 2027",
    fact="places",
    required=True,
    lines=True,
    write="\n".join,
)
SILENCE = Placeholder(
    "sans_reponse",
    "Ce que devient la demande sans réponse, si la commune y met fin ; vide sinon",
    ", et votre demande prend fin",
    fact="silence",
)
REFUSED = Placeholder(
    "refusee",
    "Ce que devient la demande refusée, si la commune y met fin ; vide sinon",
    " Votre demande prend fin.",
    fact="refused",
)
UNTIL = Placeholder(
    "fin",
    "Le dernier jour pour répondre",
    "vendredi 18 décembre 2026",
    fact="answer_by",
    required=True,
    write=_last_day,
)

MESSAGES = (
    MessageTemplate(
        "creche/messages/submit",
        "Demande envoyée, avec son reçu",
        "dès que la famille envoie sa demande",
        "la famille",
        (*FILE, *RECEIPT),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/edit",
        "Demande modifiée, avec son reçu",
        "dès que la famille modifie sa demande",
        "la famille",
        (
            *FILE,
            *RECEIPT,
            _of_receipt("modifiee_le", "Quand elle a été modifiée", "jeudi 3 décembre 2026 à 9 h"),
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/ask_more",
        "Pièce manquante",
        "dès qu’un agent demande une précision, ou qu’une naissance passée n’a pas été dite",
        "la famille",
        (
            *FILE,
            _reason("Ce que l’agent demande", "L’acte de naissance est illisible."),
            MISSING,
            LINK,
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/remind_more",
        "Rappel d’une pièce manquante",
        "quinze jours, puis un mois, après qu’un agent a demandé une précision",
        "la famille",
        (
            *FILE,
            _reason("Ce que l’agent demande", "L’acte de naissance est illisible."),
            MISSING,
            LINK,
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/complete",
        "Demande complète",
        "dès qu’un agent note la demande complète",
        "la famille",
        (*FILE, LINK),
        AREA,
        sms="{commune} : votre demande {numero} est complète. Vous n’avez rien à faire. {lien}",
        is_optional=True,
    ),
    MessageTemplate(
        "creche/messages/ask_confirmation",
        "Demande à confirmer",
        "tous les quelques mois, pour savoir si la famille cherche toujours",
        "la famille",
        (*FILE, *ANSWER),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/remind",
        "Rappel avant la fin d’une demande",
        "quelques jours avant la fin d’une demande sans réponse",
        "la famille",
        (*FILE, *ANSWER, LINK),
        AREA,
        # a number may be mistyped: its SMS holds no link that answers without a sign-in
        sms="{commune} : cherchez-vous toujours une place en crèche ? Répondez avant la fin du "
        "{fin}, sinon votre demande {numero} prend fin : {lien}",
        is_optional=True,
    ),
    MessageTemplate(
        "creche/messages/expire",
        "Demande finie faute de réponse",
        "dès qu’une demande sans réponse prend fin",
        "la famille",
        (*FILE, AGAIN),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/expire_asleep",
        "Demande finie, naissance jamais dite",
        "dès qu’une demande en sommeil prend fin",
        "la famille",
        (*FILE, AGAIN),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/closing",
        "Dossier incomplet avant une commission",
        "quinze jours avant la clôture des dossiers d’une commission",
        "la famille dont le dossier n’est pas complet ou pas confirmé",
        (*FILE, *OF_COMMISSION),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/left_out",
        "Demande non examinée par une commission",
        "dès que les dossiers d’une commission sont clos",
        "la famille dont la demande est laissée de côté",
        (*FILE, *OF_COMMISSION),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/merge",
        "Deux demandes réunies",
        "dès qu’un agent réunit deux demandes du même enfant",
        "la famille",
        (*FILE, _reason("Ce que l’agent explique", "La demande C-2041 est gardée.")),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/withdraw",
        "Demande retirée",
        "dès qu’une demande est retirée",
        "la famille",
        (
            *FILE,
            Placeholder(
                "sans_place",
                "Les deux crèches où l’enfant n’a plus de place, s’il avait quitté l’une pour "
                "l’autre ; vide sinon",
                " Votre enfant n’a plus de place, ni à Les Roses, ni à Les Lilas.",
                fact="lost",
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/offer",
        "Place proposée",
        "dès qu’une place est proposée à une famille",
        "la famille",
        (
            *FILE,
            PLACE,
            UNTIL,
            SILENCE,
            Placeholder(
                "repondre",
                "La page où accepter ou refuser, une fois connecté",
                f"{HOME}/creche/offres/12",
                fact="answer",
                required=True,
            ),
            LINK,
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/urgent",
        "Place donnée en urgence",
        "dès qu’un agent donne une place en urgence ; le motif n’y est jamais",
        "la famille",
        (*FILE, PLACE, LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/agree",
        "Oui gardé, dans l’attente d’une autre famille",
        "dès qu’une famille accepte une place qu’un autre enfant doit d’abord quitter",
        "la famille",
        (
            *FILE,
            PLACE,
            Placeholder(
                "repondre",
                "La page de la place, une fois connecté",
                f"{HOME}/creche/offres/12",
                fact="answer",
                required=True,
            ),
            LINK,
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/fall",
        "Place gardée par l’enfant qui l’occupe",
        "quand l’enfant qui occupait une place proposée y reste",
        "la famille",
        (*FILE, LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/wait",
        "Demande maintenue sur la liste d’attente",
        "dès qu’une commission décide sans proposer de place",
        "la famille",
        (*FILE, LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/postpone",
        "Demande retirée de la séance",
        "dès qu’un agent retire une demande de la séance",
        "la famille",
        (*FILE, _reason("Ce que l’agent explique", "Votre adresse a changé."), LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/accept",
        "Place acceptée",
        "dès qu’une place est acceptée",
        "la famille",
        (*FILE, PLACE, LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/decline",
        "Place refusée",
        "dès qu’une place est refusée",
        "la famille",
        (*FILE, REFUSED, LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/lapse",
        "Place sans réponse à temps",
        "le lendemain du dernier jour pour répondre",
        "la famille",
        (*FILE, UNTIL, SILENCE, LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/rule_out",
        "Demande hors conditions",
        "dès qu’un agent note que la demande ne remplit pas les conditions",
        "la famille",
        (*FILE, _reason("Ce que l’agent explique", "Votre enfant entre à l’école.")),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/age_out",
        "Demande finie : âge de l’école",
        "quand l’enfant a l’âge d’entrer à l’école",
        "la famille",
        FILE,
        AREA,
    ),
    MessageTemplate(
        "creche/messages/appeal_answered",
        "Réponse à un recours",
        "dès qu’un agent répond au recours d’une famille",
        "la famille",
        (
            *FILE,
            Placeholder(
                "decision",
                "Ce que la mairie décide",
                "réponse maintenue",
                fact="outcome",
                required=True,
            ),
            _reason("Ce que l’agent explique", "Vos points ont été recomptés."),
            LINK,
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/case_shared",
        "Avis demandé sur une situation",
        "dès qu’un agent partage une situation",
        "chaque personne à qui elle est montrée",
        (
            GREETING,
            UNTIL,
            CASE_LINK,
        ),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/case_shown",
        "Situation montrée pour lecture",
        "dès qu’un agent partage une situation avec une personne qui ne fait que lire",
        "chaque personne à qui elle est montrée",
        (GREETING, CASE_LINK),
        AREA,
    ),
    MessageTemplate(
        "creche/messages/case_said",
        "Avis donné sur une situation",
        "dès qu’une personne donne son avis",
        "l’agent qui a partagé la situation",
        (
            GREETING,
            Placeholder("numero", "Le numéro de la demande", "C-2026-0012", fact="number"),
            Placeholder("avis", "L’avis donné", "favorable", fact="opinion", required=True),
            Placeholder("attendus", "Combien d’avis sont encore attendus", "2", fact="left"),
            CASE_LINK,
        ),
        AREA,
    ),
)
