"""The contracts a file gives a child: only those of its place, and what ended stays ended."""

from datetime import date, timedelta

from tests.creche.builders import a_facility
from tests.creche.test_deciding import decided

from ribambelle import workflow
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import emergencies, offering
from ribambelle_creche.emergencies import Urgent
from ribambelle_creche.queries import contracts, renewals
from ribambelle_creche.tables import Application, Capacity, Contract, Offer


async def accepted_after_an_emergency(town: Town, clock: FrozenClock) -> tuple[int, date]:
    """Accept the place of a commission while an emergency keeps the child elsewhere.

    Return the file and the last day of the emergency.
    """
    await decided(town, clock, children=1)
    with town.here() as tenant:
        roses = await a_facility("Les Roses", places=10)
        for weekday in range(5):
            for half in ("am", "pm"):
                await Capacity.insert(
                    Capacity(
                        facility=roses,
                        age_group="babies",
                        weekday=weekday,
                        half=half,
                        places=1,
                        free=1,
                        changed_at=clock(),
                    )
                )
        (offer,) = await Offer.objects(Offer.facility)
        file = await Application.objects().get(Application.id == offer.application)
        assert file is not None
        first = clock().date() + timedelta(days=2)
        last = first + timedelta(days=3)
        urgent = Urgent(roses, 1023, first, last, "U2")
        await emergencies.give(tenant, file, urgent, 1, clock())
        await offering.accept(offer, 1, "office", clock())
    return file.id, last


async def test_a_withdrawal_leaves_alone_a_contract_that_already_ended(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    file, last = await accepted_after_an_emergency(town, clock)
    clock.move(days=60)
    with town.here():
        demande = (await renewals.one(file)).demande.id
        await workflow.fire(demande, "withdraw", side="office", account=1)
        ends = [row.last for row in await Contract.objects().order_by(Contract.id)]
    assert ends == [last, clock().date()]


async def test_only_the_creche_of_the_accepted_place_awaits_the_child(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await accepted_after_an_emergency(town, clock)
    with town.here():
        rows = await Contract.objects().order_by(Contract.id)
        awaited = [await contracts.awaited(row) is not None for row in rows]
    assert awaited == [False, True]
