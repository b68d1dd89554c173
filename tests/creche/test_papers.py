"""A family sends the proofs of its file, or uses again what it gave before."""

from datetime import date

import httpx
import pytest
from tests.core.documents.builders import OFFICE, again
from tests.core.documents.papers import a_pdf, a_photo
from tests.creche.builders import BORN_ON, a_facility, an_application

from ribambelle.documents import checking, queries
from ribambelle.documents.tables import Document, DocumentUse
from ribambelle.identity.accounts import by_email
from ribambelle.identity.tables import Adult
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche.domain.dossier import Child, Entry, Family
from ribambelle_creche.queries import applications, files
from ribambelle_creche.tables import Application

CAMILLE = "camille@example.test"


async def a_file(town: Town) -> tuple[httpx.AsyncClient, int]:
    """Return a family signed in, and the file it sent."""
    browser = await town.family(CAMILLE)
    with town.here():
        account = await by_email(CAMILLE)
        assert account is not None
        await a_facility()
        return browser, await an_application(account=account.id)


async def send(
    browser: httpx.AsyncClient, number: int, kind: str, shown: bytes | None = None
) -> httpx.Response:
    path = f"/creche/demandes/{number}/justificatifs/{kind}"
    return await browser.post(path, files={"file": ("a", shown or a_photo(), "image/jpeg")})


async def the_paper(town: Town) -> Document:
    with town.here():
        found = await Document.objects().order_by(Document.id, ascending=False).first()
    assert found is not None
    return found


async def test_each_proof_is_asked_for_where_the_file_is_followed(communes: Communes) -> None:
    browser, number = await a_file(communes.alpha)

    for path in (f"/creche/demandes/{number}", f"/creche/demandes/{number}/recu"):
        page = (await browser.get(path)).text
        for kind in ("birth", "address", "work"):
            assert f'href="/creche/demandes/{number}/justificatifs/{kind}"' in page


async def test_an_accepted_paper_proves_and_a_refused_one_is_asked_again(
    communes: Communes,
) -> None:
    browser, number = await a_file(communes.alpha)
    assert (await send(browser, number, "birth")).status_code == 303
    assert (
        "Envoyé. Un agent va le vérifier" in (await browser.get(f"/creche/demandes/{number}")).text
    )
    paper = await the_paper(communes.alpha)

    with communes.alpha.here():
        await checking.refuse(paper, "Il manque le bas.", OFFICE)
    page = (await browser.get(f"/creche/demandes/{number}")).text
    assert "À renvoyer. Il manque le bas." in page
    assert (
        "Il manque le bas."
        in (await browser.get(f"/creche/demandes/{number}/justificatifs/birth")).text
    )
    await send(browser, number, "birth", a_pdf())
    with communes.alpha.here():
        await checking.accept(await the_paper(communes.alpha), None, OFFICE)

        assert await applications.unseen_proofs(number) == ["address", "work"]
        seen = next(one for one in (await files.one(number, None)).proofs if one.kind == "birth")
        assert seen.seen_by == OFFICE.account


async def test_what_an_agent_saw_by_hand_stays_seen(communes: Communes) -> None:
    browser, number = await a_file(communes.alpha)
    await send(browser, number, "address")
    with communes.alpha.here() as tenant:
        await files.turn_proof(number, "address", 7, tenant.now())
        await checking.refuse(await the_paper(communes.alpha), "Trop ancien.", OFFICE)

        assert "address" not in await applications.unseen_proofs(number)


async def test_a_paper_given_once_serves_the_next_file(communes: Communes) -> None:
    browser, first = await a_file(communes.alpha)
    await send(browser, first, "address")
    await send(browser, first, "birth")
    with communes.alpha.here():
        account = await by_email(CAMILLE)
        assert account is not None
        address = (await Document.objects().where(Document.kind == "address"))[0]
        birth = (await Document.objects().where(Document.kind == "birth"))[0]
        await checking.accept(address, None, OFFICE)
        brother = Child(given_name="Tom", family_name="Payet", born_on=BORN_ON)
        second = await an_application(account=account.id, child=brother)

    base = f"/creche/demandes/{second}/justificatifs"
    assert "Utiliser celui-ci" in (await browser.get(f"{base}/address")).text
    assert "Utiliser celui-ci" not in (await browser.get(f"{base}/birth")).text
    stolen = await browser.post(f"{base}/birth/reprendre/{birth.id}")
    assert stolen.status_code == 404

    assert (await browser.post(f"{base}/address/reprendre/{address.id}")).status_code == 303

    with communes.alpha.here():
        assert "address" not in await applications.unseen_proofs(second)
        assert await DocumentUse.count().where(DocumentUse.document == address.id) == 2


