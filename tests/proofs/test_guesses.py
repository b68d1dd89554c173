"""Guessing a password is held to a few tries, whatever the number of servers and addresses."""

import http.client
import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from anyio import to_thread
from tests.core.test_activation import a_family as a_known_family
from tests.core.test_activation import a_letter
from tests.proofs.serving import serving

from ribambelle.identity import Grant, limits, passwords
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.browser import free_port

ALLOWED = 10
"""Tries a quarter of an hour lets through for one address."""
WINDOWS = 2
"""A quarter of an hour may end while the guesses are made."""


def guesses(port: int, number: int, email: str) -> Counter[int]:
    """Try passwords on one connection, from another address each time; count the answers."""
    line, found = http.client.HTTPConnection("127.0.0.1", port), Counter[int]()
    for _ in range(number):
        address = ".".join(str(random.randrange(1, 255)) for _ in range(4))
        line.request(
            "POST",
            "/connexion/mot-de-passe",
            urlencode({"email": email, "password": f"guess {random.random()}"}),
            {
                "host": "alpha.localhost",
                "content-type": "application/x-www-form-urlencoded",
                "x-forwarded-for": address,
                "forwarded": f"for={address}",
            },
        )
        answer = line.getresponse()
        answer.read()
        found[answer.status] += 1
    line.close()
    return found


def attacked(folder: Path, number: int) -> Counter[int]:
    """Guess over four connections to two processes, and count every answer."""
    port = free_port()
    with serving(folder, port, processes=2), ThreadPoolExecutor(4) as attackers:
        runs = [
            attackers.submit(guesses, port, number // 4, "agent@example.test") for _ in range(4)
        ]
        return sum((run.result() for run in runs), Counter[int]())


@pytest.mark.asvs("6.3.1", "15.3.4")
@pytest.mark.parametrize(
    ("database_server", "number"),
    [
        ("postgresql", 120),  # where several processes are most at home
        *(
            pytest.param(one, many, marks=pytest.mark.slow)
            for one, many in (("sqlite", 120), ("sqlite", 10_000), ("postgresql", 10_000))
        ),
    ],
    indirect=["database_server"],
)
async def test_guesses_are_held_to_the_limit_by_two_processes(
    communes: Communes, clock: FrozenClock, number: int
) -> None:
    clock.set(datetime.now(UTC))  # the server reads the machine's clock
    await communes.alpha.staff(Grant("agent"))

    found = await to_thread.run_sync(attacked, communes.app.platform.folder, number)

    assert set(found) == {422, 429}
    assert ALLOWED <= found[422] <= ALLOWED * WINDOWS
    assert found.total() == number


async def test_a_count_kept_by_each_process_would_let_more_through(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the commune's database, two processes count apart."""
    kept = [Counter[str](), Counter[str]()]
    turn = iter(range(1000))

    async def apart(key: str, start: datetime, by: int = 1) -> int:
        mine = kept[next(turn) % 2]
        mine[key] += by
        return mine[key]

    browser = communes.alpha.visitor()
    tried = {"email": "agent@example.test", "password": "guess"}

    async def let_through() -> int:
        answers = [await browser.post("/connexion/mot-de-passe", data=tried) for _ in range(30)]
        return sum(answer.status_code == 422 for answer in answers)

    held = await let_through()
    monkeypatch.setattr(limits, "count", apart)

    assert held == ALLOWED
    assert await let_through() > ALLOWED


@dataclass
class Door:
    """Where an address is typed, and what is forgotten between two tries."""

    browser: httpx.AsyncClient
    path: str
    given: dict[str, str]
    limits: tuple[str, ...]
    status: int
    """What is answered, whoever has the address."""


async def the_password(town: Town) -> Door:
    """Signing in with a password."""
    with town.here():
        kept = await passwords.hashed("quatre mots sans rapport")
        await Account.update({Account.password: kept}, force=True)
    told = tuple(f"password:{one}" for one in ADDRESSES)
    return Door(
        town.visitor(),
        "/connexion/mot-de-passe",
        {"password": "x"},
        (*told, "password-from:127.0.0.1"),
        422,
    )


async def a_new_address(town: Town) -> Door:
    """Changing one's address for one that somebody else may have."""
    browser = await town.family("camille@example.test")
    with town.here():
        account = await Account.objects().get(Account.email == "camille@example.test")
    assert account
    return Door(browser, "/compte/adresse", {}, (f"new-email:{account.id}",), 303)


async def a_letter_s_code(town: Town) -> Door:
    """Giving an address after the code of a letter."""
    adult, browser = await a_known_family(town), town.visitor()
    await browser.post(
        "/activation", data={"code": await a_letter(town, adult), "born_on": "2026-03-14"}
    )
    return Door(browser, "/activation/adresse", {}, ("activation-link:1",), 200)


ADDRESSES = ("agent@example.test", "nobody@example.test")


@pytest.mark.slow
@pytest.mark.parametrize("door", [the_password, a_new_address, a_letter_s_code])
async def test_known_and_unknown_accounts_take_the_same_time(
    communes: Communes, door: Callable[[Town], Awaitable[Door]]
) -> None:
    """500 pairs, in a random order: the medians may not tell one from the other."""
    town = communes.alpha
    await town.staff(Grant("agent"))
    at = await door(town)
    spent: dict[str, list[float]] = {one: [] for one in ADDRESSES}

    for _ in range(500):
        for email in random.sample(ADDRESSES, 2):
            with town.here():
                for name in at.limits:
                    await limits.forget(name)
            began = time.process_time()
            answer = await at.browser.post(at.path, data={"email": email, **at.given})
            spent[email].append(time.process_time() - began)
            assert answer.status_code == at.status

    known, unknown = (statistics.median(times) for times in spent.values())
    assert 0.95 < known / unknown < 1.05
