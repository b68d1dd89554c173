"""A receipt proves what was asked, and when: it is signed, it is checked, it is never changed."""

import asyncio
import io
import re

import httpx
from pypdf import PdfReader
from tests.creche.builders import BORN_ON, a_facility, an_application

from ribambelle.identity.tables import Account, Adult
from ribambelle.messages.delivery import compose
from ribambelle.messages.tables import Attachment, Message
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche.domain.dossier import Child, Family, Week
from ribambelle_creche.domain.receipt import code
from ribambelle_creche.tables import Facility, Receipt
from ribambelle_creche.telling import send_receipt

EMAIL = "anne@example.test"


async def sent(town: Town, **changed: object) -> tuple[httpx.AsyncClient, int]:
    """Return a family signed in, and the file it sent."""
    browser = await town.family(EMAIL)
    with town.here():
        account = await Account.select(Account.id).where(Account.email == EMAIL).first()
        assert account is not None
        return browser, await an_application(account=account["id"], **changed)


async def codes(town: Town) -> list[str]:
    with town.here():
        rows = await Receipt.select(Receipt.code).order_by(Receipt.version)
    return [code(row["code"]) for row in rows]


async def verified(town: Town, number: str, typed: str) -> str:
    answer = await town.visitor().get("/creche/recu", params={"numero": number, "code": typed})
    return answer.text.replace("\u00a0", " ")


async def test_a_change_of_telephone_alone_is_kept_and_receipted(communes: Communes) -> None:
    town = communes.alpha
    browser, number = await sent(town)
    base = f"/creche/demandes/{number}"

    form = {"given_name": "Anne", "family_name": "Hoarau", "phone": "07 00 00 00 11"}
    await browser.post(f"{base}/etape/famille", data={**form, "email": EMAIL, "is_single": "oui"})
    waiting = (await browser.get(base)).text
    await browser.post(f"{base}/verification", data={"exact": "oui"})

    assert "Des changements ne sont pas envoyés" in waiting
    assert "Des changements ne sont pas envoyés" not in (await browser.get(base)).text
    with town.here():
        adult = await Adult.objects().first()
        assert adult is not None and adult.phone == "07 00 00 00 11"
        assert await Receipt.count() == 2


async def test_two_presses_at_once_make_one_receipt(communes: Communes) -> None:
    town = communes.alpha
    browser, _ = await sent(town)
    with town.here():
        account = await Account.select(Account.id).first()
        assert account is not None
        draft = await an_application(account=account["id"], state="draft", child=TWIN)
    check = f"/creche/demandes/{draft}/verification"

    answers = await asyncio.gather(*(browser.post(check, data={"exact": "oui"}) for _ in range(4)))

    assert {one.headers["location"] for one in answers} == {f"/creche/demandes/{draft}/recu"}
    await town.work()
    with town.here():
        assert await Receipt.count().where(Receipt.application == draft) == 1
    assert len(await town.mail(EMAIL)) == 2


TWIN = Child(given_name="Léo", family_name="Payet", born_on=BORN_ON)


