"""The times freed places went to the next in rank: what went in, what came out, to be run again."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import VERSION, Snapshot, seal
from ribambelle_creche.domain.admission.reading import read_proposal, read_snapshot, written
from ribambelle_creche.tables import Call


async def every(commission: int) -> list[Call]:
    """Return the calls made after a commission, the first first."""
    return await Call.objects().where(Call.commission == commission).order_by(Call.number)


async def made_at(commission: int, moments: Sequence[datetime]) -> list[Call]:
    """Return the calls of a commission that made the offers of these moments."""
    return (
        await Call.objects()
        .where((Call.commission == commission) & Call.made_at.is_in(list(moments)))
        .order_by(Call.number)
        if moments
        else []
    )


async def keep(
    commission: int,
    given: Snapshot,
    found: admission.Proposal,
    families: int,
    account: int | None,
    side: Side,
    now: datetime,
) -> None:
    """Keep a call, under the lock of its commission."""
    number = await Call.count().where(Call.commission == commission) + 1
    both = b"\0".join((written(seal.in_order(given)), written(found)))
    await Call.insert(
        Call(
            commission=commission,
            number=number,
            packed=zlib.compress(both, 9),
            inputs_digest=seal.inputs_digest(given),
            digest=found.digest,
            engine=VERSION,
            families=families,
            made_at=now,
            made_by=account,
        )
    )
    await journal.record(
        "creche.called",
        f"creche.commission:{commission}",
        account=account,
        side=side,
        number=number,
        digest=found.digest,
        families=families,
    )


def opened(row: Call) -> tuple[Snapshot, admission.Proposal]:
    """Return a call as the engine speaks of it."""
    given, _, found = zlib.decompress(row.packed).partition(b"\0")
    return read_snapshot(given), read_proposal(found)
