"""Children under three, as the town hall wrote them."""

from collections.abc import Mapping
from datetime import date

from ribambelle.database import transaction
from ribambelle.workflow import journal
from ribambelle_creche.domain.coverage import Figure
from ribambelle_creche.tables import UnderThree


async def figures() -> dict[int, Figure]:
    """Return the children under three of each quartier that is known."""
    rows = await UnderThree.select().order_by(UnderThree.quartier)
    return {
        row["quartier"]: Figure(row["children"], row["counted_on"], row["source"]) for row in rows
    }


async def write(children: Mapping[int, int], counted_on: date, source: str, account: int) -> None:
    """Write the children under three, whole: a quartier left out is no longer known."""
    async with transaction():
        await UnderThree.delete(force=True)
        rows = [
            UnderThree(quartier=quartier, children=many, counted_on=counted_on, source=source)
            for quartier, many in sorted(children.items())
        ]
        if rows:
            await UnderThree.insert(*rows)
        await journal.record(
            "creche.under_three_written",
            "creche.statistics:under_three",
            account=account,
            side="office",
            quartiers=len(rows),
            counted_on=counted_on.isoformat(),
        )
