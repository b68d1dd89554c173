"""The same child in two files: its family is told of its own, the town hall of all."""

import re
from datetime import date

import httpx
from tests.creche.builders import a_dossier, a_facility, an_application

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.domain.dossier import Child, Entry, Family, decode, encode
from ribambelle_creche.queries import duplicates
from ribambelle_creche.tables import Application, Desk

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

        found = await others(first)

        assert [one.id for one in found] == [second, typed]
        assert [one.state for one in found] == ["complete", "submitted"]
    agent = await town.staff(Grant("agent"))
    page = (await agent.get(f"/bureau/creche/demandes/{first}")).text
    assert "Le même enfant figure dans une autre demande" in page
    assert f'href="/bureau/creche/demandes/{second}"' in page


async def others(number: int) -> list[duplicates.Twin]:
    file = await Application.objects().get(Application.id == number)
    assert file is not None
    return await duplicates.of(number, decode(file.answers))


async def test_an_expected_child_is_found_by_either_parent_and_its_day(communes: Communes) -> None:
    town = communes.alpha
    jean = Family("Jean", "Leroy", "06 39 98 00 01", "leroy@example.test", is_single=True)
    marie = Family("Marie", "Leroy", "06 39 98 00 01", "leroy@example.test", is_single=True)
    other = Family("Luc", "Leroy", "06 39 98 00 02", is_single=True)
    with town.here():
        first = await an_application(child=DUE, entry=LATER, family=marie)
        second = await an_application(child=DUE, entry=LATER, family=jean)
        await an_application(child=DUE, entry=LATER, family=other)

        assert [one.id for one in await others(first)] == [second]


async def test_a_file_sent_after_the_birth_meets_the_one_sent_before(communes: Communes) -> None:
    born = Child(given_name="Zoé", family_name="Payet", born_on=date(2026, 11, 10))
    due = Child(is_expected=True, family_name="Payet", due_on=date(2026, 12, 20))
    with communes.alpha.here():
        before = await an_application(child=due, entry=LATER)
        after = await an_application(child=born, entry=LATER)

        assert [one.id for one in await others(after)] == [before]
        assert [one.id for one in await others(before)] == [after]


async def test_a_namesake_of_other_parents_is_another_child(communes: Communes) -> None:
    namesake = Family("Luc", "Payet", "06 39 98 00 02", is_single=True)
    with communes.alpha.here():
        number = await an_application()
        await an_application(family=namesake)

        assert await others(number) == []


async def test_a_child_of_another_commune_is_nobody_s_double(communes: Communes) -> None:
    with communes.beta.here():
        await an_application()
    with communes.alpha.here():
        number = await an_application()

        assert await others(number) == []


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
    told = await check(director, number)
    assert WARNING in told
    assert "La mairie a déjà la demande <b>C-1001</b>" in told
    assert f"/demandes/{sent}" not in told
    seen = await check(agent, number)
    assert WARNING in seen
    assert f'href="/bureau/creche/demandes/{sent}"' in seen


# -- joining two files ------------------------------------------------------------------------


async def two_files(town: Town, clock: FrozenClock) -> tuple[int, int]:
    """Return an old file and a newer one of the same child."""
    with town.here():
        old = await an_application()
        clock.move(days=3)
        return old, await an_application(state="complete")


async def test_an_agent_joins_two_files_and_the_oldest_date_is_kept(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    old, new = await two_files(town, clock)
    agent = await town.staff()
    base = f"/bureau/creche/demandes/{old}"

    file = (await agent.get(base)).text
    choice = (await agent.get(f"{base}/fusionner")).text
    compared = (await agent.get(f"{base}/fusionner?avec=c-1002")).text
    answer = await agent.post(f"{base}/fusionner", data={"avec": "C-1002"})

    assert f'href="{base}/fusionner"' in file
    assert "avec=C-1002" in choice
    said = compared.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Garder C-1002, fermer C-1001 ?" in said
    assert "mercredi 25 novembre 2026" in said
    assert answer.headers["location"] == f"/bureau/creche/demandes/{new}"
    page = (await agent.get(f"/bureau/creche/demandes/{new}")).text.replace("\u00a0", " ")
    assert "C-1001 est réunie à C-1002" in re.sub(r"</?span[^>]*>", "", page)
    assert "Reçue le mercredi 25 novembre 2026" in page
    closed = (await agent.get(base)).text.replace("\u00a0", " ")
    assert "Réunie à une autre" in closed
    assert "Corriger pour la famille" not in closed
    with town.here():
        line = await JournalLine.objects().get(JournalLine.act == "creche.file_kept")
        assert line is not None and '"before":"2026-11-28' in line.facts
    await town.work()
    told = [mail.text for mail in await town.mail("anne@example.test")]
    merged = "Réunie à la demande C-1002, qui garde la date du 25 novembre 2026."
    assert any(merged in text for text in told)


async def test_a_file_is_joined_to_a_living_file_the_agent_may_see_and_no_other(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    old, new = await two_files(town, clock)
    with town.here():
        await Desk.insert(Desk(name="Nord"), Desk(name="Sud"))
        await Application.update({Application.desk: 1}).where(Application.id == old)
        await Application.update({Application.desk: 2}).where(Application.id == new)
        gone = await an_application(state="withdrawn")
    agent = await town.staff()
    desk = await town.staff(Grant("creche_desk", "creche.desk:1"), email="n@example.test")
    director = await town.staff(Grant("creche_manager", "creche.facility:1"), email="d@mairie.test")
    base = f"/bureau/creche/demandes/{old}/fusionner"

    for person, typed in (
        *((agent, number) for number in ("C-9999", "C-1001", f"C-{1000 + gone}")),
        (desk, "C-1002"),
    ):
        assert (await person.get(f"{base}?avec={typed}")).status_code == 422, typed
    assert (await desk.post(base, data={"avec": "C-1002"})).headers["location"] == base
    assert (await agent.post(base, data={"avec": "C-1003"})).status_code == 409
    assert (await director.get(base)).status_code == 403
    with town.here():
        states = await Application.select(Application.demande.state.as_alias("state")).where(
            Application.id.is_in([old, new])
        )
        assert {row["state"] for row in states} == {"submitted", "complete"}


async def test_an_agent_of_another_desk_learns_the_number_and_no_name(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    old, new = await two_files(town, clock)
    with town.here():
        await Desk.insert(Desk(name="Nord"), Desk(name="Sud"))
        await Application.update({Application.desk: 1}).where(Application.id == old)
        await Application.update({Application.desk: 2, Application.child_name: "Secret"}).where(
            Application.id == new
        )
    desk = await town.staff(Grant("creche_desk", "creche.desk:1"), email="n@example.test")

    page = (await desk.get(f"/bureau/creche/demandes/{old}")).text
    merge = (await desk.get(f"/bureau/creche/demandes/{old}/fusionner")).text

    assert "demande d’un autre guichet" in page
    assert "C-1002" in page
    assert "Secret" not in page
    assert "Secret" not in merge
    assert "Secret" in (await (await town.staff()).get(f"/bureau/creche/demandes/{old}")).text
