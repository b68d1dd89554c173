"""Children under three, as the town hall wrote them."""

from collections.abc import Mapping
from datetime import date

from ribambelle.database import transaction
from ribambelle.workflow import journal
from ribambelle_creche.domain.coverage import Figure
from ribambelle_creche.tables import UnderThree, UnderThreeIris


async def figures() -> dict[int, Figure]:
    """Return the children under three of each quartier that is known."""
    rows = await UnderThree.select().order_by(UnderThree.quartier)
    return {
        row["quartier"]: Figure(row["children"], row["counted_on"], row["source"]) for row in rows
    }


async def by_iris() -> dict[str, Figure]:
    """Return the children under three of each IRIS that is known."""
    rows = await UnderThreeIris.select().order_by(UnderThreeIris.iris)
    return {row["iris"]: Figure(row["children"], row["counted_on"], row["source"]) for row in rows}


async def write(
    children: Mapping[int, int],
    counted_on: date,
    source: str,
    account: int,
    irises: Mapping[str, int] | None = None,
) -> None:
    """Write the children under three, whole: a quartier or an IRIS left out is no longer known."""
    async with transaction():
        await UnderThree.delete(force=True)
        await UnderThreeIris.delete(force=True)
        finer = [
            UnderThreeIris(iris=iris, children=many, counted_on=counted_on, source=source)
            for iris, many in sorted((irises or {}).items())
        ]
        for start in range(0, len(finer), 100):
            await UnderThreeIris.insert(*finer[start : start + 100])
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
            irises=len(finer),
            counted_on=counted_on.isoformat(),
        )
