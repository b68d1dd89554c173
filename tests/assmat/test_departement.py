"""A portal may be a whole département's: its home tells of the PMI, its directory of its communes."""

from tests.core.test_checking import edited

from ribambelle.testing.communes import Communes
from ribambelle_assmat import demo_departement
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

    home = (await town.visitor().get("/")).text
    assert "PMI du 44" in home and "tel:+33299004410" in home and 'href="/assmat"' in home
    assert insee == {"44109", "44114", "44143", "44162"}
    for city in ("Nantes", "Saint-Herblain", "Rezé", "Orvault"):
        found = (await town.visitor().get("/assmat", params={"ou": city})).text
        assert "/assmat/fiches/" in found, city
    assert "PMI du 44" not in (await communes.beta.visitor().get("/")).text
