"""May this child's box on this day change, and if not, why, and until or since when?

One answer for the page that draws the box and for the transaction that takes the place: what is
shown and what is done cannot part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from ribambelle_periscolaire.domain.activities import on
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Group, Unit, age_on
from ribambelle_periscolaire.domain.closures import Closed, stopping
from ribambelle_periscolaire.domain.cut_off import Act, Verdict
from ribambelle_periscolaire.domain.openings import Turn

Code = Literal[
    "not_enrolled",
    "on_site",
    "no_group",
    "no_service",
    "closed",
    "elsewhere",
    "not_yet",
    "too_late",
    "no_date",
    "full",
    "choice_taken",
    "needs",
    "needed",
    "no_price",
    "unknown",
    "wishes_soon",
    "wishes",
    "wishes_ended",
    "room_soon",
    "room",
    "turn",
    "turn_over",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be: a code for a sentence, and the moment or the thing it speaks of."""

    code: Code
    at: datetime | None = None
    about: str = ""
    kind: str = ""
    """Of a closure: its own reason."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child as this plugin needs it, with what its enrolments of the year open."""

    id: int
    name: str
    household: int
    born_on: date | None = None
    school: int | None = None
    school_name: str = ""
    class_name: str = ""
    activities: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By school year, the activities the child is enrolled in."""
    places: Mapping[int, tuple[int | None, str]] = field(default_factory=dict)
    """By school year still to begin for the child, the school and the class of its enrolment."""

    def placed(self, day: date) -> tuple[int | None, str]:
        """Return the school and the class of the child on a day.

        >>> pupil = Pupil(1, "Léa", 1, school=7, class_name="GS", places={2027: (8, "CP")})
        >>> pupil.placed(date(2027, 6, 30)), pupil.placed(date(2027, 9, 1))
        ((7, 'GS'), (8, 'CP'))
        """
        return self.places.get(school_year(day), (self.school, self.class_name))


class Days(Protocol):
    """The calendar of the commune, as this rule asks it."""

    def is_school_day(self, day: date) -> bool: ...
    def is_working(self, day: date) -> bool: ...
    def holiday_of(self, day: date) -> object | None: ...
    def knows(self, day: date) -> bool: ...


Allowing = Callable[[str, Act, date, int, bool], Verdict]
"""From the name of a cut-off, the act, the day, the minute the service begins and whether somebody
waits, to what the cut-off says now."""


@dataclass(frozen=True)
class Doors:
    """All that decides whether boxes may change, gathered for one family at one moment."""

    catalogue: Catalogue
    calendar: Days
    allows: Allowing
    school_year: Callable[[date], int]
    with_other: Callable[[int, date], bool] = lambda child, day: False
    """Tells whether a child is with its other parent on a day."""
    priced: Callable[[Activity, Unit, date], bool] = lambda activity, unit, day: True
    """Tells whether a tariff says what a unit costs on a day."""
    now: datetime | None = None
    """The moment asked about; None where no opening holds days back."""
    turns: Mapping[int, Turn] = field(default_factory=dict)
    """By opening with a waiting room, the turn of the family."""
    known: dict[tuple[str, Act, date, int, bool], Verdict] = field(default_factory=dict)
    running: dict[tuple[int, date], bool] = field(default_factory=dict)
    received: dict[tuple[int, int | None, int], Group | None] = field(default_factory=dict)

    def group(self, pupil: Pupil, activity: Activity, day: date) -> Group | None:
        """Return the group that receives a child on a day; asked once by school and age."""
        school, age = pupil.placed(day)[0], age_on(pupil.born_on, day)
        asked = activity.id, school, age
        if asked not in self.received:
            self.received[asked] = activity.group_of(school, age)
        return self.received[asked]

    def runs(self, activity: Activity, unit: Unit, day: date) -> bool:
        """Tell whether a unit exists on a day, closures apart; asked once for all the children."""
        asked = unit.id, day
        found = self.running.get(asked)
        if found is None:
            found = self.running[asked] = self._runs(activity, unit, day)
        return found

    def _runs(self, activity: Activity, unit: Unit, day: date) -> bool:
        if not on(unit.weekdays, day.weekday()):
            return False
        calendar = self.calendar
        match activity.runs:
            case "school":
                return calendar.is_school_day(day)
            case "holidays":
                return calendar.holiday_of(day) is not None and calendar.is_working(day)
            case "wednesday":
                return (
                    day.weekday() == 2
                    and calendar.is_working(day)
                    and calendar.knows(day)
                    and calendar.holiday_of(day) is None
                )
            case _:
                return calendar.is_working(day)

    def closed(self, pupil: Pupil, activity: Activity, day: date) -> Closed | None:
        """Return what stops an activity for a child on a day, if anything does."""
        return stopping(self.catalogue.closures, activity.id, *pupil.placed(day), day)

    def held_back(self, activity: Activity, day: date) -> Reason | None:
        """Return why a day that opens by wishes or turns may not be booked by this family now."""
        if self.now is None:
            return None
        for opening in self.catalogue.openings:
            if opening.holds(activity.id, day, self.now):
                kept = opening.keeps_out(self.turns.get(opening.id), self.now)
                if kept:
                    return Reason(kept[0], at=kept[1], about=str(opening.id))
        return None

    def enrolled(self, pupil: Pupil, activity: Activity, day: date) -> bool:
        """Tell whether a child is enrolled in an activity for the school year of a day."""
        return activity.id in pupil.activities.get(self.school_year(day), frozenset())

    def verdict(self, activity: Activity, unit: Unit, act: Act, day: date, waited: bool) -> Verdict:
        """Return what the activity's cut-off says; asked once for all the children of a page."""
        asked = (activity.cut_off, act, day, unit.begins, waited)
        found = self.known.get(asked)
        if found is None:
            found = self.known[asked] = self.allows(*asked)
        return found

    def shut(
        self, pupil: Pupil, unit: Unit, day: date, act: Act, *, waited: bool = False
    ) -> Reason | None:
        """Return why a box may not change, or None when it may; what always holds comes first.

        :param waited: somebody waits for a place that day: the commune may let cancel later then.
        """
        activity = self.catalogue.by_id[unit.activity]
        if activity.booked == "on_site":
            return Reason("on_site", about=activity.place)
        if not self.enrolled(pupil, activity, day):
            return Reason("not_enrolled")
        if not self.runs(activity, unit, day):
            return Reason("no_service")
        if act == "add" and self.group(pupil, activity, day) is None:
            return Reason("no_group")
        if closed := self.closed(pupil, activity, day):
            return Reason("closed", about=closed.note or closed.said, kind=closed.reason)
        if self.with_other(pupil.id, day):
            return Reason("elsewhere")
        if act == "add" and (kept := self.held_back(activity, day)):
            return kept
        verdict = self.verdict(activity, unit, act, day, waited)
        if not verdict.open:
            at = verdict.until if verdict.reason == "not_yet" else verdict.since
            return Reason(verdict.reason or "too_late", at=at)
        if act == "add" and not self.priced(activity, unit, day):
            return Reason("no_price")
        return None
