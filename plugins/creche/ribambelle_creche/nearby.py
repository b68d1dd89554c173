"""The crèches near a family that it did not ask for, whether anybody else did or not."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from ribambelle.tenants import Tenant
from ribambelle_creche import counting
from ribambelle_creche.domain.admission import Application as Seen
from ribambelle_creche.domain.admission import Option, Snapshot
from ribambelle_creche.domain.admission.counterfactual import one_more
from ribambelle_creche.domain.anywhere import nearest
from ribambelle_creche.domain.dossier import Dossier, decode
from ribambelle_creche.domain.geography import Point, metres
from ribambelle_creche.domain.grid import Line
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.domain.resources import of_all
from ribambelle_creche.domain.taking import Taking
from ribambelle_creche.queries import answers, facilities, supplies
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Commission, Facility

NEAREST = 5


def near(
    town: counting.Town, every: Sequence[Facility], file: Application, asked: Collection[int]
) -> tuple[list[int], dict[int, int]]:
    """Return the nearest crèches that take this child and that it did not ask, with metres from home.

    Without a known home, those nearest to the first wish, and no distance is told.
    """
    home = town.context(decode(file.sent or file.answers)).home
    wished = next(iter(asked), None)
    centre = home or next((_place(one) for one in every if one.id == wished), None)
    far = {
        one.id: metres(centre, place)
        for one in every
        if one.id not in asked and _takes(one, file) and centre and (place := _place(one))
    }
    found = sorted(far, key=lambda one: (far[one], one))[:NEAREST]
    return found, far if home else {}


@dataclass(frozen=True)
class Anywhere:
    """What says where else a family that accepts any crèche may go, at one moment."""

    town: counting.Town
    every: Sequence[Facility]
    most: int

    def of(
        self, file: Dossier, born_on: date, start_on: date, wishes: Collection[int]
    ) -> tuple[int, ...]:
        """Return the other crèches that take this child, the nearest first; none unless it asked."""
        if not self.most or not (file.wishes and file.wishes.accepts_any):
            return ()
        places = {
            one.id: _place(one)
            for one in self.every
            if Taking(one.name, one.from_weeks, one.to_months).takes(born_on, start_on)
        }
        return nearest(self.town.context(file).home, places, wishes)


async def anywhere(tenant: Tenant) -> Anywhere:
    """Return where families that accept any crèche may go, as the commune stands now."""
    town, every = await counting.town_of(tenant), await facilities.every()
    return Anywhere(town, every, tenant.of(Settings).most_elsewhere)


async def wider(
    tenant: Tenant, row: Commission, given: Snapshot, also: Collection[int]
) -> Snapshot:
    """Return a lot with the places of some crèches that nobody asked for, as they were declared."""
    known = {int(name.partition("/")[0]) for name in given.resources}
    lacking = set(also) - known
    if not lacking:
        return given
    houses = await supplies.houses(row, tenant, only=lacking)
    return msgspec.structs.replace(given, resources={**of_all(houses), **given.resources})


async def beside(
    tenant: Tenant, row: Commission, given: Snapshot, held: Mapping[str, str | None]
) -> tuple[Snapshot, dict[str, list[Option]]]:
    """Return what each waiting file could ask besides in crèches near it, in a lot that has them.

    A family that accepts any crèche has nothing to add: it was examined for them.
    """
    asked = await answers.asked(row.id)
    waiting = [
        one
        for one in given.applications
        if held.get(one.id) is None and one.options and not asked[file_of(one.id)].elsewhere
    ]
    every, town = await facilities.every(), await counting.town_of(tenant)
    whole = await wider(tenant, row, given, [one.id for one in every])
    files = await answers.whole_files([file_of(one.id) for one in waiting])
    traces = await answers.traces(row.id)

    def found() -> dict[str, list[Option]]:
        told: dict[str, list[Option]] = {}
        for one in waiting:
            file = files[file_of(one.id)]
            named = dict.fromkeys(int(option.facility) for option in one.options)
            places = [str(number) for number in near(town, every, file, named)[0]]
            variants = one_more(whole, one, places, bonuses(traces.get(file.id, ())))
            told[one.id] = [
                option for variant in variants for option in variant.options[len(one.options) :]
            ]
        return told

    return whole, await asyncio.to_thread(found)


def bonuses(trace: Sequence[Line]) -> dict[str, int]:
    """Return what each crèche adds to a file, as far as its score says."""
    found: dict[str, int] = {}
    for line in trace:
        for facility, points in line.here.items():
            found[str(facility)] = found.get(str(facility), 0) + points
    return found


def bands(seen: Seen, told: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """Return how the chances of a file change with one more crèche: without it, with it.

    Told are the bands of its own options and of those beside; the last of its own is the chance
    of any of them.

    >>> mine = Seen("C-1", 0, "2026-03-01", 0, (Option("12/babies/0", "12", {}),))
    >>> bands(mine, {"12/babies/0": "low", "15/babies/0": "medium", "15/babies/1": "high"})
    {15: ('low', 'high')}
    """
    own = [option.id for option in seen.options]
    without = next((told[one] for one in reversed(own) if told.get(one)), "")
    found: dict[int, tuple[str, str]] = {}
    for option, band in told.items():
        facility = int(option.partition("/")[0])
        if option not in own and band and without:
            before = found.get(facility, (without, "low"))[1]
            found[facility] = (without, max(before, band, key=ORDER.index))
    return found


ORDER = ("low", "medium", "high")


def _takes(one: Facility, file: Application) -> bool:
    if file.reference_on is None or file.start_on is None:
        return False
    taking = Taking(one.name, one.from_weeks, one.to_months)
    return taking.takes(file.reference_on, file.start_on)


def _place(one: Facility) -> Point | None:
    if one.latitude is None or one.longitude is None:
        return None
    return one.latitude, one.longitude
