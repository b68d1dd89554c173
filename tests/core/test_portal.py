"""The door of the portal: which commune answers, to whom, with what headers."""

import re
from datetime import datetime

import pytest

from ribambelle.errors import Unavailable
from ribambelle.identity.sessions import OpenSession
from ribambelle.testing import Communes


@pytest.mark.asvs("3.5.4")
async def test_each_commune_answers_at_its_own_address(communes: Communes) -> None:
    for town in communes.both:
        answer = await town.visitor().get("/")

        assert answer.status_code == 200
        assert town.slug.capitalize() in answer.text


HOSTILE = [
    "nowhere.test",
    "alpha.localhost.evil.test",
    "alphaXlocalhost",
    "evil-alpha.localhost",
    "x.alpha.localhost",
    "alpha.localhost.",
    "alpha.localhost@evil.test",
    "evil.test/alpha.localhost",
    "alpha.localhost, beta.localhost",
    "alpha.localhost:80:80",
    "alpha..localhost",
    "[::1]",
    "",
    " alpha.localhost",
    "álpha.localhost",
]


@pytest.mark.parametrize("host", HOSTILE)
async def test_a_strange_host_selects_no_commune(communes: Communes, host: str) -> None:
    scope_host = {"host": host.encode("latin-1", "replace")}

    answer = await communes.alpha.visitor().get("/", headers=scope_host)

    assert answer.status_code in (400, 421)
    assert "Alpha" not in answer.text


@pytest.mark.asvs("4.1.3")
async def test_a_forwarded_host_selects_no_commune(communes: Communes) -> None:
    headers = {"x-forwarded-host": "beta.localhost", "forwarded": "host=beta.localhost"}

    answer = await communes.alpha.visitor().get("/", headers=headers)

    assert "Alpha" in answer.text
    assert "Beta" not in answer.text


async def test_a_plugin_switched_off_is_an_unknown_address(communes: Communes) -> None:
    town = communes.alpha
    file = communes.app.platform.folder / "alpha.toml"
    unknown = await town.visitor().get("/nothing-here")
    assert (await town.visitor().get("/assmat")).status_code == 200

    file.write_text(file.read_text().replace('"assmat"', "").replace("[, ", "["))
    answer = await town.visitor().get("/assmat")

    assert answer.status_code == unknown.status_code == 404
    assert (await communes.beta.visitor().get("/assmat")).status_code == 200


@pytest.mark.asvs("1.4.2")
@pytest.mark.parametrize(
    "path", ["/creche/etablissements/{}", "/creche/demandes/{}", "/creche/recu/{}"]
)
@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
async def test_a_number_no_row_can_have_is_an_unknown_address(
    communes: Communes, path: str, number: int
) -> None:
    browser = await communes.alpha.family()

    assert (await browser.get(path.format(number))).status_code == 404


@pytest.mark.asvs("4.1.1")
async def test_the_type_of_an_answer_is_said_once(communes: Communes) -> None:
    browser = communes.alpha.visitor()
    sheet = re.search(r'href="(/static/[^"]+\.css)"', (await browser.get("/")).text)
    assert sheet

    assert (await browser.get("/")).headers["content-type"] == "text/html; charset=utf-8"
    assert (await browser.get(sheet[1])).headers["content-type"] == "text/css; charset=utf-8"


async def test_an_answer_without_a_commune_has_the_same_headers(communes: Communes) -> None:
    headers = (await communes.alpha.visitor().get("/", headers={"host": "no.test"})).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-request-id"]


async def test_a_broken_file_takes_down_its_commune_only(communes: Communes) -> None:
    (communes.app.platform.folder / "alpha.toml").write_text('hosts = ["alpha.localhost"]\nname = ')

    assert (await communes.alpha.visitor().get("/")).status_code == 503
    assert (await communes.beta.visitor().get("/")).status_code == 200


@pytest.mark.asvs("7.6.2")
async def test_a_visitor_gets_no_cookie(communes: Communes) -> None:
    answer = await communes.alpha.visitor().get("/")

    assert "set-cookie" not in answer.headers


