"""The quartier of a family comes from its address, where the commune gave its list of streets."""

from pathlib import Path

import pytest
from tests.creche.builders import a_facility, a_quartier, an_application

from ribambelle.identity import Grant
from ribambelle.identity.tables import Quartier
from ribambelle.testing import Communes, Town
from ribambelle_cli.main import run
from ribambelle_creche.domain.dossier import Address, decode
from ribambelle_creche.domain.streets import read
from ribambelle_creche.queries import streets
from ribambelle_creche.tables import Application, Facility, Street

LIST = """Rue;Quartier;Du;Au;Côté
rue des Lilas;Centre;1;21;impair
rue des Lilas;Gare;;;pair
Bd de la Liberté;Centre;;;
place Royale;Ailleurs;;;
;Centre;;;
quai de la Fosse;Gare;30;9;
"""


async def listed(town: Town) -> None:
    with town.here():
        await a_quartier("Centre")
        await a_quartier("Gare")
        await streets.replace(read(LIST.encode()), dry_run=False)


async def quartier(address: str) -> str | None:
    found = await streets.quartier_of(address)
    row = await Quartier.objects().get(Quartier.id == (found or 0))
    return row.name if row else None


async def test_an_address_has_the_quartier_of_its_side_of_the_street(communes: Communes) -> None:
    await listed(communes.alpha)

    with communes.alpha.here():
        found = [
            await quartier(address)
            for address in (
                *("7 rue des Lilas", "12 bis, Rue des lilas", "23 rue des Lilas"),
                *("boulevard Liberté", "3 bd. de la liberté", "rue des Lilas", "1 place Royale"),
            )
        ]

    assert found == ["Centre", "Gare", None, "Centre", "Centre", None, None]
    with communes.beta.here():
        assert await quartier("7 rue des Lilas") is None


async def test_lines_that_cannot_be_kept_say_why_and_a_new_list_replaces_the_old(
    communes: Communes,
) -> None:
    with communes.alpha.here():
        await a_quartier("Centre")
        await a_quartier("Gare")
        dry = await streets.replace(read(LIST.encode()), dry_run=True)
        nothing = await Street.count()
        await streets.replace(read(LIST.encode()), dry_run=False)
        await streets.replace(read(b"rue;quartier\nrue A;Gare\n"), dry_run=False)

        assert nothing == 0
        assert dry == {
            5: "quartier inconnu « Ailleurs »",
            6: "rue absente",
            7: "numéros à l’envers : 30 à 9",
        }
        assert [row["name"] for row in await Street.select(Street.name)] == ["rue A"]


async def test_a_family_is_told_its_quartier_and_chooses_only_when_the_list_is_silent(
    communes: Communes,
) -> None:
    town = communes.alpha
    await listed(town)
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(f'postcodes = ["97400"]\n{file.read_text("utf-8")}', "utf-8")
    browser = await town.family()
    opened = await browser.post("/creche/demandes/nouvelle")
    step = opened.headers["location"].replace("/etapes", "/etape/adresse")

    async def answered(line: str, chosen: str, postcode: str = "") -> int | None:
        await browser.post(
            step,
            data={
                "line": line,
                "postcode": postcode or "97400",
                "city": "Alpha",
                "quartier": chosen,
            },
        )
        with town.here():
            row = await Application.objects().first()
        assert row is not None
        address = decode(row.answers).address
        return address.quartier if address else None

    page = await browser.get(step)
    found = await answered("12 rue des Lilas", "")
    told = await browser.get(step)
    unknown = await answered("12 rue Inconnue", "1")
    chosen = await answered("12 rue des Lilas", "1")

    assert "d’après la rue" in page.text
    assert (found, unknown, chosen) == (2, 1, 1)
    assert "le quartier est Gare" in told.text
    assert await answered("12 rue des Lilas", "", "99999") is None


async def test_files_and_places_are_counted_by_iris_where_the_list_gives_it(
    communes: Communes,
) -> None:
    """Sent before the list came or after it, a file lies where its street does."""
    town, url = communes.alpha, "/bureau/creche/statistiques"
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(f'postcodes = ["97400"]\n{file.read_text("utf-8")}', "utf-8")
    told = """rue;quartier;du;au;iris
rue des Lilas;Centre;1;21;441090101 Decré
rue des Lilas;Centre;22;;441090102
"""
    with town.here():
        lilas = await a_facility("Les Lilas", places=30)
        await Facility.update({Facility.address: "4 rue des Lilas"}, force=True)
        for line in ("2 rue des Lilas", "40 rue des Lilas"):
            await an_application(lilas, state="complete", address=Address(line, "97400", "Alpha"))
        assert "IRIS" not in (await (await town.staff()).get(url)).text
        await streets.replace(read(told.encode()), dry_run=False)
        await an_application(
            lilas, state="complete", address=Address("2 rue des Lilas", "97400", "Alpha")
        )
        await an_application(
            lilas, state="complete", address=Address("2 rue des Lilas", "99999", "Ailleurs")
        )
    agent = await town.staff()

    shown = await agent.get(f"{url}?decoupage=iris")
    sheet = await agent.get(f"{url}/export/csv?decoupage=iris&table=quartiers")
    manager = Grant("creche_manager", f"creche.facility:{lilas}")
    theirs = await (await town.staff(manager, email="n@example.test")).get(f"{url}?decoupage=iris")

    assert '<option value="iris" selected>' in shown.text
    rows = [line.split(";") for line in sheet.content.decode("utf-8-sig").splitlines()]
    assert {row[0]: row[-1] for row in rows} == {
        **{"IRIS": "Total", "441090101 Decré": "2", "441090102": "1"},
        **{"Sans IRIS connu": "1", "Ville": "4"},
    }
    assert "iris=441090101+Decr" in shown.text
    listed = await agent.get("/bureau/creche/demandes?vue=actives&iris=441090101+Decr%C3%A9")
    assert "IRIS 441090101 Decré" in listed.text
    assert listed.text.count("Zoé") == 2
    assert "441090101" not in theirs.text


def test_the_command_reads_a_list_and_gives_back_what_it_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    (tmp_path / "list.csv").write_text(
        "nom;quartier;places;adresse\nLilas;Centre;20;1 rue A\n", "utf-8"
    )
    (tmp_path / "streets.csv").write_text(LIST, "utf-8")
    assert run(["tenant", "create", "ville", "--insee", "44109", "--plugin", "creche"]) == 0
    assert run(["creche", "import-facilities", str(tmp_path / "list.csv"), "-t", "ville"]) == 0
    capsys.readouterr()
    command = ["creche", "import-streets", str(tmp_path / "streets.csv"), "--tenant", "ville"]

    assert run([*command, "--errors", str(tmp_path / "errors.csv")]) == 1
    said = capsys.readouterr().out
    assert "6 lignes lues : 2 gardées, 4 refusées." in said
    assert "quartier inconnu « Gare »" in said
    assert "numéros à l’envers" in (tmp_path / "errors.csv").read_text("utf-8-sig")
    assert run([*command, "--dry-run", "--json"]) == 1
