"""A family files, an agent completes, the figures change: on a phone, a desk, and without script."""

from typing import Any

import pytest
from tests.journeys.mailbox import sign_in_by_mail

from ribambelle.identity import Grant
from ribambelle.testing.browser import Stage, scrolls_sideways
from ribambelle_creche import demo
from ribambelle_creche.demo_figures import TOWNS

pytestmark = pytest.mark.browser
SCREENS = [
    pytest.param(390, True, id="phone"),
    pytest.param(1280, True, id="desk", marks=pytest.mark.slow),
    pytest.param(390, False, id="no-script"),
]


@pytest.fixture(scope="module")
def town(stage: Stage) -> Stage:
    """The commune `alpha` with the crèches and forty families of the demonstration."""
    real = TOWNS["saint-denis"]
    TOWNS["alpha"] = type(real)(real.areas, 40, real.desks)

    async def fill() -> None:
        with stage.communes.alpha.here():
            await demo.fill(7)

    stage.served.run(fill())
    del TOWNS["alpha"]
    return stage


def dated(page: Any, name: str, day: str, month: str, year: str) -> None:
    for part, value in (("day", day), ("month", month), ("year", year)):
        page.fill(f"input[name={name}_{part}]", value)


def go_on(page: Any) -> None:
    page.click(".barre-bas button")


def total(stage: Stage, page: Any) -> int:
    page.goto(stage.served.url("alpha", "/bureau/creche/statistiques"))
    return int(page.locator("dl.chiffres dd").first.inner_text().split("\n")[0])


@pytest.mark.parametrize(("width", "javascript"), SCREENS)
def test_a_request_with_three_wishes(town: Stage, width: int, javascript: bool) -> None:
    agent = town.visitor(width=1280)
    client = town.served.run(town.communes.alpha.staff(Grant("agent")))
    town.sign_in(agent, "alpha", client)
    before = total(town, agent)
    page = town.visitor(width=width, javascript=javascript)

    page.goto(town.served.url("alpha", "/creche"))
    page.click("text=Demander une place")
    sign_in_by_mail(town, page, f"f{width}{javascript}@example.test".lower())
    page.click("main button")
    page.click("text=Continuer")
    page.check("input[name=attendu][value=non]")
    go_on(page)
    page.fill("#f-given-name", "Zoé")
    page.fill("#f-family-name", f"Payet{width}{javascript}")
    dated(page, "born_on", "14", "3", "2026")
    go_on(page)
    page.fill("#f-given-name", "Anne")
    page.fill("#f-family-name", "Hoarau")
    page.fill("#f-phone", "06 99 00 00 00")
    page.check("input[name=is_single]")
    go_on(page)
    page.fill("#f-line", "2 rue des Lilas")
    page.fill("#f-postcode", "97400")
    page.select_option("#f-quartier", index=2)
    go_on(page)
    page.select_option("#f-work", "employed")
    go_on(page)
    go_on(page)
    go_on(page)
    page.check("input[name=kind][value=regular]")
    go_on(page)
    dated(page, "start_on", "4", "10", "2027")
    go_on(page)
    page.click("text=Tout cocher")
    go_on(page)
    for index in (1, 4, 9):
        page.select_option("#f-creche", index=index)
        page.click("button[name=ajout]")
    go_on(page)
    page.check("input[name=exact]")
    page.click("main form button")

    assert "Votre demande est envoyée" in page.inner_text("main")
    assert page.locator("main ol.liste-rangs li").count() == 3
    assert not scrolls_sideways(page)
    assert total(town, agent) == before  # demand is the files found complete
    complete(town, agent, f"Payet{width}{javascript}")
    assert total(town, agent) == before + 1
    assert town.problems == []


def complete(stage: Stage, agent: Any, name: str) -> None:
    """Find the file in the queue, see its proofs, and call it complete."""
    from playwright.sync_api import expect

    agent.goto(stage.served.url("alpha", f"/bureau/creche/demandes?vue=toutes&q={name}"))
    agent.click("main tbody th a")
    agent.wait_for_selector("#pieces")  # a page on its way has no button to count
    to_see = agent.locator("#pieces button:has-text('Vue')")
    while left := to_see.count():
        to_see.first.click()
        expect(to_see).to_have_count(left - 1)
    agent.check("input[name=act][value=complete]")
    agent.click("form[action$='/etat'] button")
    assert "Complète" in agent.inner_text("main .chapeau")
