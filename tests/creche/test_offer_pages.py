"""What a family reads and answers: the offer, its two buttons, its letter, and nothing of the others."""

import io
import json
import re
from datetime import timedelta

import httpx
import pypdf
import pytest
from tests.creche.builders import BORN_ON, a_facility, an_application
from tests.creche.test_commissions import COMMISSIONS, WINTER, a_commission
from tests.creche.test_criteria_pages import PESSAC
from tests.creche.test_deciding import decided, kept, states

from ribambelle.identity import accounts
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import ageing, counting, deciding, examining, offering
from ribambelle_creche.domain import letter
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Arrival, Child, Entry, Family, Week
from ribambelle_creche.queries import admission_figures, commissions, points, supplies
from ribambelle_creche.tables import (
    Application,
    Commission,
    Contract,
    Evidence,
    Examined,
    Facility,
    Offer,
)

BLOCKING = {"lundi matin", "lundi après-midi", "mardi matin", "mardi après-midi"}
NAMES = (("Anne", "Hoarau", "Zoé"), ("Rose", "Payet", "Noé"), ("Jade", "Grondin", "Léa"))


async def families(town: Town, clock: FrozenClock, grid: str = "") -> int:
    """Close a commission of three families, each with its account, for one place."""
    with town.here() as tenant:
        version = (await counting.adopt(grid, "2026-14", None))[0] if grid else None
        lilas = await a_facility("Les Lilas", places=10)
        for given, name, child in NAMES:
            account = await accounts.open_family(f"{given.lower()}@example.test", clock())
            await an_application(
                lilas,
                account=account.id,
                state="complete",
                family=Family(
                    given, name, "06 99 00 00 00", f"{given.lower()}@example.test", is_single=True
                ),
                child=Child(given_name=child, family_name=name, born_on=BORN_ON),
                entry=Entry(start_on=WINTER.first_start),
                week=Week(wished=0b1111),
            )
            clock.move(minutes=1)
        await Evidence.update({Evidence.seen_at: clock()}, force=True)
        number = await a_commission(town)
        await Commission.update({Commission.grid: version}, force=True)
        row = await commissions.one(number)
        cells = {place: 1 if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    clock.move(minutes=1)
    return number


async def offer_of(town: Town) -> str:
    with town.here():
        (offer,) = await Offer.objects().where(Offer.live_for.is_not_null())
    return f"/creche/offres/{offer.id}"


def read(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return " ".join("".join(page.extract_text() for page in pages).split())


async def test_a_family_accepts_in_two_taps_and_nobody_else_sees_its_offer(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await families(town, clock)
    agent = await town.staff()
    ready = (await agent.get(f"{COMMISSIONS}/{number}/reponses")).text
    assert "Décider et prévenir les familles" in ready
    assert (await agent.post(f"{COMMISSIONS}/{number}/decider")).status_code == 303
    assert (await agent.post(f"{COMMISSIONS}/{number}/decider")).status_code == 422
    await town.work()
    (mail,) = [
        one
        for one in await town.mail("anne@example.test")
        if "Une place vous est proposée" in one.subject
    ]
    where = await offer_of(town)
    assert f"http://{town.host}:8000{where}" in mail.text
    anne, rose = await town.family("anne@example.test"), await town.family("rose@example.test")

    assert (await town.visitor().get(where)).status_code == 303
    assert (await rose.get(where)).status_code == 404
    assert (await rose.post(f"{where}/accepter")).status_code == 404
    page = (await anne.get(where)).text
    assert "Les Lilas" in page
    assert "/tarif" in page
    for _ in range(2):
        assert (await anne.post(f"{where}/accepter")).status_code == 303
    assert "Acceptée." in (await anne.get(where)).text
    assert await states(town) == ["accepted", "waiting", "waiting"]
    assert "Acceptée" in (await agent.get(f"{COMMISSIONS}/{number}/reponses")).text


async def test_a_family_declines_and_the_next_in_rank_is_called(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A18: the place a family refuses goes to the next in rank, who was on the list, and to nobody
    else.
    """
    town = communes.alpha
    number = await families(town, clock)
    agent = await town.staff()
    assert (await agent.post(f"{COMMISSIONS}/{number}/decider")).status_code == 303
    await town.work()
    where = await offer_of(town)
    anne, rose = await town.family("anne@example.test"), await town.family("rose@example.test")
    jade = await town.family("jade@example.test")
    assert (await rose.post(f"{where}/refuser")).status_code == 404
    assert "Refuser cette place" in (await anne.get(where)).text

    for _ in range(2):  # a second tap says the same, and calls nobody more
        assert (await anne.post(f"{where}/refuser")).status_code == 303
        await town.work()

    assert await states(town) == ["waiting", "offered", "waiting"]
    with town.here():
        made = await Offer.objects(Offer.application).order_by(Offer.id)
    first, second = made
    assert [(one.state, one.application.number) for one in made] == [
        ("declined", "C-1001"),
        ("live", "C-1002"),
    ]
    assert (second.option, second.live_for is not None) == (first.option, True)
    assert (first.live_for, first.answered_at is not None) == (None, True)
    assert "Refusée." in (await anne.get(where)).text
    assert (await anne.post(f"{where}/accepter")).status_code == 303  # too late to take it back
    theirs = f"/creche/offres/{second.id}"
    assert (await jade.get(theirs)).status_code == (await anne.get(theirs)).status_code == 404
    assert (await rose.post(f"{theirs}/accepter")).status_code == 303
    assert await states(town) == ["waiting", "accepted", "waiting"]
    called = [one.subject for one in await town.mail("rose@example.test")]
    assert sum("Une place vous est proposée" in one for one in called) == 1
    assert not any(
        "Une place vous est proposée" in one.subject for one in await town.mail("jade@example.test")
    )
    monkeypatch.setattr("ribambelle_creche.pages.commission_answers.A_PAGE", 1)
    listed = {
        asked: await listed_numbers(agent, f"{COMMISSIONS}/{number}/reponses{asked}")
        for asked in (
            "",
            "?page=1",
            "?page=2",
            "?page=-5",
            "?vue=acceptees",
            "?vue=closes",
            "?vue=x",
        )
    }
    assert listed == {
        **{"": ["C-1001"], "?page=1": ["C-1002"], "?page=2": [], "?page=-5": ["C-1001"]},
        **{"?vue=acceptees": ["C-1002"], "?vue=closes": ["C-1001"], "?vue=x": ["C-1001"]},
    }


async def listed_numbers(agent: httpx.AsyncClient, address: str) -> list[str]:
    """Return the files whose offers a page of answers lists."""
    page = await agent.get(address)
    assert page.status_code == 200
    return re.findall(r'href="/creche/offres/\d+">(C-\d+)</a>', page.text)


async def test_an_agent_declines_for_a_family_and_a_page_read_too_late_says_so(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await decided(town, clock, children=2)
    agent = await town.staff()
    where = await offer_of(town)
    assert (await agent.post(f"{where}/refuser")).status_code == 303
    await town.work()
    assert await states(town) == ["waiting", "offered"]

    clock.move(days=9)
    agent = await town.staff(email="other@example.test")
    late = await offer_of(town)
    assert "Sans réponse à temps" in (await agent.get(late)).text
    assert (await agent.post(f"{late}/accepter")).status_code == 303
    assert await states(town) == ["waiting", "waiting"]


async def test_a_letter_says_all_of_one_family_and_nothing_of_the_others(
    communes: Communes, clock: FrozenClock
) -> None:
    """A27, over a commission of several; then all of them in one paper."""
    town = communes.alpha
    number = await families(town, clock)
    agent = await town.staff()
    await agent.post(f"{COMMISSIONS}/{number}/decider")
    with town.here():
        files = await Application.objects().order_by(Application.id)

    texts = []
    for (given, *_), file in zip(NAMES, files, strict=True):
        browser = await town.family(f"{given.lower()}@example.test")
        texts.append(read(await browser.get(f"/creche/demandes/{file.id}/decision")))
        other = files[0] if file is not files[0] else files[1]
        assert (await browser.get(f"/creche/demandes/{other.id}/decision")).status_code == 404

    for rank, text in enumerate(texts):
        assert files[rank].number in text
        assert "L31131" in re.sub(r"\W", "", text)  # the line may break inside it
        assert "CADA" in text
        assert "recours gracieux" in text
        assert "tribunal administratif" in text
        for other, file in enumerate(files):
            if other != rank:
                given, name, child = NAMES[other]
                assert not [one for one in (given, name, child, file.number) if one in text]
    assert "Répondez avant la fin du" in texts[0]
    for text in texts[1:]:  # each half-day that blocked, and no other one
        whole = text.replace("\u00ad", "-")  # how a PDF gives a hyphen back
        assert set(re.findall(r"(\w+ (?:matin|après-midi)) \(bébés\)", whole)) == BLOCKING
    assert not re.search(r"(?:matin|après-midi) \(bébés\)", texts[0])
    assert "Vos points" in texts[1]
    own = {
        "subject": "Réponse {numero}",
        "body": "Patience, {enfant} : le {seance}.",
        "version": "0",
    }
    await agent.post("/bureau/modeles/creche.paper.decision_waiting", data=own | {"act": "save"})
    whole = read(await agent.post(f"{COMMISSIONS}/{number}/lettres", data={"pour": "toutes"}))
    assert "Patience, " in whole
    assert all(file.number in whole for file in files)
    none = await agent.post(f"{COMMISSIONS}/{number}/lettres", data={"pour": "sans-adresse"})
    assert none.status_code == 303


async def test_a_letter_read_once_its_creche_closed_still_names_it(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await families(town, clock)
    await (await town.staff()).post(f"{COMMISSIONS}/{number}/decider")
    rose = await town.family("rose@example.test")
    with town.here():
        await Facility.update({Facility.is_open: False}, force=True)
        (file,) = await Application.objects().where(Application.child_name.like("%Noé%"))

    text = read(await rose.get(f"/creche/demandes/{file.id}/decision"))

    assert "Les Lilas, " in text
    assert "Une crèche, " not in text


async def test_a_letter_says_its_own_points_criterion_by_criterion(
    communes: Communes, clock: FrozenClock
) -> None:
    """A27: each line of the grid with what it gave this family, as it was kept at the closing."""
    town = communes.alpha
    number = await families(town, clock, PESSAC)
    await (await town.staff()).post(f"{COMMISSIONS}/{number}/decider")
    with town.here():
        rows = await Examined.objects(Examined.application).order_by(Examined.id)
        lines = {row.application.id: letter.points(json.loads(row.trace)) for row in rows}
        totals = {row.application.id: row.points for row in rows}

    for (given, *_), (file, told) in zip(NAMES, lines.items(), strict=True):
        browser = await town.family(f"{given.lower()}@example.test")
        # a PDF breaks its lines and its words where it needs to
        text = re.sub(r"\W", "", read(await browser.get(f"/creche/demandes/{file}/decision")))
        assert len([one for one in told if one[1]]) > 1
        assert len(told) > 5
        for label, many in told:
            assert f"{re.sub(r'[^a-zA-ZÀ-ÿœ0-9]', '', label)}{many}" in text
        assert f"votredemandeavait{totals[file]}point" in text


async def test_a_creche_confirms_the_arrival_and_a_stay_ends_by_itself(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await decided(town, clock, children=1)
    agent = await town.staff()
    await agent.post(f"{await offer_of(town)}/accepter")
    with town.here():
        (contract,) = await Contract.objects()
    child = f"/creche/direction/{contract.facility}/enfants/{contract.id}"
    assert "Confirmer l’arrivée" in (await agent.get(child)).text
    for _ in range(2):
        assert (await agent.post(f"{child}/arrivee")).status_code == 303
    assert await states(town) == ["enrolled"]

    with town.here() as tenant:
        await Contract.update({Contract.last: clock().date()}, force=True)
        assert await ageing.leave_all(tenant) == 0
        clock.move(days=1)
        assert await ageing.leave_all(tenant) == 1
    assert await states(town) == ["left"]


@pytest.mark.parametrize("answer", ["accepter", "refuser"])
async def test_twins_placed_apart_have_one_offer_each_and_one_answer(
    communes: Communes, clock: FrozenClock, answer: str
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        twins = await an_application(
            lilas,
            state="complete",
            child=Child(given_name="Zoé", family_name="Payet", born_on=BORN_ON, together=2),
            arrival=Arrival(twins="one_is_fine"),
            entry=Entry(start_on=WINTER.first_start),
        )
        number = await a_commission(town)
        row = await commissions.one(number)
        cells = {place: 2 if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    agent = await town.staff()
    await agent.post(f"{COMMISSIONS}/{number}/decider")
    with town.here():
        rows = await Offer.select().order_by(Offer.id)
    assert [(row["child"], row["live_for"]) for row in rows] == [(1, twins), (2, None)]

    await agent.post(f"{await offer_of(town)}/{answer}")
    with town.here():
        became = {row["state"] for row in await Offer.select()}
        contracts, refusals = await Contract.count(), await points.refused([twins])
        flow = (await admission_figures.flow(clock() - timedelta(days=40))).values()
    said_no = answer == "refuser"
    assert (became, contracts) == ({"declined" if said_no else "accepted"}, 0 if said_no else 2)
    assert refusals == ({twins: 1} if said_no else {})  # one answer, for two places
    assert sum(month["declined"] for month in flow) == said_no


async def test_a_family_reads_before_it_answers_that_the_place_is_for_one_twin_only(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        twins = await an_application(
            lilas,
            state="complete",
            child=Child(given_name="Zoé", family_name="Payet", born_on=BORN_ON, together=2),
            arrival=Arrival(twins="one_is_fine"),
            entry=Entry(start_on=WINTER.first_start),
        )
        number = await a_commission(town)
        row = await commissions.one(number)
        cells = {place: 1 if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    agent = await town.staff()
    await agent.post(f"{COMMISSIONS}/{number}/decider")
    await town.work()

    (mail,) = [one for one in await town.mail("anne@example.test") if "proposée" in one.subject]
    page = (await agent.get(await offer_of(town))).text
    letter = read(await agent.get(f"/creche/demandes/{twins}/decision"))

    for text in (" ".join(mail.text.split()), page, letter):
        assert "Pour un enfant sur deux. Accepter met fin à la demande" in text
    assert "Enfant 2 :" in letter


async def test_where_silence_ends_a_file_the_family_reads_it_before(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + "[creche]\nlapse_closes = true\ndecline_closes = true\n")
    town.app.platform.scan()
    number = await families(town, clock)
    with town.here() as tenant:
        await deciding.decide(tenant, number, 1, clock())
    where = await offer_of(town)
    await town.work()
    (told,) = [one for one in await town.mail() if "proposée" in one.subject]
    family = await town.family(told.recipient)

    assert "Sans réponse à temps, votre demande prend fin" in (await family.get(where)).text
    assert "une autre famille, et votre demande prend fin" in told.text
    clock.move(days=30)
    with town.here() as tenant:
        await offering.lapse_all(tenant, clock())
    await town.work()
    last = (await town.mail(told.recipient))[-1]
    assert "et votre demande prend fin" in last.text
    assert "closed" in await states(town)
