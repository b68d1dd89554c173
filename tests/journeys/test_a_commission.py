"""A commission from closing to answers: the town hall, a crèche, a family that says yes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.core.test_families import a_family
from tests.creche.builders import an_application

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import demo, standing
from ribambelle_creche.demo_figures import TOWNS
from ribambelle_creche.domain import desk
from ribambelle_creche.domain.admission import faults
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.dossier import Child, Entry, Week
from ribambelle_creche.importing import bring_in
from ribambelle_creche.proposing import replayed
from ribambelle_creche.queries import commissions, facilities, proposals, supplies
from ribambelle_creche.tables import Application, Contract, Decision, Offer

ANSWERS = {"offered", "waiting", "not_examined", "refused"}


async def given_to(town: Town, file: int, email: str) -> None:
    """Let an invented file belong to a family that may sign in."""
    with town.here():
        account = await Account.objects().get(Account.email == email)
        assert account
        await Application.update({Application.account: account.id}).where(Application.id == file)


async def all_declared(town: Town, number: int, places: dict[str, int] | None = None) -> None:
    """Have every crèche give its places, and the town hall check them."""
    with town.here() as tenant:
        row = await commissions.one(number)
        for one in await facilities.every():
            cells = (await supplies.given(row, one.id, tenant)).cells
            if places is not None:
                cells = {place: places.get(place[0], 0) for place in PLACES}
            await supplies.declare(row, one.id, cells, 0, 1, "office", tenant.now())
            await supplies.validate(row, one.id, 1, tenant.now())


async def decided(town: Town, clock: FrozenClock, number: int) -> str:
    """Close, propose, keep and decide from the pages, as an agent does; return what they say."""
    with town.here():
        row = await commissions.one(number)
    clock.move(days=max(0, (row.closes_on - clock().date()).days) + 1)
    agent, here = await town.staff(), f"/bureau/creche/commissions/{number}"
    for step in ("clore", "proposition"):
        assert (await agent.post(f"{here}/{step}")).status_code == 303
    read = (await agent.get(f"{here}/proposition")).text
    assert "Vérifié par un second calcul" in read or "Des places restent tenues" in read
    assert (await agent.post(f"{here}/variantes/1/retenir")).status_code == 303
    assert (await agent.post(f"{here}/decider")).status_code == 303
    await town.work()
    return str((await agent.get(f"{here}/reponses")).text)


async def second_choice(number: int) -> tuple[int, Offer]:
    """Return a file that was refused where it wished most and offered another crèche."""
    kept = await proposals.kept(number)
    assert kept
    given, found = proposals.opened(kept)
    assert [fault for fault in faults(given, found) if fault.code != "claim"] == []
    for one in given.applications:
        got = one.option(found.assignments[one.id])
        if got and got.facility != one.options[0].facility:
            file = await Application.objects().get(Application.number == one.id)
            assert file
            (offer,) = await Offer.objects().where(Offer.application == file.id)
            return file.id, offer
    raise AssertionError("nobody was offered a second choice")


@pytest.mark.slow
async def test_from_closing_to_answers_in_a_town_of_112_creches(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    monkeypatch.setitem(TOWNS, "alpha", TOWNS["nantes"])
    # three minutes of computing for the thousand draws of a real commission; they are counted apart
    monkeypatch.setattr(standing, "DRAWS", 10)
    with town.here():
        await demo.fill(7)
        assert len(await facilities.every()) == 112
    await all_declared(town, 1, {"babies": 2, "middle": 1, "older": 1})

    said = await decided(town, clock, 1)

    assert "Décidée" in said
    with town.here():
        outcomes = {row["outcome"] for row in await Decision.select(Decision.outcome)}
        file, offer = await second_choice(1)
        again = await replayed(1)
    assert outcomes <= ANSWERS
    assert {"offered", "waiting"} <= outcomes
    assert all(one["same"] and one["same_inputs"] for one in again)

    family = await town.family("anne@example.test", "Anne Hoarau")
    await given_to(town, file, "anne@example.test")
    why = (await family.get(f"/creche/demandes/{file}/pourquoi")).text
    assert "L. 311-3-1" in why.replace("\u00a0", " ").replace("L.311", "L. 311")
    assert re.search("Plein|complet", why)
    accepted = await family.post(f"/creche/offres/{offer.id}/accepter")
    assert accepted.status_code == 303
    with town.here():
        assert await Contract.exists().where(Contract.application == file)

    facility = int(offer.facility)
    with town.here():
        other = next(one.id for one in await facilities.every() if one.id != facility)
    own = Grant("creche_manager", f"creche.facility:{facility}")
    manager = await town.staff(own, email="nadia@example.test")
    _, group = desk.section_of(offer.option)
    mine = f"/creche/direction/{facility}/commissions/1/liste/{group}"
    assert (await manager.get(mine)).status_code == 200
    assert (await manager.get(mine.replace(f"/{facility}/", f"/{other}/"))).status_code == 404
    assert (await manager.get("/bureau/creche/commissions/1/proposition")).status_code == 403


@pytest.mark.real_data
async def test_once_on_the_real_list_of_a_city(
    communes: Communes, clock: FrozenClock, real_data: Path
) -> None:
    town = communes.alpha
    await a_family(town)
    with town.here() as tenant:
        await bring_in((real_data / "nantes-structures.csv").read_bytes(), None, dry_run=False)
        creches = sorted(one.id for one in await facilities.every())
        born = tenant.now().date() - timedelta(days=150)
        entry = tenant.now().date() + timedelta(days=60)
        for rank in range(24):
            first = creches[rank % 8 : rank % 8 + 3]
            await an_application(
                *first,
                state="complete",
                child=Child(given_name=f"Enfant{rank}", family_name="Payet", born_on=born),
                entry=Entry(start_on=entry),
                week=Week(wished=1023),
            )
        days = Calendar(
            entry - timedelta(days=5),
            entry + timedelta(days=60),
            tenant.now().date() + timedelta(days=5),
            tenant.now().date() + timedelta(days=9),
        )
        told = commissions.Told("Entrées de printemps", days, 8)
        number = await commissions.open_one(told, bytes(32), 1, tenant.now())
    await all_declared(town, number, {"babies": 1})

    await decided(town, clock, number)

    with town.here():
        kept = await proposals.kept(number)
        assert kept
        given, found = proposals.opened(kept)
    assert len(creches) == 96  # sixteen of the list are houses of childminders
    assert faults(given, found) == []
    assert found.served == 10  # crèches 1 to 10 are asked for, one place each
