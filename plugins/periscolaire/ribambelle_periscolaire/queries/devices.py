"""The tablets of schools: paired by a code, revoked by an agent, forgotten when their time is over."""

import hashlib
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import Prepared, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import limits, schools
from ribambelle.workflow import journal
from ribambelle_periscolaire.tables import Device

CODE_LIFE = timedelta(minutes=15)
TRIES, TRIES_PER = 20, timedelta(minutes=15)
"""Codes a commune's tablets may try: eight digits cannot be guessed at that pace."""
MOST_DAYS = 400
"""How long a tablet may serve before somebody looks at it again."""

OPENED = Prepared(
    lambda given: (
        Device.select(Device.id, Device.school, Device.name, Device.expires_at)
        .where(
            (Device.secret == given.secret)
            & Device.revoked_at.is_null()
            & (Device.expires_at > given.now)
        )
        .limit(1)
    )
)


async def make(school: int, name: str, last: date, by: int | None, now: datetime) -> str:
    """Open a tablet for a school until a day; return the code to type on it, shown once."""
    await schools.one(school)
    code = f"{secrets.randbelow(10**8):08}"
    async with transaction():
        row = Device(
            school=school,
            name=name,
            code=digest(code),
            code_until=now + CODE_LIFE,
            made_at=now,
            made_by=by,
            expires_at=datetime.combine(last, time(23, 59), tenants.current().zone),
        )
        number = int((await Device.insert(row).returning(Device.id))[0]["id"])
        await _written("device_made", number, by, school=school)
    return code


async def pair(code: str, now: datetime) -> tuple[str, datetime] | None:
    """Make a tablet of whoever types a living code: its secret and its end; None for a wrong one."""
    await limits.require("periscolaire.pairing", now, at_most=TRIES, per=TRIES_PER)
    secret = secrets.token_urlsafe(32)
    async with transaction():
        paired = (
            await Device.update(
                {Device.code: "", Device.secret: digest(secret), Device.paired_at: now}, force=True
            )
            .where(
                (Device.code == digest("".join(code.split())))
                & (Device.code_until > now)
                & Device.revoked_at.is_null()
            )
            .returning(Device.id, Device.expires_at)
        )
        if not paired:
            return None
        await _written("device_paired", paired[0]["id"], None)
    return secret, paired[0]["expires_at"]


async def opened(secret: str, now: datetime) -> dict[str, Any] | None:
    """Return the tablet of a cookie, while it is neither revoked nor over."""
    found = await OPENED.ask(secret=digest(secret), now=now) if secret else []
    return found[0] if found else None


async def revoke(number: int, by: int | None, now: datetime) -> None:
    """Close a tablet at once: what it holds is wiped the next time it asks anything."""
    async with transaction():
        closed = (
            await Device.update({Device.revoked_at: now, Device.secret: "", Device.code: ""})
            .where((Device.id == number) & Device.revoked_at.is_null())
            .returning(Device.id)
        )
        if closed:
            await _written("device_revoked", number, by)
        elif not await Device.exists().where(Device.id == number):
            raise NotYours


async def every() -> list[Device]:
    """Return the tablets, the latest first."""
    return await Device.objects().order_by(Device.id, ascending=False).limit(200)


def digest(secret: str) -> str:
    """Return what is kept of a code or a cookie: useless in another commune, and no way back."""
    return hashlib.sha256(f"{tenants.current().slug}\0device\0{secret}".encode()).hexdigest()


async def _written(act: str, number: int, by: int | None, **facts: Any) -> None:
    side = "office" if by else "clock"
    about = f"periscolaire.device:{number}"
    await journal.record(f"periscolaire.{act}", about, account=by, side=side, **facts)
