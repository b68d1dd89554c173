"""A commission that has decided, for tests of what families and the public read of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.creche.builders import an_application

from ribambelle.testing import Town
from ribambelle_creche import examining
from ribambelle_creche.domain import admission, draw, published
from ribambelle_creche.domain.admission import VERSION, Pin, Snapshot, propose, seal
from ribambelle_creche.domain.admission.reading import written
from ribambelle_creche.domain.preparation import Seen, applications, file_of
from ribambelle_creche.domain.resources import Asking, House, of_all
from ribambelle_creche.domain.week import bits, is_saturday, slots
from ribambelle_creche.queries import cut_offs
from ribambelle_creche.tables import (
    Application,
    Commission,
    Decision,
    Examined,
    Offer,
    Proposal,
)
from ribambelle_creche.tables import Pin as PinRow

SEED = bytes(range(32))
TRACE = [
    {"code": "resident", "label": "Vous habitez la commune", "points": 20, "reason": ""},
    {"code": "sibling", "label": "Frère ou sœur en crèche", "points": 0, "reason": "undeclared"},
]


@dataclass(frozen=True)
class Asks:
    """One file of a commission: its id, what it asks, its points; `pin` is what people decided."""

    application: int
    points: int
    wishes: tuple[int, ...]
    needs: tuple[int, ...] = (1023,)
    pin: str | None = None
    twins: int = 0
    """How many children of one birth, of whom one place suits."""


async def a_decided_commission(
    town: Town,
    places: Mapping[int, int | Mapping[str, int]],
    files: Sequence[Asks],
    *,
    label: str = "Entrées d’hiver",
    held: datetime = datetime(2026, 11, 26, tzinfo=UTC),
    offers: bool = True,
) -> int:
    """Decide a commission from inside the commune: the engine really runs, every row is kept.

    :param places: by crèche, places of babies on every half-day, or by half-day.
    """
    now = town.tenant.now()
    row = Commission(
        label=label,
        state="decided",
        closes_on=held.date() - timedelta(days=6),
        held_on=held.date(),
        first_start=held.date() + timedelta(days=30),
        last_start=held.date() + timedelta(days=120),
        commitment=draw.commitment(SEED),
        seed=SEED.hex(),
        created_at=now,
        decided_at=now,
    )
    number = int((await Commission.insert(row).returning(Commission.id))[0]["id"])
    houses = {one: _house(one, given) for one, given in places.items()}
    names = {
        one["id"]: one["number"]
        for one in await Application.select(Application.id, Application.number)
    }
    seen, asked = [], {}
    for file in files:
        asking = Asking(("babies",), file.needs, file.wishes)
        if file.twins:
            asking = replace(asking, count=file.twins, together="one_is_fine")
        name = names[file.application]
        asked[name] = asking
        tie = draw.number(SEED, name)
        seen.append(Seen(name, file.points, datetime(2026, 3, 1, tzinfo=UTC), tie, asking))
    rows = tuple(one for file in seen for one in applications(file, houses))
    pins = tuple(
        Pin(names[one.application], "S2", one.pin or None) for one in files if one.pin is not None
    )
    given = Snapshot(of_all(houses.values()), rows, pins)
    found = propose(given)
    proposal = await _kept(number, given, found, now)
    places_of = sorted(found.assignments.items())
    for file, one in zip(files, seen, strict=True):
        await Examined.insert(
            Examined(
                commission=number,
                application=file.application,
                asked=examining.as_json(one.asked),
                points=file.points,
                trace=json.dumps(TRACE),
                complete_at=one.complete_at,
                draw=one.draw,
            )
        )
        held = next(
            (option for name, option in places_of if file_of(name) == one.number and option), None
        )
        await _answer(number, proposal, file, held, now, offers=offers)
    await cut_offs.keep(number, published.cut_offs(given, found))
    return number


def _house(facility: int, given: int | Mapping[str, int]) -> House:
    every = given if isinstance(given, Mapping) else dict.fromkeys(slots(1023), given)
    cells: dict[tuple[str, int, str], int] = {}
    for slot, many in every.items():
        place = bits([slot]).bit_length() - 1
        cells["babies", place // 2, ("am", "pm")[place % 2]] = many
    saturday = {slot: 60 for slot in every if is_saturday(slot)}
    return House(facility, (cells,), ({},), 60, modulated=saturday)


async def _kept(number: int, given: Snapshot, found: admission.Proposal, now: datetime) -> int:
    row = Proposal(
        commission=number,
        number=1,
        inputs=written(given).decode(),
        outputs=written(found).decode(),
        inputs_digest=seal.inputs_digest(given),
        digest=found.digest,
        engine=VERSION,
        is_kept=True,
        made_at=now,
    )
    return int((await Proposal.insert(row).returning(Proposal.id))[0]["id"])


async def _answer(
    number: int, proposal: int, file: Asks, held: str | None, now: datetime, *, offers: bool
) -> None:
    pin = None
    if file.pin is not None:
        made = PinRow(
            commission=number,
            application=file.application,
            option=file.pin,
            reason="S2",
            at=now,
            account=1,
        )
        pin = int((await PinRow.insert(made).returning(PinRow.id))[0]["id"])
    facility = int(held.partition("/")[0]) if held else None
    outcome = "offered" if held else "refused" if pin else "waiting"
    await Decision.insert(
        Decision(
            commission=number,
            application=file.application,
            outcome=outcome,
            facility=facility,
            option=held or "",
            proposal=proposal,
            pin=pin,
            at=now,
        )
    )
    if held and offers:
        await Offer.insert(
            Offer(
                application=file.application,
                live_for=file.application,
                commission=number,
                facility=facility,
                age_group="babies",
                slots=file.needs[int(held.rpartition("/")[2])],
                start_on=now.date() + timedelta(days=40),
                origin="session",
                state="live",
                sent_at=now,
                answer_by=now.date() + timedelta(days=8),
            )
        )


async def some_files(facility: int, points: Sequence[int], need: int = 1023) -> list[Asks]:
    """Write as many files as points, which all ask for one crèche."""
    return [
        Asks(await an_application(facility, state="complete"), many, (facility,), (need,))
        for many in points
    ]
