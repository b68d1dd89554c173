"""A mail server that is away, then slow, then back: no message lost, none taken twice, pages as fast.

What is guaranteed, and what is not, is said in ``docs/fr/exploitation.md``.
"""

import asyncio
import smtplib
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest

from ribambelle.jobs import later, queue
from ribambelle.jobs.tables import Job
from ribambelle.messages import delivery, patience, post
from ribambelle.messages.tables import Message
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.browser import Served, free_port
from ribambelle.testing.communes import bring_up
from ribambelle.web import operations

SCRIPT = Path(__file__).with_name("mail_server.py")


class MailServer:
    """Starts and stops the server, and reads what it took."""

    def __init__(self, folder: Path) -> None:
        self.port, self.taken, self.held = free_port(), folder / "taken", folder / "held"

    @contextmanager
    def running(self, delay: float = 0, dropped: int = 0) -> Iterator[None]:
        files = [str(self.taken), str(self.held)]
        arguments = [str(self.port), *files, str(delay), str(dropped)]
        process = subprocess.Popen([sys.executable, str(SCRIPT), *arguments])
        try:
            for _ in range(400):
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                        break
                time.sleep(0.02)
            yield
        finally:
            process.kill()
            process.wait()

    def written_in(self, file: Path) -> None:
        """Have a commune send its mail by this server."""
        lines = ('\n[mail]\nserver = "127.0.0.1"', f"port = {self.port}", 'security = "none"\n')
        file.write_text(file.read_text() + "\n".join(lines))

    def took(self) -> int:
        return self.counts().total()

    def counts(self) -> Counter[str]:
        return Counter(self.taken.read_text().split() if self.taken.exists() else ())


@pytest.fixture
def server(communes: Communes, tmp_path: Path) -> MailServer:
    """A server that is not there yet, and that alpha sends its mail by."""
    found = MailServer(tmp_path)
    found.written_in(communes.app.platform.folder / "alpha.toml")
    return found


async def asked(town: Town, numbers: range) -> None:
    """Have so many families ask for their link, each from home: one message each."""
    for number in numbers:
        at = (f"10.0.{number // 250}.{number % 250}", 1)
        transport = httpx.ASGITransport(app=town.app, client=at)
        async with httpx.AsyncClient(
            transport=transport, base_url=f"http://{town.host}:8000"
        ) as family:
            form = {"email": f"family{number}@example.test"}
            assert (await family.post("/connexion", data=form)).status_code == 200


async def turns(town: Town, clock: FrozenClock, count: int, workers: int = 2) -> None:
    """Let two workers run what is due, so many times, some minutes apart."""
    for _ in range(count):
        clock.move(minutes=2)
        await asyncio.gather(*(town.work() for _ in range(workers)))


async def emptied(town: Town, clock: FrozenClock) -> None:
    """Let the workers run until nothing is left, a day at most."""
    for _ in range(24 * 30):
        await turns(town, clock, 1)
        with town.here():
            if not await Job.exists():
                return
    raise AssertionError("jobs are left")


@pytest.mark.asvs("16.5.2")
@pytest.mark.parametrize("messages", [48, pytest.param(1000, marks=pytest.mark.slow)])
async def test_nothing_is_lost_and_nothing_leaves_twice(
    communes: Communes, server: MailServer, clock: FrozenClock, messages: int
) -> None:
    town, third = communes.alpha, messages // 3

    await asked(town, range(third))
    await turns(town, clock, 3)
    nobody = server.counts()
    clock.move(hours=63)  # from a Friday evening to a Monday morning
    await turns(town, clock, 2)
    ready = await operations.readiness(communes.app.platform)
    with server.running(delay=0.01, dropped=3):
        await asked(town, range(third, 2 * third))
        await turns(town, clock, 6)
    slowly = len(server.counts())
    with server.running():
        await asked(town, range(2 * third, messages))
        await emptied(town, clock)

    assert not nobody, "nobody listens"
    assert "messages waiting for over 30 minutes" in str(ready.problems["alpha"])
    assert 0 < slowly < 2 * third, "some left while it was slow, and others were cut"
    taken = server.counts()
    with town.here():
        rows = await Message.select(Message.id, Message.sent_at)
        assert await queue.given_up() == 0
    assert len(rows) == messages
    assert all(row["sent_at"] for row in rows)
    assert set(taken) == {f"<{row['id']}.alpha@alpha.localhost>" for row in rows}
    assert set(taken.values()) == {1}


