"""What the directory counts: places of the commune, and how it is used."""

from tests.assmat.builders import CLAIRE, MARIE, NADIA, registered
from tests.creche.test_statistics import facility, quartier

from ribambelle import childcare
from ribambelle.testing.communes import Communes


async def test_accredited_places_stand_beside_those_of_creches(communes: Communes) -> None:
    """A micro-quartier counts in its own; a quartier nobody knows stands apart; older ones do not."""
    town = communes.alpha
    with town.here() as tenant:
        centre = await quartier("Centre")
        await facility(town, "Lilas", centre)
        today = tenant.now().date()
        silent = childcare.offers(await childcare.supply(today))
        older = MARIE.replace(";;3;0;72", ";;3;36;72")
        gone = NADIA.replace("4401", "4409").replace("30/04/2029", "30/04/2025")
        await registered(NADIA.replace("Centre", "CENTRE"), CLAIRE, older, gone)

        found = await childcare.supply(today)

        assert [one.places for one in silent if one.mode == "assmat"] == [None]
        told = {one.quartier: one.places for one in found if one.mode == "assmat"}
        assert told == {centre: 4, None: 2}
    agent = await town.staff()
    page = (await agent.get("/bureau/creche/statistiques/besoins")).text
    assert "Places : assistantes maternelles" in page.replace("\u00a0", " ")
    assert ">4<" in page and ">6<" in page
