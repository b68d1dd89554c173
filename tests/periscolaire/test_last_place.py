"""The last place goes to exactly one family, however many ask for it at the same instant."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.periscolaire import replaying
from tests.periscolaire.builders import THURSDAY, Canteen, a_canteen, many_families, settle

from ribambelle.tenants import Tenant
from ribambelle.testing.communes import Communes
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue

PLACES, FAMILIES = 20, 250


@pytest.fixture
async def tenant(communes: Communes) -> AsyncIterator[Tenant]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    with communes.alpha.here() as here:
        yield here


async def rush(tenant: Tenant) -> tuple[Canteen, list[int], list[str]]:
    """Let every family ask for the same meal at once; return the children and what each was told."""
    canteen = await a_canteen(room=PLACES)
    families = await many_families(FAMILIES, canteen.activity)
    await catalogue.current()  # as a portal that has served a page: whoever asks first is first
    answers = await asyncio.gather(
        *(
            booking.save(
                tenant, one, [Wanted(child, canteen.unit, THURSDAY, "book")], "k", tenant.now()
            )
            for one, child in families
        )
    )
    return canteen, [child for _, child in families], [lines[0].outcome for lines in answers]


async def test_twenty_places_are_twenty_places_and_the_others_wait_in_order(
    tenant: Tenant,
) -> None:
    _, children, told = await rush(tenant)

    assert told == ["booked"] * PLACES + ["waiting"] * (FAMILIES - PLACES)
    waiting = (
        await tables.Booking.select(tables.Booking.child)
        .where(tables.Booking.state == "waiting")
        .order_by(tables.Booking.line)
    )
    assert [row["child"] for row in waiting] == children[PLACES:]
    (load,) = await tables.Load.select()
    assert (load["taken"], load["waiting"]) == (PLACES, FAMILIES - PLACES)


async def test_without_the_lock_places_are_sold_twice(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: neither turn, nor lock, nor transaction."""

    async def no_lock(*_: object) -> None:
        return

    monkeypatch.setattr(booking, "transaction", nullcontext)
    monkeypatch.setattr(booking, "lock", no_lock)
    monkeypatch.setattr(booking, "_in_turn", lambda *_: nullcontext())

    _, _, told = await rush(tenant)

    assert told.count("booked") > PLACES


@pytest.mark.slow
async def test_ten_thousand_requests_for_a_hundred_places(
    tenant: Tenant, tmp_path: Path, database_server: str
) -> None:
    """From four processes on PostgreSQL; SQLite is served by one, and by many tasks at once."""
    canteen = await a_canteen(room=100)
    families = await many_families(10_000, canteen.activity)
    told = [[one.account, one.adult, one.household, child] for one, child in families]
    files = [tmp_path / f"{number}.json" for number in range(4 if database_server else 1)]
    for number, file in enumerate(files):
        asked = {
            "unit": canteen.unit,
            "day": THURSDAY.isoformat(),
            "families": told[number :: len(files)],
        }
        file.write_text(json.dumps(asked))

    workers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, Path(__file__).with_name("rushing.py"), tmp_path, file)
        )
        for file in files
    ]

    assert [await worker.wait() for worker in workers] == [0] * len(files)
    answers = [json.loads(file.with_suffix(".told").read_text()) for file in files]
    counts = Counter(outcome for answer in answers for outcome in answer)
    assert counts == {"booked": 100, "waiting": 9_900}
    assert await replaying.differences() == []
