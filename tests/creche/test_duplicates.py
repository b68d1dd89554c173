"""The same child in two files: its family is told of its own, the town hall of all."""

from datetime import date

import httpx
from tests.creche.builders import a_dossier, a_facility, an_application

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, Town
from ribambelle_creche.domain.dossier import Child, Entry, Family, encode
from ribambelle_creche.queries import applications
from ribambelle_creche.tables import Application

LEA = Child(given_name="Léa", family_name="Payet", born_on=date(2026, 3, 14))
DUE = Child(is_expected=True, family_name="Payet", due_on=date(2027, 2, 1))
LATER = Entry(start_on=date(2027, 9, 1))
WARNING = "existe peut-être déjà"


async def family_of(town: Town, email: str) -> int:
    await town.family(email)
    with town.here():
        row = await Account.select(Account.id).where(Account.email == email).first()
    assert row is not None
    return int(row["id"])


async def check(browser: httpx.AsyncClient, number: int) -> str:
    return (await browser.get(f"/creche/demandes/{number}/verification")).text


async def test_the_town_hall_sees_the_same_child_across_families(communes: Communes) -> None:
    town = communes.alpha
    one, two = await family_of(town, "a@example.test"), await family_of(town, "b@example.test")
    with town.here():
        first = await an_application(account=one)
        second = await an_application(account=two, state="complete")
        typed = await an_application()
        await an_application(account=two, child=LEA)
        await an_application(account=two, state="withdrawn")
        await an_application(account=two, state="draft")

        found = await applications.duplicates_of(first)

        assert [row["id"] for row in found] == [second, typed]
        assert [row["state"] for row in found] == ["complete", "submitted"]
    agent = await town.staff(Grant("agent"))
    page = (await agent.get(f"/bureau/creche/demandes/{first}")).text
    assert "Le même enfant figure dans une autre demande" in page
    assert f'href="/bureau/creche/demandes/{second}"' in page


async def test_an_expected_child_is_found_by_its_parent_and_its_day(communes: Communes) -> None:
    town = communes.alpha
    spelt = Family("ANNE", "hoarau", "06 99 00 00 00", is_single=True)
    other = Family("Luc", "Hoarau", "06 99 00 00 00", is_single=True)
    with town.here():
        first = await an_application(child=DUE, entry=LATER)
        second = await an_application(child=DUE, entry=LATER, family=spelt)
        await an_application(child=DUE, entry=LATER, family=other)

        assert [row["id"] for row in await applications.duplicates_of(first)] == [second]


async def test_a_child_of_another_commune_is_nobody_s_double(communes: Communes) -> None:
    with communes.beta.here():
        await an_application()
    with communes.alpha.here():
        number = await an_application()

        assert await applications.duplicates_of(number) == []


async def test_only_the_family_and_the_town_hall_are_warned(communes: Communes) -> None:
    town = communes.alpha
    owner, other = await family_of(town, "a@example.test"), await family_of(town, "b@example.test")
    with town.here():
        facility = await a_facility()
        sent = await an_application(account=owner)
        own = await an_application(account=owner, state="draft")
        foreign = await an_application(account=other, state="draft")
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{facility}"), email="d@example.test"
    )
    agent = await town.staff(email="agent@example.test")

    typed = await director.post("/creche/demandes/nouvelle", data={"facility": str(facility)})
    number = int(typed.headers["location"].split("/")[3])
    with town.here():
        await Application.update({Application.answers: encode(a_dossier(facility))}).where(
            Application.id == number
        )

    mine = await check(await town.family("a@example.test"), own)
    assert WARNING in mine
    assert f'href="/creche/demandes/{sent}"' in mine
    assert WARNING not in await check(await town.family("b@example.test"), foreign)
    assert WARNING not in await check(director, number)
    seen = await check(agent, number)
    assert WARNING in seen
    assert f'href="/bureau/creche/demandes/{sent}"' in seen
