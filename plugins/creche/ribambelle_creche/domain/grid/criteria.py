"""A grid of points, once read: what gives points, which places are kept, how ties are broken."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from ribambelle_creche.domain.grid.conditions import Condition
from ribambelle_creche.domain.grid.facts import FACTS, Fact

TYPES = {
    "choice": "une réponse parmi plusieurs, chacune avec ses points",
    "flag": "des points si c’est vrai",
    "per_unit": "des points par frère, par commission attendue…, jusqu’à un maximum",
    "band": "des points par tranche : quotient, âge, distance",
    "malus": "des points retirés",
    "discretionary": "des points qu’un service peut demander, entre deux bornes",
    "facility_bonus": "des points pour une crèche, et pas pour les autres",
}
UNITS = {
    "sibling": "siblings",
    "child": "dependent_children",
    "commission": "commissions_waited",
    "refusal": "offers_refused",
}
SCOPES = {
    "manager": "par gestionnaire",
    "facility": "par crèche",
    "town": "pour toute la commune",
}
TIES = {
    "complete_at": "la demande complète la plus ancienne passe d’abord",
    "draw": "un tirage au sort, que chacun peut refaire",
}


class Band(msgspec.Struct, frozen=True):
    """Points from one number to another, both included; None for no end."""

    points: int
    first: int | None = None
    up_to: int | None = None

    def holds(self, number: int) -> bool:
        """Tell whether a number lies in the band."""
        over = self.first is None or number >= self.first
        return over and (self.up_to is None or number <= self.up_to)


class Criterion(msgspec.Struct, frozen=True):
    """One line of the grid; `fact` is what it reads, `proof` the paper that shows it."""

    code: str
    label: str
    type: str
    fact: str
    proof: str = ""
    points: int = 0
    values: Mapping[str, int] = {}
    bands: tuple[Band, ...] = ()
    least: int = 0
    most: int = 0
    bodies: tuple[str, ...] = ()
    requires: Condition = Condition()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def reads(self) -> Fact:
        """The fact it reads."""
        return FACTS[self.fact]

    @property
    def is_of_facility(self) -> bool:
        """Tell whether it gives points to some crèches only."""
        return self.reads.of_facility or any(
            FACTS[name].of_facility for name in self.requires.facts
        )

    def counts_on(self, day: date) -> bool:
        """Tell whether it is in force on a day; both ends are included."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    @property
    def range(self) -> tuple[int, int]:
        """The fewest and the most points it may give."""
        given = [0]
        if self.type == "choice":
            given += self.values.values()
        elif self.type == "band":
            given += [band.points for band in self.bands]
        elif self.type == "discretionary":
            given += [self.least, self.most]
        elif self.type == "per_unit":
            given.append(self.most)
        else:
            given.append(self.points)
        return min(given), max(given)


FOR_INSERTION = frozenset({"insertion", "job_seeking"})


class Reserve(msgspec.Struct, frozen=True):
    """Places kept for some families: one in so many, or so many in all."""

    code: str
    label: str
    scope: str
    eligible: Condition
    per_places: int = 0
    quota: int = 0

    @property
    def is_for_insertion(self) -> bool:
        """Tell whether it is the one the law asks for: one place in so many, for insertion."""
        return bool(self.per_places) and not FOR_INSERTION.isdisjoint(self.eligible.facts)

    def places(self, total: int) -> int:
        """Return how many places are kept among so many.

        >>> Reserve("a", "A", "manager", Condition(), per_places=20).places(59)
        2
        """
        return self.quota or total // self.per_places


class Grid(msgspec.Struct, frozen=True):
    """One version of a commune's points."""

    version: str
    valid_from: date
    tie_break: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    reserves: tuple[Reserve, ...] = ()

    def in_force(self, day: date) -> list[Criterion]:
        """Return the criteria that count on a day."""
        return [one for one in self.criteria if one.counts_on(day)]

    @property
    def range(self) -> tuple[int, int]:
        """The fewest and the most points a family may have, whatever the crèche."""
        return _added(one for one in self.criteria if not one.is_of_facility)

    @property
    def bonus_range(self) -> tuple[int, int]:
        """The fewest and the most points that one crèche may add."""
        return _added(one for one in self.criteria if one.is_of_facility)

    @property
    def proofs(self) -> list[str]:
        """The proofs that some criterion asks for, each once."""
        return list(dict.fromkeys(one.proof for one in self.criteria if one.proof))


def _added(criteria: Iterable[Criterion]) -> tuple[int, int]:
    ranges = [one.range for one in criteria]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)
