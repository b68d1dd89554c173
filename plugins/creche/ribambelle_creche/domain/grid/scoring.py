"""How many points has this family, criterion by criterion, and why none where it has none?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ribambelle_creche.domain.grid.criteria import Criterion, Grid
from ribambelle_creche.domain.grid.facts import Facts, Told

REASONS = {
    "undeclared": "Rien de tel n’est déclaré.",
    "no_points": "Ce qui est déclaré ne donne pas de points ici.",
    "unproved": "La pièce n’a pas encore été vue.",
    "not_noted": "La mairie n’a rien noté de tel.",
    "unmet": "La condition de ce bonus n’est pas remplie.",
}
"""Why a criterion gives nothing, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of a score; `possible` is what it would give once its proof is seen.

    For a criterion of a crèche `points` stays 0 and `here` holds the points of each crèche.
    """

    code: str
    label: str
    points: int
    reason: str = ""
    proof: str = ""
    possible: int = 0
    here: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def why(self) -> str:
        """Why it gives nothing, in words."""
        return REASONS.get(self.reason, "")


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one family, what each crèche adds, the reserves it may enter, and the trace."""

    points: int
    bonuses: Mapping[int, int]
    flags: tuple[str, ...]
    trace: tuple[Line, ...]

    @property
    def possible(self) -> int:
        """The points still to come once every proof is seen."""
        return sum(line.possible for line in self.trace)


def score(grid: Grid, facts: Facts) -> Score:
    """Count a family's points by a grid, on the day of its facts.

    Without its proof seen, a criterion gives nothing: a sibling that nobody can show gives no
    bonus.

    >>> from datetime import date
    >>> sibling = Criterion("sibling", "Frère ou sœur", "flag", "sibling_present", "sibling", 20)
    >>> grid = Grid("1", date(2026, 1, 1), ("draw",), (sibling,))
    >>> told = {"sibling_present": True}
    >>> [score(grid, Facts(date(2027, 3, 1), told, proofs=frozenset(seen))).points
    ...  for seen in ((), ("sibling",))]
    [0, 20]
    """
    trace = [
        _at_facilities(one, facts) if one.is_of_facility else _line(one, facts)
        for one in grid.in_force(facts.today)
    ]
    bonuses: dict[int, int] = dict.fromkeys(facts.here, 0)
    for line in trace:
        for facility, points in line.here.items():
            bonuses[facility] += points
    return Score(
        points=sum(line.points for line in trace),
        bonuses=bonuses,
        flags=tuple(one.code for one in grid.reserves if one.eligible.holds(facts)),
        trace=tuple(trace),
    )


def recorded(found: Score) -> str:
    """Return the trace of a score as a commission keeps it, in the order of the grid.

    >>> recorded(Score(20, {}, (), (Line("sibling", "Frère ou sœur", 20, proof="sibling"),)))
    '[{"code": "sibling", "label": "Frère ou sœur", "points": 20, "reason": "", "proof": "sibling", \
"possible": 0, "here": {}}]'
    """
    lines = [
        {
            "code": line.code,
            "label": line.label,
            "points": line.points,
            "reason": line.reason,
            "proof": line.proof,
            "possible": line.possible,
            "here": {str(facility): points for facility, points in line.here.items()},
        }
        for line in found.trace
    ]
    return json.dumps(lines, ensure_ascii=False)


def _line(one: Criterion, facts: Facts) -> Line:
    points, reason = _given(one, facts.of(one.fact), facts)
    if points and not facts.is_proved(one.proof):
        return Line(one.code, one.label, 0, "unproved", one.proof, points)
    return Line(one.code, one.label, points, reason, one.proof)


def _at_facilities(one: Criterion, facts: Facts) -> Line:
    """Return a criterion that depends on the crèche: nothing for the common score."""
    found: dict[int, int] = {}
    reasons: set[str] = set()
    # its condition may rest on the same proof: what is left to show is said, not that it is unmet
    shown = replace(facts, proofs=facts.proofs | {one.proof})
    for facility in facts.here:
        told = facts.at(facility, one.fact) if one.reads.of_facility else facts.of(one.fact)
        points, reason = _given(one, told, facts)
        if points and one.requires.groups and not one.requires.holds(shown, facility):
            points, reason = 0, "unmet"
        found[facility] = points
        reasons.add(reason)
    most = max(found.values(), default=0)
    if any(found.values()) and not facts.is_proved(one.proof):
        return Line(one.code, one.label, 0, "unproved", one.proof, most, dict.fromkeys(found, 0))
    why = "" if any(found.values()) else "unmet" if "unmet" in reasons else "undeclared"
    return Line(one.code, one.label, 0, why, one.proof, here=found)


def _given(one: Criterion, told: Told, facts: Facts) -> tuple[int, str]:
    """Return the points of a criterion were everything proved, and why there are none."""
    if told is None or told is False or told == 0:
        if one.type == "band" and told == 0:
            return _by_band(one, 0)
        return 0, "not_noted" if one.reads.is_of_town_hall else "undeclared"
    match one.type:
        case "choice":
            points = one.values.get(str(told), 0)
        case "band":
            return _by_band(one, int(told))
        case "per_unit":
            points = bounded(one.points * int(told), one.most)
        case "discretionary":
            points = _granted(one, str(told), facts)
        case _:
            points = one.points
    return points, "" if points else "no_points"


def _by_band(one: Criterion, number: int) -> tuple[int, str]:
    points = next((band.points for band in one.bands if band.holds(number)), 0)
    return points, "" if points else "no_points"


def bounded(points: int, most: int) -> int:
    """Return points that go no further than the most, whatever their sign.

    >>> bounded(40, 30), bounded(20, 30), bounded(-60, -40)
    (30, 20, -40)
    """
    return max(points, most) if most < 0 else min(points, most)


def _granted(one: Criterion, body: str, facts: Facts) -> int:
    """Return what a service was granted, within the bounds; the least when nobody set it yet."""
    if body not in one.bodies:
        return 0
    return min(one.most, max(one.least, facts.granted.get(one.code, one.least)))
