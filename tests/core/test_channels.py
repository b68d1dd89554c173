"""A family is written to as it chose: by e-mail, by SMS, or on the portal; never lost, never twice."""

import hashlib
import json
from typing import Any

import httpx
import pytest

from ribambelle.identity.tables import Account
from ribambelle.messages import choices, ovh, post, texts
from ribambelle.messages.declared import MESSAGES
from ribambelle.messages.tables import Message
from ribambelle.messages.wording import Wording
from ribambelle.tenants import checking
from ribambelle.tenants.settings import Sms
from ribambelle.testing import Communes, FrozenClock, Town

PAGE = "/compte/messages"
CAMILLE = "camille@example.test"


def optional(town: Town) -> list[str]:
    """Return what a family may choose the way of: whatever the plugins write."""
    with town.here():
        return [one.code for one in choices.optional()]


def with_sms(town: Town, provider: str = "file", **keys: str) -> None:
    file = town.app.platform.folder / f"{town.slug}.toml"
    lines = [f'{key} = "{value}"' for key, value in {"provider": provider, **keys}.items()]
    file.write_text("\n".join([file.read_text(), "[sms]", *lines, ""]))


async def chose(town: Town, channel: str, phone: str = "", **others: str) -> httpx.Response:
    browser = await town.family(CAMILLE)
    wished = dict.fromkeys(optional(town), channel) | others
    return await browser.post(PAGE, data={**wished, "phone": phone})


async def reminded(town: Town, **facts: Any) -> Message:
    """Write an optional message to Camille, and return it once the worker has run."""
    with town.here() as tenant:
        account = await Account.objects().get(Account.email == CAMILLE)
        today = tenant.now().date()
        told = {"label": "Domicile", "given_on": today, "valid_until": today, "link": "http://x/1"}
        number = await post(
            "messages/document_ending", CAMILLE, account=account.id if account else None, **told
        )
    await town.work()
    with town.here():
        message = await Message.objects().get(Message.id == number)
    assert message
    return message


async def test_without_a_choice_everything_comes_by_e_mail(communes: Communes) -> None:
    await communes.alpha.family(CAMILLE)

    assert (await reminded(communes.alpha)).channel == "email"


async def test_a_family_that_chose_sms_gets_one_short_sms(communes: Communes) -> None:
    town = communes.alpha
    with_sms(town)

    kept = await chose(town, "sms", "06 12 34 56 78")
    message = await reminded(town)

    assert kept.status_code == 303
    assert (message.channel, message.recipient) == ("sms", "+33612345678")
    assert message.sent_at is not None
    assert message.text.startswith("Alpha : un justificatif")
    with town.here() as tenant:
        (file,) = (tenant.folder / "outbox").iterdir()
    assert file.suffix == ".sms"
    assert "SMS au" in (await town.visitor().get("/_boite")).text


async def test_a_family_that_chose_the_portal_is_sent_nothing(communes: Communes) -> None:
    town = communes.alpha
    await chose(town, "portal")

    message = await reminded(town)

    assert (message.channel, message.sent_at is not None) == ("portal", True)
    with town.here() as tenant:
        assert not (tenant.folder / "outbox").exists()


async def test_what_must_be_received_comes_by_e_mail_whatever_was_chosen(
    communes: Communes,
) -> None:
    town = communes.alpha
    await chose(town, "portal", sign_in="portal")

    await town.visitor().post("/connexion", data={"email": CAMILLE})
    await town.work()

    (mail,) = await town.mail(CAMILLE)
    assert (mail.kind, mail.channel) == ("messages/sign_in", "email")


