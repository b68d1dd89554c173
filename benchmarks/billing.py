"""What does a month of invoices cost a big town: issued, then on paper?

Run: ``python benchmarks/billing.py [--children N]``. 10,000 children of 5,800 families, one month,
about 24 lines an invoice. CPU of this process, issued slice by slice as the job does; PDFs beside
the bare rendering by typst of one paper of the same size, in the same run. The aims: 1,000 invoices
in 1.5 s of CPU, a PDF in 20 ms, 45 with its Data Matrix, 200 MB at most whatever the number. With
`--portal`, memory is that of a process that serves the portal as well.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from rich.progress import track

from ribambelle import tenants
from ribambelle.database import many
from ribambelle.documents import pdf
from ribambelle.identity.tables import Adult, Child
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, Tenant
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import bring_up
from ribambelle.web.portal import portal
from ribambelle_paiement_tresor import issuing, marking, printing, slices
from ribambelle_paiement_tresor.queries import mine, periods
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Invoice, Line, Period
from ribambelle_periscolaire import tables as school

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
CHILDREN, A_FAMILY = 10_000, 1.72
PAPERS = 1000
AIMS = {"invoices": 1.5, "pdf": 20.0, "coded": 45.0, "memory": 200}
BATCH = 500
TOBACCONIST = """
[paiement.buraliste]
open = true
[paiement.titres]
codique = "031099"
product = "01CA"
"""


async def made(children: int) -> None:
    """Write families and the days of a month, locked and priced."""
    now, draw = tenants.current().now(), Random(7)
    families = int(children / A_FAMILY)
    homes = await many.write(
        "core_household", ("created_at",), [(now,)] * families, returning=("id",)
    )
    numbers = sorted(row["id"] for row in homes)
    address = [(home, "3 rue des Lilas", "71880", "Alpha") for home in numbers]
    await written("core_address", ("household", "line", "postcode", "city"), address)
    adults = [(home, f"Anne{home}", "Hoarau", f"anne{home} hoarau") for home in numbers]
    columns = ("household", "given_name", "family_name", "folded")
    await written("core_adult", columns, adults)
    kids = [(numbers[n % families], f"Léa{n}", "Hoarau", "lea hoarau") for n in range(children)]
    await written("core_child", columns, kids)
    payers = {row["household"]: row["id"] for row in await Adult.select(Adult.household, Adult.id)}
    units = [await a_unit(*one) for one in (("repas", 700, True), ("soir", 990, False))]
    prices = [await a_price(cents) for cents in (150, 220, 310, 410, 520)]
    days = [FIRST + timedelta(days=n) for n in range(31)]
    days = [day for day in days if day.weekday() in (0, 1, 3, 4)][:16]
    rows: list[Sequence[Any]] = []
    for child in await Child.select(Child.id, Child.household).order_by(Child.id):
        price = draw.choice(prices)
        for day in days:
            for rank, unit in enumerate(units):
                if draw.random() < (0.62, 0.25)[rank]:
                    due = (child["id"], day, unit, "day", "booked")
                    rows.append((*due, payers[child["household"]], price, now))
        if len(rows) > 20_000:
            await written("periscolaire_due", DUE, rows)
            rows = []
    await written("periscolaire_due", DUE, rows)


DUE = ("child", "day", "unit", "nature", "what", "payer", "price", "written_at")


async def written(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write many rows, some hundreds at a time."""
    for start in range(0, len(rows), BATCH):
        await many.write(table, columns, rows[start : start + BATCH])


async def a_unit(code: str, begins: int, is_meal: bool) -> int:
    """Open one thing to bill."""
    kind = "canteen" if is_meal else "evening"
    row = school.Activity(code=code, name=code.capitalize(), kind=kind, cut_off="", tax_care=True)
    activity = (await school.Activity.insert(row).returning(school.Activity.id))[0]["id"]
    unit = school.Unit(activity=activity, code=code, name=code.capitalize(), is_meal=is_meal)
    unit.begins, unit.ends = begins, begins + 90
    return int((await school.Unit.insert(unit).returning(school.Unit.id))[0]["id"])


async def a_price(cents: int) -> int:
    """Write one price with what it was computed from."""
    inputs = json.dumps([["Quotient familial", f"{cents * 2} €"], ["Tranche", "C"]])
    steps = json.dumps([f"Tranche C : {cents} centimes le repas"])
    row = school.Price(digest=f"b{cents}", tariff="Repas", cents=cents, inputs=inputs, steps=steps)
    return int((await school.Price.insert(row).returning(school.Price.id))[0]["id"])


