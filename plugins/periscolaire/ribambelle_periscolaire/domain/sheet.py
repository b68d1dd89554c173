"""What must whoever looks after a child know of its health, its meals, and whom to call?"""

from datetime import date
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(max_length=100)]
Phone = Annotated[str, msgspec.Meta(max_length=40)]
Words = Annotated[str, msgspec.Meta(max_length=1000)]
CONTACTS = 3
"""People to call besides the parents that a form has room for."""
ALLERGENS = {
    "gluten": "Gluten",
    "crustaceans": "Crustacés",
    "eggs": "Œufs",
    "fish": "Poissons",
    "peanuts": "Arachides",
    "soya": "Soja",
    "milk": "Lait",
    "nuts": "Fruits à coque",
    "celery": "Céleri",
    "mustard": "Moutarde",
    "sesame": "Sésame",
    "sulphites": "Sulfites",
    "lupin": "Lupin",
    "molluscs": "Mollusques",
}
"""What a meal must declare (règlement (UE) 1169/2011, annexe II), so that a kitchen counts alike."""


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody to call, who may come for the child or not."""

    name: Name = ""
    phone: Phone = ""
    link: Annotated[str, msgspec.Meta(max_length=60)] = ""
    may_collect: bool = False

    @property
    def told(self) -> str:
        """Say who it is.

        >>> Contact("Rose Payet", "06 99 00 00 01", "grand-mère").told
        'Rose Payet (grand-mère), 06 99 00 00 01'
        """
        link = f" ({self.link})" if self.link else ""
        return f"{self.name}{link}, {self.phone}"


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a family says of meals and health; yes and no are said, never guessed."""

    diet: Annotated[str, msgspec.Meta(max_length=80)] = ""
    has_allergy: bool | None = None
    allergies: Words = ""
    has_pai: bool | None = None
    pai_until: date | None = None
    pai_note: Words = ""
    doctor: Name = ""
    doctor_phone: Phone = ""
    allergens: tuple[str, ...] = ()
    """Codes of ALLERGENS."""

    @property
    def named(self) -> str:
        """Return the allergens that were ticked, in words.

        >>> Health(allergens=("milk", "eggs")).named
        'Lait, Œufs'
        """
        return ", ".join(ALLERGENS[one] for one in self.allergens)

    @property
    def minded(self) -> tuple[str, ...]:
        """What a meal of this child must mind, in the words a kitchen counts by.

        >>> Health("Sans porc", has_allergy=True, allergens=("milk", "eggs")).minded
        ('Sans porc', 'Allergie : lait', 'Allergie : œufs')
        >>> Health(has_allergy=True, allergies="kiwi", has_pai=True).minded
        ('Allergie', 'PAI')
        """
        allergies = [f"Allergie : {ALLERGENS[one].lower()}" for one in self.allergens]
        if self.has_allergy and not allergies:
            allergies = ["Allergie"]
        return tuple(filter(None, (self.diet, *allergies, "PAI" if self.has_pai else "")))


class ChildSheet(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sheet of one child."""

    health: Health = Health()
    contacts: tuple[Contact, ...] = ()


def check_health(told: Health, diets: tuple[str, ...]) -> dict[str, str]:
    """Return what a family has still to say or to correct, by field.

    >>> check_health(Health(has_allergy=True, has_pai=False), ())
    {'allergies': 'Écrivez à quoi, et ce qu’il faut faire.'}
    >>> check_health(Health("Autre", False, has_pai=False), ("Sans porc",))
    {'diet': 'Choisissez un régime de la liste.'}
    """
    errors = {}
    if told.diet and told.diet not in diets:
        errors["diet"] = "Choisissez un régime de la liste."
    if told.has_allergy is None:
        errors["has_allergy"] = "Répondez oui ou non : les équipes doivent le savoir."
    elif told.has_allergy and not told.allergies:
        errors["allergies"] = "Écrivez à quoi, et ce qu’il faut faire."
    elif told.allergens and not told.has_allergy:
        errors["has_allergy"] = "Vous avez coché un allergène : répondez oui, ou décochez-le."
    if set(told.allergens) - ALLERGENS.keys():
        errors["allergens"] = "Cochez des allergènes de la liste."
    if told.has_pai is None:
        errors["has_pai"] = "Répondez oui ou non."
    return errors


def cleared(told: Health) -> Health:
    """Return what is kept: what no answer asks for is forgotten.

    >>> cleared(Health(has_allergy=False, allergies="lait", has_pai=False, pai_note="x")) == Health(
    ...     has_allergy=False, has_pai=False)
    True
    """
    changed: dict[str, object] = {}
    if not told.has_allergy:
        changed |= {"allergies": "", "allergens": ()}
    if not told.has_pai:
        changed |= {"pai_until": None, "pai_note": ""}
    return msgspec.structs.replace(told, **changed)


def check_contacts(told: tuple[Contact, ...]) -> dict[str, str]:
    """Return what is wrong with the people to call: one has a name and a telephone, or is not there.

    >>> check_contacts((Contact("Rose", ""), Contact("", "06")))
    {'phone_1': 'Écrivez son numéro de téléphone.', 'name_2': 'Écrivez son nom.'}
    """
    errors = {}
    for rank, one in enumerate(told, start=1):
        if one.name and not one.phone:
            errors[f"phone_{rank}"] = "Écrivez son numéro de téléphone."
        if not one.name and (one.phone or one.link or one.may_collect):
            errors[f"name_{rank}"] = "Écrivez son nom."
    return errors
