"""The register of the département, sent by its program: the import of the desk, once, and told."""

from typing import Any

import httpx
import pytest
from tests.assmat.builders import ELSEWHERE, MARIE, NADIA, registered, says

from ribambelle.api import writing
from ribambelle.identity import Grant
from ribambelle.testing.communes import Communes, Town
from ribambelle.testing.tokens import a_program
from ribambelle.workflow.tables import JournalLine
from ribambelle_assmat import registering
from ribambelle_assmat.api import registers
from ribambelle_assmat.api.registers import Row
from ribambelle_assmat.domain.register import COLUMNS
from ribambelle_assmat.tables import Childminder, Declared, RegisterFile

PATH = "/api/v1/assmat/registers"
FIRST = {
    **{"number": "4401", "family_name": "Benali", "given_name": "Nadia", "civility": "Mme"},
    **{"first": "2024-05-01", "last": "2029-04-30", "line": "3 rue du Lavoir", "children": 4},
    **{"postcode": "71880", "city": "Alpha", "latitude": 46.8021, "longitude": 4.8355},
    **{"from_months": 0, "to_months": 72, "quartier": "Centre"},
}
SECOND = FIRST | {"number": "4403", "family_name": "Payet", "given_name": "Marie-Lou"}


async def sent(
    program: httpx.AsyncClient, *rows: dict[str, Any], key: str = "k", dry_run: bool = False
) -> httpx.Response:
    told = {"rows": rows, "dry_run": dry_run}
    return await program.post(PATH, json=told, headers={"Idempotency-Key": key})


async def known(town: Town) -> list[tuple[str, str, bool]]:
    """Who is in the register, where she stands, and whether she left it."""
    with town.here():
        rows = await Childminder.objects().order_by(Childminder.number)
    return [(row.given_name, row.status, row.gone_at is not None) for row in rows]


async def files(town: Town) -> int:
    with town.here():
        return await RegisterFile.count()


def test_a_row_has_the_columns_of_the_file_and_no_other() -> None:
    assert Row.__struct_fields__ == tuple(one.code for one in COLUMNS)


