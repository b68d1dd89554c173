"""What became of an SMS: said by who carried it, signed, once, and read by agents with what to do."""

from typing import Any

import httpx
import pytest
from tests.core.test_channels import CAMILLE, chose, reminded, with_sms
from tests.core.test_families import a_family

from ribambelle.identity.tables import Adult
from ribambelle.messages import receipts
from ribambelle.messages.tables import Message
from ribambelle.tenants import checking
from ribambelle.testing import Communes, FrozenClock, Town

PATH = "/api/v1/sms/receipts"
SECRET = "a-secret-of-the-commune-for-tests-"
OTHER = "another-secret-of-another-commune-"


async def handed_over(town: Town, secret: str = SECRET) -> Message:
    """Send an SMS to Camille, in a commune that hears what becomes of it."""
    keys = {"receipt_secret": secret} if secret else {}
    with_sms(town, **keys)
    await chose(town, "sms", "06 12 34 56 78")
    message = await reminded(town)
    assert (message.channel, message.receipt) == ("sms", "")
    return message


async def noticed(
    town: Town, told: dict[str, Any] | str, secret: str = SECRET, **headers: str | bytes
) -> httpx.Response:
    """Send a notice sealed with this secret, now."""
    body = (told if isinstance(told, str) else httpx.Request("POST", "/", json=told).content) or b""
    raw = body.encode() if isinstance(body, str) else body
    with town.here() as tenant:
        at = str(int(tenant.now().timestamp()))
    sealed: dict[str, str | bytes] = {
        **{"content-type": "application/json", "x-sms-timestamp": at},
        "x-sms-signature": receipts.signature(secret, at, raw),
    }
    sent = {name.encode(): _bytes(value) for name, value in (sealed | headers).items()}
    return await town.visitor().post(PATH, content=raw, headers=sent)


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


async def known(town: Town, message: Message) -> tuple[str, str]:
    with town.here():
        row = await Message.objects().get(Message.id == message.id)
    assert row
    return row.receipt, row.receipt_reason


def of(message: Message, state: str = "failed", slug: str = "alpha", **more: str) -> dict[str, str]:
    return {"message": f"{slug}-{message.id}", "state": state, **more}


async def test_a_number_that_does_not_exist_is_said_with_what_to_do(communes: Communes) -> None:
    town = communes.alpha
    await a_family(town, CAMILLE)
    message = await handed_over(town)
    with town.here():
        adult = await Adult.objects().get(Adult.given_name == "Anne")
    agent = await town.staff()

    answer = await noticed(town, of(message, reason="unknown_number"))

    assert (answer.status_code, answer.json()["state"]) == (200, "failed")
    assert await known(town, message) == ("failed", "unknown_number")
    assert adult
    page = (await agent.get(f"/bureau/familles/{adult.household}")).text
    assert "non reçu (ce numéro n’existe pas ou n’est plus attribué" in page
    assert "Demandez son numéro à cette personne" in page


async def test_what_was_received_stays_so_whatever_is_said_again(communes: Communes) -> None:
    town = communes.alpha
    message = await handed_over(town)

    told = [
        (await noticed(town, of(message, state))).json()["state"]
        for state in ("failed", "received", "failed", "received")
    ]

    assert told == ["failed", "received", "received", "received"]
    assert await known(town, message) == ("received", "")


async def test_whoever_cannot_sign_learns_nothing(communes: Communes) -> None:
    town = communes.alpha
    message = await handed_over(town)
    right = of(message)

    answers = [
        await noticed(town, right, OTHER),
        await noticed(town, right, **{"x-sms-signature": "é".encode()}),
        await noticed(town, right, **{"x-sms-timestamp": "99"}),
        await town.visitor().post(PATH, json=right),
        # signed, but no SMS of this commune
        await noticed(town, right | {"message": f"alpha-{message.id + 1}"}),
        await noticed(town, right | {"message": f"beta-{message.id}"}),
        await noticed(town, right | {"message": "alpha-99999999999999"}),
    ]
    nowhere = await town.visitor().post("/api/v1/sms/nulle-part", json=right)

    told = {(one.status_code, one.json()["code"], one.json()["detail"]) for one in answers}
    assert told == {(404, "not_found", nowhere.json()["detail"])}
    assert await known(town, message) == ("", "")


