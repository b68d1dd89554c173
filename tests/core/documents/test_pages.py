"""A family gives a paper, follows it, and sees who opened it; an agent checks it."""

import io
from datetime import timedelta

import httpx
import pytest
from PIL import Image
from tests.core.documents import papers
from tests.core.documents.builders import a_document, again

from ribambelle.documents import queries, shelf, vault
from ribambelle.documents.checking import age
from ribambelle.documents.sealing import Broken
from ribambelle.documents.tables import Document, DocumentUse
from ribambelle.documents.types import STATES
from ribambelle.identity import Grant
from ribambelle.testing import Communes, Town
from ribambelle.testing.clock import FrozenClock
from ribambelle.web import papers as pages
from ribambelle.workflow.tables import Demande

CAMILLE = "camille@example.test"


async def sent(
    browser: httpx.AsyncClient,
    content: bytes,
    path: str = "/documents",
    kind: str = "address",
    name: str = "facture.pdf",
    media_type: str = "application/pdf",
) -> httpx.Response:
    return await browser.post(
        path, data={"kind": kind}, files={"file": (name, content, media_type)}
    )


async def last(town: Town) -> Document:
    with town.here():
        found = await Document.objects().order_by(Document.id, ascending=False).first()
    assert found is not None
    return found


async def a_use(document: Document, state: str = "submitted") -> None:
    """Give a paper for a demande of the crèches."""
    now = document.given_at
    row = Demande(workflow="creche.application", state=state, created_at=now, changed_at=now)
    number = int((await Demande.insert(row).returning(Demande.id))[0]["id"])
    await DocumentUse.insert(
        DocumentUse(
            document=document.id,
            demande=number,
            label="C-1001",
            href="/creche/demandes/1",
            used_at=now,
        )
    )


async def test_a_family_gives_a_photo_and_sees_it(communes: Communes) -> None:
    browser = await communes.alpha.family(CAMILLE)

    answer = await sent(browser, papers.a_photo(gps=True), name="../../IMG 1.HEIC\x00.jpg")

    assert answer.status_code == 303
    page = (await browser.get("/documents")).text
    assert "bien reçu" in page
    assert "À vérifier" in page
    document = await last(communes.alpha)
    assert (document.media_type, document.kind) == ("image/jpeg", "address")
    picture = await browser.get(f"/documents/{document.id}/pages/1")
    with Image.open(io.BytesIO(picture.content)) as image:
        assert not image.getexif()


async def test_a_photo_taken_now_is_received_too(communes: Communes) -> None:
    browser = await communes.alpha.family(CAMILLE)
    files = [
        ("file", ("", b"", "application/octet-stream")),
        ("photo", ("image.jpg", papers.a_photo(), "image/jpeg")),
    ]

    answer = await browser.post("/documents", data={"kind": "birth"}, files=files)

    assert answer.status_code == 303
    assert (await last(communes.alpha)).kind == "birth"


@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (b"", "address", "Choisissez un fichier"),
        (papers.a_photo(), "", "Choisissez ce que ce document prouve"),
        (papers.a_photo(), "nothing known", "Choisissez ce que ce document prouve"),
        (b"x" * 12_000_001, "address", "dépasse 12 Mo"),
        (papers.a_zip("word/document.xml"), "address", "Ce genre de fichier"),
        (papers.a_pdf(papers.ACTIVE["script on open"]), "address", "contient un programme"),
    ],
)
async def test_a_refusal_says_what_to_send_instead(
    communes: Communes, content: bytes, kind: str, sentence: str
) -> None:
    browser = await communes.alpha.family(CAMILLE)

    answer = await sent(browser, content, kind=kind)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Il y a un problème" in answer.text
    with communes.alpha.here():
        assert await Document.count() == 0
        assert not list(shelf.reception().iterdir())


async def test_a_form_that_is_no_form_is_refused(communes: Communes) -> None:
    browser = await communes.alpha.family(CAMILLE)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    for body, told in ((b"nothing like it", headers), (b"kind=address", {})):
        answer = await browser.post("/documents", content=body, headers=told)
        assert answer.status_code == 422
        assert "interrompu" in answer.text


