"""Links that sign in, invite or prove an address: secret, single use, short, for one commune."""

import secrets
from datetime import datetime, timedelta

from ribambelle import tenants
from ribambelle.errors import Refused
from ribambelle.identity.sessions import digest
from ribambelle.identity.tables import Token

LIFE = {
    "sign_in": timedelta(minutes=30),
    "invitation": timedelta(days=7),
    "new_email": timedelta(minutes=30),
    "join": timedelta(days=30),
    "activation": timedelta(minutes=30),
    "identity": timedelta(minutes=30),
}
PATHS = {
    "sign_in": "/connexion/lien/",
    "invitation": "/invitation/",
    "new_email": "/compte/adresse/",
    "join": "/famille/invitation/",
    "activation": "/activation/lien/",
    "identity": "/identite/lien/",
}


async def make(
    purpose: str, email: str, now: datetime, follow: str = "", life: timedelta | None = None
) -> str:
    """Return a new absolute link; the secret in it is kept nowhere.

    :param life: shorter than what links of this purpose live for.
    """
    secret = secrets.token_urlsafe(24)
    await Token.insert(
        Token(
            digest=digest(secret),
            purpose=purpose,
            email=email,
            follow=follow,
            created_at=now,
            expires_at=now + (life or LIFE[purpose]),
        )
    )
    return tenants.current().url(PATHS[purpose] + secret)


async def find(purpose: str, secret: str, now: datetime) -> Token:
    """Return an unused link without using it; raises Refused("link_dead")."""
    token = await Token.objects().get(
        (Token.digest == digest(secret))
        & (Token.purpose == purpose)
        & (Token.expires_at > now)
        & Token.used_at.is_null()
    )
    if token is None:
        raise Refused("link_dead", purpose=purpose)
    return token


async def use(purpose: str, secret: str, now: datetime) -> Token:
    """Use up a link: of two requests bearing it, only one passes."""
    token = await find(purpose, secret, now)
    used = (
        await Token.update({Token.used_at: now})
        .where((Token.id == token.id) & Token.used_at.is_null())
        .returning(Token.id)
    )
    if not used:
        raise Refused("link_dead", purpose=purpose)
    return token


async def use_number(purpose: str, number: int, now: datetime) -> Token:
    """Use up a link that was opened, and is known by its number since."""
    token = await Token.objects().get(
        (Token.id == number) & (Token.purpose == purpose) & (Token.expires_at > now)
    )
    used = (
        await Token.update({Token.used_at: now})
        .where((Token.id == number) & Token.used_at.is_null())
        .returning(Token.id)
    )
    if token is None or not used:
        raise Refused("link_dead", purpose=purpose)
    return token


async def waits(purpose: str, email: str, now: datetime) -> bool:
    """Tell whether a link of this purpose still waits for an address."""
    return await Token.exists().where(
        (Token.purpose == purpose)
        & (Token.email == email)
        & (Token.expires_at > now)
        & Token.used_at.is_null()
    )


async def forget(purpose: str, follow: str, now: datetime) -> None:
    """Use up the links that wait for one account: what they would do is no longer wanted."""
    await Token.update({Token.used_at: now}).where(
        (Token.purpose == purpose) & (Token.follow == follow) & Token.used_at.is_null()
    )


async def kill(purpose: str, email: str, now: datetime) -> None:
    """Use up the links of one purpose that wait for an address."""
    await Token.update({Token.used_at: now}).where(
        (Token.purpose == purpose) & (Token.email == email) & Token.used_at.is_null()
    )


def local_path(path: str, default: str = "/") -> str:
    """Return where to go after signing in, only ever a page of this portal.

    >>> local_path("/creche/demande")
    '/creche/demande'
    >>> local_path("//evil.test"), local_path("https://evil.test"), local_path("/a\\\\b")
    ('/', '/', '/')
    """
    safe = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if safe and path.isprintable() and len(path) <= 300 else default
