"""The commune's list of streets."""

from collections.abc import Collection, Mapping, Sequence

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle_creche.domain.dossier import Address, decode
from ribambelle_creche.domain.streets import (
    Line,
    Stretch,
    iris_at,
    key_of,
    quartier_at,
    read_address,
)
from ribambelle_creche.tables import Application, Street
from ribambelle_creche.workflow import LIVING


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


async def irises() -> list[str]:
    """Return the IRIS of the list of streets, in order of code."""
    rows = await Street.select(Street.iris).where(Street.iris != "").distinct()
    return sorted(row["iris"] for row in rows)


async def irises_of(addresses: Mapping[int, str]) -> dict[int, str]:
    """Return the IRIS of some addresses, where the list of streets is sure of it."""
    asked = {one: read_address(line) for one, line in addresses.items()}
    keys = sorted({key for _, key in asked.values()})
    streets: dict[str, list[Stretch]] = {}
    for start in range(0, len(keys), 500):
        rows = await Street.select(
            *(Street.folded, Street.quartier, Street.first, Street.last, Street.side, Street.iris)
        ).where(Street.folded.is_in(keys[start : start + 500]))
        for row in rows:
            streets.setdefault(row.pop("folded"), []).append(Stretch(**row))
    return {one: iris_at(number, streets.get(key, ())) for one, (number, key) in asked.items()}


async def iris_of(address: Address | None, postcodes: Collection[str]) -> str:
    """Return the IRIS of a family's address; another town may have a street of the same name."""
    if address is None or address.postcode not in postcodes:
        return ""
    return (await irises_of({0: address.line}))[0]


async def locate_again(postcodes: Collection[str]) -> int:
    """Write the IRIS of every living file by the list of streets; return how many changed."""
    rows = await Application.select(Application.id, Application.sent, Application.iris).where(
        (Application.sent != "") & Application.demande.state.is_in(list(LIVING))
    )
    homes = {row["id"]: decode(row["sent"]).address for row in rows}
    lines = {file: home.line for file, home in homes.items() if home and home.postcode in postcodes}
    found, changed = await irises_of(lines), 0
    for row in rows:
        iris = found.get(row["id"], "")
        if iris != row["iris"]:
            await Application.update({Application.iris: iris}).where(Application.id == row["id"])
            changed += 1
    return changed


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
                iris=line.iris,
            )
        )
    if rows and not dry_run:  # a list of which nothing can be kept erases none
        async with transaction():
            await Street.delete(force=True)
            for start in range(0, len(rows), 500):
                await Street.insert(*rows[start : start + 500])
            await locate_again(tenants.current().settings.postcodes)
    return left_out
