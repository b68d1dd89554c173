"""A commission in a browser: an agent decides, a family reads why and accepts, a crèche looks."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.test_proposing import GRID
from tests.journeys.test_a_commission import all_declared

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing.browser import Stage, barriers
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.dossier import Child, Entry, Week
from ribambelle_creche.queries import commissions, grids
from ribambelle_creche.tables import Application, Commission

pytestmark = pytest.mark.browser
WIDTHS = (390, 1280)
EMAIL = "anne-commission@example.test"


@dataclass(frozen=True)
class Town:
    """A commission whose files were taken until yesterday, and whom it is about."""

    commission: int
    lilas: int
    roses: int
    anne: int


@pytest.fixture(scope="module")
def town(stage: Stage) -> Town:
    """Two crèches with one place each; Anne was complete after Léo, who wants the same."""

    async def fill() -> Town:
        alpha = stage.communes.alpha
        await alpha.family(EMAIL)
        with alpha.here() as tenant:
            now, today = tenant.now(), tenant.now().date()
            account = await Account.select(Account.id).where(Account.email == EMAIL).first()
            assert account
            lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
            version, _ = await grids.keep(GRID, "2026-12", 1, now)
            calendar = Calendar(
                today + timedelta(days=40),
                today + timedelta(days=100),
                today - timedelta(days=1),
                today + timedelta(days=5),
            )
            told = commissions.Told("Entrées à venir", calendar, 8)
            number = await commissions.open_one(told, bytes(32), 1, now)
            await Commission.update({Commission.grid: version}, force=True)
            leo = await asks(calendar.first_start, "Léo", (lilas,))
            anne = await asks(calendar.first_start, "Zoé", (lilas, roses), account["id"])
            for file, days in ((leo, 4), (anne, 3)):
                await Application.update(
                    {Application.complete_at: now - timedelta(days=days)}
                ).where(Application.id == file)
        await all_declared(alpha, number, {"babies": 1})
        return Town(number, lilas, roses, anne)

    found: Town = stage.served.run(fill())
    return found


async def asks(start: date, name: str, wishes: tuple[int, ...], account: int | None = None) -> int:
    """Send a complete file for a whole week of a baby."""
    return await an_application(
        *wishes,
        account=account,
        state="complete",
        child=Child(given_name=name, family_name="Payet", born_on=start - timedelta(days=200)),
        entry=Entry(start_on=start),
        week=Week(wished=1023),
    )


def test_from_closing_to_yes_on_screens(stage: Stage, town: Town) -> None:
    alpha, found = stage.communes.alpha, list[str]()
    agent = stage.visitor(width=1280)
    stage.sign_in(agent, "alpha", stage.served.run(alpha.staff(Grant("agent"))))

    def seen(page: Any, width: int) -> None:
        found.extend(f"{page.url} {one}" for one in barriers(page, WIDTHS, "light"))
        page.set_viewport_size({"width": width, "height": 900})

    def press(words: str) -> None:
        with agent.expect_navigation():
            agent.click(f"main a:has-text('{words}'), main button:has-text('{words}')")

    agent.goto(stage.served.url("alpha", "/bureau/creche/commissions"))
    press("Entrées à venir")
    press("Clore les dossiers")
    seen(agent, 1280)
    press("Préparer la commission")
    press("Calculer la proposition")
    seen(agent, 1280)
    assert "Vérifié par un second calcul" in agent.inner_text("main")
    press("Retenir")
    assert "Retenue" in agent.inner_text("main")
    agent.goto(stage.served.url("alpha", f"/bureau/creche/commissions/{town.commission}/reponses"))
    press("Décider")
    assert "Décidée" in agent.inner_text("main")
    seen(agent, 1280)

    family = stage.visitor(width=390)
    stage.sign_in(family, "alpha", stage.served.run(alpha.family(EMAIL)))
    family.goto(stage.served.url("alpha", f"/creche/demandes/{town.anne}/pourquoi"))
    why = family.inner_text("main")
    assert "Ce qui a bloqué : Les Lilas" in why
    assert "Les Roses, votre vœu 2" in why
    assert "Léo" not in why  # nobody else's data
    seen(family, 390)
    with family.expect_navigation():
        family.click("text=Accepter cette place")
    assert "Place acceptée" in family.inner_text("main")
    seen(family, 390)

    manager = stage.visitor(width=390)
    own = Grant("creche_manager", f"creche.facility:{town.roses}")
    stage.sign_in(manager, "alpha", stage.served.run(alpha.staff(own, email="nadia@a.test")))
    manager.goto(stage.served.url("alpha", f"/creche/direction/{town.roses}/enfants"))
    assert "Zoé" in manager.inner_text("main")
    seen(manager, 390)
    manager.click("main table a:has-text('Changer')")
    seen(manager, 390)
    other = manager.goto(stage.served.url("alpha", f"/creche/direction/{town.lilas}/enfants"))
    assert other.status == 404
    assert "Léo" not in manager.inner_text("main")
    assert stage.problems == []
    assert found == []
