"""A list of families is looked at before anything is written, brought in whole, and only once."""

import csv
import io
import re
from datetime import date

import httpx
import pytest
import xlsxwriter

from ribambelle.errors import Refused
from ribambelle.families import importing, planning, table_files
from ribambelle.families.planning import Register
from ribambelle.families.tables import FamilyImport, KnownFamily
from ribambelle.identity import households
from ribambelle.identity.sweeping import sweep
from ribambelle.identity.tables import Address, Adult, Child, Household, Quartier
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

PAGE = "/bureau/familles/import"
HEADINGS = (
    "N° famille;Nom parent;Prénom parent;E-mail;Téléphone;Nom parent 2;Prénom parent 2;"
    "Prénom;Né le;Adresse;CP;Ville;Quartier"
)
ROWS = (
    "F1;Payet;Anne;anne@b.fr;0692 00 00 01;Payet;Luc;Zoé;14/03/2024;2 rue des Lilas;97400;Alpha;Centre",
    "F1;Payet;Anne;anne@b.fr;0692 00 00 01;Payet;Luc;Léo;01/09/2021;2 rue des Lilas;97400;Alpha;Centre",
    ";Hoarau;Jean;;0692 00 00 02;;;Éva;2020-12-24;3 rue B;97400;Alpha;Nulle part",
)


def a_list(*rows: str, headings: str = HEADINGS) -> bytes:
    return "\n".join([headings, *(rows or ROWS)]).encode("utf-8-sig")


