"""The library against a commune where people live: what `ribambelle demo --plugin` opens."""

from ribambelle.identity import Grant
from ribambelle.testing import Communes


async def test_families_and_the_library_find_people_and_activities(populated: Communes) -> None:
    family = await populated.alpha.family("emilie.grondin@demo.example")
    librarian = await populated.alpha.staff(Grant("librarian"), email="livres@example.test")

    page = await family.get("/bibliotheque")
    papers = await family.get("/documents")
    desk = await librarian.get("/bureau/bibliotheque")

    assert "Heure du conte" in page.text and "Heure du conte" in desk.text
    assert "Maé" in page.text and "Lina" in page.text
    assert "garde de l’enfant" in papers.text


async def test_the_other_commune_stays_empty(populated: Communes) -> None:
    family, _ = await populated.beta.parent("zoe@example.test", "Zoé Payet")

    assert "Heure du conte" not in (await family.get("/bibliotheque")).text
