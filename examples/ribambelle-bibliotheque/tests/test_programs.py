"""What programs read: the activities to come and the places left, never a name."""

from datetime import date

from ribambelle.testing import Communes
from ribambelle.testing.tokens import a_program
from ribambelle_bibliotheque.queries import activities
from ribambelle_bibliotheque.tables import Activity

HERE = "/api/v1/bibliotheque/activities"


def an_activity(title: str) -> Activity:
    return Activity(
        title=title,
        place="Médiathèque",
        day=date(2026, 12, 2),
        begins=630,
        places=4,
        from_age=3,
        to_age=6,
    )


async def test_a_program_reads_page_by_page_what_its_scope_allows(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        for title in ("Contes", "Marionnettes", "Club"):
            await activities.create(an_activity(title))
    program = await a_program(town, "bibliotheque:read")

    first = (await program.get(HERE, params={"limit": 2})).json()
    second = (await program.get(first["next"])).json()
    bare = await town.visitor().get(HERE)
    wrong = await program.get(HERE, params={"after": "demain"})

    assert [one["title"] for one in first["data"]] == ["Contes", "Marionnettes"]
    assert [one["title"] for one in second["data"]] == ["Club"] and second["next"] is None
    assert first["data"][0]["begins_at"] == "2026-12-02T10:30:00+01:00"
    assert (bare.status_code, wrong.status_code) == (401, 422)


async def test_another_commune_s_activities_are_not_there(communes: Communes) -> None:
    with communes.beta.here():
        await activities.create(an_activity("Contes"))
    program = await a_program(communes.alpha, "bibliotheque:read")

    assert (await program.get(HERE)).json()["data"] == []
