"""Schools: kept by the town hall, named by the lists it imports, followed in groups."""

from tests.core.test_families import APART, a_family, joined, the_child

from ribambelle.families.groups import groups
from ribambelle.identity import schools
from ribambelle.identity.tables import Child, School
from ribambelle.testing import Communes

NAMED = {"name": "École Jean-Jaurès"}


async def test_an_agent_keeps_the_list(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    added = await agent.post("/bureau/ecoles", data=NAMED)
    again = await agent.post("/bureau/ecoles", data={"name": "Ecole JEAN JAURES"})
    closed = await agent.post("/bureau/ecoles/1", data={"name": "École Jaurès", "is_closed": "oui"})

    assert (added.status_code, again.status_code, closed.status_code) == (303, 422, 303)
    assert "Une autre école porte déjà ce nom" in again.text
    page = (await agent.get("/bureau/ecoles")).text
    assert "École Jaurès" in page
    assert "Fermée" in page
    with communes.alpha.here():
        assert await schools.names() == {}


async def test_both_parents_are_in_the_group_of_the_school(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, APART)
    child = await the_child(town)
    agent = await town.staff()
    await agent.post("/bureau/ecoles", data=NAMED)

    sent = await agent.post(
        f"/bureau/familles/enfants/{child}/ecole", data={"school": "1", "class_name": "CP B"}
    )
    unknown = await agent.post(f"/bureau/familles/enfants/{child}/ecole", data={"school": "9"})

    assert (sent.status_code, unknown.status_code) == (303, 404)
    assert "École Jean-Jaurès, CP B" in (await anne.get("/famille")).text
    with town.here():
        (group,) = [one for one in await groups() if one.key == "school:1"]
    assert (group.label, group.households) == ("École Jean-Jaurès", {1, 2})


LIST = (
    "Nom parent;Prénom parent;Prénom;Né le;École;Classe\n"
    "Hoarau;Anne;Zoé;14/03/2020;École des Palmes;GS\n"
)


async def test_a_list_opens_the_schools_it_names_and_follows_the_children(
    communes: Communes,
) -> None:
    town = communes.alpha
    agent = await town.staff()
    first, second = LIST, LIST.replace("École des Palmes;GS", "ECOLE JAURES;CP")

    for told in (first, second, second.replace("ECOLE JAURES", "École Jaurès")):
        sent = await agent.post(
            "/bureau/familles/import", files={"file": ("liste.csv", told.encode(), "text/csv")}
        )
        page = sent.headers["location"]
        done = await agent.post(f"{page}/importer")
        assert done.status_code == 303, done.text

    with town.here():
        (child,) = await Child.objects(Child.school)
        names = [row["name"] for row in await School.select(School.name).order_by(School.id)]
    assert names == ["École des Palmes", "ECOLE JAURES"]
    assert (child.school.name, child.class_name) == ("ECOLE JAURES", "CP")
