"""Whom do places that a commission keeps out of its proposal cost a place, or a better one?"""

from collections.abc import Mapping

from ribambelle_creche.domain.admission import Proposal, Snapshot
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.facility import NBSP
from ribambelle_creche.domain.preparation import Extra, file_of


def words(held: Extra, names: Mapping[int, str]) -> str:
    """Return places held, in words.

    >>> words(Extra(12, "babies", 2), {12: "Les Lilas"}).replace(NBSP, " ")
    '2 places, Les Lilas, bébés'
    """
    many = f"{held.places}{NBSP}place{'s' * (held.places > 1)}"
    return f"{many}, {names.get(held.facility, held.facility)}, {LABELS[held.group].lower()}"


def losing(given: Snapshot, with_them: Proposal, without: Proposal) -> list[str]:
    """Return the files that would have a place, or one they prefer, were nothing held.

    >>> from ribambelle_creche.domain.admission import Application, Option, propose
    >>> option = Option("12/babies/0", "12", {"12/babies/mon-am": 1})
    >>> files = tuple(Application(n, 60 - at, "2026-03-01", 0, (option,)) for at, n in enumerate("AB"))
    >>> two, one = (Snapshot({"12/babies/mon-am": many}, files) for many in (2, 1))
    >>> losing(two, propose(one), propose(two))
    ['B']
    """
    found = set[str]()
    for one in given.applications:
        ranks = {option.id: rank for rank, option in enumerate(one.options)}
        now = ranks.get(with_them.assignments.get(one.id) or "", len(ranks))
        then = ranks.get(without.assignments.get(one.id) or "", len(ranks))
        if then < now:
            found.add(file_of(one.id))
    return sorted(found)
