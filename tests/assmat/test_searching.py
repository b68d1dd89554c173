"""Families search around an address or along a way, keep a few, and are told of a place that opens."""

import csv
from datetime import date
from math import cos, radians, sqrt
from pathlib import Path
from random import Random

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assmat.builders import CLAIRE, MARIE, NADIA, an_alert, offers, registered, says

from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.communes import Town
from ribambelle.testing.tokens import a_program
from ribambelle_assmat import demo, saving, searching
from ribambelle_assmat.domain import register
from ribambelle_assmat.domain.cells import STEP, Point, metres, snapped
from ribambelle_assmat.domain.matching import Wish
from ribambelle_assmat.domain.slots import days_mask
from ribambelle_assmat.queries import directory, finding
from ribambelle_assmat.searching import Asked
from ribambelle_assmat.tables import Childminder, Count, Place, SavedSearch

STREETS = "voie;latitude;longitude\nRue du Port;46.8021;4.8357\nRue du Lac;46.8021;4.9400\n"


async def three(*, free: bool = True) -> dict[str, int]:
    """Bring three childminders in, who are free on Mondays and Tuesdays; Claire on Mondays only."""
    who = await registered(NADIA, CLAIRE, MARIE)
    for name, number in who.items():
        await says(number, "form")
        place = (await directory.one(number)).places[0].id
        days = ("mon",) if name == "Claire" else ("mon", "tue")
        await offers(number, place, *days, state="now" if free else "none")
    return who


def streets_of(town: Town, streets: str) -> None:
    """Give a commune its own list of streets."""
    folder = town.app.platform.folder
    (folder / town.slug).mkdir(exist_ok=True)
    (folder / town.slug / "rues.csv").write_text(streets)
    file = folder / f"{town.slug}.toml"
    file.write_text(file.read_text() + '\n[geocoding]\nstreets = "rues.csv"\n')
    town.app.platform.scan()


def names(page: str) -> list[str]:
    """Return who a page of results shows, in its order."""
    found = [(page.find(f">{name} "), name) for name in ("Nadia", "Claire", "Marie-Lou")]
    return [name for at, name in sorted(found) if at >= 0]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("jours=mon&jours=tue", ["Marie-Lou", "Nadia", "Claire"]),
        ("jours=tue&arrivee=07:30", ["Marie-Lou", "Nadia", "Claire"]),
        ("adresse=3+rue+du+Port", ["Nadia", "Marie-Lou", "Claire"]),
        ("adresse=rue+du+Port&rayon=500", ["Nadia", "Marie-Lou"]),
        ("adresse=rue+du+Port&vers=rue+du+Lac", ["Nadia", "Marie-Lou", "Claire"]),
        ("adresse=rue+du+Port&vers=rue+du+Lac&rayon=500", ["Nadia", "Marie-Lou"]),
        ("pres=Gare&rayon=quartier", ["Claire"]),
        ("enfants=3", ["Marie-Lou", "Nadia"]),
        ("nom=rob", ["Claire"]),
        ("ou=71880&lieu=mam", ["Claire"]),
        ("age=60", ["Marie-Lou", "Nadia"]),
    ],
)
async def test_who_suits_comes_first_wherever_a_family_searches(
    communes: Communes, asked: str, shown: list[str]
) -> None:
    town = communes.alpha
    streets_of(town, STREETS)
    with town.here():
        await three()

    page = (await town.visitor().get(f"/assmat?{asked}")).text

    assert names(page) == shown
    assert ("Rue du Port" in page) == ("adresse" in asked)
    with town.here():
        assert {row["town"] for row in await Count.select(Count.town)} == {"Alpha"}
    lost = (await town.visitor().get("/assmat?adresse=99+rue+de+Nulle+Part")).text
    assert "Nous ne trouvons pas" in lost and len(names(lost)) == 3


