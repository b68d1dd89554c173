"""A family's home page: what waits for it, its week, what it asked, then where it goes most."""

import re

from tests.creche.builders import an_application
from tests.periscolaire.builders import THURSDAY, TUESDAY, a_canteen, a_child, a_person, settle

from ribambelle.identity.tables import Account
from ribambelle.testing import Communes
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.domain.taking import Wanted

ANNE = "anne@example.test"
ORDER = ["t-faire", "t-semaine", "t-demandes", "t-demandes-periscolaire", "t-raccourcis"]


async def test_home_is_to_do_then_the_week_then_demandes_then_shortcuts(
    communes: Communes,
) -> None:
    town = communes.alpha
    settle(town)
    browser = await town.family(ANNE)
    await browser.post("/famille/moi", data={"given_name": "Anne", "family_name": "Hoarau"})
    with town.here() as tenant:
        account = await Account.objects().get(Account.email == ANNE)
        assert account
        await an_application(account=account.id, state="incomplete")
        canteen, anne = await a_canteen(room=1), await a_person(account)
        lea, noe = [await a_child(anne, canteen.activity, name=name) for name in ("Léa", "Noé")]
        for child, day in ((lea, THURSDAY), (noe, THURSDAY), (lea, TUESDAY), (noe, TUESDAY)):
            wanted = Wanted(child, canteen.unit, day, "book")
            await booking.save(tenant, anne, [wanted], f"{child}{day}", tenant.now())
        enrolment = await tables.Enrolment.objects().get(tables.Enrolment.child == noe)
        assert enrolment
        await Demande.update({Demande.state: "submitted"}).where(Demande.id == enrolment.demande)

    page = (await browser.get("/")).text

    found = re.findall(r'aria-labelledby="(t-[\w-]+)"', page)
    assert [one for one in found if one in ORDER] == ORDER
    mine = page[page.index('id="t-demandes-periscolaire"') :].partition("</section>")[0]
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", mine.replace("\u00a0", " ")))
    assert "Inscription de Noé" in told
    assert "Noé : liste d’attente Cantine · 2 jours , le premier : mardi 1er décembre" in told
    links = re.findall(r'<li><a href="([^"]+)"', page[page.index('id="t-raccourcis"') :])
    often = ["/periscolaire/semaine", "/periscolaire/absence", "/agenda", "/paiement/factures"]
    assert links[:4] == often
    assert links[4:8] == ["/creche/demandes", "/famille", "/documents", "/compte"]
