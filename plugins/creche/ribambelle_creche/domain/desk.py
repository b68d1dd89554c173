"""What a commission reads of a proposal: lists by section, half-days, what a variant would change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ribambelle_creche.domain.admission import Application, Option, Proposal, Snapshot
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.domain.week import SLOTS

Wishes = Mapping[str, Collection[int]]
"""The crèches each file named, by number; a file that is not there named all it asks."""
Section = tuple[int, str]
"""A crèche and an age group: one list to prepare."""
HERE, ELSEWHERE, WAITS, PINNED_OUT = "here", "elsewhere", "waits", "pinned_out"


@dataclass(frozen=True, slots=True)
class Line:
    """One file on the list of a section, as the proposal has it."""

    rank: int
    application: Application
    option: Option
    """The one proposed here, or the first it asks here."""
    wish: int
    """Rank of this crèche among its wishes, from 1; 0 where it named none: any would do."""
    standing: str
    """HERE, ELSEWHERE, WAITS or PINNED_OUT."""
    blocked: tuple[str, ...]
    """Half-days that keep it out, as mon-am."""
    is_pinned: bool
    short_staffed: tuple[str, ...] = ()
    """Half-days that only the adults keep it from: its section has a place."""

    @property
    def points(self) -> int:
        """Points with what the crèche adds."""
        return self.application.points + self.option.bonus

    @property
    def is_fallback(self) -> bool:
        """Tell whether another week than the one wished is proposed."""
        return self.standing == HERE and not self.option.id.partition("@")[0].endswith("/0")

    @property
    def slots(self) -> tuple[str, ...]:
        """The half-days asked for here."""
        return slots_of(self.option)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One half-day of a section: places given, and those the proposal takes."""

    slot: str
    places: int
    taken: int

    @property
    def free(self) -> int:
        """Places nobody takes."""
        return self.places - self.taken


@dataclass(frozen=True, slots=True)
class Measure:
    """A proposal in numbers, to put beside another."""

    served: int
    first_wish: int
    half_days: int
    free: int
    least: int | None
    """Fewest points admitted, among those who passed by points."""
    passed_over: int
    reserved: int
    """Children served of those some place is reserved for, whether they needed it or not."""


def section_of(option: str) -> Section:
    """Return the section of an option.

    >>> section_of("12/babies/0")
    (12, 'babies')
    """
    facility, group, _ = option.split("/")
    return int(facility), group


def slots_of(option: Option) -> tuple[str, ...]:
    """Return the half-days an option takes of its own section, in the order of the week.

    >>> slots_of(Option("o", "12", {"12/babies/tue-am": 1, "12/babies/mon-am": 1, "12/all/week": 2}))
    ('mon-am', 'tue-am')
    """
    taken = {slot_of(name) for name in option.demand if not is_whole(name)}
    return tuple(slot for slot in SLOTS if slot in taken)


def slot_of(resource: str) -> str:
    """Return the half-day of a resource; « week » for the hours of the week.

    >>> slot_of("12/babies/mon-am@2"), slot_of("12/all/week")
    ('mon-am', 'week')
    """
    return resource.rpartition("/")[2].partition("@")[0]


def is_whole(resource: str) -> bool:
    """Tell whether a resource belongs to the whole crèche, not to a section.

    >>> is_whole("12/all/mon-am"), is_whole("12/babies/mon-am")
    (True, False)
    """
    return resource.split("/")[1] in ("all", "staff")


def sections(given: Snapshot, found: Proposal, wishes: Wishes) -> list[Section]:
    """Return the sections that somebody named or is proposed, crèche by crèche, babies first."""
    told = {
        section_of(option.id)
        for one in given.applications
        for option in one.options
        if is_told(one, option, found, wishes)
    }
    return sorted(told, key=lambda one: (one[0], GROUPS.index(one[1])))


def is_told(one: Application, option: Option, found: Proposal, wishes: Wishes) -> bool:
    """Tell whether an option is on the list of its crèche: it was named, or is proposed.

    A file that accepts any crèche is on the lists of its wishes, and where it is proposed a place:
    on every list of the town it would be read sixty times.

    >>> from ribambelle_creche.domain.admission import propose
    >>> lilas, roses = (Option(f"{one}/babies/0", str(one), {f"{one}/babies/mon-am": 1})
    ...                 for one in (12, 15))
    >>> any_would_do = Application("C-1", 0, "2026-03-01", 0, (lilas, roses))
    >>> full = propose(Snapshot({"12/babies/mon-am": 0, "15/babies/mon-am": 0}, (any_would_do,)))
    >>> is_told(any_would_do, roses, full, {"C-1": [12]}), is_told(any_would_do, roses, full, {})
    (False, True)
    >>> free = propose(Snapshot({"12/babies/mon-am": 0, "15/babies/mon-am": 1}, (any_would_do,)))
    >>> is_told(any_would_do, roses, free, {"C-1": [12]})
    True
    """
    named = wishes.get(file_of(one.id))
    is_named = named is None or int(option.facility) in named
    return is_named or found.assignments[one.id] == option.id


