"""A school without network: marks wait on the tablet, leave in one batch, and names go when revoked."""

from datetime import timedelta
from typing import Any

import pytest
from tests.periscolaire.builders import a_child, a_family, a_group, a_unit, an_activity, insert

from ribambelle.identity.tables import School
from ribambelle.testing.browser import Stage
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.queries import attendance, devices

pytestmark = pytest.mark.browser
KEPT = "async () => (await (await caches.open('pointage')).keys()).map(one => new URL(one.url).pathname)"


async def a_lunch(stage: Stage, name: str = "tablette") -> tuple[str, str]:
    """Expect Léa and Noé today; return the address of their group, and the code of its tablet."""
    with stage.served.app.platform.tenant("alpha").here() as tenant:
        now = tenant.now()
        today = now.date()
        activity = await an_activity(name, "Cantine")
        unit = await a_unit(activity, is_meal=True)
        anne = await a_family(f"{name}@example.test")
        children = [
            await a_child(anne, activity, name=name, school="Jean-Jaurès")
            for name in ("Léa", "Noé")
        ]
        school = await School.objects().get(School.name == "Jean-Jaurès")
        assert school
        group = await a_group(activity, school=school.id)
        for child in children:
            said = {"child": child, "day": today, "unit": unit, "group": group}
            await insert(tables.Booking(**said, state="booked", changed_at=now))
        code = await devices.make(school.id, "Cour", today + timedelta(days=9), 1, now)
        return f"/pointage/{group}/{today}", code


async def marked(stage: Stage) -> list[str]:
    with stage.served.app.platform.tenant("alpha").here():
        rows = (
            await tables.Attendance.objects()
            .where(tables.Attendance.unit.activity.code == "tablette")
            .order_by(tables.Attendance.child)
        )
        return [row.state for row in rows]


async def locked(stage: Stage, name: str) -> None:
    with stage.served.app.platform.tenant("alpha").here() as tenant:
        row = await tables.Activity.objects().get(tables.Activity.code == name)
        assert row
        await attendance.lock(row.id, tenant.now().date(), None, tenant.now())


def paired(stage: Stage, name: str, *, clock: bool = False) -> Any:
    """Open the group of a lunch on a tablet that has just been paired."""
    href, code = stage.served.run(a_lunch(stage, name))
    page = stage.visitor(width=1280)
    if clock:
        page.clock.install()
    page.goto(stage.served.url("alpha", "/pointage"))
    page.fill("#f-code", code)
    page.click("main form button")
    page.goto(stage.served.url("alpha", href))
    page.wait_for_selector("[data-ready]")
    page.context.set_offline(True)
    page.click("li:has-text('Léa') >> text=Présent")
    page.wait_for_selector("text=Hors connexion : 1 pointage gardé sur cette tablette")
    return page


async def marks_of(stage: Stage, name: str) -> int:
    with stage.served.app.platform.tenant("alpha").here():
        return await tables.Attendance.count().where(tables.Attendance.unit.activity.code == name)


def test_at_midnight_the_names_leave_and_the_marks_stay_until_they_are_sent(stage: Stage) -> None:
    page = paired(stage, "minuit", clock=True)

    page.clock.fast_forward("24:00:00")
    page.wait_for_selector("text=Cette journée est finie")
    page.wait_for_selector("text=Hors connexion : 1 pointage gardé sur cette tablette")
    assert "Léa" not in page.content()
    assert page.evaluate(KEPT) == []
    assert stage.served.run(marks_of(stage, "minuit")) == 0

    page.context.set_offline(False)
    page.wait_for_selector("text=Tout est enregistré")
    assert stage.served.run(marks_of(stage, "minuit")) == 1
    page.clock.fast_forward("02:00")
    page.wait_for_url("**/pointage")
    page.context.close()


def test_a_mark_that_is_refused_is_named_until_somebody_says_it_is_told(stage: Stage) -> None:
    page = paired(stage, "close")
    stage.served.run(locked(stage, "close"))

    page.context.set_offline(False)
    page.wait_for_selector("#refus li")
    assert "Cette journée est close" in page.inner_text("#refus")
    assert "Léa Hoarau, présent, le" in page.inner_text("#refus")
    page.reload()
    page.wait_for_selector("#refus li")
    page.click("#refus button")
    page.wait_for_selector("#refus", state="hidden")
    page.reload()
    page.wait_for_selector("#refus", state="hidden")
    page.context.close()


async def revoked(stage: Stage) -> None:
    with stage.served.app.platform.tenant("alpha").here() as tenant:
        row = await tables.Device.objects().order_by(tables.Device.id, ascending=False).first()
        assert row
        await devices.revoke(row.id, 1, tenant.now())


def test_a_tablet_marks_without_network_and_forgets_when_revoked(stage: Stage) -> None:
    href, code = stage.served.run(a_lunch(stage))
    page = stage.visitor(width=1280, motion=True)
    page.goto(stage.served.url("alpha", "/pointage"))
    page.fill("#f-code", code)
    page.click("main form button")
    page.goto(stage.served.url("alpha", href))
    page.wait_for_selector("[data-ready]")

    page.context.set_offline(True)
    page.click("li:has-text('Léa') >> text=Présent")
    page.click("li:has-text('Noé') >> text=Absent")
    page.wait_for_selector("text=Hors connexion : 2 pointages gardés sur cette tablette")
    page.reload()
    page.wait_for_selector("[aria-pressed=true] >> nth=1")
    assert stage.served.run(marked(stage)) == []

    page.context.set_offline(False)
    page.wait_for_selector("text=Tout est enregistré")
    assert stage.served.run(marked(stage)) == ["present", "absent"]
    assert all(path.startswith(("/pointage/", "/static/")) for path in page.evaluate(KEPT))

    stage.served.run(revoked(stage))
    page.click("li:has-text('Noé') >> text=Présent")
    page.wait_for_selector("text=Cette tablette n’est plus reliée")
    assert page.evaluate(KEPT) == []
    assert "Léa" not in page.content()
