"""One process among several that book for its share of the families: ``rushing.py FOLDER FILE``.

The file says which; what each was told is written beside it.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ribambelle.identity import Person
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, Tenant
from ribambelle.testing import FrozenClock
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.domain.taking import Wanted

AT_ONCE = 32


async def rush(folder: Path, file: Path) -> None:
    """Book for each family of the file, many at once; keep what each was told."""
    asked = json.loads(file.read_text())
    platform = Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock())
    tenant, told = platform.tenant("alpha"), list[str]()
    queue: Iterator[list[int]] = iter(asked["families"])
    unit, day = asked["unit"], date.fromisoformat(asked["day"])
    with tenant.here():
        await asyncio.gather(
            *(one_after_another(tenant, queue, unit, day, told) for _ in range(AT_ONCE))
        )
    await platform.aclose()
    file.with_suffix(".told").write_text(json.dumps(told))


async def one_after_another(
    tenant: Tenant, queue: Iterator[list[int]], unit: int, day: date, told: list[str]
) -> None:
    """Take the next family until there is none."""
    for account, adult, household, child in queue:
        person = Person(account, 0, "", "", "family", adult=adult, household=household)
        wanted = [Wanted(child, unit, day, "book")]
        (line,) = await booking.save(tenant, person, wanted, "k", tenant.now())
        told.append(line.outcome)


if __name__ == "__main__":
    asyncio.run(rush(Path(sys.argv[1]), Path(sys.argv[2])))
