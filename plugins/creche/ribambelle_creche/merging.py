"""Joining a file to another of the same child: closed, dated and journalled together, or nothing."""

from datetime import datetime

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
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
        if await files.state_of(kept.application.id) not in LIVING:
            raise Refused("wrong_state", state=kept.state, transition="merge")
        at = oldest(closed.application, kept.application)
        day = formats.jour_du_mois(at.astimezone(tenant.zone).date(), True)
        reason = f"Réunie à la demande {kept.application.number}, qui garde la date du {day}."
        await workflow.fire(
            closed.demande,
            "merge",
            side="office",
            account=person.account,
            reason=reason,
            kept=kept.application.id,
        )
        complete_at = kept.application.complete_at
        if complete_at and closed.application.complete_at:
            complete_at = min(complete_at, closed.application.complete_at)
        await Application.update(
            {Application.submitted_at: at, Application.complete_at: complete_at}
        ).where(Application.id == kept.application.id)
        await journal.record(
            "creche.file_kept",
            f"creche.application:{kept.application.id}",
            account=person.account,
            side="office",
            closed=closed.application.id,
            before=kept.application.submitted_at.isoformat(),
        )
    return at
