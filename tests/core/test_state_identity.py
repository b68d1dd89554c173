"""FranceConnect opens one account of one person, and no forged, replayed or foreign answer opens any."""

import random
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ribambelle.families import activation
from ribambelle.identity import (
    Grant,
    accounts,
    departures,
    households,
    links,
    merging,
    team,
)
from ribambelle.identity.departures import Departure
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.tables import Account, Adult, Errand, Session, StateIdentity
from ribambelle.openid import answers, asking
from ribambelle.tenants import checking
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.france_connect import Standing, secret_of, standing
from ribambelle.workflow.tables import JournalLine

LEAVE = "/identite/franceconnect"
WAYS = "/compte/connexion"


@pytest.fixture(scope="module")
def france_connect() -> Iterator[Standing]:
    with standing() as one:
        yield one


@pytest.fixture(scope="module")
def pro_connect() -> Iterator[Standing]:
    with standing("--proconnect", "RS256") as one:
        yield one


@pytest.fixture
def idp(communes: Communes, clock: FrozenClock, france_connect: Standing) -> Standing:
    """FranceConnect as both communes use it, each with its own client, at the test's moment."""
    for town in communes.both:
        write(town, "franceconnect", france_connect, "")
    france_connect.will()
    france_connect.clock(clock().timestamp())
    return france_connect


@pytest.fixture
def pro(communes: Communes, clock: FrozenClock, pro_connect: Standing) -> Standing:
    for town in communes.both:
        more = 'algorithm = "RS256"\nsirets = ["21440109300015"]\n'
        write(town, "proconnect", pro_connect, more)
    pro_connect.will()
    pro_connect.clock(clock().timestamp())
    return pro_connect


def write(town: Town, table: str, one: Standing, more: str) -> None:
    client = f"client-{town.slug}"
    file = town.app.platform.folder / f"{town.slug}.toml"
    file.write_text(
        f'{file.read_text()}\n[{table}]\non = true\nclient = "{client}"\n'
        f'secret = "{secret_of(client)}"\nissuer = "{one.issuer}"\n{more}'
    )


async def left(browser: httpx.AsyncClient, page: str = LEAVE) -> str:
    """Leave for the provider; return where the browser is sent."""
    return (await browser.get(page)).headers["location"]


def comes(one: Standing, way: str, person: str) -> str:
    """Choose somebody there; return the page the browser comes back to, without its host."""
    return httpx.URL(one.signs_in(way, person)).raw_path.decode()


async def enters(browser: httpx.AsyncClient, one: Standing, person: str) -> httpx.Response:
    return await browser.get(comes(one, await left(browser), person))


async def is_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/compte")).status_code == 200


async def links_identity(browser: httpx.AsyncClient, one: Standing, person: str) -> httpx.Response:
    """Link from the account page, as its owner does."""
    page = await browser.post(f"{WAYS}/identite", data={})
    way = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    return await browser.get(comes(one, way, person))


async def linked(town: Town) -> list[tuple[int, str]]:
    with town.here():
        rows = await StateIdentity.select(StateIdentity.account, StateIdentity.sub)
    return [(row["account"], row["sub"]) for row in rows]


# -- ways in -----------------------------------------------------------------------------------


@pytest.mark.asvs("10.1.1")
async def test_a_newcomer_opens_an_account_once_her_address_is_proved_here(
    communes: Communes, idp: Standing
) -> None:
    town, browser = communes.alpha, communes.alpha.visitor()

    way = await left(browser, f"{LEAVE}?suite=/famille")
    came = await browser.get(comes(idp, way, "angela"))
    page = await browser.get(came.headers["location"])
    await browser.post(came.headers["location"], data={"email": "angela@example.test"})
    link = await town.link("angela@example.test")
    elsewhere = await town.visitor().post(link)
    opened = await browser.post(link)
    other = town.visitor()
    again = await enters(other, idp, "angela")

    asked = {name: values[0] for name, values in parse_qs(urlsplit(way).query).items()}
    assert (asked["acr_values"], len(asked["state"]), len(asked["nonce"])) == ("eidas1", 43, 43)
    assert "le 24 août 1962" in page.text
    assert (elsewhere.status_code, opened.headers["location"]) == (409, "/famille")
    assert again.headers["location"] == "/"
    assert await is_in(other)
    with town.here():
        (account,) = await Account.objects()
    assert (account.name, account.email) == ("Angela Dubois", "angela@example.test")
    written = [mail.subject for mail in await town.mail("angela@example.test")]
    assert written == ["Ouvrez votre compte", "FranceConnect ouvre maintenant votre compte"]


