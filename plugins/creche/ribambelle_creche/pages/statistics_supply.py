"""The places there are: authorised, open, taken, free, by crèche, manager, age and half-day."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.admission_figures import (
    Occupancy,
    occupancy,
    over,
    percent,
    together,
)
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.insertion import manager_of
from ribambelle_creche.domain.resources import place_of
from ribambelle_creche.domain.week import DAYS, days, shown
from ribambelle_creche.pages.panels import Bar, Panel
from ribambelle_creche.tables import Facility

Allowed = Mapping[int, Authorised]
"""By crèche, the children it is authorised for."""
Cells = Mapping[int, Mapping[Place, tuple[int, int]]]
"""By crèche, places and free ones by group and half-day."""
"""Crèches drawn; the table has them all."""
HALVES = {"am": "matin", "pm": "après-midi"}
SATURDAY = 5
SHORT = {"am": "matin", "pm": "ap.-m."}
WHOLE = (
    "Places",
    "Ouvertes",
    "Occupées",
    "Libres",
    "Semaine (%)",
    "Pic (%)",
    "Au-dessus de la règle",
)
RULE = "La semaine reste sous 100 %, le pic sous 115 % des places autorisées (CSP, R. 2324-27)"
SERIES = ("occupation de la semaine (%)", "au moment le plus plein (%)")


def panels(open_now: Sequence[Facility], cells: Cells, allowed: Allowed) -> list[Panel]:
    """Return every table of the places there are."""
    return [
        by_facility(open_now, cells, allowed),
        by_manager(open_now, cells, allowed),
        by_group(open_now, cells),
        by_half_day(open_now, cells, allowed),
        by_facility_and_half_day(open_now, cells),
    ]


def by_facility(open_now: Iterable[Facility], cells: Cells, allowed: Allowed) -> Panel:
    """Return how full each crèche is, over its week and at its fullest half-day."""
    rows, bars = [], list[Bar]()
    for one in open_now:
        known = occupancy(allowed[one.id], cells.get(one.id, {}))
        rows.append((one.name, one.manager, *_whole(known)))
        bars.append((one.name, known.weekly or 0, known.instant or 0))
    bars.sort(key=lambda one: (-one[1], one[0]))
    return Panel(
        "offre",
        "Places autorisées, ouvertes, occupées, libres",
        RULE,
        ("Crèche", "Gestionnaire", *WHOLE),
        rows,
        bars,
        SERIES,
        drawn="les plus pleines",
    )


def by_manager(open_now: Iterable[Facility], cells: Cells, allowed: Allowed) -> Panel:
    """Return how full the crèches of each manager are; each crèche at its own fullest moment."""
    found: dict[tuple[str, int], list[Facility]] = {}
    for one in open_now:
        found.setdefault(manager_of(one.manager, one.id), []).append(one)
    rows, bars = [], list[Bar]()
    for theirs in found.values():
        known = together([occupancy(allowed[one.id], cells.get(one.id, {})) for one in theirs])
        name = theirs[0].manager or theirs[0].name
        rows.append((name, len(theirs), *_whole(known)))
        bars.append((name, known.weekly or 0, known.instant or 0))
    return Panel(
        "offre-gestionnaires",
        "Places, par gestionnaire",
        RULE,
        ("Gestionnaire", "Crèches", *WHOLE),
        sorted(rows),
        sorted(bars, key=lambda one: (-one[1], one[0])),
        SERIES,
        drawn="les plus pleins",
    )


def by_group(open_now: Iterable[Facility], cells: Cells) -> Panel:
    """Return the half-days open, taken and free of each age group, half-day by half-day."""
    places, free = _sums(open_now, cells, lambda group, day, half: (group, day, half))
    rows, bars = [], list[Bar]()
    for group in GROUPS:
        for day, half in (place_of(slot) for slot in shown(saturday=any_saturday(cells))):
            many, left = places[group, day, half], free[group, day, half]
            when = f"{DAYS[day][2]} {HALVES[half]}"
            rows.append((f"{LABELS[group]}, {when}", many, many - left, left))
        whole = sum(many for key, many in places.items() if key[0] == group)
        left = sum(many for key, many in free.items() if key[0] == group)
        bars.append((LABELS[group], rules.full_places(whole - left), rules.full_places(left)))
    return Panel(
        "offre-ages",
        "Places, par âge et par demi-journée",
        "En temps pleins sur le graphique ; en places dans le tableau",
        ("Section et demi-journée", "Ouvertes", "Occupées", "Libres"),
        [row for row in rows if row[1]],
        bars,
        ("occupées", "libres"),
        decimals=1,
    )


def by_half_day(open_now: Sequence[Facility], cells: Cells, allowed: Allowed) -> Panel:
    """Return the places of the town, half-day by half-day."""
    places, free = _sums(open_now, cells, lambda _, day, half: (day, half))
    rows, bars = [], list[Bar]()
    for day, half in (place_of(slot) for slot in shown(saturday=any_saturday(cells))):
        many, left = places[day, half], free[day, half]
        authorised = sum(allowed[one.id].at(f"{DAYS[day][0]}-{half}") for one in open_now)
        when = f"{DAYS[day][2].capitalize()} {HALVES[half]}"
        rows.append((when, authorised, many, many - left, left, percent(many - left, authorised)))
        bars.append((when, many - left, left))
    return Panel(
        "offre-demi-journees",
        "Places de la commune, par demi-journée",
        "Toutes les crèches ensemble",
        ("Demi-journée", "Autorisées", "Ouvertes", "Occupées", "Libres", "Occupation (%)"),
        rows if places else [],
        bars,
        ("occupées", "libres"),
    )


def by_facility_and_half_day(open_now: Iterable[Facility], cells: Cells) -> Panel:
    """Return the children of each crèche on each half-day, over what it opens."""
    rows, bars = [], list[tuple[str, int, int]]()
    for one in open_now:
        theirs = cells.get(one.id, {})
        if not theirs:
            continue
        line: list[Any] = [one.name, one.places]
        halves = _by_half_day(theirs)
        for day, half in (place_of(slot) for slot in shown(saturday=any_saturday(cells))):
            many, left = halves.get((day, half), (0, 0))
            line.append(f"{many - left} / {many}" if many else "")
            if many:
                bars.append((f"{one.name}, {DAYS[day][2]} {HALVES[half]}", many - left, left))
        rows.append(line)
    ranked = sorted(bars, key=_fullest_first)
    return Panel(
        "offre-creches-demi-journees",
        "Occupées sur ouvertes, par crèche et par demi-journée",
        "Enfants présents / places ouvertes",
        (
            *("Crèche", "Autorisées"),
            *(
                f"{short.capitalize()} {half}"
                for _, short, _ in days(saturday=any_saturday(cells))
                for half in SHORT.values()
            ),
        ),
        rows,
        list[Bar](ranked),
        ("occupées", "libres"),
        drawn="les demi-journées les plus pleines",
    )


def any_saturday(cells: Cells) -> bool:
    """Tell whether a crèche has places on Saturday.

    >>> any_saturday({12: {("babies", 4, "pm"): (8, 2)}})
    False
    >>> any_saturday({12: {("babies", 5, "am"): (8, 2)}})
    True
    """
    return any(
        day == SATURDAY and places
        for theirs in cells.values()
        for (_, day, _), (places, _) in theirs.items()
    )


def _fullest_first(bar: tuple[str, int, int]) -> tuple[float, str]:
    """Sort key of a bar by the part of its places that are taken: a small crèche may be fuller.

    >>> sorted([("Grande", 40, 20), ("Petite", 9, 1)], key=_fullest_first)[0][0]
    'Petite'
    """
    name, taken, left = bar
    return -taken / (taken + left), name


def _by_half_day(theirs: Mapping[Place, tuple[int, int]]) -> dict[tuple[int, str], tuple[int, int]]:
    """Return the places of a crèche and those left, half-day by half-day, its sections together."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for (_, day, half), (many, left) in theirs.items():
        before = found.get((day, half), (0, 0))
        found[day, half] = before[0] + many, before[1] + left
    return found


def _whole(known: Occupancy) -> tuple[Any, ...]:
    told = [rules.full_places(many) for many in (known.open, known.occupied, known.free)]
    return (known.authorised, *told, known.weekly, known.instant, over(known))


def _sums(
    open_now: Iterable[Facility], cells: Cells, key: Any
) -> tuple[Counter[Any], Counter[Any]]:
    places: Counter[Any] = Counter()
    free: Counter[Any] = Counter()
    for one in open_now:
        for (group, day, half), (many, left) in cells.get(one.id, {}).items():
            places[key(group, day, half)] += many
            free[key(group, day, half)] += left
    return places, free