async def test_an_sms_that_cannot_be_gives_way_to_an_e_mail(communes: Communes) -> None:
    """Too long once its facts are in it, or a commune that sends none any more."""
    town = communes.alpha
    with_sms(town)
    await chose(town, "sms", "06 12 34 56 78")
    with town.here() as tenant:
        own = Wording("Fin", "{fin} {lien}", "{commune}{fin}{lien}" * 20)
        await texts.keep("document_ending", 0, own, 1, tenant.now())
    too_long = await reminded(town)
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text().replace('provider = "file"', 'provider = ""'))

    assert (too_long.channel, (await reminded(town)).channel) == ("email", "email")
    assert "Par SMS" not in (await (await town.family(CAMILLE)).get(PAGE)).text


@pytest.mark.parametrize("phone", ["", "02 40 00 00 00", "douze", "+33612345678; rm"])
async def test_a_number_that_takes_no_sms_is_said_and_nothing_is_lost(
    communes: Communes, phone: str
) -> None:
    town = communes.alpha
    with_sms(town)

    answer = await chose(town, "portal", phone, document_ending="sms")

    assert answer.status_code == 422
    assert "Écrivez un numéro de mobile" in answer.text
    assert answer.text.count('value="portal" checked') == len(optional(communes.alpha)) - 1
    assert 'value="sms" checked' in answer.text


async def test_a_channel_nobody_offers_is_refused(communes: Communes) -> None:
    answer = await chose(communes.alpha, "sms", "06 12 34 56 78")

    assert answer.status_code == 422, "this commune sends no SMS"
    assert (await reminded(communes.alpha)).channel == "email"


async def test_the_choices_of_one_are_not_those_of_another(communes: Communes) -> None:
    await chose(communes.alpha, "portal")
    other = await communes.alpha.family("eve@example.test")

    assert 'value="portal" checked' not in (await other.get(PAGE)).text


def test_every_sms_names_its_commune() -> None:
    """A telephone shows eleven letters of a sender, or none."""
    assert all("{commune}" in one.sms for one in MESSAGES if one.sms)


# -- OVHcloud, as its documentation says; never asked for real -------------------------------

KEYS = {
    "service": "sms-ab12345-1",
    "sender": "Mairie",
    "application_key": "AK",
    "application_secret": "AS",
    "consumer_key": "CK",
}
JOBS = "https://eu.api.ovh.com/1.0/sms/sms-ab12345-1/jobs"


class Ovh(httpx.AsyncBaseTransport):
    """OVHcloud's documented exchanges, written by hand: checks the seal, keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.is_lost = False
        self.status = 200
        self.valid = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body, url, headers = request.content.decode(), str(request.url), request.headers
        parts = f"AS+CK+{request.method}+{url}+{body}+{headers['x-ovh-timestamp']}"
        seal = "$1$" + hashlib.sha1(parts.encode()).hexdigest()
        if (headers["x-ovh-application"], headers["x-ovh-consumer"]) != ("AK", "CK"):
            return httpx.Response(403, json={"message": "Invalid credential"})
        if headers["x-ovh-signature"] != seal:
            return httpx.Response(400, json={"message": "Invalid signature"})
        if self.status != 200:
            return httpx.Response(self.status, headers={"location": "https://evil.test/"})
        if request.method == "GET":
            tag = request.url.params["tag"]
            return httpx.Response(
                200, json=[n for n, one in enumerate(self.taken) if one["tag"] == tag]
            )
        assert url == JOBS
        told = json.loads(body)
        if self.valid:
            self.taken.append(told)
        if self.is_lost:
            raise httpx.ReadTimeout("", request=request)
        receivers = told["receivers"]
        report = {"ids": [1], "totalCreditsRemoved": 1}
        valid = {"validReceivers": receivers, "invalidReceivers": []}
        wrong = {"validReceivers": [], "invalidReceivers": receivers}
        return httpx.Response(200, json={**report, **(valid if self.valid else wrong)})


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Ovh:
    server, real = Ovh(), ovh.send

    async def send(*given: Any, **named: Any) -> None:
        await real(*given, **named, transport=server)

    monkeypatch.setattr(ovh, "send", send)
    return server


async def test_an_sms_leaves_by_ovhcloud_with_its_seal(communes: Communes, provider: Ovh) -> None:
    town = communes.alpha
    with_sms(town, "ovh", **KEYS)
    await chose(town, "sms", "06 12 34 56 78")

    message = await reminded(town)

    assert message.sent_at is not None
    (told,) = provider.taken
    assert told["receivers"] == ["+33612345678"]
    assert told["sender"] == "Mairie"
    assert told["noStopClause"] is True
    assert told["tag"] == f"alpha-{message.id}"


async def lost(communes: Communes, provider: Ovh, clock: FrozenClock) -> int:
    """Have the provider's answer lost after it took the SMS; return how many it took in the end."""
    town = communes.alpha
    with_sms(town, "ovh", **KEYS)
    await chose(town, "sms", "06 12 34 56 78")
    provider.is_lost = True
    first = await reminded(town)
    assert first.sent_at is None
    provider.is_lost = False
    clock.move(minutes=2)
    await town.work()
    with town.here():
        assert await Message.exists().where(Message.sent_at.is_not_null())
    return len(provider.taken)


