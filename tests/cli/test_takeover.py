"""What another program held is shown, brought in whole, once, and taken back unless it was used."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ribambelle.database import DOOR
from ribambelle.errors import Misconfigured, NotYours, Refused
from ribambelle.families.tables import KnownFamily
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account, Address, Adult, Child, Household, School
from ribambelle.takeover import Taking, drafting, mapping, reporting, running, undoing
from ribambelle.takeover.families import CHILDREN, FAMILIES
from ribambelle.takeover.running import Report
from ribambelle.takeover.tables import TakenRow, Takeover
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow import journal
from ribambelle_cli.main import run
from ribambelle_paiement_tresor import tables as books
from ribambelle_paiement_tresor.queries import books as ledger
from ribambelle_paiement_tresor.taking_over import BALANCES
from ribambelle_periscolaire import tables as school
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.taking_over import MATTERS

HERE = Path(__file__).parent / "old_program"
RULES = """
[periscolaire]
[[periscolaire.cut_offs]]
name = "veille"
[periscolaire.cut_offs.add]
days = 1
at = "10:00"
excluded = ["wed", "sat", "sun"]
"""
WRITTEN = (
    *(Household, Adult, Child, Address, KnownFamily, School, school.Activity, school.Unit),
    *(school.Group, school.Situation, school.Enrolment, school.Enrolled),
)


@pytest.fixture
def town(communes: Communes) -> Town:
    place = communes.alpha
    file = place.app.platform.folder / f"{place.slug}.toml"
    file.write_text(file.read_text() + RULES)
    return place


async def taken(town: Town, folder: Path = HERE, *, dry: bool = False) -> Report:
    with town.here() as tenant:
        matters = running.matters(tenant)
        told = mapping.read((folder / "reprise.toml").read_text("utf-8"), matters)
        return await running.take(tenant, told.name, mapping.files(folder, told, matters), dry=dry)


async def counts(town: Town) -> dict[str, int]:
    with town.here():
        return {table._meta.tablename: await table.count() for table in WRITTEN}


def ends(report: Report) -> dict[str, list[str]]:
    return {one.file.matter.code: [each.done for each in one.outcomes] for one in report.brought}


def why(report: Report) -> dict[tuple[str, int], str]:
    return {
        (one.file.matter.code, each.rank): each.told
        for one in report.brought
        for each in one.outcomes
        if each.told
    }


async def owed(town: Town) -> dict[str, tuple[int, int]]:
    """Return what each family owes, and has paid ahead, in cents, by its name."""
    found = {}
    with town.here():
        payers = await books.Payer.select(books.Payer.id, books.Payer.adult.family_name)
        for row in payers:
            bills = await books.Invoice.select(books.Invoice.id).where(
                books.Invoice.payer == row["id"]
            )
            stands = await ledger.standing([one["id"] for one in bills])
            due = sum(one.owed for one in stands.values())
            found[row["adult.family_name"]] = due, await ledger.credit([row["id"]])
    return found


async def test_what_is_shown_is_what_is_done_then_nothing_twice(town: Town) -> None:
    before = await counts(town)
    file = town.app.platform.folder / f"{town.slug}.toml"
    written = file.read_text()

    shown = await taken(town, dry=True)
    untouched = await counts(town), file.read_text()
    done = await taken(town)
    after = await counts(town)
    again = await taken(town)

    assert untouched == (before, written)
    assert ends(shown) == ends(done)
    assert why(shown) == why(done)
    assert ends(done) == {
        "families": ["created", "created", "created", "refused"],
        "children": ["updated", "updated", "updated", "refused"],
        "activities": ["created", "created", "created", "refused"],
        "tariffs": ["created"] * 4,
        "quotients": ["created", "created", "refused"],
        "enrolments": ["created", "created", "created", "refused"],
        "balances": ["created", "created", "created", "refused"],
    }
    assert {one for some in ends(again).values() for one in some} == {"same", "refused"}
    assert await counts(town) == after
    assert await owed(town) == {"Payet": (6020, 0), "Hoarau": (0, 2550)}


async def test_each_line_that_is_refused_says_why(town: Town) -> None:
    told = why(await taken(town, dry=True))

    assert told["families", 5].startswith("il manque le prénom de l’adulte")
    assert told["children", 5] == "aucune famille ne porte le numéro D-999"
    assert told["activities", 4] == "reste fermée : choisissez son délai, puis ouvrez-la"
    assert told["activities", 5].startswith("genre inconnu « Natation »")
    assert told["quotients", 4] == (
        "le nombre « inconnu » ne se lit pas : écrivez un nombre entier, comme 1204"
    )
    assert told["enrolments", 6] == "cette famille n’a pas d’enfant « Noé »"
    assert told["balances", 5] == "il manque le montant dû, ou l’avance"


async def test_what_was_taken_over_serves_at_once(town: Town) -> None:
    report = await taken(town)

    with town.here() as tenant:
        prices = tenant.platform.tenant(tenant.slug).of(Settings).tariffs
        home = await Address.select(Address.line, Address.city).where(
            Address.line == "2 rue des Lilas"
        )
        bills = await books.Line.select(books.Line.label, books.Line.cents).order_by(books.Line.id)
        kept = await ledger.balances()
        faults = await ledger.faults()
        broken = await journal.broken_at()
    (tariffs,) = (one for one in report.brought if one.file.matter.code == "tariffs")

    assert len(prices) == 2
    assert "restaurant-scolaire" in tariffs.told[0]
    assert [one.cents for one in prices[0].bands] == [100, 295, 470]
    assert prices[1].flat == 150
    assert home == [{"line": "2 rue des Lilas", "city": "Alpha"}]
    assert [(row["label"], row["cents"]) for row in bills] == [
        ("Facture 2026-118 de juin", 4820),
        ("Facture 2026-204 de juillet", 1200),
    ]
    assert kept == {"families": 6020, "credit": -2550, "opening": -3470}
    assert (faults, broken) == ([], None)


async def test_the_way_back_leaves_nothing_but_the_books(town: Town) -> None:
    before = await counts(town)
    report = await taken(town)

    with town.here() as tenant:
        shown = await undoing.take_back(tenant, report.number, dry=True)
        still = await counts(town)
        undone = await undoing.take_back(tenant, report.number)
        with pytest.raises(Refused, match="takeover_undone"):
            await undoing.take_back(tenant, report.number)
        with pytest.raises(NotYours):
            await undoing.take_back(tenant, report.number + 1)
        balances, faults = await ledger.balances(), await ledger.faults()
        left = await TakenRow.count()
        tariffs = tenant.platform.tenant(tenant.slug).of(Settings).tariffs

    assert (shown.gone, shown.kept) == (undone.gone, undone.kept)
    assert undone.kept == []
    assert still["core_household"] == before["core_household"] + 3
    assert await counts(town) == before
    assert {code for code, cents in balances.items() if cents} == set()
    assert (faults, left, tariffs) == ([], 0, ())
    # taken back, it may be taken over again
    assert ends(await taken(town))["balances"] == ["created", "created", "created", "refused"]


USES = {
    "account": "modifié depuis",
    "change": "modifié depuis",
    "paid": "a été facturée, ou a payé, depuis",
    "booked": "sert encore : accueillir l’enfant les jours réservés, puis facturer",
    "paying": "un paiement est en cours",
}


@pytest.mark.parametrize("act", USES)
async def test_a_family_that_used_it_keeps_it_whole(town: Town, act: str) -> None:
    report = await taken(town)
    with town.here() as tenant:
        payet = await Adult.objects().get(Adult.family_name == "Payet")
        assert payet
        if act == "account":
            account = Account(email="anne.payet@exemple.fr", kind="family", created_at=tenant.now())
            made = await Account.insert(account).returning(Account.id)
            await Adult.update({Adult.account: made[0]["id"]}).where(Adult.id == payet.id)
        elif act == "change":
            await Adult.update({Adult.phone: "06 99 99 99 99"}).where(Adult.id == payet.id)
        elif act == "booked":
            await _books(payet.household, tenant.now())
        elif act == "paying":
            await _begins_to_pay(payet.id, tenant.now())
        else:
            await _pays(payet.id)
        undone = await undoing.take_back(tenant, report.number)
        children = await Child.count().where(Child.household == payet.household)
        enrolled = await school.Enrolled.count()
        families = await Household.count()
        left = tenant.platform.tenant(tenant.slug).of(Settings).tariffs

    assert [what for what, _ in undone.kept] == [
        "Famille de Anne Payet",
        *("École Jules Ferry", "École Rosa-Parks"),
        "Activité « Restaurant scolaire »",
    ]
    assert undone.kept[0][1] == USES[act]
    assert (children, enrolled, families) == (2, 2, 1)
    assert len(left) == 1  # what the evening cost went with the evening
    assert (await owed(town))["Payet"] == ((5020 if act == "paid" else 6020), 0)


async def _books(household: int, now: datetime) -> None:
    """Book a meal for one child of a household; no adult is asked to pay yet."""
    child = await Child.objects().where(Child.household == household).order_by(Child.id).first()
    (meal,) = await school.Unit.objects().where(school.Unit.name == "Repas")
    group = await school.Group.objects().where(school.Group.activity == meal.activity).first()
    assert child
    assert group
    about = {"child": child.id, "unit": meal.id, "group": group.id, "day": now.date()}
    await school.Booking.insert(school.Booking(**about, state="booked", changed_at=now))


async def _begins_to_pay(adult: int, now: datetime) -> None:
    """Press the button: the treasury has not answered yet."""
    payer = await books.Payer.objects().get(books.Payer.adult == adult)
    bill = await books.Invoice.objects().get(books.Invoice.payer == payer)
    assert payer
    assert bill
    said = {"regie": "regie", "client": "090909", "reference": "1", "saisie": "T", "cents": 6020}
    row = books.Payment(payer=payer.id, email="a@b.fr", state="asked", created_at=now, **said)
    made = await books.Payment.insert(row).returning(books.Payment.id)
    await books.Allocation.insert(
        books.Allocation(payment=made[0]["id"], invoice=bill.id, cents=6020, holds=bill.id)
    )


async def _pays(adult: int) -> None:
    from ribambelle.tenants import current
    from ribambelle_paiement_tresor.domain import accounts

    payer = await books.Payer.objects().get(books.Payer.adult == adult)
    bill = await books.Invoice.objects().get(books.Invoice.payer == payer)
    assert payer
    assert bill
    paid = accounts.settled(
        "cash", payer.id, 1000, [accounts.Share(bill.id, 1000)], {bill.id: 6020}
    )
    now = current().now()
    await ledger.write([accounts.Entry("counter:1", "counter", now.date(), paid, "regie")], now)


async def test_without_what_it_asks_of_the_books_the_way_back_would_take_money(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nobody asks whether a family paid since, and its payment is left hanging."""
    from ribambelle_paiement_tresor import taking_over

    async def nobody(households: Any, taking: Taking) -> dict[int, str]:
        return {}

    report = await taken(town)
    monkeypatch.setattr(
        "ribambelle.takeover.undoing.matters",
        lambda tenant: [
            one if one.code != "balances" else _replaced(one, nobody)
            for one in running.matters(tenant)
        ],
    )
    with town.here() as tenant:
        payet = await Adult.objects().get(Adult.family_name == "Payet")
        assert payet
        await _pays(payet.id)
        await undoing.take_back(tenant, report.number)
        balances = await ledger.balances()

    assert taking_over.BALANCES.used is not None
    assert balances["families"] == -1000


