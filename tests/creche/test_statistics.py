"""Live figures: children once, towns equal to the sum of their quartiers, small counts hidden."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from html import unescape

import pytest

from ribambelle import childcare
from ribambelle.identity import Grant
from ribambelle.identity.tables import Child, Household, Quartier
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import Demande
from ribambelle_creche.domain.statistics import grid
from ribambelle_creche.freezing import freeze_month
from ribambelle_creche.pages.statistics_tables import laid_out
from ribambelle_creche.queries import admission_figures, statistics
from ribambelle_creche.tables import (
    Application,
    Capacity,
    Desk,
    Facility,
    FrozenCount,
    Need,
    Street,
    Wish,
)
from ribambelle_creche.workflow import LIVING

URL = "/bureau/creche/statistiques"


async def quartier(name: str) -> int:
    row = Quartier(name=name, folded=name.lower())
    return int((await Quartier.insert(row).returning(Quartier.id))[0]["id"])


async def facility(town: Town, name: str, where: int, free: int = 10) -> int:
    row = Facility(
        name=name, folded=name.lower(), kind="municipal", quartier=where, places=20, import_key=name
    )
    number = int((await Facility.insert(row).returning(Facility.id))[0]["id"])
    await Capacity.insert(
        Capacity(
            facility=number,
            age_group="babies",
            weekday=0,
            half="am",
            places=20,
            free=free,
            changed_at=town.tenant.now(),
        )
    )
    return number


async def file(
    town: Town,
    where: int | None,
    wishes: list[int],
    state: str = "complete",
    month: str = "2027-01",
    group: str = "babies",
) -> int:
    now = town.tenant.now()
    demande = Demande(workflow="creche.application", state=state, created_at=now, changed_at=now)
    number = int((await Demande.insert(demande).returning(Demande.id))[0]["id"])
    row = Application(
        number=f"C-{number}",
        demande=number,
        created_at=now,
        submitted_at=now,
        quartier=where,
        start_on=date(2027, 1, 4),
        start_month=month,
        age_group=group,
        half_days=8,
    )
    made = int((await Application.insert(row).returning(Application.id))[0]["id"])
    for rank, wish in enumerate(wishes, start=1):
        await Wish.insert(Wish(application=made, rank=rank, facility=wish))
    return number


async def told(town: Town, query: str = "", *grants: Grant) -> dict[str, list[str]]:
    browser = await town.staff(*grants, email=f"{len(grants)}@example.test")
    answer = await browser.get(f"{URL}/export/csv?{query}")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    return {row[0]: row[1:] for row in rows}


async def test_a_child_with_three_wishes_counts_once(communes: Communes) -> None:
    """A22: a child is counted once, whatever it wishes."""
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        three = [await facility(town, name, centre) for name in ("A", "B", "C")]
        await file(town, centre, three)

    assert (await told(town))["Centre"] == ["0", "1", "0", "0", "1"]
    assert (await told(town, "compter=wishes"))["Centre"][-1] == "3"


async def test_twins_are_two_children_and_a_child_asked_for_twice_is_one(
    communes: Communes,
) -> None:
    """A22: a child is counted once, whoever files for it; one file may be for two."""
    town = communes.alpha
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        lilas = await facility(town, "Lilas", centre)
        one, other = await file(town, centre, [lilas]), await file(town, gare, [lilas])
        twins = await file(town, gare, [lilas])
        (home,) = await Household.insert(Household()).returning(Household.id)
        row = Child(household=home["id"], family_name="Payet", folded="payet")
        (zoe,) = await Child.insert(row).returning(Child.id)
        await Application.update({Application.child: zoe["id"]}).where(
            Application.demande.is_in([one, other])
        )
        await Application.update({Application.children: 2}).where(Application.demande == twins)

        found = await statistics.demand()
        of_gare = await told(town)
        await Application.update({Application.child: None}).where(Application.demande == other)
        apart = await statistics.demand()

    assert (sum(one.children for one in found), sum(one.half_days for one in found)) == (3, 24)
    assert (of_gare["Centre"][-1], of_gare["Gare"][-1]) == ("1", "2")
    assert sum(one.children for one in apart) == 4  # the twin of this test: two unknown children


async def test_demand_is_the_files_complete_and_confirmed(communes: Communes) -> None:
    """A22: active demand is what the town hall found complete and no confirmation is awaited of."""
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        lilas = await facility(town, "Lilas", centre)
        files = {
            state: await file(town, centre, [lilas], state=state, month=f"2027-{month:02}")
            for month, state in enumerate(LIVING, start=1)
        }
        for row in await Application.select(Application.id):
            await Need.insert(Need(application=row["id"], rank=0, slots=1))
    counted = ("complete", "waiting", "not_examined", "in_session", "offered")
    months = {f"2027-{1 + LIVING.index(state):02}" for state in counted}

    with town.here():
        children, wishes = await statistics.demand(), await statistics.wishes()
        assert {one.month for one in children} == {one.month for one in wishes} == months
        assert set(await statistics.months()) == months
        assert len(await admission_figures.demand()) == len(counted)
        assert (await admission_figures.first_wishes())[lilas].total() == len(counted)
        assert await statistics.files() == len(LIVING)
    assert (await told(town))["Centre"] == ["0", "5", "0", "0", "5"]
    assert (await told(town, "table=creches"))["Lilas"][1:3] == ["5", "5"]
    page = unescape((await (await town.staff()).get(URL)).text)
    assert "Un enfant compte dans la demande quand son dossier est complet et confirmé" in page

    with town.here():
        await Demande.update({Demande.state: "complete"}).where(Demande.id == files["to_confirm"])
    assert (await told(town))["Centre"][-1] == "6"


async def test_the_list_behind_a_count_holds_what_it_counts(communes: Communes) -> None:
    """A number of children opens its files: those to confirm are in neither."""
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        for state in LIVING:
            await file(town, centre, [], state=state)
    agent = await town.staff()
    page = unescape((await agent.get(URL)).text)
    (address,) = {
        one
        for one in re.findall(r'href="(/bureau/creche/demandes\?[^"]+)"', page)
        if "age=babies" in one
    }

    behind = unescape((await agent.get(address)).text)

    assert "vue=actives" in address
    assert len(set(re.findall(r"C-\d+", behind))) == 5
    assert "Comptées dans la demande" in behind
    assert "Comptées dans la demande" not in (await agent.get("/bureau/creche/demandes")).text


async def test_of_two_files_for_a_child_the_complete_one_counts(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        await file(town, centre, [], state="incomplete")
        await file(town, gare, [])
        (home,) = await Household.insert(Household()).returning(Household.id)
        row = Child(household=home["id"], family_name="Payet", folded="payet")
        (zoe,) = await Child.insert(row).returning(Child.id)
        await Application.update({Application.child: zoe["id"]}, force=True)

        found = await statistics.demand()

    assert [(one.quartier, one.children) for one in found] == [(gare, 1)]


async def test_a_change_shows_at_once(communes: Communes) -> None:
    """A22: what changes is read at the next request."""
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        number = await file(town, centre, [])
    assert (await told(town))["Ville"][-1] == "1"

    with town.here():
        await Demande.update({Demande.state: "withdrawn"}).where(Demande.id == number)

    assert (await told(town))["Ville"][-1] == "0"


async def test_the_town_is_the_sum_of_its_quartiers(communes: Communes) -> None:
    """A22: the town is the sum of its quartiers."""
    town = communes.alpha
    with town.here():
        places = [await quartier("Centre"), await quartier("Gare"), None]
        for number in range(30):
            await file(town, places[number % 3], [], group=("babies", "middle")[number % 2])

    table = await told(town)

    town_row = table.pop("Ville")
    table.pop("Quartier")
    assert town_row == [str(sum(int(row[n]) for row in table.values())) for n in range(5)]
    assert town_row[-1] == "30"


async def test_only_the_months_asked_are_counted(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        await file(town, centre, [], month="2027-01")
        await file(town, centre, [], month="2027-09")

    assert (await told(town, "de=2027-06"))["Ville"][-1] == "1"
    assert (await told(town, "de=nonsense"))["Ville"][-1] == "2"


async def test_a_creche_sees_no_small_count_of_others(communes: Communes) -> None:
    """A22: cells under five are hidden."""
    town = communes.alpha
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        mine = await facility(town, "Mine", centre)
        await facility(town, "Other", gare)
        for _ in range(2):
            await file(town, gare, [mine])
        for _ in range(9):
            await file(town, centre, [mine])
            await file(town, centre, [mine], group="older")
    grant = Grant("creche_manager", f"creche.facility:{mine}")

    table = await told(town, "", grant)
    browser = await town.staff(grant, email="manager@example.test")
    page = await browser.get(URL)

    assert table["Gare"][0] == "masqué"
    assert (await told(town))["Gare"][1] == "2"
    assert "Mine" in page.text
    assert "Other" not in page.text


async def test_the_page_shows_pressure_and_refreshes(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        await file(town, centre, [await facility(town, "Les Lilas", centre)])
    browser = await town.staff()

    whole = await browser.get(URL)
    part = await browser.get(URL, headers={"x-fragment": "statistiques"})

    assert "Centre concentre la pression" in whole.text
    assert 'data-refresh="1"' in part.text
    assert "<html" not in part.text
    assert "Les Lilas" in part.text
    assert "Premiers vœux et places, pour les crèches les plus demandées" in unescape(whole.text)
    modes = (await browser.get(f"{URL}/export/csv?table=modes")).content.decode("utf-8-sig")
    assert [line.split(";")[0] for line in modes.splitlines()[:2]] == ["Mode", "Crèches"]


async def test_a_family_never_sees_live_figures(communes: Communes) -> None:
    family = await communes.alpha.family()

    assert (await family.get(URL)).status_code == 403
    assert (await communes.alpha.visitor().get(URL)).status_code == 303


async def test_a_month_is_frozen_once_and_hides_small_counts(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        for _ in range(12):
            await file(town, centre, [])
            await file(town, centre, [], group="older")
            await file(town, gare, [], group="older")
        await file(town, gare, [])
        await freeze_month()
        await file(town, centre, [])
        await freeze_month()
        rows = await FrozenCount.select().where(FrozenCount.quartier == "Gare")

    page = await town.visitor().get("/creche/statistiques")

    assert {row["age_group"]: row["children"] for row in rows}["babies"] is None
    assert "novembre 2026" in page.text
    assert "masqué" in page.text
    assert ">25<" not in page.text
    assert "Sans quartier" not in page.text


async def test_files_of_no_quartier_have_a_row_when_there_are_some(
    communes: Communes, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    with communes.alpha.here():
        for _ in range(12):
            await file(communes.alpha, None, [])
        await freeze_month()

    page = await communes.alpha.visitor().get("/creche/statistiques")

    assert "Sans quartier" in page.text


async def test_an_unknown_kind_of_file_does_not_exist(communes: Communes) -> None:
    browser = await communes.alpha.staff()

    assert (await browser.get(f"{URL}/export/exe")).status_code == 404
    assert (await browser.get(f"{URL}/export/xlsx")).content[:2] == b"PK"


async def test_a_month_is_never_frozen_long_after_its_end(communes: Communes) -> None:
    """On the 25th, what could be frozen under October's name is the demand of November."""
    with communes.alpha.here():
        await file(communes.alpha, await quartier("Centre"), [])

        await freeze_month()

        assert await FrozenCount.count() == 0
    page = await communes.alpha.visitor().get("/creche/statistiques")
    assert "au début du mois prochain" in page.text


