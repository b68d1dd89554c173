"""A commune is checked as its families would meet it: file, folder, database."""

import pytest

from ribambelle.database import DOOR, transaction
from ribambelle.jobs import later, queue
from ribambelle.jobs.tables import Job
from ribambelle.messages import post
from ribambelle.tenants import checking
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.web import operations
from ribambelle.workflow import journal


def edited(town: Town, before: str, after: str) -> None:
    file = town.app.platform.folder / f"{town.slug}.toml"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))


async def test_a_commune_in_order_has_no_problem(communes: Communes) -> None:
    assert await checking.problems(communes.alpha.tenant) == []


WRONG = [
    ("demo = true", 'demo = true\ninsee = "99999"', "clé « insee »"),
    ("demo = true", 'demo = true\ndepartement = "99"', "clé « departement »"),
    ("demo = true", 'demo = true\nlocale = "tlh"', "clé « locale »"),
    ("demo = true", 'demo = true\nschool_zone = "D"', "La Réunion"),
    ("[contact]", '[brand]\ncrest = "absent.svg"\n[contact]', "clé « brand.crest »"),
]


@pytest.mark.parametrize(("before", "after", "told"), WRONG)
async def test_a_value_that_cannot_be_is_said(
    communes: Communes, before: str, after: str, told: str
) -> None:
    edited(communes.alpha, before, after)

    (problem,) = await checking.problems(communes.alpha.tenant)

    assert "alpha.toml" in problem
    assert told in problem


async def test_a_zone_of_the_islands_is_known(communes: Communes) -> None:
    edited(communes.alpha, "demo = true", 'demo = true\nschool_zone = "La Réunion"')

    assert await checking.problems(communes.alpha.tenant) == []


async def test_a_missing_key_is_said(communes: Communes) -> None:
    (communes.alpha.tenant.folder / "secret.key").unlink()

    (problem,) = await checking.problems(communes.alpha.tenant)

    assert "secret.key" in problem


@pytest.fixture
def real(communes: Communes) -> Town:
    """A commune on a real address, without a server to send its mail."""
    edited(communes.alpha, "demo = true", "demo = false")
    edited(communes.alpha, '"alpha.localhost"', '"alpha.localhost", "famille.alpha.fr"')
    return communes.alpha


async def test_a_real_commune_without_a_mail_server_is_said(real: Town) -> None:
    (problem,) = await checking.problems(real.tenant)

    assert "clé « mail.server »" in problem


async def test_mail_that_no_server_takes_is_never_said_to_be_sent(real: Town) -> None:
    with real.here():
        await post("messages/sign_in", "camille@example.test", link="http://x")

    await real.work()

    assert (await real.mail())[0].sent_at is None
    assert not (real.tenant.folder / "outbox").exists()


async def fall_for_good(town: Town, clock: FrozenClock) -> None:
    """Queue a job that no plugin knows, and try it to the end."""
    with town.here():
        await later("core", "unknown")
    for _ in range(queue.TRIES):
        await town.work()
        clock.move(hours=5)


async def test_jobs_given_up_are_said(communes: Communes, clock: FrozenClock) -> None:
    await fall_for_good(communes.alpha, clock)

    ready = await operations.readiness(communes.app.platform)
    (problem,) = await checking.problems(communes.alpha.tenant)

    assert "jobs given up after 8 tries: 1" in ready.problems["alpha"]
    assert problem.startswith("1\xa0travail abandonné après")
    assert "beta" not in ready.problems


async def test_jobs_given_up_may_be_tried_again(communes: Communes, clock: FrozenClock) -> None:
    await fall_for_good(communes.alpha, clock)

    with communes.alpha.here() as tenant:
        assert await queue.try_again(tenant.now()) == 1
        assert await Job.select(Job.attempts) == [{"attempts": 0}]
        assert await queue.given_up() == 0


async def test_a_journal_that_was_changed_is_said(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with communes.alpha.here():
        for number in range(3):
            await journal.record("test.act", f"thing:{number}")
        async with transaction():
            if DOOR.engine_type == "postgres":
                await DOOR.fetch("SET LOCAL session_replication_role = replica")
            else:
                await DOOR.fetch("DROP TRIGGER core_journal_kept_as_written")
            await DOOR.fetch("UPDATE core_journal SET act = 'other' WHERE number = 2")

    (problem,) = await checking.problems(communes.alpha.tenant)

    assert "rompue à la ligne 2" in problem


async def test_a_plugin_in_trouble_is_said(communes: Communes) -> None:
    broken = communes.app.platform.plugins.broken
    edited(communes.alpha, "plugins = [", 'plugins = ["mended", ')
    broken["mended"] = RuntimeError("rien ne va")
    try:
        (problem,) = await checking.problems(communes.alpha.tenant)
        served = await communes.alpha.visitor().get("/")
    finally:
        del broken["mended"]

    assert "« mended » est en panne (rien ne va)" in problem
    assert served.status_code == 200


async def test_a_folder_of_data_that_is_away_is_said(communes: Communes) -> None:
    platform = communes.app.platform
    real, platform.data = platform.data, platform.folder / "alpha.toml" / "data"
    try:
        ready = await operations.readiness(platform)
    finally:
        platform.data = real

    assert "cannot be used" in ready.problems["disk"][0]