def _replaced(matter: Any, used: Any) -> Any:
    from dataclasses import replace

    return replace(matter, used=used)


async def test_a_kill_in_the_middle_leaves_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await counts(town)

    async def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        await taken(town)

    assert await counts(town) == before
    with town.here():
        assert await Takeover.count() == 0
        assert not DOOR.transaction_exists()


async def test_after_a_month_there_is_no_way_back(town: Town, clock: FrozenClock) -> None:
    from ribambelle.privacy import retention

    report = await taken(town)
    with town.here() as tenant:
        clock.move(days=31)
        await retention.night()
        with pytest.raises(Refused, match="takeover_too_old"):
            await undoing.take_back(tenant, report.number)


async def test_an_administrator_goes_back_from_the_desk(communes: Communes, town: Town) -> None:
    report = await taken(town)
    admin, agent = await town.staff(Grant("admin"), email="chef@alpha.test"), await town.staff()
    elsewhere = await communes.beta.staff(Grant("admin"), email="chef@beta.test")
    at = f"/bureau/reprises/{report.number}"
    before = await counts(town)

    listed = await admin.get("/bureau/reprises")
    shown = await admin.get(at)
    still = await counts(town)
    refused = await agent.post(at)
    strange = await elsewhere.post(at)
    done = await admin.post(at)
    twice = await admin.post(at)

    assert "Ancien logiciel, export du 20 novembre 2026" in listed.text
    assert "Ce qui a servi reste." in shown.text
    assert still == before
    assert (refused.status_code, strange.status_code) == (403, 404)
    assert done.headers["location"] == "/bureau/reprises"
    assert twice.status_code == 409
    assert (await counts(town))["core_household"] == 0


