"""The link of an invitation: who invites, for which children, and one button."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import joining, limits
from ribambelle.identity.joining import Invited
from ribambelle.web import guards
from ribambelle.web.families.mine import PAGE
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal


@dataclass(frozen=True)
class JoinPage:
    """An invitation, or a link that is dead."""

    secret: str
    offer: Invited | None


def _dead() -> Page:
    return Page("family/join.html", JoinPage("", None), status=410)


@get(
    f"{PAGE}/invitation/{{secret:str}}",
    name="family.invitation",
    told="Ouvrir une invitation",
    guards=[guards.public],
)
async def invitation(secret: FromPath[str], now: NamedDependency[datetime]) -> Page:
    """Show who invites; programs that open the links of e-mails must change nothing."""
    try:
        return Page("family/join.html", JoinPage(secret, await joining.invited(secret, now)))
    except Refused:
        return _dead()


@post(
    f"{PAGE}/invitation/{{secret:str}}",
    name="family.join",
    told="Accepter une invitation",
    guards=[guards.public],
)
async def join(
    secret: FromPath[str], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Join: the link proves the address, and signs in."""
    await limits.require(f"join:{secret[:8]}", now, at_most=20, per=QUARTER)
    try:
        async with transaction():
            account = await joining.accept(secret, now)
            await seen.session.sign_in(account, now)
            await journal.record(
                "account.signed_in", f"account:{account.id}", account=account.id, side="family"
            )
    except Refused as refusal:
        if refusal.reason != "link_dead":
            raise
        return _dead()
    seen.tell("ok", "Bienvenue. Vérifiez votre nom, puis donnez votre adresse.")
    return Redirect(PAGE, status_code=303)


ROUTES = [invitation, join]
