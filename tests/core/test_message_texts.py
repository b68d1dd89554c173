"""A commune says its messages in its own words; what they must say still leaves."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest

from ribambelle.identity import Grant
from ribambelle.messages import catalogue, outbox, post, texts
from ribambelle.messages.tables import MessageText
from ribambelle.messages.wording import Wording
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, Town
from ribambelle.workflow.tables import JournalLine

PAGE = "/bureau/modeles/sign_in"
OWN = {"version": "0", "subject": "Entrez, {commune}", "body": "C’est par ici : {lien}"}


async def typed(browser: httpx.AsyncClient, act: str = "save", **changed: str) -> httpx.Response:
    return await browser.post(PAGE, data={**OWN, "act": act, **changed})


async def signed_in_mail(town: Town) -> tuple[str, str]:
    await town.visitor().post("/connexion", data={"email": "camille@example.test"})
    await town.work()
    mail = (await town.mail("camille@example.test"))[-1]
    return mail.subject, mail.text


async def test_the_next_message_is_in_the_words_of_the_commune(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()

    kept = await typed(agent)
    subject, text = await signed_in_mail(town)
    other, _ = await signed_in_mail(communes.beta)

    assert kept.headers["location"] == PAGE
    assert subject == "Entrez, Alpha"
    assert text.startswith("C’est par ici\u00a0: http://alpha.localhost:8000/connexion/lien/")
    assert other == "Votre lien pour le portail famille"
    page = (await agent.get(PAGE)).text
    assert "Entrez, {commune}" in page
    assert "Texte changé" in page
    assert "Le vôtre" in (await agent.get("/bureau/modeles")).text


async def test_the_original_text_comes_back(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    await typed(agent)

    back = await agent.post(PAGE, data={"version": "1", "act": "restore"})
    late = await typed(agent, version="0")

    assert back.status_code == 303
    assert late.status_code == 409, "a page opened before both changes never matches again"
    assert (await signed_in_mail(town))[0] == "Votre lien pour le portail famille"
    with town.here():
        lines = await JournalLine.select(JournalLine.act, JournalLine.facts).where(
            JournalLine.object == "message_text:sign_in"
        )
    assert [line["act"] for line in lines] == ["message_text.changed", "message_text.restored"]
    assert "Entrez" not in str(lines)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"body": "Bonjour {prenom}, {lien}"}, "« {prenom} » n’existe pas ici"),
        ({"body": "{lien} {{ tenant.settings }}"}, "n’existe pas ici"),
        ({"body": "Bonjour, à bientôt"}, "Remettez le repère « {lien} »"),
        ({"body": "{lien} et {"}, "Une accolade est seule"),
        ({"subject": " "}, "la famille ne lirait rien"),
        ({"subject": "{service.__class__}"}, "n’existe pas ici"),
        ({"body": "{lien}" + "x" * 6001}, "6000 caractères au plus"),
    ],
)
async def test_a_text_that_could_not_be_sent_is_refused_and_kept_on_the_page(
    communes: Communes, changed: dict[str, str], told: str
) -> None:
    agent = await communes.alpha.staff()

    answer = await typed(agent, **changed)

    assert answer.status_code == 422
    assert told in answer.text.replace("\u00a0", " ").replace("&#39;", "'")
    assert (OWN | changed)["subject"].strip() in answer.text
    with communes.alpha.here():
        assert await MessageText.count() == 0


async def test_a_text_is_seen_as_the_family_would(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    page = (await typed(agent, "preview", body="<b>Oui</b>\n\n{lien}")).text

    assert "&lt;b&gt;Oui&lt;/b&gt;" in page
    assert 'href="https://famille.exemple.fr/connexion/lien/abc"' in page
    with communes.alpha.here():
        assert await MessageText.count() == 0


async def test_an_essay_goes_to_the_agent_alone(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    await typed(agent, "test")

    (mail,) = await communes.alpha.mail()
    assert mail.recipient == "agent@example.test"
    assert mail.subject == "[Essai] Entrez, Alpha"


async def rival(communes: Communes) -> tuple[httpx.Response, str]:
    """Have two agents write the same text; return what the second saw, and what is kept."""
    first, second = await communes.alpha.staff(), await communes.alpha.staff(email="b@b.test")
    await typed(first, subject="Premier")
    answer = await typed(second, subject="Second")
    with communes.alpha.here():
        row = await texts.row_of("sign_in")
    assert row
    return answer, row.subject


async def test_two_agents_lose_nothing(communes: Communes) -> None:
    answer, kept = await rival(communes)

    assert (answer.status_code, kept) == (409, "Premier")
    assert "Sophie Laurent a changé ce texte" in answer.text
    assert all(word in answer.text for word in ("Premier", 'value="Second"', 'value="1"'))


async def test_without_the_version_the_first_agent_would_lose_its_text(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the lock."""
    real = texts.keep

    async def keep(code: str, version: int, *given: Any) -> None:
        row = await texts.row_of(code)
        await real(code, row.version if row else 0, *given)

    monkeypatch.setattr(texts, "keep", keep)

    answer, kept = await rival(communes)

    assert (answer.status_code, kept) == (303, "Second")