def lines(
    given: Snapshot, found: Proposal, section: Section, wishes: Wishes | None = None
) -> list[Line]:
    """Return the files that ask for a section, in the order in which they pass."""
    pinned, named = {pin.application for pin in given.pins}, wishes or {}
    asking = []
    for one in given.applications:
        here = [
            option
            for option in one.options
            if section_of(option.id) == section and is_told(one, option, found, named)
        ]
        if here:
            asking.append((one, here))
    asking.sort(key=lambda pair: _order(pair[0], pair[1][0]))
    return [
        _line(rank, one, here, found, one.id in pinned, named.get(file_of(one.id)))
        for rank, (one, here) in enumerate(asking, start=1)
    ]


def _order(one: Application, option: Option) -> tuple[object, ...]:
    return -(one.points + option.bonus), one.completed, -one.draw, one.id


def _line(
    rank: int,
    one: Application,
    here: Sequence[Option],
    found: Proposal,
    is_pinned: bool,
    named: Collection[int] | None,
) -> Line:
    got = found.assignments[one.id]
    option = next((each for each in here if each.id == got), here[0])
    wishes = list(dict.fromkeys(each.facility for each in one.options))
    if got == option.id:
        standing = HERE
    elif got is not None:
        standing = ELSEWHERE
    else:
        standing = PINNED_OUT if is_pinned else WAITS
    return Line(
        rank=rank,
        application=one,
        option=option,
        wish=wishes.index(option.facility) + 1
        if named is None or int(option.facility) in named
        else 0,
        standing=standing,
        blocked=() if standing == HERE else blocked(found, one.id, option.id),
        is_pinned=is_pinned,
        short_staffed=() if standing == HERE else short_staffed(found, one.id, option.id),
    )


def blocked(found: Proposal, application: str, option: str) -> tuple[str, ...]:
    """Return the half-days for which an option was refused, in the order of the week."""
    slots = {
        slot_of(blocking.resource)
        for refusal in found.refusals.get(application, ())
        if refusal.option == option
        for blocking in refusal.blocking
    }
    return tuple(slot for slot in (*SLOTS, "week") if slot in slots)


def short_staffed(found: Proposal, application: str, option: str) -> tuple[str, ...]:
    """Return the half-days for which there were places and too few adults, in the order of the week."""
    why: dict[str, set[str]] = {}
    for refusal in found.refusals.get(application, ()):
        for blocking in refusal.blocking if refusal.option == option else ():
            why.setdefault(slot_of(blocking.resource), set()).add(blocking.resource.split("/")[1])
    return tuple(slot for slot in SLOTS if why.get(slot) == {"staff"})


def half_days(found: Proposal, section: Section) -> list[HalfDay]:
    """Return the places of a section in the first period, half-day by half-day."""
    facility, group = section
    told = []
    for slot in SLOTS:
        cut = found.cutoffs.get(f"{facility}/{group}/{slot}")
        told.append(HalfDay(slot, cut.capacity if cut else 0, cut.taken if cut else 0))
    return told


def measure(given: Snapshot, found: Proposal) -> Measure:
    """Return a proposal in numbers."""
    served = first = half = reserved = 0
    least: int | None = None
    pinned = {pin.application for pin in given.pins}
    for one in given.applications:
        option = one.option(found.assignments[one.id])
        if option is None:
            continue
        served += one.count
        reserved += one.count * bool(one.flags)
        first += one.count * (option.facility == one.options[0].facility)
        half += one.count * len(slots_of(option))
        if one.id not in pinned and one.current is None:
            points = one.points + option.bonus
            least = points if least is None else min(least, points)
    free = sum(
        cut.capacity - cut.taken
        for name, cut in found.cutoffs.items()
        if not is_whole(name) and "@" not in name
    )
    passed = {name for pin in found.certificate.pins for name in pin.passed_over}
    return Measure(served, first, half, free, least, len(passed), reserved)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one file gains or loses between two proposals."""

    application: str
    points: int
    before: str | None
    after: str | None
    is_passed_over: bool

    @property
    def words(self) -> str:
        """The same, in words."""
        if self.before is None and self.after is not None:
            return "obtient une place"
        if self.before is not None and self.after is None:
            return "perd la place proposée"
        if self.before != self.after:
            return "change de place"
        return "passée devant, attend toujours" if self.after is None else "passée devant"


def effects(
    given: Snapshot, before: Proposal, after: Proposal, pinned: Iterable[str]
) -> list[Effect]:
    """Return every file whose place changes, or that a pin passes over, by points."""
    own = set(pinned)
    passed = {
        name
        for pin in after.certificate.pins
        if pin.application in own
        for name in pin.passed_over
        if name not in own
    }
    found = [
        Effect(
            one.id,
            one.points,
            before.assignments.get(one.id),
            after.assignments[one.id],
            one.id in passed,
        )
        for one in given.applications
        if one.id in passed or before.assignments.get(one.id) != after.assignments[one.id]
    ]
    return sorted(found, key=lambda one: (one.application not in own, -one.points, one.application))


def differing(base: Mapping[str, int | None], other: Mapping[str, int | None]) -> dict[str, int]:
    """Return by how much numbers differ, those that do.

    >>> differing({"served": 6, "least": None}, {"served": 7, "least": 30})
    {'served': 1}
    """
    return {
        name: value - before
        for name, value in other.items()
        if value is not None and (before := base.get(name)) is not None and value != before
    }
