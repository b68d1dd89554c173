"""A family: who answers for each child, who lives where, whose week it is."""

import re
from datetime import date

import httpx
import pytest
from tests.core.documents.papers import a_pdf

from ribambelle.documents import checking, uses
from ribambelle.documents.tables import Document
from ribambelle.documents.uses import Actor
from ribambelle.identity import custodies, households, responsibilities
from ribambelle.identity.custody import Stay
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.identity.tables import Account, Adult, Child, Custody, Household, Responsibility
from ribambelle.messages.tables import Message
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

ANNE, ALEX, ROSE = "anne@example.test", "alex@example.test", "rose@example.test"
WEDNESDAY = date(2026, 11, 25)
"""The day the tests are on: an even week."""
PARENT = {"kind": "parent", "given_name": "Alex", "family_name": "Payet", "email": ALEX}
APART = {**PARENT, "lives_here": "non", "has_authority": "oui"}
TOGETHER = {**PARENT, "lives_here": "oui", "has_authority": "oui"}
NANNY = {
    **{"kind": "relative", "given_name": "Rose", "family_name": "Grondin", "email": ROSE},
    **{"rights": "collect", "until_day": "2", "until_month": "7", "until_year": "2027"},
}
WEEKS = {
    **{"even": "me", "changes_on": "0", "changes": "morning", "holidays": "weeks"},
    **{"starts_on": "2026-11-25"},
}


async def a_family(town: Town, email: str = ANNE) -> httpx.AsyncClient:
    """Anne, her address and her child Léa, as she writes them herself."""
    browser = await town.family(email)
    name = {"given_name": "Anne", "family_name": "Hoarau", "phone": "06 99 00 00 01"}
    where = {"line": "2 rue des Lilas", "postcode": "97400", "city": "Alpha"}
    lea = {"given_name": "Léa", "family_name": "Payet", "born_on": "2022-03-14"}
    for path, form in (("moi", name), ("adresse", where), ("enfants/ajouter", lea)):
        answer = await browser.post(f"/famille/{path}", data=form)
        assert answer.status_code == 303, answer.text
    return browser


async def joined(town: Town, browser: httpx.AsyncClient, form: dict[str, str]) -> httpx.AsyncClient:
    """Invite an adult, and return the browser in which they accepted."""
    sent = await browser.post("/famille/adultes/ajouter", data=form)
    assert sent.status_code == 303, sent.text
    other = town.visitor()
    link = await town.link(form["email"])
    assert (await other.get(link)).status_code == 200
    entered = await other.post(link)
    assert entered.headers["location"] == "/famille", entered.text
    return other


async def the_child(town: Town) -> int:
    with town.here():
        return (await Child.objects())[0].id


async def adult_of(town: Town, email: str) -> Adult:
    with town.here():
        account = await Account.objects().get(Account.email == email)
        assert account
        found = await Adult.objects().get(Adult.account == account.id)
        assert found
        return found


async def test_a_family_writes_itself_down(communes: Communes) -> None:
    browser = await a_family(communes.alpha)

    page = (await browser.get("/famille")).text

    assert all(word in page for word in ("Anne Hoarau", "2 rue des Lilas", "Léa Payet"))
    twice = await browser.post(
        "/famille/enfants/ajouter",
        data={"given_name": "LÉA", "family_name": "payet", "born_on": "2022-03-14"},
    )
    assert twice.status_code == 422
    assert "déjà dans votre famille" in twice.text


async def test_a_second_parent_joins_with_the_same_rights(communes: Communes) -> None:
    town = communes.alpha
    alex = await joined(town, await a_family(town), APART)

    child, adult = await the_child(town), await adult_of(town, ALEX)

    with town.here():
        rights = await responsibilities.rights_on(adult.id, child, WEDNESDAY)
    assert rights and rights.has_authority and rights.may_pay
    page = (await alex.get("/famille")).text
    assert "Léa Payet" in page
    assert "Lilas" not in page
    assert "06 99" not in page


