"""How is a plan drawn so that each number and each name can be read?

All places are in the units of the drawing, from its top left corner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

Spot = tuple[int, int]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
LETTER, LINE = 6.6, 14
"""Room a letter and a line of text take."""
LONG = 17
"""Letters after which a name is cut in two at a hyphen or a space."""


def spread(spots: Sequence[Spot], apart: int, width: int, height: int) -> list[Spot]:
    """Return spots pushed away from each other until they are far enough, inside the drawing.

    >>> spread([(50, 50), (52, 50), (90, 90)], apart=24, width=100, height=100)
    [(39, 50), (63, 50), (88, 88)]
    """
    moved = [(float(x) + index / 1000, float(y)) for index, (x, y) in enumerate(spots)]
    for _ in range(40):
        if not _push(moved, apart):
            break
    edge = apart / 2
    return [
        (round(min(max(x, edge), width - edge)), round(min(max(y, edge), height - edge)))
        for x, y in moved
    ]


def _push(spots: list[tuple[float, float]], apart: int) -> bool:
    """Push each pair that is too close by half of what is missing; say whether one was."""
    order = sorted(range(len(spots)), key=lambda index: spots[index])
    pushed = False
    for place, first in enumerate(order):
        for second in order[place + 1 :]:
            (x, y), (u, v) = spots[first], spots[second]
            if u - x >= apart:  # from left to right: the others are further still
                break
            if abs(v - y) >= apart:
                continue
            distance = hypot(u - x, v - y)
            if distance < apart - 0.5:
                step = (apart - distance) / 2 / distance
                across, down = (u - x) * step, (v - y) * step
                spots[first], spots[second] = (x - across, y - down), (u + across, v + down)
                pushed = True
    return pushed


def hull(spots: Iterable[Spot]) -> list[Spot]:
    """Return the outermost spots in order, as a fence around all of them.

    >>> hull([(0, 0), (10, 0), (5, 5), (10, 10), (0, 10)])
    [(0, 0), (10, 0), (10, 10), (0, 10)]
    """
    found = sorted(set(spots))
    if len(found) < 3:
        return found
    return [*_half(found)[:-1], *_half(found[::-1])[:-1]]


def _half(spots: Sequence[Spot]) -> list[Spot]:
    kept: list[Spot] = []
    for spot in spots:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], spot) <= 0:
            kept.pop()
        kept.append(spot)
    return kept


def _turn(a: Spot, b: Spot, c: Spot) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the plan: its lines, the middle of the first one, and its foot."""

    lines: tuple[str, ...]
    x: int
    y: int

    @property
    def box(self) -> Box:
        """The room it takes."""
        half = max(len(line) for line in self.lines) * LETTER / 2
        return self.x - half, self.y - 11, self.x + half, self.y + LINE * (len(self.lines) - 1) + 3


def lines_of(name: str) -> tuple[str, ...]:
    """Return a name on one line, or on two of about the same length.

    >>> lines_of("Nantes Nord")
    ('Nantes Nord',)
    >>> lines_of("Bellevue-Chantenay-Sainte-Anne")
    ('Bellevue-Chantenay-', 'Sainte-Anne')
    >>> lines_of("Malakoff - Saint-Donatien")
    ('Malakoff -', 'Saint-Donatien')
    """
    cuts = [i + 1 for i, letter in enumerate(name) if letter in " -" and 0 < i < len(name) - 1]
    if len(name) <= LONG or not cuts:
        return (name,)
    cut = min(cuts, key=lambda at: max(len(name[:at].strip()), len(name[at:].strip())))
    return name[:cut].strip(), name[cut:].strip()


def labelled(
    names: Sequence[tuple[str, Sequence[Spot]]], discs: Sequence[Spot], width: int, height: int
) -> list[Label]:
    """Return where each name is written: near its spots, over no other name and few discs.

    >>> [label.y for label in labelled([("A", [(50, 50)]), ("B", [(50, 50)])], [], 100, 100)]
    [34, 72]
    """
    placed: list[Label] = []
    boxes: list[Box] = []
    for name, spots in names:
        choices = _choices(lines_of(name), spots, width, height)
        best = min(choices, key=lambda label: _cost(label.box, boxes, discs))
        placed.append(best)
        boxes.append(best.box)
    return placed


def _choices(
    lines: tuple[str, ...], spots: Sequence[Spot], width: int, height: int
) -> Iterable[Label]:
    """Yield places for a name, the best first: above its spots, below, in the middle, beside."""
    across, down = [x for x, _ in spots], [y for _, y in spots]
    middle = sum(across) // len(across)
    half = round(max(len(line) for line in lines) * LETTER / 2)
    more = LINE * (len(lines) - 1)
    heights = (min(down) - 16 - more, max(down) + 22, sum(down) // len(down) - more // 2)
    for y in heights:
        for x in (middle, middle - half, middle + half):
            yield Label(
                lines,
                min(max(x, half + 2), max(width - half - 2, half + 2)),
                min(max(y, 12), height - 4 - more),
            )


def _cost(box: Box, boxes: Sequence[Box], discs: Sequence[Spot]) -> int:
    """Return how much a name would hide: another name weighs as much as ten discs."""
    left, top, right, bottom = box
    over = sum(
        left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
        for other in boxes
    )
    covered = sum(left - 12 < x < right + 12 and top - 12 < y < bottom + 12 for x, y in discs)
    return 10 * over + covered
