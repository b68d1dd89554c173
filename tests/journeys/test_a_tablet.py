"""A school without network: marks wait on the tablet, leave in one batch, and names go when revoked."""

from datetime import timedelta

import pytest
from tests.periscolaire.builders import a_child, a_family, a_group, a_unit, an_activity, insert

from ribambelle.identity.tables import School
from ribambelle.testing.browser import Stage
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.queries import devices

pytestmark = pytest.mark.browser
KEPT = "async () => (await (await caches.open('pointage')).keys()).map(one => new URL(one.url).pathname)"


async def a_lunch(stage: Stage) -> tuple[str, str]:
    """Expect Léa and Noé today; return the address of their group, and the code of its tablet."""
    with stage.served.app.platform.tenant("alpha").here() as tenant:
        now = tenant.now()
        today = now.date()
        activity = await an_activity("tablette", "Cantine")
        unit = await a_unit(activity, is_meal=True)
        anne = await a_family("tablette@example.test")
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
        rows = await tables.Attendance.objects().order_by(tables.Attendance.child)
        return [row.state for row in rows]


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
    page.click("main button")
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
