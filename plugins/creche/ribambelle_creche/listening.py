"""What follows from a transition of a file, inside its transaction."""

from ribambelle.workflow import Step
from ribambelle_creche import offering, renewing


async def after(step: Step) -> None:
    """Keep its dates, and take back the place of a file that withdraws."""
    await renewing.keep_dates(step)
    await offering.release(step)
