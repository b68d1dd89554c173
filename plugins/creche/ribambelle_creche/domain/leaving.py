"""Where does a family go that withdraws? A closed list, which it may leave unanswered."""

from collections import Counter
from collections.abc import Iterable

FOR = {
    "childminder": "Une assistante maternelle",
    "creche": "Une autre crèche, ou une crèche d’une autre commune",
    "home": "Un parent ou un proche garde l’enfant",
    "leave": "Un congé parental",
    "moving": "Un déménagement",
    "cost": "Le coût, ou des horaires qui ne vont pas",
    "other": "Une autre raison",
}
UNSAID = "Pas dit"


def code_of(said: object) -> str:
    """Return what a form says as a code; nothing when it says none of the list.

    >>> code_of("childminder"), code_of("par dépit"), code_of(None)
    ('childminder', '', '')
    """
    return said if isinstance(said, str) and said in FOR else ""


def counted(codes: Iterable[str]) -> list[tuple[str, int]]:
    """Return how many files left for each reason, in the order of the list, those that did.

    >>> counted(["moving", "", "childminder", "moving"])
    [('Une assistante maternelle', 1), ('Un déménagement', 2), ('Pas dit', 1)]
    """
    many = Counter(codes)
    return [(words, many[code]) for code, words in {**FOR, "": UNSAID}.items() if many[code]]
