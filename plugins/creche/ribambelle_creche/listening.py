"""What follows from a transition of a file, inside its transaction."""

from ribambelle.workflow import Step
from ribambelle_creche import incomplete, offering, renewing, standing


async def after(step: Step) -> None:
    """Keep its dates, proofs, reminders and list; take back the place of who withdraws."""
    await renewing.keep_dates(step)
    await renewing.ask_proofs_again(step)
    await incomplete.plan(step)
    await offering.release(step)
    await standing.moved(step)
