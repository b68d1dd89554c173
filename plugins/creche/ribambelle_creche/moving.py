"""A child its crèche wrote by hand asks for another crèche: a file is opened from its place."""

from datetime import datetime

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle_creche.domain.dossier import Care, Child, Dossier, Week, Wishes, encode
from ribambelle_creche.queries import applications, contracts
from ribambelle_creche.tables import Application, Contract


async def ask(person: Person, facility: int, contract: int, now: datetime, side: str) -> int:
    """Open the file, filled with what is known of the child, and return its number.

    Its present crèche is its last wish: while it is one, the child never loses its place. Twice is
    once. Raises Refused("transfer_by_file") when the child came by a file: its family asks.
    """
    async with transaction():
        await locks.advisory(f"creche.contract:{contract}")
        held = await contracts.one(facility, contract)
        if held.application:
            raise Refused("transfer_by_file")
        known = await contracts.transfer_of(held)
        if known is not None:
            return known.id
        number = await applications.open_draft(person, now)
        await Application.update({Application.answers: encode(told_of(held))}).where(
            Application.id == number
        )
        await contracts.ask_transfer(held, number, person.account, side)
    return number


def told_of(held: Contract) -> Dossier:
    """Return what a file starts with: the child, its week, and the crèche it is in."""
    given, _, family = held.child_name.partition(" ")
    return Dossier(
        child=Child(given_name=given, family_name=family, born_on=held.born_on),
        care=Care("regular", current="creche"),
        week=Week(wished=held.slots),
        wishes=Wishes((int(held.facility),)),
    )
