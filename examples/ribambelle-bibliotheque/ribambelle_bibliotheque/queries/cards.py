"""Cards: a family's own, and those the library decides of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.custom_types import Combinable

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import start
from ribambelle_bibliotheque.queries.payers import paid_by
from ribambelle_bibliotheque.tables import Card
from ribambelle_bibliotheque.workflow import CODE, GIVEN, LIVING, WORKFLOW

NAMES = ("given_name", "family_name")


@dataclass(frozen=True, slots=True)
class Held:
    """A card with its child, and where it stands."""

    id: int
    demande: int
    state: str
    child: int
    name: str
    whole_name: str
    household: int
    account: int | None
    payer: int | None
    asked_at: datetime
    cents: int
    until: date | None

    @property
    def number(self) -> str:
        """Its number, as it is printed."""
        return f"B-{self.id:05}"

    @property
    def label(self) -> str:
        """Where it stands, in words."""
        return WORKFLOW.state(self.state).label

    @property
    def next(self) -> str:
        """What happens from there."""
        return WORKFLOW.state(self.state).next


async def of_children(children: Collection[int]) -> list[Held]:
    """Return the cards of some children, the latest first."""
    return await _held(Card.child.is_in([*children] or [0]))


async def of_child(children: Collection[int], number: int) -> Held:
    """Return a card of one of these children, or behave as if it did not exist."""
    return _only(await _held((Card.id == number) & Card.child.is_in([*children] or [0])))


async def one(number: int) -> Held:
    """Return a card, for the library; one that is not there is not found."""
    return _only(await _held(Card.id == number))


async def of_demande(demande: int) -> Held:
    """Return the card a demande is about."""
    return _only(await _held(Card.demande == demande))


async def to_decide() -> list[Held]:
    """Return the cards that wait for the library, the oldest first."""
    return (await _held(Card.demande.state == "asked"))[::-1]


async def past(day: date) -> list[Held]:
    """Return the cards that stand and whose last day is past."""
    return await _held((Card.demande.state == GIVEN) & (Card.until < day))


async def holders(children: Collection[int]) -> set[int]:
    """Return which of these children hold a card."""
    rows = await Card.select(Card.child).where(
        Card.child.is_in([*children] or [0]), Card.demande.state == GIVEN
    )
    return {row["child"] for row in rows}


async def ask(child: int, *, account: int, adult: int, cents: int, now: datetime) -> int:
    """Ask for the card of a child; raises Refused when it has one, or has asked already."""
    async with transaction():
        await advisory(f"bibliotheque.card:{child}")
        if any(one.state in LIVING for one in await of_children([child])):
            raise Refused("card_already")
        demande = await start(CODE, side="family", account=account)
        row = Card(
            demande=demande, child=child, account=account, payer=adult, asked_at=now, cents=cents
        )
        return int((await Card.insert(row).returning(Card.id))[0]["id"])


async def give(number: int, given_on: date, until: date) -> None:
    """Write from when to when a card is good."""
    await Card.update({Card.given_on: given_on, Card.until: until}).where(Card.id == number)


async def due(first: date, last: date, payers: tuple[int, int] | None) -> list[dict[str, Any]]:
    """Return the cards given on these days that cost something, whatever became of them since."""
    rows = (
        await Card.select(Card.id, Card.payer, Card.child, Card.given_on, Card.cents)
        .where((Card.given_on >= first) & (Card.given_on <= last) & (Card.cents > 0))
        .where(*paid_by(Card.payer, payers))
        .order_by(Card.id)
    )
    return [dict(row) for row in rows]


async def given_between(first: date, last: date) -> int:
    """Return how many cards were given on these days, both included."""
    return int(await Card.count().where((Card.given_on >= first) & (Card.given_on <= last)))


def _only(found: list[Held]) -> Held:
    if not found:
        raise NotYours
    return found[0]


async def _held(which: Combinable) -> list[Held]:
    rows = (
        await Card.select(
            Card.id,
            Card.demande,
            Card.demande.state.as_alias("state"),
            Card.child,
            Card.child.given_name.as_alias("given_name"),
            Card.child.family_name.as_alias("family_name"),
            Card.child.household.as_alias("household"),
            *(Card.account, Card.payer, Card.asked_at, Card.cents, Card.until),
        )
        .where(which)
        .order_by(Card.id, ascending=False)
    )
    return [
        Held(
            **{key: value for key, value in row.items() if key not in NAMES},
            name=row["given_name"],
            whole_name=f"{row['given_name']} {row['family_name']}".strip(),
        )
        for row in rows
    ]
