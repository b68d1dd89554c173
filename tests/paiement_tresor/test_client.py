"""Our client against a treasury that goes wrong in every way it is known to, and some others."""

import asyncio
import gzip
import socket
import time
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from tests.paiement_tresor.asking import EMAIL, NOBODY, OUTCOMES, a_request, an_idop, asking

from ribambelle.errors import Refused
from ribambelle_paiement_tresor.payfip import (
    Payfip,
    PayfipFunctional,
    PayfipMalformed,
    PayfipTechnical,
    PayfipUnreachable,
    client,
)
from ribambelle_paiement_tresor.payfip.envelope import ENVELOPE, Malformed, answer
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury


@pytest.mark.parametrize(("outcome", "letter"), OUTCOMES.items())
async def test_each_way_to_end_a_payment_is_read(
    treasury: SimulatedTreasury, outcome: str, letter: str
) -> None:
    idop = await an_idop(treasury)
    with pytest.raises(PayfipFunctional) as waiting:
        await asking(treasury).result(idop)
    assert waiting.value.no_result_yet

    gone = treasury.family(idop, outcome)
    result = await asking(treasury).result(idop)

    assert gone.headers["location"] == f"{NOBODY}/paiement/retour?idop={idop}"
    assert (result.letter, result.cents, result.refdet) == (letter, 4820, "F20260000034501")
    assert (result.numcli, result.saisie, result.idop) == ("090909", "T", idop)
    assert bool(result.authorisation) == (letter in "PV")
    assert result.moment is not None
    assert result.moment.isoformat() == "2026-11-25T09:00:00+01:00"


async def test_the_number_of_a_regie_tells_its_name(treasury: SimulatedTreasury) -> None:
    regie = await asking(treasury).client("090909")

    assert regie.labels[1] == "SIM Régie des familles"
    with pytest.raises(PayfipFunctional, match="SIM-NUMCLI SIM Numéro de client inconnu"):
        await asking(treasury).client("000001")


async def test_s17_an_answer_that_is_lost_leaves_an_orphan_and_no_hanging_call(
    treasury: SimulatedTreasury,
) -> None:
    treasury.will("slow", seconds=10)
    before = time.monotonic()

    with pytest.raises(PayfipUnreachable) as lost:
        await asking(treasury, patience=0.5).create(a_request())

    assert (lost.value.why, time.monotonic() - before < 5) == ("timeout", True)
    assert "F20260000034501" in lost.value.exchange.request
    retried = await an_idop(treasury, refdet="F20260000034502")
    assert [one["refdet"] for one in treasury.operations()] == [
        "F20260000034501",
        "F20260000034502",
    ]
    assert treasury.operations()[1]["idop"] == retried


@pytest.mark.parametrize("kind", ["slow", "drip"])
async def test_s22_a_slow_status_is_given_up_in_time_even_when_bytes_trickle(
    treasury: SimulatedTreasury, kind: str
) -> None:
    """15 s in all: each byte that comes must not start the wait again."""
    idop = await an_idop(treasury)
    treasury.will(kind, seconds=0.05 if kind == "drip" else 10)
    before, running = time.monotonic(), asyncio.all_tasks()

    with pytest.raises(PayfipUnreachable, match="timeout"):
        await asking(treasury, patience=0.25).result(idop)

    assert time.monotonic() - before < 5
    assert asyncio.all_tasks() == running


