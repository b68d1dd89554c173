"""What do a thousand communes cost? Memory per known and per open tenant, creation, start-up.

Run: ``python benchmarks/fleet.py``. The aim: a commune made from the template in at most 50 ms of
CPU; an idle one costs kilobytes.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ribambelle.tenants import Platform
from ribambelle.tenants.creation import NewTenant, create

COMMUNES, OPENED = 1000, 150


def memory() -> float:
    """Return the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def main() -> None:
    """Make a thousand communes, know them all, open some."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        platform = Platform(folder / "tenants", folder / "data", keep=OPENED)
        await create(
            platform, NewTenant("first", ("first.localhost",), "44109", plugins=("creche",))
        )
        began = time.process_time()
        for number in range(COMMUNES - 1):
            slug = f"ville-{number}"
            await create(
                platform, NewTenant(slug, (f"{slug}.localhost",), "44109", plugins=("creche",))
            )
        each = (time.process_time() - began) * 1000 / (COMMUNES - 1)
        print(f"tenant create, from the template  {each:8.1f} ms CPU each")
        await known(folder)


async def known(folder: Path) -> None:
    """Measure a fresh process's view of the communes."""
    began, before = time.process_time(), memory()
    platform = Platform(folder / "tenants", folder / "data", keep=OPENED)
    print(
        f"index of {COMMUNES} host names         {(time.process_time() - began) * 1000:8.1f} ms CPU"
    )
    tenants = [platform.tenant(slug) for slug in platform.slugs()]
    idle = (memory() - before) * 1000 / COMMUNES
    print(f"a known tenant, idle              {idle:8.1f} kB")
    before = memory()
    for tenant in tenants[:OPENED]:
        with tenant.here():
            from ribambelle_creche.tables import Facility

            await Facility.count()
    print(f"an open tenant                    {(memory() - before) * 1000 / OPENED:8.1f} kB")
    await platform.aclose()


def start_up() -> None:
    """Measure the import of the whole portal, in a process of its own."""
    code = (
        "import time; import ribambelle.web.asgi, ribambelle.web.routes; print(time.process_time())"
    )
    spent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"start-up: import of the portal    {float(spent.stdout) * 1000:8.1f} ms CPU")


if __name__ == "__main__":
    asyncio.run(main())
    start_up()
