"""The lists a commission prepares, crèche by crèche: who asks, who is proposed, what is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ribambelle_creche.domain import desk
from ribambelle_creche.domain.admission import Proposal, Snapshot
from ribambelle_creche.pages.by_creche import (
    NOWHERE,
    Filters,
    Viewed,
    in_order,
    quartiers_of,
    viewed,
)
from ribambelle_creche.queries.facilities import Whereabouts


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One list to prepare."""

    group: str
    asking: int
    proposed: int
    waiting: int
    """Who asks here, and is proposed nothing anywhere."""
    free: int


@dataclass(frozen=True, slots=True)
class CrecheRow:
    """One crèche, and its lists by age group; none where nobody asks."""

    id: int
    where: Whereabouts
    sections: dict[str, SectionRow]

    def here(self, group: str) -> list[SectionRow]:
        """Return its lists, or that of one age group."""
        return [one for one in self.sections.values() if group in ("", one.group)]


def waits(one: CrecheRow, group: str) -> bool:
    """Tell whether somebody who asks there is proposed nothing anywhere."""
    return any(section.waiting for section in one.here(group))


def has_room(one: CrecheRow, group: str) -> bool:
    """Tell whether a half-day is left there."""
    return any(section.free > 0 for section in one.here(group))


VIEWS: dict[str, tuple[str, Callable[[CrecheRow, str], bool]]] = {
    "": ("Toutes", lambda *_: True),
    "attente": ("Des demandes attendent", waits),
    "libres": ("Des places libres", has_room),
}


def laid_out(
    given: Snapshot,
    found: Proposal,
    wishes: desk.Wishes,
    places: Mapping[int, Whereabouts],
    filters: Filters,
) -> Viewed[CrecheRow]:
    """Return the lists of a proposal, crèche by crèche, by name."""
    rows: dict[int, CrecheRow] = {}
    for facility, group in desk.sections(given, found, wishes):
        lines = desk.lines(given, found, (facility, group), wishes)
        row = rows.setdefault(facility, CrecheRow(facility, places.get(facility, NOWHERE), {}))
        row.sections[group] = SectionRow(
            group=group,
            asking=len(lines),
            proposed=sum(one.standing == desk.HERE for one in lines),
            waiting=sum(one.standing == desk.WAITS for one in lines),
            free=sum(one.free for one in desk.half_days(found, (facility, group))),
        )
    kept = [one for one in in_order(rows.values()) if filters.keep(one.where, one.sections)]
    views = {
        view: (label, partial(_in_group, shows, filters.group))
        for view, (label, shows) in VIEWS.items()
    }
    quartiers = quartiers_of(one.where for one in rows.values())
    return viewed(kept, filters, views, "t-listes", quartiers)


def _in_group(shows: Callable[[CrecheRow, str], bool], group: str, one: CrecheRow) -> bool:
    return shows(one, group)
