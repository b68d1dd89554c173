"""What she says of her home and of short replacements: shown, searched and sent as she agreed."""

import re
from datetime import date
from typing import Any

import pytest
from tests.assmat.builders import CLAIRE, HEAD, MARIE, NADIA, offers, registered, says
from tests.core.geocoding.test_geocoding import looks_in
from tests.proofs.probing import text_of

from ribambelle import tenants
from ribambelle.geocoding import finding
from ribambelle.identity import Grant
from ribambelle.testing.address_service import simulated_addresses
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes
from ribambelle.testing.tokens import a_program
from ribambelle_assmat import registering
from ribambelle_assmat.domain.home import Home
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder, Declared
from ribambelle_assmat.tables.figures import Count

API, SPACE = "/api/v1/assmat/childminders", "/assmat/espace"
POINT = "latitude=46.8021&longitude=4.8355"
HOME = Home("none", "", "free", ("ar", "fr"))
SAID = {
    "pets": ("Aucun animal", "chez=no_pets", "home=no_pets", '"pets":"none"'),
    "smoke": ("Logement non fumeur", "chez=smoke_free", "home=smoke_free", '"smoke":"free"'),
    "languages": ("Arabe et français", "langue=ar", "language=ar", '"ar"'),
}


async def seen(communes: Communes, *consents: str) -> dict[str, list[bool]]:
    """Return where each thing said of a home is read, and whether a search for it finds her."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, MARIE)
        await says(who["Nadia"], *consents, home=HOME)
    visitor, program = town.visitor(), await a_program(town, "assmat:read")
    await visitor.post("/assmat/selection", data={"childminder": str(who["Nadia"])})
    paths = (f"fiches/{who['Nadia']}", "selection", "selection.pdf")
    pages = [text_of(await visitor.get(f"/assmat/{path}")) for path in paths]
    table = (await visitor.get("/assmat/donnees.csv")).text.split("\n")[1]
    told = [(await visitor.get("/assmat/donnees.geojson")).text]
    told.append((await program.get(f"{API}/{who['Nadia']}")).text)
    found = {}
    for name, (words, on_screen, by_program, sent) in SAID.items():
        results = [
            (await visitor.get(f"/assmat?{on_screen}")).text,
            (await program.get(f"{API}?{by_program}")).text,
        ]
        found[name] = [
            *(words in page for page in pages),
            (words if name != "languages" else "arabe, français") in table,
            *(sent in text for text in told),
            *("Benali" in text for text in results),
        ]
    return found


@pytest.mark.parametrize("agreed", [(), ("pets",), ("smoke", "languages"), tuple(SAID)])
async def test_a_home_is_shown_searched_and_sent_field_by_field_as_agreed(
    communes: Communes, agreed: tuple[str, ...]
) -> None:
    found = await seen(communes, *agreed)

    assert found == {name: [name in agreed] * 8 for name in SAID}


async def test_without_her_choices_a_home_would_show_everywhere(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: believe that everything was agreed to."""
    monkeypatch.setattr(Home, "agreed", lambda self, _: self)

    assert await seen(communes) == {name: [True] * 8 for name in SAID}


