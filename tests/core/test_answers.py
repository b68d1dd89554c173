"""What every answer keeps to itself, and what every request may not do."""

import re
from base64 import urlsafe_b64decode

import pytest

from ribambelle.identity import links
from ribambelle.identity.sessions import OpenSession
from ribambelle.identity.tables import Session
from ribambelle.testing import Communes, Town


def for_real(communes: Communes) -> Town:
    """Return a commune that is no demonstration any more."""
    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text("utf-8").replace("demo = true\n", ""), "utf-8")
    communes.app.platform.scan()
    return communes.alpha


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4", "3.4.1", "12.2.1")
async def test_a_session_travels_over_https_alone_and_no_script_reads_it(
    communes: Communes,
) -> None:
    town = communes.alpha
    await town.visitor().post("/connexion", data={"email": "camille@example.test"})
    secure = f"https://{town.host}{await town.link('camille@example.test')}"

    answer = await town.visitor().post(secure)

    name, _, flags = answer.headers["set-cookie"].partition("=")
    assert name == "__Host-session"
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags.split("; "))
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.asvs("3.4.2", "3.4.5", "3.4.6", "14.2.3")
async def test_no_other_site_reads_frames_or_learns_of_a_page(communes: Communes) -> None:
    browser = await communes.alpha.family()
    headers = (await browser.get("/compte", headers={"origin": "https://evil.test"})).headers

    policy = headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.asvs("13.4.4")
async def test_no_method_is_answered_that_a_route_does_not_declare(communes: Communes) -> None:
    visitor = communes.alpha.visitor()

    tried = [await visitor.request(one, "/") for one in ("TRACE", "CONNECT", "DELETE", "PROPFIND")]

    assert {answer.status_code for answer in tried} <= {403, 404, 405}
    assert all("cookie" not in answer.text.lower() for answer in tried)


@pytest.mark.asvs("15.3.7")
async def test_the_same_field_twice_is_one_and_an_address_fills_no_form(
    communes: Communes,
) -> None:
    town = communes.alpha

    await town.visitor().post(
        "/connexion?email=noe@example.test",
        content=b"email=eve%40example.test&email=camille%40example.test",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    await town.work()

    told = {one.recipient for one in await town.mail()}
    assert len(told) == 1
    assert told <= {"eve@example.test", "camille@example.test"}


@pytest.mark.asvs("7.2.2", "7.2.3", "11.5.1")
async def test_secrets_are_drawn_anew_and_long_enough_that_nobody_guesses(
    communes: Communes,
) -> None:
    with communes.alpha.here() as tenant:
        drawn = {await links.make("sign_in", "a@b.test", tenant.now()) for _ in range(20)}
        sessions = set()
        for _ in range(20):
            session = OpenSession()
            session.set("flash", [])
            await session.save(tenant.now())
            sessions.add(session.secret)
        kept = {row["digest"] for row in await Session.select(Session.digest)}

    assert (len(drawn), len(sessions)) == (20, 20)
    assert not sessions & kept
    assert min(len(urlsafe_b64decode(f"{one}==")) for one in sessions) >= 32
    assert min(len(one) for one in drawn) >= 32


@pytest.mark.asvs("16.5.1", "13.4.2", "16.3.4")
async def test_a_fault_says_nothing_of_the_inside(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(*given: object, **facts: object) -> None:
        raise RuntimeError("SELECT secret FROM core_account")

    monkeypatch.setattr("ribambelle.web.account._page", fails)
    answer = await (await communes.alpha.family()).get("/compte")

    assert answer.status_code == 500
    for told in ("SELECT", "RuntimeError", "Traceback", "ribambelle/", "core_account"):
        assert told not in answer.text
    assert "fault" in capsys.readouterr().out


@pytest.mark.asvs("15.2.3")
async def test_what_serves_a_demonstration_is_not_there_for_real(communes: Communes) -> None:
    town = for_real(communes)

    assert (await town.visitor().get("/_boite")).status_code == 404


@pytest.mark.asvs("16.4.1", "1.1.1")
async def test_a_line_of_log_is_one_line_whatever_is_typed(
    communes: Communes, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = "%0d%0a2026-11-26 [info] request status=200 route=/bureau/forged"
    capsys.readouterr()

    answer = await communes.alpha.visitor().get(f"/{forged}", headers={"user-agent": "x"})

    assert answer.status_code == 404
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.startswith("2026-11-26 [info] request")]
