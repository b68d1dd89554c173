"""An address is changed by its owner alone, proved at the new one, and told to the old one."""

import httpx
import pytest

from ribambelle.identity import households
from ribambelle.identity.tables import Account, Adult
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

PAGE = "/compte/adresse"
OLD, NEW = "camille@example.test", "camille.martin@example.test"
PASSWORD = "quatre mots sans rapport"


async def asked(browser: httpx.AsyncClient, **changed: str) -> httpx.Response:
    return await browser.post(PAGE, data={"email": NEW, **changed})


async def address(town: Town) -> list[str]:
    with town.here():
        return [row["email"] for row in await Account.select(Account.email).order_by(Account.id)]


async def subjects(town: Town, email: str) -> list[str]:
    await town.work()
    return [mail.subject for mail in await town.mail(email)]


async def test_an_address_is_changed_once_the_new_one_is_proved(communes: Communes) -> None:
    town = communes.alpha
    here, elsewhere = await town.family(), await town.family()

    sent = await asked(here)
    before = await address(town)
    link = await town.link(NEW)
    looked = await town.visitor().get(link)
    unchanged = await address(town)
    done = await town.visitor().post(link)

    assert sent.headers["location"] == "/compte"
    assert (before, unchanged) == ([OLD], [OLD])
    assert NEW in looked.text
    assert done.headers["location"] == "/connexion"
    assert await address(town) == [NEW]
    assert [(await one.get("/compte")).status_code for one in (here, elsewhere)] == [303, 303]
    assert await subjects(town, OLD) == [
        "Quelqu’un change l’adresse de votre compte",
        "L’adresse de votre compte a changé",
    ]
    with town.here():
        acts = (
            await JournalLine.select(JournalLine.act)
            .where(JournalLine.act.like("account.%"))
            .order_by(JournalLine.number)
        )
    assert [row["act"] for row in acts][-2:] == [
        *("account.new_email_asked", "account.email_changed")
    ]


async def test_the_link_serves_once_for_half_an_hour_in_one_commune(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await town.family()
    await asked(browser)
    link = await town.link(NEW)

    stranger = await communes.beta.visitor().post(link)
    clock.move(minutes=31)
    late = await town.visitor().post(link)
    again = await town.visitor().post(link)

    assert [one.status_code for one in (stranger, late, again)] == [410, 410, 410]
    assert await address(town) == [OLD]


@pytest.mark.asvs("7.5.1")
async def test_an_open_browser_is_not_enough(communes: Communes, clock: FrozenClock) -> None:
    """A telephone left on a table must not give an account away."""
    browser = await communes.alpha.family()
    clock.move(minutes=16)

    page = await browser.get(PAGE)
    answer = await asked(browser)

    assert "prouvez que c’est vous" in page.text
    assert answer.status_code == 422
    assert await subjects(communes.alpha, NEW) == []


async def test_where_there_is_a_password_it_is_asked(communes: Communes) -> None:
    browser = await communes.alpha.family()
    await browser.post("/compte/mot-de-passe", data={"password": PASSWORD})

    wrong = await asked(browser, present="autre chose")
    right = await asked(browser, present=PASSWORD)

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "pas votre mot de passe actuel" in wrong.text


async def test_nobody_learns_who_has_an_account(communes: Communes) -> None:
    town = communes.alpha
    await town.family(NEW)
    browser = await town.family()

    taken = await asked(browser)
    free = await asked(browser, email="free@example.test")

    assert taken.status_code == free.status_code
    assert taken.headers["location"] == free.headers["location"]
    assert await subjects(town, NEW) == ["Cette adresse a déjà un compte"]


async def test_an_address_taken_meanwhile_stays_with_its_account(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    await asked(browser)
    link = await town.link(NEW)
    await town.family(NEW)

    answer = await town.visitor().post(link)

    assert answer.status_code == 410
    assert await address(town) == [OLD, NEW]


@pytest.mark.parametrize("email", ["", "camille", OLD, f" {OLD.upper()} "])
async def test_an_address_that_cannot_be_is_refused_and_said(
    communes: Communes, email: str
) -> None:
    answer = await asked(await communes.alpha.family(), email=email)

    assert answer.status_code == 422
    assert "adresse" in answer.text


async def test_asking_again_and_again_is_stopped(communes: Communes) -> None:
    browser = await communes.alpha.family()

    answers = [(await asked(browser)).status_code for _ in range(6)]

    assert answers == [303, 303, 303, 303, 303, 429]


async def test_what_is_written_to_the_family_follows_its_new_address(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here():
        entry = households.AdultEntry("Camille", "Martin", OLD, "", 1)
        other = households.AdultEntry("Eve", "Martin", OLD, "", 2)
        home = households.AddressEntry("2 rue des Lilas", "97400", "Alpha", None)
        await town.family("eve@example.test")
        await households.create([entry], home, town.tenant.now())
        await households.create([other], home, town.tenant.now())
    await asked(browser)
    await town.visitor().post(await town.link(NEW))

    with town.here():
        kept = await Adult.select(Adult.email).order_by(Adult.id)

    assert [row["email"] for row in kept] == [NEW, OLD]


async def test_a_new_password_kills_the_link_that_waits(communes: Communes) -> None:
    """Whoever asked for it may not be whoever owns the account."""
    town = communes.alpha
    browser = await town.family()
    await asked(browser)
    link = await town.link(NEW)

    await browser.post("/compte/mot-de-passe", data={"password": PASSWORD})

    assert (await town.visitor().post(link)).status_code == 410
    assert await address(town) == [OLD]


@pytest.mark.asvs("7.5.1")
async def test_a_first_password_is_no_way_round(communes: Communes, clock: FrozenClock) -> None:
    """Who finds an open browser must not choose the password that the address then asks for."""
    browser = await communes.alpha.family()
    clock.move(minutes=16)

    chosen = await browser.post("/compte/mot-de-passe", data={"password": PASSWORD})
    page = await browser.get("/compte")
    wished = await asked(browser, present=PASSWORD)

    assert (chosen.status_code, wished.status_code) == (422, 422)
    assert "Reconnectez-vous d’abord" in page.text
    with communes.alpha.here():
        assert (await Account.select(Account.password))[0]["password"] is None
