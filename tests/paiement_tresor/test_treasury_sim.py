"""The simulator answers as the treasury was heard to, and says SIM- wherever it invents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import typer
from tests.paiement_tresor.asking import NOBODY, a_request, an_idop, asking
from tests.paiement_tresor.commune import Listening, listening
from typer.testing import CliRunner

from ribambelle_cli.main import add_programs, application
from ribambelle_paiement_tresor.payfip import PayfipFunctional
from ribambelle_paiement_tresor.payfip.envelope import call
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury
from ribambelle_treasury_sim.application import application as simulator
from ribambelle_treasury_sim.treasury import Setup

ROOT = Path(__file__).parents[2]
XML = "text/xml; charset=utf-8"
PAGE = "/tpa/paiementws.web"
FORM = "/tpa/paiement.web"
GOOD = {
    "exer": "2026",
    "mel": "lea@example.org",
    "montant": "4820",
    "numcli": "090909",
    "objet": "Cantine",
    "refdet": "F20260000034501",
    "saisie": "T",
    "urlnotif": f"{NOBODY}/avis",
    "urlredirect": f"{NOBODY}/retour",
}


@pytest.fixture
def commune() -> Iterator[Listening]:
    with listening() as commune:
        yield commune


def told(treasury: SimulatedTreasury, operation: str, **fields: str) -> httpx.Response:
    body = call(operation, fields)
    return treasury.http.post(
        "/tpa/services/securite", content=body.encode(), headers={"Content-Type": XML}
    )


def shown(treasury: SimulatedTreasury, idop: str) -> int:
    return treasury.http.get(PAGE, params={"idop": idop}).status_code


async def code(treasury: SimulatedTreasury, idop: str) -> str:
    """What the treasury says of a payment: its letter, or why there is none."""
    try:
        return (await asking(treasury).result(idop)).letter
    except PayfipFunctional as refused:
        return refused.code


# -- the web service --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"refdet": "ABCD"}, "R3", "Le format du paramètre REFDET n'est pas conforme"),
        ({"refdet": "A" * 31}, "R3", "REFDET"),
        ({"refdet": "F2026-000345"}, "R3", "REFDET"),
        ({"mel": "lea"}, "A2", "Adresse électronique incorrecte."),
        ({"mel": "l" * 69 + "@example.org"}, "A2", "Adresse"),
        ({"mel": "lea", "montant": "0"}, "A2", "Adresse"),
        ({"montant": "99"}, "SIM-MONTANT", "SIM"),
        ({"montant": "10000000"}, "SIM-MONTANT", "SIM"),
        ({"montant": "48.20"}, "SIM-MONTANT", "SIM"),
        ({"exer": "26"}, "SIM-EXER", "SIM"),
        ({"objet": "Été"}, "SIM-OBJET", "SIM"),
        ({"numcli": "90909"}, "SIM-NUMCLI", "SIM"),
        ({"saisie": "A"}, "SIM-SAISIE", "SIM"),
        ({"urlnotif": "/avis"}, "SIM-URLNOTIF", "SIM"),
        ({"urlredirect": "https://a.fr/" + "b" * 250}, "SIM-URLREDIRECT", "SIM"),
    ],
)
def test_a_field_that_is_not_to_the_letter_is_refused(
    treasury: SimulatedTreasury, wrong: dict[str, str], code: str, words: str
) -> None:
    answered = told(treasury, "creerPaiementSecurise", **(GOOD | wrong))

    assert (answered.status_code, f"<code>{code}</code>" in answered.text) == (500, True)
    assert words in answered.text
    assert "exceptions.FonctionnelleErreur</faultstring>" in answered.text
    assert treasury.operations() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<arg0>", '<arg0 xmlns="urn:x">'), "SIM-NUMCLI"),
        (("creerPaiementSecurise", "creerpaiementsecurise"), "SIM-PROTOCOLE"),
        (("<e:Body>", "<e:Body><!-- -->"), ""),
        (("<e:Envelope", "<!DOCTYPE a><e:Envelope"), "SIM-PROTOCOLE"),
        (("</e:Envelope>", ""), "SIM-PROTOCOLE"),
    ],
)
def test_a_call_is_read_to_the_letter(
    treasury: SimulatedTreasury, change: tuple[str, str], code: str
) -> None:
    body = call("creerPaiementSecurise", GOOD).replace(*change).encode()
    headers = {"Content-Type": XML, "SOAPAction": '""'}

    answered = treasury.http.post("/tpa/services/securite", content=body, headers=headers)

    assert f"<code>{code}</code>" in answered.text if code else answered.status_code == 200
    assert treasury.requests()[0]["body"] == body.decode()
    headers["Content-Type"] = "application/soap+xml"
    wrong = treasury.http.post("/tpa/services/securite", content=body, headers=headers)
    assert (wrong.status_code, "TechProtocolaireErreur" in wrong.text) == (500, True)


@pytest.mark.parametrize("tag", ["idop", "IDOP", "idOP"])
async def test_s28_a_tag_in_another_case_is_a_payment_nobody_knows(
    treasury: SimulatedTreasury, tag: str
) -> None:
    idop = await an_idop(treasury)

    answered = told(treasury, "recupererDetailPaiementSecurise", **{tag: idop})

    assert "<code>P1</code>" in answered.text
    assert "IdOp incorrect." in answered.text
    assert await code(treasury, idop) == "P5"


@pytest.mark.parametrize("path", ["creer", "form"])
async def test_production_is_refused_unless_the_simulator_was_started_for_it(path: str) -> None:
    for allowed in (False, True):
        app = simulator(Setup(allow_w=allowed))
        here = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=here, base_url="http://127.0.0.1") as http:
            if path == "creer":
                body = call("creerPaiementSecurise", GOOD | {"saisie": "W"}).encode()
                answered = await http.post(
                    "/tpa/services/securite", content=body, headers={"Content-Type": XML}
                )
            else:
                answered = await http.get(FORM, params=GOOD | {"saisie": "A"})
        assert ("SIM-SAISIE" in answered.text) is not allowed


async def test_the_same_seed_gives_the_same_numbers(treasury: SimulatedTreasury) -> None:
    first = [await an_idop(treasury) for _ in range(2)]
    treasury.reset()
    again = [await an_idop(treasury) for _ in range(2)]
    treasury.reset(seed=7)

    assert first == again
    assert await an_idop(treasury) not in first


# -- time -------------------------------------------------------------------------------------


async def test_s07_a_payment_opens_for_fifteen_minutes_and_is_forgotten_in_the_night(
    treasury: SimulatedTreasury,
) -> None:
    idop = await an_idop(treasury)
    treasury.advance(minutes=14, seconds=59)
    assert shown(treasury, idop) == 200
    treasury.advance(seconds=1)
    assert shown(treasury, idop) == 410
    assert treasury.family(idop, "card").status_code == 410

    treasury.advance(to="2026-11-26T02:59:59")
    assert await code(treasury, idop) == "P5"
    treasury.advance(seconds=1)
    assert await code(treasury, idop) == "P1"
    assert shown(treasury, idop) == 404


async def test_a_result_is_kept_for_a_year(treasury: SimulatedTreasury) -> None:
    idop = await an_idop(treasury)
    treasury.family(idop, "refuse_card")

    treasury.advance(days=364)
    assert await code(treasury, idop) == "R"
    treasury.advance(days=1)
    assert await code(treasury, idop) == "P1"


async def test_s06_s08_abandoned_then_paid_and_read_late(treasury: SimulatedTreasury) -> None:
    idop = await an_idop(treasury)
    treasury.family(idop, "abandon")
    assert (await code(treasury, idop), shown(treasury, idop)) == ("A", 200)

    treasury.advance(minutes=14, seconds=59)
    treasury.will("late_result", minutes=25)
    treasury.family(idop, "card")

    assert (await code(treasury, idop), shown(treasury, idop)) == ("P5", 409)
    treasury.advance(minutes=25)
    assert await code(treasury, idop) == "P"


async def test_a_page_that_gave_a_result_gives_no_other(treasury: SimulatedTreasury) -> None:
    idop = await an_idop(treasury)
    assert "SIMULATEUR – aucun argent" in treasury.http.get(PAGE, params={"idop": idop}).text
    assert treasury.family(idop, "close").status_code == 200
    treasury.family(idop, "card")

    assert treasury.family(idop, "refuse_card").status_code == 409
    assert await code(treasury, idop) == "P"


# -- notifications ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("where", ["body", "query"])
@pytest.mark.parametrize("name", ["idop", "idOp"])
async def test_s13_a_notification_comes_in_every_shape_it_was_seen_in(
    treasury: SimulatedTreasury, commune: Listening, method: str, where: str, name: str
) -> None:
    idop = await an_idop(treasury, notify_url=f"{commune.address}?town=1")

    (sent,) = treasury.notify(idop, method=method, where=where, name=name, extra={"x": "y"})

    ((came, query, body),) = commune.came
    there = query if where == "query" or method == "GET" else body
    assert (sent["status"], came) == (200, method)
    assert parse_qs(there)[name] == [idop]
    assert parse_qs(there)["x"] == ["y"]
    assert "town=1" in query
    assert await code(treasury, idop) == "P5"


async def test_s09_s11_s12_notifications_are_lost_late_first_or_many(
    treasury: SimulatedTreasury, commune: Listening
) -> None:
    idops = [await an_idop(treasury, notify_url=commune.address) for _ in range(5)]
    lost, late, first, many, plain = idops
    treasury.will("lost", idop=lost)
    treasury.will("delayed", idop=late, minutes=30)
    treasury.will("first", idop=first)
    treasury.will("duplicated", idop=many, copies=20)

    treasury.family(lost, "card")
    treasury.family(late, "card")
    assert commune.came == []
    treasury.family(first, "card")
    assert commune.came == [("POST", "", f"idop={first}")]
    treasury.family(many, "card")
    treasury.family(plain, "abandon")
    assert sorted(commune.await_(22)[1:]) == sorted(
        [("POST", "", f"idop={many}")] * 20 + [("POST", "", f"idop={plain}")]
    )
    treasury.advance(minutes=30)
    assert commune.came[22:] == [("POST", "", f"idop={late}")]


@pytest.mark.parametrize("status", [500, 404])
async def test_a_commune_that_answers_badly_changes_nothing(
    treasury: SimulatedTreasury, commune: Listening, status: int
) -> None:
    commune.status = status
    idop = await an_idop(treasury, notify_url=commune.address)
    elsewhere = await an_idop(treasury)
    treasury.family(idop, "debit")
    commune.await_(1)

    assert treasury.notify(elsewhere)[0]["status"] == 0
    assert (await code(treasury, idop), await code(treasury, elsewhere)) == ("V", "P5")


async def test_s10_a_payment_may_be_notified_before_its_number_is_told(
    treasury: SimulatedTreasury, commune: Listening
) -> None:
    treasury.will("early")
    assert (await asking(treasury).client("090909")).numcli == "090909"

    idop = await an_idop(treasury, notify_url=commune.address)

    assert commune.came == [("POST", "", f"idop={idop}")]
    assert await code(treasury, idop) == "P"


# -- form mode --------------------------------------------------------------------------------


def test_s42_form_mode_tells_its_whole_result_unsigned(
    treasury: SimulatedTreasury, commune: Listening
) -> None:
    debt = {k: v for k, v in GOOD.items() if not k.startswith("url")} | {"urlcl": commune.address}
    page = treasury.http.get(FORM, params=debt)
    assert (page.status_code, "48,20\xa0€" in page.text) == (200, True)
    assert "48,20\xa0€" in treasury.http.post(FORM, data=debt).text
    assert treasury.http.get(FORM, params=debt | {"refdet": "A"}).status_code == 400

    treasury.http.post(FORM, data=debt | {"outcome": "card"})

    ((_, _, body),) = commune.await_(1)
    fields = {name: value for name, (value,) in parse_qs(body).items()}
    assert fields.pop("numauto")
    assert fields == {k: v for k, v in debt.items() if k != "urlcl"} | {
        "resultrans": "P",
        "dattrans": "25112026",
        "heurtrans": "0900",
    }


def test_a_family_may_type_the_debt_of_its_bill(treasury: SimulatedTreasury) -> None:
    page = treasury.http.get(FORM, params={"numcli": "090909", "saisie": "M"})
    typed = GOOD | {"saisie": "M", "outcome": "card"}

    assert 'name="refdet"' in page.text
    assert treasury.http.post(FORM, data=typed).status_code == 200
    assert [one["resultrans"] for one in treasury.operations()] == ["P"]


# -- the control ------------------------------------------------------------------------------


async def test_what_was_asked_is_kept_word_for_word(treasury: SimulatedTreasury) -> None:
    await asking(treasury).create(a_request())

    (asked,) = treasury.requests()
    assert (asked["operation"], asked["soapaction"]) == ("creerPaiementSecurise", '""')
    assert asked["fields"]["montant"] == "4820"
    assert asked["at"] == "2026-11-25T09:00:00+01:00"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_sim/faults", {"kind": "sulk"}),
        ("/_sim/clock/advance", {"to": "demain"}),
        ("/_sim/clock/advance", []),
    ],
)
def test_a_control_call_that_means_nothing_is_refused(
    treasury: SimulatedTreasury, path: str, body: Any
) -> None:
    assert treasury.http.post(path, json=body).status_code == 400


def test_the_page_for_integrators_names_everything_that_can_go_wrong_and_every_route(
    treasury: SimulatedTreasury,
) -> None:
    page = (ROOT / "docs/treasury-simulator.md").read_text()
    kinds = treasury.http.get("/_sim/faults").json()["kinds"]
    routes = {route.path for route in simulator(Setup()).routes} - {"/", "/tpa/sim.css"}

    assert [kind for kind in kinds if f"`{kind}`" not in page] == []
    assert [path for path in routes if path.partition("{")[0] not in page] == []


# -- the program ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--allow-w", "--address", "0.0.0.0"], "127.0.0.1"),
        (["--client", "12=École"], "6 chiffres"),
        (["--pes-xsd", "/nowhere"], "/nowhere/PES_V2"),
    ],
)
def test_the_program_refuses_what_would_be_dishonest_or_wrong(options: list[str], why: str) -> None:
    ran = CliRunner().invoke(application(), ["treasury-sim", *options])

    assert (ran.exit_code, why in ran.stderr) == (1, True)


def test_a_taken_port_is_told(treasury: SimulatedTreasury) -> None:
    port = treasury.address.rpartition(":")[2]

    ran = CliRunner().invoke(application(), ["treasury-sim", "--port", port])

    assert (ran.exit_code, f"port {port}" in ran.stderr) == (1, True)


class Program:
    """An entry point, as the interpreter gives them."""

    def __init__(self, name: str, loaded: Any) -> None:
        self.name, self.loaded = name, loaded

    def load(self) -> Any:
        if isinstance(self.loaded, Exception):
            raise self.loaded
        return self.loaded


def test_a_program_that_cannot_be_added_leaves_the_others() -> None:
    app = typer.Typer()
    app.command(name="serve")(lambda: None)
    programs: list[Any] = [
        Program("broken", ImportError("no module")),
        Program("good", lambda: None),
        Program("serve", lambda: None),
    ]

    add_programs(app, programs)

    assert [command.name for command in app.registered_commands] == ["serve", "good"]


def test_the_simulator_listens_to_this_machine_only_unless_told() -> None:
    told = CliRunner().invoke(application(), ["treasury-sim", "--help"]).output

    assert "par défaut : 127.0.0.1" in told
    assert "aucun argent" in told
