"""A commission of children in place, who want one another's places; and the two crèches of a chain."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from tests.creche.builders import BORN_ON, a_facility, an_application
from tests.creche.test_commissions import a_commission
from tests.creche.test_deciding import kept

from ribambelle import workflow
from ribambelle.identity import accounts
from ribambelle.testing import FrozenClock, Town
from ribambelle_creche import deciding, examining
from ribambelle_creche.domain.admission import Snapshot
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.chains import Held
from ribambelle_creche.domain.dossier import Child, Entry, Week
from ribambelle_creche.domain.preparation import Lot, Seen, snapshot
from ribambelle_creche.domain.resources import Asking, House
from ribambelle_creche.domain.transfers import with_rights
from ribambelle_creche.queries import (
    commissions,
    offers,
    supplies,
)
from ribambelle_creche.tables import Application, Contract, Offer

MARCH, JANUARY = date(2027, 3, 1), date(2027, 1, 4)


SWAP = (("Ana", "Lilas", "Roses"), ("Bob", "Roses", "Lilas"))


FULL = {"Lilas": 0, "Roses": 0}


async def changing(
    town: Town,
    clock: FrozenClock,
    files: Sequence[tuple[str, str, str]],
    places: dict[str, int],
    entries: Mapping[str, Entry] = {},
) -> tuple[int, dict[str, int]]:
    """Hold a commission of children in place: name, crèche it is in (or none), crèche it wants.

    Return its number, and the files by name of the child.

    :param entries: when some of them wish to enter; on 4 January otherwise.
    """
    week, mine = Week(wished=1023), {}
    with town.here() as tenant:
        there = {name: await a_facility(name) for name in places}
        for name, lives, wants in files:
            child = Child(given_name=name, family_name="B", born_on=BORN_ON)
            account = (await accounts.open_family(f"{name}@example.test", clock())).id
            asked = [there[wants], *([there[lives]] if lives else [])]
            if lives:
                before = await an_application(
                    there[lives], account=account, state="withdrawn", child=child
                )
                row = Contract(facility=there[lives], application=before, born_on=BORN_ON)
                row.slots, row.first, row.source = 1023, date(2026, 9, 1), "import"
                await Contract.insert(row)
            mine[name] = await an_application(
                *asked,
                account=account,
                state="complete",
                week=week,
                child=child,
                entry=entries.get(name, Entry(start_on=JANUARY)),
            )
            clock.move(minutes=1)
        number = await a_commission(town)
        row = await commissions.one(number)
        for name, many in places.items():
            cells = {place: many if place[0] == "babies" else 0 for place in PLACES}
            await supplies.declare(row, there[name], cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
    await town.work()
    return number, mine


async def now_of(mine: dict[str, int]) -> dict[str, tuple[str, str]]:
    """Return the last offer of each child: the crèche, and where it stands."""
    rows = await Offer.objects(Offer.facility).order_by(Offer.id)
    last = {int(one.application): (one.facility.name, one.state) for one in rows}
    return {name: last.get(file, ("", "")) for name, file in mine.items()}


async def live(file: int) -> Offer:
    found = await offers.live_of(file)
    assert found
    return found


async def gone(mine: dict[str, int], name: str) -> None:
    (row,) = await Application.objects().where(Application.id == mine[name])
    await workflow.fire(int(row.demande), "withdraw", side="office", account=1)


def real(places: int, *weeks: tuple[int, int, int]) -> tuple[Snapshot, dict[str, Held]]:
    """Lay out two crèches as a commission does: the week of each file, where it is, what it gets.

    :param places: what Les Lilas (12) have free on each half-day, beside the children in place.
    """
    lilas = {place: places if place[0] == "babies" else 0 for place in PLACES}
    roses = {place: 9 if place[0] == "babies" else 0 for place in PLACES}
    houses = [House(12, (lilas,), ({},), 10), House(15, (roses,), ({},), 10)]
    files, there, held = [], {}, {}
    for rank, (week, lives, wants) in enumerate(weeks, start=1):
        asked = Asking(("babies",), (week,), (wants, lives) if lives else (wants,))
        number = f"C-{rank}"
        files.append(Seen(number, 100 - rank, datetime(2026, 3, 1, tzinfo=UTC), rank, asked))
        if lives:
            there[number] = (lives, week)
        held[number] = Held(rank, f"{wants}/babies/0")
    lot = Lot(files, houses, {})
    return with_rights(snapshot(lot), lot, there), held


def lot_of(count: int) -> Lot:
    asked = Asking(("babies",), (1,), (15, 12), count=count, together="together_only")
    zoe = Seen("C-1", 40, datetime(2026, 3, 1, tzinfo=UTC), 7, asked)
    houses = [House(one, ({("babies", 0, "am"): 1},), ({},), 10) for one in (12, 15)]
    return Lot([zoe], houses, {})
