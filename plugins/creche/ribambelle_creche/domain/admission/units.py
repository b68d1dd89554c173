"""Who enters together: a file alone, or the files of one birth as long as one crèche takes them all."""

from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from ribambelle_creche.domain.admission.snapshot import PREFERRED, Application, Option, Snapshot

Choice = tuple[int, ...]
"""One way of serving a unit, in one crèche: the place of each member's option in its own list."""


class Unit(msgspec.Struct, frozen=True, gc=False):
    """Files that enter together or not at all, and their choices, the preferred first."""

    members: tuple[Application, ...]
    choices: Sequence[Choice]

    def facility(self, choice: Choice) -> str:
        """Return the crèche of a choice."""
        return self.members[0].options[choice[0]].facility

    def asked(self, choice: Choice) -> Iterator[tuple[Application, Option]]:
        """Yield each member with its option."""
        for one, place in zip(self.members, choice, strict=True):
            yield one, one.options[place]


@cache
def each(count: int) -> tuple[Choice, ...]:
    """Return the choices of a file alone that has so many options.

    >>> each(2)
    ((0,), (1,))
    """
    return tuple((place,) for place in range(count))


def alone(application: Application) -> Unit:
    """Return a file as a unit of its own."""
    return Unit((application,), each(len(application.options)))


def together(members: tuple[Application, ...]) -> Unit:
    """Return files as one unit: each crèche all of them name, in the order of the first.

    >>> from ribambelle_creche.domain.admission.snapshot import Option
    >>> lilas, roses = Option("lilas/0", "lilas", {}), Option("roses/0", "roses", {})
    >>> two = [Application(name, 0, "2026-03-01", 0, opts) for name, opts in
    ...        (("A", (lilas, roses)), ("B", (roses,)))]
    >>> together(tuple(two)).choices
    [(1, 0)]
    """
    choices = []
    for place, option in enumerate(members[0].options):
        others = [_like(member, option.id, option.facility) for member in members[1:]]
        if None not in others:
            choices.append((place, *(other for other in others if other is not None)))
    return Unit(members, choices)


def _like(member: Application, identifier: str, facility: str) -> int | None:
    """Return a member's same option, or its preferred one in the same crèche."""
    there = [
        (option.id != identifier, place)
        for place, option in enumerate(member.options)
        if option.facility == facility
    ]
    return min(there)[1] if there else None


def joined(snapshot: Snapshot) -> dict[str, tuple[Application, ...]]:
    """Return the groups that would rather enter together.

    A member that is pinned, or holds a place by right, is decided for itself: its group is too.
    """
    pinned = {pin.application for pin in snapshot.pins}
    found: dict[str, list[Application]] = {}
    for one in snapshot.applications:
        if one.group is not None and one.group_mode == PREFERRED:
            found.setdefault(one.group, []).append(one)
    return {
        group: tuple(sorted(members, key=lambda one: one.id))
        for group, members in found.items()
        if len(members) > 1
        and not any(one.id in pinned or one.current is not None for one in members)
    }
