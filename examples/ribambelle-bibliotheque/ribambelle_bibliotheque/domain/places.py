"""Who has a place at an activity, and who waits for one?"""

from collections.abc import Sequence

TAKEN, WAITING, LEFT = "taken", "waiting", "left"


def answer(taken: int, waiting: int, places: int) -> str:
    """Return what a child who asks now is given; nobody passes before those who wait.

    >>> answer(11, 0, 12), answer(12, 0, 12), answer(11, 2, 12)
    ('taken', 'waiting', 'waiting')
    """
    return TAKEN if taken < places and not waiting else WAITING


def called(taken: int, places: int, waiting: Sequence[int]) -> Sequence[int]:
    """Return who is given the places that are free, in the order they asked.

    >>> called(10, 12, [7, 4, 9]), called(12, 12, [7])
    ([7, 4], [])
    """
    return waiting[: max(0, places - taken)]
