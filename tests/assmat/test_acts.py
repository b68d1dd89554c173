"""What a program does of the directory for somebody: the rules of the pages, once, and told."""

from typing import Any

import httpx
import pytest
from tests.assmat.builders import NADIA, a_meeting, registered, says, with_a_relais

from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.tokens import a_program
from ribambelle.workflow.tables import JournalLine
from ribambelle_assmat import meeting, refreshing
from ribambelle_assmat.tables import Care, Childminder, Event, SavedSearch

ROSA = NADIA.replace("4401;Benali;Nadia", "4404;Ortega;Rosa").replace("71880;Alpha", "44400;Rezé")
ROOT = "/api/v1/assmat"
LETTER = {
    **{"name": "Anne Payet", "email": "anne@example.test"},
    "words": "Zoé a huit mois, du lundi au jeudi à partir de mars.",
}
CARE = {
    **{"given_name": "Zoé", "born_on": "2026-03-14", "guardian": "Anne Payet"},
    **{"began_on": "2026-12-01", "planning": "regular", "moments": ["mon-morning"]},
}
MEETING = {
    **{"title": "Éveil musical", "place": "Salle des fêtes", "day": "2026-12-04"},
    **{"begins": 570, "ends": 660, "places": 8},
}


async def sent(
    program: httpx.AsyncClient, method: str, path: str, told: Any = None, key: str = "k"
) -> httpx.Response:
    body = {} if told is None else {"json": told}
    return await program.request(method, f"{ROOT}/{path}", headers={"Idempotency-Key": key}, **body)


async def rosa(town: Town, *consents: str) -> int:
    with town.here():
        number = (await registered(ROSA))["Rosa"]
        await says(number, *consents)
        return number


async def test_a_letter_reaches_her_once_and_her_address_nobody(communes: Communes) -> None:
    town = communes.alpha
    number = await rosa(town)
    program = await a_program(town, "assmat:contact")
    path = f"childminders/{number}/letters"
    assert (await sent(program, "POST", path, LETTER, "closed")).status_code == 404
    with town.here():
        await says(number, "form")

    answers = [await sent(program, "POST", path, LETTER) for _ in range(2)]
    refused = await sent(program, "POST", path, LETTER | {"email": "anne"}, "other")
    nobody = await sent(program, "POST", "childminders/99/letters", LETTER, "nobody")
    await town.work()

    assert [one.status_code for one in answers] == [200, 200]
    assert "nadia@example.test" not in answers[0].text
    assert len(await town.mail("nadia@example.test")) == 1
    assert refused.json()["errors"][0]["pointer"] == "/email"
    assert nobody.status_code == 404
    for rank in range(12):
        last = await sent(program, "POST", path, LETTER, f"many-{rank}")
    assert last.status_code == 429


