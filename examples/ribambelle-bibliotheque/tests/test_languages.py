"""A family that reads another language reads the library in it, and its messages too."""

from datetime import date

import pytest

from ribambelle.testing import Communes

LEA = date(2021, 5, 3)


@pytest.mark.parametrize(
    ("language", "words", "subject"),
    [("en", "No card yet", "is ready"), ("ar", "لا بطاقة بعد", "جاهزة")],
)
async def test_pages_and_messages_are_read_in_another_language(
    communes: Communes, language: str, words: str, subject: str
) -> None:
    town = communes.alpha
    family, numbers = await town.parent("camille@example.test", "Camille Hoarau", Léa=LEA)
    await family.post("/langues", data={"langue": language, "retour": "/"})

    page = (await family.get("/bibliotheque")).text
    await family.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    asked = (await family.get("/bibliotheque")).text
    agent = await town.staff()
    await agent.post("/bureau/bibliotheque/cartes/1", data={"act": "give"})
    await town.work()

    assert words in page and "Pas encore de carte" not in page
    assert "La bibliothèque la vérifie" not in asked
    assert subject in (await town.mail("camille@example.test"))[-1].subject
