"""A city's list of crèches comes in whole: each line kept, or refused with its reason."""

import json
from pathlib import Path

import pytest

from ribambelle.identity.tables import Quartier
from ribambelle.testing import Communes
from ribambelle_cli.main import run
from ribambelle_creche.importing import ASIDE, CREATED, REFUSED, SAME, UPDATED, bring_in
from ribambelle_creche.tables import Facility

LIST = """nom;type;adresse;quartier;micro_quartier;places;latitude;longitude
Les Lilas;Municipale;1 rue A;Centre;Dobree-Bon Port;30;47.2;-1.5
Les Lilas;Associative;2 rue B;Centre;Nulle part;20;;
La Cabane;Ludothèque;3 rue C;Gare;;12;47.3;-1.6
Sans places;Associative;4 rue D;Gare;;beaucoup;47.3;-1.6
Les Lilas;Municipale;1 rue A;Centre;;30;47.2;-1.5
"""
MICRO = (
    "quartier;micro_quartier;population_2018\nCentre;Dobrée-Bon Port;1860\nCentre;Bretagne;900\n"
)


async def test_every_line_has_its_outcome(communes: Communes) -> None:
    with communes.alpha.here():
        outcomes = await bring_in(LIST.encode(), MICRO.encode(), dry_run=False)
        kept = await Facility.objects(Facility.quartier).order_by(Facility.id)
        centre = await Quartier.objects().get(Quartier.folded == "centre")

    assert [outcome.done for outcome in outcomes] == [CREATED, CREATED, CREATED, REFUSED, REFUSED]
    assert "lu comme « Dobrée-Bon Port »" in outcomes[0].remark
    assert "gardé tel quel" in outcomes[1].remark
    assert "sans coordonnées" in outcomes[1].remark
    assert "type inconnu" in outcomes[2].remark
    assert "illisible « beaucoup »" in outcomes[3].remark
    assert outcomes[4].remark == "déjà en ligne 2"
    assert [(one.name, one.kind, one.places) for one in kept] == [
        ("Les Lilas", "municipal", 30),
        ("Les Lilas", "association", 20),
        ("La Cabane", "other", 12),
    ]
    assert kept[0].latitude == 47_200_000
    assert centre is not None
    assert centre.population == 2760


async def test_a_second_import_changes_only_what_changed(communes: Communes) -> None:
    with communes.alpha.here():
        await bring_in(LIST.encode(), None, dry_run=False)
        again = await bring_in(LIST.encode(), None, dry_run=False)
        moved = await bring_in(LIST.replace(";30;", ";32;").encode(), None, dry_run=False)

        assert [o.done for o in again[:3]] == [SAME, SAME, SAME]
        assert [o.done for o in moved[:3]] == [UPDATED, SAME, SAME]
        assert await Facility.count() == 3


async def test_a_creche_that_the_town_hall_closed_stays_so_and_is_told(communes: Communes) -> None:
    """A list that names it would let whoever sends it believe that families see it."""
    with communes.alpha.here():
        await bring_in(LIST.encode(), None, dry_run=False)
        await Facility.update({Facility.is_open: False}).where(Facility.places == 30)
        again = await bring_in(LIST.encode(), None, dry_run=False)
        open_ = await Facility.count().where(Facility.is_open.eq(True))

    assert "fermée par la mairie, elle le reste" in again[0].remark
    assert "fermée" not in again[1].remark
    assert ([o.done for o in again[:3]], open_) == ([SAME, SAME, SAME], 2)


async def test_a_second_import_moves_a_creche_and_keeps_what_it_wrote(communes: Communes) -> None:
    with communes.alpha.here():
        await bring_in(LIST.encode(), None, dry_run=False)
        await Facility.update({Facility.phone: "02 40 00 00 00", Facility.project: "Dehors"}).where(
            Facility.name == "La Cabane"
        )
        moved = LIST.replace("3 rue C;Gare", "3 rue C;Centre")
        outcomes = await bring_in(moved.encode(), None, dry_run=False)
        cabin = await Facility.objects(Facility.quartier).get(Facility.name == "La Cabane")
        again = await bring_in(moved.encode(), None, dry_run=False)

    assert [outcome.done for outcome in outcomes[:3]] == [SAME, SAME, UPDATED]
    assert cabin is not None
    assert cabin.quartier.name == "Centre"
    assert (cabin.phone, cabin.project) == ("02 40 00 00 00", "Dehors")
    assert again[2].done == SAME