async def written(town: Town, count: int = 1) -> None:
    """Write so many messages, still to be sent."""
    with town.here():
        for number in range(count):
            await post("messages/sign_in", f"family{number}@example.test", link="http://x")


async def twice_queued(town: Town) -> None:
    """Queue the sending of one message two times, as a worker that died would leave it."""
    await written(town)
    await town.work()
    with town.here():
        (row,) = await Message.select(Message.id)
        await later("core", "send_message", message=row["id"])
    await town.work()


async def test_a_message_already_taken_does_not_leave_again(
    communes: Communes, server: MailServer
) -> None:
    with server.running():
        await twice_queued(communes.alpha)

    assert list(server.counts().values()) == [1]


async def test_without_what_was_sent_it_would_leave_twice(
    communes: Communes, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of `sent_at`."""

    async def unsent(message: int) -> Message | None:
        return await Message.objects().get(Message.id == message)

    monkeypatch.setattr(delivery, "unsent", unsent)

    with server.running():
        await twice_queued(communes.alpha)

    assert list(server.counts().values()) == [2]


async def test_a_worker_that_dies_as_the_server_says_yes_repeats_the_same_name(
    communes: Communes, server: MailServer, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    """The one window that is left: its Message-ID lets a mailbox show one."""
    town, real = communes.alpha, delivery._mail

    async def dying(tenant: Any, row: Message) -> None:
        await real(tenant, row)
        raise Killed

    monkeypatch.setattr(delivery, "_mail", dying)
    with server.running():
        await written(town)
        with pytest.raises(Killed):
            await town.work()
        monkeypatch.setattr(delivery, "_mail", real)
        await town.work()
        at_once = list(server.counts().values())
        clock.move(minutes=6)
        await town.work()

    assert at_once == [1], "the lease of the dead worker still holds"
    assert list(server.counts().values()) == [2], "one name, taken twice"


class Killed(BaseException):
    """What ends a worker without a word."""


async def taken_by_two(communes: Communes, server: MailServer) -> list[int]:
    """Let two workers find the same message while the server thinks."""
    with server.running(delay=0.05):
        await written(communes.alpha)
        await asyncio.gather(communes.alpha.work(), communes.alpha.work())
    return list(server.counts().values())


async def test_two_workers_send_a_message_once(communes: Communes, server: MailServer) -> None:
    assert await taken_by_two(communes, server) == [1]


async def test_without_the_lease_two_workers_would_send_it(
    communes: Communes, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the lease."""
    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=-1))

    (times,) = await taken_by_two(communes, server)

    assert times >= 2


async def test_one_message_asks_for_all(
    communes: Communes, server: MailServer, clock: FrozenClock
) -> None:
    """A server that is away is asked once a minute, not once a message: other jobs run meanwhile."""
    town, tried = communes.alpha, 0
    await asked(town, range(20))
    await turns(town, clock, 1)

    with town.here():
        tried = await Message.count().where(Message.tried_at.is_not_null())
        attempts = {row["attempts"] for row in await Job.select(Job.attempts)}

    assert tried <= 2, "one a worker"
    assert attempts == {0}, "nothing is wrong with them"


async def test_a_message_nobody_wants_for_a_week_is_given_up_and_said(
    communes: Communes, server: MailServer, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "TRIES", 2)
    town = communes.alpha
    await asked(town, range(1))
    await turns(town, clock, 1)

    clock.move(days=patience.PATIENCE.days, hours=1)
    for _ in range(queue.TRIES + 1):
        await town.work()
        clock.move(hours=2)

    ready = await operations.readiness(communes.app.platform)
    assert "jobs given up after 2 tries: 1" in ready.problems["alpha"]


