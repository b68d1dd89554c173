"""A childminder opens her own account: the register knows her, her e-mail or her telephone is proved.

What is wrong is never said: a stranger learns nothing of who is in the register.
"""

import secrets
from datetime import date, datetime, timedelta

import msgspec

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Grant, accounts, links, logins, sessions, team
from ribambelle.identity.person import NO_ADDRESS
from ribambelle.identity.tables import Account, Login, Token
from ribambelle.identity.tables import Grant as Held
from ribambelle.messages import choices, text
from ribambelle.search import fold
from ribambelle.workflow import journal
from ribambelle_assmat.domain.accreditation import Accreditation, is_valid
from ribambelle_assmat.queries.directory import ROLE, SCOPE
from ribambelle_assmat.tables import Childminder

PURPOSE = "assmat_code"
LINK_LIVES, CODE_LIVES = timedelta(hours=48), timedelta(minutes=15)


class Wanted(msgspec.Struct, frozen=True):
    """How she wishes to be reached, and to sign in."""

    number: str
    email: str = ""
    mobile: str = ""
    """As networks write it; proved by the code that was sent to it."""
    login: str = "email"
    """email, mobile, or number: that of her accreditation."""


async def activate(
    number: str, family_name: str, born_on: str, wanted: str, challenge: str = ""
) -> None:
    """Send her link, or the code of her telephone, when the register knows her; a job.

    :param challenge: what the browser that asked holds, when a code is to be typed there.
    """
    now = tenants.current().now()
    row = await Childminder.objects().get(Childminder.number == number)
    if row is None or not _is_hers(row, family_name, date.fromisoformat(born_on)):
        return
    told = msgspec.json.decode(wanted, type=Wanted)
    async with transaction():
        await advisory(f"assmat.childminder:{row.id}")
        if not await _may_open(row, now):
            return
        if challenge:
            await _send_code(row, told, challenge, now)
            return
        try:
            account = await team.invite(told.email, _name(row), [_grant(row)], now, life=LINK_LIVES)
        except Refused:
            # an address of a family, or closed: the page told her to call when nothing comes
            return
        await _opened(row, account, told)


async def _send_code(row: Childminder, told: Wanted, challenge: str, now: datetime) -> None:
    code = f"{secrets.randbelow(10**6):06}"
    await Token.insert(
        Token(
            digest=_digest(challenge, code),
            purpose=PURPOSE,
            email=_address(row),
            follow=msgspec.json.encode(msgspec.structs.replace(told, email="")).decode(),
            created_at=now,
            expires_at=now + CODE_LIVES,
        )
    )
    await text("assmat/messages/activation_code", told.mobile, code=code)


async def prove(challenge: str, code: str, now: datetime) -> str:
    """Open the account whose code was typed, and return the page where she chooses her password.

    Raises Refused("code_wrong"): another code, too late, or nobody to send one to.
    """
    async with transaction():
        used = (
            await Token.update({Token.used_at: now})
            .where(
                (Token.digest == _digest(challenge, code))
                & (Token.purpose == PURPOSE)
                & (Token.expires_at > now)
                & Token.used_at.is_null()
            )
            .returning(Token.follow)
        )
        if not used:
            raise Refused("code_wrong")
        told = msgspec.json.decode(used[0]["follow"], type=Wanted)
        row = await Childminder.objects().get(Childminder.number == told.number)
        if row is None:
            raise NotYours
        await advisory(f"assmat.childminder:{row.id}")
        if not await _may_open(row, now):
            raise Refused("code_wrong")
        # an address that nobody proved names no account: it may be anybody's
        account = await accounts.create_staff(_address(row), _name(row), [_grant(row)], now)
        await choices.reach(account.id, told.mobile)
        await _opened(row, account, told)
        return await links.make("invitation", account.email, now, life=LINK_LIVES)


async def _may_open(row: Childminder, now: datetime) -> bool:
    accreditation = Accreditation(row.status, row.first, row.last, row.activity)
    if row.gone_at is not None or not is_valid(accreditation, now.date()):
        return False
    held = await Held.select(Held.account.id, Held.account.email, Held.account.password).where(
        Held.scope == _grant(row).scope
    )
    for one in held:
        if one["account.password"] or await links.waits("invitation", one["account.email"], now):
            return False
        # she never followed her link: a letter wrong in her address must not shut her out
        await Held.delete().where(
            (Held.account == one["account.id"]) & (Held.scope == _grant(row).scope)
        )
        await Login.delete().where(Login.account == one["account.id"])
    return True


async def _opened(row: Childminder, account: Account, told: Wanted) -> None:
    """Keep what she signs in with; without an address, her accreditation's number always serves."""
    alone = not accounts.signs_in(account.email)
    if told.mobile and (told.login == "mobile" or alone):
        await logins.choose(account.id, told.mobile)
    if told.login == "number" or alone:
        await logins.choose(account.id, told.number)
    await journal.record(
        "assmat.activated", f"assmat.childminder:{row.id}", account=None, side="office"
    )


def _grant(row: Childminder) -> Grant:
    return Grant(ROLE, f"{SCOPE}:{row.id}")


def _name(row: Childminder) -> str:
    return f"{row.given_name} {row.usual_name or row.family_name}"


def _address(row: Childminder) -> str:
    return f"assmat-{row.id}{NO_ADDRESS}"


def _digest(challenge: str, code: str) -> str:
    return sessions.digest(f"{PURPOSE}:{challenge}:{code}")


def _is_hers(row: Childminder, name: str, born_on: date) -> bool:
    names = {fold(row.family_name), fold(row.usual_name)} - {""}
    return fold(name) in names and row.born_on == born_on
