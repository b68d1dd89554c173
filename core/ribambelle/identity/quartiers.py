"""The neighbourhoods of the commune, as families choose theirs."""

from ribambelle.database import Prepared
from ribambelle.identity.tables import Quartier

WHOLE = Prepared(
    lambda _: (
        Quartier.select(Quartier.id, Quartier.name)
        .where(Quartier.parent.is_null())
        .order_by(Quartier.folded)
    )
)


async def choices() -> list[tuple[int, str]]:
    """Return the quartiers that are not part of another, by name."""
    return [(row["id"], row["name"]) for row in await WHOLE.ask()]
