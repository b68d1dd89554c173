"""She works at home and in a house of childminders elsewhere: each place is where it is."""

import csv
import io
import json

from tests.assmat.builders import CLAIRE, NADIA, offers, registered, says
from tests.assmat.test_searching import streets_of

from ribambelle.testing.communes import Communes
from ribambelle_assmat.domain.cells import Point, snapped
from ribambelle_assmat.queries import directory, legal_lists
from ribambelle_assmat.tables import Place

MAM = NADIA.replace(
    "3 rue du Lavoir;71880;Alpha;Centre;46.8021;4.8355;;4", "5 quai Sud;SPOT"
).replace("SPOT", "44400;Rezé;Trentemoult;47.1903;-1.5694;MAM;2")
SPOTS = ("47.1903", "-1.5694", "46.8021", "4.8355")


async def test_a_place_elsewhere_is_searched_and_shown_where_it_is(communes: Communes) -> None:
    """Her address there too shows only if she agrees; a register brought in again keeps her words."""
    town = communes.alpha
    with town.here() as tenant:
        who = await registered(NADIA, MAM, CLAIRE)
        await says(who["Nadia"])
        await says(who["Claire"])
        places = {one.where: one.id for one in (await directory.one(who["Nadia"])).places}
        await offers(who["Nadia"], places["mam"], "mon")
        today = tenant.now().date()
        lists = {
            one.insee: [
                (line.address, line.children) for line in await legal_lists.lines(one, today)
            ]
            for one in await legal_lists.every(today)
        }
    visitor, page = town.visitor(), f"/assmat/fiches/{who['Nadia']}"

    found = {
        asked: (await visitor.get(f"/assmat?{asked}")).text.replace("\u00a0", " ")
        for asked in ("ou=44400", "ou=71880", "pres=Trentemoult&rayon=500", "pres=Gare&rayon=500")
    }
    hidden = (await visitor.get(page)).text
    with town.here():
        await says(who["Nadia"], "address")
    shown = (await visitor.get(page)).text
    lines = list(
        csv.DictReader(
            io.StringIO((await visitor.get("/assmat/donnees.csv")).text.lstrip("\ufeff")),
            delimiter=";",
        )
    )
    points = json.loads((await visitor.get("/assmat/donnees.geojson")).content)["features"]

    assert [("Nadia" in text, "Claire" in text) for text in found.values()] == [
        *((True, False), (True, True), (True, False), (False, True)),
    ]
    assert (
        "Trentemoult" in found["ou=44400"]
        and "à moins de 200 m" in found["pres=Trentemoult&rayon=500"]
    )
    assert "Trentemoult" in hidden and "quai Sud" not in hidden
    assert "5 quai Sud, 44400 Rezé" in shown and "3 rue du Lavoir" in shown
    assert {(one["Nom"], one["Commune"], one["Adresse"]) for one in lines} == {
        ("Nadia Benali", "Alpha", "3 rue du Lavoir, 71880 Alpha"),
        ("Nadia Benali", "Rezé", "5 quai Sud, 44400 Rezé"),
        ("Claire Robin", "Alpha", ""),
    }
    assert sorted(str(one["id"]) for one in points) == sorted(
        [str(who["Nadia"]), f"{who['Nadia']}-2", str(who["Claire"])]
    )
    assert all(spot not in text for spot in SPOTS for text in (*found.values(), shown, str(points)))
    assert lists["44143"] == [("5 quai Sud, 44400 Rezé", 2)]
    with town.here():
        moved = MAM.replace("5 quai Sud;44400;Rezé", "1 rue Basse;44000;Nantes")
        await registered(moved, NADIA, CLAIRE)
        kept = await Place.objects().get(Place.id == places["mam"])
        assert kept is not None
        assert (kept.city, kept.line, kept.state) == ("Nantes", "1 rue Basse", "now")
        await registered(moved, NADIA, CLAIRE)
    assert "Nadia" not in (await visitor.get("/assmat?ou=44400")).text


async def test_an_address_without_a_point_is_found_once_and_kept_as_its_cell(
    communes: Communes,
) -> None:
    """The register never says where: the next one loses nothing, and a moved one is looked for."""
    town, nowhere = communes.alpha, CLAIRE.replace("46.8102;4.8410", ";")
    streets_of(town, "voie;latitude;longitude\nRue Haute;46.8021;4.8357\nRue Basse;46.81;4.85\n")
    with town.here():
        await registered(NADIA, nowhere)
    await town.work()
    found = []
    for line in (nowhere, nowhere.replace("9 rue Haute", "9 rue Basse")):
        with town.here():
            who = await registered(NADIA, line)
            await town.work()
            one = await directory.one(who["Claire"])
            found.append((one.point, one.places[0].point, one.quartier))

    cells = [snapped(Point(46.8021, 4.8357)), snapped(Point(46.81, 4.85))]
    assert found == [(cells[0], cells[0], "Centre"), (cells[1], cells[1], "Gare")]


async def test_a_quartier_or_a_postcode_tells_no_more_than_the_cell(communes: Communes) -> None:
    """Her commune does, which is public and on her page; two of one commune are never told apart."""
    town = communes.alpha
    there = [
        NADIA,
        NADIA.replace("4401", "4407").replace("Centre", "Gare").replace("71880", "71881"),
        NADIA.replace("4401", "4408"),
        NADIA.replace("4401;Benali;Nadia", "4409;Ortega;Rosa").replace(
            "71880;Alpha;Centre", "44400;Rezé;Port"
        ),
    ]
    with town.here():
        await registered(*there)
        numbers = [one.id for one in await directory.every("", 0, 9)]
        for number in numbers:
            await says(number)
    visitor = town.visitor()

    found = {
        asked: (await visitor.get(f"/assmat?{asked}")).text
        for asked in ("pres=Gare&rayon=quartier", "ou=71881", "ou=71880", "ou=44400")
    }
    table = (await visitor.get("/assmat/donnees.csv")).text

    who = [
        (text.count("Nadia Benali</a>"), text.count("Rosa Ortega</a>")) for text in found.values()
    ]
    assert who == [(3, 1), (0, 0), (3, 0), (0, 1)]
    assert "71881" not in table and "Gare" not in table
    assert "Rezé" in (await visitor.get(f"/assmat/fiches/{numbers[-1]}")).text
