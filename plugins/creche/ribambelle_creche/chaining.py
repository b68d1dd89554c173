"""Offers of one commission that rest on each other, as they stand now."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle import tenants
from ribambelle_creche import meanwhile
from ribambelle_creche.domain import chains
from ribambelle_creche.domain.admission import Proposal, Snapshot
from ribambelle_creche.domain.chains import Going, Held, Waiting
from ribambelle_creche.placing import commission_of
from ribambelle_creche.queries import calls, commissions, offers, proposals
from ribambelle_creche.tables import Offer


@dataclass(frozen=True, slots=True)
class Chain:
    """What is free where a child in place may leave, and the offers that wait, by rank."""

    free: Mapping[str, int]
    waiting: list[Waiting]

    def held_back(self) -> set[int]:
        """The files that said yes to a place somebody has still to leave."""
        agreed = {one.file for one in self.waiting if one.agreed}
        return agreed - chains.firm(self.free, self.waiting)

    def fallen(self) -> set[int]:
        """The files whose place will not be left: who held it stays."""
        return chains.fallen(self.free, self.waiting)

    def rests(self, file: int) -> bool:
        """Tell whether somebody who has not answered still holds the place of a file."""
        return chains.rests(self.free, self.waiting, file)


NONE = Chain({}, [])
STILL_HELD = (
    "Elle est encore celle d’un enfant à qui une autre crèche est proposée : vous l’avez si sa "
    "famille dit oui."
)


@dataclass(frozen=True, slots=True)
class Entering:
    """A chain in which nobody has a place before it is left, and the days of the sure moves."""

    chain: Chain
    days: Mapping[int, date]


@dataclass(frozen=True, slots=True)
class Told:
    """What a chain is counted from: what a commission was given, and what became of it since."""

    given: Snapshot
    first: Mapping[str, Collection[str]]
    held: Mapping[str, Held]
    left: Mapping[str, Held]
    freed: Sequence[Going]

    def laid_out(self) -> Chain:
        """Return the offers that wait, and what is free for them."""
        return Chain(
            *chains.laid_out(self.given, self.held, _sum(self.freed), self.left, self.first)
        )

    def entering(self) -> Entering:
        """Return the same with the children whose move is sure, each where it was until its day."""
        going = chains.to_leave(chains.sure(self.given, self.held, self.left, self.freed))
        still = _sum(going)
        free, waiting = chains.laid_out(
            self.given, self.held, _sum(self.freed), self.left, self.first, still
        )
        free = {name: many - still[name] for name, many in free.items()}
        ahead = [Waiting(one.file, {}, one.leaves, agreed=True) for one in going]
        return Entering(Chain(free, [*ahead, *waiting]), {one.file: one.day for one in going})


def _sum(going: Iterable[Going]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in going:
        found.update(one.leaves)
    return found


async def of(commission: int | None) -> Chain:
    """Return the chain of a commission; empty where no child in place may leave for another crèche."""
    if commission is None or not await offers.has_mover(commission):
        return NONE
    told = await _told(commission, {})
    # a large town has thousands of files: nobody else waits while they are laid out
    return await asyncio.to_thread(told.laid_out) if told else NONE


async def entering(
    commission: int, new: Mapping[str, Held], run: tuple[Snapshot, Proposal]
) -> Entering:
    """Return what offers about to be made wait for, by the engine's name of the child.

    :param run: what the engine was given and answered to make them.
    """
    told = await _told(commission, new, [run])
    return await asyncio.to_thread(told.entering) if told else Entering(NONE, {})


async def _told(
    commission: int, new: Mapping[str, Held], runs: Sequence[tuple[Snapshot, Proposal]] = ()
) -> Told | None:
    kept = await proposals.kept(commission)
    if kept is None:
        return None
    given, found = await asyncio.to_thread(proposals.opened, kept)
    row = await commissions.one(commission)
    standing = await offers.standing(commission)
    waiting = {one.sent_at for one in standing.values() if one.sent_at and not one.accepted}
    called = await calls.made_at(commission, sorted(waiting))
    again = [await asyncio.to_thread(calls.opened, one) for one in called]
    return Told(
        given,
        chains.passed([(given, found), *again, *runs]),
        {**standing, **new},
        await offers.left_again(commission),
        await meanwhile.freed(tenants.current(), row, given),
    )


async def still_held(offer: Offer) -> str:
    """Say that a child still holds the place of an offer, and has to be asked; nothing if none."""
    return STILL_HELD if await rests(offer) else ""


async def rests(offer: Offer) -> bool:
    """Tell whether the place of an offer is still that of a child who has to be asked."""
    if offer.state != "live":
        return False
    chain = await of(commission_of(offer))
    return await asyncio.to_thread(chain.rests, int(offer.application))
