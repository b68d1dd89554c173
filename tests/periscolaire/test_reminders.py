"""Before a week's first deadline, a family that booked nothing is told once, if the town says so."""

from datetime import UTC, datetime

import pytest
from tests.periscolaire.builders import (
    FRIDAY,
    SETTINGS,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    settle,
)

from ribambelle.errors import Misconfigured
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import booking, reminding
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.settings import Settings

SOON = SETTINGS.replace("[periscolaire]\n", "[periscolaire]\nremind_hours = 48\n")
THURSDAY_BEFORE = datetime(2026, 11, 26, 7, tzinfo=UTC)
"""The week of 30 November closes first on Friday 27 at ten."""


async def two_families(town: Town) -> Canteen:
    with town.here() as tenant:
        canteen = await a_canteen()
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
        await a_child(anne, canteen.activity)
        tom = await a_child(paul, canteen.activity, name="Tom")
        wanted = [Wanted(tom, canteen.unit, FRIDAY, "book")]
        await booking.save(tenant, paul, wanted, "k", tenant.now())
    return canteen


async def reminded(town: Town) -> list[tuple[str, str]]:
    with town.here():
        await reminding.remind()
    await town.work()
    return [(one.recipient, one.text) for one in await town.mail() if "Rien n’est" in one.subject]


async def test_who_booked_nothing_is_told_once_before_the_deadline(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    settle(town, SOON)
    await two_families(town)

    early = await reminded(town)
    clock.set(THURSDAY_BEFORE)
    told = await reminded(town)
    again = await reminded(town)
    clock.set(datetime(2026, 11, 27, 12, tzinfo=UTC))
    late = await reminded(town)

    assert early == []
    assert [recipient for recipient, _ in told] == ["anne@example.test"]
    assert "Léa : Cantine" in told[0][1]
    assert "vendredi 27 novembre à 10 h" in told[0][1].replace("\u00a0", " ")
    assert told == again == late


async def test_a_town_that_says_nothing_reminds_nobody(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    settle(town)
    await two_families(town)
    clock.set(THURSDAY_BEFORE)

    assert await reminded(town) == []
    with pytest.raises(Misconfigured):
        Settings(remind_hours=12)
