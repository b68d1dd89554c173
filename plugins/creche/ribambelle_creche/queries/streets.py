"""The commune's list of streets."""

from collections.abc import Sequence

from ribambelle.database import transaction
from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle_creche.domain.streets import Line, Stretch, key_of, quartier_at, read_address
from ribambelle_creche.tables import Street


async def any_known() -> bool:
    """Tell whether the commune gave its list."""
    return bool(await Street.exists())


async def quartier_of(address: str) -> int | None:
    """Return the quartier of an address, where the list of streets is sure of it."""
    number, key = read_address(address)
    rows = await Street.select(Street.quartier, Street.first, Street.last, Street.side).where(
        Street.folded == key
    )
    return quartier_at(number, [Stretch(**row) for row in rows])


async def replace(lines: Sequence[Line], *, dry_run: bool) -> dict[int, str]:
    """Put a list in place of the one before; return why a line was left out, by its number."""
    known = {
        row["folded"]: int(row["id"])
        for row in await Quartier.select(Quartier.id, Quartier.folded).where(
            Quartier.parent.is_null()
        )
    }
    left_out = {line.number: line.remark for line in lines if line.remark}
    rows = []
    for line in lines:
        quartier = known.get(fold(line.quartier))
        if line.remark:
            continue
        if quartier is None:
            left_out[line.number] = f"quartier inconnu « {line.quartier} »"
            continue
        rows.append(
            Street(
                name=line.name[:200],
                folded=key_of(line.name),
                quartier=quartier,
                first=line.first,
                last=line.last,
                side=line.side,
            )
        )
    if rows and not dry_run:  # a list of which nothing can be kept erases none
        async with transaction():
            await Street.delete(force=True)
            for start in range(0, len(rows), 500):
                await Street.insert(*rows[start : start + 500])
    return left_out
