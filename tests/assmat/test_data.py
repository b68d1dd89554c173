"""What files and programs read of childminders: no more than each agreed to show."""

import json
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assmat.builders import CLAIRE, MARIE, NADIA, offers, registered, says

from ribambelle.testing.communes import Communes
from ribambelle.testing.tokens import a_program
from ribambelle.workflow.tables import JournalLine
from ribambelle_assmat.domain.accreditation import Accreditation
from ribambelle_assmat.domain.cells import Point, snapped
from ribambelle_assmat.domain.home import Home
from ribambelle_assmat.domain.publication import CONSENTS, Told
from ribambelle_assmat.publishing import published
from ribambelle_assmat.queries import published as queries
from ribambelle_assmat.queries.directory import One, OnePlace
from ribambelle_assmat.tables import Place

TODAY = date(2026, 11, 25)
SECRETS = Told("0699000001", "0399000002", "nadia@example.test", "3 rue du Lavoir")
HOME = {"since": "2009", "pets": "pets='some'", "smoke": "smoke='free'", "languages": "'wo'"}
API = "/api/v1/assmat/childminders"


def a_childminder(consents: frozenset[str], state: str, *, silent: bool) -> One:
    place = OnePlace(7, "home", 4, 0, 72, "", state, None, 1, "une note", TODAY, 45)
    place = replace(place, line="5 quai Sud", city="Rezé", point=snapped(Point(46.8021, 4.8355)))
    return One(
        *(12, "4401", "Benali", "Nadia"),
        Accreditation("active", TODAY, TODAY),
        SECRETS,
        *("71880", "Alpha", "Centre"),
        micro_quartier="",
        point=snapped(Point(46.8021, 4.8355)),
        **{"is_hidden": False, "is_gone": False, "is_listed": True, "consents": consents},
        **{"cares": (), "call_hours": "18 h", "only_when_free": silent, "words": "0699000001"},
        places=(place,),
        accredited_since=date(2009, 5, 1),
        home=Home("some", "Un chat", "free", ("wo", "fr")),
    )


@settings(max_examples=100, deadline=None)
@given(
    st.frozensets(st.sampled_from(sorted(CONSENTS))),
    st.sampled_from(["now", "none", "unknown"]),
    st.booleans(),
)
def test_nothing_leaves_that_she_did_not_agree_to(
    consents: frozenset[str], state: str, silent: bool
) -> None:
    text = str(published(a_childminder(consents, state, silent=silent), TODAY, "/12"))

    for name in ("mobile", "phone", "email", "address"):
        may = name in consents and (name == "address" or state == "now" or not silent)
        assert (getattr(SECRETS, name) in text) == may, name
    for name, said in HOME.items():
        assert (said in text) == (name in consents), name
    assert "Un chat" not in text
    assert ("quai Sud" in text) == ("address" in consents)
    assert "46.8021" not in text and "4.8355" not in text and "4401" not in text


async def test_files_and_programs_read_what_families_see_and_nothing_else(
    communes: Communes, monkeypatch: object
) -> None:
    """Nadia shows her mobile, Claire nothing, Marie-Lou is not listed; two pages of one each."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        await says(who["Nadia"], "mobile", words="Un jardin")
        await says(who["Claire"])
        place = (await Place.objects().get(Place.childminder == who["Nadia"])).id
        await offers(who["Nadia"], place, "mon")
        await Place.update({Place.hours: "Avant et après l’école"}).where(Place.id == place)
    monkeypatch.setattr(queries, "AT_ONCE", 1)  # type: ignore[attr-defined]  # imported there
    visitor, program = town.visitor(), await a_program(town, "assmat:read", "assmat:write")

    points = json.loads((await visitor.get("/assmat/donnees.geojson")).text)
    table = (await visitor.get("/assmat/donnees.csv")).text
    found = (await program.get(f"{API}?town=71880&days=mon,tue&limit=1")).json()
    after = (await program.get(found["next"].replace(town.tenant.url(""), ""))).json()
    near = (await program.get(f"{API}?latitude=46.8021&longitude=4.8355&radius=200")).json()
    wrong = await program.get(f"{API}?days=lundi&latitude=4")
    single = (await program.get(f"{API}/{who['Nadia']}")).json()

    assert points["licence"].startswith("Licence Ouverte") and points["date"] == "2026-11-25"
    assert [one["properties"]["name"] for one in points["features"]] == [
        "Nadia Benali",
        "Claire Robin",
    ]
    assert points["features"][0]["properties"]["mobile"] == "06 99 00 00 01"
    assert table.count("\n") == 3 and "Licence Ouverte" in table
    # when her accreditation lets her take children: the page says it, and so does all that leaves
    hours = [one["places"][0]["hours"] for one in (points["features"][0]["properties"], single)]
    assert hours == ["Avant et après l’école"] * 2 and hours[0] in table
    everything = f"{points}{table}{found}{after}{near}{single}"
    for secret in ("03 99 00 00 02", "nadia@example.test", "rue du Lavoir", "Payet", "46.8021"):
        assert secret not in everything, secret
    assert everything.count("06 99 00 00 01") == 5  # Nadia's: once in each answer she is in
    first = found["data"][0]
    assert first["childminder"]["id"] == who["Nadia"]
    assert (first["match"]["group"], first["match"]["detail"]) == ("part", "Il manque le mardi.")
    assert [one["childminder"]["name"] for one in after["data"]] == ["Claire Robin"]
    assert after["next"] is None and near["data"][0]["childminder"]["id"] == who["Nadia"]
    assert wrong.status_code == 422
    assert (await program.get(f"{API}/{who['Marie-Lou']}")).status_code == 404
    reader = await a_program(town, "assmat:read", name="Lecteur")
    here = f"{API}/{who['Claire']}/places/1"
    late = {"state": "later", "opens": "2027-03-01", "moments": ["tue-noon"]}
    key = {"idempotency-key": "a" * 20}
    assert (await reader.put(here, json=late, headers=key)).status_code == 403
    assert (await program.put(here, json={"state": "later"}, headers=key)).status_code == 422
    answers = [await program.put(here, json=late, headers=key) for _ in range(2)]
    assert [one.json()["opens"] for one in answers] == ["2027-03-01"] * 2
    word = late | {"note": " Un frère est bienvenu. "}
    said = await program.put(here, json=word, headers={"idempotency-key": "n"})
    kept = await program.put(here, json=late, headers={"idempotency-key": "o"})
    assert [one.json()["note"] for one in (*answers, said, kept)] == [
        *("", "", "Un frère est bienvenu.", "Un frère est bienvenu.")
    ]
    assert (await program.put(f"{here}2", json=late, headers=key)).status_code == 404
    with town.here():
        lines = await JournalLine.select(JournalLine.side, JournalLine.facts).where(
            (JournalLine.act == "assmat.availability") & (JournalLine.side == "api")
        )
        row = await Place.objects().get(Place.childminder == who["Claire"])
    assert len(lines) == 3 and all('"token"' in line["facts"] for line in lines)
    assert (row.state, f"{row.opens}") == ("later", "2027-03-01")
    assert (await communes.beta.visitor().get("/assmat/donnees.csv")).text.count("\n") == 1
    sent = [await visitor.get("/assmat/donnees.csv") for _ in range(20)]
    assert sent[-1].status_code == 429