# -- pages, while the server thinks ----------------------------------------------------------


@pytest.fixture
def served(installed: Plugins, tmp_path: Path) -> Iterator[tuple[Served, Town, MailServer]]:
    """The portal as it is served, its worker beside it, and a mail server in its own process."""
    found = Served(tmp_path, installed)
    found.start()
    made = found.run(bring_up(found.app, tmp_path, tmp_path / "templates", "", installed.names))
    mail = MailServer(tmp_path)
    mail.written_in(tmp_path / "alpha.toml")
    yield found, made.alpha, mail
    found.stop()


def answered_meanwhile(served: tuple[Served, Town, MailServer]) -> int:
    """Return how many pages were asked and answered while the mail server kept a message waiting."""
    portal, town, server = served
    cookie = {"session": portal.run(town.family()).cookies["session"]}
    here, host = f"http://127.0.0.1:{portal.port}", {"host": town.host}
    pages = list[tuple[float, float]]()
    with server.running(delay=0.1), httpx.Client(base_url=here, cookies=cookie) as browser:
        portal.run(written(town, 3))
        while server.took() < 3:
            began = time.monotonic()
            assert browser.get("/compte", headers=host).status_code == 200
            pages.append((began, time.monotonic()))
    held = [line.split() for line in server.held.read_text().splitlines()]
    return sum(
        any(float(since) < began and ended < float(until) for since, until in held)
        for began, ended in pages
    )


def test_pages_are_answered_while_the_mail_server_thinks(
    served: tuple[Served, Town, MailServer],
) -> None:
    assert answered_meanwhile(served) > 0


@pytest.mark.slow
def test_a_message_handed_over_without_awaiting_would_keep_them_waiting(
    served: tuple[Served, Town, MailServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: everything waits while the standard library talks to the server."""

    async def to_server(tenant: Any, mail: Any) -> None:
        settings = tenant.settings.mail
        with smtplib.SMTP(settings.server, settings.port) as one:
            one.send_message(mail)

    monkeypatch.setattr(delivery, "_to_server", to_server)

    assert answered_meanwhile(served) == 0


SAME = 1.3
"""A page beside a mail server in trouble, against the same page beside none, in medians."""
TURNS, WAITING, BLOCK = 3, 3, 30


def paces_by_state(served: tuple[Served, Town, MailServer]) -> dict[str, float]:
    """Return how many times slower a page is in each state of the server than while no mail waits.

    Both are looked at in turn, a few pages each, and each turn is compared with itself. The least
    of the turns is told: what else this machine does slows one of them, a page that waits slows all.
    """
    portal, town, server = served
    cookie = {"session": portal.run(town.family()).cookies["session"]}
    here, host = f"http://127.0.0.1:{portal.port}", {"host": town.host}
    found = dict[str, float]()

    with httpx.Client(base_url=here, cookies=cookie) as browser:

        def look(count: int) -> list[float]:
            times = []
            for _ in range(count):
                began = time.perf_counter()
                assert browser.get("/compte", headers=host).status_code == 200
                times.append(time.perf_counter() - began)
            return times

        def turn(is_away: bool) -> float:
            alone, taken = look(BLOCK), server.took()
            portal.run(written(town, WAITING))
            beside = look(BLOCK) if is_away else []
            while not is_away and server.took() < taken + WAITING:
                beside += look(1)
            portal.run(forgotten(town))
            return median(beside) / median(alone)

        look(BLOCK)
        for state, delay in (("slow", 0.03), ("back", 0.0)):
            with server.running(delay=delay):
                found[state] = min(turn(False) for _ in range(TURNS))
        found["refusing"] = min(turn(True) for _ in range(TURNS))
    return found


async def forgotten(town: Town) -> None:
    """Leave nothing to send."""
    with town.here():
        await Job.delete(force=True)
        await Message.delete(force=True)


@pytest.mark.slow
def test_a_page_takes_as_long_whatever_becomes_of_the_mail_server(
    served: tuple[Served, Town, MailServer],
) -> None:
    paces = paces_by_state(served)

    assert max(paces.values()) < SAME, paces
