"""The sheets of children, and what their parents authorised."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ribambelle.database import advisory, transaction
from ribambelle_periscolaire import sealing
from ribambelle_periscolaire.domain.sheet import ChildSheet, Contact, Health
from ribambelle_periscolaire.tables import Consent, Sheet

NOTHING = ChildSheet()
ACCEPTED = "rules:"
"""How the codes of accepted versions of the règlement begin, among the consents of a child."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A sheet as it is kept, and when each part was last said."""

    sheet: ChildSheet = NOTHING
    health_at: datetime | None = None
    contacts_at: datetime | None = None


async def of_children(children: Iterable[int]) -> dict[int, Kept]:
    """Return the sheets of some children; a child without one is not in it."""
    rows = await Sheet.objects().where(Sheet.child.is_in(list(children) or [0]))
    return {
        int(row.child): Kept(sealing.opened(row.sealed, row.name), row.health_at, row.contacts_at)
        for row in rows
    }


async def of_child(child: int) -> Kept:
    """Return the sheet of a child, empty when nothing was said."""
    return (await of_children([child])).get(child, Kept())


async def write(
    child: int, now: datetime, *, health: Health | None = None, contacts: tuple[Contact, ...] = ()
) -> None:
    """Keep one part of a sheet; the other stays as it was.

    :param health: None to write the contacts.
    """
    async with transaction():
        await advisory(f"periscolaire.sheet:{child}")
        row = await Sheet.objects().get(Sheet.child == child)
        if row is None:
            row = Sheet(child=child, name=secrets.token_hex(16), sealed="")
            row.id = int((await Sheet.insert(row).returning(Sheet.id))[0]["id"])
        sheet = sealing.opened(row.sealed, row.name)
        if health is not None:
            sheet = msgspec.structs.replace(sheet, health=health)
        else:
            sheet = msgspec.structs.replace(sheet, contacts=contacts)
        said = Sheet.health_at if health is not None else Sheet.contacts_at
        await Sheet.update({Sheet.sealed: sealing.sealed(sheet, row.name), said: now}).where(
            Sheet.id == row.id
        )


async def consent(
    child: int, answers: dict[str, bool], words: dict[str, str], account: int, now: datetime
) -> None:
    """Write what a parent authorises, as it was asked; the answers before stay."""
    await Consent.insert(
        *(
            Consent(
                child=child,
                code=code,
                words=words[code],
                is_given=is_given,
                given_at=now,
                account=account,
            )
            for code, is_given in answers.items()
        )
    )


async def consents(children: Iterable[int]) -> dict[int, dict[str, Consent]]:
    """Return the last answer of each child to each authorisation."""
    found: dict[int, dict[str, Consent]] = {}
    rows = (
        await Consent.objects()
        .where(Consent.child.is_in(list(children) or [0]))
        .order_by(Consent.id)
    )
    for row in rows:
        if row.code.startswith(ACCEPTED):
            continue
        found.setdefault(int(row.child), {})[row.code] = row
    return found


async def consents_of(child: int) -> dict[str, Consent]:
    """Return the last answer of a child to each authorisation."""
    return (await consents([child])).get(child, {})
