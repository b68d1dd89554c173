"""A crèche authorised for other numbers at other hours: who writes them, and what they keep out."""

from html import unescape
from typing import Any

import pytest
from tests.creche.builders import a_facility
from tests.creche.test_commissions import COMMISSIONS
from tests.creche.test_proposing import prepared
from tests.creche.test_supply import a_creche, directing

from ribambelle.testing import Communes, FrozenClock
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import proposing
from ribambelle_creche.domain.authorisation import EVERY_DAY, Band, decode
from ribambelle_creche.domain.facility import NBSP
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.domain.resources import of_all
from ribambelle_creche.queries import commissions, facilities, supplies
from ribambelle_creche.queries.facilities import set_bands
from ribambelle_creche.tables import Facility

EARLY = {"weekday": "-1", "begins": "7h30", "ends": "8 h 30", "places": "2"}


async def test_the_town_hall_writes_hours_and_nobody_else(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town)
        roses = await a_facility("Les Roses")
    where = f"/creche/direction/{lilas}/autorisation"
    agent, manager = await town.staff(), await directing(town, lilas)
    other = await directing(town, roses, "paul@example.test")
    foreign = await communes.beta.staff(email="b@example.test")

    assert "L’autorisation, heure par heure" in (await agent.get(where[:-12] + "fiche")).text
    assert (await manager.post(where, data=EARLY)).status_code == 403
    assert (await other.get(where)).status_code == 404
    assert (await foreign.post(where, data=EARLY)).status_code == 404
    assert (await agent.post(where, data=EARLY)).status_code == 303
    read = unescape((await manager.get(where)).text).replace(NBSP, " ")
    assert "Tous les jours, de 7 h 30 à 8 h 30" in read
    assert "Ajouter une tranche" not in read
    touched = await agent.post(where, data=EARLY | {"begins": "8h", "ends": "9h"})
    assert touched.status_code == 422
    assert "tous les jours, de 7 h 30 à 8 h 30" in unescape(touched.text).replace(NBSP, " ")
    assert 'value="9h"' in touched.text  # what was typed is not lost
    for bad in (
        {"begins": "tôt"},
        {"ends": "7h"},
        {"places": "11"},
        {"places": ""},
        {"weekday": "9"},
    ):
        refused = await agent.post(where, data=EARLY | {"weekday": "2"} | bad)
        assert refused.status_code == 422, bad
    away = {"weekday": "-1", "begins": "450"}
    for _ in range(2):
        assert (await manager.post(f"{where}/retirer", data=away)).status_code == 403
        assert (await agent.post(f"{where}/retirer", data=away)).status_code == 303
    with town.here():
        kept = await Facility.select(Facility.bands).where(Facility.id == lilas)
        acts = await JournalLine.count().where(JournalLine.act == "creche.authorisation_changed")
    assert decode(kept[0]["bands"]) == []
    assert acts == 2  # written once, taken away once


async def test_hours_that_a_colleague_has_just_written_are_told(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before the lock is older than what a colleague wrote meanwhile."""
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town)
    where, agent, keep = f"/creche/direction/{lilas}/autorisation", await town.staff(), set_bands
    theirs = Band(EVERY_DAY, 480, 540, 1)

    async def after_a_colleague(one: Facility, change: Any, account: int) -> list[Band]:
        await keep(one, lambda bands: [*bands, theirs], account)
        return await keep(one, change, account)

    monkeypatch.setattr(facilities, "set_bands", after_a_colleague)
    answer = await agent.post(where, data=EARLY)

    read = unescape(answer.text).replace(NBSP, " ")
    assert answer.status_code == 422
    assert "Ces heures touchent une tranche déjà écrite : tous les jours, de 8 h à 9 h." in read
    assert 'value="7h30"' in read
    with town.here():
        rows = await Facility.select(Facility.bands).where(Facility.id == lilas)
    assert decode(rows[0]["bands"]) == [theirs]


async def test_a_half_day_gives_no_more_than_the_smallest_of_its_hours(
    communes: Communes, clock: FrozenClock
) -> None:
    """A1: no half-day above what is authorised at any hour of it; without the hours, all enter."""
    town = communes.alpha
    number = await prepared(town, clock, children=3, places=3)
    with town.here():
        (lilas,) = [one.id for one in await facilities.every()]
    where = f"/creche/direction/{lilas}/autorisation"
    agent = await town.staff()

    async def served() -> tuple[int, int, int]:
        with town.here() as tenant:
            row = await commissions.one(number)
            found = of_all(await supplies.houses(row, tenant))
            _, given = await proposing.tried(tenant, row, Changes())
        return (
            sum(option is not None for option in given.assignments.values()),
            found[f"{lilas}/all/wed-am"],
            found[f"{lilas}/all/week"],
        )

    everybody, whole, week = await served()
    assert (await agent.post(where, data=EARLY | {"weekday": "2"})).status_code == 303
    fewer, early, shorter = await served()

    assert (everybody, fewer) == (3, 2)
    assert (early, week - shorter) == (2, whole - 2)
    page = unescape((await agent.get(where)).text)
    assert "Une demi-journée compte le plus petit nombre de ses heures" in page
    assert (await agent.post(f"{COMMISSIONS}/{number}/proposition")).status_code == 303
    listed = unescape((await agent.get(f"{COMMISSIONS}/{number}/listes/{lilas}/babies")).text)
    assert "mercredi matin" in listed


async def test_places_and_occupancy_count_what_is_authorised_then(communes: Communes) -> None:
    """Eight babies on Monday morning are within ten places, and above six."""
    town = communes.alpha
    with town.here():
        lilas = await a_creche(town, free=0)
    agent = await town.staff()
    places = f"/creche/direction/{lilas}/places"
    csv = "/bureau/creche/statistiques/admissions/export/csv?table=offre"
    before = (await agent.get(csv)).content.decode("utf-8-sig")
    assert "Plus de places que l’autorisation" not in unescape((await agent.get(places)).text)

    answer = await agent.post(
        f"/creche/direction/{lilas}/autorisation",
        data={"weekday": "0", "begins": "7h30", "ends": "13h", "places": "6"},
    )

    assert answer.status_code == 303
    after = (await agent.get(csv)).content.decode("utf-8-sig")
    assert "Plus de places que l’autorisation" in unescape((await agent.get(places)).text)
    assert before.splitlines()[1].split(";")[-2:] == ["80", ""]
    assert after.splitlines()[1].split(";")[-2:] == ["133", "pic"]
