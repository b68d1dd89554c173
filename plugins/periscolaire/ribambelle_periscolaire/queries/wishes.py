"""What homes wish in a wish window, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from ribambelle.database import many
from ribambelle.errors import NotYours
from ribambelle_periscolaire.tables import Wish, WishChild, WishRequest

ELSEWHERE = (
    "SELECT c.child FROM periscolaire_wish_child c"
    " JOIN periscolaire_wish_request r ON r.id = c.request"
    " WHERE r.opening = {} AND r.household <> {} AND "
)
SHARED = "SELECT DISTINCT child FROM core_custody k WHERE "


class Refusal(msgspec.Struct, frozen=True):
    """Why one wish was not given: the fullest day of it, as it was when the turn came."""

    wish: int
    group: str
    day: date
    places: int
    left: int
    asked: int
    last_rank: int | None
    full_days: int


@dataclass(frozen=True, slots=True)
class Wished:
    """One wish: a unit, on some weeks or days."""

    rank: int
    unit: int
    spans: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What one home asks."""

    row: WishRequest
    children: tuple[int, ...]
    wishes: tuple[Wished, ...]

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row.id)

    @property
    def declared(self) -> frozenset[str]:
        """The criteria the family says it meets."""
        return frozenset(self.row.declared.split())

    @property
    def told(self) -> frozenset[str]:
        """Those that count: what an agent kept, else what the family said."""
        return self.declared if self.row.kept is None else frozenset(self.row.kept.split())

    @property
    def given(self) -> Wished | None:
        """The wish it got."""
        return next((one for one in self.wishes if one.rank == self.row.given), None)

    @property
    def refusals(self) -> list[Refusal]:
        """Why not the wishes before."""
        return msgspec.json.decode(self.row.refusals, type=list[Refusal])


async def of_opening(opening: int) -> list[Asked]:
    """Return every request of a wish window, by rank once there is one."""
    rows = await WishRequest.objects().where(WishRequest.opening == opening)
    return sorted(await _whole(rows), key=lambda one: (one.row.rank or 0, one.id))


async def of_home(opening: int, household: int) -> Asked | None:
    """Return what a home asked of a wish window, if it did."""
    rows = await WishRequest.objects().where(
        (WishRequest.opening == opening) & (WishRequest.household == household)
    )
    found = await _whole(rows)
    return found[0] if found else None


async def one(number: int) -> WishRequest:
    """Return a request, or behave as if it did not exist."""
    found = await WishRequest.objects().get(WishRequest.id == number)
    if found is None:
        raise NotYours
    return found


async def _whole(rows: Sequence[WishRequest]) -> list[Asked]:
    if not rows:
        return []
    numbers = [int(row.id) for row in rows]
    children: dict[int, list[int]] = {}
    wishes: dict[int, list[Wished]] = {}
    for row in await WishChild.select().where(WishChild.request.is_in(numbers)):
        children.setdefault(row["request"], []).append(row["child"])
    for row in await Wish.select().where(Wish.request.is_in(numbers)).order_by(Wish.rank):
        told = Wished(row["rank"], row["unit"], tuple(row["spans"].split()))
        wishes.setdefault(row["request"], []).append(told)
    return [
        Asked(
            row,
            tuple(sorted(children.get(int(row.id), []))),
            tuple(wishes.get(int(row.id), [])),
        )
        for row in rows
    ]


async def write(request: WishRequest, children: Iterable[int], wishes: Iterable[Wished]) -> int:
    """Write what a home asks, in place of what it asked before."""
    asked = (WishRequest.opening == request.opening) & (WishRequest.household == request.household)
    await WishRequest.delete().where(asked)
    made = await WishRequest.insert(request).returning(WishRequest.id)
    number = int(made[0]["id"])
    await WishChild.insert(*(WishChild(request=number, child=child) for child in children))
    await Wish.insert(
        *(
            Wish(request=number, rank=one.rank, unit=one.unit, spans=" ".join(one.spans))
            for one in wishes
        )
    )
    return number


async def withdraw(opening: int, household: int) -> bool:
    """Forget what a home asked; False when it asked nothing."""
    gone = (
        await WishRequest.delete()
        .where((WishRequest.opening == opening) & (WishRequest.household == household))
        .returning(WishRequest.id)
    )
    return bool(gone)


async def asked_elsewhere(opening: int, household: int, children: Sequence[int]) -> set[int]:
    """Return which of these children another home asks for, in the same window."""
    asked = ELSEWHERE + many.among("c.child")
    rows = await WishChild.raw(asked, opening, household, many.listed(list(children)))
    return {row["child"] for row in rows}


async def shared(children: Iterable[int]) -> set[int]:
    """Return which of these children live now with one parent, now with the other."""
    asked = SHARED + many.among("k.child")
    rows = await WishChild.raw(asked, many.listed(sorted(set(children))))
    return {row["child"] for row in rows}


async def decide(number: int, rank: int, points: int, given: int, refusals: list[Refusal]) -> None:
    """Write what a request got."""
    told: dict[Any, Any] = {
        WishRequest.rank: rank,
        WishRequest.points: points,
        WishRequest.given: given,
        WishRequest.refusals: msgspec.json.encode(refusals).decode(),
    }
    await WishRequest.update(told).where(WishRequest.id == number)


async def place(number: int, now: datetime) -> bool:
    """Say that the bookings of a request are written; False when somebody said it already."""
    done = (
        await WishRequest.update({WishRequest.placed_at: now})
        .where((WishRequest.id == number) & WishRequest.placed_at.is_null())
        .returning(WishRequest.id)
    )
    return bool(done)