async def test_an_invitation_serves_once_in_one_commune(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await a_family(town)
    await browser.post("/famille/adultes/ajouter", data=APART)
    first = await town.link(ALEX)
    with town.here():
        held = list(await Responsibility.objects().order_by(Responsibility.id))[-1]
    await browser.post(f"/famille/liens/{held.id}/inviter")
    second = await town.link(ALEX)

    assert first != second
    answers = [
        await communes.beta.visitor().post(second),
        await town.visitor().post(first),
        await town.visitor().post(second),
        await town.visitor().post(second),
    ]

    assert [one.status_code for one in answers] == [410, 410, 303, 410]


async def test_who_is_known_already_keeps_their_own_household(communes: Communes) -> None:
    town = communes.alpha
    alex = await town.family(ALEX)
    await alex.post("/famille/moi", data={"given_name": "Alexandre", "family_name": "Payet"})
    await alex.post(
        "/famille/adresse", data={"line": "9 quai Ouest", "postcode": "97400", "city": "Alpha"}
    )
    anne = await a_family(town)

    await joined(town, anne, TOGETHER)

    with town.here():
        assert await Adult.count() == 2
        assert await Household.count() == 2
    assert "9 quai Ouest" in (await alex.get("/famille")).text
    assert "Léa Payet" in (await alex.get("/famille")).text
    assert "9 quai" not in (await anne.get("/famille")).text


async def test_a_relative_does_what_was_given_until_the_last_day(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    anne = await a_family(town)
    rose = await joined(town, anne, NANNY)
    child, adult = await the_child(town), await adult_of(town, ROSE)

    seen = (await rose.get("/famille")).text
    with town.here():
        may = [
            await responsibilities.children_of(adult.id, right, day)
            for right, day in (
                ("collect", WEDNESDAY),
                ("book", WEDNESDAY),
                ("collect", date(2027, 7, 3)),
            )
        ]
        held = await Responsibility.objects().get(Responsibility.adult == adult.id)
        assert held

    assert may == [[child], [], []]
    assert "Lilas" not in seen
    assert "Anne" not in seen
    assert (await rose.get(f"/famille/enfants/{child}/garde")).status_code == 404
    assert (await rose.get("/famille/adultes/ajouter")).headers["location"] == "/famille"
    changed = await anne.post(f"/famille/liens/{held.id}", data={"rights": ["book", "pay"]})
    assert changed.status_code == 303
    with town.here():
        rights = await responsibilities.rights_on(adult.id, child, WEDNESDAY)
    assert rights and rights.may_book and not rights.may_collect and not rights.may_pay
    assert (await anne.post(f"/famille/liens/{held.id}/retirer")).status_code == 303
    assert "Léa" not in (await rose.get("/famille")).text


async def test_rights_given_to_a_relative_are_told_to_the_other_parent(
    communes: Communes,
) -> None:
    """And to the relative, once they have an account; never to who gave them."""
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, APART)

    await joined(town, anne, NANNY)
    adult = await adult_of(town, ROSE)
    with town.here():
        held = await Responsibility.objects().get(Responsibility.adult == adult.id)
        assert held
    await anne.post(f"/famille/liens/{held.id}", data={"rights": ["book", "collect"]})

    def told(mail: list[Message]) -> list[str]:
        return [" ".join(one.text.split()) for one in mail if "Des droits" in one.subject]

    first, second = told(await town.mail(ALEX))
    assert "Rose Grondin peut maintenant : venir chercher l’enfant." in first
    assert "réserver et annuler, venir chercher l’enfant." in second
    assert len(told(await town.mail(ROSE))) == 1
    assert told(await town.mail(ANNE)) == []


@pytest.mark.asvs("15.3.3")
async def test_no_parent_takes_rights_from_the_other(communes: Communes) -> None:
    """Code civil, art. 372 et 373-2."""
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, APART)
    adult = await adult_of(town, ALEX)
    with town.here():
        held = await Responsibility.objects().get(Responsibility.adult == adult.id)
        assert held

    refused = await anne.post(f"/famille/liens/{held.id}/retirer")
    told = (await anne.get(f"/famille/liens/{held.id}")).text
    changed = await anne.post(f"/famille/liens/{held.id}", data={"rights": "collect"})

    assert refused.headers["location"] == f"/famille/liens/{held.id}"
    assert "seule la mairie" in told
    assert changed.status_code == 422
    with town.here():
        rights = await responsibilities.rights_on(adult.id, held.child, WEDNESDAY)
    assert rights and rights.has_authority


