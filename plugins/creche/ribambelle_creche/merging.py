"""Joining a file to another of the same child: closed, dated and journalled together, or nothing."""

from datetime import datetime
from typing import Any

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.workflow import journal
from ribambelle_creche.queries import files
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import LIVING


def oldest(one: Application, other: Application) -> datetime:
    """Return the date two joined files keep: that of whichever was sent first."""
    return min(one.submitted_at, other.submitted_at)


async def merge(closed: files.File, kept: files.File, person: Person, tenant: Tenant) -> datetime:
    """Close a file for another, which keeps the oldest date of the two; return that date.

    The journal keeps the date the other had, so that a mistake can be put right.
    """
    numbers = sorted((closed.application.id, kept.application.id))
    async with transaction():
        for number in numbers:
            await locks.advisory(f"creche.file:{number}")
        # read again: another act may have come between the page and the locks
        gone, stays = [await _now(one.application.id) for one in (closed, kept)]
        if stays.demande.state not in LIVING:
            raise Refused("wrong_state", state=stays.demande.state, transition="merge")
        at = oldest(gone, stays)
        day = formats.jour_du_mois(at.astimezone(tenant.zone).date(), True)
        reason = f"Réunie à la demande {stays.number}, qui garde la date du {day}."
        await workflow.fire(
            closed.demande,
            "merge",
            side="office",
            account=person.account,
            reason=reason,
            kept=stays.id,
        )
        await Application.update(_joined(gone, stays, at)).where(Application.id == stays.id)
        await journal.record(
            "creche.file_kept",
            f"creche.application:{stays.id}",
            account=person.account,
            side="office",
            closed=gone.id,
            before=stays.submitted_at.isoformat(),
        )
    return at


def _joined(gone: Application, stays: Application, at: datetime) -> dict[Any, Any]:
    """Return what the kept file takes of the other: its dates, and its family where it has none."""
    values: dict[Any, Any] = {Application.submitted_at: at}
    if gone.complete_at and stays.complete_at:
        values[Application.complete_at] = min(gone.complete_at, stays.complete_at)
    heard = [one.confirmed_at for one in (gone, stays) if one.confirmed_at]
    if heard and stays.demande.state != "to_confirm":
        values[Application.confirmed_at] = max(heard)
    if stays.account is None and gone.account is not None:
        values[Application.account] = gone.account
    return values


async def _now(number: int) -> Application:
    found = await Application.objects(Application.demande).get(Application.id == number)
    if found is None:
        raise NotYours
    return found
