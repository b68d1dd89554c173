"""A portal may be a whole département's: its home tells of the PMI, its directory of its communes."""

from tests.core.test_checking import edited

from ribambelle import tenants
from ribambelle.testing.communes import Communes
from ribambelle_assmat import demo_departement
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder

PMI = 'demo = true\ndepartement = "44"\n[assmat.pmi]\nname = "PMI du 44"\nphone = "02 99 00 44 10"'


async def test_a_departement_tells_of_its_pmi_and_its_directory_spreads_over_its_communes(
    communes: Communes,
) -> None:
    town = communes.alpha
    assert "PMI" not in (await town.visitor().get("/")).text
    edited(town, "demo = true\n", PMI + "\n")

    with town.here():
        await demo_departement.fill(1)
        insee = {row["insee"] for row in await Childminder.select(Childminder.insee)}
        shown = {one.city for one in await directory.public(tenants.current().now().date())}

    home = (await town.visitor().get("/")).text
    assert "PMI du 44" in home and "tel:+33299004410" in home and 'href="/assmat"' in home
    assert len(insee) >= 4 and shown == {"Nantes", "Saint-Herblain", "Rezé", "Orvault"}
    assert "PMI du 44" not in (await communes.beta.visitor().get("/")).text