async def test_who_takes_a_short_replacement_is_found_without_a_lasting_place(
    communes: Communes, clock: FrozenClock
) -> None:
    """Nadia has no place and takes a child for a few days; Claire says so of herself; Marie-Lou not."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        for name, cares in (("Nadia", ()), ("Claire", ("urgent",)), ("Marie-Lou", ())):
            await says(who[name], cares=cares, urgent_words="Deux semaines au plus.")
        place = {one.given_name: one.places[0].id for one in await directory.every("", 0, 9)}
        await offers(who["Nadia"], place["Nadia"], "mon", state="none", takes_urgent=True)
        await offers(who["Claire"], place["Claire"], "mon", "tue")
        await offers(who["Marie-Lou"], place["Marie-Lou"], "mon", "tue")
    visitor, program = town.visitor(), await a_program(town, "assmat:read", "assmat:write")
    urgent = "/assmat?jours=mon&jours=tue&accueil=urgent"

    found = (await visitor.get(urgent)).text
    lasting = (await visitor.get("/assmat?jours=mon")).text
    told = (await program.get(f"{API}?days=mon,tue&cares=urgent")).json()["data"]

    assert "mais il manque le mardi" in found and "Remplacement court possible" in found
    assert "Claire Robin" in found and "Marie-Lou" not in found
    assert "Nadia" not in lasting
    assert [(one["childminder"]["name"], one["match"]["group"]) for one in told] == [
        ("Claire Robin", "whole"),
        ("Nadia Benali", "part"),
    ]
    page = (await visitor.get(f"/assmat/fiches/{who['Nadia']}")).text
    assert "remplacement court, tout de suite" in page and "Deux semaines" not in page
    claire = (await visitor.get(f"/assmat/fiches/{who['Claire']}")).text
    assert "Deux semaines au plus." in claire
    here, key = f"{API}/{who['Nadia']}/places/1", {"idempotency-key": "b" * 20}
    kept = await program.put(here, json={"state": "none"}, headers=key)
    assert kept.json()["urgent"] is True  # said again without a word of it: as before
    no = {"state": "none", "urgent": False}
    await program.put(here, json=no, headers={"idempotency-key": "c" * 20})
    assert "Nadia" not in (await visitor.get(urgent)).text
    with town.here():
        await offers(who["Nadia"], place["Nadia"], "mon", state="none", takes_urgent=True)
    assert "Nadia" in (await visitor.get(urgent)).text
    clock.move(days=46)
    assert "Nadia" not in (await visitor.get(urgent)).text  # believed as long as the rest


async def test_she_says_it_herself_and_reads_since_when_she_agrees(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        who = await registered(NADIA)
        place = (await directory.one(who["Nadia"])).places[0].id
    mine = f"assmat.childminder:{who['Nadia']}"
    nadia = await town.staff(Grant("childminder", mine), email="nadia@example.test")
    here, told = f"{SPACE}/{who['Nadia']}", {"consents": ["listed", "pets", "languages"]}

    mute = await nadia.post(f"{here}/fiche", data=told)
    told |= {"pets": "some", "pets_words": "Un chat", "languages": ["ar", "xx"], "smoke": "free"}
    told |= {"cares": ["urgent"], "urgent_words": "Une semaine"}
    await nadia.post(f"{here}/fiche", data=told)
    await nadia.post(f"{here}/places/{place}", data={"state": "none", "takes_urgent": "oui"})
    own = (await nadia.get(here)).text.replace("\u00a0", " ")
    clock.move(days=3)
    with town.here():
        cat = Home("some", "Un chat", "free", ("ar",))
        more = {"cares": ("urgent",), "urgent_words": "Une semaine"}
        await says(who["Nadia"], "pets", "smoke", home=cat, **more)

    assert mute.status_code == 422
    assert mute.text.count("Dites-le, ou décochez") == 4  # in the summary and beside the field
    page = (await town.visitor().get(f"/assmat/fiches/{who['Nadia']}")).text
    assert "Un chat" in page and "Logement non fumeur" in page and "Arabe" not in page
    assert "remplacement court, tout de suite" in page and "Une semaine" in page
    assert own.count("Depuis le 25 novembre 2026") == 3
    with town.here():
        row = await Declared.objects().get(Declared.childminder == who["Nadia"])
        one = await directory.one(who["Nadia"])
    assert row is not None and row.languages == '["ar"]'
    assert {code: f"{day:%d}" for code, day in one.agreed_on.items()} == {
        **{"listed": "25", "pets": "25", "smoke": "28"},
    }


WITH = HEAD.replace("Nom;", "Civilité;Nom;", 1).replace("Début;", "Date du premier agrément;Début;")


async def brought(*lines: str) -> Any:
    """Bring in a register that tells civility and first accreditation."""
    now = tenants.current().now()
    content = (WITH + "".join(lines)).encode()
    number = await registering.keep(content, now, by=1)
    seen = await registering.seen(number)
    await registering.bring_in(number, now, by=1)
    return seen


def line(told: str, civility: str, since: str) -> str:
    number, rest = told.split(";", 1)
    family, given, begins = rest.split(";", 2)
    return f"{number};{civility};{family};{given};{since};{begins}"


async def test_the_register_tells_civility_and_first_accreditation(communes: Communes) -> None:
    """The date shows to families only if she agrees; the PMI, the CAF and she herself read it."""
    town = communes.alpha
    with town.here():
        await brought(
            line(NADIA, "Mme", "12/05/2009"),
            line(CLAIRE.replace("Claire", "Luc"), "Monsieur", ""),
        )
        rows = await Childminder.select(Childminder.id, Childminder.given_name)
        who = {row["given_name"]: row["id"] for row in rows}
        await says(who["Nadia"], "caf")
        await says(who["Luc"])
        wrong = await brought(line(NADIA, "Mme", "12/05/2025"), line(CLAIRE, "Dr", ""))
    visitor = town.visitor()
    mine = f"assmat.childminder:{who['Nadia']}"
    nadia = await town.staff(Grant("childminder", mine), email="nadia@example.test")
    agent = await town.staff(Grant("agent"), email="agent@example.test")

    hers = f"/assmat/fiches/{who['Nadia']}"
    before = (await visitor.get(hers)).text + (await visitor.get("/assmat/donnees.csv")).text
    with town.here():
        await says(who["Nadia"], "caf", "since")
    after = (await visitor.get(hers)).text

    assert [text.split(" : ")[0] for _, text in wrong.refused] == ["Premier agrément", "Civilité"]
    assert "2009" not in before and "agréée depuis 2009" in after
    assert "12/05/2009" in (await visitor.get("/assmat/donnees.csv")).text
    luc = (await visitor.get(f"/assmat/fiches/{who['Luc']}")).text
    assert "Assistant maternel agréé" in luc and "Chez lui" not in luc
    assert "12 mai 2009" in (await nadia.get(f"{SPACE}/{who['Nadia']}/declarations")).text.replace(
        "\u00a0", " "
    )
    sheet = (await agent.get(f"/bureau/assmat/{who['Nadia']}")).text.replace("\u00a0", " ")
    assert "12 mai 2009" in sheet and "Mme" in sheet
    caf = (await agent.get("/bureau/assmat/caf/export/csv")).text
    assert "4401;Mme;Benali" in caf and "12/05/2009" in caf


@pytest.mark.parametrize("told", ["Statut:Expiré", "Activité:Autre"])
async def test_expired_or_away_for_another_reason_leaves_the_directory_the_same_day(
    communes: Communes, told: str
) -> None:
    town, (column, value) = communes.alpha, told.split(":")
    with town.here() as tenant:
        who = await registered(NADIA)
        await says(who["Nadia"])
        head = HEAD if column in HEAD else HEAD.replace("Statut;", f"{column};")
        content = (head + NADIA.replace(";;3 rue", f";{value};3 rue")).encode()
        now = tenant.now()
        assert "Benali" in (await town.visitor().get("/assmat")).text
        await registering.bring_in(await registering.keep(content, now, by=1), now, by=1)

    assert "Benali" not in (await town.visitor().get("/assmat")).text
    with town.here():
        assert not (await directory.one(who["Nadia"])).is_public(date(2026, 11, 25))


BOTH = [
    ("ou=71880&jours=mon&jours=tue&arrivee=07:30&depart=18:00", "arrives=07:30&leaves=18:00"),
    ("ou=alpha&age=60", "town=alpha&months=60"),
    ("pres=Centre&rayon=quartier", "quartier=Centre"),
    ("lieu=mam&enfants=2", "where=mam&children=2"),
    ("accueil=wednesday", "cares=wednesday"),
    ("nom=payet&debut=2027-03-01", "name=payet&start=2027-03-01"),
]


async def test_a_program_searches_by_what_the_page_searches_by(communes: Communes) -> None:
    """The same childminders in the same order; what could mean nothing is refused by its name."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        for name, cares in (("Nadia", ("wednesday",)), ("Claire", ()), ("Marie-Lou", ())):
            await says(who[name], "form", cares=cares)
        place = {one.given_name: one.places[0].id for one in await directory.every("", 0, 9)}
        await offers(who["Claire"], place["Claire"], "mon", "tue")
        await offers(who["Marie-Lou"], place["Marie-Lou"], "mon")
    visitor, program = town.visitor(), await a_program(town, "assmat:read")

    answers = {}
    for on_screen, asked in BOTH:
        page = (await visitor.get(f"/assmat?{on_screen}")).text
        days = "days=mon,tue&town=71880&" if "arrives" in asked else ""
        rows = (await program.get(f"{API}?{days}{asked}")).json()["data"]
        read = [int(number) for number in re.findall(r'<article[^>]*"n-(\d+)"', page)]
        answers[asked] = read, [row["childminder"]["id"] for row in rows]
    home, far = "latitude=46.8021&longitude=4.8355", "to_latitude=46.8102&to_longitude=4.8410"
    way = (await program.get(f"{API}?{home}&{far}&radius=300")).json()["data"]
    near = (await program.get(f"{API}?{home}&radius=300")).json()["data"]
    refused = [
        (await program.get(f"{API}?{asked}")).status_code
        for asked in (
            *("quartier=Nord", "where=tente", "cares=nuit", "home=cat", "language=xx"),
            *("arrives=25:00", "to_latitude=46&to_longitude=4", f"{home}&to_latitude=46.8"),
            f"{home}&to_latitude=48.8&to_longitude=2.3",
        )
    ]

    assert all(read == told for read, told in answers.values()), answers
    assert [len(read) for read, _ in answers.values()] == [3, 2, 2, 1, 1, 1]
    assert len(way) == 3 and len(near) == 2
    assert refused == [422] * 9


