"""What the PMI does in its own block: read a new page before families do, keep one out, let it in."""

from datetime import datetime
from typing import Any

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.identity import Person
from ribambelle.workflow import journal
from ribambelle_assmat.settings import Settings
from ribambelle_assmat.tables import Childminder, Declared

WANTS = '%"listed"%'
"""She agrees to be in the directory: what she said is kept as she said it."""


async def is_listed(number: int, *, wants: bool) -> bool:
    """Tell whether a page may be in the directory: she wants it, and the PMI read it where it must.

    Who was in the directory already stays in it.
    """
    if not wants or not tenants.current().of(Settings).validates:
        return wants
    row = (
        await Declared.select(Declared.is_listed, Declared.validated_at)
        .where(Declared.childminder == number)
        .first()
    )
    return row is not None and (row["is_listed"] or row["validated_at"] is not None)


async def waiting(most: int = 100) -> list[dict[str, Any]]:
    """Return the pages that wait to be read, the oldest first."""
    if not tenants.current().of(Settings).validates:
        return []
    return (
        await Declared.select(
            Declared.childminder,
            Declared.childminder.given_name,
            Declared.childminder.family_name,
            Declared.changed_at,
        )
        .where(
            Declared.is_listed.eq(False)
            & Declared.validated_at.is_null()
            & Declared.consents.like(WANTS)
        )
        .order_by(Declared.changed_at)
        .limit(most)
    )


async def validate(person: Person, number: int, now: datetime) -> bool:
    """Let a page that was read into the directory; tell whether there was one to read."""
    async with transaction():
        await advisory(f"assmat.childminder:{number}")
        changed = (
            await Declared.update({Declared.validated_at: now})
            .where((Declared.childminder == number) & Declared.validated_at.is_null())
            .returning(Declared.id)
        )
        await Declared.update({Declared.is_listed: True}).where(
            (Declared.childminder == number) & Declared.consents.like(WANTS)
        )
        if changed:
            await _record(person, number, "assmat.validated")
    return bool(changed)


async def hide(person: Person, number: int, why: str) -> None:
    """Keep a childminder out of the directory, for a reason she reads."""
    async with transaction():
        await Childminder.update({Childminder.is_hidden: True, Childminder.hidden_why: why}).where(
            Childminder.id == number
        )
        await _record(person, number, "assmat.hidden")


async def show(person: Person, number: int) -> None:
    """Let her in again; what she said decides, as before."""
    async with transaction():
        await Childminder.update({Childminder.is_hidden: False, Childminder.hidden_why: ""}).where(
            Childminder.id == number
        )
        await _record(person, number, "assmat.shown")


async def why_hidden(number: int) -> str:
    """Return why the PMI keeps her out, when it does."""
    row = await Childminder.select(Childminder.hidden_why).where(Childminder.id == number).first()
    return str(row["hidden_why"]) if row else ""


async def _record(person: Person, number: int, what: str) -> None:
    await journal.record(
        what, f"assmat.childminder:{number}", account=person.account, side="office"
    )
