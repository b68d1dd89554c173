"""What each month counted, as it was published."""

from ribambelle_bibliotheque.tables import Figure


async def of_month(month: str) -> Figure | None:
    """Return what was published of a month."""
    found: Figure | None = await Figure.objects().get(Figure.month == month)
    return found


async def latest() -> list[Figure]:
    """Return the last twelve months published, the last first."""
    question = Figure.objects().order_by(Figure.month, ascending=False).limit(12)
    found: list[Figure] = await question
    return found


async def publish(month: str, cards: int | None, registrations: int | None) -> None:
    """Keep what is shown of a month, once."""
    row = Figure(month=month, cards=cards, registrations=registrations)
    await Figure.insert(row).on_conflict(target=Figure.month, action="DO NOTHING")
