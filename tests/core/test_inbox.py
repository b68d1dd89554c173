"""A family and the town hall write to each other; nobody else reads it, and nothing is lost."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.core.documents import papers
from tests.core.test_channels import optional
from tests.creche.builders import a_facility, an_application

from ribambelle.documents import queries, receiving
from ribambelle.documents.tables import Document
from ribambelle.errors import Refused
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.messages import demo, inbox, post
from ribambelle.messages.tables import Conversation, Letter
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.web import inbox as pages
from ribambelle.workflow.tables import JournalLine

CAMILLE, EVE = "camille@example.test", "eve@example.test"
NOTHING = {"file": ("", b"", "application/octet-stream")}


async def sent(
    browser: httpx.AsyncClient, path: str, text: str = "Bonjour, une question.", **more: Any
) -> httpx.Response:
    files = {"file": more.pop("file")} if "file" in more else NOTHING
    return await browser.post(path, data={"text": text, **more}, files=files)


async def asked(browser: httpx.AsyncClient, **more: Any) -> str:
    """Begin a conversation, and return its page."""
    answer = await sent(browser, "/messages", **{"subject": "Adresse", **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def last(town: Town) -> int:
    with town.here():
        row = await Letter.select(Letter.id).order_by(Letter.id, ascending=False).first()
    return int(row["id"]) if row else 0


async def replied(town: Town, browser: httpx.AsyncClient, path: str, text: str) -> httpx.Response:
    return await sent(browser, path, text, seen=str(await last(town)))


async def test_a_question_and_its_answer(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    family, agent = await town.family(CAMILLE), await town.staff()
    where = await asked(family, text="Je déménage.\n\nQue faire ?")

    assert "Pas encore lu" in (await family.get(where)).text
    assert "attend une réponse" in (await agent.get("/bureau")).text
    clock.move(hours=1)
    (desk,) = [(await agent.get("/bureau/messages/suivant")).headers["location"]]
    assert "Je déménage." in (await agent.get(desk)).text
    assert "Lu le mercredi 25 novembre à 10" in (await family.get(where)).text
    done = await replied(town, agent, desk, "Envoyez un justificatif <b>récent</b>.")
    await town.work()

    assert done.headers["location"] == "/bureau/messages"
    (mail,) = await town.mail(CAMILLE)
    assert mail.subject == "Un message de la mairie vous attend"
    assert f"http://alpha.localhost:8000{where}" in mail.text
    assert "récent" not in mail.text, "the notice does not hold the message"
    home = (await family.get("/")).text
    assert "Un message de la mairie" in home
    assert '<span class="pastille"> 1' in home
    page = (await family.get(where)).text
    assert "&lt;b&gt;récent&lt;/b&gt;" in page
    assert "pastille" not in page, "what is read counts no more"
    assert "Un message de la mairie" not in (await family.get("/")).text
    with town.here():
        acts = [row["act"] for row in await JournalLine.select(JournalLine.act)]
        facts = str(await JournalLine.select(JournalLine.facts))
    assert acts.count("letter.written") == 2
    assert "déménage" not in facts


@pytest.fixture
async def two(communes: Communes) -> AsyncIterator[tuple[httpx.AsyncClient, str, str]]:
    """A conversation of Camille with a file, and what is asked of it."""
    town = communes.alpha
    photo = ("IMG.jpg", papers.a_photo(gps=True), "image/jpeg")
    camille = await town.family(CAMILLE)
    where = await asked(camille, file=photo)
    with town.here():
        document = await Document.objects().first()
    assert document
    yield camille, where, f"{where}/pieces/{document.id}"


STRANGERS = ("eve", "manager", "other commune", "other agent")


@pytest.mark.parametrize("who", STRANGERS)
async def test_a_conversation_does_not_exist_for_others(
    communes: Communes, two: tuple[httpx.AsyncClient, str, str], who: str
) -> None:
    _, where, piece = two
    town = communes.alpha
    if who == "eve":
        browser = await town.family(EVE)
    elif who == "manager":
        browser = await town.staff(Grant("creche_manager", "creche.facility:1"))
    elif who == "other commune":
        browser = await communes.beta.family(CAMILLE)
    else:
        browser = await communes.beta.staff()
    before = await last(town)

    looked = [await browser.get(where + end) for end in ("",)]
    looked += [await browser.get(piece + end) for end in ("/fichier", "/pages/1")]
    written = await sent(browser, where, seen="1")

    assert {one.status_code for one in looked} == {404}
    assert written.status_code in (403, 404)
    assert await last(town) == before
    assert "Adresse" not in (await browser.get("/messages")).text


async def test_what_is_joined_opens_for_the_two_sides_and_is_no_paper_to_check(
    communes: Communes, two: tuple[httpx.AsyncClient, str, str]
) -> None:
    camille, _, piece = two
    agent = await communes.alpha.staff()

    for browser in (camille, agent):
        picture = await browser.get(f"{piece}/pages/1")
        with Image.open(io.BytesIO(picture.content)) as image:
            assert not image.getexif()
        file = await browser.get(f"{piece}/fichier")
        assert file.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in file.headers["content-security-policy"]
    number = int(piece.rpartition("/")[2])
    with communes.alpha.here():
        assert await queries.to_check() == 0
        opened = await JournalLine.count().where(JournalLine.act == "document.opened")
    assert opened == 2
    assert (await camille.get(f"/documents/{number}")).status_code == 404
    assert (await camille.post(f"/documents/{number}/supprimer")).status_code == 404
    assert "Pièce jointe" not in (await camille.get("/documents")).text
    assert (await camille.get(f"{piece}/pages/9")).status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"text": " "}, "Écrivez votre message."),
        ({"text": "x" * 4001}, "4000 caractères au plus"),
        ({"subject": ""}, "de quoi il s’agit"),
        ({"text": "\x00"}, "Écrivez votre message."),
        ({"subject": "x" * 121}, "120 caractères au plus"),
        (
            {"file": ("a.zip", papers.a_zip("word/document.xml"), "image/png")},
            "Ce genre de fichier",
        ),
    ],
)
async def test_nothing_typed_is_lost(
    communes: Communes, changed: dict[str, Any], told: str
) -> None:
    browser = await communes.alpha.family(CAMILLE)
    typed = {"subject": "Mon objet", "text": "Mon texte", **changed}

    answer = await sent(browser, "/messages", typed.pop("text"), **typed)

    assert answer.status_code == 422
    assert told in answer.text
    kept = [word for word in ("Mon objet", "Mon texte") if word in answer.text]
    assert len(kept) == (2 if "file" in changed else 1)
    with communes.alpha.here():
        assert await Conversation.count() == await Document.count() == 0


@pytest.mark.asvs("2.4.1")
async def test_a_family_that_writes_without_end_keeps_its_text(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_MOST", 1)
    browser = await communes.alpha.family(CAMILLE)
    await asked(browser)

    answer = await sent(browser, "/messages", "Encore une", subject="Autre")

    assert answer.status_code == 422
    assert "Attendez un peu" in answer.text
    assert "Encore une" in answer.text


async def test_a_button_pressed_twice_writes_once(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family(CAMILLE)

    photo = ("IMG.jpg", papers.a_photo(), "image/jpeg")
    first, second = await asked(browser, file=photo), await asked(browser, file=photo)
    seen = str(await last(town))
    answers = [await sent(browser, first, "Et encore ?", seen=seen) for _ in range(2)]

    assert first == second
    assert [one.status_code for one in answers] == [303, 303]
    with town.here():
        assert (await Conversation.count(), await Letter.count()) == (1, 2)
        assert await Document.count() == 1, "no file is kept that no message carries"


async def crossed(communes: Communes) -> tuple[httpx.Response, int]:
    """Have two agents answer from the same page; return what the second saw, and the letters."""
    town = communes.alpha
    where = await asked(await town.family(CAMILLE))
    seen = str(await last(town))
    first, second = await town.staff(), await town.staff(email="b@b.test")
    await sent(first, f"/bureau{where}", "Oui.", seen=seen)
    answer = await sent(second, f"/bureau{where}", "Non.", seen=seen)
    with town.here():
        return answer, await Letter.count()


async def test_two_agents_do_not_answer_at_once(communes: Communes) -> None:
    answer, letters = await crossed(communes)

    assert (answer.status_code, letters) == (422, 2)
    assert "Un message est arrivé pendant que vous écriviez" in answer.text
    assert all(word in answer.text for word in ("Oui.", "Non."))


async def test_without_what_was_seen_the_family_would_read_both(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    real = inbox.answer

    async def answer(conversation: Any, written: Any, person: Any, seen: int) -> None:
        with communes.alpha.here():
            rows = await inbox.letters(conversation.id)
        await real(conversation, written, person, rows[-1].id)

    monkeypatch.setattr(inbox, "answer", answer)

    assert (await crossed(communes))[1] == 3


async def test_agents_share_the_work(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    camille, eve = await town.family(CAMILLE), await town.family(EVE)
    old = await asked(camille, subject="Ancien")
    clock.move(hours=1)
    new = await asked(eve, subject="Récent")
    agent, other = await town.staff(), await town.staff(email="b@b.test", name="Paul")
    with town.here():
        me = await Account.objects().get(Account.email == "b@b.test")
    assert me

    await agent.post(f"/bureau{old}/attribuer", data={"to": str(me.id)})
    mine = (await other.get("/bureau/messages?vue=les-miennes")).text
    following = await agent.get(
        "/bureau/messages/suivant", params={"apres": old.rpartition("/")[2]}
    )
    closed = await agent.post(f"/bureau{old}/classer", data={"seen": str(await last(town))})
    foreign = await agent.post(f"/bureau{old}/attribuer", data={"to": "999"})
    freed = await agent.post(f"/bureau{old}/attribuer", data={"to": ""})

    assert ("Ancien" in mine, "Récent" in mine) == (True, False)
    assert following.headers["location"] == f"/bureau{new}"
    assert closed.headers["location"] == f"/bureau{new}"
    assert (foreign.status_code, freed.status_code) == (404, 303)
    assert "Ancien" not in (await agent.get("/bureau/messages")).text
    assert "Ancien" in (await agent.get("/bureau/messages?vue=toutes")).text
    again = await agent.post(f"/bureau{new}/classer", data={"seen": "1"})
    assert again.status_code == 409, "a message arrived that was not seen"


async def test_an_agent_writes_first(communes: Communes) -> None:
    town = communes.alpha
    family, agent = await town.family(CAMILLE), await town.staff()
    form = {"subject": "Votre dossier", "text": "Bonjour"}

    unknown = await sent(agent, "/bureau/messages", email="nobody@example.test", **form)
    staff = await sent(agent, "/bureau/messages", email="agent@example.test", **form)
    done = await sent(agent, "/bureau/messages", email=f" {CAMILLE.upper()}", **form)

    assert (unknown.status_code, staff.status_code, done.status_code) == (422, 422, 303)
    assert "Votre dossier" in unknown.text
    assert "À lire" in (await family.get("/messages")).text
    assert (await family.get("/bureau/messages/nouveau")).status_code == 403
    assert (await agent.get("/bureau/messages/nouveau")).status_code == 200


async def test_a_conversation_speaks_of_a_demande_of_this_family(communes: Communes) -> None:
    town = communes.alpha
    family, agent = await town.family(CAMILLE), await town.staff()
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        await a_facility("Les Lilas")
        mine = await an_application(1, account=account.id, state="submitted")
        await an_application(1, account=None, state="submitted")
    page = (await family.get("/messages/nouveau")).text

    where = await asked(family, demande="1")
    stolen = await asked(await town.family(EVE), demande="1")
    moved = await agent.post(f"/bureau{stolen}/demande", data={"demande": "1"})
    none = await agent.post(f"/bureau{where}/demande", data={"demande": ""})
    await agent.post(f"/bureau{where}/demande", data={"demande": "1"})

    assert page.count("Demande de crèche") == 1
    assert f'href="/creche/demandes/{mine}"' in (await family.get(where)).text
    assert f'href="/bureau/creche/demandes/{mine}"' in (await agent.get(f"/bureau{where}")).text
    assert (moved.status_code, none.status_code) == (404, 303)
    with town.here():
        rows = await Conversation.select(Conversation.demande).order_by(Conversation.id)
    assert [row["demande"] for row in rows] == [1, None]


async def test_a_demonstration_shows_messages_that_wait(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    with communes.alpha.here():
        await demo.fill(7)

    desk = (await agent.get("/bureau/messages")).text
    family = (await (await communes.alpha.family("famille@demo.example")).get("/messages")).text

    assert desk.count("Attend depuis") == 2
    assert "À lire" in family


@pytest.mark.parametrize(("giver", "mails"), [("family", 1), ("agent", 0)])
async def test_what_the_antivirus_refuses_later_opens_to_nobody(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, giver: str, mails: int
) -> None:
    """Only who joined it is told to send another."""
    town = communes.alpha
    family, agent = await town.family(CAMILLE), await town.staff()
    where = await asked(family)
    doubts = iter([True, Refused("infected")])

    async def doubtful(file: Any) -> bool:
        found = next(doubts)
        if isinstance(found, Refused):
            raise found
        return found

    monkeypatch.setattr(receiving, "_is_doubtful", doubtful)
    photo = ("IMG.jpg", papers.a_photo(), "image/jpeg")
    path, browser = (where, family) if giver == "family" else (f"/bureau{where}", agent)
    await sent(browser, path, seen=str(await last(town)), file=photo)
    held = (await family.get(where)).text
    with town.here():
        document = await Document.objects().first()
        assert document
        await receiving.examine_again(document.id, 1)
    refused = (await family.get(where)).text

    assert "en cours de vérification" in held
    assert "refusée par l’antivirus" in refused
    assert (await family.get(f"{where}/pieces/{document.id}/fichier")).status_code == 404
    await town.work()
    told = [mail.subject for mail in await town.mail(CAMILLE)]
    assert told.count("Votre justificatif est à renvoyer") == mails


async def test_what_is_read_on_the_portal_waits_there(communes: Communes) -> None:
    town = communes.alpha
    browser = await town.family(CAMILLE)
    wished = dict.fromkeys(optional(communes.alpha), "portal")
    assert (await browser.post("/compte/messages", data=wished)).status_code == 303
    where = await asked(browser)
    await replied(town, await town.staff(), f"/bureau{where}", "Voilà.")
    with town.here() as tenant:
        me, today = await Account.objects().get(Account.email == CAMILLE), tenant.now().date()
        assert me
        facts = {"label": "Domicile", "given_on": today, "valid_until": today, "link": "http://x"}
        await post("messages/document_ending", CAMILLE, account=me.id, **facts)

    assert "2 messages de la mairie" in (await browser.get("/")).text
    page = (await browser.get("/messages")).text
    await browser.get(where)

    assert "Un justificatif arrive à sa fin" in page
    assert "de la mairie" not in (await browser.get("/")).text
    assert "arrive à sa fin" not in (await (await town.family(EVE)).get("/messages")).text
    await town.work()
    assert [mail.channel for mail in await town.mail(CAMILLE)] == ["portal"]