async def test_a_program_searches_around_an_address_or_along_a_way_between_two(
    communes: Communes,
) -> None:
    """The streets of the commune answer without the service; what nobody knows is refused by name."""
    town = communes.alpha
    streets = "voie;latitude;longitude\nRue du Lavoir;46.8021;4.8355\nRue Haute;46.8102;4.8410\n"
    looks_in(town, "", streets)
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        for number in who.values():
            await says(number, "form")
    program = await a_program(town, "assmat:read")

    async def told(asked: str) -> list[tuple[int, int | None]]:
        rows = (await program.get(f"{API}?{asked}")).json()["data"]
        return [(row["childminder"]["id"], row["match"]["distance"]) for row in rows]

    here, there = "address=3 rue du Lavoir", "to_address=9 rue Haute"
    point = "latitude=46.8021&longitude=4.8355"
    far = "to_latitude=46.8102&to_longitude=4.8410"
    refused = [
        (await program.get(f"{API}?{asked}")).json()["errors"][0]["parameter"]
        for asked in ("address=rue de Nulle Part", f"{here}&{point}", there)
    ]

    assert await told(f"{here}&radius=300") == await told(f"{point}&radius=300")
    assert len(await told(f"{here}&radius=300")) == 2
    assert await told(f"{here}&{there}&radius=300") == await told(f"{point}&{far}&radius=300")
    assert len(await told(f"{here}&{there}&radius=300")) == 3
    assert await told("address=Gare&radius=300") == await told(
        f"{far.replace('to_', '')}&radius=300"
    )
    assert refused == ["address", "address", "latitude"]
    with town.here():
        rows = await Count.select(Count.town)
    assert {row["town"] for row in rows} == {"Alpha"}


