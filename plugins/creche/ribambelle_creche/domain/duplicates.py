"""Is the child of this file already the child of another?"""

from hashlib import sha256

from ribambelle.search import fold
from ribambelle_creche.domain.dossier import Child, Dossier, Family


def same_child(dossier: Dossier) -> str:
    """Return a digest that two files of the same child share, or nothing while one cannot tell.

    A child not born yet has no name that counts: the due date and the parent's name stand for it.

    >>> from datetime import date
    >>> first = Child(given_name="Zoé", family_name="PAYET", born_on=date(2026, 3, 14))
    >>> again = Child(given_name="zoe", family_name="Payet", born_on=date(2026, 3, 14))
    >>> same_child(Dossier(child=first)) == same_child(Dossier(child=again))
    True
    >>> same_child(Dossier(child=Child(family_name="Payet")))
    ''
    """
    child, family = dossier.child or Child(), dossier.family or Family()
    named: Child | Family = family if child.is_expected else child
    given_name, family_name = fold(named.given_name), fold(named.family_name)
    if child.reference_on is None or not (given_name or family_name):
        return ""
    kind = "due" if child.is_expected else "born"
    told = "\0".join((kind, given_name, family_name, child.reference_on.isoformat()))
    return sha256(told.encode()).hexdigest()
