"""Offers of one commission that rest on each other, as they stand now."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ribambelle import tenants
from ribambelle_creche import meanwhile
from ribambelle_creche.domain import chains
from ribambelle_creche.domain.chains import Held, Waiting
from ribambelle_creche.placing import commission_of
from ribambelle_creche.queries import commissions, offers, proposals
from ribambelle_creche.tables import Offer


@dataclass(frozen=True, slots=True)
class Chain:
    """What is free where a child in place may leave, and the offers that wait, by rank."""

    free: Mapping[str, int]
    waiting: list[Waiting]

    @property
    def held_back(self) -> set[int]:
        """The files that said yes to a place somebody has still to leave."""
        agreed = {one.file for one in self.waiting if one.agreed}
        return agreed - chains.firm(self.free, self.waiting)

    @property
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


async def of(commission: int | None, new: Mapping[str, Held] | None = None) -> Chain:
    """Return the chain of a commission; empty where no child in place may leave for another crèche.

    :param new: offers about to be made, by the engine's name of the child.
    """
    kept = await proposals.kept(commission) if commission else None
    if commission is None or kept is None or not (new or await offers.has_mover(commission)):
        return NONE
    given, found = await asyncio.to_thread(proposals.opened, kept)
    row = await commissions.one(commission)
    freed = await meanwhile.freed(tenants.current(), row, given)
    held = {**await offers.standing(commission), **(new or {})}
    left, first = await offers.left_again(commission), chains.by_reserve(given, found)
    # a large town has thousands of files: nobody else waits while they are laid out
    return Chain(*await asyncio.to_thread(chains.laid_out, given, held, freed, left, first))


async def still_held(offer: Offer) -> str:
    """Say that a child still holds the place of an offer, and has to be asked; nothing if none."""
    return STILL_HELD if await rests(offer) else ""


async def rests(offer: Offer) -> bool:
    """Tell whether the place of an offer is still that of a child who has to be asked."""
    if offer.state != "live":
        return False
    chain = await of(commission_of(offer))
    return await asyncio.to_thread(chain.rests, int(offer.application))