async def test_twin_without_a_limit_on_the_whole_bytes_that_trickle_are_waited_for(
    treasury: SimulatedTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: only the silence between two bytes is limited, and a status that drips never ends."""
    idop = await an_idop(treasury)
    treasury.will("drip", seconds=0.05)
    unlimited = SimpleNamespace(timeout=lambda _: nullcontext())
    monkeypatch.setattr(client, "asyncio", unlimited)
    asked = asyncio.create_task(asking(treasury, patience=0.25).result(idop))

    done, waiting = await asyncio.wait([asked], timeout=0.75)
    asked.cancel()

    assert (len(done), len(waiting)) == (0, 1)


@pytest.mark.parametrize(
    "address",
    [NOBODY, "http://treasury.invalid", "https", "http://[", "ftp://treasury.example"],
)
async def test_s18_a_treasury_that_cannot_be_reached_says_so(
    treasury: SimulatedTreasury, address: str
) -> None:
    if address == "https":  # TLS spoken to a server that has none
        address = treasury.address.replace("http:", "https:")

    with pytest.raises(PayfipUnreachable):
        await Payfip(address, patience=5).create(a_request())


async def test_s18_a_server_that_hangs_up_says_so() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        with pytest.raises(PayfipUnreachable):
            await Payfip(f"http://{host}:{port}").result("x")


async def test_s19_a_refusal_carries_its_code_and_its_words(treasury: SimulatedTreasury) -> None:
    treasury.will("functional", code="R3", label="Le format de REFDET")
    treasury.will("functional", code="A2", label=f"Adresse {EMAIL} incorrecte")

    for code in ("R3", "A2"):
        with pytest.raises(PayfipFunctional) as refused:
            await asking(treasury).create(a_request())
        assert refused.value.code == code
        assert not (refused.value.no_result_yet or refused.value.payment_unknown)
        assert EMAIL not in refused.value.exchange.answer + refused.value.exchange.request


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("technical", "TechDysfonctionnementErreur", "999"),
        ("fault_as_200", "TechDysfonctionnementErreur", "999"),
        ("unavailable", "TechIndisponibiliteErreur", "SIM-INDISPONIBLE"),
        ("protocol", "TechProtocolaireErreur", "SIM-PROTOCOLE"),
    ],
)
async def test_s20_technical_faults_are_told_apart(
    treasury: SimulatedTreasury, kind: str, name: str, code: str
) -> None:
    treasury.will(kind)

    with pytest.raises(PayfipTechnical) as broken:
        await asking(treasury).create(a_request())

    assert (broken.value.kind, broken.value.code) == (name, code)
    assert treasury.operations() == []


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("bad_gateway", "not_soap"),
        ("empty", "not_xml"),
        ("truncated", "not_xml"),
        ("doctype", "doctype"),
        ("huge", "too_long"),
    ],
)
async def test_s21_what_is_not_an_answer_is_never_believed(
    treasury: SimulatedTreasury, kind: str, why: str
) -> None:
    idop = await an_idop(treasury)
    treasury.family(idop, "card")
    treasury.will(kind)

    with pytest.raises(PayfipMalformed) as broken:
        await asking(treasury).result(idop)

    assert broken.value.why == why
    assert len(broken.value.exchange.answer) <= 64 * 1024
    assert (await asking(treasury).result(idop)).letter == "P"


async def test_s21_an_answer_in_latin_1_keeps_its_accents(treasury: SimulatedTreasury) -> None:
    treasury.will("latin1")

    assert (await asking(treasury).client("090910")).labels[1] == "SIM Régie de la crèche"


async def test_s25_the_answer_is_read_as_it_is_so_that_it_can_be_compared(
    treasury: SimulatedTreasury,
) -> None:
    idop = await an_idop(treasury)
    treasury.family(idop, "card")
    wrong = {"montant": "1", "refdet": "AUTRE1", "numcli": "090910", "saisie": "W"}
    treasury.will("answer", set=wrong)
    treasury.will("answer", set={"idOp": "an-other-payment"})

    result = await asking(treasury).result(idop)

    assert (result.cents, result.refdet, result.numcli, result.saisie) == (
        1,
        "AUTRE1",
        "090910",
        "W",
    )
    with pytest.raises(PayfipMalformed, match="other_payment"):
        await asking(treasury).result(idop)


@pytest.mark.parametrize(
    ("fault", "letter"),
    [
        ({"set": {"resultrans": "Q"}}, "Q"),
        ({"set": {"resultrans": "PAYE"}}, ""),
        ({"drop": ["resultrans"]}, ""),
        ({"set": {"resultrans": ""}}, ""),
    ],
)
async def test_s26_a_letter_nobody_knows_is_neither_paid_nor_lost(
    treasury: SimulatedTreasury, fault: dict[str, Any], letter: str
) -> None:
    idop = await an_idop(treasury)
    treasury.family(idop, "card")
    treasury.will("answer", **fault)

    assert (await asking(treasury).result(idop)).letter == letter


async def test_s27_missing_or_absurd_dates_do_not_hide_a_payment(
    treasury: SimulatedTreasury,
) -> None:
    idop = await an_idop(treasury)
    treasury.family(idop, "card")
    treasury.will("answer", drop=["dattrans", "heurtrans", "numauto", "objet"])
    treasury.will("answer", set={"dattrans": "31022026", "heurtrans": "9999", "exer": "20"})

    bare, absurd = [await asking(treasury).result(idop) for _ in range(2)]

    assert (bare.letter, bare.moment, bare.authorisation) == ("P", None, "")
    assert (absurd.letter, absurd.moment, absurd.cents) == ("P", None, 4820)


async def test_s28_the_tag_is_written_exactly_or_a_live_payment_is_unknown(
    treasury: SimulatedTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    idop = await an_idop(treasury)
    with pytest.raises(PayfipFunctional) as alive:
        await asking(treasury).result(idop)
    assert alive.value.no_result_yet
    ask = Payfip._ask

    async def in_lower_case(self: Payfip, operation: str, fields: dict[str, str]) -> Any:
        return await ask(self, operation, {name.lower(): kept for name, kept in fields.items()})

    monkeypatch.setattr(Payfip, "_ask", in_lower_case)

    with pytest.raises(PayfipFunctional) as unknown:
        await asking(treasury).result(idop)
    assert unknown.value.payment_unknown


async def test_s32_s33_amounts_and_addresses_are_refused_before_any_call(
    treasury: SimulatedTreasury,
) -> None:
    for cents in (100, 9_999_999):
        await an_idop(treasury, cents=cents)
    for wrong in ({"cents": 99}, {"cents": 10_000_000}, {"email": ""}, {"email": "a@b.f"}):
        with pytest.raises(Refused):
            await an_idop(treasury, **wrong)
    with pytest.raises(Refused):
        await an_idop(treasury, email="l" * 69 + "@example.org")

    assert len(treasury.requests()) == 2


async def test_s34_odd_characters_come_back_as_they_went(treasury: SimulatedTreasury) -> None:
    address = f"{NOBODY}/retour?commune=saint-é&a=<b>&c='d'"
    email = "r&d'été@example.org"

    idop = await an_idop(treasury, subject="Œuvre & goûter <n°3>", return_url=address, email=email)

    (kept,) = treasury.operations()
    assert kept["objet"] == "OEuvre gouter n 3"
    assert (kept["urlredirect"], kept["mel"]) == (address, email)
    gone = treasury.family(idop, "card").headers["location"]
    assert gone.endswith(f"&c=%27d%27&idop={idop}")


async def test_s35_hours_that_do_not_exist_twice_or_at_all_are_still_a_moment(
    treasury: SimulatedTreasury,
) -> None:
    """The night clocks change, and new year's eve."""
    idop = await an_idop(treasury)
    treasury.family(idop, "card")
    told = []
    for day, hour in (("25102026", "0230"), ("28032027", "0230"), ("31122026", "2359")):
        treasury.will("answer", set={"dattrans": day, "heurtrans": hour})
        told.append(await asking(treasury).result(idop))

    assert [one.paid_on for one in told] == [
        date(2026, 10, 25),
        date(2027, 3, 28),
        date(2026, 12, 31),
    ]
    assert all(one.moment is not None and one.moment.timestamp() > 0 for one in told)


async def test_what_is_kept_of_a_call_never_names_the_family(treasury: SimulatedTreasury) -> None:
    created = await asking(treasury).create(a_request())
    treasury.family(created.idop, "card")
    result = await asking(treasury).result(created.idop)

    for exchange in (created.exchange, result.exchange):
        assert EMAIL not in exchange.request + exchange.answer
    assert "<mel>[e-mail]</mel>" in created.exchange.request
    assert "<mel>[e-mail]</mel>" in result.exchange.answer
    assert (result.exchange.status, "<resultrans>P<" in result.exchange.answer) == (200, True)


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    f'<S:Envelope xmlns:S="{ENVELOPE}"><S:Body>&c;</S:Body></S:Envelope>'
)
THIEF = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.asvs("1.5.1")
@pytest.mark.parametrize(
    ("body", "why"),
    [
        (LAUGHS.encode(), "doctype"),
        (f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}'.encode("utf-16"), "doctype"),
        (THIEF.encode(), "doctype"),
        (b"<a>" * 10_000 + b"</a>" * 10_000, "not_soap"),
        (b'<?xml version="1.0" encoding="cp-of-nobody"?><a/>', "not_xml"),
        (b"<a>\xff\xfe</a>", "not_xml"),
        (b"\0" * 100, "not_xml"),
        (f'<S:Envelope xmlns:S="{ENVELOPE}"><S:Body/></S:Envelope>'.encode(), "not_soap"),
        (
            f'<S:Envelope xmlns:S="{ENVELOPE}"><S:Body><a/></S:Body></S:Envelope>'.encode(),
            "no_answer",
        ),
    ],
)
def test_s21_hostile_bytes_are_told_and_never_followed(body: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        answer("recupererDetailClient", body)


async def test_a_bomb_of_compressed_bytes_is_not_opened() -> None:
    """The cap is on what arrives, and nothing is decompressed: what comes is not XML."""
    bomb = gzip.compress(b"<a>" + b" " * 5_000_000 + b"</a>", compresslevel=1)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"</e:Envelope>")
        writer.write(head.encode() + bomb)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, family=socket.AF_INET) as server:
        host, port = server.sockets[0].getsockname()
        with pytest.raises(PayfipMalformed, match="not_xml"):
            await Payfip(f"http://{host}:{port}").result("x")
