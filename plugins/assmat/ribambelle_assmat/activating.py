"""A childminder opens her own account: the register knows her, her e-mail or her telephone is proved.

Then she reads again what the register says of her, and her account is open. What is wrong in her
name or her date is never said: a stranger learns nothing of who is in the register.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Grant, accounts, links, logins, sessions
from ribambelle.identity.person import NO_ADDRESS
from ribambelle.identity.tables import Account, Login, Token
from ribambelle.identity.tables import Grant as Held
from ribambelle.messages import choices, post, text
from ribambelle.search import fold
from ribambelle.workflow import journal
from ribambelle_assmat import caring
from ribambelle_assmat.domain.accreditation import Accreditation, is_valid
from ribambelle_assmat.queries.directory import ROLE, SCOPE
from ribambelle_assmat.refreshing import HERSELF
from ribambelle_assmat.tables import Childminder

PURPOSE, LINK = "assmat_code", "assmat_link"
READ_BACK, SIGN_IN = "/assmat/activation/relire", "/connexion/mot-de-passe"
LINK_LIVES, CODE_LIVES = timedelta(hours=48), timedelta(minutes=10)
TWICE = timedelta(minutes=2)


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

    :param number: of her accreditation; empty when she did not give it.
    :param challenge: what the browser that asked holds, when a code is to be typed there.
    """
    now = tenants.current().now()
    told = msgspec.json.decode(wanted, type=Wanted)
    found = await _known(number, family_name, date.fromisoformat(born_on), now.date())
    if len(found) > 1:
        await _ask_number(told)
    if len(found) != 1 or await _is_held(found[0]):
        return
    told = msgspec.structs.replace(told, number=found[0].number)
    async with transaction():
        await advisory(f"assmat.childminder:{found[0].id}")
        if challenge:
            await _send_code(found[0], told, challenge, now)
        elif not await _is_just_sent(told, now):
            link = await _link(told.email, told, now)
            await post("assmat/messages/activation_link", told.email, link=link)


async def _known(number: str, name: str, born_on: date, today: date) -> list[Childminder]:
    """Return whom the register knows by this, who may work today."""
    asked = Childminder.objects().where(
        (Childminder.born_on == born_on) & Childminder.gone_at.is_null()
    )
    if number:
        asked = asked.where(Childminder.number == number)
    rows = await asked.order_by(Childminder.id)
    return [row for row in rows if _is_named(row, name) and _is_valid(row, today)]


async def _ask_number(told: Wanted) -> None:
    link = tenants.current().url("/assmat/activation")
    async with transaction():
        if told.mobile:
            await text("assmat/messages/activation_number", told.mobile, link=link)
        else:
            await post("assmat/messages/activation_number", told.email, link=link)


async def _is_just_sent(told: Wanted, now: datetime) -> bool:
    """Tell whether the same link left a moment ago: pressed twice, one message."""
    return await Token.exists().where(
        (Token.purpose == LINK)
        & (Token.email == told.email)
        & (Token.follow == _follow(told))
        & (Token.created_at > now - TWICE)
    )


def _follow(told: Wanted) -> str:
    return msgspec.json.encode(msgspec.structs.replace(told, email="")).decode()


async def _link(email: str, told: Wanted, now: datetime) -> str:
    """Return a new link to the page where she reads again what the register says of her."""
    secret = secrets.token_urlsafe(24)
    await Token.insert(
        Token(
            digest=sessions.digest(secret),
            purpose=LINK,
            email=email,
            follow=_follow(told),
            created_at=now,
            expires_at=now + LINK_LIVES,
        )
    )
    return tenants.current().url(f"{READ_BACK}/{secret}")


async def _send_code(row: Childminder, told: Wanted, challenge: str, now: datetime) -> None:
    code = f"{secrets.randbelow(10**6):06}"
    await Token.insert(
        Token(
            digest=_digest(challenge, code),
            purpose=PURPOSE,
            email=_address(row),
            follow=_follow(told),
            created_at=now,
            expires_at=now + CODE_LIVES,
        )
    )
    await text("assmat/messages/activation_code", told.mobile, code=code)


async def prove(challenge: str, code: str, now: datetime) -> str:
    """Use up the code that was typed, and return the page where she reads the register again.

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
            .returning(Token.email, Token.follow)
        )
        if not used:
            raise Refused("code_wrong")
        return await _link(
            used[0]["email"], msgspec.json.decode(used[0]["follow"], type=Wanted), now
        )


async def read_back(secret: str, now: datetime) -> Childminder:
    """Return whom a link speaks of. Raises Refused: link_dead."""
    return (await _asked(secret, now))[1]


async def confirm(secret: str, wrong: str, now: datetime) -> str:
    """Open her account, once she read again what the register says, and return where she goes on.

    :param wrong: what is false in the register, in her words: the PMI reads it.

    Raises Refused: link_dead, email_taken_by_family, account_disabled.
    """
    async with transaction():
        told, row = await _asked(secret, now)
        await advisory(f"assmat.childminder:{row.id}")
        await links.use(LINK, secret, now)
        if await _is_held(row):
            raise Refused("link_dead")
        await _forget_unfinished(row, now)
        # without an address that was proved, none names the account: it may be anybody's
        before = await accounts.by_email(told.email)
        if before is not None and before.disabled_at is not None:
            raise Refused("account_disabled")
        account = await accounts.create_staff(told.email, _name(row), [_grant(row)], now)
        if told.mobile:
            await choices.reach(account.id, told.mobile)
        await _opened(row, account, told)
        if wrong:
            await caring.tell(HERSELF, row.id, "error", now.date(), wrong, now)
        if account.password and account.totp:
            return SIGN_IN
        await links.kill("invitation", account.email, now)
        return urlsplit(await links.make("invitation", account.email, now, life=LINK_LIVES)).path


async def _asked(secret: str, now: datetime) -> tuple[Wanted, Childminder]:
    token = await links.find(LINK, secret, now)
    told = msgspec.json.decode(token.follow, type=Wanted)
    row = await Childminder.objects().get(Childminder.number == told.number)
    if row is None or row.gone_at is not None or not _is_valid(row, now.date()):
        raise Refused("link_dead")
    return msgspec.structs.replace(told, email=token.email), row


async def _held(row: Childminder) -> list[dict[str, Any]]:
    return await Held.select(Held.account.id, Held.account.email, Held.account.password).where(
        Held.scope == _grant(row).scope
    )


async def _is_held(row: Childminder) -> bool:
    """Tell whether somebody keeps her page already: an account whose password is chosen."""
    return any(one["account.password"] for one in await _held(row))


async def _forget_unfinished(row: Childminder, now: datetime) -> None:
    """Forget what was begun and not finished: a closed tab must not shut her out."""
    for one in await _held(row):
        await Held.delete().where(
            (Held.account == one["account.id"]) & (Held.scope == _grant(row).scope)
        )
        await Login.delete().where(Login.account == one["account.id"])
        await links.kill("invitation", one["account.email"], now)


def _is_valid(row: Childminder, today: date) -> bool:
    return is_valid(Accreditation(row.status, row.first, row.last, row.activity), today)


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


def _is_named(row: Childminder, name: str) -> bool:
    return fold(name) in {fold(row.family_name), fold(row.usual_name)} - {""}
