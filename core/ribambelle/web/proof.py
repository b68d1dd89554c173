"""Is it sure enough who asks, before what opens an account is changed?

An open browser is not enough: the present password is asked, or, where there is none, a sign-in of
the last quarter of an hour.
"""

from dataclasses import dataclass
from datetime import datetime

from ribambelle.identity import Person, limits, passwords
from ribambelle.identity.tables import Account, Session
from ribambelle.web.sign_in import QUARTER


@dataclass(frozen=True, slots=True)
class Proof:
    """What is asked of somebody, and whether they signed in a moment ago."""

    has_password: bool
    is_recent: bool

    @property
    def can_be_given(self) -> bool:
        """Whether this page may ask for it: otherwise a new sign-in comes first."""
        return self.has_password or self.is_recent


async def of(person: Person, now: datetime) -> Proof:
    """Return what somebody must prove."""
    account = await Account.objects().get(Account.id == person.account)
    session = await Session.objects().get(Session.id == person.session)
    recent = session is not None and now - session.created_at < QUARTER
    return Proof(bool(account and account.password), recent)


async def missing(person: Person, now: datetime, present: str) -> str:
    """Return why it is not sure enough who asks; nothing when it is."""
    await limits.require(f"proof:{person.account}", now, at_most=10, per=QUARTER)
    account = await Account.objects().get(Account.id == person.account)
    if account and account.password:
        right = await passwords.matches(account.password, present)
        return "" if right else "Ce n’est pas votre mot de passe actuel."
    recent = (await of(person, now)).is_recent
    return "" if recent else "Reconnectez-vous d’abord : cela prouve que c’est vous."