async def test_a_creche_cannot_subtract_one_table_from_another(communes: Communes) -> None:
    """Filters are the town hall's: twelve in two months less ten in one would tell of two."""
    town = communes.alpha
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        mine = await facility(town, "Mine", centre)
        for _ in range(10):
            await file(town, gare, [mine], month="2027-01")
            await file(town, centre, [mine])
        for _ in range(2):
            await file(town, gare, [mine], month="2027-09")
    grant = Grant("creche_manager", f"creche.facility:{mine}")

    tables = [await told(town, query, grant) for query in ("", "a=2027-01", "compter=wishes")]
    page = await (await town.staff(grant, email="m@example.test")).get(f"{URL}?de=2027-09")

    assert tables[0] == tables[1] == tables[2]
    assert (await told(town, "a=2027-01"))["Gare"] != (await told(town))["Gare"]
    assert "Afficher" not in page.text
    assert "Complètes et confirmées" not in page.text


async def test_a_tiny_total_is_hidden_from_a_creche(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        mine = await facility(town, "Mine", centre)
        for _ in range(3):
            await file(town, centre, [mine])
    grant = Grant("creche_manager", f"creche.facility:{mine}")

    page = await (await town.staff(grant, email="m@example.test")).get(URL)

    assert "<dt>Enfants qui attendent</dt><dd>—</dd>" in page.text


async def test_figures_are_filtered_by_desk(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        first = await file(town, centre, [])
        await file(town, centre, [])
        desk = await Desk.insert(Desk(name="Mairie annexe")).returning(Desk.id)
        await Application.update({Application.desk: desk[0]["id"]}).where(
            Application.demande == first
        )

    assert (await told(town, f"guichet={desk[0]['id']}"))["Ville"][-1] == "1"
    assert (await told(town))["Ville"][-1] == "2"


async def test_a_number_opens_a_list_as_long_as_it_says(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        for month in ("2027-01", "2027-01", "2027-09"):
            await file(town, centre, [], month=month)
        expected = await file(town, centre, [])
        await Application.update({Application.is_expected: True}).where(
            Application.demande == expected
        )
    browser = await town.staff()

    page = await browser.get(f"{URL}?a=2027-06")
    links = re.findall(r'class="c[1-4]" href="([^"]+)">(\d+)<', page.text)
    opened = [
        (await browser.get(unescape(href))).text.count('role="rowheader"') for href, _ in links
    ]

    assert [int(number) for _, number in links] == opened == [1, 2]


async def test_other_measures_open_no_list(communes: Communes) -> None:
    """A list holds files: its length is neither a number of wishes nor of full places."""
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        await file(town, centre, [await facility(town, "A", centre)])

    page = await (await town.staff()).get(f"{URL}?compter=wishes")

    assert "ouvrir la liste" not in page.text


async def test_an_agent_of_a_desk_opens_only_lists_of_that_desk(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await file(town, await quartier("Centre"), [])
        await Desk.insert(Desk(id=5, name="Mairie annexe"))
        await Application.update({Application.desk: 5}, force=True)
    browser = await town.staff(Grant("creche_desk", "creche.desk:5"), email="d@example.test")

    assert "ouvrir la liste" not in (await browser.get(URL)).text
    assert "guichet=5" in (await browser.get(f"{URL}?guichet=5")).text


async def test_every_part_of_the_page_follows_the_filters(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        lilas = await facility(town, "Lilas", centre)
        await file(town, centre, [lilas], month="2027-01")
        await file(town, centre, [lilas], month="2027-09")
        await file(town, centre, [lilas], month="2027-09", state="submitted")

    creches = await told(town, "table=creches&de=2027-06")
    page = (await (await town.staff()).get(f"{URL}?de=2027-06")).text

    assert creches["Lilas"] == ["20", "1", "1", "0,05"]
    assert "<dt>Complètes et confirmées</dt><dd>50 <small>%</small></dd>" in page


async def test_months_the_wrong_way_round_are_put_in_order(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await file(town, await quartier("Centre"), [], month="2027-03")

    assert (await told(town, "de=2027-09&a=2027-01"))["Ville"][-1] == "1"


async def test_a_spreadsheet_reads_french_decimals(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await file(town, await quartier("Centre"), [])

    assert (await told(town, "compter=half_days"))["Centre"][-1] == "0,8"
    assert (await told(town, "table=pression"))["Centre"] == ["0,8", "0,0", ""]


async def test_the_workbook_holds_every_table_and_says_how_to_read_it(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        await file(town, centre, [await facility(town, "Lilas", centre)])
    answer = await (await town.staff()).get(f"{URL}/export/xlsx?de=2027-01")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        titles = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        words = book.read("xl/sharedStrings.xml").decode()

    assert titles == [
        *("Quartiers", "Mois d’entrée", "Pression", "Âges", "Fraîcheur"),
        *("Modes d’accueil", "Crèches", "Lecture"),
    ]
    assert "janvier 2027" in words


async def test_creches_are_sorted_as_asked(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        await facility(town, "Abeilles", centre)
        await file(town, centre, [await facility(town, "Zèbres", centre)])

    assert list(await told(town, "table=creches"))[1:] == ["Abeilles", "Zèbres"]
    assert list(await told(town, "table=creches&tri=pression"))[1:] == ["Zèbres", "Abeilles"]


async def test_an_empty_town_has_no_pressure_to_tell(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await facility(town, "Lilas", await quartier("Centre"))

    page = await (await town.staff()).get(URL)

    assert "concentre la pression" not in page.text


async def test_a_creche_sees_the_months_of_its_own_files_only(communes: Communes) -> None:
    """A second table of the town would share its totals with the first, and give it away."""
    town = communes.alpha
    with town.here():
        centre = await quartier("Centre")
        mine, other = await facility(town, "Mine", centre), await facility(town, "Other", centre)
        for _ in range(9):
            await file(town, centre, [other], month="2027-05")
        await file(town, centre, [mine], month="2027-01")
    grant = Grant("creche_manager", f"creche.facility:{mine}")

    browser = await town.staff(grant, email="m@example.test")
    months = await browser.get(f"{URL}/export/csv?table=mois")

    assert "janvier 2027;1;0;0;1" in months.text
    assert "mai 2027" not in months.text
    for table in ("pression", "ages", "fraicheur"):
        assert (await browser.get(f"{URL}/export/csv?table={table}")).status_code == 404


async def test_places_of_every_mode_are_said_and_an_unknown_mode_is_not_zero(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        await facility(town, "Lilas", await quartier("Centre"))
        asked = childcare.Situation(date(2026, 11, 25), 200_000, children=2, hours=100)
        prices = await childcare.costs(asked)
    agent = await town.staff()

    text = unescape((await agent.get(URL)).text).replace("\u00a0", " ")

    assert "au moins 20 places" in text
    assert "Assistantes maternelles <small>Pas comptées" in text
    # 2 000 € a month, two children: 0,0516 %, so 1,03 € an hour (domain.tariff)
    assert [(one.mode, one.hourly, one.monthly) for one in prices][:1] == [("creche", 103, 10300)]


async def test_one_mode_that_fails_leaves_the_others(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def falls(day: date) -> list[childcare.Childcare]:
        raise RuntimeError

    async def tells(day: date) -> list[childcare.Childcare]:
        return [childcare.Childcare("assmat", None, 8)]

    with communes.alpha.here() as tenant:
        said = [("creche", [falls]), ("assmat", [tells])]
        monkeypatch.setattr(type(tenant.hooks), "each", lambda *_: iter(said))

        found = childcare.offers(await childcare.supply(date(2026, 11, 25)))

    assert [one.places for one in found] == [None, 8]


async def many_files(town: Town, iris: str, where: int, **groups: int) -> None:
    now, told = town.tenant.now(), [one for one, many in groups.items() for _ in range(many)]
    demandes = [
        Demande(workflow="creche.application", state="complete", created_at=now, changed_at=now)
        for _ in told
    ]
    made = await Demande.insert(*demandes).returning(Demande.id)
    await Application.insert(
        *(
            Application(
                number=f"C-{row['id']}",
                demande=row["id"],
                created_at=now,
                quartier=where,
                iris=iris,
                start_month="2027-01",
                age_group=group,
            )
            for row, group in zip(made, told, strict=True)
        )
    )


def covered(month: dict[str, list[str]], creche: dict[str, list[str]]) -> set[int]:
    """Return what the month hides and gives back once the crèche's rows of Gare are put in it."""
    cells = {
        name: [int(cell) if cell.isdecimal() else None for cell in month[name]]
        for name in ("Centre", "Gare", "Ville")
    }
    hidden = {
        (name, n) for name, row in cells.items() for n, cell in enumerate(row) if cell is None
    }
    born, *others = [int(cell) if cell.isdecimal() else None for cell in creche["Gare"]]
    if len(others) == 4:  # children to be born in a column of their own
        known, *others = others
        born = None if born is None or known is None else born + known
    cells["Gare"] = [
        ours if ours is not None else theirs
        for ours, theirs in zip(cells["Gare"], (born, *others), strict=True)
    ]
    lines = [[(name, n) for n in range(4)] for name in cells]
    lines += [[(name, n) for name in cells] for n in range(4)]
    for line in lines * 4:
        missing = [(name, n) for name, n in line if cells[name][n] is None]
        if len(missing) == 1:
            name, n = missing[0]
            total = cells[line[-1][0]][line[-1][1]] or 0
            rest = sum(cells[one][place] or 0 for one, place in line[:-1])
            cells[name][n] = rest if missing[0] == line[-1] else total - rest
    return {cells[name][n] or 0 for name, n in hidden if cells[name][n]}


async def test_attack_a_creche_s_table_beside_the_month_s_gives_nothing_away(
    communes: Communes, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    town = communes.alpha
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        mine = await facility(town, "Mine", centre)
        await many_files(town, "", centre, babies=20, middle=2, older=30)
        await many_files(town, "", gare, babies=20, middle=12, older=30)
        await freeze_month()
        await many_files(town, "", centre, middle=10)
        counts = grid(await statistics.demand(), [centre, gare])
        alone = laid_out(counts, 5).cells
    text = (await town.visitor().get("/creche/statistiques/export/csv")).text
    month = {row[0]: row[1:] for row in csv.reader(io.StringIO(text), delimiter=";")}
    beside = await told(town, "", Grant("creche_manager", f"creche.facility:{mine}"))

    assert month["Centre"][1] == beside["Centre"][1] == "masqué"
    assert covered(month, beside) == set()
    # the twin: protected for itself, the crèche's table shows what covered the two of Centre
    assert 2 in covered(month, {"Gare": [str(cell) for cell in alone[1]]})


async def test_attack_two_cuts_of_the_town_give_away_what_each_hides(
    communes: Communes, clock: FrozenClock
) -> None:
    """Seventeen in a quartier less fifteen in one of its two IRIS would tell of two children."""
    clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    centre_of = ["A", "B"]

    def recovered(*tables: dict[str, str]) -> list[str]:
        told = {name: cell for table in tables for name, cell in table.items()}
        known = [told[one] for one in ("Centre", *centre_of) if told.get(one, "masqué").isdecimal()]
        return [one for one in centre_of if len(known) == 2 and not told[one].isdecimal()]

    async def published(town: Town) -> list[dict[str, str]]:
        """Read the town column by column, from all that leaves the town hall, asked both ways."""
        with town.here():
            centre, gare = await quartier("Centre"), await quartier("Gare")
            lines = [Street(name=one, folded=one, quartier=centre, iris=one) for one in "ABCD"]
            await Street.insert(*lines)
            await many_files(town, "A", centre, babies=15, older=13)
            await many_files(town, "B", centre, babies=2, older=20)
            await many_files(town, "C", gare, babies=12, older=14)
            await many_files(town, "D", gare, babies=30, older=20)
            await freeze_month()
        agent, found = await town.staff(), list[dict[str, str]]()
        for cut in ("", "?decoupage=iris", "?decoupage=quartier"):
            page = (await agent.get(f"{URL}/besoins{cut}")).text
            rows = re.findall(r'<th scope="row">([^<]+)</th><td class="n">([^<]+)<', page)
            found.append(dict(rows))
        month = (await town.visitor().get("/creche/statistiques/export/csv")).text
        cells = [line.lstrip("\ufeff").split(";") for line in month.splitlines()]
        return [*found, {line[0]: line[1] for line in cells}]

    def settle(name: str, cut: str) -> None:
        settings = communes.app.platform.folder / f"{name}.toml"
        settings.write_text(f'{settings.read_text()}[creche]\npublished_by = "{cut}"\n')
        communes.app.platform.scan()

    settle("beta", "iris")
    alpha, beta = await published(communes.alpha), await published(communes.beta)
    assert recovered(*alpha) == recovered(*beta) == []
    assert all("Centre" in one and "A" not in one for one in alpha)
    assert all("A" in one and "Centre" not in one for one in beta)
    assert recovered(*alpha, *beta) == ["B"]  # the twin: with both cuts, it is found

    settle("alpha", "iris")  # too late: a month was published by quartier
    page = await (await communes.alpha.staff()).get(f"{URL}/besoins")
    assert "Centre" in page.text