@pytest.mark.asvs("2.2.1")
async def test_what_is_typed_wrong_is_said_and_kept(communes: Communes) -> None:
    anne = await a_family(communes.alpha)
    wrong = {**PARENT, "email": "pas une adresse", "lives_here": "", "has_authority": ""}

    answer = await anne.post("/famille/adultes/ajouter", data=wrong)

    assert answer.status_code == 422
    assert "pas une adresse" in answer.text
    for words in ("prenom.nom@exemple.fr", "vit avec vous.", "l’autorité parentale."):
        assert words in answer.text
    with communes.alpha.here():
        assert await Adult.count() == 1


@pytest.mark.asvs("8.2.2")
async def test_the_links_of_another_family_do_not_exist(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, TOGETHER)
    stranger = await a_family(town, "other@example.test")
    child = await the_child(town)
    with town.here():
        adult = (await households.adults_of(1))[1].id

    asked = [
        await stranger.get("/famille/liens/1"),
        await stranger.post("/famille/liens/1/retirer"),
        await stranger.get(f"/famille/enfants/{child}/garde"),
        await stranger.get(f"/famille/adultes/{adult}/depart"),
        await stranger.post(f"/famille/adultes/{adult}/depart"),
    ]

    assert {one.status_code for one in asked} == {404}


