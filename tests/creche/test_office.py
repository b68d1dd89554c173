"""The town hall's queue: filtered by its address, one file at a time, each act written down."""

import pytest
from tests.creche.builders import a_facility, an_application

from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import Demande, JournalLine
from ribambelle_creche import demo, demo_commission
from ribambelle_creche.demo_figures import TOWNS
from ribambelle_creche.tables import Application, Capacity, Desk, Evidence, Facility

QUEUE = "/bureau/creche/demandes"


@pytest.fixture(autouse=True)
def few_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """The town of the demonstration, with forty families."""
    town = TOWNS["saint-denis"]
    small = type(town)(town.areas, 40, town.desks)
    monkeypatch.setitem(demo.TOWNS, "saint-denis", small)


async def filled(town: Town) -> None:
    """Fill a town with files alone: its commission takes longer to make than all of them."""

    async def nothing(*_: object) -> None: ...

    with pytest.MonkeyPatch.context() as patch, town.here():
        for step in ("hold", "prepare", "answer"):
            patch.setattr(demo_commission, step, nothing)
        await demo.fill(11)


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
    with communes.alpha.here():
        await demo.fill(7)
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

    with town.here():
        asked = await Evidence.select(Evidence.kind).where(Evidence.application == number)
    kinds = [row["kind"] for row in asked]

    for kind in kinds[1:]:
        await browser.post(f"{address}/pieces/{kind}")
    too_soon = await browser.post(f"{address}/etat", data={"act": "complete"})
    await browser.post(f"{address}/pieces/{kinds[0]}")
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
            == len(kinds)
            >= 3
        )
    assert acts.count("creche.proof_seen") == len(kinds)
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
        lines = (
            await JournalLine.select()
            .where(JournalLine.act == "creche.file_read")
            .order_by(JournalLine.number)
        )
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


async def test_a_desk_is_changed_and_never_overwritten_by_its_name(communes: Communes) -> None:
    town = communes.alpha
    admin, address = await town.staff(Grant("admin")), "/bureau/creche/guichets"
    await admin.post(address, data={"name": "Nord", "phone": "02 40 00 00 00"})

    twice = await admin.post(address, data={"name": "Nord", "phone": ""})
    long = await admin.post(address, data={"name": "N" * 121})
    await admin.post(f"{address}/1", data={"name": "Nord, mairie annexe"})

    assert "porte déjà ce nom" in twice.text
    assert (twice.status_code, long.status_code) == (422, 422)
    assert "Nord, mairie annexe" in (await admin.get(f"{address}/1")).text
    assert (await admin.get(f"{address}/2")).status_code == 404
    with town.here():
        assert await Desk.count() == 1


async def test_files_that_no_desk_took_are_seen_by_all_desks(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await Desk.insert(Desk(name="Nord"), Desk(name="Sud"))
        mine, other, free = [await an_application() for _ in range(3)]
        await Application.update({Application.desk: 1}).where(Application.id == mine)
        await Application.update({Application.desk: 2}).where(Application.id == other)
    desk = await town.staff(Grant("creche_desk", "creche.desk:1"))

    async def seen(query: str) -> list[int]:
        page = (await desk.get(f"{QUEUE}?vue=toutes{query}")).text
        return [one for one in (mine, other, free) if f'{QUEUE}/{one}"' in page]

    assert await seen("") == [mine, free]
    assert await seen("&guichet=-1") == [free]
    assert [(await desk.get(f"{QUEUE}/{one}")).status_code for one in (mine, other, free)] == [
        *(200, 404, 200)
    ]


async def test_whoever_types_chooses_among_their_desks(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await Desk.insert(*(Desk(name=name) for name in ("Nord", "Sud", "Est")))
    desk = await town.staff(
        Grant("creche_desk", "creche.desk:1"), Grant("creche_desk", "creche.desk:2")
    )

    page = (await desk.get("/creche/demandes/nouvelle")).text
    await desk.post("/creche/demandes/nouvelle", data={"desk": "2"})
    strange = await desk.post("/creche/demandes/nouvelle", data={"desk": "3"})

    assert ">Nord<" in page and ">Sud<" in page and ">Est<" not in page
    assert strange.status_code == 404
    with town.here():
        assert [row["desk"] for row in await Application.select(Application.desk)] == [2]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("hoarau zoé", True),
        ("ZOE  Hoarau", True),
        ("C-1001", True),
        ("0699000000", True),
        ("+33 6 99 00 00 00", True),
        ("zoé martin", False),
        ("0699000001", False),
        ("%", False),
        ("_", False),
        ("'\"<", False),
    ],
)
async def test_a_file_is_found_by_all_its_words_or_its_telephone(
    communes: Communes, words: str, found: bool
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application()
    browser = await town.staff()

    answer = await browser.get(QUEUE, params={"vue": "toutes", "q": words})
    searched = await browser.get("/bureau/recherche", params={"q": words})

    assert (f'{QUEUE}/{number}"' in answer.text) is found
    assert (f'{QUEUE}/{number}"' in searched.text) is found


async def test_what_staff_typed_stays_within_reach(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility()
    director = await town.staff(Grant("creche_manager", f"creche.facility:{lilas}"))
    await director.post("/creche/demandes/nouvelle", data={"facility": lilas})

    home = (await director.get("/bureau")).text
    mine = (await director.get("/creche/demandes")).text

    assert "Saisie commencée : une famille" in home
    assert "C-1001" in mine and "Brouillon" in mine
    other = await town.staff(email="other@example.test")
    assert "C-1001" not in (await other.get("/creche/demandes")).text
    partner = await town.staff(Grant("partner"), email="caf@example.test")
    assert (await partner.get("/creche/demandes")).status_code == 403


async def test_the_home_names_the_worst_creches_and_leads_to_all(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        creches = [await a_facility(name) for name in ("Ananas", "Bambou", "Cactus", "Dattier")]
        for creche in creches:
            await an_application(creche, state="complete")
            clock.move(days=1)
    clock.move(days=40)
    agent = await town.staff()
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{creches[3]}"), email="d@example.test"
    )

    home = (await agent.get("/bureau")).text
    every = (await agent.get("/creche/direction")).text

    assert "4 crèches en retard d’appels" in home
    assert "Ananas : 1\u00a0famille à appeler" in home
    assert "Dattier" not in home
    assert every.index("Ananas") < every.index("Bambou") < every.index("Dattier")
    assert "Dattier : 1\u00a0famille à appeler" in (await director.get("/bureau")).text
    assert "Ananas" not in (await director.get("/bureau")).text
