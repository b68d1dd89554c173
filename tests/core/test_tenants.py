"""A commune's file: layered, checked, followed as it changes; and never anybody else's."""

import json
import os
from pathlib import Path

import pytest

from ribambelle.errors import Misconfigured, Refused, Unavailable
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, UnknownTenant
from ribambelle.tenants.addresses import Addresses
from ribambelle.tenants.creation import NewTenant, require_possible
from ribambelle.testing import Communes
from ribambelle_creche.settings import Settings

BASE = 'name = "Ville"\nhosts = ["ville.localhost"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ville.toml").write_text(BASE)
    return tmp_path


def platform(folder: Path, installed: Plugins) -> Platform:
    return Platform(folder, folder / "data", plugins=installed)


def test_later_layers_win(
    folder: Path, installed: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "platform.toml").write_text('timezone = "Indian/Reunion"\n[mail]\nserver = "a"\n')
    (folder / "ville.toml").write_text(BASE + '[mail]\nserver = "b"\nuser = "u"\n')
    (folder / "ville.secrets.toml").write_text('[mail]\npassword = "s"\ndynaconf_merge = true\n')
    monkeypatch.setenv("RIBAMBELLE_VILLE__MAIL__PORT", "2525")

    settings = platform(folder, installed).tenant("ville").settings

    assert settings.timezone == "Indian/Reunion"
    assert (settings.mail.server, settings.mail.user, settings.mail.password) == ("b", "u", "s")
    assert settings.mail.port == 2525


def test_secrets_merge_with_nothing_when_the_commune_says_nothing_of_it(
    folder: Path, installed: Plugins
) -> None:
    """As `backup-key` writes them, whether [backup] is in the commune's file already or not."""
    key = "ab" * 32
    (folder / "ville.secrets.toml").write_text(f'[backup]\nkey = "{key}"\ndynaconf_merge = true\n')

    assert platform(folder, installed).tenant("ville").settings.backup.key == key


