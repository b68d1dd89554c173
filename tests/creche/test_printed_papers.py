"""The certificate a family shows elsewhere, and the letter that asks for what is missing."""

import io

import pypdf
import pytest
from tests.creche.builders import BORN_ON, a_facility, an_application

from ribambelle.identity import Grant, accounts
from ribambelle.messages import printing
from ribambelle.testing import Communes, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.domain.dossier import Child, Family
from ribambelle_creche.queries import applications

EMAIL = "camille@example.test"


def words(paper: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(paper))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


async def a_file(town: Town, state: str = "submitted", name: str = "Zoé") -> int:
    with town.here() as tenant:
        account = await accounts.open_family(EMAIL, tenant.now())
        return await an_application(
            await a_facility(),
            account=account.id,
            state=state,
            child=Child(given_name=name, family_name="Payet", born_on=BORN_ON),
            family=Family(name, "Hoarau", "06 99 00 00 00", EMAIL, is_single=True),
        )


async def test_a_family_prints_that_it_waits(communes: Communes) -> None:
    town = communes.alpha
    number = await a_file(town)
    family = await town.family(EMAIL)

    page = (await family.get(f"/creche/demandes/{number}")).text
    answer = await family.post(f"/creche/demandes/{number}/attestation")

    assert "Télécharger l’attestation" in page
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    said = words(answer.content)
    with town.here() as tenant:
        file = (await applications.Application.objects())[0]
        link = tenant.url(f"/creche/recu?numero={file.number}")
        (line,) = await JournalLine.objects().where(JournalLine.act == printing.PRINTED)
    for told in ("liste d’attente d’Alpha", file.number, "Zoé Payet", "Zoé Hoarau", "Lilas"):
        assert told in said
    assert "ne vaut pas attribution" in said
    assert link in said.replace(" ", "")
    assert (line.object, line.side) == (f"creche.application:{number}", "family")
    assert line.facts == '{"code":"creche.paper.waiting_list"}'


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
async def test_what_does_not_wait_is_not_certified(communes: Communes, state: str) -> None:
    number = await a_file(communes.alpha, state)
    family = await communes.alpha.family(EMAIL)

    answer = await family.post(f"/creche/demandes/{number}/attestation")

    assert answer.status_code == 404


async def test_a_certificate_is_for_its_family_and_its_town_hall(communes: Communes) -> None:
    town = communes.alpha
    number = await a_file(town)
    other = await town.family("luc@example.test")
    manager = await town.staff(Grant("creche_manager", "creche.facility:1"), email="m@m.test")
    elsewhere = await communes.beta.staff()
    path = f"/creche/demandes/{number}/attestation"

    codes = [(await one.post(path)).status_code for one in (other, manager, elsewhere)]
    agent = await (await town.staff()).post(path)

    assert codes == [404, 404, 404]
    assert "Sophie Laurent" in words(agent.content)


async def test_a_letter_asks_for_what_nobody_has_seen(communes: Communes) -> None:
    town = communes.alpha
    number = await a_file(town)
    agent = await town.staff()
    path = f"/bureau/creche/demandes/{number}/courrier-pieces"

    page = (await agent.get(f"/bureau/creche/demandes/{number}")).text
    answer = await agent.post(path)

    assert "Courrier de demande de pièces" in page
    said = words(answer.content)
    for told in ("Zoé Hoarau 2 rue des Lilas 97400 Alpha", "Bonjour Zoé Hoarau", "naissance"):
        assert told in said
    with town.here():
        (line,) = await JournalLine.objects().where(JournalLine.act == printing.PRINTED)
    assert line.facts == '{"code":"creche.paper.ask_proofs"}'
    assert (await (await town.family(EMAIL)).post(path)).status_code == 403
    assert (await (await communes.beta.staff()).post(path)).status_code == 404


async def test_nothing_is_asked_of_a_family_that_owes_nothing(communes: Communes) -> None:
    town = communes.alpha
    number = await a_file(town, "complete")
    agent = await town.staff()

    answer = await agent.post(f"/bureau/creche/demandes/{number}/courrier-pieces")

    assert answer.status_code == 303
    assert "Aucune pièce ne manque" in (await agent.get(answer.headers["location"])).text
    assert "Courrier de demande de pièces" not in (await agent.get(answer.headers["location"])).text


@pytest.mark.parametrize("name", ['#panic("x")', "*Zoé* _P_ @a", "\\u{41} // $x$"])
async def test_the_name_of_a_child_is_never_code(communes: Communes, name: str) -> None:
    number = await a_file(communes.alpha, name=name)
    agent = await communes.alpha.staff()

    for path in (
        f"/creche/demandes/{number}/attestation",
        f"/bureau/creche/demandes/{number}/courrier-pieces",
    ):
        answer = await agent.post(path)
        assert answer.status_code == 200
        assert words(answer.content).count(name) >= 2


async def test_a_receipt_ends_in_the_commune_s_words(communes: Communes) -> None:
    town = communes.alpha
    number = await a_file(town)
    agent, family = await town.staff(), await town.family(EMAIL)
    path = f"/creche/demandes/{number}/recu-pdf"
    before = words((await family.get(path)).content)
    own = {"subject": "Votre demande {numero}", "body": "Gardez #ceci, d’{commune}."}

    kept = await agent.post(
        "/bureau/modeles/creche.paper.receipt", data=own | {"version": "0", "act": "save"}
    )
    after = words((await family.get(path)).content)

    assert kept.status_code == 303
    assert "n’attribue pas de place" in before
    assert "Gardez #ceci, d’Alpha." in after
    assert "n’attribue pas de place" not in after
