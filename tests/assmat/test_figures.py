"""What the directory counts: places of the commune, and how it is used."""

from html import unescape
from typing import Any

from tests.assmat.builders import CLAIRE, MARIE, NADIA, offers, registered, says
from tests.core.test_checking import edited
from tests.creche.test_statistics import facility, quartier

from ribambelle import childcare
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing.communes import Communes
from ribambelle.testing.tokens import a_program
from ribambelle_assmat import measuring
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables.figures import Count
from ribambelle_creche.domain.streets import key_of
from ribambelle_creche.queries import statistics
from ribambelle_creche.tables import Street


async def test_accredited_places_stand_beside_those_of_creches(communes: Communes) -> None:
    """A micro-quartier counts in its own; a quartier nobody knows stands apart; older ones do not."""
    town = communes.alpha
    with town.here() as tenant:
        centre = await quartier("Centre")
        await facility(town, "Lilas", centre)
        today = tenant.now().date()
        silent = childcare.offers(await childcare.supply(today))
        older = MARIE.replace(";;3;0;72", ";;3;36;72")
        gone = NADIA.replace("4401", "4409").replace("30/04/2029", "30/04/2025")
        await registered(NADIA.replace("Centre", "CENTRE"), CLAIRE, older, gone)

        found = await childcare.supply(today)

        assert [one.places for one in silent if one.mode == "assmat"] == [None]
        told = {one.quartier: one.places for one in found if one.mode == "assmat"}
        assert told == {centre: 4, None: 2}
    agent = await town.staff()
    page = (await agent.get("/bureau/creche/statistiques/besoins")).text
    assert "Places : assistantes maternelles" in page.replace("\u00a0", " ")
    assert ">4<" in page and ">6<" in page

    file = communes.app.platform.folder / "alpha.toml"
    file.write_text(f'postcodes = ["71880"]\n{file.read_text("utf-8")}', "utf-8")
    communes.app.platform.scan()
    with town.here():
        lavoir = {"name": "rue du Lavoir", "folded": key_of("rue du Lavoir")}
        await Street.insert(Street(quartier=centre, iris="Decré", **lavoir))
        finer = await statistics.places_by_iris({"Decré": 1}, await childcare.supply(today))
    assert finer == {("assmat", 1): 4, ("assmat", 0): 2, ("creche", 0): 20}


async def test_figures_count_what_is_kept_looked_for_and_written_and_show_no_small_one(
    communes: Communes,
) -> None:
    """Seven keep their page, two do not; six searches in Alpha, five of them without an answer."""
    town, here = communes.alpha, "/bureau/assmat/chiffres"
    lines = [NADIA.replace("4401", f"45{rank:02}") for rank in range(7)]
    empty = (await (await communes.beta.staff()).get(here)).text
    assert "Connexions par semaine" in empty or "Rien à compter encore" in empty
    with town.here() as tenant:
        await registered(*lines, CLAIRE, MARIE)
        everybody, now = await directory.every("benali", 0, 9), tenant.now()
        for one in everybody:
            await says(one.id, "form")
            await offers(one.id, one.places[0].id, "mon")
        for found in (0, 0, 0, 0, 0, 3):
            await measuring.searched("71880", 20, found, now)
            await measuring.searched("17 rue secrete", None, 0, now)
        assert {row["town"] for row in await Count.select(Count.town)} == {"Alpha", ""}
    for one in everybody:
        mine = Grant("childminder", f"assmat.childminder:{one.id}")
        await town.staff(mine, email=f"a{one.id}@example.test")
    with town.here():
        # an account counts once its password is chosen
        await Account.update({Account.password: "hers"}).where(
            Account.email.like("a%@example.test")
        )
    letter = {"name": "Camille", "email": "c@example.test", "words": "Léa, un an en mars."}
    for one in everybody[:6]:
        answer = await town.visitor().post(f"/assmat/fiches/{one.id}/ecrire", data=letter)
        assert answer.status_code == 200
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")

    page = unescape((await pmi.get(f"{here}?age=18")).text)
    files = {
        code: (await pmi.get(f"{here}/export/csv?table={code}&age=18")).text
        for code in ("tenues", "fraicheur", "libres", "recherches", "sans-resultat", "messages")
    }

    assert "La moitié l’a été depuis 0" in page.replace("\u00a0", " ")
    told = {code: text.splitlines()[1:] for code, text in files.items()}
    # two of nine do not keep theirs: hidden, and the seven with them, or one would find it
    assert told["tenues"][0] == "Alpha;masqué;masqué;9"
    assert told["fraicheur"][0].startswith("Moins de 15 jours;7")
    assert told["libres"][0].split(";")[:3] == ["Alpha", "7", "7"]
    assert told["sans-resultat"][0].split(";")[:3] == ["Alpha", "0", "5"]
    assert told["recherches"][0].split(";")[2] == "6"
    assert told["messages"][0] == "novembre 2026;6"
    agent = await town.staff(Grant("childminder", mine.scope), email="x@example.test")
    assert (await agent.get(here)).status_code == 403
    elsewhere = await (await communes.beta.staff(email="b@example.test")).get(here)
    assert "Alpha;" not in elsewhere.text and "tiennent leur fiche" not in elsewhere.text