async def sent(browser: httpx.AsyncClient, content: bytes) -> str:
    """Send a list, and return the page where it is looked at."""
    answer = await browser.post(PAGE, files={"file": ("liste", content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def everything(town: Town) -> dict[str, int]:
    with town.here():
        tables = (Household, Adult, Child, Address, KnownFamily)
        return {table._meta.tablename: await table.count() for table in tables}


async def brought_in(town: Town, content: bytes) -> planning.Plan:
    with town.here() as tenant:
        table = table_files.read(content)
        mapping = importing.columns.guess(table.headings)
        return await importing.bring_in(table, mapping, tenant.now())


def ends(made: planning.Plan) -> list[tuple[str, str]]:
    return [(one.done, one.told) for one in made.outcomes]


async def test_a_list_is_looked_at_then_brought_in(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    with town.here():
        await Quartier.insert(Quartier(name="Centre", folded="centre"))

    at = await sent(agent, a_list())
    looked = await agent.get(at)
    before = await everything(town)
    done = await agent.post(f"{at}/importer")
    after = await agent.get(at)
    again = await agent.post(f"{at}/importer")

    assert "quartier « Nulle part » inconnu" in looked.text
    assert set(before.values()) == {0}
    assert done.headers["location"] == at
    assert "Liste importée" in after.text
    assert again.status_code == 409
    assert await everything(town) == {
        **{"core_household": 2, "core_adult": 3, "core_child": 3},
        **{"core_address": 2, "core_known_family": 1},
    }
    with town.here():
        zoe = await Child.objects(Child.household).get(Child.given_name == "Zoé")
        home = await Address.objects(Address.quartier).get(Address.line == "2 rue des Lilas")
        kept = await FamilyImport.select(FamilyImport.content)
        acts = [row["act"] for row in await JournalLine.select(JournalLine.act)]
    assert zoe
    assert home
    assert zoe.born_on == date(2024, 3, 14)
    assert home.quartier.name == "Centre"
    assert "Payet" not in kept[0]["content"], "what was brought in is kept once"
    assert acts[-2:] == ["families.list_sent", "families.imported"]


async def test_a_second_reading_changes_nothing(communes: Communes) -> None:
    town = communes.alpha

    first = await brought_in(town, a_list())
    once = await everything(town)
    second = await brought_in(town, a_list())

    assert [done for done, _ in ends(first)] == ["created"] * 3
    assert [done for done, _ in ends(second)] == ["same"] * 3
    assert await everything(town) == once


@pytest.mark.parametrize("database_server", [""])
async def test_without_finding_families_again_a_second_reading_would_double_them(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nothing is found again."""
    town, rows = communes.alpha, a_list(ROWS[2])
    await brought_in(town, rows)
    monkeypatch.setattr(Register, "find", lambda self, family: None)

    await brought_in(town, rows)

    assert (await everything(town))["core_household"] == 2


async def test_a_list_says_more_of_a_family_and_never_less(communes: Communes) -> None:
    town = communes.alpha
    await brought_in(town, a_list())

    made = await brought_in(
        town,
        a_list(
            "F1;Payet;Anne;;0692 11 11 11;;;Zoé;14/03/2024;9 rue Neuve;97400;Alpha;",
            "F1;Payet;Anne;;;;;Tom;02/02/2026;;;;",
            ";HOARAU;jean;j@b.fr;;;;eva;24/12/2020;;;;",
        ),
    )

    assert ends(made) == [
        ("updated", "téléphone, adresse"),
        ("updated", "enfant ajouté"),
        ("updated", "e-mail"),
    ]
    with town.here():
        anne = await Adult.objects().get(Adult.given_name == "Anne")
        jean = await Adult.objects().get(Adult.given_name == "Jean")
        lines = [row["line"] for row in await Address.select(Address.line).order_by(Address.id)]
    assert anne
    assert jean
    assert (anne.phone, anne.email) == ("0692 11 11 11", "anne@b.fr")
    assert jean.email == "j@b.fr"
    assert lines == ["9 rue Neuve", "3 rue B"]


async def test_a_family_that_signs_in_says_itself_who_it_is(communes: Communes) -> None:
    """A list adds its new child, and touches neither its address nor its telephone."""
    town = communes.alpha
    await town.family("anne@b.fr")
    await brought_in(town, a_list())
    with town.here():
        await Adult.update({Adult.account: 1}).where(Adult.given_name == "Anne")

    made = await brought_in(
        town, a_list("F1;Payet;Anne;;0692 11 11 11;;;Tom;02/02/2026;9 rue Neuve;97400;Alpha;")
    )

    assert ends(made) == [("updated", "enfant ajouté")]


REFUSED = [
    ("F9;Payet;;;;;;Zoé;14/03/2024;;;;", "il manque le prénom de l’adulte"),
    ("F9;Payet;Anne;anne;;;;Zoé;14/03/2024;;;;", "ne se lit pas : écrivez-le comme nom@exemple.fr"),
    (
        "F9;Payet;Anne;;;;;Zoé;31/02/2024;;;;",
        "la date « 31/02/2024 » ne se lit pas : écrivez une date",
    ),
    ("F9;Payet;Anne;;;;;Zoé;14/03/1984;;;;", "n’est pas possible pour un enfant"),
    ("F9;Payet;Anne;;;;;;14/03/2024;;;;", "il manque le prénom de l’enfant"),
    (
        "F9;Payet;Anne;;;;;Zoé;14/03/2024;;974;;",
        "« 974 » ne se lit pas : cinq chiffres, comme 71880",
    ),
    ("F9;Payet;Anne;;;;;Zoé;14/03/2024;;;;", "cette famille porte déjà le numéro F1"),
]


async def test_what_is_refused_comes_back_as_a_file_to_correct(communes: Communes) -> None:
    town = communes.alpha
    await brought_in(town, a_list())
    agent = await town.staff()

    at = await sent(agent, a_list(*(row for row, _ in REFUSED)))
    before = await agent.get(f"{at}/erreurs")
    await agent.post(f"{at}/importer")
    after = await agent.get(f"{at}/erreurs")

    rows = list(csv.reader(io.StringIO(after.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [*HEADINGS.split(";"), "Erreur"]
    assert [said in row[-1] for row, (_, said) in zip(rows[1:], REFUSED, strict=True)] == [True] * 7
    assert before.content == after.content
    again = await sent(agent, after.content)
    assert "7 lignes à relire" in (await agent.get(again)).text.replace("\xa0", " ")


async def test_a_blank_line_counts_as_in_a_spreadsheet(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    page = await agent.get(await sent(agent, a_list(ROWS[0], "", ";;;", REFUSED[0][0])))

    lines = re.findall(r'data-l="Ligne">(\d+)<', page.text)
    assert lines == ["5", "2"]


async def test_a_list_of_another_program_is_shown_its_columns_once(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    content = a_list("Payet;Anne", headings="A;B")

    at = await sent(agent, content)
    unknown = await agent.get(at)
    await agent.post(f"{at}/colonnes", data={"family_name": "0", "given_name": "1", "email": "7"})
    shown = await agent.get(at)
    again = await agent.get(await sent(agent, content))

    assert "Prénom de l’adulte, Nom de l’adulte." in unknown.text
    assert "Anne Payet" in shown.text
    assert "Anne Payet" in again.text


def a_workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Nom parent", "Prénom parent", "Prénom", "Né le", "CP"])
        sheet.write_row(1, 0, ["Payet", "Anne", "=1+1"])
        sheet.write_datetime(1, 3, date(2024, 3, 14), day)
        sheet.write_number(1, 4, 97400)
    return file.getvalue()


def test_a_workbook_is_read_as_it_is_seen() -> None:
    found = table_files.read(a_workbook())

    assert found.headings[0] == "Nom parent"
    assert (found.rows[0][0], *found.rows[0][3:]) == ("Payet", "2024-03-14", "97400")


@pytest.mark.parametrize(
    "content", [b"", b"Nom\n", b"PK\x03\x04broken", b"a;b\n\0;1\n", b'a;b\n"open;1\n']
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="list_"):
        table_files.read(content)


async def test_a_list_nobody_brought_in_is_forgotten(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    agent = await town.staff()
    at = await sent(agent, a_list())
    empty = await agent.post(PAGE, files={"file": ("liste", b"")})

    clock.move(days=8)
    with town.here():
        await sweep()

    agent = await town.staff()
    assert empty.status_code == 422
    assert "Choisissez un fichier" in empty.text
    assert (await agent.get(at)).status_code == 404
    assert "jamais importée" in (await agent.get(PAGE)).text


async def test_a_list_that_fails_half_way_leaves_nothing(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    await brought_in(town, a_list(ROWS[2]))
    before = await everything(town)

    async def falls(*_: object) -> None:
        raise RuntimeError("cut")

    monkeypatch.setattr(importing, "_update", falls)
    with pytest.raises(RuntimeError, match="cut"):
        await brought_in(town, a_list(*ROWS[:2], ";Hoarau;Jean;j@b.fr;;;;Éva;24/12/2020;;;;"))

    assert await everything(town) == before


async def test_a_family_already_filed_at_the_counter_is_found_again(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        home = households.AddressEntry("", "", "", None)
        entry = households.AdultEntry("ANNE", "PAYET")
        number = await households.create([entry], home, tenant.now())
        await households.add_child(number, "Zoé", "Payet", born_on=date(2024, 3, 14))

    made = await brought_in(town, a_list(*ROWS[:2]))

    assert [done for done, _ in ends(made)] == ["updated", "updated"]
    assert (await everything(town))["core_household"] == 1
