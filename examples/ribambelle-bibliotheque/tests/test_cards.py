"""A family asks for a card, the library answers, and nobody else reads either."""

from collections.abc import Callable
from datetime import date

from ribambelle.billing import Period, items
from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock
from ribambelle_bibliotheque.queries import cards

LEA = date(2021, 5, 3)
DESK = "/bureau/bibliotheque"
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


async def test_a_card_is_asked_given_told_and_billed(
    communes: Communes, settle: Callable[..., None]
) -> None:
    town = communes.alpha
    settle(town, "card_cents = 500", 'regie = "culture"')
    family, numbers = await town.parent("camille@example.test", "Camille Hoarau", Léa=LEA)
    librarian = await town.staff(Grant("librarian"))

    asked = await family.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    before = await librarian.get("/bureau")
    with town.here():
        unbilled = await items(NOVEMBER)
    given = await librarian.post(f"{DESK}/cartes/1", data={"act": "give"})
    await town.work()
    page = (await family.get("/bibliotheque")).text
    with town.here():
        billed = await items(NOVEMBER)

    assert (asked.status_code, given.status_code) == (303, 303)
    assert "1 carte de bibliothèque à valider" in before.text.replace("\u00a0", " ")
    assert "B-00001" in page and "24 novembre 2027" in page
    assert "B-00001" in (await town.mail("camille@example.test"))[-1].text
    assert unbilled == []
    assert [(one.key, one.amount_cents, one.regie, one.child) for one in billed] == [
        ("bibliotheque.card:1", 500, "culture", numbers["Léa"])
    ]


async def test_a_child_has_one_card_at_a_time(communes: Communes) -> None:
    family, numbers = await communes.alpha.parent("camille@example.test", "Camille Hoarau", Léa=LEA)
    again = {"child": numbers["Léa"]}

    await family.post("/bibliotheque/cartes", data=again)
    await family.post("/bibliotheque/cartes", data=again)
    told = (await family.get("/bibliotheque")).text
    await family.post("/bibliotheque/cartes/1/retirer")
    await family.post("/bibliotheque/cartes", data=again)
    with communes.alpha.here():
        found = await cards.of_children([numbers["Léa"]])

    assert "a déjà une carte, ou une demande en cours" in told
    assert [one.state for one in found] == ["asked", "withdrawn"]


async def test_a_refusal_says_why_and_the_decision_is_taken_once(communes: Communes) -> None:
    town = communes.alpha
    family, numbers = await town.parent("camille@example.test", "Camille Hoarau", Léa=LEA)
    agent = await town.staff()
    await family.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})

    silent = await agent.post(f"{DESK}/cartes/1", data={"act": "refuse"})
    unknown = await agent.post(f"{DESK}/cartes/1", data={"act": "burn"})
    refused = await agent.post(
        f"{DESK}/cartes/1", data={"act": "refuse", "reason": "Il manque l’adresse."}
    )
    await agent.post(f"{DESK}/cartes/1", data={"act": "give"})
    told = (await agent.get(f"{DESK}/cartes/1")).text
    await town.work()

    assert (silent.status_code, unknown.status_code, refused.status_code) == (422, 422, 303)
    assert "Écrivez pourquoi" in silent.text and "Choisissez une des deux" in unknown.text
    assert "n’attend plus de décision" in told and "Refusée" in told
    assert "Il manque l’adresse." in (await town.mail("camille@example.test"))[-1].text


async def test_a_card_ends_after_its_last_day_and_no_sooner(
    communes: Communes, clock: FrozenClock
) -> None:
    from ribambelle_bibliotheque.telling import end_past

    town = communes.alpha
    family, numbers = await town.parent("camille@example.test", "Camille Hoarau", Léa=LEA)
    agent = await town.staff()
    await family.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    await agent.post(f"{DESK}/cartes/1", data={"act": "give"})
    states = []

    for days in (364, 1):
        clock.move(days=days)
        with town.here():
            await end_past()
            states += [one.state for one in await cards.of_children([numbers["Léa"]])]

    assert states == ["given", "ended"]


async def test_another_family_and_another_commune_find_nothing(communes: Communes) -> None:
    town = communes.alpha
    first, numbers = await town.parent("camille@example.test", "Camille Hoarau", Léa=LEA)
    await first.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    other, _ = await town.parent("alex@example.test", "Alex Payet", Zoé=LEA)

    stolen = await other.post("/bibliotheque/cartes", data={"child": numbers["Léa"]})
    withdrawn = await other.post("/bibliotheque/cartes/1/retirer")
    elsewhere = await (await communes.beta.staff()).get(f"{DESK}/cartes/1")
    visitor = await town.visitor().get("/bibliotheque")
    as_family = await first.get(DESK)

    assert [one.status_code for one in (stolen, withdrawn, elsewhere)] == [404, 404, 404]
    assert visitor.status_code in (302, 303, 401) and as_family.status_code == 403
    assert "Léa" not in (await other.get("/bibliotheque")).text
