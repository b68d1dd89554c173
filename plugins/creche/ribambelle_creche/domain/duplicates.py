"""Is the child of this file already the child of another, whoever sent it?"""

from datetime import date, timedelta

from ribambelle.search import fold
from ribambelle_creche.domain.dossier import Child, Dossier, Family

AROUND_TERM = timedelta(weeks=6)
"""How far from its due date a child may be born, and still be the child that was expected."""


def same_child(one: Dossier, other: Dossier) -> bool:
    """Tell whether two files speak of one child: same name, births that agree, a parent in common.

    A namesake of other parents is another child; so is a twin, who has another first name.

    >>> anne = Family(given_name="Anne", family_name="Leroy", phone="06 39 98 00 01")
    >>> luc = Family(given_name="Luc", family_name="Leroy", phone="+33 6 39 98 00 01")
    >>> due = Child(is_expected=True, family_name="Leroy", due_on=date(2027, 2, 1))
    >>> born = Child(given_name="Zoé", family_name="LEROY", born_on=date(2027, 1, 20))
    >>> same_child(Dossier(child=due, family=anne), Dossier(child=born, family=luc))
    True
    >>> stranger = Family(given_name="Marie", family_name="Leroy", phone="06 39 98 00 02")
    >>> same_child(Dossier(child=due, family=anne), Dossier(child=born, family=stranger))
    False
    """
    first, then = one.child or Child(), other.child or Child()
    mine, theirs = one.family or Family(), other.family or Family()
    return (
        names_agree(first, then) and births_agree(first, then) and bool(_who(mine) & _who(theirs))
    )


def names_agree(one: Child, other: Child) -> bool:
    """Tell whether two children may bear one name; before a birth, no first name is sure.

    >>> zoe, lea = Child(given_name="Zoé", family_name="Payet"), Child(True, "Léa", "Payet")
    >>> names_agree(zoe, Child(given_name="ZOE", family_name="payet")), names_agree(zoe, lea)
    (True, False)
    >>> names_agree(zoe, Child(True, "", "Payet")), names_agree(lea, Child(True, "Max", "Hoarau"))
    (True, True)
    """
    if one.is_expected and other.is_expected:
        return True
    if fold(one.family_name) != fold(other.family_name):
        return False
    unnamed = any(child.is_expected and not child.given_name for child in (one, other))
    return unnamed or fold(one.given_name) == fold(other.given_name)


def births_agree(one: Child, other: Child) -> bool:
    """Tell whether two births may be one: the same day, or six weeks at most around a due date.

    >>> born, due = Child(born_on=date(2027, 1, 4)), Child(is_expected=True)
    >>> from msgspec.structs import replace
    >>> births_agree(born, replace(due, due_on=date(2027, 2, 15)))
    True
    >>> births_agree(born, replace(due, due_on=date(2027, 2, 16)))
    False
    """
    here, there = one.reference_on, other.reference_on
    if here is None or there is None:
        return False
    return here == there or (one.is_expected != other.is_expected and near(here, there))


def near(here: date, there: date) -> bool:
    """Tell whether two days are at most six weeks apart.

    >>> near(date(2027, 2, 15), date(2027, 1, 4)), near(date(2027, 2, 16), date(2027, 1, 4))
    (True, False)
    """
    return abs(here - there) <= AROUND_TERM


def _who(family: Family) -> set[str]:
    """Return what each parent is known by: a name, an e-mail, the nine digits of a telephone.

    >>> sorted(_who(Family("Anne", "Leroy", "+33 6 39 98 00 01", "Anne@Exemple.fr")))
    ['639980001', 'anne leroy', 'anne@exemple.fr']
    """
    digits = "".join(filter(str.isdecimal, family.phone))[-9:]
    known = (fold(family.name), fold(family.other_name), family.email.strip().lower(), digits)
    return {one for one in known if one}
