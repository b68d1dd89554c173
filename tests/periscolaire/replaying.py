"""Are the bookings, the counts and the waiting lines what the ledger of events says?"""

from collections import Counter
from typing import Any

from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.activities import each
from ribambelle_periscolaire.domain.bookings import HOLDING, Happened, Standing, replayed


async def differences() -> list[str]:
    """Return what stands otherwise than the events tell; nothing when all agrees."""
    events = await tables.BookingEvent.select().order_by(tables.BookingEvent.id)
    rows = await tables.Booking.select()
    told = replayed(_happened(row) for row in events)
    stands = {
        (row["child"], row["day"], row["unit"]): Standing(
            row["state"], row["group"], row["price"], row["line"]
        )
        for row in rows
    }
    found = [
        f"{key}: {stands.get(key)} but {told.get(key)}"
        for key in told
        if told[key] != stands.get(key)
    ]
    found += [f"{key}: without an event" for key in stands.keys() - told.keys()]
    return found + await _counts(rows)


async def _counts(rows: list[dict[str, Any]]) -> list[str]:
    units = {row["id"]: row["parts"] for row in await tables.Unit.select()}
    taken: Counter[tuple[int, Any, int]] = Counter()
    waiting: Counter[tuple[int, Any, int]] = Counter()
    for row in rows:
        for part in each(units[row["unit"]]):
            spot = row["group"], row["day"], part
            taken[spot] += row["state"] in HOLDING
            waiting[spot] += row["state"] == "waiting"
    found = []
    for load in await tables.Load.select():
        spot = load["group"], load["day"], load["part"]
        if (load["taken"], load["waiting"]) != (taken[spot], waiting[spot]):
            found.append(f"{spot}: {load['taken']}+{load['waiting']} counted")
    booked = Counter(
        (row["day"], row["group"], row["unit"]) for row in rows if row["state"] == "booked"
    )
    for row in await tables.Tally.select():
        where = row["day"], row["group"], row["unit"]
        if booked.pop(where, 0) != row["booked"]:
            found.append(f"{where}: {row['booked']} in the kitchen's tally")
    return found + [f"{where}: not in the kitchen's tally" for where in booked]


def _happened(row: dict[str, Any]) -> Happened:
    key = row["child"], row["day"], row["unit"]
    return Happened(row["id"], key, row["act"], row["state"], row["group"], row["price"])
