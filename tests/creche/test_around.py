"""The file of a child tells who answers for it and whose weeks are whose, and nothing of anybody."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from tests.core.test_families import ALEX, ANNE, APART, WEEKS, adult_of
from tests.creche.builders import BORN_ON, a_dossier, a_facility
from tests.creche.test_both_parents import HOME, both, sent

from ribambelle.identity import Grant, custodies, responsibilities
from ribambelle.identity.rights import FULL
from ribambelle.identity.tables import Responsibility
from ribambelle.testing import Communes, Town
from ribambelle.web.families import around as shown
from ribambelle_creche.domain.dossier import Custody, Family, Week, decode, encode
from ribambelle_creche.tables import Application, Contract

ALEX_LIVES = "9 quai Ouest"


async def shared(town: Town) -> tuple[httpx.AsyncClient, httpx.AsyncClient, int]:
    """Anne and Alex, who live apart and share the weeks of Zoé, for whom Anne sent a file."""
    anne, alex = await both(town, APART)
    where = {"line": ALEX_LIVES, "postcode": "97400", "city": "Alpha"}
    assert (await alex.post("/famille/adresse", data=where)).status_code == 303
    asked = await anne.post("/famille/enfants/2/garde", data=WEEKS)
    assert (await alex.post(f"{asked.headers['location']}/accepter")).status_code == 303
    return anne, alex, await sent(town)


async def changed(town: Town, number: int, **blocks: Any) -> None:
    with town.here():
        row = await Application.objects().get(Application.id == number)
        assert row
        answers = {**{f: getattr(decode(row.answers), f) for f in a_dossier().__struct_fields__}}
        await Application.update(
            {Application.answers: encode(type(a_dossier())(**{**answers, **blocks}))}
        ).where(Application.id == number)


def card(page: str) -> str:
    found = re.search(r'<section[^>]*aria-labelledby="t-autour".*?</section>', page, re.S)
    return found[0].replace("\u202f", " ").replace("\u00a0", " ") if found else ""


async def test_a_parent_reads_who_may_collect_and_whose_weeks_are_whose(
    communes: Communes,
) -> None:
    anne, alex, number = await shared(communes.alpha)

    told = card((await anne.get(f"/creche/demandes/{number}")).text)

    assert "Vous" in told and "Alex Payet" in told
    assert "autorité parentale ; peut venir chercher l’enfant" in told
    assert "Semaines paires" in told and "chez vous" in told and "chez Alex Payet" in told
    assert ALEX_LIVES not in told and ALEX not in told
    assert (await alex.get(f"/creche/demandes/{number}")).status_code == 404


async def test_who_no_longer_answers_for_the_child_reads_nothing_of_who_does(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    anne, _, number = await shared(town)
    me = await adult_of(town, ANNE)
    with town.here():
        await Responsibility.update({Responsibility.has_authority: False}).where(
            Responsibility.adult == me.id
        )
    page = await anne.get(f"/creche/demandes/{number}")
    assert page.status_code == 200
    assert not card(page.text)

    monkeypatch.setattr(shown, "_answers", lambda *_: True)
    assert "Alex Payet" in card((await anne.get(f"/creche/demandes/{number}")).text)


async def test_the_town_hall_reads_it_and_is_told_when_the_file_asks_for_every_week(
    communes: Communes,
) -> None:
    town = communes.alpha
    _, _, number = await shared(town)
    agent = await town.staff()
    href = f"/bureau/creche/demandes/{number}"

    every = (await agent.get(href)).text
    await changed(
        town,
        number,
        family=Family("Anne", "Hoarau", "0699000000", ANNE, is_single=True, is_separated=True),
        custody=Custody("shared"),
        week=Week(1023, odd=0),
    )
    alternate = (await agent.get(href)).text

    assert "chez Anne Hoarau" in card(every) and ALEX_LIVES not in every
    assert "La demande vaut pour toutes les semaines" in every
    assert "La demande vaut pour toutes les semaines" not in alternate
    assert "semaines impaires : aucun jour" in alternate


async def test_the_steps_name_the_weeks_of_each_parent(communes: Communes) -> None:
    town = communes.alpha
    anne, _, number = await shared(town)
    base = f"/creche/demandes/{number}/etape"

    assert "Une semaine sur deux ?" in (await anne.get(f"{base}/semaine")).text
    await changed(
        town,
        number,
        family=Family("Anne", "Hoarau", "0699000000", ANNE, is_single=True, is_separated=True),
    )
    question = (await anne.get(f"{base}/garde")).text
    assert re.search(r'value="shared"[^>]*checked', question)
    assert "Le partage que le portail connaît" in question
    await anne.post(f"{base}/garde", data={"kind": "shared"})
    week = (await anne.get(f"{base}/semaine")).text

    assert "Semaines paires (chez vous)" in week
    assert "Semaines impaires (chez Alex Payet)" in week


async def test_a_director_reads_who_may_come_for_a_child_they_have(communes: Communes) -> None:
    town = communes.alpha
    _, _, number = await shared(town)
    with town.here() as tenant:
        facility = await a_facility("Les Roses")
        rows = await Contract.insert(
            Contract(
                facility=facility,
                application=number,
                child_name="Zoé Payet",
                born_on=BORN_ON,
                slots=1023,
                first=date(2027, 1, 4),
            )
        ).returning(Contract.id)
        await responsibilities.write(
            2, (await adult_of(town, ALEX)).id, replace(FULL, may_collect=False), tenant.now()
        )
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{facility}"), email="direction@alpha.test"
    )

    page = (await director.get(f"/creche/direction/{facility}/enfants/{rows[0]['id']}")).text
    told = card(page)

    assert "Qui peut venir le chercher" in told
    assert "ne vient pas le chercher" in told and "Semaines paires" in told
    assert HOME not in page and ALEX_LIVES not in page


async def test_a_custody_that_is_over_is_not_told(communes: Communes) -> None:
    town = communes.alpha
    anne, _, number = await shared(town)
    with town.here() as tenant:
        held = await responsibilities.of_children([2], tenant.now().date())
        other = next(one for one in held if one.name == "Alex Payet")
        await responsibilities.end(other, tenant.now(), by=None, side="office", reason="judgment")
        assert await custodies.in_force(2, tenant.now().date())

    told = card((await anne.get(f"/creche/demandes/{number}")).text)

    assert "Alex" not in told and "Semaines paires" not in told
