"""Programs told that a request moved: each event taken, under one id, whatever fails between."""

import asyncio
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks

from ribambelle.api.addresses import ROOT
from ribambelle.database import REFUSED, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Grant
from ribambelle.jobs.tables import Job
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.receiver import Answer, Headers, Receiver, answer
from ribambelle.testing.tokens import a_program
from ribambelle.webhooks import declaring, delivering, outbox, secrets, sending
from ribambelle.webhooks.tables import Webhook, WebhookDelivery
from ribambelle.workflow import Workflow, fire, history, start
from ribambelle.workflow.tables import HistoryStep, JournalLine

DESK = "/bureau/equipe/avis"
EVERY = ["door.*"]


async def told(town: Town, receiver: Receiver, *kinds: str) -> tuple[Webhook, str]:
    """Declare the receiver, and return it with its secret."""
    with town.here() as tenant:
        return await declaring.declare("Portes", receiver.address, kinds or EVERY, tenant.now())


async def moves(town: Town, many: int) -> int:
    """Open and shut a door so many times; return its number."""
    with town.here():
        number = await start("door", side="family", account=1)
        for rank in range(many):
            await fire(number, ("push", "pull")[rank % 2], side="family", account=1)
    return number


async def written(town: Town) -> list[WebhookDelivery]:
    with town.here():
        return await WebhookDelivery.objects().order_by(WebhookDelivery.id)


async def until_done(town: Town, clock: FrozenClock, most: int = 80) -> int:
    """Work, an hour at a time, until nothing waits; return how often."""
    for rounds in range(1, most):
        await town.work()
        if all(one.state != "waiting" for one in await written(town)):
            return rounds
        clock.move(hours=1)
    raise AssertionError("something waits for ever")


class Program:
    """What a receiver should do: check the signature, and take each id once."""

    def __init__(self, secret: str, failing: random.Random | None = None) -> None:
        self.secret, self.failing = secret, failing
        self.taken: list[str] = []
        self.refused = 0

    def is_signed(self, headers: Headers, body: bytes) -> bool:
        given, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        return headers["webhook-signature"] == secrets.signature(self.secret, given, at, body)

    async def __call__(self, headers: Headers, body: bytes) -> Answer:
        draw = self.failing.random() if self.failing else 1.0
        if draw < 0.2:
            return None
        if draw < 0.35:
            return answer(500)
        if not self.is_signed(headers, body):
            self.refused += 1
            return answer(401)
        if headers["webhook-id"] not in self.taken:
            self.taken.append(headers["webhook-id"])
        return None if draw < 0.55 else answer(200, body=b"ok")


async def test_an_event_says_what_moved_and_nothing_of_whose_it_is(
    town: Town, receiver: Receiver
) -> None:
    row, secret = await told(town, receiver, "door.push")
    number = await moves(town, 2)
    reader = await a_program(town, "core:requests")
    read = await reader.get(f"{ROOT}/requests/{number}")
    await town.work()

    ((headers, body),) = receiver.came
    event = json.loads(body)
    moved = event.pop("data")
    (sent,) = await written(town)

    assert event == {"id": sent.event, "type": "door.push", "timestamp": event["timestamp"]}
    assert datetime.fromisoformat(event["timestamp"]) == sent.at
    assert headers["webhook-id"] == event["id"] and Program(secret).is_signed(headers, body)
    assert moved == {
        "tenant": "alpha",
        "workflow": "door",
        "transition": "push",
        "request": number,
        "url": town.tenant.url(f"{ROOT}/requests/{number}"),
        "from": "shut",
        "to": "open",
    }
    assert (read.json()["id"], read.json()["state"]) == (number, "shut")
    assert (sent.state, sent.answered, sent.tries) == ("delivered", 204, 1)
    with town.here():
        assert await Job.count() == 0
        kept = await Webhook.objects().get(Webhook.id == row.id)
    assert kept and secret not in kept.secret and secret.removeprefix("whsec_") not in kept.secret


def _moment(at: str) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)


