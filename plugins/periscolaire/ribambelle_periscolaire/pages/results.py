"""What became of the boxes that were sent, in the words of the family."""

from dataclasses import dataclass, field

from ribambelle_periscolaire.domain.taking import Line
from ribambelle_periscolaire.forms import Token
from ribambelle_periscolaire.gathering import Gathered


@dataclass(frozen=True)
class Results:
    """Lines as they ended, with the names of children and units."""

    lines: list[Line]
    names: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)

    def of(self, outcome: str) -> list[Line]:
        """Return the lines that ended so."""
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def undoing(self) -> tuple[str, str]:
        """The boxes as they were and as they are, for the button that undoes."""
        taken = [line for line in self.lines if line.outcome in {"booked", "waiting"}]
        return _tokens(taken), _tokens(self.of("cancelled"))


def results_of(gathered: Gathered, lines: list[Line]) -> Results | None:
    """Return what became of some lines; None when there is none."""
    if not lines:
        return None
    names = {pupil.id: pupil.name for pupil in gathered.family.pupils.values()}
    units = {
        unit.id: activity.name if len(activity.units) == 1 else f"{activity.name}, {unit.name}"
        for activity in gathered.catalogue.activities
        for unit in activity.units
    }
    return Results(lines, names, units)


def _tokens(lines: list[Line]) -> str:
    return " ".join(str(Token(one.wanted.child, one.wanted.unit, one.wanted.day)) for one in lines)
