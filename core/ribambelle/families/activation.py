"""Codes sent to families already known: printed once, used once, for one adult of one commune."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from piccolo.custom_types import Combinable
from piccolo.query.functions import Lower

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.families import codes
from ribambelle.families.tables import Activation, ActivationBatch
from ribambelle.identity import accounts, limits, links, merging
from ribambelle.identity.sessions import digest
from ribambelle.identity.tables import Account, Address, Adult, Child
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.workflow import journal

PURPOSE = "activation"
LIFE = timedelta(days=30)
MOST = 500
"""Letters of one round: what a printer and its paper tray can take."""
HOUR = timedelta(hours=1)
TRIES, TRIES_FROM = 10, 40


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to print: to whom, where, and the code that will never be shown again."""

    given_name: str
    family_name: str
    line: str
    postcode: str
    city: str
    code: str

    @property
    def name(self) -> str:
        """Whom it is written to."""
        return f"{self.given_name} {self.family_name}".strip()


async def knows(email: str) -> bool:
    """Tell whether an account or an adult of the commune has this address."""
    if await accounts.by_email(email) is not None:
        return True
    # an adult's address is kept as it was typed
    return await Adult.exists().where(Lower(Adult.email) == email)


# -- letters -----------------------------------------------------------------------------------


async def write_letters(
    adults: Sequence[int], label: str, now: datetime, *, by: int | None = None
) -> list[Letter]:
    """Make a code for each of these adults who has no account; their former codes are dead."""
    async with transaction():
        rows = (
            await Adult.select(Adult.id, Adult.household, Adult.given_name, Adult.family_name)
            .where(Adult.id.is_in(list(adults)[:MOST]), accounts.nobody_signs_in())
            .order_by(Adult.family_name)
            .order_by(Adult.id)
        )
        if not rows:
            raise Refused("nobody_to_write_to")
        secrets = {row["id"]: codes.new_code() for row in rows}
        await _kill(list(secrets), now)
        await _keep(secrets, label, now, by)
    homes = await _homes([row["household"] for row in rows])
    nowhere = {"line": "", "postcode": "", "city": ""}
    return [
        Letter(
            row["given_name"],
            row["family_name"],
            **homes.get(row["household"], nowhere),
            code=codes.shown(secrets[row["id"]]),
        )
        for row in rows
    ]


async def _kill(adults: list[int], now: datetime) -> None:
    """Let the codes these adults were sent before serve no more."""
    await Activation.update({Activation.expires_at: now}).where(
        Activation.adult.is_in(adults)
        & Activation.used_at.is_null()
        & (Activation.expires_at > now)
    )


async def _keep(secrets: Mapping[int, str], label: str, now: datetime, by: int | None) -> None:
    """Keep a round of letters: of each code its digest alone."""
    batch = ActivationBatch(label=label[:200], created_at=now, created_by=by)
    made = await ActivationBatch.insert(batch).returning(ActivationBatch.id)
    number = int(made[0]["id"])
    await Activation.insert(
        *(
            Activation(
                batch=number,
                adult=adult,
                digest=digest(code),
                created_at=now,
                expires_at=now + LIFE,
            )
            for adult, code in secrets.items()
        )
    )
    await journal.record(
        "activation.written",
        f"activation_batch:{number}",
        account=by,
        side="office",
        letters=len(secrets),
    )


async def _homes(households: list[int]) -> dict[int, dict[str, str]]:
    rows = await Address.select(
        Address.household, Address.line, Address.postcode, Address.city
    ).where(Address.household.is_in(households))
    return {row.pop("household"): row for row in rows}


# -- a code is typed ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody who received a letter types."""

    code: str
    born_on: date | None = None
    family_name: str = ""