@pytest.mark.asvs("2.4.1", "2.3.2")
async def test_nobody_sends_without_end(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ribambelle.web import uploads

    monkeypatch.setattr(uploads, "AT_MOST", 1)
    browser = await communes.alpha.family(CAMILLE)

    await sent(browser, b"")

    assert (await sent(browser, b"")).status_code == 429


PATHS = ("", "/fichier", "/pages/1")


@pytest.mark.asvs("8.2.2")
async def test_a_paper_exists_for_its_family_and_agents_only(communes: Communes) -> None:
    mine = await communes.alpha.family(CAMILLE)
    await sent(mine, papers.a_photo())
    number = (await last(communes.alpha)).id
    manager = Grant("creche_manager", "creche.facility:1")
    others = {
        "another family": await communes.alpha.family("other@example.test"),
        "manager": await communes.alpha.staff(manager, email="manager@example.test"),
        "without second factor": await communes.alpha.staff(strong=False),
        "family of beta": await communes.beta.family(CAMILLE),
        "agent of beta": await communes.beta.staff(),
    }

    # a role, or a session, that opens no paper at all is told so whatever the number
    whatever = {"manager": 403, "without second factor": 303}
    for who, browser in others.items():
        for path in PATHS:
            for one in (number, 99):
                answer = await browser.get(f"/documents/{one}{path}")
                assert answer.status_code == whatever.get(who, 404), (who, path)
    for act in ("remplacer", "supprimer"):
        other = others["another family"]
        assert (await other.post(f"/documents/{number}/{act}")).status_code == 404
    assert (await mine.get(f"/documents/{number}/pages/2")).status_code == 404
    assert (await mine.get(f"/documents/{number}/pages/0")).status_code == 404
    assert (await mine.get(f"/bureau/documents/{number}")).status_code == 403
    agent = await communes.alpha.staff(email="a@example.test")
    assert (await agent.get(f"/documents/{number}")).status_code == 303


async def test_twin_without_the_question_whose_it_is_all_would_open(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent(await communes.alpha.family(CAMILLE), papers.a_photo())
    number = (await last(communes.alpha)).id
    monkeypatch.setattr(queries, "_may_see", lambda person, document: True)

    other = await communes.alpha.family("other@example.test")

    assert (await other.get(f"/documents/{number}/pages/1")).status_code == 200


@pytest.mark.asvs("3.2.1", "5.3.1")
async def test_what_is_served_cannot_act(communes: Communes) -> None:
    browser = await communes.alpha.family(CAMILLE)
    await sent(browser, papers.a_pdf())
    number = (await last(communes.alpha)).id

    file = await browser.get(f"/documents/{number}/fichier")
    page = await browser.get(f"/documents/{number}/pages/1")

    for answer, kind in ((file, "application/pdf"), (page, "image/jpeg")):
        assert answer.headers["content-type"] == kind
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers.get_list("content-security-policy") == [pages.SEALED_OFF]
        assert answer.headers["cache-control"] == "no-store"
        assert "content-encoding" not in answer.headers
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert file.content.startswith(b"%PDF-")


async def test_the_family_reads_who_opened_its_paper(
    communes: Communes, clock: FrozenClock
) -> None:
    family, agent = await communes.alpha.family(CAMILLE), await communes.alpha.staff()
    await sent(family, papers.a_photo())
    number = (await last(communes.alpha)).id
    assert "Personne ne l’a encore ouvert" in (await family.get(f"/documents/{number}")).text

    await agent.get(f"/documents/{number}/pages/1")
    await agent.get(f"/documents/{number}/fichier")
    clock.move(hours=1)
    await agent.get(f"/documents/{number}/pages/1")

    page = (await family.get(f"/documents/{number}")).text
    assert page.count("Sophie Laurent, mairie") == 2


async def test_a_paper_held_by_the_antivirus_opens_to_nobody(communes: Communes) -> None:
    family, agent = await communes.alpha.family(CAMILLE), await communes.alpha.staff()
    await sent(family, papers.a_photo())
    document = await last(communes.alpha)
    with communes.alpha.here():
        await Document.update({Document.is_held: True}).where(Document.id == document.id)

    assert "en cours de vérification" in (await family.get(f"/documents/{document.id}")).text
    for browser in (family, agent):
        assert (await browser.get(f"/documents/{document.id}/pages/1")).status_code == 404
    desk = (await agent.get("/bureau/documents")).text
    assert "Aucun justificatif ici" in desk
    assert "En cours de vérification" in (await agent.get("/bureau/documents?vue=en-attente")).text
    answer = await agent.post(f"/bureau/documents/{document.id}/accepter", data={"version": "1"})
    assert answer.status_code == 409


async def test_an_agent_accepts_the_oldest_and_is_led_to_the_next(
    communes: Communes, clock: FrozenClock
) -> None:
    agent = await communes.alpha.staff()
    with communes.alpha.here():
        old, new = await a_document(), await a_document()
        earlier = old.given_at - timedelta(days=1)
        await Document.update({Document.given_at: earlier}).where(Document.id == new.id)

    after = await agent.get(f"/bureau/documents/suivant?apres={new.id}")
    assert after.headers["location"] == f"/bureau/documents/{old.id}"
    around = await agent.get(f"/bureau/documents/suivant?apres={old.id}")
    assert around.headers["location"] == f"/bureau/documents/{new.id}"
    first = await agent.get("/bureau/documents/suivant")
    assert first.headers["location"] == f"/bureau/documents/{new.id}"
    page = (await agent.get(first.headers["location"])).text
    assert 'value="24"' in page  # given on 24 November, worth three months
    answer = await agent.post(
        f"/bureau/documents/{new.id}/accepter",
        data={
            "version": "1",
            **{"valid_until_day": "1", "valid_until_month": "3", "valid_until_year": "2027"},
        },
    )

    assert answer.headers["location"] == f"/bureau/documents/{old.id}"
    with communes.alpha.here():
        done = await again(new.id)
    assert (done.state, str(done.valid_until)) == ("accepted", "2027-03-01")
    twice = await agent.post(f"/bureau/documents/{new.id}/accepter", data={"version": "1"})
    assert twice.status_code == 409
    wrong = await agent.post(
        f"/bureau/documents/{old.id}/accepter", data={"version": "1", "valid_until_day": "41"}
    )
    assert wrong.status_code == 422


async def test_a_refusal_needs_a_reason_and_is_written_to_the_family(communes: Communes) -> None:
    family, agent = await communes.alpha.family(CAMILLE), await communes.alpha.staff()
    await sent(family, papers.a_photo())
    number = (await last(communes.alpha)).id
    path = f"/bureau/documents/{number}/refuser"

    assert (await agent.post(path, data={"version": "1"})).status_code == 422
    answer = await agent.post(
        path, data={"version": "1", "why": "blurred", "more": "Merci de votre patience."}
    )

    assert answer.headers["location"] == "/bureau/documents"
    (mail,) = await communes.alpha.mail(CAMILLE)
    assert "reprenez-la à plat et en pleine lumière. Merci de votre patience." in mail.text
    assert f"http://alpha.localhost:8000/documents/{number}" in mail.text
    home = (await family.get("/")).text
    assert "À renvoyer : Justificatif de domicile" in home
    again_sent = await sent(family, papers.a_photo(), f"/documents/{number}/remplacer")
    assert again_sent.headers["location"] == f"/documents/{number}"
    document = await last(communes.alpha)
    assert (document.version, document.state, document.reason) == (2, "to_check", "")
    late = await agent.post(path, data={"version": "1", "why": "blurred"})
    assert late.status_code == 409


async def test_what_a_decision_rests_on_stays_and_a_newer_one_joins_it(communes: Communes) -> None:
    family = await communes.alpha.family(CAMILLE)
    await sent(family, papers.a_photo())
    old = await last(communes.alpha)
    with communes.alpha.here():
        await a_use(old)
        await Document.update({Document.state: "accepted"}).where(Document.id == old.id)

    assert "Supprimer ce document" not in (await family.get(f"/documents/{old.id}")).text
    assert (await family.post(f"/documents/{old.id}/supprimer")).status_code == 409
    wrong = await sent(family, b"", f"/documents/{old.id}/remplacer")
    assert wrong.status_code == 422
    answer = await sent(family, papers.a_photo(), f"/documents/{old.id}/remplacer")

    new = await last(communes.alpha)
    assert answer.headers["location"] == f"/documents/{new.id}"
    assert new.id != old.id
    assert "C-1001" in (await family.get(f"/documents/{new.id}")).text
    with communes.alpha.here():
        assert (await again(old.id)).state == "accepted"


async def test_what_nothing_rests_on_may_be_forgotten(communes: Communes) -> None:
    family = await communes.alpha.family(CAMILLE)
    await sent(family, papers.a_photo())
    number = (await last(communes.alpha)).id

    assert (await family.post(f"/documents/{number}/supprimer")).status_code == 303

    assert "supprimé" in (await family.get("/documents")).text
    assert (await family.get(f"/documents/{number}")).status_code == 404


@pytest.mark.parametrize(("state", "mails"), [("submitted", 1), ("withdrawn", 0)])
async def test_a_family_is_told_once_before_a_paper_ends(
    communes: Communes, clock: FrozenClock, state: str, mails: int
) -> None:
    await communes.alpha.family(CAMILLE)
    today = communes.alpha.tenant.now().date()
    with communes.alpha.here():
        ending = await a_document(state="accepted", valid_until=today + timedelta(days=21))
        await a_use(ending, state)
        await age()
        await age()
        assert len(await communes.alpha.mail(CAMILLE)) == mails

        clock.move(days=21)
        await age()
        assert (await again(ending.id)).state == "accepted"

        clock.move(days=1)
        await age()
        assert (await again(ending.id)).state == "expired"
        assert len(await communes.alpha.mail(CAMILLE)) == mails


async def test_every_state_has_its_view_and_its_word(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    with communes.alpha.here():
        for state in STATES:
            await a_document(state=state, account=None, reason="Trop ancien.")

    told = "".join([(await agent.get(f"/bureau/documents?vue={one}")).text for one in VIEWS])
    assert all(word in told for word in STATES.values())
    assert told.count("Famille sans compte") == len(STATES)
    for number in range(1, len(STATES) + 1):
        assert (await agent.get(f"/bureau/documents/{number}")).status_code == 200


VIEWS = ("a-verifier", "refuses", "acceptes", "perimes")


async def test_the_pages_to_fill_say_what_is_taken(communes: Communes) -> None:
    browser = await communes.alpha.family(CAMILLE)

    page = (await browser.get("/documents/ajouter?type=birth")).text

    assert 'enctype="multipart/form-data"' in page
    assert 'capture="environment"' in page
    assert "12 Mo au plus" in page
    assert '<option value="birth" selected>' in page


async def test_a_broken_file_is_a_fault_of_ours_and_not_a_picture(communes: Communes) -> None:
    family = await communes.alpha.family(CAMILLE)
    await sent(family, papers.a_photo())
    document = await last(communes.alpha)
    with communes.alpha.here():
        shelf.at(document.file).write_bytes(b"RIB1 nothing")
        with pytest.raises(Broken):
            await vault.content(document)

    assert (await family.get(f"/documents/{document.id}/fichier")).status_code == 500


async def test_a_family_that_cannot_be_written_to_is_called(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    with communes.alpha.here():
        document = await a_document(account=None)

    await agent.post(
        f"/bureau/documents/{document.id}/refuser", data={"version": "1", "why": "old"}
    )

    assert "appelez la famille" in (await agent.get("/bureau/documents")).text
