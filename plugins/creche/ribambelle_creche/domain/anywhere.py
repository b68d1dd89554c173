"""A family that accepts any crèche: for which others is it examined, once its wishes are full?

They come after all its wishes, the nearest first, by the same points; a crèche it did not name
adds none. Only those that give a place on every half-day of one of its weeks are looked at. The
nearest are always written in the lot, so many at most; domain.everywhere looks at the rest.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from ribambelle_creche.domain.admission.outcome import Refusal
from ribambelle_creche.domain.admission.snapshot import Application, Option
from ribambelle_creche.domain.geography import Point, metres
from ribambelle_creche.domain.resources import Asking, House, options
from ribambelle_creche.domain.resources import Option as Asked

NBSP = "\u00a0"
NAMED = 3
"""Crèches named to a family among those it was examined for."""


def nearest(
    home: Point | None, places: Mapping[int, Point | None], wishes: Collection[int]
) -> tuple[int, ...]:
    """Return the crèches a family did not name, the nearest to its home first.

    Those whose place is not known come last; without a known home, all stay as they were given:
    by name.

    >>> places = {4: (47_000_000, 0), 2: (47_200_000, 0), 9: None, 3: (47_100_000, 0)}
    >>> nearest((47_190_000, 0), places, [4])
    (2, 3, 9)
    >>> nearest(None, places, [])
    (4, 2, 9, 3)
    """
    others = [one for one in places if one not in wishes]
    if home is None:
        return tuple(others)
    far = {one: metres(home, at) for one in others if (at := places[one])}
    return (
        *sorted(far, key=lambda one: far[one]),
        *(one for one in others if one not in far),
    )


def added(
    file: Asking,
    houses: Mapping[int, House],
    places: Mapping[str, int],
    children: int = 1,
    further: Collection[int] = (),
) -> list[Asked]:
    """Return what a file could be given where it did not ask, in the engine's form.

    The nearest gives no place on Monday morning: it is passed over, and not counted.

    >>> houses = {one: House(one, ({},), ({},), 10) for one in (12, 15, 18, 20)}
    >>> free = {f"{one}/{group}/{slot}": 1 for one in (15, 18, 20) for group in ("babies", "all")
    ...         for slot in ("mon-am", "week")} | {"15/babies/mon-am": 0}
    >>> any_would_do = Asking(("babies",), (1,), (12,), {18: 20}, elsewhere=(15, 18, 20),
    ...                       most_elsewhere=1)
    >>> [(one["id"], one["bonus"]) for one in added(any_would_do, houses, free)]
    [('18/babies/0', 0)]
    >>> added(any_would_do, houses, free, children=2)
    []
    >>> [one["id"] for one in added(any_would_do, houses, free, further=[20])]
    ['18/babies/0', '20/babies/0']

    :param further: crèches looked at beyond that number, where the file would have a place.
    """
    found: list[Asked] = []
    looked_at = 0
    for facility in file.elsewhere:
        if looked_at >= file.most_elsewhere and facility not in further:
            continue
        there = [
            option
            for option in options(replace(file, wishes=(facility,), bonuses={}), houses)
            if _fits(option, places, children)
        ]
        found += there
        looked_at += bool(there)
    return found


def _fits(option: Asked, places: Mapping[str, int], children: int) -> bool:
    demand = option["demand"]
    assert isinstance(demand, dict)
    return all(places.get(name, 0) >= taken * children for name, taken in demand.items())


def wished(options: Iterable[Option], wishes: Collection[int]) -> tuple[Option, ...]:
    """Return the options of the crèches a family named, without those it was examined for besides."""
    return tuple(option for option in options if int(option.facility) in wishes)


def named_only(one: Application, wishes: Collection[int]) -> Application:
    """Return a file that asks for the crèches it named and no other.

    >>> any_would_do = Application("C-1", 0, "2026-03-01", 0,
    ...                            (Option("12/babies/0", "12", {}), Option("15/babies/0", "15", {})))
    >>> [option.id for option in named_only(any_would_do, [12]).options]
    ['12/babies/0']
    """
    return msgspec.structs.replace(one, options=wished(one.options, wishes))


def without(one: Application, crossed: Collection[int]) -> Application:
    """Return a file that no longer asks for some crèches; a place it holds there stays.

    >>> two = Application("C-1", 0, "2026-03-01", 0,
    ...                   (Option("12/babies/0", "12", {}), Option("15/babies/0", "15", {})))
    >>> [option.id for option in without(two, {12}).options]
    ['15/babies/0']
    """
    if not crossed:
        return one
    kept = (o for o in one.options if int(o.facility) not in crossed or o.id == one.current)
    return msgspec.structs.replace(one, options=tuple(kept))


def tried(refusals: Iterable[Refusal], wishes: Collection[int]) -> list[int]:
    """Return the crèches a family did not name and was refused at, the first looked at first."""
    facilities = (int(one.option.partition("/")[0]) for one in refusals)
    return list(dict.fromkeys(one for one in facilities if one not in wishes))


def told(found: Sequence[int], names: Mapping[int, str]) -> str:
    """Say in one line what became of the others.

    >>> told([15, 18], {15: "Les Roses", 18: "Les Lilas"})
    ... # doctest: +ELLIPSIS
    'Les autres crèches de la ville ont été étudiées, dont Les Roses et Les Lilas...mieux classés.'
    >>> told([], {})
    'Aucune autre crèche ne donnait de place à tous vos jours.'
    """
    if not found:
        return "Aucune autre crèche ne donnait de place à tous vos jours."
    few = [names[one] for one in found if one in names][:NAMED]
    listed = " et ".join(part for part in (", ".join(few[:-1]), few[-1] if few else "") if part)
    if len(found) == 1:
        named = f" ({listed})" if listed else ""
        return (
            f"Une autre crèche a été étudiée{named}{NBSP}: "
            "les places y vont à des enfants mieux classés."
        )
    among = f", dont {listed}" if listed else ""
    return (
        f"Les autres crèches de la ville ont été étudiées{among}{NBSP}: "
        "les places y vont à des enfants mieux classés."
    )