async def test_an_address_that_has_an_account_opens_nothing(
    communes: Communes, idp: Standing
) -> None:
    """FranceConnect says that Camille's address is hers: it is not believed for that."""
    town = communes.alpha
    await town.family("famille@demo.example")
    browser = town.visitor()

    await enters(browser, idp, "camille")
    await browser.post("/identite/premiere-fois", data={"email": "famille@demo.example"})
    await town.work()

    assert await linked(town) == []
    assert not await is_in(browser)
    (mail,) = await town.mail("famille@demo.example")
    assert mail.subject == "Cette adresse a déjà un compte"


async def test_a_family_links_it_from_her_account_and_unlinks_it(
    communes: Communes, idp: Standing, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await town.family()

    done = await links_identity(browser, idp, "angela")
    other = town.visitor()
    await enters(other, idp, "angela")
    clock.move(minutes=16)
    late = await browser.post(f"{WAYS}/identite/retirer", data={})
    removed = await other.post(f"{WAYS}/identite/retirer", data={})
    clock.move(minutes=16)
    idp.clock(clock().timestamp())

    assert done.headers["location"] == WAYS
    assert late.status_code == 422, "an open browser is not enough"
    assert removed.status_code == 422, "nor one that came in sixteen minutes ago"
    fresh = town.visitor()
    await enters(fresh, idp, "angela")
    assert (await fresh.post(f"{WAYS}/identite/retirer", data={})).status_code == 303
    assert await linked(town) == []
    assert [mail.subject for mail in await town.mail("camille@example.test")] == [
        "FranceConnect ouvre maintenant votre compte",
        "FranceConnect n’ouvre plus votre compte",
    ]


async def test_a_known_family_links_with_the_code_of_its_letter(
    communes: Communes, idp: Standing
) -> None:
    town, browser = communes.alpha, communes.alpha.visitor()
    with town.here() as tenant:
        household = await households.create([AdultEntry("Angela", "Dubois")], None, tenant.now())
        adult = await Adult.objects().get(Adult.household == household)
        assert adult is not None
        (letter,) = await activation.write_letters([adult.id], "rentrée", tenant.now())

    await enters(browser, idp, "angela")
    wrong = await browser.post("/identite/code", data={"code": letter.code, "family_name": "Non"})
    right = await browser.post(
        "/identite/code", data={"code": letter.code, "family_name": "Dubois"}
    )
    await browser.post(right.headers["location"], data={"email": "angela@example.test"})
    await browser.post(await town.link("angela@example.test"))
    other = town.visitor()
    await enters(other, idp, "angela")

    assert (wrong.status_code, right.headers["location"]) == (422, "/activation/adresse")
    with town.here():
        known = await Adult.objects().get(Adult.id == adult.id)
    assert known is not None
    assert await linked(town) == [(known.account, (await linked(town))[0][1])]
    assert await is_in(other)


@pytest.mark.asvs("7.6.1")
async def test_signing_out_also_signs_out_there(communes: Communes, idp: Standing) -> None:
    browser = await communes.alpha.family()
    await links_identity(browser, idp, "angela")
    browser = communes.alpha.visitor()
    await enters(browser, idp, "angela")

    page = await browser.post("/deconnexion")
    way = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    gone = idp.http.get(way)
    home = await browser.get(httpx.URL(gone.headers["location"]).raw_path.decode())

    asked = parse_qs(urlsplit(way).query)
    assert urlsplit(way).path.endswith("/session/end")
    assert asked["post_logout_redirect_uri"] == ["http://alpha.localhost:8000/deconnexion/retour"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert home.headers["location"] == "/"
    assert not await is_in(browser)


async def test_giving_up_or_a_silent_provider_is_told_kindly(
    communes: Communes, idp: Standing
) -> None:
    town, browser = communes.alpha, communes.alpha.visitor()
    state = parse_qs(urlsplit(await left(browser)).query)["state"][0]
    back = await browser.get(f"{LEAVE}/retour?error=access_denied&state={state}")
    told = await browser.get(back.headers["location"])
    idp.will("500")
    silent = await enters(browser, idp, "angela")
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text().replace(idp.issuer, "http://127.0.0.1:9/api/v2"))
    absent = await browser.get(LEAVE)

    assert "pas terminé avec FranceConnect" in told.text
    assert (silent.status_code, absent.status_code) == (503, 503)
    assert "FranceConnect ne répond pas" in absent.text


# -- attacks -----------------------------------------------------------------------------------

FORGED = (
    *("nonce", "audience", "issuer", "expired", "level", "none", "confusion", "forged"),
    *("downgrade", "told_downgrade", "told_none", "told_confusion", "told_forged", "told_other"),
)


@pytest.mark.asvs(
    "6.8.2", "9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "10.5.1", "10.5.4", "10.2.2"
)
async def test_no_forged_answer_signs_anybody_in(communes: Communes, idp: Standing) -> None:
    town = communes.alpha
    await links_identity(await town.family(), idp, "angela")

    for fault in FORGED:
        browser = town.visitor()
        idp.will(fault)
        answer = await enters(browser, idp, "angela")
        assert (fault, answer.status_code, await is_in(browser)) == (fault, 409, False)
    browser = town.visitor()
    assert (await enters(browser, idp, "angela")).status_code == 303
    with town.here():
        refused = await JournalLine.count().where(JournalLine.act == "account.sign_in_failed")
    assert refused == len(FORGED)


@pytest.mark.asvs("10.1.2", "10.2.1", "7.6.2")
async def test_a_way_back_serves_once_soon_in_its_browser_and_its_commune(
    communes: Communes, idp: Standing, clock: FrozenClock
) -> None:
    town, browser, thief = communes.alpha, communes.alpha.visitor(), communes.alpha.visitor()
    await links_identity(await town.family(), idp, "angela")

    back = comes(idp, await left(browser), "angela")
    await thief.get(LEAVE)
    abroad = communes.beta.visitor()
    await abroad.get(LEAVE)
    stolen = [await thief.get(back), await abroad.get(back)]
    right = await browser.get(back)
    replayed = await browser.get(back)
    used = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(await left(browser)).query)["state"][0]
    again = await browser.get(f"{LEAVE}/retour?code={used}&state={state}")
    foreign = parse_qs(urlsplit(comes(idp, await left(abroad), "angela")).query)["code"][0]
    state = parse_qs(urlsplit(await left(browser)).query)["state"][0]
    of_beta = await browser.get(f"{LEAVE}/retour?code={foreign}&state={state}")
    late = comes(idp, await left(browser), "angela")
    clock.move(minutes=11)
    old = await browser.get(late)
    unknown = await browser.get(f"{LEAVE}/retour?code=x&state={'s' * 43}")

    assert right.status_code == 303
    refused = [*stolen, replayed, again, of_beta, old, unknown]
    assert [one.status_code for one in refused] == [409] * len(refused)
    assert not await is_in(thief)


