"""Jobs: a row in the commune's own database, written with the change that asks for it."""

from dataclasses import dataclass

from ribambelle.jobs.queue import NotNow, later, overtake

__all__ = ["NotNow", "Schedule", "later", "overtake"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job queued once a day, from this hour of the commune on."""

    job: str
    hour: int