async def test_a_receiver_checks_with_the_convention_s_own_library(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await told(town, receiver)
    await moves(town, 1)
    await town.work()
    ((headers, body),) = receiver.came
    judge = standardwebhooks.Webhook(secret)
    # the tests' clock stands in another year than the machine's
    monkeypatch.setattr(judge, "_Webhook__verify_timestamp", _moment)

    assert judge.verify(body, headers)["id"] == headers["webhook-id"]
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        judge.verify(body + b" ", headers)


@pytest.mark.parametrize("seed", range(3))
async def test_each_event_is_taken_under_one_id_though_the_receiver_fails_at_random(
    town: Town, receiver: Receiver, clock: FrozenClock, seed: int
) -> None:
    _, secret = await told(town, receiver)
    receiver.decide = program = Program(secret, random.Random(seed))
    await moves(town, 12)
    with town.here():
        steps = await HistoryStep.count()

    await until_done(town, clock)

    sent = await written(town)
    assert len(sent) == steps == 12
    assert [one.state for one in sent] == ["delivered"] * 12
    assert sorted(program.taken) == sorted(one.event for one in sent)
    assert len(receiver.came) > 12 and program.refused == 0
    assert {headers["webhook-id"]: body for headers, body in receiver.came} == {
        one.event: one.body.encode() for one in sent
    }


async def test_twin_an_id_made_at_each_try_would_be_taken_twice(
    town: Town, receiver: Receiver, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await told(town, receiver)
    receiver.decide = program = Program(secret, random.Random(0))
    real, count = sending.send, iter(range(999))

    async def renamed(address: str, headers: dict[str, str], body: bytes, **more: Any) -> int:
        name, at = f"evt_{next(count)}", int(headers["webhook-timestamp"])
        signed = secrets.signature(secret, name, at, body)
        other = {**headers, "webhook-id": name, "webhook-signature": signed}
        return await real(address, other, body, **more)

    monkeypatch.setattr(sending, "send", renamed)
    await moves(town, 12)
    await until_done(town, clock)

    assert len(program.taken) > 12


async def test_twin_without_its_secret_nothing_is_taken(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await told(town, receiver)
    receiver.decide = program = Program(secret)
    real = secrets.signature
    monkeypatch.setattr(
        delivering.secrets, "signature", lambda _, *told: real(secrets.make(), *told)
    )
    monkeypatch.setattr(
        program, "is_signed", lambda headers, body: _signed(real, secret, headers, body)
    )
    await moves(town, 1)
    await town.work()

    assert (program.taken, program.refused) == ([], 1)
    assert [one.answered for one in await written(town)] == [401]


def _signed(real: Any, secret: str, headers: Headers, body: bytes) -> bool:
    given, at = headers["webhook-id"], int(headers["webhook-timestamp"])
    return bool(headers["webhook-signature"] == real(secret, given, at, body))


async def test_a_crash_after_the_sending_sends_the_same_id_again(
    town: Town, receiver: Receiver, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await told(town, receiver)
    receiver.decide = program = Program(secret)
    await moves(town, 1)

    async def crash(*_: Any) -> None:
        raise RuntimeError("the machine stops here")

    with monkeypatch.context() as broken:
        broken.setattr(delivering, "mark", crash)
        await town.work()
    clock.move(hours=1)
    await town.work()

    (sent,) = await written(town)
    assert [headers["webhook-id"] for headers, _ in receiver.came] == [sent.event] * 2
    assert program.taken == [sent.event] and sent.state == "delivered"


async def test_an_event_is_kept_with_its_move_or_not_at_all(town: Town, receiver: Receiver) -> None:
    await told(town, receiver)
    with town.here():
        number = await start("door", side="family", account=1)
        with pytest.raises(Refused):
            await fire(number, "pull", side="family", account=1)
        with pytest.raises(RuntimeError):
            async with transaction():
                await fire(number, "push", side="family", account=1)
                raise RuntimeError("the page falls")
        assert await WebhookDelivery.count() == await HistoryStep.count() == 0
    await town.work()

    assert receiver.came == []


async def test_an_event_nobody_takes_is_tried_less_and_less_then_given_up_and_sent_again_by_hand(
    town: Town, receiver: Receiver, clock: FrozenClock
) -> None:
    row, secret = await told(town, receiver)

    async def refuses(headers: Headers, body: bytes) -> Answer:
        return answer(503)

    receiver.decide = refuses
    await moves(town, 1)
    await until_done(town, clock, most=200)
    (lost,) = await written(town)
    admin = await town.staff(Grant("admin"))
    page = await admin.get(f"{DESK}/{row.id}?etat=given_up")
    receiver.decide = program = Program(secret)
    clock.move(hours=1)
    await admin.post(f"{DESK}/{row.id}/envois/{lost.id}/renvoyer")
    await town.work()
    (sent,) = await written(town)

    assert (lost.state, lost.answered) == ("given_up", 503)
    assert 12 <= lost.tries <= 40
    assert "Abandonné" in page.text and "Réponse 503" in page.text and "Renvoyer" in page.text
    stamps = [int(headers["webhook-timestamp"]) for headers, _ in receiver.came]
    assert {headers["webhook-id"] for headers, _ in receiver.came} == {lost.event}
    assert len(stamps) == lost.tries + 1 and stamps == sorted(set(stamps))
    assert program.taken == [lost.event] and sent.state == "delivered"
    assert (await admin.post(f"{DESK}/{row.id}/envois/99/renvoyer")).status_code == 404


async def test_who_does_not_answer_costs_one_try_whatever_waits_and_delays_nobody_else(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = Receiver("http://127.0.0.1:9/avis")
    await told(town, dead)
    await told(town, receiver)
    asked: list[str] = []
    real = sending.send

    async def counted(address: str, *told: Any, **more: Any) -> int:
        asked.append(address)
        return await real(address, *told, **more)

    monkeypatch.setattr(sending, "send", counted)
    await moves(town, 10)
    await town.work()
    await moves(town, 1)
    await town.work()

    assert asked.count(dead.address) == 1
    assert asked.count(receiver.address) == len(receiver.came) == 11


async def test_who_was_silent_for_hours_is_sent_to_at_once_when_somebody_asks(
    town: Town, receiver: Receiver
) -> None:
    row, _ = await told(town, receiver)
    await moves(town, 1)
    with town.here() as tenant:
        silent = tenant.now() + delivering.LONGEST_WAIT
        await WebhookDelivery.update({WebhookDelivery.state: "given_up"}).where(
            WebhookDelivery.webhook == row.id
        )
        await Webhook.update({Webhook.held_until: silent}).where(Webhook.id == row.id)
    await town.work()
    (lost,) = await written(town)

    with town.here():
        first = await declaring.replay(row.id, lost.id)
        twice = await declaring.replay(row.id, lost.id)
    await town.work()

    assert (first, twice) == (True, False)
    assert [headers["webhook-id"] for headers, _ in receiver.came] == [lost.event]


async def test_one_move_is_written_once_for_each_program(town: Town, receiver: Receiver) -> None:
    """The database itself refuses a second id for what happened once."""
    await told(town, receiver)
    number = await moves(town, 1)
    with town.here():
        (step,) = await history(number)
        line = (await HistoryStep.select(HistoryStep.id))[0]["id"]
        with pytest.raises(REFUSED):
            await outbox.write(step, line)
        await outbox.write(step, line + 1)

    sent = await written(town)
    assert len({one.event for one in sent}) == len(sent) == 2


async def test_two_workers_send_an_event_once(town: Town, receiver: Receiver) -> None:
    row, _ = await told(town, receiver)
    await moves(town, 3)

    async def one() -> None:
        with town.here():
            await delivering.send(row.id)

    results = await asyncio.gather(one(), one(), return_exceptions=True)

    assert len(receiver.came) == 3
    assert [str(one) for one in results if one] in ([], ["held"])


async def test_a_secret_is_shown_once(town: Town, receiver: Receiver) -> None:
    admin = await town.staff(Grant("admin"))
    tokens = await admin.get("/bureau/equipe/jetons")

    made = await admin.post(
        DESK, data={"name": "Portes", "address": receiver.address, "suivis": "door.*"}
    )
    after = await admin.get(DESK)

    assert f'href="{DESK}"' in tokens.text
    assert made.text.count("whsec_") == 1 and "whsec_" not in after.text
    assert "Portes" in after.text and receiver.address in after.text


async def test_what_is_followed_is_called_as_the_town_hall_does(
    town: Town, receiver: Receiver
) -> None:
    row, _ = await told(town, receiver, "door.push")
    with town.here():  # its plugin was taken away since
        await Webhook.update({Webhook.kinds: "door.push gone.left"}).where(Webhook.id == row.id)
    admin = await town.staff(Grant("admin"))
    await moves(town, 1)

    desk, one = await admin.get(DESK), await admin.get(f"{DESK}/{row.id}")

    assert "Ouverture d’une porte : Poussée, gone.left" in desk.text
    assert "Ouverture d’une porte : Poussée, gone.left." in one.text
    assert "Garde d’un enfant" in desk.text and "door.*" in desk.text
    assert Workflow("door", (), ()).called == "door"


def test_each_of_our_workflows_has_a_name(installed: Plugins) -> None:
    found = [one for _, answer in installed.each("workflows") for one in answer]

    assert len(found) >= 3
    assert all(one.label and one.label[0].isupper() for one in found)


@pytest.mark.parametrize("database_server", [""])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "http://logiciel.example.fr/"}, "n’est pas protégée"),
        ({"address": "http://127.0.0.1:8000/"}, "n’est pas protégée"),
        ({"address": "https://192.168.1.4/"}, "réseau privé"),
        ({"address": "https://"}, "adresse entière"),
        ({"address": ""}, "Adresse"),
        ({"suivis": "window.*"}, "au moins une démarche"),
        ({"suivis": ""}, "au moins une démarche"),
        ({"name": ""}, "Nom du logiciel"),
    ],
)
async def test_what_is_refused_is_explained_and_what_was_typed_stays(
    communes: Communes, wrong: dict[str, str], words: str
) -> None:
    """Nothing here says that the commune's events may stay on the machine."""
    admin = await communes.beta.staff(Grant("admin"))
    typed = {"name": "Portes", "address": "https://logiciel.example.fr/", "suivis": "door.*"}

    answered = await admin.post(DESK, data=typed | wrong)

    assert answered.status_code == 422 and words in answered.text
    assert "whsec_" not in answered.text and "Il y a un problème" in answered.text
    for name in {"name", "address"} - wrong.keys():
        assert f'value="{typed[name]}"' in answered.text
    with communes.beta.here():
        assert await Webhook.count() == 0


async def test_a_program_taken_off_the_list_is_told_nothing_more(
    town: Town, receiver: Receiver
) -> None:
    row, _ = await told(town, receiver)
    admin = await town.staff(Grant("admin"))
    await moves(town, 1)

    answered = await admin.post(f"{DESK}/{row.id}/retirer")
    await moves(town, 1)
    await town.work()

    assert (answered.status_code, answered.headers["location"]) == (303, DESK)
    assert (await written(town), receiver.came) == ([], [])
    assert "n’est plus prévenu" in (await admin.get(DESK)).text
    assert (await admin.get(f"{DESK}/{row.id}")).status_code == 404
    with town.here():
        acts = await JournalLine.select(JournalLine.act).where(
            JournalLine.object == f"webhook:{row.id}"
        )
    assert sorted(one["act"] for one in acts) == ["webhook.declared", "webhook.removed"]


async def test_another_commune_sees_nothing_of_it(communes: Communes, town: Town) -> None:
    row, _ = await told(town, Receiver("https://logiciel.example.fr/avis"))
    admin = await communes.beta.staff(Grant("admin"))

    assert (await admin.get(f"{DESK}/{row.id}")).status_code == 404
    assert (await admin.post(f"{DESK}/{row.id}/retirer")).status_code == 404
    await moves(communes.beta, 1)
    assert await written(communes.beta) == []