async def test_an_older_receipt_stays_genuine_and_says_that_another_followed(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser, number = await sent(town)
    clock.move(days=3)
    await browser.post(f"/creche/demandes/{number}/etape/semaine", data={"souhait": "mon-am"})
    await browser.post(f"/creche/demandes/{number}/verification", data={"exact": "oui"})
    old, new = await codes(town)

    assert "un reçu plus récent existe" in await verified(town, "C-1001", old)
    assert "un reçu plus récent existe" not in await verified(town, "C-1001", new)
    assert "Demande C-1001, envoyée mercredi 25" in await verified(town, "C-1001", old)
    assert "Demande C-1001, modifiée samedi 28" in await verified(town, "C-1001", new)
    assert "authentique" in await verified(town, "c-1001", new.replace("-", " ").lower())


async def test_what_was_signed_cannot_be_changed(communes: Communes) -> None:
    town = communes.alpha
    await sent(town)
    (told,) = await codes(town)
    with town.here():
        await Receipt.update({Receipt.content: '{"number": "C-1001", "wishes": []}'}, force=True)

    assert "pas reconnu" in await verified(town, "C-1001", told)
    assert "pas reconnu" in await verified(communes.beta, "C-1001", told)


async def test_codes_are_not_guessed_by_trying(communes: Communes) -> None:
    town = communes.alpha
    await sent(town)

    for _ in range(20):
        await verified(town, "C-1001", "0000-0000-0000")

    answer = await town.visitor().get("/creche/recu?numero=C-1001&code=0000-0000-0000")
    assert answer.status_code == 429


async def test_the_paper_says_what_the_page_says(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await a_facility("Les Lilas")
    browser, number = await sent(town)

    page = (await browser.get(f"/creche/demandes/{number}/recu")).text.replace("\u00a0", " ")
    paper = await browser.get(f"/creche/demandes/{number}/recu-pdf")

    words = " ".join(PdfReader(io.BytesIO(paper.content)).pages[0].extract_text().split())
    for told in ("C-1001", "Zoé Payet", "Les Lilas", "lundi 4 janvier 2027", *await codes(town)):
        assert told in page
        assert told in words.replace("\u00a0", " ")
    assert re.search("mercredi 25 novembre 2026 à 9.h", words)
    assert len(paper.content) <= 60_000


async def test_a_message_is_written_as_people_write(communes: Communes) -> None:
    town = communes.alpha
    family = Family("Anne", "L’Hostis & d'Arc", "06 99 00 00 00", EMAIL, is_single=True)
    child = Child(given_name="D'Arc <3", family_name="L'Hostis", born_on=BORN_ON)

    await sent(town, family=family, child=child)
    await town.work()

    mail = (await town.mail(EMAIL))[-1]
    assert "pour D'Arc <3 L'Hostis" in mail.text
    assert "L’Hostis & d'Arc" in mail.text
    assert "&amp;" not in mail.text


async def test_the_message_is_the_proof_whole_with_its_paper(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        await a_facility("Les Lilas")
    browser, number = await sent(town, week=Week(1023, (1,)))
    await town.work()
    clock.move(days=2, hours=1)
    await browser.post(f"/creche/demandes/{number}/etape/semaine", data={"souhait": "mon-am"})
    await browser.post(f"/creche/demandes/{number}/verification", data={"exact": "oui"})
    await town.work()
    first, changed = (
        one.text.replace("\u00a0", " ").replace("\u202f", " ") for one in await town.mail(EMAIL)
    )
    old, new = await codes(town)

    for told in (
        *("bien reçue le mercredi 25 novembre 2026 à 9", "Anne Hoarau", "Zoé Payet", old),
        *("1. Les Lilas", "du lundi au vendredi, toute la journée", "À défaut : lundi matin"),
    ):
        assert told in first, told
    for told in ("changements du vendredi 27 novembre 2026 à 10", "le mercredi 25 novembre", new):
        assert told in changed, told
    link = re.findall(r"http://alpha\.localhost:8000(/creche/recu\?\S+)", changed)[0]
    assert "authentique" in (await town.visitor().get(link)).text
    with town.here() as tenant:
        sheets = await Attachment.objects().order_by(Attachment.id)
        row = await Message.objects().order_by(Message.id, ascending=False).first()
        assert row is not None
        mail = compose(tenant, row, [one for one in sheets if one.message == row.id])
    assert len(sheets) == 2
    (sheet,) = mail.iter_attachments()
    assert sheet.get_filename() == "recu-C-1001.pdf"
    words = " ".join(PdfReader(io.BytesIO(sheet.get_content())).pages[0].extract_text().split())
    for told in ("Modifiée le vendredi 27", "envoyée le mercredi 25", "Anne Hoarau", new):
        assert told in words.replace("\u00a0", " "), told
    page = (await browser.get(f"/creche/demandes/{number}/recu")).text.replace("\u00a0", " ")
    assert "Reçue le mercredi 25 novembre 2026" in page
    assert "Modifiée le vendredi 27 novembre 2026" in page
    assert "Anne Hoarau" in page


async def test_a_receipt_is_written_once_however_often_its_job_runs(communes: Communes) -> None:
    town = communes.alpha
    await sent(town)
    await town.work()

    with town.here():
        for _ in range(3):
            await send_receipt(1)
        assert await Attachment.count() == 1

    assert len(await town.mail(EMAIL)) == 1


async def test_a_family_that_never_signed_in_checks_its_receipt_by_a_public_link(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        await an_application()
    await town.work()

    text = (await town.mail(EMAIL))[-1].text

    assert "/creche/demandes/1" in text
    link = re.findall(r"http://alpha\.localhost:8000(/creche/recu\?\S+)", text)[0]
    assert "authentique" in (await town.visitor().get(link)).text


async def test_a_family_without_an_address_still_has_its_receipt(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    silent = Family("Anne", "Hoarau", "06 99 00 00 00", is_single=True)
    with town.here():
        number = await an_application(family=silent)
    await town.work()

    page = await agent.get(f"/creche/demandes/{number}/recu")

    assert await town.mail() == []
    assert "Aucun e-mail n’a été donné" in page.text
    assert (await agent.get(f"/creche/demandes/{number}/recu-pdf")).status_code == 200


async def test_a_creche_that_closes_keeps_its_name_on_the_receipt(communes: Communes) -> None:
    town = communes.alpha
    browser, number = await sent(town)
    with town.here():
        await Facility.update({Facility.is_open: False}, force=True)

    page = await browser.get(f"/creche/demandes/{number}/recu")
    steps = await browser.get(f"/creche/demandes/{number}/etapes")
    await browser.post(f"/creche/demandes/{number}/etape/semaine", data={"souhait": "mon-am"})
    again = await browser.post(f"/creche/demandes/{number}/verification", data={"exact": "oui"})

    assert "Les Lilas" in page.text
    assert "9 étapes terminées sur 10" in steps.text.replace("\u00a0", " ")
    assert again.headers["location"] == f"/creche/demandes/{number}/etapes"
    with town.here():
        assert await Receipt.count() == 1


async def test_a_wish_that_never_was_is_not_sent(communes: Communes) -> None:
    town = communes.alpha
    browser, _ = await sent(town)
    with town.here():
        account = await Account.select(Account.id).first()
        assert account is not None
        draft = await an_application(9999, account=account["id"], state="draft")

    answer = await browser.post(f"/creche/demandes/{draft}/verification", data={"exact": "oui"})

    assert answer.headers["location"] == f"/creche/demandes/{draft}/etapes"
    with town.here():
        assert await Receipt.count().where(Receipt.application == draft) == 0
