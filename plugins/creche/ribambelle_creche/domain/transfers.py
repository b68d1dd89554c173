"""A child that is in a crèche and asks for another: it never ends below the place it has."""

from collections.abc import Mapping

import msgspec

from ribambelle_creche.domain.admission import Application, Option, Snapshot
from ribambelle_creche.domain.preparation import Lot
from ribambelle_creche.domain.resources import demand, of_all

Held = tuple[int, int]
"""The crèche a child is in, and its half-days there."""


def with_rights(given: Snapshot, lot: Lot, held: Mapping[str, Held]) -> Snapshot:
    """Return a snapshot in which children who change crèche hold their present place.

    Its place counts among those to be given, and the child holds it by right: if it moves, the
    place goes to somebody else in the same run; if it does not, it keeps it. A present crèche that
    the family does not name gives no right there: the place is free only once it is left.

    >>> from datetime import UTC, datetime
    >>> from ribambelle_creche.domain.preparation import Seen, snapshot
    >>> from ribambelle_creche.domain.resources import Asking, House
    >>> zoe = Seen("C-1", 40, datetime(2026, 3, 1, tzinfo=UTC), 7,
    ...            Asking(("babies",), (1,), (15, 12)))
    >>> houses = [House(one, ({},), ({},), 10) for one in (12, 15)]
    >>> lot = Lot([zoe], houses, {})
    >>> found = with_rights(snapshot(lot), lot, {"C-1": (12, 1)})
    >>> found.applications[0].current, found.resources["12/babies/mon-am"]
    ('12/babies/0', 1)
    """
    asked = {seen.number: seen.asked for seen in lot.files}
    houses = {house.facility: house for house in lot.houses}
    places = of_all(lot.houses)
    resources = dict(given.resources)
    files: list[Application] = []
    for one in given.applications:
        facility, slots = held.get(one.id, (0, 0))
        asking = asked.get(one.id)
        if asking is None or facility not in asking.wishes or facility not in houses:
            files.append(one)
            continue
        taken = demand(houses[facility], asking.groups, slots)
        rank = asking.needs.index(slots) if slots in asking.needs else len(asking.needs)
        group = next(group for group in asking.groups if group)
        mine = Option(f"{facility}/{group}/{rank}", str(facility), taken, 0)
        options = one.options if one.option(mine.id) else (*one.options, mine)
        files.append(msgspec.structs.replace(one, options=options, current=mine.id))
        for name, many in taken.items():
            resources[name] = resources.get(name, places.get(name, 0)) + many
    return msgspec.structs.replace(
        given,
        resources=dict(sorted(resources.items())),
        applications=tuple(files),
        pins=given.pins,
    )
