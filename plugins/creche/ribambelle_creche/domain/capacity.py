"""How many places has a crèche, half-day by half-day, and how many are free?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.week import DAYS, HALVES, NAMES, SATURDAY, days

MOST = 999
Place = tuple[str, int, str]
"""Age group, weekday (0 for Monday), half of the day."""
PLACES: tuple[Place, ...] = tuple(
    (group, weekday, half) for group in GROUPS for weekday in range(len(DAYS)) for half in HALVES
)
INCOMPLETE = "La grille est arrivée incomplète. Rechargez la page, puis recommencez."


@dataclass(frozen=True, slots=True)
class Cell:
    """The places of one age group in one half-day."""

    places: int = 0
    free: int = 0


def field(place: Place, what: str) -> str:
    """Return the name a form gives to a number; `what` is places or free.

    >>> field(("babies", 2, "am"), "free")
    'babies-wed-am-free'
    """
    group, weekday, half = place
    return f"{group}-{DAYS[weekday][0]}-{half}-{what}"


def places(*, saturday: bool) -> tuple[Place, ...]:
    """Return the places of a crèche: those of Saturday only when it opens then.

    >>> len(places(saturday=True)), len(places(saturday=False))
    (36, 30)
    """
    open_days = len(days(saturday=saturday))
    return tuple(place for place in PLACES if place[1] < open_days)


def has_saturday(form: Mapping[str, object]) -> bool:
    """Tell whether the grid that was shown had six days: the day may have opened or closed since.

    >>> has_saturday({"babies-sat-am-free": ""}), has_saturday({"babies-fri-am-free": "2"})
    (True, False)
    """
    return any(
        field(place, what) in form
        for place in PLACES
        if place[1] == SATURDAY
        for what in ("places", "free")
    )


def on_saturday(cells: Mapping[Place, Cell]) -> bool:
    """Tell whether a grid counts places on Saturday.

    >>> on_saturday({("babies", 5, "am"): Cell(4)}), on_saturday({("babies", 5, "am"): Cell()})
    (True, False)
    """
    return any(cell.places > 0 for place, cell in cells.items() if place[1] == SATURDAY)


def read(
    form: Mapping[str, object], *, saturday: bool = False
) -> tuple[dict[Place, Cell], dict[str, str]]:
    """Return the grid of a form, whole, and one sentence per number that cannot be.

    A blank is zero, but a number that is not there at all is refused: half a page that arrives
    must not close half a crèche.

    >>> blank = {field(place, what): "" for place in PLACES for what in ("places", "free")}
    >>> cells, errors = read({**blank, "babies-mon-am-places": "8", "babies-mon-am-free": "2"})
    >>> cells["babies", 0, "am"], errors
    (Cell(places=8, free=2), {})
    >>> read({**blank, "babies-mon-am-free": "2"})[1]
    {'babies-mon-am-free': 'Bébés, lundi matin : 2 places libres pour 0 en tout.'}
    """
    cells: dict[Place, Cell] = {}
    errors: dict[str, str] = {}
    for place in places(saturday=saturday):
        names = [field(place, what) for what in ("places", "free")]
        if any(name not in form for name in names):
            return {}, {"": INCOMPLETE}
        total, free = (number(form[name]) for name in names)
        for name, told in zip(names, (total, free), strict=True):
            if told is None:
                errors[name] = f"{words(place)} : écrivez un nombre entier, de 0 à {MOST}."
        if total is not None and free is not None:
            cells[place] = Cell(total, free)
            if free > total:
                plural = "places libres" if free > 1 else "place libre"
                errors[names[1]] = f"{words(place)} : {free} {plural} pour {total} en tout."
    return cells, errors


def number(typed: object) -> int | None:
    """Return a number of places as it was typed; a blank is zero, None what is no such number.

    >>> number(" 8 "), number(""), number("huit"), number("1000")
    (8, 0, None, None)
    """
    text = str(typed).strip() or "0"
    return int(text) if text.isascii() and text.isdecimal() and int(text[:9]) <= MOST else None


def words(place: Place) -> str:
    """Return a group and a half-day as a manager says them.

    >>> words(("middle", 4, "pm"))
    'Moyens, vendredi après-midi'
    """
    group, weekday, half = place
    return f"{LABELS[group]}, {half_day(weekday, half)}"


def half_day(weekday: int, half: str) -> str:
    """Return a half-day in words.

    >>> half_day(0, "am")
    'lundi matin'
    """
    return NAMES[f"{DAYS[weekday][0]}-{half}"]


def above(cells: Mapping[Place, Cell], authorised: Authorised) -> list[tuple[str, int]]:
    """Return the half-days where all groups together have more places than are authorised.

    >>> cells = {("babies", 0, "am"): Cell(20), ("older", 0, "am"): Cell(12)}
    >>> above(cells, Authorised(30, {})), above(cells, Authorised(40, {"mon-am": 20}))
    ([('lundi matin', 32)], [('lundi matin', 32)])
    """
    sums: dict[tuple[int, str], int] = {}
    for (_, weekday, half), cell in cells.items():
        sums[weekday, half] = sums.get((weekday, half), 0) + cell.places
    return [
        (half_day(weekday, half), total)
        for (weekday, half), total in sums.items()
        if total > authorised.at(f"{DAYS[weekday][0]}-{half}")
    ]


def free_by_group(cells: Mapping[Place, Cell]) -> dict[str, int]:
    """Return how many half-days are free in each group, the groups without any left out.

    >>> free_by_group({("babies", 0, "am"): Cell(8, 2), ("older", 0, "am"): Cell(8, 0)})
    {'babies': 2}
    """
    found: dict[str, int] = {}
    for (group, _, _), cell in cells.items():
        if cell.free:
            found[group] = found.get(group, 0) + cell.free
    return found


def differing(before: Mapping[Place, Cell], after: Mapping[Place, Cell]) -> Iterable[Place]:
    """Yield the places where something changed.

    >>> list(differing({}, {("babies", 0, "am"): Cell(8), ("babies", 0, "pm"): Cell()}))
    [('babies', 0, 'am')]
    """
    return (place for place, cell in after.items() if before.get(place, Cell()) != cell)
