"""What does the treasury say of a titre, and what does it change in the books?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle_paiement_tresor.domain.accounts import Posting

ORIGINS = {
    "01": "Encaissé avant le titre",
    "02": "Encaissé",
    "03": "Encaissé (buraliste, virement, carte)",
    "04": "Compensé par un mandat correctif",
    "05": "Compensé par un mandat",
    "06": "Admis en non-valeur",
    "07": "Corrigé par un autre titre",
    "08": "Émargé par un titre",
    "09": "Frais de poursuite annulés",
    "10": "Payé par internet",
    "11": "Encaissement technique",
    "12": "Encaissé (divers)",
}
MEANING = {
    **dict.fromkeys(("01", "02", "03", "04", "05", "10", "12"), "titre_paid"),
    "06": "titre_written_off",
    "07": "titre_corrected",
}
"""The entry each origin makes; the others are shown to a person, and change nothing by themselves."""
PIECE_STATES = {"02": "taken", "03": "taken", "04": "rejected", "05": "cancelled"}
LINE_STATES = {
    "01": "Rejetée",
    "02": "Annulée",
    "03": "En instance",
    "04": "Non soldée",
    "05": "Soldée",
    "06": "Soldée en non-valeur",
}
SETTLED = ("05", "06")
ANOMALIES = {
    "ERREUR_SCHEMA_INCOMPLET": "Le fichier ne suit pas le format attendu",
    "ERREUR_ENCODING": "Le fichier n’est pas dans l’encodage attendu",
    "ERREUR_FLUX_VIDE": "Le fichier est vide",
    "ERREUR_CODIQUE": "Le poste comptable (codique) n’est pas le bon",
    "ERREUR_SIRET": "Le SIRET n’est pas le bon",
    "ERREUR_CODE_COLLECTIVITE_BUDGET": "Le code de la collectivité ou du budget n’est pas le bon",
    "ERREUR_DOUBLON_BORDEREAU": "Le Trésor a déjà reçu un bordereau de ce numéro",
    "ERREUR_DOUBLON_PIECE": "Le Trésor a déjà reçu un titre de ce numéro",
    "ERREUR_DOUBLON_LIGNE": "Une ligne porte deux fois le même numéro",
    "ERREUR_CUMUL_MONTANTS": "Le total ne correspond pas aux lignes",
    "ERREUR_SIGNATURE_INVALIDE": "La signature n’est pas valable",
    "ERREUR_CERTIFICAT": "Le certificat de signature n’est pas accepté",
}


@dataclass(frozen=True, slots=True)
class Move:
    """Money that came for a line of a titre, or a decision that settles it."""

    origin: str
    day: date
    cents: int


def news(
    mine: Sequence[Move], others: Sequence[Move], told: Sequence[Move], total: int | None
) -> list[Move]:
    """Return what a file tells of a line that is not known yet.

    :param mine: known already from this very file: it is read twice, counted once.
    :param others: known from other files. The same move in two files is the same move told again,
        unless the total the treasury announces leaves room for both.
    :param total: what the treasury says it collected for this line in all; None when it says not.

    >>> one, two = Move("03", date(2026, 11, 25), 2000), Move("10", date(2026, 11, 26), 2820)
    >>> news([], [], [one, two], 4820) == [one, two]
    True
    >>> news([one, two], [], [one, two], 4820)
    []
    >>> news([], [one], [one, two], 4820) == [two]
    True
    >>> news([], [one], [one], 4000) == [one]
    True
    >>> news([], [one], [one], None)
    []
    >>> news([], [], [one, one], 4000) == [one, one]
    True
    """
    seen, elsewhere = Counter(mine), Counter(others)
    booked = sum(one.cents for one in (*mine, *others))
    found, doubtful = [], []
    for one in told:
        if seen[one]:
            seen[one] -= 1
        elif elsewhere[one]:
            elsewhere[one] -= 1
            doubtful.append(one)
        else:
            found.append(one)
            booked += one.cents
    for one in doubtful:
        if total is not None and booked + one.cents <= total:
            found.append(one)
            booked += one.cents
    return found


def settled(kind: str, payer: int, invoice: int, cents: int, owed: int) -> tuple[Posting, ...]:
    """Return what a move changes in the books; what goes beyond the debt waits for an explanation.

    :param owed: what the invoice still owes to the comptable.

    >>> [(one.ledger, one.cents) for one in settled("titre_paid", 2, 7, 5000, 4820)]
    [('collected', 5000), ('titres', -4820), ('suspense', -180)]
    >>> [(one.ledger, one.cents) for one in settled("titre_written_off", 2, 7, 820, 4820)]
    [('written_off', 820), ('titres', -820)]
    >>> [(one.ledger, one.cents) for one in settled("titre_corrected", 2, 7, 820, 4820)]
    [('income', 820), ('titres', -820)]

    Money that is taken back is owed again.

    >>> [(one.ledger, one.cents) for one in settled("titre_paid", 2, 7, -4820, 0)]
    [('collected', -4820), ('titres', 4820)]
    """
    where = {"titre_paid": "collected", "titre_written_off": "written_off"}.get(kind, "income")
    taken = min(cents, max(0, owed)) if cents > 0 else cents
    found = [Posting(where, cents)]
    if taken:
        found.append(Posting("titres", -taken, payer, invoice))
    if cents != taken:
        found.append(Posting("suspense", taken - cents, payer))
    return tuple(found)


def acknowledged(state: str, is_taken: bool, code: str) -> str:
    """Return where a bordereau stands once the treasury acknowledged a file.

    A file sent twice by mistake is refused the second time: the first one stands.

    >>> acknowledged("written", True, ""), acknowledged("written", False, "ERREUR_SIRET")
    ('accepted', 'rejected')
    >>> acknowledged("written", False, "ERREUR_DOUBLON_BORDEREAU")
    'rejected'
    >>> acknowledged("accepted", False, "ERREUR_DOUBLON_BORDEREAU")
    'accepted'
    """
    if is_taken:
        return "accepted"
    return state if state == "accepted" and "DOUBLON" in code else "rejected"


def anomaly(code: str, words: str) -> str:
    """Say what the treasury reproaches, its own code kept for whoever calls it.

    >>> anomaly("ERREUR_SIRET", "")
    'Le SIRET n’est pas le bon (ERREUR_SIRET)'
    >>> anomaly("ERREUR_AUTRE", "Voir le poste"), anomaly("", "")
    ('Voir le poste (ERREUR_AUTRE)', '')
    """
    told = ". ".join(filter(None, (ANOMALIES.get(code, ""), words)))
    return f"{told or 'Le Trésor ne dit pas pourquoi'} ({code})" if code else told
