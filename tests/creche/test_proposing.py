"""A commission that is prepared: the lot, the runs it keeps, the pins, and what years later is found again."""

from tests.creche.builders import a_facility, an_application
from tests.creche.test_commissions import WINTER, a_commission

from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import examining, proposing
from ribambelle_creche.domain.admission import faults, propose
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Child, Entry, Week
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.queries import commissions, proposals, supplies
from ribambelle_creche.tables import Commission

GRID = """
[creche.grid]
version = "2026-1"
valid_from = 2026-01-01
tie_break = ["complete_at", "draw"]

[[creche.grid.criterion]]
code = "resident"
label = "Vous habitez la commune"
type = "flag"
fact = "resident"
proof = "address"
points = 20
"""


async def prepared(town: Town, clock: FrozenClock, children: int = 3, places: int = 1) -> int:
    """Close a commission: one crèche with so many whole-week places, so many files that ask for it."""
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        for rank in range(children):
            await an_application(
                lilas,
                state="complete",
                child=Child(
                    given_name=f"Enfant{rank}",
                    family_name="Payet",
                    born_on=WINTER.first_start.replace(year=2026),
                ),
                entry=Entry(start_on=WINTER.first_start),
                week=Week(wished=1023),
            )
            clock.move(minutes=1)
        number = await a_commission(town)
        row = await commissions.one(number)
        cells = {place: places if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    return number


async def row_of(number: int) -> Commission:
    return await commissions.one(number)


async def test_a_proposal_is_kept_whole_and_holds(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    number = await prepared(town, clock)

    with town.here() as tenant:
        run = await proposing.run(tenant, await row_of(number), Changes(), "", 1, clock())
        kept = await proposals.one(number, run)
        given, found = proposals.opened(kept)

    assert (run, found.served, len(given.applications)) == (1, 1, 3)
    assert faults(given, found) == []
    assert kept.digest == found.digest == propose(given).digest
    first = sorted(found.assignments)[0]
    assert found.assignments[first] is not None  # equal points: the earlier complete file passes
