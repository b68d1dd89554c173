"""How many children may come to a group, and what keeps it from being more, in words."""

from ribambelle_periscolaire.domain.words import NBSP

BY = {
    "licence": "la déclaration n’en permet pas plus",
    "room": "la salle n’en tient pas plus",
    "law": "la loi n’en permet pas plus",
}


def told(total: int | None, limited_by: str, adults: int | None, each: int = 0) -> str:
    """Say a capacity and its limit.

    :param each: how many children one adult looks after.

    >>> told(30, "room", None).replace(NBSP, "_")
    '30_enfants : la salle n’en tient pas plus'
    >>> told(28, "staff", 2, 14).replace(NBSP, "_")
    '28_enfants : 2_adultes, un pour 14'
    >>> told(None, "", None)
    'Sans limite'
    """
    if total is None:
        return "Sans limite"
    children = f"{total}{NBSP}enfant{'s' if total > 1 else ''}"
    if limited_by == "staff":
        many = adults or 0
        words = "aucun adulte" if not many else f"{many}{NBSP}adulte{'s' if many > 1 else ''}"
        return f"{children} : {words}" + (f", un pour {each}" if each and many else "")
    return f"{children} : {BY[limited_by]}" if limited_by in BY else children
