"""An open browser is not enough for what matters most: who asks proves it is them.

The present password is asked, or, where there is none, a sign-in of the last quarter of an hour.
"""

from datetime import datetime

from ribambelle.identity import Person, passwords
from ribambelle.identity.tables import Account, Session
from ribambelle.web.sign_in import QUARTER


async def missing(person: Person, now: datetime, present: str) -> str:
    """Return why it is not sure enough who asks; nothing when it is."""
    account = await Account.objects().get(Account.id == person.account)
    if account and account.password:
        right = await passwords.matches(account.password, present)
        return "" if right else "Ce n’est pas votre mot de passe actuel."
    if await is_recent(person, now):
        return ""
    return "Reconnectez-vous d’abord par un lien : cela prouve que c’est vous."


async def has_password(person: Person) -> bool:
    """Tell whether this person chose a password."""
    account = await Account.objects().get(Account.id == person.account)
    return bool(account and account.password)


async def is_recent(person: Person, now: datetime) -> bool:
    """Tell whether this browser was signed in a moment ago."""
    session = await Session.objects().get(Session.id == person.session)
    return session is not None and now - session.created_at < QUARTER
