"""What must a family prove before its file is complete?"""

from collections.abc import Iterable, Mapping
from datetime import date

from ribambelle_creche.domain.dossier import (
    Child,
    Dossier,
    Family,
    Home,
    Resources,
    Situation,
    is_separated,
)

KINDS = {
    "birth": "Acte de naissance de l’enfant",
    "pregnancy": "Certificat de grossesse",
    "address": "Justificatif de domicile de moins de 3 mois",
    "work": "Justificatif de la situation de chaque parent",
    "caf": "Attestation de la CAF",
    "aeeh": "Notification de l’AEEH",
    "custody": "Jugement ou accord écrit sur la garde de l’enfant",
    "sibling": "Certificat de présence du frère ou de la sœur en crèche",
    "identity": "Pièce d’identité du parent",
    "adoption": "Jugement ou attestation d’adoption",
    "care": "Attestation sur la garde d’aujourd’hui",
    "referral": "Courrier du service qui oriente la famille",
    "disability": "Attestation de handicap ou de maladie d’un parent",
}

PROVES = {
    "birth": ("child", "arrival"),
    "pregnancy": ("child", "arrival"),
    "address": ("address",),
    "work": ("situation",),
    "caf": ("resources",),
    "aeeh": ("home",),
    "custody": ("family", "custody"),
    "sibling": ("home",),
    "identity": ("home",),
    "adoption": ("child", "arrival"),
    "care": ("care",),
    "referral": ("home",),
    "disability": ("home",),
}
"""The blocks of the file that each proof justifies: an agent reads them side by side."""


def to_see_again(before: Dossier, after: Dossier, kinds: Iterable[str]) -> list[str]:
    """Return the proofs that were seen of answers changed since: they prove nothing of the new ones.

    >>> before, after = Dossier(child=Child("Zoé")), Dossier(child=Child("Zoé", "Payet"))
    >>> to_see_again(before, after, ("birth", "work"))
    ['birth']
    """
    return [
        kind
        for kind in kinds
        if any(getattr(before, one) != getattr(after, one) for one in PROVES.get(kind, ()))
    ]


AT_RENEWAL = ("address", "work", "caf", "aeeh", "sibling", "care", "referral", "disability")
"""Proofs that a family shows again when it says that it still looks for a place, once too old,
unless its commune says others: those whose truth changes with time."""


def outdated(
    last_days: Mapping[str, date | None], today: date, kinds: Iterable[str] = AT_RENEWAL
) -> list[str]:
    """Return the proofs to be shown again at a renewal: seen, and worth nothing any more.

    The last day counts; what is worth something for ever is never asked for again.

    >>> until = {"address": date(2027, 2, 28), "work": date(2027, 11, 30), "birth": None}
    >>> outdated(until, date(2027, 2, 28)), outdated(until, date(2027, 3, 1))
    ([], ['address'])
    >>> outdated(until, date(2027, 12, 1)), outdated(until, date(2027, 12, 1), ["work"])
    (['address', 'work'], ['work'])
    """
    return [kind for kind in kinds if (last := last_days.get(kind)) is not None and last < today]


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
    home, resources = dossier.home or Home(), dossier.resources or Resources()
    money = (resources.quotient_familial_cents, resources.annual_resources_cents)
    adults = (situation.work,) if family.is_single else (situation.work, situation.other_work)
    return {
        "work": any(work not in ("", "none") for work in adults),
        "caf": bool(resources.caf_number) or any(cents is not None for cents in money),
        "aeeh": home.has_aeeh,
        "custody": is_separated(dossier),
        "sibling": home.has_sibling_in_creche,
        "identity": home.is_minor_parent,
        "adoption": dossier.child is not None and dossier.child.is_adopted,
        "care": dossier.care is not None and bool(dossier.care.current),
        "referral": bool(home.referral),
        "disability": home.has_ill_parent,
    }
