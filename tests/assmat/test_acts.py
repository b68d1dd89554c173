"""What a program does of the directory for somebody: the rules of the pages, once, and told."""

from base64 import b64decode, b64encode
from typing import Any

import httpx
import pytest
from tests.assmat.builders import (
    CLAIRE,
    MARIE,
    NADIA,
    a_meeting,
    registered,
    says,
    with_a_relais,
)
from tests.core.documents.papers import a_pdf, a_photo

from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.tokens import a_program
from ribambelle.workflow.tables import JournalLine
from ribambelle_assmat import meeting, refreshing
from ribambelle_assmat.tables import (
    Attendance,
    Care,
    Childminder,
    Event,
    Photo,
    SavedSearch,
    Statement,
)

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
    far = await sent(program, "PUT", f"{path}/{care.id}/end", {"ended_on": "2999-01-01"}, "far")
    assert far.status_code == 422
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


async def test_a_care_is_corrected_then_cancelled_with_what_it_was(communes: Communes) -> None:
    town = communes.alpha
    number = await rosa(town)
    program, path = await a_program(town, "assmat:declare"), f"childminders/{number}/cares"
    await sent(program, "POST", path, CARE, "begun")
    with town.here():
        (care,) = await Care.objects()
    right, one = CARE | {"given_name": "Zoé-Lou"}, f"{path}/{care.id}"

    same = await sent(program, "PUT", one, CARE, "1")
    goes_on = await sent(program, "PUT", one, right | {"ended_on": "2026-12-18"}, "2")
    corrected = [await sent(program, "PUT", one, right, "3") for _ in range(2)]
    await sent(program, "PUT", f"{one}/end", {"ended_on": "2026-12-18"}, "4")
    far = await sent(program, "PUT", one, right | {"ended_on": "2999-01-01"}, "5")
    other = await sent(program, "DELETE", f"childminders/99/cares/{care.id}", key="6")
    cancelled = [await sent(program, "DELETE", one, key=key) for key in ("7", "7", "8")]

    assert [answer.status_code for answer in (same, goes_on, far, other)] == [422, 422, 422, 404]
    assert [one.json()["errors"][0].get("pointer", "") for one in (same, goes_on, far)] == [
        *("", "/ended_on", "/ended_on")
    ]
    assert [one.status_code for one in cancelled] == [200, 200, 404]
    with town.here():
        rows = await Statement.objects().order_by(Statement.id)
        (care,) = await Care.objects()
    assert [row.kind for row in rows] == ["start", "correct", "end", "cancel"]
    assert corrected[0].json()["statement"] == corrected[1].json()["statement"] == rows[1].id
    assert "Zoé, naissance" in rows[1].words
    assert (care.given_name, care.cancelled_at is not None) == ("Zoé-Lou", True)


async def test_the_pmi_is_told_what_changes(communes: Communes) -> None:
    town = communes.alpha
    number = await rosa(town)
    program, path = await a_program(town, "assmat:declare"), f"childminders/{number}/statements"
    move = {"kind": "move", "day": "2027-01-04", "words": "4 rue du Lavoir."}

    told = [await sent(program, "POST", path, move, "1") for _ in range(2)]
    error = await sent(program, "POST", path, {"kind": "error", "words": "Quatre enfants."}, "2")
    silent = await sent(program, "POST", path, move | {"words": "   "}, "3")
    child = await sent(program, "POST", path, move | {"kind": "start"}, "4")
    void = await sent(program, "POST", path, move | {"words": "4 rue\0."}, "6")
    nobody = await sent(program, "POST", "childminders/99/statements", move, "5")
    await town.work()

    assert [one.status_code for one in (*told, error)] == [200] * 3
    assert [one.json()["errors"][0]["pointer"] for one in (silent, child)] == ["/words", "/kind"]
    assert nobody.status_code == 404
    # no letter: PostgreSQL keeps none, and would answer that the portal failed
    assert (void.status_code, void.json()["errors"][0]["pointer"]) == (422, "/words")
    with town.here() as tenant:
        rows = await Statement.objects().order_by(Statement.id)
        assert [(row.kind, f"{row.day}") for row in rows] == [
            *(("move", "2027-01-04"), ("error", f"{tenant.now().date()}"))
        ]
    assert error.json()["number"] in str(
        [one.text for one in await town.mail("nadia@example.test")]
    )


