"""An agent acts for a family with its own pages: under a banner, journalled, and told."""

import httpx
import msgspec
import pytest
from tests.core.documents.builders import a_document
from tests.core.test_families import ANNE, APART, WEEKS, a_family, adult_of, joined, the_child
from tests.creche.builders import an_application

from ribambelle.identity import Grant, errands, responsibilities
from ribambelle.identity.tables import Account, Adult, Errand, Responsibility
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow import history, journal
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.tables import Application

BANNER = "Vous agissez pour Anne Hoarau"
MOVED = {"line": "12 chemin des Palmes", "postcode": "97400", "city": "Alpha"}


async def acting(town: Town) -> httpx.AsyncClient:
    """Return an agent's browser acting for a family."""
    agent = await town.staff()
    adult = await adult_of(town, ANNE)
    begun = await agent.post(f"/bureau/familles/adultes/{adult.id}/agir", data={"reason": "phone"})
    assert begun.headers["location"] == "/"
    return agent


async def lines(town: Town, act: str) -> list[dict[str, object]]:
    with town.here():
        return (
            await JournalLine.select(JournalLine.account, JournalLine.side, JournalLine.facts)
            .where(JournalLine.act == act)
            .order_by(JournalLine.number)
        )


async def test_an_agent_sees_the_family_s_pages_under_a_banner(communes: Communes) -> None:
    town = communes.alpha
    family = await a_family(town)
    agent = await acting(town)

    pages = [
        (await agent.get(path)).text for path in ("/", "/famille", "/documents", "/famille/moi")
    ]

    assert all(BANNER in page for page in pages)
    assert "Bonjour Anne" in pages[0]
    assert BANNER not in (await agent.get("/bureau")).text
    assert "agent@example.test" in (await agent.get("/compte")).text
    assert BANNER not in (await family.get("/")).text


