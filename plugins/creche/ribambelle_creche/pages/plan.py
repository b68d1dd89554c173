"""The plan of the crèches: the rows of the page numbered on it, the others as points."""

from collections.abc import Sequence
from dataclasses import dataclass

from ribambelle_creche.domain.geography import Point, framing
from ribambelle_creche.domain.plan import Label, Spot, hull, labelled, spread
from ribambelle_creche.tables import Facility

DISC = 24
"""How wide a numbered disc is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One crèche the filters keep: its number, where it leads, and whether its row is here."""

    facility: Facility
    number: int
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """One crèche on the plan; `shown` when its row is on the page."""

    number: int
    name: str
    x: int
    y: int
    shown: bool
    href: str


@dataclass(frozen=True)
class Plan:
    """The drawing of the city: where its quartiers are, their names, and the crèches."""

    width: int
    height: int
    dots: list[Dot]
    areas: list[list[Spot]]
    labels: list[Label]

    @property
    def numbered(self) -> int:
        """How many crèches bear the number of their row."""
        return sum(dot.shown for dot in self.dots)


def at(facility: Facility) -> Point | None:
    """Return where a crèche stands, when it is known."""
    if facility.latitude is None or facility.longitude is None:
        return None
    return facility.latitude, facility.longitude


def quartier_id(facility: Facility) -> int:
    """Return the quartier a crèche lies in, or 0."""
    found = facility.quartier.id if facility.quartier else None
    return found or 0


def drawn(
    everything: Sequence[Facility], quartiers: Sequence[tuple[int, str]], rows: Sequence[Shown]
) -> Plan | None:
    """Return the plan of the crèches, or None when it is not known where any stands."""
    frame = framing(point for one in everything if (point := at(one)))
    if frame is None:
        return None
    placed = [(row, frame.place(point)) for row in rows if (point := at(row.facility))]
    numbered = [(row, spot) for row, spot in placed if row.here]
    discs = spread([spot for _, spot in numbered], DISC, frame.width, frame.height)
    by_quartier: dict[int, list[Spot]] = {}
    for one in everything:
        if point := at(one):
            by_quartier.setdefault(quartier_id(one), []).append(frame.place(point))
    named = [(name, by_quartier[number]) for number, name in quartiers if number in by_quartier]
    return Plan(
        width=frame.width,
        height=frame.height,
        # those of the page are drawn last, above the others
        dots=[
            *(_dot(row, spot) for row, spot in placed if not row.here),
            *(_dot(row, spot) for (row, _), spot in zip(numbered, discs, strict=True)),
        ],
        areas=[hull(spots) for _, spots in named],
        labels=labelled(named, discs, frame.width, frame.height),
    )


def _dot(row: Shown, spot: Spot) -> Dot:
    return Dot(row.number, row.facility.name, *spot, row.here, row.href)