@pytest.mark.asvs("3.4.3", "3.4.4", "14.3.2")
async def test_every_answer_is_guarded_by_its_headers(communes: Communes) -> None:
    for path in ("/", "/nothing-here", "/static/nothing.css"):
        headers = (await communes.alpha.visitor().get(path)).headers

        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://beta.localhost:8000"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    communes: Communes, headers: dict[str, str]
) -> None:
    browser = await communes.alpha.family()

    answer = await browser.post("/deconnexion", headers=headers)

    assert answer.status_code == 403
    assert "Alpha" in answer.text
    assert "Cet envoi ne vient pas du portail" in answer.text
    assert (await browser.get("/compte")).status_code == 200


ESCAPES = [
    "/static/../pyproject.toml",
    "/static/%2e%2e/%2e%2e/secret.key",
    "/static/..%2f..%2fdata/alpha/secret.key",
    "/static/....//....//etc/passwd",
    "/static/%5c..%5c..%5cetc",
    "/static//etc/passwd",
]


@pytest.mark.asvs("1.1.1", "5.3.2", "13.4.3")
@pytest.mark.parametrize("path", ESCAPES)
async def test_a_path_never_leaves_the_assets(communes: Communes, path: str) -> None:
    assert (await communes.alpha.visitor().get(path)).status_code == 404


@pytest.mark.asvs("8.4.1")
async def test_the_session_of_one_commune_is_nothing_in_another(communes: Communes) -> None:
    browser = await communes.alpha.family()
    secret = browser.cookies["session"]

    stranger = communes.beta.visitor()
    stranger.cookies.set("session", secret)

    assert (await stranger.get("/compte")).headers["location"].startswith("/connexion")


@pytest.mark.asvs("13.4.5")
async def test_monitoring_is_off_the_communes(communes: Communes) -> None:
    here = communes.alpha.visitor()

    assert (await here.get("/healthz")).status_code == 404
    assert (await here.get("/healthz", headers={"host": "127.0.0.1:8000"})).status_code == 200
    ready = await here.get("/readyz", headers={"host": "localhost"})
    assert ready.json() == {"tenants": 2, "problems": {}}


async def test_what_a_style_sheet_names_is_there(communes: Communes) -> None:
    browser = communes.alpha.visitor()
    page = (await browser.get("/")).text
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    named = {
        name
        for sheet in sheets
        for name in re.findall(r'url\("([^"]+)"\)', (await browser.get(sheet)).text)
    }

    assert named
    for name in named:
        answer = await browser.get(f"/static/{name}")
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["cache-control"]
    assert "immutable" in (await browser.get(sheets[0])).headers["cache-control"]


async def test_somebody_without_a_name_yet_still_sees_an_account(communes: Communes) -> None:
    page = (await (await communes.alpha.family("new@example.test")).get("/")).text

    assert '<span class="nom">Mon compte</span>' in page
    assert re.search(r'<span class="rond" aria-hidden="true"><svg', page)


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a session may be written any more, as on a full disk."""

    async def refused(session: OpenSession, now: datetime) -> None:
        if session.changed:
            session.changed = False
            raise Unavailable("le disque est plein")

    monkeypatch.setattr(OpenSession, "save", refused)


async def test_a_page_is_read_though_the_session_cannot_be_written(
    communes: Communes, request: pytest.FixtureRequest
) -> None:
    family = await communes.alpha.family()
    await family.post("/langues", data={"langue": "en"})
    request.getfixturevalue("unwritable")

    chosen = await family.post("/langues", data={"langue": "fr"})
    page = await family.get("/compte")

    assert chosen.status_code == 303
    assert page.status_code == 200


async def test_a_session_that_cannot_begin_is_a_portal_that_is_away(
    communes: Communes, unwritable: None
) -> None:
    chosen = await communes.alpha.visitor().post("/langues", data={"langue": "en"})

    assert chosen.status_code == 503
    assert "retry-after" in chosen.headers
    assert "set-cookie" not in chosen.headers
