"""A portal may be a whole département's: its home tells of the PMI, its directory of its communes."""

import shutil
from collections import Counter

import pytest
from tests.assmat.builders import CLAIRE, NADIA, registered
from tests.core.test_checking import edited

from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle.testing.communes import Communes
from ribambelle.testing.tokens import a_program
from ribambelle_assmat import demo, demo_departement
from ribambelle_assmat.tables import Childminder
from ribambelle_creche.demo_figures import TOWNS

PMI = 'demo = true\ndepartement = "44"\n[assmat.pmi]\nname = "PMI du 44"\nphone = "02 99 00 44 10"'


async def test_a_departement_tells_of_its_pmi_and_its_directory_spreads_over_its_communes(
    communes: Communes,
) -> None:
    town = communes.alpha
    assert "PMI" not in (await town.visitor().get("/")).text
    edited(town, "demo = true\n", PMI + '\n[assmat]\noutline = "contour.geojson"\n')
    beside = town.app.platform.folder / town.slug
    beside.mkdir(exist_ok=True)
    shutil.copy("tenants/loire-atlantique/contour.geojson", beside)

    with town.here():
        await demo_departement.fill(1)
        insee = {row["insee"] for row in await Childminder.select(Childminder.insee)}

    home = (await town.visitor().get("/")).text
    assert "PMI du 44" in home and "tel:+33299004410" in home and 'href="/assmat"' in home
    assert insee == {"44109", "44114", "44143", "44162"}
    for city in ("Nantes", "Saint-Herblain", "Rezé", "Orvault"):
        found = (await town.visitor().get("/assmat", params={"ou": city})).text
        assert "/assmat/fiches/" in found and "<polygon" in found, city
    assert "PMI du 44" not in (await communes.beta.visitor().get("/")).text


async def test_the_demonstration_of_a_large_commune_spreads_by_who_lives_there(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nantes and its eleven quartiers: as many as asked, each by its people, within one."""
    town, areas, asked = communes.alpha, TOWNS["nantes"].areas, 90
    monkeypatch.setattr(demo, "LARGE", asked)
    edited(town, "demo = true\n", "demo = true\npopulation = 327734\n")

    with town.here():
        for area in areas:
            named = {"name": area.name, "folded": fold(area.name)}
            await Quartier.insert(Quartier(**named, population=area.inhabitants))
        await demo.fill(1)
        rows = await Childminder.select(Childminder.quartier)

    found = Counter(row["quartier"] for row in rows)
    everybody = sum(area.inhabitants for area in areas)
    assert (len(areas), len(rows), len(found)) == (11, asked, 11)
    for area in areas:
        assert abs(found[area.name] - asked * area.inhabitants / everybody) < 1, area.name
    assert max(found.values()) > 1.5 * min(found.values()), "quartiers alike would prove nothing"


async def test_the_program_of_a_mairie_reads_its_legal_list(communes: Communes) -> None:
    """What she shows families changes nothing; a token without the scope reads nothing."""
    town = communes.alpha
    with town.here():
        await registered(NADIA.replace("71880", "44400").replace("Alpha", "Rezé"), CLAIRE)
    program = await a_program(town, "assmat:legal")
    other = await a_program(town, "assmat:read", name="Autre")
    here = "/api/v1/assmat/communes"

    listed = (await program.get(here)).json()["data"]
    found = (await program.get(f"{here}/44143")).json()["data"]

    assert {"insee": "44143", "name": "Rezé", "count": 1} in listed
    assert [(one["name"], one["until"]) for one in found] == [("Benali Nadia", "2029-04-30")]
    assert (await program.get(f"{here}/75056")).status_code == 404
    assert (await other.get(f"{here}/44143")).status_code == 403