async def test_who_moves_out_has_a_household_of_their_own(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    alex = await joined(town, anne, TOGETHER)
    assert "2 rue des Lilas" in (await alex.get("/famille")).text
    me = await adult_of(town, ALEX)

    left = await anne.post(f"/famille/adultes/{me.id}/depart")
    await anne.post(
        "/famille/adresse", data={"line": "7 impasse Neuve", "postcode": "97400", "city": "Alpha"}
    )

    assert left.status_code == 303
    page = (await alex.get("/famille")).text
    assert "Léa Payet" in page
    assert "Lilas" not in page
    assert "Neuve" not in page
    await town.work()
    assert [one.subject for one in await town.mail(ALEX)][-1] == "Votre foyer a changé"


async def apart(town: Town) -> tuple[httpx.AsyncClient, httpx.AsyncClient, int]:
    """Two parents who live apart, and their child."""
    anne = await a_family(town)
    alex = await joined(town, anne, APART)
    return anne, alex, await the_child(town)


async def proposed(browser: httpx.AsyncClient, child: int, **changed: str) -> str:
    answer = await browser.post(f"/famille/enfants/{child}/garde", data={**WEEKS, **changed})
    assert answer.status_code == 303, re.findall(r'faute".*?</p>', answer.text)
    return str(answer.headers["location"])


async def whose(town: Town, child: int) -> list[Stay]:
    with town.here():
        return await custodies.whose(child, WEDNESDAY, date(2026, 12, 6))


async def test_the_portal_knows_whose_week_it_is_once_the_other_agrees(
    communes: Communes,
) -> None:
    town = communes.alpha
    anne, alex, child = await apart(town)
    one, two = await adult_of(town, ANNE), await adult_of(town, ALEX)

    page = await proposed(anne, child)
    before = await whose(town, child)
    own = await anne.post(f"{page}/accepter")
    asked = (await alex.get("/")).text
    agreed = await alex.post(f"{page}/accepter")
    again = await alex.post(f"{page}/refuser")

    assert before == []
    assert own.status_code == 404
    assert "propose de partager les semaines" in asked
    assert agreed.status_code == again.status_code == 303
    assert await whose(town, child) == [
        Stay(one.id, WEDNESDAY, date(2026, 11, 29)),
        Stay(two.id, date(2026, 11, 30), date(2026, 12, 6)),
    ]
    await town.work()
    assert [mail.subject for mail in await town.mail(ANNE)][-1:] == [
        "Le partage des semaines est en vigueur"
    ]
    assert "En vigueur" in (await anne.get(page)).text


async def test_a_judgment_counts_without_the_other_s_agreement(communes: Communes) -> None:
    town = communes.alpha
    anne, alex, child = await apart(town)
    page = await proposed(anne, child)

    sent = await anne.post(f"{page}/jugement", files={"file": ("j.pdf", a_pdf())})
    with town.here():
        paper = (await Document.objects())[0]
        shown = await uses.given_for(int((await Custody.objects())[0].demande))
        await checking.accept(paper, None, Actor(1, "office"))

    assert sent.status_code == 303
    assert [one.id for one in shown] == [paper.id]
    assert len(await whose(town, child)) == 2
    assert (await alex.get(f"/documents/{paper.id}")).status_code == 404
    assert f"/documents/{paper.id}" not in (await alex.get(page)).text
    assert (await anne.get(f"/documents/{paper.id}")).status_code == 200


async def test_the_custody_that_counts_is_the_last_one_begun(communes: Communes) -> None:
    town = communes.alpha
    anne, alex, child = await apart(town)
    one, two = await adult_of(town, ANNE), await adult_of(town, ALEX)
    first = await proposed(anne, child)
    await alex.post(f"{first}/accepter")

    second = await proposed(alex, child, starts_on="2026-12-02", even="other")
    await anne.post(f"{second}/refuser")
    third = await proposed(alex, child, starts_on="2026-12-02", even="me")
    await anne.post(f"{third}/accepter")

    assert await whose(town, child) == [
        Stay(one.id, WEDNESDAY, date(2026, 11, 29)),
        Stay(two.id, date(2026, 11, 30), date(2026, 12, 1)),
        Stay(one.id, date(2026, 12, 2), date(2026, 12, 6)),
    ]


async def test_weeks_are_shared_by_parents_who_live_apart(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    child = await the_child(town)

    alone = await anne.post(f"/famille/enfants/{child}/garde", data=WEEKS)
    await joined(town, anne, TOGETHER)
    together = await anne.post(f"/famille/enfants/{child}/garde", data=WEEKS)

    assert (alone.status_code, together.status_code) == (422, 422)
    assert "Ajoutez d’abord l’autre parent" in together.text


async def test_a_family_confirms_once_a_year(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    anne = await a_family(town)
    question = "Vos informations sont-elles toujours justes"

    fresh = (await anne.get("/")).text
    clock.move(days=365)
    anne = await town.family(ANNE)
    old = (await anne.get("/")).text
    shown = (await anne.get("/famille/verifier")).text
    done = await anne.post("/famille/verifier")

    assert question not in fresh
    assert question in old
    assert "2 rue des Lilas" in shown
    assert done.status_code == 303
    assert question not in (await anne.get("/")).text
    with town.here():
        acts = await JournalLine.select(JournalLine.act).where(
            JournalLine.act == "family.confirmed"
        )
    assert len(acts) == 1


async def test_a_file_does_not_rename_an_adult_who_speaks_for_themselves(
    communes: Communes,
) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, TOGETHER)
    mother = await adult_of(town, ANNE)
    told = [
        AdultEntry("Anne", "Hoarau", ANNE, "0699000002", int(mother.account)),
        AdultEntry("Axel", "Payot"),
    ]

    with town.here():
        await households.replace(
            int(mother.household), told, AddressEntry("1 rue B", "97400", "Alpha", None)
        )
        adults = await households.adults_of(int(mother.household))

    assert [(one.given_name, one.phone) for one in adults] == [("Anne", "0699000002"), ("Alex", "")]


async def test_a_file_takes_no_parent_out_of_the_register(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        told = [AdultEntry("Anne", "Hoarau", ANNE), AdultEntry("Luc", "Payet")]
        household = await households.create(told, None, tenant.now())
        await households.add_child(household, "Léa", "Payet", born_on=date(2022, 3, 14))

        await households.replace(household, told[:1], None)
        alone = await households.adults_of(household)
        await households.replace(household, [AdultEntry("Anne", "Hoarau-Payet", ANNE)], None)
        renamed = await households.adults_of(household)

    assert [one.given_name for one in alone] == ["Anne", "Luc"]
    assert [one.family_name for one in renamed] == ["Hoarau-Payet", "Payet"]


async def test_an_invitation_is_sent_again_by_who_gave_it(communes: Communes) -> None:
    town = communes.alpha
    anne, alex, _ = await apart(town)
    await alex.post("/famille/adultes/ajouter", data={**NANNY, "children": "1"})
    with town.here():
        held = (await Responsibility.objects().order_by(Responsibility.id))[-1]

    taken = await anne.post(f"/famille/liens/{held.id}/inviter")
    own = await alex.post(f"/famille/liens/{held.id}/inviter")

    assert (taken.status_code, own.status_code) == (404, 303)
    assert ROSE not in (await anne.get(f"/famille/liens/{held.id}")).text


async def test_an_invitation_to_a_closed_account_opens_nothing(communes: Communes) -> None:
    town = communes.alpha
    await town.family(ALEX)
    anne = await a_family(town)
    await anne.post("/famille/adultes/ajouter", data=APART)
    link = await town.link(ALEX)
    with town.here() as tenant:
        await Account.update({Account.disabled_at: tenant.now()}).where(Account.email == ALEX)

    closed = await town.visitor().post(link)
    with town.here():
        await Account.update({Account.disabled_at: None}).where(Account.email == ALEX)
    opened = await town.visitor().post(link)

    assert (closed.status_code, opened.status_code) == (410, 303)


async def test_whoever_the_counter_helps_keeps_an_invitation(communes: Communes) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await anne.post("/famille/adultes/ajouter", data=APART)
    link = await town.link(ALEX)
    with town.here():
        invited = await Adult.objects().get(Adult.given_name == "Alex")
        assert invited
    agent = await town.staff()
    await agent.post(f"/bureau/familles/adultes/{invited.id}/agir", data={"reason": "phone"})

    joined_by = town.visitor()

    assert (await joined_by.post(link)).headers["location"] == "/famille"
    assert "Léa Payet" in (await joined_by.get("/famille")).text
    assert (await adult_of(town, ALEX)).id == invited.id


async def test_whose_rights_have_ended_answers_no_custody(communes: Communes) -> None:
    town = communes.alpha
    anne, alex, child = await apart(town)
    page = await proposed(anne, child)
    one = await adult_of(town, ALEX)
    with town.here():
        held = await Responsibility.objects().get(Responsibility.adult == one.id)
        assert held
    agent = await town.staff()

    await agent.post(f"/bureau/familles/liens/{held.id}/fin", data={"why": "judgment"})

    assert (await alex.post(f"{page}/accepter")).status_code == 404
    assert "propose de partager" not in (await alex.get("/")).text
    assert "Retirée" in (await anne.get(page)).text


async def test_what_a_family_said_once_is_not_asked_again(communes: Communes) -> None:
    anne = await a_family(communes.alpha)
    opened = (await anne.post("/creche/demandes/nouvelle")).headers["location"]
    steps = opened.rpartition("/")[0]

    family = (await anne.get(f"{steps}/etape/famille")).text
    address = (await anne.get(f"{steps}/etape/adresse")).text

    assert all(f'value="{word}"' in family for word in ("Anne", "Hoarau", "06 99 00 00 01"))
    assert 'value="2 rue des Lilas"' in address


@pytest.mark.parametrize("path", ["moi", "adresse", "enfants/ajouter", "adultes/ajouter"])
async def test_every_form_opens(communes: Communes, path: str) -> None:
    anne = await a_family(communes.alpha)

    assert (await anne.get(f"/famille/{path}")).status_code == 200
