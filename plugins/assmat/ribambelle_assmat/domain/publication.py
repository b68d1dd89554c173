"""What may the public see of a childminder? Only what she agreed to, field by field.

Source: CASF, art. L421-3 and decree 2021-1131: her name and commune are public while she is
accredited; her address, her telephones and her e-mail are shown only as she chooses.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CONSENTS = {
    "listed": "Ma fiche paraît dans l’annuaire",
    "mobile": "Mon portable est affiché",
    "phone": "Mon téléphone fixe est affiché",
    "email": "Mon adresse e-mail est affichée",
    "address": "Mon adresse exacte est affichée",
    "form": "Les familles peuvent m’écrire, sans voir mon adresse e-mail",
    "photo": "La photo de la pièce de jeu est affichée",
    "since": "La date de mon premier agrément est affichée",
    "pets": "Mes animaux sont affichés",
    "smoke": "Si l’on fume chez moi est affiché",
    "languages": "Les langues que je parle sont affichées",
    "relais": "Mon relais petite enfance reçoit mon téléphone et mon e-mail",
    "caf": "La CAF reçoit ma fiche, pour monenfant.fr",
}
CONTACTS = ("mobile", "phone", "email")
NEEDS = (*CONTACTS, "pets", "smoke", "languages")
"""What is agreed to be shown, and must be said to be."""
CARES = {
    "part_time": "Temps partiel",
    "around_school": "Avant et après l’école",
    "wednesday": "Le mercredi",
    "holidays": "Pendant les vacances",
    "early": "Avant 7 h",
    "late": "Après 20 h",
    "saturday": "Le samedi",
    "sunday": "Le dimanche",
    "night": "La nuit",
    "urgent": "Accueil d’urgence, remplacement court",
    "disability": "Enfant en situation de handicap",
}


def unsaid(consents: Iterable[str], said: Iterable[object]) -> list[str]:
    """Return what she agrees to show and does not say, so that nothing empty is shown.

    :param said: what she says of each of NEEDS, in its order.

    >>> unsaid(["mobile", "pets", "form"], ("", "02 00 00 00 02", "", "none", "", ()))
    ['mobile']
    """
    chosen = frozenset(consents)
    return [name for name, value in zip(NEEDS, said, strict=True) if name in chosen and not value]


def taken(codes: Iterable[str]) -> str:
    """Say what she takes, as a sentence does.

    >>> taken(["part_time", "early", "gone"]), taken([])
    ('Temps partiel, avant 7 h', '')
    """
    words = [CARES[code] for code in codes if code in CARES]
    return ", ".join([*words[:1], *(f"{one[:1].lower()}{one[1:]}" for one in words[1:])])


@dataclass(frozen=True, slots=True)
class Told:
    """What the register and she herself say."""

    mobile: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


def shown(told: Told, consents: frozenset[str], *, is_free: bool, only_when_free: bool) -> Told:
    """Return what the public sees of how to reach her.

    :param only_when_free: she wants no call while she has no place.

    >>> told = Told("06 00 00 00 01", "02 00 00 00 02", "n@example.test", "3 rue du Lavoir")
    >>> shown(told, frozenset({"mobile"}), is_free=True, only_when_free=False)
    Told(mobile='06 00 00 00 01', phone='', email='', address='')
    >>> shown(told, frozenset(CONSENTS), is_free=False, only_when_free=True)
    Told(mobile='', phone='', email='', address='3 rue du Lavoir')
    """
    silent = only_when_free and not is_free
    open_ones = frozenset() if silent else consents
    return Told(
        mobile=told.mobile if "mobile" in open_ones else "",
        phone=told.phone if "phone" in open_ones else "",
        email=told.email if "email" in open_ones else "",
        address=told.address if "address" in consents else "",
    )
