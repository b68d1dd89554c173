"""A family contests an answer, maybe late; the town hall answers; nothing stops meanwhile."""

from datetime import date

from tests.creche.test_commissions import COMMISSIONS
from tests.creche.test_deciding import states
from tests.creche.test_offer_pages import families

from ribambelle.testing import Communes, FrozenClock
from ribambelle_creche.tables import Appeal, AppealAnswer

RECOURS = "/bureau/creche/recours"


async def test_a_family_contests_within_two_months_and_reads_the_answer(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await families(town, clock)
    agent = await town.staff()
    await agent.post(f"{COMMISSIONS}/{number}/decider")
    rose, anne = await town.family("rose@example.test"), await town.family("anne@example.test")
    page = "/creche/demandes/2/contester"
    assert "vendredi 5 février 2027" in (await rose.get(page)).text
    assert (await anne.get(page)).status_code == 404
    assert (await anne.post(page, data={"text": "x"})).status_code == 404

    assert (await rose.post(page, data={"text": " "})).status_code == 422
    for _ in range(2):
        assert (
            await rose.post(page, data={"text": "Vous avez compté un jour de trop."})
        ).status_code == 303
    assert "Recours reçu" in (await rose.get(page)).text
    other = await rose.post(page, data={"text": "Et le quotient aussi."})
    assert other.status_code == 422
    assert "n’a pas été ajouté" in other.text
    assert "Et le quotient aussi." in other.text  # given back, to be sent otherwise
    assert "compté un jour de trop" in (await agent.get(f"{RECOURS}/1")).text
    assert "À répondre" in (await agent.get(RECOURS)).text
    with town.here():
        (row,) = await Appeal.objects()
    assert row.answer_by == date(2027, 2, 5)
    assert await states(town) == ["offered", "waiting", "waiting"]

    assert (await agent.post(f"{RECOURS}/1", data={"outcome": "upheld"})).status_code == 422
    told = {"outcome": "upheld", "reason": "A1", "text": "Nous avons recompté : trois jours."}
    assert (await agent.post(f"{RECOURS}/1", data={**told, "reason": "x"})).status_code == 422
    for _ in range(2):
        assert (await agent.post(f"{RECOURS}/1", data=told)).status_code == 303
    await town.work()
    answers = [one for one in await town.mail("rose@example.test") if "recours" in one.subject]
    assert len(answers) == 1
    assert "trois jours" in answers[0].text
    read = (await rose.get(page)).text
    assert "Réponse maintenue" in read
    assert "Nous avons recompté : trois jours." in read
    assert "Nous avons recompté : trois jours." in (await agent.get(f"{RECOURS}/1")).text
    with town.here():
        (kept,) = await AppealAnswer.objects()
    assert (kept.outcome, kept.reason, kept.text) == ("upheld", "A1", told["text"])
    assert "rien ne change" in read
    file = (await agent.get("/bureau/creche/demandes/2")).text.replace("\u00a0", " ")
    assert "réponse maintenue (points et places vérifiés, rien ne change)" in file
    assert "Peut-être hors délai" not in (await agent.get(f"{RECOURS}/1")).text

    assert "peut-être hors délai" not in (await agent.get(RECOURS)).text
    clock.move(days=63)  # 6 February: too late, unless the letter came after 5 December
    jade = await town.family("jade@example.test")
    late = await jade.post("/creche/demandes/3/contester", data={"text": "Trop tard ?"})
    assert late.status_code == 303
    agent = await town.staff(email="other@example.test")
    assert (await agent.get(RECOURS)).text.count("peut-être hors délai") == 1
    assert "Peut-être hors délai" in (await agent.get(f"{RECOURS}/2")).text

    mine = "/creche/demandes/3/contester"
    assert "La mairie répond avant le mardi 6 avril 2027" in (await jade.get(mine)).text
    clock.move(days=59)  # 6 April: the last day to answer counts whole
    assert "vaut refus" not in (await (await town.family("jade@example.test")).get(mine)).text
    clock.move(days=1)
    silent = (await (await town.family("jade@example.test")).get(mine)).text
    assert "La mairie n’a pas répondu" in silent
    assert "dimanche 6 juin 2027" in silent.replace("\u00a0", " ")
