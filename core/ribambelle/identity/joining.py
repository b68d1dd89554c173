"""Another adult joins: a second parent, a grandparent, somebody who looks after the child."""

from dataclasses import dataclass
from datetime import datetime

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts, households, links, merging, responsibilities
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.person import Person
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.rights import Rights, require_may_give
from ribambelle.identity.tables import Account, Adult, Child, Household, Responsibility, Token
from ribambelle.messages import post
from ribambelle.workflow import journal

PURPOSE = "join"


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation offers, told to whoever opens its link."""

    adult: Adult
    email: str
    by: str
    children: list[str]
    rights: Rights


async def invite(
    giver: Person,
    entry: AdultEntry,
    rights: Rights,
    children: list[int],
    now: datetime,
    *,
    lives_here: bool,
) -> int:
    """Write an adult beside these children, and send them a link when they have an address.

    Raises Refused when the giver may not give this, NotYours for another family's child.
    """
    held = {
        one.child: one.rights for one in await responsibilities.of_adult(giver.adult, now.date())
    }
    for child in children:
        if child not in held:
            raise NotYours
        require_may_give(held[child], rights)
    async with transaction():
        adult = await _write(giver, entry, now, lives_here=lives_here)
        for child in children:
            await responsibilities.write(child, adult, rights, now, by=giver.account, side="family")
        if entry.email:
            await send(giver, adult, entry.email, now)
        await tell_given(giver, adult, children, rights, now)
    return adult


async def tell_given(
    giver: Person, adult: int, children: list[int], rights: Rights, now: datetime
) -> None:
    """Write to the other parents, and to an adult who has an account, what the adult now may do."""
    named = {
        one.id: one.given_name for one in await Child.objects().where(Child.id.is_in(children))
    }
    told: dict[int, tuple[Held, list[str]]] = {}
    person = ""
    for held in await responsibilities.of_children(children, now.date()):
        if held.adult == adult:
            person = held.name
        is_told = held.account is not None if held.adult == adult else held.rights.has_authority
        if is_told and held.email and held.adult != giver.adult:
            told.setdefault(held.adult, (held, []))[1].append(named[held.child])
    for held, of in told.values():
        await post(
            "messages/rights_given",
            held.email,
            account=held.account,
            name=held.name.split(" ")[0],
            by=giver.name,
            person=person,
            children=", ".join(filter(None, of)) or "votre enfant",
            rights=rights.told,
        )


async def _write(giver: Person, entry: AdultEntry, now: datetime, *, lives_here: bool) -> int:
    if lives_here:
        return await households.add_adult(giver.household, entry)
    household = await households.create([entry], None, now)
    (adult,) = await households.adults_of(household)
    return adult.id


async def send(giver: Person, adult: int, email: str, now: datetime) -> None:
    """Send the link by which an adult opens or joins their own account; older ones serve no more."""
    async with transaction():
        await links.forget(PURPOSE, str(adult), now)
        link = await links.make(PURPOSE, email, now, str(adult))
        await post("messages/join", email, link=link, by=giver.name)
        await journal.record(
            "family.invited", f"adult:{adult}", account=giver.account, side="family"
        )


async def invited(secret: str, now: datetime) -> Invited:
    """Return what a link offers without using it; raises Refused("link_dead")."""
    return await _invited(await links.find(PURPOSE, secret, now), now)


async def _invited(token: Token, now: datetime) -> Invited:
    adult = (
        await Adult.objects()
        .where(Adult.id == int(token.follow or 0), accounts.nobody_signs_in())
        .first()
    )
    held = await responsibilities.of_adult(adult.id, now.date()) if adult else []
    if adult is None or not held:
        raise Refused("link_dead", purpose=PURPOSE)
    names = await Child.select(Child.given_name).where(Child.id.is_in([one.child for one in held]))
    givers = await Responsibility.select(Responsibility.given_by).where(
        Responsibility.adult == adult.id
    )
    by = (
        await Account.select(Account.name).where(Account.id == (givers[0]["given_by"] or 0)).first()
    )
    children = [row["given_name"] or "l’enfant à naître" for row in names]
    return Invited(adult, token.email, by["name"] if by else "", children, held[0].rights)


async def accept(secret: str, now: datetime) -> Account:
    """Use a link up: its adult has an account from now on; return it.

    Somebody who is already in the register keeps their own household, address and papers: only
    what they may do for the children is added to them.
    """
    async with transaction():
        token = await links.use(PURPOSE, secret, now)
        offer = await _invited(token, now)
        account = await accounts.open_family(token.email, now)
        if account.kind != "family" or account.disabled_at is not None:
            raise Refused("link_dead", purpose=PURPOSE)
        before = offer.adult.account
        known = await Adult.objects().where(Adult.account == account.id).order_by(Adult.id).first()
        if known is None:
            await Adult.update({Adult.account: account.id, Adult.email: token.email}).where(
                Adult.id == offer.adult.id
            )
            name = f"{offer.adult.given_name} {offer.adult.family_name}".strip()
            await Account.update({Account.name: name}).where(
                (Account.id == account.id) & (Account.name == "")
            )
        else:
            await responsibilities.hand_over(offer.adult.id, known.id)
            await remove(offer.adult)
        if before is not None:  # what the counter did for whoever had no address is theirs
            await merging.give_all(int(before), account.id)
        await journal.record(
            "family.joined",
            f"adult:{known.id if known else offer.adult.id}",
            account=account.id,
            side="family",
        )
    return account


async def withdraw(held: Held, now: datetime, *, by: Person) -> None:
    """Take an adult's rights on a child back, with the invitation when nothing is left of it."""
    async with transaction():
        await responsibilities.end(held, now, by=by.account, side="family")
        if held.account is None and not await responsibilities.of_adult(held.adult, now.date()):
            await links.forget(PURPOSE, str(held.adult), now)


async def remove(adult: Adult) -> None:
    """Forget an adult known twice, and the household that was opened for them alone."""
    household = int(adult.household)
    await Adult.delete().where(Adult.id == adult.id)
    others = await Adult.exists().where(Adult.household == household)
    children = await Child.exists().where(Child.household == household)
    if not others and not children:
        await Household.delete().where(Household.id == household)