async def test_her_page_is_read_and_written_whole(communes: Communes) -> None:
    town = communes.alpha
    number = await rosa(town, "mobile", "form")
    program, path = await a_program(town, "assmat:profile"), f"childminders/{number}/profile"

    before = (await program.get(f"{ROOT}/{path}")).json()
    profile = before["profile"] | {"consents": ["listed", "email"], "languages": ["ar"]}
    answers = [await sent(program, "PUT", path, profile, "1") for _ in range(2)]
    wrong = profile | {"consents": ["listed", "phone"], "phone": " ", "email": "nadia"}
    refused = await sent(program, "PUT", path, wrong, "2")
    unknown = await sent(program, "PUT", path, profile | {"cares": ["part_time", "moon"]}, "3")
    partial = await sent(program, "PUT", path, {"consents": [], "cares": []}, "4")
    nobody = await sent(program, "PUT", "childminders/99/profile", profile, "5")
    reader = await a_program(town, "assmat:read")
    public = (await reader.get(f"{ROOT}/childminders/{number}")).json()

    assert set(before["profile"]["consents"]) == {"form", "listed", "mobile"}
    assert answers[1].json() == answers[0].json() == (await program.get(f"{ROOT}/{path}")).json()
    assert set(answers[0].json()["agreed_on"]) == {"email", "listed"}
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/phone", "/email"}
    assert unknown.json()["errors"][0]["pointer"] == "/cares/1"
    assert "/words" in {one["pointer"] for one in partial.json()["errors"]}
    assert nobody.status_code == 404
    # the consent taken back closes her mobile at once; what is said without being agreed stays hers
    assert "nadia@example.test" in str(public)
    assert "0699000001" not in str(public).replace(" ", "")
    assert "arabe" not in str(public).lower()
    with town.here():
        read = await JournalLine.count().where(JournalLine.act == "assmat.list_taken")
    assert read == 2


async def test_her_own_tool_sends_the_picture_of_her_room_by_the_same_checks(
    communes: Communes,
) -> None:
    """Drawn again, shown if she agrees, never open data; what is no picture changes nothing."""
    town = communes.alpha
    number = await rosa(town, "mobile")
    path, room = f"childminders/{number}/photo", b64encode(a_photo()).decode()
    program, reader = await a_program(town, "assmat:profile"), await a_program(town, "assmat:read")
    other = await a_program(communes.beta, "assmat:profile")

    async def photo() -> Any:
        return (await reader.get(f"{ROOT}/childminders/{number}")).json()["photo"]

    first = [await sent(program, "PUT", path, {"content": room}, "1") for _ in range(2)]
    hidden = await photo()
    with town.here():
        kept = await Photo.select(Photo.code, Photo.content)
        await says(number, "photo")
    told, address = (await program.get(f"{ROOT}/{path}")).json(), await photo()
    refused = {
        key: await sent(program, "PUT", path, {"content": content}, key)
        for key, content in (
            ("not base64", "zz!"),
            ("a page", b64encode(b"<html>").decode()),
            ("a paper", b64encode(a_pdf()).decode()),
            ("nothing", ""),
            ("too large", b64encode(bytes(13_000_000)).decode()),
        )
    }
    with town.here():
        still = await Photo.select(Photo.code, Photo.content)
    seen = await town.visitor().get(address)
    data = (await town.visitor().get("/assmat/donnees.geojson")).text
    away = {
        "nobody": await sent(program, "PUT", "childminders/99/photo", {"content": room}, "8"),
        "elsewhere": await sent(other, "PUT", path, {"content": room}, "9"),
        "reader": await sent(reader, "PUT", path, {"content": room}, "10"),
    }
    gone = [await sent(program, "DELETE", path, key=key) for key in ("11", "12")]

    assert [one.status_code for one in first] == [200, 200]
    assert first[1].headers["idempotency-replayed"] == "true"
    assert first[0].json() == {
        **{"childminder": number, "is_kept": True, "is_shown": False},
        "address": "",
    }
    assert hidden == "" and len(kept) == 1 and kept == still
    drawn = b64decode(kept[0]["content"])
    assert drawn.startswith(b"\xff\xd8") and b"Exif" not in drawn
    assert (told["is_shown"], told["address"]) == (True, address)
    assert seen.content == drawn
    assert kept[0]["code"] not in data and "photo" not in data
    assert {key: one.status_code for key, one in refused.items()} == {
        **dict.fromkeys(("not base64", "a page", "a paper", "nothing"), 422),
        "too large": 413,
    }
    assert "pas un PDF" in refused["a paper"].text and "base64" in refused["not base64"].text
    assert {key: one.status_code for key, one in away.items()} == {
        **{"nobody": 404, "elsewhere": 404, "reader": 403},
    }
    assert [one.json()["is_kept"] for one in gone] == [False, False]
    assert (await town.visitor().get(address)).status_code == 404 and await photo() == ""


