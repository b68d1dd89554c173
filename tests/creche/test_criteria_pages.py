"""The points and the price, as families and agents read them."""

import io
import re
from datetime import timedelta
from importlib import resources

from pypdf import PdfReader
from tests.creche.builders import a_facility, an_application

from ribambelle.identity import Grant, accounts
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import counting
from ribambelle_creche.domain.dossier import Home, Resources
from ribambelle_creche.queries import grids
from ribambelle_creche.tables import Application, Evidence

PESSAC = resources.files("ribambelle_creche").joinpath("grids/pessac.toml").read_text("utf-8")
LILAS = resources.files("ribambelle_creche").joinpath("grids/les-lilas.toml").read_text("utf-8")


async def voted(town: Town, text: str = PESSAC) -> int:
    with town.here():
        return (await counting.adopt(text, "2022-14", None))[0]


async def account_of(email: str = "anne@example.test") -> int:
    found = await accounts.by_email(email)
    assert found
    return found.id


def plain(html: str) -> str:
    """Return the words of a page, with ordinary spaces."""
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", re.sub(r"<[^>]+>", " ", html)).split())


async def test_anybody_reads_what_counts_and_its_law(communes: Communes) -> None:
    town = communes.alpha
    before = await town.visitor().get("/creche/criteres")
    await voted(town)

    page = plain((await town.visitor().get("/creche/criteres")).text)

    assert "Pas encore de critères publiés" in before.text
    assert "Habiter la commune +300 Justificatif de domicile" in page
    assert "par commission passée sans place, 100 au plus +10 Rien à fournir" in page
    assert "une place sur 20, par gestionnaire" in page
    assert "L. 311-3-1" in page
    assert "2022-14" in page
    assert "+300" not in (await communes.beta.visitor().get("/creche/criteres")).text


async def test_a_visitor_counts_its_points_and_nothing_is_kept(communes: Communes) -> None:
    town = communes.alpha
    await voted(town)
    browser = town.visitor()

    asked = "vrai=lives_in_town&vrai=aeeh&work=both_work&commissions_waited=2&offers_refused=x"
    page = plain((await browser.get(f"/creche/criteres/simulateur?{asked}")).text)
    odd = await browser.get("/creche/criteres/simulateur?vrai=<b>&work=king&commissions_waited=-1")

    assert "Partout : 390 points" in page
    assert "Habiter la commune +300" in page
    assert "Partout : 0 point" in plain(odd.text)
    with town.here():
        assert await Application.count() == 0


async def test_the_simulator_tells_a_creche_s_points_apart(communes: Communes) -> None:
    await voted(communes.alpha, LILAS)
    asked = "vrai=lives_in_town&vrai=own_quartier&vrai=sibling_here&sibling_present_months=11"
    page = plain((await communes.alpha.visitor().get(f"/creche/criteres/simulateur?{asked}")).text)
    assert "Partout : 20 points . Pour cette crèche : 23 points" in page


async def test_a_price_is_worked_through_line_by_line(communes: Communes) -> None:
    browser = communes.alpha.visitor()
    asked = (
        "ressources=36+000&enfants=2&aeeh=1&heures=35&semaines=46"
        "&jour_day=1&jour_month=3&jour_year=2024"
    )

    page = plain((await browser.get(f"/creche/tarif?{asked}")).text)

    assert "Taux pour 2 enfants à charge 0,0516 %" in page
    assert "Avec l’AEEH : le taux d’en dessous 0,0413 %" in page
    assert "3 000,00 € × 0,0413 % 1,24 €" in page
    assert "134,17 h 166,37 €" in page
    for wrong in ("heures=x", "ressources=beaucoup", "jour_day=1&jour_month=1&jour_year=2019"):
        refused = await browser.get(f"/creche/tarif?{wrong}")
        assert (refused.status_code, "Il y a un problème" in refused.text) == (422, True)


