"""« Pourquoi cette réponse ? »: a family reads everything of its own answer, and nothing of others."""

import json
from datetime import date
from html import unescape
from typing import Any

import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.decided import Asks, a_decided_commission, some_files

from ribambelle.identity.tables import Account
from ribambelle.jobs.tables import Job
from ribambelle.testing import Communes, Town
from ribambelle_creche import standing
from ribambelle_creche.domain.admission import Snapshot, counterfactual
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Arrival, Child
from ribambelle_creche.domain.week import bits
from ribambelle_creche.queries import answers, commissions, supplies
from ribambelle_creche.tables import Decision, Examined, Proposal, Standing, Supply

MONDAY, TUESDAY = bits(["mon-am"]), bits(["tue-am"])


def text(body: str) -> str:
    return " ".join(unescape(body).replace("\u00a0", " ").replace("\u202f", " ").split())


async def account_of(email: str = "camille@example.test") -> int:
    row = await Account.select(Account.id).where(Account.email == email).first()
    assert row
    return int(row["id"])


async def two_days(town: Town) -> tuple[int, int]:
    """Decide: Monday is taken by another child, Tuesday is not; return our file and commission."""
    lilas = await a_facility("Les Lilas", at=(47_200_000, -1_550_000))
    roses = await a_facility("Les Roses", at=(47_201_000, -1_550_000))
    mine = await an_application(lilas, state="complete", account=await account_of())
    other = await an_application(
        lilas, state="complete", child=Child(False, "Basile", "Lauret", date(2026, 3, 2))
    )
    third = await an_application(roses, state="complete")
    commission = await a_decided_commission(
        town,
        {lilas: {"mon-am": 1, "tue-am": 1}, roses: 2},
        [
            Asks(mine, 70, (lilas,), (MONDAY | TUESDAY,)),
            Asks(other, 85, (lilas,), (MONDAY,)),
            Asks(third, 10, (roses,), (MONDAY | TUESDAY,)),
        ],
    )
    return mine, commission


async def test_a_family_reads_what_blocked_what_would_have_changed_it_and_its_rights(
    communes: Communes,
) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        mine, commission = await two_days(town)
        await standing.stand(commission)
        row = (await answers.standings(commission, mine))[0]

    answer = await browser.get(f"/creche/demandes/{mine}/pourquoi")
    told = text(answer.text)

    assert answer.status_code == 200
    assert "1 demi-journée</b> sur vos 2" in told or "1 demi-journée sur vos 2</b>" in told
    assert "<b>85 points</b> (lundi matin)" in told
    assert "Vous en avez 70." in told
    assert "Sans le lundi matin" in told
    assert "Avec Les Roses dans vos vœux" in told
    assert "Vous habitez la commune" in told
    assert "art. L. 311-3-1" in told
    assert (row.ahead, row.position, row.draws) == (0, 1, standing.DRAWS)
    assert "Chances : 10 à 50 %" in told  # the child ahead declines in 15 draws of 100
    assert f"/creche/demandes/{mine}/contester" in answer.text
    assert (
        f"/creche/demandes/{mine}/pourquoi" in (await browser.get(f"/creche/demandes/{mine}")).text
    )