@pytest.mark.parametrize("days", [90, 120])
async def test_a_paper_too_old_serves_no_other_file_even_if_nobody_has_read_it(
    communes: Communes, clock: FrozenClock, days: int
) -> None:
    """Three months for an address: given on 25 November, it is over on 26 February."""
    browser, first = await a_file(communes.alpha)
    await send(browser, first, "address")
    paper = await the_paper(communes.alpha)
    clock.move(days=days)
    browser = await communes.alpha.family(CAMILLE)
    with communes.alpha.here():
        account = await by_email(CAMILLE)
        assert account is not None
        brother = Child(given_name="Tom", family_name="Payet", born_on=BORN_ON)
        entry = Entry(start_on=date(2027, 9, 6))
        second = await an_application(account=account.id, child=brother, entry=entry)
    base, serves = f"/creche/demandes/{second}/justificatifs/address", days == 90

    page = (await browser.get(base)).text
    answer = await browser.post(f"{base}/reprendre/{paper.id}")

    assert ("Utiliser celui-ci" in page) is serves
    assert answer.status_code == (303 if serves else 404)


async def test_the_proofs_of_a_file_are_its_family_s_own(communes: Communes) -> None:
    browser, number = await a_file(communes.alpha)
    other = await communes.alpha.family("other@example.test")

    assert (await send(other, number, "birth")).status_code == 404
    assert (await send(browser, number, "caf")).status_code == 404  # nobody asked for it
    wrong = await send(browser, number, "birth", b"Bonjour")
    assert wrong.status_code == 422
    assert "Ce genre de fichier" in wrong.text


async def test_an_agent_sends_what_a_family_brings_to_the_counter(communes: Communes) -> None:
    family, number = await a_file(communes.alpha)
    agent = await communes.alpha.staff()

    assert (await send(agent, number, "address")).status_code == 303

    paper = await the_paper(communes.alpha)
    assert (await family.get(f"/documents/{paper.id}")).status_code == 200
    with communes.alpha.here():
        desk = (await agent.get(f"/bureau/documents/{paper.id}")).text
    assert "2 rue des Lilas" in desk
    assert "C-100" in desk
    assert (
        f'href="/bureau/documents/{paper.id}"'
        in (await agent.get(f"/bureau/creche/demandes/{number}")).text
    )


async def test_a_paper_of_a_family_without_account_is_its_household_s(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    unwritten = Family("Anne", "Hoarau", "06 99 00 00 00", "", is_single=True)
    with communes.alpha.here():
        await a_facility()
        number = await an_application(family=unwritten)

    await send(agent, number, "address")

    paper = await the_paper(communes.alpha)
    assert paper.account is None
    with communes.alpha.here():
        file = (await Application.objects().where(Application.id == number))[0]
        assert paper.household == file.household
        assert (await queries.whose([paper]))[paper.id] == "Anne Hoarau"
        await Adult.update({Adult.email: "anne@example.test"}, force=True)
        assert await checking.refuse(paper, "Illisible.", OFFICE)
        assert (await again(paper.id)).state == "refused"
    assert "Illisible." in (await communes.alpha.mail("anne@example.test"))[-1].text


@pytest.mark.parametrize("kind", ["birth", "address", "unknown"])
async def test_what_was_declared_stands_beside_the_paper(communes: Communes, kind: str) -> None:
    from ribambelle_creche.pages.papers import beside

    _, number = await a_file(communes.alpha)
    with communes.alpha.here():
        demande = (await files.one(number, None)).demande

        told = dict(await beside(demande, kind))

    expected = {"birth": "Zoé Payet", "address": "2 rue des Lilas, 97400 Alpha"}
    assert expected.get(kind, "") in "".join(told.values())