async def test_a_file_fills_its_price_in_and_no_amount_is_in_an_address(communes: Communes) -> None:
    town = communes.alpha
    family = await town.family("anne@example.test")
    await town.family("lou@example.test")
    with town.here():
        number = await an_application(
            account=await account_of(),
            home=Home(dependent_children=3),
            resources=Resources(annual_resources_cents=36_000_00),
        )
        other = await an_application(account=await account_of("lou@example.test"))
    link = f"/creche/demandes/{number}/tarif"

    follow = await family.get(f"/creche/demandes/{number}")
    page = plain((await family.get(link)).text)

    assert f'href="{link}"' in follow.text
    assert "Ressources de l’année 36 000,00 €" in page
    assert "Taux pour 3 enfants à charge" in page
    assert (await family.get(f"/creche/demandes/{other}/tarif")).status_code == 404


async def test_a_family_reads_its_points_and_what_a_paper_would_add(communes: Communes) -> None:
    town = communes.alpha
    await voted(town)
    family = await town.family("anne@example.test")
    with town.here():
        number = await an_application(
            account=await account_of(), state="complete", home=Home(has_aeeh=True)
        )
        again = await an_application(account=await account_of(), home=Home(has_aeeh=True))

    whole = plain((await family.get(f"/creche/demandes/{number}")).text)
    begun = plain((await family.get(f"/creche/demandes/{again}")).text)

    assert "Aujourd’hui : 400 points" in whole
    assert "Enfant handicapé +30 : Notification de l’AEEH" in begun
    assert "Aujourd’hui : 0 point" in begun


CRITERIA = "/bureau/creche/criteres"


async def test_an_agent_sees_the_faults_and_the_effect_before_it_keeps_a_version(
    communes: Communes,
) -> None:
    town = communes.alpha
    agent = await town.staff()
    with town.here():
        for _ in range(6):
            await an_application(state="complete")

    wrong = await agent.post(CRITERIA, data={"text": PESSAC.replace("= 300", "= 300.5")})
    tried = await agent.post(CRITERIA, data={"text": PESSAC, "deliberation": "2022-14"})
    sent = await agent.post(f"{CRITERIA}/fichier", files={"file": ("g.toml", PESSAC)})
    told = {"text": PESSAC, "deliberation": "2022-14", "act": "print"}
    paper = PdfReader(io.BytesIO((await agent.post(CRITERIA, data=told)).content))
    latin = await agent.post(f"{CRITERIA}/fichier", files={"file": ("g.toml", b"\xe9")})
    with town.here():
        nothing = await grids.every()
    kept = await agent.post(CRITERIA, data={"text": PESSAC, "act": "keep", "deliberation": "14"})
    page = await agent.get(CRITERIA)

    line = PESSAC[: PESSAC.index("= 300")].count("\n") + 1
    assert f"Ligne {line} : points : écrivez un nombre entier" in plain(wrong.text)
    assert "= 300.5" in wrong.text
    for seen in (tried, sent):
        assert "Tous les dossiers complets 6 0 0 6" in plain(seen.text)
    for part in ("2022-14", "Tous les dossiers complets 6 0 0 6", "Habiter la commune +300"):
        assert part in plain(" ".join(page.extract_text() for page in paper.pages))
    assert (latin.status_code, "UTF-8" in latin.text) == (422, True)
    assert nothing == []
    assert kept.status_code == 303
    assert "En vigueur depuis le" in page.text
    assert "délibération 14" in page.text
    assert (await agent.get(f"{CRITERIA}/1")).status_code == 200
    assert (await agent.get(f"{CRITERIA}/9")).status_code == 404


async def test_a_used_version_is_refused_in_words_and_the_text_is_kept(communes: Communes) -> None:
    town = communes.alpha
    agent, number = await town.staff(), await voted(town)
    with town.here() as tenant:
        await grids.use(number, tenant.now())

    changed = PESSAC.replace("= 300", "= 301")
    answer = await agent.post(CRITERIA, data={"text": changed, "act": "keep"})

    assert answer.status_code == 422
    assert "elle ne change plus" in answer.text
    assert "= 301" in answer.text


async def test_only_the_town_hall_s_agents_touch_the_criteria(communes: Communes) -> None:
    town = communes.alpha
    director = await town.staff(Grant("creche_manager", "creche.facility:1"), email="d@c.test")
    family = await town.family()

    for browser in (director, family):
        assert (await browser.get(CRITERIA)).status_code in (303, 403)
        assert (await browser.post(CRITERIA, data={"text": PESSAC})).status_code in (303, 403)


