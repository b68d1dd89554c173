"""What must a family prove before its file is complete?"""

from ribambelle_creche.domain.dossier import Child, Dossier, Family, Situation

KINDS = {
    "birth": "Acte de naissance de l’enfant",
    "pregnancy": "Certificat de grossesse",
    "address": "Justificatif de domicile de moins de 3 mois",
    "work": "Justificatif de la situation de chaque parent",
    "caf": "Attestation de la CAF",
    "aeeh": "Notification de l’AEEH",
    "sibling": "Certificat de présence du frère ou de la sœur en crèche",
}


def needed(dossier: Dossier, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the proofs this family must show, among the KINDS its commune asks for, in that order.

    Nobody proves what was not declared; a pregnancy stands for a birth that is still to come.

    >>> needed(Dossier(child=Child(is_expected=True)), ("birth", "address", "aeeh"))
    ('pregnancy', 'address')
    """
    child = dossier.child or Child()
    declared = _declared(dossier)
    found: dict[str, None] = {}
    for kind in asked:
        if kind in ("birth", "pregnancy"):
            found["pregnancy" if child.is_expected else "birth"] = None
        elif declared.get(kind, True):
            found[kind] = None
    return tuple(found)


def _declared(dossier: Dossier) -> dict[str, bool]:
    situation, family = dossier.situation or Situation(), dossier.family or Family()
    adults = (situation.work,) if family.is_single else (situation.work, situation.other_work)
    return {
        "work": any(work not in ("", "none") for work in adults),
        "caf": bool(situation.caf_number),
        "aeeh": situation.has_aeeh,
        "sibling": situation.has_sibling_in_creche,
    }
