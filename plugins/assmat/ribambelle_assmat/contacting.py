"""A family writes to a childminder without seeing her address; she answers if she wishes."""

from contextlib import suppress
from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.database import Prepared, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts
from ribambelle.identity.tables import Account, Grant
from ribambelle.messages import handed, phones, post
from ribambelle.messages.handed import Handed
from ribambelle_assmat import measuring
from ribambelle_assmat.queries.directory import ROLE, SCOPE, One

OWNER = Prepared(
    lambda given: Account.raw(
        "SELECT a.id, a.email FROM core_account a JOIN core_grant g ON g.account = a.id"
        " WHERE g.role = {} AND g.scope = {} AND a.disabled_at IS NULL ORDER BY a.id LIMIT 1",
        ROLE,
        given.scope,
    )
)
OWNERS = Prepared(
    lambda given: Grant.select(Grant.account).where(
        (Grant.role == ROLE) & (Grant.scope == given.scope)
    )
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a family writes."""

    name: str
    email: str
    phone: str
    words: str


async def address(one: One) -> tuple[str, int | None]:
    """Return where she reads what families write: her account's address, else the one she told."""
    rows = await OWNER.ask(scope=f"{SCOPE}:{one.id}")
    if not rows:
        return one.told.email, None
    # an account opened by telephone has no address of its own
    email = rows[0]["email"] if accounts.signs_in(rows[0]["email"]) else one.told.email
    return email, rows[0]["id"]


async def sms(one: One) -> list[Handed]:
    """Return the SMS sent to a childminder, and where each stands; what they say is hers."""
    rows = await OWNERS.ask(scope=f"{SCOPE}:{one.id}")
    hers = [int(row["account"]) for row in rows]
    numbers = await handed.numbers_of(hers) if hers else []
    with suppress(Refused):
        numbers.append(phones.mobile(one.told.mobile, tenants.current().settings.departement))
    zone = tenants.current().zone
    return [each.at_home(zone) for each in await handed.sms_to(hers, numbers, "assmat/messages/")]


async def write(one: One, letter: Letter) -> None:
    """Send what a family writes; how to answer is in it, and her address is in none of it."""
    email, account = await address(one)
    if not email:
        raise NotYours
    async with transaction():
        await post(
            "assmat/messages/contact",
            email,
            account=account,
            name=one.given_name,
            family=letter.name,
            reply=", ".join(filter(None, (letter.email, letter.phone))),
            words=letter.words,
        )
        await measuring.wrote(one, tenants.current().now())