async def test_what_a_service_asks_for_counts_within_its_bounds(communes: Communes) -> None:
    town = communes.alpha
    await voted(town)
    agent = await town.staff()
    with town.here():
        number = await an_application(state="complete", home=Home(referral="pmi"))
    address = f"/bureau/creche/demandes/{number}/points"

    before = plain((await agent.get(address)).text)
    too_much = await agent.post(address, data={"follow_up": "101", "vrai": "former_member"})
    done = await agent.post(address, data={"follow_up": "60", "vrai": "former_member"})
    after = plain((await agent.get(address)).text)

    assert "Aujourd’hui : 380 points" in before
    assert (too_much.status_code, "de 10 à 100" in too_much.text) == (422, True)
    assert 'value="101"' in too_much.text
    assert done.status_code == 303
    assert "Aujourd’hui : 450 points" in after


EMPLOYER = (
    LILAS
    + """
[[creche.grid.criterion]]
code = "employer_here"
label = "Crèche de l’employeur d’un parent"
type = "facility_bonus"
points = 4
proof = "work"
"""
)


async def test_the_creche_of_an_employer_gives_its_points_once_noted_and_its_paper_read(
    communes: Communes, clock: FrozenClock
) -> None:
    """An agent notes which crèche it is; without the certificate seen, the bonus is nothing."""
    town = communes.alpha
    await voted(town, EMPLOYER)
    agent = await town.staff()
    with town.here():
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        number = await an_application(lilas, roses, state="complete")
        file = await Application.objects().get(Application.id == number)
        assert file
    address, bonuses = f"/bureau/creche/demandes/{number}/points", []

    async def counted() -> tuple[int, int]:
        with town.here() as tenant:
            told = await counting.own_score(tenant, file)
        assert told
        return told.bonuses.get(lilas, 0), told.bonuses.get(roses, 0)

    bonuses.append(await counted())
    await agent.post(address, data={"vrai": f"employer_here:{lilas}"})
    bonuses.append(await counted())
    for seen in (None, clock()):
        with town.here():
            await Evidence.update({Evidence.seen_at: seen}).where(Evidence.kind == "work")
        bonuses.append(await counted())
    page = plain((await agent.get(address)).text)
    elsewhere = await agent.post(address, data={"vrai": "employer_here:999"})
    bonuses.append(await counted())

    assert "Crèche de votre employeur : Les Lilas" in page
    assert elsewhere.status_code == 303
    assert bonuses == [(0, 0), (4, 0), (0, 0), (4, 0), (0, 0)]


async def test_a_sibling_of_the_register_of_a_creche_alone_gives_its_points_once_its_paper_is_read(
    communes: Communes,
) -> None:
    """A13: the paper is asked for, and an agent notes of which crèche it speaks."""
    town = communes.alpha
    await voted(town, LILAS)
    agent = await town.staff()
    with town.here() as tenant:
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        until = tenant.now().date() + timedelta(days=800)
        home = Home(has_sibling_in_creche=True, sibling_until=until)
        number = await an_application(lilas, roses, state="complete", home=home)
        kinds = {row["kind"] for row in await Evidence.select(Evidence.kind)}
        file = await Application.objects().get(Application.id == number)
        assert file
        before = await counting.own_score(tenant, file)
    assert "sibling" in kinds

    await agent.post(
        f"/bureau/creche/demandes/{number}/points", data={"vrai": f"sibling_here:{lilas}"}
    )

    page = plain((await agent.get(f"/bureau/creche/demandes/{number}/points")).text)
    assert "Un frère ou une sœur est dans cette crèche : Les Lilas" in page
    with town.here() as tenant:
        after = await counting.own_score(tenant, file)
    assert before and after
    assert (before.bonuses.get(lilas, 0), before.bonuses.get(roses, 0)) == (0, 0)
    assert (after.bonuses.get(lilas, 0), after.bonuses.get(roses, 0)) == (5, 0)
