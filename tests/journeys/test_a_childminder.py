"""A parent finds three who suit; a childminder opens her account and publishes; a register changes.

On a phone, at a desk, and without script.
"""

from datetime import date
from typing import Any

import pyotp
import pytest
from tests.assmat.builders import CLAIRE, HEAD, MARIE, NADIA, offers, registered, says
from tests.journeys.mailbox import follow

from ribambelle.identity import Grant
from ribambelle.messages.outbox import text
from ribambelle.testing.browser import Stage, barriers, scrolls_sideways
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder

pytestmark = pytest.mark.browser
SCREENS = [
    pytest.param(390, True, id="phone"),
    pytest.param(1280, True, id="desk", marks=pytest.mark.slow),
    pytest.param(390, False, id="no-script"),
]
ROSA = NADIA.replace("4401;Benali;Nadia", "4404;Ortega;Rosa").replace("46.8021", "46.8055")
MOST_GESTURES = 20
"""Three seconds each make a minute."""


class Visitor:
    """Somebody on the directory, and how many times they press."""

    def __init__(self, stage: Stage, width: int, script: bool) -> None:
        self.stage, self.width, self.script = stage, width, script
        self.page = stage.visitor(width=width, javascript=script)
        self.gestures = 0
        self.found: list[str] = []

    def go(self, path: str) -> None:
        self.page.goto(self.stage.served.url("alpha", path))

    def look(self) -> str:
        """Return what the page says; where there is a script, a machine looks for barriers."""
        if self.script:
            self.found += barriers(self.page, widths=(self.width,))
            assert not scrolls_sideways(self.page)
        return self.page.inner_text("main").replace("\u00a0", " ")

    def press(self, selector: str, *, leads: bool = True) -> None:
        """Press something; most things lead to another page."""
        self.gestures += 1
        if not leads:
            self.page.click(selector)
            return
        with self.page.expect_navigation():
            self.page.click(selector)

    def choose(self, name: str, value: str) -> None:
        self.gestures += 1
        self.page.select_option(f"select[name={name}]", value)


@pytest.fixture(scope="module")
def who(stage: Stage) -> dict[str, int]:
    """Three are free on Mondays and Tuesdays, Claire on Mondays."""

    async def fill() -> dict[str, int]:
        with stage.communes.alpha.here() as tenant:
            found = await registered(NADIA, CLAIRE, MARIE, ROSA)
            for name, number in found.items():
                await says(number, "form", "mobile")
                place = (await directory.one(number)).places[0].id
                await offers(number, place, *(("mon",) if name == "Claire" else ("mon", "tue")))
            await Childminder.update({Childminder.born_on: date(1985, 5, 7)}).where(
                Childminder.id > 0
            )
            assert tenant.slug == "alpha"
            return found

    found: dict[str, int] = stage.served.run(fill())
    return found


@pytest.mark.parametrize(("width", "script"), SCREENS)
def test_a_parent_finds_three_places_that_suit_within_a_minute(
    stage: Stage, who: dict[str, int], width: int, script: bool
) -> None:
    one = Visitor(stage, width, script)
    one.go("/")
    one.press(".menu a[href='/assmat']")
    one.look()
    one.choose("age", "18")
    for day in ("mon", "tue"):
        one.press(f"label:has(input[name=jours][value={day}])", leads=False)
    one.press("form[aria-label=Chercher] button")
    told = one.look()
    whole = one.page.locator("#g-whole").locator("xpath=..")
    assert whole.locator("article").count() == 3
    assert "Il manque le mardi" in told
    for rank in range(3):
        one.press(f"section:has(#g-whole) article >> nth={rank} >> button")
    one.press("#selection a")

    compared = one.look()

    assert all(name in compared for name in ("Nadia", "Marie-Lou", "Rosa"))
    assert "06 99 00 00 01" in compared and one.gestures <= MOST_GESTURES
    assert one.found == []


@pytest.mark.parametrize(("width", "script"), SCREENS)
def test_a_childminder_opens_her_account_and_her_page_appears(
    stage: Stage, who: dict[str, int], width: int, script: bool
) -> None:
    one = Visitor(stage, width, script)
    page, rank = one.page, [screen.values for screen in SCREENS].index((width, script))
    number, name, mail = f"{4405 + rank}", f"Garnier{'abc'[rank]}", f"sylvie{rank}@example.test"

    async def one_more() -> None:
        with stage.communes.alpha.here():
            sylvie = NADIA.replace("4401;Benali;Nadia", f"{number};{name};Sylvie")
            await registered(NADIA, CLAIRE, MARIE, ROSA, sylvie)
            await Childminder.update({Childminder.born_on: date(1985, 5, 7)}).where(
                Childminder.number == number
            )

    stage.served.run(one_more())
    one.go("/assmat")
    one.press("a[href='/assmat/activation']")
    filled(page, accreditation=number, family_name=name, email=mail)
    filled(page, born_on_day="7", born_on_month="5", born_on_year="1985")
    one.press("main form button")
    follow(stage, page, mail, "/assmat/activation/relire/")
    one.look()
    page.check("input[name=is_right][value=oui]")
    one.press("main form button")
    page.click("main summary")
    secret = page.inner_text("code")
    filled(page, name=f"Sylvie {name}", password="quatre mots sans rapport")
    filled(page, code=pyotp.TOTP(secret).at(stage.communes.alpha.tenant.now()))
    one.press("main form button")
    one.go("/assmat/espace")
    one.look()
    page.check("input[name=consents][value=listed]")
    one.press("button:has-text('Enregistrer ma fiche')")
    page.check("input[name=state][value=now]")
    one.press("button:has-text('Enregistrer la place')")

    assert "Votre fiche paraît dans l’annuaire" in one.look()
    stranger = Visitor(stage, 390, False)
    stranger.go(f"/assmat?nom={name}")
    assert f"Sylvie {name}" in stranger.look()
    assert one.found == []


def filled(page: Any, **told: str) -> None:
    """Fill the fields of these names."""
    for name, value in told.items():
        page.fill(f"[name={name}]", value)


@pytest.mark.parametrize(("width", "script"), SCREENS)
def test_a_register_brought_in_withdraws_who_may_work_no_more(
    stage: Stage, who: dict[str, int], width: int, script: bool
) -> None:
    one = Visitor(stage, width, script)

    async def signed_in() -> Any:
        town = stage.communes.alpha
        with town.here():
            await registered(NADIA, CLAIRE, MARIE, ROSA)  # as before a journey withdrew one
            link = town.tenant.url("/assmat/activation")
            await text("assmat/messages/activation_number", "+33699000001", link=link)
        return await town.staff(Grant("pmi"), email="pmi@example.test")

    stage.sign_in(one.page, "alpha", stage.served.run(signed_in()))
    one.go("/bureau/assmat")
    one.press("main a[href='/bureau/assmat/registre']")
    content = HEAD + NADIA.replace(";;3 rue", ";Suspendu;3 rue") + CLAIRE + MARIE + ROSA
    file = {"name": "registre.csv", "mimeType": "text/csv", "buffer": content.encode()}
    one.page.set_input_files("input[type=file]", files=[file])
    one.press("main form button")
    told = one.look()
    assert "Changées" in told
    one.press("button:has-text('Importer')")
    one.look()
    one.go("/bureau/assmat?nom=benali")
    assert "Suspendu" in one.look()
    one.go(f"/bureau/assmat/{who['Nadia']}")
    assert "SMS envoyés" in one.look()

    stranger = Visitor(stage, 390, False)
    stranger.go("/assmat")

    assert "Claire" in stranger.look() and "Nadia" not in stranger.look()
    assert one.found == []
