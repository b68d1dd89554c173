"""A reader chooses a language: it holds, it changes words and nothing else, and staff work in French."""

from pathlib import Path

import pytest
from tests.creche.builders import an_application

from ribambelle.identity import accounts
from ribambelle.identity.sessions import opened
from ribambelle.identity.tables import Session
from ribambelle.testing import Communes


async def test_a_language_holds_from_page_to_page_and_through_the_sign_in(
    communes: Communes,
) -> None:
    town = communes.alpha
    browser = town.visitor()

    chosen = await browser.post("/langues", data={"langue": "en", "retour": "/creche?page=2"})
    home, sign_in = await browser.get("/"), await browser.get("/connexion")
    again = await browser.post("/langues", data={"langue": "ar", "retour": "/"})
    right_to_left = await browser.get("/")
    await browser.post("/langues", data={"langue": "fr", "retour": "/"})
    french = await browser.get("/")

    assert (chosen.status_code, chosen.headers["location"]) == (303, "/creche?page=2")
    assert '<html lang="en" dir="ltr">' in home.text and ">Sign in</a>" in home.text
    assert '<html lang="en" dir="ltr">' in sign_in.text
    assert again.status_code == 303
    assert '<html lang="ar" dir="rtl">' in right_to_left.text
    assert '<html lang="fr" dir="ltr">' in french.text and ">Se connecter</a>" in french.text


@pytest.mark.parametrize("back", ["https://ailleurs.test/", "//ailleurs.test", "javascript:1", ""])
async def test_a_choice_goes_back_to_this_portal_only(communes: Communes, back: str) -> None:
    answer = await communes.alpha.visitor().post("/langues", data={"langue": "en", "retour": back})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_language_nobody_offers_is_nowhere(communes: Communes, tmp_path: Path) -> None:
    file = tmp_path / "beta.toml"
    file.write_text("languages = []\n" + file.read_text("utf-8"), "utf-8")
    alone = communes.beta.visitor()

    unknown = await communes.alpha.visitor().post("/langues", data={"langue": "xx"})
    refused = await alone.post("/langues", data={"langue": "en"})

    assert (unknown.status_code, refused.status_code) == (404, 404)
    assert 'id="langues"' not in (await alone.get("/")).text
    assert 'id="langues"' in (await communes.alpha.visitor().get("/")).text


async def test_the_town_hall_works_in_french(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    await agent.post("/langues", data={"langue": "ar", "retour": "/bureau"})

    assert '<html lang="fr" dir="ltr">' in (await agent.get("/bureau")).text


async def test_what_people_typed_is_never_taken_for_a_sentence(communes: Communes) -> None:
    """Somebody named as a button is, and a field that holds the words of a title, stay as they are."""
    town = communes.alpha
    family = await town.family("anne@example.test", "Accueil")
    await family.post("/langues", data={"langue": "en", "retour": "/"})

    account = (await family.get("/compte")).text
    refused = await family.post("/famille/moi", data={"given_name": "Retour", "family_name": ""})

    assert '<html lang="en"' in account and ">Home<" in account
    assert '<span class="nom">Accueil</span>' in account
    assert refused.status_code in (303, 422)
    page = refused.text or (await family.get(refused.headers["location"])).text
    assert 'value="Retour"' in page and 'value="Back"' not in page


async def test_what_a_stranger_types_stays_in_their_browser(communes: Communes) -> None:
    stranger, here = communes.alpha.visitor(), "/connexion?suite=/compte"
    ranked = {"langue": "en", "retour": here, "formulaire": "0", "email": "camille@exam"}

    await stranger.post("/langues", data=ranked)
    page, once_more = (await stranger.get(here)).text, (await stranger.get(here)).text

    assert '<html lang="en"' in page and 'value="camille@exam"' in page
    assert "camille@exam" not in once_more
    with communes.alpha.here():
        (row,) = await Session.objects()
    assert "camille" not in row.data and "en" in row.data


@pytest.mark.parametrize("put", ["", "%%%", "W10", "WyJhIiwxXQ==", "bnVsbA=="])
async def test_whatever_is_put_in_that_cookie_the_page_is_shown(
    communes: Communes, put: str
) -> None:
    stranger = communes.alpha.visitor()
    stranger.cookies.set("draft", put, domain=communes.alpha.host, path="/")

    assert (await stranger.get("/connexion")).status_code == 200


async def test_a_draft_is_of_one_person(communes: Communes) -> None:
    """Whoever signs in after somebody, in the same browser, carries nothing of what they typed."""
    town, step = communes.alpha, "/creche/demandes/1/etape/adresse"
    anne = await town.family("anne@example.test")
    await anne.post("/langues", data={"langue": "en", "retour": step, "line": "12 rue neuve"})
    with town.here() as tenant:
        luc = await accounts.open_family("luc@example.test", tenant.now())
        session, _ = await opened(anne.cookies["session"], tenant.now())
        assert "refused" in session.data
        await session.sign_in(luc, tenant.now())
        rows = await Session.objects()

    assert not any("12 rue neuve" in row.data for row in rows)


async def test_what_was_being_typed_comes_back_in_the_other_language(communes: Communes) -> None:
    """Without a script: the buttons of a step send the whole form with them."""
    town = communes.alpha
    family = await town.family("anne@example.test")
    with town.here():
        account = await accounts.by_email("anne@example.test")
        assert account
        number = await an_application(account=account.id, state="draft")
    step = f"/creche/demandes/{number}/etape/adresse"
    typed = {"line": "12 rue neuve, à moitié"}

    await family.post("/langues", data={"langue": "en", "retour": step, **typed})
    page = (await family.get(step)).text
    once_more = (await family.get(step)).text

    assert '<html lang="en"' in page and 'value="12 rue neuve, à moitié"' in page
    assert 'formaction="/langues"' in page
    assert "12 rue neuve" not in once_more, "what was never sent is not in the file"


async def test_a_secret_waits_nowhere(communes: Communes) -> None:
    anne = await communes.alpha.family("anne@example.test")
    typed = {"holder": "Anne Hoarau", "iban": "FR7630006000011234567890189"}

    await anne.post(
        "/langues",
        data={"langue": "en", "retour": "/paiement/prelevement", "tus": "iban bic", **typed},
    )

    with communes.alpha.here():
        rows = await Session.objects()
    assert any("Anne Hoarau" in row.data for row in rows)
    assert not any("FR763000" in row.data for row in rows)


async def test_what_is_too_long_to_follow_is_said(communes: Communes) -> None:
    anne = await communes.alpha.family("anne@example.test")

    await anne.post("/langues", data={"langue": "en", "retour": "/", "text": "a" * 17_000})

    assert "is too long to follow you" in (await anne.get("/")).text


async def test_from_a_refused_form_one_goes_back_to_the_page_that_sent_it(
    communes: Communes,
) -> None:
    anne = await communes.alpha.family("anne@example.test")
    sent = {"password": "court"}
    came = {"referer": f"http://{communes.alpha.host}:8000/compte"}

    refused = (await anne.post("/compte/mot-de-passe", data=sent, headers=came)).text
    elsewhere = {"referer": "https://evil.test/compte"}
    strange = (await anne.post("/compte/mot-de-passe", data=sent, headers=elsewhere)).text

    assert 'name="retour" value="/compte"' in refused
    assert 'name="retour" value="/compte/mot-de-passe"' in strange