async def check(typed: Typed, come_from: str, now: datetime) -> Activation:
    """Return the code of a letter, if what was typed beside it is true; refuse it without saying why.

    Tries are counted in the commune's database: under the address they come from, and under the
    beginning of the code, wherever they come from.
    """
    code = codes.bare(typed.code)
    await limits.require(f"activation-from:{come_from}", now, at_most=TRIES_FROM, per=HOUR)
    await limits.require(f"activation:{code[: codes.PREFIX]}", now, at_most=TRIES, per=HOUR)
    found = await _living(Activation.digest == digest(code), now)
    if found is None or not await _agrees(found, typed):
        await journal.record("activation.refused", f"activation:{found.id if found else 0}")
        raise Refused("activation_unknown")
    async with transaction():
        if found.opened_at is None:
            await Activation.update({Activation.opened_at: now}).where(Activation.id == found.id)
        await journal.record("activation.opened", f"activation:{found.id}", side="family")
    return found


async def pending(number: int, now: datetime) -> Activation:
    """Return a code that was typed right and opened nothing yet; raises Refused once it is dead."""
    found = await _living(Activation.id == number, now)
    if found is None:
        raise Refused("activation_unknown")
    return found


async def _living(where: Combinable, now: datetime) -> Activation | None:
    found: Activation | None = await Activation.objects(Activation.adult).get(
        where & (Activation.expires_at > now) & Activation.used_at.is_null()
    )
    if found is None or not await _waits(found.adult.id):
        return None
    return found


async def _waits(adult: int) -> bool:
    return bool(await Adult.exists().where((Adult.id == adult) & accounts.nobody_signs_in()))


async def _agrees(found: Activation, typed: Typed) -> bool:
    household = found.adult.household
    rows = await Child.select(Child.born_on).where(Child.household == household)
    return codes.agrees(
        [row["born_on"] for row in rows],
        found.adult.family_name,
        born_on=typed.born_on,
        named=typed.family_name,
    )


async def ask_link(found: Activation, email: str) -> None:
    """Have an address written to; whoever asks waits as long for one that has an account."""
    async with transaction():
        await journal.record("activation.address_given", f"activation:{found.id}", side="family")
        await later("core", "send_activation", activation=int(found.id), email=email)


async def send_link(activation: int, email: str) -> None:
    """Send to an address the link that proves it, which opens the account; run as a job."""
    now = tenants.current().now()
    found = await _living(Activation.id == activation, now)
    if found is None:
        return
    async with transaction():
        account = await accounts.by_email(email)
        if account is not None and not await _may_join(account):
            await post("messages/activation_taken", email, account=account.id)
            return
        link = await links.make(PURPOSE, email, now, str(found.id))
        await post("messages/activation", email, link=link, name=found.adult.given_name)


async def _may_join(account: Account) -> bool:
    """Tell whether an account that exists may become this adult's: a family's, and nobody's yet."""
    taken = await Adult.exists().where(Adult.account == account.id)
    return account.kind == "family" and account.disabled_at is None and not taken


async def use(secret: str, now: datetime) -> Account:
    """Open the account of a known adult: of two requests with the same code, only one passes."""
    async with transaction():
        token = await links.use(PURPOSE, secret, now)
        found = await _living(Activation.id == int(token.follow), now)
        if found is None:
            raise Refused("link_dead", purpose=PURPOSE)
        used = (
            await Activation.update({Activation.used_at: now})
            .where((Activation.id == found.id) & Activation.used_at.is_null())
            .returning(Activation.id)
        )
        account = await accounts.open_family(token.email, now)
        if not used or not await _may_join(account):
            raise Refused("link_dead", purpose=PURPOSE)
        adult = found.adult
        before = adult.account
        same = Adult.account.is_null() if before is None else Adult.account == before
        joined = (
            await Adult.update({Adult.account: account.id, Adult.email: token.email})
            .where((Adult.id == adult.id) & same)
            .returning(Adult.id)
        )
        if not joined:
            raise Refused("link_dead", purpose=PURPOSE)
        if before is not None:  # what the counter did for whoever had no address is theirs
            await merging.give_all(int(before), account.id)
        name = f"{adult.given_name} {adult.family_name}".strip()
        await Account.update({Account.name: name}).where(Account.id == account.id)
        await post("messages/activated", token.email, account=account.id, name=adult.given_name)
        await journal.record(
            "activation.used",
            f"activation:{found.id}",
            account=account.id,
            side="family",
            adult=adult.id,
        )
    return account
