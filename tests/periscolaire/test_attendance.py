"""Who came: marked once however often it is sent, on the tablet of that school, until the day closes."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.periscolaire.builders import (
    THURSDAY,
    a_child,
    a_family,
    a_group,
    a_unit,
    an_activity,
    settle,
)

from ribambelle.identity import Grant
from ribambelle.identity.tables import School
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.attending import Marker
from ribambelle_periscolaire.domain.taking import Wanted

JAURES, TILLEULS = "Jean-Jaurès", "Les Tilleuls"
TABLETS = "/bureau/periscolaire/tablettes"
DESK = "/bureau/periscolaire/pointages"


@dataclass
class Day:
    """A canteen with one group a school, the day children come."""

    town: Town
    agent: httpx.AsyncClient
    activity: int
    unit: int
    groups: dict[str, int]
    lea: int
    noe: int
    tom: int

    def mark(self, child: int, act: str, number: int, at: str = "12:00") -> dict[str, Any]:
        """Return a mark of a child of Jean-Jaurès, as a tablet sends it."""
        return {
            "id": f"event-{number}",
            "roll": self.groups[JAURES],
            "day": str(THURSDAY),
            "child": child,
            "unit": self.unit,
            "act": act,
            "at": f"{THURSDAY}T{at}:00+01:00",
        }

    async def tablet(self, school: str) -> httpx.AsyncClient:
        """Return the browser of a tablet an agent paired."""
        with self.town.here():
            row = await School.objects().get(School.name == school)
            assert row
        sent = {"school": str(row.id), "name": "Réfectoire"}
        sent |= {"last_day": "2", "last_month": "7", "last_year": "2027"}
        made = await self.agent.post(TABLETS, data=sent)
        found = re.search(r"Code de la tablette : (\d{4} \d{4})", made.text)
        assert found
        browser = self.town.visitor()
        paired = await browser.post("/pointage/appairer", data={"code": found[1]})
        assert paired.status_code == 303
        return browser

    async def stands(self) -> list[tuple[int, str, bool, bool]]:
        """Return what stands: child, state, unplanned, in conflict."""
        with self.town.here():
            rows = await tables.Attendance.objects().order_by(tables.Attendance.child)
            return [
                (int(one.child), one.state, bool(one.is_unplanned), bool(one.has_conflict))
                for one in rows
            ]


@pytest.fixture
async def day(communes: Communes, clock: FrozenClock) -> AsyncIterator[Day]:
    """Thursday at lunch: Léa has booked, Noé has not; Tom is in another school."""
    town = communes.alpha
    settle(town)
    with town.here() as tenant:
        activity = await an_activity()
        unit = await a_unit(activity, is_meal=True)
        anne = await a_family()
        lea, noe, tom = [
            await a_child(anne, activity, name=name, school=school)
            for name, school in (("Léa", JAURES), ("Noé", JAURES), ("Tom", TILLEULS))
        ]
        groups = {}
        for name in (JAURES, TILLEULS):
            school = await School.objects().get(School.name == name)
            assert school
            groups[name] = await a_group(activity, school=school.id)
        wanted = [Wanted(child, unit, THURSDAY, "book") for child in (lea, tom)]
        await booking.save(tenant, anne, wanted, "key", tenant.now())
    clock.set(datetime(2026, 12, 3, 11, 30, tzinfo=UTC))
    agent = await town.staff()
    yield Day(town, agent, activity, unit, groups, lea, noe, tom)


async def test_a_batch_sent_twice_counts_once_and_the_unplanned_child_is_told(day: Day) -> None:
    tablet = await day.tablet(JAURES)
    marks = [day.mark(day.lea, "absent", 1), day.mark(day.noe, "present", 2)]
    marks.append(day.mark(day.lea, "present", 3, at="12:10"))

    answers = [await tablet.post("/pointage/lot", json=marks) for _ in range(2)]

    assert [one.json()["kept"] for one in answers] == [["event-1", "event-2", "event-3"]] * 2
    assert await day.stands() == [
        (day.lea, "present", False, False),
        (day.noe, "present", True, False),
    ]
    with day.town.here():
        assert await tables.Mark.count() == 3
    await day.town.work()
    told = [one.subject for one in await day.town.mail("anne@example.test")]
    assert told == ["Noé est venu sans réservation : Cantine, jeudi 3 décembre"]


async def test_two_contrary_tablets_are_shown_until_an_agent_settles(day: Day) -> None:
    for number, act in ((1, "present"), (2, "absent")):
        tablet = await day.tablet(JAURES)
        answer = await tablet.post("/pointage/lot", json=[day.mark(day.lea, act, number)])
    assert answer.json()["conflicts"] == [[day.lea, day.unit]]
    page = await day.agent.get(f"{DESK}?jour={THURSDAY}")
    assert "deux avis contraires" in page.text

    href = f"{DESK}/{THURSDAY}/{day.lea}/{day.unit}"
    refused = await day.agent.post(href, data={"state": "present", "why": ""})
    done = await day.agent.post(href, data={"state": "certificate", "why": "Certificat reçu"})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert await day.stands() == [(day.lea, "absent", False, False)]
    assert "Certificat reçu" in (await day.agent.get(href)).text


async def test_a_closed_day_takes_no_mark_but_a_reasoned_correction(day: Day) -> None:
    tablet = await day.tablet(JAURES)
    await tablet.post("/pointage/lot", json=[day.mark(day.lea, "present", 1)])

    await day.agent.post(f"{DESK}/{THURSDAY}/{day.activity}/clore")
    late = await tablet.post("/pointage/lot", json=[day.mark(day.lea, "absent", 2)])

    assert list(late.json()["refused"]) == ["event-2"]
    assert await day.stands() == [(day.lea, "present", False, False)]
    href = f"{DESK}/{THURSDAY}/{day.lea}/{day.unit}"
    await day.agent.post(href, data={"state": "justified", "why": "Erreur de la tablette"})
    assert await day.stands() == [(day.lea, "absent", False, False)]


async def test_a_tablet_shows_its_school_alone_and_takes_no_mark_of_another(day: Day) -> None:
    tablet = await day.tablet(JAURES)
    page = await tablet.get(f"/pointage/{day.groups[JAURES]}/{THURSDAY}")
    assert "Léa" in page.text
    assert "Tom" not in page.text
    assert page.headers["x-keep-until"].startswith("2026-12-04T00:00")

    other = await tablet.get(f"/pointage/{day.groups[TILLEULS]}/{THURSDAY}")
    stray = day.mark(day.tom, "present", 1)
    theirs = stray | {"id": "event-2", "roll": day.groups[TILLEULS]}
    answer = await tablet.post("/pointage/lot", json=[stray, theirs])

    assert other.status_code == 404
    assert sorted(answer.json()["refused"]) == ["event-1", "event-2"]
    assert await day.stands() == []
    family = await day.town.family("anne@example.test")
    assert (await family.get(f"/pointage/{day.groups[JAURES]}/{THURSDAY}")).status_code == 403


async def test_a_tablet_that_forgets_its_school_is_seen(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what limits a tablet is taken away, and the other school's child shows."""
    monkeypatch.setattr(Marker, "sees", lambda self, school: True)
    monkeypatch.setattr(Marker, "enters", lambda self, group: True)
    tablet = await day.tablet(JAURES)
    assert "Tom" in (await tablet.get(f"/pointage/{day.groups[TILLEULS]}/{THURSDAY}")).text


