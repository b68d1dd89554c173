"""The town hall's queue: filtered by its address, one file at a time, each act written down."""

import pytest

from ribambelle.identity import Grant
from ribambelle.testing import Communes, Town
from ribambelle.workflow.tables import Demande, JournalLine
from ribambelle_creche import demo
from ribambelle_creche.demo_figures import TOWNS
from ribambelle_creche.tables import Application, Capacity, Evidence, Facility

QUEUE = "/bureau/creche/demandes"


@pytest.fixture(autouse=True)
def few_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """The town of the demonstration, with forty families."""
    town = TOWNS["saint-denis"]
    small = type(town)(town.areas, 40, town.desks)
    monkeypatch.setitem(demo.TOWNS, "saint-denis", small)


async def filled(town: Town) -> None:
    with town.here():
        await demo.fill(7)


async def file_in(town: Town, state: str) -> int:
    with town.here():
        rows = await Application.select(Application.id).where(Application.demande.state == state)
    return int(rows[0]["id"])


async def state_of(town: Town, number: int) -> str:
    with town.here():
        rows = await Application.select(Application.demande.state.as_alias("state")).where(
            Application.id == number
        )
    return str(rows[0]["state"])


async def test_the_demonstration_adds_up(communes: Communes) -> None:
    await filled(communes.alpha)

    with communes.alpha.here():
        places = await Facility.select(Facility.places)
        assert len(places) == 67
        assert sum(row["places"] for row in places) == 1656
        assert await Application.count() == 40
        assert await Capacity.count() == 67 * 3 * 10
    with communes.beta.here():
        assert await Application.count() == 0


async def test_views_and_filters_are_in_the_address(communes: Communes) -> None:
    town = communes.alpha
    await filled(town)
    browser = await town.staff()
    with town.here():
        one = await Application.objects().first()
    assert one is not None

    by_number = await browser.get(f"{QUEUE}?vue=toutes&q={one.number}")
    nonsense = await browser.get(f"{QUEUE}?vue=x&creche=abc&page=-3&age=<b>")

    assert f"{QUEUE}/{one.id}" in by_number.text
    assert by_number.text.count('role="rowheader"') == 1
    assert nonsense.status_code == 200
    assert (await browser.get(f"{QUEUE}/export/csv?vue=toutes")).text.count("\r\n") == 41


async def test_a_file_is_complete_once_every_proof_is_seen(communes: Communes) -> None:
    town = communes.alpha
    await filled(town)
    number, browser = await file_in(town, "submitted"), await town.staff()
    address = f"{QUEUE}/{number}"

    too_soon = await browser.post(f"{address}/etat", data={"act": "complete"})
    for kind in ("birth", "address", "work"):
        await browser.post(f"{address}/pieces/{kind}")
    done = await browser.post(f"{address}/etat", data={"act": "complete"})

    assert too_soon.status_code == 422
    assert done.status_code == 303
    assert await state_of(town, number) == "complete"
    with town.here():
        acts = [row["act"] for row in await JournalLine.select(JournalLine.act)]
        assert (
            await Evidence.count().where(
                (Evidence.application == number) & Evidence.seen_at.is_not_null()
            )
            == 3
        )
    assert acts.count("creche.proof_seen") == 3
    assert "creche.application.complete" in acts


async def test_asking_for_more_needs_words(communes: Communes) -> None:
    town = communes.alpha
    await filled(town)
    number, browser = await file_in(town, "submitted"), await town.staff()

    silent = await browser.post(f"{QUEUE}/{number}/etat", data={"act": "ask_more"})
    told = await browser.post(
        f"{QUEUE}/{number}/etat", data={"act": "ask_more", "reason": "L’acte de naissance."}
    )

    assert silent.status_code == 422
    assert "la famille lira" in silent.text
    assert told.status_code == 303
    assert "L’acte de naissance." in (await browser.get(f"{QUEUE}/{number}")).text
    assert await state_of(town, number) == "incomplete"


async def test_looking_at_a_file_is_written_down(communes: Communes) -> None:
    town = communes.alpha
    await filled(town)
    number, browser = await file_in(town, "complete"), await town.staff()

    await browser.get(f"{QUEUE}/{number}")

    with town.here():
        lines = await JournalLine.select().where(JournalLine.act == "creche.file_read")
    assert [(line["object"], line["read_only"]) for line in lines] == [
        (f"creche.application:{number}", True)
    ]


async def test_a_desk_sees_its_files_only(communes: Communes) -> None:
    town = communes.alpha
    await filled(town)
    with town.here():
        first, second = await Application.select(Application.desk).group_by(Application.desk)
        mine = await Application.objects().get(Application.desk == first["desk"])
        other = await Application.objects().get(Application.desk == second["desk"])
    assert mine is not None and other is not None
    grant = Grant("creche_desk", f"creche.desk:{first['desk']}")
    browser = await town.staff(grant)

    assert (await browser.get(f"{QUEUE}/{mine.id}")).status_code == 200
    assert (await browser.get(f"{QUEUE}/{other.id}")).status_code == 404
    assert (await browser.post(f"{QUEUE}/{other.id}/pieces/birth")).status_code == 404
    listed = await browser.get(f"{QUEUE}?vue=toutes&q={other.number}")
    assert f"{QUEUE}/{other.id}" not in listed.text


async def test_the_file_of_another_commune_does_not_exist(communes: Communes) -> None:
    await filled(communes.alpha)
    number = await file_in(communes.alpha, "complete")
    stranger = await communes.beta.staff()

    assert (await stranger.get(f"{QUEUE}/{number}")).status_code == 404
    assert (await stranger.post(f"{QUEUE}/{number}/guichet", data={})).status_code == 404


async def test_families_and_creches_do_not_enter(communes: Communes) -> None:
    family = await communes.alpha.family()
    manager = await communes.alpha.staff(Grant("creche_manager", "creche.facility:1"))

    assert (await family.get(QUEUE)).status_code == 403
    assert (await manager.get(QUEUE)).status_code == 403


async def test_the_home_of_an_agent_says_what_waits(communes: Communes) -> None:
    town = communes.alpha
    await filled(town)
    browser = await town.staff(Grant("agent"), Grant("admin"))
    with town.here():
        waiting = await Demande.count().where(Demande.state == "submitted")

    home = (await browser.get("/bureau")).text
    found = await browser.get("/bureau/recherche?q=martin")

    assert waiting > 0
    assert "nouvelle" in home
    assert "Guichets" in home
    assert found.status_code == 200


async def test_a_desk_is_opened_by_an_administrator(communes: Communes) -> None:
    admin = await communes.alpha.staff(Grant("admin"))
    agent = await communes.alpha.staff(email="other@example.test")
    address = "/bureau/creche/guichets"

    empty = await admin.post(address, data={"name": " "})
    await admin.post(address, data={"name": "Mairie annexe"})

    assert empty.status_code == 422
    assert "Mairie annexe" in (await admin.get(address)).text
    assert (await agent.get(address)).status_code == 403