async def test_no_other_family_is_in_the_page_nor_in_the_calculation(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        mine, commission = await two_days(town)
        numbers = await answers.files_of(commission)
        own = next(number for number, file in numbers.items() if file == mine)
        others = [number for number in numbers if number != own]
    base = f"/creche/demandes/{mine}/pourquoi"

    pages = [await browser.get(base), await browser.get(f"{base}/calcul/json")]
    paper = await browser.get(f"{base}/calcul/pdf")

    for page in pages:
        assert own in page.text
        assert not [word for word in (*others, "Basile", "Lauret") if word in page.text]
    assert paper.content.startswith(b"%PDF")
    told = json.loads(pages[1].text)
    assert told["points"]["total"] == 70
    assert told["operations"][0]["bloque_par"][0]["derniers_points"] == 85
    assert told["operations"][0]["demande"]
    for path in (base, f"{base}/calcul/json"):
        stranger = await town.family("other@example.test")
        assert (await stranger.get(path)).status_code == 404
        elsewhere = await communes.beta.family()
        assert (await elsewhere.get(path)).status_code == 404


async def test_a_place_offered_is_answered_on_the_page(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        lilas = await a_facility("Les Lilas")
        mine = await an_application(lilas, state="complete", account=await account_of())
        await a_decided_commission(town, {lilas: 1}, [Asks(mine, 70, (lilas,))])

    told = (await browser.get(f"/creche/demandes/{mine}/pourquoi")).text

    assert "Les Lilas vous propose une place." in told
    assert 'action="/creche/offres/1/accepter"' in told
    assert 'href="/creche/offres/1"' in told  # declining is done where its consequence is said


async def test_twins_placed_apart_read_each_its_own_reasons(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        twins = Child(given_name="Zoé", family_name="P", born_on=date(2026, 3, 14), together=2)
        mine = await an_application(
            *(lilas, roses),
            state="complete",
            account=await account_of(),
            child=twins,
            arrival=Arrival(twins="one_is_fine"),
        )
        asks = Asks(mine, 70, (lilas, roses), twins=2)
        await a_decided_commission(town, {lilas: 0, roses: 1}, [asks], offers=False)
    base = f"/creche/demandes/{mine}/pourquoi"

    told = text((await browser.get(base)).text)
    kept = json.loads((await browser.get(f"{base}/calcul/json")).text)

    assert "enfant 1 : Les Roses" in told
    assert "enfant 2 : pas de place cette fois" in told
    assert "Ce qui a bloqué pour l’enfant 1 : Les Lilas" in told
    assert "Ce qui a bloqué pour l’enfant 1 : Les Roses" not in told
    assert "Ce qui a bloqué pour l’enfant 2 : Les Roses" in told
    blocked = [(one["enfant"], one["creche"]) for one in kept["operations"] if one["bloque_par"]]
    assert blocked == [(1, "Les Lilas"), (2, "Les Lilas"), (2, "Les Roses")]


async def test_a_view_runs_the_engine_a_few_times_and_says_the_effect_of_a_creche_nobody_asked(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, runs = communes.alpha, []
    browser = await town.family()
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", at=(47_200_000, -1_550_000))
        near = [
            await a_facility(f"Crèche {rank}", at=(47_201_000 + rank, -1_550_000))
            for rank in range(5)
        ]
        mine = await an_application(lilas, state="complete", account=await account_of())
        other = await an_application(
            lilas, state="complete", child=Child(False, "Basile", "Lauret", date(2026, 3, 2))
        )
        asks = [Asks(mine, 70, (lilas,)), Asks(other, 85, (lilas,))]
        commission = await a_decided_commission(town, {lilas: 1}, asks)
        row = await commissions.one(commission)
        cells = {place: 1 if place[0] == "babies" else 0 for place in PLACES}
        supply = Supply(commission=commission, facility=near[3], state="validated")
        kept = (await Supply.insert(supply).returning(Supply.id))[0]["id"]
        await supplies._write(kept, cells)
        await standing.stand(commission)
        assert [one.facility for one in await supplies.houses(row, tenant, [near[3]])] == [near[3]]
    real = counterfactual.place

    def counted(given: Snapshot) -> Any:
        runs.append(given)
        return real(given)

    monkeypatch.setattr(counterfactual, "place", counted)

    told = text((await browser.get(f"/creche/demandes/{mine}/pourquoi")).text)

    assert "Avec Crèche 3 dans vos vœux" in told
    assert "Vos chances pour la suite : 10 à 50 % sans ce vœu, plus de 50 % avec." in told
    assert "Chances : 10 à 50 %" in told
    assert not [one for one in (0, 1, 2, 4) if f"Avec Crèche {one}" in told]
    assert len(runs) == 1  # sixteen changes were looked at


async def test_what_people_decided_is_said_with_its_reason_and_no_path_around_it(
    communes: Communes,
) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        lilas = await a_facility("Les Lilas")
        mine = await an_application(lilas, state="complete", account=await account_of())
        await a_decided_commission(town, {lilas: 3}, [Asks(mine, 70, (lilas,), pin="")])

    told = (await browser.get(f"/creche/demandes/{mine}/pourquoi")).text

    assert "Demande de la PMI" in told
    assert "Ce qui aurait changé" not in told


async def test_a_file_left_out_reads_why_and_one_before_any_answer_reads_that(
    communes: Communes,
) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        lilas = await a_facility("Les Lilas")
        mine = await an_application(lilas, state="complete", account=await account_of())
    assert "Pas encore de réponse" in (await browser.get(f"/creche/demandes/{mine}/pourquoi")).text
    assert (await browser.get(f"/creche/demandes/{mine}/pourquoi/calcul/json")).status_code == 404

    with town.here():
        await a_decided_commission(town, {lilas: 1}, [Asks(mine, 70, (lilas,))], offers=False)
        await Examined.update({Examined.refusal: "late", Examined.asked: "{}"}, force=True)
        await Decision.update(
            {Decision.outcome: "not_examined", Decision.option: "", Decision.proposal: None},
            force=True,
        )
        await Proposal.update({Proposal.is_kept: False}, force=True)

    told = (await browser.get(f"/creche/demandes/{mine}/pourquoi")).text
    assert "votre dossier a été complet après la clôture" in told


async def test_where_files_stand_is_computed_once_a_commission_is_decided_and_again_the_same(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility("Les Lilas")
        files = await some_files(lilas, [90, 80, 70])
        commission = await a_decided_commission(town, {lilas: 1}, files)
        await standing.stand_all()
        (job,) = await Job.objects().where(Job.name == "stand")
        assert json.loads(job.payload) == {"commission": commission}

        await standing.stand(commission)
        first = await Standing.select().order_by(Standing.application)
        await standing.stand(commission)
        again = await Standing.select().order_by(Standing.application)

        await Job.delete().where(Job.name == "stand")
        await standing.stand_all()
        assert not await Job.exists().where(Job.name == "stand")
    assert [{**row, "id": 0} for row in first] == [{**row, "id": 0} for row in again]
    assert [(row["ahead"], row["position"], row["chance"]) for row in first] == [
        (0, 1, "medium"),
        (1, 2, "low"),
    ]
