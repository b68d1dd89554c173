"""How far a commune went with the treasury, step by step."""

from datetime import datetime

from ribambelle_paiement_tresor.tables import Mode, Payment


async def taken() -> list[str]:
    """Return the modes a commune went through, the present one last."""
    return [row["mode"] for row in await Mode.select(Mode.mode).order_by(Mode.id)]


async def write(mode: str, now: datetime, account: int | None = None) -> None:
    """Write that a commune goes to a mode."""
    await Mode.insert(Mode(mode=mode, at=now, account=account))


async def open_tests() -> int:
    """Return how many fictitious payments have no end yet."""
    return int(
        await Payment.count().where(
            (Payment.saisie == "T") & Payment.state.is_in(["draft", "open", "awaiting"])
        )
    )