async def issued(tenant: Tenant) -> tuple[float, float, int]:
    """Issue the month; return the CPU of the trial, of the issue, and the period."""
    now = tenant.now()
    number = await periods.open_one("regie", FIRST, LAST, date(2026, 12, 15), None, now)
    began = time.process_time()
    await issuing.require_answered(tenant, await periods.one(number))
    tried = time.process_time() - began
    await Period.update({Period.state: "issuing"}).where(Period.id == number)
    began = time.process_time()
    for low, high in track(await slices.bounds(), "Factures", disable=not sys.stderr.isatty()):
        await issuing.one_slice(tenant, number, low, high)
    return tried, time.process_time() - began, number


async def printed(tenant: Tenant, numbers: Sequence[int]) -> tuple[float, int]:
    """Return the CPU of one PDF, and the bytes of the largest."""
    spent, size = 0.0, 0
    for number in track(numbers, "PDF", disable=not sys.stderr.isatty()):
        began = time.process_time()
        one, lines = await mine.one(number), await mine.lines(number)
        made = await printing.paper(tenant, one, lines)
        spent += time.process_time() - began
        size = max(size, len(made))
    return spent / len(numbers), size


async def bare(tenant: Tenant, numbers: Sequence[int]) -> float:
    """Return the CPU of one of the same papers, set by typst alone."""
    spent = 0.0
    for number in numbers:
        one, lines = await mine.one(number), await mine.lines(number)
        told = json.dumps(printing.sheet(tenant, one, lines), ensure_ascii=False)
        began = time.process_time()
        pdf._compile(printing.SHEET, told)
        spent += time.process_time() - began
    return spent / len(numbers)


def memory() -> float:
    """Return the most memory this process ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def make(folder: Path, children: int) -> None:
    """Make the town, in a process of its own: what is measured is billing."""
    app = portal(opened(folder))
    communes = await bring_up(app, folder, folder / "templates", "", NAMES)
    with communes.alpha.here():
        await made(children)
    await app.platform.aclose()


def opened(folder: Path) -> Platform:
    """Return the communes of a folder, as a process that works for them meets them."""
    platform = Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock())
    platform.plugins.ask_all()
    return platform


NAMES = ["periscolaire", "paiement"]


async def main(children: int, serving: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        command = [sys.executable, __file__, "--children", str(children), "--make", place]
        await asyncio.to_thread(subprocess.run, command, check=True)
        platform = opened(folder)
        _serving = portal(platform) if serving else None
        platform.scan()
        tenant = platform.tenant("alpha")
        with tenant.here():
            before = memory()
            tried, spent, _ = await issued(tenant)
            billed = memory()
            count, lines = await Invoice.count(), await Line.count()
            rows = await Invoice.select(Invoice.id).order_by(Invoice.id).limit(PAPERS)
            numbers = [row["id"] for row in rows]
            each, size = await printed(tenant, numbers)
            papers = memory()
            alone = await bare(tenant, numbers)
        with_code = folder / "alpha.toml"
        with_code.write_text(with_code.read_text() + TOBACCONIST)
        platform.scan()
        tenant = platform.tenant("alpha")
        with tenant.here():
            assert marking.bill(tenant.of(Settings), await mine.one(numbers[0]))
            coded, _ = await printed(tenant, numbers[:200])
        await platform.aclose()
    told = [
        f"invoices        {count} of {lines / count:.1f} lines, {count / spent:.0f} a second",
        f"1,000 invoices  {spent / count * 1000:.2f} s of CPU (aim {AIMS['invoices']})",
        f"trial before    {tried / count * 1000:.2f} s of CPU for 1,000",
        f"PDF             {each * 1000:.1f} ms of CPU (aim {AIMS['pdf']}), {1 / each:.0f} a second, "
        f"{size / 1024:.0f} kB",
        f"with the code   {coded * 1000:.1f} ms at a tobacconist's (aim {AIMS['coded']})",
        f"bare typst      {alone * 1000:.1f} ms for the same papers: {each / alone:.2f} times",
        f"peak memory     {papers:.0f} MB (aim {AIMS['memory']})",
        f"                {before:.0f} before billing, {billed:.0f} once billed",
    ]
    print("\n".join(told))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--children", type=int, default=CHILDREN)
    options.add_argument("--portal", action="store_true", help="the portal in the same process too")
    options.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.make:
        asyncio.run(make(asked.make, asked.children))
    else:
        asyncio.run(main(asked.children, asked.portal))
