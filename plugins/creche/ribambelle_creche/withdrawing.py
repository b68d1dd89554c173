"""Withdrawing a file, and where its family goes: kept together, or neither."""

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.workflow import Step
from ribambelle.workflow.declaration import Side
from ribambelle_creche.domain.leaving import code_of
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.tables import Application


async def withdraw(
    file: Application, left_for: object, *, side: Side, account: int | None, reason: str = ""
) -> Step:
    """Withdraw a file; what is none of the list of reasons is as if nothing were said."""
    demande = file.demande.id if hasattr(file.demande, "id") else int(file.demande)
    async with transaction():
        # as whoever accepts: the place it leaves is counted, and no answer comes in between
        await locks.advisory(PLACES)
        await locks.advisory(f"creche.file:{file.id}")
        step = await workflow.fire(demande, "withdraw", side=side, account=account, reason=reason)
        await Application.update({Application.left_for: code_of(left_for)}).where(
            Application.id == file.id
        )
    return step
