"""What comes, in the order of days: on the home page, in the calendar, on a telephone."""

import re
from datetime import date

import httpx
import icalendar
from tests.core.test_families import ALEX, APART, WEEKS, a_family, joined, the_child
from tests.creche.builders import an_application

from ribambelle import demonstration
from ribambelle.calendar.tables import Feed
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock


async def feed_of(browser: httpx.AsyncClient) -> str:
    """Make a secret address, and return its path."""
    page = (await browser.post("/agenda/flux")).text
    found = re.search(r"http://[^/]+(/agenda/flux/[^<]+)", page)
    assert found
    return found[1]


async def test_a_telephone_reads_the_weeks_of_a_child(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    alex = await joined(town, anne, APART)
    child = await the_child(town)
    page = (await anne.post(f"/famille/enfants/{child}/garde", data=WEEKS)).headers["location"]
    await alex.post(f"{page}/accepter")

    home = (await anne.get("/")).text
    read = await town.visitor().get(await feed_of(anne))
    other = await town.visitor().get(await feed_of(alex))

    assert "Cette semaine" in home
    assert "Léa est chez vous" in home
    assert read.headers["content-type"] == "text/calendar; charset=utf-8"
    stays = [
        (str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend"))
        for event in icalendar.Calendar.from_ical(read.text).walk("VEVENT")
    ]
    assert stays[:2] == [
        ("Léa est chez vous", date(2026, 11, 25), date(2026, 11, 30)),
        ("Léa est chez Alex", date(2026, 11, 30), date(2026, 12, 7)),
    ]
    assert "Léa est chez Anne" in other.text
    assert "Lilas" not in other.text


async def test_an_address_answers_in_its_commune_until_it_is_stopped(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    path = await feed_of(anne)
    stranger = await town.family(ALEX)

    elsewhere = await communes.beta.visitor().get(path)
    taken = await stranger.post("/agenda/flux/1/arreter")
    before = await town.visitor().get(path)
    stopped = await anne.post("/agenda/flux/1/arreter")
    after = await town.visitor().get(path)

    assert [one.status_code for one in (elsewhere, taken, before, stopped, after)] == [
        *(404, 404, 200, 303, 404)
    ]
    assert path not in (await anne.get("/agenda")).text


async def test_an_address_is_kept_as_a_digest_and_ten_are_enough(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    paths = [await feed_of(anne) for _ in range(10)]

    refused = await anne.post("/agenda/flux")

    assert refused.status_code == 303
    assert "Dix appareils" in (await anne.get("/agenda")).text
    with town.here():
        kept = await Feed.select(Feed.digest)
    assert not any(row["digest"] in path for row in kept for path in paths)


async def test_what_a_family_has_to_answer_is_in_its_calendar(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    anne = await a_family(town)
    with town.here():
        account = (await Account.objects())[0]
        await an_application(account=account.id, state="to_confirm")

    page = (await anne.get("/agenda")).text

    assert "Dernier jour pour confirmer, demande C-" in page


async def test_a_demonstration_opens_on_a_child_between_two_homes(communes: Communes) -> None:
    town = communes.alpha
    await town.staff()
    with town.here():
        await demonstration.fill(7)

    homes = [
        (await (await town.family(email)).get("/")).text
        for email in (demonstration.CAMILLE, demonstration.ALEX)
    ]

    assert "Léa est chez vous" in homes[0]
    assert "Léa est chez Camille" in homes[1]
    assert "Flamboyants" not in homes[1]


async def test_a_family_with_nothing_to_do_is_told_so(communes: Communes) -> None:
    anne = await a_family(communes.alpha)

    home = (await anne.get("/")).text

    assert "Vous n’avez rien à faire" in home
    assert "Cette semaine" not in home
