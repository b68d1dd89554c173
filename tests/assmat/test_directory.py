"""Families find who suits, and see nothing a childminder did not agree to; the register is the PMI's."""

import random
import re
from datetime import date, timedelta

import pytest
from tests.assmat.builders import CLAIRE, HEAD, MARIE, NADIA, offers, registered, says
from tests.proofs.probing import text_of

from ribambelle.identity import Grant
from ribambelle.identity.tables import Account
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes
from ribambelle_assmat import refreshing, registering
from ribambelle_assmat.domain.publication import CONSENTS
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder, Declared, Place, RegisterFile

DESK, SPACE = "/bureau/assmat", "/assmat/espace"
SECRETS = {
    **{"mobile": "06 99 00 00 01", "phone": "03 99 00 00 02"},
    **{"email": "nadia@example.test", "address": "3 rue du Lavoir"},
}


def bare(text: str) -> str:
    """Return a page without its spaces: a telephone is written several ways."""
    return re.sub(r"[\s\u00a0\u202f]", "", text)


async def test_who_suits_comes_first_with_what_is_missing_in_words(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        for number in who.values():
            await says(number)
        places = {one.given_name: one.places[0].id for one in await directory.every("", 0, 9)}
        await offers(who["Claire"], places["Claire"], "mon", "tue")
        await offers(who["Marie-Lou"], places["Marie-Lou"], "mon")
    visitor = town.visitor()
    asked = "/assmat?jours=mon&jours=tue&age=18&debut=2027-03-01"

    found = (await visitor.get(asked)).text
    older = (await visitor.get("/assmat?age=60")).text
    near = (await visitor.get("/assmat?pres=Centre&rayon=1000")).text

    names = ["Claire Robin", "Marie-Lou Payet", "Nadia Benali"]
    assert [found.index(name) for name in names] == sorted(found.index(name) for name in names)
    assert "Il manque le mardi." in found and "Tous vos moments sont libres." in found
    assert "plus à jour" in found
    assert "Claire Robin" not in older  # accredited until three years
    assert "Marie-Lou" in near and "Claire" not in near
    clock.move(days=46)
    assert "Tous vos moments" not in (await visitor.get(asked)).text
    assert (await communes.beta.visitor().get("/assmat")).text.count("Nadia") == 0


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_shown_that_she_did_not_agree_to(communes: Communes, seed: int) -> None:
    """Each page, paper and file a stranger may open, for each choice she may make."""
    draw, town = random.Random(seed), communes.alpha
    agreed = {code for code in CONSENTS if code != "listed" and draw.random() < 0.5}
    free, silent = draw.random() < 0.5, draw.random() < 0.5
    with town.here():
        who = await registered(NADIA, MARIE)
        number = who["Nadia"]
        await says(number, *agreed, only_when_free=silent)
        if free:
            await offers(number, (await directory.one(number)).places[0].id, "mon")
    visitor, family = town.visitor(), await town.family()
    pages = [
        (await browser.get(path)).text
        for browser in (visitor, family)
        for path in ("/assmat", "/assmat?pres=Centre&rayon=1000", f"/assmat/fiches/{number}")
    ]
    await visitor.post("/assmat/selection", data={"childminder": str(number)})
    others = [
        text_of(await visitor.get(path))
        for path in ("/assmat/selection", *(f"/assmat/{one}" for one in FILES))
    ]

    for name, secret in SECRETS.items():
        may = name in agreed and (name == "address" or free or not silent)
        assert any(bare(secret) in bare(page) for page in pages) == may, name
        assert may or not any(bare(secret) in bare(page) for page in others), name
    assert all("46.8021" not in page and "4.8355" not in page for page in others)
    assert all("Benali" in page for page in others)
    assert all("46.80" not in page and "4.83" not in page for page in pages)
    assert (await visitor.get(f"/assmat/fiches/{who['Marie-Lou']}")).status_code == 404


FILES = ("selection.pdf", "donnees.csv", "donnees.geojson")


async def test_without_her_choices_everything_would_show(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: believe that everything was agreed to."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA)
        await says(who["Nadia"])
    monkeypatch.setattr(directory, "shown", lambda told, *_, **__: told)

    text = (await town.visitor().get(f"/assmat/fiches/{who['Nadia']}")).text

    assert all(bare(secret) in bare(text) for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Childminder.last, date(2026, 11, 24)),
        (Childminder.first, date(2026, 11, 26)),
        (Childminder.status, "suspended"),
        (Childminder.status, "withdrawn"),
        (Childminder.activity, "retired"),
        (Childminder.is_hidden, True),
    ],
)
async def test_who_may_not_work_never_shows(
    communes: Communes, column: object, value: object
) -> None:
    """Today is 25 November 2026."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA)
        await says(who["Nadia"], *CONSENTS)
        page = f"/assmat/fiches/{who['Nadia']}"
        assert (await town.visitor().get(page)).status_code == 200
        await Childminder.update({column: value}).where(Childminder.id > 0)  # type: ignore[dict-item]

    assert (await town.visitor().get(page)).status_code == 404
    assert "Benali" not in (await town.visitor().get("/assmat")).text


async def test_a_register_brought_in_again_keeps_all_she_said(communes: Communes) -> None:
    """She moves, gets a second place, loses one, leaves, comes back: her words stay."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE)
        nadia = who["Nadia"]
        await says(nadia, "mobile")
        place = (await directory.one(nadia)).places[0].id
        await offers(nadia, place, "mon", "fri")
        before = await Declared.select().where(Declared.childminder == nadia)

        moved = NADIA.replace("3 rue du Lavoir", "8 rue Neuve")
        mam = NADIA.replace(";;4;0;72", ";MAM;2;0;36")
        await registered(moved, mam)

        one = await directory.one(nadia)
        assert await Declared.select().where(Declared.childminder == nadia) == before
        assert [(each.id, each.where, each.state) for each in one.places] == [
            (place, "home", "now"),
            (one.places[1].id, "mam", "unknown"),
        ]
        assert "8 rue Neuve" in one.told.address
        assert not (await directory.one(who["Claire"])).is_public(date(2026, 11, 25))
        await registered(CLAIRE)
        assert (await directory.one(nadia)).is_gone
        await registered(NADIA, CLAIRE)
        again = await directory.one(nadia)
        assert not again.is_gone and again.places[0].state == "now"
        assert await Declared.select().where(Declared.childminder == nadia) == before


