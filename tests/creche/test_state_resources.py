"""What the State told of a family's resources proves its crèche file, as long as it agrees."""

from tests.creche.builders import an_application

from ribambelle import consents
from ribambelle.particulier import asking
from ribambelle.particulier.kinds import KINDS
from ribambelle.testing import Communes
from ribambelle_creche.domain.dossier import Resources
from ribambelle_creche.queries import applications

KIND = KINDS["quotient"]
SETTINGS = """
[creche]
proofs = ["caf"]
[particulier]
on = true
token = "t"
recipient = "22222222222222"
"""
TOLD = {"value": 812, "month": "2026-11", "computed": "2026-11", "fund": "CNAF", "children": 1}


async def test_a_figure_the_state_confirms_needs_no_attestation(communes: Communes) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + SETTINGS)
    browser, agent = await town.family(), await town.staff()
    same, other = Resources(quotient_familial_cents=81_200), Resources(quotient_familial_cents=1)
    with town.here() as tenant:
        now = tenant.now()
        mine = [await an_application(account=1, resources=one) for one in (same, other)]
        before = [await applications.unseen_proofs(number) for number in mine]
        await consents.give(asking.text_of(KIND), 1, now)
        await asking.keep(1, KIND, TOLD, "request-7", "identite", now)
        after = [await applications.unseen_proofs(number) for number in mine]
        late = await an_application(account=1, resources=same)
        draft = await an_application(account=1, resources=Resources(), state="draft")

    step = f"/creche/demandes/{draft}/etape/ressources"
    shown = (await browser.get(step)).text
    desk = (await agent.get(f"/bureau/creche/demandes/{mine[1]}")).text
    await browser.post("/compte/donnees/etat/quotient/retirer")
    withdrawn = (await browser.get(step)).text

    assert all("caf" in kinds for kinds in before)
    assert ["caf" in kinds for kinds in after] == [False, True]
    assert 'value="812"' in shown
    assert "request-7" in desk
    assert "812" not in withdrawn
    with town.here():
        assert "caf" not in await applications.unseen_proofs(late)
