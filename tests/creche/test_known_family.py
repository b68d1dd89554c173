"""A file typed at the counter joins the family the commune knows, in one household."""

import re

from tests.creche.builders import BORN_ON, a_dossier, an_application

from ribambelle.identity import Grant, merging
from ribambelle.identity.tables import Child as Register
from ribambelle.identity.tables import Household
from ribambelle.testing import Communes, Town
from ribambelle_creche.domain.dossier import Child, Family
from ribambelle_creche.tables import Application, Desk

TOM = Child(given_name="Tom", family_name="Payet", born_on=BORN_ON.replace(year=2025))
OTHER = Family("Luc", "Grondin", "06 99 11 22 33", "luc@example.test", is_single=True)


async def typed(town: Town, **changed: object) -> int:
    with town.here():
        return await an_application(state="draft", **changed)


async def household_of(town: Town, number: int) -> int | None:
    with town.here():
        row = await Application.objects().get(Application.id == number)
        assert row
        return row.household


async def test_a_second_file_is_proposed_the_family_and_joins_it(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        first = await an_application()
    draft, agent = await typed(town, child=TOM), await town.staff()
    home = await household_of(town, first)
    base = f"/creche/demandes/{draft}"

    steps = (await agent.get(f"{base}/verification")).text
    page = (await agent.get(f"{base}/famille-connue")).text
    assert "Cette famille est peut-être déjà connue" in steps
    assert "Anne Hoarau" in page and f'value="{home}"' in page
    assert (await agent.post(f"{base}/famille-connue", data={"household": home})).status_code == 303
    assert "Rattachée à Anne Hoarau" in (await agent.get(f"{base}/etapes")).text
    sent = await agent.post(f"{base}/verification", data={"exact": "true"})

    assert sent.status_code == 303, sent.text
    assert await household_of(town, draft) == home
    with town.here():
        assert (await Household.count(), await Register.count()) == (1, 2)
    assert (await agent.get(f"{base}/famille-connue")).status_code == 404


async def test_a_family_found_by_its_telephone_or_e_mail_is_attached_and_let_go(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here():
        first = await an_application()
    draft, agent = await typed(town, family=OTHER), await town.staff()
    home, href = await household_of(town, first), f"/creche/demandes/{draft}/famille-connue"

    for words in ("anne@example.test", "06 99 00 00 00", "hoarau"):
        assert "Anne Hoarau" in (await agent.get(href, params={"q": words})).text
    assert "Anne Hoarau" not in (await agent.get(href)).text
    await agent.post(href, data={"household": home})
    assert await household_of(town, draft) == home
    await agent.post(href, data={"household": 0})

    assert await household_of(town, draft) is None
    assert (await agent.post(href, data={"household": 9999})).status_code == 404


async def test_a_counter_attaches_only_to_who_bears_the_name_it_typed(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        first = await an_application()
        await Desk.insert(Desk(name="Ouest"))
    home = await household_of(town, first)
    desk = await town.staff(Grant("creche_desk", "creche.desk:1"), email="desk@example.test")
    opened = await desk.post("/creche/demandes/nouvelle")
    number = int(re.search(r"/(\d+)/", opened.headers["location"])[1])  # type: ignore[index]
    href = f"/creche/demandes/{number}/famille-connue"

    assert "Chercher" not in (await desk.get(href)).text.partition("<main")[2]
    assert (await desk.post(href, data={"household": home})).status_code == 404
    mother = a_dossier().family
    assert mother
    told = {"given_name": mother.given_name, "family_name": mother.family_name}
    told |= {"phone": mother.phone, "email": mother.email, "is_single": "true"}
    await desk.post(f"/creche/demandes/{number}/etape/famille", data=told)

    assert (await desk.post(href, data={"household": home})).status_code == 303
    assert await household_of(town, number) == home


async def test_a_family_s_own_draft_is_attached_by_nobody(communes: Communes) -> None:
    town = communes.alpha
    anne = await town.family("anne@example.test")
    opened = await anne.post("/creche/demandes/nouvelle")
    href = opened.headers["location"].replace("etapes", "famille-connue")

    assert (await anne.get(href)).status_code == 403
    assert (await (await town.staff()).get(href)).status_code == 404


async def test_households_already_made_twice_are_found_made_one_and_put_back(
    communes: Communes,
) -> None:
    town, agent = communes.alpha, await communes.alpha.staff()
    with town.here():
        first, second = await an_application(), await an_application(child=TOM)
    one, two = await household_of(town, first), await household_of(town, second)
    assert one != two

    assert (
        f"/bureau/familles/{one}/reunir/{two}"
        in (await agent.get("/bureau/familles/doublons")).text
    )
    await agent.post(f"/bureau/familles/{one}/reunir/{two}", data={})
    assert await household_of(town, second) == one
    with town.here():
        merge = (await merging.of_household(one or 0))[0].id
    await agent.post(f"/bureau/familles/reunions/{merge}/defaire")

    assert await household_of(town, second) == two
