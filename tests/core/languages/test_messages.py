"""A family is written to in the language it chose, above the French, which counts."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from tests.catalogues import WHOLE, paragraphs_of

from ribambelle.database import transaction
from ribambelle.identity import accounts
from ribambelle.identity.sessions import LANGUAGE, OpenSession
from ribambelle.identity.tables import Account
from ribambelle.languages.catalogue import read_texts
from ribambelle.languages.known import OTHERS
from ribambelle.messages import languages, post
from ribambelle.messages.delivery import compose
from ribambelle.messages.tables import Message
from ribambelle.messages.wording import names
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes
from ribambelle.testing.communes import Town
from ribambelle.web.templates import texts

EMAIL = "camille@example.test"


async def reading(town: Town, code: str) -> int:
    """Return the account of a family that chose a language on the portal."""
    browser = await town.family(EMAIL, "Camille")
    await browser.post("/langues", data={"langue": code, "retour": "/"})
    with town.here():
        row = await Account.select(Account.id).where(Account.email == EMAIL).first()
    assert row
    return int(row["id"])


async def written(town: Town, account: int | None, template: str, **facts: Any) -> Message:
    with town.here():
        async with transaction():
            await post(template, EMAIL, account=account, **facts)
    return (await town.mail(EMAIL))[-1]


async def closing(town: Town, account: int | None, **facts: Any) -> Message:
    with town.here() as tenant:
        link = tenant.url("/connexion")
    return await written(town, account, "messages/password_changed", name="Zoé", link=link, **facts)


@pytest.mark.parametrize("code", WHOLE)
def test_every_paragraph_of_a_message_is_said_and_keeps_its_facts(
    installed: Plugins, code: str
) -> None:
    said = texts(installed, code)
    wanted = [part for parts in paragraphs_of(installed).values() for part in parts]

    missing = [part for part in wanted if part not in said]
    changed = {part for part in wanted if part in said and facts(said[part]) != facts(str(part))}

    assert len(wanted) > 250
    assert missing == [], "python -m tests.catalogues writes them in; say them"
    assert changed == set()


def facts(part: str) -> set[str]:
    """What a paragraph holds; the commune is named with or without « de »."""
    return {name.removeprefix("de_") for name in names(part)}


async def test_a_family_is_written_to_in_its_language_then_in_french(communes: Communes) -> None:
    town = communes.alpha
    account = await reading(town, "en")

    row = await closing(town, account)
    said, french = languages.split(row.text)

    assert row.language == "en"
    assert row.subject == "Your password has changed"
    assert "The password of your account on the portal of Alpha" in said
    assert "If this is not you, call us on 05" in said
    assert "the French text below counts" in said
    assert french.startswith("Bonjour") and "Si ce n’est pas vous" in french


async def test_another_family_and_somebody_without_an_account_are_written_to_in_french(
    communes: Communes,
) -> None:
    town = communes.alpha
    await reading(town, "en")
    with town.here() as tenant:
        link = tenant.url("/connexion")

    stranger = await closing(town, None)
    sent = await written(town, None, "messages/activation", link=link, name="Zoé")

    assert (stranger.language, sent.language) == ("", "")
    assert stranger.subject == "Votre mot de passe a changé"


async def test_arabic_reads_from_right_to_left_above_the_french(communes: Communes) -> None:
    town = communes.alpha
    row = await closing(town, await reading(town, "ar"))
    with town.here() as tenant:
        mail: EmailMessage = compose(tenant, row)
    page = mail.get_body(("html",))
    assert page is not None
    html = page.get_content()

    assert (
        html.index('<div lang="ar" dir="rtl">') < html.index("كلمة سر حسابكم") < html.index("<hr>")
    )
    assert html.index("<hr>") < html.index("Si ce n’est pas vous")
    assert languages.BELOW not in html


async def test_a_text_the_commune_wrote_leaves_in_french_alone(communes: Communes) -> None:
    town = communes.alpha
    account = await reading(town, "en")
    admin = await town.staff(email="admin@example.test")
    own = {
        "version": "0",
        "subject": "À vous",
        "body": "Votre mot de passe a changé.",
        "act": "save",
    }
    kept = await admin.post("/bureau/modeles/password_changed", data=own)
    assert kept.status_code == 303, kept.text

    row = await closing(town, account)

    assert (row.language, row.subject) == ("", "À vous")
    assert languages.BELOW not in row.text


async def test_a_commune_that_offers_french_alone_writes_in_french(
    communes: Communes, tmp_path: Path
) -> None:
    town = communes.alpha
    account = await reading(town, "en")
    file = tmp_path / "alpha.toml"
    file.write_text("languages = []\n" + file.read_text("utf-8"), "utf-8")

    assert (await closing(town, account)).language == ""


async def test_a_language_comes_back_with_the_account(communes: Communes) -> None:
    town = communes.alpha
    await reading(town, "ar")

    elsewhere = await town.family(EMAIL)

    assert '<html lang="ar"' in (await elsewhere.get("/")).text


async def test_the_next_person_of_a_browser_keeps_their_own_language(communes: Communes) -> None:
    town = communes.alpha
    await reading(town, "ar")
    with town.here() as tenant:
        first = await Account.objects().get(Account.email == EMAIL)
        other = await accounts.open_family("autre@example.test", tenant.now())
        assert first is not None
        session = OpenSession()
        await session.sign_in(first, tenant.now())
        spoken = session.data[LANGUAGE]
        await session.sign_in(other, tenant.now())
        theirs = await Account.select(Account.language).where(Account.id == other.id).first()

    assert spoken == "ar"
    assert LANGUAGE not in session.data
    assert theirs == {"language": ""}


async def test_a_language_chosen_before_the_sign_in_is_kept_by_whoever_has_none(
    communes: Communes,
) -> None:
    town = communes.alpha
    await reading(town, "ar")
    with town.here() as tenant:
        first = await Account.objects().get(Account.email == EMAIL)
        other = await accounts.open_family("autre@example.test", tenant.now())
        helped = await accounts.open_family("aidee@example.test", tenant.now())
        assert first is not None
        for account, in_person in ((first, True), (other, True), (helped, False)):
            session = OpenSession()
            session.data[LANGUAGE] = "en"
            await session.sign_in(account, tenant.now(), in_person=in_person)
        rows = await Account.select(Account.email, Account.language).where(Account.kind == "family")

    assert {row["email"]: row["language"] for row in rows} == {
        **{EMAIL: "ar", "autre@example.test": "en", "aidee@example.test": ""}
    }


def test_a_translation_with_another_fact_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "en.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Pour {enfant}"\nmsgstr "For {child}"\n\n'
        'msgid "Le portail {de_commune}"\nmsgstr "The portal of {commune}"\n',
        "utf-8",
    )

    assert read_texts(OTHERS["en"], [tmp_path]) == {
        "Le portail {de_commune}": "The portal of {commune}"
    }


async def test_who_helps_at_the_counter_changes_nobody_s_language(communes: Communes) -> None:
    town = communes.alpha
    account = await reading(town, "en")
    agent = await town.staff()
    await agent.post("/langues", data={"langue": "ar", "retour": "/bureau"})

    assert (await closing(town, account)).language == "en"


def test_what_people_are_called_is_no_sentence(installed: Plugins) -> None:
    """A child named like a word of the portal keeps its name; a word we add is said."""
    template = next(
        one
        for one in installed.only(installed.names).all("message_templates")
        if one.code == "periscolaire.offer"
    )
    english = OTHERS["en"]
    reader = languages.Reader(english, {}, lambda text: f"<{text}>")

    told = reader._values({"enfant": "Oui", "place": "Demain"}, template.placeholders)

    assert told == {"enfant": "Oui", "place": "<Demain>"}
