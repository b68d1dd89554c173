"""How many families still stand before this one for the same place?

Only who still waits for it counts: a file that holds that place, or one it prefers, is no longer
on that list. Reserves and pins are apart: they are decided by people, not by the list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ribambelle_creche.domain.admission.order import tie
from ribambelle_creche.domain.admission.snapshot import Application, Option, Snapshot

WHOLE = ("all", "staff")
"""What belongs to the whole crèche and to no section."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one file stands for one of its options."""

    option: str
    ahead: int
    """Files before it that ask at least one same half-day of the same section."""
    position: int
    """Its rank among all that wait for the section, whatever their half-days; 1 is next."""


class _Waiting(NamedTuple):
    """One file that waits for a section, by one of its options."""

    key: tuple[object, ...]
    file: str
    family: str
    """Children of one birth are one family: they do not stand before one another."""
    asked: frozenset[str]
    option: str


def standings(given: Snapshot, held: Mapping[str, str | None]) -> dict[str, tuple[Standing, ...]]:
    """Return, file by file, where it stands for each option it prefers to what it holds.

    Three ask the babies of Les Lilas on Monday or Tuesday. The first got its place. Seen from the
    last, one family is before it, and it shares no half-day with it.

    >>> def file(name, points, *days):
    ...     asked = {f"lilas/babies/{day}-am": 1 for day in days}
    ...     option = Option("lilas/babies/0", "lilas", asked)
    ...     return Application(name, points, "2026-03-01", 0, (option,))
    >>> three = (file("A", 90, "mon"), file("B", 70, "tue"), file("C", 40, "mon"))
    >>> town = Snapshot({"lilas/babies/mon-am": 1, "lilas/babies/tue-am": 0}, three)
    >>> standings(town, {"A": "lilas/babies/0"})["C"]
    (Standing(option='lilas/babies/0', ahead=0, position=2),)
    >>> standings(town, {})["C"]
    (Standing(option='lilas/babies/0', ahead=1, position=3),)

    Twins placed apart do not stand before one another.

    >>> import msgspec
    >>> twins = [msgspec.structs.replace(three[2], id=f"C.{rank}", group="C", group_mode="one")
    ...          for rank in (1, 2)]
    >>> standings(Snapshot(town.resources, (three[0], *twins)), {})["C.2"][0].position
    2
    """
    lists: dict[tuple[str, str], list[_Waiting]] = {}
    for one in given.applications:
        for option in wanted(one, held.get(one.id)):
            asked = halves(option)
            for section in sorted({section_of(name) for name in asked})[:1]:
                key = (-(one.points + option.bonus), *tie(one))
                lists.setdefault((option.facility, section), []).append(
                    _Waiting(key, one.id, one.group or one.id, asked, option.id)
                )
    found: dict[str, dict[str, Standing]] = {}
    for waiting in lists.values():
        for file, standing in _ranked(waiting):
            found.setdefault(file, {})[standing.option] = standing
    return {
        one.id: tuple(
            found[one.id][option.id] for option in one.options if option.id in found[one.id]
        )
        for one in given.applications
        if one.id in found
    }


def _ranked(waiting: Sequence[_Waiting]) -> Iterator[tuple[str, Standing]]:
    """Yield where each of a list stands; a file with fallback weeks stands in it once."""
    asked_before: dict[str, frozenset[str]] = {}
    for one in sorted(waiting):
        others = [asked for family, asked in asked_before.items() if family != one.family]
        ahead = sum(not asked.isdisjoint(one.asked) for asked in others)
        yield one.file, Standing(one.option, ahead, len(others) + 1)
        asked_before[one.family] = asked_before.get(one.family, frozenset()) | one.asked


def wanted(one: Application, held: str | None) -> Sequence[Option]:
    """Return the options a file prefers to what it holds; all of them while it holds nothing."""
    place = next((p for p, option in enumerate(one.options) if option.id == held), None)
    return one.options[:place]


def halves(option: Option) -> frozenset[str]:
    """Return the places of a section an option takes, without what belongs to the whole crèche.

    >>> sorted(halves(Option("12/babies/0", "12", {"12/babies/mon-am": 1, "12/all/mon-am": 1})))
    ['12/babies/mon-am']
    """
    return frozenset(
        name
        for name, taken in option.demand.items()
        if taken and not any(f"/{whole}/" in name for whole in WHOLE)
    )


def section_of(resource: str) -> str:
    """Return the section a half-day belongs to.

    >>> section_of("12/babies/mon-am")
    '12/babies'
    """
    return resource.rpartition("/")[0]