@pytest.mark.asvs("1.3.2")
def test_a_file_evaluates_nothing(
    folder: Path, installed: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commune must not be able to read another's secrets through its own file."""
    monkeypatch.setenv("SECRET", "of the platform")
    told = BASE.replace('"Ville"', '"@format {env[SECRET]}"')
    (folder / "ville.toml").write_text(told)

    assert platform(folder, installed).tenant("ville").settings.name == "@format {env[SECRET]}"


MISTAKES = [
    ("plugin = []\n", "clé « plugin »", "« plugins »"),
    ('timezone = "Paris"\n', "clé « timezone »", "Europe/Paris"),
    ('plugins = ["creches"]\n', "clé « plugins »", "assmat, creche"),
    ('plugins = ["creche"]\n[creche]\nmax_wish = 3\n', "clé « creche.max_wish »", "« max_wishes »"),
    ('plugins = ["creche"]\n[creche]\nmax_wishes = "x"\n', "clé « creche.max_wishes »", "entier"),
    ('[brand]\ncolour = "bleu"\n', "clé « brand.colour »", "#"),
    ('[mail]\nsecurity = "ssl"\n', "clé « mail.security »", "starttls, tls, none"),
    ('[sms]\nprovider = "pigeon"\n', "clé « sms.provider »", "rien, file, ovh"),
    (
        '[[school_holidays]]\nname = "Été"\nfirst = 2027-01-31\nlast = 2026-12-19\n',
        "clé « school_holidays »",
        "le premier jour dans first",
    ),
    ('registration = "closed"\n', "clé « registration »", "open, known_families"),
    ("[mail]\nport = 70000\n", "clé « mail.port »", "au plus 65535"),
    ("demo = maybe\n", "TOML", "tenant check"),
]


@pytest.mark.parametrize(("text", "key", "cure"), MISTAKES)
def test_a_mistake_names_file_key_and_cure(
    folder: Path, installed: Plugins, text: str, key: str, cure: str
) -> None:
    (folder / "ville.toml").write_text(text + BASE if "[" not in text[:1] else BASE + text)
    if text.startswith(("plugins", "[")):
        (folder / "ville.toml").write_text(BASE + text)

    with pytest.raises(Misconfigured) as mistake:
        platform(folder, installed).tenant("ville")

    assert "ville.toml" in mistake.value.message
    assert key in mistake.value.message
    assert cure in mistake.value.message


def write(folder: Path, slug: str, *hosts: str) -> None:
    (folder / f"{slug}.toml").write_text(f'name = "{slug}"\nhosts = {json.dumps(hosts)}\n')


@pytest.fixture
def two(folder: Path) -> Path:
    """Two communes, each with its folder of data; `ville` will want the address of `zone`."""
    for slug in ("ville", "zone"):
        (folder / "data" / slug).mkdir(parents=True)
        write(folder, slug, f"{slug}.localhost")
    return folder


def test_an_address_served_stays_whatever_another_file_claims(
    two: Path, installed: Plugins
) -> None:
    """`ville` comes first in the alphabet: that gives it nothing."""
    communes = platform(two, installed)
    assert communes.at("zone.localhost").slug == "zone"

    write(two, "ville", "ville.localhost", "zone.localhost")

    with pytest.raises(Misconfigured, match=r"zone\.localhost"):
        communes.at("ville.localhost")
    assert communes.at("zone.localhost").slug == "zone"


def test_an_address_served_stays_after_a_restart(two: Path, installed: Plugins) -> None:
    platform(two, installed)
    write(two, "ville", "zone.localhost", "ville.localhost")

    restarted = platform(two, installed)

    assert restarted.at("zone.localhost").slug == "zone"
    assert len(restarted.addresses.disputed("ville")) == 1
    assert len(restarted.addresses.disputed("zone")) == 1


def test_twin_without_the_memory_of_what_was_served_nobody_has_the_address(
    two: Path, installed: Plugins
) -> None:
    platform(two, installed)
    for slug in ("ville", "zone"):
        (two / "data" / slug / "hosts").unlink()
    write(two, "ville", "ville.localhost", "zone.localhost")

    restarted = platform(two, installed)

    with pytest.raises(Misconfigured, match=r"ville\.toml, zone\.toml"):
        restarted.at("zone.localhost")


def test_a_broken_file_keeps_the_addresses_it_served(two: Path, installed: Plugins) -> None:
    platform(two, installed)
    (two / "zone.toml").write_text("illisible [")
    write(two, "ville", "ville.localhost", "zone.localhost")

    restarted = platform(two, installed)

    with pytest.raises(Misconfigured, match="TOML"):
        restarted.at("zone.localhost")


def test_an_address_given_up_stops_at_once_and_may_be_taken(two: Path, installed: Plugins) -> None:
    communes = platform(two, installed)
    communes.at("zone.localhost")
    write(two, "zone", "nouvelle.localhost")

    with pytest.raises(UnknownTenant):
        communes.at("zone.localhost")
    assert communes.at("nouvelle.localhost").slug == "zone"

    write(two, "ville", "ville.localhost", "zone.localhost")
    assert platform(two, installed).at("zone.localhost").slug == "ville"


async def test_the_families_of_a_commune_stay_in_it_when_another_file_is_wrong(
    communes: Communes,
) -> None:
    file = communes.app.platform.folder / "alpha.toml"
    assert "Beta" in (await communes.beta.visitor().get("/")).text

    told = file.read_text().replace('["alpha.localhost"]', '["alpha.localhost", "beta.localhost"]')
    file.write_text(told)

    assert (await communes.alpha.visitor().get("/")).status_code == 503
    assert "Beta" in (await communes.beta.visitor().get("/")).text


def test_a_folder_named_like_a_file_is_left_out(two: Path, installed: Plugins) -> None:
    (two / "z.toml").mkdir()

    assert platform(two, installed).slugs() == ["ville", "zone"]


def test_a_new_file_is_seen_without_a_restart(folder: Path, installed: Plugins) -> None:
    communes = platform(folder, installed)
    with pytest.raises(UnknownTenant):
        communes.at("new.localhost")

    (folder / "new.toml").write_text(BASE.replace("ville.localhost", "new.localhost"))
    communes._scanned = 0.0

    assert communes.at("new.localhost").slug == "new"


def test_a_commune_just_written_is_learnt_without_reading_the_others(
    two: Path, installed: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand creations that read a thousand files each would be a million."""
    communes = platform(two, installed)
    read: list[str] = []
    claimed = Addresses._claimed

    def noted(known: Addresses, slug: str) -> list[str]:
        read.append(slug)
        return claimed(known, slug)

    monkeypatch.setattr(Addresses, "_claimed", noted)
    (two / "data" / "mairie").mkdir()
    write(two, "mairie", "mairie.localhost", "zone.localhost")
    communes.learn("mairie")
    communes.catch_up()

    assert set(read) == {"mairie"}
    assert communes.hosts["zone.localhost"] == "zone"
    assert (two / "data" / "zone" / "hosts").read_text() == "zone.localhost\n"
    with pytest.raises(Misconfigured, match=r"zone\.localhost"):
        communes.at("mairie.localhost")
    assert platform(two, installed).hosts == communes.hosts


def test_a_file_that_another_program_wrote_is_read_before_a_creation(
    two: Path, installed: Plugins
) -> None:
    communes = platform(two, installed)
    os.utime(two, ns=(0, 0))
    communes.scan()
    write(two, "mairie", "mairie.localhost")

    communes.catch_up()

    with pytest.raises(Refused, match="mairie"):
        require_possible(communes, NewTenant("hameau", ("mairie.localhost",), name="Hameau"))


async def test_a_change_of_file_is_followed(communes: Communes) -> None:
    file = communes.app.platform.folder / "alpha.toml"
    visitor = communes.alpha.visitor()

    file.write_text(file.read_text().replace('name = "Alpha"', 'name = "Alphaville"'))

    assert "Alphaville" in (await visitor.get("/")).text


async def test_only_so_many_databases_stay_open(communes: Communes) -> None:
    platform = communes.app.platform
    platform.keep = 1
    for town in (*communes.both, *communes.both):
        assert (await town.visitor().get("/creche")).status_code == 200

    assert len(platform._engines) == 1


async def test_a_database_in_use_is_never_closed(communes: Communes) -> None:
    from ribambelle.identity.tables import Account

    communes.app.platform.keep = 1
    with communes.alpha.here():
        await Account.count()
        assert (await communes.beta.visitor().get("/creche")).status_code == 200

        assert await Account.count() == 0


def test_an_absent_database_is_not_made_empty(folder: Path, installed: Plugins) -> None:
    tenant = platform(folder, installed).tenant("ville")

    with pytest.raises(Unavailable), tenant.here():
        pass

    assert not (folder / "data" / "ville" / "portal.sqlite").exists()


@pytest.mark.asvs("16.5.2")
@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
async def test_a_commune_whose_disk_is_gone_answers_503_alone(communes: Communes) -> None:
    await communes.app.platform.aclose()
    (communes.app.platform.data / "alpha" / "portal.sqlite").unlink()

    assert (await communes.alpha.visitor().get("/")).status_code == 503
    assert (await communes.beta.visitor().get("/")).status_code == 200


async def test_settings_of_a_plugin_are_read_from_its_table(communes: Communes) -> None:
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + "[creche]\nmax_wishes = 7\n")

    assert communes.alpha.tenant.of(Settings).max_wishes == 7
    assert communes.beta.tenant.of(Settings).max_wishes == 3


async def test_a_base_is_closed_in_its_turn_though_its_file_changed_under_a_request(
    communes: Communes,
) -> None:
    platform = communes.app.platform
    platform.keep = 1
    file = platform.folder / "alpha.toml"
    with communes.alpha.tenant.here():
        opened = communes.alpha.tenant.engine
        file.write_text(file.read_text("utf-8") + "\n# une faute corrigée\n", "utf-8")
        communes.beta.tenant.engine  # noqa: B018 - asked for: another may then be closed
        assert communes.alpha.tenant.engine is opened  # never under a request

    with communes.beta.tenant.here():
        platform._close("beta")
        communes.beta.tenant.engine  # noqa: B018 - again, now that nobody holds the first

    assert communes.alpha.tenant.engine is not opened
