"""Offers of one commission that rest on each other, as they stand now."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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

    @property
    def resting(self) -> set[int]:
        """The files whose place somebody still holds who has not answered."""
        return chains.resting(self.free, self.waiting)

    def starts(self, wished: Mapping[int, date]) -> dict[int, date]:
        """Return the day each file may enter: not before whoever it follows has left."""
        return chains.starts(self.waiting, wished)


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
    given, _ = await asyncio.to_thread(proposals.opened, kept)
    row = await commissions.one(commission)
    freed = await meanwhile.freed(tenants.current(), row, given)
    held = {**await offers.standing(commission), **(new or {})}
    return Chain(*chains.laid_out(given, held, freed, await offers.left_again(commission)))


async def still_held(offer: Offer) -> str:
    """Say that a child still holds the place of an offer, and has to be asked; nothing if none."""
    chain = await of(commission_of(offer))
    return STILL_HELD if int(offer.application) in chain.resting else ""
