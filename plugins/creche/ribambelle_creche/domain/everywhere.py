"""Every other crèche of the town, without writing them all in the lot.

A file that accepts any crèche has in the lot the nearest that give a place on its days. If they
are all full for it, the others are looked at, nearest first, as those ranked ahead leave them; the
first where it would have a place is written too: it does not wait beside a place that those ranked
ahead leave it. The search stops after some rounds; in a town of 112 crèches, two files of 2,740 were
still waiting so.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import msgspec

from ribambelle_creche.domain import resources
from ribambelle_creche.domain.admission import Application, Option, Snapshot, engine
from ribambelle_creche.domain.admission.foresight import Seated, rank
from ribambelle_creche.domain.preparation import Lot, file_of, snapshot
from ribambelle_creche.domain.resources import Asking
from ribambelle_creche.domain.transfers import Held, with_rights

ROUNDS = 5
"""A place found moves who is ranked behind, who then looks again: most often twice or thrice."""


def whole(lot: Lot, held: Mapping[str, Held]) -> Snapshot:
    """Return what the engine decides on, whoever accepts any crèche looked at everywhere.

    >>> from datetime import UTC, datetime
    >>> from ribambelle_creche.domain.preparation import Seen
    >>> from ribambelle_creche.domain.resources import House
    >>> one, none = {("babies", 0, "am"): 1}, {}
    >>> houses = [House(12, (none,), ({},), 10), House(15, (one,), ({},), 10),
    ...           House(18, (one,), ({},), 10), House(20, (one,), ({},), 10)]
    >>> def seen(number, points, *elsewhere):
    ...     asked = Asking(("babies",), (1,), (12,), elsewhere=elsewhere, most_elsewhere=1)
    ...     return Seen(number, points, datetime(2026, 3, 1, tzinfo=UTC), 0, asked)
    >>> three = [seen("C-1", 90, 15, 18, 20), seen("C-2", 80, 15, 18, 20), seen("C-3", 70, 15, 18, 20)]
    >>> found = whole(Lot(three, houses, {}), {})
    >>> [[option.facility for option in file.options] for file in found.applications]
    [['12', '15'], ['12', '15', '18'], ['12', '15', '20']]
    >>> engine.place(found).assignments
    {'C-1': '15/babies/0', 'C-2': '18/babies/0', 'C-3': '20/babies/0'}
    """
    given, search = with_rights(snapshot(lot), lot, held), Search(lot, held)
    for _ in range(ROUNDS):
        more = search.farther(given) or search.afresh(given)
        if not more:
            break
        lot = replace(
            lot,
            further={
                **lot.further,
                **{name: {*lot.further.get(name, ()), found} for name, found in more.items()},
            },
        )
        given = _laid_out_again(given, lot, more)
    return given


def _laid_out_again(given: Snapshot, lot: Lot, changed: Collection[str]) -> Snapshot:
    """Return a lot in which some files, and they alone, are written again."""
    part = snapshot(replace(lot, files=[seen for seen in lot.files if seen.number in changed]))
    again = {one.id: one for one in part.applications}
    return msgspec.structs.replace(
        given,
        # what children in place would free is known of the first only
        resources=dict(sorted({**part.resources, **given.resources}.items())),
        applications=tuple(again.get(one.id, one) for one in given.applications),
    )


class Search:
    """Where files that accept any crèche, and have none, would have a place."""

    def __init__(self, lot: Lot, held: Mapping[str, Held]) -> None:
        self.houses = {house.facility: house for house in lot.houses}
        self.places = lot.places
        self.asked = {
            seen.number: seen.asked
            for seen in lot.files
            if len(seen.asked.elsewhere) > seen.asked.most_elsewhere > 0 and seen.number not in held
        }
        self.known: dict[object, list[Option]] = {}
        self.in_vain: set[str] = set()
        """Who found nothing: looked at again at the end, since who is moved may free a half-day."""

    def farther(self, given: Snapshot) -> dict[str, int]:
        """Return, file by file, the nearest crèche that those ranked ahead leave it."""
        if not self.asked:
            return {}
        got, pinned = engine.place(given).assignments, {pin.application for pin in given.pins}
        waiting = [
            one
            for one in given.applications
            if file_of(one.id) in self.asked
            and got[one.id] is None
            and one.id not in pinned
            and one.id not in self.in_vain
        ]
        places = {**self.places, **given.resources}
        seated = Seated(msgspec.structs.replace(given, resources=places), got)
        found: dict[str, int] = {}
        for one in sorted(waiting, key=lambda one: rank(one, NOWHERE)):
            option = seated.first(one, self.others(one))
            if option is None:
                self.in_vain.add(one.id)
            else:
                seated.seat(one, option)
                found[file_of(one.id)] = int(option.facility)
        return found

    def afresh(self, given: Snapshot) -> dict[str, int]:
        """Return the same, once more for those who found nothing before."""
        if not self.in_vain:
            return {}
        self.in_vain.clear()
        return self.farther(given)

    def others(self, one: Application) -> Iterator[Option]:
        """Yield what a file could be given in the crèches that are not in the lot for it."""
        asked, there = self.asked[file_of(one.id)], {int(each.facility) for each in one.options}
        for facility in asked.elsewhere:
            if facility not in there:
                yield from self._at(facility, asked)

    def _at(self, facility: int, asked: Asking) -> list[Option]:
        key = (facility, asked.groups, asked.needs, asked.later_groups)
        if key not in self.known:
            there = replace(asked, wishes=(facility,), bonuses={})
            self.known[key] = [
                msgspec.convert(option, Option) for option in resources.options(there, self.houses)
            ]
        return self.known[key]


NOWHERE = Option("", "", {})
