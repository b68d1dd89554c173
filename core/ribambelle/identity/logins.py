"""What somebody signs in with: their e-mail, or a telephone or a number that they chose instead."""

import re

from ribambelle.identity import accounts
from ribambelle.identity.tables import Account, Login


def folded(text: str) -> str:
    """Return a login as it is kept: letters and digits, a French telephone as networks write it.

    >>> folded("06 99 12 34 56"), folded("+33 699 123 456"), folded("44-2021.7 b")
    ('33699123456', '33699123456', '4420217B')
    """
    bare = re.sub(r"[^0-9A-Za-z+]", "", text)
    if re.fullmatch(r"0[67]\d{8}", bare):
        bare = f"33{bare[1:]}"
    return bare.replace("+", "").upper()[:40]


async def account_of(text: str) -> Account | None:
    """Return the account somebody signs in to with this, if there is one."""
    if "@" in text:
        return await accounts.by_email(text.strip().lower())
    row = await Login.objects().get(Login.value == folded(text))
    return await Account.objects().get(Account.id == row.account) if row else None


async def choose(account: int, text: str) -> bool:
    """Let an account be signed in to with this; False when somebody else already does."""
    value = folded(text)
    await Login.insert(Login(account=account, value=value)).on_conflict(
        target=Login.value, action="DO NOTHING"
    )
    row = await Login.objects().get(Login.value == value)
    return row is not None and int(row.account) == account