async def test_an_answer_that_was_lost_does_not_send_the_sms_twice(
    communes: Communes, provider: Ovh, clock: FrozenClock
) -> None:
    assert await lost(communes, provider, clock) == 1


async def test_without_the_question_the_sms_would_leave_twice(
    communes: Communes, provider: Ovh, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a second try that does not ask what became of the first."""
    asking = ovh.send

    async def send(*given: Any, **named: Any) -> None:
        await asking(*given, **{**named, "is_again": False})

    monkeypatch.setattr(ovh, "send", send)

    assert await lost(communes, provider, clock) == 2


@pytest.mark.parametrize("status", [302, 400, 403, 500])
async def test_a_refusal_is_tried_again_and_tells_nothing(status: int) -> None:
    server = Ovh()
    server.status = status

    with pytest.raises(ovh.SmsNotTaken) as refusal:
        await ovh.send(
            Sms("ovh", **KEYS),
            "+33612345678",
            "x",
            tag="a-1",
            at=1,
            is_again=False,
            transport=server,
        )

    assert str(refusal.value) == f"answer {status}"
    server.status, server.valid = 200, False
    with pytest.raises(ovh.SmsNotTaken):
        await ovh.send(
            Sms("ovh", **KEYS),
            "+33612345678",
            "x",
            tag="a-1",
            at=1,
            is_again=False,
            transport=server,
        )


async def test_a_commune_with_sms_is_checked(communes: Communes) -> None:
    town = communes.alpha
    with_sms(town, "ovh", service="sms-1", sender="Mairie d’Alpha")

    told = await checking.problems(town.tenant)

    assert sum("sms." in one for one in told) == 4
    assert "non vérifié auprès du fournisseur" in checking.remarks(town.tenant)[0]
    assert checking.remarks(communes.beta.tenant) == []
    file = communes.app.platform.folder / "beta.toml"
    real = file.read_text().replace("demo = true", "demo = false")
    file.write_text(real)
    assert "documents.secret" in checking.remarks(communes.beta.tenant)[0]
    assert "legal.host" in checking.remarks(communes.beta.tenant)[1]
    legal = '[legal]\ndirector = "Le maire"\nhost = "La ville"\n'
    file.write_text(f'{real}\n[documents]\nsecret = "gardé ailleurs"\n{legal}')
    assert checking.remarks(communes.beta.tenant) == []


async def test_a_changed_number_is_told_by_e_mail(communes: Communes) -> None:
    town = communes.alpha
    with_sms(town)

    for phone in ("06 99 00 00 01", "06 99 00 00 01", "06 99 00 00 02"):
        await chose(town, "sms", phone)
    await town.work()

    told = [one for one in await town.mail(CAMILLE) if "Le numéro" in one.subject]
    assert [one.channel for one in told] == ["email"]
    assert "00 02" in told[0].text.replace("\u00a0", " ")
