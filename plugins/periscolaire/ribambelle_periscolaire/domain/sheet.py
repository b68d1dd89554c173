"""What must whoever looks after a child know of its health, its meals, and whom to call?"""

from datetime import date
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(max_length=100)]
Phone = Annotated[str, msgspec.Meta(max_length=40)]
Words = Annotated[str, msgspec.Meta(max_length=1000)]
CONTACTS = 3
"""People to call besides the parents that a form has room for."""


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
        changed["allergies"] = ""
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
