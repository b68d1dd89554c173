"""How long may families only read while their commune moves to PostgreSQL, and back?

Run: ``python benchmarks/moving.py [families]``. A town of 10,000 families with a month of meals and
care, moved both ways. The clock is in the figures (families wait by it); beside it, in the same run,
what reading every row once takes: the floor of a move that proves what it moved.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import billing

from ribambelle.database import moving as rows
from ribambelle.database.names import renamed
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, Tenant, moving
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import bring_up
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import portal

FAMILIES = 10_000


async def moved(tenant: Tenant, to: str, families: int) -> None:
    """Move a commune, and print for how long nobody could write."""
    tables, _ = await moving.held(tenant)
    began = time.perf_counter()
    await rows.contents(tenant.engine, tables)
    floor = time.perf_counter() - began
    done = await moving.move(tenant, to, 0)
    each = done.frozen * 10_000 / families
    print(
        f"  to {to.partition(':')[0]:12} {done.rows:9,} rows, read-only {done.frozen:6.1f} s, "
        f"{each:5.1f} s for 10,000 families; reading them once {floor:5.1f} s, "
        f"x{done.frozen / floor:.1f}"
    )


async def both_ways(folder: Path, server: str, families: int) -> None:
    """Make the town, move it there and back."""
    app = portal(Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock()))
    town = (await bring_up(app, folder, folder / "templates", "", ["periscolaire"])).alpha
    with town.here():
        await billing.made(int(families * billing.A_FAMILY))
    print(f"{families:,} families, one month")
    await moved(town.tenant, renamed(server, f"moved_{uuid4().hex[:8]}"), families)
    await moved(town.tenant, "sqlite", families)
    await app.platform.aclose()


def main() -> None:
    """Measure, with a server of its own."""
    families = int(sys.argv[1]) if len(sys.argv) > 1 else FAMILIES
    beside = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(beside)
    except NoServer as error:
        sys.exit(f"PostgreSQL not measured: {error}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(both_ways(Path(folder), url, families))
    finally:
        stop(beside)
        shutil.rmtree(beside, ignore_errors=True)


if __name__ == "__main__":
    main()