async def test_a_dry_run_says_what_would_change_and_writes_nothing(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register")

    answer = await sent(program, FIRST, SECOND | {"last": "hier"}, dry_run=True)
    again = await sent(program, FIRST, SECOND | {"last": "hier"}, dry_run=True)

    told = answer.json()
    assert (answer.status_code, told["outcome"], told["id"]) == (200, "dry_run", None)
    assert told["counts"] == {"new": 1, "changed": 0, "same": 0, "gone": 0, "refused": 1}
    (refused,) = told["refused"]
    assert refused["pointer"] == "/rows/1"
    assert "« hier » n’est pas une date" in refused["detail"]
    # half of the rows are refused: said before anything waits for the PMI
    assert told["stopped"] == "refused"
    assert again.headers["idempotency-replayed"] == "true"
    assert (await known(town), await files(town)) == ([], 0)


async def test_a_register_is_brought_in_and_what_she_said_stays(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        number = (await registered(NADIA, MARIE))["Nadia"]
        await says(number, "mobile", words="Un jardin clos")
    program = await a_program(town, "assmat:register")
    reader = await a_program(town, "assmat:read")

    here = await reader.get(f"/api/v1/assmat/childminders/{number}")
    answer = await sent(program, FIRST | {"status": "Suspendue"}, SECOND)
    gone = await reader.get(f"/api/v1/assmat/childminders/{number}")

    told = answer.json()
    assert (answer.status_code, told["outcome"], told["stopped"]) == (200, "imported", "")
    assert (told["counts"]["changed"], told["counts"]["new"], told["counts"]["gone"]) == (2, 0, 0)
    # a suspension holds at once, and takes nothing of hers
    assert (here.status_code, gone.status_code) == (200, 404)
    assert await known(town) == [("Nadia", "suspended", False), ("Marie-Lou", "active", False)]
    with town.here():
        row = await Declared.objects().get(Declared.childminder == number)
        assert row and (row.words, row.mobile) == ("Un jardin clos", "06 99 00 00 01")
        line = await JournalLine.objects().get(
            (JournalLine.act == "assmat.register_imported")
            & (JournalLine.object == f"assmat.register:{told['id']}")
        )
    assert line
    assert '"token":' in line.facts


@pytest.mark.parametrize(
    ("words", "status"), [("Retrait", "withdrawn"), ("Expiré", "expired"), ("", "active")]
)
async def test_where_an_accreditation_stands_is_known_the_same_day(
    communes: Communes, words: str, status: str
) -> None:
    town = communes.alpha
    with town.here():
        number = (await registered(NADIA))["Nadia"]
        await says(number)
    program, reader = await a_program(town, "assmat:register"), await a_program(town, "assmat:read")

    await sent(program, FIRST | {"status": words})
    shown = await reader.get(f"/api/v1/assmat/childminders/{number}")

    assert await known(town) == [("Nadia", status, False)]
    assert shown.status_code == (200 if status == "active" else 404)


async def test_sent_again_with_its_key_it_is_brought_in_once(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register")

    answers = [await sent(program, FIRST) for _ in range(2)]
    other = await sent(program, FIRST, SECOND)

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert other.json()["code"] == "idempotency_key_reused"
    assert await files(town) == 1


async def test_without_its_kept_answer_it_would_be_brought_in_twice(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without what `once` keeps, the check above turns red."""
    town = communes.alpha
    program = await a_program(town, "assmat:register")

    async def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(writing, "_kept", nothing)
    monkeypatch.setattr(writing, "_write", nothing)
    answers = [await sent(program, FIRST) for _ in range(2)]

    assert answers[0].json() != answers[1].json()
    assert await files(town) == 2


async def test_a_register_cut_short_waits_for_somebody(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await registered(NADIA, MARIE, ELSEWHERE)
    program = await a_program(town, "assmat:register")
    sophie = await town.staff(Grant("pmi"))

    told = (await sent(program, FIRST | {"last": "2034-04-30"})).json()
    desk = await sophie.get("/bureau/assmat/suivi")
    look = await sophie.get(f"/bureau/assmat/registre/{told['id']}")

    assert (told["outcome"], told["stopped"], told["counts"]["gone"]) == ("waiting", "gone", 2)
    assert "tronqué" in told["detail"]
    assert [row[2] for row in await known(town)] == [False] * 3
    assert "Le dernier registre reçu n’est pas importé" in desk.text
    assert "envoyé par un logiciel" in look.text
    assert "Quelle colonne contient quoi" not in look.text
    brought = await sophie.post(f"/bureau/assmat/registre/{told['id']}/importer")
    assert brought.status_code == 303
    assert sum(row[2] for row in await known(town)) == 2


async def test_its_columns_are_not_those_of_the_next_file(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register")

    with town.here() as tenant:
        content = "N° dossier PMI;Nom;Prénom\n4401;Benali;Nadia\n".encode()
        told = {"number": "n dossier pmi"}
        first = await registering.keep(content, tenant.now(), by=1)
        await registering.map_columns(first, told, by=1)
    await sent(program, FIRST)

    with town.here() as tenant:
        second = await registering.seen(await registering.keep(content, tenant.now(), by=1))
    assert second.mapping["number"] == 0


async def test_what_is_not_a_register_is_refused_and_changes_nothing(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register")

    empty = await sent(program, key="1")
    typo = await sent(program, FIRST, FIRST | {"latitud": 46.8}, key="2")
    broken = await sent(program, FIRST | {"city": "Al\0pha"}, key="3")
    list_of = await sent(program, FIRST | {"children": [4]}, key="4")
    unnamed = await program.post(PATH, json={"rows": [FIRST]})

    assert [one.status_code for one in (empty, typo, broken, list_of)] == [422] * 4
    assert [one.json()["errors"][0]["pointer"] for one in (empty, typo, broken, list_of)] == [
        *("/rows", "/rows/1/latitud", "/rows/0/city", "/rows/0/children")
    ]
    assert unnamed.json()["code"] == "idempotency_key_missing"
    assert (await known(town), await files(town)) == ([], 0)


async def test_a_departement_fits_in_one_request_and_no_more(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register")
    rows = [FIRST | {"number": f"44{rank:05}"} for rank in range(1_500)]

    answer = await sent(program, *rows, key="1")
    monkeypatch.setattr(registers, "LARGEST", 300_000)
    long = await sent(program, *rows, key="2")

    assert (answer.status_code, answer.json()["counts"]["new"]) == (200, 1_500)
    assert (long.status_code, long.json()["code"]) == (413, "too_large")
    assert "300 000 octets" in long.json()["detail"].replace("\u202f", " ")


async def test_twenty_registers_an_hour_and_no_more(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register")

    answers = [await sent(program, FIRST, key=f"{rank}", dry_run=True) for rank in range(21)]

    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 60


async def test_the_program_of_another_commune_or_desk_sends_nothing(communes: Communes) -> None:
    town = communes.alpha
    beta = await a_program(communes.beta, "assmat:register")
    here = town.visitor()
    here.headers["authorization"] = beta.headers["authorization"]
    others = [
        await a_program(town, scope) for scope in ("assmat:pmi", "assmat:decide", "assmat:write")
    ]

    foreign = await sent(here, FIRST)
    refused = [await sent(one, FIRST) for one in others]

    assert foreign.status_code == 401
    assert [one.status_code for one in refused] == [403] * 3
    assert await known(town) == []


async def test_the_registers_that_nobody_brought_in_are_still_told(communes: Communes) -> None:
    town = communes.alpha
    program = await a_program(town, "assmat:register", "assmat:pmi")
    with town.here() as tenant:
        row = RegisterFile(created_at=tenant.now(), source="night", stopped="unreadable")
        await RegisterFile.insert(row)
    await sent(program, FIRST)

    answer = await program.get(PATH)

    assert [(one["source"], one["stopped"]) for one in answer.json()["data"]] == [
        *(("api", ""), ("night", "unreadable"))
    ]