async def test_every_act_is_the_agent_s_and_told_once(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    family = await a_family(town)
    agent = await acting(town)

    await agent.post("/famille/adresse", data=MOVED)
    ended = await agent.post("/bureau/agir/terminer")
    clock.move(hours=3)
    await town.work()

    with town.here():
        staff = await Account.objects().get(Account.email == "agent@example.test")
        anne = await Account.objects().get(Account.email == ANNE)
        assert staff and anne
    (own, done) = await lines(town, "family.address_changed")
    assert (own["account"], own["side"]) == (anne.id, "family")
    assert (done["account"], done["side"]) == (staff.id, "office")
    assert msgspec.json.decode(str(done["facts"])) == {"errand": 1, "family": anne.id}
    assert ended.headers["location"].startswith("/bureau/familles/")
    told = [one for one in await town.mail(ANNE) if "en votre nom" in one.subject]
    assert len(told) == 1
    assert "Adresse changée" in told[0].text
    assert "au téléphone" in told[0].text
    page = (await family.get("/famille/actes")).text
    assert "Sophie Laurent" in page
    assert "Adresse changée" in page
    assert "/connexion" in (await agent.get("/famille")).headers["location"]


async def test_what_is_not_ended_ends_by_itself(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    await a_family(town)
    agent = await acting(town)
    await agent.post("/famille/adresse", data=MOVED)

    clock.move(hours=1)
    await agent.get("/bureau")  # at work all the same: it is the errand that ends
    clock.move(hours=1)
    await town.work()

    assert (await agent.post("/famille/adresse", data=MOVED)).status_code == 403
    assert len([one for one in await town.mail(ANNE) if "en votre nom" in one.subject]) == 1


async def test_a_file_the_agent_sends_shows_who_sent_it(communes: Communes) -> None:
    town = communes.alpha
    await a_family(town)
    with town.here():
        account = await Account.objects().get(Account.email == ANNE)
        assert account
        number = await an_application(account=account.id)
    agent = await acting(town)

    gone = await agent.post(f"/creche/demandes/{number}/retirer")

    with town.here():
        file = await Application.objects().get(Application.id == number)
        assert file
        steps = await history(int(file.demande))
        errand = (await Errand.objects())[0]
        acts = await errands.acts_of(errand)
    assert gone.status_code == 303
    assert [step.side for step in steps] == ["family", "office"]
    assert acts == ["Demande retirée"]


async def test_a_custody_the_agent_proposes_is_told_as_such(communes: Communes) -> None:
    """Any other request an agent begins is « Demande commencée »: a custody is none to a family."""
    town = communes.alpha
    await joined(town, await a_family(town), APART)
    agent = await acting(town)

    sent = await agent.post(f"/famille/enfants/{await the_child(town)}/garde", data=WEEKS)

    assert sent.status_code == 303, sent.text
    with town.here():
        assert await errands.acts_of((await Errand.objects())[0]) == [
            "Partage des semaines proposé"
        ]


async def test_whoever_has_no_address_is_helped_too(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await anne.post("/famille/adultes/ajouter", data={**APART, "email": ""})
    with town.here():
        other = await Adult.objects().get(Adult.given_name == "Alex")
        assert other
    agent = await town.staff()

    await agent.post(f"/bureau/familles/adultes/{other.id}/agir", data={"reason": "counter"})
    moved = await agent.post("/famille/adresse", data=MOVED)
    await agent.post("/bureau/agir/terminer")
    await town.work()

    assert moved.status_code == 303
    assert not [one for one in await town.mail() if one.recipient.endswith(".invalid")]
    asked = await town.visitor().post(
        "/connexion", data={"email": f"adulte-{other.id}@sans-adresse.invalid"}
    )
    assert asked.status_code == 422


async def test_whoever_gave_an_address_and_has_no_account_is_told_too(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await anne.post("/famille/adultes/ajouter", data=APART)
    with town.here():
        other = await Adult.objects().get(Adult.given_name == "Alex")
        assert other
    agent = await town.staff()

    await agent.post(f"/bureau/familles/adultes/{other.id}/agir", data={"reason": "counter"})
    await agent.post("/famille/adresse", data=MOVED)
    await agent.post("/bureau/agir/terminer")
    await town.work()

    assert [one.subject for one in await town.mail(APART["email"])][
        -1
    ] == "La mairie a agi en votre nom"


async def test_what_is_a_family_s_own_stays_closed_to_who_acts(communes: Communes) -> None:
    """Its letters would be marked as read, and its calendar's secret address shown."""
    town = communes.alpha
    family = await a_family(town)
    form = {"subject": "Bonjour", "text": "Une question"}
    sent = await family.post("/messages", files={key: (None, form[key]) for key in form})
    agent = await acting(town)

    answers = [
        await agent.get("/messages"),
        await agent.get(sent.headers["location"]),
        await agent.post("/agenda/flux"),
    ]

    assert [one.status_code for one in answers] == [403, 404, 403]
    assert "Créer une adresse" not in (await agent.get("/agenda")).text


async def test_who_acts_opens_papers_under_their_own_name(communes: Communes) -> None:
    town = communes.alpha
    family = await a_family(town)
    with town.here():
        account = await Account.objects().get(Account.email == ANNE)
        assert account
        paper = await a_document(account=account.id)
    agent = await acting(town)

    for browser in (family, agent, agent):
        assert (await browser.get(f"/documents/{paper.id}/fichier")).status_code == 200

    assert [line["side"] for line in await lines(town, "document.opened")] == ["family", "office"]


async def test_only_agents_act_and_only_in_their_commune(communes: Communes) -> None:
    town = communes.alpha
    await a_family(town)
    adult = await adult_of(town, ANNE)
    path = f"/bureau/familles/adultes/{adult.id}/agir"
    manager = await town.staff(Grant("creche_manager", "creche.facility:1"), email="m@x.test")

    assert (await manager.post(path, data={"reason": "phone"})).status_code == 403
    assert (
        await (await communes.beta.staff()).post(path, data={"reason": "phone"})
    ).status_code == 404
    agent = await acting(town)
    with town.here():
        await Errand.update({Errand.staff: adult.account}).where(Errand.id == 1)
    assert (await agent.get("/famille")).status_code == 403


class Silent:
    """Says nothing of who acts, whatever it is told."""

    def set(self, behalf: object) -> None: ...
    def reset(self, token: object) -> None: ...
    def get(self) -> None: ...


async def test_without_the_errand_an_act_would_be_the_family_s(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: nothing says that staff acts."""
    town = communes.alpha
    await a_family(town)
    agent = await acting(town)
    monkeypatch.setattr(journal, "BEHALF", Silent())

    await agent.post("/famille/adresse", data=MOVED)

    assert [line["side"] for line in await lines(town, "family.address_changed")] == [
        "family",
        "family",
    ]


async def test_the_town_hall_ends_a_parent_s_rights_on_a_judgment(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, APART)
    child, alex = await the_child(town), await adult_of(town, "alex@example.test")
    with town.here():
        held = await Responsibility.objects().get(Responsibility.adult == alex.id)
        first = await Responsibility.objects().get(Responsibility.adult != alex.id)
        assert held and first
    agent = await town.staff()

    await agent.post(f"/bureau/familles/liens/{held.id}/fin", data={"why": ""})
    with town.here():
        still = await responsibilities.rights_on(alex.id, child, town.tenant.now().date())
    await agent.post(f"/bureau/familles/liens/{held.id}/fin", data={"why": "judgment"})
    await agent.post(f"/bureau/familles/liens/{first.id}/fin", data={"why": "judgment"})

    with town.here():
        left = await responsibilities.of_children([child], town.tenant.now().date())
    assert still is not None
    assert [one.id for one in left] == [first.id]
    assert "seul parent" in (await agent.get("/bureau/familles/1")).text


async def test_a_family_is_found_by_its_people(communes: Communes) -> None:
    town = communes.alpha
    await a_family(town)
    agent = await town.staff()

    for words in ("hoarau", "LEA", "anne lea", "06.99.00.00.01"):
        assert "Anne Hoarau" in (await agent.get("/bureau/familles", params={"q": words})).text
    assert "Aucune famille" in (await agent.get("/bureau/familles?q=anne+zoe")).text
    assert "/bureau/familles/1" in (await agent.get("/bureau/recherche?q=hoarau")).text
    page = (await agent.get("/bureau/familles/1")).text
    assert "Léa Payet" in page
    assert "2 rue des Lilas" in page
