"""An agent writes to the families of an activity, or to those who booked it tomorrow."""

from datetime import timedelta

from tests.periscolaire.builders import a_canteen, a_child, a_family, settle

from ribambelle.families import groups
from ribambelle.testing import Communes
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.domain.taking import Wanted


async def test_each_activity_is_a_group_of_the_families_enrolled(communes: Communes) -> None:
    settle(communes.alpha)
    with communes.alpha.here() as tenant:
        canteen = await a_canteen(runs="always")
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
        lea = await a_child(anne, canteen.activity)
        await a_child(paul, canteen.activity, name="Tom")
        await a_child(await a_family("eva@example.test", "Eva Payet"), name="Noé")
        tomorrow = tenant.now().date() + timedelta(days=1)
        # nine o'clock: an hour before the delay of tomorrow's canteen, on a Wednesday left out of it
        wanted = [Wanted(lea, canteen.unit, tomorrow + timedelta(days=1), "book")]
        await booking.save(tenant, anne, wanted, "k", tenant.now())
        found = {group.key: group for group in await groups.groups()}

        assert found["periscolaire:cantine"].households == {anne.household, paul.household}
        assert found["periscolaire:cantine"].label == "Cantine"
        assert "periscolaire:cantine-demain" not in found

    communes.alpha.app.platform.clock.move(days=1)  # type: ignore[attr-defined]
    with communes.alpha.here():
        found = {group.key: group for group in await groups.groups()}
    assert found["periscolaire:cantine-demain"].households == {anne.household}
