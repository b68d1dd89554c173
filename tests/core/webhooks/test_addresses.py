"""An event never enters a private network, whatever name or redirection leads there."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

import pytest
from tests.core.certificates import certified

from ribambelle.testing.receiver import Answer, Headers, Receiver, answer
from ribambelle.webhooks import addresses, sending
from ribambelle.webhooks.sending import Unanswered

INSIDE = (
    *("10.0.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "192.168.0.1"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "2001:db8::1"),
)


@pytest.fixture(params=["asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def leading(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have every name lead to these addresses, one more at each question; return what is asked."""
    asked: list[str] = []

    async def getaddrinfo(self: Any, host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1].split(",")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in found]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.asvs("1.3.6")
@pytest.mark.parametrize("inside", INSIDE)
async def test_a_name_that_leads_inside_is_sent_nothing(
    monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    reached: list[str] = []

    async def post(url: Any, to: Any, *_: Any) -> int:
        reached.append(str(to))
        return 200

    monkeypatch.setattr(sending, "_post", post)
    leading(monkeypatch, f"193.252.19.3,{inside}")

    with pytest.raises(Unanswered, match="not_public"):
        await sending.send("https://logiciel.example.fr/", {}, b"", local=False)
    assert reached == [] and not addresses.is_public(ip_address(inside))


async def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may lead elsewhere a moment later: it is asked once."""
    reached: list[str] = []

    async def post(url: Any, to: Any, *_: Any) -> int:
        reached.append(str(to))
        return 200

    monkeypatch.setattr(sending, "_post", post)
    asked = leading(monkeypatch, "193.252.19.3", "127.0.0.1")

    assert await sending.send("https://logiciel.example.fr/", {}, b"", local=False) == 200
    assert (asked, reached) == (["logiciel.example.fr"], ["193.252.19.3"])


async def test_the_connection_goes_to_the_number_and_says_the_name(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    asked = leading(monkeypatch, "127.0.0.1")
    named = receiver.address.replace("127.0.0.1", "logiciel.test")

    await sending.send(named, {}, b"{}", local=True)

    ((headers, _),) = receiver.came
    assert asked == ["logiciel.test"] and headers["host"].startswith("logiciel.test:")


async def test_twin_without_the_look_at_the_address_the_machine_is_reached(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    with pytest.raises(Unanswered, match="not_https"):
        await sending.send(receiver.address, {}, b"{}", local=False)
    assert receiver.came == []

    monkeypatch.setattr(addresses, "require_written", lambda *_, **__: None)
    monkeypatch.setattr(addresses, "require_open", lambda *_, **__: None)
    await sending.send(receiver.address, {}, b"{}", local=False)
    assert len(receiver.came) == 1


async def test_the_certificate_is_asked_of_the_name_though_the_number_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serving, trusting = certified("logiciel.test")
    monkeypatch.setattr(sending, "trusted", lambda: trusting)
    leading(monkeypatch, "127.0.0.1")
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]

    async with server:
        taken = await sending.send(f"https://logiciel.test:{port}/avis", {}, b"{}", local=True)
        with pytest.raises(Unanswered, match="unreachable"):
            await sending.send(f"https://autre.test:{port}/avis", {}, b"{}", local=True)
        with pytest.raises(Unanswered, match="unreachable"):
            await sending.send(f"https://127.0.0.1:{port}/avis", {}, b"{}", local=True)

    assert taken == 204
    assert [headers["host"] for headers, _ in receiver.came] == [f"logiciel.test:{port}"]


async def test_no_redirection_is_followed(receiver: Receiver) -> None:
    async def elsewhere(headers: Headers, body: bytes) -> Answer:
        return answer(302, f"location: {receiver.address}")

    receiver.decide = elsewhere

    assert await sending.send(receiver.address, {}, b"{}", local=True) == 302
    assert len(receiver.came) == 1


async def test_of_a_long_answer_little_is_read(receiver: Receiver) -> None:
    """A hundred megabytes are promised, and would never come."""

    async def endless(headers: Headers, body: bytes) -> Answer:
        return answer(200).replace(b"content-length: 0", b"content-length: 100000000") + b"x" * 9000

    receiver.decide = endless

    assert await sending.send(receiver.address, {}, b"{}", local=True) == 200


async def test_who_says_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    async def silent(headers: Headers, body: bytes) -> Answer:
        await asyncio.sleep(30)
        return None

    receiver.decide = silent
    monkeypatch.setattr(sending, "PATIENCE", 0.05)

    with pytest.raises(Unanswered, match=r"too_slow|cut"):
        await sending.send(receiver.address, {}, b"{}", local=True)


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "https://", "ftp://a.fr/", "https://a.fr:99999/", "https://a@b.fr/", "//a.fr/"),
        *("https://a.fr/#x", "https://a.fr/\n", "https://é.fr/", "https://[::1", "x" * 500),
        *("https://[::ffff:127.0.0.1]/", "https://0177.0.0.1:x/", "https://a.fr\\@b.fr/"),
    ],
)
async def test_what_is_no_address_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(Unanswered, match=r"unreadable|not_https|not_public"):
        await sending.send(wrong, {}, b"", local=False)