SPOTS = [Point(46.7990 + rank * 0.0007, 4.8345) for rank in range(10)]
"""Where the addresses of her town are, from which somebody may search."""
WITHIN = st.floats(-0.45, 0.45)
"""How far from the middle of a cell, in cells."""
SEARCHES = settings(
    max_examples=16, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def inside(cell: tuple[int, int], north: float, east: float) -> Point:
    """Return a point of a cell, counted from hers."""
    hers = snapped(Point(46.8021, 4.8355))
    wide = STEP / cos(radians(hers.latitude))
    middle = snapped(Point(hers.latitude + cell[0] * STEP, hers.longitude + cell[1] * wide))
    wide = STEP / cos(radians(middle.latitude))
    return Point(middle.latitude + north * STEP, middle.longitude + east * wide)


async def searched(
    town: Town, program: httpx.AsyncClient, where: Point, asker: Point, streets: tuple[int, int]
) -> list[str]:
    """Put Nadia somewhere, and return what each way to search around her answers."""
    with town.here():
        moved = f"{where.latitude:.6f};{where.longitude:.6f}"
        who = await registered(NADIA.replace("46.8021;4.8355", moved))
        await says(who["Nadia"])
    start, end = streets
    at = f"latitude={asker.latitude}&longitude={asker.longitude}"
    way = f"to_latitude={SPOTS[end].latitude}&to_longitude={SPOTS[end].longitude + 0.02}"
    visitor, found = town.visitor(), []
    for query in (f"rayon=500&adresse=rue+{start}", f"vers=rue+{end}&adresse=rue+{start}"):
        page = (await visitor.get(f"/assmat?{query}")).text
        found.append(page[page.find('class="resultats"') :])
    for query in (f"{at}&radius=500", f"{at}&{way}&radius=400", f"{at}&radius=5000"):
        found.append((await program.get(f"/api/v1/assmat/childminders?{query}")).text)
    return found


@pytest.fixture
async def program(communes: Communes) -> httpx.AsyncClient:
    """A program that searches a commune, which has its addresses."""
    town = communes.alpha
    spots = "".join(f"Rue {n};{one.latitude};{one.longitude}\n" for n, one in enumerate(SPOTS))
    streets_of(town, f"voie;latitude;longitude\n{spots}")
    return await a_program(town, "assmat:read")


@given(
    cell=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
    two=st.tuples(WITHIN, WITHIN, WITHIN, WITHIN),
    asker=st.tuples(st.floats(46.795, 46.809), st.floats(4.828, 4.843)),
    streets=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
@SEARCHES
async def test_no_number_of_searches_tells_more_than_her_cell(
    communes: Communes,
    program: httpx.AsyncClient,
    cell: tuple[int, int],
    two: tuple[float, float, float, float],
    asker: tuple[float, float],
    streets: tuple[int, int],
) -> None:
    """Two addresses in one cell of 200 m: around a point or along a way, all is answered alike."""
    town = communes.alpha
    one, other = inside(cell, *two[:2]), inside(cell, *two[2:])
    assert snapped(one) == snapped(other)

    answers = [await searched(town, program, at, Point(*asker), streets) for at in (one, other)]

    assert answers[0] == answers[1]


async def test_her_own_point_would_be_told_by_each_way_to_search(
    communes: Communes, program: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin keeps her own point: addresses, ways and points of the API all give it away."""
    monkeypatch.setattr(register, "snapped", lambda point: point)
    town = communes.alpha
    asker, told = Point(46.8021, 4.8355), []
    for where in (inside((0, 0), -0.45, -0.45), inside((0, 0), 0.45, 0.45)):
        told.append([await searched(town, program, where, asker, (rank, 9)) for rank in range(5)])

    differ = [
        any(one[way] != other[way] for one, other in zip(*told, strict=True)) for way in range(5)
    ]

    assert differ == [True] * 5


async def test_a_search_where_everybody_is_full_is_a_need_not_met(communes: Communes) -> None:
    """She is listed, since she may be written to; no place suits all the same."""
    town = communes.alpha
    with town.here():
        nadia = (await registered(NADIA))["Nadia"]
        (place,) = (await directory.one(nadia)).places
        await says(nadia, "form")
        await offers(nadia, place.id, state="none")
    page = await town.visitor().get("/assmat?ou=71880")
    with town.here():
        await says(nadia, "form", only_when_free=True)
    silent = await town.visitor().get("/assmat?ou=71880")

    assert "Nadia Benali" in page.text
    assert "Nadia Benali" not in silent.text  # nothing could be done with her page
    with town.here():
        rows = await Count.select(Count.many).where(Count.kind == "nothing")
    assert [row["many"] for row in rows] == [2]


async def test_a_few_are_kept_and_compared_without_an_account(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        who = await three()
    visitor = town.visitor()
    told = {"recherche": "jours=mon&suite=https://ailleurs.test", "page": "1"}
    kept = await visitor.post("/assmat/selection", data={"childminder": str(who["Nadia"]), **told})
    await visitor.post("/assmat/selection", data={"childminder": str(who["Claire"])})
    assert kept.headers["location"] == f"/assmat?jours=mon&page=1#n-{who['Nadia']}"
    nobody = await visitor.post("/assmat/selection", data={"childminder": "999"})
    assert nobody.status_code == 404

    page = (await visitor.get("/assmat/selection")).text

    assert names(page) == ["Nadia", "Claire"]
    assert (await visitor.get("/assmat/selection.pdf")).content.startswith(b"%PDF")
    data = {"childminder": str(who["Nadia"]), "retirer": "oui", "retour": "selection"}
    assert (await visitor.post("/assmat/selection", data=data)).headers["location"].endswith("tion")
    assert names((await visitor.get("/assmat/selection")).text) == ["Claire"]
    with town.here():
        await says(who["Claire"])
        await directory.Declared.update({directory.Declared.is_listed: False}).where(
            directory.Declared.childminder == who["Claire"]
        )
    assert names((await visitor.get("/assmat/selection")).text) == []
    assert names((await town.visitor().get("/assmat/selection")).text) == []


@pytest.mark.parametrize("counted", [True, False])
async def test_a_family_is_told_once_of_a_place_and_stops_by_one_tap(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    """Her address is proved first; the twin forgets whom it told, and writes again each morning."""
    if not counted:
        monkeypatch.setattr(saving, "_listed", lambda *_: "[]")
    town = communes.alpha
    with town.here():
        who = await three(free=False)
    visitor, mail = town.visitor(), "anne@example.test"
    wrong = await visitor.post("/assmat/alertes", data={"email": "anne", "recherche": "jours=tue"})
    assert (wrong.status_code, "prenom.nom@exemple.fr" in wrong.text) == (422, True)
    assert "Mardi" in (await visitor.get("/assmat/alertes?jours=tue")).text
    for _ in range(2):
        await visitor.post("/assmat/alertes", data={"email": mail, "recherche": "jours=tue"})
    await town.work()
    link = await town.link(mail)
    assert len(await town.mail(mail)) == 2 and "Confirmer" in (await visitor.get(link)).text
    assert (await communes.beta.visitor().get(link)).status_code == 404
    assert (await visitor.get(link[:-1] + "x")).status_code == 404

    async def next_morning() -> int:
        clock.move(days=1)
        await town.work()
        return len(await town.mail(mail)) - 2

    with town.here():
        place = (await directory.one(who["Nadia"])).places[0].id
        await offers(who["Nadia"], place, "tue")
    assert await next_morning() == 0  # nobody said yes yet
    with town.here():
        await offers(who["Nadia"], place, "tue", state="none")
    assert "C’est confirmé" in (await visitor.post(link)).text
    assert await next_morning() == 0
    with town.here():
        await offers(who["Nadia"], place, "tue")
        await Place.update({Place.moments: days_mask(["mon"])}).where(
            Place.childminder == who["Claire"]
        )
    assert await next_morning() == 1
    assert "Nadia Benali, Centre" in (await town.mail(mail))[-1].text
    assert await next_morning() == (1 if counted else 2)
    assert "C’est arrêté" in (await visitor.post(link, data={"arreter": "oui"})).text
    with town.here():
        assert await SavedSearch.count() == 0
    assert (await visitor.get(link)).status_code == 404


async def test_a_silent_morning_of_the_addresses_is_no_news(
    communes: Communes, clock: FrozenClock
) -> None:
    """Nobody could look: whom a family was told of stays, and nothing is written again."""
    town, mail = communes.alpha, "anne@example.test"
    streets_of(town, STREETS)
    with town.here() as tenant:
        who = await three(free=False)
        await an_alert(mail, "adresse=rue+du+Port&jours=tue")
        row = await SavedSearch.objects().first()
        assert row is not None
        await saving.confirm(row, tenant.now())
        place = (await directory.one(who["Nadia"])).places[0].id
        await offers(who["Nadia"], place, "tue")
    file = town.app.platform.folder / f"{town.slug}.toml"
    known, silent = file.read_text(), file.read_text().replace('streets = "rues.csv"', "")
    found = []

    for text in (known, silent, known, known):
        file.write_text(text)
        town.app.platform.scan()
        clock.move(days=1)
        await town.work()
        found.append(len(await town.mail(mail)))

    assert found == [2, 2, 2, 2]


async def test_a_search_of_names_reads_no_number_and_no_other_name(communes: Communes) -> None:
    """Letter by letter, it would tell the number she opens her account with."""
    town = communes.alpha
    with town.here():
        line = NADIA.replace("4401;Benali;", "44X9Z1;Benali;")
        numbers = await registered(line)
        await says(numbers["Nadia"], "form")
        folded = "nadia benali haddad 44x9z1"
        await Childminder.update(
            {Childminder.usual_name: "Haddad", Childminder.folded: folded}
        ).where(Childminder.id > 0)
    visitor = town.visitor()

    found = {name: names((await visitor.get(f"/assmat?nom={name}")).text) for name in SOUGHT}

    assert found == {"hadd": ["Nadia"], "x9z": [], "benali": []}
    agent = await town.staff()
    assert "Nadia" in (await agent.get("/bureau/assmat?nom=x9z")).text


SOUGHT = ("hadd", "x9z", "benali")


async def test_a_search_nobody_proved_is_forgotten_and_one_of_half_a_year(
    communes: Communes, clock: FrozenClock
) -> None:
    with communes.alpha.here() as tenant:
        await an_alert("a@example.test")
        await an_alert("b@example.test")
        row = await SavedSearch.objects().get(SavedSearch.email == "b@example.test")
        assert row is not None
        await saving.confirm(row, tenant.now())
        for days, left in ((2, 2), (2, 1), (180, 0)):
            clock.move(days=days)
            await saving.forget()
            assert await SavedSearch.count() == left
        for rank in range(4 * saving.MOST + 1):
            await saving.begin(tenant, "c@example.test", saving.read(f"nom=x{rank}"), tenant.now())
        assert await SavedSearch.count() == 4 * saving.MOST


def test_a_week_asked_reads_back_the_same() -> None:
    told = "ou=Alpha&jours=mon&jours=sat&arrivee=07%3A30&age=18&debut=2027-03-01&accueil=late"
    search = saving.read(told)

    assert saving.read(search.query) == search
    assert (search.start, search.days, search.cares) == (
        date(2027, 3, 1),
        ("mon", "sat"),
        ("late",),
    )


@pytest.mark.real_data
async def test_the_real_micro_quartiers_of_a_city_are_searched_one_by_one(
    communes: Communes, real_data: Path
) -> None:
    """97 micro-quartiers, 1,500 childminders by the people who live there; each is in one, once."""
    with (real_data / "nantes-micro-quartiers.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    places = [
        demo.Somewhere(
            *(row["quartier"], row["micro_quartier"]),
            (47.16 + rank // 10 * 0.014, -1.62 + rank % 10 * 0.014),
            sqrt(float(row["superficie_km2"])) / 222,
            int(row["population_2018"]),
        )
        for rank, row in enumerate(rows)
    ]
    with communes.alpha.here() as tenant:
        await demo.spread(places, demo.LARGE, Random(7))
        today = tenant.now().date()
        areas = [one for one in await directory.quartiers(today) if one.within]
        found = [await searching.search(Asked(area=area), today) for area in areas]
        everybody = await searching.search(Asked(), today)
        around = await searching.search(Asked(near=areas[0].middle, within=1000), today)

    assert (len(rows), len({one.code for one in areas})) == (97, len(areas))
    assert len(areas) > 80
    assert sum(len(hits) for hits in found) == len(everybody) > 900
    assert len({hit.childminder for hits in found for hit in hits}) == len(everybody)
    near = [hit for hit in everybody if hit.point and metres(areas[0].middle, hit.point) <= 1000]
    assert {hit.childminder for hit in around} == {hit.childminder for hit in near} != set()


async def test_a_search_reads_its_tiles_and_finds_whom_the_whole_register_would(
    communes: Communes,
) -> None:
    """Two hundred circles and ways: those found are those measured one by one."""
    draw = Random(11)
    places = [demo.Somewhere("Centre", "", (47.2, -1.55), 0.12, 1)]
    with communes.alpha.here() as tenant:
        await demo.spread(places, 300, draw)
        today = tenant.now().date()
        every = await finding.everywhere(today, finding.Filter())
        for rank in range(200):
            near, other = (
                Point(draw.uniform(47.05, 47.35), draw.uniform(-1.8, -1.3)) for _ in range(2)
            )
            to = other if rank % 2 else None
            asked = Asked(near=near, to=to, within=draw.choice((500, 2000, 5000)))
            found = {hit.childminder for hit in await searching.search(asked, today)}
            assert found == {hit.childminder for hit in searching.ordered(every, asked, today, 45)}


@pytest.mark.parametrize("start", [date(2027, 3, 1), None])
async def test_of_two_who_are_free_in_time_the_nearest_comes_first(
    communes: Communes, start: date | None
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        who = await registered(NADIA, CLAIRE, MARIE)
        # Nadia is at the door, Marie-Lou a few streets away, Claire a kilometre away
        for name, state, opens in (
            ("Nadia", "later", date(2027, 2, 15)),
            ("Marie-Lou", "later", date(2027, 2, 1)),
            ("Claire", "now", None),
        ):
            await says(who[name])
            place = (await directory.one(who[name])).places[0].id
            await offers(who[name], place, "mon", state=state, opens=opens)
        near = snapped(Point(46.8021, 4.8355))
        asked = Asked(Wish(days_mask(["mon"]), start), near=near, within=5_000)
        hits = await searching.search(asked, tenant.now().date())

    named = {number: name for name, number in who.items()}
    assert [named[hit.childminder] for hit in hits] == ["Claire", "Nadia", "Marie-Lou"]
    assert hits[1].distance is not None and hits[2].distance is not None
    assert hits[1].distance < hits[2].distance