async def test_the_checks_are_what_refuses(
    communes: Communes, idp: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: without the state, the nonce or the client checked, each attack passes."""
    town = communes.alpha
    await links_identity(await town.family(), idp, "angela")
    thief = town.visitor()

    with monkeypatch.context() as without:
        stolen = comes(idp, await left(town.visitor()), "angela")
        nonces: list[str] = []

        async def any_state(*_: object) -> Departure:
            return Departure("", "")

        without.setattr(departures, "back", any_state)
        without.setattr(answers, "require_mine", lambda claims, nonce: nonces.append(nonce))
        assert (await thief.get(stolen)).status_code == 303
    assert await is_in(thief)
    with monkeypatch.context() as without:
        without.setattr(answers, "require", lambda *_: None)
        idp.will("audience")
        assert (await enters(town.visitor(), idp, "angela")).status_code == 303


async def test_a_key_changed_on_the_way_is_looked_up_again(
    communes: Communes, idp: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    monkeypatch.setattr(asking, "AGAIN_AFTER", 0.0)
    await links_identity(await town.family(), idp, "angela")
    browser = town.visitor()

    way = await left(browser)
    idp.rotate()

    assert (await browser.get(comes(idp, way, "angela"))).headers["location"] == "/"


async def test_a_commune_that_declared_another_signature_is_believed_in_it_alone(
    communes: Communes, idp: Standing
) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    told = file.read_text()
    file.write_text(told.replace("on = true\nclient", 'on = true\nalgorithm = "HS256"\nclient'))
    idp.sign("HS256")
    try:
        done = await links_identity(await town.family(), idp, "angela")
        file.write_text(told)
        other = await enters(town.visitor(), idp, "angela")
    finally:
        idp.sign("ES256")

    assert (done.headers["location"], other.status_code) == (WAYS, 409)


@pytest.mark.parametrize("follow", ["https://evil.test", "//evil.test", "/\\evil.test"])
async def test_nobody_is_sent_elsewhere_afterwards(
    communes: Communes, idp: Standing, follow: str
) -> None:
    town, browser = communes.alpha, communes.alpha.visitor()
    await links_identity(await town.family(), idp, "angela")

    way = str((await browser.get(LEAVE, params={"suite": follow})).headers["location"])

    assert (await browser.get(comes(idp, way, "angela"))).headers["location"] == "/"


@pytest.mark.asvs("6.8.1", "10.5.2")
async def test_in_whatever_order_two_people_are_never_made_one(
    communes: Communes, idp: Standing
) -> None:
    """One identity opens one account, and an account one person, after any acts of four people."""
    town = communes.alpha
    draw = random.Random(8)
    emails = ["a@example.test", "b@example.test", "c@example.test"]
    people = ["angela", "melaine", "camille"]
    owners: dict[str, str] = {}
    for _ in range(18):
        email, person = draw.choice(emails), draw.choice(people)
        act = draw.choice(("link", "sign_in", "unlink", "link"))
        browser = town.visitor() if act == "sign_in" else await town.family(email)
        if act == "link":
            await links_identity(browser, idp, person)
            if person not in owners and email not in owners.values():
                owners[person] = email
        elif act == "unlink":
            await browser.post(f"{WAYS}/identite/retirer", data={})
            owners = {who: whose for who, whose in owners.items() if whose != email}
        else:
            await enters(browser, idp, person)
            page = await browser.get("/compte")
            assert (owners.get(person, "nobody") in page.text) == (person in owners)
        rows = await linked(town)
        assert len(rows) == len({sub for _, sub in rows}) == len({one for one, _ in rows})
        assert len(rows) == len(owners)


async def test_two_accounts_made_one_give_an_identity_to_nobody_but_its_owner(
    communes: Communes, idp: Standing
) -> None:
    town = communes.alpha
    await links_identity(await town.family("old@example.test"), idp, "angela")
    kept = await town.family("kept@example.test")
    with town.here() as tenant:
        old, new = await accounts.by_number(1), await accounts.by_number(2)
        await merging.give_all(old.id, new.id)
        await Account.update({Account.disabled_at: tenant.now()}).where(Account.id == old.id)

    before = await linked(town)
    closed = await enters(town.visitor(), idp, "angela")
    await links_identity(kept, idp, "angela")

    assert [account for account, _ in before] == [old.id]
    assert "Ce compte est fermé" in closed.text
    assert [account for account, _ in await linked(town)] == [new.id]


@pytest.mark.asvs("10.5.3")
async def test_what_a_commune_declared_is_compared_with_what_the_provider_says(
    communes: Communes, idp: Standing
) -> None:
    for town in communes.both:
        file = town.app.platform.folder / f"{town.slug}.toml"
        file.write_text(file.read_text().replace("demo = true", "demo = false"))
    with communes.alpha.here():
        right = await checking.of_identities(communes.alpha.tenant)
    file.write_text(file.read_text().replace(idp.issuer, "http://127.0.0.1:9/api/v2"))
    with communes.beta.here() as beta:
        (wrong,) = await checking.of_identities(beta)
        told = checking.remarks(beta)

    assert right == []
    assert wrong.startswith("beta.toml, clé « franceconnect.issuer » : FranceConnect ne répond pas")
    assert any("non vérifié auprès du service" in one for one in told)


# -- aidants -----------------------------------------------------------------------------------


async def test_an_aidant_acts_under_a_mandate_seen_journalled_and_told(
    communes: Communes, idp: Standing, clock: FrozenClock
) -> None:
    town = communes.alpha
    owner = await town.family(name="Angela Dubois")
    with town.here() as tenant:
        account = await accounts.by_email("camille@example.test")
        assert account is not None
        entry = AdultEntry("Angela", "Dubois", account.email, account=account.id)
        await households.create([entry], None, tenant.now())
    unknown = await enters(town.visitor(), idp, "aidant")
    await links_identity(owner, idp, "angela")
    short = await enters(town.visitor(), idp, "autre-aidant")
    aidant = town.visitor()

    await enters(aidant, idp, "aidant")
    home = await aidant.get("/")
    barred = await aidant.get("/compte")
    silenced = await aidant.get("/compte/messages")
    done = await aidant.post(
        "/famille/adresse",
        data={"line": "3 rue des Lilas", "postcode": "44000", "city": "Nantes"},
    )
    clock.move(hours=2, minutes=1)
    ended = await aidant.get("/famille")
    await town.work()

    assert done.status_code == 303
    assert "pas encore de compte ici" in unknown.text
    assert "ne couvre pas ces démarches" in short.text
    assert "par un mandat Aidants Connect" in home.text
    assert (barred.status_code, silenced.status_code) == (403, 403)
    assert "Un aidant ne lit pas les messages" in barred.text
    assert ended.headers["location"].startswith("/connexion")
    assert (await aidant.get("/compte")).status_code == 303
    with town.here():
        sides = await JournalLine.select(JournalLine.act, JournalLine.side)
        assert await Errand.exists().where(Errand.ended_at.is_not_null())
    acts = {(row["act"], row["side"]) for row in sides}
    assert {("errand.began", "aidant"), ("family.address_changed", "aidant")} <= acts
    told = [mail.subject for mail in await town.mail("camille@example.test")]
    assert told[-1] == "Un aidant a agi en votre nom"


# -- ProConnect --------------------------------------------------------------------------------

OF_STAFF = "/identite/proconnect"


async def test_staff_come_in_by_proconnect_from_an_invitation(
    communes: Communes, pro: Standing
) -> None:
    town, browser = communes.alpha, communes.alpha.visitor()
    with town.here() as tenant:
        await accounts.create_staff("s@mairie.test", "", [Grant("agent")], tenant.now())
        link = await links.make("invitation", "s@mairie.test", tenant.now())
    path = httpx.URL(link).raw_path.decode()

    page = await browser.post(f"{path}/proconnect")
    way = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    without = await browser.get(comes(pro, way, "marc"))
    page = await browser.post(f"{path}/proconnect")
    way = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    opened = await browser.get(comes(pro, way, "sophie"))
    later = town.visitor()
    again = await later.get(comes(pro, await left(later, OF_STAFF), "sophie"))

    assert pro.http.get(f"{way}&login_type=1").json()["error"] == "Y000400"
    assert "Il manque un second facteur" in without.text
    assert opened.headers["location"] == again.headers["location"] == "/bureau"
    assert (await later.get("/bureau")).status_code == 200
    with town.here() as tenant:
        (sophie,) = await team.members(tenant.now())
        assert (sophie.state, sophie.name) == ("active", "Sophie Laurent")
        assert await Session.count().where(Session.strong.eq(True)) == 2


@pytest.mark.asvs("6.8.4")
async def test_proconnect_opens_only_who_works_here_and_asks_the_second_factor_it_did_not(
    communes: Communes, pro: Standing
) -> None:
    town = communes.alpha
    staff = await town.staff()
    await links_identity(staff, pro, "marc")
    answers_: dict[str, httpx.Response] = {}
    for person in ("marc", "sophie", "ailleurs"):
        browser = town.visitor()
        answers_[person] = await browser.get(comes(pro, await left(browser, OF_STAFF), person))
        assert (await browser.get("/bureau")).status_code == 303
    with town.here():
        await Account.update({Account.totp: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}, force=True)
    browser = town.visitor()
    asked = await browser.get(comes(pro, await left(browser, OF_STAFF), "marc"))

    assert "Il manque un second facteur" in answers_["marc"].text
    assert "lié à aucun accès" in answers_["sophie"].text
    assert "pas agent de cette collectivité" in answers_["ailleurs"].text
    assert asked.headers["location"] == "/connexion/code"
    assert timedelta(minutes=10) == departures.LIFE
