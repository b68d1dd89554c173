"""Tokens: made once, shown once, revoked at any time, and looked up at each request."""

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from ribambelle import tenants
from ribambelle.api import pace, scopes
from ribambelle.api.tables import ApiToken
from ribambelle.database import Prepared, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity.person import Bearer
from ribambelle.identity.sessions import digest
from ribambelle.web.guards import TokenNeeded
from ribambelle.workflow import journal

FORM = re.compile(r"rib_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
NOBODY = "0" * 64
HOUR = timedelta(hours=1)
LIVES = {90: "trois mois", 365: "un an", 730: "deux ans"}
"""For how many days a token may be made."""
Headers = Sequence[tuple[bytes, bytes]]


OPENED = Prepared(lambda given: ApiToken.select().where(ApiToken.prefix == given.prefix).limit(1))


async def make(
    name: str, wanted: Iterable[str], days: int, now: datetime, *, by: int | None = None
) -> tuple[ApiToken, str]:
    """Make a token, and return it with its secret, which is kept nowhere."""
    codes = sorted(set(wanted))
    known = scopes.known(tenants.current().hooks)
    if not codes or (unknown := [code for code in codes if code not in known]):
        raise Refused(
            "unknown_api_scope",
            scope=unknown[0] if codes else "",
            known=", ".join(known) or "aucune",
        )
    if days not in LIVES:
        raise Refused("unknown_life", days=days, known=", ".join(map(str, LIVES)))
    prefix = secrets.token_hex(4)
    secret = f"rib_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        name=name,
        scopes=" ".join(codes),
        prefix=prefix,
        digest=digest(secret),
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=days),
    )
    async with transaction():
        row.id = int((await ApiToken.insert(row).returning(ApiToken.id))[0]["id"])
        await journal.record(
            "api_token.made",
            f"api_token:{row.id}",
            account=by,
            side="office",
            scopes=codes,
            days=days,
        )
    return row, secret


async def every() -> list[ApiToken]:
    """Return the tokens of the commune, the latest first; those revoked stay, to be read."""
    return await ApiToken.objects().order_by(ApiToken.id, ascending=False)


async def one(number: int) -> ApiToken:
    """Return a token, or behave as if it did not exist."""
    found = await ApiToken.objects().get(ApiToken.id == number)
    if found is None:
        raise NotYours
    return found


async def by_prefix(prefix: str) -> ApiToken:
    """Return the token whose first part is this one; refuse with those that exist."""
    found = await ApiToken.objects().get(ApiToken.prefix == prefix)
    if found is None:
        known = ", ".join(row.prefix for row in await every())
        raise Refused("unknown_token", prefix=prefix, known=known or "aucun")
    return found


async def revoke(number: int, now: datetime, *, by: int | None = None) -> bool:
    """Revoke a token from its next request on; False when it was already."""
    async with transaction():
        done = (
            await ApiToken.update({ApiToken.revoked_at: now, ApiToken.revoked_by: by})
            .where((ApiToken.id == number) & ApiToken.revoked_at.is_null())
            .returning(ApiToken.id)
        )
        if done:
            await journal.record(
                "api_token.revoked", f"api_token:{number}", account=by, side="office"
            )
    return bool(done)


async def opened(headers: Headers, now: datetime) -> Bearer:
    """Return the program that bears a token of this commune; raises TokenNeeded, or Refused."""
    given = [value for name, value in headers if name == b"authorization"]
    kind, _, secret = (given[0] if len(given) == 1 else b"").decode("latin-1").partition(" ")
    if kind.lower() != "bearer":
        raise TokenNeeded("token_missing")
    form = FORM.fullmatch(secret.strip())
    rows = await OPENED.ask(prefix=form[1]) if form else []
    row = rows[0] if rows else None
    # an unknown prefix and a wrong secret take the same road
    if not hmac.compare_digest(digest(secret.strip()), row["digest"] if row else NOBODY) or not row:
        raise TokenNeeded("token_unknown")
    if row["revoked_at"] is not None:
        raise TokenNeeded("token_revoked")
    if row["expires_at"] <= now:
        raise TokenNeeded("token_expired")
    await pace.require(row["id"], now)
    if row["last_used_at"] is None or now - row["last_used_at"] >= HOUR:
        await ApiToken.update({ApiToken.last_used_at: now}).where(ApiToken.id == row["id"])
    return Bearer(
        row["id"],
        row["name"],
        row["prefix"],
        frozenset(row["scopes"].split()),
        row["expires_at"],
    )
