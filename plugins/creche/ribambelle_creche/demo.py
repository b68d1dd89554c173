"""Invented families."""


async def fill(seed: int) -> None:
    """Fill a commune of demonstration."""
