"""Passkeys: a key the telephone or the computer keeps, that no other site can ever be shown."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts
from ribambelle.identity.tables import Account, Passkey
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal

MOST = 10
LONGEST = 16_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An account a key opened, and whether its owner was recognised by the device itself."""

    account: Account
    is_verified: bool


def handle(account: int) -> bytes:
    """Return what a device keeps of an account: it tells nobody whose it is."""
    return bytes.fromhex(tenants.current().sign("passkey", str(account)))


def challenge_of(credential: str) -> str:
    """Return the challenge a device says it answers; nothing when it cannot be read."""
    from webauthn.helpers import base64url_to_bytes

    try:
        said = json.loads(credential[:LONGEST])["response"]["clientDataJSON"]
        return base64url_to_bytes(json.loads(base64url_to_bytes(said))["challenge"]).decode()
    except (ValueError, KeyError, TypeError):
        return ""


async def to_add(account: Account, challenge: str) -> bytes:
    """Return what a browser is asked to make a key."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    tenant = tenants.current()
    known = await of_account(account.id)
    options = generate_registration_options(
        rp_id=tenant.settings.hosts[0],
        rp_name=f"Portail famille, {tenant.settings.name}",
        user_name=account.email,
        user_id=handle(account.id),
        user_display_name=account.name or account.email,
        challenge=challenge.encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in known
        ],
    )
    return options_to_json(options).encode()


def to_sign_in(challenge: str) -> bytes:
    """Return what a browser is asked to find a key, whoever it belongs to."""
    from webauthn import generate_authentication_options, options_to_json

    rp_id = tenants.current().settings.hosts[0]
    options = generate_authentication_options(rp_id=rp_id, challenge=challenge.encode())
    return options_to_json(options).encode()


async def add(account: Account, credential: str, challenge: str, name: str, now: datetime) -> None:
    """Keep a key and tell its owner; raises Refused("passkey_wrong")."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    tenant = tenants.current()
    try:
        made = verify_registration_response(
            credential=credential[:LONGEST],
            expected_challenge=challenge.encode(),
            expected_rp_id=tenant.settings.hosts[0],
            expected_origin=_origin(tenant),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("passkey_wrong") from None
    row = Passkey(
        account=account.id,
        digest=_digest(made.credential_id),
        credential=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        counter=made.sign_count,
        name=name,
        added_at=now,
    )
    async with transaction():
        if await Passkey.count().where(Passkey.account == account.id) >= MOST:
            raise Refused("passkey_wrong")
        if not await Passkey.insert(row).on_conflict(action="DO NOTHING"):
            raise Refused("passkey_wrong")
        await _told(account, "added")


async def check(credential: str, challenge: str, now: datetime) -> Opened:
    """Return the account a key opens; raises Refused("passkey_wrong"), whatever is wrong."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    tenant = tenants.current()
    try:
        said: dict[str, Any] = json.loads(credential[:LONGEST])
        found = await Passkey.objects(Passkey.account).get(
            Passkey.digest == _digest(base64url_to_bytes(said["rawId"]))
        )
        if found is None:
            raise Refused("passkey_wrong")
        told = verify_authentication_response(
            credential=said,
            expected_challenge=challenge.encode(),
            expected_rp_id=tenant.settings.hosts[0],
            expected_origin=_origin(tenant),
            credential_public_key=base64url_to_bytes(found.public_key),
            credential_current_sign_count=found.counter,
        )
        whose = base64url_to_bytes(said["response"]["userHandle"])
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("passkey_wrong") from None
    account: Account = found.account
    if account.disabled_at is not None or whose != handle(account.id):
        raise Refused("passkey_wrong")
    # of two answers that bear the same count, one is a copy
    used = (
        await Passkey.update({Passkey.counter: told.new_sign_count, Passkey.used_at: now})
        .where((Passkey.id == found.id) & (Passkey.counter == found.counter))
        .returning(Passkey.id)
    )
    if not used:
        raise Refused("passkey_wrong")
    return Opened(account, told.user_verified)


async def of_account(account: int) -> list[Passkey]:
    """Return the keys of an account, the oldest first."""
    return await Passkey.objects().where(Passkey.account == account).order_by(Passkey.id)


async def remove(account: Account, number: int) -> None:
    """Forget a key and tell its owner; somebody else's is simply not there."""
    async with transaction():
        gone = (
            await Passkey.delete()
            .where((Passkey.id == number) & (Passkey.account == account.id))
            .returning(Passkey.id)
        )
        if not gone:
            raise NotYours
        await _told(account, "removed")


async def _told(account: Account, act: str) -> None:
    side = "office" if account.kind == "staff" else "family"
    await journal.record(
        f"account.passkey_{act}", f"account:{account.id}", account=account.id, side=side
    )
    if accounts.signs_in(account.email):
        await post(f"messages/passkey_{act}", account.email, account=account.id)


def _digest(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()


def _origin(tenant: Tenant) -> str:
    return tenant.url("")