async def test_a_notice_of_one_commune_is_nothing_in_another(communes: Communes) -> None:
    alpha, beta = communes.alpha, communes.beta
    mine, theirs = await handed_over(alpha), await handed_over(beta, OTHER)

    crossed = [
        await noticed(beta, of(theirs, slug="beta"), SECRET),
        await noticed(alpha, of(mine), OTHER),
        await noticed(alpha, of(theirs, slug="beta"), SECRET),
    ]

    assert [one.status_code for one in crossed] == [404] * 3
    assert await known(alpha, mine) == await known(beta, theirs) == ("", "")


async def test_a_notice_kept_and_sent_again_later_is_not_believed(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    message = await handed_over(town)
    with town.here() as tenant:
        at = str(int(tenant.now().timestamp()))
    clock.move(minutes=6)

    raw = httpx.Request("POST", "/", json=of(message)).content
    seal = receipts.signature(SECRET, at, raw)
    late = await noticed(town, of(message), **{"x-sms-timestamp": at, "x-sms-signature": seal})

    assert late.status_code == 404
    assert await known(town, message) == ("", "")


@pytest.mark.parametrize("lost", ["seal", "rank"])
async def test_without_the_seal_or_the_rank_the_checks_above_turn_red(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """The twin: a seal nobody compares, then a notice that undoes what was received."""
    town = communes.alpha
    message = await handed_over(town)
    if lost == "seal":
        monkeypatch.setattr(receipts, "is_signed", lambda *_: True)

        assert (await noticed(town, of(message), OTHER)).status_code == 200
        assert await known(town, message) == ("failed", "other")
    else:
        monkeypatch.setattr(receipts, "before", lambda _: receipts.RANKS)

        for state in ("received", "failed"):
            await noticed(town, of(message, state))
        assert await known(town, message) == ("failed", "other")


async def test_without_a_secret_nothing_is_heard_and_nothing_changes(communes: Communes) -> None:
    town = communes.alpha
    message = await handed_over(town, secret="")
    empty = await noticed(town, of(message), secret="")

    assert empty.status_code == 404
    assert await known(town, message) == ("", "")
    with town.here() as tenant:
        assert not tenant.hears_of_sms


@pytest.mark.parametrize("database_server", [""])
async def test_a_short_secret_is_said_and_believed_by_nobody(communes: Communes) -> None:
    town = communes.alpha
    message = await handed_over(town, secret="short")

    answer = await noticed(town, of(message), secret="short")

    assert answer.status_code == 404
    with town.here() as tenant:
        ((key, what, cure),) = checking.of_sms(tenant)
    assert (key, "trop court" in what, "32" in cure) == ("sms.receipt_secret", True, True)


async def test_a_signed_notice_that_cannot_be_read_says_why(communes: Communes) -> None:
    town = communes.alpha
    message = await handed_over(town)

    wrong = await noticed(town, of(message, "lost", reason="moon"))
    broken = await noticed(town, "{")
    long = await noticed(town, of(message, reason="x" * 3_000))

    assert {one["pointer"] for one in wrong.json()["errors"]} == {"/state", "/reason"}
    assert [one.status_code for one in (wrong, broken, long)] == [422, 400, 413]
    assert await known(town, message) == ("", "")


async def test_an_e_mail_is_received_by_no_telephone(communes: Communes) -> None:
    town = communes.alpha
    await handed_over(town)
    with town.here() as tenant:
        letter = Message(kind="k", recipient=CAMILLE, channel="email", tried_at=tenant.now())
        letter.subject, letter.text, letter.created_at = "Bonjour", "Bonjour", tenant.now()
        number = (await Message.insert(letter).returning(Message.id))[0]["id"]
        mail = await Message.objects().get(Message.id == number)
    assert mail

    assert (await noticed(town, of(mail))).status_code == 404


async def test_too_many_notices_wait_a_minute(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    message = await handed_over(town)
    monkeypatch.setattr("ribambelle.web.sms_receipts.MOST", 3)

    answers = [await noticed(town, of(message)) for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) <= 60
