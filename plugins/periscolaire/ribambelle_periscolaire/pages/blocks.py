"""What booking pages show: one block a child, one row an activity, one box a day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from markupsafe import Markup

from ribambelle.tenants import Tenant
from ribambelle.web.formats import jour
from ribambelle_periscolaire.domain.boxes import Box, box
from ribambelle_periscolaire.domain.catalogue import Activity, Unit
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.domain.taking import Taking
from ribambelle_periscolaire.forms import Token
from ribambelle_periscolaire.gathering import Gathered
from ribambelle_periscolaire.pricing import PriceBook

HUES = ("a", "b")
PLAIN = Markup()
MARKS = {
    (False, False): "",
    (False, True): " checked",
    (True, False): " data-avant",
    (True, True): " data-avant checked",
}
"""By what a box was when the page was drawn, and whether it is ticked."""
TOLD = (
    *("too_late", "closed", "elsewhere", "not_yet", "no_group", "no_price", "no_date"),
    *("wishes_soon", "wishes", "wishes_ended", "room_soon", "room", "turn", "turn_over"),
)
"""Reasons told under a child's boxes, in this order."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A box with what its form sends, ticked or not on this page.

    A month has three hundred of them: what a template writes of each is ready, in few pieces.
    """

    box: Box
    token: str
    ticked: bool
    label: str = ""
    """The day in words, and what ticking would do when it is not plain."""
    kind: str = ""
    """Classes of the box, after « case »."""
    tick: Markup = PLAIN
    """Attributes of the tick: what it sends, what it adds to the total, what it was and is."""

    @property
    def cents(self) -> int:
        """What ticking it adds to the total."""
        return _adds(self.box)


def _adds(made: Box) -> int:
    return 0 if made.full or made.state == "waiting" else made.cents


@dataclass(frozen=True, slots=True)
class Row:
    """One unit, day by day."""

    id: str
    label: str
    hours: tuple[int, int]
    cents: int | None
    boxes: list[Shown]


@dataclass(frozen=True, slots=True)
class Option:
    """One unit of a choice on a day."""

    label: str
    shown: Shown
    price: str = ""
    """In plain text, when it costs something."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Units that exclude each other on one day."""

    name: str
    label: str
    day: date
    hours: tuple[int, int]
    options: list[Option]

    @property
    def chosen(self) -> Option | None:
        """The unit that is ticked, if one is."""
        return next((one for one in self.options if one.shown.ticked), None)

    @property
    def is_fixed(self) -> bool:
        """Tell whether nothing can change: what is held stays, or nothing can be taken."""
        on = self.chosen
        if on is not None:
            return on.shown.box.look == "fixed"
        return all(one.shown.box.look == "fixed" for one in self.options)


@dataclass(frozen=True, slots=True)
class Note:
    """Why some days cannot change: told once for all the boxes it holds for."""

    code: str
    days: tuple[date, ...]
    at: datetime | None = None
    about: str = ""


@dataclass(frozen=True)
class Block:
    """One child."""

    pupil: Pupil
    hue: str
    rows: list[Row]
    choices: list[Choice]
    notes: list[Note] = field(default_factory=list)
    not_enrolled: list[Activity] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The child's class and school."""
        return ", ".join(part for part in (self.pupil.class_name, self.pupil.school_name) if part)

    @cached_property
    def shown(self) -> list[Shown]:
        """Every box of the child."""
        found = [one for row in self.rows for one in row.boxes]
        return found + [option.shown for choice in self.choices for option in choice.options]


def blocks(
    tenant: Tenant,
    gathered: Gathered,
    days: Sequence[date],
    ticked: frozenset[Token] | None = None,
) -> list[Block]:
    """Return the children a person may book for, with their boxes on some days.

    :param ticked: the boxes as somebody left them without saving; None for what stands.
    """
    taking, prices = gathered.taking(), PriceBook(tenant, gathered)
    nothing = {day: Shown(Box(day, 0, "none"), "", False, jour(day)) for day in days}
    found = []
    for place, pupil in enumerate(gathered.family.pupils.values()):
        rows: list[Row] = []
        choices: list[Choice] = []
        for activity in gathered.catalogue.activities:
            if activity.booked != "online" or not _enrolled(gathered, pupil, activity, days):
                continue
            made = _Boxes(taking, prices, pupil, activity, days, ticked, nothing)
            rows += made.rows()
            choices += made.choices()
        block = Block(pupil, HUES[place % len(HUES)], rows, choices)
        block.notes.extend(_notes(block))
        block.not_enrolled.extend(_left_out(gathered, pupil, days))
        found.append(block)
    return found


@dataclass(frozen=True)
class Planned:
    """Some days of a family, as a page shows them and takes them back."""

    blocks: list[Block]

    @property
    def was(self) -> str:
        """The boxes that are ticked and may change, as the form sends them back."""
        return " ".join(
            one.token
            for block in self.blocks
            for one in block.shown
            if one.box.look == "on" and one.box.is_on
        )

    @property
    def cents(self) -> int:
        """What these days cost as they stand."""
        return sum(
            one.box.cents
            for block in self.blocks
            for one in block.shown
            if one.box.state in {"booked", "offered", "absent"}
        )

    @property
    def can_save(self) -> bool:
        """Tell whether a box may change."""
        return any(one.box.look in {"free", "on"} for block in self.blocks for one in block.shown)


