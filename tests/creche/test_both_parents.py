"""Parents of one child follow its file: whole when they live together, where it stands when apart."""

import re
from typing import Any

import httpx
from tests.core.test_families import ALEX, ANNE, APART, TOGETHER, a_family, adult_of, joined
from tests.creche.builders import BORN_ON, an_application

from ribambelle.identity import accounts, households
from ribambelle.identity.tables import Child as Register
from ribambelle.identity.tables import Responsibility
from ribambelle.testing import Communes, Town
from ribambelle_creche.domain.dossier import Address, Child, Family, Resources, Situation
from ribambelle_creche.tables import Application

HOME = "41 rue Secrète"


async def both(town: Town, form: dict[str, Any]) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Anne, and Alex who answers with her for Léa and for Zoé, a baby."""
    anne = await a_family(town)
    zoe = {"given_name": "Zoé", "family_name": "Payet", "born_on": BORN_ON.isoformat()}
    await anne.post("/famille/enfants/ajouter", data=zoe)
    return anne, await joined(town, anne, {**form, "children": ["1", "2"]})


async def sent(town: Town, email: str = ANNE) -> int:
    """Anne, or another, sends a file for Zoé."""
    with town.here():
        account = await accounts.by_email(email)
        assert account
        return await an_application(
            account=account.id,
            child=Child(given_name="Zoé", family_name="Payet", born_on=BORN_ON),
            address=Address(HOME, "97400", "Alpha"),
            resources=Resources(annual_resources_cents=31_417_00),
        )


async def test_parents_who_live_together_share_the_file(communes: Communes) -> None:
    town = communes.alpha
    _, alex = await both(town, TOGETHER)
    number = await sent(town)

    assert (await alex.get(f"/creche/demandes/{number}")).status_code == 200
    assert f"/creche/demandes/{number}" in (await alex.get("/creche/demandes")).text


async def test_a_parent_who_lives_elsewhere_sees_where_it_stands(communes: Communes) -> None:
    town = communes.alpha
    anne, alex = await both(town, APART)
    number = await sent(town)

    listed = (await alex.get("/creche/demandes")).text

    assert "Demandes de l’autre parent" in listed
    assert "Envoyée" in listed
    assert f"demandes/{number}" not in listed
    assert (await alex.get(f"/creche/demandes/{number}")).status_code == 404
    assert "autre parent" not in (await anne.get("/creche/demandes")).text


async def test_a_child_who_lives_in_the_other_home_is_one_child_of_the_register(
    communes: Communes,
) -> None:
    """And a namesake nobody of the home answers for with authority stays another."""
    town = communes.alpha
    _, alex = await both(town, APART)
    number = await sent(town, ALEX)
    with town.here():
        children = await Register.select(Register.id).order_by(Register.id)
        row = await Application.objects().get(Application.id == number)
        zoe = children[-1]["id"]
    assert row
    assert (len(children), row.child) == (2, zoe)
    assert row.household == (await adult_of(town, ALEX)).household
    assert len(re.findall(r"<h\d[^>]*>[^<]*Zoé", (await alex.get("/famille")).text)) == 1

    with town.here():
        names = ("Zoé", "Payet", BORN_ON, None)
        assert await households.same_child(row.household, *names) == zoe
        await Responsibility.update({Responsibility.has_authority: False}, force=True)
        assert await households.same_child(row.household, *names) is None


async def test_a_file_typed_at_the_counter_follows_whom_it_was_typed_for(
    communes: Communes,
) -> None:
    """Anne gave no address; Luc, who stays, must not read it."""
    town = communes.alpha
    with town.here() as tenant:
        number = await an_application(
            family=Family(
                "Anne", "Hoarau", "0692000000", other_given_name="Luc", other_family_name="P"
            ),
            situation=Situation("employed", other_work="employed"),
        )
        anne, luc = await households.adults_of(1)
        target = await households.move_out(anne, tenant.now())
        row = await Application.objects().get(Application.id == number)
    assert row and luc.household == 1
    assert row.household == target


async def test_the_file_follows_who_sent_it(communes: Communes) -> None:
    town = communes.alpha
    anne, alex = await both(town, TOGETHER)
    number = await sent(town)
    me = await adult_of(town, ANNE)

    await anne.post(f"/famille/adultes/{me.id}/depart")

    assert (await anne.get(f"/creche/demandes/{number}")).status_code == 200
    assert (await alex.get(f"/creche/demandes/{number}")).status_code == 404
    with town.here():
        row = await Application.objects().get(Application.id == number)
        assert row
    assert row.household == (await adult_of(town, ANNE)).household
    assert row.household != (await adult_of(town, ALEX)).household