MAMS = """nom;type;adresse;quartier;places
Les Lilas;Municipale;1 rue A;Centre;30
Hippopomam;MAM;2 rue B;Port;10
La Maison;Maison d’assistantes maternelles;3 rue C;Port;beaucoup
Chez elles;Crèche familiale (assistantes maternelles);4 rue D;Centre;12
"""


async def test_a_house_of_childminders_is_left_aside_and_its_line_says_why(
    communes: Communes,
) -> None:
    with communes.alpha.here():
        outcomes = await bring_in(MAMS.encode(), None, dry_run=False)
        kept = await Facility.select(Facility.name).order_by(Facility.id)

        assert [outcome.done for outcome in outcomes] == [CREATED, ASIDE, ASIDE, CREATED]
        assert [row["name"] for row in kept] == ["Les Lilas", "Chez elles"]
        assert not await Quartier.exists().where(Quartier.folded == "port")
        assert "n’est pas une crèche" in outcomes[1].remark
        assert "l’annuaire montre" in outcomes[2].remark

        # one that was brought in as a crèche before: nothing of it is lost, and it is said
        await Facility.update({Facility.import_key: outcomes[1].line.key}).where(
            Facility.name == "Chez elles"
        )
        again = await bring_in(MAMS.encode(), None, dry_run=True)
        assert "reste avec les demandes" in again[1].remark


async def test_a_dry_run_writes_nothing(communes: Communes) -> None:
    with communes.alpha.here():
        await bring_in(LIST.encode(), MICRO.encode(), dry_run=True)

        assert await Facility.count() == 0
        assert await Quartier.count() == 0


async def test_an_older_spreadsheet_is_read(communes: Communes) -> None:
    with communes.alpha.here():
        content = "Nom;Quartier;Capacité\nL’Écureuil;Hauts-Pavés;15\n".encode("cp1252")

        (outcome,) = await bring_in(content, None, dry_run=True)

    assert outcome.line.name == "L’Écureuil"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A commune made by the command, as a town hall would."""
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    assert run(["tenant", "create", "ville", "--insee", "44109", "--plugin", "creche"]) == 0
    return tmp_path


def test_the_command_says_what_it_did(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "list.csv").write_text(LIST, "utf-8")
    capsys.readouterr()

    code = run(
        [
            "creche",
            "import-facilities",
            str(town / "list.csv"),
            "--tenant",
            "ville",
            "--json",
            "--errors",
            str(town / "errors.csv"),
        ]
    )

    report = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (report["created"], report["refused"], report["places"]) == (3, 2, 62)
    errors = (town / "errors.csv").read_text("utf-8-sig").splitlines()
    assert errors[0].endswith(";Ligne;Remarque")
    assert errors[-1].startswith("Les Lilas;Municipale;1 rue A;Centre;;30;47.2;-1.5;6;refusée")


def test_a_file_without_the_columns_is_refused(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (town / "list.csv").write_text("a;b\n1;2\n", "utf-8")

    assert run(["creche", "import-facilities", str(town / "list.csv"), "--tenant", "ville"]) == 1
    assert "Colonnes absentes : nom, quartier, places" in capsys.readouterr().err
    assert run(["creche", "import-facilities", str(town / "none.csv"), "--tenant", "ville"]) == 1
    assert run(["creche", "import-facilities", str(town / "list.csv"), "--tenant", "autre"]) == 1


@pytest.mark.real_data
async def test_the_real_list_of_nantes_comes_in_whole(communes: Communes, real_data: Path) -> None:
    content = (real_data / "nantes-structures.csv").read_bytes()
    micro = (real_data / "nantes-micro-quartiers.csv").read_bytes()

    with communes.alpha.here():
        outcomes = await bring_in(content, micro, dry_run=False)
        kept = await Facility.select(Facility.places, Facility.latitude, Facility.quartier)
        parts = await Quartier.count().where(Quartier.parent.is_not_null())

    told = [outcome.done for outcome in outcomes]
    assert (len(told), told.count(CREATED), told.count(ASIDE)) == (112, 96, 16)
    assert all("MAM" in o.line.raw.values() for o in outcomes if o.done == ASIDE)
    assert sum(row["places"] for row in kept) == 3452
    assert len({row["quartier"] for row in kept}) == 11
    assert sum(row["latitude"] is None for row in kept) == 1
    assert parts == 97
    unknown = [o.line.micro_quartier for o in outcomes if "gardé tel quel" in o.remark]
    assert "Rd pt de Vannes" in unknown
    assert "Rond-point de Rennes" not in {o.line.micro_quartier for o in outcomes}
