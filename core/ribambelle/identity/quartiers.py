"""The neighbourhoods of the commune, as families choose theirs."""

from ribambelle.identity.tables import Quartier


async def choices() -> list[tuple[int, str]]:
    """Return the quartiers that are not part of another, by name."""
    rows = (
        await Quartier.select(Quartier.id, Quartier.name)
        .where(Quartier.parent.is_null())
        .order_by(Quartier.name)
    )
    return [(row["id"], row["name"]) for row in rows]