async def test_a_search_is_watched_once_its_address_says_so(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:contact")
    asked = {"email": "anne@example.test", "search": "ou=71880&jours=mon"}

    answer = await sent(program, "POST", "searches", asked)
    await town.work()

    assert answer.status_code == 200
    with town.here():
        (row,) = await SavedSearch.objects()
        assert row.confirmed_at is None
    assert "/assmat/alertes/" in (await town.mail("anne@example.test"))[0].text


async def test_a_page_is_hidden_with_its_reason_and_shown_again(communes: Communes) -> None:
    town = communes.alpha
    number = await rosa(town)
    program, path = await a_program(town, "assmat:decide"), f"childminders/{number}/listing"

    silent = await sent(program, "PUT", path, {"state": "hidden"}, "1")
    hidden = await sent(program, "PUT", path, {"state": "hidden", "why": "Examen."}, "2")
    with town.here():
        row = await Childminder.objects().get(Childminder.id == number)
        assert row and (row.is_hidden, row.hidden_why) == (True, "Examen.")
    shown = await sent(program, "PUT", path, {"state": "shown"}, "3")
    validated = await sent(program, "PUT", path, {"state": "validated"}, "4")

    assert silent.json()["errors"][0]["pointer"] == "/why"
    assert [one.status_code for one in (hidden, shown, validated)] == [200, 200, 200]
    with town.here():
        row = await Childminder.objects().get(Childminder.id == number)
        assert row and not row.is_hidden
        acts = {line["act"] for line in await JournalLine.select(JournalLine.act)}
    assert {"assmat.hidden", "assmat.shown", "assmat.validated"} <= acts


async def test_a_care_is_declared_and_ended_with_its_receipts(communes: Communes) -> None:
    town = communes.alpha
    number = await rosa(town)
    program, path = await a_program(town, "assmat:declare"), f"childminders/{number}/cares"

    begun = [await sent(program, "POST", path, CARE, key) for key in ("1", "1", "2")]
    wrong = await sent(program, "POST", path, CARE | {"moments": [], "born_on": "2030-01-01"}, "3")
    with town.here():
        (care,) = await Care.objects()
    early = await sent(program, "PUT", f"{path}/{care.id}/end", {"ended_on": "2026-01-01"}, "4")
    ended = await sent(program, "PUT", f"{path}/{care.id}/end", {"ended_on": "2026-12-18"}, "5")
    twice = await sent(program, "PUT", f"{path}/{care.id}/end", {"ended_on": "2026-12-19"}, "6")
    other = await sent(
        program, "PUT", f"childminders/99/cares/{care.id}/end", {"ended_on": "2026-12-18"}, "7"
    )
    await town.work()

    assert len({one.json()["statement"] for one in begun}) == 1
    pointers = {one["pointer"] for one in wrong.json()["errors"]}
    assert pointers == {"/born_on", "/began_on", "/moments"}
    assert [one.status_code for one in (early, ended, twice, other)] == [422, 200, 422, 404]
    assert ended.json()["number"] in str(
        [one.text for one in await town.mail("nadia@example.test")]
    )


async def test_a_meeting_is_announced_and_called_off(communes: Communes) -> None:
    town = communes.alpha
    with_a_relais(town)
    number = await rosa(town)
    program = await a_program(town, "assmat:announce")

    made = await sent(program, "POST", "relais/1/meetings", MEETING, "1")
    past = await sent(program, "POST", "relais/1/meetings", MEETING | {"day": "2020-01-01"}, "2")
    nowhere = await sent(program, "POST", "relais/9/meetings", MEETING, "3")
    event = made.json()["meeting"]
    with town.here():
        await meeting.register(event, [1], number, refreshing.HERSELF)
    off = [await sent(program, "DELETE", f"relais/1/meetings/{event}", None, k) for k in "45"]

    assert (past.status_code, nowhere.status_code) == (422, 404)
    assert [one.json()["told"] for one in off] == [1, 0]
    with town.here():
        assert [row.cancelled_at is not None for row in await Event.objects()] == [True]


async def test_the_registers_say_what_they_changed(communes: Communes) -> None:
    town = communes.alpha
    await rosa(town)
    program = await a_program(town, "assmat:pmi")

    (last,) = (await program.get(f"{ROOT}/registers")).json()["data"]

    assert last["is_done"]
    assert last["counts"]["new"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "childminders/1/letters"),
        ("POST", "searches"),
        ("PUT", "childminders/1/listing"),
        ("POST", "childminders/1/cares"),
        ("PUT", "childminders/1/cares/1/end"),
        ("POST", "relais/1/meetings"),
        ("DELETE", "relais/1/meetings/1"),
    ],
)
@pytest.mark.parametrize("database_server", [""])
async def test_a_program_that_only_reads_changes_nothing(
    communes: Communes, method: str, path: str
) -> None:
    with_a_relais(communes.alpha)
    await rosa(communes.alpha)
    with communes.alpha.here():
        await a_meeting()
    reader = await a_program(communes.alpha, "assmat:read")

    assert (await sent(reader, method, path, {})).status_code == 403
