"""A crèche's own pages: only its own families, whom to call in time, its places and its sheet."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import httpx
import pytest
from tests.creche.builders import a_facility

from ribambelle.identity import Grant, households
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.browser import Stage
from ribambelle.workflow.tables import Demande, JournalLine
from ribambelle_creche.domain.capacity import PLACES, field
from ribambelle_creche.queries import contacts, facilities
from ribambelle_creche.tables import Application, Capacity, Contact, Facility, Need, Wish

FIFTEEN = timedelta(days=15)


async def a_file(
    town: Town,
    wishes: Sequence[int],
    child: str = "Zoé Martin",
    state: str = "complete",
    complete_at: datetime | None = None,
    group: str = "babies",
) -> int:
    """Write a file that was sent, complete now unless said otherwise, and return its id."""
    now = town.tenant.now()
    demande = Demande(workflow="creche.application", state=state, created_at=now, changed_at=now)
    number = int((await Demande.insert(demande).returning(Demande.id))[0]["id"])
    family = child.rsplit(" ", maxsplit=1)[-1]
    household = await households.create(
        [AdultEntry("Camille", family, email="camille@example.test", phone="06 12 34 56 78")],
        AddressEntry("4 rue des Écoles", "44000", "Alpha", None),
        now,
    )
    row = Application(
        number=f"C-{number}",
        demande=number,
        household=household,
        created_at=now,
        submitted_at=now,
        complete_at=(complete_at or now) if state in ("complete", "to_confirm") else complete_at,
        child_name=child,
        reference_on=date(2026, 8, 3),
        start_on=date(2027, 1, 4),
        start_month="2027-01",
        age_group=group,
        half_days=8,
    )
    made = int((await Application.insert(row).returning(Application.id))[0]["id"])
    await Need.insert(Need(application=made, rank=0, slots=0b1100001111))
    for rank, wish in enumerate(wishes, start=1):
        await Wish.insert(Wish(application=made, rank=rank, facility=wish))
    return made


async def directing(town: Town, *mine: int, email: str = "nadia@example.test") -> httpx.AsyncClient:
    """Return a browser signed in as the director of these crèches."""
    grants = [Grant("creche_manager", f"creche.facility:{one}") for one in mine]
    return await town.staff(*grants, email=email, name="Nadia Perrin")


def places_form(**typed: str) -> dict[str, str]:
    """Return the whole grid as a page without a change sends it, with some numbers typed."""
    blank = {field(place, what): "0" for place in PLACES for what in ("places", "free")}
    return {**blank, **{name.replace("_", "-"): value for name, value in typed.items()}}


# -- whose pages -----------------------------------------------------------------------------


async def test_another_creche_does_not_exist(communes: Communes) -> None:
    """A20: a manager of one crèche reads nothing of another."""
    town = communes.alpha
    with town.here():
        mine, other = await a_facility("Les Lilas"), await a_facility("Les Roses")
        theirs = await a_file(town, [other])
    browser = await directing(town, mine)

    owner = await directing(town, other, email="other@example.test")
    for path in ("", "/demandes", f"/demandes/{theirs}", "/places", "/fiche"):
        assert (await browser.get(f"/creche/direction/{other}{path}")).status_code == 404
        assert (await owner.get(f"/creche/direction/{other}{path}")).status_code == 200
    for path, form in (
        (f"/demandes/{theirs}/contact", {"outcome": "met"}),
        ("/places", places_form(babies_mon_am_places="3")),
        ("/fiche", {"project": "Pris"}),
    ):
        answer = await browser.post(f"/creche/direction/{other}{path}", data=form)
        assert answer.status_code == 404
    with town.here():
        assert await Contact.count() == 0
        assert await Capacity.count() == 0
        assert (await facilities.one(other)).project == ""


async def test_a_file_that_names_another_creche_does_not_exist(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine, other = await a_facility("Les Lilas"), await a_facility("Les Roses")
        theirs = await a_file(town, [other], "Zoé Martin")
    browser = await directing(town, mine)
    address = f"/creche/direction/{mine}/demandes"

    assert (await browser.get(f"{address}/{theirs}")).status_code == 404
    answer = await browser.post(f"{address}/{theirs}/contact", data={"outcome": "met"})
    assert answer.status_code == 404
    assert "Zoé" not in (await browser.get(f"{address}?vue=toutes")).text
    with town.here():
        assert await Contact.count() == 0


async def test_the_creche_of_another_commune_does_not_exist(communes: Communes) -> None:
    with communes.alpha.here():
        here = await a_facility("Les Lilas")
        await a_file(communes.alpha, [here])
    with communes.beta.here():
        for name in ("Les Roses", "Les Tulipes"):
            there = await a_facility(name)
    assert here != there
    browser = await directing(communes.alpha, there)

    assert (await browser.get(f"/creche/direction/{there}")).status_code == 404
    answer = await communes.beta.visitor().get(
        f"/creche/direction/{there}", headers={"cookie": f"session={session_of(browser)}"}
    )
    assert answer.status_code == 303


def session_of(browser: httpx.AsyncClient) -> str:
    return next(cookie.value or "" for cookie in browser.cookies.jar if cookie.name == "session")


async def test_a_closed_creche_has_no_pages(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        closed = await a_facility(is_open=False)
    browser = await directing(town, closed)

    assert (await browser.get(f"/creche/direction/{closed}")).status_code == 404
    assert "Aucune crèche ne vous est confiée" in (await browser.get("/creche/direction")).text


async def test_neither_a_family_nor_a_desk_nor_a_partner_directs(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        one = await a_facility()
    family = await town.family()
    desk = await town.staff(Grant("creche_desk", "creche.desk:1"), email="desk@example.test")
    partner = await town.staff(Grant("partner"), email="caf@example.test")
    weak = await town.staff(
        Grant("creche_manager", f"creche.facility:{one}"), email="weak@example.test", strong=False
    )

    for browser in (family, desk, partner):
        assert (await browser.get(f"/creche/direction/{one}")).status_code == 403
    for browser in (town.visitor(), weak):
        assert (await browser.get(f"/creche/direction/{one}/demandes")).status_code == 303


async def test_one_creche_opens_at_once_and_several_are_to_choose(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        await a_facility("Les Tulipes")
    alone = await directing(town, lilas)
    both = await directing(town, lilas, roses, email="both@example.test")
    agent = await town.staff()

    assert "<h1>Aujourd’hui</h1>" in (await alone.get("/creche/direction")).text
    choice = (await both.get("/creche/direction")).text
    assert "Les Lilas" in choice
    assert "Les Roses" in choice
    assert "Les Tulipes" not in choice
    assert "Les Tulipes" in (await agent.get("/creche/direction")).text
    assert (await agent.get(f"/creche/direction/{lilas}")).status_code == 200


# -- the families ----------------------------------------------------------------------------


async def test_a_creche_sees_a_family_once_its_file_is_complete(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
        await a_file(town, [mine], "Zoé Complète")
        await a_file(town, [mine], "Léo Envoyée", state="submitted")
        await a_file(town, [mine], "Mia Retirée", state="withdrawn")
        edited = town.tenant.now() - timedelta(days=2)
        await a_file(town, [mine], "Tom Modifiée", state="submitted", complete_at=edited)
    browser = await directing(town, mine)

    listed = (await browser.get(f"/creche/direction/{mine}/demandes?vue=toutes")).text
    day = spaced((await browser.get(f"/creche/direction/{mine}")).text)

    assert "Zoé Complète" in listed
    assert "Tom Modifiée" in listed
    assert "Léo" not in listed
    assert "Mia" not in listed
    assert "1 demande n’est pas encore complète à la mairie" in day
    assert "<dt>Demandes qui vous nomment</dt><dd>3</dd>" in day


async def test_a_commune_may_show_a_number_until_the_child_is_admitted(
    communes: Communes,
) -> None:
    """A manager reads what is asked and not by whom; the town hall reads it all."""
    town = communes.alpha
    with town.here():
        mine = await a_facility()
        number = await a_file(town, [mine], "Zoé Técher")
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + '\n[creche]\nidentity_from = "admitted"\n')
    manager, agent = await directing(town, mine), await town.staff()
    here = f"/creche/direction/{mine}"
    paths = (here, f"{here}/demandes?vue=toutes", f"{here}/demandes/{number}")

    hidden = [(await manager.get(path)).text for path in paths]
    shown = [(await agent.get(path)).text for path in paths]

    assert not [name for name in ("Zoé", "Técher", "Camille") for page in hidden if name in page]
    assert all("Zoé Técher" in page for page in shown)
    assert "une fois l’enfant admis" in hidden[2]
    assert "Téléphone" not in hidden[2]
    assert all("Demande C-" in page for page in hidden)


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def test_wishes_are_counted_by_age_and_rank(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine, other = await a_facility("Les Lilas"), await a_facility("Les Roses")
        await a_file(town, [mine])
        await a_file(town, [other, mine])
        await a_file(town, [other, mine], state="incomplete", group="older")
        await a_file(town, [mine], state="expired")
        await a_file(town, [other])
    browser = await directing(town, mine)

    text = (await browser.get("/creche/direction")).text

    def row(*cells: int) -> str:
        told = "".join(f'<td class="n">{cell}</td>' for cell in cells[:-1])
        return f'{told}<td class="n"><b>{cells[-1]}</b></td></tr>'

    assert f'<th scope="row">Bébés</th>{row(1, 1, 0, 2)}' in text
    assert f'<th scope="row">Grands</th>{row(0, 1, 0, 1)}' in text
    assert f'<th scope="row">Total</th>{row(1, 2, 0, 3)}' in text
    part = await browser.get("/creche/direction", headers={"x-fragment": "direction"})
    assert 'data-refresh="1"' in part.text
    assert "<html" not in part.text


async def test_the_longest_waiting_comes_first_and_lateness_is_said(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
        now = town.tenant.now()
        await a_file(town, [mine], "Zoé Récente")
        await a_file(town, [mine], "Léo Tardif", complete_at=now - timedelta(days=18))
        await a_file(town, [mine], "Mia Limite", complete_at=now - FIFTEEN)
    browser = await directing(town, mine)

    text = spaced((await browser.get(f"/creche/direction/{mine}/demandes")).text)

    assert text.index("Léo Tardif") < text.index("Mia Limite") < text.index("Zoé Récente")
    assert "Appel en retard de 3 jours" in text
    assert ">18 jours</td>" in text
    assert ">aujourd’hui</td>" in text
    assert "À appeler d’ici au 25 novembre" in text
    assert text.count("en retard de") == 1


async def test_the_town_hall_counts_late_calls_by_the_same_days(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        start = town.tenant.now()
        await a_file(town, [lilas, roses])
        called = await a_file(town, [lilas])
        await contacts.record(called, lilas, "no_answer", "", 1, start)
        await a_file(town, [roses], state="withdrawn", complete_at=start)
        clock.move(days=15)
        assert await contacts.overdue(town.tenant.now()) == []
        clock.move(hours=14)
        assert town.tenant.now().hour == 23
        assert await contacts.overdue(town.tenant.now()) == []
        clock.move(hours=1)

        late = await contacts.overdue(town.tenant.now())

    assert [(one.name, one.count) for one in late] == [("Les Lilas", 1), ("Les Roses", 1)]
    assert {one.oldest for one in late} == {start}
    browser = await town.staff()
    assert spaced((await browser.get("/creche/direction")).text).count("1 appel en retard") == 2
    with communes.beta.here():
        assert await contacts.overdue(town.tenant.now()) == []


async def test_a_call_is_written_down_with_who_made_it(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine, other = await a_facility("Les Lilas"), await a_facility("Les Roses")
        one = await a_file(town, [mine, other])
        await contacts.record(one, other, "met", "Visite aux Roses", 1, town.tenant.now())
    browser = await directing(town, mine)
    address = f"/creche/direction/{mine}/demandes/{one}"

    before = await browser.get(address)
    answer = await browser.post(f"{address}/contact", data={"outcome": "message", "note": "14 h"})
    again = (await browser.get(f"/creche/direction/{mine}/demandes")).text
    await browser.post(f"{address}/contact", data={"outcome": "reached"})
    after = (await browser.get(address)).text

    assert "Personne n’a encore appelé cette famille" in before.text
    assert "06\u00a012\u00a034\u00a056\u00a078" in before.text
    assert answer.headers["location"] == f"/creche/direction/{mine}/demandes"
    assert "À rappeler : message laissé" in spaced(again)
    assert "Nadia Perrin" in after
    assert "Visite aux Roses" not in after
    empty = (await browser.get(f"/creche/direction/{mine}/demandes")).text
    assert "Aucune famille à appeler" in empty
    assert (
        "Zoé Martin" in (await browser.get(f"/creche/direction/{mine}/demandes?vue=jointes")).text
    )
    with town.here():
        said = await contacts.of_application(one)
        wish = await Wish.objects().get((Wish.application == one) & (Wish.facility == mine))
        acts = await JournalLine.select(JournalLine.act, JournalLine.side).order_by(JournalLine.id)
    assert [(each.outcome, each.facility) for each in said] == [
        ("reached", "Les Lilas"),
        ("message", "Les Lilas"),
        ("met", "Les Roses"),
    ]
    assert said[0].who == "Nadia Perrin"
    assert wish is not None
    assert wish.contacted_at is not None
    mine_only = [line["act"] for line in acts if line["side"] == "facility"]
    assert mine_only.count("creche.family_contacted") == 3
    assert mine_only.count("creche.file_read") == 2


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Choisissez ce qui s’est passé."),
        ({"outcome": "bribed"}, "Choisissez ce qui s’est passé."),
        ({"outcome": "met", "note": "x" * 501}, "C’est trop long : 500 caractères au plus."),
    ],
)
async def test_a_call_written_wrongly_says_what_to_do(
    communes: Communes, form: dict[str, str], told: str
) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
        one = await a_file(town, [mine])
    browser = await directing(town, mine)

    answer = await browser.post(f"/creche/direction/{mine}/demandes/{one}/contact", data=form)

    assert answer.status_code == 422
    assert told in spaced(answer.text)
    assert "<title>Erreur" in answer.text
    with town.here():
        assert await Contact.count() == 0


async def test_the_list_is_cut_in_pages_and_keeps_its_view(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
        for number in range(27):
            await a_file(town, [mine], f"Enfant N{number:02}")
    browser = await directing(town, mine)
    address = f"/creche/direction/{mine}/demandes"

    first = (await browser.get(f"{address}?vue=toutes")).text
    second = (await browser.get(f"{address}?vue=toutes&page=2")).text
    nonsense = await browser.get(f"{address}?vue=<b>&page=-3")

    assert (first.count("Enfant N"), second.count("Enfant N")) == (25, 2)
    assert f"{address}?vue=toutes&amp;page=2" in first
    assert nonsense.status_code == 200


async def test_a_director_opens_a_file_for_a_parent(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
    browser = await directing(town, mine)
    page = (await browser.get(f"/creche/direction/{mine}")).text

    answer = await browser.post("/creche/demandes/nouvelle", data={"facility": str(mine)})

    assert 'action="/creche/demandes/nouvelle"' in page
    assert answer.status_code == 303
    with town.here():
        file = await Application.objects().first()
    assert file is not None
    assert (file.channel, file.account) == ("facility", None)
    assert answer.headers["location"] == f"/creche/demandes/{file.id}/etapes"


# -- the places and the sheet ----------------------------------------------------------------


async def test_places_are_saved_whole_and_shown_to_families(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
    browser = await directing(town, mine)
    address = f"/creche/direction/{mine}/places"
    typed = places_form(babies_wed_am_places="8", babies_wed_am_free="2", older_fri_pm_places="11")

    answer = await browser.post(address, data=typed)
    first = town.tenant.now()
    clock.move(minutes=20)
    same = await browser.post(address, data=typed)
    public = spaced((await town.visitor().get(f"/creche/etablissements/{mine}")).text)

    assert (answer.status_code, same.status_code) == (303, 303)
    assert "mercredi matin" in public
    assert "vendredi" not in public
    assert "Rien n’a changé." in (await browser.get(address)).text
    with town.here():
        rows = await facilities.capacities(mine)
        changes = await JournalLine.count().where(JournalLine.act == "creche.places_changed")
    assert [(r.age_group, r.weekday, r.half, r.places, r.free) for r in rows] == [
        ("babies", 2, "am", 8, 2),
        ("older", 4, "pm", 11, 0),
    ]
    assert {row.changed_at for row in rows} == {first}
    assert changes == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            {"babies_mon_am_places": "2", "babies_mon_am_free": "3"},
            "Bébés, lundi matin : 3 places libres pour 2 en tout.",
        ),
        ({"middle_tue_pm_places": "dix"}, "Moyens, mardi après-midi : écrivez un nombre entier"),
        ({"older_thu_am_places": "-1"}, "Grands, jeudi matin : écrivez un nombre entier"),
        ({"older_thu_am_places": "9999999999"}, "Grands, jeudi matin : écrivez un nombre entier"),
        ({"older_thu_am_places": "²"}, "Grands, jeudi matin : écrivez un nombre entier"),
    ],
)
async def test_a_number_that_cannot_be_saves_nothing(
    communes: Communes, typed: dict[str, str], told: str
) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
    browser = await directing(town, mine)
    form = places_form(babies_fri_pm_places="5", **typed)

    answer = await browser.post(f"/creche/direction/{mine}/places", data=form)

    assert answer.status_code == 422
    assert told in spaced(answer.text)
    assert 'value="5"' in answer.text
    with town.here():
        assert await Capacity.count() == 0


async def test_half_a_grid_is_refused(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
    browser = await directing(town, mine)
    address = f"/creche/direction/{mine}/places"
    await browser.post(address, data=places_form(babies_mon_am_places="4"))

    answer = await browser.post(address, data={"babies-mon-am-places": "9"})

    assert answer.status_code == 422
    assert "arrivée incomplète" in answer.text
    assert 'value="4"' in answer.text
    with town.here():
        assert [row.places for row in await facilities.capacities(mine)] == [4]


async def test_more_places_than_authorised_are_pointed_out(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility(places=10)
    browser = await directing(town, mine)
    address = f"/creche/direction/{mine}/places"

    await browser.post(address, data=places_form(babies_mon_am_places="6", older_mon_am_places="5"))

    text = spaced((await browser.get(address)).text)
    assert "10 places autorisées : lundi matin (11)" in text


async def test_the_sheet_is_read_by_families_at_once(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
    browser = await directing(town, mine)
    sheet = {
        "hours": "7 h 30 – 18 h 30",
        "phone": "0240000000",
        "languages": "français, arabe",
        "project": "Dehors chaque jour.\r\n\r\n<script>alert(1)</script>",
        "parent_support": "Café des parents.",
    }

    answer = await browser.post(f"/creche/direction/{mine}/fiche", data=sheet)
    public = (await town.visitor().get(f"/creche/etablissements/{mine}")).text
    await browser.post(f"/creche/direction/{mine}/fiche", data={"hours": "8 h – 18 h"})

    assert answer.status_code == 303
    for told in ("Dehors chaque jour.", "Café des parents.", "français, arabe"):
        assert told in public
    assert "<script>alert" not in public
    with town.here():
        row = await facilities.one(mine)
    assert spaced(row.hours) == "8 h – 18 h"
    assert (row.project, row.name, row.places) == ("", "Les Lilas", 30)


async def test_a_sheet_too_long_keeps_what_was_typed(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        mine = await a_facility()
    browser = await directing(town, mine)

    answer = await browser.post(
        f"/creche/direction/{mine}/fiche", data={"languages": "x" * 201, "project": "Gardé"}
    )

    assert answer.status_code == 422
    assert "200 caractères au plus" in spaced(answer.text)
    assert "Gardé" in answer.text
    with town.here():
        assert await Facility.exists().where(Facility.languages == "")


# -- in a browser ----------------------------------------------------------------------------


@pytest.mark.browser
def test_a_director_works_without_javascript(stage: Stage) -> None:
    client = stage.served.run(_filled_again(stage.communes.beta))
    page = stage.visitor(javascript=False)
    stage.sign_in(page, "beta", client)

    page.goto(stage.served.url("beta", "/creche/direction"))
    page.get_by_role("link", name="Ouvrir la demande de Zoé Martin").click()
    page.get_by_label("Famille jointe").check()
    page.get_by_role("button", name="Noter cet appel").click()
    told = page.locator(".message.ok").inner_text()
    page.get_by_role("link", name="Places").click()
    page.get_by_label("Bébés, mardi matin, places").fill("8")
    page.get_by_label("Bébés, mardi matin, libres").fill("1")
    page.get_by_role("button", name="Enregistrer les places").click()

    assert "famille jointe" in told
    assert "1 demi-journée enregistrée" in page.locator(".message.ok").inner_text()
    assert stage.problems == []


async def _filled_again(town: Town) -> httpx.AsyncClient:
    with town.here():
        mine = await a_facility()
        await a_file(town, [mine], "Zoé Martin")
    return await directing(town, mine)
