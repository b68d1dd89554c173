"""Why nothing was handed over, and why a file of the treasury was refused, each with what to do."""

from ribambelle.errors import Refused
from ribambelle_paiement_tresor.pes.reading import LARGEST

SENTENCES = {
    "titres_off": "Les titres ne sont pas ouverts ici. Demandez à l’administrateur de remplir "
    "[paiement.titres] dans le fichier de la commune.",
    "titres_incomplete": "Il manque au fichier de la commune, sous [paiement.titres] : {missing}.",
    "no_signatory": "Personne n’émet de titres aujourd’hui. Ajoutez l’ordonnateur, ou qui a reçu "
    "délégation, sous [[paiement.titres.signatories]].",
    "schemas_missing": "{why}",
    "schema_refuses": "Le fichier ne suit pas le schéma officiel : {why}. Rien n’est parti ; "
    "prévenez la personne qui installe Ribambelle.",
    "nothing_ready": "Rien n’est à transmettre dans ce que vous avez choisi : c’est déjà fait, ou "
    "payé depuis.",
    "no_notice": "Aucun avis à imprimer : attendez que le Trésor accepte ce bordereau.",
    "nothing_rejected": "Rien n’est à renvoyer : c’est déjà fait, ou payé depuis.",
    "empty": "Choisissez le fichier que le Trésor vous a envoyé.",
    "too_big": f"Ce fichier dépasse {LARGEST // 1_000_000} Mo : ce n’est pas un fichier du Trésor.",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
    "treasury_file": "Ce fichier est refusé{where} : {why}. Rien n’a changé. Téléchargez-le de "
    "nouveau sur le portail du Trésor.",
}


def words(refusal: Refused) -> str:
    """Return a refusal in a sentence; one we do not know is raised again.

    >>> words(Refused("titres_incomplete", missing="codique, siret"))[-15:]
    'codique, siret.'
    >>> words(Refused("treasury_file", line=12, why="il est coupé")).partition(" Rien")[0]
    'Ce fichier est refusé, ligne 12 : il est coupé.'
    """
    if refusal.reason not in SENTENCES:
        raise refusal
    line = refusal.facts.get("line")
    where = f", ligne {line}" if line else ""
    return SENTENCES[refusal.reason].format(where=where, **refusal.facts)
