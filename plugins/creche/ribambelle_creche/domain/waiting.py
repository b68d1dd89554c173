"""Who is still on the list after a commission, and where."""

from collections.abc import Collection, Mapping

import msgspec

from ribambelle_creche.domain.admission import Snapshot
from ribambelle_creche.domain.admission.position import Standing, standings
from ribambelle_creche.domain.preparation import file_of


def among(
    given: Snapshot, held: Mapping[str, str | None], waiting: Collection[str]
) -> dict[tuple[str, str], Standing]:
    """Return where each file that still waits stands among those, by file and option.

    Twins placed apart have one file: the one of them who has the least speaks for it.

    >>> from ribambelle_creche.domain.admission import Application, Option
    >>> options = (Option("lilas/babies/0", "lilas", {"lilas/babies/mon-am": 1}),)
    >>> three = [Application(name, points, "2026-03-01", 0, options)
    ...          for name, points in (("A", 90), ("B", 70), ("C", 40))]
    >>> town = Snapshot({"lilas/babies/mon-am": 0}, tuple(three))
    >>> among(town, {}, {"A", "B", "C"})["C", "lilas/babies/0"].position
    3
    >>> [(file, one.position) for (file, _), one in among(town, {}, {"B", "C"}).items()]
    [('B', 1), ('C', 2)]
    """
    left = tuple(one for one in given.applications if file_of(one.id) in waiting)
    places = standings(msgspec.structs.replace(given, applications=left, pins=()), held)
    found: dict[tuple[str, str], Standing] = {}
    for name in sorted(places, key=lambda name: (-len(places[name]), name)):
        for one in places[name]:
            found.setdefault((file_of(name), one.option), one)
    return found
