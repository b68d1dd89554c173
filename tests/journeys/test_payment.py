"""A family pays its October invoice at the treasury, from the message to the receipt.

On a phone, at a desk, and without script; the treasury is the simulator, over HTTP.
"""

import re
from collections.abc import Iterator

import pytest
from tests.paiement_tresor.builders import (
    OCTOBER,
    a_child,
    a_due,
    a_period,
    a_unit,
    an_adult,
    issued,
    on_line,
)

from ribambelle.identity import accounts
from ribambelle.testing.browser import Stage, scrolls_sideways, violations
from ribambelle_paiement_tresor import issuing
from ribambelle_paiement_tresor.queries import mine
from ribambelle_paiement_tresor.tables import Period
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury, simulated_treasury

pytestmark = pytest.mark.browser
SCREENS = [
    pytest.param(390, True, id="phone"),
    pytest.param(1280, True, id="desk", marks=pytest.mark.slow),
    pytest.param(390, False, id="no-script"),
]


@pytest.fixture(scope="module")
def open_treasury(stage: Stage) -> Iterator[SimulatedTreasury]:
    with simulated_treasury("--allow-w") as treasury:
        on_line(stage.communes.alpha, treasury.address)
        yield treasury


def billed(stage: Stage, email: str) -> int:
    """Issue October for a family of two children, and tell it."""
    town = stage.communes.alpha

    async def written() -> int:
        with town.here() as tenant:
            account = await accounts.open_family(email, tenant.now())
            adult = await an_adult("Camille Martin", account.id)
            meal, care = (
                await a_unit(f"repas {email}"),
                await a_unit(f"soir {email}", is_meal=False),
            )
            for name in ("Léa", "Noé"):
                child = await a_child(adult, name)
                for day in (1, 2, 5):
                    await a_due(adult, child, meal, OCTOBER[0].replace(day=day), 312)
                await a_due(adult, child, care, OCTOBER[0], 165)
            known = await Period.objects().get(Period.first == OCTOBER[0])
            if known is None:
                await issued(await a_period())
            else:  # the month is issued already: those of this family alone are new
                await Period.update({Period.state: "issuing"}).where(Period.id == known.id)
                await issuing.issue(known.id)
            (one,) = await mine.of_account(account.id)
            return one.id

    number: int = stage.served.run(written())
    stage.served.run(town.work())
    return number


@pytest.mark.parametrize(("width", "script"), SCREENS)
def test_an_invoice_is_paid_from_the_message_to_the_receipt(
    stage: Stage, open_treasury: SimulatedTreasury, width: int, script: bool
) -> None:
    town, email = stage.communes.alpha, f"camille-{width}-{script}@example.test"
    number = billed(stage, email)
    told = stage.served.run(town.mail(email))
    link = re.search(r"http://\S+/paiement/factures/\d+", told[-1].text)
    assert link
    page = stage.visitor(width=width, javascript=script)
    stage.sign_in(page, "alpha", stage.served.run(town.family(email)))

    page.goto(stage.served.url("alpha", f"/paiement/factures/{number}"))
    assert "22,02" in page.inner_text("main")
    if script:
        assert violations(page) == []
    assert not scrolls_sideways(page)
    page.locator("main summary").first.click()
    assert page.get_by_text("Jeudi 1er, vendredi 2 et lundi 5 octobre").first.is_visible()
    page.click("text=/^Payer/")
    page.wait_for_url(re.compile(re.escape(open_treasury.address)))
    assert "22,02" in page.inner_text("body")
    page.get_by_role("button", name=re.compile("carte", re.I)).first.click()
    page.wait_for_url(re.compile("/paiement/paiements/"))
    assert "Ne payez pas une seconde fois" in page.inner_text("main")
    assert "C’est payé" not in page.inner_text("main")
    stage.served.run(town.work())
    if not script:
        page.click("text=Vérifier maintenant")
    page.get_by_text("C’est payé.", exact=True).wait_for()

    page.goto(stage.served.url("alpha", "/paiement/factures"))
    assert "Rien à payer" in page.inner_text("main")
    stage.served.run(town.work())
    mail = [one.subject for one in stage.served.run(town.mail(email))]
    assert sum("Reçu" in one for one in mail) == 1

    async def owed() -> int:
        with town.here():
            return (await mine.one(number)).owed

    assert stage.served.run(owed()) == 0
    assert stage.problems == []
