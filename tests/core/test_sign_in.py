"""Signing in: by link, by password and code, and never for somebody else."""

import pyotp
import pytest

from ribambelle.identity import Grant, passwords, second_factor
from ribambelle.identity.tables import Account, Session
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

PASSWORD = "tulipe nuage vélo citron"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def test_a_link_signs_in_once(communes: Communes) -> None:
    town = communes.alpha
    browser = town.visitor()
    await browser.post("/connexion", data={"email": " Camille@Example.test ", "suite": "/compte"})
    path = await town.link("camille@example.test")

    assert (await browser.get(path)).status_code == 200
    entered = await browser.post(path)
    again = await town.visitor().post(path)

    assert (entered.status_code, entered.headers["location"]) == (303, "/compte")
    assert (await browser.get("/compte")).status_code == 200
    assert again.status_code == 410


@pytest.mark.asvs("3.5.3")
async def test_looking_at_a_link_does_not_use_it(communes: Communes) -> None:
    town = communes.alpha
    await town.visitor().post("/connexion", data={"email": "camille@example.test"})
    path = await town.link("camille@example.test")

    for _ in range(3):
        assert (await town.visitor().get(path)).status_code == 200
    assert (await town.visitor().post(path)).status_code == 303


@pytest.mark.asvs("6.5.5")
async def test_a_link_dies(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    await town.visitor().post("/connexion", data={"email": "camille@example.test"})
    path = await town.link("camille@example.test")

    clock.move(minutes=31)

    assert (await town.visitor().post(path)).status_code == 410


@pytest.mark.asvs("14.2.1")
async def test_the_link_of_one_commune_is_nothing_in_another(communes: Communes) -> None:
    await communes.alpha.visitor().post("/connexion", data={"email": "camille@example.test"})
    path = await communes.alpha.link("camille@example.test")

    assert (await communes.beta.visitor().post(path)).status_code == 410


@pytest.mark.asvs("1.2.2", "3.7.2")
async def test_a_link_never_leads_out_of_the_portal(communes: Communes) -> None:
    town = communes.alpha
    form = {"email": "camille@example.test", "suite": "//evil.test/"}
    await town.visitor().post("/connexion", data=form)
    path = await town.link("camille@example.test")

    assert (await town.visitor().post(path)).headers["location"] == "/"


async def test_the_answer_never_tells_who_has_an_account(communes: Communes) -> None:
    town = communes.alpha
    await town.family("known@example.test")

    known = await town.visitor().post("/connexion", data={"email": "known@example.test"})
    unknown = await town.visitor().post("/connexion", data={"email": "absent@example.test"})

    assert known.text.replace("known", "") == unknown.text.replace("absent", "")


async def test_a_wrong_address_is_said_and_kept(communes: Communes) -> None:
    answer = await communes.alpha.visitor().post("/connexion", data={"email": "camille"})

    assert answer.status_code == 422
    assert "prenom.nom@exemple.fr" in answer.text
    assert 'value="camille"' in answer.text


async def _agent(town: Town) -> Account:
    await town.staff(Grant("agent"), email="agent@example.test")
    with town.here():
        kept = await passwords.hashed(PASSWORD)
        await Account.update({Account.password: kept, Account.totp: SECRET}).where(
            Account.email == "agent@example.test"
        )
        found = await Account.objects().get(Account.email == "agent@example.test")
    assert found is not None
    return found


async def test_staff_give_a_password_then_a_code(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    await _agent(town)
    browser = town.visitor()

    right = {"email": "agent@example.test", "password": PASSWORD}
    assert (await browser.post("/connexion/mot-de-passe", data=right)).status_code == 303
    assert (await browser.get("/bureau")).status_code == 303
    code = pyotp.TOTP(SECRET).at(clock())
    entered = await browser.post("/connexion/code", data={"code": code})

    assert (entered.status_code, entered.headers["location"]) == (303, "/bureau")
    assert (await browser.get("/bureau")).status_code == 200


@pytest.mark.asvs("6.5.1")
async def test_a_code_serves_once(communes: Communes, clock: FrozenClock) -> None:
    account = await _agent(communes.alpha)
    code = pyotp.TOTP(SECRET).at(clock())

    with communes.alpha.here():
        first = await second_factor.accept(account, code, clock())
        second = await second_factor.accept(account, code, clock())

    assert (first, second) == (True, False)


@pytest.mark.asvs("6.3.3", "6.3.4")
async def test_a_password_alone_opens_nothing_of_the_staff(communes: Communes) -> None:
    browser = await communes.alpha.staff(strong=False)

    answer = await browser.get("/bureau")

    assert answer.headers["location"].startswith("/connexion/mot-de-passe")


@pytest.mark.asvs("6.3.1")
async def test_ten_wrong_passwords_close_the_door(communes: Communes, clock: FrozenClock) -> None:
    """CNIL, recommendation on passwords of 2022: ten failures, then a delay."""
    town = communes.alpha
    await _agent(town)
    wrong = {"email": "agent@example.test", "password": "faux"}
    for number in range(10):
        forwarded = {"x-forwarded-for": f"10.0.0.{number}"}
        answer = await town.visitor().post("/connexion/mot-de-passe", data=wrong, headers=forwarded)
        assert answer.status_code == 422

    right = {"email": "agent@example.test", "password": PASSWORD}
    assert (await town.visitor().post("/connexion/mot-de-passe", data=right)).status_code == 429
    clock.move(minutes=16)
    assert (await town.visitor().post("/connexion/mot-de-passe", data=right)).status_code == 303


@pytest.mark.asvs("7.2.4")
async def test_signing_in_changes_the_session(communes: Communes) -> None:
    """A cookie planted before the sign-in must not become a signed-in one."""
    town = communes.alpha
    await _agent(town)
    browser = town.visitor()
    await browser.post(
        "/connexion/mot-de-passe", data={"email": "agent@example.test", "password": PASSWORD}
    )
    before = browser.cookies["session"]

    code = pyotp.TOTP(SECRET).at(town.tenant.now())
    await browser.post("/connexion/code", data={"code": code})

    assert browser.cookies["session"] != before
    thief = town.visitor()
    thief.cookies.set("session", before)
    assert (await thief.get("/bureau")).status_code == 303


@pytest.mark.asvs("7.2.1")
async def test_a_made_up_session_is_nobody(communes: Communes) -> None:
    browser = communes.alpha.visitor()
    browser.cookies.set("session", "made-up")

    answer = await browser.get("/compte")

    assert answer.headers["location"].startswith("/connexion")


@pytest.mark.asvs("7.4.1")
async def test_signing_out_ends_the_session(communes: Communes) -> None:
    browser = await communes.alpha.family()
    secret = browser.cookies["session"]

    await browser.post("/deconnexion")

    browser.cookies.set("session", secret)
    assert (await browser.get("/compte")).status_code == 303
    with communes.alpha.here():
        assert await Session.count() == 0


@pytest.mark.asvs("16.3.1")
async def test_coming_and_going_is_in_the_journal(communes: Communes) -> None:
    town = communes.alpha
    mine, elsewhere = await town.family(), await town.family()
    await town.visitor().post("/connexion", data={"email": "camille@example.test"})
    await town.work()
    with town.here():
        sessions = await Session.select(Session.id).order_by(Session.id)

    await mine.post(f"/compte/appareils/{sessions[1]['id']}/fermer")
    await mine.post(f"/compte/appareils/{sessions[1]['id']}/fermer")  # nothing left to close
    await mine.post("/deconnexion")

    assert (await elsewhere.get("/compte")).status_code == 303
    with town.here():
        acts = await JournalLine.select(JournalLine.act, JournalLine.object).order_by(
            JournalLine.id
        )
        account = (await Account.select(Account.id))[0]["id"]
    assert [(line["act"], line["object"]) for line in acts] == [
        ("account.link_asked", f"account:{account}"),
        ("account.session_closed", f"account:{account}"),
        ("account.signed_out", f"account:{account}"),
    ]


@pytest.mark.asvs("7.3.2")
async def test_a_session_ends_by_itself(communes: Communes, clock: FrozenClock) -> None:
    family, staff = await communes.alpha.family(), await communes.alpha.staff()

    clock.move(hours=13)
    assert (await family.get("/compte")).status_code == 200
    assert (await staff.get("/bureau")).status_code == 303
    clock.move(days=14)
    assert (await family.get("/compte")).status_code == 303


@pytest.mark.asvs("7.3.1", "7.3.2")
async def test_staff_who_leave_their_desk_sign_in_again(
    communes: Communes, clock: FrozenClock
) -> None:
    browser = await communes.alpha.staff()
    codes = []

    for hours in (1.5, 1.5, 1.5, 2.1):
        clock.move(hours=hours)
        codes.append((await browser.get("/bureau")).status_code)
    busy = await communes.alpha.staff()
    for _ in range(8):
        clock.move(hours=1.5)
        codes.append((await busy.get("/bureau")).status_code)

    assert codes == [200, 200, 200, 303, *([200] * 7), 303]


@pytest.mark.asvs("7.5.2")
async def test_the_device_of_another_cannot_be_closed(communes: Communes) -> None:
    mine, other = await communes.alpha.family(), await communes.alpha.family("other@example.test")
    with communes.alpha.here():
        sessions = await Session.select(Session.id).order_by(Session.id)

    await mine.post(f"/compte/appareils/{sessions[1]['id']}/fermer")

    assert (await other.get("/compte")).status_code == 200


@pytest.mark.asvs("7.4.2")
async def test_an_account_switched_off_is_out_at_once(communes: Communes) -> None:
    browser = await communes.alpha.family()
    with communes.alpha.here() as tenant:
        await Account.update({Account.disabled_at: tenant.now()}, force=True)

    assert (await browser.get("/compte")).status_code == 303


async def test_an_invitation_opens_an_account(communes: Communes, clock: FrozenClock) -> None:
    from ribambelle.identity import accounts

    town = communes.alpha
    with town.here() as tenant:
        account = await accounts.create_staff(
            "new@example.test", "", [Grant("agent")], tenant.now()
        )
        link = await accounts.invite(account, tenant.now())
    path, browser = link.partition(":8000")[2], town.visitor()
    page = await browser.get(path)
    secret = page.text.partition('<code class="reference">')[2].partition("<")[0]
    form = {"name": "Nora Petit", "password": "court", "code": pyotp.TOTP(secret).at(clock())}

    weak = await browser.post(path, data=form)
    strong = await browser.post(path, data={**form, "password": PASSWORD})

    assert weak.status_code == 422
    assert "12 caractères" in weak.text
    assert (strong.status_code, strong.headers["location"]) == (303, "/bureau")
    assert (await browser.get("/bureau")).status_code == 200
    assert (await town.visitor().get(path)).status_code == 410


@pytest.mark.asvs("6.3.2")
async def test_the_first_agent_activates_a_commune(communes: Communes, clock: FrozenClock) -> None:
    from ribambelle.identity import links

    town = communes.alpha
    with town.here() as tenant:
        link = await links.make("invitation", "", tenant.now())
    path, browser = link.partition(":8000")[2], town.visitor()
    page = await browser.get(path)
    secret = page.text.partition('<code class="reference">')[2].partition("<")[0]
    form = {
        "name": "Nora Petit",
        "email": "Nora@Mairie.test",
        "password": PASSWORD,
        "code": pyotp.TOTP(secret).at(clock()),
    }

    answer = await browser.post(path, data=form)

    assert answer.headers["location"] == "/bureau"
    with town.here():
        account = await Account.objects().get(Account.email == "nora@mairie.test")
    assert account is not None


@pytest.mark.parametrize("path", ["/compte", "/bureau", "/bureau/recherche"])
async def test_a_private_page_sends_to_the_sign_in(communes: Communes, path: str) -> None:
    answer = await communes.alpha.visitor().get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"suite={path}")


@pytest.mark.asvs("6.2.2", "6.2.3", "7.4.3")
async def test_changing_a_password_tells_and_signs_out_elsewhere(communes: Communes) -> None:
    town = communes.alpha
    here, elsewhere = await town.family(), await town.family()

    answer = await here.post("/compte/mot-de-passe", data={"password": PASSWORD})

    assert answer.status_code == 303
    assert (await here.get("/compte")).status_code == 200
    assert (await elsewhere.get("/compte")).status_code == 303
    await town.work()
    assert (await town.mail("camille@example.test"))[-1].subject == "Votre mot de passe a changé"


@pytest.mark.asvs("12.2.1")
async def test_nobody_signs_in_over_plain_http_elsewhere(communes: Communes) -> None:
    town = communes.alpha
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(
        file.read_text().replace('"alpha.localhost"', '"alpha.localhost", "alpha.test"')
    )
    await town.visitor().post("/connexion", data={"email": "camille@example.test"})
    path = await town.link("camille@example.test")

    plain = await town.visitor().post(f"http://alpha.test{path}")
    secure = await town.visitor().post(f"https://alpha.test{path}")

    assert plain.status_code == 409
    assert "set-cookie" not in plain.headers
    assert secure.headers["set-cookie"].startswith("__Host-session=")
    assert "Secure" in secure.headers["set-cookie"]
    assert "strict-transport-security" in secure.headers


async def test_loading_a_style_sheet_does_not_sign_out(communes: Communes) -> None:
    browser = await communes.alpha.family()
    page = await browser.get("/compte")
    sheet = page.text.partition('href="/static/')[2].partition('"')[0]

    answer = await browser.get(f"/static/{sheet}")

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert (await browser.get("/compte")).status_code == 200


async def test_a_dead_session_is_taken_back(communes: Communes) -> None:
    browser = communes.alpha.visitor()
    browser.cookies.set("session", "made-up")

    assert "Max-Age=0" in (await browser.get("/")).headers["set-cookie"]
