"""The seals the journal holds of the calculations of a commission: nobody rewrites a line of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

NUMBERED = {
    "creche.proposed": ("proposal", "number"),
    "creche.proposal_kept": ("proposal", "number"),
    "creche.commission_decided": ("proposal", "proposal"),
    "creche.called": ("call", "number"),
}
"""What each act seals, and the fact that numbers it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the journal says of each calculation, and whether it goes back to its first line."""

    digests: Mapping[tuple[str, int], frozenset[str]]
    is_whole: bool

    def holds(self, kind: str, number: int, digest: str) -> bool:
        """Tell whether a seal is the one that was written; lines past their term say nothing.

        >>> told = Sealed({("call", 1): frozenset({"a"})}, is_whole=True)
        >>> told.holds("call", 1, "a"), told.holds("call", 1, "b"), told.holds("call", 2, "b")
        (True, False, False)
        >>> Sealed({}, is_whole=False).holds("call", 2, "b")
        True
        """
        written = self.digests.get((kind, number))
        return written == {digest} if written else not self.is_whole


async def of_commission(commission: int) -> Sealed:
    """Return the seals written when a commission proposed, chose, decided and called."""
    lines = (
        await JournalLine.select(JournalLine.act, JournalLine.facts)
        .where(JournalLine.object == f"creche.commission:{commission}")
        .where(JournalLine.act.is_in(list(NUMBERED)))
        .order_by(JournalLine.number)
    )
    found: dict[tuple[str, int], frozenset[str]] = {}
    for line in lines:
        kind, numbered = NUMBERED[line["act"]]
        facts = msgspec.json.decode(line["facts"])
        key = kind, int(facts[numbered])
        found[key] = found.get(key, frozenset()) | {str(facts["digest"])}
    return Sealed(found, is_whole=(await journal.start())["number"] == 0)