async def test_a_program_is_told_how_each_address_was_read(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the service of addresses, in a process of its own; without it, by the commune's streets."""
    town = communes.alpha
    streets = "voie;latitude;longitude\nRue des Écoles;46,8022;4,8356\n"
    # what is known for a day outlives one test
    monkeypatch.setattr(finding, "_known", type(finding._known)())
    with simulated_addresses() as addresses:
        looks_in(town, addresses.address, streets)
        with town.here():
            for number in (await registered(NADIA, CLAIRE)).values():
                await says(number)
        program = await a_program(town, "assmat:read")
        asked = f"{API}?address=4 rue des Écoles&to_address=1 place de la Gare&radius=5000"

        served = (await program.get(asked)).json()["read_as"]
        questions = addresses.asked()
        addresses.will(*["500"] * 9)
        alone = (await program.get(f"{API}?address=9 bis rue des Écoles")).json()
        middle = (await program.get(f"{API}?{POINT}&to_address=Gare")).json()
        nobody = await program.get(f"{API}?address=2 rue Inconnue")

    assert [(one["parameter"], one["label"], one["by"]) for one in served] == [
        ("address", "4 Rue des Écoles 71380 Exemple", "service"),
        ("to_address", "1 Place de la Gare 71380 Exemple", "service"),
    ]
    assert {one["q"] for one in questions} == {"4 rue des Écoles", "1 place de la Gare"}
    told = {"parameter": "address", "label": "Rue des Écoles", "by": "streets"}
    assert alone["read_as"] == [told] and len(alone["data"]) == 2
    read = {"parameter": "to_address", "label": "quartier Gare", "by": "quartier"}
    assert middle["read_as"] == [read]
    assert nobody.status_code == 422
    assert (await program.get(f"{API}?{POINT}")).json()["read_as"] == []