async def test_a_search_of_a_program_counts_as_a_family_s_and_says_nothing_of_anybody(
    communes: Communes,
) -> None:
    """The rest of a list, a reading of everybody and what is refused look for nobody."""
    town, path = communes.alpha, "/api/v1/assmat/childminders"
    with town.here():
        who = await registered(NADIA, CLAIRE)
        for one in who.values():
            await says(one, "form")
            await offers(one, (await directory.one(one)).places[0].id, "mon")
    program = await a_program(town, "assmat:read")
    asked: list[tuple[dict[str, Any], int]] = [
        ({"days": "mon", "months": 20, "limit": 1}, 200),
        ({"days": "sun", "months": 20, "town": "71880"}, 200),
        ({"months": 80, "latitude": 46.8021, "longitude": 4.8355}, 200),
        ({"limit": 200}, 200),
        ({"days": "moon"}, 422),
    ]

    told = [await program.get(path, params=params) for params, _ in asked]
    rest = await program.get(told[0].json()["next"])

    assert [one.status_code for one in told] == [code for _, code in asked]
    assert (rest.status_code, len(rest.json()["data"])) == (200, 1)
    with town.here():
        rows = await Count.select().order_by(Count.kind, Count.code)
    assert [(row["kind"], row["town"], row["code"], row["many"]) for row in rows] == [
        ("nothing", "Alpha", "60", 1),
        ("search", "Alpha", "18", 2),
        ("search", "Alpha", "60", 1),
    ]


async def test_a_need_is_counted_where_nobody_is_accredited(communes: Communes) -> None:
    """A commune of the département with nobody: its needs have no other place to be counted."""
    town = communes.alpha
    with town.here():
        await registered(NADIA)
    visitor = town.visitor()
    for where in ("44800", "Rezé", "17 rue secrete", "33000"):
        await visitor.get("/assmat", params={"ou": where, "jours": "mon"})
    with town.here():
        before = {row["town"] for row in await Count.select(Count.town)}
    edited(town, "demo = true\n", 'demo = true\ndepartement = "44"\n')
    for where in ("44800", "Rezé", "17 rue secrete", "33000"):
        await visitor.get("/assmat", params={"ou": where, "jours": "mon"})

    with town.here():
        rows = await Count.select(Count.town, Count.many).where(Count.kind == "nothing")
    assert before <= {""}
    assert {row["town"] for row in rows} == {"Saint-Herblain", "Rezé", ""}
    assert {row["many"] for row in rows if row["town"]} == {1}