async def test_a_big_takeover_is_left_to_the_command(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await taken(town)
    monkeypatch.setattr("ribambelle.web.takeovers.MOST_ROWS", 10)
    admin = await town.staff(Grant("admin"))
    at = f"/bureau/reprises/{report.number}"

    shown, sent = await admin.get(at), await admin.post(at)

    assert f"ribambelle takeover undo {report.number} --tenant alpha" in shown.text
    assert sent.headers["location"] == at
    assert (await counts(town))["core_household"] == 3


async def test_another_commune_sees_nothing_of_it(communes: Communes, town: Town) -> None:
    report = await taken(town)

    with communes.beta.here() as tenant:
        assert await undoing.last() == []
        with pytest.raises(NotYours):
            await undoing.take_back(tenant, report.number)


SPLIT = {
    "responsables.csv": "Numéro;Nom;Prénom\nD-1;Payet;Anne\nD-2;Hoarau;Jean\nD-3;Technau;Éva\n",
    "soldes-cantine.csv": "Numéro;Reste dû;Avance\nD-1;12,00;\nD-2;5,00;5,00\nD-3;20,00;\n",
    "soldes-garderie.csv": "Numéro;Reste dû;Avance\nD-1;12,00;\nD-3;3,OO;\n",
    "reprise.toml": """
name = "Essai"
[families]
file = "responsables.csv"
columns = { number = "Numéro", family_name = "Nom", given_name = "Prénom" }
[balances]
file = "soldes-*.csv"
columns = { number = "Numéro", due = "Reste dû", credit = "Avance" }
""",
}


def written(folder: Path, **changed: str) -> Path:
    for name, text in {**SPLIT, **changed}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


async def test_what_a_family_owes_in_two_files_counts_once_each(town: Town, tmp_path: Path) -> None:
    done = await taken(town, written(tmp_path))
    again = await taken(town, tmp_path)
    corrected = SPLIT["soldes-garderie.csv"].replace("3,OO", "3,00")
    last = await taken(town, written(tmp_path, **{"soldes-garderie.csv": corrected}))

    assert [(one.file.name, [each.done for each in one.outcomes]) for one in done.brought[1:]] == [
        ("soldes-cantine.csv", ["created", "created", "refused"]),
        ("soldes-garderie.csv", ["created", "refused"]),
    ]
    assert [told for _, told in done.brought[2].refused] == [
        "le montant « 3,OO » ne se lit pas : écrivez-le en euros et centimes, comme 48,20"
    ]
    assert [told for _, told in done.brought[1].refused] == [
        "une autre ligne de cette famille est à corriger : elles se reprennent ensemble"
    ]
    # as much due as paid ahead is a balance too: it is not taken over again
    assert [[each.done for each in one.outcomes] for one in again.brought[1:]] == [
        ["same", "same", "refused"],
        ["same", "refused"],
    ]
    assert [[each.done for each in one.outcomes] for one in last.brought[1:]] == [
        ["same", "same", "created"],
        ["same", "created"],
    ]
    assert await owed(town) == {"Payet": (2400, 0), "Hoarau": (500, 500), "Technau": (2300, 0)}


async def test_when_every_family_waits_nothing_is_owed(town: Town, tmp_path: Path) -> None:
    every = "Numéro;Reste dû;Avance\nD-1;12,00;\nD-1;9999999999;\n"
    none = "Numéro;Reste dû;Avance\nD-2;1 000,00 EUR;\n"
    changed = {"soldes-cantine.csv": every, "soldes-garderie.csv": none}

    done = await taken(town, written(tmp_path, **changed))

    assert {each.done for one in done.brought[1:] for each in one.outcomes} == {"refused"}
    assert [len(one.outcomes) for one in done.brought[1:]] == [2, 1]
    assert await owed(town) == {}


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    written(tmp_path, **{"soldes-garderie.csv": SPLIT["soldes-cantine.csv"]})
    told = mapping.read(SPLIT["reprise.toml"], [FAMILIES, BALANCES])

    with pytest.raises(Misconfigured, match="sont le même fichier"):
        mapping.files(tmp_path, told, [FAMILIES, BALANCES])


async def test_two_takeovers_go_back_from_the_last(
    town: Town, tmp_path: Path, clock: FrozenClock
) -> None:
    lone = {"soldes-garderie.csv": "Numéro;Reste dû;Avance\nD-9;1,00;\n"}
    one_debt = {"soldes-cantine.csv": "Numéro;Reste dû;Avance\nD-1;12,00;\n"}
    first = await taken(town, written(tmp_path, **lone, **one_debt))
    clock.move(days=1)
    second = await taken(town, written(tmp_path, **lone))
    with town.here() as tenant:
        with pytest.raises(Refused, match="takeover_order") as caught:
            await undoing.take_back(tenant, first.number)
        still = await Household.count()
        undone = [
            await undoing.take_back(tenant, number) for number in (second.number, first.number)
        ]
        families, faults = await Household.count(), await ledger.faults()

    assert caught.value.facts == {"later": second.number}
    assert still == 3
    assert [one.kept for one in undone] == [[], []]
    assert (families, faults) == (0, [])
    assert {one: due for one, due in (await owed(town)).items() if any(due)} == {}


WRONG = [
    ("pas du toml [", "ce fichier n’est pas du TOML"),
    ("[families]\nfile = 'a.csv'", "il manque le nom du logiciel"),
    ("name = 'X'", "ce fichier ne dit rien à reprendre"),
    ("name = 'X'\n[cantine]\nfile = 'a.csv'", "rien ne se reprend sous « cantine »"),
    ("name = 'X'\n[families]", "families"),
    ("name = 'X'\n[families]\nfile = 'a.csv'\ncolumns = { nom = 'Nom' }", "« nom » n’est pas un champ"),
    ("name = 'X'\n[families]\nfile = 'rien.csv'", "aucun fichier « rien.csv »"),
    (
        "name = 'X'\n[families]\nfile = 'responsables.csv'\ncolumns = { number = 'Numéro' }",
        "aucune colonne ne s’appelle « Numéro »",
    ),
    (
        "name = 'X'\n[families]\nfile = 'responsables.csv'\ncolumns = { number = 'N° dossier' }",
        "aucune colonne ne dit : Prénom de l’adulte, Nom de l’adulte",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_wrong_mapping_says_where_and_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        told = mapping.read(text, [FAMILIES], "reprise.toml")
        mapping.files(HERE, told, [FAMILIES])

    assert sentence in caught.value.message


@pytest.mark.parametrize(
    ("content", "sheet", "sentence"),
    [
        (b"PK\x03\x04nothing", "", "liste.csv ne s’ouvre pas"),
        (b"Nom;Prenom\n", "", "liste.csv n’a aucune ligne sous ses titres"),
        (None, "Autre", "aucune feuille ne s’appelle « Autre »"),
    ],
)
def test_a_file_that_does_not_open_is_named(
    tmp_path: Path, content: bytes | None, sheet: str, sentence: str
) -> None:
    file = tmp_path / "liste.csv"
    if content is None:
        with xlsxwriter.Workbook(file) as book:
            book.add_worksheet("Familles").write_row(0, 0, ["Nom", "Prénom"])
    else:
        file.write_bytes(content)
    text = f"name = 'X'\n[families]\nfile = 'liste.csv'\nsheet = '{sheet}'"
    told = mapping.read(text, [FAMILIES])

    with pytest.raises(Misconfigured) as caught:
        mapping.files(tmp_path, told, [FAMILIES])

    assert sentence in caught.value.message


async def test_lines_to_correct_may_be_sent_again(town: Town, tmp_path: Path) -> None:
    reporting.write_refused(await taken(town, dry=True), tmp_path)

    text = (tmp_path / "children-enfants.csv").read_text("utf-8-sig")
    assert text.splitlines()[1].startswith("D-999;Perdu;Ailleurs")
    assert text.splitlines()[1].endswith("aucune famille ne porte le numéro D-999")

    corrected = tmp_path / "children-enfants.csv"
    corrected.write_text("corrigé", "utf-8")
    reporting.write_refused(await taken(town, dry=True), tmp_path)
    assert corrected.read_text("utf-8") == "corrigé"
    assert (tmp_path / "children-enfants-2.csv").read_text("utf-8-sig") == text


BESIDE = """
name = "Essai"
[families]
file = "familles.xlsx"
sheet = "Foyers"
[children]
file = "enfants.csv"
beside = { file = "liens.csv", column = "Id", other = "enfant" }
[children.columns]
number = "famille"
child_given_name = "Prénom"
child_family_name = "Nom"
child_born_on = "Naissance"
"""


def with_gaps(folder: Path) -> None:
    """Write files as people keep them: a blank line here, a cell of two lines, two homes there."""
    with xlsxwriter.Workbook(folder / "familles.xlsx") as book:
        book.add_worksheet("Notes").write(0, 0, "Export de novembre")
        sheet = book.add_worksheet("Foyers")
        for line, cells in (
            (3, ["N°", "Nom resp. 1", "Prén. resp. 1", "Tél."]),
            (4, ["7", "Payet", "Anne", "0699000001"]),
            (7, ["8", "Hoarau", "", "0699000002"]),
        ):
            sheet.write_row(line - 1, 1, cells)
    (folder / "enfants.csv").write_text(
        'Id;Prénom;Nom;Naissance;Note\n1;Zoé;Payet;14/03/2019;"deux\nlignes"\n\n2;Léo;Payet;hier;\n'
        ";;;;\n3;Tom;Perdu;01/09/2021;\n",
        "utf-8",
    )
    (folder / "liens.csv").write_text("famille;enfant\n7;1\n7;2\n99;2\n99;3\n", "utf-8")
    (folder / "reprise.toml").write_text(BESIDE, "utf-8")


async def test_a_line_is_told_as_a_spreadsheet_shows_it(town: Town, tmp_path: Path) -> None:
    with_gaps(tmp_path)

    report = await taken(town, tmp_path)

    told = {
        (one["file"], line["line"]): line["told"]
        for one in reporting.as_json(report)["files"]
        for line in one["lines"]
        if line["done"] == "refused"
    }
    assert told == {
        ("familles.xlsx", 7): "il manque le prénom de l’adulte",
        ("enfants.csv", 4): "aucune famille ne porte le numéro 99",
        ("enfants.csv", 6): "aucune famille ne porte le numéro 99",
    }
    written = reporting.as_file(report).decode("utf-8-sig")
    assert (
        "Enfants;enfants.csv;4;Refusée;la date « hier » ne se lit pas : écrivez une date" in written
    )
    assert [cells[1] for cells, _ in report.brought[1].refused] == ["Léo", "Léo", "Tom"]


async def test_the_line_of_the_same_family_is_the_file_s(town: Town, tmp_path: Path) -> None:
    head = "N° famille;Nom parent;Prénom parent;Prénom enfant;Né le\n"
    rows = "F1;Payet;Anne;Zoé;14/03/2019\n\nF2;Payet;Anne;Zoé;14/03/2019\n"
    (tmp_path / "familles.csv").write_text(f"\n\n{head}{rows}", "utf-8")
    (tmp_path / "reprise.toml").write_text("name = 'X'\n[families]\nfile = 'familles.csv'\n")

    (one,) = (await taken(town, tmp_path)).brought

    assert [one.line(each) for each in one.outcomes] == [4, 6]
    assert one.outcomes[1].told == "même adulte et même enfant qu’à la ligne 4 de cette liste"


READY = Path(__file__).parents[2] / "docs" / "fr" / "reprises"
EXPORTS = {
    "enfance-bl.toml": {
        "famille.csv": "id;nomResp1;prenomResp1;emailResp1;portableResp1;nomResp2;prenomResp2;"
        "emailResp2;portableResp2;adrNumeroVoie;adrcodePostal;adrLocalite\n"
        "7;PAYET;Anne;a@b.fr;0699000001;PAYET;Luc;;;2 rue des Lilas;71880;ALPHA\n",
        "enfant.csv": "Id;nom;prenom;dateNaissance\n1;PAYET;Zoé;14/03/2019\n2;SEUL;Léo;01/09/2021\n",
        "enfantFamille.csv": "famille_id;enfant_id\n7;1\n",
    },
    "parascol.toml": {
        "export.csv": "Famille Identifiant;Responsable 1 Nom;Responsable 1 Prénom;"
        "Responsable 1 Mail;Responsable 1 Portable;Responsable 2 Nom;Responsable 2 Prénom;"
        "Responsable 2 Mail;Responsable 2 Portable;Responsable 1 Adresse;"
        "Responsable 1 Code postal;Responsable 1 Ville;Enfant Nom;Enfant Prénom;"
        "Enfant Date de naissance\n"
        "7;PAYET;Anne;a@b.fr;0699000001;PAYET;Luc;;;2 rue des Lilas;71880;ALPHA;PAYET;Zoé;14/03/2019\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("ready", EXPORTS)
async def test_a_mapping_that_is_ready_reads_the_export_of_its_program(
    town: Town, tmp_path: Path, ready: str
) -> None:
    assert {one.name for one in READY.iterdir()} == set(EXPORTS)
    for name, text in EXPORTS[ready].items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "reprise.toml").write_text((READY / ready).read_text("utf-8"), "utf-8")

    report = await taken(town, tmp_path)

    with town.here():
        adults = await Adult.select(Adult.given_name).order_by(Adult.rank)
        children = await Child.select(Child.given_name, Child.born_on)
    assert [row["given_name"] for row in adults] == ["Anne", "Luc"]
    assert children == [{"given_name": "Zoé", "born_on": date(2019, 3, 14)}]
    refused = [told for told in why(report).values() if told.startswith("il manque")]
    assert refused == (["il manque le numéro"] if ready == "enfance-bl.toml" else [])


def test_the_command_drafts_a_mapping_shows_and_takes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made = ["tenant", "create", "bastia", "--insee", "2B033", "--host", "b.localhost"]
    assert run([*made, "--plugin", "periscolaire", "--plugin", "paiement"]) == 0
    here = ["--tenant", "bastia"]
    exports = str(HERE)

    assert run(["takeover", "draft", exports, *here]) == 0
    drafted = (tmp_path / "reprise.toml").read_text("utf-8")
    mine = ["--mapping", str(HERE / "reprise.toml"), *here]
    assert run(["takeover", "run", exports, *mine, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert run(["takeover", "run", exports, *mine, "--report", "r.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert run(["takeover", "list", *here]) == 0
    assert run(["takeover", "undo", "1", *here]) == 0
    again = run(["takeover", "undo", "1", *here])
    capsys.readouterr()
    written_elsewhere = []
    for content in ('name = "Été"\n[families]\nfile = "r.csv"'.encode("cp1252"), b"\xff\xfe\0"):
        Path("autre.toml").write_bytes(content)
        code = run(["takeover", "run", exports, "--mapping", "autre.toml", *here])
        written_elsewhere.append((code, capsys.readouterr().err))

    assert '[tariffs]\nfile = "tarifs.csv"' in drafted
    assert '[enrolments]\nfile = "inscriptions.csv"' in drafted
    assert 'line = ["N°", "Voie"]' in drafted
    assert 'quotient_familial = "QF"' in drafted
    assert "rien n’est écrit" in shown
    assert told["number"] == 1
    assert (tmp_path / "r.csv").read_text("utf-8-sig").startswith("Partie;Fichier;Ligne;Résultat")
    assert again == 1
    assert [code for code, _ in written_elsewhere] == [1, 1]
    assert "aucun fichier « r.csv »" in written_elsewhere[0][1]
    assert "ne s’ouvre pas" in written_elsewhere[1][1]


async def test_every_sheet_is_drafted_and_its_headings_known(town: Town, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    with xlsxwriter.Workbook(tmp_path / "exports" / "tout.xlsx") as book:
        for name, headings in (
            ("Lisez-moi", ["Export du 20 novembre"]),
            ("Foyers", ["N°", "Nom resp. 1", "Prénom resp. 1", "Tél. port.", "N°", "Voie", "C.P."]),
            ("Enfants", ["N° foyer", "Id famille", "Prénom(s)", "Nom", "Né(e) le", "Établ."]),
            ("QF", ["N° famille", "Q.F.", "Date d’effet"]),
            ("Contacts", ["N°", "Nom resp.", "Prénom resp.", "N°", "Rue"]),
            ("Vide", []),
        ):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, headings)
            sheet.write_row(1, 0, ["7" for _ in headings])
    for file in EXPORTS["parascol.toml"].values():
        (tmp_path / "exports" / "parascol.csv").write_text(file, "utf-8")

    drafted = drafting.draft(tmp_path / "exports", running.matters(town.tenant))

    told = mapping.read(drafted.text, running.matters(town.tenant)).files
    assert {code: (one.file, one.sheet) for code, one in told.items()} == {
        "families": ("parascol.csv", ""),
        "children": ("tout.xlsx", "Enfants"),
        "quotients": ("tout.xlsx", "QF"),
    }
    assert len(told["families"].columns) == 15
    assert told["children"].columns == {
        "number": "Id famille",
        "child_given_name": "Prénom(s)",
        "child_family_name": "Nom",
        "child_born_on": "Né(e) le",
        "school": "Établ.",
    }
    assert told["quotients"].columns["quotient_familial"] == "Q.F."
    assert [(one.name, one.label) for one in drafted.files][1:3] == [
        ("tout.xlsx, feuille « Lisez-moi »", ""),
        ("tout.xlsx, feuille « Foyers »", "Familles, comme parascol.csv"),
    ]


def test_the_page_for_the_commune_says_what_is_here() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fr" / "reprise.md").read_text("utf-8")
    fields = {
        one.code: {field.code for field in one.fields}
        for one in (FAMILIES, CHILDREN, *MATTERS, BALANCES)
    }
    told = re.findall(r"^\| `(\w+)` \| .*? \| (.*) \|$", page, re.MULTILINE)
    of_child = fields["children"] - {"number"}

    assert f"```toml\n{(HERE / 'reprise.toml').read_text('utf-8')}```" in page
    assert {code: set(re.findall(r"`(\w+)`", said)) for code, said in told} == {
        **fields,
        "families": fields["families"] - of_child,
    }
