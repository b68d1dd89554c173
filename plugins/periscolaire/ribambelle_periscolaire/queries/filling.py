"""How full activities were: what the counts of each day say, over a period."""

from dataclasses import dataclass
from datetime import date

from ribambelle_periscolaire.domain.calendar import days
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue
from ribambelle_periscolaire.domain.doors import Doors, Pupil
from ribambelle_periscolaire.domain.taking import Fill, Spot
from ribambelle_periscolaire.gathering import places
from ribambelle_periscolaire.queries import bookings

NOBODY = Pupil(0, "", 0)


@dataclass
class Filled:
    """What an activity took and could take over some days."""

    activity: Activity
    open_days: int = 0
    taken: int = 0
    waiting: int = 0
    offered: int = 0
    """Places; counted only on the days and in the groups that have a limit."""
    limited: int = 0
    """Of what was taken, what counts beside those places."""
    fullest: date | None = None
    most: int = 0

    @property
    def rate(self) -> float | None:
        """The share of the places that were taken; None without limit.

        >>> Filled(Activity(1, "c", "Cantine", "canteen", "school"), offered=80, limited=60).rate
        0.75
        """
        return self.limited / self.offered if self.offered else None


async def between(doors: Doors, first: date, last: date) -> list[Filled]:
    """Return how full each activity is between two days, both included; days closed to all left out."""
    known = doors.catalogue
    loads = await bookings.loads(known.groups, first, last)
    return [
        _filled(doors, known, one, loads, first, last)
        for one in known.activities
        if one.booked == "online"
    ]


def _filled(
    doors: Doors,
    known: Catalogue,
    activity: Activity,
    loads: dict[Spot, Fill],
    first: date,
    last: date,
) -> Filled:
    found = Filled(activity)
    parts = 0
    for unit in activity.units:
        parts |= unit.parts
    for day in days(first, last):
        running = any(doors.runs(activity, unit, day) for unit in activity.units)
        if not running or doors.closed(NOBODY, activity, day):
            continue
        found.open_days += 1
        on_day = 0
        for group in activity.groups:
            # a whole day is one child: the fullest moment counts, not each of them
            there = [
                loads.get((group.id, day, part), Fill(None))
                for part in (1, 2, 4, 8)
                if part & parts
            ]
            taken = max((fill.taken for fill in there), default=0)
            staff = next((fill.staff for fill in there if fill.staff is not None), None)
            capacity = places(known, group.id, staff)
            on_day += taken
            found.waiting += max((fill.waiting for fill in there), default=0)
            if capacity is not None:
                found.offered += capacity
                found.limited += taken
        found.taken += on_day
        if on_day > found.most:
            found.most, found.fullest = on_day, day
    return found
