"""What follows from a transition of a file, inside its transaction."""

from ribambelle.workflow import Step
from ribambelle_creche import incomplete, offering, renewing


async def after(step: Step) -> None:
    """Keep its dates, plan its reminders, and take back the place of a file that withdraws."""
    await renewing.keep_dates(step)
    await incomplete.plan(step)
    await offering.release(step)