class _Boxes:
    """The boxes of one child in one activity."""

    def __init__(
        self,
        taking: Taking,
        prices: PriceBook,
        pupil: Pupil,
        activity: Activity,
        days: Sequence[date],
        ticked: frozenset[Token] | None,
        nothing: dict[date, Shown],
    ) -> None:
        self.taking, self.prices, self.pupil = taking, prices, pupil
        self.activity, self.days, self.ticked = activity, days, ticked
        self.nothing = nothing

    def rows(self) -> list[Row]:
        """Return the units that stand on their own, those that exist one of these days."""
        found = []
        for unit in self.activity.units:
            if unit.choice:
                continue
            boxes = [
                self._shown(unit, day) if self._exists(unit, day) else self.nothing[day]
                for day in self.days
            ]
            if all(one.box.look == "none" for one in boxes):
                continue
            name = self.activity.name
            if len([one for one in self.activity.units if not one.choice]) > 1:
                name = f"{name} : {unit.name.lower()}"
            costs = {one.box.cents for one in boxes if one.box.look in {"free", "on", "fixed"}}
            found.append(
                Row(
                    f"{self.pupil.id}-{unit.id}",
                    name,
                    (unit.begins, unit.ends),
                    costs.pop() if len(costs) == 1 else None,
                    boxes,
                )
            )
        return found

    def choices(self) -> list[Choice]:
        """Return, for each day it runs, the units among which one is chosen."""
        found = []
        for code in dict.fromkeys(unit.choice for unit in self.activity.units if unit.choice):
            units = [unit for unit in self.activity.units if unit.choice == code]
            hours = min(unit.begins for unit in units), max(unit.ends for unit in units)
            for day in self.days:
                options = [self._option(unit, day) for unit in units if self._exists(unit, day)]
                options = [one for one in options if one.shown.box.look != "none"]
                if not options:
                    continue
                name = f"choix.{self.pupil.id}.{self.activity.id}.{code}.{day}"
                found.append(Choice(name, self.activity.name, day, hours, options))
        return found

    def _option(self, unit: Unit, day: date) -> Option:
        shown = self._shown(unit, day)
        return Option(unit.name, shown, self.prices.words(shown.cents) if shown.cents else "")

    def _exists(self, unit: Unit, day: date) -> bool:
        """Tell whether a unit runs on a day, or the child held it when it did."""
        held = self.pupil.id, day, unit.id
        return self.taking.doors.runs(self.activity, unit, day) or held in self.taking.held

    def _shown(self, unit: Unit, day: date) -> Shown:
        cents = self.prices.cents(self.pupil, self.activity, unit, day)
        made = box(self.taking, self.pupil, unit, day, cents)
        token, is_on = f"{self.pupil.id}.{unit.id}.{day}", made.is_on
        ticked = is_on
        if self.ticked is not None and made.look in {"free", "on"}:
            ticked = Token(self.pupil.id, unit.id, day) in self.ticked
        label, kind = self.nothing[day].label, ""
        if made.full:
            label, kind = f"{label}, complet : liste d’attente", " complet"
        elif made.state == "waiting":
            label, kind = f"{label}, sur liste d’attente", " attente"
        elif made.look == "fixed" and is_on:
            kind = " on"
        # numbers and a day: nothing of it is to be escaped
        tick = Markup(f'value="{token}" data-cents="{_adds(made)}"{MARKS[is_on, ticked]}')  # noqa: S704
        return Shown(made, token, ticked, label, kind, tick)


def _enrolled(gathered: Gathered, pupil: Pupil, activity: Activity, days: Sequence[date]) -> bool:
    return any(gathered.doors.enrolled(pupil, activity, day) for day in (days[0], days[-1]))


def _left_out(gathered: Gathered, pupil: Pupil, days: Sequence[date]) -> list[Activity]:
    """Return the activities that would receive this child, and in which it is not enrolled."""
    return [
        activity
        for activity in gathered.catalogue.activities
        if activity.booked == "online"
        and not _enrolled(gathered, pupil, activity, days)
        and gathered.doors.group(pupil, activity, days[0]) is not None
    ]


def _notes(block: Block) -> list[Note]:
    """Return why boxes cannot change, each reason once with its days."""
    found: dict[tuple[str, datetime | None, str], list[date]] = {}
    late = {
        one.box.reason.at
        for one in block.shown
        if one.box.look == "fixed" and one.box.reason and one.box.reason.code == "too_late"
    }
    for shown in block.shown:
        reason = shown.box.reason
        if shown.box.look == "fixed" and reason and reason.code in TOLD:
            # several delays that have passed are one sentence, without their moments
            at = None if reason.code == "too_late" and len(late) > 1 else reason.at
            kept = found.setdefault((reason.code, at, reason.about), [])
            if shown.box.day not in kept:
                kept.append(shown.box.day)
    notes = [
        Note(code, tuple(sorted(days)), at, about) for (code, at, about), days in found.items()
    ]
    return sorted(notes, key=lambda note: (TOLD.index(note.code), note.days))
