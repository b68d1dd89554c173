"""Why a payment did not begin, in words, each with what to do now."""

from ribambelle.errors import Refused

CLOSED = "Le paiement en ligne n’est pas ouvert ici. Voyez « Payer autrement » sur la facture."
ASK = "Appelez-nous : nous chercherons ensemble."
WORDS = {
    "nothing_due": "Rien n’est à payer dans ce que vous avez choisi.",
    "several_regies": "Ces factures ne vont pas à la même caisse. Payez-les l’une après l’autre.",
    "not_on_line": "Cette facture ne se paie pas en ligne. Voyez « Payer autrement » sur sa page.",
    "payments_closed": CLOSED,
    "under_way": "Un paiement de cette facture est déjà en cours. Attendez sa fin : rien n’est perdu.",
    "in_a_batch": "Cette facture va être prélevée sur votre compte : ne la payez pas deux fois.",
    "amount_too_small": "Le Trésor n’accepte pas de paiement en ligne sous 1 €. Choisissez "
    "plusieurs factures, ou payez sur place.",
    "amount_too_large": "Le Trésor n’accepte pas plus de 99 999,99 € à la fois. Choisissez moins "
    "de factures.",
    "email_missing": "Le Trésor demande une adresse e-mail. Ajoutez-la dans « Mon compte », puis "
    "recommencez.",
    "email_refused_by_treasury": "Le Trésor n’accepte pas votre adresse e-mail. Changez-la dans "
    "« Mon compte », puis recommencez.",
    "treasury_silent": "Le site du Trésor public ne répond pas. Rien n’est débité. Réessayez dans "
    "quelques minutes.",
    "too_many_attempts": f"Cette facture a été essayée trop souvent en ligne. {ASK}",
}


def words(refusal: Refused) -> str:
    """Return a refusal as a family reads it.

    >>> words(Refused("treasury_refuses", told="E-mail incorrect")).split(". ")[:2]
    ['Le Trésor refuse ce paiement : E-mail incorrect', 'Rien n’est débité']
    """
    if refusal.reason == "treasury_refuses":
        told = refusal.facts.get("told", "")
        return f"Le Trésor refuse ce paiement : {told}. Rien n’est débité. {ASK}"
    return WORDS.get(refusal.reason, f"Ce paiement n’a pas pu commencer. {ASK}")
