"""Families known twice are made one by an agent, and two again when it was a mistake."""

from typing import Any

from tests.core.documents.builders import a_document
from tests.core.documents.papers import a_pdf
from tests.core.test_families import ALEX, ANNE, a_family, adult_of
from tests.creche.builders import an_application
from tests.proofs.planting import kept

from ribambelle.identity import accounts, households, responsibilities
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.tables import Account, Adult, Child, Household, Responsibility
from ribambelle.messages.tables import MessageChoice
from ribambelle.testing import Communes, Town
from ribambelle_creche.tables import Application

AGAIN = "anne.hoarau@example.test"
STAYING = ("core_journal", "core_merge", "core_message", "core_job", "core_session", "core_attempt")


async def known_twice(town: Town) -> None:
    """Anne opened two accounts, with a file and a paper in each."""
    for email in (ANNE, AGAIN):
        await a_family(town, email)
        with town.here():
            account = await accounts.by_email(email)
            assert account
            await an_application(account=account.id)
            await a_document(a_pdf(), account=account.id)
            choice = MessageChoice(account=account.id, code="new_letter", channel="portal")
            await MessageChoice.insert(choice)


async def rows(town: Town) -> dict[str, Any]:
    return await kept(town, *STAYING)


async def test_two_accounts_of_one_person_become_one(communes: Communes) -> None:
    town = communes.alpha
    await known_twice(town)
    agent = await town.staff()

    listed = (await agent.get("/bureau/familles/doublons")).text
    shown = (await agent.get("/bureau/familles/1/reunir/2")).text
    done = await agent.post("/bureau/familles/1/reunir/2")

    assert "même téléphone" in listed
    assert "Personne 1" in shown
    assert done.headers["location"] == "/bureau/familles/1"
    with town.here():
        assert (await Household.count(), await Adult.count()) == (1, 1)
        mine = await accounts.by_email(ANNE)
        gone = await accounts.by_email(AGAIN)
        assert mine and gone and gone.disabled_at
        files = await Application.select(Application.account, Application.household)
    assert {(row["account"], row["household"]) for row in files} == {(mine.id, 1)}
    browser = await town.family(ANNE)
    assert (await browser.get("/documents/2")).status_code == 200
    assert "Aucun doublon" in (await agent.get("/bureau/familles/doublons")).text
    await town.work()
    assert [one.subject for one in await town.mail(AGAIN)][
        -1
    ] == "Vos deux comptes n’en font plus qu’un"


async def test_a_merge_is_undone_to_the_last_row(communes: Communes) -> None:
    town = communes.alpha
    await known_twice(town)
    agent = await town.staff()
    before = await rows(town)

    await agent.post("/bureau/familles/1/reunir/2")
    between = await rows(town)
    undone = await agent.post("/bureau/familles/reunions/1/defaire")
    twice = await agent.post("/bureau/familles/reunions/1/defaire")

    assert between != before
    assert undone.status_code == 303
    assert await rows(town) == before
    assert twice.status_code == 404


async def test_parents_who_live_apart_come_to_share_the_child(communes: Communes) -> None:
    town = communes.alpha
    await a_family(town)
    alex = await a_family(town, ALEX)
    with town.here():
        await Adult.update({Adult.given_name: "Alex", Adult.phone: ""}).where(Adult.id == 2)
    agent = await town.staff()

    await agent.post("/bureau/familles/1/reunir/2")

    with town.here():
        (child,) = await Child.objects()
        held = await responsibilities.of_children([child.id], town.tenant.now().date())
        assert await Household.count() == 2
    assert {one.adult for one in held} == {1, 2}
    await town.work()
    told = [(await town.mail(email))[-1] for email in (ANNE, ALEX)]
    assert {one.subject for one in told} == {"Qui répond de votre enfant"}
    assert "- Alex Hoarau" in told[0].text
    assert "Lilas" not in told[0].text + told[1].text
    assert "Léa" in (await alex.get("/famille")).text
    assert (await adult_of(town, ALEX)).household == 2


async def test_who_lives_elsewhere_is_not_brought_home_by_a_merge(communes: Communes) -> None:
    """A list still says that Anne and Luc live together; Anne has an account and an address of hers."""
    town = communes.alpha
    await a_family(town)
    with town.here() as tenant:
        told = [AdultEntry("Anne", "Hoarau", phone="06 99 00 00 01"), AdultEntry("Luc", "Payet")]
        await households.create(told, None, tenant.now())
    agent = await town.staff()

    shown = (await agent.get("/bureau/familles/2/reunir/1")).text
    refused = await agent.post("/bureau/familles/2/reunir/1")
    with town.here():
        apart = await Household.count()
    told_so = await agent.post("/bureau/familles/2/reunir/1", data={"together": "oui"})

    assert "Tous ces adultes vivent ensemble" in shown
    assert refused.headers["location"] == "/bureau/familles/2/reunir/1"
    assert (apart, told_so.headers["location"]) == (2, "/bureau/familles/2")
    await town.work()
    assert "- Luc Payet" in (await town.mail(ANNE))[-1].text


async def test_a_merge_gives_no_authority_back(communes: Communes) -> None:
    """A judge took it; the same child written again must not return it."""
    town = communes.alpha
    await a_family(town)
    await a_family(town, ALEX)
    with town.here() as tenant:
        await Adult.update({Adult.given_name: "Alex", Adult.phone: ""}).where(Adult.id == 2)
        await Responsibility.insert(
            Responsibility(child=1, adult=2, given_at=tenant.now(), ended_at=tenant.now())
        )
    agent = await town.staff()

    await agent.post("/bureau/familles/2/reunir/1")

    with town.here() as tenant:
        (child,) = await Child.objects()
        held = await responsibilities.of_children([child.id], tenant.now().date())
    assert [one.adult for one in held] == [1]


async def test_two_families_said_distinct_are_not_shown_again(communes: Communes) -> None:
    town = communes.alpha
    await known_twice(town)
    agent = await town.staff()

    await agent.post("/bureau/familles/1/distinguer/2")

    assert "Aucun doublon" in (await agent.get("/bureau/familles/doublons")).text
    assert (await agent.post("/bureau/familles/1/reunir/2")).status_code == 404
    with town.here():
        assert await Account.count().where(Account.disabled_at.is_not_null()) == 0


async def test_the_last_merge_is_undone_first(communes: Communes) -> None:
    town = communes.alpha
    await known_twice(town)
    await a_family(town, "anne3@example.test")
    agent = await town.staff()
    await agent.post("/bureau/familles/1/reunir/2")
    await agent.post("/bureau/familles/1/reunir/3")

    early = await agent.post("/bureau/familles/reunions/1/defaire")
    with town.here():
        still = await Household.count()
    await agent.post("/bureau/familles/reunions/2/defaire")
    await agent.post("/bureau/familles/reunions/1/defaire")

    assert early.headers["location"] == "/bureau/familles/doublons"
    with town.here():
        assert (still, await Household.count()) == (1, 3)
