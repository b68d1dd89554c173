"""What the crèches do at night."""

from ribambelle.workflow import Step


async def tell_family(step: Step) -> None:
    """Write to the family of a transition."""


async def renew() -> None:
    """Ask families to confirm."""


async def sweep_drafts() -> None:
    """Delete old drafts."""


async def freeze_month() -> None:
    """Freeze last month's table."""