async def test_a_childminder_comes_to_a_meeting_or_leaves_it(communes: Communes) -> None:
    town = communes.alpha
    with_a_relais(town)
    with town.here():
        who = await registered(NADIA, MARIE)
        event = await a_meeting(places=1)
    program = await a_program(town, "assmat:profile")
    mine, hers = (f"childminders/{who[name]}/meetings/{event}" for name in ("Nadia", "Marie-Lou"))

    taken = [await sent(program, "PUT", mine, key=key) for key in ("1", "1", "2")]
    full = await sent(program, "PUT", hers, key="3")
    left = [await sent(program, "DELETE", mine, key=key) for key in ("4", "5")]
    free = await sent(program, "PUT", hers, key="6")
    nowhere = await sent(program, "PUT", f"childminders/{who['Nadia']}/meetings/99", key="7")

    assert [one.status_code for one in (*taken, *left, free)] == [200] * 6
    assert (full.status_code, nowhere.status_code) == (422, 404)
    assert "Complet" in full.text
    with town.here():
        rows = await Attendance.select(Attendance.childminder)
    assert [row["childminder"] for row in rows] == [who["Marie-Lou"]]


async def test_the_caf_receives_those_who_agree_and_nobody_else(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        who = await registered(NADIA, CLAIRE, MARIE)
        await says(who["Nadia"], "caf")
        await says(who["Claire"])
    program = await a_program(town, "assmat:caf")

    (row,) = (await program.get(f"{ROOT}/caf")).json()["data"]
    with town.here():
        await says(who["Nadia"])
    after = (await program.get(f"{ROOT}/caf")).json()["data"]

    assert (row["number"], row["mobile"], row["children"]) == ("4401", "06 99 00 00 01", 4)
    assert after == []
    with town.here():
        lines = await JournalLine.select(JournalLine.object).where(
            JournalLine.act == "assmat.list_taken"
        )
    assert [line["object"] for line in lines] == ["assmat.caf"] * 2


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
        ("PUT", "childminders/1/cares/1"),
        ("DELETE", "childminders/1/cares/1"),
        ("POST", "childminders/1/statements"),
        ("GET", "childminders/1/profile"),
        ("PUT", "childminders/1/profile"),
        ("PUT", "childminders/1/meetings/1"),
        ("DELETE", "childminders/1/meetings/1"),
        ("GET", "caf"),
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