HOSTILE = "Eve\r\nBcc: all@example.test\n\n<script>x</script> {lien} http://evil.test"


@pytest.mark.asvs("1.3.10", "1.3.5")
async def test_a_hostile_name_stays_words(communes: Communes) -> None:
    """A name is put in the subject and in the text, as it is: no header, no tag, no fact."""
    town = communes.alpha
    with town.here() as tenant:
        await texts.keep(
            "invitation", 0, Wording("Pour {bonjour}", "{bonjour}\n\n{lien}"), 1, tenant.now()
        )
        await post("messages/invitation", "a@example.test", link=tenant.url("/x"), name=HOSTILE)
    await town.work()

    with town.here() as tenant:
        (file,) = (tenant.folder / "outbox").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    html = mail.get_body(("html",))
    plain = mail.get_body(("plain",))
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Pour Bonjour Eve Bcc: all@example.test")
    assert plain and "{lien}" in plain.get_content()
    assert html and "<script>" not in html.get_content()
    assert 'href="http://evil.test' not in html.get_content()
    assert 'href="http://alpha.localhost:8000/x"' in html.get_content()


async def test_a_text_whose_fact_was_withdrawn_gives_way_to_the_original(
    communes: Communes,
) -> None:
    """A new version of a plugin may no longer know a fact: families are written to all the same."""
    town = communes.alpha
    with town.here() as tenant:
        await texts.keep("sign_in", 0, Wording("Vieux", "{gone} {lien}"), 1, tenant.now())

    assert (await signed_in_mail(town))[0] == "Votre lien pour le portail famille"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Le nôtre\n\nPar ici : {lien}\n", "Le nôtre"),
        ("Vieux\n\n{{ link }}\n", "Votre lien pour le portail famille"),
    ],
)
async def test_a_file_of_the_commune_is_its_original_when_it_may_be_sent(
    communes: Communes, text: str, told: str
) -> None:
    town = communes.alpha
    own = town.app.platform.folder / "alpha" / "templates" / "messages" / "sign_in.txt"
    own.parent.mkdir(parents=True)
    own.write_text(text)

    assert (await signed_in_mail(town))[0] == told


async def test_the_original_saved_as_it_is_stays_the_original(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        told = catalogue.original(catalogue.named("sign_in"), tenant)

    await typed(await town.staff(), subject=told.subject, body=told.body)

    with town.here():
        assert await texts.own_codes() == set()


async def test_only_the_town_hall_changes_texts(communes: Communes) -> None:
    family = await communes.alpha.family()
    manager = await communes.alpha.staff(Grant("creche_manager", "creche.facility:1"))

    answers = [(await one.get(PAGE)).status_code for one in (family, manager)]

    assert answers == [403, 403]
    assert (await (await communes.alpha.staff()).get("/bureau/modeles/nope")).status_code == 404


async def test_every_text_is_declared_and_may_be_sent(
    communes: Communes, installed: Plugins
) -> None:
    """A new file without a declaration, or a declaration its file does not follow, stops here."""
    with communes.alpha.here() as tenant:
        declared = {one.path: one for one in catalogue.templates().values()}
        files = set()
        for name in [*installed.names, "core"]:
            folder = installed.folder(name, "templates") or Path()
            for file in folder.rglob("messages/*.txt"):
                files.add(str(file.relative_to(folder).with_suffix("")))
        for one in declared.values():
            told = catalogue.original(one, tenant)
            catalogue.require(one, told)
            shown = outbox.shown(one, told)
            assert "{" not in f"{shown.subject}{shown.body}{shown.sms}", one.code
            assert all(p.sample for p in one.placeholders), one.code
    assert files == declared.keys()


async def test_a_fact_forgotten_by_the_code_is_a_fault(communes: Communes) -> None:
    with communes.alpha.here(), pytest.raises(KeyError):
        await post("messages/sign_in", "a@example.test")
