"""What a commission publishes of each half-day: places, children admitted, points of the last one."""

from dataclasses import dataclass

from ribambelle_creche.domain.admission import Proposal
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.resources import place_of


@dataclass(frozen=True, slots=True)
class Line:
    """One half-day of one section of one crèche."""

    facility: int
    age_group: str
    weekday: int
    half: str
    places: int
    admitted: int
    last_points: int | None


def lines(found: Proposal) -> list[Line]:
    """Return what is published of a proposal: sections alone, before September.

    >>> from ribambelle_creche.domain.admission import Application, Option, Snapshot, propose
    >>> monday = (Option("12/babies/0", "12", {"12/babies/mon-am": 1, "12/all/mon-am": 1}),)
    >>> one = Application("A", 9, "2026-03-01", 0, monday)
    >>> lines(propose(Snapshot({"12/babies/mon-am": 1, "12/all/mon-am": 4}, (one,))))
    [Line(facility=12, age_group='babies', weekday=0, half='am', places=1, admitted=1, last_points=9)]
    """
    told = []
    for name, cut in sorted(found.cutoffs.items()):
        facility, group, slot = name.split("/")
        if group not in GROUPS or "@" in slot:
            continue
        weekday, half = place_of(slot)
        told.append(
            Line(int(facility), group, weekday, half, cut.capacity, cut.taken, cut.last_points)
        )
    return told
