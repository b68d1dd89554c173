"""What does a family see in the box of one day, and what may it do there?"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ribambelle_periscolaire.domain.bookings import STATES
from ribambelle_periscolaire.domain.catalogue import Unit
from ribambelle_periscolaire.domain.closures import REASONS
from ribambelle_periscolaire.domain.doors import Pupil, Reason
from ribambelle_periscolaire.domain.taking import Held, Taking

Look = Literal["free", "on", "fixed", "none", "offered"]
ON = frozenset({"booked", "waiting", "offered"})
KEPT_BACK = ("wishes_soon", "wishes", "wishes_ended", "room_soon", "room", "turn", "turn_over")
ICONS = {
    "closed": "croix",
    "outing": "bus",
    "elsewhere": "gens",
    "not_yet": "horloge",
} | dict.fromkeys(KEPT_BACK, "horloge")


@dataclass(frozen=True, slots=True)
class Box:
    """One day of one unit for one child."""

    day: date
    unit: int
    look: Look
    state: str = ""
    reason: Reason | None = None
    full: bool = False
    """Nothing left: ticking it joins the waiting list."""
    left: int | None = None
    """Places left; None without limit."""
    cents: int = 0

    @property
    def is_on(self) -> bool:
        """Tell whether the child has, or waits for, this day."""
        return self.state in ON

    @property
    def word(self) -> str:
        """What is written in a box that cannot change.

        >>> monday = date(2026, 11, 30)
        >>> Box(monday, 1, "fixed", "booked", Reason("too_late")).word
        'Réservé'
        >>> Box(monday, 1, "fixed", "", Reason("too_late")).word
        'Non'
        >>> Box(monday, 1, "fixed", "", Reason("closed", about="Au musée", kind="outing")).word
        'Sortie'
        """
        if self.state in {*ON, "absent"}:
            return {"waiting": "Attente", "absent": "Absent"}.get(self.state, STATES[self.state])
        match self.reason.code if self.reason else "":
            case "closed":
                return REASONS.get(self.reason.kind, "Fermé") if self.reason else "Fermé"
            case "elsewhere":
                return "Autre parent"
            case "not_yet" | "wishes_soon" | "wishes_ended" | "room_soon" | "turn":
                return "Pas encore"
            case "wishes":
                return "Vœux"
            case "room" | "turn_over":
                return "Attente"
            case _:
                return "Non"

    @property
    def icon(self) -> str:
        """The picture in a box that cannot change."""
        if self.reason is None or self.state in ON:
            return "cadenas"
        return ICONS.get(self.reason.kind) or ICONS.get(self.reason.code, "cadenas")


def box(taking: Taking, pupil: Pupil, unit: Unit, day: date, cents: int | None) -> Box:
    """Return the box of a day; `cents` is what it would cost, None when no tariff says it."""
    held: Held | None = taking.held.get((pupil.id, day, unit.id))
    state = held.state if held and held.state != "cancelled" else ""
    price = held.cents if held and state and held.price else cents or 0
    if taking.doors.with_other(pupil.id, day) or not taking.pays(pupil.id, day, held):
        price = 0  # what another home pays is theirs to know
    look, reason, left = _look(taking, pupil, unit, day, held, state)
    return Box(day, unit.id, look, state, reason, look == "free" and left == 0, left, price)


def _look(
    taking: Taking, pupil: Pupil, unit: Unit, day: date, held: Held | None, state: str
) -> tuple[Look, Reason | None, int | None]:
    if held and state and taking.doors.with_other(pupil.id, day):
        return "fixed", Reason("elsewhere"), None
    if held and state in {"offered", "waiting"}:
        return ("offered" if state == "offered" else "on"), None, None
    if held and state == "booked":
        waited = any(taking.fills[spot].waiting for spot in taking.spots(held.group, unit, day))
        reason = taking.doors.shut(pupil, unit, day, "cancel", waited=waited)
        return ("fixed" if reason else "on"), reason, None
    if reason := taking.doors.shut(pupil, unit, day, "add"):
        return ("none" if reason.code == "no_service" and not state else "fixed"), reason, None
    return "free", None, room(taking, pupil, unit, day)


def room(taking: Taking, pupil: Pupil, unit: Unit, day: date) -> int | None:
    """Return how many more children a unit takes on a day, in this child's group."""
    group = taking.doors.group(pupil, taking.catalogue.by_id[unit.activity], day)
    if group is None:
        return 0
    fills = [taking.fills[spot] for spot in taking.spots(group.id, unit, day)]
    left = [max(0, fill.capacity - fill.taken) for fill in fills if fill.capacity is not None]
    return min(left) if left else None
