"""A child that is in a crèche and asks for another: it never ends below the place it has."""

from collections.abc import Mapping

import msgspec

from ribambelle_creche.domain import anywhere
from ribambelle_creche.domain.admission import Application, Option, Snapshot
from ribambelle_creche.domain.offers import place_of
from ribambelle_creche.domain.preparation import Lot, file_of
from ribambelle_creche.domain.resources import Asking, House, demand

Held = tuple[int, int]
"""The crèche a child is in, and its half-days there."""


def with_rights(given: Snapshot, lot: Lot, held: Mapping[str, Held]) -> Snapshot:
    """Return a snapshot in which children who change crèche hold their present place.

    The child holds it by right, and it is not among those to be given: the family may still say
    no to the new one. It is free once it is left, for the next run. A pin that gives nothing new
    leaves it there. Such a child is examined for the crèches it named alone: it has a place, any
    other would not do. Twins have no such right, and a present crèche that the family does not name
    gives none.

    >>> from datetime import UTC, datetime
    >>> from ribambelle_creche.domain.preparation import Seen, snapshot
    >>> from ribambelle_creche.domain.resources import Asking, House
    >>> zoe = Seen("C-1", 40, datetime(2026, 3, 1, tzinfo=UTC), 7,
    ...            Asking(("babies",), (1,), (15, 12)))
    >>> houses = [House(one, ({},), ({},), 10) for one in (12, 15)]
    >>> lot = Lot([zoe], houses, {})
    >>> found = with_rights(snapshot(lot), lot, {"C-1": (12, 1)})
    >>> found.applications[0].current, "12/babies/mon-am" in found.resources
    ('12/babies/0', True)
    >>> found.applications[0].option("12/babies/0").demand
    {}
    """
    asked = {seen.number: seen.asked for seen in lot.files}
    houses = {house.facility: house for house in lot.houses}
    files: list[Application] = []
    for each in given.applications:
        facility, slots = held.get(each.id, (0, 0))
        asking = asked.get(each.id)
        is_in = file_of(each.id) in held
        one = anywhere.named_only(each, asked[file_of(each.id)].wishes) if is_in else each
        is_alone = one.count == 1 and one.group is None
        if not is_alone or asking is None or facility not in asking.wishes:
            files.append(one)
            continue
        if facility not in houses:
            files.append(one)
            continue
        rank = asking.needs.index(slots) if slots in asking.needs else len(asking.needs)
        group = next(group for group in asking.groups if group)
        mine = Option(f"{facility}/{group}/{rank}", str(facility), {}, 0)
        options = tuple(
            mine if option.id == mine.id else _less(option, houses[facility], asking, slots)
            for option in one.options
        )
        options = options if one.option(mine.id) else (*options, mine)
        files.append(msgspec.structs.replace(one, options=options, current=mine.id))
    current = {one.id: one.current for one in files}
    pins = tuple(
        msgspec.structs.replace(pin, option=pin.option or current[pin.application])
        for pin in given.pins
    )
    return msgspec.structs.replace(given, applications=tuple(files), pins=pins)


def _less(option: Option, house: House, asking: Asking, slots: int) -> Option:
    """Return an option of the crèche a child is in, less the half-days it has there already.

    Other days or more of them take what is new alone: nobody is refused a place they hold themselves.

    >>> lilas = House(12, ({},), ({},), 10)
    >>> asking = Asking(("babies",), (0b11,), (12,))
    >>> whole = Option("12/babies/0", "12", demand(lilas, ("babies",), 0b11), 0)
    >>> _less(whole, lilas, asking, 0b01).demand
    {'12/babies/mon-pm': 1, '12/all/mon-pm': 1, '12/all/week': 1}
    """
    place = place_of(option.id)
    if place.facility != house.facility:
        return option
    left = demand(house, asking.groups, asking.needs[place.need] & ~slots)
    kept = {name: min(need, left[name]) for name, need in option.demand.items() if left.get(name)}
    return msgspec.structs.replace(option, demand=kept)
