"""A passkey opens its owner's account, here alone, and only while it is not copied."""

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ribambelle.identity.tables import Account, Passkey
from ribambelle.testing import Communes, FrozenClock, Town

WAYS = "/compte/connexion"
PRESENT, VERIFIED, FRESH = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Device:
    """A telephone that keeps one key, written from the standard and not from our library."""

    def __init__(self, host: str) -> None:
        self.host, self.origin = host, f"http://{host}:8000"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count, self.owner = secrets.token_bytes(32), 0, ""

    def _said(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        self.count += 1
        return (
            hashlib.sha256(self.host.encode()).digest()
            + bytes([flags])
            + self.count.to_bytes(4, "big")
            + more
        )

    def _answer(self, **response: bytes | str) -> str:
        told = {k: v if isinstance(v, str) else b64(v) for k, v in response.items()}
        name = b64(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": told})

    def made(self, asked: dict[str, Any], flags: int = PRESENT | VERIFIED) -> str:
        """Make the key that a page asks for."""
        self.owner = asked["user"]["id"]
        point = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (point.x, point.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        more = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(flags | FRESH, more)
        return self._answer(
            clientDataJSON=self._said("webauthn.create", asked["challenge"]),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def signed(self, asked: dict[str, Any], flags: int = PRESENT | VERIFIED) -> str:
        """Answer a page that asks who is there."""
        said, data = self._said("webauthn.get", asked["challenge"]), self._data(flags)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=said,
            authenticatorData=data,
            signature=signature,
            userHandle=self.owner,
        )


async def added(browser: httpx.AsyncClient, device: Device, **more: Any) -> httpx.Response:
    asked = (await browser.post(f"{WAYS}/cles/defi")).json()
    form = {"credential": device.made(asked, **more), "name": "Mon téléphone"}
    return await browser.post(f"{WAYS}/cles", data=form)


async def enters(town: Town, device: Device, **more: Any) -> tuple[httpx.AsyncClient, Any]:
    browser = town.visitor()
    asked = (await browser.post("/connexion/cle/defi")).json()
    answer = device.signed(asked, **more)
    return browser, await browser.post("/connexion/cle", data={"credential": answer})


async def test_a_family_signs_in_by_her_key_until_she_removes_it(
    communes: Communes, clock: FrozenClock
) -> None:
    town, device = communes.alpha, Device("alpha.localhost")
    owner = await town.family()

    done = await added(owner, device)
    page = await owner.get(WAYS)
    browser, came = await enters(town, device)
    clock.move(minutes=16)
    late = await owner.post(f"{WAYS}/cles/1/retirer")
    browser, _ = await enters(town, device)
    removed = await browser.post(f"{WAYS}/cles/1/retirer")
    _, gone = await enters(town, device)

    assert (done.headers["location"], came.headers["location"]) == (WAYS, "/")
    assert "Mon téléphone" in page.text
    assert (late.status_code, removed.status_code, gone.status_code) == (422, 303, 422)
    assert [mail.subject for mail in await town.mail("camille@example.test")] == [
        "Une clé d’accès ouvre maintenant votre compte",
        "Une clé d’accès n’ouvre plus votre compte",
    ]


async def test_for_staff_a_key_is_both_factors_when_the_device_knew_its_owner(
    communes: Communes,
) -> None:
    town, device = communes.alpha, Device("alpha.localhost")
    staff = await town.staff()
    unsure = await added(staff, Device("alpha.localhost"), flags=PRESENT)
    await added(staff, device)

    browser, sure = await enters(town, device)
    half, asked = await enters(town, device, flags=PRESENT)

    assert unsure.status_code == 422
    assert (sure.headers["location"], asked.headers["location"]) == ("/bureau", "/connexion/code")
    assert (await browser.get("/bureau")).status_code == 200
    assert (await half.get("/bureau")).status_code == 303


async def test_a_key_replayed_copied_taken_elsewhere_or_of_a_closed_account_opens_nothing(
    communes: Communes, clock: FrozenClock
) -> None:
    town, device = communes.alpha, Device("alpha.localhost")
    await added(await town.family(), device)

    browser, thief = town.visitor(), town.visitor()
    asked = (await browser.post("/connexion/cle/defi")).json()
    answer = {"credential": device.signed(asked)}
    stolen = await thief.post("/connexion/cle", data=answer)
    right = await browser.post("/connexion/cle", data=answer)
    replayed = await browser.post("/connexion/cle", data=answer)
    device.count = 0
    _, copied = await enters(town, device)
    device.count = 50
    _, abroad = await enters(communes.beta, device)
    asked = (await browser.post("/connexion/cle/defi")).json()
    clock.move(minutes=11)
    late = await browser.post("/connexion/cle", data={"credential": device.signed(asked)})
    device.origin = "https://alpha.localhost.evil.test"
    _, phished = await enters(town, device)
    device.origin = "http://alpha.localhost:8000"
    with town.here() as tenant:
        await Account.update({Account.disabled_at: tenant.now()}, force=True)
    _, closed = await enters(town, device)

    assert right.status_code == 303
    refused = [stolen, replayed, copied, abroad, late, phished, closed]
    assert [one.status_code for one in refused] == [422] * len(refused)


@pytest.mark.parametrize("credential", ["", "-", "[]", '{"response": 3}', '{"rawId": 1}'])
async def test_what_is_no_answer_is_refused_in_words(communes: Communes, credential: str) -> None:
    answer = await communes.alpha.visitor().post("/connexion/cle", data={"credential": credential})

    assert answer.status_code == 422
    assert "n’a pas pu être vérifiée" in answer.text


async def test_nobody_touches_another_s_key(communes: Communes) -> None:
    town = communes.alpha
    await added(await town.family("anne@example.test"), Device("alpha.localhost"))
    other = await town.family("luc@example.test")

    assert (await other.post(f"{WAYS}/cles/1/retirer")).status_code == 404
    with town.here():
        assert await Passkey.count() == 1
