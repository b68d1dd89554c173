"""The families that ask for a crèche are a group the town hall writes to and follows."""

from datetime import timedelta

import pytest
from tests.creche.builders import a_facility, an_application

from ribambelle.families import groups
from ribambelle.testing import Communes
from ribambelle_creche.queries import family_groups
from ribambelle_creche.tables import Application, Contract


async def test_each_creche_asked_for_is_a_group_of_the_families_that_name_it(
    communes: Communes,
) -> None:
    with communes.alpha.here():
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        await a_facility("La Cabane")
        both = await an_application(lilas, roses)
        one = await an_application(roses)
        await an_application(lilas, state="withdrawn")
        rows = await Application.select(Application.id, Application.household)
        found = {group.label: group for group in await groups.groups()}

    home = {row["id"]: row["household"] for row in rows}
    assert found["Crèche Les Lilas"].households == {home[both]}
    assert found["Crèche Les Roses"].households == {home[both], home[one]}
    assert found["Crèche Les Roses"].key == f"creche:{roses}"
    assert "Crèche La Cabane" not in found
    assert len(found["Toutes les familles"].households) == 3


async def test_each_creche_that_welcomes_is_a_group_too(communes: Communes) -> None:
    """Whoever was admitted and has not left; who only asks is in the other group."""
    with communes.alpha.here() as tenant:
        lilas, day = await a_facility("Les Lilas"), tenant.now().date()
        asks, here, gone = [await an_application(lilas) for _ in range(3)]
        for application, last in ((here, None), (gone, day - timedelta(days=1))):
            await Contract.insert(
                Contract(facility=lilas, application=application, slots=3, first=day, last=last)
            )
        rows = await Application.select(Application.id, Application.household)
        home = {row["id"]: row["household"] for row in rows}
        found = {group.label: group for group in await groups.groups()}

    assert found["Enfants accueillis, Les Lilas"].households == {home[here]}
    assert home[asks] in found["Crèche Les Lilas"].households


async def test_a_plugin_that_fails_leaves_the_other_groups(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def falls() -> list[groups.FamilyGroup]:
        raise RuntimeError("down")

    monkeypatch.setattr(family_groups, "by_facility", falls)

    with communes.alpha.here():
        assert [group.key for group in await groups.groups()] == ["tous"]


async def test_the_board_says_in_each_group_whose_file_is_complete(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility("Les Lilas")
        complete = await an_application(lilas, state="complete")
        await an_application(lilas)
        row = await Application.objects().get(Application.id == complete)
        found = {group.label: group for group in await groups.groups()}
    assert row
    assert found["Dossier de crèche complet"].households == {row.household}
    agent = await town.staff()

    page = (await agent.get("/bureau/activations/suivi")).text

    line = page.partition("Crèche Les Lilas</a>")[2].partition("</tr>")[0]
    assert '<td class="n" role="cell" data-l="Dossier de crèche complet">1</td>' in line
    assert '<td class="n" role="cell" data-l="Adultes">2</td>' in line
