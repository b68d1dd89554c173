"""How does a receiver know that an event is the commune's, and written a moment ago?

As Standard Webhooks says (https://www.standardwebhooks.com): HMAC-SHA256 of the id, the moment and
the body, with a secret both know. It is kept sealed, since signing needs it whole.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

from ribambelle import tenants
from ribambelle.documents import sealing

PREFIX, LENGTH, PURPOSE = "whsec_", 32, "webhook secret"


def make() -> str:
    """Return a new secret, as a receiver is given it."""
    return PREFIX + b64encode(secrets.token_bytes(LENGTH)).decode()


def signature(secret: str, event: str, at: int, body: bytes) -> str:
    """Return what only the holder of the secret can write of this event at this moment.

    >>> secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = b64decode(secret.removeprefix(PREFIX))
    told = f"{event}.{at}.".encode() + body
    return "v1," + b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


def sealed(secret: str, code: str) -> str:
    """Return a secret that only this commune opens, in the row of this code only."""
    return b64encode(sealing.wrap(secret.encode(), _key(), _place(code))).decode()


def opened(text: str, code: str) -> str:
    """Return a secret as it was made; raises Broken when it is not what was sealed."""
    return sealing.unwrap(b64decode(text), _key(), _place(code)).decode()


def _key() -> bytes:
    tenant = tenants.current()
    return sealing.derived(tenant.key, tenant.slug.encode(), PURPOSE)


def _place(code: str) -> str:
    return f"{tenants.current().slug}\0webhook:{code}"
