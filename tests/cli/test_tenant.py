"""Bringing up a commune by the command: all of it, or nothing, and said in French."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ribambelle import commands
from ribambelle_cli.main import run


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


def create(*more: str) -> int:
    return run(["tenant", "create", "saint-denis", "--insee", "97411", *more])


def test_a_commune_is_brought_up_by_one_command(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = create("--host", "famille.re", "--plugin", "creche", "--json")

    made = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (made["name"], made["departement"], made["timezone"]) == (
        "Saint-Denis",
        "974",
        "Indian/Reunion",
    )
    assert made["activation_link"].startswith("https://famille.re/invitation/")
    assert run(["tenant", "check", "saint-denis"]) == 1
    assert "mail.server" in capsys.readouterr().out
    file = place / "tenants" / "saint-denis.toml"
    file.write_text(file.read_text() + '[mail]\nserver = "smtp.re"\n')
    assert run(["tenant", "check", "saint-denis"]) == 0
    assert "documents.secret" in capsys.readouterr().out
    run(["tenant", "list", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert [(one["slug"], one["hosts"], one["plugins"]) for one in listed] == [
        ("saint-denis", ["famille.re"], ["creche"])
    ]
    key = place / "data" / "saint-denis" / "secret.key"
    assert key.stat().st_mode & 0o077 == 0


def test_a_departement_is_brought_up_by_its_code(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["tenant", "create", "la-reunion", "--departement", "974", "--plugin", "assmat"]
    assert run([*words, "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)["file"]
    assert run([*words, "--json"]) == 0

    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["departement"], made["insee"], made["timezone"]) == (
        "La Réunion",
        "974",
        "",
        "Indian/Reunion",
    )
    assert (place / "tenants" / "la-reunion.toml").read_text() == planned
    assert run(["tenant", "check", "la-reunion"]) == 0
    capsys.readouterr()
    file, where = place / "r.csv", ["--tenant", "la-reunion"]
    file.write_text(
        "Numéro d'agrément;Nom;Prénom;Début;Fin;CP;Commune;Places\n"
        "9741;Payet;Rosa;01/05/2024;30/04/2029;97400;SAINT DENIS;4\n"
    )
    for dry in (["--dry-run"], [], []):
        assert run(["assmat", "import", str(file), *where, "--json", *dry]) == 0
        told = json.loads(capsys.readouterr().out)
    assert told == {"same_file": True, "dry_run": False}
    file.write_text("Nom;Prénom\nPayet;Rosa\n")
    assert run(["assmat", "import", str(file), *where]) == 1
    assert "Des colonnes manquent" in capsys.readouterr().err


REFUSALS = [
    (["ville", "--insee", "99999"], "99999"),
    (["Ville", "--insee", "44109"], "lettres minuscules"),
    (["ville"], "--departement, ou --name"),
    (["ville", "--insee", "44109", "--host", "https://x.fr"], "sans « https:// »"),
    (["ville", "--insee", "44109", "--host", "famille.re"], "appartient déjà"),
    (["ville", "--insee", "44109", "--plugin", "chreche"], "assmat, creche"),
    (["ville", "--insee", "44109", "--agent", "personne"], "adresse e-mail"),
    (["ville", "--insee", "44109", "--colour", "bleu"], "bleu"),
    (["ville", "--insee", "44109", "--departement", "44"], "jamais les deux"),
    (["ville", "--departement", "Loire"], "2A, 2B"),
    (["saint-denis", "--insee", "44109"], "existe déjà"),
    (["ville", "--insee", "44109", "--database", "notaurl"], "adresse PostgreSQL"),
    (
        ["ville", "--insee", "44109", "--database", "postgresql://u@s:port/b"],
        "le port est un nombre",
    ),
    (["ville", "--insee", "44109", "--database", "postgresql://u@s"], "ne nomme aucune base"),
    (["ville", "--insee", "44109", "--database", "postgresql://u@127.0.0.1:9/b"], "ne tourne pas"),
]


@pytest.mark.parametrize(("words", "told"), REFUSALS)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    create("--host", "famille.re")
    before = sorted(path for path in place.rglob("*") if ".templates" not in path.parts)
    capsys.readouterr()

    code = run(["tenant", "create", *words])

    assert code == 1
    assert told in capsys.readouterr().err
    after = sorted(path for path in place.rglob("*") if ".templates" not in path.parts)
    assert after == before


def test_a_list_shows_every_sign_of_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    run(["tenant", "create", "saint-denis", "--host", "famille.re", "--name", "Île [/b] [bleue]"])
    capsys.readouterr()

    assert run(["tenant", "list"]) == 0
    assert "Île [/b] [bleue]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tenant", "create"], "Il manque l’argument"),
        (["tenant", "list", "--jsn"], "Vouliez-vous écrire --json ?"),
        (["tenant", "creer"], "Commande inconnue : creer"),
        (["tenant", "show", "a", "b"], "Argument en trop"),
        (["serve", "--port", "beaucoup"], "Valeur refusée"),
    ],
)
def test_a_misused_command_leaves_with_2(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(words) == 2
    assert told in capsys.readouterr().err


def test_help_is_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tenant", "create", "--help"]) == 0

    told = capsys.readouterr().out
    assert "Usage :" in told
    for english in ("Show this message", "Usage: ", "[required]", "default:"):
        assert english not in told


def test_an_address_in_two_files_is_told_to_both(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create("--host", "famille.re", "--host", "famille.re")
    file = place / "tenants" / "saint-denis.toml"
    assert file.read_text().count("famille.re") == 1
    run(["tenant", "create", "ajaccio", "--insee", "2a004", "--host", "ajaccio.fr"])
    other = place / "tenants" / "ajaccio.toml"
    other.write_text(other.read_text().replace('["ajaccio.fr"]', '["ajaccio.fr", "famille.re"]'))
    capsys.readouterr()

    for slug in ("saint-denis", "ajaccio"):
        assert run(["tenant", "check", slug]) == 1
        assert "famille.re" in capsys.readouterr().out


def test_a_dry_run_says_and_does_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert create("--dry-run") == 0

    assert 'insee = "97411"' in capsys.readouterr().out
    assert not (place / "tenants").exists()


def test_a_plugin_is_switched_on_and_off(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    create()
    file = place / "tenants" / "saint-denis.toml"
    file.write_text(file.read_text() + "\n# une remarque du service informatique\n")

    assert run(["tenant", "enable", "saint-denis", "creche"]) == 0
    assert 'plugins = ["creche"]' in file.read_text()
    assert "une remarque" in file.read_text()
    assert run(["creche", "list-facilities", "--tenant", "saint-denis"]) == 0
    assert run(["tenant", "enable", "saint-denis", "creche"]) == 1
    assert run(["tenant", "disable", "saint-denis", "creche"]) == 0
    assert run(["creche", "list-facilities", "--tenant", "saint-denis"]) == 1
    assert "tenant enable saint-denis creche" in capsys.readouterr().err


def test_the_first_agent_is_invited_by_mail(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create("--agent", "Nora@Mairie.re") == 0
    assert "nora@mairie.re" in capsys.readouterr().out

    assert run(["work", "--once"]) == 0

    (mail,) = (place / "data" / "saint-denis" / "outbox").iterdir()
    assert b"nora@mairie.re" in mail.read_bytes()


def test_a_commune_is_copied_and_put_back_elsewhere(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    create("--plugin", "creche")
    copy, there = place / "copy", place / "there"

    assert run(["backup", "saint-denis", "--to", str(copy)]) == 0
    assert run(["backup", "saint-denis", "--to", str(copy)]) == 1
    assert run(["restore", str(copy), "--to", str(there)]) == 0
    assert run(["restore", str(copy), "--to", str(there)]) == 1

    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(there / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(there / "data"))
    assert run(["tenant", "check", "saint-denis"]) == 0
    key = "data/saint-denis/secret.key"
    assert (there / key).read_bytes() == (place / key).read_bytes()


def test_accounts_are_opened_and_invited_again(capsys: pytest.CaptureFixture[str]) -> None:
    create("--plugin", "creche")
    opened = ["account", "create", "saint-denis", "a@b.re", "--role"]

    assert run([*opened, "agent"]) == 0
    assert run(["account", "invite", "saint-denis", "a@b.re", "--json"]) == 0
    assert run(["account", "invite", "saint-denis", "absent@b.re"]) == 1
    assert run([*opened, "roi"]) == 1
    assert "Rôles possibles" in capsys.readouterr().err
    assert run([*opened, "creche_manager"]) == 1
    assert run([*opened, "agent", "--scope", "creche.facility:1"]) == 1


def test_roles_are_given_and_taken_and_accesses_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """With --dry-run nothing changes; the list says what stands."""
    create("--plugin", "creche")
    run(["account", "create", "saint-denis", "a@b.re", "--role", "agent"])
    on = ["saint-denis", "a@b.re"]

    def standing() -> tuple[list[str], str]:
        capsys.readouterr()
        assert run(["account", "list", "saint-denis", "--json"]) == 0
        (one,) = json.loads(capsys.readouterr().out)
        return one["roles"], one["state"]

    agent, partner = "Agent de la mairie", "Partenaire (CAF, département, association)"
    assert run(["account", "grant", *on, "--role", "partner", "--dry-run"]) == 0
    assert standing() == ([agent], "invited")
    assert run(["account", "grant", *on, "--role", "partner"]) == 0
    assert run(["account", "revoke", *on, "--role", "agent", "--dry-run"]) == 0
    assert standing() == ([agent, partner], "invited")
    assert run(["account", "revoke", *on, "--role", "agent"]) == 0
    assert run(["account", "disable", *on, "--dry-run"]) == 0
    assert standing() == ([partner], "invited")
    assert run(["account", "disable", *on]) == 0
    assert standing() == ([partner], "disabled")
    assert run(["account", "enable", *on]) == 0
    assert standing() == ([partner], "dead")
    assert run(["account", "list", "saint-denis"]) == 0
    assert "invitation perdue" in capsys.readouterr().out
    assert run(["account", "disable", "saint-denis", "absent@b.re"]) == 1
    assert run(["roles", "matrix"]) == 0
    assert "# Qui peut faire quoi" in capsys.readouterr().out


FAMILIES = """Nom parent;Prénom parent;Prénom;Né le
Payet;Anne;Zoé;14/03/2024
Payet;;Léo;01/09/2021
"""


def test_a_list_of_families_is_brought_in_once(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create()
    file, errors = place / "familles.csv", place / "erreurs.csv"
    file.write_text(FAMILIES)
    on = [str(file), "--tenant", "saint-denis", "--json"]

    def done(*more: str) -> tuple[int, int, int]:
        capsys.readouterr()
        assert run(["families", "import", *on, *more]) == 0
        told = json.loads(capsys.readouterr().out)
        return told["created"], told["same"], told["refused"]

    assert done("--dry-run") == (1, 0, 1)
    assert done("--errors", str(errors)) == (1, 0, 1)
    assert done() == (0, 1, 1)
    assert "il manque le prénom de l’adulte" in errors.read_text("utf-8-sig")
    assert run(["families", "import", *on[:3], "--errors", str(errors)]) == 1
    file.write_text("a;b\n1;2\n")
    assert run(["families", "import", *on[:3]]) == 1
    assert "Aucune colonne ne dit" in capsys.readouterr().err


LIST = """nom;type;adresse;quartier;places;latitude;longitude
Les Lilas;Municipale;1 rue A;Centre;30;47.2;-1.5
La Cabane;Associative;2 rue B;Centre;20;47.2;-1.5
"""


@pytest.fixture
def two_creches(place: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """A commune with two crèches, and the command that opens the account of a manager."""
    create("--plugin", "creche")
    (place / "list.csv").write_text(LIST)
    assert run(["creche", "import-facilities", str(place / "list.csv"), "-t", "saint-denis"]) == 0
    capsys.readouterr()
    return ["account", "create", "saint-denis", "a@b.re", "--role", "creche_manager"]


@pytest.mark.parametrize(
    "scope", ["creche.facility:9", "creche.facility:x", "garbage", "", "creche.desk:1"]
)
def test_a_role_is_limited_to_things_that_exist(
    two_creches: list[str], scope: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*two_creches, "--scope", scope]) == 1

    assert "creche.facility:1" in capsys.readouterr().err


def test_a_manager_may_run_two_creches(two_creches: list[str]) -> None:
    scopes = ["--scope", "creche.facility:1", "--scope", "creche.facility:2"]

    assert run([*two_creches, *scopes]) == 0


def test_an_unknown_commune_is_refused_with_those_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    create()
    capsys.readouterr()

    assert run(["tenant", "show", "paris"]) == 1
    assert "Communes connues : saint-denis" in capsys.readouterr().err


def test_a_demonstration_is_told_to_a_program_and_forgotten(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create()
    run(["tenant", "create", "bastia", "--insee", "2B033"])
    file = place / "tenants" / "bastia.toml"
    file.write_text(file.read_text() + "demo = true\n")
    run(["demo", "--forget"])
    capsys.readouterr()

    assert run(["demo", "--prepare", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["slug"] for one in told["portals"]] == ["bastia"]
    assert (place / "data" / "bastia" / "portal.sqlite").is_file()

    assert run(["demo", "--forget"]) == 0
    assert not (place / "data" / "bastia").exists()
    assert (place / "data" / "saint-denis" / "portal.sqlite").is_file()


def test_a_demonstration_writes_its_communes_where_there_are_none(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create()
    capsys.readouterr()

    assert run(["demo", "--prepare", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [one["slug"] for one in told["portals"]] == [
        "chatenoy-le-royal",
        "loire-atlantique",
        "nantes",
    ]
    assert "demo" not in (place / "tenants" / "saint-denis.toml").read_text()
    assert (place / "tenants" / "loire-atlantique" / "contour.geojson").is_file()


@pytest.mark.parametrize(("terminal", "as_json"), [(True, False), (True, True), (False, False)])
def test_how_far_long_work_is_shows_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, as_json: bool
) -> None:
    screen = StringIO()
    monkeypatch.setattr(commands, "err", Console(file=screen, force_terminal=terminal))

    with commands.busy("Copie", as_json=as_json):
        assert list(commands.followed("ab", "Mise à niveau", as_json=as_json)) == ["a", "b"]

    assert bool(screen.getvalue()) == (terminal and not as_json)


def test_what_to_declare_to_franceconnect_is_printed_before_it_is_turned_on(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create("--host", "famille.re")
    capsys.readouterr()

    assert run(["tenant", "identities", "saint-denis", "--json"]) == 0

    families, staff = json.loads(capsys.readouterr().out)
    assert (families["on"], families["algorithm"]) == (False, "ES256")
    assert families["redirect_url"] == "https://famille.re/identite/franceconnect/retour"
    assert staff["redirect_url"] == "https://famille.re/identite/proconnect/retour"
    assert staff["logout_url"] == "https://famille.re/deconnexion/retour"
