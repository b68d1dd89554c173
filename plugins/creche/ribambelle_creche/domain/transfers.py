"""A child that is in a crèche and asks for another: it never ends below the place it has."""

from collections.abc import Collection, Mapping
from itertools import takewhile

import msgspec

from ribambelle_creche.domain import anywhere
from ribambelle_creche.domain.admission import Application, Option, Snapshot
from ribambelle_creche.domain.offers import place_of
from ribambelle_creche.domain.preparation import Lot, file_of
from ribambelle_creche.domain.resources import Asking, House, deficit, demand

Held = tuple[int, int]
"""The crèche a child is in, and its half-days there."""


def with_rights(given: Snapshot, lot: Lot, held: Mapping[str, Held]) -> Snapshot:
    """Return a snapshot in which children who change crèche hold their present place by right.

    That place is among those to be given: nobody passes before the child for it, and another has
    it in the same run once the child is given better. So two children may change places. A pin that
    gives nothing new leaves a child there. It is examined for the crèches its family named alone: it
    has a place, any other would not do. Twins have no such right, and a present crèche that the
    family does not name gives none.

    >>> from datetime import UTC, datetime
    >>> from ribambelle_creche.domain.admission import propose
    >>> from ribambelle_creche.domain.preparation import Seen, snapshot
    >>> from ribambelle_creche.domain.resources import Asking, House
    >>> def seen(number, *wishes):
    ...     asking = Asking(("babies",), (1,), wishes)
    ...     return Seen(number, 40, datetime(2026, 3, 1, tzinfo=UTC), 7, asking)
    >>> full = ({("babies", 0, "am"): 0},)
    >>> lot = Lot([seen("C-1", 15, 12), seen("C-2", 12, 15)],
    ...           [House(one, full, ({},), 10) for one in (12, 15)], {})
    >>> found = with_rights(snapshot(lot), lot, {"C-1": (12, 1), "C-2": (15, 1)})
    >>> found.applications[0].current, found.resources["12/babies/mon-am"]
    ('12/babies/0', 1)
    >>> propose(found).assignments
    {'C-1': '15/babies/0', 'C-2': '12/babies/0'}

    A crèche of ten that has eleven children gives nothing when one of them goes: it is ten again. Nor
    when another goes too: who makes up for the eleventh is not known before they have answered.

    >>> overfull = House(12, full, ({("babies", 0, "am"): 11},), 10)
    >>> lot = Lot([seen("C-1", 15, 12)], [overfull, House(15, full, ({},), 10)], {})
    >>> with_rights(snapshot(lot), lot, {"C-1": (12, 1)}).resources["12/all/mon-am"]
    0
    >>> lot = Lot([seen("C-1", 15, 12), seen("C-2", 15, 12)], lot.houses, {})
    >>> with_rights(snapshot(lot), lot, {"C-1": (12, 1), "C-2": (12, 1)}).resources["12/all/mon-am"]
    0

    A child that would rather have other days where it is, or that may also wait for September, keeps
    its place out of the run: part of it would be its own and part would not. It is free for the
    next run, once it is left.
    """
    overfull = {name for house in lot.houses for name in deficit(house)}
    asked = {seen.number: seen.asked for seen in lot.files}
    houses = {house.facility: house for house in lot.houses}
    places = dict(given.resources)
    files: list[Application] = []
    for each in given.applications:
        facility, slots = held.get(each.id, (0, 0))
        asking, house = asked.get(each.id), houses.get(facility)
        is_in = file_of(each.id) in held
        one = anywhere.named_only(each, asked[file_of(each.id)].wishes) if is_in else each
        is_alone = one.count == 1 and one.group is None
        if is_alone and asking is not None and house is not None and facility in asking.wishes:
            one = _in_place(one, house, asking, slots, places, overfull)
        files.append(one)
    current = {one.id: one.current for one in files}
    pins = tuple(
        msgspec.structs.replace(pin, option=pin.option or current[pin.application])
        for pin in given.pins
    )
    return msgspec.structs.replace(given, resources=places, applications=tuple(files), pins=pins)


def _in_place(
    one: Application,
    house: House,
    asking: Asking,
    slots: int,
    places: dict[str, int],
    overfull: Collection[str],
) -> Application:
    """Return a file with the place its child has; what it would free is added to the places.

    Where a crèche has given more than it has, nothing is: it would be given again though another
    stays who was to make up for it.
    """
    rank = asking.needs.index(slots) if slots in asking.needs else len(asking.needs)
    group = next(group for group in asking.groups if group)
    mine = Option(f"{house.facility}/{group}/{rank}", str(house.facility), {}, 0)
    better = list(takewhile(lambda option: option.id != mine.id, one.options))
    if all(_leaves_whole(option, house) for option in better):
        freed = {
            name: need
            for name, need in demand(house, asking.groups, slots).items()
            if name in places and name not in overfull
        }
        mine = msgspec.structs.replace(mine, demand=freed)
        for name, need in freed.items():
            places[name] += need
        options = tuple(mine if option.id == mine.id else option for option in one.options)
    else:
        options = tuple(
            mine if option.id == mine.id else _less(option, house, asking, slots)
            for option in one.options
        )
    options = options if one.option(mine.id) else (*options, mine)
    return msgspec.structs.replace(one, options=options, current=mine.id)


def _leaves_whole(option: Option, house: House) -> bool:
    """Tell whether having an option frees all of the present place, from the first day on."""
    place = place_of(option.id)
    return place.facility != house.facility and not place.from_september


def leaves(one: Application) -> Mapping[str, int]:
    """Return what a child in place frees if it is given better; nothing for any other."""
    mine = one.option(one.current)
    return mine.demand if mine else {}


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