async def test_a_line_that_cannot_be_read_takes_nothing_she_said(communes: Communes) -> None:
    """Her second place is written badly: both stay, with her words, until the line is right."""
    with communes.alpha.here():
        mam = NADIA.replace(";;4;0;72", ";MAM;2;0;36")
        nadia = (await registered(NADIA, mam))["Nadia"]
        before = (await directory.one(nadia)).places
        await offers(nadia, before[1].id, "mon")

        await registered(NADIA.replace(";;4;0;72", ";;3;0;72"), mam.replace("MAM;2", "MAM;9"))

        after = (await directory.one(nadia)).places
        assert [one.id for one in after] == [one.id for one in before]
        assert (after[0].children, after[1].state) == (4, "now")


async def test_nobody_unseen_moves_the_middle_of_a_quartier(communes: Communes) -> None:
    """Searched around, a middle made of one woman who is not listed would tell where she works."""
    with communes.alpha.here():
        who = await registered(NADIA, CLAIRE)
        await says(who["Claire"])

        assert [one.name for one in await directory.quartiers(date(2026, 11, 25))] == ["Gare"]


async def test_a_register_is_looked_at_before_it_is_brought_in(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    wrong = await agent.post(f"{DESK}/registre", files={"file": ("r.csv", b"Nom;Age\nA;3\n")})
    unknown = wrong.headers["location"]
    assert "Numéro d’agrément, Prénom" in (await agent.get(unknown)).text
    await agent.post(f"{unknown}/importer")
    with town.here():
        await registered(NADIA)
    bad = CLAIRE.replace("30/04/2029", "demain")
    sent = await agent.post(
        f"{DESK}/registre", files={"file": ("r.csv", (HEAD + bad + MARIE).encode())}
    )
    here = sent.headers["location"]

    page = (await agent.get(here)).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Ligne 2 : Fin de l’agrément : « demain » n’est pas une date" in page
    with town.here():
        assert await Childminder.count() == 1
    for _ in range(2):
        await agent.post(f"{here}/importer")
    with town.here():
        rows = await Childminder.select(Childminder.given_name, Childminder.gone_at).order_by(
            Childminder.id
        )
        assert [row["given_name"] for row in rows] == ["Nadia", "Marie-Lou"]
        assert [row["gone_at"] is None for row in rows] == [
            False,
            True,
        ]  # the wrong line is Claire’s
        assert [
            one.content == "" for one in await RegisterFile.objects().order_by(RegisterFile.id)
        ] == [False, True, True]
    pmi = await town.staff(Grant("pmi"), email="pmi@cd.test")
    assert "Marie-Lou Payet" in (await pmi.get(f"{DESK}?nom=payet")).text
    assert (await pmi.post(f"{here}/importer")).status_code == 303
    assert (await communes.beta.visitor().get(here)).status_code == 303


async def test_she_keeps_her_own_page_and_no_other(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE)
        place = (await directory.one(who["Nadia"])).places[0].id
        other = (await directory.one(who["Claire"])).places[0].id
    mine = f"assmat.childminder:{who['Nadia']}"
    nadia = await town.staff(Grant("childminder", mine), email="nadia@example.test")
    here = f"{SPACE}/{who['Nadia']}"
    assert (await nadia.get(SPACE)).headers["location"].endswith(here)

    empty = await nadia.post(f"{here}/fiche", data={"consents": ["listed", "mobile"]})
    assert (empty.status_code, "Écrivez-le, ou décochez" in empty.text) == (422, True)
    told = {"consents": ["listed", "mobile"], "mobile": "06 99 00 00 01", "words": "Un jardin"}
    await nadia.post(f"{here}/fiche", data=told)
    later = await nadia.post(f"{here}/places/{place}", data={"state": "later"})
    assert (later.status_code, "à partir de quel jour" in later.text) == (422, True)
    opens = {"opens_day": "1", "opens_month": "3", "opens_year": "2027"}
    said = {"state": "later", "moments": ["mon-morning", "sat-night"], **opens}
    await nadia.post(f"{here}/places/{place}", data=said)

    assert "ce que lisent les familles" in (await nadia.get(f"{here}/apercu")).text
    public_page = (await town.visitor().get(f"/assmat/fiches/{who['Nadia']}")).text
    assert "1er mars 2027" in public_page and "0699000001" in bare(public_page)
    for path in (f"{SPACE}/{who['Claire']}", f"{SPACE}/{who['Claire']}/apercu"):
        assert (await nadia.get(path)).status_code == 404
    for path in (f"{SPACE}/{who['Claire']}/fiche", f"{here}/places/{other}"):
        assert (await nadia.post(path, data={**told, "state": "none"})).status_code == 404
    with town.here():
        assert (await Place.objects().get(Place.id == other)).state == "unknown"  # type: ignore[union-attr]
    agent = await town.staff()
    mute = await agent.post(f"{DESK}/{who['Nadia']}/masquer")
    assert (mute.status_code, "Écrivez pourquoi" in mute.text) == (422, True)
    await agent.post(f"{DESK}/{who['Nadia']}/masquer", data={"why": "Visite à venir"})
    assert (await town.visitor().get(f"/assmat/fiches/{who['Nadia']}")).status_code == 404
    assert "ne paraît plus" in (await agent.get(DESK)).text
    assert bare("La PMI l’a retirée : Visite à venir") in bare((await nadia.get(here)).text)


ASKED = {
    **{"accreditation": "44-01", "family_name": "BENALI", "email": "n.benali@example.test"},
    **{"born_on_day": "7", "born_on_month": "5", "born_on_year": "1985"},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"family_name": "Robin"},
        {"born_on_year": "1986"},
        {"accreditation": "4402"},
        {"status": "suspended"},
        {"held": "yes"},
    ],
)
async def test_she_opens_her_account_and_nobody_learns_who_is_registered(
    communes: Communes, wrong: dict[str, str]
) -> None:
    """The page says the same whatever is wrong; a message leaves when all of it is right alone."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE)
        mine = f"assmat.childminder:{who['Nadia']}"
        await Childminder.update({Childminder.born_on: date(1985, 5, 7)}).where(
            Childminder.id == who["Nadia"]
        )
        if "status" in wrong:
            await Childminder.update({Childminder.status: "suspended"}).where(Childminder.id > 0)
    if "held" in wrong:
        await town.staff(Grant("childminder", mine), email="other@example.test")
        with town.here():
            other = Account.email == "other@example.test"
            await Account.update({Account.password: "hers"}).where(other)
    visitor = town.visitor()
    typed = ASKED | {key: value for key, value in wrong.items() if key in ASKED}

    answers = [await visitor.post("/assmat/activation", data=typed) for _ in range(2)]
    await town.work()

    assert {answer.status_code for answer in answers} == {200}
    assert "Si ces informations sont celles" in answers[0].text
    mail = await town.mail("n.benali@example.test")
    assert len(mail) == (0 if wrong else 1)
    if not wrong:
        link = await town.link("n.benali@example.test")
        assert (await visitor.get(link)).status_code == 200
        empty = await visitor.post("/assmat/activation", data={"email": "x"})
        assert (empty.status_code, "Écrivez votre nom" in empty.text) == (422, True)
        for _ in range(3):
            last = await visitor.post("/assmat/activation", data=typed)
        assert (await visitor.post("/assmat/activation", data=typed)).status_code == 429
        assert last.status_code == 200


@pytest.mark.parametrize("sealed", [True, False])
async def test_once_a_month_one_tap_says_whether_a_place_is_still_free(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, sealed: bool
) -> None:
    """The link serves once, in this commune, for thirty days; opening it says nothing.

    The twin seals it to the place alone: the next month, it serves again.
    """
    if not sealed:
        monkeypatch.setattr(
            refreshing,
            "seal",
            lambda tenant, place, _: tenant.sign(refreshing.STILL, f"{place.id}"),
        )
    town = communes.alpha
    with town.here():
        who = await registered(NADIA)
        nadia = who["Nadia"]
        await says(nadia)
        place = (await directory.one(nadia)).places[0].id
        await offers(nadia, place, "mon", "tue")
    mine = f"assmat.childminder:{nadia}"
    await town.staff(Grant("childminder", mine), email="nadia@example.test")

    async def asked() -> int:
        await town.work()
        return len(await town.mail("nadia@example.test"))

    assert await asked() == 0
    clock.move(days=30)
    assert [await asked(), await asked()] == [1, 1]
    link = await town.link("nadia@example.test")
    visitor, stranger = town.visitor(), communes.beta.visitor()
    assert "Toujours une place" in (await visitor.get(link)).text
    assert (await stranger.get(link)).status_code == 404
    assert (await visitor.get(f"{link[:-1]}x")).status_code == 404
    wrong = await visitor.post(link, data={"reponse": "date"})
    assert (wrong.status_code, "à partir de quel jour" in wrong.text) == (422, True)

    done = await visitor.post(link, data={"reponse": "non"})

    assert "C’est noté" in done.text
    with town.here():
        row = await Place.objects().get(Place.id == place)
    assert row and (row.state, row.confirmed_on) == ("none", date(2026, 12, 25))
    assert row.moments  # her week stays for the day a place opens
    assert (await visitor.post(link, data={"reponse": "oui"})).status_code == 404
    clock.move(days=30)
    assert await asked() == 2
    assert (await visitor.get(link)).status_code == (404 if sealed else 200)
    late = await town.link("nadia@example.test")
    clock.move(days=31)
    assert (await visitor.get(late)).status_code == 404


async def test_a_family_writes_to_her_without_seeing_her_address(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE)
        await says(who["Nadia"], "form")
        await says(who["Claire"])
    visitor = town.visitor()
    here = f"/assmat/fiches/{who['Nadia']}/ecrire"
    assert "Lui écrire" in (await visitor.get(f"/assmat/fiches/{who['Nadia']}")).text
    assert (await visitor.get(f"/assmat/fiches/{who['Claire']}/ecrire")).status_code == 404
    wrong = await visitor.post(here, data={"name": "Camille", "email": "x", "words": "Bonjour"})
    assert (wrong.status_code, "prenom.nom@exemple.fr" in wrong.text) == (422, True)
    typed = {
        **{"name": "Camille", "email": "camille@example.test"},
        "words": "Léa aura un an en mars.\n<b>Quatre jours</b> par semaine.",
    }

    answers = [await visitor.post(here, data=typed) for _ in range(9)]
    await town.work()

    assert [one.status_code for one in answers] == [200] * 8 + [429]
    assert all("nadia@example.test" not in one.text for one in answers)
    mail = await town.mail("nadia@example.test")
    assert len(mail) == 8
    assert "camille@example.test" in mail[0].text and "<b>Quatre jours</b>" in mail[0].text


async def test_who_was_accredited_a_year_ago_is_forgotten_and_so_are_old_files(
    communes: Communes, clock: FrozenClock
) -> None:
    """What is declared of retention is carried out: nobody else goes."""
    with communes.alpha.here() as tenant:
        who = await registered(NADIA, CLAIRE.replace("30/04/2029", "demain"))
        gone = {Childminder.last: tenant.now().date() - timedelta(days=366)}
        await says(who["Nadia"])
        await registering.forget()
        assert [one.refused != "[]" for one in await RegisterFile.objects()] == [True]
        clock.move(days=8)
        await registering.forget()
        assert [one.refused for one in await RegisterFile.objects()] == ["[]"]
        assert await Childminder.count() == 1
        await Childminder.update(gone).where(Childminder.id > 0)

        await registering.forget()

        assert [await table.count() for table in (Childminder, Declared, Place)] == [0, 0, 0]


async def test_who_only_follows_links_reaches_every_page_that_shows(communes: Communes) -> None:
    """As a search engine does: no form, no script, no cookie; and nothing tells it to keep away."""
    town = communes.alpha
    lines = [NADIA.replace("4401", f"45{rank:02}") for rank in range(23)]
    with town.here():
        await registered(*lines, MARIE)
        shown = await directory.every("benali", 0, 30)
        for one in shown:
            await says(one.id, "form")

    ahead, read = ["/assmat"], {}
    while ahead:
        path = ahead.pop()
        answer = await town.visitor().get(path)
        read[path] = answer
        links = re.findall(r'href="(/assmat/fiches/\d+|\?page=\d+)"', answer.text)
        found = {f"/assmat{one}" if one.startswith("?") else one for one in links}
        ahead += [one for one in found if one not in read and one not in ahead]

    assert {f"/assmat/fiches/{one.id}" for one in shown} <= read.keys()
    assert not any("Payet" in answer.text for answer in read.values())
    for answer in read.values():
        assert answer.status_code == 200 and "x-robots-tag" not in answer.headers
        assert "noindex" not in answer.text and "<title>" in answer.text
