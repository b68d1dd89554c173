"""The lists a commission prepares, crèche by crèche: who asks, who is proposed, what is left."""

from collections.abc import Mapping
from dataclasses import dataclass

from ribambelle_creche.domain import desk
from ribambelle_creche.domain.admission import Proposal, Snapshot
from ribambelle_creche.pages.by_creche import NOWHERE, Filters, Listed, in_order, quartiers_of
from ribambelle_creche.queries.facilities import Whereabouts

VIEWS = {
    "": "Toutes",
    "attente": "Des demandes attendent",
    "libres": "Des places libres",
}


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

    def is_in(self, view: str, group: str) -> bool:
        """Tell whether a view shows it, of all its sections or of one age group."""
        here = [one for one in self.sections.values() if group in ("", one.group)]
        if view == "attente":
            return any(one.waiting for one in here)
        return view == "" or any(one.free > 0 for one in here)


@dataclass(frozen=True)
class Sections(Listed[CrecheRow]):
    """The crèches to prepare that were asked for."""

    seen: Mapping[str, int]
    """How many crèches each view shows."""

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The views: what each is called, its address, how many crèches, whether it is this one."""
        return [
            (label, self.address(view=view, page=0), self.seen[view], view == self.filters.view)
            for view, label in VIEWS.items()
        ]


def laid_out(
    given: Snapshot,
    found: Proposal,
    wishes: desk.Wishes,
    places: Mapping[int, Whereabouts],
    filters: Filters,
) -> Sections:
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
    seen = {view: [one for one in kept if one.is_in(view, filters.group)] for view in VIEWS}
    return Sections(
        seen[filters.view],
        filters,
        quartiers_of(one.where for one in rows.values()),
        "t-listes",
        {view: len(shown) for view, shown in seen.items()},
    )