@pytest.mark.asvs("14.3.3")
async def test_a_revoked_or_expired_tablet_is_wiped(day: Day, clock: FrozenClock) -> None:
    href = f"/pointage/{day.groups[JAURES]}/{THURSDAY}"
    revoked, expired = await day.tablet(JAURES), await day.tablet(JAURES)

    await day.agent.post(f"{TABLETS}/1/revoquer")
    page = await revoked.get(href)
    sent = await revoked.post("/pointage/lot", json=[day.mark(day.lea, "present", 1)])

    assert (page.status_code, sent.status_code) == (403, 403)
    assert page.headers["clear-site-data"] == '"cache", "storage"'
    assert "Léa" not in page.text
    assert (await expired.get(href)).status_code == 200
    clock.set(datetime(2027, 7, 3, 11, tzinfo=UTC))
    assert (await expired.get("/pointage")).status_code == 403
    assert await day.stands() == []


async def test_a_code_pairs_one_tablet_once(day: Day) -> None:
    await day.tablet(JAURES)
    wrong = await day.town.visitor().post("/pointage/appairer", data={"code": "00000000"})
    empty = await day.town.visitor().post("/pointage/appairer", data={"code": ""})
    assert (wrong.status_code, empty.status_code) == (422, 422)
    assert "Relier" in (await day.town.visitor().get("/pointage")).text


async def test_marking_works_without_javascript_for_the_staff_of_a_school(day: Day) -> None:
    with day.town.here():
        school = await School.objects().get(School.name == JAURES)
        assert school
    grant = Grant("school_staff", f"core.school:{school.id}")
    browser = await day.town.staff(grant, email="ecole@example.test")
    href = f"/pointage/{day.groups[JAURES]}/{THURSDAY}"

    assert href in (await browser.get("/pointage")).text
    sent = await browser.post(href, data={"marque": f"{day.lea}.{day.unit}.present"})

    assert sent.status_code == 303
    assert await day.stands() == [(day.lea, "present", False, False)]
    assert 'aria-pressed="true"' in (await browser.get(href)).text
    assert "x-keep-until" not in (await browser.get(href)).headers
    assert (
        (await browser.get("/pointage/service.js")).headers["content-type"].startswith("text/java")
    )


async def test_the_marks_of_a_day_leave_as_a_spreadsheet_whole_or_for_one_group(day: Day) -> None:
    tablet = await day.tablet(JAURES)
    marks = [day.mark(day.lea, "present", 1), day.mark(day.noe, "present", 2)]
    await tablet.post("/pointage/lot", json=marks)

    page = await day.agent.get(f"{DESK}?jour={THURSDAY}")
    whole = await day.agent.get(f"{DESK}/export/csv?jour={THURSDAY}")
    group = await day.agent.get(f"{DESK}/export/csv?jour={THURSDAY}&groupe={day.groups[TILLEULS]}")

    assert f"{DESK}/export/xlsx?jour={THURSDAY}" in page.text
    lines = [line.split(";")[3:9] for line in whole.text.strip().splitlines()[1:]]
    assert lines == [
        [JAURES, "CE1", "Hoarau", "Léa", "Réservé", "Présent"],
        [JAURES, "CE1", "Hoarau", "Noé", "Sans réservation", "Présent"],
        [TILLEULS, "CE1", "Hoarau", "Tom", "Réservé", "Non pointé"],
    ]
    assert "Tom" in group.text and "Léa" not in group.text
