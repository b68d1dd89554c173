"""Sessions: read when a cookie comes, written only when changed, renewed at each sign-in."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle.errors import Refused
from ribambelle.identity.person import NO_ADDRESS, Grant, Person
from ribambelle.identity.tables import Account, Adult, Session
from ribambelle.identity.tables import Grant as GrantRow

FAMILY, STAFF = timedelta(days=14), timedelta(hours=12)
ANONYMOUS = timedelta(hours=2)
IDLE, STEP = timedelta(hours=2), timedelta(minutes=10)
"""A member of staff who does nothing this long signs in again; looked at no more than each step."""
LANGUAGE = "language"
NEWCOMER, OPENID, MANDATE = "newcomer", "openid", "mandate"
AWAITING = "awaiting"
"""The member of staff who gave a password, and whose code is still to come."""
OF_ONE_PERSON = ("flash", "refused", NEWCOMER, OPENID, MANDATE, AWAITING)
"""What a session keeps of one person: whoever signs in after them finds nothing of it."""


def digest(secret: str) -> str:
    """Return what is kept of a secret: useless in another commune, and no way back."""
    return hashlib.sha256(f"{tenants.current().slug}\0{secret}".encode()).hexdigest()


class OpenSession:
    """The session of one request; nothing is written unless something changed."""

    def __init__(self, row: Session | None = None, secret: str = "") -> None:
        self.row, self.secret = row, secret
        self.data: dict[str, Any] = msgspec.json.decode(row.data) if row else {}
        self.changed = False
        self.allowed = True
        """Whether a cookie may travel here: over plain HTTP, only on this machine."""

    def set(self, key: str, value: Any) -> None:
        """Keep a value for the next requests."""
        self.data[key] = value
        self.changed = True

    def drop(self, key: str) -> None:
        """Forget a value."""
        if self.data.pop(key, None) is not None:
            self.changed = True

    async def save(self, now: datetime) -> str | None:
        """Write what changed; return the secret for the cookie, or None when it stays as it is."""
        if not self.changed:
            return None
        self.changed = False
        text = msgspec.json.encode(self.data).decode()
        if self.row is not None:
            await Session.update({Session.data: text}).where(Session.id == self.row.id)
            return None
        if not self.data or not self.allowed:
            return None
        await self._begin(None, False, text, now, ANONYMOUS)
        return self.secret

    async def sign_in(
        self, account: Account, now: datetime, *, strong: bool = False, in_person: bool = True
    ) -> str:
        """Begin a new session for this account: an id from before the sign-in is never reused.

        :param in_person: False when somebody enters in its place: the account's language is not theirs.
        """
        if not self.allowed:
            raise Refused("https_needed")
        if self._is_somebody_s:
            self.data.pop(LANGUAGE, None)  # it was chosen by whoever was signed in before
        await self.end()
        for key in OF_ONE_PERSON:
            self.data.pop(key, None)
        if in_person:
            await self._speak(account)
        life = IDLE if account.kind == "staff" else FAMILY
        await self._begin(account.id, strong, msgspec.json.encode(self.data).decode(), now, life)
        return self.secret

    @property
    def _is_somebody_s(self) -> bool:
        held = self.row.account if self.row else None
        return (held.id if isinstance(held, Account) else held) is not None

    async def _speak(self, account: Account) -> None:
        """Take up the account's language; the one just chosen becomes its own when it has none."""
        if account.kind == "staff":
            return
        if account.language:
            self.data[LANGUAGE] = account.language
        elif chosen := self.data.get(LANGUAGE):
            await keep_language(account.id, chosen)

    async def _begin(
        self, account: int | None, strong: bool, text: str, now: datetime, life: timedelta
    ) -> None:
        secret = secrets.token_urlsafe(32)
        row = Session(
            digest=digest(secret),
            account=account,
            strong=strong,
            data=text,
            created_at=now,
            expires_at=now + life,
        )
        row.id = int((await Session.insert(row).returning(Session.id))[0]["id"])
        self.row, self.secret = row, secret

    async def end(self) -> None:
        """Sign out this browser."""
        if self.row is not None:
            await Session.delete().where(Session.id == self.row.id)
        self.row, self.secret = None, ""


async def keep_language(account: int, code: str) -> None:
    """Keep the language somebody reads: the portal speaks it, messages are written in it too."""
    await Account.update({Account.language: code}).where(
        (Account.id == account) & (Account.language != code)
    )


OPENED = Prepared(
    lambda given: Session.objects(Session.account).where(
        (Session.digest == given.digest) & (Session.expires_at > given.now)
    )
)
GRANTS = Prepared(
    lambda given: GrantRow.select(GrantRow.role, GrantRow.scope).where(
        GrantRow.account == given.account
    )
)
REGISTERED = Prepared(
    lambda given: (
        Adult.select(Adult.id, Adult.household)
        .where(Adult.account == given.account)
        .order_by(Adult.id)
        .limit(1)
    )
)


async def opened(secret: str, now: datetime) -> tuple[OpenSession, Person | None]:
    """Return the session of a cookie's secret and who it belongs to; an empty one if unknown."""
    found = await OPENED.ask(digest=digest(secret), now=now)
    if not found:
        return OpenSession(), None
    (row,) = found
    account: Account = row.account
    session = OpenSession(row, secret)
    if account is None or account.id is None or account.disabled_at is not None:
        return session, None
    if account.kind == "staff":
        await _stay(row, now)
    return session, await person(account, row.id, row.strong)


async def _stay(row: Session, now: datetime) -> None:
    """Push the end of a session that is used, never past its last hour."""
    wished = min(now + IDLE, row.created_at + STAFF)
    if wished - row.expires_at >= STEP:
        await Session.update({Session.expires_at: wished}).where(Session.id == row.id)


async def person(account: Account, session: int, strong: bool) -> Person:
    """Return who an account is, with the roles they hold at this moment."""
    grants: frozenset[Grant] = frozenset()
    adult = household = 0
    if account.kind == "staff":
        rows = await GRANTS.ask(account=account.id)
        grants = frozenset(Grant(row["role"], row["scope"]) for row in rows)
    elif known := await REGISTERED.ask(account=account.id):
        adult, household = known[0]["id"], known[0]["household"]
    return Person(
        account=account.id,
        session=session,
        email="" if account.email.endswith(NO_ADDRESS) else account.email,
        name=account.name,
        kind="staff" if account.kind == "staff" else "family",
        grants=grants,
        strong=strong,
        adult=adult,
        household=household,
    )


async def sessions_of(account: int, now: datetime) -> list[Session]:
    """Return the browsers where an account is signed in, the latest first."""
    return (
        await Session.objects()
        .where((Session.account == account) & (Session.expires_at > now))
        .order_by(Session.id, ascending=False)
    )


async def revoke(account: int, session: int | None = None, keep: int | None = None) -> int:
    """Sign an account out of one browser, or of all but `keep`; return of how many it was."""
    question = Session.delete().where(Session.account == account)
    if session is not None:
        question = question.where(Session.id == session)
    if keep is not None:
        question = question.where(Session.id != keep)
    return len(await question.returning(Session.id))
